/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was seen and shown: devices and their names, findings and their proof, counters; how they are looked for, and how they go. */
#include <errno.h>
#include <sys/stat.h>

#include "kept.h"
#include "nomem.h"

static void see_deed(void *context, const struct deed *deed)
{
	struct page *page = context;
	size_t len = strlen(page->text);

	page->count++;
	snprintf(page->text + len, sizeof(page->text) - len, "%s%s:%s:%d:%d ", deed_verb_names[deed->verb], deed->undone ? "(undone)" : "",
		deed->detail, deed->subject.bits, deed->subject.address[5]);
}

/* ---- devices ---- */

static void devices_and_their_names(void **state)
{
	struct store *store = opened();
	struct deed undone;
	uint64_t deed, second;
	struct fault fault = {0};

	keep_device(store, camera, "clean", 10);
	assert_int_equal(store_device_name(store, camera, "the camera", &by, &deed, &fault), 0);
	keep_device(store, camera, "hijacked", 20); /* the name is the person's */
	assert_devices(store, "the camera/hijacked/{\"a\":1}/20 ");
	assert_int_equal(store_device_name(store, camera, "the camera", &by, &second, &fault), -EALREADY);
	assert_string_equal(fault.sentence, "the device has this name");
	assert_int_equal(store_device_name(store, camera, "garden", &by, &second, &fault), 0);
	store_close(store);
	store = opened();
	assert_devices(store, "garden/hijacked/{\"a\":1}/20 ");
	assert_int_equal(store_undo(store, deed, &by, &undone, &fault), -EBUSY);
	assert_string_equal(fault.sentence, "the device was given another name since; undo that first");
	assert_int_equal(store_undo(store, 0, &by, &undone, &fault), 0);
	assert_int_equal(undone.id, second);
	assert_int_equal(undone.verb, DEED_NAME);
	assert_int_equal(undone.subject.bits, DECISION_OF_MAC);
	assert_memory_equal(undone.subject.address, camera, 6);
	assert_devices(store, "the camera/hijacked/{\"a\":1}/20 ");
	assert_int_equal(store_undo(store, 0, &by, &undone, &fault), 0);
	assert_devices(store, "/hijacked/{\"a\":1}/20 ");
	assert_int_equal(store_undo(store, 0, &by, &undone, &fault), -ENOENT);
	store_close(store);
}

/* A name may come before its device; where it goes again, nothing is left. A name taken away is a deed too. */
static void a_name_of_what_was_never_seen(void **state)
{
	struct store *store = opened();
	char much[HISTORY_NAME_MAX + 1];
	struct deed undone;
	uint64_t deed;
	struct fault fault = {0};

	assert_int_equal(store_device_name(store, lamp, "lamp", &by, &deed, &fault), 0);
	assert_devices(store, "lamp//{}/0 ");
	assert_int_equal(store_device_name(store, lamp, "", &by, &deed, &fault), 0);
	assert_devices(store, "");
	assert_int_equal(store->devices, 0);
	assert_int_equal(store_undo(store, 0, &by, &undone, &fault), 0);
	assert_devices(store, "lamp//{}/0 ");
	assert_int_equal(store->devices, 1);
	keep_device(store, lamp, "clean", 30);
	assert_devices(store, "lamp/clean/{\"a\":1}/30 ");
	memset(much, 'x', sizeof(much));
	much[HISTORY_NAME_MAX] = 0;
	assert_int_equal(store_device_name(store, lamp, much, &by, &deed, &fault), -ENAMETOOLONG);
	much[HISTORY_NAME_MAX - 1] = 0;
	assert_int_equal(store_device_name(store, lamp, much, &by, &deed, &fault), 0);
	store_close(store);
}

