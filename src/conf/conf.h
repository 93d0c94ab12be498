/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user wrote down, read strictly: an unknown word is an error with its line.
 *
 * Mute file: one rule a line, "#" starts a comment.
 *
 *     FINDING|*  WHO  [-> TARGET]  [until=YYYY-MM-DD]  REASON...
 *
 * WHO is a MAC, an address, a prefix or *; TARGET an address, a prefix or *. The reason is not optional: somebody will read
 * it in a year. A rule with an end covers findings whose last packet lies before that day (UTC).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "conf/settings.h"
#include "model/device.h"
#include "model/finding.h"

enum { MUTE_MAX = 1024, MUTE_REASON_MAX = 128 };

struct mute_list; /* owns its rules */

/* names: the closed list of finding names by enum finding_id. Returns 0, -ENOMEM, or -EINVAL with line and sentence. */
int mute_read(const char *file, const char *body, size_t len, const char *const names[FINDING_ID_COUNT], struct mute_list **out_list,
	struct fault *out_fault);
void mute_free(struct mute_list *list);

/*
 * The reason of the first rule that covers this finding, borrowed, or NULL. device may be NULL; of its addresses the first of each
 * kind (IPv4, IPv6, either link-local) counts: one that it came by later may be a neighbour's.
 */
const char *mute_find(const struct mute_list *list, const struct finding *finding, const struct device *device);

/*
 * A time as a person writes it, in nanoseconds since 1970: RFC 3339 (2016-10-21T11:10:00.5+02:00; seconds and zone may be left
 * out, a blank may stand for the T; without a zone it is UTC), a day alone, or seconds since 1970 with or without a fraction.
 * Returns 0 or -EINVAL; years 1970 to 2553.
 */
int moment_read(const char *word, uint64_t *out_ns);

/*
 * floodwall.yaml. An unknown key, a wrong type, a value out of its range, a key twice, a name that refers to nothing: one sentence with
 * file and line. Nothing is opened: what a setting names (secret_file, blocked_files, zone files) is the caller's to read.
 * Returns 0, -ENOMEM, or -EINVAL with the fault. The result is owned by the caller.
 */
int settings_read(const char *file, const char *body, size_t len, struct settings **out_settings, struct fault *out_fault);
void settings_free(struct settings *settings);

/*
 * The same in several files, which `include` names: lists go on from one to the next, a value given in two of them is a fault. Each fault
 * has its own file and line. What they include is not looked at: settings_includes() says it of one file, the caller reads it.
 */
struct settings_part {
	const char *file, *body;
	size_t len;
};
int settings_read_parts(const struct settings_part *parts, unsigned count, struct settings **out_settings, struct fault *out_fault);

struct settings_includes {
	uint32_t count;
	struct {
		char path[SETTINGS_PATH_MAX]; /* of a file, or of a folder */
		uint64_t line;
	} at[SETTINGS_INCLUDES_MAX];
};
/* Returns as settings_read(). */
int settings_includes(const struct settings_part *part, struct settings_includes *out_includes, struct fault *out_fault);

/* All of it as YAML that reads to the same settings, but for secrets, which are masked. The caller frees *out_text. 0 or -ENOMEM. */
int settings_write(const struct settings *settings, char **out_text, size_t *out_len);

/*
 * Each setting that holds in this role: its value as the file would say it, on one line, without quotes around it; secrets are masked. line 0: it is
 * the default, and file is NULL. An entry of devices, controllers, keys and zones is one setting ("guard.devices[0]"). All borrowed for the
 * call. Returns 0 or -ENOMEM.
 */
struct settings_line {
	const char *setting, *value, *file;
	uint32_t line;
};
int settings_each_line(const struct settings *settings, void (*see)(void *context, const struct settings_line *line), void *context);

/* What of a change does not hold before the next start (sizes, interface, paths, ports): its key, or NULL. */
const char *settings_fixed(const struct settings *old, const struct settings *changed);

/* The body of a file of blocked_files, appended to settings->blocked. Returns 0, -ENOMEM, or -EINVAL with the fault. */
int settings_read_blocked(struct settings *settings, const char *file, const char *body, size_t len, struct fault *out_fault);

/* 90, 90s, 15m, 4h, 7d as seconds. Returns 0 or -EINVAL. */
int duration_read(const char *word, uint32_t *out_s);

/* Six bytes as 02:00:00:00:00:05 or with hyphens. Returns 0 or -EINVAL. */
int mac_read(const char *word, uint8_t out_mac[6]);

/* The words of the file for filters and stances; by enum. */
extern const char *const settings_filter_names[FW_FILTER_COUNT];
extern const char *const settings_mode_names[3];
extern const char *const settings_guard_filter_names[FW_GUARD_FILTER_COUNT];
extern const char *const settings_stance_names[FW_STANCE_COUNT];
