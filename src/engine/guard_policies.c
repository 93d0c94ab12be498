/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MUD files to rules that hold. Files are read whole before anything changes; set numbers, names and rules follow from them; then all rules are
 * compiled into the half that nobody reads, and one switch makes them hold. Devices with the same file share its rules.
 *
 * What is new waits for its names (GUARD_SETTLE_S at most, and what held before holds so long): a policy that holds before its names have
 * addresses would cut connections that it allows. Where the configuration says fail: closed it does not wait.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "engine/guard_room.h"
#include "wire/siphash.h"

#define SETS_KEPT "guard sets"
#define ANEW_EVERY_NS (2 * FW_NS_PER_S)

enum { SET_TEXT_MAX = 256, FIRST_ROOM = 16 };

/* ---- files ---- */

struct first_error {
	struct fault *fault;
	const char *file;
	char *why;
};

static void hear_fault(void *context, const struct mud_fault *fault)
{
	struct first_error *first = context;

	if (fault->grade != MUD_ERROR || first->why[0])
		return;
	snprintf(first->why, GUARD_SENTENCE_MAX, "%.60s%s%.180s", fault->path, fault->path[0] ? ": " : "", fault->sentence);
	fault_set(first->fault, first->file, fault->line, 0, "%s", first->why);
}

static struct guard_policy *add_policy(struct guard_policies *policies, const char *file)
{
	struct guard_policy *policy;

	if (policies->count == policies->room) {
		uint32_t room = policies->room ? policies->room * 2 : FIRST_ROOM;
		struct guard_policy *grown = realloc(policies->list, room * sizeof(*grown));
		if (!grown)
			return NULL;
		policies->list = grown;
		policies->room = room;
	}
	policy = &policies->list[policies->count++];
	memset(policy, 0, sizeof(*policy));
	snprintf(policy->file, sizeof(policy->file), "%s", file);
	return policy;
}

static void note_url(struct guard_policy *policy)
{
	const char *url = policy_head(policy->mud)->url;

	if (policy_url_read((const uint8_t *)url, strlen(url), policy->url))
		snprintf(policy->url, sizeof(policy->url), "%s", url);
	for (uint32_t i = 0; i < policy_ace_count(policy->mud); i++)
		policy->names += policy_ace_at(policy->mud, i)->remote == MUD_DNS_NAME;
}

/* 0, -ENOMEM; another error: it cannot be used, policy->why and the fault say why. */
static int read_policy(struct guard_policy *policy, struct fault *out_fault)
{
	struct first_error first = {out_fault, policy->file, policy->why};
	struct mud_ear ear = {hear_fault, &first};
	char *body;
	size_t len;
	int error = fetch_file(policy->file, GUARD_MUD_FILE_MAX, &body, &len, out_fault);

	if (error) {
		snprintf(policy->why, sizeof(policy->why), "%s", out_fault->sentence);
		return error;
	}
	error = policy_read(body, len, &ear, &policy->mud);
	free(body);
	if (!error)
		note_url(policy);
	return error;
}

static int take_file(struct guard_policies *policies, const char *file, bool strict, struct fault *out_fault)
{
	struct guard_policy *policy;
	struct fault fault = {0};
	int error;

	for (uint32_t i = 0; i < policies->count; i++)
		if (strcmp(policies->list[i].file, file) == 0)
			return 0;
	if (policies->count == GUARD_POLICIES_MAX) {
		fault_set(out_fault, file, 0, 0, "is one MUD file more than are read (%d)", GUARD_POLICIES_MAX);
		return -E2BIG;
	}
	policy = add_policy(policies, file);
	if (!policy)
		return -ENOMEM;
	error = read_policy(policy, &fault);
	if (error == -ENOMEM || (error && strict)) {
		*out_fault = fault;
		return error;
	}
	return 0;
}

static int is_mud_file(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0;
}

/* In the order of their names, so that of two files for one URL always the same one holds. */
static int read_folder(const char *folder, struct guard_policies *policies, bool strict, struct fault *out_fault)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_mud_file, alphasort), error = count < 0 ? -errno : 0;

	if (error)
		fault_set(out_fault, folder, 0, 0, "its MUD files cannot be read: %s", strerror(-error));
	for (int i = 0; i < count; i++) {
		char path[GUARD_URL_MAX];
		if (!error && (size_t)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name) < sizeof(path))
			error = take_file(policies, path, strict, out_fault);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return error;
}

int guard_read_policies(const struct settings *settings, bool strict, struct guard_policies *out_policies, struct fault *out_fault)
{
	struct guard_policies policies = {0};
	int error = settings->guard.mud[0] ? read_folder(settings->guard.mud, &policies, strict, out_fault) : 0;

	for (uint32_t i = 0; i < settings->guard.device_count && !error; i++)
		if (settings->guard.devices[i].mud[0] == '/')
			error = take_file(&policies, settings->guard.devices[i].mud, strict, out_fault);
	if (error)
		guard_free_policies(&policies);
	else
		*out_policies = policies;
	return error;
}

