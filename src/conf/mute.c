/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/prefix.h"
#include "conf/conf.h"

enum who { WHO_ANY, WHO_MAC, WHO_PREFIX };

struct party {
	enum who who;
	uint8_t mac[6];
	struct prefix prefix;
};

struct rule {
	int finding; /* enum finding_id, or -1 for any */
	struct party who, target;
	uint64_t until_ns; /* UINT64_MAX: no end */
	char reason[MUTE_REASON_MAX];
};

struct mute_list {
	size_t count;
	struct rule rules[MUTE_MAX];
};

static bool read_mac(const char *word, uint8_t out_mac[6])
{
	unsigned part[6];
	char rest;

	if (strspn(word, "0123456789abcdefABCDEF:") != strlen(word))
		return false;
	if (sscanf(word, "%2x:%2x:%2x:%2x:%2x:%2x%c", &part[0], &part[1], &part[2], &part[3], &part[4], &part[5], &rest) != 6)
		return false;
	for (size_t i = 0; i < 6; i++)
		out_mac[i] = (uint8_t)part[i];
	return true;
}

static bool read_party(const char *word, bool mac_allowed, struct party *out_party)
{
	if (strcmp(word, "*") == 0) {
		out_party->who = WHO_ANY;
		return true;
	}
	if (mac_allowed && read_mac(word, out_party->mac)) {
		out_party->who = WHO_MAC;
		return true;
	}
	out_party->who = WHO_PREFIX;
	return prefix_read(word, &out_party->prefix) == 0;
}

static bool read_day(const char *word, uint64_t *out_ns)
{
	struct tm day = {0};
	const char *end = strptime(word, "%Y-%m-%d", &day);
	time_t seconds;

	struct tm as_read = day;

	/* timegm() turns the 31st of February into March */
	if (!end || *end || (seconds = timegm(&day)) < 0 || day.tm_mday != as_read.tm_mday || day.tm_mon != as_read.tm_mon)
		return false;
	*out_ns = (uint64_t)seconds * 1000000000ull;
	return true;
}

static int finding_by_name(const char *word, const char *const names[FINDING_ID_COUNT])
{
	for (int i = 0; i < FINDING_ID_COUNT; i++)
		if (strcmp(word, names[i]) == 0)
			return i;
	return -2;
}

static char *next_word(char **rest)
{
	char *word;

	*rest += strspn(*rest, " \t");
	word = *rest;
	*rest += strcspn(*rest, " \t");
	if (**rest)
		*(*rest)++ = 0;
	return word;
}

/* Returns NULL, or what is wrong. line is taken apart. */
static const char *read_rule(char *line, const char *const names[FINDING_ID_COUNT], struct rule *out_rule)
{
	char *rest = line, *word = next_word(&rest);

	out_rule->finding = strcmp(word, "*") == 0 ? -1 : finding_by_name(word, names);
	if (out_rule->finding == -2)
		return "the first word is no finding's name and not *";
	if (!read_party(next_word(&rest), true, &out_rule->who))
		return "the second word is no MAC, address or prefix and not *";
	out_rule->until_ns = UINT64_MAX;
	rest += strspn(rest, " \t");
	if (strncmp(rest, "->", 2) == 0) {
		next_word(&rest);
		if (!read_party(next_word(&rest), false, &out_rule->target))
			return "what follows -> is no address or prefix and not *";
	}
	rest += strspn(rest, " \t");
	if (strncmp(rest, "until=", 6) == 0 && !read_day(next_word(&rest) + 6, &out_rule->until_ns))
		return "until= wants a day such as 2026-12-31";
	rest += strspn(rest, " \t");
	if (!*rest)
		return "a reason is missing at the end";
	snprintf(out_rule->reason, sizeof(out_rule->reason), "%s", rest);
	return NULL;
}

int mute_read(const char *file, const char *body, size_t len, const char *const names[FINDING_ID_COUNT], struct mute_list **out_list,
	struct fault *out_fault)
{
	struct mute_list *list = calloc(1, sizeof(*list));
	uint64_t number = 0;
	char line[512];

