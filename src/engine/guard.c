/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The role guard. What is opened in which order:
 *
 *	plane      maps and programs, made or taken over: from here on the interfaces are as protected as they were
 *	keys       those of the tables that were taken over, or new ones
 *	live       the engine of inspect, on frames of the ring
 *	devices    places of before, those of the configuration, those with a URL of their own
 *	policies   files, sets, names; the rules hold once their names have addresses (guard_policies.c)
 *	decisions  of people and findings: flags
 */
#include "engine/guard.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "engine/guard_room.h"
#include "engine/signatures.h"

#define INTERFACES_AGAIN_NS (5 * FW_NS_PER_S)
/* What devices resolved before we started has a name that we cannot know; few names are kept for longer. */
#define BEACONS_AFTER_NS (3600 * FW_NS_PER_S)

static void say_to(void (*say)(void *, const char *), void *context, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));
static void say_to(void (*say)(void *, const char *), void *context, const char *format, va_list arguments)
{
	char sentence[FAULT_SENTENCE_MAX + 256];

	vsnprintf(sentence, sizeof(sentence), format, arguments);
	if (say)
		say(context, sentence);
}

void guard_say(struct guard *guard, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_to(guard->say, guard->context, format, arguments);
	va_end(arguments);
}

void guard_tell(struct guard *guard, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_to(guard->say, guard->context, format, arguments);
	va_end(arguments);
	va_start(arguments, format);
	say_to(guard->note, guard->context, format, arguments);
	va_end(arguments);
}

/* The wall comes in whole seconds; between them it goes as the steady clock does, until somebody sets it. */
static void set_wall(struct guard *guard, uint64_t wall_s)
{
	uint64_t said_ns = wall_s * FW_NS_PER_S, going_ns = guard->steady_ns + guard->wall_less_steady_ns;

	if (going_ns + FW_NS_PER_S < said_ns || going_ns > said_ns + 2 * FW_NS_PER_S)
		guard->wall_less_steady_ns = said_ns - guard->steady_ns;
	guard->wall_ns = guard->steady_ns + guard->wall_less_steady_ns;
}

void guard_set_clock(struct guard *guard, const struct fetch_time *now)
{
	uint64_t steady_ns = guard->demo ? guard_demo_steady(guard->demo) : now->steady_ns;

	guard->steady_ns = steady_ns > guard->steady_ns ? steady_ns : guard->steady_ns;
	guard->now_ns = guard->demo ? guard_demo_now(guard->demo) : guard->steady_ns;
	set_wall(guard, now->wall_s);
}

static uint32_t pace(const struct guard *guard)
{
	return guard->demo ? guard_demo_pace(guard->demo) : 1;
}

uint64_t guard_wall_span(const struct guard *guard, uint64_t frames_ns)
{
	return frames_ns / pace(guard);
}

uint64_t guard_frames_span(const struct guard *guard, uint64_t wall_ns)
{
	return wall_ns * pace(guard);
}

/* ---- opening ---- */

/* Half a second of all that may be sent up, which is mostly short: so long the loop may be busy with something else. */
static uint32_t ring_bytes(const struct settings_guard *settings)
{
	uint64_t wanted = settings->frames_all.rate / 2 * (uint64_t)(sizeof(struct fw_guard_frame) + FW_FRAME_SHORT + 8);

	return wanted < GUARD_RING_LEAST ? GUARD_RING_LEAST : wanted > GUARD_RING_MOST ? GUARD_RING_MOST : (uint32_t)wanted;
}

static int open_plane(struct guard *guard, struct fault *out_fault)
{
	const struct settings_guard *settings = &guard->settings->guard;
	const char *interfaces[GUARD_INTERFACES_MAX];
	struct plane_guard_setup setup = {
		.interfaces = interfaces,
		.interface_count = settings->interface_count,
		.bpffs = guard->settings->paths.bpffs,
		.devices = settings->sizes.devices,
		.rules = settings->sizes.rules,
		.flows = settings->sizes.flows,
		.members = settings->sizes.members,
		.names = settings->sizes.names + GUARD_HOSTS_MAX,
		.ring_bytes = ring_bytes(settings),
		.generic = guard->settings->generic_allowed,
	};

	for (uint32_t i = 0; i < settings->interface_count; i++)
		interfaces[i] = settings->interfaces[i];
	if (guard->demo)
		return guard_demo_plane(guard->demo, &setup, &guard->plane, out_fault);
	return plane_guard_open(&setup, &guard->plane, out_fault);
}

