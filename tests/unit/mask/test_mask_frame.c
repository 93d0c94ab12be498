/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames with stand-ins: every address in every header, checksums, and nothing kept that is not understood; cut at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mask/inside.h"
#include "wire/packet.h"

enum { FRAME_MAX = 512 };

static struct mask mask;

struct build {
	uint8_t bytes[FRAME_MAX];
	uint32_t len;
};

static const uint8_t us[6] = {0xa0, 0xa0, 0xa0, 0x3c, 0x7f, 0x64}, them[6] = {0x98, 0x9b, 0xcb, 0x51, 0x52, 0x53};
static const uint8_t ours4[4] = {192, 168, 1, 64}, theirs4[4] = {81, 2, 69, 160};
static const uint8_t ours6[16] = {0x20, 1, 0xd, 0xb8, [15] = 0x64}, theirs6[16] = {0x2a, 0, 0x14, 0x50, [15] = 0x0e};

static int start(void **state)
{
	mask_init(&mask, (const uint8_t *)"0123456789abcdef");
	return 0;
}

static void add(struct build *build, const void *bytes, uint32_t len)
{
	assert_true(build->len + len <= FRAME_MAX);
	if (len)
		memcpy(build->bytes + build->len, bytes, len);
	build->len += len;
}

static void add_ethernet(struct build *build, uint16_t type)
{
	add(build, them, 6);
	add(build, us, 6);
	add(build, (uint8_t[]){(uint8_t)(type >> 8), (uint8_t)type}, 2);
}

static void add_ipv4(struct build *build, uint8_t proto, uint32_t body, const uint8_t *options, uint32_t options_len)
{
	uint32_t head = 20 + options_len, total = head + body;

	add(build, (uint8_t[]){(uint8_t)(0x40 | head / 4), 0, (uint8_t)(total >> 8), (uint8_t)total, 0, 1, 0, 0, 64, proto, 0x55, 0x55},
		12);
	add(build, ours4, 4);
	add(build, theirs4, 4);
	add(build, options, options_len);
}

static void add_ipv6(struct build *build, uint8_t next, uint32_t body)
{
	add(build, (uint8_t[]){0x60, 0, 0, 0, (uint8_t)(body >> 8), (uint8_t)body, next, 64}, 8);
	add(build, ours6, 16);
	add(build, theirs6, 16);
}

static void add_tcp(struct build *build, const uint8_t seq[4], const uint8_t *options, uint32_t options_len)
{
	add(build, (uint8_t[]){0x9c, 0x40, 0, 23}, 4);
	add(build, seq, 4);
	add(build, (uint8_t[]){0, 0, 0, 0, (uint8_t)((20 + options_len) / 4 << 4), 2, 0x20, 0, 0x12, 0x34, 0, 0}, 12);
	add(build, options, options_len);
}

static bool holds(const uint8_t *bytes, uint32_t len, const void *part, uint32_t part_len)
{
	for (uint32_t i = 0; i + part_len <= len; i++)
		if (memcmp(bytes + i, part, part_len) == 0)
			return true;
	return false;
}

static void nothing_true_is_left(const uint8_t *bytes, uint32_t len)
{
	assert_false(holds(bytes, len, us + 3, 3));
	assert_false(holds(bytes, len, them + 3, 3));
	assert_false(holds(bytes, len, ours4, 4));
	assert_false(holds(bytes, len, theirs4, 4));
	assert_false(holds(bytes, len, ours6, 16));
	assert_false(holds(bytes, len, theirs6, 16));
	assert_false(holds(bytes, len, "secret", 6));
}

static uint16_t sum(const uint8_t *p, uint32_t len)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i + 1 < len; i += 2)
		total += (uint32_t)p[i] << 8 | p[i + 1];
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)total;
}

/* On a heap block of just this size, whole and cut at every byte; what is kept is never more of a cut frame than of the whole. */
static uint32_t through(const struct build *build, uint32_t link, uint8_t out[FRAME_MAX])
{
	uint32_t whole = 0;

	for (uint32_t len = 0; len <= build->len; len++) {
		uint8_t *bytes = malloc(len ? len : 1);
		memcpy(bytes, build->bytes, len);
		whole = mask_frame(&mask, bytes, len, link);
		assert_true(whole <= len);
		nothing_true_is_left(bytes, len);
		for (uint32_t i = whole; i < len; i++)
			assert_int_equal(bytes[i], 0);
		if (len == build->len)
			memcpy(out, bytes, len);
		free(bytes);
	}
	return whole;
}

