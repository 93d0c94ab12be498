/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server's whole stream. First byte: bit 0 a key, bit 1 only the SOA, bit 2 small ceilings; the upper half says in how many
 * pieces it comes. Time stands still, so that the corpus can hold streams that are signed rightly (make_corpus.py).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fetch/transfer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { KEY = 1, SOA = 2, SMALL = 4, WALL_S = 1000000 };

/* A stand-in that touches every byte of what it is told. */
static int hear(void *context, const uint8_t *owner, size_t len, uint16_t type)
{
	volatile uint32_t *sum = context;

	for (size_t i = 0; i < len; i++)
		*sum += owner[i];
	if (len == 0 || len > 255 || owner[len - 1] != 0)
		abort();
	return type == 65000 ? -E2BIG : type == 65001;
}

static void talk(const struct transfer_setup *setup, unsigned flags, const uint8_t *bytes, size_t len)
{
	struct fetch_time now = {.steady_ns = 1, .wall_s = WALL_S};
	struct transfer *transfer = NULL;
	struct fault fault = {0};
	uint8_t question[2048], *stream = malloc(len + 1);
	size_t pieces = (flags >> 4) + 1, sent = 0;
	int pair[2], result = 0;

	if (!stream || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
		abort();
	if (transfer_over(setup, pair[1], &now, &transfer, &fault) || transfer_step(transfer, &now, &fault))
		abort();
	if (read(pair[0], question, sizeof(question)) < 2)
		abort();
	memcpy(stream, bytes, len);
	while (sent < len && !result) {
		size_t some = len / pieces + 1 < len - sent ? len / pieces + 1 : len - sent;
		ssize_t got = send(pair[0], stream + sent, some, MSG_NOSIGNAL);
		sent += got > 0 ? (size_t)got : 0;
		result = transfer_step(transfer, &now, &fault);
	}
	shutdown(pair[0], SHUT_WR);
	for (int i = 0; i < 64 && !result; i++)
		result = transfer_step(transfer, &now, &fault);
	if (result == 0 || (result < 0 && !fault.sentence[0]))
		abort();
	transfer_close(transfer);
	close(pair[0]);
	free(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct zone_key *key;
	uint32_t sum = 0;
	struct transfer_setup setup = {.id = 0x4711, .tell = {.record = hear, .context = &sum}, .address = {[15] = 1}, .port = 53};

	if (len == 0 || len > 200000)
		return 0;
	if (!key && zone_key_new("hmac-sha256", "k", "AAAA", &key, NULL))
		abort();
	if (zone_name_read("example.org", &setup.zone, NULL))
		abort();
	setup.kind = bytes[0] & SOA ? TRANSFER_SOA : TRANSFER_ZONE;
	setup.key = bytes[0] & KEY ? key : NULL;
	if (bytes[0] & SMALL)
		setup.ceilings = (struct zone_ceilings){.bytes = 400, .records = 3};
	talk(&setup, bytes[0], bytes + 1, len - 1);
	return 0;
}
