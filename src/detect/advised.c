/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "detect/advised.h"

enum severity advised_grade(const struct evidence_advisory *seen)
{
	enum severity severity = SEVERITY_MEDIUM;

	if (seen->score)
		severity = seen->score >= ADVISED_HIGH ? SEVERITY_HIGH : seen->score >= ADVISED_MEDIUM ? SEVERITY_MEDIUM : SEVERITY_LOW;
	if (seen->certainty != ASSET_EXACT && severity > SEVERITY_LOW)
		severity--;
	return severity;
}

void advised_see(struct book *book, uint32_t device, uint64_t first_ns, uint64_t last_ns, const struct evidence_advisory *seen)
{
	struct finding *finding;

	/* that a maker has other products with faults says nothing of this one */
	if (seen->certainty == ASSET_MAKER || !seen->advisories)
		return;
	finding = book_note(book, FINDING_ADVISORY, device, NULL, 0, first_ns, NULL);
	if (!finding)
		return;
	finding->last_ns = last_ns > finding->last_ns ? last_ns : finding->last_ns;
	finding->advisory = *seen;
	finding->count = seen->advisories;
	book_raise(book, finding, advised_grade(seen), STATE_EXPOSED);
}
