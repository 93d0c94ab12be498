/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process: what is opened in which order, and the loop.
 *
 *	configuration   read and checked; nothing is touched before
 *	folders         of state and socket, as the user to be
 *	store           its files belong to the user to be
 *	role            attaches: the one step that needs root
 *	socket          from here on we are asked
 *	root            given up, and verified
 *	loop            until SIGTERM or SIGINT
 */
#include "daemon/daemon.h"

#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/clock.h"
#include "base/text.h"
#include "daemon/deeds.h"
#include "daemon/faults.h"
#include "daemon/inside.h"
#include "daemon/manager.h"
#include "daemon/memory.h"
#include "daemon/part.h"
#include "daemon/watching.h"
#include "daemon/remember.h"

enum { SIGNALS = 3, SECOND_TICKS = 1000 / PROTECT_TICK_MS };

struct host {
	const struct daemon_options *options;
	struct settings *settings;
	struct person person;
	struct store *store;
	struct protect *protect; /* one of these two */
	struct guard *guard;
	struct server *server;
	uv_loop_t loop;
	bool looped; /* the loop is there */
	uv_timer_t tick;
	uv_signal_t signals[SIGNALS];
	struct watching watching;
	unsigned ticks;
	struct manager manager;
	void *parts[HOST_PARTS_MAX];
	struct faults faults;
	bool ended; /* parts are closed: nothing is told to them any more */
	char refused[FAULT_SENTENCE_MAX + FAULT_PLACE_MAX + 32];
};

static void tell_parts(struct host *host, const struct happening *what)
{
	if (!host->ended)
		part_tell_all(host, what);
}

/* ---- what answers need ---- */

struct protect *host_protect(struct host *host)
{
	return host->protect;
}

struct guard *host_guard(struct host *host)
{
	return host->guard;
}

struct store *host_store(struct host *host)
{
	return host->store;
}

const struct settings *host_settings(struct host *host)
{
	return host->settings;
}

struct uv_loop_s *host_loop(struct host *host)
{
	return &host->loop;
}

const struct person *host_person(struct host *host)
{
	return &host->person;
}

const char *host_version(const struct host *host)
{
	return host->options->version;
}

const char *host_file(const struct host *host)
{
	return host->options->configuration ? host->options->configuration : "";
}

bool host_demo(const struct host *host)
{
	return host->options->demo != NULL;
}

void **host_parts(struct host *host)
{
	return host->parts;
}

void host_metrics(struct host *host, FILE *out)
{
	part_metrics_all(host, out);
}

void host_deed(struct host *host, const struct deed *deed)
{
	const struct deed whole = deed_whole(host->store, deed);
	const struct happening what = {.kind = HAPPENED_DEED, .time_s = deed->time_s, .deed = &whole};

	tell_parts(host, &what);
}

struct fetch_time host_now(void)
{
	return (struct fetch_time){.steady_ns = clock_steady_ns(), .wall_s = clock_wall_ns() / 1000000000u};
}

const char *host_refused(struct host *host)
{
	return host->refused;
}

void host_say(struct host *host, const char *sentence)
{
	char clean[600];

	const struct happening what = {.kind = HAPPENED_SENTENCE, .time_s = host_now().wall_s, .sentence = sentence};

	text_escape(clean, sizeof(clean), sentence, SIZE_MAX);
	fprintf(stderr, "floodwall%s: %s\n", host_demo(host) ? " (demo)" : "", clean);
	tell_parts(host, &what);
}

void host_fault(struct host *host, const char *key, const char *sentence)
{
	enum faults_news news = faults_set(&host->faults, key, sentence);
	char well[FAULTS_KEY_MAX + 32];

	snprintf(well, sizeof(well), "%s: all is well again", key);
	if (news == FAULTS_MORE || news == FAULTS_FULL)
		host_say(host, sentence);
	else if (news == FAULTS_LESS)
		host_say(host, well);
}

const char *const *host_faults(struct host *host, uint32_t *out_count)
{
	return faults_list(&host->faults, out_count);
}

const char *host_fault_key(struct host *host, uint32_t index)
{
	return index < host->faults.count ? host->faults.keys[index] : "";
}

static void say(void *context, const char *sentence)
{
	host_say(context, sentence);
}

static void note(struct host *host, const char *detail)
{
	struct deed deed = {.time_s = host_now().wall_s, .who = "floodwall"};
	struct fault fault = {0};

	snprintf(deed.detail, sizeof(deed.detail), "%.*s", DECISION_REASON_MAX - 1, detail);
	if (store_note(host->store, &deed, &fault))
		host_say(host, fault.sentence);
	else
		host_deed(host, &deed);
}

/* ---- time and signals ---- */

static void role_tick(struct host *host, const struct fetch_time *now)
{
	if (host->guard)
		guard_tick(host->guard, now);
	else
		protect_tick(host->protect, now);
}

