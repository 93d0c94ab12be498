/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The people behind the flood: asks at a steady rate from many addresses, and says of each question what became of it.
 *
 * usage: client QUESTIONS SOURCES SERVER4 SERVER6 RATE SECONDS SEED RECORDS
 *
 * A question over UDP is asked at once, again after 400 ms, again 800 ms later, and given up 1,600 ms after that (an unbound resolver
 * begins with 376 ms and doubles). TC=1 is followed by TCP at once. A TCP try is given up after 3 s, and is not repeated. The first
 * answer to the question counts, right or wrong. Names, sources and ids come from the seed alone. Where QUESTIONS have a source and a
 * time each, they are asked once, from there and then; RATE and SECONDS are not used.
 *
 * RECORDS gets one struct record for each question, in the order in which they ended; times are of the monotonic clock.
 */
#include "client.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { IDS = 65536, SOCKETS_EACH = 2, EVENTS = 256, ANSWER_MOST = 4096, QUERY_MOST = 512, STAGES = 4, STAGE_TCP = 3, DUE_MOST = 1 << 17 };

static const uint64_t STAGE_NS[STAGES] = {400000000, 800000000, 1600000000, 3000000000};

enum outcome { OUTCOME_RIGHT, OUTCOME_WRONG, OUTCOME_LOST };

struct record {
	uint64_t sent_ns;
	uint32_t latency_us; /* of the answer; 0 where there was none */
	uint8_t class, lane, outcome, tries; /* tries: datagrams sent */
	uint32_t question; /* its line in QUESTIONS, from 0 */
	uint16_t port, id; /* of the datagrams */
	uint8_t truncated, tcp, rcode, zero[5]; /* tcp: the answer came, or was last asked for, over TCP */
};
_Static_assert(sizeof(struct record) == 32, "read by figures.py");

/* A question on its way; its place in the table is its id. */
struct asked {
	const struct question *question;
	const struct source *source;
	uint8_t *stream; /* of a TCP answer: ANSWER_MOST bytes */
	uint32_t stream_len;
	int udp, tcp; /* descriptors, -1 where none */
	uint32_t turn; /* one more with each stage: what waits for an older one is stale */
	struct record record;
};

struct due {
	uint64_t at_ns;
	uint32_t turn;
	uint16_t id;
};

/* One deadline length each, so that the oldest is always the next. */
struct due_queue {
	struct due entries[DUE_MOST];
	uint32_t head, tail;
};

