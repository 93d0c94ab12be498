/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shapes.h"

#include <string.h>

enum { ETHERNET = 14, IPV4 = 20, IPV6 = 40, UDP = 8, DNS = 12, TYPE_OPT = 41 };

/* A name while it is written; where in it the eight letters stand. */
struct name {
	uint8_t wire[SHAPE_NAME_MAX];
	size_t len, letters_at;
	uint64_t capitals;
};

/* What is drawn for a place is always the same. */
struct dice {
	uint64_t state;
};

static uint32_t roll(struct dice *dice, uint32_t sides)
{
	dice->state ^= dice->state << 13;
	dice->state ^= dice->state >> 7;
	dice->state ^= dice->state << 17;
	return (uint32_t)((dice->state >> 16) % sides);
}

static struct dice dice_of(uint32_t number)
{
	struct dice dice = {(number + 1) * 0x9e3779b97f4a7c15ull};

	roll(&dice, 2);
	return dice;
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void label(struct name *name, struct dice *dice, uint32_t len)
{
	name->wire[name->len++] = (uint8_t)len;
	for (uint32_t i = 0; i < len; i++)
		name->wire[name->len++] = (uint8_t)('a' + roll(dice, 26));
}

static void apex(struct name *name, uint32_t zone)
{
	static const char *const tops[] = {"\3com", "\3net", "\7example", "\2nl"};
	struct dice dice = dice_of(zone + 1000000);
	const char *top = tops[zone % 4];

	label(name, &dice, 5 + roll(&dice, 8));
	memcpy(name->wire + name->len, top, strlen(top) + 1);
	name->len += strlen(top) + 1;
}

/* A label that ends in the eight letters, for one in four a label in between, the zone. */
static struct name owner(const struct shape_world *world, uint32_t place)
{
	struct name name = {.len = 0};
	struct dice dice = dice_of(place);