static int take_keys(struct guard *guard)
{
	const struct fw_guard_config *before = plane_guard_config_now(guard->plane);

	guard->took_over = plane_guard_took_over(guard->plane) && before->generation;
	if (guard->took_over) {
		guard->config = *before;
		return 0;
	}
	/* nobody was here before us: conversations may be under way */
	guard->config.late_until_ns = guard->now_ns + guard->settings->guard.late_s * FW_NS_PER_S;
	if (getrandom(guard->config.key, sizeof(guard->config.key), 0) != sizeof(guard->config.key) ||
		getrandom(&guard->config.name_key, sizeof(guard->config.name_key), 0) != sizeof(guard->config.name_key))
		return -EIO;
	return 0;
}

static void say_signatures(void *context, const char *sentence)
{
	guard_say(context, "signatures: %s", sentence);
}

/* A folder that cannot be used is said, and the guard goes on with what the program brings: it guards with less to tell devices by. */
static int open_signatures(struct guard *guard)
{
	const struct signature_say say = {.say = say_signatures, .context = guard};
	const char *folder = guard->settings->guard.signatures;
	struct signature_files files = {0};
	struct fault fault = {0};
	int error;

	if (*folder && signatures_list(folder, &files, &fault) && fault.sentence[0])
		guard_say(guard, "signatures: %s: %s", fault.file, fault.sentence);
	error = live_signatures(guard->live, &files, &say);
	signatures_done(&files);
	return error;
}

static int open_live(struct guard *guard)
{
	int error;
	struct live_config config = {.found = guard_found,
		.named = guard_note_name,
		.context = guard,
		.held_count = guard->config.held_count,
		.quiet_ns = BEACONS_AFTER_NS,
		.pace = pace(guard)};

	if (getrandom(config.hash_key, sizeof(config.hash_key), 0) != sizeof(config.hash_key))
		return -EIO;
	/* a capture is judged as inspect would judge it */
	if (guard->demo)
		config.quiet_ns = 0;
	side_init(&config.side);
	guard_each_ours(guard, &config.side);
	memcpy(config.held, guard->config.held, sizeof(config.held));
	error = live_new(&config, &guard->live);
	if (!error)
		error = talk_new(config.hash_key, &guard->talks);
	if (!error)
		error = called_new(config.hash_key, &guard->called);
	return error ? error : open_signatures(guard);
}

static int open_rooms(struct guard *guard)
{
	int error = open_live(guard);

	if (!error)
		error = guard_open_kept(guard);
	if (!error)
		error = guard_open_names(guard);
	if (!error)
		error = guard_open_sets(guard);
	if (!error)
		error = guard_open_devices(guard);
	if (!error)
		error = guard_open_advice(guard);
	guard->found = error ? NULL : calloc(GUARD_FOUND_MAX, sizeof(*guard->found));
	return error || guard->found ? error : -ENOMEM;
}

static int no_room(int error, struct fault *out_fault)
{
	fault_set(out_fault, "guard", 0, 0, "the guard cannot be opened: %s", strerror(-error));
	return error;
}

static int fill_kernel(struct guard *guard, struct fault *out_fault)
{
	struct fault fault = {0};
	int error = plane_guard_config(guard->plane, &guard->config);

	if (!error)
		error = open_rooms(guard);
	if (error)
		return no_room(error, out_fault);
	error = guard_read_policies(guard->settings, false, &guard->policies, out_fault);
	if (error)
		return error;
	for (uint32_t i = 0; i < guard->policies.count; i++)
		if (!guard->policies.list[i].mud)
			guard_say(guard, "%s: %s; no device has this policy", guard->policies.list[i].file, guard->policies.list[i].why);
	guard_open_urls(guard);
	error = guard_fit_policies(guard, guard->settings, &guard->policies, false, out_fault);
	if (error)
		return no_room(error, out_fault);
	guard_tell_unfit(guard);
	guard_configure_devices(guard);
	guard_bind_policies(guard);
	if (guard_decide(guard, &fault))
		guard_say(guard, "%s", fault.sentence);
	guard->publish_by_ns = guard->now_ns + GUARD_SETTLE_S * FW_NS_PER_S;
	guard_ask_names(guard);
	guard_tick_policies(guard);
	return 0;
}

