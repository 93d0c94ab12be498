/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which frames prove what, how much of them is kept, and where the ceilings are. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nomem.h"
#include "proof/inside.h"
#include "wire/limits.h"

#define SECOND 1000000000ull
#define MAPPED(a, b, c, d) \
	{ \
		[10] = 0xff, 0xff, a, b, c, d \
	}

enum { FRAME_MAX = 1600 };

static const uint8_t cam[16] = MAPPED(192, 168, 1, 64), them[16] = MAPPED(203, 0, 113, 5), other[16] = MAPPED(203, 0, 113, 9);
static const uint8_t cam_mac[6] = {0xa0, 0xa0, 0xa0, 1, 2, 3}, way_mac[6] = {0x98, 0x9b, 0xcb, 1, 2, 3};
static const struct device camera = {
	.mac_count = 1, .address_count = 1, .macs = {{0xa0, 0xa0, 0xa0, 1, 2, 3}}, .addresses = {MAPPED(192, 168, 1, 64)}};

struct made {
	uint8_t bytes[FRAME_MAX];
	uint32_t len;
	struct frame frame;
};

static void put(struct made *made, const void *bytes, size_t len)
{
	if (len)
		memcpy(made->bytes + made->len, bytes, len);
	made->len += (uint32_t)len;
}

static void put_ipv4(struct made *made, const uint8_t from[16], const uint8_t to[16], uint8_t proto, size_t body)
{
	size_t total = 20 + body;

	put(made, (uint8_t[]){0x45, 0, (uint8_t)(total >> 8), (uint8_t)total, 0, 0, 0, 0, 64, proto, 0, 0}, 12);
	put(made, from + 12, 4);
	put(made, to + 12, 4);
}

static const struct frame *finish(struct made *made, uint64_t time_ns)
{
	made->frame = (struct frame){.time_ns = time_ns, .bytes = made->bytes, .cap_len = made->len, .wire_len = made->len, .link = 1};
	return &made->frame;
}

static void put_ethernet(struct made *made, const uint8_t from[16])
{
	bool out = memcmp(from, cam, 16) == 0;

	put(made, out ? way_mac : cam_mac, 6);
	put(made, out ? cam_mac : way_mac, 6);
	put(made, "\x08", 2);
}

static const struct frame *tcp(
	struct made *made, const uint8_t from[16], const uint8_t to[16], uint16_t ports[2], uint8_t flags, const char *body)
{
	*made = (struct made){0};
	put_ethernet(made, from);
	put_ipv4(made, from, to, 6, 20 + strlen(body));
	put(made,
		(uint8_t[]){(uint8_t)(ports[0] >> 8), (uint8_t)ports[0], (uint8_t)(ports[1] >> 8), (uint8_t)ports[1], 0, 0, 0, 1, 0, 0, 0,
			1, 0x50, flags, 0x20, 0, 0, 0, 0, 0},
		20);
	put(made, body, strlen(body));
	return finish(made, 100 * SECOND);
}

static const struct frame *udp(
	struct made *made, const uint8_t from[16], const uint8_t to[16], uint16_t ports[2], const void *body, size_t len)
{
	*made = (struct made){0};
	put_ethernet(made, from);
	put_ipv4(made, from, to, 17, 8 + len);
	put(made,
		(uint8_t[]){(uint8_t)(ports[0] >> 8), (uint8_t)ports[0], (uint8_t)(ports[1] >> 8), (uint8_t)ports[1], 0, (uint8_t)(8 + len),
			0, 0},
		8);
	put(made, body, len);
	return finish(made, 100 * SECOND);
}

struct told {
	unsigned count[8];
	uint32_t keep_len;
	int answer;
};

static int take(void *context, size_t subject, const struct frame *frame, uint32_t keep_len)
{
	struct told *told = context;

	assert_true(keep_len <= frame->cap_len && keep_len <= PROOF_SNAP_MAX);
	told->count[subject]++;
	told->keep_len = keep_len;
	return told->answer;
}