	if (!list)
		return -ENOMEM;
	for (size_t at = 0, line_len; at < len; at += line_len + 1) {
		const char *wrong;
		const char *newline = memchr(body + at, '\n', len - at);
		line_len = newline ? (size_t)(newline - (body + at)) : len - at;
		number++;
		if (line_len >= sizeof(line) || memchr(body + at, 0, line_len)) {
			wrong = "the line is longer than 511 bytes or holds a NUL";
			goto bad;
		}
		memcpy(line, body + at, line_len);
		line[line_len] = 0;
		line[strcspn(line, "#\r")] = 0;
		if (!line[strspn(line, " \t")])
			continue;
		wrong = list->count == MUTE_MAX ? "more than 1024 rules" : read_rule(line, names, &list->rules[list->count]);
		if (!wrong) {
			list->count++;
			continue;
		}
	bad:
		fault_set(out_fault, file, number, 0, "%s", wrong);
		mute_free(list);
		return -EINVAL;
	}
	*out_list = list;
	return 0;
}

void mute_free(struct mute_list *list)
{
	free(list);
}

/* IPv4 or not, link-local or not: a device has one of each as a matter of course. */
static int kind_of(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (memcmp(address, mapped, sizeof(mapped)) == 0)
		return address[12] == 169 && address[13] == 254;
	return 2 + (address[0] == 0xfe && (address[1] & 0xc0) == 0x80);
}

/* Who claims a neighbour's address has it behind his own: only the first of a kind tells who a device is. */
static bool is_own(const struct device *device, uint8_t index)
{
	for (uint8_t i = 0; i < index; i++)
		if (kind_of(device->addresses[i]) == kind_of(device->addresses[index]))
			return false;
	return true;
}

static bool is_who(const struct party *who, const struct finding *finding, const struct device *device)
{
	if (who->who == WHO_ANY)
		return true;
	if (who->who == WHO_PREFIX && finding->has_source && prefix_holds(&who->prefix, finding->source))
		return true;
	for (uint8_t i = 0; device && who->who == WHO_PREFIX && i < device->address_count; i++)
		if (prefix_holds(&who->prefix, device->addresses[i]) && is_own(device, i))
			return true;
	for (uint8_t i = 0; device && who->who == WHO_MAC && i < device->mac_count; i++)
		if (memcmp(who->mac, device->macs[i], 6) == 0)
			return true;
	return false;
}

/* The other end a finding speaks of, or NULL. */
static const uint8_t *target_of(const struct finding *finding)
{
	switch (finding->id) {
	case FINDING_SCAN:
		return finding->scan.target;
	case FINDING_BEACON:
		return finding->beacon.target;
	case FINDING_FLOOD:
	case FINDING_RECEIVES_FLOOD:
		return finding->flood.target;
	case FINDING_FORGED_SOURCE:
		return finding->forged.target;
	case FINDING_POLICY_VIOLATION:
		return finding->violation.peer;
	case FINDING_OPEN_SERVICE:
		return finding->service.asker;
	case FINDING_REACHED_FROM_INTERNET:
		return finding->reached.asker;
	case FINDING_REFLECTOR:
		return finding->reflector.victim;
	case FINDING_DEFAULT_PASSWORD:
	case FINDING_CLEARTEXT_LOGIN:
	case FINDING_LOGIN_GUESSING:
		return finding->login.peer;
	default:
		return NULL;
	}
}

/* How many leading bits all targets share with target_of(): a rule about some of them does not cover the others. */
static unsigned bits_of(const struct finding *finding)
{
	switch (finding->id) {
	case FINDING_SCAN:
		return finding->scan.kinds & SCAN_VERTICAL ? 128 : finding->scan.target_bits;
	case FINDING_FLOOD:
		return finding->flood.target_bits;
	case FINDING_RECEIVES_FLOOD:
		/* backscatter: one of many */
		return finding->flood.backscatter ? 0 : finding->flood.target_bits;
	case FINDING_FORGED_SOURCE:
		/* the first: the others are not kept */
		return 0;
	case FINDING_REFLECTOR:
		return finding->reflector.askers == 1 ? 128 : 0;
	default:
		return 128;
	}
}

static bool is_target(const struct party *target, const struct finding *finding)
{
	const uint8_t *address = target_of(finding);
	unsigned bits = bits_of(finding);

	if (target->who == WHO_ANY)
		return true;
	return address && bits && target->prefix.bits <= bits && prefix_holds(&target->prefix, address);
}

const char *mute_find(const struct mute_list *list, const struct finding *finding, const struct device *device)
{
	for (size_t i = 0; list && i < list->count; i++) {
		const struct rule *rule = &list->rules[i];
		if ((rule->finding == -1 || rule->finding == (int)finding->id) && finding->last_ns < rule->until_ns &&
			is_who(&rule->who, finding, device) && is_target(&rule->target, finding))
			return rule->reason;
	}
	return NULL;
}
