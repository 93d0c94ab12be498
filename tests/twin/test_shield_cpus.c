/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does a budget hold when CPUs draw from it at once? Two threads, each on a CPU of its own, give the program as it is loaded in
 * earnest (its own clock) the same prefix's questions as fast as they can. What passes must be within rate * t + burst for the time
 * that it took, and what was counted must be what was sent: no packet is counted twice or lost between CPUs.
 *
 * Argument: shield.bpf.o. Exits 77 where BPF or a second CPU cannot be had.
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

#include "shield_kernel.h"

enum { ROUNDS = 40, EACH = 2000, RATE = 20000, BURST = 1000, TICK_MS = 10 };

struct runner {
	const struct shield_kernel *kernel;
	pthread_barrier_t *start;
	const uint8_t *frame;
	uint32_t len;
	int cpu, error;
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
	uint8_t out[FRAME_ROOM];
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(r->cpu, &one);
	r->error = pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
	pthread_barrier_wait(r->start);
	for (int i = 0; i < ROUNDS && !r->error; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, test, .data_in = r->frame, .data_size_in = r->len, .data_out = out,
			.data_size_out = sizeof(out), .repeat = EACH);

		r->error = bpf_prog_test_run_opts(shield_kernel_program(r->kernel), &test);
	}
	return NULL;
}

/* A question for a name that is there; its address is one of a /24 that two threads share. */
static uint32_t question(uint8_t frame[FRAME_ROOM], uint8_t host)
{
	static const uint8_t query[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 61, 0, 0, 0x40, 0, 64, 17, 0, 0, 198, 18, 0,
		0, 10, 9, 0, 1, 0x9c, 0x40, 0, 53, 0, 41, 0, 0, 0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 'w', 'w', 'w', 7, 'e', 'x',
		'a', 'm', 'p', 'l', 'e', 3, 'c', 'o', 'm', 0, 0, 1, 0, 1};

	memcpy(frame, query, sizeof(query));
	frame[29] = host;
	return sizeof(query);
}

/* The same over IPv6, from 2001:db8:2::host to 2001:db8::1. */
static uint32_t question6(uint8_t frame[FRAME_ROOM], uint8_t host)
{
	static const uint8_t head[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 41, 17, 64, 0x20, 0x01, 0x0d, 0xb8,
		0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
	enum { UDP_4 = 34 };
	uint8_t four[FRAME_ROOM];
	uint32_t len = question(four, 0) - UDP_4;

	memcpy(frame, head, sizeof(head));
	memcpy(frame + sizeof(head), four + UDP_4, len);
	frame[37] = host;
	return (uint32_t)sizeof(head) + len;
}

/* A level of one family. */
struct level {
	uint32_t number;
	bool six;
};

/* Everything passes but for the budget of one level. */
static void scene_of(struct level level, struct scene *scene)
{
	struct fw_bucket_rule plenty = fw_bucket_rule_of(4000000000u, 4000000000u);
	uint64_t random = 21;

	scene_make(&random, scene);
	scene->config.dns_port = 53;
	scene->config.blocked = scene->config.prefixes = 0;
	for (uint32_t i = 0; i < FW_WORD_COUNT; i++)
		scene->config.words[i] = plenty;
	scene->config.words[FW_WORD_SAMPLE] = scene->config.words[FW_WORD_TRUNCATED] = fw_bucket_rule_of(1, 0);
	for (uint32_t i = 0; i < FW_LEVELS_4; i++)
		scene->config.total.four[i] = plenty;
	for (uint32_t i = 0; i < FW_LEVELS_6; i++)
		scene->config.total.six[i] = plenty;
	*(level.six ? &scene->config.total.six[level.number] : &scene->config.total.four[level.number]) = fw_bucket_rule_of(RATE, BURST);
	memset(scene->config.mode, FW_MODE_ENFORCE, sizeof(scene->config.mode));
	memset(scene->config.acting, 1, sizeof(scene->config.acting));
}

/* How many passed and how many came, by two CPUs at once, and how long it took. */
static int race(struct shield_kernel *kernel, const int on[2], bool six, uint64_t *out_passed, uint64_t *out_all, uint64_t *out_ns)
{
	static struct scene_counts counts;
	static uint8_t frames[2][FRAME_ROOM];
	struct runner runners[2];
	pthread_t threads[2];
	pthread_barrier_t start;
	uint64_t begin_ns;
	int error;

	pthread_barrier_init(&start, NULL, 3);
	for (uint32_t i = 0; i < 2; i++) {
		runners[i] = (struct runner){kernel, &start, frames[i], six ? question6(frames[i], 7) : question(frames[i], 7), on[i], 0};
		if (pthread_create(&threads[i], NULL, run, &runners[i]))
			abort();
	}
	begin_ns = now_ns();
	pthread_barrier_wait(&start);
	for (uint32_t i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	*out_ns = now_ns() - begin_ns;
	pthread_barrier_destroy(&start);
	error = runners[0].error ? runners[0].error : runners[1].error;
	if (!error)
		error = shield_kernel_counts(kernel, &counts);
	*out_passed = counts.counts.reason[FW_OUTCOME_PASSED][FW_REASON_EXISTS].packets;
	*out_all = *out_passed + counts.counts.reason[FW_OUTCOME_DROPPED][FW_REASON_PREFIX_RATE].packets;
	return error;
}

/* For each prefix length: the bound holds, and it is used (half of it at least: the rest is for a thread that had to wait). */
static int check_level(struct shield_kernel *kernel, const int on[2], struct level level)
{
	static struct scene scene;
	uint64_t passed, all, ns, bound;
	int error;

	scene_of(level, &scene);
	error = shield_kernel_begin(kernel, &scene);
	if (!error)
		error = race(kernel, on, level.six, &passed, &all, &ns);
	if (error) {
		printf("IPv%d level %u: %s\n", level.six ? 6 : 4, level.number, strerror(-error));
		return 1;
	}
	bound = (ns + TICK_MS * 1000000ull) * RATE / FW_NS_PER_S + BURST;
	printf("IPv%d level %u: %lu of %lu passed in %.3f s, at most %lu may\n", level.six ? 6 : 4, level.number, (unsigned long)passed,
		(unsigned long)all, (double)ns / 1e9, (unsigned long)bound);
	return all != 2ull * ROUNDS * EACH || passed > bound || passed < BURST || passed == all;
}

int main(int argc, char **argv)
{
	struct shield_kernel *kernel = NULL;
	int on[2], error, wrong = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: test_shield_cpus shield.bpf.o\n");
		return 2;
	}
	if (cpus(on, 2) < 2) {
		printf("SKIP twin-shield-cpus: there is one CPU only\n");
		return 77;
	}
	error = geteuid() ? -EPERM : shield_kernel_open(argv[1], &kernel);
	if (error == -EPERM || error == -ENOSYS) {
		printf("SKIP twin-shield-cpus: %s\n", error == -EPERM ? "loading a BPF program needs root" : "this kernel has no BPF");
		return 77;
	}
	if (error) {
		printf("%s does not load: %s\n", argv[1], strerror(-error));
		return 1;
	}
	for (uint32_t level = 0; level < FW_LEVELS_4; level++)
		wrong += check_level(kernel, on, (struct level){level, false});
	for (uint32_t level = 0; level < FW_LEVELS_6; level++)
		wrong += check_level(kernel, on, (struct level){level, true});
	shield_kernel_close(kernel);
	return wrong ? 1 : 0;
}
