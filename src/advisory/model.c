/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of products, compared. A device says "DS-2CD2142FWD-I" or "IPC-HDW1320S"; a document "DS-2CD2xx2FWD Series" or "DH-IPC-HDW1XXX, and". What all ways to
 * write a name share are its letters and digits in upper case. In a document's names also stand
 *
 *	xx, x       for any digit or letter: a small x within a name otherwise in capitals and digits
 *	X, in rows  the same, two or more; at the end of a name also for whatever follows
 *	Series, family, models      whatever begins so
 *
 * From a name of several words the words that look like model numbers are taken as well ("SIMATIC S7-1200 CPU family": S7-1200).
 */
#include <string.h>

#include "advisory/index.h"

enum { TELLING_LEAST = 5, WORD_LEAST = 4, READ_MAX = 16, NAMED_MAX = 64 };

/* Words with letters and digits that are no model numbers. */
static const char *const no_models[] = {"H264", "H265", "IPV4", "IPV6", "WPA2", "WPA3", "SHA1", "SHA256", "WIN10", "USB2", "USB3", "CAT5",
	"RS232", "RS485", "MP4V", "HTTP2", "4G", "5G", "1080P", "720P"};
static const char *const series[] = {"series", "family", "models"};
/* Words that add nothing to the model beside them. */
static const char *const fillers[] = {"series", "family", "models", "model", "device", "devices", "product", "products", "camera",
	"cameras", "ip", "network", "firmware", "hardware", "version", "versions", "all", "the", "and", "or"};
/* What a device of a series is not: something for it, or in its stead. */
static const char *const others[] = {"app", "apps", "application", "software", "controller", "adapter", "client", "tool", "for", "except",
	"excluding", "not", "without"};
/* The model behind it is not meant. */
static const char *const exclusions[] = {"except", "excluding", "not"};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return ((unsigned char)c | 0x20) >= 'a' && ((unsigned char)c | 0x20) <= 'z';
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool same_words(const char *at, size_t len, const char *word)
{
	for (size_t i = 0; i < len; i++)
		if ((at[i] | 0x20) != word[i])
			return false;
	return !word[len];
}

static void put(struct model *out, size_t *used, char c)
{
	if (*used + 1 < MODEL_MAX)
		out->text[(*used)++] = c;
	out->text[*used] = 0;
}

/* A byte of a name that counts: a letter, a digit, or part of a letter beyond ASCII. */
static bool counts(char c)
{
	return is_digit(c) || is_letter(c) || (unsigned char)c >= 0x80;
}

/* --- wildcards of a document ----------------------------------------------------------------------------------------------- */

static size_t run_of(const char *at, size_t len, char c)
{
	size_t count = 0;

	while (count < len && at[count] == c)
		count++;
	return count;
}

/* No other small letters: then an x among capitals and digits stands for one of them. */
static bool is_in_capitals(const char *text, size_t len)
{
	bool digit = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] >= 'a' && text[i] <= 'z' && text[i] != 'x')
			return false;
		digit |= is_digit(text[i]);
	}
	return digit;
}

/* How many of the bytes at the front are wildcards; none at a word's beginning. */
static size_t wild_len(const char *text, size_t len, size_t at, bool capitals)
{
	size_t small = run_of(text + at, len - at, 'x'), big = run_of(text + at, len - at, 'X');

	if (!at || !counts(text[at - 1]))
		return big >= 3 ? big : 0;
	if (capitals && small)
		return small;
	return big >= 2 ? big : 0;
}

static void reduce(const char *text, size_t len, bool pattern, struct model *out)
{
	bool capitals = pattern && is_in_capitals(text, len);
	size_t used = 0;

	*out = (struct model){0};
	for (size_t i = 0; i < len;) {
		size_t wild = pattern ? wild_len(text, len, i, capitals) : 0;
		if (!wild) {
			if (counts(text[i]))
				put(out, &used, upper(text[i]));
			i++;
			continue;
		}
		out->wild = true;
		for (size_t k = 0; k < wild; k++)
			put(out, &used, MODEL_ONE);
		i += wild;
		if (i == len && wild >= 2)
			put(out, &used, MODEL_ANY);
	}
}

