/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Built without expat or PCRE2: recog's form is not read, and whoever asks is told so. What needs something made is never reached. */
#include <errno.h>
#include <string.h>

#include "inventory/recog.h"

int recog_new(struct recog **out_recog)
{
	return -ENOSYS;
}

void recog_free(struct recog *recog)
{
}

int recog_read(struct recog *recog, const char *file, const char *body, size_t len, struct fault *out_fault)
{
	fault_set(out_fault, file, 0, 0, "this program was built without expat and PCRE2, and cannot read signatures in recog's form");
	return -ENOSYS;
}

int recog_find(struct recog *recog, const char *matches, struct slice text)
{
	return RECOG_NONE;
}

int recog_say(struct recog *recog, int fingerprint, struct slice text, struct recog_param *out, size_t room)
{
	return RECOG_NONE;
}

int recog_match(struct recog *recog, const char *matches, struct slice text, struct recog_param *out, size_t room)
{
	return RECOG_NONE;
}

bool recog_knows(const struct recog *recog, const char *matches)
{
	return false;
}

void recog_stats(const struct recog *recog, struct recog_stats *out)
{
	memset(out, 0, sizeof(*out));
}

int recog_examples(struct recog *recog, const char *file, const char *body, size_t len,
	void (*each)(void *context, const struct recog_example *example), void *context, struct fault *out_fault)
{
	return -ENOSYS;
}
