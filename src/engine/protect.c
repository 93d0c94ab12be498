/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/protect.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "engine/protect_room.h"

#define ADDRESSES_AGAIN_NS (5 * FW_NS_PER_S)

enum { SAMPLE_RING_BYTES = 1 << 18 };

void protect_say(struct protect *protect, const char *format, ...)
{
	char sentence[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	if (protect->say)
		protect->say(protect->context, sentence);
}

static int open_plane(struct protect *protect, struct fault *out_fault)
{
	const struct settings *settings = protect->settings;
	const struct plane_setup setup = {
		.interface = settings->interface,
		.bpffs = settings->paths.bpffs,
		.names = settings->sizes.names,
		.zones = settings->sizes.zones,
		.cells = settings->sizes.cells,
		.proven = settings->sizes.proven,
		.asked = settings->sizes.asked,
		.blocked = settings->sizes.blocked,
		.prefixes = settings->sizes.prefixes,
		.sample_bytes = SAMPLE_RING_BYTES,
		.generic = settings->generic_allowed,
	};

	return plane_open(&setup, &protect->plane, out_fault);
}

/* What an earlier process learned is worth keeping, and it was learned under its keys. */
static int take_keys(struct protect *protect, const struct fetch_time *now)
{
	bool took_over = plane_took_over(protect->plane) && plane_config_now(protect->plane)->generation;

	if (took_over) {
		struct stance_limits limits = stance_limits_of(protect->settings->budgets.capacity);
		protect->config = *plane_config_now(protect->plane);
		protect->stance = stance_resume(&protect->config, &limits, protect->opened_ns);
		protect->names_waiting = protect->settings->zone_count > 0;
		protect->names_changed = true; /* also where no zone is left: then its table must not hold either */
		return 0;
	}
	if (!protect_recall(protect, now) &&
		getrandom(protect->config.address_key, sizeof(protect->config.address_key), 0) != sizeof(protect->config.address_key))
		return -EIO;
	/* no names are there yet, so any key will do */
	protect->config.dns_key = (struct fw_dns_key){.begin = {1, 1}};
	return 0;
}

static int open_samples(struct protect *protect, struct fault *out_fault)
{
	const struct settings_samples *samples = &protect->settings->samples;

	return samples->file[0] ? samples_open(samples->file, samples->size, &protect->samples, out_fault) : 0;
}

/* In this order: names stand aside before anything may act, and what is blocked is in its table before the filter that reads it. */
static int fill_kernel(struct protect *protect, const struct fetch_time *now, struct fault *out_fault)
{
	int error = protect_open_zones(protect, now, out_fault);

	if (error)
		return error;
	protect_fill_config(protect);
	error = plane_config(protect->plane, &protect->config);
	if (error) {
		fault_set(out_fault, protect->settings->interface, 0, 0, "the configuration cannot be given to the kernel: %s",
			strerror(-error));
		return error;
	}
	error = protect_fill_sources(protect, out_fault);
	if (error == -ENOSPC) {
		protect_say(protect, "%s", out_fault->sentence);
		error = 0;
	}
	if (!error)
		protect_tick_names(protect, now->steady_ns);
	return error ? error : protect_fill_addresses(protect, out_fault);
}

static void free_all(struct protect *protect)
{
	protect_close_zones(protect);
	plane_close(protect->plane);
	samples_close(protect->samples);
	free(protect->sources);
	free(protect->view.zones);
	free(protect);
}

int protect_open(const struct protect_setup *setup, struct protect **out_protect, struct fault *out_fault)
{
	struct protect *protect = calloc(1, sizeof(*protect));
	int error;

	if (!protect)
		return -ENOMEM;
	protect->settings = setup->settings;
	protect->store = setup->store;
	protect->version = setup->version;
	protect->say = setup->say;
	protect->context = setup->context;
	protect->opened_ns = protect->counted_ns = setup->now.steady_ns;
	protect->opened_s = setup->now.wall_s;
	protect->now = setup->now;
	protect->kept_ns = setup->now.steady_ns;
	protect->attached = true;
	for (unsigned i = 0; i < PROTECT_WATCHES; i++)
		protect->watches[i].descriptor = -1;
	error = open_plane(protect, out_fault);
	if (!error)
		error = take_keys(protect, &setup->now);
	if (!error)
		error = open_samples(protect, out_fault);
	if (!error)
		error = fill_kernel(protect, &setup->now, out_fault);
	if (!error)
		error = protect_count_from_here(protect);
	if (error) {
		/* what this process attached goes with it; what it took over stays */
		if (protect->plane && !plane_took_over(protect->plane)) {
			plane_detach(protect->plane, NULL);
			protect->plane = NULL;
		}
		free_all(protect);
		return error;
	}
	protect->watches[PROTECT_WATCH_SAMPLES] = (struct protect_watch){.descriptor = plane_fd(protect->plane), .wants = PROTECT_READABLE};
	protect_pump(protect, &setup->now);
	*out_protect = protect;
	return 0;
}

static int renew_samples(struct protect *protect, const struct settings *old, struct fault *out_fault)
{
	const struct settings_samples *now = &protect->settings->samples;

	if (protect->samples && strcmp(old->samples.file, now->file) == 0 && old->samples.size == now->size)
		return samples_reopen(protect->samples, out_fault);
	samples_close(protect->samples);
	protect->samples = NULL;
	return open_samples(protect, out_fault);
}

int protect_reload(struct protect *protect, const struct settings *settings, const struct fetch_time *now, struct fault *out_fault)
{
	const struct settings *old = protect->settings;
	struct fault fault = {0};
	int error;

	protect->settings = settings;
	error = protect_change_zones(protect, now, out_fault);
	if (error) { /* nothing was changed yet, but where memory or names ran out: then some zones are missing, and pass unjudged */
		protect->settings = old;
		protect_change_zones(protect, now, NULL);
		return error;
	}
	protect_fill_config(protect);
	for (uint32_t number = 0; number < settings->sizes.zones; number++)
		if (protect->zones[number].published)
			protect_zone_rules(protect, &protect->zones[number]);
	/* from here on what fails is told, and the rest holds: the zones are those of these settings already */
	if (plane_config(protect->plane, &protect->config))
		protect_say(protect, "the kernel's configuration could not be written; its earlier one holds");
	if (protect_fill_sources(protect, &fault))
		protect_say(protect, "%s", fault.sentence);
	if (protect_fill_addresses(protect, &fault))
		protect_say(protect, "%s", fault.sentence);
	if (renew_samples(protect, old, &fault))
		protect_say(protect, "%s", fault.sentence);
	protect_tick_names(protect, now->steady_ns);
	protect_pump(protect, now);
	return 0;
}

int protect_close(struct protect *protect, bool detach, struct fault *out_fault)
{
	int error = 0;

	if (!protect)
		return 0;
	protect_stop_table(protect);
	protect_keep(protect, &protect->now);
	if (detach) {
		error = plane_detach(protect->plane, out_fault);
		protect->plane = NULL;
	}
	free_all(protect);
	return error;
}

const struct protect_watch *protect_watches(const struct protect *protect)
{
	return protect->watches;
}

static void set_clock(struct protect *protect, const struct fetch_time *now)
{
	protect->now = *now;
	protect->wall_less_steady_ns = now->wall_s * FW_NS_PER_S - now->steady_ns;
}

void protect_ready(struct protect *protect, unsigned watch, const struct fetch_time *now)
{
	set_clock(protect, now);
	if (watch == PROTECT_WATCH_SAMPLES) {
		plane_samples(protect->plane, protect_note_sample, protect);
	} else if (watch < PROTECT_WATCH_JOBS) {
		protect_hear_notify(protect, watch, now);
	} else if (watch < PROTECT_WATCHES) {
		if (watch < PROTECT_WATCH_READING)
			protect_step_job(protect, watch - PROTECT_WATCH_JOBS, now);
		else
			protect_work_done(protect, watch, now);
		protect_pump(protect, now);
		if (protect->names_changed)
			protect_tick_names(protect, now->steady_ns);
	}
}

static void look_at_interface(struct protect *protect, uint64_t now_ns)
{
	struct fault fault = {0};
	bool attached;

	if (now_ns - protect->addresses_ns < ADDRESSES_AGAIN_NS)
		return;
	protect->addresses_ns = now_ns;
	attached = plane_attached(protect->plane);
	if (attached != protect->attached)
		protect_say(protect,
			attached ? "the program is on the interface" : "the program is no longer on the interface: nothing is protected");
	protect->attached = attached;
	if (attached && protect_fill_addresses(protect, &fault))
		protect_say(protect, "%s", fault.sentence);
}

void protect_tick(struct protect *protect, const struct fetch_time *now)
{
	set_clock(protect, now);
	protect->looping = true;
	protect->ticks++;
	plane_samples(protect->plane, protect_note_sample, protect);
	protect_tick_stance(
		protect, now->steady_ns); /* before a new table of names takes its time: counts and clock must be of one moment */
	protect_tick_notify(protect, now->steady_ns);
	protect_pump(protect, now);
	protect_tick_names(protect, now->steady_ns);
	look_at_interface(protect, now->steady_ns);
	protect_tick_keep(protect, now);
}

int protect_decide(struct protect *protect, struct fault *out_fault)
{
	bool bypass = protect_fill_modes(protect);
	int error = 0;

	if (bypass != protect->bypass) {
		protect->bypass = bypass;
		protect->config.generation++;
		error = plane_config(protect->plane, &protect->config);
	}
	if (error) {
		fault_set(out_fault, "", 0, 0, "the kernel's configuration could not be written: %s; its earlier one holds",
			strerror(-error));
		return error;
	}
	return protect_fill_sources(protect, out_fault);
}
