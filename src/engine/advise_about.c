/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One device at a time, for whoever runs for long: what was found out about the one before is gone. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/advise_room.h"

static int begin(struct advise *advise, const struct device *device)
{
	if (!advise->devices) {
		advise->devices = calloc(1, sizeof(*advise->devices));
		advise->device_count = advise->devices ? 1 : 0;
	}
	if (!advise->about)
		advise->about = malloc(sizeof(*advise->about));
	if (!advise->devices || !advise->about)
		return -ENOMEM;
	advised_done(advise->devices);
	memset(advise->devices, 0, sizeof(*advise->devices));
	*advise->about = *device;
	return 0;
}

int advise_about(struct advise *advise, const struct device *device, struct advise_about *out_about)
{
	struct advised *advised;
	int error = begin(advise, device);

	if (!error)
		error = advise_one(advise, 0, advise->about, facts_find(advise->facts, device));
	if (error)
		return error;
	advised = advise->devices;
	memset(out_about, 0, sizeof(*out_about));
	out_about->sheet.device = advise->about;
	out_about->sheet.facts = advised->facts;
	out_about->sheet.advisories = advised->advisories;
	out_about->sheet.advisory_count = advised->advisory_count;
	out_about->sheet.recalls = advised->recalls;
	out_about->sheet.recall_count = advised->recall_count;
	out_about->sheet.by_maker = advised->by_maker;
	out_about->sheet.advisories_left_out = advised->left_out;
	out_about->sheet.names_left_out = advised->names_left_out;
	sheet_judge(&out_about->sheet, NULL, 0);
	out_about->open = advise_worst(advised, &out_about->worst);
	return 0;
}

int advise_recalls(struct advise *advise, const struct device *device, const struct sheet_recall **out_recalls, uint32_t *out_count)
{
	const struct facts *facts = facts_find(advise->facts, device);
	int error = begin(advise, device);

	if (!error && facts)
		facts_apply(facts, advise->about);
	if (!error)
		error = advise_judge_recalls(advise, advise->devices, advise->about, facts);
	if (error)
		return error;
	*out_recalls = advise->devices->recalls;
	*out_count = advise->devices->recall_count;
	return 0;
}

uint32_t advise_read_count(const struct advise *advise)
{
	return advise->read;
}
