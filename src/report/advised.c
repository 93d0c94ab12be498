/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The finding `advisory` in words. */
#include "report/deeds.h"
#include "report/names.h"

void words_title_advisory(struct phrase *out, const struct finding *finding)
{
	const struct evidence_advisory *advisory = &finding->advisory;

	phrase_add(out, advisory->certainty == ASSET_EXACT ? "Published advisory: " : "Published advisory, version unknown: ");
	phrase_raw(out, advisory->id, SIZE_MAX);
	if (advisory->score)
		phrase_add(out, " (score %u.%u of 10)", advisory->score / 10, advisory->score % 10);
}

void words_summary_advisory(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	const struct evidence_advisory *advisory = &finding->advisory;

	words_subject_start(out, subject);
	phrase_add(out, advisory->certainty == ASSET_EXACT ? " is one of the devices that " : " may be one of the devices that ");
	phrase_raw(out, advisory->id, SIZE_MAX);
	phrase_add(out, ", \"");
	phrase_raw(out, advisory->title, SIZE_MAX);
	phrase_add(out, "\", is about: %s", name_remedy_words(advisory->remedy));
	if (advisory->certainty != ASSET_EXACT)
		phrase_add(out, "; not every version is affected, and which one it runs is not known");
	phrase_add(out, ".");
	if (advisory->exploited)
		phrase_add(out, " It is known to be used in attacks.");
	if (advisory->advisories > 1) {
		phrase_add(out, " ");
		phrase_number(out, advisory->advisories - 1);
		phrase_add(out, advisory->advisories == 2 ? " more advisory is open." : " more advisories are open.");
	}
}

const char *words_advice_advisory(const struct finding *finding)
{
	switch (finding->advisory.remedy) {
	case REMEDY_VENDOR_FIX:
		return "Install the maker's fix: floodwall advise says where it is. Until then let nobody reach the device from the "
		       "internet.";
	case REMEDY_NO_FIX_PLANNED:
		return "There will be no fix: let nobody reach the device from the internet, keep it apart from other devices, and replace "
		       "it.";
	default:
		return "There is no fix: let nobody reach the device from the internet, and do what the advisory recommends (floodwall "
		       "advise "
		       "tells it). Look again now and then whether a fix has come.";
	}
}
