/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file: older and later layouts, damage anywhere, a full disk, a copy of it and the way back. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "files.h"

static const struct deed by = {.time_s = 2000, .who = "root"};
static const uint8_t camera[6] = {2, 0, 0, 0, 0, 5};

static char aside[96], copy[96];

static int paths(void **state)
{
	int error = set_up(state);

	snprintf(aside, sizeof(aside), "%s.damaged", path);
	snprintf(copy, sizeof(copy), "%s.copy", path);
	return error;
}

static uint64_t number_of(struct store *store, const char *statement)
{
	uint64_t number = 0;

	assert_int_equal(store_number(store, statement, &number), 0);
	return number;
}

static uint64_t decide(struct store *store, uint8_t last)
{
	struct decision decision = {.prefix = {.bits = 128, .address = {32, 1}}, .made_s = 1000, .who = "root", .reason = "floods"};
	struct fault fault = {0};
	uint64_t id, deed;

	decision.prefix.address[15] = last;
	if (store_decide(store, &decision, &id, &deed, &fault))
		fail_msg("%s", fault.sentence);
	return deed;
}

static void keep(struct store *store, uint64_t number, const char *body)
{
	struct kept_finding finding = {.number = number, .kind = "scan", .severity = "high", .last_s = number, .body = body};
	struct fault fault = {0};

	memcpy(finding.mac, camera, 6);
	if (store_finding_keep(store, &finding, &fault))
		fail_msg("%s", fault.sentence);
}

/* ---- layouts ---- */

/* As the program of layout 1 made it, with what it had kept; a rollback journal, and no pages to shrink by. */
static const char layout_1[] =
	"begin exclusive;"
	"create table decision (id integer primary key autoincrement, kind integer not null, address blob not null,"
	" bits integer not null, made integer not null, until integer not null, confirm integer not null,"
	" reason text not null, who text not null, stands integer not null);"
	"create index standing on decision (stands, id);"
	"create table deed (id integer primary key autoincrement, time integer not null, verb integer not null,"
	" decision integer not null, of integer not null, undone integer not null, who text not null, detail text not null);"
	"create table learned (name text primary key, time integer not null, bytes blob not null);"
	"pragma user_version = 1; commit;"
	"insert into decision values (1, 0, x'200100000000000000000000000000ff', 128, 5, 0, 0, 'floods', 'root', 0);"
	"insert into decision values (2, 1, x'200100000000000000000000000000ff', 128, 6, 0, 0, 'ours', 'root', 1);"
	"insert into decision values (3, 0, x'02000000000500000000000000000000', 255, 7, 0, 0, 'scan', 'floodwall', 1);"
	"insert into deed values (1, 5, 0, 1, 0, 0, 'root', 'floods'), (2, 6, 0, 2, 1, 0, 'root', 'ours'), (3, 7, 0, 3, 0, 0, 'floodwall', "
	"'scan');"
	"insert into learned values ('proven', 9, x'616263');";

static void from_layout_1(void **state)
{
	struct store *store;
	struct deed undone;
	struct fault fault;
	uint64_t time_s, deed;
	void *bytes;
	size_t len;

	make(path, layout_1);
	store = opened();
	assert_int_equal(number_of(store, "pragma user_version"), STORE_LAYOUT);
	assert_int_equal(number_of(store, "pragma auto_vacuum"), 2);
	assert_int_equal(store->count, 2);
	assert_int_equal(store->decisions[0].kind, DECISION_TRUST);
	assert_int_equal(store->decisions[1].prefix.bits, DECISION_OF_MAC);
	assert_int_equal(store_recall(store, "proven", &bytes, &len, &time_s), 0);
	assert_int_equal(len, 3);
	free(bytes);
	keep(store, 1, "{}");
	assert_int_equal(store_device_name(store, camera, "eye", &by, &deed, &fault), 0);
	assert_int_equal(deed, 4);
	assert_int_equal(store_undo(store, 2, &by, &undone, &fault), 0); /* of then, still */
	assert_string_equal(store->decisions[0].reason, "floods");
	store_close(store);
	store = opened();
	assert_int_equal(store_finding_count(store), 1);
	assert_int_equal(store->count, 2);
	store_close(store);
}

