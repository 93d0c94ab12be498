/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The documents that CISA published, read one and all, and the two that speak of the makers of 2016: ICSA-18-282-06 (Xiongmai, XMeye) and ICSA-17-124-02 (Dahua).
 * And a mirror of them: read, indexed, read again, changed, damaged. usage: test_captures FOLDER (captures/advisories); without it each is skipped by name, and the
 * mirror is made of documents of our own.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/mirror.h"
#include "papers.h"

static const char *shared;
static char work[] = "/tmp/floodwall-mirror-XXXXXX";

static bool is_there(const char *name, char path[512])
{
	snprintf(path, 512, "%s/%s", shared, name);
	if (shared && access(path, R_OK) == 0)
		return true;
	print_message("SKIP advisories: %s is not here\n", name);
	return false;
}

static struct mirror_report read_folder(struct advisories *advisories, const char *folder, const char *index, struct told *told)
{
	const struct mirror_options options = {.folder = folder, .index = index, .told = papers_told, .context = told};
	struct mirror_report report;
	struct fault fault = {0};
	int error = mirror_read(&options, advisories, &report, &fault);

	if (error)
		fail_msg("%s: %d %s", folder, error, fault.sentence);
	return report;
}

static void every_document_is_read(void **state)
{
	char path[512];
	struct told told;
	struct advisories *advisories;
	struct mirror_report report;

	if (!is_there("csaf", path))
		skip();
	advisories = papers_new(&told);
	report = read_folder(advisories, path, NULL, &told);
	assert_int_equal(report.files, 38);
	assert_int_equal(report.documents, 38);
	assert_string_equal(told.text, "");
	assert_int_equal(advisories_count(advisories), 38);
	advisories_free(advisories);
}

/* Lines of what is matched, without what is told of the maker alone. */
static void see_product(void *context, const struct advisory_match *match)
{
	if (match->certainty != ASSET_MAKER)
		papers_match(context, match);
}

static const struct {
	const char *maker, *model, *firmware, *want;
} DEVICES[] = {
	/* the maker alone: the document is about his cloud, and says of no device that it is affected */
	{"Hangzhou Xiongmai Technology Co., Ltd", "50H20L", "V4.02.R11.00000117.10001.131900.00000", ""},
	{"Zhejiang Dahua Technology Co., Ltd.", "IPC-HDW1320S", "2.420.0000.0.R", "ICSA-17-124-02 product affected mitigation\n"},
	{"Dahua", "DH-IPC-HDW4431C-A", "", "ICSA-17-124-02 product affected mitigation\n"},
	{"Dahua", "DHI-HCVR51A08HE-S3", "", "ICSA-17-124-02 product affected mitigation\n"},
	{"Dahua", "DHI-NVR4104-P", "", ""}, /* near: NVR1XXX is meant */
	{"Dahua", "IPC-HDW9320S", "", ""},
	{"Hikvision", "IPC-HDW1320S", "", ""}, /* another maker */
	{"Hangzhou Hikvision Digital Technology Co.,Ltd.", "DS-2CD2142FWD-I", "V5.4.0 build 160530",
		"ICSA-17-124-01 exact affected vendor_fix\n"},
	{"Hikvision", "DS-2CD2142FWD-I", "V5.5.0 build 170725", ""}, /* fixed */
	{"Hikvision", "DS-2CD2142FWD-I", "V5.4.4", "ICSA-17-124-01 product affected vendor_fix\n"}, /* which build? */
	{"Hikvision", "DS-2CD2032F-I", "V5.3.0 build 150513", "ICSA-17-124-01 exact affected vendor_fix\n"},
	{"Hikvision", "DS-7608NI-E2", "V3.4.0", ""},
	{"Honeywell", "H4W2GR1V", "1.000.0000.18.20190101",
		"ICSA-19-304-03 exact affected mitigation\nICSA-19-304-04 exact affected mitigation\n"},
	{"Honeywell", "H4W2GR1V", "1.000.0000.19.20190819", ""},
	{"Reolink", "RLC-410W", "v2.0.0", "ICSA-21-019-02 product affected mitigation\n"},
	{"Reolink", "Argus 3", "v2.0.0", ""},
};

static void see_maker(void *context, const struct advisory_match *match)
{
	char *ids = context;
	size_t len = strlen(ids);

	assert_int_equal(match->certainty, ASSET_MAKER);
	assert_int_equal(match->status, STATUS_NONE);
	snprintf(ids + len, 256 - len, "%s %s %u\n", match->advisory.id, advisory_remedy_name(match->remedy), match->score);
}

