/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS answers for the guard, aimed at the edges of the walk over their records. */
#include <stdlib.h>
#include <string.h>

#include "guard_scene.h"

enum { HEADERS = 14 + 20 + 8 };

struct letter {
	uint8_t bytes[GUARD_ROOM];
	uint32_t len;
};

/* What an answer is made of: everything that is not said is as it should be. */
struct spec {
	const char *name;
	uint32_t flags; /* 0: 0x8180 */
	uint32_t questions, answers; /* as the header counts; 0: 1, and as many as there are; 0x10000: none */
	uint32_t class; /* of the question; 0: 1 */
	const char *records;
	uint32_t records_len, repeat; /* 0: once */
	uint32_t asked; /* name that is asked for */
	uint64_t grace_ns;
};

static void put(struct letter *l, const void *bytes, uint32_t len)
{
	memcpy(l->bytes + l->len, bytes, len);
	l->len += len;
}

static void put16(struct letter *l, uint32_t number)
{
	put(l, (uint8_t[]){(uint8_t)(number >> 8), (uint8_t)number}, 2);
}

/* Device 0 to the resolver 8.8.8.8, port 50000 to 53, or back. */
static void put_headers(struct letter *l, bool out)
{
	uint8_t device[6], gateway[6], local[16], remote[16];

	guard_mac(0, device);
	guard_mac(GUARD_KNOWN, gateway);
	guard_address(0, local);
	guard_address(7, remote);
	l->len = 0;
	put(l, out ? gateway : device, 6);
	put(l, out ? device : gateway, 6);
	put(l, "\x08\x00\x45\x00\x00\x00\x00\x00\x40\x00\x40\x11\x00\x00", 14);
	put(l, (out ? local : remote) + 12, 4);
	put(l, (out ? remote : local) + 12, 4);
	put16(l, out ? 50000 : 53);
	put16(l, out ? 53 : 50000);
	put(l, "\0\0\0\0", 4);
}

static void put_message(struct letter *l, const struct spec *spec, bool out)
{
	uint32_t repeat = spec->repeat ? spec->repeat : 1;
	uint8_t name[256];

	put16(l, 1);
	put16(l, out ? 0x0100 : spec->flags ? spec->flags : 0x8180);
	put16(l, spec->questions ? spec->questions : 1);
	put16(l, out ? 0 : spec->answers ? spec->answers : repeat);
	put(l, "\0\0\0\0", 4);
	put(l, name, guard_name(spec->asked, name));
	put16(l, 1);
	put16(l, spec->class ? spec->class : 1);
	for (uint32_t i = 0; !out && i < repeat; i++) {
		put(l, spec->records, spec->records_len);
		if (repeat > 1)
			l->bytes[l->len - 1] = (uint8_t)i;
	}
}

static void set_lengths(struct letter *l)
{
	l->bytes[16] = (uint8_t)((l->len - 14) >> 8);
	l->bytes[17] = (uint8_t)(l->len - 14);
	l->bytes[38] = (uint8_t)((l->len - 34) >> 8);
	l->bytes[39] = (uint8_t)(l->len - 34);
}

/* Everything passes; member slots are full of what ends now, or has just ended. */
static void calm(struct guard_scene *scene)
{
	uint64_t random = 53;

	guard_scene_make(&random, scene);
	memset(scene->config.mode, 0, sizeof(scene->config.mode));
	memset(scene->state.members, 0, sizeof(scene->state.members));
	scene->config.binds = fw_bucket_rule_of(1000000, 1000000);
	scene->begin_ns = 1000000ull * FW_NS_PER_S;
	scene->config.resolvers_count = 4;
	scene->config.flow_other_ns = 10 * FW_NS_PER_S;
	for (uint32_t i = 0; i < GUARD_MEMBERS; i++)
		for (uint32_t j = 0; j < FW_MEMBER_SLOTS; j++)
			scene->state.members[i].slot[j] = j < 5 ? 0 : (uint64_t)(7 + 2 * j) << 32 | ((scene->begin_ns >> 28) - (j & 1));
	guard_address(7, scene->config.resolvers[2]);
}

