/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first allocation fails, then the second, and so on until nothing is left to fail: making an engine, and a whole run of
 * inspect over captures of every packing, with a mute file and a registry. Each ends with -ENOMEM, or with a report that says which input
 * could not be read, or (where a convenience failed: the registry of makers, a line's layout) with the report; never with a crash, and
 * nothing is left behind (the sanitizer looks).
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zlib.h>

#include <cmocka.h>

#include "engine/inspect.h"
#include "gen.h"
#include "nomem.h"

static bool failing_from_there; /* the one alone, or all from there on */

static void a_new_engine(void **state)
{
	struct engine_config config = {0};
	uint64_t at = 0;

	side_init(&config.side);
	for (;; at++) {
		struct engine *engine = NULL;
		nomem_start(at, false);
		int error = engine_new(&config, &engine);
		if (!nomem_stop()) {
			assert_int_equal(error, 0);
			engine_free(engine);
			break;
		}
		assert_int_equal(error, -ENOMEM);
		assert_null(engine);
	}
	print_message("%" PRIu64 " allocations, each failed once\n", at);
	assert_true(at > 20);
}

enum { CAPTURES = 3 };

static char paths[CAPTURES + 1][32];
static char registry[] = "/tmp/floodwall-nomem-XXXXXX";

static int new_file(char path[32])
{
	int fd = memfd_create("nomem", 0);

	assert_true(fd >= 0);
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

/* Devices with names, a login, a scan, somebody unanswered: some of everything that a report can say. */
static struct gen *an_evening(uint64_t start_ns)
{
	struct host way = gen_host("98:9b:cb:10:20:01", "192.168.1.1"), camera = gen_host("a0:a0:a0:00:00:64", "192.168.1.64");
	struct host them = gen_outside(&way, "198.51.100.23");
	struct gen *gen = gen_new(start_ns, 1);

	gen_dhcp(gen, &camera, &way, "camera", "udhcp 1.2.3");
	gen_dns(gen, &camera, &way, "cloud.example", GEN_NOERROR, them.address);
	gen_mdns(gen, &camera, "camera", "_http._tcp.local");
	struct talk talk = gen_open(gen, &them, &camera, 23, 1000000);
	gen_text(gen, &talk, false, "login: ");
	gen_text(gen, &talk, true, "root\r\n");
	gen_text(gen, &talk, false, "Password: ");
	gen_text(gen, &talk, true, "xc3511\r\n");
	gen_text(gen, &talk, false, "\r\n# ");
	for (uint32_t i = 0; i < 40; i++) {
		struct segment syn = {.from_port = (uint16_t)(40000 + i), .to_port = 23, .flags = GEN_SYN};
		them.address[15] = (uint8_t)(100 + i);
		gen_tcp(gen, &camera, &them, &syn);
		gen_wait(gen, 100 * GEN_MS);
	}
	return gen;
}

static void pack(const char *from, int to)
{
	static uint8_t bytes[1 << 16];
	FILE *file = fopen(from, "rb");
	gzFile packed = gzdopen(dup(to), "wb");
	size_t len;

	assert_true(file && packed);
	while ((len = fread(bytes, 1, sizeof(bytes), file)))
		assert_int_equal(gzwrite(packed, bytes, (unsigned)len), (int)len);
	fclose(file);
	assert_int_equal(gzclose(packed), Z_OK);
}

static int make_inputs(void **state)
{
	static const char mutes[] = "scan 192.168.1.64 we know\nflood * -> 203.0.113.0/24 a test\n";
	char path[64];

	for (uint32_t i = 0; i < CAPTURES; i++) {
		int fd = new_file(paths[i]);
		struct gen *gen = an_evening((1477047600ull + 60 * i) * GEN_S);
		if (i < 2)
			gen_write_pcap(gen, paths[i], i);
		else
			pack(paths[0], fd);
		gen_free(gen);
	}
	int fd = new_file(paths[CAPTURES]);
	assert_int_equal(write(fd, mutes, strlen(mutes)), (ssize_t)strlen(mutes));
	if (!mkdtemp(registry))
		return -1;
	snprintf(path, sizeof(path), "%s/oui.csv", registry);
	FILE *oui = fopen(path, "w");
	assert_non_null(oui);
	fputs("Registry,Assignment,Organization Name,Organization Address\nMA-L,A0A0A0,A Test,Here\n", oui);
	return fclose(oui);
}

static int remove_inputs(void **state)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/oui.csv", registry);
	return unlink(path) || rmdir(registry);
}

struct outcome {
	int error;
	bool failed; /* an allocation */
	bool input_failed;
	char *notes;
};

/* With evidence, which goes to a folder of its own, and stand-ins in both. */
static bool evident;
static char evidence[] = "/tmp/floodwall-nomem-evidence-XXXXXX";

static struct outcome inspect(enum inspect_format format, uint64_t fail_at)
{
	static const uint8_t key[16] = {1};
	const char *files[CAPTURES] = {paths[0], paths[1], paths[2]};
	struct inspect_options options = {.files = files,
		.file_count = CAPTURES,
		.mute_file = paths[CAPTURES],
		.oui_folder = registry,
		.format = format,
		.evidence_folder = evident ? evidence : NULL,
		.anonymise_key = evident ? key : NULL,
		.style = {.width = 60, .verbose = true}};
	struct inspect_result result = {0};
	struct outcome outcome = {0};
	struct fault fault = {0};
	FILE *out = fopen("/dev/null", "w");
	char buffer[256], notes[4096] = "";
	FILE *told = fmemopen(notes, sizeof(notes), "w");

	assert_true(out && told);
	setvbuf(out, buffer, _IOFBF, sizeof(buffer));
	nomem_start(fail_at, failing_from_there);
	outcome.error = inspect_run(&options, out, told, &result, &fault);
	outcome.failed = nomem_stop();
	outcome.input_failed = result.input_failed;
	fclose(out);
	fclose(told);
	outcome.notes = strdup(notes);
	assert_non_null(outcome.notes);
	return outcome;
}

static void each_fails_once(enum inspect_format format)
{
	uint64_t at = 0;
	unsigned refused = 0, told = 0;

	for (;; at++) {
		struct outcome outcome = inspect(format, at);
		if (outcome.error) {
			assert_int_equal(outcome.error, -ENOMEM);
			refused++;
		} else if (outcome.input_failed || outcome.notes[0]) {
			assert_non_null(strstr(outcome.notes, "memory"));
			told++;
		}
		free(outcome.notes);
		if (!outcome.failed)
			break;
	}
	print_message(
		"%" PRIu64 " allocations failed once: %u times -ENOMEM, %u times an input was told, else a report\n", at, refused, told);
	assert_true(refused > 30 && (told > 5 || failing_from_there));
}

static void a_report_in_text(void **state)
{
	failing_from_there = false;
	each_fails_once(INSPECT_TEXT);
}

static void a_report_in_json(void **state)
{
	failing_from_there = false;
	each_fails_once(INSPECT_JSON);
}

/* The folder is as an earlier run left it, each time; an evidence that failed leaves what is whole. */
static void a_report_with_evidence(void **state)
{
	struct dirent **names;
	char path[600];
	int count;

	failing_from_there = false;
	evident = true;
	assert_non_null(mkdtemp(evidence));
	each_fails_once(INSPECT_JSON);
	evident = false;
	count = scandir(evidence, &names, NULL, NULL);
	assert_true(count > 2);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", evidence, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			assert_int_equal(unlink(path), 0);
		free(names[i]);
	}
	free(names);
	assert_int_equal(rmdir(evidence), 0);
}

/* Memory that has run out rarely comes back. */
static void all_from_one_on(void **state)
{
	failing_from_there = true;
	each_fails_once(INSPECT_JSON);
	each_fails_once(INSPECT_TEXT);
	failing_from_there = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_engine),
		cmocka_unit_test(a_report_in_text),
		cmocka_unit_test(a_report_in_json),
		cmocka_unit_test(a_report_with_evidence),
		cmocka_unit_test(all_from_one_on),
	};

	return cmocka_run_group_tests(tests, make_inputs, remove_inputs);
}
