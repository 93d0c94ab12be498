/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint64_t tick_ns = 100000000ull;

static uint32_t number_of(const uint8_t *bytes, size_t len)
{
	uint32_t number = 2166136261u;

	while (len--)
		number = (number ^ *bytes++) * 16777619u;
	return number;
}

static uint32_t who(const struct device *device)
{
	if (!device)
		return 0;
	return device->address_count ? number_of(device->addresses[0], 16) : number_of(device->macs[0], 6);
}

struct fed_key fed_key_of(const struct finding *finding, const struct device *device)
{
	struct fed_key key = {finding->id, who(device), finding->severity, 0};

	switch (finding->id) {
	case FINDING_FLOOD:
	case FINDING_RECEIVES_FLOOD:
		key.what = finding->flood.vector;
		break;
	case FINDING_OPEN_SERVICE:
		key.what = finding->service.port;
		break;
	case FINDING_REACHED_FROM_INTERNET:
		key.what = finding->reached.port;
		break;
	case FINDING_DEFAULT_PASSWORD:
	case FINDING_CLEARTEXT_LOGIN:
	case FINDING_LOGIN_GUESSING:
		key.what = finding->login.port;
		break;
	default:
		break;
	}
	return key;
}

static bool found(void *context, const struct live_finding *news)
{
	struct fed *fed = context;
	struct device device;
	bool known = live_device(fed->live, news->finding->device, &device);
	struct fed_told *told = &fed->told[fed->told_count < FED_TOLD_MAX - 1 ? fed->told_count++ : FED_TOLD_MAX - 1];

	*told = (struct fed_told){fed_key_of(news->finding, known ? &device : NULL), news->number, fed->now_ns, news->finding->first_ns,
		news->finding->last_ns, news->news, news->first};
	return !fed->mute;
}

struct fed *fed_new(const struct live_config *config)
{
	struct live_config own = {.hash_key = {1, 2, 3}};
	struct fed *fed = calloc(1, sizeof(*fed));

	assert_non_null(fed);
	if (config)
		own = *config;
	else
		side_init(&own.side);
	own.found = found;
	own.context = fed;
	assert_int_equal(live_new(&own, &fed->live), 0);
	return fed;
}

void fed_free(struct fed *fed)
{
	live_free(fed->live);
	free(fed);
}

void fed_walk(struct fed *fed, uint64_t time_ns, uint64_t step_ns)
{
	/* nothing was before: no ticks from the beginning of time */
	if (!fed->now_ns)
		fed->now_ns = time_ns;
	while (fed->now_ns + step_ns <= time_ns) {
		fed->now_ns += step_ns;
		live_tick(fed->live, fed->now_ns, fed->now_ns + fed->wall_ahead_ns);
	}
}

void fed_until(struct fed *fed, uint64_t time_ns)
{
	fed_walk(fed, time_ns, tick_ns);
}

void fed_see(struct fed *fed, const struct frame *frame)
{
	fed_until(fed, frame->time_ns);
	live_see(fed->live, frame);
}

/* ---- packets ---- */

static void put(uint8_t *at, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

void fed_packet(struct fed *fed, const struct fed_packet *packet)
{
	uint8_t bytes[96] = {2, 0, 0, 0, 0, packet->to_mac, 2, 0, 0, 0, 0, packet->from_mac, 0x08, 0x00, 0x45};
	uint8_t *ip = bytes + 14, *transport = ip + 20;
	uint32_t header = packet->proto == 6 ? 20 : 8;
	struct fw_guard_frame frame = packet->frame;

	put(ip + 2, 20 + header + packet->len, 2);
	ip[8] = 64;
	ip[9] = packet->proto;
	put(ip + 12, packet->from, 4);
	put(ip + 16, packet->to, 4);
	put(transport, packet->from_port, 2);
	put(transport + 2, packet->to_port, 2);
	if (packet->proto == 6) {
		put(transport + 4, packet->seq, 4);
		put(transport + 8, packet->ack, 4);
		transport[12] = 0x50;
		transport[13] = packet->flags;
	} else {
		put(transport + 4, 8u + packet->len, 2);
	}
	frame.time_ns = fed->now_ns;
	frame.frame_len = 34 + header + packet->len;
	frame.kept_len = frame.frame_len < sizeof(bytes) ? frame.frame_len : sizeof(bytes);
	live_frame(fed->live, &frame, bytes);
}

uint32_t fed_count(const struct fed *fed, uint32_t from, enum finding_id id, enum severity severity)
{
	uint32_t count = 0;

	for (uint32_t i = from; i < fed->told_count; i++)
		count += fed->told[i].key.id == id && fed->told[i].key.severity >= (uint32_t)severity && fed->told[i].news != LIVE_MORE;
	return count;
}