static void give(const struct spec *spec, uint32_t cut, guard_answer_visit visit, void *context)
{
	static struct guard_scene scene;
	static struct letter question, answer;
	struct guard_step steps[2];

	calm(&scene);
	scene.config.grace_ns = spec->grace_ns;
	put_headers(&question, true);
	put_message(&question, spec, true);
	set_lengths(&question);
	put_headers(&answer, false);
	put_message(&answer, spec, false);
	answer.len -= cut;
	set_lengths(&answer);
	steps[0] = (struct guard_step){scene.begin_ns, question.bytes, question.len, 1, 0, FW_GUARD_OUT};
	steps[1] = (struct guard_step){scene.begin_ns, answer.bytes, answer.len, 1, 0, FW_GUARD_IN};
	visit(context, &scene, steps, spec->name);
}

#define LEN(text) .records = (text), .records_len = sizeof(text) - 1
#define A "\0\1\0\1\0\0\0\x3c\0\4\xcb\0\x71\x08"
#define AAAA "\0\x1c\0\1\0\0\0\x3c\0\x10\x20\1\x0d\xb8\0\7\0\0\0\0\0\0\0\0\0\7"
#define P "\xc0\x0c"
#define L63 \
	"\x3f" \
	"abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc"

static const struct spec specs[] = {
	{.name = "an address", LEN(P A)},
	{.name = "an address of IPv6", LEN(P AAAA)},
	{.name = "owner spelled out", LEN("\5cloud\7example\0" A)},
	{.name = "owner of a label and a pointer", LEN("\3www\xc0\x0c" A)},
	{.name = "owner is the root", LEN("\0" A)},
	{.name = "label of 63", LEN(L63 "\0" A)},
	{.name = "label of 64",
		LEN("\x40"
		    "a"
		    "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc\0" A)},
	{.name = "label type 0x80", LEN("\x80\x0c" A)},
	{.name = "label type 0xbf", LEN("\xbf\x0c" A)},
	{.name = "pointer 0xc1", LEN("\xc1\x0c" A)},
	{.name = "pointer 0xff", LEN("\xff\xff" A)},
	{.name = "alias, then address", .answers = 2, LEN(P "\0\5\0\1\0\0\0\x3c\0\2" P "\xc0\x2a" A)},
	{.name = "alias alone", LEN(P "\0\5\0\1\0\0\0\x3c\0\2" P)},
	{.name = "chain of aliases",
		.answers = 3,
		LEN(P "\0\5\0\1\0\0\0\x3c\0\4\1a\1b"
		      "\1a\1b\0"
		      "\0\5\0\1\0\0\0\x3c\0\2" P "\1c\0" A)},
	{.name = "address of 3 bytes", .answers = 2, LEN(P "\0\1\0\1\0\0\0\x3c\0\3\xcb\0\x71" P A)},
	{.name = "address of 5 bytes", .answers = 2, LEN(P "\0\1\0\1\0\0\0\x3c\0\5\xcb\0\x71\1\2" P A)},
	{.name = "IPv6 of 15 bytes", .answers = 2, LEN(P "\0\x1c\0\1\0\0\0\x3c\0\x0f\x20\1\x0d\xb8\0\7\0\0\0\0\0\0\0\0\0" P A)},
	{.name = "IPv6 of 17 bytes", .answers = 2, LEN(P "\0\x1c\0\1\0\0\0\x3c\0\x11\x20\1\x0d\xb8\0\7\0\0\0\0\0\0\0\0\0\7\7" P A)},
	{.name = "type 0", LEN(P "\0\0\0\1\0\0\0\x3c\0\4\1\2\3\4")},
	{.name = "type 2", LEN(P "\0\2\0\1\0\0\0\x3c\0\4\1\2\3\4")},
	{.name = "type 27", LEN(P "\0\x1b\0\1\0\0\0\x3c\0\x10\x20\1\x0d\xb8\0\7\0\0\0\0\0\0\0\0\0\7")},
	{.name = "type 29", LEN(P "\0\x1d\0\1\0\0\0\x3c\0\x10\x20\1\x0d\xb8\0\7\0\0\0\0\0\0\0\0\0\7")},
	{.name = "class 0", LEN(P "\0\1\0\0\0\0\0\x3c\0\4\1\2\3\4")},
	{.name = "class 2", LEN(P "\0\1\0\2\0\0\0\x3c\0\4\1\2\3\4")},
	{.name = "data longer than the message", LEN(P "\0\5\0\1\0\0\0\x3c\xff\xff\1\2\3\4")},
	{.name = "TTL 0", LEN(P "\0\1\0\1\0\0\0\0\0\4\1\2\3\4")},
	{.name = "TTL of a week", LEN(P "\0\1\0\1\0\x09\x3a\x80\0\4\1\2\3\4")},
	{.name = "TTL of a week and a second", LEN(P "\0\1\0\1\0\x09\x3a\x81\0\4\1\2\3\4")},
	{.name = "TTL of all ones", LEN(P "\0\1\0\1\xff\xff\xff\xff\0\4\1\2\3\4")},
	{.name = "31 addresses", .repeat = 31, LEN(P A)},
	{.name = "32 addresses", .repeat = 32, LEN(P A)},
	{.name = "33 addresses", .repeat = 33, LEN(P A)},
	{.name = "40 addresses", .repeat = 40, LEN(P A)},
	{.name = "32 aliases and an address", .answers = 33, .repeat = 33, LEN(P "\0\5\0\1\0\0\0\x3c\0\2" P)},
	{.name = "fewer than it says", .answers = 65535, LEN(P A)},
	{.name = "256, it says", .answers = 256, LEN(P A)},
	{.name = "more than it says", .answers = 1, .repeat = 3, LEN(P A)},
	{.name = "none, it says", .answers = 0x10000, LEN(P A)},
	{.name = "no question, it says", .questions = 0x10000, LEN(P A)},
	{.name = "two questions, it says", .questions = 2, LEN(P A)},
	{.name = "question of class 2", .class = 2, LEN(P A)},
	{.name = "question of class 0", .class = 0x10000, LEN(P A)},
	{.name = "another case of the name", .asked = 1, LEN(P A)},
	{.name = "short name", .asked = 2, LEN(P A)},
	{.name = "long name", .asked = 3, LEN(P A)},
	{.name = "name that nobody follows", .asked = 4, LEN(P A)},
	{.name = "the root", .asked = 5, LEN(P A)},
};

