/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets a second that one core filters: random frames (driver.bpf.c) sent out of one end of a veth pair as live frames of BPF_PROG_TEST_RUN,
 * so that they enter the other end at once and its filter runs on the core that sends. What is counted is what the filter got, in
 * wall-clock time, frames made included: the core does both, as a host under attack does more than filter.
 *
 * usage: live DRIVER SHIELD CASE NAMES SOURCES SECONDS OUT IN drop|pass|shield|none
 *
 * OUT and IN are the ends, in the caller's network namespace. The filter named is attached to IN, natively; none: what the caller
 * attached there. Waits for a line on stdin before it sends, so that the caller may read its counters before and after.
 * Prints one JSON object.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "setting.h"

enum { BATCH = 64, AT_ONCE = 262144 };

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int send_some(const struct setting *setting, unsigned out_index)
{
	uint8_t room[BENCH_FRAME_MAX] = {0};
	struct xdp_md context = {.data_end = sizeof(room), .ingress_ifindex = out_index};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = room, .data_size_in = sizeof(room), .ctx_in = &context,
		.ctx_size_in = sizeof(context), .repeat = AT_ONCE, .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

	return bpf_prog_test_run_opts(setting->driver, &options);
}

/* Returns 0 or -errno. */
static int attach(const struct setting *setting, const char *filter, unsigned index)
{
	int program = setting->shield.program;

	if (!strcmp(filter, "none"))
		return 0;
	if (strcmp(filter, "shield") != 0)
		program = strcmp(filter, "drop") ? setting->pass : setting->drop;
	return bpf_xdp_attach((int)index, program, XDP_FLAGS_DRV_MODE, NULL);
}

static int run(struct setting *setting, double seconds, unsigned out_index)
{
	struct fw_shield_counts before;
	int error = shielded_counts(&setting->shield, &before);
	double began = now_s();

	while (!error && now_s() - began < seconds)
		error = send_some(setting, out_index);
	if (error)
		return error;
	printf("{\"sent\": %llu, \"seconds\": %.6f, \"outcome\": {", (unsigned long long)setting->dial->runs, now_s() - began);
	setting_print_shield(setting, &before, setting->dial->runs);
	printf("}}\n");
	return 0;
}

static int say_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

int main(int argc, char **argv)
{
	static struct setting setting;
	const struct setting_case *what = argc == 10 ? setting_case(argv[3]) : NULL;
	unsigned out_index, in_index;
	int error;

	if (!what) {
		fputs("usage: live DRIVER SHIELD CASE NAMES SOURCES SECONDS OUT IN drop|pass|shield|none\n", stderr);
		return 2;
	}
	setting.names = (uint32_t)strtoul(argv[4], NULL, 10);
	setting.sources = (uint32_t)strtoul(argv[5], NULL, 10);
	out_index = if_nametoindex(argv[7]);
	in_index = if_nametoindex(argv[8]);
	setting_stay();
	libbpf_set_print(say_nothing);
	error = out_index && in_index ? setting_open(argv[1], argv[2], &setting) : -ENODEV;
	if (!error)
		setting_use(&setting, what, XDP_TX);
	if (!error)
		error = attach(&setting, argv[9], in_index);
	puts("ready");
	fflush(stdout);
	if (!error)
		error = getchar() == EOF ? -EPIPE : run(&setting, strtod(argv[6], NULL), out_index);
	if (error)
		fprintf(stderr, "live: %s\n", strerror(-error));
	if (strcmp(argv[9], "none") != 0)
		bpf_xdp_detach((int)in_index, XDP_FLAGS_DRV_MODE, NULL);
	setting_close(&setting);
	return error == -EPERM || error == -ENOSYS ? 77 : error ? 1 : 0;
}
