/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conversations as real stacks have them: handshake, data with acknowledgements, close; and the small protocols of a home. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"

enum { FULL_SEGMENT = 1460 };

static void send_tcp(struct gen *gen, const struct talk *talk, bool client, uint8_t flags, const void *payload, size_t len)
{
	struct segment segment = {
		.from_port = client ? talk->client_port : talk->server_port,
		.to_port = client ? talk->server_port : talk->client_port,
		.window = 29200,
		.seq = client ? talk->client_seq : talk->server_seq,
		.ack = flags & GEN_ACK ? (client ? talk->server_seq : talk->client_seq) : 0,
		.flags = flags,
		.payload = payload,
		.len = len,
	};

	gen_tcp(gen, client ? &talk->client : &talk->server, client ? &talk->server : &talk->client, &segment);
}

struct talk gen_open(struct gen *gen, const struct host *client, const struct host *server, uint16_t server_port, uint64_t rtt_ns)
{
	struct talk talk = {
		.client = *client,
		.server = *server,
		.client_port = (uint16_t)(32768 + gen_below(gen, 28000)),
		.server_port = server_port,
		.client_seq = (uint32_t)gen_random(gen),
		.server_seq = (uint32_t)gen_random(gen),
		.rtt_ns = rtt_ns,
	};

	send_tcp(gen, &talk, true, GEN_SYN, NULL, 0);
	talk.client_seq++;
	gen_wait(gen, rtt_ns);
	send_tcp(gen, &talk, false, GEN_SYN | GEN_ACK, NULL, 0);
	talk.server_seq++;
	gen_wait(gen, rtt_ns / 8);
	send_tcp(gen, &talk, true, GEN_ACK, NULL, 0);
	return talk;
}

void gen_say(struct gen *gen, struct talk *talk, bool client, const void *bytes, size_t len)
{
	gen_wait(gen, talk->rtt_ns / 4);
	send_tcp(gen, talk, client, GEN_PSH | GEN_ACK, bytes, len);
	if (client)
		talk->client_seq += (uint32_t)len;
	else
		talk->server_seq += (uint32_t)len;
	gen_wait(gen, talk->rtt_ns / 2);
	send_tcp(gen, talk, !client, GEN_ACK, NULL, 0);
}

void gen_text(struct gen *gen, struct talk *talk, bool client, const char *text)
{
	gen_say(gen, talk, client, text, strlen(text));
}

void gen_bulk(struct gen *gen, struct talk *talk, bool client, size_t len, size_t per_ack)
{
	uint8_t segment[FULL_SEGMENT];
	size_t sent = 0;

	for (size_t i = 0; i < sizeof(segment); i++)
		segment[i] = (uint8_t)gen_random(gen);
	for (size_t i = 1; sent < len; i++) {
		size_t now = len - sent < sizeof(segment) ? len - sent : sizeof(segment);
		send_tcp(gen, talk, client, GEN_ACK, segment, now);
		if (client)
			talk->client_seq += (uint32_t)now;
		else
			talk->server_seq += (uint32_t)now;
		sent += now;
		gen_wait(gen, 120000);
		if (i % per_ack == 0 || sent == len)
			send_tcp(gen, talk, !client, GEN_ACK, NULL, 0);
	}
}

void gen_close(struct gen *gen, struct talk *talk)
{
	send_tcp(gen, talk, true, GEN_FIN | GEN_ACK, NULL, 0);
	talk->client_seq++;
	gen_wait(gen, talk->rtt_ns);
	send_tcp(gen, talk, false, GEN_FIN | GEN_ACK, NULL, 0);
	talk->server_seq++;
	gen_wait(gen, talk->rtt_ns / 8);
	send_tcp(gen, talk, true, GEN_ACK, NULL, 0);
}

static size_t put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return 2;
}

