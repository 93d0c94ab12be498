/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DHCP, DHCPv6 and LLDP of devices: what is taken, and that nothing is taken from what is cut, wrong or somebody else's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guard/guard.h"

static const uint8_t mac[6] = {2, 0, 0, 0, 0, 5};

struct built {
	uint8_t bytes[1024];
	uint32_t len;
};

static void put(struct built *out, const void *bytes, size_t len)
{
	memcpy(out->bytes + out->len, bytes, len);
	out->len += (uint32_t)len;
}

static void put_16(struct built *out, unsigned number)
{
	const uint8_t bytes[2] = {(uint8_t)(number >> 8), (uint8_t)number};

	put(out, bytes, 2);
}

static void put_zeros(struct built *out, size_t len)
{
	memset(out->bytes + out->len, 0, len);
	out->len += (uint32_t)len;
}

/* Ethernet, IPv4, UDP around a payload. */
static struct built in_udp4(const struct built *payload, unsigned from, unsigned to)
{
	struct built frame = {.len = 0};
	const uint8_t rest[8] = {0, 0, 0, 0, 64, 17, 0, 0};

	put(&frame, "\xff\xff\xff\xff\xff\xff", 6);
	put(&frame, mac, 6);
	put_16(&frame, 0x0800);
	put_16(&frame, 0x4500);
	put_16(&frame, 28 + payload->len);
	put(&frame, rest, 8);
	put_zeros(&frame, 4);
	put(&frame, "\xff\xff\xff\xff", 4);
	put_16(&frame, from);
	put_16(&frame, to);
	put_16(&frame, 8 + payload->len);
	put_16(&frame, 0);
	put(&frame, payload->bytes, payload->len);
	return frame;
}

static struct built dhcp(uint8_t op, uint8_t type, const uint8_t *chaddr, const void *options, size_t options_len)
{
	struct built payload = {.len = 0};
	const uint8_t head[4] = {op, 1, 6, 0}, ciaddr[4] = {10, 9, 0, 2}, yiaddr[4] = {10, 9, 0, 7}, kind[3] = {53, 1, type};

	put(&payload, head, 4);
	put_zeros(&payload, 8);
	put(&payload, ciaddr, 4);
	put(&payload, yiaddr, 4);
	put_zeros(&payload, 8);
	put(&payload, chaddr, 6);
	put_zeros(&payload, 10 + 192);
	put(&payload, "\x63\x82\x53\x63", 4);
	put(&payload, kind, 3);
	put(&payload, options, options_len);
	put(&payload, "\xff", 1);
	return payload;
}

static enum fw_read read(const struct built *frame, bool to_device, struct lease_message *out)
{
	return lease_read(frame->bytes, frame->len, to_device, out);
}

static void released(void **state)
{
	static const uint8_t wanted[16] = {[10] = 0xff, [11] = 0xff, [12] = 10, [13] = 9, [15] = 2}, other[6] = {2, 9};
	struct built payload = dhcp(1, 7, mac, "", 0), frame = in_udp4(&payload, 68, 67);
	struct lease_message message = {0};

	assert_int_equal(read(&frame, false, &message), FW_READ_OK);
	assert_int_equal(message.kind, LEASE_RELEASED);
	assert_memory_equal(message.mac, mac, 6);
	assert_memory_equal(message.address, wanted, 16);
	/* nobody gives back what is another's, and no device is a server */
	payload = dhcp(1, 7, other, "", 0);
	frame = in_udp4(&payload, 68, 67);
	assert_int_equal(read(&frame, false, &message), FW_READ_BAD);
	payload = dhcp(2, 5, mac, "\x33\x04\x00\x00\x0e\x10", 6);
	frame = in_udp4(&payload, 67, 68);
	assert_int_equal(read(&frame, false, &message), FW_READ_OTHER);
}

static void granted(void **state)
{
	struct built payload = dhcp(2, 5, mac, "\x33\x04\x00\x00\x0e\x10", 6), frame = in_udp4(&payload, 67, 68);
	struct lease_message message = {0};

	assert_int_equal(read(&frame, true, &message), FW_READ_OK);
	assert_true(message.kind == LEASE_GRANTED && message.lease_s == 3600 && message.address[15] == 7);
	payload = dhcp(2, 2, mac, "\x33\x04\x00\x00\x0e\x10", 6); /* an offer */
	frame = in_udp4(&payload, 67, 68);
	assert_int_equal(read(&frame, true, &message), FW_READ_OTHER);
	payload = dhcp(2, 5, mac, "", 0); /* an answer to INFORM has no lease */
	frame = in_udp4(&payload, 67, 68);
	assert_int_equal(read(&frame, true, &message), FW_READ_OTHER);
}