struct client {
	struct question *questions;
	struct source *sources;
	struct sockaddr_storage server[2]; /* IPv4, IPv6 */
	int *sockets; /* SOCKETS_EACH for each source */
	uint32_t question_count, source_count, open_count;
	uint64_t random;
	int epoll;
	FILE *records;
	struct asked asked[IDS];
	struct due_queue due[STAGES];
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static uint32_t draw(struct client *client)
{
	client->random ^= client->random >> 12;
	client->random ^= client->random << 25;
	client->random ^= client->random >> 27;
	return (uint32_t)((client->random * 2685821657736338717ull) >> 32);
}

static void watch(const struct client *client, int fd, uint32_t events, uint64_t number)
{
	struct epoll_event event = {.events = events, .data.u64 = number};

	if (epoll_ctl(client->epoll, EPOLL_CTL_ADD, fd, &event)) {
		perror("client: epoll");
		exit(2);
	}
}

static const struct sockaddr *server_of(const struct client *client, const struct source *source)
{
	return (const struct sockaddr *)&client->server[source->address.ss_family == AF_INET6];
}

/* -1 where the network is not there just now. */
static int socket_from(const struct client *client, const struct source *source, int type)
{
	int fd = socket(source->address.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)&source->address, source->address_len) ||
		(connect(fd, server_of(client, source), source->address_len) && errno != EINPROGRESS)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void wait_until(struct client *client, uint32_t stage, uint16_t id)
{
	struct due_queue *queue = &client->due[stage];
	struct due *due = &queue->entries[queue->tail++ % DUE_MOST];

	*due = (struct due){.at_ns = now_ns() + STAGE_NS[stage], .turn = ++client->asked[id].turn, .id = id};
}

static void end(struct client *client, uint16_t id, enum outcome outcome)
{
	struct asked *asked = &client->asked[id];

	if (outcome != OUTCOME_LOST)
		asked->record.latency_us = (uint32_t)((now_ns() - asked->record.sent_ns) / 1000);
	asked->record.outcome = outcome;
	fwrite(&asked->record, sizeof(asked->record), 1, client->records);
	if (asked->tcp >= 0)
		close(asked->tcp);
	free(asked->stream);
	asked->stream = NULL;
	asked->question = NULL;
	asked->turn++;
	client->open_count--;
}

static void send_query(struct client *client, uint16_t id, int fd, bool with_length)
{
	const struct question *question = client->asked[id].question;
	uint8_t bytes[2 + QUERY_MOST] = {(uint8_t)(question->len >> 8), (uint8_t)question->len};

	memcpy(bytes + 2, question->query, question->len);
	bytes[2] = (uint8_t)(id >> 8);
	bytes[3] = (uint8_t)id;
	(void)!send(fd, bytes + 2 - 2 * with_length, question->len + 2u * with_length, MSG_NOSIGNAL); /* what is lost is asked again */
}

static void ask_udp(struct client *client, uint16_t id)
{
	uint32_t stage = client->asked[id].record.tries++;

	send_query(client, id, client->asked[id].udp, false);
	wait_until(client, stage, id);
}

static void ask_tcp(struct client *client, uint16_t id)
{
	struct asked *asked = &client->asked[id];

	asked->record.tcp = 1;
	asked->tcp = socket_from(client, asked->source, SOCK_STREAM);
	asked->stream = malloc(ANSWER_MOST);
	asked->stream_len = 0;
	wait_until(client, STAGE_TCP, id);
	if (asked->tcp >= 0)
		watch(client, asked->tcp, EPOLLOUT, 1ull << 32 | id);
}

static uint32_t draw_source(struct client *client)
{
	double share = draw(client) / 4294967296.0;
	uint32_t low = 0, high = client->source_count - 1;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (client->sources[middle].up_to > share)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage local;
	socklen_t len = sizeof(local);

	if (getsockname(fd, (struct sockaddr *)&local, &len))
		return 0;
	return ntohs(local.ss_family == AF_INET ? ((const struct sockaddr_in *)&local)->sin_port
						: ((const struct sockaddr_in6 *)&local)->sin6_port);
}

static void ask(struct client *client, const struct question *question)
{
	uint32_t source = question->source < 0 ? draw_source(client) : (uint32_t)question->source % client->source_count;
	uint16_t id = (uint16_t)draw(client);
	struct asked *asked;

	while (client->asked[id].question)
		id++;
	asked = &client->asked[id];
	asked->question = question;
	asked->source = &client->sources[source];
	asked->udp = client->sockets[source * SOCKETS_EACH + draw(client) % SOCKETS_EACH];
	asked->tcp = -1;
	asked->record = (struct record){.sent_ns = now_ns(),
		.class = question->class,
		.lane = asked->source->lane,
		.question = (uint32_t)(question - client->questions),
		.port = port_of(asked->udp),
		.id = id};
	client->open_count++;
	if (asked->question->over_tcp)
		ask_tcp(client, id);
	else
		ask_udp(client, id);
}

static void take_answer(struct client *client, uint16_t id, const uint8_t *answer, uint32_t len)
{
	struct asked *asked = &client->asked[id];
	enum verdict verdict = answer_judge(asked->question, id, answer, len);

	if (verdict == ANSWER_STRANGE)
		return;
	asked->record.rcode = answer[3] & 15;
	if (verdict == ANSWER_TRUNCATED && asked->tcp < 0) {
		asked->record.truncated = 1;
		ask_tcp(client, id);
		return;
	}
	end(client, id, verdict == ANSWER_RIGHT ? OUTCOME_RIGHT : OUTCOME_WRONG);
}

static void hear_udp(struct client *client, int fd)
{
	uint8_t answer[ANSWER_MOST];
	ssize_t len;

	while ((len = recv(fd, answer, sizeof(answer), 0)) > 0 || (len < 0 && errno == ECONNREFUSED)) {
		uint16_t id = (uint16_t)(len < 2 ? 0 : answer[0] << 8 | answer[1]);

		if (len >= 12 && client->asked[id].question && client->asked[id].udp == fd && client->asked[id].tcp < 0)
			take_answer(client, id, answer, (uint32_t)len);
	}
}

/* Broken off: nothing more is heard, and the deadline ends it. */
static void tcp_broken(struct client *client, struct asked *asked)
{
	epoll_ctl(client->epoll, EPOLL_CTL_DEL, asked->tcp, NULL);
}

static void hear_tcp(struct client *client, uint16_t id, uint32_t events)
{
	struct asked *asked = &client->asked[id];
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = 1ull << 32 | id};
	ssize_t len;

	if (!asked->question || asked->tcp < 0)
		return;
	if (events & EPOLLOUT && !(events & (EPOLLERR | EPOLLHUP))) {
		send_query(client, id, asked->tcp, true);
		epoll_ctl(client->epoll, EPOLL_CTL_MOD, asked->tcp, &event);
		return;
	}
	len = recv(asked->tcp, asked->stream + asked->stream_len, ANSWER_MOST - asked->stream_len, 0);
	if (len <= 0) {
		if (len == 0 || errno != EAGAIN)
			tcp_broken(client, asked);
		return;
	}
	asked->stream_len += (uint32_t)len;
	if (asked->stream_len >= 14 && asked->stream_len >= 2u + (asked->stream[0] << 8 | asked->stream[1]))
		take_answer(client, id, asked->stream + 2, asked->stream_len - 2);
}

