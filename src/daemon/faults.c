/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong now, by who says so: a short list of sentences that the overview shows, and each of them a line of the log as it comes and goes. */
#include "daemon/faults.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static uint32_t place_of(const struct faults *faults, const char *key)
{
	uint32_t place = 0;

	while (place < faults->count && strcmp(faults->keys[place], key) != 0)
		place++;
	return place;
}

static void take_away(struct faults *faults, uint32_t place)
{
	faults->count--;
	memmove(faults->keys[place], faults->keys[place + 1], (faults->count - place) * sizeof(faults->keys[0]));
	memmove(faults->sentences[place], faults->sentences[place + 1], (faults->count - place) * sizeof(faults->sentences[0]));
}

enum faults_news faults_set(struct faults *faults, const char *key, const char *sentence)
{
	uint32_t place = place_of(faults, key);
	char clean[FAULTS_SENTENCE_MAX];

	if (!sentence) {
		if (place == faults->count)
			return FAULTS_SAME;
		take_away(faults, place);
		return FAULTS_LESS;
	}
	text_escape(clean, sizeof(clean), sentence, SIZE_MAX);
	if (place < faults->count && strcmp(faults->sentences[place], clean) == 0)
		return FAULTS_SAME;
	if (place == FAULTS_MAX)
		return FAULTS_FULL;
	if (place == faults->count)
		faults->count++;
	snprintf(faults->keys[place], sizeof(faults->keys[place]), "%s", key);
	memcpy(faults->sentences[place], clean, sizeof(clean));
	return FAULTS_MORE;
}

const char *const *faults_list(struct faults *faults, uint32_t *out_count)
{
	for (uint32_t i = 0; i < faults->count; i++)
		faults->shown[i] = faults->sentences[i];
	*out_count = faults->count;
	return faults->shown;
}