static struct proof *prove(const struct finding *finding, const struct device *device)
{
	struct proof_subject subject = {finding, device};
	struct proof_config config = {.hash_key = {1}};
	struct proof *proof;

	assert_int_equal(proof_new(&config, &subject, 1, &proof), 0);
	return proof;
}

/* Whether one frame proves one finding, and how many bytes of it. */
static uint32_t kept_for(const struct finding *finding, const struct device *device, const struct frame *frame)
{
	struct proof *proof = prove(finding, device);
	struct told told = {0};
	struct proof_sink sink = {take, &told};

	assert_int_equal(proof_frame(proof, frame, &sink), 0);
	assert_true(told.count[0] <= 1);
	proof_free(proof);
	return told.keep_len;
}

static struct finding a_finding(enum finding_id id)
{
	struct finding finding = {.id = id, .has_source = true, .first_ns = 100 * SECOND, .last_ns = 110 * SECOND};

	memcpy(finding.source, cam, 16);
	return finding;
}

static void a_scan(void **state)
{
	struct finding scan = a_finding(FINDING_SCAN), vertical;
	struct made made;

	scan.scan.kinds = SCAN_TCP | SCAN_HORIZONTAL;
	assert_int_equal(kept_for(&scan, &camera, tcp(&made, cam, them, (uint16_t[]){40000, 23}, 2, "")), 54);
	assert_int_equal(kept_for(&scan, &camera, tcp(&made, them, cam, (uint16_t[]){23, 40000}, 0x14, "")), 54);
	assert_int_equal(kept_for(&scan, &camera, tcp(&made, cam, them, (uint16_t[]){40000, 23}, 0x18, "secret")), 0);
	assert_int_equal(kept_for(&scan, &camera, tcp(&made, them, other, (uint16_t[]){40000, 23}, 2, "")), 0);
	assert_int_equal(kept_for(&scan, &camera, tcp(&made, cam, them, (uint16_t[]){40000, 23}, 2, "secret")), 54);
	vertical = scan;
	vertical.scan.kinds = SCAN_TCP | SCAN_VERTICAL;
	memcpy(vertical.scan.target, other, 16);
	assert_int_equal(kept_for(&vertical, &camera, tcp(&made, cam, them, (uint16_t[]){40000, 23}, 2, "")), 0);
	assert_int_equal(kept_for(&vertical, &camera, tcp(&made, cam, other, (uint16_t[]){40000, 23}, 2, "")), 54);
}

static void time_narrows_unless_it_cannot(void **state)
{
	struct finding scan = a_finding(FINDING_SCAN);
	struct proof_subject subject = {&scan, &camera};
	struct proof_config config = {.timeless = true};
	struct told told = {0};
	struct proof_sink sink = {take, &told};
	struct proof *proof;
	struct made made;

	scan.scan.kinds = SCAN_TCP | SCAN_HORIZONTAL;
	tcp(&made, cam, them, (uint16_t[]){40000, 23}, 2, "");
	made.frame.time_ns = 121 * SECOND;
	assert_int_equal(kept_for(&scan, &camera, &made.frame), 0);
	made.frame.time_ns = 39 * SECOND;
	assert_int_equal(kept_for(&scan, &camera, &made.frame), 0);
	made.frame.time_ns = 41 * SECOND;
	assert_int_equal(kept_for(&scan, &camera, &made.frame), 54);
	made.frame.time_ns = 999 * SECOND;
	assert_int_equal(proof_new(&config, &subject, 1, &proof), 0);
	assert_int_equal(proof_frame(proof, &made.frame, &sink), 0);
	assert_int_equal(told.count[0], 1);
	proof_free(proof);
}

