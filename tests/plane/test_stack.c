/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stack of BPF programs as Linux before 6.9 counts it, where each function's part is rounded up to 32 bytes (16 since then, with the JIT), and at
 * most 8 functions stand on each other: a newer kernel would load what an older one refuses. What a function uses is read off its instructions.
 */
#include "bed.h"
#include "plane/guard_maps.h"
#include "plane/object.h"
#include "plane/shield_maps.h"

#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STACK_MOST = 512, ROUNDED_TO = 32, FRAMES_MOST = 8 };

struct text {
	const struct bpf_insn *at;
	size_t count;
	bool *begins; /* a function */
};

/* Where the function begins that this instruction calls, or hands over to be called; 0: none, as nothing calls the program itself. */
static size_t callee(const struct text *text, size_t i)
{
	const struct bpf_insn *at = &text->at[i];
	bool calls = at->code == (BPF_JMP | BPF_CALL) && at->src_reg == BPF_PSEUDO_CALL;
	bool names = at->code == (BPF_LD | BPF_IMM | BPF_DW) && at->src_reg == BPF_PSEUDO_FUNC;

	return calls || names ? (size_t)((int64_t)i + at->imm + 1) : 0;
}

/* Bytes below the frame pointer that this instruction reaches, or the next one after a copy of it. */
static uint32_t reaches(const struct text *text, size_t i)
{
	const struct bpf_insn *at = &text->at[i], *next = i + 1 < text->count ? at + 1 : at;
	uint8_t class = BPF_CLASS(at->code);
	bool base = class == BPF_LDX ? at->src_reg == BPF_REG_10 : (class == BPF_ST || class == BPF_STX) && at->dst_reg == BPF_REG_10;

	if (base)
		return at->off < 0 ? (uint32_t)-at->off : 0;
	if (at->code == (BPF_ALU64 | BPF_MOV | BPF_X) && at->src_reg == BPF_REG_10 && next->code == (BPF_ALU64 | BPF_ADD | BPF_K) &&
		next->dst_reg == at->dst_reg && next->imm < 0)
		return (uint32_t)-next->imm;
	return 0;
}

/* The most that stands on the stack in this function and what it calls. */
static uint32_t deepest(const struct text *text, size_t begin, uint32_t frames)
{
	uint32_t own = 1, below = 0;

	assert_true(frames <= FRAMES_MOST);
	for (size_t i = begin; i < text->count && (i == begin || !text->begins[i]); i++) {
		uint32_t reached = reaches(text, i), called = callee(text, i) ? deepest(text, callee(text, i), frames + 1) : 0;

		own = own > reached ? own : reached;
		below = below > called ? below : called;
		i += text->at[i].code == (BPF_LD | BPF_IMM | BPF_DW);
	}
	return (own + ROUNDED_TO - 1) / ROUNDED_TO * ROUNDED_TO + below;
}

static void demand_shallow(const struct role *role, const uint32_t entries[])
{
	struct bpf_object *object = NULL;
	struct bpf_program *program;
	uint32_t programs = 0;

	assert_int_equal(object_open(role, entries, &object), 0);
	assert_int_equal(bpf_object__load(object), 0);
	bpf_object__for_each_program(program, object)
	{
		struct text text = {.at = bpf_program__insns(program), .count = bpf_program__insn_cnt(program)};
		uint32_t most;

		text.begins = calloc(text.count + 1, sizeof(*text.begins));
		assert_non_null(text.begins);
		for (size_t i = 0; i < text.count; i++)
			if (callee(&text, i)) {
				assert_true(callee(&text, i) < text.count);
				text.begins[callee(&text, i)] = true;
			}
		most = deepest(&text, 0, 1);
		printf("%s: %u bytes of stack\n", bpf_program__name(program), most);
		assert_true(most > ROUNDED_TO && most <= STACK_MOST);
		free(text.begins);
		programs++;
	}
	assert_int_equal(programs, 2);
	bpf_object__close(object);
}

static void of_the_shield(void **state)
{
	static const struct plane_setup small = {.names = 1, .zones = 1, .cells = 1, .proven = 1, .asked = 1};
	uint32_t entries[MAP_COUNT];

	size_maps(&small, entries);
	demand_shallow(&role_shield, entries);
}

static void of_the_guard(void **state)
{
	static const struct plane_guard_setup small = {.devices = 1, .flows = 1};
	uint32_t entries[GUARD_MAP_COUNT];

	guard_size(&small, entries);
	demand_shallow(&role_guard, entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_the_shield),
		cmocka_unit_test(of_the_guard),
	};

	bed_enter("stack");
	object_silence();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
