/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zones on their way in: the schedule (fetch/) says which zone is to be asked about and when, a few jobs run at once, records
 * go to the room of names as they come, and count only when a job has ended well.
 *
 *	transfer ---> settle ---> take          in the loop, piece by piece
 *	file: read -^                           read and settle: on a thread, one job at a time
 *
 * Taking is quick, but changes what a table may just be made of: it waits for that (protect_names.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "engine/protect_room.h"

enum { SECRET_FILE_MAX = 4096 };

#define POLL_FLOOR_NS 1000000000ull

const struct protect_zone *protect_zone_at(const struct protect *protect, uint32_t place)
{
	uint32_t number = place <= protect->settings->sizes.zones ? protect->numbers[place] : UINT32_MAX;

	return number == UINT32_MAX ? NULL : &protect->zones[number];
}

void protect_watch_at(struct protect *protect, unsigned place, int descriptor, unsigned wants)
{
	struct protect_watch *watch = &protect->watches[place];

	watch->generation += watch->descriptor != descriptor;
	watch->descriptor = descriptor;
	watch->wants = wants;
}

void protect_unwatch(struct protect *protect, unsigned place)
{
	protect_watch_at(protect, place, -1, 0);
}

/* ---- jobs ---- */

static int take_record(void *context, const uint8_t *owner, size_t len, uint16_t type)
{
	struct protect_job *job = context;

	if (job->stop && atomic_load_explicit(job->stop, memory_order_relaxed))
		return -ECANCELED;
	return names_record(job->load, owner, len, type);
}

/* The fault as a line: a zone's file has a place that people look for. */
static const char *told(const struct fault *fault, char *out, size_t size)
{
	if (fault->line)
		snprintf(out, size, "%s:%llu: %s", fault->file, (unsigned long long)fault->line, fault->sentence);
	else
		snprintf(out, size, "%s", fault->sentence);
	return out;
}

static void say_end(struct protect *protect, struct protect_zone *zone, const struct secondary_end *end, const char *sentence)
{
	char text[ZONE_NAME_TEXT_MAX];

	if (end->error && strcmp(zone->why, sentence) != 0)
		protect_say(protect, "zone %s: %s", zone_name_text(text, &zone->name), sentence);
	snprintf(zone->why, sizeof(zone->why), "%.*s", ZONE_WHY_MAX - 1, end->error ? sentence : "");
}

static void end_job(struct protect *protect, struct secondary_job what, struct secondary_end *end, const char *sentence, uint64_t now_ns)
{
	struct protect_zone *zone = &protect->zones[what.zone];

	say_end(protect, zone, end, end->error && !*sentence ? strerror(-end->error) : sentence);
	if (!end->error && what.task == SECONDARY_LOAD) {
		protect->names_changed = true;
		zone->pending = true;
		zone->loaded_s = protect->opened_s + (now_ns - protect->opened_ns) / FW_NS_PER_S;
		if (zone->rereading) {
			zone->rereading = false;
			zone->lifted_ns = now_ns;
		}
	}
	secondary_done(protect->secondary, what, end, now_ns);
}

/* Content that came whole is taken; other content was never there. */
static void take_load(struct protect_job *job, struct secondary_end *end, struct fault *fault)
{
	if (!job->load)
		return;
	if (end->error)
		names_drop(job->load);
	else
		end->error = names_take(job->load, fault);
	job->load = NULL;
}

static int begin_load(struct protect *protect, struct protect_job *job)
{
	if (job->what.task != SECONDARY_LOAD)
		return 0;
	return names_begin(protect->names, protect->zones[job->what.zone].place, &job->load);
}

/* What is read and written out on the thread; a job that works is nobody else's. */
static int work_on(void *context, const atomic_bool *stop)
{
	struct protect_job *job = context;
	struct protect_zone *zone = &job->protect->zones[job->what.zone];
	struct zone_tell tell = {take_record, job};

	job->stop = stop;
	if (job->step == STEP_READ)
		job->end.error = zone_file_read(zone->file, &zone->name, NULL, &tell, &job->end.soa, &job->fault);
	if (!job->end.error)
		names_settle(job->load);
	return 0;
}

static void free_job(struct protect *protect, struct protect_job *job)
{
	unsigned number = (unsigned)(job - protect->jobs);

	protect_unwatch(protect, PROTECT_WATCH_JOBS + number);
	*job = (struct protect_job){0};
}

/* Its content is taken now, or was never there; the job is free. */
static void finish_job(struct protect *protect, struct protect_job *job, uint64_t now_ns)
{
	struct protect_job done = *job;
	char place[ZONE_WHY_MAX];

	take_load(&done, &done.end, &done.fault);
	free_job(protect, job);
	end_job(protect, done.what, &done.end, told(&done.fault, place, sizeof(place)), now_ns);
}

/* The first job that waits for the thread gets it; what waits for no table to be in the making is taken. */
static void step_works(struct protect *protect, uint64_t now_ns)
{
	for (unsigned i = 0; i < PROTECT_JOBS; i++)
		if (protect->jobs[i].step == STEP_TAKE && work_fd(&protect->tabling) < 0)
			finish_job(protect, &protect->jobs[i], now_ns);
	for (unsigned i = 0; protect->looping && work_fd(&protect->reading) < 0 && i < PROTECT_JOBS; i++) {
		struct protect_job *job = &protect->jobs[i];
		int error;
		if (job->step != STEP_READ && job->step != STEP_SETTLE)
			continue;
		error = work_start(&protect->reading, work_on, job);
		job->working = !error;
		if (error) {
			job->end.error = error;
			finish_job(protect, job, now_ns);
		}
		protect_watch_at(protect, PROTECT_WATCH_READING, work_fd(&protect->reading), PROTECT_READABLE);
	}
}

static void take_reading(struct protect *protect)
{
	work_take(&protect->reading);
	protect_unwatch(protect, PROTECT_WATCH_READING);
	for (unsigned i = 0; i < PROTECT_JOBS; i++)
		if (protect->jobs[i].working) {
			protect->jobs[i].working = false;
			protect->jobs[i].step = STEP_TAKE;
		}
}

void protect_work_done(struct protect *protect, unsigned watch, const struct fetch_time *now)
{
	if (watch == PROTECT_WATCH_READING && work_fd(&protect->reading) >= 0)
		take_reading(protect);
	if (watch == PROTECT_WATCH_TABLE && work_fd(&protect->tabling) >= 0)
		protect_take_table(protect, now->steady_ns);
}

/* Looks at the file's mark at once, and leaves the reading of it to the thread. */
static void start_file_job(struct protect *protect, unsigned number, struct secondary_job what, const struct fetch_time *now)
{
	struct protect_zone *zone = &protect->zones[what.zone];
	struct protect_job *job = &protect->jobs[number];
	struct zone_file_mark mark = {0};

	*job = (struct protect_job){.step = STEP_TAKE, .what = what, .protect = protect, .end.by_mark = what.task == SECONDARY_POLL};
	job->end.error = zone_file_mark(zone->file, &mark);
	job->end.changed = memcmp(&mark, &zone->mark, sizeof(mark)) != 0;
	if (!job->end.error)
		job->end.error = begin_load(protect, job);
	if (job->end.error || !job->load) {
		finish_job(protect, job, now->steady_ns);
		return;
	}
	zone->mark = mark;
	job->step = STEP_READ;
}

static void watch_job(struct protect *protect, unsigned number)
{
	const struct transfer *transfer = protect->jobs[number].transfer;

	protect_watch_at(protect, PROTECT_WATCH_JOBS + number, transfer_fd(transfer), transfer_wants(transfer));
}

static void start_transfer(struct protect *protect, unsigned number, struct secondary_job what, const struct fetch_time *now)
{
	const struct settings_endpoint *server = &protect->settings->server.transfer;
	struct protect_job *job = &protect->jobs[number];
	struct transfer_setup setup = {
		.kind = what.task == SECONDARY_POLL ? TRANSFER_SOA : TRANSFER_ZONE,
		.zone = protect->zones[what.zone].name,
		.port = server->port,
		.key = protect->zones[what.zone].key,
		.tell = {take_record, job},
	};

	*job = (struct protect_job){.step = STEP_TRANSFER, .what = what, .protect = protect};
	memcpy(setup.address, server->address, sizeof(setup.address));
	if (getrandom(&setup.id, sizeof(setup.id), 0) != sizeof(setup.id))
		job->end.error = -EIO;
	if (!job->end.error)
		job->end.error = begin_load(protect, job);
	if (!job->end.error)
		job->end.error = transfer_open(&setup, now, &job->transfer, &job->fault);
	if (job->end.error)
		finish_job(protect, job, now->steady_ns);
	else
		watch_job(protect, number);
}

void protect_step_job(struct protect *protect, unsigned number, const struct fetch_time *now)
{
	struct protect_job *job = &protect->jobs[number];
	int result;

	if (job->step != STEP_TRANSFER)
		return;
	result = transfer_step(job->transfer, now, &job->fault);
	if (result == 0) {
		watch_job(protect, number);
		return;
	}
	if (result == TRANSFER_DONE)
		job->end.soa = transfer_soa(job->transfer);
	else
		job->end.error = result;
	transfer_close(job->transfer);
	job->transfer = NULL;
	protect_unwatch(protect, PROTECT_WATCH_JOBS + number);
	if (job->end.error || !job->load)
		finish_job(protect, job, now->steady_ns);
	else
		job->step = STEP_SETTLE;
}

static int find_free(const struct protect *protect)
{
	for (int i = 0; i < PROTECT_JOBS; i++)
		if (protect->jobs[i].step == STEP_FREE)
			return i;
	return -1;
}

void protect_pump(struct protect *protect, const struct fetch_time *now)
{
	for (unsigned i = 0; i < PROTECT_JOBS; i++)
		if (protect->jobs[i].step == STEP_TRANSFER && transfer_deadline(protect->jobs[i].transfer) <= now->steady_ns)
			protect_step_job(protect, i, now);
	for (int free; (free = find_free(protect)) >= 0;) {
		struct secondary_job what = secondary_next(protect->secondary, now->steady_ns);
		if (what.task == SECONDARY_NOTHING)
			break;
		if (protect->zones[what.zone].file[0])
			start_file_job(protect, (unsigned)free, what, now);
		else
			start_transfer(protect, (unsigned)free, what, now);
	}
	step_works(protect, now->steady_ns);
}

/* ---- the list of zones ---- */

static int read_secret(const struct settings_key *key, char out[SETTINGS_SECRET_MAX], struct fault *out_fault)
{
	char *body;
	size_t len;
	int error;

	if (!key->secret_file[0]) {
		memcpy(out, key->secret, SETTINGS_SECRET_MAX);
		return 0;
	}
	error = fetch_file(key->secret_file, SECRET_FILE_MAX, &body, &len, out_fault);
	if (error)
		return error;
	body[strcspn(body, "\r\n")] = 0;
	error = strlen(body) < SETTINGS_SECRET_MAX && *body ? 0 : -EINVAL;
	if (error)
		fault_set(out_fault, key->secret_file, 1, 0, "wants a secret in base64 on its first line");
	else
		memcpy(out, body, strlen(body) + 1);
	explicit_bzero(body, len);
	free(body);
	return error;
}

static void free_keys(struct zone_key *keys[SETTINGS_KEYS_MAX])
{
	for (unsigned i = 0; i < SETTINGS_KEYS_MAX; i++)
		zone_key_free(keys[i]);
}

static int make_keys(const struct settings *settings, struct zone_key *out_keys[SETTINGS_KEYS_MAX], struct fault *out_fault)
{
	struct zone_key *keys[SETTINGS_KEYS_MAX] = {NULL};
	char secret[SETTINGS_SECRET_MAX];
	int error = 0;

	for (uint32_t i = 0; i < settings->key_count && !error; i++) {
		const struct settings_key *key = &settings->keys[i];
		error = read_secret(key, secret, out_fault);
		if (!error)
			error = zone_key_new(key->algorithm, key->name, secret, &keys[i], out_fault);
	}
	explicit_bzero(secret, sizeof(secret));
	if (error)
		free_keys(keys);
	else
		memcpy(out_keys, keys, sizeof(keys));
	return error;
}

/*
 * A key that did not change stays the one it was: zones and transfers under way hold on to it. Afterwards keys[] holds what goes on
 * being used, and out_gone[] what does not.
 */
static void keep_keys(struct protect *protect, struct zone_key *keys[SETTINGS_KEYS_MAX], struct zone_key *out_gone[SETTINGS_KEYS_MAX])
{
	for (unsigned old = 0; old < SETTINGS_KEYS_MAX; old++) {
		struct zone_key *key = protect->keys[old];
		unsigned now = 0;

		while (key && now < SETTINGS_KEYS_MAX && !(keys[now] && zone_key_same(key, keys[now])))
			now++;
		out_gone[old] = key;
		if (!key || now == SETTINGS_KEYS_MAX)
			continue;
		out_gone[old] = keys[now];
		keys[now] = key;
	}
	memcpy(protect->keys, keys, sizeof(protect->keys));
}

static void close_job_of(struct protect *protect, uint32_t number)
{
	for (unsigned i = 0; i < PROTECT_JOBS; i++) {
		struct protect_job *job = &protect->jobs[i];
		if (job->step == STEP_FREE || (number != UINT32_MAX && job->what.zone != number))
			continue;
		if (job->working) {
			work_stop(&protect->reading);
			protect_unwatch(protect, PROTECT_WATCH_READING);
		}
		transfer_close(job->transfer);
		names_drop(job->load);
		free_job(protect, job);
	}
}

static void remove_zone(struct protect *protect, uint32_t number)
{
	struct protect_zone *zone = &protect->zones[number];

	close_job_of(protect, number);
	secondary_remove(protect->secondary, number);
	names_forget(protect->names, zone->place);
	plane_zone_flags(protect->plane, zone->place, 0, FW_ZONE_ASIDE);
	protect->numbers[zone->place] = UINT32_MAX;
	*zone = (struct protect_zone){0};
	protect->names_changed = true;
}

static int add_zone(struct protect *protect, const struct settings_zone *from, const struct fetch_time *now, struct fault *out_fault)
{
	const struct zone_key *key = from->key ? protect->keys[from->key - 1] : NULL;
	struct zone_name name;
	struct protect_zone *zone;
	uint32_t number, place = 0;
	int error = zone_name_read(from->name, &name, out_fault);

	if (!error)
		error = names_zone(protect->names, name.wire, name.len, &place, out_fault);
	if (!error)
		error = secondary_add(protect->secondary, &name, key, now->steady_ns, &number);
	if (error) {
		if (place)
			names_forget(protect->names, place);
		return error;
	}
	zone = &protect->zones[number];
	*zone = (struct protect_zone){.used = true, .name = name, .place = place, .key = key, .flags = FW_ZONE_USED | FW_ZONE_ASIDE};
	memcpy(zone->file, from->file, sizeof(zone->file));
	/* what was counted at this place before, for another zone perhaps, is no load */
	plane_zone_counts(protect->plane, place, &zone->count);
	protect->numbers[place] = number;
	protect->names_changed = true;
	return 0;
}

/* Whether the zone goes on as it is under these settings, whose keys are there already. */
static bool is_same(const struct protect *protect, const struct protect_zone *zone, const struct settings_zone *from)
{
	struct zone_name name;

	return zone_name_read(from->name, &name, NULL) == 0 && memcmp(&name, &zone->name, sizeof(name)) == 0 &&
		strcmp(zone->file, from->file) == 0 && zone->key == (from->key ? protect->keys[from->key - 1] : NULL);
}

static int check_zones(const struct settings *settings, struct fault *out_fault)
{
	struct zone_name name;
	int error = 0;

	for (uint32_t i = 0; i < settings->zone_count && !error; i++)
		error = zone_name_read(settings->zones[i].name, &name, out_fault);
	return error;
}

/* Zones that these settings do not have as they are go; kept[] says of the others that they need not be added. */
static void drop_zones(struct protect *protect, const struct settings *settings, bool *kept)
{
	for (uint32_t number = 0; number < settings->sizes.zones; number++) {
		bool stays = false;

		if (!protect->zones[number].used)
			continue;
		for (uint32_t i = 0; i < settings->zone_count && !stays; i++) {
			stays = is_same(protect, &protect->zones[number], &settings->zones[i]);
			kept[i] |= stays;
		}
		if (!stays)
			remove_zone(protect, number);
	}
}

/* A zone whose key changed is dropped and added again, and stands aside until it is there; the others go on as they are. */
int protect_change_zones(struct protect *protect, const struct fetch_time *now, struct fault *out_fault)
{
	const struct settings *settings = protect->settings;
	struct zone_key *keys[SETTINGS_KEYS_MAX] = {NULL}, *gone[SETTINGS_KEYS_MAX] = {NULL};
	bool *kept = calloc(settings->zone_count + 1, sizeof(*kept));
	int error;

	protect_stop_table(protect);
	error = kept ? check_zones(settings, out_fault) : -ENOMEM;

	if (!error)
		error = make_keys(settings, keys, out_fault);
	if (!error) {
		keep_keys(protect, keys, gone);
		drop_zones(protect, settings, kept);
		free_keys(gone);
	}
	for (uint32_t i = 0; i < settings->zone_count && !error; i++)
		if (!kept[i])
			error = add_zone(protect, &settings->zones[i], now, out_fault);
	free(kept);
	return error;
}

int protect_open_zones(struct protect *protect, const struct fetch_time *now, struct fault *out_fault)
{
	const struct settings_sizes *sizes = &protect->settings->sizes;
	struct secondary_setup setup = {
		.zones_max = sizes->zones,
		.poll_floor_ns = POLL_FLOOR_NS,
		.poll_ceiling_ns = protect->settings->server.poll_s * FW_NS_PER_S,
	};
	uint8_t key[16];
	int error;

	protect->zones = calloc(sizes->zones, sizeof(*protect->zones));
	protect->numbers = malloc((sizes->zones + 1u) * sizeof(*protect->numbers));
	if (!protect->zones || !protect->numbers)
		return -ENOMEM;
	memset(protect->numbers, 0xff, (sizes->zones + 1u) * sizeof(*protect->numbers));
	if (getrandom(key, sizeof(key), 0) != sizeof(key))
		return -EIO;
	error = names_new(sizes->names, sizes->zones, key, &protect->names);
	if (!error)
		error = secondary_new(&setup, &protect->secondary);
	if (!error)
		error = protect_open_notify(protect, out_fault);
	return error ? error : protect_change_zones(protect, now, out_fault);
}

void protect_close_zones(struct protect *protect)
{
	protect_stop_table(protect);
	close_job_of(protect, UINT32_MAX);
	protect_close_notify(protect);
	secondary_free(protect->secondary);
	names_free(protect->names);
	free_keys(protect->keys);
	free(protect->zones);
	free(protect->numbers);
}

int protect_refresh(struct protect *protect, const char *zone, const struct fetch_time *now)
{
	struct zone_name name;
	uint32_t number;

	if (!zone) {
		for (number = 0; number < protect->settings->sizes.zones; number++)
			if (protect->zones[number].used)
				secondary_reload(protect->secondary, number, now->steady_ns);
	} else if (zone_name_read(zone, &name, NULL) || secondary_find(protect->secondary, &name, &number)) {
		return -ENOENT;
	} else {
		secondary_reload(protect->secondary, number, now->steady_ns);
	}
	protect_pump(protect, now);
	return 0;
}