/* So many records, each with an owner of as many labels as there can be: more steps than a walk has, from the fifth on. */
static void give_long(uint32_t records, uint32_t labels, guard_answer_visit visit, void *context)
{
	static char text[8 * 300];
	uint32_t len = 0;

	for (uint32_t i = 0; i < records; i++) {
		for (uint32_t j = 0; j < labels; j++, len += 2)
			memcpy(text + len, "\1a", 2);
		memcpy(text + len, "\0" A, 15);
		text[len + 14] = (char)i;
		len += 15;
	}
	give(&(struct spec){.name = "many labels", .answers = records, .records = text, .records_len = len}, 0, visit, context);
}

/* In quarantine, to an address of the slit that is over, ends now, or ends soon. */
static void give_slit(uint64_t end_ns, guard_answer_visit visit, void *context)
{
	static struct guard_scene scene;
	static struct letter question;
	struct fw_guard_member member = {.set = 3};
	struct guard_step steps[2];

	calm(&scene);
	scene.config.mode[FW_GUARD_QUARANTINE] = FW_MODE_ENFORCE;
	scene.config.resolvers_count = 0;
	scene.state.devices[FW_STRANGERS].flags = FW_DEVICE_USED | FW_DEVICE_QUARANTINED;
	scene.state.devices[FW_STRANGERS].slit = member.set;
	memset(scene.state.members, 0, sizeof(scene.state.members));
	guard_address(7, member.address);
	member.now_ns = scene.begin_ns;
	member.end_ns = end_ns;
	fw_guard_member_add(scene.state.members, &scene.config, &member);
	put_headers(&question, true);
	put_message(&question, &specs[0], true);
	set_lengths(&question);
	steps[0] = steps[1] = (struct guard_step){scene.begin_ns, question.bytes, question.len, 1, 0, FW_GUARD_OUT};
	visit(context, &scene, steps, "an end of the slit");
}

