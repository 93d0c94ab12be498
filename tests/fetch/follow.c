/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hidden secondary of nothing but the room itself and poll(2): what the daemon does, small enough to be watched.
 *
 * usage: follow ADDRESS PORT NOTIFY_PORT SECONDS KEY|- WATCHED ZONE...     KEY: ALGORITHM:NAME:SECRET
 *        follow file PATH ZONE                                             reads a zone file, prints records and time
 *
 * Prints a line for each thing that happens, times in milliseconds of the monotonic clock:
 *
 *	TIME loaded ZONE serial SERIAL records N bytes N took MS cpu MS watched 0|1
 *	TIME failed ZONE ERRNO PLACE: SENTENCE
 *	TIME polled ZONE serial SERIAL
 *	TIME notify VERDICT ZONE|- standing STANDING
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/prefix.h"
#include "fetch/fetch.h"

enum { JOBS_MAX = 8, ZONES = 4096 };

struct run {
	struct secondary_job job;
	struct transfer *transfer;
	uint64_t begun_ns, cpu_ns;
	uint64_t records;
	bool watched;
};

static struct {
	struct secondary *secondary;
	struct zone_name zones[ZONES], watched;
	struct transfer_setup setup;
	struct run runs[JOBS_MAX];
	int listener;
} here;

static struct fetch_time now(void)
{
	return (struct fetch_time){.steady_ns = clock_steady_ns(), .wall_s = (uint64_t)time(NULL)};
}

static uint64_t cpu_ns(void)
{
	struct timespec spent;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
	return (uint64_t)spent.tv_sec * 1000000000u + (uint64_t)spent.tv_nsec;
}

static const char *zone_words(uint32_t zone)
{
	static char text[ZONE_NAME_TEXT_MAX];

	return zone_name_text(text, &here.zones[zone]);
}

static double ms(uint64_t ns)
{
	return (double)ns / 1e6;
}

static int see_record(void *context, const uint8_t *owner, size_t len, uint16_t type)
{
	struct run *run = context;

	run->records++;
	if (len == here.watched.len && memcmp(owner, here.watched.wire, len) == 0)
		run->watched = true;
	return 0;
}

static void end_run(struct run *run, int result, const struct fault *fault)
{
	struct fetch_time at = now();
	struct secondary_end end = {.error = result < 0 ? result : 0};

	if (run->transfer) {
		struct transfer_counts counts = transfer_counts(run->transfer);
		end.soa = transfer_soa(run->transfer);
		if (result == TRANSFER_DONE && run->job.task == SECONDARY_LOAD)
			printf("%.3f loaded %s serial %u records %" PRIu64 " bytes %" PRIu64 " took %.1f cpu %.1f watched %d\n",
				ms(at.steady_ns), zone_words(run->job.zone), end.soa.serial, run->records, counts.bytes,
				ms(at.steady_ns - run->begun_ns), ms(cpu_ns() - run->cpu_ns), run->watched);
		else if (result == TRANSFER_DONE)
			printf("%.3f polled %s serial %u\n", ms(at.steady_ns), zone_words(run->job.zone), end.soa.serial);
	}
	if (result < 0)
		printf("%.3f failed %s %d %s: %s\n", ms(at.steady_ns), zone_words(run->job.zone), -result, fault->file, fault->sentence);
	fflush(stdout);
	transfer_close(run->transfer);
	run->transfer = NULL;
	secondary_done(here.secondary, run->job, &end, at.steady_ns);
	run->job.task = SECONDARY_NOTHING;
}

static void start_jobs(void)
{
	for (struct run *run = here.runs; run < here.runs + JOBS_MAX; run++) {
		struct fetch_time at = now();
		struct fault fault = {0};
		int error;
		if (run->job.task)
			continue;
		*run = (struct run){.job = secondary_next(here.secondary, at.steady_ns), .begun_ns = at.steady_ns, .cpu_ns = cpu_ns()};
		if (!run->job.task)
			return;
		here.setup.kind = run->job.task == SECONDARY_LOAD ? TRANSFER_ZONE : TRANSFER_SOA;
		here.setup.zone = here.zones[run->job.zone];
		here.setup.id++;
		here.setup.tell = (struct zone_tell){.record = see_record, .context = run};
		error = transfer_open(&here.setup, &at, &run->transfer, &fault);
		if (error)
			end_run(run, error, &fault);
	}
}

static void hear_notify(void)
{
	static const char *const standings[] = {"unloaded", "current", "fresh", "stale"};
	uint8_t bytes[2048], answer[NOTIFY_ANSWER_MAX];
	struct sockaddr_storage from;
	socklen_t from_len = sizeof(from);
	ssize_t len = recvfrom(here.listener, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &from_len);
	struct fetch_time at = now();
	enum notify_verdict verdict;
	uint32_t zone;
	size_t answer_len;

	if (len < 0)
		return;
	verdict = secondary_notify(here.secondary, bytes, (size_t)len, &at, &zone, answer, &answer_len);
	if (answer_len)
		sendto(here.listener, answer, answer_len, 0, (struct sockaddr *)&from, from_len);
	printf("%.3f notify %d %s standing %s\n", ms(at.steady_ns), verdict, zone == UINT32_MAX ? "-" : zone_words(zone),
		zone == UINT32_MAX ? "-" : standings[secondary_standing(here.secondary, zone, at.steady_ns)]);
	fflush(stdout);
}

