/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A writer is killed at random moments, and what it had acknowledged is there; a million findings are looked through.
 *
 *	writer --- "decision 17 holds", "finding 23 is kept" ---> pipe ---> this test: kill -9, open, look for each
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "fixture.h"

enum { KILLS = 100 };

struct acknowledged {
	uint64_t decision, finding; /* the latest of each */
};

static uint64_t seed;

static uint64_t random_next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Its name, and what lies in the finding and its proof, follow from the number: so the reader knows what must be there. */
static void write_on(struct store *store, int to)
{
	struct acknowledged done = {0};
	static char proof[5000];
	char body[64];

	for (uint64_t i = store_finding_last(store) + 1;; i++) {
		struct decision decision = {.prefix = {.bits = 128}, .made_s = i, .who = "root"};
		struct kept_finding finding = {.number = i, .kind = "scan", .severity = "low", .last_s = i, .body = body};
		struct fault fault;
		uint64_t deed;
		memcpy(decision.prefix.address, &i, sizeof(i));
		snprintf(body, sizeof(body), "{\"number\":%llu}", (unsigned long long)i);
		memset(proof, (int)(i % 251), sizeof(proof));
		if (store_gather(store, &fault) || store_finding_keep(store, &finding, &fault) ||
			store_packets_keep(store, i, proof, sizeof(proof), &fault) || store_settle(store, &fault))
			_exit(1);
		done.finding = i;
		if (write(to, &done, sizeof(done)) < 0)
			_exit(1);
		if (store_decide(store, &decision, &done.decision, &deed, &fault))
			_exit(1);
		if (write(to, &done, sizeof(done)) < 0)
			_exit(1);
		if (i % 7 == 0 && store_age(store, &(struct store_retention){.size = 64 << 20}, i, &fault))
			_exit(1);
	}
}

static void take_in(struct acknowledged *last, const struct acknowledged *got)
{
	last->finding = got->finding > last->finding ? got->finding : last->finding;
	last->decision = got->decision > last->decision ? got->decision : last->decision;
}

static void run_and_kill(uint64_t after_us, struct acknowledged *last)
{
	struct acknowledged got;
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct store *store;
		struct fault fault = {0};
		close(ends[0]);
		if (store_open(folder, &store, &fault) || fault.sentence[0])
			_exit(2);
		write_on(store, ends[1]);
	}
	close(ends[1]);
	/* from the first thing that is kept on: opening is not what is meant here */
	if (read(ends[0], &got, sizeof(got)) == sizeof(got))
		take_in(last, &got);
	usleep((useconds_t)after_us);
	kill(child, SIGKILL);
	while (read(ends[0], &got, sizeof(got)) == sizeof(got))
		take_in(last, &got);
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL); /* and not ended by itself */
}

static void see_finding(void *context, const struct kept_finding *finding)
{
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "{\"number\":%llu}", (unsigned long long)finding->number);
	assert_string_equal(finding->body, wanted);
	assert_int_equal(finding->packets_len, 5000);
	++*(uint32_t *)context;
}

static void count_page(void *context, const struct kept_finding *finding)
{
	++*(uint32_t *)context;
}

/* All findings up to the last acknowledged one, each with its proof, and at most one more that nobody was told of yet. */
static void assert_all_there(const struct acknowledged *last)
{
	struct finding_query query = {.count = 1000};
	struct store *store = opened();
	uint32_t seen = 0;
	uint64_t next, deeds = 0, kept = store_finding_count(store);

	assert_true(kept == last->finding || kept == last->finding + 1);
	do {
		assert_int_equal(store_each_finding(store, &query, see_finding, &seen, &next), 0);
		query.before = next;
	} while (next);
	assert_int_equal(seen, kept);
	assert_true(store->count >= last->decision && store->count <= kept);
	for (uint32_t i = 0; i < store->count; i++)
		assert_int_equal(store->decisions[i].id, i + 1); /* none between is missing */
	assert_int_equal(store_number(store, "select count(*) from deed", &deeds), 0);
	assert_int_equal(deeds, store->count); /* each with its line in the audit log */
	store_close(store);
}