/* An answer with each of the addresses that mean something, to a name that may be at home or not; of a family that is known or not. */
static void give_addresses(guard_answer_visit visit, void *context)
{
	static struct guard_scene scene;
	static struct letter question, answer;
	struct guard_step steps[2];

	for (uint32_t i = 0; i < 4 * GUARD_ADDRESSES; i++) {
		struct spec spec = specs[1];
		uint8_t name[256];

		calm(&scene);
		scene.config.ours_count = 2;
		scene.config.held_count = 2;
		scene.config.unknown_four = scene.config.unknown_six = i / GUARD_ADDRESSES & 1;
		fw_guard_name_set(scene.names, &scene.config, fw_guard_name_digest(&scene.config, name, guard_name(0, name)),
			2 | (i / GUARD_ADDRESSES & 2 ? FW_NAME_LOCAL : 0));
		put_headers(&question, true);
		put_message(&question, &spec, true);
		set_lengths(&question);
		put_headers(&answer, false);
		put_message(&answer, &spec, false);
		guard_address(i % GUARD_ADDRESSES, answer.bytes + answer.len - 16);
		set_lengths(&answer);
		steps[0] = (struct guard_step){scene.begin_ns, question.bytes, question.len, 1, 0, FW_GUARD_OUT};
		steps[1] = (struct guard_step){scene.begin_ns, answer.bytes, answer.len, 1, 0, FW_GUARD_IN};
		visit(context, &scene, steps, "an address that a name may mean or not");
	}
}

/* Rows that are full, almost full, or know the address already; a bucket of the device at its end. */
static void give_rows(guard_answer_visit visit, void *context)
{
	static struct guard_scene scene;
	static struct letter question, answer;
	struct guard_step steps[2];

	for (uint32_t i = 0; i < 3 * FW_BOUND_KEPT + 3; i++) {
		struct spec spec = specs[0];
		struct fw_guard_member member = {.set = 2};
		struct fw_guard_address of;
		uint8_t name[256];
		uint64_t digest;

		calm(&scene);
		digest = fw_guard_name_digest(&scene.config, name, guard_name(0, name));
		fw_guard_name_set(scene.names, &scene.config, digest, 2);
		if (i >= 3 * FW_BOUND_KEPT)
			scene.config.binds = fw_bucket_rule_of(1, i - 3 * FW_BOUND_KEPT);
		guard_address(11, member.address);
		member.now_ns = scene.begin_ns;
		member.end_ns = scene.begin_ns + FW_NS_PER_S * 100;
		scene.state.members[0].slot[0] = 0;
		fw_guard_member_add(scene.state.members, &scene.config, &member);
		of = fw_guard_address_of(member.address);
		for (uint32_t j = 0; j < GUARD_BOUND; j++) {
			struct fw_bound_row *row = &scene.state.bound[j];

			row->next = (uint64_t)i + (j ? 0xffffffffull : 0);
			for (uint32_t k = 0; k < FW_BOUND_KEPT && i % 3; k++)
				row->kept[k] =
					k == i % FW_BOUND_KEPT && i % 3 == 2 ? fw_guard_member_hash(scene.config.key, 2, &of) : k * 7 + 3;
			row->kept[(i + j + 1) % FW_BOUND_KEPT] = fw_guard_member_hash(scene.config.key, 2, &of);
		}
		put_headers(&question, true);
		put_message(&question, &spec, true);
		set_lengths(&question);
		put_headers(&answer, false);
		put_message(&answer, &spec, false);
		set_lengths(&answer);
		steps[0] = (struct guard_step){scene.begin_ns, question.bytes, question.len, 1, 0, FW_GUARD_OUT};
		steps[1] = (struct guard_step){scene.begin_ns, answer.bytes, answer.len, 1, 0, FW_GUARD_IN};
		visit(context, &scene, steps, "a row of what was bound");
	}
}