/* A router says that a probe did not get through: its quote names the one who probed, and is kept up to its headers. */
static void a_quoted_probe(void **state)
{
	struct finding scan = a_finding(FINDING_SCAN);
	struct made made = {0};

	scan.scan.kinds = SCAN_TCP | SCAN_HORIZONTAL;
	put_ethernet(&made, other);
	put_ipv4(&made, other, cam, 1, 8 + 20 + 20 + 6);
	put(&made, "\3\1\0\0\0\0\0\0", 8);
	put_ipv4(&made, cam, them, 6, 26);
	put(&made, "\x9c\x40\0\x17\0\0\0\1\0\0\0\0\x50\2\x20\0\0\0\0\0secret", 26);
	finish(&made, 100 * SECOND);
	assert_int_equal(kept_for(&scan, &camera, &made.frame), 14 + 20 + 8 + 20 + 20);
	for (uint32_t len = 0; len <= made.len; len++) {
		made.frame.cap_len = len;
		assert_true(kept_for(&scan, &camera, &made.frame) <= len);
	}
}

/* Behind the packet a frame is padded, at times with what was in the card's memory before. */
static void padding_is_no_header(void **state)
{
	struct finding flood = a_finding(FINDING_FLOOD), scan = a_finding(FINDING_SCAN);
	struct made made = {0};

	flood.flood.vector = VECTOR_SYN;
	flood.flood.target_bits = 128;
	memcpy(flood.flood.target, them, 16);
	put_ethernet(&made, cam);
	put_ipv4(&made, cam, them, 6, 6);
	put(&made, "\1\2\3\4\5\6secretsecretsecret", 24);
	finish(&made, 100 * SECOND);
	assert_int_equal(kept_for(&flood, &camera, &made.frame), 14 + 20 + 6);
	scan.scan.kinds = SCAN_TCP | SCAN_HORIZONTAL;
	made = (struct made){0};
	put_ethernet(&made, other);
	put_ipv4(&made, other, cam, 1, 8 + 20 + 8);
	put(&made, "\3\1\0\0\0\0\0\0", 8);
	put_ipv4(&made, cam, them, 6, 20);
	put(&made, "\x9c\x40\0\x17\0\0\0\1secretsecretsecret", 26);
	finish(&made, 100 * SECOND);
	assert_int_equal(kept_for(&scan, &camera, &made.frame), 14 + 20 + 8 + 20 + 8);
}

static void logins_are_headers(void **state)
{
	static const enum finding_id ids[] = {FINDING_DEFAULT_PASSWORD, FINDING_CLEARTEXT_LOGIN, FINDING_LOGIN_GUESSING};
	struct made made;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct finding login = a_finding(ids[i]);
		memcpy(login.source, them, 16);
		memcpy(login.login.peer, them, 16);
		login.login.port = 23;
		assert_int_equal(kept_for(&login, &camera, tcp(&made, them, cam, (uint16_t[]){50000, 23}, 0x18, "xc3511\r\n")), 54);
		assert_int_equal(kept_for(&login, &camera, tcp(&made, cam, them, (uint16_t[]){23, 50000}, 0x18, "x")), 54);
		assert_int_equal(kept_for(&login, &camera, tcp(&made, them, cam, (uint16_t[]){50000, 24}, 0x18, "x")), 0);
		assert_int_equal(kept_for(&login, &camera, tcp(&made, other, cam, (uint16_t[]){50000, 23}, 0x18, "x")), 0);
	}
}

static void a_service(void **state)
{
	struct finding service = a_finding(FINDING_OPEN_SERVICE);
	struct made made;

	memcpy(service.source, them, 16);
	service.service.port = 5555;
	service.service.proto = 6;
	assert_int_equal(kept_for(&service, &camera, tcp(&made, them, cam, (uint16_t[]){50000, 5555}, 2, "")), 54);
	assert_int_equal(kept_for(&service, &camera, tcp(&made, them, cam, (uint16_t[]){50000, 5556}, 2, "")), 0);
	assert_int_equal(kept_for(&service, &camera, udp(&made, them, cam, (uint16_t[]){50000, 5555}, "", 0)), 0);
}