static void the_audit_log_of_one(void **state)
{
	struct decision block = {.kind = DECISION_BLOCK, .prefix = {.bits = DECISION_OF_MAC}, .made_s = 7, .who = "root", .reason = "scan"};
	struct store *store = opened();
	struct prefix subject = {.bits = DECISION_OF_MAC};
	struct page page = {0};
	uint64_t id, deed, named;
	struct fault fault;

	memcpy(block.prefix.address, camera, 6);
	memcpy(subject.address, camera, 6);
	assert_int_equal(store_note(store, &by, &fault), 0);
	assert_int_equal(store_decide(store, &block, &id, &deed, &fault), 0);
	assert_int_equal(store_device_name(store, lamp, "lamp", &by, &named, &fault), 0);
	assert_int_equal(store_device_name(store, camera, "eye", &by, &named, &fault), 0);
	assert_int_equal(store_find_deeds(store, &(struct deed_query){.count = 9, .subject = &subject}, see_deed, &page), 0);
	assert_string_equal(page.text, "name:eye:255:5 decide:scan:255:5 ");
	page = (struct page){0};
	assert_int_equal(
		store_find_deeds(store, &(struct deed_query){.count = 9, .subject = &subject, .before = named}, see_deed, &page), 0);
	assert_string_equal(page.text, "decide:scan:255:5 ");
	page = (struct page){0};
	assert_int_equal(store_find_deeds(store, &(struct deed_query){.count = 2}, see_deed, &page), 0);
	assert_string_equal(page.text, "name:eye:255:5 name:lamp:255:255 ");
	page = (struct page){0};
	subject.bits = 128; /* the same bytes as an address are another subject */
	assert_int_equal(store_find_deeds(store, &(struct deed_query){.count = 9, .subject = &subject}, see_deed, &page), 0);
	assert_string_equal(page.text, "");
	store_close(store);
}

static void devices_have_a_ceiling(void **state)
{
	struct store *store = opened();
	struct kept_device one = {.mac = {9, 9, 9, 9, 9, 9}, .last_s = 1, .state = "clean", .body = "{}"};
	struct fault fault;
	uint64_t deed;

	sql(store,
		"with recursive n(i) as (select 1 union all select i + 1 from n where i < 65536)"
		" insert into device select i, iif(i = 7, 'kept', ''), 'clean', i, i, '{}' from n");
	store_close(store);
	store = opened();
	assert_int_equal(store->devices, HISTORY_DEVICES_MAX);
	assert_int_equal(store_device_keep(store, &one, &fault), 0);
	assert_int_equal(store->devices, HISTORY_DEVICES_MAX);
	assert_int_equal(number_of(store, "select count(*) from device where mac = 1"), 0); /* not heard for longest */
	sql(store, "update device set last = 0 where mac = 7");
	one.mac[0] = 8;
	one.last_s = 3;
	assert_int_equal(store_device_keep(store, &one, &fault), 0);
	assert_int_equal(number_of(store, "select count(*) from device where mac = 7"), 1);
	assert_int_equal(store_device_name(store, lamp, "no room", &by, &deed, &fault), -ENOSPC);
	sql(store, "update device set name = 'x'");
	one.mac[0] = 7;
	assert_int_equal(store_device_keep(store, &one, &fault), -ENOSPC);
	assert_string_equal(fault.sentence, "each of the devices that are kept has a name: there is no room for one more");
	assert_int_equal(store_state(store), STORE_SOUND);
	store_close(store);
}

/* ---- findings ---- */

