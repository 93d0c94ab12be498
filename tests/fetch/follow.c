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
 *
 * Environment: FOLLOW_POLL_MS, how often it polls (300); FOLLOW_MIDWAY, after how many records of a load to say "midway" and wait
 * for a line of input.
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

enum { JOBS_MAX = 8, PEERS_MAX = 4, ZONES = 4096 };

struct run {
	struct secondary_job job;
	struct transfer *transfer;
	uint64_t begun_ns, cpu_ns;
	uint64_t records;
	bool watched;
};

/* A connection over which NOTIFY comes; 0 is none. */
struct peer {
	int descriptor;
	struct notify_stream stream;
};

static struct {
	struct secondary *secondary;
	struct zone_name zones[ZONES], watched;
	struct transfer_setup setup;
	struct run runs[JOBS_MAX];
	struct peer peers[PEERS_MAX];
	int datagrams, connections;
	uint64_t midway;
} here;

static struct fetch_time now(void)
{
	return (struct fetch_time){.steady_ns = clock_steady_ns(), .wall_s = (uint64_t)time(NULL)};
}

static double ms(uint64_t ns)
{
	return (double)ns / 1e6;
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

static int see_record(void *context, const uint8_t *owner, size_t len, uint16_t type)
{
	struct run *run = context;

	if (++run->records == here.midway) {
		printf("%.3f midway\n", ms(clock_steady_ns()));
		fflush(stdout);
		getchar();
	}
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

static size_t judge_notify(const uint8_t *bytes, size_t len, uint8_t answer[NOTIFY_ANSWER_MAX])
{
	static const char *const standings[] = {"unloaded", "current", "fresh", "stale"};
	struct fetch_time at = now();
	uint32_t zone;
	size_t answer_len;
	enum notify_verdict verdict = secondary_notify(here.secondary, bytes, len, &at, &zone, answer, &answer_len);

	printf("%.3f notify %d %s standing %s\n", ms(at.steady_ns), verdict, zone == UINT32_MAX ? "-" : zone_words(zone),
		zone == UINT32_MAX ? "-" : standings[secondary_standing(here.secondary, zone, at.steady_ns)]);
	fflush(stdout);
	return answer_len;
}

static void hear_datagram(void)
{
	uint8_t bytes[NOTIFY_MAX], answer[NOTIFY_ANSWER_MAX];
	struct sockaddr_storage from;
	socklen_t from_len = sizeof(from);
	ssize_t len = recvfrom(here.datagrams, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &from_len);
	size_t answer_len = len < 0 ? 0 : judge_notify(bytes, (size_t)len, answer);

	if (answer_len)
		sendto(here.datagrams, answer, answer_len, 0, (struct sockaddr *)&from, from_len);
}

static void hear_connection(void)
{
	int descriptor = accept4(here.connections, NULL, NULL, SOCK_NONBLOCK);

	for (struct peer *peer = here.peers; descriptor >= 0 && peer < here.peers + PEERS_MAX; peer++)
		if (!peer->descriptor) {
			*peer = (struct peer){.descriptor = descriptor};
			return;
		}
	if (descriptor >= 0)
		close(descriptor);
}

static void hear_peer(struct peer *peer)
{
	uint8_t bytes[NOTIFY_MAX], answer[2 + NOTIFY_ANSWER_MAX];
	ssize_t len = recv(peer->descriptor, bytes, sizeof(bytes), 0);
	int used = 1;

	for (ssize_t at = 0; at < len && used > 0; at += used) {
		const uint8_t *message;
		size_t message_len, answer_len;
		used = notify_stream_see(&peer->stream, bytes + at, (size_t)(len - at), &message, &message_len);
		if (used < 0 || !message_len)
			continue;
		answer_len = judge_notify(message, message_len, answer + 2);
		answer[0] = (uint8_t)(answer_len >> 8);
		answer[1] = (uint8_t)answer_len;
		if (answer_len)
			send(peer->descriptor, answer, answer_len + 2, MSG_NOSIGNAL);
	}
	if (len > 0 && used > 0)
		return;
	close(peer->descriptor);
	peer->descriptor = 0;
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
	struct pollfd watched[2 + PEERS_MAX + JOBS_MAX] = {
		{.fd = here.datagrams, .events = POLLIN}, {.fd = here.connections, .events = POLLIN}};

	for (int i = 0; i < PEERS_MAX; i++)
		watched[2 + i] = (struct pollfd){.fd = here.peers[i].descriptor ? here.peers[i].descriptor : -1, .events = POLLIN};
	for (int i = 0; i < JOBS_MAX; i++) {
		const struct transfer *transfer = here.runs[i].transfer;
		watched[2 + PEERS_MAX + i].fd = transfer ? transfer_fd(transfer) : -1;
		watched[2 + PEERS_MAX + i].events = transfer && transfer_wants(transfer) == TRANSFER_WRITABLE ? POLLOUT : POLLIN;
	}
	if (poll(watched, 2 + PEERS_MAX + JOBS_MAX, wait_ms(until_ns)) < 0)
		return;
	if (watched[0].revents)
		hear_datagram();
	if (watched[1].revents)
		hear_connection();
	for (int i = 0; i < PEERS_MAX; i++)
		if (watched[2 + i].revents)
			hear_peer(&here.peers[i]);
	for (struct run *run = here.runs; run < here.runs + JOBS_MAX; run++) {
		struct fetch_time at = now();
		struct fault fault = {0};
		int result = run->transfer ? transfer_step(run->transfer, &at, &fault) : 0;
		if (result)
			end_run(run, result, &fault);
	}
}

/* Over UDP and over TCP: servers differ in which they send NOTIFY. */
static int listen_at(const struct transfer_setup *server, uint16_t port, int type)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int off = 0, on = 1, descriptor = socket(AF_INET6, type | SOCK_NONBLOCK, 0);

	memcpy(&six.sin6_addr, server->address, 16);
	if (descriptor < 0 || setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) ||
		setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
		bind(descriptor, (struct sockaddr *)&six, sizeof(six)) || (type == SOCK_STREAM && listen(descriptor, 4)))
		return -1;
	return descriptor;
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
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
	const uint64_t poll_ns = number_of("FOLLOW_POLL_MS", 300) * 1000000;
	const struct secondary_setup setup = {
		.zones_max = count, .transfers_max = 2, .poll_floor_ns = poll_ns, .poll_ceiling_ns = poll_ns, .retry_ns = 100000000};
	struct prefix server;
	uint32_t number;

	if (prefix_read(argv[0], &server) || secondary_new(&setup, &here.secondary) ||
		(strcmp(argv[4], "-") && read_key(argv[4], key, fault)) || zone_name_read(argv[5], &here.watched, fault))
		return -1;
	memcpy(here.setup.address, server.address, 16);
	here.setup.port = (uint16_t)strtoul(argv[1], NULL, 10);
	here.setup.key = *key;
	for (uint32_t i = 0; i < count; i++)
		if (zone_name_read(argv[6 + i], &here.zones[i], fault) ||
			secondary_add(here.secondary, &here.zones[i], *key, clock_steady_ns(), &number) || number != i)
			return -1;
	here.midway = number_of("FOLLOW_MIDWAY", 0);
	here.datagrams = listen_at(&here.setup, (uint16_t)strtoul(argv[2], NULL, 10), SOCK_DGRAM);
	here.connections = listen_at(&here.setup, (uint16_t)strtoul(argv[2], NULL, 10), SOCK_STREAM);
	return here.datagrams < 0 || here.connections < 0 ? -1 : 0;
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
	close(here.datagrams);
	close(here.connections);
	return 0;
}
