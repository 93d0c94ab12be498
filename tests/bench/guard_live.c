/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds the guard, or a bare XDP_PASS, on an interface of this namespace until its standard input ends; says "ready" first. For guard.py.
 *
 * usage: guard_live DRIVER - INTERFACE             bare: nothing is judged
 *        guard_live DRIVER GUARD INTERFACE DEVICES RULES
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guarded.h"
#include "rivals.h"

static int say_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static int attach_in(int interface, int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = interface, .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program);
	int error = bpf_tc_hook_create(&hook);

	return error && error != -EEXIST ? error : bpf_tc_attach(&hook, &options);
}

static void detach(int interface)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = interface, .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	bpf_xdp_detach(interface, XDP_FLAGS_DRV_MODE, NULL);
	bpf_tc_hook_destroy(&hook);
}

static int hold(const char *driver, char **argv, int interface, struct guarded *guarded)
{
	struct bpf_object *object = object_load(driver, NULL, NULL);
	struct bpf_program *bare = object ? bpf_object__find_program_by_name(object, "guard_bare") : NULL;
	int error = bare ? 0 : -ENOENT, out = bare ? bpf_program__fd(bare) : -1;

	if (!error && argv[4]) {
		guarded->devices = (uint32_t)strtoul(argv[4], NULL, 10);
		guarded->rules = (uint32_t)strtoul(argv[5], NULL, 10);
		error = guarded_open(argv[2], guarded);
		out = guarded->out;
	}
	if (!error)
		error = bpf_xdp_attach(interface, out, XDP_FLAGS_DRV_MODE, NULL);
	if (!error && argv[4])
		error = attach_in(interface, guarded->in);
	if (!error && (puts("ready") < 0 || fflush(stdout)))
		error = -EIO;
	while (!error && getchar() != EOF)
		continue;
	detach(interface);
	bpf_object__close(object);
	return error;
}

int main(int argc, char **argv)
{
	struct guarded guarded = {0};
	int interface = argc == 4 || argc == 6 ? (int)if_nametoindex(argv[3]) : 0, error;

	if (!interface) {
		fputs("usage: guard_live DRIVER -|GUARD INTERFACE [DEVICES RULES]\n", stderr);
		return 2;
	}
	libbpf_set_print(say_nothing);
	error = hold(argv[1], argv, interface, &guarded);
	if (error)
		fprintf(stderr, "guard_live: %s\n", strerror(-error));
	guarded_close(&guarded);
	return error ? 1 : 0;
}
