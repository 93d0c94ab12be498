/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "script.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

void script_add(struct script *script, const struct craft *craft)
{
	assert_true(script->len + 2 + craft->len <= SCRIPT_MAX && craft->len <= 65535);
	script->bytes[script->len++] = (uint8_t)(craft->len >> 8);
	script->bytes[script->len++] = (uint8_t)craft->len;
	memcpy(script->bytes + script->len, craft->bytes, craft->len);
	script->len += craft->len;
}

static int hear(void *context, const uint8_t *owner, size_t len, uint16_t type)
{
	struct heard *heard = context;

	heard->records++;
	for (size_t i = 0; i < len; i++)
		heard->digest = (heard->digest ^ owner[i]) * 1099511628211u;
	heard->digest = (heard->digest ^ type) * 1099511628211u;
	return heard->refuse_at && heard->records == (uint64_t)heard->refuse_at ? -E2BIG : 0;
}

void talk_begin(struct talk *talk, const struct transfer_setup *setup)
{
	static const uint8_t loopback[16] = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1};
	int pair[2], refuse_at = talk->heard.refuse_at;
	ssize_t got;

	*talk = (struct talk){.setup = *setup, .heard.refuse_at = refuse_at};
	talk->now = (struct fetch_time){.steady_ns = 1000, .wall_s = (uint64_t)time(NULL)};
	talk->setup.zone = craft_zone("example.org");
	talk->setup.id = SCRIPT_ID;
	talk->setup.port = 53;
	memcpy(talk->setup.address, loopback, sizeof(loopback));
	talk->setup.tell = (struct zone_tell){.record = hear, .context = &talk->heard};
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	talk->server = pair[0];
	assert_int_equal(transfer_over(&talk->setup, pair[1], &talk->now, &talk->transfer, &talk->heard.fault), 0);
	assert_int_equal(transfer_fd(talk->transfer), pair[1]);
	assert_int_equal(transfer_wants(talk->transfer), TRANSFER_WRITABLE);
	assert_int_equal(transfer_step(talk->transfer, &talk->now, &talk->heard.fault), 0);
	assert_int_equal(transfer_wants(talk->transfer), TRANSFER_READABLE);
	got = read(talk->server, talk->question, sizeof(talk->question));
	assert_true(got > 2);
	talk->question_len = (size_t)got;
}

static int step(struct talk *talk)
{
	if (talk->heard.result == 0)
		talk->heard.result = transfer_step(talk->transfer, &talk->now, &talk->heard.fault);
	if (talk->heard.result) {
		talk->heard.soa = transfer_soa(talk->transfer);
		talk->heard.counts = transfer_counts(talk->transfer);
	}
	return talk->heard.result;
}

int talk_say(struct talk *talk, const uint8_t *bytes, size_t len)
{
	int result = 0;

	while (len > 0 && !result) {
		ssize_t sent = send(talk->server, bytes, len, MSG_NOSIGNAL);
		if (sent < 0)
			assert_int_equal(errno, EAGAIN);
		if (sent > 0) {
			bytes += sent;
			len -= (size_t)sent;
		}
		result = step(talk);
	}
	for (int i = 0; i < 8 && !result; i++) /* a step may leave bytes to the next */
		result = step(talk);
	return result;
}

int talk_hang_up(struct talk *talk)
{
	assert_int_equal(shutdown(talk->server, SHUT_WR), 0);
	return step(talk);
}

void talk_end(struct talk *talk)
{
	transfer_close(talk->transfer);
	close(talk->server);
}
