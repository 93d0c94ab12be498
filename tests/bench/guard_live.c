/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts the guard, a bare XDP_PASS, the same with a tc filter that does nothing, or nothing on an interface of this namespace, one after the
 * other as standard input says, until it ends: a word a line ("guard", "bare", "filter", "none"), answered with the same word when it stands.
 * All are loaded from the start, and the one takes the other's place in one step, so that what goes through meanwhile does not notice. For
 * guard.py.
 *
 * usage: guard_live DRIVER GUARD INTERFACE DEVICES RULES
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guarded.h"
#include "rivals.h"

struct held {
	struct bpf_object *driver;
	struct guarded guarded;
	int interface, bare, bare_in;
	int in; /* the tc program that is attached; 0: none */
	int link; /* by tcx; -1: under a clsact, or none */
};

enum { TCX_EGRESS = 47 }; /* of enum bpf_attach_type, since Linux 6.6 */

static int say_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static int attach_filter(const struct held *held, int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = held->interface, .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program, .handle = 1, .priority = 1, .flags = BPF_TC_F_REPLACE);
	int error = bpf_tc_hook_create(&hook);

	return error && error != -EEXIST ? error : bpf_tc_attach(&hook, &options);
}

/* As the guard does it (src/plane/egress.c): by tcx, or where the kernel has none as a filter under a clsact. */
static int attach_in(struct held *held, int program)
{
	int error = 0;

	if (held->in == program)
		return 0;
	if (held->link >= 0)
		error = bpf_link_update(held->link, program, NULL);
	else
		held->link = held->in ? -EINVAL : bpf_link_create(program, held->interface, (enum bpf_attach_type)TCX_EGRESS, NULL);
	if (held->link < 0)
		error = held->link == -EINVAL ? attach_filter(held, program) : held->link;
	held->in = error ? held->in : program;
	return error;
}

static void detach_in(struct held *held)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = held->interface, .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	if (held->link >= 0)
		close(held->link);
	else if (held->in)
		bpf_tc_hook_destroy(&hook);
	held->in = 0;
	held->link = -1;
}

static int stand(struct held *held, const char *what)
{
	bool guards = strcmp(what, "guard") == 0, filters = strcmp(what, "filter") == 0;
	int error = 0;

	if (!guards && !filters)
		detach_in(held);
	if (strcmp(what, "none") == 0)
		return bpf_xdp_detach(held->interface, XDP_FLAGS_DRV_MODE, NULL);
	error = bpf_xdp_attach(held->interface, guards ? held->guarded.out : held->bare, XDP_FLAGS_DRV_MODE, NULL);
	if (error || (!guards && !filters))
		return error;
	return attach_in(held, guards ? held->guarded.in : held->bare_in);
}

static int hold(struct held *held)
{
	char word[16];
	int error = 0;

	while (!error && fgets(word, sizeof(word), stdin)) {
		word[strcspn(word, "\n")] = '\0';
		error = stand(held, word);
		if (!error && (puts(word) < 0 || fflush(stdout)))
			error = -EIO;
	}
	detach_in(held);
	bpf_xdp_detach(held->interface, XDP_FLAGS_DRV_MODE, NULL);
	return error;
}

static int open_both(struct held *held, const char *driver, const char *guard)
{
	struct bpf_program *bare, *bare_in;

	held->driver = object_load(driver, NULL, NULL);
	bare = held->driver ? bpf_object__find_program_by_name(held->driver, "guard_bare") : NULL;
	bare_in = bare ? bpf_object__find_program_by_name(held->driver, "guard_bare_in") : NULL;
	if (!bare_in)
		return -ENOENT;
	held->bare = bpf_program__fd(bare);
	held->bare_in = bpf_program__fd(bare_in);
	return guarded_open(guard, &held->guarded);
}

int main(int argc, char **argv)
{
	struct held held = {.interface = argc == 6 ? (int)if_nametoindex(argv[3]) : 0, .link = -1};
	int error;

	if (!held.interface) {
		fputs("usage: guard_live DRIVER GUARD INTERFACE DEVICES RULES\n", stderr);
		return 2;
	}
	held.guarded.devices = (uint32_t)strtoul(argv[4], NULL, 10);
	held.guarded.rules = (uint32_t)strtoul(argv[5], NULL, 10);
	libbpf_set_print(say_nothing);
	error = open_both(&held, argv[1], argv[2]);
	if (!error)
		error = hold(&held);
	if (error)
		fprintf(stderr, "guard_live: %s\n", strerror(-error));
	guarded_close(&held.guarded);
	bpf_object__close(held.driver);
	return error ? 1 : 0;
}
