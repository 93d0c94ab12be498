/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outside_bed.h"

static const struct talk ssdp_in = {.opener = OUTSIDE + 7, .target = INSIDE + CAMERA, .opener_port = 80, .target_port = 1900, .proto = UDP};
static const char recursion[] = "\x12\x34\x81\x80\0\1\0\1\0\0\0", own_zone[] = "\x12\x34\x84\0\0\1\0\1\0\0\0";

/* One question of so many bytes, answered in so many datagrams of so many bytes. */
struct kind {
	uint16_t asked, answered, datagrams;
	const char *bytes;
};

static void ask(struct bench *bench, struct talk *talk, struct kind kind)
{
	say(bench, talk, false, kind.asked);
	for (uint16_t i = 0; i < kind.datagrams; i++)
		say_bytes(bench, talk, true, kind.answered, kind.bytes, kind.bytes ? 12 : 0);
	bench->now_ns += second / 1000;
}

/* So many askers, each from one port, so often. */
static void ask_all(struct bench *bench, struct talk model, uint32_t askers, uint32_t times, struct kind kind)
{
	for (uint32_t i = 0; i < askers; i++) {
		struct talk talk = model;

		talk.opener += i;
		for (uint32_t k = 0; k < times; k++)
			ask(bench, &talk, kind);
	}
}

static const struct finding *reflects(struct bench *bench)
{
	const struct finding *finding, *found = NULL;

	reached_end(bench->reached);
	for (uint32_t i = 0; (finding = book_at(bench->book, i)); i++)
		if (finding->id == FINDING_REFLECTOR) {
			assert_null(found);
			found = finding;
		}
	return found;
}

static void test_a_hundred_answers_to_one_victim(void **state)
{
	struct bench *bench = *state;
	const struct finding *finding;

	ask_all(bench, ssdp_in, 1, 100, (struct kind){90, 300, 10, NULL});
	finding = reflects(bench);
	assert_non_null(finding);
	assert_int_equal(finding->severity, SEVERITY_HIGH);
	assert_int_equal(finding->state, STATE_EXPOSED);
	assert_int_equal(finding->device, CAMERA);
	assert_int_equal(finding->count, 100);
	assert_int_equal(finding->reflector.proto, UDP);
	assert_int_equal(finding->reflector.port, 1900);
	assert_int_equal(finding->reflector.answers, 100);
	assert_int_equal(finding->reflector.askers, 1);
	assert_int_equal(finding->reflector.bytes_asked, 100 * 90);
	assert_int_equal(finding->reflector.bytes_answered, 100 * 3000);
	assert_int_equal(finding->reflector.victim[15], 7);
	assert_false(finding->reflector.own_zone);
}

/* Just at each limit, and just below it. */
static void test_limits(void **state)
{
	static const struct {
		const char *name;
		uint32_t askers, times;
		struct kind kind;
		bool found;
	} cases[] = {
		{"99 answers", 1, 99, {90, 450, 1, NULL}, false},
		{"100 answers", 1, 100, {90, 450, 1, NULL}, true},
		{"100 answers of a byte too little", 1, 100, {90, 449, 1, NULL}, false},
		{"9 askers", 9, 1, {90, 450, 1, NULL}, false},
		{"10 askers", 10, 1, {90, 450, 1, NULL}, true},
		{"10 askers, in pieces", 10, 1, {90, 90, 5, NULL}, true},
		{"10 askers, a piece short", 10, 1, {90, 90, 4, NULL}, false},
		{"50 askers, equal answers", 50, 40, {48, 48, 1, NULL}, false},
		{"an empty question", 10, 1, {0, 5, 1, NULL}, true},
		{"a huge question", 10, 1, {20000, 65000, 3, NULL}, false},
		{"silence", 50, 40, {90, 0, 0, NULL}, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *bench = bench_new(false, 64);

		ask_all(bench, ssdp_in, cases[i].askers, cases[i].times, cases[i].kind);
		if ((reflects(bench) != NULL) != cases[i].found)
			fail_msg("%s", cases[i].name);
		teardown((void **)&bench);
	}
}

static void test_every_known_service(void **state)
{
	static const uint16_t ports[] = {17, 19, 53, 69, 111, 123, 137, 161, 389, 1900, 3702, 5353, 5683, 11211, 37810, 47808};

	(void)state;
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		struct bench *bench = bench_new(false, 64);
		struct talk talk = ssdp_in;

		talk.target_port = ports[i];
		ask_all(bench, talk, 1, 100, (struct kind){40, 400, 1, recursion});
		assert_non_null(reflects(bench));
		assert_int_equal(reflects(bench)->severity, SEVERITY_HIGH);
		teardown((void **)&bench);
	}
}