static void free_all(struct guard *guard)
{
	guard_close_advice(guard);
	mute_free(guard->mutes);
	guard_close_kept(guard);
	guard_close_names(guard);
	guard_free_policies(&guard->policies);
	policy_sets_free(guard->sets);
	live_free(guard->live);
	roster_free(guard->roster);
	leak_book_free(guard->leaks);
	plane_guard_close(guard->plane);
	guard_demo_close(guard->demo);
	free(guard->digests);
	free(guard->found);
	free(guard->view.devices);
	free(guard->device_view);
	talk_free(guard->talks);
	called_free(guard->called);
	free(guard->view.findings);
	free(guard->view.policies);
	free(guard);
}

int guard_open(const struct guard_setup *setup, struct guard **out_guard, struct fault *out_fault)
{
	struct guard *guard = calloc(1, sizeof(*guard));
	int error;

	if (!guard)
		return -ENOMEM;
	guard->settings = setup->settings;
	guard->store = setup->store;
	guard->version = setup->version;
	guard->say = setup->say;
	guard->note = setup->note;
	guard->told = setup->found;
	guard->deed = setup->deed;
	guard->proven = setup->proven;
	guard->context = setup->context;
	for (unsigned i = 0; i < GUARD_WATCHES; i++)
		guard->watches[i].descriptor = -1;
	error = setup->capture ? guard_demo_open(setup->capture, setup->now.steady_ns, &guard->demo, out_fault) : 0;
	guard_set_clock(guard, &setup->now);
	guard->opened_ns = guard->hour_ns = guard->now_ns;
	guard->opened_s = setup->now.wall_s;
	if (!error)
		error = open_plane(guard, out_fault);
	if (!error)
		error = take_keys(guard);
	if (!error)
		error = guard_fill_config(guard, out_fault);
	if (!error)
		error = fill_kernel(guard, out_fault);
	if (error) {
		/* what this process attached goes with it; what it took over stays */
		if (guard->plane && !plane_guard_took_over(guard->plane)) {
			plane_guard_detach(guard->plane, NULL);
			guard->plane = NULL;
		}
		free_all(guard);
		return error;
	}
	guard->watches[GUARD_WATCH_FRAMES].descriptor = plane_guard_fd(guard->plane);
	*out_guard = guard;
	return 0;
}

/* ---- while it runs ---- */

/* Detection judges by the same networks as the kernel: else what a person named under local would be a forgery for ever. */
static void tell_live(struct guard *guard)
{
	struct side side;

	side_init(&side);
	guard_each_ours(guard, &side);
	live_ours(guard->live, &side, guard->config.held, guard->config.held_count);
}

/* It began with the start: a reload may end it sooner, and never begins it anew. */
static void shorten_late(struct guard *guard)
{
	uint64_t until_ns = guard->opened_ns + guard->settings->guard.late_s * FW_NS_PER_S;

	if (until_ns < guard->config.late_until_ns)
		guard->config.late_until_ns = until_ns;
}

