/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

/* The linker's names, for each function of libbpf: what the plane calls, and what is there. */
#define WRAPPED(type, name, ...) \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

static int calls_left = -1;
static bool failed;

void kernel_fail(int after)
{
	calls_left = after;
	failed = false;
}

bool kernel_failed(void)
{
	return failed;
}

static int refuse(int error)
{
	errno = error;
	return -error;
}

static bool fails(void)
{
	bool now = calls_left == 0;

	calls_left -= calls_left >= 0;
	failed |= now;
	return now;
}

static bool is_old(void)
{
	const char *version = getenv("PLANE_TEST_KERNEL");

	return version && strcmp(version, "6.1") == 0;
}

static bool is_tcx(enum bpf_attach_type type)
{
	return (int)type == KERNEL_TCX_EGRESS || (int)type == KERNEL_TCX_EGRESS - 1;
}

WRAPPED(int, bpf_prog_query, int target, enum bpf_attach_type type, uint32_t flags, uint32_t *attach_flags, uint32_t *ids, uint32_t *count)
{
	if (is_tcx(type) && is_old())
		return refuse(EINVAL);
	return fails() ? refuse(ENOMEM) : __real_bpf_prog_query(target, type, flags, attach_flags, ids, count);
}

WRAPPED(int, bpf_link_create, int program, int target, enum bpf_attach_type type, const struct bpf_link_create_opts *options)
{
	if (is_tcx(type) && is_old())
		return refuse(EINVAL);
	return fails() ? refuse(ENOMEM) : __real_bpf_link_create(program, target, type, options);
}

WRAPPED(int, bpf_link_update, int link, int program, const struct bpf_link_update_opts *options)
{
	return fails() ? refuse(ENOMEM) : __real_bpf_link_update(link, program, options);
}

WRAPPED(int, bpf_obj_pin, int descriptor, const char *path)
{
	return fails() ? refuse(ENOMEM) : __real_bpf_obj_pin(descriptor, path);
}

WRAPPED(int, bpf_tc_hook_create, struct bpf_tc_hook *hook)
{
	return fails() ? refuse(ENOMEM) : __real_bpf_tc_hook_create(hook);
}

WRAPPED(int, bpf_tc_attach, const struct bpf_tc_hook *hook, struct bpf_tc_opts *options)
{
	return fails() ? refuse(ENOMEM) : __real_bpf_tc_attach(hook, options);
}

WRAPPED(int, bpf_tc_detach, const struct bpf_tc_hook *hook, const struct bpf_tc_opts *options)
{
	return fails() ? refuse(ENOMEM) : __real_bpf_tc_detach(hook, options);
}

WRAPPED(int, bpf_tc_hook_destroy, struct bpf_tc_hook *hook)
{
	return fails() ? refuse(ENOMEM) : __real_bpf_tc_hook_destroy(hook);
}

bool kernel_has_tcx(void)
{
	uint32_t ids[KERNEL_TCX_PROGRAMS], count = KERNEL_TCX_PROGRAMS;
	int lo = (int)if_nametoindex("lo");

	return !is_old() && __real_bpf_prog_query(lo, (enum bpf_attach_type)KERNEL_TCX_EGRESS, 0, NULL, ids, &count) == 0;
}

uint32_t kernel_links(void)
{
	return kernel_has_tcx() ? 2 : 1;
}

uint32_t kernel_tcx(const char *interface, uint32_t out_ids[KERNEL_TCX_PROGRAMS])
{
	uint32_t count = KERNEL_TCX_PROGRAMS;
	int ifindex = (int)if_nametoindex(interface);

	return __real_bpf_prog_query(ifindex, (enum bpf_attach_type)KERNEL_TCX_EGRESS, 0, NULL, out_ids, &count) ? 0 : count;
}
