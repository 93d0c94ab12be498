/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makers by the name that all their names share. Documents write "Hangzhou Xiongmai Technology Co, Ltd", registries of addresses "Hangzhou XiongMai
 * Information Technology CO.,LTD", people "Xiongmai". Cut off are legal form, town, and words such as "Technology" where something is left that
 * tells. What cutting cannot find, and firms that were bought, stand in a table.
 */
#include <string.h>
#include <strings.h>

#include "advisory/index.h"
#include "base/company.h"

/* By the name after cutting. Origin: the makers' own sites and the vendor names in CISA's documents. */
static const char *const aliases[][2] = {
	{"hangzhou hikvision digital", "hikvision"},
	{"hikvision digital", "hikvision"},
	{"dahua security", "dahua"},
	{"xiongmai information", "xiongmai"},
	{"xmeye", "xiongmai"},
	{"tp link", "tplink"},
	{"d link", "dlink"},
	{"ge", "general electric"},
	{"geutebrÃ¼ck", "geutebruck"},
	{"geutebrück", "geutebruck"},
	{"automation direct", "automationdirect"},
	{"hanwha techwin", "hanwha"},
	{"hanwha vision", "hanwha"},
	{"schneider electric software", "schneider electric"},
	{"aveva software", "aveva"},
	{"axis communications", "axis"},
	{"ubiquiti networks", "ubiquiti"},
	{"zyxel communications", "zyxel"},
	{"belkin international", "belkin"},
	{"raspberry pi trading", "raspberry pi"},
	{"philips lighting", "signify"},
	{"moxa technologies", "moxa"},
};

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

static void resolve(char name[ADVISORY_MAKER_MAX])
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (!strcmp(name, aliases[i][0])) {
			memcpy(name, aliases[i][1], strlen(aliases[i][1]) + 1);
			return;
		}
}

static bool canonical(const char *text, size_t len, char out[ADVISORY_MAKER_MAX])
{
	char name[256];

	len = len < sizeof(name) ? len : sizeof(name) - 1;
	memcpy(name, text, len);
	name[len] = 0;
	fold(name, company_len(name), out);
	cut(out);
	resolve(out);
	return *out;
}

char *advisory_maker(char out[ADVISORY_MAKER_MAX], const char *name)
{
	canonical(name, strlen(name), out);
	return out;
}

/* "X, Inc. (Y)": the text in brackets is a name of its own. */
static size_t bracket(const char *text, size_t *out_len)
{
	const char *open = strchr(text, '('), *close = open ? strchr(open, ')') : NULL;

	*out_len = close ? (size_t)(close - open) - 1 : 0;
	return open ? (size_t)(open - text) : strlen(text);
}

static size_t add(char out[MAKERS_MAX][ADVISORY_MAKER_MAX], size_t count, const char *text, size_t len)
{
	if (count == MAKERS_MAX || !canonical(text, len, out[count]))
		return count;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(out[i], out[count]))
			return count;
	return count + 1;
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

size_t maker_names(const char *text, char out[MAKERS_MAX][ADVISORY_MAKER_MAX])
{
	size_t inside, len = bracket(text, &inside), count = 0, start = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && (text[i] != ',' || is_form(text + i + 1, strcspn(text + i + 1, ",("))))
			continue;
		count = add(out, count, text + start, i - start);
		start = i + 1;
	}
	if (inside)
		count = add(out, count, text + len + 1, inside);
	return count;
}

size_t maker_prefix_len(const char *maker, const char *model)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (!strcmp(prefixes[i].maker, maker) && !strncasecmp(prefixes[i].prefix, model, strlen(prefixes[i].prefix)))
			return strlen(prefixes[i].prefix);
	return 0;
}