/* The address is a member and down in the row, told so many others ago; the next two that are told are new, and one leaves for each. */
static void give_ages(guard_answer_visit visit, void *context)
{
	static struct guard_scene scene;
	static struct letter question, answer;
	struct guard_step steps[2];

	for (uint32_t age = 0; age < FW_BOUND_KEPT; age++) {
		struct spec spec = {.repeat = 3, .records = specs[0].records, .records_len = specs[0].records_len};
		struct fw_guard_member member = {.set = 2, .address = {[10] = 0xff, 0xff, 203, 0, 113, 0}};
		struct fw_guard_address of = fw_guard_address_of(member.address);
		uint8_t name[256];

		calm(&scene);
		fw_guard_name_set(scene.names, &scene.config, fw_guard_name_digest(&scene.config, name, guard_name(0, name)), 2);
		member.now_ns = scene.begin_ns;
		member.end_ns = scene.begin_ns + FW_NS_PER_S * 100;
		fw_guard_member_add(scene.state.members, &scene.config, &member);
		for (uint32_t j = 0; j < GUARD_BOUND; j++) {
			struct fw_bound_row *row = &scene.state.bound[j];

			row->next = age * 5 + (j ? 0xffffffe0ull : 0);
			for (uint32_t k = 0; k < FW_BOUND_KEPT; k++)
				row->kept[k] = k * 7 + 3;
			row->kept[(row->next - 1 - age) % FW_BOUND_KEPT] = fw_guard_member_hash(scene.config.key, 2, &of);
		}
		put_headers(&question, true);
		put_message(&question, &spec, true);
		set_lengths(&question);
		put_headers(&answer, false);
		put_message(&answer, &spec, false);
		set_lengths(&answer);
		steps[0] = (struct guard_step){scene.begin_ns, question.bytes, question.len, 1, 0, FW_GUARD_OUT};
		steps[1] = (struct guard_step){scene.begin_ns, answer.bytes, answer.len, 1, 0, FW_GUARD_IN};
		visit(context, &scene, steps, "an address that is told again");
	}
}

void guard_answers_each(guard_answer_visit visit, void *context)
{
	const uint64_t tick = 1ull << 28, begin = 1000000ull * FW_NS_PER_S;
	struct spec spec;

	give_addresses(visit, context);
	give_rows(visit, context);
	give_ages(visit, context);
	for (uint64_t end = 0; end < 4; end++)
		give_slit(begin + end * tick - tick, visit, context);
	for (uint32_t i = 0; i < sizeof(specs) / sizeof(*specs); i++)
		give(&specs[i], 0, visit, context);
	for (uint32_t bit = 0; bit < 16; bit++) {
		spec = specs[0];
		spec.name = "one flag turned";
		spec.flags = 0x8180 ^ 1u << bit;
		give(&spec, 0, visit, context);
	}
	for (uint32_t i = 0; i < 2; i++)
		for (uint32_t cut = 0; cut < 12 + 15 + 4 + specs[i].records_len; cut++)
			give(&specs[i], cut, visit, context);
	for (uint32_t i = 25; i < 28; i++) { /* the end falls on the edge of a tick, from either side */
		uint64_t hold = (i == 25 ? 0 : 604800) * FW_NS_PER_S;

		spec = specs[i];
		spec.grace_ns = tick - (begin + hold) % tick;
		give(&spec, 0, visit, context);
		spec.grace_ns += tick - 1;
		give(&spec, 0, visit, context);
	}
	for (uint32_t labels = 126; labels < 129; labels++)
		for (uint32_t records = 3; records < 7; records++)
			give_long(records, labels, visit, context);
}
