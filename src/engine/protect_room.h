/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the role shield share. */
#pragma once

#include "engine/protect.h"
#include "engine/work.h"
#include "plane/plane.h"
#include "shield/shield.h"
#include "tell/tell.h"

enum { ZONE_WHY_MAX = FAULT_PLACE_MAX + FAULT_SENTENCE_MAX + 32, SOURCES_MAX = 256 };

/* A zone of the configuration: its number is that of the schedule (fetch/), its place that of the tables (shield/, plane/). */
struct protect_zone {
	bool used, published; /* its place is in the table that the kernel has */
	bool pending; /* its content is newer than that table */
	struct zone_name name;
	uint32_t place;
	const struct zone_key *key; /* borrowed from protect.keys */
	char file[SETTINGS_PATH_MAX];
	struct zone_file_mark mark;
	uint32_t flags; /* enum fw_zone_flag, as we set them last */
	bool rereading; /* the server contradicted us: aside until its content was read again */
	uint64_t lifted_ns, aside_until_ns,
		aside_hold_ns; /* when we last stopped standing aside for that; until when again; for how long next */
	uint64_t loaded_s;
	struct fw_zone_count count; /* as of the last tick */
	struct budget_usual usual;
	char why[ZONE_WHY_MAX]; /* what the last job failed with */
};

enum protect_step {
	STEP_FREE,
	STEP_TRANSFER, /* records come over a socket */
	STEP_READ, /* a file, to be read on the thread */
	STEP_SETTLE, /* all records are there; what is kept is to be written out, on the thread */
	STEP_TAKE, /* done; waits until no table is being made of what it replaces */
};

struct protect_job {
	enum protect_step step;
	bool working; /* on the thread: end and fault are its own */
	struct transfer *transfer; /* only in STEP_TRANSFER */
	struct zone_load *load;
	struct secondary_job what;
	struct protect *protect; /* for the callback */
	const atomic_bool *stop; /* while it works */
	struct secondary_end end;
	struct fault fault;
};

/* The table on its way. */
struct protect_table {
	const struct names *names;
	struct fw_names_bucket *buckets;
	uint32_t count;
	struct fw_dns_key key;
};

/* A source that is blocked or trusted, by a person's decision or by the configuration. */
struct protect_source {
	struct prefix prefix;
	uint8_t says; /* enum fw_prefix_says */
	bool decided; /* by a decision, which wins */
};

struct protect {
	const struct settings *settings;
	struct store *store;
	const char *version;
	void (*say)(void *context, const char *sentence);
	void *context;
	struct plane *plane;
	struct fw_shield_config config;
	uint64_t opened_ns, opened_s;
	struct fetch_time now; /* of the latest call */
	uint64_t kept_ns; /* when proven addresses were kept last */

	/* zones */
	struct names *names;
	struct secondary *secondary;
	struct zone_key *keys[SETTINGS_KEYS_MAX];
	struct protect_zone *zones; /* settings->sizes.zones of them, by number */
	uint32_t *numbers; /* of zones, by place; UINT32_MAX where none */
	uint64_t publish_from_ns; /* not earlier */
	bool names_changed, names_waiting; /* an image is due; the one of the process before us still holds */
	struct notify_stream streams[PROTECT_STREAMS];
	uint64_t stream_begun_ns[PROTECT_STREAMS];
	struct protect_job jobs[PROTECT_JOBS];
	struct protect_watch watches[PROTECT_WATCHES];
	struct work reading, tabling;
	struct protect_table table;
	bool looping; /* the caller's loop runs: only then is work begun, so no thread outlives root */

	/* sources */
	struct protect_source *sources; /* that the kernel has, sorted */
	uint32_t source_count;

	/* counters and stance */
	struct stance stance;
	struct fw_shield_counts counts;
	uint64_t counted_ns;
	uint32_t ticks;
	double rate[FW_OUTCOME_COUNT], lane_rate[FW_LANE_COUNT][FW_OUTCOME_COUNT];
	uint64_t addresses_ns; /* when the interface's addresses were looked at */
	uint32_t unprotected; /* addresses of the interface, for want of room */
	bool attached, overloaded;
	bool bypass; /* a decision that all filters are off stands */
	uint64_t overloaded_ns;
	struct fw_zone_count no_zone; /* of questions in none of ours, as of the last tick */

	/* samples */
	struct samples *samples;
	uint64_t wall_less_steady_ns;
	uint32_t sampled, sampled_sources;
	uint64_t source_seen[SOURCES_MAX];

	struct shield_view view;
	uint64_t fill_ns;
	struct plane_fill fill;
};

void protect_say(struct protect *protect, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* protect_settings.c: everything but keys, stance and names, from the settings. */
void protect_fill_config(struct protect *protect);
/* Filters as the settings say, or all off while such a decision stands: into protect->config. Returns whether one stands. */
bool protect_fill_modes(struct protect *protect);
/* What may be asked of a zone: as configured, or by what it is usually asked. */
void protect_zone_rules(struct protect *protect, const struct protect_zone *of);
/* The addresses of the configuration, or of the interface. Returns 0 or -errno with the fault. */
int protect_fill_addresses(struct protect *protect, struct fault *out_fault);

/* protect_zones.c, protect_names.c */
int protect_open_zones(struct protect *protect, const struct fetch_time *now, struct fault *out_fault);
void protect_close_zones(struct protect *protect);
int protect_change_zones(struct protect *protect, const struct fetch_time *now, struct fault *out_fault);
void protect_pump(struct protect *protect, const struct fetch_time *now); /* starts what is due */
void protect_step_job(struct protect *protect, unsigned job, const struct fetch_time *now);
void protect_watch_at(struct protect *protect, unsigned place, int descriptor, unsigned wants);
void protect_unwatch(struct protect *protect, unsigned place);
void protect_work_done(struct protect *protect, unsigned watch, const struct fetch_time *now);
void protect_tick_names(struct protect *protect, uint64_t now_ns); /* table and flags */
void protect_take_table(struct protect *protect, uint64_t now_ns); /* its work is done */
/* Before zones come or go: the table is begun again afterwards. */
void protect_stop_table(struct protect *protect);
const struct protect_zone *protect_zone_at(const struct protect *protect, uint32_t place);

/* protect_keep.c: proven addresses in the store. */
/* Where the kernel's table is new: its key and content as they were kept. False where nothing was; then the key is the caller's to draw. */
bool protect_recall(struct protect *protect, const struct fetch_time *now);
void protect_keep(struct protect *protect, const struct fetch_time *now);
void protect_tick_keep(struct protect *protect, const struct fetch_time *now);

/* protect_notify.c */
int protect_open_notify(struct protect *protect, struct fault *out_fault);
void protect_close_notify(struct protect *protect);
void protect_hear_notify(struct protect *protect, unsigned watch, const struct fetch_time *now);
void protect_tick_notify(struct protect *protect, uint64_t now_ns);

/* protect_stance.c */
/* NULL where no zone of ours is there. */
const char *protect_zone_text(const struct protect *protect, uint32_t place, char out[ZONE_NAME_TEXT_MAX]);
void protect_tick_stance(struct protect *protect, uint64_t now_ns);
/* At the start: what was counted before is no load. Returns 0 or -errno. */
int protect_count_from_here(struct protect *protect);
void protect_note_sample(void *context, const struct fw_shield_sample *sample);

/* protect_sources.c: the kernel's tables become what settings and decisions say. */
int protect_fill_sources(struct protect *protect, struct fault *out_fault);
