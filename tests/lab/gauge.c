/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds one of the lab's instruments on an interface for as long as its standard input is open, and answers each line there with the
 * counters so far. The client's questions that it has seen go to TRACE at the end, a line each: port, id, and how often at each place.
 *
 * usage: gauge OBJECT pass|ideal|left|count INTERFACE [TRACE]
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "gauge.h"

struct gauge {
	struct bpf_object *object;
	const struct gauge_row *rows; /* GAUGE_CPUS of them, the kernel's own memory */
	int interface;
};

static int gauge_load(struct gauge *gauge, const char *object_file)
{
	void *rows;
	int error;

	gauge->object = bpf_object__open_file(object_file, NULL);
	if (!gauge->object)
		return -errno;
	error = bpf_object__load(gauge->object);
	if (error)
		return error;
	rows = mmap(NULL, GAUGE_CPUS * sizeof(struct gauge_row), PROT_READ, MAP_SHARED,
		bpf_object__find_map_fd_by_name(gauge->object, "gauge"), 0);
	if (rows == MAP_FAILED)
		return -errno;
	gauge->rows = rows;
	return 0;
}

static int attach_xdp(struct gauge *gauge, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(gauge->object, name);
	struct bpf_link *link = program ? bpf_program__attach_xdp(program, gauge->interface) : NULL;

	return link ? 0 : -errno; /* the link goes with this process */
}

/* At the very end of tc, whatever else is there. The namespace goes with the lab, and this with it. */
static int attach_tc(const struct gauge *gauge, const char *name, enum bpf_tc_attach_point point)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = gauge->interface, .attach_point = point);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = 9, .priority = 65000);
	struct bpf_program *program = bpf_object__find_program_by_name(gauge->object, name);
	int error = bpf_tc_hook_create(&hook);

	if (error && error != -EEXIST)
		return error;
	if (!program)
		return -ENOENT;
	options.prog_fd = bpf_program__fd(program);
	return bpf_tc_attach(&hook, &options);
}

static int attach(struct gauge *gauge, const char *what)
{
	int error;

	if (!strcmp(what, "left"))
		return attach_tc(gauge, "left", BPF_TC_EGRESS);
	if (strcmp(what, "count"))
		return attach_xdp(gauge, what);
	error = attach_tc(gauge, "reached", BPF_TC_INGRESS);
	return error ? error : attach_tc(gauge, "answered", BPF_TC_EGRESS);
}

static int write_trace(const struct gauge *gauge, const char *file)
{
	int map = bpf_object__find_map_fd_by_name(gauge->object, "gauge_trace");
	FILE *out = fopen(file, "w");
	struct gauge_trace seen;
	__u32 key, *last = NULL;

	if (!out || map < 0)
		return 1;
	while (!bpf_map_get_next_key(map, last, &key)) {
		if (!bpf_map_lookup_elem(map, &key, &seen))
			fprintf(out, "%u %u %u %u %u\n", ntohs((__u16)(key >> 16)), ntohs((__u16)key), seen.count[GAUGE_LEFT],
				seen.count[GAUGE_REACHED], seen.count[GAUGE_ANSWERED]);
		last = &key;
	}
	return fclose(out) ? 1 : 0;
}

static __u64 sum_of(const struct gauge *gauge, size_t place)
{
	__u64 sum = 0;

	for (int i = 0; i < GAUGE_CPUS; i++)
		sum += ((const volatile __u64 *)&gauge->rows[i])[place];
	return sum;
}

static void print_counts(const struct gauge *gauge)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("{\"now_ns\": %lld, \"seen_junk\": %llu, \"seen_query\": %llu, \"seen_other\": %llu, "
	       "\"junk\": %llu, \"query\": %llu, \"other\": %llu}\n",
		(long long)now.tv_sec * 1000000000 + now.tv_nsec, sum_of(gauge, 0), sum_of(gauge, 1), sum_of(gauge, 2), sum_of(gauge, 3),
		sum_of(gauge, 4), sum_of(gauge, 5));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct gauge gauge = {0};
	char line[16];
	int error;

	if (argc < 4 || argc > 5 || !(gauge.interface = (int)if_nametoindex(argv[3]))) {
		fprintf(stderr, "usage: gauge OBJECT pass|ideal|left|count INTERFACE [TRACE]\n");
		return 2;
	}
	libbpf_set_print(NULL); /* a clsact that is there already is no news */
	error = gauge_load(&gauge, argv[1]);
	if (!error)
		error = attach(&gauge, argv[2]);
	if (error) {
		fprintf(stderr, "gauge: %s on %s: %s\n", argv[2], argv[3], strerror(-error));
		return 1;
	}
	do
		print_counts(&gauge);
	while (fgets(line, sizeof(line), stdin));
	return argc == 5 ? write_trace(&gauge, argv[4]) : 0;
}
