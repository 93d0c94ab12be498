/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes back with TC=1: byte for byte an answer, never larger than the query, never to an answer, checksums right by a sum of its own. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "bed.h"

/* Questions over budget, and answered so. */
static struct bed *answering(void)
{
	struct bed *bed = bed_new();

	bed->t.config->words[FW_WORD_TRUNCATED] = bed_plenty();
	return bed;
}

static void check(const struct bed_message *m)
{
	struct bed *bed = answering();
	uint8_t query[FRAME_ROOM];
	uint32_t ip = 14 + 4 * m->tags, udp = ip + (m->six ? 40 : 20), dns = udp + 8, query_len, question_len, end;
	struct twin_verdict verdict;

	bed_write(bed, m);
	memcpy(query, bed->frame, sizeof(query));
	query_len = bed->len;
	question_len = (uint32_t)strlen(m->name) + (m->name[0] ? 2 : 1) + 4;
	end = dns + 12 + question_len;
	verdict = twin_arrive(bed->twin, bed->now_ns, bed->frame, bed->len);
	assert_int_equal(verdict.outcome, FW_OUTCOME_TRUNCATED);
	assert_int_equal(verdict.reason, FW_REASON_ZONE_UNKNOWN);
	assert_true(verdict.len <= query_len);
	assert_int_equal(verdict.len, end + (m->opt ? 11 : 0));
	assert_memory_equal(bed->frame, query + 6, 6);
	assert_memory_equal(bed->frame + 6, query, 6);
	assert_memory_equal(bed->frame + 12, query + 12, ip - 12); /* tags and type */
	assert_memory_equal(bed->frame + udp - (m->six ? 32 : 8), query + udp - (m->six ? 16 : 4), m->six ? 16 : 4);
	assert_memory_equal(bed->frame + udp - (m->six ? 16 : 4), query + udp - (m->six ? 32 : 8), m->six ? 16 : 4);
	assert_memory_equal(bed->frame + udp, query + udp + 2, 2);
	assert_memory_equal(bed->frame + udp + 2, query + udp, 2);
	assert_int_equal(fw_be16(bed->frame + udp + 4), verdict.len - udp);
	assert_int_equal(fw_be16(bed->frame + ip + (m->six ? 4 : 2)), verdict.len - (m->six ? udp : ip));
	assert_int_equal(bed->frame[ip + (m->six ? 7 : 8)], 64);
	if (!m->six) {
		assert_int_equal(bed_checksum_of_ip(bed->frame + ip), 0);
		assert_int_equal(fw_be32(bed->frame + ip + 4), 0x4000);
	}
	if (m->no_checksum)
		assert_int_equal(fw_be16(bed->frame + udp + 6), 0);
	else
		assert_int_equal(bed_checksum_of_udp(bed->frame + ip), 0);
	assert_int_equal(fw_be16(bed->frame + dns), m->id);
	assert_int_equal(fw_be16(bed->frame + dns + 2), 0x8200 | (m->flags & 0x0110));
	assert_int_equal(fw_be32(bed->frame + dns + 4), 0x10000);
	assert_int_equal(fw_be32(bed->frame + dns + 8), m->opt != 0);
	assert_memory_equal(bed->frame + dns + 12, query + dns + 12, question_len);
	if (m->opt) {
		assert_memory_equal(bed->frame + end, "\0\0\51\4\320\0\0", 7);
		assert_int_equal(fw_be32(bed->frame + end + 7), m->opt == 2 ? 0x80000000u : 0);
	}
	bed_free(bed);
}

static void test_every_shape(void **state)
{
	static const char *const names[] = {"nope.example.com", "NoPe.ExAmPlE.cOm", "x.example.com", "xy.example.com", "xyz.example.com"};

	for (uint32_t i = 0; i < 5; i++)
		for (uint32_t shape = 0; shape < 4 * 4 * 3 * 2 * 3; shape++) {
			struct bed_message m = {.name = names[i], .src = 0xc6120001};

			m.opt = shape % 4;
			m.flags = (uint32_t[]){0, 0x0100, 0x0130, 0x0170}[shape / 4 % 4];
			m.tags = shape / 16 % 3;
			m.six = shape / 48 % 2;
			m.no_checksum = !m.six && shape / 96 % 3 == 0;
			m.id = shape * 911 % 65536;
			if (m.flags == 0x0170)
				m.flags = 0x0110;
			check(&m);
		}
}

