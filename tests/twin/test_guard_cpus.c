/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do the brakes hold when CPUs draw from them at once? Two threads, each on a CPU of its own, give the program as it is loaded in
 * earnest (its own clock) a device's packets to a peer that never answers, as fast as they can, for each brake those that it is about. What passes
 * must be within rate * t + burst for the time that it took, and what was counted must be what was sent. Then the two ways of one conversation,
 * a CPU each, as where a network card serves them apart: all of it passes, and is counted.
 *
 * Argument: guard.bpf.o. Exits 77 where BPF or a second CPU cannot be had.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guard_kernel.h"

enum { ROUNDS = 40, EACH = 2000, RATE = 20000, BURST = 1000, TICK_MS = 10, PAYLOAD = 72, IP_LEN = 100, LOGIN_PORT = 4444 };

struct runner {
	pthread_barrier_t *start;
	const uint8_t *frame;
	uint32_t len;
	int program, cpu, error;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * FW_NS_PER_S + (uint64_t)now.tv_nsec;
}

/* The first n CPUs that we may run on; how many there are. */
static int cpus(int out[], int n)
{
	cpu_set_t allowed;
	int count = 0;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return 0;
	for (int cpu = 0; cpu < CPU_SETSIZE && count < n; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			out[count++] = cpu;
	return count;
}

static void *run(void *context)
{
	struct runner *r = context;
	uint8_t out[GUARD_ROOM];
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(r->cpu, &one);
	r->error = pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
	pthread_barrier_wait(r->start);
	for (int i = 0; i < ROUNDS && !r->error; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, test, .data_in = r->frame, .data_size_in = r->len, .data_out = out,
			.data_size_out = sizeof(out), .repeat = EACH);

		r->error = bpf_prog_test_run_opts(r->program, &test);
	}
	return NULL;
}

static void make_tcp(uint8_t *frame, uint8_t flags)
{
	frame[23] = FW_IP_TCP;
	frame[46] = 0x50;
	frame[47] = flags;
}

/*
 * Of device 0 to a host outside, each thread from a port of its own: UDP, or what its brake counts. A RST of no known conversation leaves no flow behind,
 * so that each is a first contact.
 */
static uint32_t packet(uint8_t frame[GUARD_ROOM], enum fw_brake brake, uint8_t number)
{
	static const uint8_t head[] = {2, 0x11, 0x22, 0x33, 0x44, 6, 2, 0x11, 0x22, 0x33, 0x44, 0, 8, 0, 0x45, 0, 0, IP_LEN, 0, 0, 0x40, 0,
		64, 17, 0, 0, 192, 168, 1, 2, 203, 0, 113, 7, 0x9c, 0, 0x11, 0x5c, 0, 8 + PAYLOAD};

	memset(frame, 0, GUARD_ROOM);
	memcpy(frame, head, sizeof(head));
	frame[35] = number;
	if (brake == FW_BRAKE_QUESTIONS)
		memcpy(frame + 36, "\0\x35", 2);
	if (brake == FW_BRAKE_SYNS)
		make_tcp(frame, FW_TCP_SYN);
	if (brake == FW_BRAKE_CONTACTS || brake == FW_BRAKE_LOGINS)
		make_tcp(frame, FW_TCP_RST);
	if (brake == FW_BRAKE_FORGED)
		memcpy(frame + 26, (uint8_t[]){198, 51, 100, 9}, 4);
	if (brake == FW_BRAKE_LOCAL) {
		memset(frame, 0xff, 6);
		memset(frame + 30, 0xff, 4);
	}
	return 14 + IP_LEN;
}