/* Whatever has waited for too long. */
static void tick(struct client *client)
{
	uint64_t now = now_ns();

	for (uint32_t stage = 0; stage < STAGES; stage++) {
		struct due_queue *queue = &client->due[stage];

		while (queue->head != queue->tail && queue->entries[queue->head % DUE_MOST].at_ns <= now) {
			struct due due = queue->entries[queue->head++ % DUE_MOST];
			const struct asked *asked = &client->asked[due.id];

			if (!asked->question || asked->turn != due.turn)
				continue;
			if (stage >= STAGE_TCP - 1)
				end(client, due.id, OUTCOME_LOST);
			else
				ask_udp(client, due.id);
		}
	}
}

static uint64_t next_due(const struct client *client)
{
	uint64_t next = UINT64_MAX;

	for (uint32_t stage = 0; stage < STAGES; stage++) {
		const struct due_queue *queue = &client->due[stage];

		if (queue->head != queue->tail && queue->entries[queue->head % DUE_MOST].at_ns < next)
			next = queue->entries[queue->head % DUE_MOST].at_ns;
	}
	return next;
}

static void hear(struct client *client, uint64_t until)
{
	struct epoll_event events[EVENTS];
	uint64_t now = now_ns(), wait = until > now ? until - now : 0;
	struct timespec timeout = {.tv_sec = (time_t)(wait / 1000000000), .tv_nsec = (long)(wait % 1000000000)};
	int count = epoll_pwait2(client->epoll, events, EVENTS, &timeout, NULL);

	for (int i = 0; i < count; i++) {
		if (events[i].data.u64 >> 32)
			hear_tcp(client, (uint16_t)events[i].data.u64, events[i].events);
		else
			hear_udp(client, (int)events[i].data.u64);
	}
}

static uint64_t begin(void)
{
	uint64_t began = now_ns();

	printf("{\"first_ns\": %llu}\n", (unsigned long long)began);
	fflush(stdout);
	return began;
}

static void run(struct client *client, uint32_t rate, double seconds)
{
	uint64_t interval = 1000000000ull / rate, began = begin(), next = began, last = began + (uint64_t)(seconds * 1e9);

	while (next < last || client->open_count) {
		uint64_t due = next_due(client);

		hear(client, next < last && next < due ? next : due);
		for (uint64_t now = now_ns(); next < last && next <= now; next += interval)
			ask(client, &client->questions[draw(client) % client->question_count]);
		tick(client);
	}
}

static void replay(struct client *client)
{
	const struct question *next = client->questions, *last = next + client->question_count;
	uint64_t began = begin();

	while (next < last || client->open_count) {
		uint64_t due = next_due(client), now;

		hear(client, next < last && began + next->at_us * 1000 < due ? began + next->at_us * 1000 : due);
		for (now = now_ns(); next < last && began + next->at_us * 1000 <= now; next++)
			ask(client, next);
		tick(client);
	}
}

static void open_sockets(struct client *client)
{
	client->sockets = calloc(client->source_count * SOCKETS_EACH, sizeof(int));
	for (uint32_t i = 0; client->sockets && i < client->source_count * SOCKETS_EACH; i++) {
		client->sockets[i] = socket_from(client, &client->sources[i / SOCKETS_EACH], SOCK_DGRAM);
		if (client->sockets[i] < 0) {
			perror("client: a source's socket");
			exit(2);
		}
		watch(client, client->sockets[i], EPOLLIN, (uint64_t)client->sockets[i]);
	}
}

static void set_servers(struct client *client, const char *four, const char *six)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&client->server[0];
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&client->server[1];

	*in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(53)};
	*in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(53)};
	if (inet_pton(AF_INET, four, &in->sin_addr) != 1 || inet_pton(AF_INET6, six, &in6->sin6_addr) != 1) {
		fprintf(stderr, "client: no such server\n");
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct rlimit files = {.rlim_cur = 65536, .rlim_max = 65536};
	struct client *client = calloc(1, sizeof(*client));

	if (argc != 9 || !client || strtoul(argv[5], NULL, 10) == 0) {
		fprintf(stderr, "usage: client QUESTIONS SOURCES SERVER4 SERVER6 RATE SECONDS SEED RECORDS\n");
		return 2;
	}
	setrlimit(RLIMIT_NOFILE, &files);
	client->question_count = questions_read(argv[1], &client->questions);
	client->source_count = sources_read(argv[2], &client->sources);
	client->random = strtoul(argv[7], NULL, 10) * 0x9e3779b97f4a7c15ull | 1;
	client->epoll = epoll_create1(EPOLL_CLOEXEC);
	client->records = fopen(argv[8], "w");
	if (!client->records || client->epoll < 0) {
		perror("client");
		return 2;
	}
	set_servers(client, argv[3], argv[4]);
	open_sockets(client);
	if (client->questions[0].source >= 0)
		replay(client);
	else
		run(client, (uint32_t)strtoul(argv[5], NULL, 10), strtod(argv[6], NULL));
	return fclose(client->records) ? 1 : 0;
}