static void tcp_over_ipv4(void **state)
{
	/* record route with an address in it; MPTCP's ADD_ADDR with another; MSS */
	static const uint8_t route[] = {7, 7, 8, 192, 168, 1, 64, 0};
	static const uint8_t options[] = {2, 4, 5, 0xb4, 30, 8, 0x30, 1, 81, 2, 69, 160, 1, 1, 0, 0};
	struct build build = {0};
	uint8_t out[FRAME_MAX];

	add_ethernet(&build, 0x0800);
	add_ipv4(&build, 6, 36 + 6, route, 8);
	add_tcp(&build, theirs4, options, 16);
	add(&build, "secret", 6);
	assert_int_equal(through(&build, FW_LINK_ETHERNET, out), 14 + 28 + 36);
	assert_memory_equal(out, them, 3);
	assert_memory_equal(out + 6, us, 3);
	assert_int_equal(sum(out + 14, 28), 0xffff);
	assert_memory_equal(out + 34, "\0\0\0\0\0\0\0\0", 8);
	uint8_t target[4];
	memcpy(target, theirs4, 4);
	mask_ipv4(&mask, target);
	assert_memory_equal(out + 30, target, 4);
	assert_memory_equal(out + 42 + 4, target, 4); /* Mirai's mark follows */
	assert_memory_equal(out + 42 + 16, "\0\0", 2);
	assert_memory_equal(out + 62, "\2\4\5\xb4\1\1\1\1\1\1\1\1\1\1\0\0", 16);
}

/* What comes back to a marked SYN acknowledges the address plus one. */
static void the_mark_in_an_answer(void **state)
{
	struct build build = {0};
	uint8_t out[FRAME_MAX], source[4];

	add_ethernet(&build, 0x0800);
	add_ipv4(&build, 6, 20, NULL, 0);
	add_tcp(&build, (uint8_t[]){1, 2, 3, 4}, NULL, 0);
	memcpy(build.bytes + 34 + 8, (uint8_t[]){192, 168, 1, 65}, 4);
	assert_int_equal(through(&build, FW_LINK_ETHERNET, out), 54);
	memcpy(source, ours4, 4);
	mask_ipv4(&mask, source);
	assert_int_equal(fw_be32(out + 42), fw_be32(source) + 1);
	assert_memory_equal(out + 38, "\1\2\3\4", 4);
}

static void udp_over_ipv6(void **state)
{
	/* a routing header with an address, then a fragment header of a whole packet */
	static const uint8_t chain[] = {
		44, 2, 0, 1, 0, 0, 0, 0, 0x2a, 0, 0x14, 0x50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0e, 17, 0, 0, 0, 1, 2, 3, 4};
	struct build build = {0};
	uint8_t out[FRAME_MAX];

	add_ethernet(&build, 0x86dd);
	add_ipv6(&build, 43, 32 + 8 + 6);
	add(&build, chain, 32);
	add(&build, (uint8_t[]){0, 53, 0, 54, 0, 14, 0x12, 0x34}, 8);
	add(&build, "secret", 6);
	assert_int_equal(through(&build, FW_LINK_ETHERNET, out), 14 + 40 + 32 + 8);
	assert_memory_equal(out + 54, "\x2c\2\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x11\0\0\0\1\2\3\4", 32);
	assert_memory_equal(out + 86 + 6, "\0\0", 2);
}

static void arp(void **state)
{
	struct build build = {0};
	uint8_t out[FRAME_MAX], mac[6], address[4];

	add_ethernet(&build, 0x0806);
	add(&build, (uint8_t[]){0, 1, 8, 0, 6, 4, 0, 2}, 8);
	add(&build, us, 6);
	add(&build, ours4, 4);
	add(&build, them, 6);
	add(&build, theirs4, 4);
	add(&build, "secret", 6); /* padding holds what was in the card's buffer before */
	assert_int_equal(through(&build, FW_LINK_ETHERNET, out), 42);
	memcpy(mac, us, 6);
	mask_mac(&mask, mac);
	memcpy(address, ours4, 4);
	mask_ipv4(&mask, address);
	assert_memory_equal(out + 6, mac, 6);
	assert_memory_equal(out + 22, mac, 6);
	assert_memory_equal(out + 28, address, 4);
}