/* The service's conversations with whomever: how many came is what the severity hangs on. */
static void what_the_outside_reached(void **state)
{
	struct finding reached = a_finding(FINDING_REACHED_FROM_INTERNET), reflector = a_finding(FINDING_REFLECTOR);
	struct made made;

	memcpy(reached.source, them, 16);
	reached.reached = (struct evidence_reached){.proto = 6, .port = 8443, .how = REACHED_IN};
	assert_int_equal(kept_for(&reached, &camera, tcp(&made, them, cam, (uint16_t[]){50000, 8443}, 2, "")), 54);
	assert_int_equal(kept_for(&reached, &camera, tcp(&made, cam, other, (uint16_t[]){8443, 50000}, 0x12, "")), 54);
	assert_int_equal(kept_for(&reached, &camera, udp(&made, cam, other, (uint16_t[]){8443, 6881}, "", 0)), 42);
	assert_int_equal(kept_for(&reached, &camera, tcp(&made, cam, them, (uint16_t[]){50000, 8443}, 2, "")), 54);
	assert_int_equal(kept_for(&reached, &camera, tcp(&made, cam, other, (uint16_t[]){50000, 443}, 2, "")), 0);
	assert_int_equal(kept_for(&reached, &camera, tcp(&made, cam, other, (uint16_t[]){50000, 8443}, 2, "")), 0);
	/* a port of the router alone: what was said to the router, not all that the device said meanwhile */
	reached.has_source = false;
	reached.reached = (struct evidence_reached){.proto = 6, .port = 8443, .how = REACHED_NOT_YET, .mapped = true, .router_port = 5000};
	memcpy(reached.reached.router, other, 16);
	assert_int_equal(kept_for(&reached, &camera, tcp(&made, cam, other, (uint16_t[]){50000, 5000}, 0x18, "")), 54);
	assert_int_equal(kept_for(&reached, &camera, tcp(&made, other, cam, (uint16_t[]){5000, 50000}, 0x18, "")), 54);
	assert_int_equal(kept_for(&reached, &camera, tcp(&made, cam, other, (uint16_t[]){50000, 80}, 0x18, "")), 0);
	assert_int_equal(kept_for(&reached, &camera, tcp(&made, cam, them, (uint16_t[]){50000, 443}, 0x18, "")), 0);
	/* no place for the device: its address is the source */
	reached.has_source = true;
	memcpy(reached.source, cam, 16);
	reached.reached = (struct evidence_reached){.proto = 6, .port = 8443, .how = REACHED_IN};
	memcpy(reached.reached.asker, them, 16);
	assert_int_equal(kept_for(&reached, NULL, tcp(&made, other, cam, (uint16_t[]){50000, 8443}, 2, "")), 54);
	assert_int_equal(kept_for(&reached, NULL, tcp(&made, cam, other, (uint16_t[]){50000, 443}, 2, "")), 0);
	reflector.has_source = false;
	reflector.reflector = (struct evidence_reflector){.proto = 17, .port = 1900};
	assert_int_equal(kept_for(&reflector, &camera, udp(&made, them, cam, (uint16_t[]){50000, 1900}, "secret", 6)), 42);
	assert_int_equal(kept_for(&reflector, &camera, udp(&made, cam, other, (uint16_t[]){1900, 50000}, "secret", 6)), 42);
	assert_int_equal(kept_for(&reflector, &camera, udp(&made, cam, them, (uint16_t[]){50000, 53}, "", 0)), 0);
	assert_int_equal(kept_for(&reflector, &camera, tcp(&made, cam, them, (uint16_t[]){50000, 443}, 2, "")), 0);
}