/* RFC 8446 section 4.1.2 with one cipher suite and the server_name extension (RFC 6066 section 3) */
static size_t client_hello(struct gen *gen, uint8_t *out, const char *name)
{
	size_t name_len = strlen(name), extensions = 9 + name_len, body = 2 + 32 + 1 + 4 + 2 + 2 + extensions, at = 0;

	out[at++] = 22, out[at++] = 3, out[at++] = 1;
	at += put16(out + at, body + 4);
	out[at++] = 1, out[at++] = 0;
	at += put16(out + at, body);
	out[at++] = 3, out[at++] = 3;
	for (int i = 0; i < 32; i++)
		out[at++] = (uint8_t)gen_random(gen);
	out[at++] = 0;
	at += put16(out + at, 2);
	at += put16(out + at, 0x009c);
	out[at++] = 1, out[at++] = 0;
	at += put16(out + at, extensions);
	at += put16(out + at, 0);
	at += put16(out + at, name_len + 5);
	at += put16(out + at, name_len + 3);
	out[at++] = 0;
	at += put16(out + at, name_len);
	memcpy(out + at, name, name_len);
	return at + name_len;
}

void gen_tls(struct gen *gen, struct talk *talk, const char *name, size_t reply_len)
{
	uint8_t record[512];

	gen_say(gen, talk, true, record, client_hello(gen, record, name));
	memcpy(record, (uint8_t[]){22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3}, 11);
	for (size_t i = 11; i < 43; i++)
		record[i] = (uint8_t)gen_random(gen);
	memcpy(record + 43, (uint8_t[]){0, 0, 0x9c, 0}, 4);
	gen_say(gen, talk, false, record, 47);
	gen_bulk(gen, talk, false, reply_len, 2);
}

static size_t put_name(uint8_t *at, const char *name)
{
	size_t used = 0;

	while (*name) {
		size_t label = strcspn(name, ".");
		at[used++] = (uint8_t)label;
		memcpy(at + used, name, label);
		used += label;
		name += label + (name[label] == '.');
	}
	at[used++] = 0;
	return used;
}

void gen_dns(struct gen *gen, const struct host *client, const struct host *resolver, const char *name, int rcode, const uint8_t *address)
{
	uint16_t port = (uint16_t)(32768 + gen_below(gen, 28000)), id = (uint16_t)gen_random(gen);
	bool v6 = address && !(address[10] == 0xff && address[11] == 0xff && address[0] == 0);
	uint8_t message[400] = {0};
	size_t at = 12;

	put16(message, id);
	put16(message + 2, 0x0100);
	put16(message + 4, 1);
	at += put_name(message + at, name);
	at += put16(message + at, v6 ? 28 : 1);
	at += put16(message + at, 1);
	gen_udp(gen, client, port, resolver, 53, message, at);
	gen_wait(gen, 12 * GEN_MS + gen_jitter(gen, 20 * GEN_MS));
	if (rcode == GEN_SILENCE)
		return;
	put16(message + 2, 0x8180u | (unsigned)rcode);
	if (address) {
		put16(message + 6, 1);
		at += put16(message + at, 0xc00c);
		at += put16(message + at, v6 ? 28 : 1);
		at += put16(message + at, 1);
		at += put16(message + at, 0);
		at += put16(message + at, 300);
		at += put16(message + at, v6 ? 16 : 4);
		memcpy(message + at, address + (v6 ? 0 : 12), v6 ? 16 : 4);
		at += v6 ? 16 : 4;
	}
	gen_udp(gen, resolver, 53, client, port, message, at);
}

static size_t put_option(uint8_t *at, uint8_t code, const void *value, size_t len)
{
	at[0] = code;
	at[1] = (uint8_t)len;
	memcpy(at + 2, value, len);
	return 2 + len;
}

struct lease {
	const struct host *client, *server;
	const char *host_name, *vendor_class;
};

/* RFC 2131 section 2; the server's answer carries the address, itself as router and resolver, a day's lease */
static size_t dhcp_message(uint8_t *m, const struct lease *lease, uint8_t type, uint32_t id)
{
	static const uint8_t cookie[4] = {0x63, 0x82, 0x53, 0x63}, wanted[] = {1, 3, 6, 12, 15, 28, 42}, day[4] = {0, 1, 0x51, 0x80};
	bool answer = type == 2 || type == 5;
	size_t at = 240;

	memset(m, 0, 600);
	m[0] = answer ? 2 : 1, m[1] = 1, m[2] = 6;
	memcpy(m + 4, &id, 4);
	if (answer)
		memcpy(m + 16, lease->client->address + 12, 4);
	memcpy(m + 28, lease->client->mac, 6);
	memcpy(m + 236, cookie, 4);
	at += put_option(m + at, 53, &type, 1);
	if (answer) {
		at += put_option(m + at, 54, lease->server->address + 12, 4);
		at += put_option(m + at, 51, day, 4);
		at += put_option(m + at, 3, lease->server->address + 12, 4);
		at += put_option(m + at, 6, lease->server->address + 12, 4);
	} else {
		if (lease->host_name)
			at += put_option(m + at, 12, lease->host_name, strlen(lease->host_name));
		if (lease->vendor_class)
			at += put_option(m + at, 60, lease->vendor_class, strlen(lease->vendor_class));
		at += put_option(m + at, 55, wanted, sizeof(wanted));
	}
	m[at++] = 255;
	return at;
}

