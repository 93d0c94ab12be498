/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names to addresses. The kernel binds what devices ask themselves; here the same names are asked for by the gateway, at the start and
 * before their time is over, from the configured resolvers alone, and each answer joins the set that the name follows. A member stays for
 * its TTL and the grace; where a resolver falls silent, what is there stays as long as it was promised, and the slit with it.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "engine/guard_room.h"
#include "wire/guard_case.h"

enum { DNS_PORT = 53, QUESTIONS_A_TICK = 32, ANSWERS_A_TURN = 64 };

/* ---- sockets ---- */

static bool is_four(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address, mapped, sizeof(mapped)) == 0;
}

static int open_socket(int family)
{
	return socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static void open_sockets(struct guard *guard)
{
	guard->watches[GUARD_WATCH_NAMES_4].descriptor = open_socket(AF_INET);
	guard->watches[GUARD_WATCH_NAMES_6].descriptor = open_socket(AF_INET6);
}

int guard_open_names(struct guard *guard)
{
	uint32_t max = guard->settings->guard.sizes.names;
	uint8_t key[16];
	uint64_t seed;

	if (getrandom(key, sizeof(key), 0) != sizeof(key) || getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return -EIO;
	/* -1 where the kernel has no such family; a demo asks nobody */
	if (!guard->demo)
		open_sockets(guard);
	return ask_new(max + GUARD_HOSTS_MAX, key, seed, &guard->ask);
}

void guard_close_names(struct guard *guard)
{
	for (unsigned i = GUARD_WATCH_NAMES_4; i <= GUARD_WATCH_NAMES_6; i++)
		if (guard->watches[i].descriptor >= 0)
			close(guard->watches[i].descriptor);
	ask_free(guard->ask);
}

static bool is_resolver(const struct guard *guard, const struct sockaddr_storage *from)
{
	uint8_t address[16];

	if (endpoint_read((const struct sockaddr *)from, address) != DNS_PORT)
		return false;
	for (uint32_t i = 0; i < guard->config.resolvers_count; i++)
		if (memcmp(guard->config.resolvers[i], address, sizeof(address)) == 0)
			return true;
	return false;
}

/*
 * The resolvers take turns: one that is silent delays a name by one try, and stops nothing. Those that a person named stand first in the list
 * and are asked alone; the gateway's other addresses behind them may have no server.
 */
void guard_ask_names(struct guard *guard)
{
	uint32_t named = guard->settings->guard.resolver_count, count = named ? named : guard->config.resolvers_count, len;
	uint8_t message[ASK_MESSAGE_MAX];

	for (unsigned i = 0; i < QUESTIONS_A_TICK && count; i++) {
		const uint8_t *resolver = guard->config.resolvers[guard->resolver_turn % count];
		struct sockaddr_storage to;
		socklen_t to_len = endpoint_name(resolver, DNS_PORT, &to);
		int descriptor = guard->watches[is_four(resolver) ? GUARD_WATCH_NAMES_4 : GUARD_WATCH_NAMES_6].descriptor;

		len = ask_next(guard->ask, guard->now_ns, message);
		if (!len)
			return;
		guard->resolver_turn++;
		/* what cannot be sent is as good as unanswered: it is tried again */
		if (descriptor >= 0)
			(void)!sendto(descriptor, message, len, 0, (struct sockaddr *)&to, to_len);
	}
}

static uint64_t digest_of(const struct guard *guard, const char *name)
{
	uint8_t wire[256];
	uint32_t len = ask_name(name, wire);

	return len ? fw_guard_name_digest(&guard->config, wire, len) : 0;
}

/* What no name may mean is left out, as the kernel does; each name has its share there. */
static void join(struct guard *guard, const struct ask_answer *answer)
{
	uint64_t until_ns = guard->now_ns + answer->ttl_s * FW_NS_PER_S + guard->config.grace_ns, digest = digest_of(guard, answer->name);
	uint32_t set = answer->set & ~FW_NAME_LOCAL;

	for (uint32_t i = 0; i < answer->count; i++) {
		struct fw_guard_address of = fw_guard_address_of(answer->addresses[i]);
		if (!fw_guard_may_bind(&guard->config, &of, answer->set & FW_NAME_LOCAL))
			guard->names_refused++;
		else if (plane_guard_name_bind(guard->plane, digest, set, answer->addresses[i], until_ns) == -ENOSPC)
			guard->members_full = true;
	}
}

void guard_hear_names(struct guard *guard, unsigned watch)
{
	uint8_t message[4096];

	for (unsigned i = 0; i < ANSWERS_A_TURN; i++) {
		struct sockaddr_storage from = {0};
		socklen_t from_len = sizeof(from);
		struct ask_answer answer;
		ssize_t len = recvfrom(guard->watches[watch].descriptor, message, sizeof(message), 0, (struct sockaddr *)&from, &from_len);
		if (len < 0 && errno != EINTR && errno != ECONNREFUSED)
			return;
		if (len <= 0 || !is_resolver(guard, &from))
			continue;
		if (ask_hear(guard->ask, message, (uint32_t)len, guard->now_ns, &answer) == FW_READ_OK)
			join(guard, &answer);
	}
}

/* ---- which names ---- */

/* First all are only marked, so that those of before that nobody marks make room for new ones. */
static void mark_name(struct guard *guard, const char *name, uint32_t set)
{
	uint64_t digest = digest_of(guard, name);

	if (!digest || !set)
		return;
	(void)ask_want(guard->ask, name, set);
	if (guard->digest_count < guard->digest_room)
		guard->digests[guard->digest_count++] = digest;
}

static void follow_name(struct guard *guard, const char *name, uint32_t set)
{
	uint64_t digest = digest_of(guard, name);

	if (!digest || !set)
		return;
	if (plane_guard_name_add(guard->plane, digest, set) == -ENOSPC || ask_want(guard->ask, name, set) == -ENOSPC)
		guard_say(guard, "the table of names is full: guard.sizes.names is too small");
}

static void mark_set(void *context, const struct policy_set *set)
{
	mark_name(context, set->text, set->number);
}

static void follow_set(void *context, const struct policy_set *set)
{
	follow_name(context, set->text, set->number);
}

static int by_digest(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* Names of before that nobody follows now. */
static void forget_names(struct guard *guard, const uint64_t *before, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (!bsearch(&before[i], guard->digests, guard->digest_count, sizeof(uint64_t), by_digest))
			plane_guard_name_remove(guard->plane, before[i]);
}

/*
 * A name that a policy and the configuration's update hosts both follow belongs to the policy's set in the kernel; its addresses join both by
 * what is asked from here.
 */
void guard_bind_names(struct guard *guard)
{
	const struct settings_guard *settings = &guard->settings->guard;
	uint64_t *before = guard->digests;
	uint32_t before_count = guard->digest_count, room = settings->sizes.names + GUARD_HOSTS_MAX;

	guard->digests = calloc(room, sizeof(*guard->digests));
	guard->digest_count = 0;
	guard->digest_room = guard->digests ? room : 0;
	for (uint32_t i = 0; i < settings->update_host_count; i++)
		mark_name(guard, settings->update_hosts[i], guard->of.slit | FW_NAME_LOCAL);
	policy_each_set(guard->sets, POLICY_SET_NAME, mark_set, guard);
	ask_sweep(guard->ask);
	if (guard->digests) {
		qsort(guard->digests, guard->digest_count, sizeof(uint64_t), by_digest);
		forget_names(guard, before, before_count);
		free(before);
	} else {
		guard->digests = before;
		guard->digest_count = before_count;
	}
	for (uint32_t i = 0; i < settings->update_host_count; i++)
		follow_name(guard, settings->update_hosts[i], guard->of.slit | FW_NAME_LOCAL);
	policy_each_set(guard->sets, POLICY_SET_NAME, follow_set, guard);
	ask_sweep(guard->ask);
}