static void findings_and_their_proof(void **state)
{
	struct store *store = opened();
	static char much[HISTORY_PACKETS_MAX + 1];
	static char body[HISTORY_BODY_MAX + 2];
	struct kept_finding large = {.number = 9, .body = body};
	struct page page = {0};
	struct fault fault = {0};
	void *bytes;
	size_t len;

	assert_int_equal(store_finding_last(store), 0);
	keep(store, 1, "scan", "high", "{\"why\":\"one\"}");
	keep(store, 2, "flood", "low", "{\"why\":\"two\"}");
	keep(store, 1, "scan", "critical", "{\"why\":\"one, worse\"}");
	assert_int_equal(store_finding_count(store), 2);
	assert_int_equal(store_packets_keep(store, 1, much, HISTORY_PACKETS_MAX, &fault), 0);
	assert_int_equal(store_packets_keep(store, 1, "pcapng", 6, &fault), 0);
	assert_int_equal(store_packets_keep(store, 1, much, sizeof(much), &fault), -E2BIG);
	assert_int_equal(store_packets_keep(store, 3, "pcapng", 6, &fault), -ENOENT);
	assert_string_equal(fault.sentence, "there is no finding of this number");
	memset(body, ' ', HISTORY_BODY_MAX + 1);
	assert_int_equal(store_finding_keep(store, &large, &fault), -E2BIG);
	store_close(store);
	store = opened();
	assert_int_equal(store_finding_count(store), 2);
	assert_int_equal(store_finding_last(store), 2);
	assert_int_equal(store_finding(store, 1, see_finding, &page), 0);
	assert_int_equal(page.finding.packets_len, 6);
	assert_int_equal(page.finding.raised_s, 1001);
	assert_int_equal(page.finding.last_s, 2001);
	assert_string_equal(page.finding.severity, "critical");
	assert_memory_equal(page.finding.mac, camera, 6);
	assert_int_equal(store_finding(store, 3, see_finding, &page), -ENOENT);
	assert_int_equal(store_packets(store, 1, &bytes, &len), 0);
	assert_int_equal(len, 6);
	assert_memory_equal(bytes, "pcapng", 6);
	free(bytes);
	assert_int_equal(store_packets(store, 2, &bytes, &len), -ENOENT);
	/* all gone, and still no number is given twice */
	sql(store, "delete from finding");
	store_close(store);
	store = opened();
	assert_int_equal(store_finding_last(store), 2);
	store_close(store);
}

static void pages_of_findings(void **state)
{
	struct store *store = opened();
	struct finding_query query = {.count = 3, .muted_too = true};
	uint64_t raised[2];

	keep(store, 1, "scan", "high", "{\"peer\":\"192.0.2.7\"}");
	keep(store, 2, "scan", "low", "{\"peer\":\"192.0.2.8\"}");
	keep(store, 3, "flood", "high", "{\"name\":\"Front Door\"}");
	keep(store, 4, "scan", "high", "{\"peer\":\"192.0.2.7\"}");
	keep(store, 5, "scan", "high", "{\"peer\":\"192.0.2.7\"}"); /* muted */
	keep(store, 6, "flood", "low", "{}");
	assert_page(store, &query, "6 5 4 ", 4);
	query.before = 4;
	assert_page(store, &query, "3 2 1 ", 0); /* exactly a page: there is no next one */
	query = (struct finding_query){.count = 50};
	assert_page(store, &query, "6 4 3 2 1 ", 0);
	query.mac = camera;
	assert_page(store, &query, "3 1 ", 0);
	query = (struct finding_query){.count = 50, .kind = "scan"};
	assert_page(store, &query, "4 2 1 ", 0);
	snprintf(query.severity, sizeof(query.severity), "high");
	assert_page(store, &query, "4 1 ", 0);
	query = (struct finding_query){.count = 50, .severity = "low", .muted_too = true};
	assert_page(store, &query, "6 2 ", 0);
	query = (struct finding_query){.count = 50, .since_s = 2004, .muted_too = true};
	assert_page(store, &query, "6 5 4 ", 0);
	query = (struct finding_query){.count = 50, .search = "front d"};
	assert_page(store, &query, "3 ", 0);
	query = (struct finding_query){.count = 50, .search = "' or 1 = 1 --"};
	assert_page(store, &query, "", 0);
	query = (struct finding_query){.count = 0};
	assert_page(store, &query, "", 0);
	query = (struct finding_query){.count = 1, .before = UINT64_MAX};
	assert_page(store, &query, "6 ", 6);
	/* the fifth is muted */
	assert_int_equal(store_findings_raised(store, (uint64_t[2]){1005, 1001}, raised), 0);
	assert_true(raised[0] == 1 && raised[1] == 5);
	store_close(store);
}