void gen_dhcp(struct gen *gen, const struct host *client, const struct host *server, const char *host_name, const char *vendor_class)
{
	struct host nobody = gen_host("00:00:00:00:00:00", "0.0.0.0"), everybody = gen_host("ff:ff:ff:ff:ff:ff", "255.255.255.255");
	struct lease lease = {client, server, host_name, vendor_class};
	uint32_t id = (uint32_t)gen_random(gen);
	uint8_t message[600];

	memcpy(nobody.mac, client->mac, 6);
	for (uint8_t type = 1; type <= 5; type = (uint8_t)(type == 3 ? 5 : type + 1)) {
		size_t len = dhcp_message(message, &lease, type, id);
		if (type == 1 || type == 3)
			gen_udp(gen, &nobody, 68, &everybody, 67, message, len);
		else
			gen_udp(gen, server, 67, client, 68, message, len);
		gen_wait(gen, 3 * GEN_MS);
	}
	gen_arp(gen, 1, client, client);
	gen_wait(gen, GEN_MS);
	gen_arp(gen, 1, client, server);
	gen_wait(gen, GEN_MS);
	gen_arp(gen, 2, server, client);
}

/* RFC 6762, RFC 6763: the service's PTR, the host's address */
void gen_mdns(struct gen *gen, const struct host *host, const char *name, const char *service)
{
	struct host group = gen_host("00:00:00:00:00:00", "224.0.0.251");
	char local[128], instance[200];
	uint8_t m[600] = {0};
	size_t at = 12, data;

	snprintf(local, sizeof(local), "%s.local", name);
	snprintf(instance, sizeof(instance), "%s.%s", name, service);
	put16(m + 2, 0x8400);
	put16(m + 6, 2);
	at += put_name(m + at, service);
	memcpy(m + at, (uint8_t[]){0, 12, 0, 1, 0, 0, 0x11, 0x94}, 8);
	data = put_name(m + at + 10, instance);
	put16(m + at + 8, data);
	at += 10 + data;
	at += put_name(m + at, local);
	memcpy(m + at, (uint8_t[]){0, 1, 0x80, 1, 0, 0, 0, 120, 0, 4}, 10);
	memcpy(m + at + 10, host->address + 12, 4);
	gen_udp(gen, host, 5353, &group, 5353, m, at + 14);
}

void gen_ssdp_notify(struct gen *gen, const struct host *host, const char *server, const char *device_type)
{
	struct host group = gen_host("00:00:00:00:00:00", "239.255.255.250");
	char text[600];
	int len = snprintf(text, sizeof(text),
		"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\n"
		"LOCATION: http://%u.%u.%u.%u:8080/description.xml\r\nNT: %s\r\nNTS: ssdp:alive\r\nSERVER: %s\r\n"
		"USN: uuid:00000000-0000-1000-8000-%02x%02x%02x%02x%02x%02x::%s\r\n\r\n",
		host->address[12], host->address[13], host->address[14], host->address[15], device_type, server, host->mac[0], host->mac[1],
		host->mac[2], host->mac[3], host->mac[4], host->mac[5], device_type);

	gen_udp(gen, host, 1900, &group, 1900, text, (size_t)len);
}

void gen_ntp(struct gen *gen, const struct host *client, const struct host *server)
{
	uint8_t packet[48] = {0x23};
	uint16_t port = (uint16_t)(32768 + gen_below(gen, 28000));

	gen_udp(gen, client, port, server, 123, packet, sizeof(packet));
	gen_wait(gen, 18 * GEN_MS);
	packet[0] = 0x24;
	gen_udp(gen, server, 123, client, port, packet, sizeof(packet));
}
