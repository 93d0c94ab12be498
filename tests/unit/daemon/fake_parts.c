/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What parts of the daemon ask of a process: no part is open. A test that has one says otherwise. */
#include <sys/types.h>

#include "fake_host.h"

static void *none[HOST_PARTS_MAX];

__attribute__((weak)) void **host_parts(struct host *host)
{
	return none;
}

__attribute__((weak)) void host_fault(struct host *host, const char *key, const char *sentence)
{
}

__attribute__((weak)) const struct person *host_person(struct host *host)
{
	static const struct person person;

	return &person;
}

__attribute__((weak)) struct uv_loop_s *host_loop(struct host *host)
{
	return NULL;
}

__attribute__((weak)) const char *host_version(const struct host *host)
{
	return "0";
}

__attribute__((weak)) int host_answer(
	struct host *host, const struct asker *asker, const char *request, size_t len, char **out_text, size_t *out_len)
{
	return answer_make(host, asker, request, len, out_text, out_len);
}
