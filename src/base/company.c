/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/company.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Without their dots. */
static const char *const FORMS[] = {"ab", "ag", "as", "a/s", "bhd", "bv", "co", "company", "corp", "corporation", "gmbh", "inc",
	"incorporated", "kg", "kk", "limited", "llc", "ltd", "ltda", "nv", "oy", "oyj", "plc", "pte", "pty", "pvt", "sa", "sas", "sdn",
	"se", "spa", "srl"};

enum { FORM_MAX = 16 };

static bool is_gap(char c)
{
	return c == ' ' || c == ',' || c == '&';
}

/* "Co." and "S.p.A." stand for "co" and "spa". */
static bool is_form(const char *word, size_t len)
{
	char plain[FORM_MAX];
	size_t count = 0;

	for (size_t i = 0; i < len; i++) {
		if (word[i] == '.')
			continue;
		if (count + 1 == sizeof(plain))
			return false;
		plain[count++] = word[i];
	}
	plain[count] = 0;
	for (size_t i = 0; i < sizeof(FORMS) / sizeof(FORMS[0]); i++)
		if (!strcasecmp(plain, FORMS[i]))
			return true;
	return false;
}

static size_t trimmed(const char *name, size_t len)
{
	while (len && is_gap(name[len - 1]))
		len--;
	return len;
}

/* Where the last word begins: behind a gap, or as in "Co.Ltd" behind a dot, unless dots stand between letters. */
static size_t word_start(const char *name, size_t len)
{
	size_t start = len;

	while (start && !is_gap(name[start - 1]) && !(name[start - 1] == '.' && len - start > 2 && name[start + 1] != '.'))
		start--;
	return start;
}

size_t company_len(const char *name)
{
	size_t whole = strlen(name), len = trimmed(name, whole), start;

	while ((start = word_start(name, len)) && is_form(name + start, len - start) && trimmed(name, start))
		len = trimmed(name, start);
	return len ? len : whole;
}
