/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "dns_key.h"
#include "frames.h"

enum { FRAME_LEAST = 14, FRAME_MOST = 3400, PAGE = 4096 };
_Static_assert(sizeof(struct fw_twin_result) <= PAGE, "each map is mapped as one page");

struct kernel {
	struct bpf_object *object;
	int program;
	struct fw_twin_input *in;
	struct fw_twin_result *out;
};

static int say_warnings(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

static void *map_page(struct bpf_object *object, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(object, name);
	void *page = fd < 0 ? MAP_FAILED : mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return page == MAP_FAILED ? NULL : page;
}

static int kernel_load(struct kernel *kernel, const char *object_file)
{
	struct bpf_program *program;
	struct fw_dns_key *key;
	int error;

	kernel->object = bpf_object__open_file(object_file, NULL);
	if (!kernel->object)
		return -errno;
	error = bpf_object__load(kernel->object);
	if (error)
		return error;
	program = bpf_object__find_program_by_name(kernel->object, "twin");
	kernel->program = program ? bpf_program__fd(program) : -1;
	kernel->in = map_page(kernel->object, "twin_input");
	kernel->out = map_page(kernel->object, "twin_result");
	key = map_page(kernel->object, "twin_key");
	if (key) {
		*key = dns_key_of(FRAMES_KEY);
		munmap(key, PAGE);
	}
	return kernel->program >= 0 && kernel->in && kernel->out && key ? 0 : -ENODEV;
}

int kernel_open(const char *object_file, struct kernel **out_kernel)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	int error;

	if (!kernel)
		return -ENOMEM;
	libbpf_set_print(say_warnings);
	error = kernel_load(kernel, object_file);
	if (error)
		kernel_close(kernel);
	else
		*out_kernel = kernel;
	return error;
}

bool kernel_takes(uint32_t len)
{
	return len >= FRAME_LEAST && len <= FRAME_MOST;
}

int kernel_run(struct kernel *kernel, const uint8_t *bytes, uint32_t len, const struct fw_twin_input *in, struct fw_twin_result *out)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = bytes, .data_size_in = len, .repeat = 1);
	int error;

	*kernel->in = *in;
	memset(kernel->out, 0, sizeof(*kernel->out));
	error = bpf_prog_test_run_opts(kernel->program, &run);
	if (error)
		return error;
	*out = *kernel->out;
	return run.retval == XDP_PASS && out->runs == 1 ? 0 : -EIO;
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	if (kernel->in)
		munmap(kernel->in, PAGE);
	if (kernel->out)
		munmap(kernel->out, PAGE);
	bpf_object__close(kernel->object);
	free(kernel);
}
