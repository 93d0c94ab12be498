/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A day in a minute, for the whole of a daemon: preloaded, it is the clock. Where the process's first thread would wait for so long and nothing
 * happens, so long has passed. Nothing else is different: the loop, its ticks and timers, and all that goes by either clock are the
 * real ones, in the order that a day would have. After each FAST_CLOCK_SPAN_S of it the process stops (SIGSTOP), so that it can be measured;
 * after FAST_CLOCK_SPANS of them time passes as it does, and it does not stop any more.
 *
 * Where FAST_CLOCK_AHEAD names a file, none of this happens: the steady clock alone is ahead, by the nanoseconds in its first 8 bytes
 * (of this machine's order), which may be written at any time.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull

static _Atomic uint64_t passed_ns; /* more than has really passed */
static uint64_t begun_ns, spans;
static bool over;
static const _Atomic uint64_t *ahead_ns; /* mapped, or NULL */

__attribute__((constructor)) static void map_ahead(void)
{
	const char *name = getenv("FAST_CLOCK_AHEAD");
	int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
	void *memory = name ? mmap(NULL, sizeof(*ahead_ns), PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;

	if (name && memory == MAP_FAILED)
		abort(); /* a test that asked for it must not go on without */
	ahead_ns = name ? memory : NULL;
	over = name != NULL;
	if (file >= 0)
		close(file);
}

static uint64_t real_ns(clockid_t clock)
{
	struct timespec now = {0};

	syscall(SYS_clock_gettime, clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	bool counts = clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID || clock < 0;
	uint64_t now_ns = real_ns(clock) + (counts ? 0 : passed_ns);

	if (ahead_ns && clock == CLOCK_MONOTONIC)
		now_ns += *ahead_ns;
	*out = (struct timespec){.tv_sec = (time_t)(now_ns / NS_PER_S), .tv_nsec = (long)(now_ns % NS_PER_S)};
	return 0;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone __attribute__((unused)))
{
	uint64_t now_ns = real_ns(CLOCK_REALTIME) + passed_ns;

	*out = (struct timeval){.tv_sec = (time_t)(now_ns / NS_PER_S), .tv_usec = (suseconds_t)(now_ns % NS_PER_S / 1000)};
	return 0;
}

time_t time(time_t *out)
{
	time_t now = (time_t)((real_ns(CLOCK_REALTIME) + passed_ns) / NS_PER_S);

	if (out)
		*out = now;
	return now;
}

static uint64_t number_of(const char *name)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : 1;
}

static void stop_at_spans(void)
{
	uint64_t now_ns = real_ns(CLOCK_MONOTONIC) + passed_ns;

	if (!begun_ns)
		begun_ns = now_ns;
	if (now_ns - begun_ns < (spans + 1) * number_of("FAST_CLOCK_SPAN_S") * NS_PER_S)
		return;
	over = ++spans >= number_of("FAST_CLOCK_SPANS");
	raise(SIGSTOP);
}

static int wait_for(int epoll, struct epoll_event *events, int most, int timeout_ms, const sigset_t *mask)
{
	static int (*real)(int, struct epoll_event *, int, int, const sigset_t *);
	bool first = syscall(SYS_gettid) == getpid();
	int count;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "epoll_pwait");
	if (!first || over || timeout_ms <= 0)
		return real(epoll, events, most, timeout_ms, mask);
	count = real(epoll, events, most, 0, mask);
	if (!count)
		passed_ns += (uint64_t)timeout_ms * 1000000u;
	stop_at_spans();
	return count;
}

int epoll_pwait(int epoll, struct epoll_event *events, int most, int timeout_ms, const sigset_t *mask)
{
	return wait_for(epoll, events, most, timeout_ms, mask);
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms)
{
	return wait_for(epoll, events, most, timeout_ms, NULL);
}
