/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policies speak of names. What a device itself asks for, the kernel learns from the answer on its way; but a device may have asked before
 * we were started, and keeps that address for days. So every name is asked for by ourselves, at the start and before its time is over.
 *
 *	due  -- ask_next() -->  open  -- answer -->  due at 9/10 of its TTL (10 s to 1 h)
 *	                          |  -- no such name: due in 5 min
 *	                          '-- silence of 2 s, three times: due in 5 s, then twice as long each time, up to 5 min
 *
 * An answer counts if its number belongs to an open question, it repeats that question byte for byte (letters in any case, RFC 4343), and
 * its code is NOERROR or NXDOMAIN. All A or AAAA records of the answer section are its name's, also behind CNAMEs. From whom a
 * datagram came is the socket's to check.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "guard/guard.h"
#include "wire/bucket.h"
#include "wire/siphash.h"

#define PATIENCE_NS (2 * FW_NS_PER_S)
#define LEAST_NS (10 * FW_NS_PER_S)
#define MOST_NS (3600 * FW_NS_PER_S)
#define NONE_NS (300 * FW_NS_PER_S)
#define SILENCE_NS (5 * FW_NS_PER_S)

enum {
	FAMILIES = 2,
	TRIES = 3,
	DNS_HEADER = 12,
	TYPE_A = 1,
	TYPE_CNAME = 5,
	TYPE_AAAA = 28,
	CLASS_IN = 1,
	POINTERS_MAX = 32,
	RECORDS_MAX = 64
};

struct wanted {
	uint64_t key; /* hash of name, set and family */
	uint32_t set, family; /* 0: A, 1: AAAA */
	char name[ASK_NAME_MAX];
	uint8_t tries; /* of the question that is open or was last */
	bool wanted, tried, answered, open;
	uint64_t due_ns;
	uint32_t silences;
};

struct question {
	bool open;
	uint16_t id;
	uint64_t key, sent_ns; /* key: of what is wanted */
};

struct ask {
	struct table table; /* of struct wanted */
	uint8_t hash_key[16];
	struct question open[ASK_OPEN_MAX];
	uint64_t seed, drawn, now_ns;
	uint64_t quiet_until_ns; /* nothing is due before: a table of thousands is not walked five times a second */
	uint32_t cursor; /* entry to look at next */
	struct ask_counts counts;
};

int ask_new(uint32_t max, const uint8_t key[16], uint64_t seed, struct ask **out_ask)
{
	struct ask *ask = calloc(1, sizeof(*ask));

	if (!ask)
		return -ENOMEM;
	if (table_init(&ask->table, max * FAMILIES, (sizeof(struct wanted) + 7) / 8 * 8, 8, key)) {
		free(ask);
		return -ENOMEM;
	}
	ask->seed = seed;
	memcpy(ask->hash_key, key, sizeof(ask->hash_key));
	*out_ask = ask;
	return 0;
}

void ask_free(struct ask *ask)
{
	if (!ask)
		return;
	table_done(&ask->table);
	free(ask);
}

/* ---- what is wanted ---- */

uint32_t ask_name(const char *name, uint8_t out[256])
{
	uint32_t at = 0;

	while (*name) {
		size_t len = strcspn(name, ".");
		if (!len || len > 63 || at + len + 2 > 255)
			return 0;
		out[at++] = (uint8_t)len;
		memcpy(out + at, name, len);
		at += (uint32_t)len;
		name += len;
		name += *name == '.';
	}
	out[at++] = 0;
	return at > 1 ? at : 0;
}

static uint64_t key_of(const struct ask *ask, const char *name, uint32_t set, uint32_t family)
{
	uint8_t bytes[ASK_NAME_MAX + 8] = {0};
	uint64_t hash;

	memcpy(bytes, &set, sizeof(set));
	memcpy(bytes + 4, &family, sizeof(family));
	memcpy(bytes + 8, name, strlen(name));
	hash = fw_sip_hash(ask->hash_key, bytes, 8 + strlen(name), 1, 3);
	return hash ? hash : 1;
}