/* Among many that do not fit the one that does is found, a bounded number of rows at each page. */
static void a_page_looks_at_a_bounded_number(void **state)
{
	struct store *store = opened();
	struct finding_query query = {.count = 50, .search = "needle"};
	struct page page = {0};
	uint64_t next, raised[2];
	unsigned pages = 0;

	sql(store,
		"with recursive n(i) as (select 1 union all select i + 1 from n where i < 50001)"
		" insert into finding select i, 5, 'scan', 'low', i, i, 0, iif(i = 1, 'the needle', 'hay') from n");
	do {
		assert_int_equal(store_each_finding(store, &query, see_finding, &page, &next), 0);
		assert_true(!next || next == 50001 - ++pages * HISTORY_LOOKED_MAX + 1);
		query.before = next;
	} while (next);
	assert_string_equal(page.text, "1 ");
	assert_int_equal(pages, 2);
	assert_int_equal(store_findings_raised(store, (uint64_t[2]){49002, 0}, raised), 0);
	assert_true(raised[0] == 1000 && raised[1] == HISTORY_LOOKED_MAX);
	store_close(store);
}

static void findings_have_a_ceiling(void **state)
{
	struct store *store = opened();
	struct page page = {0};
	struct fault fault;

	keep(store, 1, "scan", "low", "{}");
	keep(store, 2, "scan", "low", "{}");
	assert_int_equal(store_packets_keep(store, 1, "x", 1, &fault), 0);
	assert_int_equal(store_packets_keep(store, 2, "x", 1, &fault), 0);
	store->findings = HISTORY_FINDINGS_MAX;
	keep(store, 3, "scan", "low", "{}");
	assert_int_equal(store->findings, HISTORY_FINDINGS_MAX);
	assert_int_equal(store_finding(store, 1, see_finding, &page), -ENOENT);
	assert_int_equal(number_of(store, "select count(*) from packets"), 1);
	keep(store, 3, "scan", "high", "{}"); /* in place: nobody goes */
	assert_int_equal(store_finding(store, 2, see_finding, &page), 0);
	store_close(store);
}

/* Without a file the same works, small: nothing that traffic makes us remember fills the memory. */
static void in_memory_alone(void **state)
{
	struct store *store = NULL;
	static char body[2048];
	struct fault fault = {0};
	void *bytes;
	size_t len;

	assert_int_equal(store_open("/nonexistent", &store, &fault), 0);
	assert_int_equal(store_state(store), STORE_MEMORY);
	memset(body, 'x', sizeof(body) - 1);
	for (uint64_t i = 1; i <= 3000; i++) {
		uint8_t mac[6] = {0, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i};
		keep(store, i, "scan", "low", body);
		keep_device(store, mac, "clean", i);
	}
	assert_int_equal(store_finding_count(store), 512);
	assert_int_equal(store->devices, 1024);
	assert_int_equal(store_finding_last(store), 3000);
	assert_int_equal(store_packets_keep(store, 3000, "x", 1, &fault), 0);
	assert_int_equal(store_packets(store, 3000, &bytes, &len), -ENOENT);
	assert_true(number_of(store, "pragma page_count") <= 2048);
	store_close(store);
}

/* ---- gathering ---- */

