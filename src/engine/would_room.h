/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What would.c and would_load.c share. Private to them. */
#pragma once

#include "base/table.h"
#include "engine/would.h"
#include "policy/policy.h"
#include "twin/twin.h"
#include "wire/limits.h"

enum { WOULD_PLACES = FW_STRANGERS + 1 + FW_WOULD_DEVICES_MAX, WOULD_ENTRY_MAX = 48 };

struct would_policy {
	char label[VERDICT_POLICY_MAX]; /* URL, or the file's name */
	char url[MUD_URL_MAX]; /* "": none */
	uint8_t mac[6];
	bool has_mac; /* named by a MAC */
	bool used; /* some device has it */
	uint32_t first, count; /* rules */
};

struct would_device {
	uint8_t mac[6];
	bool written; /* its policy was given by MAC */
	bool disputed; /* it named a URL of another authority */
	char url[MUD_URL_MAX]; /* heard and accepted */
	const struct would_policy *policy; /* or NULL */
};

struct would {
	struct would_policy *policies;
	uint32_t policy_count, rule_count;
	char (*entries)[WOULD_ENTRY_MAX]; /* of each rule */
	struct policy_sets *sets;
	bool *bound; /* by set: addresses of it are known */
	struct would_device *devices; /* by place less FW_STRANGERS + 1 */
	uint32_t device_count;
	struct twin_guard *twin;
	struct fw_guard_tables tables;
	struct table records;
	uint64_t base_ns; /* time of the first frame: the twin counts from an hour before it */
	uint64_t now_ns; /* the twin's, never backwards */
	const struct frame *frame; /* outermost of the one at hand: facts of what lies in a tunnel do not count */
	bool resolvers_given, resolvers_named;
	uint64_t left_out;
	struct policy_verdict *verdicts; /* made at the end */
};

/* would_load.c: files to policies, rules, names. Returns 0, -ENOMEM, or -EINVAL with the sentence. */
int would_load(struct would *would, const char *path, const uint8_t *device, struct fault *out_fault);

/* would.c: the place of this MAC, made where it is new; NULL: no room. */
struct would_device *would_device(struct would *would, const uint8_t mac[6]);
void would_give(struct would *would, struct would_device *device, struct would_policy *policy);
void would_add_member(struct would *would, uint32_t set, const uint8_t address[16]);