static void cooked_and_raw(void **state)
{
	struct build one = {0}, two = {0}, raw = {0}, odd = {0};
	uint8_t out[FRAME_MAX];

	add(&one, (uint8_t[]){0, 0, 0, 1, 0, 6}, 6);
	add(&one, us, 6);
	add(&one, "\xa0\x3c\x08\0", 4);
	add_ipv4(&one, 99, 6, NULL, 0);
	add(&one, "secret", 6);
	assert_int_equal(through(&one, FW_LINK_SLL, out), 36);
	assert_memory_equal(out + 12, "\0\0", 2);
	add(&two, (uint8_t[]){8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6}, 12);
	add(&two, us, 6);
	add(&two, "\0\0", 2);
	add_ipv4(&two, 99, 6, NULL, 0);
	add(&two, "secret", 6);
	assert_int_equal(through(&two, FW_LINK_SLL2, out), 40);
	add_ipv6(&raw, 59, 6);
	add(&raw, "secret", 6);
	assert_int_equal(through(&raw, FW_LINK_RAW, out), 40);
	add(&odd, (uint8_t[]){0, 0, 0, 32, 0, 8}, 6); /* an address of eight bytes, of whatever kind */
	add(&odd, us, 6);
	add(&odd, "\1\2\x08\0", 4);
	add_ipv4(&odd, 99, 0, NULL, 0);
	through(&odd, FW_LINK_SLL, out);
	assert_memory_equal(out + 6, "\0\0\0\0\0\0\0\0", 8);
}

static void a_quoted_packet(void **state)
{
	struct build build = {0}, six = {0};
	uint8_t out[FRAME_MAX], address[4];

	add_ethernet(&build, 0x0800);
	add_ipv4(&build, 1, 8 + 20 + 20 + 6, NULL, 0);
	add(&build, (uint8_t[]){5, 1, 0xab, 0xcd}, 4); /* a redirect: the gateway stands in the header */
	add(&build, theirs4, 4);
	add_ipv4(&build, 6, 26, NULL, 0);
	add_tcp(&build, theirs4, NULL, 0);
	add(&build, "secret", 6);
	assert_int_equal(through(&build, FW_LINK_ETHERNET, out), 14 + 20 + 8 + 20 + 20);
	memcpy(address, theirs4, 4);
	mask_ipv4(&mask, address);
	assert_memory_equal(out + 38, address, 4);
	assert_memory_equal(out + 42 + 16, address, 4);
	assert_memory_equal(out + 62 + 4, address, 4);
	assert_memory_equal(out + 36, "\0\0", 2);
	add_ethernet(&six, 0x86dd);
	add_ipv6(&six, 58, 8 + 40 + 8 + 6);
	add(&six, (uint8_t[]){1, 4, 0xab, 0xcd, 0, 0, 0, 0}, 8);
	add_ipv6(&six, 17, 14);
	add(&six, (uint8_t[]){0, 99, 0, 99, 0, 14, 1, 1}, 8);
	add(&six, "secret", 6);
	assert_int_equal(through(&six, FW_LINK_ETHERNET, out), 14 + 40 + 8 + 40 + 8);
}