/* Whom a device asks, who answers, and which clocks that one names. */
static void servers_and_clocks(void **state)
{
	static const uint8_t server[16] = {[10] = 0xff, [11] = 0xff, [12] = 10, [13] = 9, [15] = 1}, none[16];
	struct built payload = dhcp(1, 3, mac, "\x36\x04\x0a\x09\x00\x01", 6), frame = in_udp4(&payload, 68, 67);
	struct lease_message message = {0};

	assert_int_equal(read(&frame, false, &message), FW_READ_OK);
	assert_true(message.kind == LEASE_ASKED && !message.url);
	assert_memory_equal(message.server, server, 16);
	payload = dhcp(1, 3, mac, "", 0); /* it renews: to its server alone */
	frame = in_udp4(&payload, 68, 67);
	assert_int_equal(read(&frame, false, &message), FW_READ_OK);
	assert_memory_equal(message.server, none, 16);
	memcpy(frame.bytes + 30, "\x0a\x09\x00\x01", 4);
	assert_int_equal(read(&frame, false, &message), FW_READ_OK);
	assert_memory_equal(message.server, server, 16);
	payload = dhcp(2, 5, mac, "\x33\x04\0\0\x0e\x10\x36\x04\x0a\x09\0\1\x2a\x14\1\1\1\1\2\2\2\2\3\3\3\3\4\4\4\4\5\5\5\5", 34);
	frame = in_udp4(&payload, 67, 68);
	assert_int_equal(read(&frame, true, &message), FW_READ_OK);
	assert_memory_equal(message.server, server, 16);
	assert_true(message.clock_count == LEASE_CLOCKS && message.clocks[0][12] == 1 && message.clocks[3][15] == 4);
	payload = dhcp(2, 5, mac, "\x33\x04\0\0\x0e\x10\x2a\x03\1\1\1", 11); /* no addresses */
	frame = in_udp4(&payload, 67, 68);
	assert_int_equal(read(&frame, true, &message), FW_READ_OK);
	assert_int_equal(message.clock_count, 0);
}

static void whose_lease_is_believed(void **state)
{
	assert_true(lease_believe(&(struct lease_sender){.is_named = true}));
	assert_true(lease_believe(&(struct lease_sender){.is_inside = true, .was_asked = true}));
	assert_false(lease_believe(&(struct lease_sender){.is_inside = true}));
	assert_false(lease_believe(&(struct lease_sender){.was_asked = true})); /* whom it asks is its own choice */
	assert_false(lease_believe(&(struct lease_sender){0}));
	assert_false(lease_believe(&(struct lease_sender){.is_named = true, .is_device = true})); /* its address, and a device's MAC */
	assert_false(lease_believe(&(struct lease_sender){.is_inside = true, .was_asked = true, .is_device = true}));
}

/* However many are named, few are kept, and the one that was not named for longest leaves. */
static void few_clocks(void **state)
{
	struct lease_clocks clocks = {0};
	uint8_t address[16] = {[10] = 0xff, [11] = 0xff, [12] = 10}, gone[16];

	for (uint8_t i = 0; i < LEASE_CLOCKS_MAX; i++) {
		address[15] = i;
		assert_false(lease_clock_note(&clocks, address, gone));
	}
	address[15] = 0;
	assert_false(lease_clock_note(&clocks, address, gone));
	address[15] = 200;
	assert_true(lease_clock_note(&clocks, address, gone));
	assert_int_equal(gone[15], 1);
	assert_int_equal(clocks.count, LEASE_CLOCKS_MAX);
	assert_int_equal(clocks.addresses[0][15], 200);
	assert_int_equal(clocks.addresses[1][15], 0);
	assert_int_equal(clocks.addresses[LEASE_CLOCKS_MAX - 1][15], 2);
}