void guard_free_policies(struct guard_policies *policies)
{
	for (uint32_t i = 0; i < policies->count; i++)
		policy_free(policies->list[i].mud);
	free(policies->list);
	*policies = (struct guard_policies){0};
}

/* ---- who has which ---- */

uint32_t guard_find_policy(const struct guard_policies *policies, const char *url_or_file)
{
	for (uint32_t i = 0; i < policies->count; i++) {
		const struct guard_policy *policy = &policies->list[i];
		if (policy->mud && strcmp(*url_or_file == '/' ? policy->file : policy->url, url_or_file) == 0)
			return i + 1;
	}
	return 0;
}

bool guard_assign_policy(struct guard *guard, struct roster_device *device)
{
	const struct settings_device *named = guard_settings_of(guard, device);
	struct guard_policies *policies = &guard->policies;
	uint32_t before = device->policy, wanted;
	bool has_room;

	device->url_by_user = named && named->mud[0];
	if (device->url_by_user) {
		wanted = guard_find_policy(policies, named->mud);
		if (wanted || named->mud[0] != '/')
			snprintf(device->url, sizeof(device->url), "%s", wanted ? policies->list[wanted - 1].url : named->mud);
	} else {
		wanted = device->url[0] ? guard_find_policy(policies, device->url) : 0;
	}
	has_room = !wanted || guard_use_policy(guard, &policies->list[wanted - 1]);
	device->policy = has_room ? wanted : 0;
	if (device->policy)
		device->lasting = true;
	if (device->policy != before)
		guard->publish = true;
	return has_room;
}

static void assign_one(void *context, struct roster_device *device)
{
	guard_assign_policy(context, device);
}

/* ---- sets ---- */

struct kept_set {
	uint32_t number, kind;
	char text[SET_TEXT_MAX];
};

struct keeping {
	struct kept_set *list;
	uint32_t count, room;
};

static void keep_set(void *context, const struct policy_set *set)
{
	struct keeping *keeping = context;
	struct kept_set *kept = &keeping->list[keeping->count];

	if (keeping->count == keeping->room)
		return;
	*kept = (struct kept_set){.number = set->number, .kind = (uint32_t)set->kind};
	snprintf(kept->text, sizeof(kept->text), "%s", set->text);
	keeping->count++;
}

void guard_keep_sets(struct guard *guard)
{
	uint32_t room = guard->settings->guard.sizes.names + GUARD_POLICIES_MAX;
	struct keeping keeping = {.list = calloc(room, sizeof(struct kept_set)), .room = room};
	struct fault fault = {0};
	uint64_t digest;

	if (!keeping.list)
		return;
	for (unsigned kind = 0; kind < POLICY_SET_KIND_COUNT; kind++)
		policy_each_set(guard->sets, (enum policy_set_kind)kind, keep_set, &keeping);
	/* most compilations change no set: then nothing is written */
	digest = fw_siphash((const uint8_t *)guard->config.key, keeping.list, keeping.count * sizeof(struct kept_set)) | 1;
	if (digest == guard->sets_kept) {
		free(keeping.list);
		return;
	}
	if (store_keep(
		    guard->store, SETS_KEPT, keeping.list, keeping.count * sizeof(struct kept_set), guard->wall_ns / FW_NS_PER_S, &fault))
		guard_say(guard, "%s; after a restart names are resolved anew", fault.sentence);
	else
		guard->sets_kept = digest;
	free(keeping.list);
}

static int by_number(const void *left, const void *right)
{
	const struct kept_set *a = left, *b = right;

	return (a->number > b->number) - (a->number < b->number);
}

/* The same numbers as before, gaps filled with sets that nobody asks for: the next sweep forgets them. */
static void make_again(struct guard *guard, struct kept_set *list, size_t count)
{
	uint32_t next = count ? list[0].number : 0;

	for (size_t i = 0; i < count; i++) {
		for (; next < list[i].number; next++) {
			char gap[32];
			snprintf(gap, sizeof(gap), "gap %u", next);
			if (!policy_set(guard->sets, POLICY_SET_CONTROLLER, gap))
				return;
		}
		list[i].text[SET_TEXT_MAX - 1] = 0;
		if (list[i].kind < POLICY_SET_KIND_COUNT)
			policy_set(guard->sets, (enum policy_set_kind)list[i].kind, list[i].text);
		next++;
	}
}

static int random_number(uint32_t *out)
{
	if (getrandom(out, sizeof(*out), 0) != sizeof(*out))
		return -EIO;
	*out = *out % (1u << 30) + 1;
	return 0;
}

