/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames of the guard's ring are not all there are: a flow's first ones, what runs one way, what was stopped. What follows from that:
 *
 *	answers     the first answer to a run of packets comes up with the length of that run, and counts as the answers to all of them;
 *	            the packets between, and their answers, nobody saw
 *	stopped     nobody answers what we stopped, so it is no failed contact. What the brake stopped counts as sent all the same, for
 *	            floods; what policy or quarantine stopped is told by verdicts and is nothing to detect
 *	twice       what one device sends to another comes by at both: the second time it is not taken in
 *	lost        frames on their way to a device that found no room: what it waited for cannot be told, and its floods are judged
 *	            as if as many of those frames had been answers as of those that were seen
 *
 * Time. The engine's clock never runs ahead of frames that still wait in the ring: after a stall they are taken in by their own times.
 *
 * What was told of each finding stands in a list beside the book of findings, by place; another number in a place is another finding.
 */
#include "engine/live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/signatures.h"
#include "base/table.h"
#include "engine/room.h"

enum { LINK_ETHERNET = 1, SENDER_MAX = 2048 };

static const uint64_t more_ns = 60000000000ull;
static const uint64_t sender_ns = 60000000000ull;
static const uint64_t settle_ns = 10000000000ull;
static const uint64_t behind_ns = 500000000ull;

/* An address of ours under which a device sent something. */
struct sender {
	uint8_t address[16];
	uint64_t seen_ns;
};

struct told {
	uint64_t number; /* of the finding; 0: none */
	uint64_t told_ns, count;
	enum severity severity;
	enum device_state state;
	bool counts;
	bool released; /* since: if it goes on, it is news */
	bool withdrawn; /* since: what it said is no more, and if it is again, that is news, however often it was counted */
	bool anew; /* it did not count, and is to be judged once more */
};

struct live {
	struct live_config config;
	struct engine *engine;
	struct table senders;
	struct told *told; /* by place, FW_FINDING_MAX */
	uint64_t last_ns; /* of the latest frame */
	uint64_t steady_ns, wall_ns; /* the two clocks at the last tick */
	uint64_t settled_ns; /* names and makers of devices */
	uint64_t frames, frames_twice, number;
	bool fed; /* frames came since the last tick */
	struct finding shown;
	struct live_finding shown_as;
};

int live_new(const struct live_config *config, struct live **out_live)
{
	struct engine_config engine = {
		.side = config->side, .live = true, .quiet_ns = config->quiet_ns, .named = config->named, .named_context = config->context};
	struct live *live;
	int error;

	if (!config->found)
		return -EINVAL;
	live = calloc(1, sizeof(*live));
	if (!live)
		return -ENOMEM;
	live->config = *config;
	memcpy(engine.hash_key, config->hash_key, sizeof(engine.hash_key));
	live->told = calloc(FW_FINDING_MAX, sizeof(*live->told));
	error = live->told ? engine_new(&engine, &live->engine) : -ENOMEM;
	if (!error)
		error = table_init(&live->senders, SENDER_MAX, sizeof(struct sender), 16, config->hash_key);
	if (error) {
		live_free(live);
		return error;
	}
	*out_live = live;
	return 0;
}

void live_free(struct live *live)
{
	if (!live)
		return;
	engine_free(live->engine);
	table_done(&live->senders);
	free(live->told);
	free(live);
}

int live_signatures(struct live *live, const struct signature_files *files, const struct signature_say *say)
{
	return signatures_load(live->engine, files, say);
}

static void add_ours(struct side *side, const struct prefix *prefix)
{
	uint64_t left_out = side->prefixes_left_out;

	side_add(side, prefix->address, prefix->bits);
	if (side->prefixes_left_out == left_out)
		return;
	/* what a person or an interface says outweighs what the link taught last */
	side->prefix_count--;
	side_add(side, prefix->address, prefix->bits);
}

void live_ours(struct live *live, const struct side *side, const uint8_t (*held)[16], uint32_t held_count)
{
	for (uint32_t i = 0; i < side->prefix_count; i++) {
		add_ours(&live->config.side, &side->prefixes[i]);
		add_ours(&live->engine->config.side, &side->prefixes[i]);
	}
	live->config.held_count = held_count < FW_GUARD_HELD_MAX ? held_count : FW_GUARD_HELD_MAX;
	if (held_count)
		memcpy(live->config.held, held, (size_t)live->config.held_count * 16);
}

/* ---- frames ---- */

static bool is_held(const struct live *live, const uint8_t address[16])
{
	for (uint32_t i = 0; i < live->config.held_count && i < FW_GUARD_HELD_MAX; i++)
		if (memcmp(live->config.held[i], address, 16) == 0)
			return true;
	return false;
}

