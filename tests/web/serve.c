/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page's server with made-up answers, for tests that need no root: each request is answered with itself, but for some that are answered as a
 * role would. Prints "PORT TOKEN" in a line, serves until its input ends; a line of input is an event "EVENT DATA", a new token ("token"), or "big N"
 * (N bytes of events).
 */
#include <arpa/inet.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "web/web.h"

struct stand {
	uv_loop_t loop;
	uv_pipe_t input;
	uv_timer_t tick;
	struct web *web;
	char line[16384];
	size_t len;
};

static json_t *shown(const char *what, const json_t *request)
{
	char *long_text;
	json_t *answer;

	if (strcmp(what, "metrics") == 0)
		return json_pack("{s:b, s:s}", "ok", 1, "text", "# HELP floodwall_up Runs.\n# TYPE floodwall_up gauge\nfloodwall_up 1\n");
	if (strcmp(what, "packets") == 0 && json_integer_value(json_object_get(request, "number")) == 7)
		return json_pack("{s:b, s:{s:i, s:s}}", "ok", 1, "packets", "finding", 7, "pcapng", "Cg0NCgA=");
	if (strcmp(what, "nothing") == 0)
		return json_pack("{s:b, s:s}", "ok", 0, "error", "there is no such thing");
	if (strcmp(what, "large") != 0)
		return json_pack("{s:b, s:O}", "ok", 1, "request", request);
	long_text = calloc(1, (size_t)json_integer_value(json_object_get(request, "count")) + 1);
	if (!long_text)
		return NULL;
	memset(long_text, 'x', (size_t)json_integer_value(json_object_get(request, "count")));
	answer = json_pack("{s:b, s:s}", "ok", 1, "text", long_text);
	free(long_text);
	return answer;
}

static int answer(void *context, const char *request, size_t len, char **out_text, size_t *out_len)
{
	json_t *asked = json_loadb(request, len, JSON_REJECT_DUPLICATES, NULL);
	const char *what = json_string_value(json_object_get(asked, "what"));
	json_t *answered = shown(what ? what : "", asked);
	char *text = json_dumps(answered, JSON_COMPACT);

	json_decref(asked);
	json_decref(answered);
	if (!text)
		return -1;
	*out_text = text;
	*out_len = strlen(text);
	return 0;
}

static void command(struct stand *stand, char *line)
{
	char *space = strchr(line, ' '), token[WEB_TOKEN_TEXT];
	uint8_t digest[WEB_TOKEN_BYTES];

	if (strcmp(line, "token") == 0) {
		web_token_new(token, digest);
		web_token_set(stand->web, digest);
		printf("%u %s\n", web_port(stand->web), token);
		fflush(stdout);
		return;
	}
	if (!space)
		return;
	*space++ = 0;
	if (strcmp(line, "big") == 0) {
		static char data[WEB_EVENT_MAX];
		snprintf(data, sizeof(data), "{\"x\":\"%0*d\"}", WEB_EVENT_MAX - 100, 0);
		for (long left = strtol(space, NULL, 10); left > 0; left -= WEB_EVENT_MAX)
			web_tell(stand->web, "big", data);
		return;
	}
	web_tell(stand->web, line, space);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct stand *stand = handle->data;

	*out = uv_buf_init(stand->line + stand->len, (unsigned)(sizeof(stand->line) - stand->len - 1));
}

static void on_tick(uv_timer_t *timer)
{
	struct stand *stand = timer->data;

	web_tell(stand->web, "tick", "{}");
}

static void on_line(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer)
{
	struct stand *stand = stream->data;
	char *end;

	if (len < 0) {
		web_close(stand->web);
		uv_close((uv_handle_t *)&stand->input, NULL);
		uv_close((uv_handle_t *)&stand->tick, NULL);
		return;
	}
	stand->len += (size_t)len;
	while ((end = memchr(stand->line, '\n', stand->len))) {
		*end = 0;
		command(stand, stand->line);
		stand->len -= (size_t)(end + 1 - stand->line);
		memmove(stand->line, end + 1, stand->len);
	}
}

static char *text_of(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 65536);

	if (!file || !text || !fread(text, 1, 65535, file))
		exit(2);
	fclose(file);
	return text;
}

int main(int count, char **words)
{
	static struct stand stand;
	struct web_setup setup = {.version = "0", .role = "guard", .answer = answer, .hosts = {"floodwall.example"}, .host_count = 1};
	struct fault fault = {0};
	char token[WEB_TOKEN_TEXT];

	inet_pton(AF_INET6, "::ffff:127.0.0.1", setup.address);
	for (int i = 1; i < count; i++) {
		if (strcmp(words[i], "open") == 0)
			setup.metrics_open = true;
		else if (strcmp(words[i], "all") == 0)
			memset(setup.address, 0, 16);
		else if (strcmp(words[i], "port") == 0 && i + 1 < count)
			setup.port = (uint16_t)strtoul(words[++i], NULL, 10);
		else if (strcmp(words[i], "tls") == 0 && i + 2 < count) {
			setup.certificate = text_of(words[++i]);
			setup.key = text_of(words[++i]);
		}
	}
	uv_loop_init(&stand.loop);
	if (web_token_new(token, setup.digest) || web_open(&stand.loop, &setup, &stand.web, &fault)) {
		fprintf(stderr, "%s\n", fault.sentence);
		return 1;
	}
	free((char *)setup.certificate);
	free((char *)setup.key);
	uv_pipe_init(&stand.loop, &stand.input, 0);
	uv_timer_init(&stand.loop, &stand.tick);
	stand.input.data = stand.tick.data = &stand;
	uv_pipe_open(&stand.input, 0);
	uv_read_start((uv_stream_t *)&stand.input, on_room, on_line);
	uv_timer_start(&stand.tick, on_tick, 500, 500);
	printf("%u %s\n", web_port(stand.web), token);
	fflush(stdout);
	uv_run(&stand.loop, UV_RUN_DEFAULT);
	web_free(stand.web);
	uv_loop_close(&stand.loop);
	return 0;
}
