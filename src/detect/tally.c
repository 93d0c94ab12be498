/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "detect/tally.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

struct target {
	uint8_t prefix[16];
	uint64_t bits;
	uint8_t exact[16];
	uint64_t many; /* more than one exact address */
	struct junk_count count;
};

struct sender {
	uint8_t address[16];
	uint32_t maker; /* number + 1; 0 while it has not named one; TALLY_NO_MAKER + 1: there was no place for it */
	struct tally_mark mark;
	struct junk_count nameless;
};

struct tally {
	struct table targets, senders;
	struct junk junk;
	uint64_t makers_left_out; /* senders of makers for which there was no place */
};

int tally_new(const uint8_t hash_key[16], struct tally **out_tally)
{
	struct tally *tally = calloc(1, sizeof(*tally));
	int error;

	if (!tally)
		return -ENOMEM;
	error = table_init(&tally->targets, TALLY_TARGET_MAX, sizeof(struct target), offsetof(struct target, exact), hash_key);
	if (!error)
		error = table_init(
			&tally->senders, TALLY_SENDER_MAX, sizeof(struct sender), sizeof(((struct sender *)0)->address), hash_key);
	if (error) {
		tally_free(tally);
		return error;
	}
	*out_tally = tally;
	return 0;
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	table_done(&tally->targets);
	table_done(&tally->senders);
	free(tally);
}

static void add(struct junk_count *sum, struct junk_count count)
{
	sum->packets += count.packets;
	sum->bytes += count.bytes;
}

void tally_vector(struct tally *tally, enum vector vector, struct junk_count count)
{
	add(&tally->junk.total, count);
	add(&tally->junk.by_vector[vector], count);
}

void tally_move(struct tally *tally, enum vector from, enum vector to, struct junk_count count)
{
	tally->junk.by_vector[from].packets -= count.packets;
	tally->junk.by_vector[from].bytes -= count.bytes;
	add(&tally->junk.by_vector[to], count);
}

void tally_target(struct tally *tally, const uint8_t prefix[16], uint8_t bits, const uint8_t exact[16], bool many, struct junk_count count)
{
	struct target key = {.bits = bits}, *target;
	bool is_new;

	if (count.packets == 0)
		return;
	memcpy(key.prefix, prefix, sizeof(key.prefix));
	target = table_put(&tally->targets, &key, &is_new, NULL, NULL);
	if (is_new)
		memcpy(target->exact, exact, sizeof(target->exact));
	if (many || memcmp(target->exact, exact, sizeof(target->exact)) != 0)
		target->many = true;
	add(&target->count, count);
}

void tally_maker(struct tally *tally, uint32_t maker, struct junk_count count)
{
	if (maker < tally->junk.maker_count)
		add(&tally->junk.by_maker[maker].count, count);
}

uint32_t tally_see(struct tally *tally, const uint8_t address[16], bool talks, struct tally_mark mark, uint32_t bytes)
{
	struct sender *sender;
	bool is_new;

	if (!talks && tally->junk.maker_count == 0)
		return TALLY_NO_MAKER;
	sender = talks ? table_put(&tally->senders, address, &is_new, NULL, NULL) : table_find(&tally->senders, address);
	if (!sender)
		return TALLY_NO_MAKER;
	if (sender->maker)
		return sender->maker - 1;
	if (sender->mark.memo != mark.memo || sender->mark.window_ns != mark.window_ns)
		sender->nameless = (struct junk_count){0};
	sender->mark = mark;
	add(&sender->nameless, (struct junk_count){1, bytes});
	return TALLY_NO_MAKER;
}

/* The number of a maker's name, made if there is room. */
static uint32_t maker_number(struct junk *junk, struct slice name)
{
	char text[DEVICE_TEXT_MAX] = "";
	size_t len = name.len < sizeof(text) - 1 ? name.len : sizeof(text) - 1;

	if (len)
		memcpy(text, name.bytes, len);
	if (text[0] == '\0')
		return TALLY_NO_MAKER;
	for (uint32_t i = 0; i < junk->maker_count; i++)
		if (strcmp(junk->by_maker[i].maker, text) == 0)
			return i;
	if (junk->maker_count == JUNK_MAKER_MAX)
		return TALLY_NO_MAKER;
	memcpy(junk->by_maker[junk->maker_count].maker, text, strlen(text) + 1);
	return junk->maker_count++;
}

uint32_t tally_name(
	struct tally *tally, const uint8_t address[16], struct slice maker, struct tally_mark *out_mark, struct junk_count *out_earlier)
{
	struct sender *sender;
	uint32_t number;
	bool is_new;

	sender = table_put(&tally->senders, address, &is_new, NULL, NULL);
	if (sender->maker)
		return TALLY_NO_MAKER;
	number = maker_number(&tally->junk, maker);
	if (number == TALLY_NO_MAKER && tally->junk.maker_count < JUNK_MAKER_MAX)
		return TALLY_NO_MAKER;
	sender->maker = number + 1;
	if (number == TALLY_NO_MAKER) {
		tally->makers_left_out++;
		return TALLY_NO_MAKER;
	}
	*out_mark = sender->mark;
	*out_earlier = sender->nameless;
	return number;
}

static bool before(const struct junk_target *a, const struct junk_target *b)
{
	int order = memcmp(a->target, b->target, sizeof(a->target));

	if (a->count.packets != b->count.packets)
		return a->count.packets > b->count.packets;
	return order ? order < 0 : a->bits < b->bits;
}

/* Insertion into the list of the largest. */
static void rank(void *context, void *entry)
{
	struct junk *junk = context;
	const struct target *target = entry;
	struct junk_target row = {.bits = target->many ? (uint8_t)target->bits : 128, .count = target->count};
	uint32_t place = junk->target_count;

	memcpy(row.target, target->many ? target->prefix : target->exact, sizeof(row.target));
	if (place == JUNK_TARGET_MAX && !before(&row, &junk->by_target[place - 1]))
		return;
	if (place == JUNK_TARGET_MAX)
		place--;
	else
		junk->target_count++;
	for (; place > 0 && before(&row, &junk->by_target[place - 1]); place--)
		junk->by_target[place] = junk->by_target[place - 1];
	junk->by_target[place] = row;
}

const struct junk *tally_junk(struct tally *tally)
{
	tally->junk.target_count = 0;
	memset(tally->junk.by_target, 0, sizeof(tally->junk.by_target));
	table_each(&tally->targets, rank, &tally->junk);
	return &tally->junk;
}

uint64_t tally_left_out(const struct tally *tally)
{
	return tally->targets.evicted + tally->senders.evicted + tally->makers_left_out;
}
