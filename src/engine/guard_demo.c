/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a gateway's kernel would judge a frame, the twin does, with the same text (wire/guard.h):
 *
 *	from a device      twin_guard_out(); and if it passes and is for another device: twin_guard_in() there, as on a bridge
 *	from the gateway   twin_guard_in() to whoever it is for
 *
 * What it sends up goes to the guard as the ring's would. A frame that is stopped here ends here; the capture's answers to it come all the
 * same, for nobody can take back what was, and are stopped at a device in quarantine.
 */
#include "engine/guard_demo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/guard_demo_room.h"
#include "twin/twin.h"

enum {
	LINK_ETHERNET = 1,
	ROUND_S = 60, /* a round takes about so long */
	PACE_MAX = 16,
	FRAMES_A_STEP = 16384, /* of a capture that is denser, the clock waits */
};
#define PAUSE_NS (5 * FW_NS_PER_S) /* between two rounds */
#define BEHIND_NS FW_NS_PER_S /* more than so much of our time is not made up for */

struct guard_demo {
	struct guard_demo_capture capture;
	struct guard_demo_network network;
	struct twin_guard *twin;
	struct source *source; /* NULL: the capture cannot be read any more */
	struct frame next; /* the one that comes now, if has_next */
	bool has_next, crowded; /* crowded: more was due in the last step than is played in one */
	uint32_t pace;
	uint64_t round_ns; /* when this round began, by the frames' clock */
	uint64_t now_ns, wanted_ns; /* the frames' clock, and where it should be */
	uint64_t steady_ns; /* our own, when wanted_ns was reckoned */
	struct fault fault;
	bool told; /* of the fault */
};

/* ---- rounds ---- */

static void take_next(struct guard_demo *demo)
{
	do
		demo->has_next = source_next(demo->source, &demo->next);
	while (demo->has_next && demo->next.link != LINK_ETHERNET);
}

/* From the first frame on. Without a frame nothing is played any more. */
static void begin_round(struct guard_demo *demo, uint64_t at_ns)
{
	source_close(demo->source);
	demo->source = NULL;
	demo->has_next = false;
	demo->round_ns = at_ns;
	if (source_open(&demo->capture.file, 1, &demo->source, &demo->fault))
		return;
	take_next(demo);
	if (demo->has_next)
		return;
	fault_set(&demo->fault, demo->capture.file, 0, 0, "%s",
		source_report(demo->source, 0)->unreadable ? source_report(demo->source, 0)->fault.sentence
							   : "there is no frame of Ethernet in it any more");
	source_close(demo->source);
	demo->source = NULL;
}

/* A frame from before the first one, or behind the last that was looked at, is played at the edge. */
static uint64_t due(const struct guard_demo *demo)
{
	uint64_t time_ns = demo->next.time_ns, first_ns = demo->capture.first_ns;

	if (time_ns < first_ns)
		time_ns = first_ns;
	return demo->round_ns + (time_ns - first_ns);
}

static void go_on(struct guard_demo *demo)
{
	uint64_t last_ns = due(demo);

	take_next(demo);
	if (!demo->has_next)
		begin_round(demo, last_ns + PAUSE_NS);
}

/* ---- one frame ---- */

struct ring {
	int (*visit)(void *context, const void *data, size_t len);
	void *context;
	bool full; /* no more are taken */
};

static void send_up(struct ring *ring, const struct twin_guard_verdict *verdict)
{
	if (verdict->sent && ring->visit(ring->context, verdict->sent, sizeof(*verdict->sent) + verdict->sent->kept_len))
		ring->full = true;
}

static bool is_gateway(const struct guard_demo *demo, const uint8_t mac[6])
{
	return memcmp(demo->network.mac, mac, 6) == 0;
}

static void judge(struct guard_demo *demo, struct ring *ring)
{
	const struct frame *next = &demo->next;
	struct twin_guard_frame frame = {
		.now_ns = due(demo), .bytes = next->bytes, .len = next->cap_len, .frame_len = next->wire_len, .packets = 1};
	const uint8_t *to = next->bytes, *from = next->bytes + 6;
	struct twin_guard_verdict verdict;

	if (next->cap_len < 14)
		return;
	if (!is_gateway(demo, from)) {
		verdict = twin_guard_out(demo->twin, &frame);
		send_up(ring, &verdict);
		if (verdict.outcome == FW_GUARD_DROPPED || is_gateway(demo, to) || (to[0] & 1))
			return;
	}
	verdict = twin_guard_in(demo->twin, &frame);
	send_up(ring, &verdict);
}

