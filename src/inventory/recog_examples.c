/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The examples that stand beside each fingerprint: what it must match, and what it must say then. Read in a pass of their own, which only tests need. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/recog_inside.h"
#include "inventory/recog_xml.h"

enum { WANTED_MAX = RECOG_PARAM_MAX, ATTRIBUTES_LEN = 8192 };

struct pass {
	struct recog *recog;
	uint32_t file;
	void (*each)(void *context, const struct recog_example *example);
	void *context;
	int fingerprint; /* within which the reading is, or RECOG_NONE */
	bool example, base64; /* within one; how it is written */
	uint32_t bad; /* passed over */
	uint64_t first_bad;
	struct recog_example at;
	const char *wanted[2 * WANTED_MAX + 1];
	char kept[ATTRIBUTES_LEN]; /* what wanted points into */
	size_t kept_len;
};

static int fingerprint_at(const struct pass *pass, uint64_t offset)
{
	const struct recog_file *file = &pass->recog->files[pass->file];

	for (uint32_t n = file->first; n < file->first + file->count; n++)
		if (pass->recog->fingerprints[n].offset == offset)
			return (int)n;
	return RECOG_NONE;
}

static const char *keep(struct pass *pass, const char *text)
{
	size_t len = strlen(text) + 1;
	char *kept = pass->kept + pass->kept_len;

	if (len > sizeof(pass->kept) - pass->kept_len)
		return NULL;
	memcpy(kept, text, len);
	pass->kept_len += len;
	return kept;
}

static void start_example(struct pass *pass, const struct recog_xml_place *place, const char **attributes)
{
	size_t count = 0;

	pass->at = (struct recog_example){
		.fingerprint = pass->fingerprint,
		.matches = recog_text(pass->recog, pass->recog->files[pass->file].matches),
		.line = place->line,
		.wanted = pass->wanted,
	};
	pass->kept_len = 0;
	pass->example = true;
	pass->base64 = false;
	for (; attributes[0] && count < WANTED_MAX; attributes += 2) {
		if (!strcmp(attributes[0], "_encoding")) {
			pass->base64 = !strcmp(attributes[1], "base64");
		} else if (!strcmp(attributes[0], "_filename")) {
			pass->at.elsewhere = keep(pass, attributes[1]);
		} else {
			pass->wanted[2 * count] = keep(pass, attributes[0]);
			pass->wanted[2 * count + 1] = keep(pass, attributes[1]);
			count += pass->wanted[2 * count + 1] != NULL;
		}
	}
	pass->wanted[2 * count] = NULL;
}

static int start(void *context, const struct recog_xml_place *place, const char *name, const char **attributes, struct fault *out_fault)
{
	struct pass *pass = context;

	if (place->depth == 2)
		pass->fingerprint = fingerprint_at(pass, place->offset);
	if (place->depth == 3 && pass->fingerprint != RECOG_NONE && !strcmp(name, "example"))
		start_example(pass, place, attributes);
	return 0;
}

static int digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* RFC 4648 section 4, with blanks anywhere; out has room for all of text. */
static bool decode(uint8_t *out, size_t *out_len, const char *text, size_t len)
{
	uint32_t bits = 0;
	unsigned count = 0;

	*out_len = 0;
	for (; len && *text != '='; text++, len--) {
		if (*text == ' ' || (*text >= '\t' && *text <= '\r'))
			continue;
		if (digit(*text) < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit(*text);
		/* 12, 18 and 24 bits are there when one, two and three bytes are */
		if (++count % 4 != 1)
			out[(*out_len)++] = (uint8_t)(bits >> (8 - 2 * (count % 4)) % 8);
	}
	return count % 4 != 1;
}

static void end_example(struct pass *pass, const char *text, size_t len)
{
	uint8_t *decoded;
	size_t decoded_len = 0;

	pass->example = false;
	pass->at.text = (struct slice){(const uint8_t *)text, len};
	if (!pass->base64) {
		pass->each(pass->context, &pass->at);
		return;
	}
	decoded = malloc(len + 1);
	if (decoded && decode(decoded, &decoded_len, text, len)) {
		pass->at.text = (struct slice){decoded, decoded_len};
		pass->each(pass->context, &pass->at);
	} else if (!pass->bad++) {
		pass->first_bad = pass->at.line;
	}
	free(decoded);
}

static int end(void *context, const struct recog_xml_place *place, const char *text, size_t len, struct fault *out_fault)
{
	struct pass *pass = context;

	if (place->depth == 3 && pass->example)
		end_example(pass, text, len);
	return 0;
}

int recog_examples(struct recog *recog, const char *file, const char *body, size_t len,
	void (*each)(void *context, const struct recog_example *example), void *context, struct fault *out_fault)
{
	struct pass *pass = calloc(1, sizeof(*pass));
	const struct recog_xml_reader reader = {start, end, pass};
	int error = -EINVAL;

	if (!pass)
		return -ENOMEM;
	*pass = (struct pass){.recog = recog, .each = each, .context = context, .fingerprint = RECOG_NONE};
	for (size_t i = 0; i < recog->file_count; i++)
		if (!strcmp(recog_text(recog, recog->files[i].name), file)) {
			pass->file = (uint32_t)i;
			error = 0;
		}
	if (!error)
		error = recog_xml_read(file, body, len, &reader, out_fault);
	if (!error && pass->bad)
		fault_set(out_fault, file, pass->first_bad, 0, "%u examples in bad base64; the first", pass->bad);
	free(pass);
	return error;
}
