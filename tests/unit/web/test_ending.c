/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server's end: a request that came in last is not answered any more, for whom it would be asked of may be gone already, and the key of TLS goes with
 * it. A client and the server share this thread; the client's socket waits for nothing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "web/web.h"

enum { TURNS_MAX = 2000 };

struct bed {
	uv_loop_t loop;
	struct web *web;
	unsigned asked;
	int client;
	uv_timer_t pace; /* so that a turn of the loop ends */
};

static int answer(void *context, const char *request, size_t len, char **out_text, size_t *out_len)
{
	struct bed *bed = context;

	bed->asked++;
	*out_text = strdup("{\"ok\":true,\"text\":\"\"}");
	*out_len = strlen(*out_text);
	return 0;
}

static void on_pace(uv_timer_t *timer)
{
}

static void open_bed(struct bed *bed)
{
	struct web_setup setup = {.version = "0", .role = "guard", .answer = answer, .context = bed, .metrics_open = true};
	struct sockaddr_in there = {.sin_family = AF_INET};
	struct fault fault = {0};

	*bed = (struct bed){0};
	inet_pton(AF_INET6, "::ffff:127.0.0.1", setup.address);
	assert_int_equal(uv_loop_init(&bed->loop), 0);
	uv_timer_init(&bed->loop, &bed->pace);
	uv_timer_start(&bed->pace, on_pace, 1, 1);
	assert_int_equal(web_open(&bed->loop, &setup, &bed->web, &fault), 0);
	there.sin_port = htons(web_port(bed->web));
	inet_pton(AF_INET, "127.0.0.1", &there.sin_addr);
	bed->client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(bed->client, (struct sockaddr *)&there, sizeof(there)), 0);
}

static void ask(struct bed *bed)
{
	static const char request[] = "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

	assert_int_equal(send(bed->client, request, sizeof(request) - 1, MSG_NOSIGNAL), sizeof(request) - 1);
}

static void close_bed(struct bed *bed)
{
	web_close(bed->web);
	uv_close((uv_handle_t *)&bed->pace, NULL);
	uv_run(&bed->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&bed->loop), 0);
	web_free(bed->web);
	close(bed->client);
}

static void the_last_request_is_not_answered(void **state)
{
	static struct bed bed;
	char bytes[4096];

	open_bed(&bed);
	ask(&bed);
	for (unsigned turns = 0; turns < TURNS_MAX && !bed.asked; turns++)
		uv_run(&bed.loop, UV_RUN_ONCE);
	assert_int_equal(bed.asked, 1);
	assert_true(recv(bed.client, bytes, sizeof(bytes), 0) > 0);
	ask(&bed); /* in the server's socket; the loop does not turn any more */
	close_bed(&bed);
	assert_int_equal(bed.asked, 1);
}

#ifdef __SANITIZE_ADDRESS__
static const char key[] = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n";

static unsigned left_in_memory;

/* Their headers are not there with each compiler. */
int __sanitizer_install_malloc_and_free_hooks(
	void (*made)(const volatile void *block, size_t size), void (*freed)(const volatile void *block));
size_t __sanitizer_get_allocated_size(const volatile void *block);

static void on_malloc(const volatile void *block, size_t size)
{
}

static void on_free(const volatile void *block)
{
	if (block && __sanitizer_get_allocated_size(block) >= sizeof(key) && !memcmp((const void *)block, key, sizeof(key)))
		left_in_memory++;
}

/* Also where one file holds both, and is named twice. */
static void nothing_of_the_key_stays(void **state)
{
	struct web_setup setup = {.version = "0", .role = "guard", .answer = answer, .certificate = key, .key = key};
	struct fault fault = {0};
	struct web *web = NULL;
	uv_loop_t loop;

	inet_pton(AF_INET6, "::ffff:127.0.0.1", setup.address);
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) > 0, 1);
	free(strdup(key));
	assert_int_equal(left_in_memory, 1); /* it would be noticed */
	assert_int_equal(web_open(&loop, &setup, &web, &fault), -EINVAL);
	assert_int_equal(left_in_memory, 1);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_request_is_not_answered),
#ifdef __SANITIZE_ADDRESS__
		cmocka_unit_test(nothing_of_the_key_stays),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
