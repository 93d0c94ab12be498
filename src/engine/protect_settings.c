/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From settings to what the kernel's program reads. */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/endpoint.h"
#include "engine/protect_room.h"

/* A wider prefix has so many times as much, where nobody says otherwise: Knot's module rrl. */
static const uint32_t times_4[FW_LEVELS_4] = {1, 32, 256, 768}, times_6[FW_LEVELS_6] = {1, 2, 3, 4, 64};

static struct fw_bucket_rule rule_of(struct settings_rate rate, uint64_t times)
{
	uint64_t wide = rate.rate * times, burst = rate.burst * times;

	/* a question costs two units of a prefix's budget: a burst below that would let nothing through */
	burst = burst < 2 ? 2 : burst;
	return fw_bucket_rule_of(wide > UINT32_MAX ? UINT32_MAX : (uint32_t)wide, burst > UINT32_MAX ? UINT32_MAX : (uint32_t)burst);
}

static void fill_levels(struct fw_level_rules *rules, const struct settings_levels *levels)
{
	if (!levels->one.rate)
		return;
	for (unsigned i = 0; i < FW_LEVELS_4; i++)
		rules->four[i] = rule_of(levels->one, levels->four[0] ? levels->four[i] : times_4[i]);
	for (unsigned i = 0; i < FW_LEVELS_6; i++)
		rules->six[i] = rule_of(levels->one, levels->six[0] ? levels->six[i] : times_6[i]);
}

static void fill_rate(struct fw_bucket_rule *rule, struct settings_rate rate)
{
	if (rate.rate)
		*rule = rule_of(rate, 1);
}

static void fill_budgets(struct fw_shield_config *config, const struct settings_budgets *budgets)
{
	budget_fill(budgets->capacity, config);
	fill_levels(&config->total, &budgets->total);
	fill_levels(&config->unknown, &budgets->unknown);
	fill_levels(&config->possible, &budgets->possible);
	fill_levels(&config->truncated, &budgets->truncated);
	fill_rate(&config->proven, budgets->proven);
	fill_rate(&config->proven_unknown, budgets->proven_unknown);
	fill_rate(&config->words[FW_WORD_SHARE], budgets->share);
	fill_rate(&config->words[FW_WORD_FOREIGN], budgets->foreign);
	fill_rate(&config->words[FW_WORD_TRUNCATED], budgets->truncated_all);
	fill_rate(&config->words[FW_WORD_ICMP], budgets->icmp);
	config->proven_ns = budgets->proven_s * FW_NS_PER_S;
	config->asked_ns = budgets->asked_s * FW_NS_PER_S;
}

/* Which filters act: what a person says, or else what was measured last. */
static void fill_stance(struct protect *protect)
{
	const struct settings *settings = protect->settings;
	const struct stance *stance = &protect->stance;
	struct fw_shield_config *config = &protect->config;
	bool fixed = settings->stance_fixed, defend = settings->stance == FW_STANCE_DEFEND;

	memset(config->acting, 1, sizeof(config->acting));
	config->stance = (uint8_t)(fixed ? settings->stance : stance->stance);
	config->acting[FW_FILTER_NAMES] = fixed ? defend : stance->names.acting;
	config->acting[FW_FILTER_BUDGETS] = fixed ? defend : stance->budgets.acting;
	config->acting[FW_FILTER_ONLY_DNS] = config->stance == FW_STANCE_DEFEND; /* whatever made it defend */
}

static void see_bypass(void *context, const struct decision *decision)
{
	*(bool *)context |= decision->kind == DECISION_BYPASS;
}

bool protect_fill_modes(struct protect *protect)
{
	bool bypass = false;

	store_each_decision(protect->store, see_bypass, &bypass);
	for (unsigned i = 0; i < FW_FILTER_COUNT; i++)
		protect->config.mode[i] = (uint8_t)(bypass ? FW_MODE_OFF : protect->settings->mode[i]);
	return bypass;
}

void protect_fill_config(struct protect *protect)
{
	const struct settings *settings = protect->settings;
	struct fw_shield_config *config = &protect->config;

	fill_budgets(config, &settings->budgets);
	config->words[FW_WORD_SAMPLE] = fw_bucket_rule_of(settings->samples.rate, settings->samples.rate);
	config->generation++;
	config->dns_port = settings->dns_port;
	config->only_dns = settings->only_dns;
	protect->bypass = protect_fill_modes(protect);
	fill_stance(protect);
}

void protect_zone_rules(struct protect *protect, const struct protect_zone *of)
{
	const struct settings_budgets *budgets = &protect->settings->budgets;
	struct fw_zone zone = {0};

	budget_zone_usual(budgets->capacity, &of->usual, &zone);
	fill_rate(&zone.unknown_rule, budgets->zone_unknown);
	fill_rate(&zone.possible_rule, budgets->zone_possible);
	plane_zone_rules(protect->plane, of->place, zone.unknown_rule, zone.possible_rule);
}

/* ---- addresses ---- */

/* An address with a label of its own is told under that label: eth0:1. */
static bool is_of(const char *name, const char *interface)
{
	size_t len = strlen(interface);

	return strncmp(name, interface, len) == 0 && (!name[len] || name[len] == ':');
}

/* The first SETTINGS_PROTECTED_MAX of them; *out_left_out counts the others. */
static int interface_addresses(const char *interface, uint8_t out[][16], uint32_t *out_count, uint32_t *out_left_out)
{
	uint8_t address[16];
	struct ifaddrs *all;
	uint32_t count = 0, left_out = 0;

	if (getifaddrs(&all))
		return -errno;
	for (const struct ifaddrs *each = all; each; each = each->ifa_next) {
		if (!is_of(each->ifa_name, interface) || endpoint_read(each->ifa_addr, address) < 0)
			continue;
		if (count < SETTINGS_PROTECTED_MAX)
			memcpy(out[count++], address, sizeof(address));
		else
			left_out++;
	}
	freeifaddrs(all);
	*out_count = count;
	*out_left_out = left_out;
	return 0;
}

/* Told when it changes, not every five seconds. */
static void say_left_out(struct protect *protect, uint32_t left_out)
{
	if (left_out && left_out != protect->unprotected)
		protect_say(protect, "%s has %u addresses more than can be protected (%d): name those of the server under protected",
			protect->settings->interface, left_out, SETTINGS_PROTECTED_MAX);
	protect->unprotected = left_out;
}

int protect_fill_addresses(struct protect *protect, struct fault *out_fault)
{
	const struct settings *settings = protect->settings;
	uint8_t found[SETTINGS_PROTECTED_MAX][16];
	const uint8_t(*addresses)[16] = settings->protected_addresses;
	uint32_t count = settings->protected_count, left_out = 0;
	int error = 0;

	if (!count) {
		error = interface_addresses(settings->interface, found, &count, &left_out);
		addresses = (const uint8_t(*)[16])found;
	}
	say_left_out(protect, left_out);
	/* an interface that is down may have none for a while: better what was there than nothing */
	if (!error && !count && protect->config.generation > 1)
		return 0;
	if (!error)
		error = plane_protect(protect->plane, addresses, count);
	if (error)
		fault_set(out_fault, settings->interface, 0, 0, "its addresses cannot be protected: %s", strerror(-error));
	return error;
}