static void urls(void **state)
{
	struct built payload = dhcp(1, 1, mac, "\xa1\xf0https://a.b/c", 15), frame = in_udp4(&payload, 68, 67);
	struct lease_message message = {0};

	assert_int_equal(read(&frame, false, &message), FW_READ_SHORT); /* a length that lies */
	payload = dhcp(1, 1, mac, "\xa1\x0dhttps://a.b/c", 15);
	frame = in_udp4(&payload, 68, 67);
	assert_int_equal(read(&frame, false, &message), FW_READ_OK);
	assert_int_equal(message.kind, LEASE_ASKED);
	assert_int_equal(message.url_len, 13);
	assert_memory_equal(message.url, "https://a.b/c", 13);
	payload = dhcp(1, 1, mac, "", 0);
	frame = in_udp4(&payload, 68, 67);
	assert_int_equal(read(&frame, false, &message), FW_READ_OTHER);
}

static struct built lldp(void)
{
	struct built frame = {.len = 0};

	put(&frame, "\x01\x80\xc2\x00\x00\x0e", 6);
	put(&frame, mac, 6);
	put_16(&frame, 0x88cc);
	put(&frame, "\x02\x07\x04\x02\x00\x00\x00\x00\x05", 9);
	put_16(&frame, 127 << 9 | 17);
	put(&frame, "\x00\x00\x5e\x01https://a.b/c", 17);
	put_16(&frame, 0);
	return frame;
}

static struct built dhcp6(uint8_t type)
{
	struct built frame = {.len = 0};
	const uint8_t head[4] = {type, 1, 2, 3}, version[4] = {0x60}, hops[2] = {17, 255};

	put(&frame, "\x33\x33\x00\x01\x00\x02", 6);
	put(&frame, mac, 6);
	put_16(&frame, 0x86dd);
	put(&frame, version, 4);
	put_16(&frame, 8 + 4 + 4 + 13);
	put(&frame, hops, 2);
	put(&frame, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\5", 16);
	put(&frame, "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\1\0\2", 16);
	put_16(&frame, 546);
	put_16(&frame, 547);
	put_16(&frame, 8 + 4 + 4 + 13);
	put_16(&frame, 0);
	put(&frame, head, 4);
	put_16(&frame, 112);
	put_16(&frame, 13);
	put(&frame, "https://a.b/c", 13);
	return frame;
}

static void neighbours_and_dhcp6(void **state)
{
	struct built frame = lldp();
	struct lease_message message = {0};

	assert_int_equal(read(&frame, false, &message), FW_READ_OK);
	assert_true(message.kind == LEASE_NEIGHBOUR && message.url_len == 13 && memcmp(message.url, "https://a.b/c", 13) == 0);
	assert_int_equal(read(&frame, true, &message), FW_READ_OTHER);
	frame = dhcp6(1);
	assert_int_equal(read(&frame, false, &message), FW_READ_OK);
	assert_true(message.kind == LEASE_ASKED && message.url_len == 13);
	frame = dhcp6(8);
	assert_int_equal(read(&frame, false, &message), FW_READ_OK);
	assert_true(message.kind == LEASE_RELEASED && message.address[0] == 0 && message.address[15] == 0);
	frame = dhcp6(12); /* relayed: nobody's own */
	assert_int_equal(read(&frame, false, &message), FW_READ_OTHER);
}

/* Cut anywhere, in a block of just that size: nothing behind it is read, and *out is touched only by what is whole. */
static void cut_at_every_byte(void **state)
{
	struct built payload = dhcp(1, 1, mac, "\xa1\x0dhttps://a.b/c", 15), release = dhcp(1, 7, mac, "", 0);
	const struct built frames[] = {in_udp4(&payload, 68, 67), in_udp4(&release, 68, 67), lldp(), dhcp6(1), dhcp6(8)};

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		for (uint32_t len = 0; len < frames[i].len; len++) {
			uint8_t *bytes = malloc(len ? len : 1);
			struct lease_message message = {.kind = LEASE_NONE};
			memcpy(bytes, frames[i].bytes, len);
			if (lease_read(bytes, len, false, &message) != FW_READ_OK)
				assert_int_equal(message.kind, LEASE_NONE);
			else if (message.url)
				assert_true(message.url >= bytes && message.url + message.url_len <= bytes + len);
			free(bytes);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(released),
		cmocka_unit_test(granted),
		cmocka_unit_test(servers_and_clocks),
		cmocka_unit_test(whose_lease_is_believed),
		cmocka_unit_test(few_clocks),
		cmocka_unit_test(urls),
		cmocka_unit_test(neighbours_and_dhcp6),
		cmocka_unit_test(cut_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