static void devices_of_those_makers(void **state)
{
	struct asset xiongmai = papers_asset("Xiongmai", "", "");
	char path[512], ids[256] = "", got[4096];
	struct told told;
	struct advisories *advisories;

	if (!is_there("csaf", path))
		skip();
	advisories = papers_new(&told);
	read_folder(advisories, path, NULL, &told);
	for (size_t i = 0; i < sizeof(DEVICES) / sizeof(*DEVICES); i++) {
		const struct asset asset = papers_asset(DEVICES[i].maker, DEVICES[i].model, DEVICES[i].firmware);
		*got = 0;
		advisories_match(advisories, &asset, see_product, got, NULL);
		if (strcmp(got, DEVICES[i].want))
			fail_msg("%s %s %s: \"%s\", not \"%s\"", DEVICES[i].maker, DEVICES[i].model, DEVICES[i].firmware, got,
				DEVICES[i].want);
	}
	advisories_match(advisories, &xiongmai, see_maker, ids, NULL);
	assert_string_equal(ids, "ICSA-17-341-01 mitigation 98\nICSA-18-282-06 mitigation 81\n");
	advisories_free(advisories);
}

/* The whole set of 2021 and before. */
static void the_whole_set(void **state)
{
	char archive[512], folder[64], command[1200];
	struct told told;
	struct advisories *advisories;
	struct mirror_report report;

	if (!is_there("csaf_OT_all_to_2021.tar.xz", archive))
		skip();
	snprintf(folder, sizeof(folder), "%s/set", work);
	mkdir(folder, 0700);
	snprintf(command, sizeof(command), "tar -xJf '%s' -C '%s'", archive, folder);
	assert_int_equal(system(command), 0);
	advisories = papers_new(&told);
	report = read_folder(advisories, folder, NULL, &told);
	print_message("%llu files, %llu documents, %u kept\n", (unsigned long long)report.files, (unsigned long long)report.documents,
		advisories_count(advisories));
	assert_int_equal(report.refused, 0);
	assert_int_equal(report.documents + report.older, report.files);
	assert_true(report.files >= 1269);
	assert_string_equal(told.text, "");
	advisories_free(advisories);
}

/* --- a mirror of our own --------------------------------------------------------------------------------------------------- */