static void a_beacon(void **state)
{
	struct finding beacon = a_finding(FINDING_BEACON);
	struct made made;

	beacon.has_source = false;
	memcpy(beacon.beacon.target, them, 16);
	beacon.beacon.port = 443;
	beacon.beacon.proto = 6;
	assert_int_equal(kept_for(&beacon, &camera, tcp(&made, cam, them, (uint16_t[]){50000, 443}, 0x18, "hello")), 54);
	assert_int_equal(kept_for(&beacon, &camera, tcp(&made, them, cam, (uint16_t[]){443, 50000}, 0x18, "hello")), 54);
	assert_int_equal(kept_for(&beacon, &camera, tcp(&made, cam, other, (uint16_t[]){50000, 443}, 2, "")), 0);
	assert_int_equal(kept_for(&beacon, &camera, tcp(&made, other, them, (uint16_t[]){50000, 443}, 2, "")), 0);
}

static void floods(void **state)
{
	struct finding flood = a_finding(FINDING_FLOOD), falls = a_finding(FINDING_RECEIVES_FLOOD);
	static const uint8_t prefix[16] = MAPPED(203, 0, 113, 0);
	struct made made;

	flood.flood.vector = VECTOR_UDP;
	flood.flood.target_bits = 120;
	memcpy(flood.flood.target, prefix, 16);
	assert_int_equal(kept_for(&flood, &camera, udp(&made, cam, them, (uint16_t[]){1, 2}, "secret", 6)), 42);
	assert_int_equal(kept_for(&flood, &camera, udp(&made, cam, other, (uint16_t[]){1, 2}, "secret", 6)), 42);
	assert_int_equal(kept_for(&flood, &camera, tcp(&made, cam, them, (uint16_t[]){1, 2}, 2, "")), 0);
	assert_int_equal(kept_for(&flood, NULL, udp(&made, other, them, (uint16_t[]){1, 2}, "", 0)), 42);
	falls.has_source = false;
	falls.flood.vector = VECTOR_SYN;
	falls.flood.target_bits = 128;
	memcpy(falls.flood.target, cam, 16);
	assert_int_equal(kept_for(&falls, &camera, tcp(&made, them, cam, (uint16_t[]){1, 80}, 2, "")), 54);
	assert_int_equal(kept_for(&falls, &camera, tcp(&made, cam, them, (uint16_t[]){80, 1}, 0x12, "")), 54);
	assert_int_equal(kept_for(&falls, &camera, udp(&made, them, cam, (uint16_t[]){1, 80}, "", 0)), 0);
}

/* Of one payload the few bytes that a rule needs. */
static void payload_kept(void **state)
{
	static const char valve[] = "\xff\xff\xff\xffTSource Engine Query";
	static const uint8_t dns[] = "\0\1\1\0\0\1\0\0\0\0\0\0\6secret\4shop\7example\0\0\1\0\1\0\0\0\0";
	struct finding flood = a_finding(FINDING_FLOOD), zone;
	struct made made;

	flood.flood.vector = VECTOR_UDP;
	flood.flood.target_bits = 128;
	memcpy(flood.flood.target, them, 16);
	assert_int_equal(kept_for(&flood, &camera, udp(&made, cam, them, (uint16_t[]){1, 27015}, valve, 24)), 42 + 24);
	assert_int_equal(kept_for(&flood, &camera, udp(&made, cam, them, (uint16_t[]){1, 27015}, valve, 23)), 42);
	assert_int_equal(kept_for(&flood, &camera, udp(&made, cam, them, (uint16_t[]){1, 53}, dns, sizeof(dns) - 1)), 42 + 12);
	assert_int_equal(kept_for(&flood, &camera, udp(&made, cam, them, (uint16_t[]){1, 53}, "password=xc3511", 15)), 42);
	assert_int_equal(kept_for(&flood, &camera, udp(&made, cam, them, (uint16_t[]){1, 161}, dns, sizeof(dns) - 1)), 42);
	flood.flood.vector = VECTOR_HTTP;
	assert_int_equal(kept_for(&flood, &camera, tcp(&made, cam, them, (uint16_t[]){1, 80}, 0x18, "GET /?secret")), 54 + 4);
	assert_int_equal(kept_for(&flood, &camera, tcp(&made, cam, them, (uint16_t[]){1, 80}, 0x18, "GETsecret")), 54);
	zone = flood;
	zone.flood.vector = VECTOR_DNS_RANDOM_SUBDOMAIN;
	memcpy(zone.flood.zone, "shop.example", 13);
	uint32_t question = 12 + 7 + 5 + 8 + 1 + 4;
	assert_int_equal(kept_for(&zone, &camera, udp(&made, cam, other, (uint16_t[]){1, 53}, dns, sizeof(dns) - 1)), 42 + question);
	memcpy(zone.flood.zone, "hop.example", 12);
	assert_int_equal(kept_for(&zone, &camera, udp(&made, cam, other, (uint16_t[]){1, 53}, dns, sizeof(dns) - 1)), 0);
	memcpy(zone.flood.zone, ".", 2);
	assert_int_equal(kept_for(&zone, &camera, udp(&made, cam, other, (uint16_t[]){1, 53}, dns, sizeof(dns) - 1)), 42 + question);
}

