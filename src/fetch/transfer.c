/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One question over TCP and all that comes back, without ever waiting.
 *
 *	CONNECTS --writable--> ASKS --all sent--> READS --last message--> done
 *
 *	on the wire, both ways:  | len, 2 bytes | message | len | message ...     (RFC 1035 section 4.2.2)
 *
 * Bytes are read into one buffer of two largest messages; whole messages are judged where they lie (answer.c), and what is left
 * moves to the front. A server that stalls is left after FW_TRANSFER_SILENCE_NS, one that dribbles after FW_TRANSFER_NS.
 */
#include "fetch/transfer.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "fetch/answer.h"
#include "wire/limits.h"

enum { BUFFER = 2 * (MESSAGE_MAX + 2), STEP_MAX = 2 * BUFFER };

enum stage { CONNECTS, ASKS, READS };

struct transfer {
	struct answer answer;
	int descriptor;
	enum stage stage;
	uint64_t ends_ns, heard_ns, silence_ns;
	size_t question_len, sent; /* with the two bytes of length */
	size_t have; /* bytes in buffer */
	uint8_t question[2 + ANSWER_QUESTION_MAX];
	uint8_t buffer[BUFFER];
};

static int failed(struct transfer *transfer, int error, const char *what, struct fault *out_fault)
{
	fault_set(out_fault, transfer->answer.place, 0, transfer->answer.counts.bytes, "%s: %s", what, strerror(error));
	return -error;
}

static int prepare(struct transfer *transfer, const struct transfer_setup *setup, const struct fetch_time *now)
{
	size_t len;
	int error = answer_init(&transfer->answer, setup, now->wall_s, transfer->question + 2, &len);

	if (error)
		return error;
	transfer->question[0] = (uint8_t)(len >> 8);
	transfer->question[1] = (uint8_t)len;
	transfer->question_len = len + 2;
	transfer->ends_ns = now->steady_ns + (setup->time_ns ? setup->time_ns : FW_TRANSFER_NS);
	transfer->silence_ns = setup->silence_ns ? setup->silence_ns : FW_TRANSFER_SILENCE_NS;
	transfer->heard_ns = now->steady_ns;
	return 0;
}

int transfer_over(
	const struct transfer_setup *setup, int descriptor, const struct fetch_time *now, struct transfer **out, struct fault *out_fault)
{
	struct transfer *transfer = malloc(sizeof(*transfer));
	int error = -ENOMEM;

	if (transfer) {
		memset(transfer, 0, offsetof(struct transfer, buffer)); /* the buffer's pages are touched as they are needed */
		transfer->descriptor = descriptor;
		error = prepare(transfer, setup, now);
	} else {
		close(descriptor);
	}
	if (error) {
		fault_set(out_fault, NULL, 0, 0, "no transfer: %s", strerror(-error));
		transfer_close(transfer);
		return error;
	}
	*out = transfer;
	return 0;
}

int transfer_open(const struct transfer_setup *setup, const struct fetch_time *now, struct transfer **out, struct fault *out_fault)
{
	struct transfer *transfer;
	struct sockaddr_storage address;
	socklen_t len = endpoint_name(setup->address, setup->port, &address);
	int descriptor = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error;

	if (descriptor < 0) {
		error = -errno;
		fault_set(out_fault, NULL, 0, 0, "no socket: %s", strerror(-error));
		return error;
	}
	error = transfer_over(setup, descriptor, now, &transfer, out_fault);
	if (error)
		return error;
	if (connect(descriptor, (const struct sockaddr *)&address, len) < 0 && errno != EINPROGRESS) {
		error = failed(transfer, errno, "cannot be asked", out_fault);
		transfer_close(transfer);
		return error;
	}
	*out = transfer;
	return 0;
}

int transfer_fd(const struct transfer *transfer)
{
	return transfer->descriptor;
}

unsigned transfer_wants(const struct transfer *transfer)
{
	return transfer->stage == READS ? TRANSFER_READABLE : TRANSFER_WRITABLE;
}

uint64_t transfer_deadline(const struct transfer *transfer)
{
	uint64_t silent_ns = transfer->heard_ns + transfer->silence_ns;

	return silent_ns < transfer->ends_ns ? silent_ns : transfer->ends_ns;
}