static void on_tick(uv_timer_t *timer)
{
	struct host *host = timer->data;
	struct fetch_time now = host_now();

	role_tick(host, &now);
	manager_tick(&host->manager, now.steady_ns);
	part_tick_all(host, &now);
	if (host->ticks++ % SECOND_TICKS == 0) {
		decide_tick(host, &now);
		server_tick(host->server, now.steady_ns);
	}
	watching_follow(&host->watching);
}

static int refuse(struct host *host, const struct fault *fault)
{
	if (fault->line)
		snprintf(
			host->refused, sizeof(host->refused), "%s:%llu: %s", fault->file, (unsigned long long)fault->line, fault->sentence);
	else
		snprintf(host->refused, sizeof(host->refused), "%s: %s", fault->file, fault->sentence);
	host_say(host, host->refused);
	host_say(host, "the earlier configuration holds");
	note(host, "a configuration was refused");
	return -EINVAL;
}

static int reload(struct host *host, struct fault *out_fault)
{
	struct fetch_time now = host_now();
	struct settings *settings = NULL;
	const char *fixed;
	int error = configuration_read(host->options->configuration, &settings, out_fault);

	fixed = error ? NULL : settings_fixed(host->settings, settings);
	if (fixed) {
		fault_set(out_fault, host->options->configuration, 0, 0, "%s cannot change while the daemon runs; start it anew", fixed);
		error = -EINVAL;
	}
	if (!error)
		error = host->guard ? guard_reload(host->guard, settings, &now, out_fault)
				    : protect_reload(host->protect, settings, &now, out_fault);
	watching_follow(&host->watching);
	if (error) {
		settings_free(settings);
		return refuse(host, out_fault);
	}
	settings_free(host->settings);
	host->settings = settings;
	host->refused[0] = 0;
	part_reload_all(host);
	host_say(host, "the configuration was read again and holds");
	note(host, "a configuration was taken");
	return 0;
}

int host_reload(struct host *host, struct fault *out_fault)
{
	int error;

	manager_tell_reloading(host_now().steady_ns);
	error = reload(host, out_fault);
	manager_tell(error ? "READY=1\nSTATUS=The configuration was refused; the earlier one holds." : "READY=1\nSTATUS=Protects.");
	return error;
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct host *host = handle->data;
	struct fault fault = {0};

	if (number == SIGHUP)
		host_reload(host, &fault);
	else
		uv_stop(&host->loop);
}

/* ---- beginning and end ---- */

static int open_loop(struct host *host, struct fault *out_fault)
{
	static const int numbers[SIGNALS] = {SIGHUP, SIGTERM, SIGINT};
	int error = uv_loop_init(&host->loop);

	host->looped = !error;
	if (error) {
		fault_set(out_fault, "", 0, 0, "the loop cannot be made: %s", uv_strerror(error));
		return error;
	}
	signal(SIGPIPE, SIG_IGN);
	uv_timer_init(&host->loop, &host->tick);
	host->tick.data = host;
	for (unsigned i = 0; i < SIGNALS; i++) {
		uv_signal_init(&host->loop, &host->signals[i]);
		host->signals[i].data = host;
		error = error ? error : uv_signal_start(&host->signals[i], on_signal, numbers[i]);
	}
	if (error)
		fault_set(out_fault, "", 0, 0, "signals cannot be heard: %s", uv_strerror(error));
	return error;
}

static void close_handle(uv_handle_t *handle, void *context)
{
	if (!uv_is_closing(handle))
		uv_close(handle, handle->type == UV_POLL ? watching_free_handle : NULL);
}

static void close_loop(struct host *host)
{
	if (!host->looped)
		return;
	server_close(host->server);
	uv_walk(&host->loop, close_handle, NULL);
	uv_run(&host->loop, UV_RUN_DEFAULT);
	uv_loop_close(&host->loop);
	server_free(host->server);
	part_free_all(host);
}

static int open_folders(struct host *host, struct fault *out_fault)
{
	const struct settings_paths *paths = &host->settings->paths;
	char socket[SETTINGS_PATH_MAX];
	int error = person_folder(&host->person, paths->state, out_fault);

	memcpy(socket, paths->socket, sizeof(socket));
	return error ? error : person_folder(&host->person, dirname(socket), out_fault);
}

/* Files in the state's folder are made as the one who will write them later. */
static int open_store(struct host *host, struct fault *out_fault)
{
	struct fault fault = {0};
	int error = person_enter(&host->person, out_fault), back;

	if (error)
		return error;
	error = store_open(host->settings->paths.state, &host->store, &fault);
	back = person_leave(&host->person, out_fault);
	if (!error && fault.sentence[0]) {
		char sentence[FAULT_PLACE_MAX + FAULT_SENTENCE_MAX + 2];
		snprintf(sentence, sizeof(sentence), "%s %s", fault.file, fault.sentence);
		host_say(host, sentence);
	}
	return error ? error : back;
}