/* Names are not to be told: not even a question. */
static void bare(void **state)
{
	static const uint8_t dns[] = "\0\1\1\0\0\1\0\0\0\0\0\0\6secret\4shop\7example\0\0\1\0\1";
	struct finding zone = a_finding(FINDING_FLOOD);
	struct proof_subject subject = {&zone, &camera};
	struct proof_config config = {.bare = true};
	struct told told = {0};
	struct proof_sink sink = {take, &told};
	struct proof *proof;
	struct made made;

	zone.flood.vector = VECTOR_DNS_RANDOM_SUBDOMAIN;
	memcpy(zone.flood.zone, "shop.example", 13);
	assert_int_equal(proof_new(&config, &subject, 1, &proof), 0);
	assert_int_equal(proof_frame(proof, udp(&made, cam, them, (uint16_t[]){1, 53}, dns, sizeof(dns) - 1), &sink), 0);
	assert_int_equal(told.keep_len, 42 + 12);
	proof_free(proof);
}

static void a_forger_shows_itself_first(void **state)
{
	struct finding forged = a_finding(FINDING_FORGED_SOURCE);
	struct made made;

	memcpy(forged.forged.mac, cam_mac, 6);
	memcpy(forged.forged.source, other, 16);
	udp(&made, cam, them, (uint16_t[]){1, 2}, "", 0);
	made.frame.time_ns = 1;
	assert_int_equal(kept_for(&forged, &camera, &made.frame), 42);
	memcpy(made.bytes + 26, other + 12, 4);
	assert_int_equal(kept_for(&forged, &camera, &made.frame), 0);
	made.frame.time_ns = 101 * SECOND;
	assert_int_equal(kept_for(&forged, &camera, &made.frame), 42);
	memcpy(made.bytes + 6, way_mac, 6);
	assert_int_equal(kept_for(&forged, &camera, &made.frame), 0);
}

static void a_ceiling_for_each_and_a_share_for_all(void **state)
{
	static struct finding findings[FW_FINDING_MAX];
	static struct proof_subject subjects[FW_FINDING_MAX];
	struct finding flood = a_finding(FINDING_FLOOD);
	struct proof_config config = {0};
	struct told told = {0};
	struct proof_sink sink = {take, &told};
	struct proof *proof = NULL;
	struct made made;

	flood.flood.vector = VECTOR_UDP;
	flood.flood.target_bits = 128;
	memcpy(flood.flood.target, them, 16);
	proof = prove(&flood, &camera);
	udp(&made, cam, them, (uint16_t[]){1, 2}, "", 0);
	for (uint32_t i = 0; i < FW_PROOF_PACKETS_MAX + 7; i++)
		assert_int_equal(proof_frame(proof, &made.frame, &sink), 0);
	assert_int_equal(told.count[0], FW_PROOF_PACKETS_MAX);
	assert_int_equal(proof_left_out(proof, 0), 7);
	assert_int_equal(proof_left_out(proof, 1), 0);
	proof_free(proof);

	for (uint32_t i = 0; i < FW_FINDING_MAX; i++) {
		findings[i] = flood;
		findings[i].flood.target[15] = (uint8_t)(i % 200 + 10);
		subjects[i] = (struct proof_subject){&findings[i], &camera};
	}
	memcpy(findings[0].flood.target, them, 16);
	assert_int_equal(proof_new(&config, subjects, FW_FINDING_MAX, &proof), 0);
	told = (struct told){0};
	for (uint32_t i = 0; i < FW_PROOF_PACKETS_MAX; i++)
		assert_int_equal(proof_frame(proof, &made.frame, &sink), 0);
	assert_int_equal(told.count[0], FW_PROOF_TOTAL_MAX / FW_FINDING_MAX / 42);
	proof_free(proof);
}

