/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of daemon/ share. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "daemon/daemon.h"
#include "engine/guard.h"
#include "engine/protect.h"

struct host; /* the process: loop, role, store, parts (daemon.c) */
struct person;

/* Who asks: a line of the audit log names them. */
struct asker {
	uid_t user;
	const char *by; /* "the page", "MQTT": not a user at the socket; NULL: one */
};

/*
 * The answer to one request of len bytes (any bytes), a line with its line end; the caller frees *out_text. -ENOMEM: none.
 * Never fails otherwise: what is wrong with a request is said in the answer.
 */
int answer_make(struct host *host, const struct asker *asker, const char *request, size_t len, char **out_text, size_t *out_len);

/* ---- what answers need of the process ---- */

struct protect *host_protect(struct host *host); /* NULL in the role guard */
struct guard *host_guard(struct host *host); /* NULL in the role shield */
struct store *host_store(struct host *host);
const struct settings *host_settings(struct host *host);
struct fetch_time host_now(void);
/* As SIGHUP. Returns 0, or -errno with the fault: then the earlier configuration holds. */
int host_reload(struct host *host, struct fault *out_fault);
/* "" where the configuration that holds is that of the file. */
const char *host_refused(struct host *host);
void host_say(struct host *host, const char *sentence);
struct uv_loop_s;
struct uv_loop_s *host_loop(struct host *host);
const struct person *host_person(struct host *host);
const char *host_version(const struct host *host);
const char *host_file(const struct host *host); /* the configuration's path, "" where there is none */
/* Whether all that is shown is a capture that is played: nothing of this machine is protected. */
bool host_demo(const struct host *host);
enum { HOST_PARTS_MAX = 8 };
/* What part.c has opened, by its list. */
void **host_parts(struct host *host);
/* As a request at the socket, for parts: the role's descriptors are followed afterwards. */
int host_answer(struct host *host, const struct asker *asker, const char *request, size_t len, char **out_text, size_t *out_len);
/* The address of the page with a new token in it; sessions with the earlier one end. */
enum { HOST_ADDRESS_MAX = 512 };
int host_token(struct host *host, char out_address[HOST_ADDRESS_MAX], struct fault *out_fault);
/* What parts count, behind the role's families. */
void host_metrics(struct host *host, FILE *out);
/* A line of the audit log has been written: parts are told. */
void host_deed(struct host *host, const struct deed *deed);
/*
 * Something is wrong: key is a word ("store", "clock", "mqtt" ...), under which one sentence stands until another comes, or NULL: all is well
 * again. The overview shows it, the log says it once.
 */
void host_fault(struct host *host, const char *key, const char *sentence);
/* All that is wrong now, the oldest first; borrowed until the next host_fault(). */
const char *const *host_faults(struct host *host, uint32_t *out_count);
const char *host_fault_key(struct host *host, uint32_t index); /* of the one in that place */

/* ---- answers' parts ---- */

/* What a view shows, as docs/schema/shield.json has it. NULL: no memory. */
json_t *show_shield(const struct shield_view *view);
json_t *show_policy(const struct guard_view *view);
json_t *show_guard_verdicts(const struct guard_view *view);
json_t *show_decisions(struct store *store);
/* What both roles show first: what needs somebody now. */
json_t *show_overview(struct host *host, const struct guard_view *guard, const struct shield_view *shield);
/* All settings that hold, as YAML and line by line. */
json_t *show_configuration(struct host *host);
/* A page of the devices that a request looks for; one device with all that is known. NULL: with the fault, or no memory. */
json_t *show_devices(struct host *host, const json_t *request, struct fault *out_fault);
json_t *show_device(struct host *host, const struct guard_view *view, const json_t *request, struct fault *out_fault);
json_t *show_timeline(struct host *host, const struct guarded_view *device);
/* The latest findings about a device, those of earlier runs too. */
json_t *show_findings_of(struct host *host, const uint8_t mac[6]);
/* Pieces of these. The list is taken. */
json_t *show_headed(const char *schema, const struct guard_view *view, const char *key, json_t *list);
json_t *show_one_device(const struct guarded_view *device);
json_t *show_one_finding(const struct guard_view *view, const struct found_view *found);
/* What is remembered, and what is looked for of it (remember.h): findings, finding, packets, traffic, audit. NULL as above. */
json_t *show_history(struct host *host, const char *what, const json_t *request, bool *out_known, struct fault *out_fault);
/* Where the page of the audit log behind this one begins; null: there is none. */
json_t *show_audit_next(struct host *host, const json_t *deeds);

/* Decisions. Each returns the answer's object, or NULL with the fault (or without: no memory). */
json_t *decide_begin(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault);
json_t *decide_release(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault);
json_t *decide_confirm(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault);
json_t *decide_undo(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault);
/* A number of seconds from now on, of a request; 0: none. */
int decide_seconds(const json_t *request, const char *key, uint64_t now_s, uint64_t *out_s, struct fault *out_fault);
/* Text of a request, escaped; "" where there is none. 0 or -EINVAL with the fault. */
int decide_text(const json_t *request, const char *key, char *out, size_t size, struct fault *out_fault);
/* All filters off, or on again; whether they are; said every hour while they are. A name for a device. */
json_t *bypass_switch(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault);
bool bypass_stands(struct host *host, struct decision *out_decision);
void bypass_tick(struct host *host, const struct fetch_time *now);
json_t *name_give(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault);
/* What the store says now is what holds; what has no room is said beside the answer, which is handed back. */
json_t *decide_held(struct host *host, json_t *answer);
json_t *mute_begin(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault);
json_t *backup_ask(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault);
/* Decisions whose time has come end. */
void decide_tick(struct host *host, const struct fetch_time *now);
/* Fills who and when. */
struct deed deed_by(const struct asker *asker, uint64_t now_s);

/* ---- the socket's server ---- */

struct server;
/* What answers a line; as answer_make(). */
typedef int (*server_answer)(void *context, const struct asker *asker, const char *request, size_t len, char **out_text, size_t *out_len);

struct server_setup {
	const char *path;
	uid_t user; /* owner of the socket, and group; mode 0660 */
	gid_t group;
	server_answer answer;
	void *context;
};
int server_open(struct uv_loop_s *loop, const struct server_setup *setup, struct server **out_server, struct fault *out_fault);
/* Every second: clients that are silent for too long are let go. */
void server_tick(struct server *server, uint64_t now_ns);
/* Takes the socket away; the loop must run once more before it is freed. */
void server_close(struct server *server);
void server_free(struct server *server);

/* ---- privileges ---- */

struct person {
	bool named; /* else: stay who we are */
	uid_t user;
	gid_t group; /* of the user */
	gid_t socket_group;
};
/* Returns 0 or -ENOENT with the fault. */
int person_find(const struct settings *settings, struct person *out_person, struct fault *out_fault);
/* A folder that the person owns, made where missing. */
int person_folder(const struct person *person, const char *path, struct fault *out_fault);
/* Files that are made between these belong to the person. */
int person_enter(const struct person *person, struct fault *out_fault);
int person_leave(const struct person *person, struct fault *out_fault);
/* For good; then tries to get root back, which must fail. */
int person_become(const struct person *person, struct fault *out_fault);