int ask_want(struct ask *ask, const char *name, uint32_t set)
{
	uint8_t wire[256];

	if (!set || strlen(name) >= ASK_NAME_MAX || !ask_name(name, wire))
		return -EINVAL;
	for (uint32_t family = 0; family < FAMILIES; family++) {
		uint64_t key = key_of(ask, name, set, family);
		struct wanted *wanted = table_find(&ask->table, &key);
		bool is_new;
		if (!wanted && ask->table.count == ask->table.capacity)
			return -ENOSPC;
		wanted = table_put(&ask->table, &key, &is_new, NULL, NULL);
		if (is_new) {
			wanted->set = set;
			wanted->family = family;
			memcpy(wanted->name, name, strlen(name) + 1);
		}
		wanted->wanted = true;
	}
	ask->quiet_until_ns = 0;
	return 0;
}

static void close_questions(struct ask *ask, const struct wanted *wanted)
{
	for (unsigned i = 0; i < ASK_OPEN_MAX; i++)
		if (ask->open[i].open && ask->open[i].key == wanted->key)
			ask->open[i].open = false;
}

void ask_sweep(struct ask *ask)
{
	for (uint32_t i = 0; i < ask->table.capacity; i++) {
		struct wanted *wanted = table_at(&ask->table, i);
		if (table_find(&ask->table, &wanted->key) != wanted)
			continue;
		if (!wanted->wanted) {
			close_questions(ask, wanted);
			table_remove(&ask->table, wanted);
		} else {
			wanted->wanted = false;
		}
	}
}

struct settling {
	bool settled;
	uint32_t names, waiting;
};

static void look(void *context, void *entry)
{
	struct settling *settling = context;
	const struct wanted *wanted = entry;

	settling->settled &= wanted->tried;
	settling->names += !wanted->family;
	settling->waiting += !wanted->family && !wanted->answered;
}

bool ask_settled(const struct ask *ask)
{
	struct settling settling = {.settled = true};

	table_each(&ask->table, look, &settling);
	return settling.settled;
}

void ask_counts(const struct ask *ask, struct ask_counts *out)
{
	struct settling settling = {0};

	table_each(&ask->table, look, &settling);
	*out = ask->counts;
	out->names = settling.names;
	out->waiting = settling.waiting;
}

/* ---- asking ---- */

static uint64_t draw(struct ask *ask)
{
	uint8_t key[16] = {0};

	memcpy(key, &ask->seed, sizeof(ask->seed));
	ask->drawn++;
	return fw_sip_hash(key, (const uint8_t *)&ask->drawn, sizeof(ask->drawn), 1, 3);
}

static uint64_t forward(struct ask *ask, uint64_t now_ns)
{
	ask->now_ns = now_ns > ask->now_ns ? now_ns : ask->now_ns;
	return ask->now_ns;
}

static struct wanted *wanted_of(const struct ask *ask, const struct question *question)
{
	return table_find(&ask->table, &question->key);
}

/* Silence: the next try at once, and after the last one a pause. */
static void give_up(struct ask *ask, struct question *question)
{
	struct wanted *wanted = wanted_of(ask, question);
	uint32_t doubled;

	question->open = false;
	ask->quiet_until_ns = 0;
	if (!wanted)
		return;
	wanted->open = false;
	if (wanted->tries < TRIES) {
		wanted->due_ns = ask->now_ns;
		return;
	}
	doubled = wanted->silences < 6 ? wanted->silences++ : 6;
	wanted->tries = 0;
	wanted->tried = true;
	ask->counts.failed++;
	wanted->due_ns = ask->now_ns + (SILENCE_NS << doubled > NONE_NS ? NONE_NS : SILENCE_NS << doubled);
}

static struct question *room_for_one(struct ask *ask)
{
	struct question *free_one = NULL;

	for (unsigned i = 0; i < ASK_OPEN_MAX; i++) {
		struct question *question = &ask->open[i];
		if (question->open && ask->now_ns - question->sent_ns >= PATIENCE_NS)
			give_up(ask, question);
		if (!question->open)
			free_one = question;
	}
	return free_one;
}