static void gathered_is_all_or_nothing(void **state)
{
	struct decision block = {.kind = DECISION_BLOCK, .prefix = {.bits = 128, .address = {1}}, .made_s = 1};
	struct store *store = opened();
	static char body[HISTORY_BODY_MAX];
	struct kept_finding large = {.number = 100, .body = body};
	struct fault fault = {0};
	uint64_t id, deed;
	int error = 0;

	memset(body, 'x', sizeof(body) - 1);
	assert_int_equal(store_gather(store, &fault), 0);
	assert_int_equal(store_gather(store, &fault), -EBUSY);
	keep(store, 1, "scan", "low", "{}");
	assert_int_equal(store_packets_keep(store, 77, "x", 1, &fault), -ENOENT); /* refused, and harms nobody */
	assert_int_equal(store_decide(store, &block, &id, &deed, &fault), 0);
	assert_int_equal(store_settle(store, &fault), 0);
	assert_int_equal(store_settle(store, &fault), -EINVAL);
	store_close(store);
	store = opened();
	assert_int_equal(store_finding_count(store), 1);
	assert_int_equal(store->count, 1);
	/* the disk fills in the middle */
	sql(store, "pragma max_page_count = 1");
	assert_int_equal(store_gather(store, &fault), 0);
	block.prefix.address[0] = 2;
	assert_int_equal(store_decide(store, &block, &id, &deed, &fault), 0);
	for (; !error && large.number < 1000; large.number++)
		error = store_finding_keep(store, &large, &fault);
	assert_int_equal(error, -ENOSPC);
	assert_int_equal(store_state(store), STORE_FULL);
	sql(store, "pragma max_page_count = 100000"); /* room again, but what is missing is missing */
	assert_int_equal(store_finding_keep(store, &large, &fault), -ENOSPC);
	assert_int_equal(store_settle(store, &fault), -ENOSPC);
	assert_non_null(strstr(fault.sentence, "what was gathered is lost, the disk is full"));
	assert_int_equal(store_finding_count(store), 1);
	assert_int_equal(store->count, 1); /* the decision too: it was not kept */
	keep(store, 2, "scan", "low", "{}");
	assert_int_equal(store_state(store), STORE_SOUND);
	assert_int_equal(store_gather(store, &fault), 0);
	keep(store, 3, "scan", "low", "{}");
	store_close(store); /* before it settles */
	store = opened();
	assert_int_equal(store_finding_count(store), 2);
	store_close(store);
}

/* ---- counters ---- */

static void counters_over_time(void **state)
{
	struct store *store = opened();
	struct fault fault;
	uint64_t out[4];

	assert_int_equal(store_count_add(store, 3, 86400 + 59, 5, &fault), 0);
	assert_int_equal(store_count_add(store, 3, 86400 + 1, 6, &fault), 0);
	assert_int_equal(store_count_add(store, 3, 86400 + 61, 7, &fault), 0);
	assert_int_equal(store_count_add(store, 4, 86400 + 61, 1000, &fault), 0);
	assert_int_equal(store_count_add(store, 3, 86400 + 3600, 8, &fault), 0);
	assert_int_equal(store_count_add(store, COUNTERS_MAX, 1, 1, &fault), -EINVAL);
	store_close(store);
	store = opened();
	assert_int_equal(store_count_read(store, 3, 86400 - 60, 60, out, 4), 0);
	assert_memory_equal(out, ((uint64_t[]){0, 11, 7, 0}), sizeof(out));
	assert_int_equal(store_count_read(store, 3, 86400 + 59, 60, out, 4), 0); /* within the minute */
	assert_memory_equal(out, ((uint64_t[]){11, 7, 0, 0}), sizeof(out));
	assert_int_equal(store_count_read(store, 3, 86400, 3600, out, 4), 0);
	assert_memory_equal(out, ((uint64_t[]){18, 8, 0, 0}), sizeof(out));
	assert_int_equal(store_count_read(store, 3, 0, 86400, out, 4), 0);
	assert_memory_equal(out, ((uint64_t[]){0, 26, 0, 0}), sizeof(out));
	assert_int_equal(store_count_read(store, 5, 0, 86400, out, 4), 0);
	assert_memory_equal(out, ((uint64_t[4]){0}), sizeof(out));
	assert_int_equal(store_count_read(store, 3, 0, 61, out, 4), -EINVAL);
	assert_int_equal(store_count_read(store, 3, 0, 60, out, COUNTERS_READ_MAX + 1), -EINVAL);
	/* as much as there can be, and no more */
	assert_int_equal(store_count_add(store, 6, 10, UINT64_MAX, &fault), 0);
	assert_int_equal(store_count_add(store, 6, 10, UINT64_MAX, &fault), 0);
	assert_int_equal(store_count_read(store, 6, 0, 60, out, 1), 0);
	assert_true(out[0] == INT64_MAX);
	store_close(store);
}

/* ---- age ---- */

