/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each maker with its first, second, ... allocation failing: told, nothing lost, nothing left open. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "craft.h"
#include "fetch/transfer.h"
#include "nomem.h"

static int first_free(void)
{
	int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(descriptor >= 0);
	close(descriptor);
	return descriptor;
}

static int hear(void *context, const uint8_t *owner, size_t len, uint16_t type)
{
	return 0;
}

static int make_key(struct fault *fault)
{
	struct zone_key *key = NULL;
	int error = zone_key_new("hmac-sha256", "k", "AAAA", &key, fault);

	zone_key_free(key);
	return error;
}

static int make_transfer(struct fault *fault)
{
	struct transfer_setup setup = {.zone = craft_zone("example.org"), .tell = {.record = hear}};
	const struct fetch_time now = {.steady_ns = 1};
	struct transfer *transfer = NULL;
	int pair[2], error;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	error = transfer_over(&setup, pair[1], &now, &transfer, fault);
	transfer_close(transfer);
	close(pair[0]);
	return error;
}

static int make_secondary(struct fault *fault)
{
	const struct secondary_setup setup = {.zones_max = 8};
	struct secondary *secondary = NULL;
	int error = secondary_new(&setup, &secondary);

	secondary_free(secondary);
	fault_set(fault, "", 0, 0, "x");
	return error;
}

static char path[] = "/tmp/floodwall-zone-XXXXXX";

static int read_zone(struct fault *fault)
{
	const struct zone_tell tell = {.record = hear};
	const struct zone_name apex = craft_zone("example.org");
	struct zone_soa soa;

	return zone_file_read(path, &apex, NULL, &tell, &soa, fault);
}

static void each_fails_once(void **state)
{
	static int (*const makers[])(struct fault *) = {make_key, make_transfer, make_secondary, read_zone};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		bool failed = true;
		uint64_t at = 0;
		for (; failed; at++) {
			struct fault fault = {0};
			int before = first_free(), error;
			nomem_start(at, false);
			error = makers[i](&fault);
			failed = nomem_stop();
			assert_int_equal(error, failed ? -ENOMEM : 0);
			assert_true(!failed || fault.sentence[0]);
			assert_int_equal(first_free(), before);
		}
		assert_true(at > 1);
	}
}

static int start(void **state)
{
	static const char body[] = "@ SOA ns h 7 3600 600 86400 300\n";
	int descriptor = mkstemp(path);

	return descriptor < 0 || write(descriptor, body, sizeof(body) - 1) < 0 || close(descriptor);
}

static int finish(void **state)
{
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_fails_once)};

	return cmocka_run_group_tests(tests, start, finish);
}