/* One victim among others: whoever got more than half. */
static void test_the_victim_is_who_got_most(void **state)
{
	struct bench *bench = *state;
	struct talk victim = ssdp_in, other;

	victim.opener = OUTSIDE + 200;
	for (uint32_t i = 0; i < 60; i++) {
		other = ssdp_in;
		other.opener = OUTSIDE + i % 20;
		ask(bench, &other, (struct kind){90, 900, 1, NULL});
		ask(bench, &victim, (struct kind){90, 900, 1, NULL});
		ask(bench, &victim, (struct kind){90, 900, 1, NULL});
	}
	assert_int_equal(reflects(bench)->reflector.victim[15], 200);
	assert_int_equal(reflects(bench)->reflector.askers, 21);
	assert_int_equal(reflects(bench)->count, 180);
}

static void test_inside_and_our_own_questions_never_count(void **state)
{
	struct bench *bench = *state;
	struct talk inside = ssdp_in, own = {.opener = INSIDE + CAMERA, .target = OUTSIDE + 7, .target_port = 53, .proto = UDP};
	struct talk many = ssdp_in;

	inside.opener = INSIDE + 100;
	ask_all(bench, inside, 50, 10, (struct kind){90, 900, 10, NULL});
	ask_all(bench, own, 1, 500, (struct kind){30, 1200, 1, recursion});
	many.to_many = true;
	ask_all(bench, many, 50, 10, (struct kind){90, 900, 10, NULL});
	assert_null(reflects(bench));
}

/* DNSSEC makes answers about one's own zones large: said, and low. An open resolver is another matter. */
static void test_name_servers(void **state)
{
	static const struct {
		bool inferred;
		const char *bytes;
		enum severity severity;
	} cases[] = {{false, own_zone, SEVERITY_LOW}, {true, own_zone, SEVERITY_LOW}, {false, recursion, SEVERITY_HIGH},
		{true, recursion, SEVERITY_LOW}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *bench = bench_new(cases[i].inferred, 64);
		struct talk talk = ssdp_in;

		talk.target_port = 53;
		ask_all(bench, talk, 200, 5, (struct kind){40, 800, 1, cases[i].bytes});
		assert_int_equal(reflects(bench)->severity, cases[i].severity);
		assert_int_equal(reflects(bench)->state, cases[i].severity == SEVERITY_LOW ? STATE_CLEAN : STATE_EXPOSED);
		assert_int_equal(reflects(bench)->reflector.own_zone, cases[i].bytes == own_zone);
		assert_int_equal(reflects(bench)->reflector.askers, 64);
		teardown((void **)&bench);
	}
}

/* A capture taken at a server: game servers are there to be asked, but nobody's job is SSDP for the world. */
static void test_jobs_of_public_servers(void **state)
{
	static const struct {
		uint16_t port;
		enum severity severity;
	} cases[] = {{1900, SEVERITY_HIGH}, {123, SEVERITY_HIGH}, {27015, SEVERITY_LOW}, {4711, SEVERITY_LOW}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *bench = bench_new(true, 64);
		struct talk talk = ssdp_in;

		talk.target_port = cases[i].port;
		pass(bench, 121 * second);
		ask_all(bench, talk, 20, 1, (struct kind){40, 800, 1, NULL});
		assert_int_equal(reflects(bench)->severity, cases[i].severity);
		teardown((void **)&bench);
	}
}

/* A tunnel or QUIC: small at first, large once the asker has shown himself. */
static void test_what_begins_small_is_no_reflection(void **state)
{
	struct bench *bench = *state;

	pass(bench, 121 * second);
	for (uint32_t i = 0; i < 30; i++) {
		struct talk talk = ssdp_in;

		talk.opener += i;
		talk.target_port = 51000;
		ask(bench, &talk, (struct kind){148, 92, 1, NULL});
		for (int k = 0; k < 200; k++)
			ask(bench, &talk, (struct kind){80, 1400, 4, NULL});
	}
	assert_null(reflects(bench));
}

/* So do tunnels, relays and games on their own ports; one that was under way already when the capture began is nobody's victim either. */
static void test_conversations_on_known_ports(void **state)
{
	static const uint16_t ports[] = {500, 1194, 3389, 3478, 4500, 27015, 27960, 51820};

	(void)state;
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		struct bench *bench = bench_new(false, 64);
		struct talk midway = ssdp_in;

		midway.opener_port = 50000;
		midway.target_port = ports[i];
		pass(bench, 121 * second);
		for (uint32_t k = 0; k < 30; k++) {
			struct talk talk = midway;

			talk.opener += k;
			ask(bench, &talk, (struct kind){148, 92, 1, NULL});
			for (int n = 0; n < 200; n++)
				ask(bench, &talk, (struct kind){80, 1400, 4, NULL});
		}
		midway.opener = OUTSIDE + 99;
		ask_all(bench, midway, 1, 500, (struct kind){80, 1400, 4, NULL});
		if (reflects(bench))
			fail_msg("port %u", ports[i]);
		midway.opener = OUTSIDE + 120;
		ask_all(bench, midway, 10, 1, (struct kind){20, 1400, 1, NULL});
		assert_int_equal(reflects(bench)->severity, SEVERITY_HIGH);
		teardown((void **)&bench);
	}
}