static void neighbour_discovery(void **state)
{
	struct build solicit = {0}, router = {0}, redirect = {0};
	uint8_t out[FRAME_MAX], mac[6];

	add_ethernet(&solicit, 0x86dd);
	add_ipv6(&solicit, 58, 24 + 8 + 8);
	add(&solicit, (uint8_t[]){135, 0, 0xab, 0xcd, 0, 0, 0, 0}, 8);
	add(&solicit, theirs6, 16);
	add(&solicit, (uint8_t[]){1, 1}, 2);
	add(&solicit, us, 6);
	add(&solicit, "\x63\1secret", 8); /* an option that is not known */
	assert_int_equal(through(&solicit, FW_LINK_ETHERNET, out), 14 + 40 + 24 + 8);
	memcpy(mac, us, 6);
	mask_mac(&mask, mac);
	assert_memory_equal(out + 14 + 40 + 26, mac, 6);
	add_ethernet(&router, 0x86dd);
	add_ipv6(&router, 58, 16 + 32 + 8);
	add(&router, (uint8_t[]){134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 3, 4, 64, 0xc0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0},
		32);
	add(&router, ours6, 16);
	add(&router, (uint8_t[]){5, 1, 0, 0, 0, 0, 5, 0xdc}, 8);
	assert_int_equal(through(&router, FW_LINK_ETHERNET, out), 14 + 40 + 56);
	assert_memory_equal(out + 14 + 40 + 32 + 8, "\0\0\0\0\0\0\0\0", 8);
	assert_memory_equal(out + 14 + 40 + 48, "\5\1\0\0\0\0\5\xdc", 8);
	add_ethernet(&redirect, 0x86dd);
	add_ipv6(&redirect, 58, 40);
	add(&redirect, (uint8_t[]){137, 0, 0, 0, 0, 0, 0, 0}, 8);
	add(&redirect, ours6, 16);
	add(&redirect, theirs6, 16);
	assert_int_equal(through(&redirect, FW_LINK_ETHERNET, out), 14 + 40 + 40);
}

/* The few bytes of payload that may stay, and anything else like them that may not. */
static void payload(void **state)
{
	static const struct {
		uint8_t proto;
		uint16_t port;
		const char *payload;
		uint32_t len, kept;
	} cases[] = {
		{6, 80, "GET ", 4, 4},
		{6, 80, "GET /", 5, 0},
		{6, 80, "POST ", 5, 5},
		{17, 27015, "\xff\xff\xff\xffTSource Engine Query", 24, 24},
		{17, 27015, "\xff\xff\xff\xffTSource Engine Querysecret", 30, 0},
		{17, 53, "\0\1\x81\x80\0\1\0\0\0\0\0\0", 12, 12},
		{17, 53, "\0\1\x81\x80\0\1\0\0\0\0\0\0\6secret\0\0\1\0\1", 24, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct build build = {0};
		uint8_t out[FRAME_MAX];
		uint32_t head = cases[i].proto == 6 ? 20 : 8;
		add_ethernet(&build, 0x0800);
		add_ipv4(&build, cases[i].proto, head + cases[i].len, NULL, 0);
		if (cases[i].proto == 6)
			add_tcp(&build, (uint8_t[]){0, 0, 0, 0}, NULL, 0);
		else
			add(&build,
				(uint8_t[]){
					0, 99, (uint8_t)(cases[i].port >> 8), (uint8_t)cases[i].port, 0, (uint8_t)(8 + cases[i].len), 1, 1},
				8);
		add(&build, cases[i].payload, cases[i].len);
		assert_int_equal(through(&build, FW_LINK_ETHERNET, out), 34 + head + cases[i].kept);
	}
}

static void what_is_not_known_goes(void **state)
{
	struct build build = {0}, gre = {0};
	uint8_t out[FRAME_MAX];

	add_ethernet(&build, 0x88cc);
	add(&build, "secret", 6);
	assert_int_equal(through(&build, FW_LINK_ETHERNET, out), 0);
	assert_int_equal(through(&build, 147, out), 0);
	add_ethernet(&gre, 0x0800);
	add_ipv4(&gre, 47, 4 + 20, NULL, 0);
	add(&gre, (uint8_t[]){0, 0, 8, 0}, 4);
	add_ipv4(&gre, 17, 0, NULL, 0);
	assert_int_equal(through(&gre, FW_LINK_ETHERNET, out), 14 + 20 + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_over_ipv4),
		cmocka_unit_test(the_mark_in_an_answer),
		cmocka_unit_test(udp_over_ipv6),
		cmocka_unit_test(arp),
		cmocka_unit_test(cooked_and_raw),
		cmocka_unit_test(a_quoted_packet),
		cmocka_unit_test(neighbour_discovery),
		cmocka_unit_test(payload),
		cmocka_unit_test(what_is_not_known_goes),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
