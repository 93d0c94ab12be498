/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is held against advisories and recalls: the whole guard, without a kernel, over a capture in which more MACs than there are places come
 * and go before the camera does that was recalled.
 */
#include "whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "gen.h"
#include "wire/limits.h"

enum { TENTHS = 600, FORGED = FW_DEVICE_MAX + 64, WAIT_MS = 20000, NOBODY = 65534, FILES = 2200 };

static const uint8_t camera[6] = {2, 0, 0, 0, 0, 0x0d};

struct bed {
	struct whole whole;
	unsigned recalled;
};

static void write_file(const char *name, const char *text)
{
	FILE *out = fopen(whole_path(name), "we");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static void forge(struct gen *gen, const struct host *gateway, unsigned number)
{
	struct host outside = gen_outside(gateway, "45.33.0.9");
	char mac[18], address[16];
	struct host host;

	snprintf(mac, sizeof(mac), "02:11:00:00:%02x:%02x", number >> 8, number & 0xff);
	snprintf(address, sizeof(address), "192.168.%u.%u", 2 + number / 200, 1 + number % 200);
	host = gen_host(mac, address);
	gen_udp(gen, &host, 4000, &outside, 9000, "x", 1);
}

static void write_capture(void)
{
	struct gen *gen = gen_new(WHOLE_WALL_S * GEN_S, 7);
	struct host gateway = gen_host("02:00:00:00:00:01", "192.168.1.1"), known = gen_host("02:00:00:00:00:02", "192.168.1.2"),
		    axis = gen_host("02:00:00:00:00:0d", "192.168.1.13"), outside = gen_outside(&gateway, "45.33.0.8");
	struct talk talk = gen_open(gen, &known, &outside, 443, 10 * GEN_MS);

	gen_text(gen, &talk, true, "hello");
	gen_close(gen, &talk);
	for (unsigned i = 0; i < FORGED; i++) {
		forge(gen, &gateway, i);
		gen_wait(gen, GEN_MS);
	}
	gen_wait(gen, 15 * GEN_S);
	gen_dhcp(gen, &axis, &gateway, "axis", "AXIS,Network Camera,M1045-LW,5.50.4");
	talk = gen_open(gen, &axis, &outside, 443, 10 * GEN_MS);
	gen_close(gen, &talk);
	gen_wait(gen, 20 * GEN_S);
	talk = gen_open(gen, &known, &outside, 443, 10 * GEN_MS);
	gen_close(gen, &talk);
	gen_write_pcap(gen, whole_path("many.pcap"), true);
	gen_free(gen);
}

static void bed_open(struct bed *bed, const char *more)
{
	char text[1024];

	snprintf(text, sizeof(text),
		"role: guard\nguard:\n  interfaces: [demo]\n  mode: observe\n"
		"  sizes:\n    devices: 256\n    rules: 4096\n    members: 4096\n    names: 256\n    flows: 128\n%s",
		more);
	whole_open(&bed->whole, "many.pcap", text);
}

/* Files are read on a thread: its time is the machine's. */
static const char *wait_until_read(struct bed *bed)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	const char *why = "";

	for (unsigned waited = 0; waited < WAIT_MS; waited++) {
		whole_tick(&bed->whole, GEN_MS);
		guard_advice_of(bed->whole.guard, camera, &why);
		if (!strstr(why, "being read"))
			break;
		nanosleep(&moment, NULL);
	}
	return why;
}

static void see_recalled(void *context, const struct device *device, const struct sheet_recall *recall)
{
	struct bed *bed = context;

	assert_memory_equal(device->macs[0], camera, sizeof(camera));
	assert_string_equal(recall->id, "axis-1");
	bed->recalled++;
}

/* Forged MACs take every place first, and it comes when they have made room: its number is beyond all places then. */
static void who_comes_late(void **state)
{
	struct bed bed = {0};
	char more[512];

	write_file("recalls.yaml",
		"- recall: axis-1\n  title: Recall of a power supply\n  source: https://axis.example/recall\n"
		"  applies-if: maker = 'Axis'\n  recalled-if: bought < 2015-04\n  yes: Take it back to the shop.\n");
	write_file("facts.yaml", "- device: 02:00:00:00:00:0d\n  bought: 2014-11\n");
	snprintf(more, sizeof(more), "  recalls: %s\n  facts: %s\n", whole_path("recalls.yaml"), whole_path("facts.yaml"));
	bed_open(&bed, more);
	assert_null(strstr(wait_until_read(&bed), "could not"));
	for (unsigned i = 0; i < TENTHS && !bed.recalled; i++) {
		whole_tick(&bed.whole, GEN_S / 10);
		guard_each_recalled(bed.whole.guard, see_recalled, &bed);
	}
	assert_int_equal(bed.recalled, 1);
	whole_close(&bed.whole);
}

/* What is wrong with the file is said, not that it is something else; a pipe holds nobody up. */
static void what_cannot_be_read(void **state)
{
	static const struct {
		const char *setting, *file, *says;
	} cases[] = {
		{"advisories", "closed.index", "closed.index: cannot be read: Permission denied"},
		{"advisories", "facts.yaml", "facts.yaml: is no folder, and no index that"},
		{"advisories", "pipe", "pipe: Not a directory"},
		{"facts", "pipe", "pipe: is no regular file"},
	};
	bool root = geteuid() == 0;

	write_file("closed.index", "FWINDEX1");
	chmod(whole_path("closed.index"), 0);
	assert_int_equal(mkfifo(whole_path("pipe"), 0600), 0);
	chmod(whole_path("pipe"), 0666);
	chmod(whole_folder(), 0755);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bed bed = {0};
		char more[256];

		snprintf(more, sizeof(more), "  %s: %s\n", cases[i].setting, whole_path(cases[i].file));
		bed_open(&bed, more);
		/* whom the daemon becomes before it reads */
		assert_int_equal(root ? seteuid(NOBODY) : 0, 0);
		assert_non_null(strstr(wait_until_read(&bed), "could not be read"));
		assert_int_equal(root ? seteuid(0) : 0, 0);
		if (!strstr(bed.whole.said, cases[i].says))
			fail_msg("%s of %s: %s", cases[i].setting, cases[i].file, bed.whole.said);
		whole_close(&bed.whole);
	}
}