/* Thirty clients of a tunnel or a swarm whose conversations are older than the capture: what is sent to them now, they asked for before. */
static void test_conversations_older_than_the_capture(void **state)
{
	static const uint16_t ports[] = {1194, 51820, 51000};

	(void)state;
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		struct bench *bench = bench_new(false, 64);
		struct talk client = ssdp_in;

		client.opener_port = 50000;
		client.target_port = ports[i];
		pass(bench, 119 * second);
		ask_all(bench, client, 30, 1, (struct kind){80, 1400, 40, NULL});
		assert_null(reflects(bench));
		pass(bench, 2 * second);
		client.opener += 50;
		ask_all(bench, client, 10, 1, (struct kind){80, 1400, 40, NULL});
		assert_int_equal(reflects(bench)->severity, SEVERITY_HIGH);
		teardown((void **)&bench);
	}
}

/* On a port without a known service: one who watches is nobody's victim, ten are. */
static void test_unknown_services(void **state)
{
	struct bench *bench = *state;
	struct talk talk = ssdp_in;

	talk.target_port = 51000;
	pass(bench, 121 * second);
	ask_all(bench, talk, 1, 500, (struct kind){20, 1400, 20, NULL});
	assert_null(reflects(bench));
	talk.target = INSIDE + SERVER;
	ask_all(bench, talk, 10, 1, (struct kind){20, 1400, 20, NULL});
	assert_int_equal(reflects(bench)->severity, SEVERITY_HIGH);
}

static void test_peers_answer_peers(void **state)
{
	struct bench *bench = *state;
	struct talk out = {.opener = INSIDE + CAMERA, .target = OUTSIDE + 250, .opener_port = 51413, .target_port = 6881, .proto = UDP};
	struct talk in = ssdp_in;

	say(bench, &out, false, 60);
	pass(bench, 121 * second);
	in.target_port = 51413;
	ask_all(bench, in, 30, 1, (struct kind){70, 700, 1, NULL});
	assert_int_equal(reflects(bench)->severity, SEVERITY_LOW);
	assert_int_equal(reflects(bench)->state, STATE_CLEAN);
}

/* More services than room: the oldest go, counted; a finding keeps what it knew. */
static void test_ceilings(void **state)
{
	struct bench *bench = *state;
	struct talk talk = ssdp_in;

	pass(bench, 121 * second);
	ask_all(bench, talk, 1, 120, (struct kind){90, 900, 1, NULL});
	for (uint32_t port = 0; port < FW_REFLECTOR_MAX; port++) {
		talk.target_port = (uint16_t)(20000 + port);
		ask_all(bench, talk, 1, 1, (struct kind){90, 900, 1, NULL});
	}
	assert_int_equal(reflector_left_out(bench->reflector), 0);
	ask_all(bench, ssdp_in, 1, 100, (struct kind){90, 900, 1, NULL});
	assert_int_equal(reflector_left_out(bench->reflector), 1);
	assert_int_equal(reflects(bench)->count, 120);
}

static void test_a_full_book(void **state)
{
	struct bench *bench = bench_new(false, 1);
	struct talk talk = ssdp_in;

	(void)state;
	talk.opener_port = 50000;
	ask_all(bench, talk, 50, 10, (struct kind){90, 900, 1, NULL});
	assert_int_equal(book_count(bench->book), 1); /* reached-from-internet was first */
	assert_null(reflects(bench));
	assert_int_equal(book_left_out(bench->book), 1);
	teardown((void **)&bench);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_hundred_answers_to_one_victim),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_every_known_service),
		CASE(test_the_victim_is_who_got_most),
		CASE(test_inside_and_our_own_questions_never_count),
		cmocka_unit_test(test_name_servers),
		cmocka_unit_test(test_jobs_of_public_servers),
		CASE(test_what_begins_small_is_no_reflection),
		cmocka_unit_test(test_conversations_on_known_ports),
		cmocka_unit_test(test_conversations_older_than_the_capture),
		CASE(test_unknown_services),
		CASE(test_peers_answer_peers),
		CASE(test_ceilings),
		cmocka_unit_test(test_a_full_book),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