static struct wanted *next_due(struct ask *ask)
{
	uint64_t earliest_ns = UINT64_MAX;

	if (ask->now_ns < ask->quiet_until_ns)
		return NULL;
	for (uint32_t i = 0; i < ask->table.capacity; i++) {
		struct wanted *wanted = table_at(&ask->table, ask->cursor);
		ask->cursor = (ask->cursor + 1) % ask->table.capacity;
		if (!wanted->set || wanted->open || table_find(&ask->table, &wanted->key) != wanted)
			continue;
		if (wanted->due_ns <= ask->now_ns)
			return wanted;
		earliest_ns = wanted->due_ns < earliest_ns ? wanted->due_ns : earliest_ns;
	}
	ask->quiet_until_ns = earliest_ns;
	return NULL;
}

static uint32_t write_question(const struct wanted *wanted, uint16_t id, uint8_t out[ASK_MESSAGE_MAX])
{
	static const uint8_t rest[10] = {0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0}; /* RD, one question */
	uint32_t len;

	out[0] = (uint8_t)(id >> 8);
	out[1] = (uint8_t)id;
	memcpy(out + 2, rest, sizeof(rest));
	len = DNS_HEADER + ask_name(wanted->name, out + DNS_HEADER);
	out[len++] = 0;
	out[len++] = wanted->family ? TYPE_AAAA : TYPE_A;
	out[len++] = 0;
	out[len++] = CLASS_IN;
	return len;
}

uint32_t ask_next(struct ask *ask, uint64_t now_ns, uint8_t out[ASK_MESSAGE_MAX])
{
	struct question *question;
	struct wanted *wanted;

	forward(ask, now_ns);
	question = room_for_one(ask);
	wanted = question ? next_due(ask) : NULL;
	if (!wanted)
		return 0;
	*question = (struct question){.open = true, .id = (uint16_t)draw(ask), .key = wanted->key, .sent_ns = ask->now_ns};
	wanted->open = true;
	wanted->tries++;
	ask->counts.asked++;
	return write_question(wanted, question->id, out);
}

/* ---- hearing ---- */

/* Over a name, compressed or not. */
static enum fw_read skip_name(struct fw_cursor *here)
{
	for (unsigned labels = 0; labels < 128; labels++) {
		const uint8_t *byte = fw_peek(here, 1);
		if (!byte)
			return FW_READ_SHORT;
		if ((*byte & 0xc0) == 0xc0) {
			if (!fw_peek(here, 2))
				return FW_READ_SHORT;
			fw_skip(here, 2);
			return FW_READ_OK;
		}
		if (*byte & 0xc0)
			return FW_READ_BAD;
		if (!fw_peek(here, 1u + *byte))
			return FW_READ_SHORT;
		fw_skip(here, 1u + *byte);
		if (!*byte)
			return FW_READ_OK;
	}
	return FW_READ_BAD;
}

static uint8_t lower(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

static bool repeats(const struct wanted *wanted, const uint8_t *message, uint32_t len, uint32_t *out_end)
{
	uint8_t asked[ASK_MESSAGE_MAX];
	uint32_t asked_len = write_question(wanted, 0, asked);

	if (len < asked_len)
		return false;
	for (uint32_t i = DNS_HEADER; i < asked_len; i++)
		if (lower(message[i]) != lower(asked[i]))
			return false;
	*out_end = asked_len;
	return true;
}

static void take_record(uint32_t type, const uint8_t *data, uint32_t data_len, uint32_t ttl_s, uint32_t wanted_type, struct ask_answer *out)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	uint8_t *address = out->addresses[out->count];

	if (type != TYPE_CNAME && type != wanted_type)
		return;
	out->ttl_s = ttl_s < out->ttl_s ? ttl_s : out->ttl_s;
	if (type == TYPE_CNAME || out->count == ASK_ADDRESSES_MAX)
		return;
	if (type == TYPE_A && data_len == 4) {
		memcpy(address, mapped, sizeof(mapped));
		memcpy(address + 12, data, 4);
		out->count++;
	} else if (type == TYPE_AAAA && data_len == 16 && memcmp(data, mapped, sizeof(mapped)) != 0) {
		memcpy(address, data, 16);
		out->count++;
	}
}