/* Of what passes between two devices, the second look. */
static bool is_second(struct live *live, const struct fw_guard_frame *frame, const struct fw_packet *p, uint64_t time_ns)
{
	const struct sender *known;
	struct sender *sender;

	if (!p->family || !side_is_ours(&live->config.side, p->src) || is_held(live, p->src))
		return false;
	if (frame->way == FW_GUARD_OUT) {
		sender = table_put(&live->senders, p->src, &(bool){false}, NULL, NULL);
		sender->seen_ns = time_ns;
		return false;
	}
	known = table_find(&live->senders, p->src);
	return known && time_ns - known->seen_ns < sender_ns;
}

/* Whether a frame that was stopped is one to count towards floods. */
static bool counts_stopped(const struct fw_guard_frame *frame)
{
	return frame->reason == FW_REASON_FORGED || (frame->reason >= FW_REASON_BRAKE_QUESTIONS && frame->reason <= FW_REASON_BRAKE_FORGED);
}

void live_see(struct live *live, const struct frame *frame)
{
	struct frame now = *frame;

	/* a little late, from another CPU: not another day */
	if (now.time_ns < live->last_ns)
		now.time_ns = live->last_ns;
	live->last_ns = now.time_ns;
	live->fed = true;
	live->frames++;
	engine_frame(live->engine, &now);
}

void live_frame(struct live *live, const struct fw_guard_frame *frame, const uint8_t *bytes)
{
	struct frame seen = {
		.time_ns = frame->time_ns,
		.number = ++live->number,
		.bytes = bytes,
		.cap_len = frame->kept_len,
		.wire_len = frame->frame_len > frame->kept_len ? frame->frame_len : frame->kept_len,
		.link = LINK_ETHERNET,
		.answers_for = frame->way == FW_GUARD_IN ? frame->run : 0,
		.stopped = frame->outcome == FW_GUARD_DROPPED,
	};
	struct fw_packet packet;

	if (seen.stopped && (frame->way == FW_GUARD_IN || !counts_stopped(frame)))
		return;
	fw_packet_read(bytes, frame->kept_len, LINK_ETHERNET, &packet);
	if (is_second(live, frame, &packet, frame->time_ns > live->last_ns ? frame->time_ns : live->last_ns)) {
		live->frames_twice++;
		return;
	}
	live_see(live, &seen);
}

void live_lost(struct live *live, const uint8_t mac[6], uint64_t lost, uint64_t seen)
{
	uint32_t device = mac ? live_device_of(live, mac) : DEVICE_NONE;

	if (lost && (!mac || device != DEVICE_NONE))
		engine_unheard(live->engine, device, lost, seen);
}

/* ---- findings ---- */

static uint64_t wall_of(const struct live *live, uint64_t hall_ns)
{
	int64_t since_ns = (int64_t)(hall_ns - live->steady_ns);

	return live->wall_ns + (uint64_t)(since_ns / (int64_t)(live->config.pace ? live->config.pace : 1));
}

/* A copy as others may see it. */
static const struct live_finding *show(struct live *live, uint32_t place, enum live_news news, bool first)
{
	live->shown = *engine_finding(live->engine, place);
	live->shown.device = outcome_device(live->engine, &live->shown);
	live->shown.first_ns = wall_of(live, live->shown.first_ns);
	live->shown.last_ns = wall_of(live, live->shown.last_ns);
	live->shown_as = (struct live_finding){detect_number(live->engine->detect, place), news, &live->shown, first};
	return &live->shown_as;
}

static void tell(struct live *live, uint32_t place, enum live_news news, uint64_t now_ns)
{
	const struct finding *finding = engine_finding(live->engine, place);
	struct told *told = &live->told[place];
	bool first = told->number != detect_number(live->engine->detect, place);

	*told = (struct told){.number = detect_number(live->engine->detect, place),
		.told_ns = now_ns,
		.count = finding->count,
		.severity = finding->severity,
		.state = finding->state};
	told->counts = live->config.found(live->config.context, show(live, place, news, first));
	if (told->counts && live->shown.device != DEVICE_NONE)
		inventory_note_state(live->engine->inventory, live->shown.device, live->shown.state);
}

/* Whether something was told of it. */
static bool look_at(struct live *live, uint32_t place, uint64_t now_ns)
{
	uint64_t number = detect_number(live->engine->detect, place);
	const struct finding *finding = engine_finding(live->engine, place);
	const struct told *told = &live->told[place];

	if (!number)
		return false;
	/* what a person released since is news when it goes on, and not before */
	if (number != told->number || (told->anew && !told->released) || (told->released && finding->count != told->count))
		tell(live, place, LIVE_NEW, now_ns);
	else if (finding->severity > told->severity || finding->state > told->state)
		tell(live, place, LIVE_WORSE, now_ns);
	else if (finding->count != told->count && now_ns - told->told_ns >= more_ns)
		tell(live, place, LIVE_MORE, now_ns);
	else
		return false;
	return true;
}

