/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plane/object.h"

#include <bpf/libbpf.h>
#include <errno.h>

#include "plane/maps.h"

static int silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

void object_silence(void)
{
	libbpf_set_print(silent);
}

int object_open(const struct role *role, const uint32_t entries[], struct bpf_object **out_object)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = role->name);
	struct bpf_object *object;
	int error;

	object_silence();
	object = bpf_object__open_mem(role->object, *role->object_len, &options);
	if (!object)
		return -errno;
	error = maps_size(object, role, entries);
	if (error)
		bpf_object__close(object);
	else
		*out_object = object;
	return error;
}

int object_programs(struct bpf_object *object, int *out_xdp, int *out_egress)
{
	int xdp = -1, egress = -1;
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
	{
		if (bpf_program__type(program) == BPF_PROG_TYPE_XDP)
			xdp = bpf_program__fd(program);
		if (bpf_program__type(program) == BPF_PROG_TYPE_SCHED_CLS)
			egress = bpf_program__fd(program);
	}
	if (xdp < 0 || egress < 0)
		return -ENOENT;
	*out_xdp = xdp;
	*out_egress = egress;
	return 0;
}
