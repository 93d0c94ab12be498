/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/manager.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { US_NS = 1000 };

/* The whole of it, or 0: digits and nothing else. */
static uint64_t number_of(const char *variable)
{
	const char *word = getenv(variable);
	char *end;
	uint64_t number;

	if (!word || *word < '0' || *word > '9')
		return 0;
	errno = 0;
	number = strtoull(word, &end, 10);
	return errno || *end || number > UINT64_MAX / US_NS ? 0 : number;
}

struct manager manager_find(void)
{
	uint64_t process = number_of("WATCHDOG_PID");
	struct manager manager = {0};

	/* it may have been meant for who started us */
	if (!getenv("WATCHDOG_PID") || process == (uint64_t)getpid())
		manager.watch_ns = number_of("WATCHDOG_USEC") * US_NS;
	return manager;
}

void manager_tell(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t len = path ? strlen(path) : 0;
	int descriptor;

	if (len < 2 || len >= sizeof(to.sun_path) || (*path != '/' && *path != '@'))
		return;
	memcpy(to.sun_path, path, len);
	if (*path == '@')
		to.sun_path[0] = 0;
	descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor < 0)
		return;
	sendto(descriptor, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(descriptor);
}

void manager_tell_reloading(uint64_t now_ns)
{
	char state[64];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, now_ns / US_NS);
	manager_tell(state);
}

void manager_tick(struct manager *manager, uint64_t now_ns)
{
	if (!manager->watch_ns || now_ns - manager->heard_ns < manager->watch_ns / 2)
		return;
	manager->heard_ns = now_ns;
	manager_tell("WATCHDOG=1");
}