static void killed_at_any_moment(void **state)
{
	struct acknowledged last = {0};
	uint64_t wal = 0;
	char journal[80];

	seed = (uint64_t)time(NULL) | 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	snprintf(journal, sizeof(journal), "%s-wal", path);
	for (int i = 0; i < KILLS; i++) {
		run_and_kill(random_next() % 12000, &last);
		wal += access(journal, F_OK) == 0;
		assert_all_there(&last);
	}
	print_message("killed %d times: %llu findings and decisions, %llu times with a journal to take in\n", KILLS,
		(unsigned long long)last.finding, (unsigned long long)wal);
	assert_true(last.finding > KILLS);
	assert_true(wal > KILLS / 2);
}

/* ---- a million ---- */

static void print_time(struct store *store, const char *what, struct finding_query query)
{
	uint64_t best = UINT64_MAX, next = 0;
	uint32_t seen = 0;

	query.count = 50;
	query.before = 900000;
	for (int i = 0; i < 5; i++) {
		uint64_t begun = now_us(), took;
		seen = 0;
		assert_int_equal(store_each_finding(store, &query, count_page, &seen, &next), 0);
		took = now_us() - begun;
		best = took < best ? took : best;
	}
	print_message("%-34s %6.1f ms, %2u findings%s\n", what, (double)best / 1000, seen, next ? ", and a next page" : "");
}

static void a_million_findings(void **state)
{
	static const uint8_t mac[6] = {0, 0, 0, 0, 3, 0xe7}, nobody[6] = {9};
	struct store *store = opened();
	uint64_t begun, rows = 0, pages = 0;
	struct fault fault = {0};

	assert_int_equal(
		sqlite3_exec(store->db,
			"with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000000)"
			" insert into finding select i, i % 1000, iif(i % 10, 'scan', 'flood'), iif(i % 1000, 'low', 'critical'),"
			" i, i, i % 100 = 0, '{\"text\":\"the device with the name number ' || i || ' asked for something that nobody"
			" answered, and went on doing so for much longer than it takes to be sure of it\",\"why\":\"first contacts'"
			" || ' that fail, in a minute, of so and so many\"}' from n",
			NULL, NULL, NULL),
		SQLITE_OK);
	store_close(store);
	begun = now_us();
	store = opened();
	assert_int_equal(store_number(store, "pragma page_count", &pages), 0);
	print_message("opened, %llu MiB: %.1f ms\n", (unsigned long long)(pages >> 8), (double)(now_us() - begun) / 1000);
	assert_int_equal(store_finding_count(store), 1000000);
	print_time(store, "a page", (struct finding_query){0});
	print_time(store, "of a device", (struct finding_query){.mac = mac});
	print_time(store, "of a device without any", (struct finding_query){.mac = nobody});
	print_time(store, "of a kind", (struct finding_query){.kind = "flood", .muted_too = true});
	print_time(store, "of a severity", (struct finding_query){.severity = "critical", .muted_too = true});
	print_time(store, "kind and severity, none", (struct finding_query){.kind = "flood", .severity = "high"});
	print_time(store, "text that each has", (struct finding_query){.search = "NOBODY answered"});
	print_time(store, "text that none has", (struct finding_query){.search = "needle in a haystack"});
	print_time(store, "a device's text that none has", (struct finding_query){.mac = mac, .search = "needle"});
	begun = now_us();
	for (uint64_t i = 1000001; i <= 1000100; i++) {
		struct kept_finding finding = {.number = i, .kind = "scan", .severity = "low", .body = "{}"};
		assert_int_equal(store_finding_keep(store, &finding, &fault), 0);
	}
	print_message("one more kept: %.2f ms\n", (double)(now_us() - begun) / 100000);
	begun = now_us();
	for (int i = 0; i < 100; i++)
		assert_int_equal(store_age(store, &(struct store_retention){.size = 1 << 20}, 1000 + i, &fault), 0);
	print_message("a piece of ageing: %.2f ms\n", (double)(now_us() - begun) / 100000);
	assert_int_equal(store_number(store, "select count(*) from finding", &rows), 0);
	assert_int_equal(store_finding_count(store), rows);
	assert_true(rows < 1000000);
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(killed_at_any_moment, fresh),
		cmocka_unit_test_setup(a_million_findings, fresh),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