/* What was begun and could not be done leaves the old file, byte by byte, for the next try. */
static void a_layout_that_cannot_be_reached(void **state)
{
	struct rlimit old, small = {0, 0};
	struct store *store = NULL;
	struct fault fault = {0};
	void *before, *after;
	size_t before_len, after_len;

	make(path, layout_1);
	before = whole(path, &before_len);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){before_len + 4096, old.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(store_open(folder, &store, &fault), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(store_state(store), STORE_MEMORY);
	assert_non_null(strstr(fault.sentence, "decisions last until the daemon ends"));
	store_close(store);
	after = whole(path, &after_len);
	assert_int_equal(after_len, before_len);
	assert_memory_equal(after, before, before_len);
	free(before);
	free(after);
	store = opened();
	assert_int_equal(store->count, 2);
	store_close(store);
}

static void of_a_later_program(void **state)
{
	struct store *store = opened();
	struct fault fault = {0};
	void *before, *after;
	size_t before_len, after_len;

	decide(store, 1);
	store_close(store);
	make(path, "create table unheard_of (x); pragma user_version = 99");
	before = whole(path, &before_len);
	assert_int_equal(store_open(folder, &store, &fault), 0);
	assert_string_equal(
		fault.sentence, "was made by a later version of floodwall and is left as it is; decisions last until the daemon ends");
	assert_int_equal(store_state(store), STORE_MEMORY);
	store_close(store);
	assert_int_equal(access(aside, F_OK), -1);
	after = whole(path, &after_len);
	assert_int_equal(after_len, before_len);
	assert_memory_equal(after, before, before_len);
	free(before);
	free(after);
}

static void of_no_program_of_ours(void **state)
{
	struct store *store = NULL;
	struct fault fault = {0};

	make(path, "create table something (x)");
	assert_int_equal(store_open(folder, &store, &fault), 0);
	assert_non_null(strstr(fault.sentence, "was set aside"));
	assert_int_equal(store_state(store), STORE_SOUND);
	store_close(store);
	/* ours, and somebody added what would run at our statements */
	make(path, "create trigger late after insert on deed begin delete from decision; end");
	fault = (struct fault){0};
	assert_int_equal(store_open(folder, &store, &fault), 0);
	assert_non_null(strstr(fault.sentence, "was set aside"));
	store_close(store);
}

/* ---- damage ---- */

static void see_finding(void *context, const struct kept_finding *finding)
{
	*(uint64_t *)context += strlen(finding->body);
}

static void see_device(void *context, const struct kept_device *device)
{
	*(uint64_t *)context += device->last_s;
}

static void see_deed(void *context, const struct deed *deed)
{
	*(uint64_t *)context += deed->id;
}

static void fill(struct store *store)
{
	static char body[3000], proof[300];
	struct fault fault = {0};
	uint64_t deed;

	memset(body, 'x', sizeof(body) - 1);
	assert_int_equal(store_gather(store, &fault), 0);
	for (uint8_t i = 1; i < 100; i++) {
		decide(store, i);
		keep(store, i, i % 2 ? "{}" : body);
		assert_int_equal(store_packets_keep(store, i, proof, sizeof(proof), &fault), 0);
		assert_int_equal(store_count_add(store, i % 8, i * 1000, i, &fault), 0);
	}
	assert_int_equal(store_device_name(store, camera, "eye", &by, &deed, &fault), 0);
	assert_int_equal(store_settle(store, &fault), 0);
}

/* All that can be asked and done, whatever comes of it. */
static void use(struct store *store)
{
	struct finding_query query = {.count = 200, .search = "x", .muted_too = true};
	struct kept_finding finding = {.number = 7, .kind = "scan", .severity = "low", .body = "{}"};
	struct fault fault = {0};
	uint64_t sum = 0, next, out[60], deed;
	struct deed undone;
	void *bytes;
	size_t len;

	store_each_finding(store, &query, see_finding, &sum, &next);
	query.mac = camera;
	store_each_finding(store, &query, see_finding, &sum, &next);
	store_each_device(store, see_device, &sum);
	store_each_deed(store, 1000, see_deed, &sum);
	store_count_read(store, 3, 0, 3600, out, 60);
	for (uint64_t i = 1; i < 100; i += 7)
		if (store_packets(store, i, &bytes, &len) == 0)
			free(bytes);
	store_finding_keep(store, &finding, &fault);
	store_device_name(store, camera, "other", &by, &deed, &fault);
	store_undo(store, 0, &by, &undone, &fault);
	for (uint64_t i = 0; i < 20; i++)
		store_age(store, &(struct store_retention){.size = 4096, .deeds_s = 1}, 10000 + i * 60, &fault);
}

static uint64_t seed;

static uint64_t random_next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void damage(const char *at, off_t size)
{
	char junk[200];
	int file = open(at, O_WRONLY);
	size_t len = random_next() % sizeof(junk) + 1;

	assert_true(file >= 0);
	for (size_t i = 0; i < sizeof(junk); i++)
		junk[i] = (char)random_next();
	assert_true(pwrite(file, junk, len, (off_t)(random_next() % (uint64_t)size)) > 0);
	if (random_next() % 8 == 0)
		assert_int_equal(ftruncate(file, (off_t)(random_next() % (uint64_t)size)), 0);
	close(file);
}

/* Bytes anywhere are other ones: noticed or not, it opens, is used and ends, and afterwards there is a sound file. */
static void damage_anywhere(void **state)
{
	unsigned noticed = 0, rounds = 150;
	struct store *store = opened();
	void *sound;
	size_t len;

	seed = (uint64_t)time(NULL) | 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	fill(store);
	store_close(store);
	sound = whole(path, &len);
	for (unsigned i = 0; i < rounds; i++) {
		struct fault fault = {0};
		int file;

		fresh(NULL);
		file = open(path, O_WRONLY | O_CREAT, 0600);
		assert_int_equal(write(file, sound, len), (ssize_t)len);
		close(file);
		damage(path, (off_t)len);
		assert_int_equal(store_open(folder, &store, &fault), 0);
		noticed += fault.sentence[0] != 0;
		assert_true((fault.sentence[0] != 0) == (access(aside, F_OK) == 0));
		assert_int_equal(store_state(store), STORE_SOUND);
		use(store);
		store_close(store);
		/* what was met in use is looked at now */
		assert_int_equal(store_open(folder, &store, &fault), 0);
		store_close(store);
		store_close(opened());
	}
	free(sound);
	print_message("%u of %u noticed at the start\n", noticed, rounds);
	assert_true(noticed > rounds / 8);
}

/* A large file is not looked at as a whole: what is met later is said, and the next start sets it aside. */
static void damage_met_in_use(void **state)
{
	static char junk[4096];
	struct store *store = opened();
	struct fault fault = {0};
	char suspect[96], part[64];
	uint64_t sum = 0, page;
	int file;

	keep(store, 1, "{}");
	page = number_of(store, "select rootpage from sqlite_schema where name = 'finding'");
	store_close(store);
	memset(junk, 'x', sizeof(junk));
	store = opened(); /* as if it was too large: damaged while it is open and not yet read again */
	file = open(path, O_WRONLY);
	assert_int_equal(pwrite(file, junk, sizeof(junk), (off_t)(page - 1) * 4096), 4096);
	close(file);
	sqlite3_db_release_memory(store->db);
	assert_int_equal(store_finding(store, 1, see_finding, &sum), -EIO);
	assert_int_equal(store_state(store), STORE_DAMAGED);
	decide(store, 9); /* and decisions go on */
	store_close(store);
	snprintf(suspect, sizeof(suspect), "%s.suspect", path);
	assert_int_equal(access(suspect, F_OK), 0);
	assert_int_equal(store_open(folder, &store, &fault), 0);
	snprintf(part, sizeof(part), "%s", "was set aside");
	assert_non_null(strstr(fault.sentence, part));
	store_close(store);
	assert_int_equal(access(suspect, F_OK), -1);
}

static void journals_go_aside_too(void **state)
{
	struct store *store;
	struct fault fault = {0};
	char journal[104], moved[112];
	int file;

	snprintf(journal, sizeof(journal), "%s-shm", path);
	snprintf(moved, sizeof(moved), "%s-shm", aside);
	file = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(
		write(file, "this is no database of any kind, but long enough to be looked at as one: 100 bytes are the head of it.", 101),
		101);
	close(file);
	file = open(journal, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(file, "junk", 4), 4);
	close(file);
	assert_int_equal(store_open(folder, &store, &fault), 0);
	assert_non_null(strstr(fault.sentence, "was set aside"));
	assert_int_equal(access(moved, F_OK), 0);
	decide(store, 1);
	store_close(store);
	store = opened();
	assert_int_equal(store->count, 1);
	store_close(store);
	unlink(moved);
}

/* ---- a full disk ---- */

/* What was acknowledged before is there; what is refused is refused whole; when there is room again all goes on. */
static void a_disk_that_fills(void **state)
{
	struct rlimit old, small;
	struct store *store = opened();
	static char body[4000];
	struct kept_finding finding = {.number = 1, .kind = "scan", .severity = "low", .body = body};
	struct fault fault = {0};
	uint64_t kept = 0;
	int error;

	memset(body, 'x', sizeof(body) - 1);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){300000, old.rlim_max};
	decide(store, 1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	do {
		finding.number = kept + 1;
		error = store_finding_keep(store, &finding, &fault);
		kept += !error;
	} while (!error && kept < 10000);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(error, -ENOSPC);
	assert_string_equal(fault.sentence, "the finding cannot be kept: the disk is full; nothing was changed");
	assert_int_equal(store_state(store), STORE_FULL);
	assert_true(kept > 2);
	assert_int_equal(store_finding_count(store), kept);
	finding.number = kept + 1;
	assert_int_equal(store_finding_keep(store, &finding, &fault), 0);
	assert_int_equal(store_state(store), STORE_SOUND);
	store_close(store);
	store = opened();
	assert_int_equal(store_finding_count(store), kept + 1);
	assert_int_equal(store_finding_last(store), kept + 1);
	assert_int_equal(store->count, 1);
	store_close(store);
}

/* ---- copies ---- */

static void a_copy_and_back(void **state)
{
	struct store *store = opened();
	struct fault fault = {0};
	struct stat what;
	uint32_t left = 0;
	uint64_t deed;
	unsigned steps = 0;

	fill(store);
	for (uint64_t i = 200; i < 2400; i++)
		keep(store, i, "{\"some\":\"thing that takes its place in the file, so that a copy takes more than a step\"}");
	for (uint64_t i = 1; i < 100; i++) {
		static char much[HISTORY_PACKETS_MAX];
		assert_int_equal(store_packets_keep(store, i, much, sizeof(much), &fault), 0);
	}
	if (store_backup_begin(store, copy, &fault))
		fail_msg("%s", fault.sentence);
	do {
		assert_int_equal(store_backup_step(store, &left, &fault), 0);
		if (steps++ == 0) { /* in the copy too */
			keep(store, 5000, "{}");
			decide(store, 200);
		}
	} while (left);
	assert_true(steps > 1);
	assert_int_equal(store_backup_step(store, &left, &fault), -ENOENT);
	assert_int_equal(store_backup_begin(store, copy, &fault), -EEXIST);
	assert_int_equal(stat(copy, &what), 0);
	assert_int_equal(what.st_mode & 0777, 0600);
	/* what comes later is lost with the way back, and said by nobody: it is what was asked for */
	decide(store, 201);
	assert_int_equal(store_device_name(store, camera, "later", &by, &deed, &fault), 0);
	assert_int_equal(store_restore(folder, copy, &fault), -EBUSY);
	assert_string_equal(fault.sentence, "is held by another process; stop the daemon first");
	store_close(store);
	if (store_restore(folder, copy, &fault))
		fail_msg("%s", fault.sentence);
	store = opened();
	assert_int_equal(store->count, 100);
	assert_int_equal(store->decisions[99].prefix.address[15], 200);
	assert_int_equal(store_finding_last(store), 5000);
	assert_int_equal(number_of(store, "select count(*) from device where name = 'eye'"), 1);
	store_close(store);
	/* the one that was there is whole beside it */
	unlink(path);
	char before[96];
	snprintf(before, sizeof(before), "%s.before", path);
	assert_int_equal(rename(before, path), 0);
	store = opened();
	assert_int_equal(store->count, 101);
	store_close(store);
}

static void a_copy_that_is_dropped(void **state)
{
	struct store *store = opened();
	struct fault fault = {0};
	uint32_t left;
	char other[96];

	fill(store);
	assert_int_equal(store_backup_begin(store, copy, &fault), 0);
	snprintf(other, sizeof(other), "%s.before", path);
	assert_int_equal(store_backup_begin(store, other, &fault), 0);
	assert_int_equal(access(copy, F_OK), -1);
	assert_int_equal(store_gather(store, &fault), 0);
	assert_int_equal(store_backup_step(store, &left, &fault), -EBUSY);
	assert_int_equal(store_settle(store, &fault), 0);
	store_close(store);
	assert_int_equal(access(other, F_OK), -1);
}

static void a_copy_that_has_no_room(void **state)
{
	struct rlimit old, small;
	struct store *store = opened();
	struct fault fault = {0};

	fill(store);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){100000, old.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int error = store_backup(store, copy, &fault);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(error == -ENOSPC || error == -EIO);
	assert_non_null(strstr(fault.sentence, "the copy cannot be made: "));
	assert_int_equal(access(copy, F_OK), -1);
	assert_int_equal(store_state(store), STORE_SOUND);
	decide(store, 150);
	store_close(store);
}

static void assert_refused(int wanted, const char *sentence)
{
	struct fault fault = {0};
	struct store *store;

	assert_int_equal(store_restore(folder, copy, &fault), wanted);
	assert_non_null(strstr(fault.sentence, sentence));
	store = opened();
	assert_int_equal(store->count, 1);
	store_close(store);
	unlink(copy);
}

static void copies_that_are_none(void **state)
{
	struct store *store = opened();
	struct fault fault;
	int file;

	decide(store, 1);
	assert_int_equal(store_backup(store, copy, &fault), 0);
	store_close(store);
	make(copy, "pragma user_version = 99");
	assert_refused(-ENOTSUP, "was made by a later version of floodwall; nothing was changed");
	make(copy, "create table something (x)");
	assert_refused(-EBADMSG, "is no store of floodwall, or is damaged; nothing was changed");
	file = open(copy, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(
		write(file, "this is no database of any kind, but long enough to be looked at as one: 100 bytes are the head of it.", 101),
		101);
	close(file);
	assert_refused(-EBADMSG, "is no store of floodwall, or is damaged; nothing was changed");
	assert_refused(-ENOENT, "cannot be read: No such file or directory");
	assert_int_equal(symlink("/dev/zero", copy), 0);
	assert_refused(-EINVAL, "cannot be read: is no file");
	/* of the layout before: brought up to date on the way */
	make(copy, layout_1);
	assert_int_equal(store_restore(folder, copy, &fault), 0);
	store = opened();
	assert_int_equal(store->count, 2);
	assert_int_equal(number_of(store, "pragma user_version"), STORE_LAYOUT);
	store_close(store);
	/* into a folder where nothing is */
	unlink(path);
	assert_int_equal(store_restore(folder, copy, &fault), 0);
	store_close(opened());
}

/* Sound as a file, and with our number: but what is written to is missing, or a row is in it that we would never have kept. */
static void copies_made_to_hurt(void **state)
{
	static const char *const changes[] = {"drop table deed", "alter table packets rename column bytes to other",
		"insert into finding values (9, 0, 'scan', 'low', 1, 1, 0, hex(zeroblob(5000)))",
		"insert into device values (9, '', 'clean', 1, 1, hex(zeroblob(5000)))", "insert into packets values (9, zeroblob(70000))"};
	struct store *store = opened();
	struct fault fault;

	decide(store, 1);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		assert_int_equal(store_backup(store, copy, &fault), 0);
		store_close(store);
		make(copy, changes[i]);
		assert_refused(-EBADMSG, "is no store of floodwall, or is damaged; nothing was changed");
		store = opened();
	}
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(from_layout_1, fresh),
		cmocka_unit_test_setup(a_layout_that_cannot_be_reached, fresh),
		cmocka_unit_test_setup(of_a_later_program, fresh),
		cmocka_unit_test_setup(of_no_program_of_ours, fresh),
		cmocka_unit_test_setup(damage_anywhere, fresh),
		cmocka_unit_test_setup(damage_met_in_use, fresh),
		cmocka_unit_test_setup(journals_go_aside_too, fresh),
		cmocka_unit_test_setup(a_disk_that_fills, fresh),
		cmocka_unit_test_setup(a_copy_and_back, fresh),
		cmocka_unit_test_setup(a_copy_that_is_dropped, fresh),
		cmocka_unit_test_setup(a_copy_that_has_no_room, fresh),
		cmocka_unit_test_setup(copies_that_are_none, fresh),
		cmocka_unit_test_setup(copies_made_to_hurt, fresh),
	};

	return cmocka_run_group_tests(tests, paths, tear_down);
}
