/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the control socket, a line each, over one store: each gets one line of JSON. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../unit/daemon/fake_host.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void ask(struct host *host, const uint8_t *bytes, size_t len)
{
	struct asker asker = {.user = 0};
	char *request = malloc(len ? len : 1), *text;
	size_t text_len;
	json_t *answer;

	if (len)
		memcpy(request, bytes, len);
	if (answer_make(host, &asker, request, len, &text, &text_len))
		abort();
	answer = json_loadb(text, text_len, 0, NULL);
	if (!json_is_boolean(json_object_get(answer, "ok")) || memchr(text, '\n', text_len) != text + text_len - 1)
		abort();
	json_decref(answer);
	free(text);
	free(request);
}

/* One of each role, opened once: that takes longer than a thousand requests. Each run finds its store empty. No folder: it lives in memory. */
static struct host *host_of(bool guards)
{
	static struct host *hosts[2];

	if (!hosts[guards])
		hosts[guards] = fake_host_new("/nonexistent", guards);
	if (!hosts[guards] || fake_host_reset(hosts[guards]))
		abort();
	return hosts[guards];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct host *host = host_of(len > 5 && memcmp(bytes, "guard", 5) == 0); /* a first line that is no request */

	for (size_t at = 0, line_len; at <= len; at += line_len + 1) {
		const uint8_t *end = at < len ? memchr(bytes + at, '\n', len - at) : NULL;
		line_len = end ? (size_t)(end - (bytes + at)) : len - at;
		ask(host, bytes + at, line_len);
	}
	decide_tick(host, &(struct fetch_time){.wall_s = 100000});
	return 0;
}