static int wait_ms(uint64_t until_ns)
{
	uint64_t at = clock_steady_ns(), earliest = secondary_deadline(here.secondary, at);

	for (const struct run *run = here.runs; run < here.runs + JOBS_MAX; run++)
		if (run->transfer && transfer_deadline(run->transfer) < earliest)
			earliest = transfer_deadline(run->transfer);
	if (until_ns < earliest)
		earliest = until_ns;
	return earliest <= at ? 0 : (int)((earliest - at) / 1000000 + 1);
}

static void turn(uint64_t until_ns)
{
	struct pollfd watched[JOBS_MAX + 1] = {{.fd = here.listener, .events = POLLIN}};

	for (int i = 0; i < JOBS_MAX; i++) {
		const struct transfer *transfer = here.runs[i].transfer;
		watched[i + 1].fd = transfer ? transfer_fd(transfer) : -1;
		watched[i + 1].events = transfer && transfer_wants(transfer) == TRANSFER_WRITABLE ? POLLOUT : POLLIN;
	}
	if (poll(watched, JOBS_MAX + 1, wait_ms(until_ns)) < 0)
		return;
	if (watched[0].revents)
		hear_notify();
	for (struct run *run = here.runs; run < here.runs + JOBS_MAX; run++) {
		struct fetch_time at = now();
		struct fault fault = {0};
		int result = run->transfer ? transfer_step(run->transfer, &at, &fault) : 0;
		if (result)
			end_run(run, result, &fault);
	}
}

static int listen_at(const struct transfer_setup *server, uint16_t port)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int off = 0, descriptor = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(&six.sin6_addr, server->address, 16);
	if (descriptor < 0 || setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) ||
		bind(descriptor, (struct sockaddr *)&six, sizeof(six)))
		return -1;
	return descriptor;
}

static int read_key(char *text, struct zone_key **out, struct fault *fault)
{
	char *name = strchr(text, ':'), *secret = name ? strchr(name + 1, ':') : NULL;

	if (!secret)
		return -EINVAL;
	*name++ = 0;
	*secret++ = 0;
	return zone_key_new(text, name, secret, out, fault);
}

static int read_file(const char *path, const char *zone)
{
	struct run run = {.begun_ns = clock_steady_ns(), .cpu_ns = cpu_ns()};
	const struct zone_tell tell = {.record = see_record, .context = &run};
	struct zone_soa soa;
	struct fault fault = {0};
	int error = zone_name_read(zone, &here.zones[0], &fault);

	if (!error)
		error = zone_file_read(path, &here.zones[0], NULL, &tell, &soa, &fault);
	if (error)
		printf("failed %d %s:%" PRIu64 ": %s\n", -error, fault.file, fault.line, fault.sentence);
	else
		printf("read serial %u records %" PRIu64 " took %.1f cpu %.1f\n", soa.serial, run.records,
			ms(clock_steady_ns() - run.begun_ns), ms(cpu_ns() - run.cpu_ns));
	return error ? 1 : 0;
}

/* Polls faster than a daemon would, so that a test need not wait. */
static int prepare(char **argv, uint32_t count, struct zone_key **key, struct fault *fault)
{
	const struct secondary_setup setup = {
		.zones_max = count, .transfers_max = 2, .poll_floor_ns = 300000000, .poll_ceiling_ns = 300000000, .retry_ns = 100000000};
	struct prefix server;
	uint32_t number;

	if (prefix_read(argv[0], &server) || secondary_new(&setup, &here.secondary) ||
		(strcmp(argv[4], "-") && read_key(argv[4], key, fault)) || zone_name_read(argv[5], &here.watched, fault))
		return -1;
	memcpy(here.setup.address, server.address, 16);
	here.setup.port = (uint16_t)strtoul(argv[1], NULL, 10);
	here.setup.key = *key;
	here.setup.silence_ns = 2000000000;
	for (uint32_t i = 0; i < count; i++)
		if (zone_name_read(argv[6 + i], &here.zones[i], fault) ||
			secondary_add(here.secondary, &here.zones[i], *key, clock_steady_ns(), &number) || number != i)
			return -1;
	here.listener = listen_at(&here.setup, (uint16_t)strtoul(argv[2], NULL, 10));
	return here.listener < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct zone_key *key = NULL;
	struct fault fault = {0};
	uint64_t until_ns;

	if (argc == 4 && strcmp(argv[1], "file") == 0)
		return read_file(argv[2], argv[3]);
	if (argc < 8 || argc - 7 > ZONES || prepare(argv + 1, (uint32_t)(argc - 7), &key, &fault)) {
		fprintf(stderr, "follow: wrong use, or %s (%s)\n", fault.sentence, strerror(errno));
		return 2;
	}
	until_ns = clock_steady_ns() + strtoull(argv[4], NULL, 10) * 1000000000u;
	while (clock_steady_ns() < until_ns) {
		start_jobs();
		turn(until_ns);
	}
	for (struct run *run = here.runs; run < here.runs + JOBS_MAX; run++)
		transfer_close(run->transfer);
	secondary_free(here.secondary);
	zone_key_free(key);
	close(here.listener);
	return 0;
}
