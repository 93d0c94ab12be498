/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/would_room.h"
#include "fetch/fetch.h"

/* The first error of a file is its fault. */
static void first_error(void *context, const struct mud_fault *fault)
{
	struct mud_fault *first = context;

	if (fault->grade == MUD_ERROR && !*first->sentence)
		*first = *fault;
}

static int read_mud(const char *path, struct mud **out_mud, struct fault *out_fault)
{
	struct mud_fault first = {.grade = MUD_NOTE};
	struct mud_ear ear = {.told = first_error, .context = &first};
	char *body;
	size_t len;
	int error = fetch_file(path, FW_MUD_BYTES_MAX, &body, &len, out_fault);

	if (error)
		return error == -ENOMEM ? error : -EINVAL;
	error = policy_read(body, len, &ear, out_mud);
	free(body);
	if (error && *first.sentence)
		fault_set(out_fault, path, first.line, 0, "%s%s%s", first.path, *first.path ? " " : "", first.sentence);
	return error == -ENOMEM ? error : error ? -EINVAL : 0;
}

/* A name of labels in the form of the wire; 0 where it is none. */
static uint32_t wire_name(const char *text, uint8_t out[FW_DNS_NAME_MAX])
{
	uint32_t len = 0;

	while (*text) {
		size_t label = strcspn(text, ".");
		if (!label || label > FW_DNS_LABEL_MAX || len + label + 2 > FW_DNS_NAME_MAX)
			return 0;
		out[len++] = (uint8_t)label;
		memcpy(out + len, text, label);
		len += (uint32_t)label;
		text += label + (text[label] == '.');
	}
	out[len++] = 0;
	return len;
}

/* So that the twin sees the answers to questions for it. */
static void follow_name(void *context, const struct policy_set *set)
{
	struct would *would = context;
	uint8_t name[FW_DNS_NAME_MAX];
	uint64_t digest = fw_guard_name_digest(would->tables.config, name, wire_name(set->text, name));

	if (!fw_guard_name_set(would->tables.names, would->tables.config, digest, set->number))
		would->left_out++;
}

/* "02-00-00-00-00-07.json", with hyphens, colons or nothing between; digits of either case. */
static bool read_mac(const char *name, uint8_t out[6])
{
	size_t at = 0;

	for (unsigned i = 0; i < 6; i++) {
		char pair[3] = {name[at], name[at] ? name[at + 1] : 0, 0}, *end;
		out[i] = (uint8_t)strtoul(pair, &end, 16);
		if (end != pair + 2 || pair[0] == '+' || pair[0] == '-' || pair[0] == ' ')
			return false;
		at += 2;
		at += i < 5 && (name[at] == '-' || name[at] == ':');
	}
	return name[at] == '.';
}

static int compile(struct would *would, const struct mud *mud, struct would_policy *policy, const char *path, struct fault *out_fault)
{
	uint32_t count = 0;
	int error =
		policy_rules(mud, would->sets, would->tables.rules[0] + would->rule_count, FW_WOULD_RULES_MAX - would->rule_count, &count);

	if (error) {
		fault_set(out_fault, path, 0, 0,
			error == -ENOSPC ? "more rules than %u in all policies" : "more names than %u in all policies",
			error == -ENOSPC ? FW_WOULD_RULES_MAX : FW_WOULD_SETS_MAX);
		return -EINVAL;
	}
	policy->first = would->rule_count;
	policy->count = count;
	for (uint32_t i = 0; i < count; i++) {
		const struct mud_ace *ace = policy_ace_at(mud, policy_rule_entry(mud, i));
		snprintf(would->entries[would->rule_count + i], WOULD_ENTRY_MAX, "%s", ace ? ace->name : "");
	}
	would->rule_count += count;
	return 0;
}

static int load_file(struct would *would, const char *path, const char *name, struct fault *out_fault)
{
	struct would_policy *policy = &would->policies[would->policy_count];
	struct mud *mud;
	int error = read_mud(path, &mud, out_fault);

	if (error)
		return error;
	memcpy(policy->url, policy_head(mud)->url, sizeof(policy->url));
	snprintf(policy->label, sizeof(policy->label), "%s", *policy->url ? policy->url : name);
	policy->has_mac = read_mac(name, policy->mac);
	for (uint32_t i = 0; i < would->policy_count && !policy->has_mac; i++)
		if (!would->policies[i].has_mac && *policy->url && !strcmp(would->policies[i].url, policy->url)) {
			fault_set(out_fault, path, 0, 0, "another file is for %s too", policy->url);
			error = -EINVAL;
		}
	if (!error)
		error = compile(would, mud, policy, path, out_fault);
	policy_free(mud);
	would->policy_count += !error;
	return error;
}

static int load_folder(struct would *would, const char *path, char **names, size_t count, struct fault *out_fault)
{
	char file[4096];
	int error = 0;

	if (!count)
		fault_set(out_fault, path, 0, 0, "no file in it ends in .json or .mud");
	for (size_t i = 0; !error && i < count; i++) {
		if (snprintf(file, sizeof(file), "%s/%s", path, names[i]) >= (int)sizeof(file))
			return -ENAMETOOLONG;
		error = load_file(would, file, names[i], out_fault);
	}
	return count ? error : -EINVAL;
}

/* Policies that are given by MAC hold from the first frame on. */
static int give_written(struct would *would, const uint8_t *device, const char *path, struct fault *out_fault)
{
	if (device && would->policy_count != 1) {
		fault_set(out_fault, path, 0, 0, "--device wants one file");
		return -EINVAL;
	}
	for (uint32_t i = 0; i < would->policy_count; i++) {
		struct would_policy *policy = &would->policies[i];
		struct would_device *owner = NULL;
		policy->has_mac |= device != NULL; /* nobody else's then, whatever URL he names */
		if (policy->has_mac)
			owner = would_device(would, device ? device : policy->mac);
		if (!owner)
			continue;
		owner->written = true;
		memcpy(owner->url, policy->url, sizeof(owner->url));
		would_give(would, owner, policy);
	}
	return 0;
}

int would_load(struct would *would, const char *path, const uint8_t *device, struct fault *out_fault)
{
	static const char *const endings[] = {".json", ".mud", NULL};
	const char *slash = strrchr(path, '/');
	char **names;
	size_t count;
	int error = fetch_folder(path, endings, FW_WOULD_POLICIES_MAX, &names, &count, out_fault);

	if (error == -ENOTDIR) {
		error = load_file(would, path, slash ? slash + 1 : path, out_fault);
	} else if (!error) {
		error = load_folder(would, path, names, count, out_fault);
		fetch_folder_free(names, count);
	}
	if (error)
		return error == -ENOMEM ? error : -EINVAL;
	policy_each_set(would->sets, POLICY_SET_NAME, follow_name, would);
	return give_written(would, device, path, out_fault);
}