static void what_the_sink_says(void **state)
{
	struct finding flood = a_finding(FINDING_FLOOD);
	struct told told = {.answer = -ENOSPC};
	struct proof_sink sink = {take, &told};
	struct proof *proof;
	struct made made;

	flood.flood.vector = VECTOR_UDP;
	flood.flood.target_bits = 128;
	memcpy(flood.flood.target, them, 16);
	proof = prove(&flood, &camera);
	assert_int_equal(proof_frame(proof, udp(&made, cam, them, (uint16_t[]){1, 2}, "", 0), &sink), -ENOSPC);
	proof_free(proof);
	proof_free(NULL);
}

static void without_memory(void **state)
{
	struct finding flood = a_finding(FINDING_FLOOD);
	struct proof_subject subject = {&flood, &camera};
	struct proof_config config = {0};
	uint64_t at = 0;

	for (;; at++) {
		struct proof *proof = NULL;
		nomem_start(at, false);
		int error = proof_new(&config, &subject, 1, &proof);
		nomem_stop();
		proof_free(proof);
		if (!error)
			break;
		assert_int_equal(error, -ENOMEM);
		assert_null(proof);
	}
	assert_int_equal(at, 5);
}

static void questions(void **state)
{
	static const uint8_t dns[] = "\0\1\1\0\0\1\0\0\0\0\0\0\3WwW\4shop\0\0\1\0\1";
	uint32_t len = sizeof(dns) - 1;
	char name[QUESTION_TEXT_MAX];

	assert_int_equal(question_read(dns, len, name), len);
	assert_string_equal(name, "www.shop");
	for (uint32_t cut = 0; cut < len; cut++) {
		uint8_t *bytes = malloc(cut ? cut : 1);
		memcpy(bytes, dns, cut);
		assert_int_equal(question_read(bytes, cut, name), 0);
		free(bytes);
	}
	uint8_t longest[12 + 256 + 5] = {0, 1, 1, 0, 0, 1};
	for (uint32_t i = 12; i < 12 + 256; i += 64)
		longest[i] = 63;
	assert_int_equal(question_read(longest, sizeof(longest), name), 0);
	assert_int_equal(question_header((const uint8_t *)"password=123", 12), 0);
	assert_int_equal(question_header((const uint8_t *)"USER root\r\n\r", 12), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scan),
		cmocka_unit_test(time_narrows_unless_it_cannot),
		cmocka_unit_test(a_quoted_probe),
		cmocka_unit_test(padding_is_no_header),
		cmocka_unit_test(logins_are_headers),
		cmocka_unit_test(a_service),
		cmocka_unit_test(what_the_outside_reached),
		cmocka_unit_test(a_beacon),
		cmocka_unit_test(floods),
		cmocka_unit_test(payload_kept),
		cmocka_unit_test(bare),
		cmocka_unit_test(a_forger_shows_itself_first),
		cmocka_unit_test(a_ceiling_for_each_and_a_share_for_all),
		cmocka_unit_test(what_the_sink_says),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
