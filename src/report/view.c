/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/view.h"

#include <string.h>

#include "base/text.h"

size_t view_find(const struct report_view *view, uint32_t number)
{
	size_t index = 0;

	if (number == DEVICE_NONE)
		return view->device_count;
	while (index < view->device_count && view->device_numbers[index] != number)
		index++;
	return index;
}

const uint8_t *view_address(const struct device *device)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	for (size_t i = 0; i < device->address_count; i++)
		if (!memcmp(device->addresses[i], mapped, sizeof(mapped)))
			return device->addresses[i];
	return device->address_count ? device->addresses[0] : NULL;
}

const char *view_call(const struct device *device, struct phrase *scratch)
{
	char mac[TEXT_MAC_MAX];

	if (device->name[0])
		return device->name;
	phrase_clear(scratch);
	if (device->address_count)
		phrase_address(scratch, view_address(device), 128);
	else if (device->mac_count)
		phrase_add(scratch, "%s", text_mac(mac, device->macs[0]));
	else
		phrase_add(scratch, "a device without a name");
	return scratch->text;
}

void view_introduce(const struct device *device, struct phrase *out)
{
	struct phrase scratch = {0};

	phrase_raw(out, view_call(device, &scratch), SIZE_MAX);
	if (!device->name[0] || !device->address_count)
		return;
	phrase_add(out, " (");
	phrase_address(out, view_address(device), 128);
	phrase_add(out, ")");
}

static bool has_address(const struct device *device, const uint8_t address[16])
{
	for (size_t i = 0; i < device->address_count; i++)
		if (!memcmp(device->addresses[i], address, 16))
			return true;
	return false;
}

/* Where the source is the one who came to the subject. */
static bool is_about_visit(enum finding_id id)
{
	return id == FINDING_DEFAULT_PASSWORD || id == FINDING_CLEARTEXT_LOGIN || id == FINDING_OPEN_SERVICE ||
		id == FINDING_REACHED_FROM_INTERNET || id == FINDING_LOGIN_GUESSING;
}

struct subject view_subject(const struct report_view *view, const struct finding *finding, struct phrase *scratch)
{
	size_t index = view_find(view, finding->device);
	char mac[TEXT_MAC_MAX];

	if (index < view->device_count) {
		const struct device *device = view->devices[index];

		return (struct subject){view_call(device, scratch), finding->has_source && has_address(device, finding->source)};
	}
	phrase_clear(scratch);
	if (finding->id == FINDING_RECEIVES_FLOOD)
		return (struct subject){0};
	if (finding->id == FINDING_FORGED_SOURCE)
		phrase_add(scratch, "MAC %s", text_mac(mac, finding->forged.mac));
	else if (finding->has_source && !is_about_visit(finding->id))
		phrase_address(scratch, finding->source, 128);
	else
		return (struct subject){words_subject_unknown, false};
	return (struct subject){scratch->text, false};
}

void report_summary(const struct report_view *view, size_t finding, char out[REPORT_SUMMARY_MAX])
{
	struct phrase scratch = {0}, summary = {0};
	struct subject subject = view_subject(view, view->findings[finding], &scratch);

	_Static_assert((int)REPORT_SUMMARY_MAX == (int)PHRASE_MAX, "a phrase");
	words_summary(&summary, view->findings[finding], &subject);
	memcpy(out, summary.text, summary.len + 1);
}
