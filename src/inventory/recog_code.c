/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/recog_code.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { BLOCKS = 4, NEST_MAX = 64, SENTENCE_MAX = 128 };

/*
 * Memory of matches, the first that is large enough: the context, the match data, and the frames, which pcre2_match() keeps in one block; for a
 * larger one it asks before it gives the old one back, so there are two of the largest size.
 */
static const size_t BLOCK_LENS[BLOCKS] = {256, 2048, RECOG_HEAP_KIB << 10, RECOG_HEAP_KIB << 10};

struct block {
	uint8_t *bytes;
	size_t len;
	bool taken;
};

struct recog_code {
	pcre2_general_context *compiling, *matching;
	pcre2_compile_context *compile;
	pcre2_match_context *match;
	pcre2_match_data *data;
	struct block blocks[BLOCKS];
	size_t bytes, memory_max;
	bool full; /* memory_max was met */
	int groups; /* of the last match, and one */
	char sentence[SENTENCE_MAX];
};

/* Before each block of a compiled pattern: its size. As large as the strictest alignment. */
union head {
	size_t size;
	max_align_t align;
};

static void *compile_get(size_t size, void *context)
{
	struct recog_code *code = context;
	union head *head;

	if (size > code->memory_max - code->bytes) {
		code->full = true;
		return NULL;
	}
	head = malloc(sizeof(*head) + size);
	if (!head)
		return NULL;
	head->size = size;
	code->bytes += size;
	return head + 1;
}

static void compile_give(void *block, void *context)
{
	struct recog_code *code = context;

	if (!block)
		return;
	code->bytes -= ((union head *)block - 1)->size;
	free((union head *)block - 1);
}

static void *match_get(size_t size, void *context)
{
	struct recog_code *code = context;

	for (unsigned i = 0; i < BLOCKS; i++)
		if (!code->blocks[i].taken && size <= code->blocks[i].len) {
			code->blocks[i].taken = true;
			return code->blocks[i].bytes;
		}
	return NULL;
}

static void match_give(void *block, void *context)
{
	struct recog_code *code = context;

	for (unsigned i = 0; i < BLOCKS; i++)
		if (code->blocks[i].bytes == block)
			code->blocks[i].taken = false;
}

static bool blocks_init(struct recog_code *code)
{
	for (unsigned i = 0; i < BLOCKS; i++) {
		code->blocks[i].len = BLOCK_LENS[i];
		code->blocks[i].bytes = malloc(code->blocks[i].len);
		if (!code->blocks[i].bytes)
			return false;
	}
	return true;
}

static bool contexts_init(struct recog_code *code)
{
	code->compiling = pcre2_general_context_create(compile_get, compile_give, code);
	code->matching = pcre2_general_context_create(match_get, match_give, code);
	if (!code->compiling || !code->matching)
		return false;
	code->compile = pcre2_compile_context_create(code->compiling);
	code->match = pcre2_match_context_create(code->compiling);
	code->data = pcre2_match_data_create(RECOG_GROUPS_MAX + 1, code->matching);
	if (!code->compile || !code->match || !code->data)
		return false;
	pcre2_set_newline(code->compile, PCRE2_NEWLINE_LF);
	pcre2_set_bsr(code->compile, PCRE2_BSR_UNICODE);
	pcre2_set_parens_nest_limit(code->compile, NEST_MAX);
	pcre2_set_compile_extra_options(code->compile, PCRE2_EXTRA_BAD_ESCAPE_IS_LITERAL);
	pcre2_set_match_limit(code->match, RECOG_STEPS_MAX);
	pcre2_set_depth_limit(code->match, RECOG_DEPTH_MAX);
	pcre2_set_heap_limit(code->match, RECOG_HEAP_KIB);
	return true;
}

int recog_code_new(size_t memory_max, struct recog_code **out_code)
{
	struct recog_code *code = calloc(1, sizeof(*code));

	if (!code)
		return -ENOMEM;
	code->memory_max = memory_max;
	if (!blocks_init(code) || !contexts_init(code)) {
		recog_code_free(code);
		return -ENOMEM;
	}
	*out_code = code;
	return 0;
}

void recog_code_free(struct recog_code *code)
{
	if (!code)
		return;
	pcre2_match_data_free(code->data);
	pcre2_match_context_free(code->match);
	pcre2_compile_context_free(code->compile);
	pcre2_general_context_free(code->matching);
	pcre2_general_context_free(code->compiling);
	for (unsigned i = 0; i < BLOCKS; i++)
		free(code->blocks[i].bytes);
	free(code);
}

static uint32_t options_of(const struct recog_pattern *pattern, unsigned flags)
{
	uint32_t options = PCRE2_MULTILINE | PCRE2_DUPNAMES | PCRE2_NEVER_BACKSLASH_C;

	if (flags & RECOG_FLAG_CASELESS)
		options |= PCRE2_CASELESS;
	if (flags & RECOG_FLAG_DOT_NEWLINE)
		options |= PCRE2_DOTALL;
	if (pattern->named)
		options |= PCRE2_NO_AUTO_CAPTURE;
	if (pattern->utf)
		options |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
	return options;
}

static int refused(struct recog_code *code, int number)
{
	PCRE2_UCHAR text[SENTENCE_MAX];

	if (number == PCRE2_ERROR_HEAP_FAILED && !code->full)
		return -ENOMEM;
	pcre2_get_error_message(number, text, sizeof(text));
	memcpy(code->sentence, text, sizeof(text));
	return code->full ? -EFBIG : -EINVAL;
}

int recog_code_compile(
	struct recog_code *code, const struct recog_pattern *pattern, unsigned flags, void **out_compiled, unsigned *out_groups)
{
	PCRE2_SIZE at;
	uint32_t groups = 0;
	pcre2_code *compiled;
	int number;

	code->full = false;
	compiled = pcre2_compile((PCRE2_SPTR)pattern->text, pattern->len, options_of(pattern, flags), &number, &at, code->compile);
	if (!compiled)
		return refused(code, number);
	pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &groups);
	*out_compiled = compiled;
	*out_groups = groups;
	return 0;
}

const char *recog_code_sentence(const struct recog_code *code)
{
	return code->sentence;
}

void recog_code_drop(void *compiled)
{
	pcre2_code_free(compiled);
}

enum recog_run recog_code_run(struct recog_code *code, const void *compiled, struct slice text)
{
	/* without a text there may be no address either, which PCRE2 would take for an error */
	PCRE2_SPTR bytes = text.len ? text.bytes : (PCRE2_SPTR) "";
	int found = pcre2_match(compiled, bytes, text.len, 0, 0, code->data, code->match);

	code->groups = found;
	if (found >= 0)
		return RECOG_RUN_MATCHED;
	return found == PCRE2_ERROR_NOMATCH ? RECOG_RUN_UNMATCHED : RECOG_RUN_STALLED;
}

bool recog_code_group(const struct recog_code *code, unsigned number, struct slice text, struct slice *out)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(code->data);

	if (code->groups < 0 || number > RECOG_GROUPS_MAX || (code->groups && (int)number >= code->groups) ||
		ends[2 * number] == PCRE2_UNSET || ends[2 * number + 1] < ends[2 * number])
		return false;
	*out = (struct slice){text.bytes + ends[2 * number], ends[2 * number + 1] - ends[2 * number]};
	return true;
}

size_t recog_code_bytes(const struct recog_code *code)
{
	size_t bytes = code->bytes;

	for (unsigned i = 0; i < BLOCKS; i++)
		bytes += code->blocks[i].len;
	return bytes;
}
