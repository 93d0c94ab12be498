/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of policy/ share: a file around a few entries, the faults told while it is read, an entry as one line. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "policy/policy.h"
#include "wire/limits.h"

static const uint8_t papers_key[16] = {7};

struct told {
	char text[32768]; /* a line each: grade path sentence */
	unsigned count[MUD_GRADE_COUNT];
	struct mud_fault last;
};

static inline void papers_told(void *context, const struct mud_fault *fault)
{
	static const char *const grades[] = {"note", "warning", "error"};
	struct told *told = context;
	size_t len = strlen(told->text);

	told->count[fault->grade]++;
	told->last = *fault;
	snprintf(told->text + len, sizeof(told->text) - len, "%s %s %s\n", grades[fault->grade], fault->path, fault->sentence);
}

static inline int papers_read_bytes(const char *body, size_t len, struct told *told, struct mud **out)
{
	struct mud_ear ear = {.told = papers_told, .context = told};
	char *exact = malloc(len ? len : 1); /* so that ASan sees a byte too many */
	int error;

	memset(told, 0, sizeof(*told));
	memcpy(exact, body, len);
	*out = NULL;
	error = policy_read(exact, len, &ear, out);
	free(exact);
	return error;
}

static inline int papers_read(const char *body, struct told *told, struct mud **out)
{
	return papers_read_bytes(body, strlen(body), told, out);
}

#define PAPERS_HEAD \
	"\"mud-version\":1,\"mud-url\":\"https://lamp.example/one\",\"last-update\":\"2024-01-02T03:04:05Z\",\"is-supported\":true," \
	"\"systeminfo\":\"A lamp\""
#define PAPERS_LISTS(name) "{\"access-lists\":{\"access-list\":[{\"name\":\"" name "\"}]}}"

/* A file whose list of this type holds these entries, for what leaves ("from") or reaches ("to") the device. Freed by the caller. */
static inline char *papers_file(const char *way, const char *type, const char *entries)
{
	size_t size = strlen(entries) + 1024;
	char *body = malloc(size);

	snprintf(body, size,
		"{\"ietf-mud:mud\":{" PAPERS_HEAD ",\"%s-device-policy\":" PAPERS_LISTS("l") ",\"%s-device-policy\":" PAPERS_LISTS(
			"e") "},"
			     "\"ietf-access-control-list:acls\":{\"acl\":[{\"name\":\"e\",\"type\":\"ipv4-acl-type\",\"aces\":{\"ace\":[]}}"
			     ","
			     "{\"name\":\"l\",\"type\":\"%s\",\"aces\":{\"ace\":[%s]}}]}}",
		way, strcmp(way, "to") ? "to" : "from", type, entries);
	return body;
}

static inline void papers_ports(char *out, size_t size, const char *side, const struct mud_ports *ports)
{
	size_t len = strlen(out);

	if (ports->least || ports->most != UINT16_MAX || ports->except)
		snprintf(out + len, size - len, " %s%s%u-%u", side, ports->except ? "!" : "", ports->least, ports->most);
}

/* "from accept 4 p6 R443-443 dev name:api.example" */
static inline void papers_ace(const struct mud_ace *ace, char *out, size_t size)
{
	static const char *const remotes[MUD_REMOTE_COUNT] = {
		"any", "net:", "name:", "controller:", "my-controller", "maker:", "same-maker", "model:", "local"};
	static const char *const openers[] = {"", " dev", " rem"};
	char address[TEXT_ADDRESS_MAX];
	size_t len;

	snprintf(out, size, "%s %s %u", ace->way == FW_WAY_FROM ? "from" : "to", ace->accept ? "accept" : "drop", ace->family);
	if (!ace->any_proto)
		snprintf(out + strlen(out), size - strlen(out), " p%u", ace->proto);
	if (ace->icmp_type != FW_RULE_ANY || ace->icmp_code != FW_RULE_ANY)
		snprintf(out + strlen(out), size - strlen(out), " t%u/%u", ace->icmp_type, ace->icmp_code);
	papers_ports(out, size, "L", &ace->local_ports);
	papers_ports(out, size, "R", &ace->remote_ports);
	len = strlen(out);
	snprintf(out + len, size - len, "%s %s%s", openers[ace->opener], remotes[ace->remote], ace->text);
	if (ace->remote == MUD_NETWORK)
		snprintf(out + strlen(out), size - strlen(out), "%s/%u", text_address(address, ace->network.address), ace->network.bits);
}