	label(&name, &dice, roll(&dice, 9) + 8);
	name.letters_at = name.len - 8;
	if (roll(&dice, 4) == 0)
		label(&name, &dice, 2 + roll(&dice, 5));
	apex(&name, place % world->zones);
	if (roll(&dice, 4) != 0)
		return name;
	for (size_t i = 1; i < name.len - 1; i++) /* capitals at random; a length is below any letter */
		if (name.wire[i] >= 'a' && roll(&dice, 2))
			name.wire[i] &= (uint8_t)~0x20;
	name.capitals = (uint64_t)roll(&dice, UINT32_MAX) << 32 | roll(&dice, UINT32_MAX);
	name.capitals &= 0x2020202020202020ull;
	return name;
}

void shape_target(bool six, uint8_t out[16])
{
	static const uint8_t v4[16] = {[10] = 0xff, 0xff, 192, 0, 2, 1};
	static const uint8_t v6[16] = {0x20, 1, 0xd, 0xb8, 0xff, 0xff, [15] = 0x53};

	memcpy(out, six ? v6 : v4, 16);
}

void shape_source(bool six, uint32_t source, uint8_t out[16])
{
	static const uint8_t v4[16] = {[10] = 0xff, 0xff};
	static const uint8_t v6[16] = {0x20, 1, 0xd, 0xb8, [15] = 1};
	uint8_t *at = out + (six ? 4 : 12);

	memcpy(out, six ? v6 : v4, 16);
	put16(at, source >> 16);
	put16(at + 2, source);
}

uint32_t shape_zones(uint32_t names)
{
	return names < 20 ? 1 : names / 10 < SHAPE_ZONES_MAX ? names / 10 : SHAPE_ZONES_MAX;
}

size_t shape_apex(uint32_t zone, uint8_t out[SHAPE_NAME_MAX])
{
	struct name name = {.len = 0};

	apex(&name, zone);
	memcpy(out, name.wire, name.len);
	return name.len;
}

size_t shape_owner(const struct shape_world *world, uint32_t number, uint8_t out[SHAPE_NAME_MAX])
{
	struct name name = owner(world, number % BENCH_SHAPES);
	uint64_t letters = bench_letters(number);

	memcpy(name.wire + name.letters_at, &letters, sizeof(letters));
	memcpy(out, name.wire, name.len);
	return name.len;
}

uint32_t shape_zone(const struct shape_world *world, uint32_t number)
{
	return number % BENCH_SHAPES % world->zones;
}

/* OPT in three of four, every other of them with a client cookie (RFC 7873). Returns its length. */
static size_t opt(uint8_t *at, struct dice *dice)
{
	uint32_t cookie = roll(dice, 2) ? 12 : 0;

	memset(at, 0, 11 + cookie);
	put16(at + 1, TYPE_OPT);
	put16(at + 3, 1232);
	at[7] = roll(dice, 2) ? 0x80 : 0; /* DO */
	put16(at + 9, cookie);
	if (!cookie)
		return 11;
	put16(at + 11, 10);
	put16(at + 13, 8);
	for (uint32_t i = 0; i < 8; i++)
		at[15 + i] = (uint8_t)roll(dice, 256);
	return 11 + cookie;
}

/* The DNS message; returns its length. */
static size_t question(uint8_t *at, const struct name *name, struct dice *dice)
{
	static const uint8_t types[] = {1, 1, 28, 28, 15, 16, 2, 65};
	size_t len = DNS + name->len + 4;

	memset(at, 0, DNS);
	put16(at, roll(dice, 65536));
	at[2] = (uint8_t)roll(dice, 2); /* RD */
	at[5] = 1;
	memcpy(at + DNS, name->wire, name->len);
	put16(at + len - 4, types[roll(dice, 8)]);
	put16(at + len - 2, 1);
	if (roll(dice, 4) == 0)
		return len;
	at[11] = 1;
	return len + opt(at + len, dice);
}

/* Makes no question of it; returns the new length. name_len: of the name behind the header. */
static size_t spoil(uint8_t *at, size_t len, size_t name_len, uint32_t way)
{
	switch (way) {
	case 0:
		return DNS + name_len / 2; /* ends within the name */
	case 1:
		at[DNS] = 64; /* too long a label */
		return len;
	case 2:
		put16(at + DNS, 0xc00c); /* a name that points to itself */
		return len;
	case 3:
		at[5] = 2; /* questions */
		return len;
	case 4:
		at[7] = 1; /* an answer */
		return len;
	case 5:
		at[11] = 9; /* additional records */
		return len;
	default:
		return DNS - 3; /* ends within the header */
	}
}

static void ip_header(uint8_t *at, const struct shape_world *world, size_t payload_len)
{
	uint8_t source[16], target[16];

	shape_source(world->six, 0, source);
	shape_target(world->six, target);
	if (world->six) {
		at[0] = 0x60;
		put16(at + 4, (uint32_t)payload_len);
		at[6] = 17;
		at[7] = 64;
		memcpy(at + 8, source, 16);
		memcpy(at + 24, target, 16);
		return;
	}
	at[0] = 0x45;
	put16(at + 2, (uint32_t)(payload_len + IPV4));
	at[8] = 64;
	at[9] = 17;
	memcpy(at + 16, target + 12, 4);
}

static uint16_t checksum(const uint8_t *at, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

void shape_make(const struct shape_world *world, uint32_t place, struct bench_shape *out)
{
	size_t ip_len = world->six ? IPV6 : IPV4, udp_at = ETHERNET + ip_len, dns_at = udp_at + UDP, len;
	struct name name = owner(world, place);
	struct dice dice = dice_of(place + 2000000);
	uint8_t *frame = out->frame;

	memset(out, 0, sizeof(*out));
	len = question(frame + dns_at, &name, &dice);
	if (world->kind == SHAPE_MALFORMED)
		len = spoil(frame + dns_at, len, name.len, roll(&dice, 7));
	if (world->kind == SHAPE_ANSWER)
		frame[dns_at + 2] |= 0x84; /* QR, AA */
	memcpy(frame, (const uint8_t[]){2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}, 12);
	put16(frame + 12, world->six ? 0x86dd : 0x0800);
	ip_header(frame + ETHERNET, world, len + UDP);
	put16(frame + udp_at, 1024 + roll(&dice, 64512));
	put16(frame + udp_at + 2, 53);
	put16(frame + udp_at + 4, (uint32_t)(len + UDP));
	put16(frame + udp_at + 6, 1 + roll(&dice, 65535));
	out->frame_len = (uint32_t)(dns_at + len);
	out->source_off = ETHERNET + 12; /* IPv4's source; IPv6's is four bytes earlier, and its bytes 4 to 7 are meant */
	out->letters_off = world->kind == SHAPE_MALFORMED ? 0 : (uint16_t)(dns_at + DNS + name.letters_at);
	out->capitals = name.capitals;
	if (world->six)
		return;
	out->checksum_off = ETHERNET + 10;
	out->checksum = checksum(frame + ETHERNET, IPV4);
}
