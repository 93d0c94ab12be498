/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A generator of labelled captures: hosts that talk, from the frame up. Deterministic: the same scenario gives the same
 * bytes on every machine. For tests and demonstration only; nothing here is ever sent.
 *
 * Frames are collected with their times in any order and written sorted (stable). All functions abort() when memory runs out:
 * this is a build-time tool.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GEN_MS 1000000ull
#define GEN_S 1000000000ull

struct gen; /* owns the frames and the labels */

struct host {
	uint8_t mac[6];
	uint8_t address[16]; /* IPv4 mapped, or IPv6 */
};

/* A TCP conversation in progress. */
struct talk {
	struct host client, server;
	uint16_t client_port, server_port;
	uint32_t client_seq, server_seq;
	uint64_t rtt_ns;
};

struct gen *gen_new(uint64_t start_ns, uint64_t seed);
void gen_free(struct gen *gen);

/* pcapng with a comment on the first frame of each label, and FILE.labels.tsv beside it. Exits with a message on failure. */
void gen_write_pcapng(struct gen *gen, const char *path);
/* Classic pcap, nanosecond or microsecond, host byte order. */
void gen_write_pcap(struct gen *gen, const char *path, bool nanosecond);

/* The clock that the next frame gets. */
uint64_t gen_now(const struct gen *gen);
void gen_at(struct gen *gen, uint64_t time_ns);
void gen_wait(struct gen *gen, uint64_t duration_ns);
/* From here on: what is true about the capture. Written to the labels file; a comment on the next frame. */
void gen_label(struct gen *gen, const char *format, ...) __attribute__((format(printf, 2, 3)));

uint64_t gen_random(struct gen *gen);
uint32_t gen_below(struct gen *gen, uint32_t limit); /* 0 .. limit - 1 */
uint64_t gen_jitter(struct gen *gen, uint64_t most_ns);

/* "02:00:00:00:00:01", "192.168.1.1" or "2001:db8::1" */
struct host gen_host(const char *mac, const char *address);
/* Somebody outside, reached through the gateway's MAC. */
struct host gen_outside(const struct host *gateway, const char *address);

/*
 * From here to gen_leave() each frame is carried by a tunnel: from near to far, or back if its source MAC is back's. Tunnels nest, the
 * first entered outermost. GEN_IPIP carries IPv4, GEN_6IN4 IPv6, GEN_GRE both, GEN_GRE_BRIDGE and GEN_VXLAN whole frames.
 */
enum gen_tunnel_kind { GEN_IPIP, GEN_6IN4, GEN_GRE, GEN_GRE_BRIDGE, GEN_VXLAN };
struct tunnel {
	enum gen_tunnel_kind kind;
	struct host near, far;
	uint8_t back[6];
};
void gen_enter(struct gen *gen, const struct tunnel *tunnel);
void gen_leave(struct gen *gen);
void gen_carry(struct gen *gen, const struct tunnel *tunnel, const uint8_t *frame, size_t len); /* for gen_raw() */

/* Single packets, at the current time. */
void gen_raw(struct gen *gen, const uint8_t *frame, size_t len);
void gen_arp(struct gen *gen, uint16_t operation, const struct host *sender, const struct host *target);
void gen_ip(struct gen *gen, const struct host *from, const struct host *to, uint8_t proto, const uint8_t *body, size_t len);
void gen_udp(struct gen *gen, const struct host *from, uint16_t from_port, const struct host *to, uint16_t to_port, const void *payload,
	size_t len);
void gen_icmp_echo(struct gen *gen, const struct host *from, const struct host *to, bool reply, uint16_t id, uint16_t sequence);

enum { GEN_FIN = 1, GEN_SYN = 2, GEN_RST = 4, GEN_PSH = 8, GEN_ACK = 16 };
struct segment {
	uint16_t from_port, to_port, window;
	uint32_t seq, ack;
	uint8_t flags;
	const void *payload;
	size_t len;
};
void gen_tcp(struct gen *gen, const struct host *from, const struct host *to, const struct segment *segment);

/* Conversations; each advances the clock by what it takes. */
struct talk gen_open(struct gen *gen, const struct host *client, const struct host *server, uint16_t server_port, uint64_t rtt_ns);
void gen_say(struct gen *gen, struct talk *talk, bool client, const void *bytes, size_t len); /* acknowledged by the other side */
void gen_text(struct gen *gen, struct talk *talk, bool client, const char *text);
void gen_bulk(struct gen *gen, struct talk *talk, bool client, size_t len, size_t per_ack); /* many full segments */
void gen_close(struct gen *gen, struct talk *talk);
void gen_tls(struct gen *gen, struct talk *talk, const char *name, size_t reply_len); /* ClientHello with SNI, an opaque answer */

enum { GEN_NOERROR = 0, GEN_SERVFAIL = 2, GEN_NXDOMAIN = 3, GEN_SILENCE = -1 };
/* A question and its answer (address may be NULL); rcode GEN_SILENCE: none. */
void gen_dns(struct gen *gen, const struct host *client, const struct host *resolver, const char *name, int rcode, const uint8_t *address);
void gen_dhcp(struct gen *gen, const struct host *client, const struct host *server, const char *host_name, const char *vendor_class);
void gen_mdns(struct gen *gen, const struct host *host, const char *name, const char *service);
void gen_ssdp_notify(struct gen *gen, const struct host *host, const char *server, const char *device_type);
void gen_ntp(struct gen *gen, const struct host *client, const struct host *server);
/* ssh.c: a whole connection to port 22 of the shape of a login that fails. */
void gen_ssh(struct gen *gen, const struct host *client, const struct host *server);

/* Scenarios: fill *gen; the table in main.c names them. */
void scenario_incident(struct gen *gen);
void scenario_quiet_twin(struct gen *gen);
void scenario_scanner(struct gen *gen);

/* quiet.c: ordinary networks that look like trouble. */
void quiet_speed_test(struct gen *gen);
void quiet_update(struct gen *gen);
void quiet_bittorrent(struct gen *gen);
void quiet_printer_discovery(struct gen *gen);
void quiet_video_upload(struct gen *gen);
void quiet_keep_alives(struct gen *gen);
void quiet_flash_crowd(struct gen *gen);
void quiet_link_down(struct gen *gen);
void quiet_broken_ipv6(struct gen *gen);
void quiet_own_scanner(struct gen *gen);
void quiet_neighbours(struct gen *gen); /* neighbours.c */

/* exposed.c: what the outside can do with a device, and what only looks like it. */
void exposed_home(struct gen *gen);
void exposed_name_server(struct gen *gen);
void quiet_outside(struct gen *gen);

/* policy.c: a lamp that names its MUD file, and keeps to it, or does not. */
void policy_kept(struct gen *gen);
void policy_left(struct gen *gen);

/* vectors.c: each kind of flood, leaving and falling, and just too little of each. */
void vectors_leaving(struct gen *gen);
void vectors_falling(struct gen *gen);
void vectors_backscatter(struct gen *gen);
void quiet_nearly_floods(struct gen *gen);

/* deeds.c: every other finding, each by just enough, and by just too little. */
void deeds(struct gen *gen);
void quiet_nearly_deeds(struct gen *gen);