static void write_text(const char *name, const char *text, time_t when)
{
	char path[512];
	const struct timespec times[2] = {{when, 0}, {when, 0}};
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", work, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fputs(text, file) < 0, 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void write_document(const char *name, const char *id, const char *version, time_t when)
{
	static const char one[] = "\"full_product_names\":[{\"product_id\":\"A\",\"name\":\"CAM-2100\"}]";
	char *body = papers_document(id, version, one, "{\"cve\":\"CVE-2024-1\",\"product_status\":{\"known_affected\":[\"A\"]}}");

	write_text(name, body, when);
	free(body);
}

static char index_path[64], mirror_path[64];

static struct mirror_report again(struct advisories **out, struct told *told)
{
	*out = papers_new(told);
	return read_folder(*out, mirror_path, index_path, told);
}

static void a_mirror_is_read_where_it_changed(void **state)
{
	const struct asset asset = papers_asset("Example", "CAM-2100", "");
	struct told told;
	struct advisories *advisories;
	struct mirror_report report;

	write_document("m/a.json", "A", "1", 1000);
	write_document("m/sub/b.json", "B", "1", 1000);
	write_document("m/sub/old.json", "B", "0", 1000);
	write_text("m/sub/.hidden.json", "{}", 1000);
	write_text("m/kev.json", "{\"vulnerabilities\":[{\"cveID\":\"CVE-2024-1\"}]}", 1000);
	write_text("m/index.txt", "no JSON", 1000);
	write_text("m/broken.json", "{", 1000);

	report = again(&advisories, &told);
	assert_int_equal(report.files, 5);
	assert_int_equal(report.documents, 2);
	assert_int_equal(report.older, 1);
	assert_int_equal(report.refused, 1);
	assert_int_equal(report.hidden, 1);
	assert_int_equal(report.exploited, 1);
	assert_non_null(strstr(told.text, "m/broken.json 1 "));
	assert_string_equal(papers_matches(advisories, &asset), "A product affected \nB product affected \n");
	advisories_free(advisories);

	report = again(&advisories, &told); /* nothing changed */
	assert_int_equal(report.unchanged, 2);
	assert_int_equal(report.documents, 0);
	assert_string_equal(papers_matches(advisories, &asset), "A product affected \nB product affected \n");
	advisories_free(advisories);

	write_document("m/a.json", "A", "1", 2000); /* touched, the same bytes */
	write_document("m/sub/b.json", "B", "2", 2000); /* revised */
	report = again(&advisories, &told);
	assert_int_equal(report.unchanged, 1);
	assert_int_equal(report.documents, 1);
	assert_string_equal(advisories_version_before(advisories, 0), "");
	assert_string_equal(advisories_version_before(advisories, 1), "1");
	advisories_free(advisories);

	report = again(&advisories, &told); /* and it is remembered what it was */
	assert_int_equal(report.unchanged, 2);
	assert_string_equal(advisories_version_before(advisories, 1), "1");
	advisories_free(advisories);

	write_text("m/a.json", "{\"half", 3000); /* half of it came: what it was stands */
	report = again(&advisories, &told);
	assert_int_equal(report.refused, 2);
	assert_string_equal(papers_matches(advisories, &asset), "A product affected \nB product affected \n");
	advisories_free(advisories);

	char path[512];
	snprintf(path, sizeof(path), "%s/m/a.json", work);
	assert_int_equal(unlink(path), 0);
	report = again(&advisories, &told);
	assert_int_equal(report.gone, 1);
	assert_string_equal(papers_matches(advisories, &asset), "B product affected \n");
	advisories_free(advisories);
}

/* Links, circles, pipes and what may not be read: each named, none followed, the rest read. */
static void a_mirror_with_traps(void **state)
{
	struct told told;
	struct advisories *advisories;
	struct mirror_report report;
	char path[512], deep[512];

	write_document("t/good.json", "G", "1", 1000);
	snprintf(path, sizeof(path), "%s/t/loop", work);
	assert_int_equal(symlink("..", path), 0);
	snprintf(path, sizeof(path), "%s/t/nowhere.json", work);
	assert_int_equal(symlink("gone.json", path), 0);
	snprintf(path, sizeof(path), "%s/t/self.json", work);
	assert_int_equal(symlink("self.json", path), 0);
	snprintf(path, sizeof(path), "%s/t/linked.json", work);
	assert_int_equal(symlink("../m/sub/b.json", path), 0);
	snprintf(path, sizeof(path), "%s/t/pipe.json", work);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(deep, sizeof(deep), "%s/t", work);
	for (unsigned i = 0; i < 18; i++) {
		snprintf(deep + strlen(deep), sizeof(deep) - strlen(deep), "/d");
		mkdir(deep, 0700);
	}
	advisories = papers_new(&told);
	snprintf(path, sizeof(path), "%s/t", work);
	report = read_folder(advisories, path, NULL, &told);
	assert_int_equal(report.documents, 2);
	assert_int_equal(report.left_out, 5);
	assert_non_null(strstr(told.text, "t/loop 0 a link to a folder, which is not followed\n"));
	assert_non_null(strstr(told.text, "t/nowhere.json 0 No such file or directory\n"));
	assert_non_null(strstr(told.text, "t/self.json 0 Too many levels of symbolic links\n"));
	assert_non_null(strstr(told.text, "t/pipe.json 0 is no file\n"));
	assert_non_null(strstr(told.text, "/d 0 a folder more than 16 deep\n"));
	advisories_free(advisories);

	const struct mirror_options few = {.folder = path, .files_max = 1, .told = papers_told, .context = &told};
	advisories = papers_new(&told);
	assert_int_equal(mirror_read(&few, advisories, &report, NULL), 0);
	assert_int_equal(report.files, 1);
	assert_non_null(strstr(told.text, "one file more than are read of one folder\n"));
	struct fault fault;
	const struct mirror_options none = {.folder = "/nonexistent"};
	assert_int_equal(mirror_read(&none, advisories, &report, &fault), -ENOENT);
	assert_string_equal(fault.sentence, "No such file or directory");
	advisories_free(advisories);
}

/* An index with any byte wrong, or cut, is as good as none; one that cannot be written costs nothing but time. */
static void a_damaged_index(void **state)
{
	struct told told;
	struct advisories *advisories;
	struct mirror_report report;
	static char bytes[1 << 16];
	size_t len;
	FILE *file = fopen(index_path, "rb");

	assert_non_null(file);
	len = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_in_range(len, 200, sizeof(bytes) - 1);
	for (size_t at = 8; at < len; at += at < 160 ? 1 : 97) { /* behind the magic: without that it is somebody else's file */
		bytes[at] ^= 0x55;
		file = fopen(index_path, "wb");
		fwrite(bytes, 1, at % 3 ? len : at, file);
		fclose(file);
		bytes[at] ^= 0x55;
		report = again(&advisories, &told);
		assert_int_equal(report.documents, 1);
		assert_non_null(strstr(told.text, "is no index of this program and version, or is damaged; a new one is made\n"));
		assert_int_equal(advisories_count(advisories), 1);
		advisories_free(advisories);
	}
	advisories = papers_new(&told);
	report = read_folder(advisories, mirror_path, "/nonexistent/index", &told);
	assert_int_equal(report.documents, 1);
	assert_non_null(strstr(told.text, "/nonexistent/index 0 cannot be written: No such file or directory\n"));
	advisories_free(advisories);
}

static int make_work(void **state)
{
	static const char *const folders[] = {"m", "m/sub", "t"};
	char path[512];

	if (!mkdtemp(work))
		return -1;
	for (unsigned i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", work, folders[i]);
		mkdir(path, 0700);
	}
	snprintf(index_path, sizeof(index_path), "%s/index", work);
	snprintf(mirror_path, sizeof(mirror_path), "%s/m/", work);
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	return remove(path);
}

static int remove_work(void **state)
{
	return nftw(work, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_document_is_read),
		cmocka_unit_test(devices_of_those_makers),
		cmocka_unit_test(the_whole_set),
		cmocka_unit_test(a_mirror_is_read_where_it_changed),
		cmocka_unit_test(a_mirror_with_traps),
		cmocka_unit_test(a_damaged_index),
	};

	shared = argc > 1 ? argv[1] : NULL;
	return cmocka_run_group_tests(tests, make_work, remove_work);
}