/* Everything passes but for one brake. */
static void scene_of(enum fw_brake brake, struct guard_scene *scene)
{
	struct fw_bucket_rule plenty = fw_bucket_rule_of(4000000000u, 4000000000u);
	uint64_t random = 21;
	uint32_t scale = brake == FW_BRAKE_UNANSWERED ? IP_LEN : 1;

	guard_scene_make(&random, scene);
	for (uint32_t i = 0; i < FW_GUARD_CLASSES; i++)
		for (uint32_t j = 0; j < FW_BRAKE_COUNT; j++)
			scene->config.brake[i][j] = j == brake ? fw_bucket_rule_of(RATE * scale, BURST * scale) : plenty;
	scene->config.words[FW_GUARD_WORD_FRAMES] = fw_bucket_rule_of(1, 0);
	scene->config.flow_tcp_ns = scene->config.flow_other_ns = 3600 * FW_NS_PER_S;
	memset(scene->config.mode, 0, sizeof(scene->config.mode));
	scene->config.mode[FW_GUARD_BRAKE] = FW_MODE_ENFORCE;
	scene->config.ours[0] = (struct fw_guard_prefix){0, 0xffffc0a80100, UINT64_MAX, 0xffffffffffffff00};
	scene->config.ours_count = 1;
	scene->config.unknown_four = 0;
	scene->config.login_ports[0] = LOGIN_PORT;
	scene->config.login_ports_count = 1;
	scene->state.devices[FW_STRANGERS].flags = FW_DEVICE_USED;
	memset(scene->state.flows, 0, sizeof(scene->state.flows));
}

