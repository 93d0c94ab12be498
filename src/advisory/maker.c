/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makers by the name that all their names share. Documents write "Hangzhou Xiongmai Technology Co, Ltd", registries of addresses "Hangzhou XiongMai
 * Information Technology CO.,LTD", people "Xiongmai". How people call a company is what the hall says (config.company), by the same table by which
 * devices are named. Whoever that does not know: cut off are legal form, town, and words such as "Technology" where something is left that tells.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "advisory/index.h"
#include "base/company.h"

static const char *const towns[] = {
	"hangzhou", "zhejiang", "shenzhen", "guangzhou", "guangdong", "beijing", "shanghai", "dongguan", "zhuhai", "fujian", "xiamen"};
static const char *const plain_words[] = {"technology", "technologies", "technol", "tech", "electronics", "electronic", "digital",
	"information", "intelligent", "international"};
/* Alone these tell nobody from anybody. */
static const char *const bare[] = {"general", "american", "national", "universal", "advanced", "china", "united", "global", "smart",
	"hangzhou", "shenzhen", "digital"};

static const struct {
	const char *maker, *prefix;
} prefixes[] = {
	{"dahua", "DHI-"},
	{"dahua", "DH-"},
};

static bool is_in(const char *word, size_t len, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(words[i]) == len && !memcmp(words[i], word, len))
			return true;
	return false;
}

#define IS_IN(word, len, words) is_in(word, len, words, sizeof(words) / sizeof(*(words)))

/* Lower case, one space between words; hyphens and dots within words are kept out. */
static size_t fold(const char *text, size_t len, char out[ADVISORY_MAKER_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < len && used + 1 < ADVISORY_MAKER_MAX; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80 || c == '+')
			out[used++] = (char)c;
		else if (used && out[used - 1] != ' ')
			out[used++] = ' ';
	}
	while (used && out[used - 1] == ' ')
		used--;
	out[used] = 0;
	return used;
}

static size_t last_word(const char *name, size_t len)
{
	while (len && name[len - 1] != ' ')
		len--;
	return len;
}

/* Towns in front, plain words behind, as long as a word that tells is left. */
static void cut(char name[ADVISORY_MAKER_MAX])
{
	size_t len = strlen(name), first, start;

	for (;;) {
		first = strcspn(name, " ");
		if (!name[first] || !IS_IN(name, first, towns))
			break;
		memmove(name, name + first + 1, len - first);
		len -= first + 1;
	}
	while ((start = last_word(name, len))) {
		if (!IS_IN(name + start, len - start, plain_words) || (last_word(name, start - 1) == 0 && IS_IN(name, start - 1, bare)))
			break;
		len = start - 1;
		name[len] = 0;
	}
}

static bool canonical(const struct advisories_config *config, const char *text, size_t len, char out[ADVISORY_MAKER_MAX])
{
	char name[256];

	for (; len && *text == ' '; len--)
		text++;
	len = len < sizeof(name) ? len : sizeof(name) - 1;
	memcpy(name, text, len);
	name[len] = 0;
	if (config->company && config->company(config->context, name, out))
		snprintf(name, sizeof(name), "%s", out);
	fold(name, company_len(name), out);
	cut(out);
	return *out;
}

char *advisories_maker(const struct advisories *advisories, const char *name, char out[ADVISORY_MAKER_MAX])
{
	canonical(&advisories->config, name, strlen(name), out);
	return out;
}

/* "X, Inc. (Y)": the text in brackets is a name of its own. */
static size_t bracket(const char *text, size_t *out_len)
{
	const char *open = strchr(text, '('), *close = open ? strchr(open, ')') : NULL;

	*out_len = close ? (size_t)(close - open) - 1 : 0;
	return open ? (size_t)(open - text) : strlen(text);
}

/* The makers that were found so far; those for which there is no room are counted. */
struct found {
	const struct advisories_config *config;
	char (*names)[ADVISORY_MAKER_MAX];
	size_t count;
	uint32_t left_out;
};

static void add(struct found *found, const char *text, size_t len)
{
	char name[ADVISORY_MAKER_MAX];

	if (!canonical(found->config, text, len, name))
		return;
	for (size_t i = 0; i < found->count; i++)
		if (!strcmp(found->names[i], name))
			return;
	if (found->count == MAKERS_MAX)
		found->left_out++;
	else
		memcpy(found->names[found->count++], name, sizeof(name));
}

/* Is what stands behind a comma a legal form, and no other firm? */
static bool is_form(const char *text, size_t len)
{
	char probe[300] = "x ";
	size_t used = len < sizeof(probe) - 3 ? len : sizeof(probe) - 3;

	memcpy(probe + 2, text, used);
	probe[2 + used] = 0;
	return company_len(probe) == 1;
}

size_t maker_names(const struct advisories *advisories, const char *text, char out[MAKERS_MAX][ADVISORY_MAKER_MAX], uint32_t *left_out)
{
	size_t inside, len = bracket(text, &inside), start = 0;
	struct found found = {.config = &advisories->config, .names = out};

	for (size_t i = 0; i <= len; i++) {
		if (i < len && (text[i] != ',' || is_form(text + i + 1, strcspn(text + i + 1, ",("))))
			continue;
		add(&found, text + start, i - start);
		start = i + 1;
	}
	if (inside)
		add(&found, text + len + 1, inside);
	if (left_out)
		*left_out += found.left_out;
	return found.count;
}

size_t maker_prefix_len(const char *maker, const char *model)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (!strcmp(prefixes[i].maker, maker) && !strncasecmp(prefixes[i].prefix, model, strlen(prefixes[i].prefix)))
			return strlen(prefixes[i].prefix);
	return 0;
}