int guard_open_sets(struct guard *guard)
{
	/* sets, those that stay known for a while, and gaps */
	uint32_t max = 2 * guard->settings->guard.sizes.names + 2 * GUARD_POLICIES_MAX, first = 0;
	struct kept_set *kept = NULL;
	uint64_t kept_s;
	uint8_t key[16];
	size_t len = 0, count;
	bool sound;
	int error = random_number(&first);

	if (!error && guard->took_over && store_recall(guard->store, SETS_KEPT, (void **)&kept, &len, &kept_s))
		len = 0;
	count = len / sizeof(*kept);
	if (count)
		qsort(kept, count, sizeof(*kept), by_number);
	sound = count && kept[count - 1].number - kept[0].number < max / 2 && kept[0].number;
	if (!error && getrandom(key, sizeof(key), 0) != sizeof(key))
		error = -EIO;
	if (!error)
		error = policy_sets_new(max, sound ? kept[0].number : first, key, &guard->sets);
	if (!error && sound)
		make_again(guard, kept, count);
	free(kept);
	return error;
}

static void fill_set(struct guard *guard, uint32_t set, const uint8_t (*addresses)[16], uint32_t count)
{
	for (uint32_t i = 0; i < count && set; i++)
		if (plane_guard_member_add(guard->plane, set, addresses[i], PLANE_GUARD_FOR_GOOD) == -ENOSPC)
			guard_say(guard, "the table of addresses in sets is full: guard.sizes.members is too small");
}

static void bind_controller(struct guard *guard, const struct settings_controller *controller)
{
	static const enum policy_set_kind kinds[] = {POLICY_SET_CONTROLLER, POLICY_SET_MY_CONTROLLER};

	for (unsigned i = 0; i < 2; i++) {
		uint32_t set = policy_set_find(guard->sets, kinds[i], controller->name);
		fill_set(guard, set, controller->addresses, controller->address_count);
	}
}

/* Whoever names resolvers or time servers means them, and no others. */
static void bind_defaults(struct guard *guard)
{
	const struct settings_guard *settings = &guard->settings->guard;
	struct guard_sets *of = &guard->of;

	*of = (struct guard_sets){0};
	for (uint32_t i = 0; i < settings->controller_count; i++) {
		const char *name = settings->controllers[i].name;
		if (strcmp(name, "urn:ietf:params:mud:dns") == 0)
			of->dns = policy_set(guard->sets, POLICY_SET_CONTROLLER, name);
		if (strcmp(name, "urn:ietf:params:mud:ntp") == 0)
			of->ntp = policy_set(guard->sets, POLICY_SET_CONTROLLER, name);
	}
	if (settings->resolver_count)
		of->dns = policy_set(guard->sets, POLICY_SET_CONTROLLER, "urn:ietf:params:mud:dns");
	if (settings->ntp_count)
		of->ntp = policy_set(guard->sets, POLICY_SET_CONTROLLER, "urn:ietf:params:mud:ntp");
	/* in quarantine nobody's port 123 is open that no person and no DHCP server has named */
	of->time = of->ntp ? of->ntp : policy_set(guard->sets, POLICY_SET_CONTROLLER, "time servers of DHCP");
	if (settings->update_host_count)
		of->slit = policy_set(guard->sets, POLICY_SET_CONTROLLER, "update hosts of the configuration");
	fill_set(guard, of->dns, settings->resolvers, settings->resolver_count);
	fill_set(guard, of->dns, guard->config.held, settings->resolver_count ? guard->config.held_count : 0);
	fill_set(guard, of->ntp, settings->ntp, settings->ntp_count);
}

/*
 * A first compilation into nowhere numbers all sets, so that members can join before the rules hold. They have room: guard_fit_policies() has
 * seen to it, and guard->sets holds twice as much, for what is forgotten only behind this.
 */
static void number_sets(struct guard *guard)
{
	uint32_t room = guard->settings->guard.sizes.rules, count;
	struct fw_rule *rules = calloc(room, sizeof(*rules));
	int error = rules ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < guard->policies.count && !error; i++) {
		const struct guard_policy *policy = &guard->policies.list[i];
		if (policy->fits)
			error = policy_rules(policy->mud, guard->sets, rules, room, &count);
	}
	if (error)
		guard_say(
			guard, "names of policies could not be numbered (%s): some are asked for only when devices ask", strerror(-error));
	free(rules);
}