static int play(void *context, int (*visit)(void *visit_context, const void *data, size_t len), void *visit_context)
{
	struct guard_demo *demo = context;
	struct ring ring = {.visit = visit, .context = visit_context};
	unsigned count = 0;

	while (demo->has_next && due(demo) <= demo->now_ns && !ring.full && count++ < FRAMES_A_STEP) {
		judge(demo, &ring);
		go_on(demo);
	}
	demo->crowded = demo->has_next && due(demo) <= demo->now_ns;
	return 0;
}

/* ---- the clock ---- */

bool guard_demo_step(struct guard_demo *demo, uint64_t steady_ns)
{
	uint64_t passed_ns = steady_ns > demo->steady_ns ? steady_ns - demo->steady_ns : 0, left_ns;

	demo->steady_ns += passed_ns;
	demo->wanted_ns += (passed_ns < BEHIND_NS ? passed_ns : BEHIND_NS) * demo->pace;
	left_ns = demo->wanted_ns - demo->now_ns;
	if (!demo->crowded)
		demo->now_ns += left_ns < DEMO_STEP_NS ? left_ns : DEMO_STEP_NS;
	/* once in a call of ours: the page waits, too */
	if (demo->crowded && !passed_ns)
		demo->wanted_ns = demo->now_ns;
	return left_ns != 0;
}

uint64_t guard_demo_now(const struct guard_demo *demo)
{
	return demo->now_ns;
}

uint64_t guard_demo_steady(const struct guard_demo *demo)
{
	return demo->steady_ns - (demo->wanted_ns - demo->now_ns) / demo->pace;
}

uint32_t guard_demo_pace(const struct guard_demo *demo)
{
	return demo->pace;
}

const char *guard_demo_trouble(struct guard_demo *demo)
{
	if (demo->source || demo->told)
		return NULL;
	demo->told = true;
	return demo->fault.sentence;
}

/* ---- opening ---- */

static uint32_t pace_of(const struct guard_demo_capture *capture)
{
	uint64_t pace = (capture->last_ns - capture->first_ns) / (ROUND_S * FW_NS_PER_S) + 1;

	return pace < PACE_MAX ? (uint32_t)pace : PACE_MAX;
}

int guard_demo_open(const char *capture, uint64_t steady_ns, struct guard_demo **out_demo, struct fault *out_fault)
{
	struct guard_demo *demo = calloc(1, sizeof(*demo));
	int error;

	if (!demo)
		return -ENOMEM;
	demo->capture.file = capture;
	error = guard_demo_look(&demo->capture, &demo->network, out_fault);
	if (!error) {
		demo->pace = pace_of(&demo->capture);
		demo->now_ns = demo->wanted_ns = demo->steady_ns = steady_ns;
		begin_round(demo, steady_ns + FW_NS_PER_S);
		error = demo->source ? 0 : -EINVAL;
		*out_fault = demo->fault;
	}
	if (error) {
		guard_demo_close(demo);
		return error;
	}
	*out_demo = demo;
	return 0;
}

void guard_demo_close(struct guard_demo *demo)
{
	if (!demo)
		return;
	source_close(demo->source);
	twin_guard_free(demo->twin);
	free(demo);
}

int guard_demo_plane(
	struct guard_demo *demo, const struct plane_guard_setup *setup, struct plane_guard **out_plane, struct fault *out_fault)
{
	struct plane_guard_dry dry = {.now_ns = &demo->now_ns, .frames = play, .context = demo};
	struct fw_guard_sizes sizes;
	int error = plane_guard_sizes(setup, &sizes);

	if (!error)
		error = twin_guard_new(&sizes, &demo->twin);
	if (error) {
		fault_set(out_fault, demo->capture.file, 0, 0, "the tables to judge it by cannot be made: %s", strerror(-error));
		return error;
	}
	dry.tables = twin_guard_tables(demo->twin);
	return plane_guard_open_dry(setup, &dry, out_plane, out_fault);
}

const struct guard_demo_network *guard_demo_network(const struct guard_demo *demo)
{
	return &demo->network;
}