/* Returns 1 to go on at once, 0 to wait. */
static int step_connect(struct transfer *transfer, struct fault *out_fault)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	int error = 0;

	if (getpeername(transfer->descriptor, (struct sockaddr *)&peer, &len) == 0) {
		transfer->stage = ASKS;
		return 1;
	}
	len = sizeof(error);
	getsockopt(transfer->descriptor, SOL_SOCKET, SO_ERROR, &error, &len);
	return error ? failed(transfer, error, "cannot be asked", out_fault) : 0;
}

static int step_ask(struct transfer *transfer, struct fault *out_fault)
{
	ssize_t sent =
		send(transfer->descriptor, transfer->question + transfer->sent, transfer->question_len - transfer->sent, MSG_NOSIGNAL);

	if (sent < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : failed(transfer, errno, "cannot be asked", out_fault);
	transfer->sent += (size_t)sent;
	if (transfer->sent < transfer->question_len)
		return 0;
	transfer->stage = READS;
	return 1;
}

/* Judges each whole message in the buffer. */
static int judge_buffer(struct transfer *transfer, uint64_t wall_s, struct fault *out_fault)
{
	size_t at = 0;
	int result = 0;

	while (!result && transfer->have - at >= 2) {
		size_t len = fw_be16(transfer->buffer + at);
		if (transfer->have - at - 2 < len)
			break;
		result = answer_see(&transfer->answer, transfer->buffer + at + 2, len, wall_s, out_fault);
		at += 2 + len;
	}
	transfer->have -= at;
	memmove(transfer->buffer, transfer->buffer + at, transfer->have);
	return result;
}

static int cut_short(struct transfer *transfer, struct fault *out_fault)
{
	const struct transfer_counts *counts = &transfer->answer.counts;

	if (counts->messages == 0 && transfer->have == 0)
		fault_set(out_fault, transfer->answer.place, 0, 0, "the server hung up without an answer");
	else
		fault_set(out_fault, transfer->answer.place, 0, counts->bytes,
			"the server hung up in the middle, after %" PRIu64 " records", counts->records);
	return -ECONNRESET;
}

static int step_read(struct transfer *transfer, const struct fetch_time *now, struct fault *out_fault)
{
	for (size_t taken = 0; taken < STEP_MAX;) {
		ssize_t got = recv(transfer->descriptor, transfer->buffer + transfer->have, BUFFER - transfer->have, 0);
		int result;
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (got == 0 || (got < 0 && errno == ECONNRESET))
			return cut_short(transfer, out_fault);
		if (got < 0)
			return failed(transfer, errno, "cannot be read", out_fault);
		taken += (size_t)got;
		transfer->have += (size_t)got;
		transfer->heard_ns = now->steady_ns;
		result = judge_buffer(transfer, now->wall_s, out_fault);
		if (result)
			return result;
	}
	return 0;
}

static int too_late(const struct transfer *transfer, const struct fetch_time *now, struct fault *out_fault)
{
	bool ended = now->steady_ns >= transfer->ends_ns;

	if (now->steady_ns < transfer_deadline(transfer))
		return 0;
	fault_set(out_fault, transfer->answer.place, 0, transfer->answer.counts.bytes,
		ended ? "not done in time, after %" PRIu64 " records" : "the server is silent, after %" PRIu64 " records",
		transfer->answer.counts.records);
	return -ETIMEDOUT;
}

int transfer_step(struct transfer *transfer, const struct fetch_time *now, struct fault *out_fault)
{
	int result = 1;

	while (result == 1 && transfer->stage != READS)
		result = transfer->stage == CONNECTS ? step_connect(transfer, out_fault) : step_ask(transfer, out_fault);
	if (result == 1)
		result = step_read(transfer, now, out_fault);
	return result ? result : too_late(transfer, now, out_fault);
}

struct zone_soa transfer_soa(const struct transfer *transfer)
{
	return transfer->answer.soa;
}

struct transfer_counts transfer_counts(const struct transfer *transfer)
{
	return transfer->answer.counts;
}

void transfer_close(struct transfer *transfer)
{
	if (!transfer)
		return;
	answer_done(&transfer->answer);
	close(transfer->descriptor);
	free(transfer);
}
