/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nomem.h"

#include <errno.h>
#include <stdlib.h>

/* The linker's --wrap: calls of malloc go to __wrap_malloc, and __real_malloc is the one of the C library. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
int __real_posix_memalign(void **out, size_t alignment, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
int __wrap_posix_memalign(void **out, size_t alignment, size_t size);
char *__wrap_strdup(const char *text);

static struct {
	bool on, from_there, failed;
	uint64_t left; /* allocations that still succeed */
} plan;

void nomem_start(uint64_t at, bool from_there)
{
	plan.on = true;
	plan.from_there = from_there;
	plan.failed = false;
	plan.left = at;
}

bool nomem_stop(void)
{
	plan.on = false;
	return plan.failed;
}

static bool fails(void)
{
	if (!plan.on || (plan.failed && !plan.from_there))
		return false;
	if (plan.left) {
		plan.left--;
		return false;
	}
	plan.failed = true;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

int __wrap_posix_memalign(void **out, size_t alignment, size_t size)
{
	return fails() ? ENOMEM : __real_posix_memalign(out, alignment, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}