/* Names up to the longest: 255 bytes, and 127 labels. */
static void test_longest(void **state)
{
	char name[300];
	struct bed_message m = {.name = name, .src = 0xc6120001, .opt = 2};

	for (uint32_t len = 1; len <= 63; len++) {
		memset(name, 'q', sizeof(name));
		memcpy(name + len, ".example.com", 13);
		check(&m);
	}
	memset(name, 'q', sizeof(name));
	name[63] = name[127] = name[191] = '.';
	memcpy(name + 241, ".example.com", 13); /* 63 + 63 + 63 + 49 + 7 + 3, and 7 lengths */
	check(&m);
	for (uint32_t i = 0; i < 250; i++)
		name[i] = i % 2 ? '.' : 'b';
	memcpy(name + 240, "example.com", 12);
	check(&m);
}

/* Nothing comes back to an answer, to a fragment, to many, to nobody, or past headers that are not plain. */
static void test_never(void **state)
{
	static const uint32_t nobody[] = {0, 0x00000001, 0x7f000001, 0xe0000001, 0xffffffff};
	struct bed_message m = {.name = "nope.example.com", .src = 0xc6120001, .flags = 0x8000};
	struct bed *bed = answering();

	assert_int_equal(bed_ask(bed, &m).outcome, FW_OUTCOME_DROPPED);
	m.flags = 0x2000;
	bed_levels(&bed->t.config->possible, fw_bucket_rule_of(1, 0));
	assert_int_equal(bed_ask(bed, &m).outcome, FW_OUTCOME_DROPPED);
	m.flags = 0;
	for (uint32_t i = 0; i < 5; i++) {
		m.src = nobody[i];
		assert_int_equal(bed_ask(bed, &m).outcome, FW_OUTCOME_DROPPED);
	}
	m.src = 0xc6120001;
	bed_write(bed, &m);
	bed->frame[0] |= 1;
	assert_int_equal(twin_arrive(bed->twin, bed->now_ns, bed->frame, bed->len).outcome, FW_OUTCOME_DROPPED);
	bed_write(bed, &m);
	memmove(bed->frame + 38, bed->frame + 34, bed->len - 34); /* four bytes of options */
	memset(bed->frame + 34, 1, 4);
	bed->frame[14] = 0x46;
	fw_put16(bed->frame + 16, bed->len + 4 - 14);
	assert_int_equal(twin_arrive(bed->twin, bed->now_ns, bed->frame, bed->len + 4).outcome, FW_OUTCOME_DROPPED);
	assert_int_equal(bed_ask(bed, &m).outcome, FW_OUTCOME_TRUNCATED);
	bed_free(bed);
}

/* So many a prefix, so many in all. */
static void test_capped(void **state)
{
	struct bed_message m = {.name = "nope.example.com"};
	struct bed *bed = answering();
	uint32_t truncated = 0;

	bed_levels(&bed->t.config->truncated, bed_plenty());
	bed->t.config->truncated.four[1] = fw_bucket_rule_of(1, 10);
	for (uint32_t i = 0; i < 256; i++) {
		m.src = 0xc6120000 + i;
		truncated += bed_ask(bed, &m).outcome == FW_OUTCOME_TRUNCATED;
	}
	assert_int_equal(truncated, 10);
	bed->t.config->words[FW_WORD_TRUNCATED] = fw_bucket_rule_of(1, 7);
	bed->now_ns += FW_NS_PER_S;
	truncated = 0;
	for (uint32_t i = 0; i < 256; i++) {
		m.src = 0xc7000000 + i * 65536;
		truncated += bed_ask(bed, &m).outcome == FW_OUTCOME_TRUNCATED;
	}
	assert_int_equal(truncated, 7);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_shape),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_capped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