/* Both at once. Returns 0 or -errno. */
static int race(struct runner runners[2], uint64_t *out_ns)
{
	pthread_t threads[2];
	pthread_barrier_t start;
	uint64_t begin_ns;

	pthread_barrier_init(&start, NULL, 3);
	for (uint32_t i = 0; i < 2; i++) {
		runners[i].start = &start;
		if (pthread_create(&threads[i], NULL, run, &runners[i]))
			abort();
	}
	begin_ns = now_ns();
	pthread_barrier_wait(&start);
	for (uint32_t i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	*out_ns = now_ns() - begin_ns;
	pthread_barrier_destroy(&start);
	return runners[0].error ? runners[0].error : runners[1].error;
}

/* The bound holds, and what it leaves is used: the burst at least. */
static int check(struct guard_kernel *kernel, const int on[2], enum fw_brake brake)
{
	static struct guard_scene scene;
	static struct guard_counts counts;
	static uint8_t frames[2][GUARD_ROOM];
	struct runner runners[2];
	const struct fw_guard_tally *way = counts.counts[FW_STRANGERS].way[FW_GUARD_OUT];
	uint64_t passed, all, ns, bound;
	int error;

	scene_of(brake, &scene);
	error = guard_kernel_begin(kernel, &scene);
	for (uint32_t i = 0; i < 2; i++)
		runners[i] = (struct runner){.program = guard_kernel_program(kernel, FW_GUARD_OUT),
			.frame = frames[i],
			.len = packet(frames[i], brake, (uint8_t)i),
			.cpu = on[i]};
	error = error ? error : race(runners, &ns);
	error = error ? error : guard_kernel_counts(kernel, &counts);
	if (error) {
		printf("brake %d: %s\n", brake, strerror(-error));
		return 1;
	}
	passed = way[FW_GUARD_PASSED].packets;
	all = passed + way[FW_GUARD_DROPPED].packets;
	bound = (ns + TICK_MS * 1000000ull) * RATE / FW_NS_PER_S + BURST;
	printf("brake %d: %lu of %lu passed in %.3f s, at most %lu may; %lu times another CPU was faster\n", brake, (unsigned long)passed,
		(unsigned long)all, (double)ns / 1e9, (unsigned long)bound, (unsigned long)counts.totals.contended);
	return all != 2ull * ROUNDS * EACH || passed > bound || passed < BURST || passed == all;
}

static void swap(uint8_t *one, uint8_t *other, size_t len)
{
	uint8_t kept[8];

	memcpy(kept, one, len);
	memcpy(one, other, len);
	memcpy(other, kept, len);
}

/* Segments of one conversation, from the device and to it. */
static void make_talk(uint8_t frames[FW_GUARD_WAYS][GUARD_ROOM])
{
	for (uint32_t way = 0; way < FW_GUARD_WAYS; way++) {
		packet(frames[way], FW_BRAKE_UNANSWERED, 0);
		make_tcp(frames[way], FW_TCP_ACK);
	}
	swap(frames[FW_GUARD_IN], frames[FW_GUARD_IN] + 6, 6);
	swap(frames[FW_GUARD_IN] + 26, frames[FW_GUARD_IN] + 30, 4);
	swap(frames[FW_GUARD_IN] + 34, frames[FW_GUARD_IN] + 36, 2);
}

/* What nobody asked for does not come in, and what nobody answers is braked: neither is said of any segment. */
static int check_talk(struct guard_kernel *kernel, const int on[2])
{
	static struct guard_scene scene;
	static struct guard_counts counts;
	static uint8_t frames[FW_GUARD_WAYS][GUARD_ROOM];
	uint32_t beginning[] = {FW_GUARD_OUT, FW_GUARD_IN, FW_GUARD_OUT}, wrong = 0;
	struct runner runners[FW_GUARD_WAYS];
	uint64_t ns;
	int error;

	scene_of(FW_BRAKE_UNANSWERED, &scene);
	scene.config.mode[FW_GUARD_INBOUND] = FW_MODE_ENFORCE;
	scene.config.answered_ns = 30 * FW_NS_PER_S;
	make_talk(frames);
	error = guard_kernel_begin(kernel, &scene);
	for (uint32_t way = 0; way < FW_GUARD_WAYS; way++)
		runners[way] = (struct runner){
			.program = guard_kernel_program(kernel, way), .frame = frames[way], .len = 14 + IP_LEN, .cpu = on[way]};
	for (uint32_t i = 0; i < 3 && !error; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, test, .data_in = frames[beginning[i]], .data_size_in = 14 + IP_LEN);
		error = bpf_prog_test_run_opts(runners[beginning[i]].program, &test);
	}
	error = error ? error : race(runners, &ns);
	error = error ? error : guard_kernel_counts(kernel, &counts);
	if (error) {
		printf("a conversation: %s\n", strerror(-error));
		return 1;
	}
	for (uint32_t way = 0; way < FW_GUARD_WAYS; way++) {
		const struct fw_guard_tally *tally = counts.counts[FW_STRANGERS].way[way];
		uint64_t sent = ROUNDS * EACH + (way == FW_GUARD_OUT ? 2 : 1);

		printf("a conversation, way %u: %lu of %lu passed, %lu dropped\n", way, (unsigned long)tally[FW_GUARD_PASSED].packets,
			(unsigned long)sent, (unsigned long)tally[FW_GUARD_DROPPED].packets);
		wrong += tally[FW_GUARD_PASSED].packets != sent || tally[FW_GUARD_DROPPED].packets;
	}
	return wrong != 0;
}

int main(int argc, char **argv)
{
	struct guard_kernel *kernel = NULL;
	int on[2], error, wrong = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: test_guard_cpus guard.bpf.o\n");
		return 2;
	}
	if (cpus(on, 2) < 2) {
		printf("SKIP twin-guard-cpus: there is one CPU only\n");
		return 77;
	}
	error = geteuid() ? -EPERM : guard_kernel_open(argv[1], &kernel);
	if (error == -EPERM || error == -ENOSYS) {
		printf("SKIP twin-guard-cpus: %s\n", error == -EPERM ? "loading a BPF program needs root" : "this kernel has no BPF");
		return 77;
	}
	if (error) {
		printf("%s does not load: %s\n", argv[1], strerror(-error));
		return 1;
	}
	for (uint32_t brake = 0; brake < FW_BRAKE_COUNT; brake++)
		wrong += check(kernel, on, (enum fw_brake)brake);
	wrong += check_talk(kernel, on);
	guard_kernel_close(kernel);
	return wrong ? 1 : 0;
}
