/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds one of the lab's instruments on an interface for as long as its standard input is open, and answers each line there with the
 * counters so far.
 *
 * usage: gauge OBJECT pass|ideal|count INTERFACE
 */
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

/* At the very end of tc ingress, whatever else is there. The namespace goes with the lab, and this with it. */
static int attach_tc(struct gauge *gauge)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = gauge->interface, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = 9, .priority = 65000);
	struct bpf_program *program = bpf_object__find_program_by_name(gauge->object, "reached");
	int error = bpf_tc_hook_create(&hook);

	if (error && error != -EEXIST)
		return error;
	if (!program)
		return -ENOENT;
	options.prog_fd = bpf_program__fd(program);
	return bpf_tc_attach(&hook, &options);
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

	if (argc != 4 || !(gauge.interface = (int)if_nametoindex(argv[3]))) {
		fprintf(stderr, "usage: gauge OBJECT pass|ideal|count INTERFACE\n");
		return 2;
	}
	libbpf_set_print(NULL); /* a clsact that is there already is no news */
	error = gauge_load(&gauge, argv[1]);
	if (!error)
		error = strcmp(argv[2], "count") ? attach_xdp(&gauge, argv[2]) : attach_tc(&gauge);
	if (error) {
		fprintf(stderr, "gauge: %s on %s: %s\n", argv[2], argv[3], strerror(-error));
		return 1;
	}
	do
		print_counts(&gauge);
	while (fgets(line, sizeof(line), stdin));
	return 0;
}