/* --- words ----------------------------------------------------------------------------------------------------------------- */

static bool is_gap(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || strchr(",;/()|:\"'", c);
}

struct word {
	const char *at;
	size_t len;
};

static bool next_word(const char **text, struct word *out)
{
	while (**text && is_gap(**text))
		++*text;
	out->at = *text;
	while (**text && !is_gap(**text))
		++*text;
	out->len = (size_t)(*text - out->at);
	return out->len;
}

static bool is_among(struct word word, const char *const words[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (same_words(word.at, word.len, words[i]))
			return true;
	return false;
}

static bool is_series(struct word word)
{
	return is_among(word, series, sizeof(series) / sizeof(*series));
}

/* Letters and digits both, and long enough; "V4.1" is a version. */
static bool is_model_word(struct word word, const struct model *reduced)
{
	bool digit = false, letter = false;

	if (strlen(reduced->text) < WORD_LEAST)
		return false;
	for (size_t i = 0; i < sizeof(no_models) / sizeof(*no_models); i++)
		if (!strcmp(reduced->text, no_models[i]))
			return false;
	for (const char *at = reduced->text; *at; at++) {
		digit |= is_digit(*at) || *at == MODEL_ONE;
		letter |= is_letter(*at);
	}
	if (word.len > 1 && (*word.at | 0x20) == 'v' && is_digit(word.at[1]))
		return false;
	return digit && letter;
}

/* The names that were found so far; those for which there is no room are counted. */
struct found {
	struct model *names;
	size_t count, room;
	uint32_t left_out;
};

static void add(struct found *found, const struct model *one)
{
	if (!*one->text)
		return;
	for (size_t i = 0; i < found->count; i++)
		if (!strcmp(found->names[i].text, one->text))
			return;
	if (found->count == found->room)
		found->left_out++;
	else
		found->names[found->count++] = *one;
}

/* Behind the maker's name where the text begins with it. */
static const char *behind_maker(const char *text, const char *maker)
{
	size_t at = 0, i = 0;

	while (text[at] && maker[i]) {
		if (!counts(text[at]))
			at++;
		else if (!counts(maker[i]))
			i++;
		else if (upper(text[at]) == upper(maker[i]))
			at++, i++;
		else
			return text;
	}
	return *maker && !maker[i] && text[at] && !counts(text[at]) ? text + at : text;
}

static void open_end(struct model *model)
{
	size_t used = strlen(model->text);

	if (used && model->text[used - 1] != MODEL_ANY)
		put(model, &used, MODEL_ANY);
	model->wild = true;
}

/* The whole without "Series" at its end, and each word that looks like a model. */
static void collect(const char *text, const char *maker, bool pattern, struct found *found)
{
	const char *at = behind_maker(text, maker), *start, *end;
	struct word word, last = {0};
	struct model one;
	bool open = false;

	while (is_gap(*at) && *at)
		at++;
	at += maker_prefix_len(maker, at);
	for (start = end = at; next_word(&at, &word);) {
		size_t prefix = maker_prefix_len(maker, word.at);
		open = pattern && is_series(word);
		if (open && last.len) {
			reduce(last.at, last.len, true, &one);
			if (is_model_word(last, &one)) {
				open_end(&one);
				add(found, &one);
			}
			continue;
		}
		end = word.at + word.len;
		word.at += prefix < word.len ? prefix : 0;
		word.len = (size_t)(end - word.at);
		reduce(word.at, word.len, pattern, &one);
		if (is_model_word(word, &one))
			add(found, &one);
		last = word;
	}
	reduce(start, (size_t)(end - start), pattern, &one);
	if (open && is_model_word((struct word){start, (size_t)(end - start)}, &one))
		open_end(&one);
	add(found, &one);
}

static size_t collect_names(const char *text, const char *maker, bool pattern, struct model out[MODELS_MAX], uint32_t *left_out)
{
	struct found found = {.names = out, .room = MODELS_MAX};

	collect(text, maker, pattern, &found);
	if (left_out)
		*left_out += found.left_out;
	return found.count;
}

size_t model_keys(const char *model, const char *maker, struct model out[MODELS_MAX], uint32_t *left_out)
{
	return collect_names(model, maker, false, out, left_out);
}

size_t model_patterns(const char *name, const char *maker, struct model out[MODELS_MAX], uint32_t *left_out)
{
	return collect_names(name, maker, true, out, left_out);
}

/* --- how much of a name is the device's ------------------------------------------------------------------------------------- */

/* Of two names that are cut, what was cut off may differ. */
static bool is_cut(const struct model *name)
{
	return strlen(name->text) + 1 == MODEL_MAX;
}

/* The device's words, and those of the document's name that stood beside them so far. */
struct agreeing {
	struct model words[READ_MAX];
	struct word raw[READ_MAX];
	size_t count;
	bool agreed[READ_MAX];
	bool hit, stray, stray_model; /* of the list's member that is read: "A, B and C" has three */
	bool any_hit, any_stray, excluded, series;
};

static bool is_filler(struct word word)
{
	return is_among(word, fillers, sizeof(fillers) / sizeof(*fillers));
}

static struct word bare(struct word word, const char *maker)
{
	size_t prefix = maker_prefix_len(maker, word.at);

	return prefix < word.len ? (struct word){word.at + prefix, word.len - prefix} : word;
}

/* False: too many words to tell. */
static bool read_device(struct agreeing *all, const char *model, const char *maker)
{
	const char *at = behind_maker(model, maker);
	struct word word;

	while (next_word(&at, &word)) {
		if (all->count == READ_MAX)
			return false;
		all->raw[all->count] = bare(word, maker);
		reduce(all->raw[all->count].at, all->raw[all->count].len, false, &all->words[all->count]);
		all->count += *all->words[all->count].text != 0;
	}
	return true;
}

static bool agrees(struct agreeing *all, const struct model *pattern, bool note)
{
	bool found = false;

	for (size_t i = 0; i < all->count; i++)
		if (!is_cut(pattern) && model_fits(pattern->text, all->words[i].text)) {
			all->agreed[i] |= note;
			found = true;
		}
	return found;
}

static void end_member(struct agreeing *all)
{
	all->any_hit |= all->hit;
	all->any_stray |= all->stray || (all->hit && all->stray_model);
	all->hit = all->stray = all->stray_model = false;
}

/* behind: what follows the word. negated: "not" stands before it. */
static void take_named(struct agreeing *all, struct word word, const char *behind, bool negated)
{
	struct model pattern;
	struct word next;
	bool is_model;

	reduce(word.at, word.len, true, &pattern);
	if (!*pattern.text)
		return;
	is_model = is_model_word(word, &pattern);
	if (is_model && next_word(&behind, &next) && is_series(next))
		open_end(&pattern);
	if (negated)
		all->excluded |= is_model && agrees(all, &pattern, false);
	else if (agrees(all, &pattern, true))
		all->hit |= is_model;
	else if (is_model)
		all->stray_model = true;
	else
		all->stray = true;
}

static bool is_list(const char *from, const char *to)
{
	for (; from < to; from++)
		if (strchr(",;|", *from))
			return true;
	return false;
}

static void read_name(struct agreeing *all, const char *name, const char *maker)
{
	const char *at = behind_maker(name, maker), *end = at;
	bool negated = false;
	struct word word;

	for (size_t i = 0; next_word(&at, &word); i++, end = word.at + word.len) {
		bool joins = same_words(word.at, word.len, "and") || same_words(word.at, word.len, "or");
		if (i == NAMED_MAX) {
			all->any_hit = all->any_stray = true;
			return;
		}
		if (joins || is_list(end, word.at))
			end_member(all);
		all->series |= is_series(word);
		if (is_among(word, exclusions, sizeof(exclusions) / sizeof(*exclusions))) {
			negated = all->any_stray = true;
		} else if (!is_filler(word)) {
			take_named(all, bare(word, maker), at, negated);
			negated = false;
		}
	}
	end_member(all);
}

static bool is_other(const struct agreeing *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (is_among(all->raw[i], others, sizeof(others) / sizeof(*others)))
			return true;
	return false;
}

static bool is_whole(const char *name, const char *model, const char *maker, bool plain)
{
	struct model patterns[MODELS_MAX], keys[MODELS_MAX];
	size_t named = model_patterns(name, maker, patterns, NULL), own = model_keys(model, maker, keys, NULL);

	/* the whole is the last, where there was room for it; what a wildcard stands for is no "Software Controller" */
	return named && named < MODELS_MAX && own && own < MODELS_MAX && (!plain || !patterns[named - 1].wild) &&
		!is_cut(&patterns[named - 1]) && model_fits(patterns[named - 1].text, keys[own - 1].text);
}

enum model_agreement model_agrees(const char *name, const char *model, const char *maker)
{
	struct agreeing all = {.count = 0};
	bool few = read_device(&all, model, maker);

	if (is_whole(name, model, maker, is_other(&all)))
		return MODEL_AGREES;
	read_name(&all, name, maker);
	if (!few)
		return MODEL_PART;
	if (!all.any_hit)
		return all.excluded ? MODEL_EXCLUDED : MODEL_UNNAMED;
	for (size_t i = 0; i < all.count; i++)
		if (!all.agreed[i] && !is_filler(all.raw[i]))
			all.any_stray |= !all.series || is_among(all.raw[i], others, sizeof(others) / sizeof(*others));
	return all.any_stray || all.excluded ? MODEL_PART : MODEL_AGREES;
}

/* --- model and serial numbers of CSAF -------------------------------------------------------------------------------------- */

bool model_number(const char *pattern, struct model *out)
{
	size_t used = 0;

	*out = (struct model){0};
	for (const char *at = pattern; *at; at++) {
		if (*at == '\\' && (at[1] == '?' || at[1] == '*' || at[1] == '\\')) {
			at++;
			continue; /* a sign, which is not compared */
		}
		if (*at == '?' || *at == '*') {
			put(out, &used, *at == '?' ? MODEL_ONE : MODEL_ANY);
			out->wild = true;
		} else if (counts(*at)) {
			put(out, &used, upper(*at));
		}
	}
	return used && used + 1 < MODEL_MAX;
}

bool model_serial(const char *serial, struct model *out)
{
	reduce(serial, strlen(serial), false, out);
	return *out->text;
}

/* The usual walk with one place to return to: at most pattern times model steps. */
bool model_fits(const char *pattern, const char *model)
{
	const char *again = NULL, *from = NULL;

	for (;;) {
		if (*pattern == MODEL_ANY) {
			again = ++pattern;
			from = model;
		} else if (*model && (*pattern == MODEL_ONE || *pattern == *model)) {
			pattern++;
			model++;
		} else if (!*model && !*pattern) {
			return true;
		} else if (again && *from) {
			pattern = again;
			model = ++from;
		} else {
			return false;
		}
	}
}

bool model_is_telling(const char *plain)
{
	bool digit = false, letter = false;

	for (const char *at = plain; *at; at++) {
		digit |= is_digit(*at);
		letter |= is_letter(*at);
		if (*at == MODEL_ONE || *at == MODEL_ANY)
			return false;
	}
	return digit && letter && strlen(plain) >= TELLING_LEAST;
}

bool model_is_like(const char *text)
{
	struct word word;
	struct model one;

	while (next_word(&text, &word)) {
		reduce(word.at, word.len, true, &one);
		if (is_letter(*word.at) && is_model_word(word, &one))
			return true;
	}
	return false;
}