static void age(struct store *store, const struct store_retention *retention, uint64_t now_s)
{
	struct fault fault = {0};

	if (store_age(store, retention, now_s, &fault))
		fail_msg("%s", fault.sentence);
}

static void what_is_old_goes(void **state)
{
	const struct store_retention retention = {.findings_s = 1000, .deeds_s = 1000, .devices_s = 1000};
	struct decision block = {.kind = DECISION_BLOCK, .prefix = {.bits = 128, .address = {1}}, .made_s = 1};
	struct store *store = opened();
	struct fault fault;
	uint64_t id, deed, now = 10000000;

	for (uint64_t i = 1; i <= 500; i++)
		keep(store, i, "scan", "low", "{}");
	assert_int_equal(store_packets_keep(store, 1, "x", 1, &fault), 0);
	keep(store, 501, "scan", "low", "{}");
	sql(store, "update finding set last = 10000000 where number = 501");
	keep_device(store, camera, "clean", 50);
	keep_device(store, lamp, "clean", 50);
	assert_int_equal(store_device_name(store, lamp, "lamp", &by, &deed, &fault), 0);
	assert_int_equal(store_decide(store, &block, &id, &deed, &fault), 0);
	assert_int_equal(store_note(store, &by, &fault), 0);
	assert_int_equal(store_count_add(store, 3, 4 * 86400, 5, &fault), 0);
	for (uint64_t i = 0; i < AGE_SETTLED_S; i += 60) /* a clock that nobody knows yet */
		age(store, &retention, now + i);
	assert_int_equal(store_finding_count(store), 501);
	for (int i = 0; i < 300; i++)
		age(store, &retention, now + AGE_SETTLED_S + i);
	assert_int_equal(store_finding_count(store), 1);
	assert_int_equal(number_of(store, "select count(*) from finding"), 1);
	assert_int_equal(number_of(store, "select count(*) from packets"), 0);
	assert_devices(store, "lamp/clean/{\"a\":1}/50 ");
	assert_int_equal(number_of(store, "select count(*) from deed"), 1); /* of the decision that stands */
	assert_int_equal(number_of(store, "select count(*) from counter where step = 60"), 0);
	assert_int_equal(number_of(store, "select count(*) from counter where step = 3600"), 0);
	assert_int_equal(number_of(store, "select count(*) from counter where step = 86400"), 1);
	store_close(store);
}

static void a_clock_that_jumps_empties_nothing(void **state)
{
	const struct store_retention retention = {.findings_s = 100000, .deeds_s = 100000, .devices_s = 100000};
	struct store *store = opened();
	uint64_t now = 5000;

	for (uint64_t i = 1; i <= 10; i++)
		keep(store, i, "scan", "low", "{}");
	keep_device(store, camera, "clean", 50);
	for (int i = 0; i < 1000; i++)
		age(store, &retention, now += 60);
	/* seventy years ahead, for nine minutes; then back */
	for (int i = 0; i < 9; i++)
		age(store, &retention, now + 2200000000u + i * 60u);
	for (int i = 0; i < 9; i++)
		age(store, &retention, now += 60);
	/* and to the year 1970 */
	for (int i = 0; i < 100; i++)
		age(store, &retention, 100 + i * 60);
	assert_int_equal(store_finding_count(store), 10);
	assert_devices(store, "/clean/{\"a\":1}/50 ");
	store_close(store);
}