void live_tick(struct live *live, uint64_t steady_ns, uint64_t wall_ns)
{
	bool behind = live->fed && live->last_ns + behind_ns < steady_ns;
	uint64_t now_ns = behind || steady_ns < live->last_ns ? live->last_ns : steady_ns;

	live->fed = false;
	live->last_ns = now_ns;
	live->steady_ns = steady_ns;
	live->wall_ns = wall_ns;
	engine_tick(live->engine, now_ns);
	if (now_ns - live->settled_ns >= settle_ns) {
		inventory_settle(live->engine->inventory);
		live->settled_ns = now_ns;
	}
	for (uint32_t place = 0, said = 0; place < detect_places(live->engine->detect) && said < LIVE_TOLD_MAX; place++)
		said += look_at(live, place, now_ns);
}

const struct live_finding *live_finding_at(struct live *live, uint32_t index)
{
	for (uint32_t place = 0; place < detect_places(live->engine->detect); place++)
		if (detect_number(live->engine->detect, place) && index-- == 0)
			return show(live, place, LIVE_MORE, false);
	return NULL;
}

/* ---- devices ---- */

uint32_t live_device_at(const struct live *live, uint32_t place)
{
	return inventory_at(live->engine->inventory, place);
}

const struct device *live_device_borrow(const struct live *live, uint32_t number)
{
	return engine_device(live->engine, number);
}

bool live_device(const struct live *live, uint32_t number, struct device *out_device)
{
	const struct device *device = engine_device(live->engine, number);

	if (!device)
		return false;
	*out_device = *device;
	out_device->first_ns = wall_of(live, device->first_ns);
	out_device->last_ns = wall_of(live, device->last_ns);
	return true;
}

uint32_t live_device_of(const struct live *live, const uint8_t mac[6])
{
	return inventory_number(live->engine->inventory, inventory_find_mac(live->engine->inventory, mac));
}

/* What was told of a finding of this device that stands in this place; NULL: there is none. */
static struct told *told_of(struct live *live, uint32_t place, uint32_t device)
{
	struct told *told = &live->told[place];
	bool stands = told->number && told->number == detect_number(live->engine->detect, place);

	return stands && outcome_device(live->engine, engine_finding(live->engine, place)) == device ? told : NULL;
}

void live_release(struct live *live, uint32_t device)
{
	inventory_clear_state(live->engine->inventory, device);
	for (uint32_t place = 0; place < detect_places(live->engine->detect); place++) {
		struct told *told = told_of(live, place, device);

		if (!told)
			continue;
		told->released = true;
		told->count = engine_finding(live->engine, place)->count;
	}
}

void live_judge_state(struct live *live, uint32_t device)
{
	inventory_clear_state(live->engine->inventory, device);
	for (uint32_t place = 0; place < detect_places(live->engine->detect); place++) {
		const struct told *told = told_of(live, place, device);

		if (told && told->counts && !told->released)
			inventory_note_state(live->engine->inventory, device, told->state);
	}
}

void live_advise(struct live *live, uint32_t device, const struct evidence_advisory *worst)
{
	const struct device *known = engine_device(live->engine, device);

	if (known && worst)
		detect_advisory(live->engine->detect, device, known->first_ns, known->last_ns, worst);
	for (uint32_t place = 0; place < detect_places(live->engine->detect); place++) {
		struct told *told = told_of(live, place, device);

		if (!told || engine_finding(live->engine, place)->id != FINDING_ADVISORY)
			continue;
		if (!worst) {
			told->released = told->withdrawn = true;
			told->count = engine_finding(live->engine, place)->count;
			live_judge_state(live, device);
		} else if (told->withdrawn) {
			told->released = told->withdrawn = false;
			told->anew = true;
		}
	}
}

void live_judge_anew(struct live *live)
{
	for (uint32_t place = 0; place < detect_places(live->engine->detect); place++)
		live->told[place].anew |= !live->told[place].counts;
}

void live_fill(struct live *live, struct live_fill *out_fill)
{
	*out_fill = (struct live_fill){
		.frames = live->frames,
		.frames_twice = live->frames_twice,
		.findings = detect_kept(live->engine->detect),
		.findings_room = FW_FINDING_MAX,
		.devices = engine_device_count(live->engine),
		.devices_room = FW_DEVICE_MAX,
		.findings_left = detect_left(live->engine->detect),
		.devices_left = inventory_aged(live->engine->inventory),
	};
	engine_left_out(live->engine, &out_fill->left_out);
}
