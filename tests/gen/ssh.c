/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One short SSH connection, true up to where the encryption begins. */
#include <string.h>

#include "gen.h"

/* RFC 4253 section 6: length, padding, number of the message, then body. Returns its length. */
static size_t ssh_packet(uint8_t *out, uint8_t message, const uint8_t *body, size_t len)
{
	size_t padding = 4 + (8 - (4 + 1 + 1 + len + 4) % 8) % 8, total = 1 + 1 + len + padding;

	memcpy(out, (uint8_t[]){0, 0, (uint8_t)(total >> 8), (uint8_t)total, (uint8_t)padding, message}, 6);
	memcpy(out + 6, body, len);
	memset(out + 6 + len, 0, padding);
	return 4 + total;
}

/* RFC 4253 section 7.1: a cookie, ten lists of names, nothing guessed. */
static size_t ssh_offer(struct gen *gen, uint8_t *out)
{
	static const char *const lists[10] = {"curve25519-sha256,diffie-hellman-group14-sha256", "ssh-ed25519,rsa-sha2-256",
		"aes128-ctr,aes256-ctr", "aes128-ctr,aes256-ctr", "hmac-sha2-256", "hmac-sha2-256", "none", "none", "", ""};
	uint8_t body[600];
	size_t at = 16;

	for (size_t i = 0; i < 16; i++)
		body[i] = (uint8_t)gen_random(gen);
	for (size_t i = 0; i < 10; i++) {
		size_t len = strlen(lists[i]);
		memcpy(body + at, (uint8_t[]){0, 0, 0, (uint8_t)len}, 4);
		memcpy(body + at + 4, lists[i], len);
		at += 4 + len;
	}
	memset(body + at, 0, 5);
	return ssh_packet(out, 20, body, at + 5);
}

/* Keys are exchanged (RFC 8731), then something is said that nobody can read, and that is all. */
void gen_ssh(struct gen *gen, const struct host *client, const struct host *server)
{
	struct talk talk = gen_open(gen, client, server, 22, 30 * GEN_MS);
	uint8_t packet[700], key[256] = {0, 0, 0, 32};

	for (size_t i = 4; i < sizeof(key); i++)
		key[i] = (uint8_t)gen_random(gen);
	gen_text(gen, &talk, true, "SSH-2.0-dropbear_2017.75\r\n");
	gen_text(gen, &talk, false, "SSH-2.0-dropbear_2019.78\r\n");
	for (int client_says = 1; client_says >= 0; client_says--)
		gen_say(gen, &talk, client_says, packet, ssh_offer(gen, packet));
	gen_say(gen, &talk, true, packet, ssh_packet(packet, 30, key, 36));
	/* the host's key, the server's half of the exchange, a signature: RFC 5656 section 4 */
	uint8_t reply[240] = "\0\0\0\x33\0\0\0\x0bssh-ed25519\0\0\0\x20";
	memcpy(reply + 23, key + 40, 32);
	memcpy(reply + 55, key, 36);
	memcpy(reply + 91, "\0\0\0\x53\0\0\0\x0bssh-ed25519\0\0\0\x40", 23);
	memcpy(reply + 114, key + 80, 64);
	gen_say(gen, &talk, false, packet, ssh_packet(packet, 31, reply, 178));
	for (int client_says = 1; client_says >= 0; client_says--)
		gen_say(gen, &talk, client_says, packet, ssh_packet(packet, 21, key, 0));
	gen_bulk(gen, &talk, true, 600, 1);
	gen_bulk(gen, &talk, false, 600, 1);
	gen_close(gen, &talk);
}