/* Of a folder with far more files than could be kept, no more are even looked at: each costs memory. */
static void a_folder_of_thousands(void **state)
{
	struct bed bed = {0};
	char more[256], name[32];

	assert_int_equal(mkdir(whole_path("csaf"), 0755), 0);
	for (unsigned i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "csaf/%u.json", i);
		write_file(name, "");
	}
	snprintf(more, sizeof(more), "    advisories: 1mib\n  advisories: %s\n", whole_path("csaf"));
	bed_open(&bed, more);
	wait_until_read(&bed);
	if (!strstr(bed.whole.said, "one file more than are read of one folder"))
		fail_msg("%s", bed.whole.said);
	whole_close(&bed.whole);
	for (unsigned i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "csaf/%u.json", i);
		unlink(whole_path(name));
	}
	rmdir(whole_path("csaf"));
}

/* How many documents the camera's sheet has once it is here. */
static uint32_t advisories_of_camera(struct bed *bed)
{
	const struct sheet *sheet = NULL;
	const char *why;

	for (unsigned i = 0; i < TENTHS && (!sheet || strcmp(sheet->device->maker.name, "Axis")); i++) {
		whole_tick(&bed->whole, GEN_S / 10);
		sheet = guard_advice_of(bed->whole.guard, camera, &why);
	}
	assert_non_null(sheet);
	assert_string_equal(sheet->device->maker.name, "Axis");
	return sheet->advisory_count;
}

/* A document calls the maker as nobody but a row of the owner's own table does. */
static void a_maker_by_another_name(void **state)
{
	static const char document[] =
		"{\"document\":{\"category\":\"csaf_security_advisory\",\"csaf_version\":\"2.0\",\"title\":\"T\",\"publisher\":{"
		"\"category\":"
		"\"vendor\",\"name\":\"P\",\"namespace\":\"https://"
		"example.com\"},\"tracking\":{\"id\":\"NL-1\",\"version\":\"1\",\"status\":"
		"\"final\",\"current_release_date\":\"2016-10-01T10:00:00Z\",\"initial_release_date\":\"2016-10-01T10:00:00Z\","
		"\"revision_history\":[{\"date\":\"2016-10-01T10:00:00Z\",\"number\":\"1\",\"summary\":\"First.\"}]}},\"product_tree\":{"
		"\"branches\":[{\"category\":\"vendor\",\"name\":\"Nordlicht Optik\",\"branches\":[{\"category\":\"product_name\",\"name\":"
		"\"M1045-LW\",\"product\":{\"name\":\"M1045-LW\",\"product_id\":\"P\"}}]}]},\"vulnerabilities\":[{\"product_status\":{"
		"\"known_affected\":[\"P\"]}}]}";
	char without[256], with[512];

	assert_int_equal(mkdir(whole_path("csaf"), 0755) | mkdir(whole_path("signatures"), 0755), 0);
	write_file("csaf/nl-1.json", document);
	write_file("signatures/own.tsv", "company\tNordlicht*\tis\tAxis\t95\tthe label\n");
	snprintf(without, sizeof(without), "  advisories: %s\n", whole_path("csaf"));
	snprintf(with, sizeof(with), "%s  signatures: %s\n", without, whole_path("signatures"));
	for (unsigned i = 0; i < 3; i++) {
		struct bed bed = {0};
		char said[256];

		bed_open(&bed, i ? with : without);
		/* what was read at the start is closed to whom the daemon becomes */
		assert_int_equal(chmod(whole_path("signatures"), i < 2 ? 0755 : 0), 0);
		assert_int_equal(chmod(whole_folder(), 0755), 0);
		bool root = geteuid() == 0 && seteuid(NOBODY) == 0;

		wait_until_read(&bed);
		assert_int_equal(root ? seteuid(0) : 0, 0);
		assert_int_equal(advisories_of_camera(&bed), i == 1);
		snprintf(said, sizeof(said), "advisories: %s: Permission denied", whole_path("signatures"));
		if (!strstr(bed.whole.said, said) != (i < 2))
			fail_msg("%u: %s", i, bed.whole.said);
		whole_close(&bed.whole);
	}
	unlink(whole_path("csaf/nl-1.json"));
	chmod(whole_path("signatures"), 0755);
	unlink(whole_path("signatures/own.tsv"));
	assert_int_equal(rmdir(whole_path("csaf")) | rmdir(whole_path("signatures")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(who_comes_late), cmocka_unit_test(what_cannot_be_read),
		cmocka_unit_test(a_folder_of_thousands), cmocka_unit_test(a_maker_by_another_name)};
	static const char *const files[] = {"many.pcap", "recalls.yaml", "facts.yaml", "closed.index", "pipe"};
	int code;

	if (!whole_begin())
		return 1;
	write_capture();
	code = cmocka_run_group_tests(tests, NULL, NULL);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(whole_path(files[i]));
	whole_end();
	return code;
}