static enum fw_read read_records(struct fw_cursor *here, uint32_t count, uint32_t wanted_type, struct ask_answer *out)
{
	for (uint32_t i = 0; i < count && i < RECORDS_MAX; i++) {
		const uint8_t *fixed, *data;
		enum fw_read read = skip_name(here);
		uint32_t ttl_s, data_len;
		if (read != FW_READ_OK)
			return read;
		fixed = fw_peek(here, 10);
		if (!fixed)
			return FW_READ_SHORT;
		ttl_s = fw_be32(fixed + 4);
		data_len = fw_be16(fixed + 8);
		fw_skip(here, 10);
		data = fw_peek(here, data_len);
		if (!data)
			return FW_READ_SHORT;
		/* RFC 2181 section 8: a TTL with the first bit set is none */
		if (fw_be16(fixed + 2) == CLASS_IN)
			take_record(fw_be16(fixed), data, data_len, ttl_s > INT32_MAX ? 0 : ttl_s, wanted_type, out);
		fw_skip(here, data_len);
	}
	return FW_READ_OK;
}

static struct question *question_of(struct ask *ask, const uint8_t *message, uint32_t len, uint32_t *out_end)
{
	for (unsigned i = 0; i < ASK_OPEN_MAX; i++) {
		struct question *question = &ask->open[i];
		const struct wanted *wanted = question->open && question->id == fw_be16(message) ? wanted_of(ask, question) : NULL;
		if (wanted && repeats(wanted, message, len, out_end))
			return question;
	}
	return NULL;
}

static void settle(struct ask *ask, struct question *question, const struct ask_answer *answer)
{
	struct wanted *wanted = wanted_of(ask, question);
	uint64_t again_ns = answer->ttl_s * FW_NS_PER_S / 10 * 9;

	ask->quiet_until_ns = 0;
	question->open = false;
	wanted->open = false;
	wanted->tries = 0;
	wanted->silences = 0;
	wanted->tried = true;
	if (!answer->count) {
		ask->counts.failed++;
		wanted->due_ns = ask->now_ns + NONE_NS;
		return;
	}
	wanted->answered = true;
	ask->counts.answered++;
	wanted->due_ns = ask->now_ns + (again_ns < LEAST_NS ? LEAST_NS : again_ns > MOST_NS ? MOST_NS : again_ns);
}

enum fw_read ask_hear(struct ask *ask, const uint8_t *message, uint32_t len, uint64_t now_ns, struct ask_answer *out)
{
	struct ask_answer answer = {.ttl_s = UINT32_MAX};
	struct fw_cursor here = fw_cursor_of(message, len);
	const struct wanted *wanted;
	struct question *question;
	uint32_t end = 0, code;
	enum fw_read read;

	forward(ask, now_ns);
	if (len < DNS_HEADER)
		return FW_READ_SHORT;
	question = question_of(ask, message, len, &end);
	if (!question)
		return FW_READ_OTHER;
	code = message[3] & 0x0f;
	/* QR, opcode QUERY, not cut; any other code says nothing about the name: another resolver, or the next try, may */
	if (!(message[2] & 0x80) || message[2] & 0x7a || (code != 0 && code != 3) || fw_be16(message + 4) != 1)
		return FW_READ_BAD;
	fw_skip(&here, end);
	wanted = wanted_of(ask, question);
	read = read_records(&here, code ? 0 : fw_be16(message + 6), wanted->family ? TYPE_AAAA : TYPE_A, &answer);
	if (read != FW_READ_OK)
		return read;
	answer.set = wanted->set;
	answer.name = wanted->name;
	answer.ttl_s = answer.count ? answer.ttl_s : 0;
	settle(ask, question, &answer);
	*out = answer;
	return FW_READ_OK;
}