void guard_bind_policies(struct guard *guard)
{
	const struct settings_guard *settings = &guard->settings->guard;

	/*
	 * What the rules of before asked for says nothing of what those to come do: else its names would stay followed, and take their room. But it is
	 * forgotten only when those have asked: whoever is in both keeps its number, and so all that is bound to it.
	 */
	policy_sets_unask(guard->sets);
	number_sets(guard);
	bind_defaults(guard);
	policy_sets_sweep(guard->sets);
	for (uint32_t i = 0; i < settings->controller_count; i++)
		bind_controller(guard, &settings->controllers[i]);
	guard->config.set_dns = guard->of.dns;
	guard->config.set_ntp = guard->of.ntp;
	guard->config.set_time = guard->of.time;
	roster_each(guard->roster, assign_one, guard);
	guard_bind_names(guard);
	guard->publish = true;
}

/* ---- switching ---- */

struct compiling {
	struct guard *guard;
	struct plane_guard_half half;
	uint32_t used; /* rules */
	int error;
};

/* Rules of each policy that some device has, once. One that has no room, for whatever reason, makes all of before hold: never a part. */
static void compile(struct compiling *compiling, struct guard_policy *policy)
{
	uint32_t room = compiling->half.rule_count - compiling->used, count = 0;

	compiling->error = policy_rules(policy->mud, compiling->guard->sets, compiling->half.rules + compiling->used, room, &count);
	if (compiling->error)
		return;
	policy->first = compiling->used;
	policy->rules = count;
	compiling->used += count;
}

static void place_policy(void *context, struct roster_device *device)
{
	struct compiling *compiling = context;
	struct guard_policy *policy = device->policy ? &compiling->guard->policies.list[device->policy - 1] : NULL;

	if (compiling->error || !policy || !device->place || device->place >= compiling->half.place_count)
		return;
	if (!policy->devices++)
		compile(compiling, policy);
	compiling->half.policies[device->place] =
		(struct fw_guard_policy){.first = policy->first, .count = policy->rules, .flags = FW_POLICY_DEFAULTS};
}

/* Who has none any more is freed first; who has one from now on is bound last: nobody is judged by rules that are not there. */
static void unbind_one(void *context, struct roster_device *device)
{
	struct guard *guard = context;

	if (device->place && !device->policy)
		plane_guard_device_flags(guard->plane, device->place, FW_DEVICE_POLICY, 0);
}

static void bind_one(void *context, struct roster_device *device)
{
	struct guard *guard = context;

	if (!device->place)
		return;
	guard_decide_device(guard, device);
	if (device->policy)
		plane_guard_device_flags(guard->plane, device->place, 0, FW_DEVICE_POLICY);
}

static int publish(struct guard *guard)
{
	struct compiling compiling = {.guard = guard};
	int error = plane_guard_half(guard->plane, &compiling.half);

	if (error)
		return error;
	for (uint32_t i = 0; i < guard->policies.count; i++)
		guard->policies.list[i].devices = 0;
	roster_each(guard->roster, place_policy, &compiling);
	if (compiling.error)
		return compiling.error;
	roster_each(guard->roster, unbind_one, guard);
	error = plane_guard_config_policies(guard->plane, &guard->config, guard->anew);
	if (error)
		return error;
	roster_each(guard->roster, bind_one, guard);
	return 0;
}

/* Somebody has a policy that had no room so far: it may have some, as others left. Not often: whoever sends URLs without end costs no more than that. */
static void fit_again(struct guard *guard)
{
	struct fault fault = {0};

	if (!guard->fit_due || guard->now_ns - guard->fitted_ns < ANEW_EVERY_NS)
		return;
	guard->fit_due = false;
	guard->fitted_ns = guard->now_ns;
	if (guard_fit_policies(guard, guard->settings, &guard->policies, false, &fault))
		return;
	if (!guard->publish)
		guard->publish_by_ns = guard->now_ns + GUARD_SETTLE_S * FW_NS_PER_S;
	guard_tell_unfit(guard);
	guard_bind_policies(guard);
}

void guard_tick_policies(struct guard *guard)
{
	int error;

	fit_again(guard);

	/* all devices together not more often than once in two seconds */
	if (guard->anew_by_ns && guard->now_ns >= guard->anew_by_ns && guard->now_ns - guard->anew_ns >= ANEW_EVERY_NS) {
		guard->publish = guard->anew = true;
		guard->anew_by_ns = 0;
		guard->anew_ns = guard->now_ns;
	}
	if (!guard->publish || guard->now_ns < guard->again_ns)
		return;
	if (!guard->settings->guard.fail_closed && guard->now_ns < guard->publish_by_ns && !ask_settled(guard->ask))
		return;
	error = publish(guard);
	if (error) {
		guard_say(guard, "policies cannot be given to the kernel, those of before hold: %s", strerror(-error));
		guard->again_ns = guard->now_ns + FW_NS_PER_S;
		return;
	}
	guard->publish = guard->anew = false;
	guard->published = true;
	guard_keep_sets(guard);
}