/* For a long time as much comes in as a page of the audit log allows: the file stays at its size, and what is in it is the latest. */
static void the_file_stays_at_its_size(void **state)
{
	const struct store_retention retention = {.size = 4 << 20};
	struct store *store = opened();
	static char proof[20000], body[1500];
	off_t largest = 0, of_half = 0;
	struct fault fault = {0};
	struct stat what;

	memset(body, 'x', sizeof(body) - 1);
	for (uint64_t i = 1; i <= 6000; i++) {
		assert_int_equal(store_gather(store, &fault), 0);
		keep(store, i, "scan", "low", body);
		if (i % 4 == 0)
			assert_int_equal(store_packets_keep(store, i, proof, sizeof(proof), &fault), 0);
		assert_int_equal(store_settle(store, &fault), 0);
		age(store, &retention, 1000 + i);
		assert_int_equal(stat(path, &what), 0);
		largest = what.st_size > largest ? what.st_size : largest;
		of_half = i == 3000 ? largest : of_half;
	}
	print_message("bounded to %llu bytes: at most %lld, %lld in the first half; %llu findings are left\n",
		(unsigned long long)retention.size, (long long)largest, (long long)of_half, (unsigned long long)store_finding_count(store));
	assert_true(largest < (off_t)retention.size + (2 << 20));
	assert_true(largest <= of_half + (1 << 18));
	assert_int_equal(store_finding_last(store), 6000);
	assert_true(store_finding_count(store) > 100);
	assert_int_equal(number_of(store, "select max(number) from finding"), 6000);
	/* a smaller bound: the file shrinks */
	for (int i = 0; i < 2000; i++)
		age(store, &(struct store_retention){.size = 1 << 20}, 8000 + i);
	store_close(store);
	assert_int_equal(stat(path, &what), 0);
	assert_true(what.st_size < 5 << 19);
}

/* ---- memory ---- */

static void each_allocation_fails_once(void **state)
{
	bool failed = true;
	uint64_t at = 0;

	for (; failed; at++) {
		struct kept_finding finding = {.number = 1, .kind = "scan", .severity = "low", .body = "{}"};
		struct finding_query query = {.count = 5, .search = "{"};
		struct page page = {0};
		struct fault fault;
		uint64_t deed, next, out[2];
		struct deed undone;
		struct store *store = opened();
		void *bytes;
		size_t len;

		nomem_start(at, false);
		bool kept = store_finding_keep(store, &finding, &fault) == 0;
		store_gather(store, &fault);
		store_packets_keep(store, 1, "x", 1, &fault);
		store_count_add(store, 1, 60, 1, &fault);
		store_settle(store, &fault);
		bool named = store_device_name(store, camera, "eye", &by, &deed, &fault) == 0;
		bool undo = at % 2 && store_undo(store, 0, &by, &undone, &fault) == 0;
		store_each_finding(store, &query, see_finding, &page, &next);
		store_count_read(store, 1, 0, 60, out, 2);
		if (store_packets(store, 1, &bytes, &len) == 0)
			free(bytes);
		store_age(store, &(struct store_retention){.size = 1 << 20}, 1, &fault);
		failed = nomem_stop();
		assert_false(store->gathering);
		store_close(store);
		/* what was said to be kept is there */
		store = opened();
		assert_int_equal(store_finding_count(store), kept);
		if (undo || at % 2 == 0) /* else it is undone or not: all that was wanting may have been the memory to read it back */
			assert_devices(store, named && !undo ? "eye//{}/0 " : "");
		store_close(store);
		fresh(NULL);
	}
	print_message("%llu allocations, each failed once\n", (unsigned long long)at);
	assert_true(at > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(devices_and_their_names, fresh),
		cmocka_unit_test_setup(a_name_of_what_was_never_seen, fresh),
		cmocka_unit_test_setup(the_audit_log_of_one, fresh),
		cmocka_unit_test_setup(devices_have_a_ceiling, fresh),
		cmocka_unit_test_setup(findings_and_their_proof, fresh),
		cmocka_unit_test_setup(pages_of_findings, fresh),
		cmocka_unit_test_setup(a_page_looks_at_a_bounded_number, fresh),
		cmocka_unit_test_setup(findings_have_a_ceiling, fresh),
		cmocka_unit_test_setup(in_memory_alone, fresh),
		cmocka_unit_test_setup(gathered_is_all_or_nothing, fresh),
		cmocka_unit_test_setup(counters_over_time, fresh),
		cmocka_unit_test_setup(what_is_old_goes, fresh),
		cmocka_unit_test_setup(a_clock_that_jumps_empties_nothing, fresh),
		cmocka_unit_test_setup(the_file_stays_at_its_size, fresh),
		cmocka_unit_test_setup(each_allocation_fails_once, fresh),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
