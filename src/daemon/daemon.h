/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The porch: a process that runs for long, its signals and its control socket. One loop, one thread. What it protects
 * with is a role, which the hall wires (engine/protect.h).
 *
 *	SIGHUP          reads the configuration again; a wrong one is told, and the earlier one holds
 *	SIGTERM SIGINT  ends; what is pinned in the kernel stays, unless the configuration says detach: true
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/text.h"
#include "conf/conf.h"

#define DAEMON_CONFIGURATION "/etc/floodwall/floodwall.yaml"

struct daemon_options {
	const char *configuration; /* its path */
	const char *version;
	const char *demo; /* a capture whose frames are played instead of the interfaces' (demo.c); NULL: none */
	/* Of a demo's page; address "": the usual one, port 0: the usual one. */
	char page_address[TEXT_ADDRESS_MAX];
	uint16_t page_port;
};

/* Runs until a signal ends it. Returns 0, or -errno with the fault where it could not start. */
int daemon_run(const struct daemon_options *options, struct fault *out_fault);

/*
 * A demo: the same process without a configuration file, without root and without a kernel's programs, over this capture. All that it writes is in a
 * folder of its own below TMPDIR or /tmp, which goes with it.
 */
int daemon_demo(const struct daemon_options *options, struct fault *out_fault);

/* The configuration with the files of prefixes that it names. Returns 0, or -errno with the fault. */
int configuration_read(const char *path, struct settings **out_settings, struct fault *out_fault);

/*
 * The control socket, from outside: one JSON object in a line out, one in.
 *
 *	{"do": "show", "what": "shield" | "stats" | "metrics" | "decisions" | "audit" | "configuration"}
 *	{"do": "quarantine" | "allow", "prefix": "192.0.2.1", "reason": "...", "for_s": 3600, "confirm_s": 300}
 *	{"do": "bypass", "on": true, "reason": ..., "for_s": ...}   {"do": "name", "who": "02:00:00:00:00:05", "name": "Lamp"}
 *	{"do": "release", "prefix": ... or "decision": 7, "reason": ...}   {"do": "confirm", "decision": 7}   {"do": "undo", "deed": 7}
 *	{"do": "reload"}   {"do": "refresh", "zone": "example.org"}
 *	{"do": "backup", "step": "begin" | "next" | "end"}
 *
 *	{"ok": true, ...}    or    {"ok": false, "error": "one sentence"}
 */
enum { CONTROL_REQUEST_MAX = 4096, CONTROL_ANSWER_MAX = 64 << 20, CONTROL_CLIENTS_MAX = 16, CONTROL_SILENCE_S = 60, CONTROL_LINE_S = 5 };

struct control; /* a connection */
int control_open(const char *socket_path, struct control **out_control, struct fault *out_fault);
/* The answer's line, NUL-terminated, is the caller's to free. Returns 0 or -errno with the fault. */
int control_ask(struct control *control, const char *request, char **out_answer, size_t *out_len, struct fault *out_fault);
void control_close(struct control *control);