static void note_guard(void *context, const char *sentence)
{
	note(context, sentence);
}

static void found_guard(void *context, const struct found_view *found, enum live_news news)
{
	const struct happening what = {.kind = HAPPENED_FINDING, .time_s = host_now().wall_s, .found = found, .news = news};

	tell_parts(context, &what);
}

static void deed_guard(void *context, const struct deed *deed)
{
	host_deed(context, deed);
}

static void proven_guard(void *context, uint32_t number, const void *bytes, size_t len)
{
	remember_packets(context, number, bytes, len);
}

static int open_guard(struct host *host, struct fault *out_fault)
{
	struct guard_setup setup = {
		.settings = host->settings,
		.store = host->store,
		.version = host->options->version,
		.capture = host->options->demo,
		.now = host_now(),
		.say = say,
		.note = note_guard,
		.found = found_guard,
		.deed = deed_guard,
		.proven = proven_guard,
		.context = host,
	};

	return guard_open(&setup, &host->guard, out_fault);
}

static int open_protect(struct host *host, struct fault *out_fault)
{
	struct protect_setup setup = {
		.settings = host->settings,
		.store = host->store,
		.version = host->options->version,
		.now = host_now(),
		.say = say,
		.context = host,
	};

	return protect_open(&setup, &host->protect, out_fault);
}

int host_answer(struct host *host, const struct asker *asker, const char *request, size_t len, char **out_text, size_t *out_len)
{
	int error = answer_make(host, asker, request, len, out_text, out_len);

	watching_follow(&host->watching);
	return error;
}

int host_token(struct host *host, char out_address[HOST_ADDRESS_MAX], struct fault *out_fault)
{
#ifdef HAVE_WEB
	return page_token(host, out_address, HOST_ADDRESS_MAX, out_fault);
#else
	fault_set(out_fault, "", 0, 0, "this program was built without a page");
	return -ENOTSUP;
#endif
}

static int answer(void *context, const struct asker *asker, const char *request, size_t len, char **out_text, size_t *out_len)
{
	return host_answer(context, asker, request, len, out_text, out_len);
}

static int open_server(struct host *host, struct fault *out_fault)
{
	struct server_setup setup = {
		.path = host->settings->paths.socket,
		.user = host->person.user,
		.group = host->person.socket_group,
		.answer = answer,
		.context = host,
	};

	return server_open(&host->loop, &setup, &host->server, out_fault);
}

static int start(struct host *host, struct fault *out_fault)
{
	int error = person_find(host->settings, &host->person, out_fault);

	if (!error)
		error = open_folders(host, out_fault);
	if (!error)
		error = open_store(host, out_fault);
	if (!error)
		error = host->settings->role == ROLE_GUARD ? open_guard(host, out_fault) : open_protect(host, out_fault);
	if (!error)
		error = open_server(host, out_fault);
	if (!error)
		part_open_all(host);
	if (!error)
		error = person_become(&host->person, out_fault);
	return error;
}

static const char *ended(const struct host *host)
{
	if (host_demo(host))
		return "ended";
	return host->settings->detach ? "ended; protection was taken away" : "ended; protection stays";
}

static void run(struct host *host)
{
	host_say(host,
		host_demo(host) ? "plays a capture; nothing is sent, and nothing of this machine is protected"
				: "protects; a filter that observes stops nothing");
	note(host, "started");
	watching_follow(&host->watching);
	part_begin_all(host);
	uv_timer_start(&host->tick, on_tick, PROTECT_TICK_MS, PROTECT_TICK_MS);
	host->manager = manager_find();
	memory_give_back();
	manager_tell("READY=1\nSTATUS=Protects.");
	uv_run(&host->loop, UV_RUN_DEFAULT);
	manager_tell("STOPPING=1");
	note(host, ended(host));
}

int daemon_run(const struct daemon_options *options, struct fault *out_fault)
{
	struct host *host = calloc(1, sizeof(*host));
	struct fault fault = {0};
	bool detach = false;
	int error, closed;

	if (!host)
		return -ENOMEM;
	host->options = options;
	host->watching.host = host;
	memory_keep_small();
	error = configuration_read(options->configuration, &host->settings, out_fault);
	if (error)
		goto out;
	error = open_loop(host, out_fault);
	if (!error)
		error = start(host, out_fault);
	if (!error) {
		run(host);
		detach = host->settings->detach;
	}
	/* while there is a role that they may ask */
	part_close_all(host);
	host->ended = true;
	closed = host->guard ? guard_close(host->guard, detach, &fault) : protect_close(host->protect, detach, &fault);
	if (closed)
		host_say(host, fault.sentence);
	close_loop(host);
	store_close(host->store);
out:
	settings_free(host->settings);
	free(host);
	return error;
}