int guard_reload(struct guard *guard, const struct settings *settings, const struct fetch_time *now, struct fault *out_fault)
{
	const struct settings *old = guard->settings;
	struct guard_policies policies = {0};
	struct fault fault = {0};
	int error = guard_read_policies(settings, true, &policies, out_fault);

	if (error)
		return error;
	guard_set_clock(guard, now);
	error = guard_fit_policies(guard, settings, &policies, true, out_fault);
	if (!error) {
		guard->settings = settings;
		error = guard_fill_config(guard, out_fault);
	}
	if (error) {
		guard->settings = old;
		guard_free_policies(&policies);
		return error;
	}
	shorten_late(guard);
	tell_live(guard);
	guard_free_policies(&guard->policies);
	guard->policies = policies;
	guard->fit_due = false;
	guard_tell_unfit(guard);
	guard_reread_advice(guard);
	guard_configure_devices(guard);
	guard_bind_policies(guard);
	if (guard_decide(guard, &fault))
		guard_say(guard, "%s", fault.sentence);
	guard->publish_by_ns = guard->now_ns + GUARD_SETTLE_S * FW_NS_PER_S;
	guard->again_ns = 0;
	guard_ask_names(guard);
	guard_tick_policies(guard);
	/* new rules may wait for names; a mode that a person just changed does not */
	if (guard->publish && plane_guard_config(guard->plane, &guard->config))
		guard_say(guard, "the kernel's configuration could not be written; its earlier one holds");
	return 0;
}

int guard_close(struct guard *guard, bool detach, struct fault *out_fault)
{
	int error = 0;

	if (!guard)
		return 0;
	guard->urls_ns = 0;
	guard_tick_urls(guard);
	if (detach) {
		error = plane_guard_detach(guard->plane, out_fault);
		guard->plane = NULL;
	}
	free_all(guard);
	return error;
}

const struct guard_watch *guard_watches(const struct guard *guard)
{
	return guard->watches;
}

void guard_ready(struct guard *guard, unsigned watch, const struct fetch_time *now)
{
	guard_set_clock(guard, now);
	if (watch == GUARD_WATCH_FRAMES)
		guard_see_frames(guard);
	else if (watch < GUARD_WATCHES)
		guard_hear_names(guard, watch);
}

/* An address that the gateway got meanwhile (a lease of its own, a prefix of IPv6) is ours from then on. */
static void look_at_interfaces(struct guard *guard)
{
	struct fw_guard_config before = guard->config;
	struct plane_guard_interface interface;
	struct fault fault = {0};
	uint32_t attached = 0;

	for (uint32_t i = 0; plane_guard_interface(guard->plane, i, &interface); i++)
		attached += interface.attached;
	if (guard->attached && attached < guard->attached)
		guard_tell(guard, "the program is no longer on every interface: devices there are not guarded");
	guard->attached = attached;
	if (guard_fill_config(guard, &fault)) {
		if (!guard->unfilled)
			guard_say(guard, "%s; the networks of before hold", fault.sentence);
		guard->unfilled = true;
		return;
	}
	guard->unfilled = false;
	before.generation = guard->config.generation;
	if (memcmp(&before, &guard->config, sizeof(before)) == 0) {
		guard->config.generation--;
		return;
	}
	tell_live(guard);
	if (plane_guard_config(guard->plane, &guard->config))
		guard_say(guard, "the kernel's configuration could not be written; its earlier one holds");
}

static void turn(struct guard *guard, const struct fetch_time *now)
{
	guard_set_clock(guard, now);
	/* what was borrowed ends here: thousands of devices are megabytes that nobody looks at */
	free(guard->view.devices);
	guard->view.devices = NULL;
	guard->view.device_count = 0;
	guard_see_frames(guard);
	guard_tick_devices(guard);
	guard_tick_advice(guard);
	live_tick(guard->live, guard->now_ns, guard->wall_ns);
	guard_prove(guard);
	guard_ask_names(guard);
	guard_tick_policies(guard);
	guard_tick_urls(guard);
	if (guard->now_ns - guard->second_ns < INTERFACES_AGAIN_NS)
		return;
	guard->second_ns = guard->now_ns;
	look_at_interfaces(guard);
}

/* In steps, so that what is found is acted upon as soon as it would be at a gateway. */
static void play(struct guard *guard, const struct fetch_time *now)
{
	const char *trouble;

	while (guard_demo_step(guard->demo, now->steady_ns))
		turn(guard, now);
	trouble = guard_demo_trouble(guard->demo);
	if (trouble)
		guard_say(guard, "the capture cannot be read any more, and nothing is played from here on: %s", trouble);
}

void guard_tick(struct guard *guard, const struct fetch_time *now)
{
	if (guard->demo)
		play(guard, now);
	else
		turn(guard, now);
}
