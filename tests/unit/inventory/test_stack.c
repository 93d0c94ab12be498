/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How systems open connections: as one text, and what the rows say of it; of how many, and of whose. */
#include "inventory/stack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/inventory.h"
#include "one_device.h"

#define LINUX \
	5, \
	{ \
		FW_TCP_MSS, FW_TCP_SACK, FW_TCP_TIME, FW_TCP_NOP, FW_TCP_SCALE \
	}
#define WINDOWS \
	6, \
	{ \
		FW_TCP_MSS, FW_TCP_NOP, FW_TCP_SCALE, FW_TCP_NOP, FW_TCP_NOP, FW_TCP_SACK \
	}
#define BSD \
	6, \
	{ \
		FW_TCP_MSS, FW_TCP_NOP, FW_TCP_SCALE, FW_TCP_NOP, FW_TCP_NOP, FW_TCP_TIME \
	}
#define ALONE \
	1, \
	{ \
		FW_TCP_MSS \
	}

struct expectation {
	struct fw_opening opening; /* window, mss, family, hops, scale, options, answer, whole */
	const char *text, *says;
};

/* clang-format off */
static const struct expectation table[] = {
	{{5840, 1460, 4, 64, 1, LINUX, false, true}, "mss sack time nop scale: ttl 64, df, window 4 mss, mss 1460, scale 1",
		"runs: Linux 2.4 or 2.6; runs: Linux with little memory"},
	{{64240, 1460, 4, 64, 7, LINUX, false, true}, "mss sack time nop scale: ttl 64, df, window 44 mss, mss 1460, scale 7", "runs: Linux 4.20 or later"},
	{{28800, 1440, 6, 64, 7, LINUX, false, false}, "mss sack time nop scale: ttl 64, ipv6, window 20 mss, mss 1440, scale 7", "runs: Linux 3 or 4"},
	{{65535, 1460, 4, 61, 8, LINUX, false, true}, "mss sack time nop scale: ttl 64, df, window 65535, mss 1460, scale 8", "runs: Linux, often Android"},
	{{1000, 1460, 4, 64, 11, LINUX, false, true}, "mss sack time nop scale: ttl 64, df, window 1000, mss 1460, scale 11", "runs: Linux"},
	{{5792, 1460, 4, 64, 1, LINUX, true, true}, "mss sack time nop scale: ttl 64, df, window 4 mss, mss 1460, scale 1", "runs: Linux"},
	{{5840, 1460, 4, 128, 1, LINUX, false, true}, "mss sack time nop scale: ttl 128, df, window 4 mss, mss 1460, scale 1", ""},
	{{64240, 1460, 4, 128, 8, WINDOWS, false, true}, "mss nop scale nop nop sack: ttl 128, df, window 44 mss, mss 1460, scale 8",
		"kind: computer; runs: Windows Vista or later"},
	{{64240, 1460, 4, 128, 0, WINDOWS, false, false}, "mss nop scale nop nop sack: ttl 128, no df, window 44 mss, mss 1460, scale 0",
		"runs: FreeRTOS+TCP or Windows"},
	{{64240, 1460, 4, 128, 28, WINDOWS, false, true}, "mss nop scale nop nop sack: ttl 128, df, window 44 mss, mss 1460, scale 28", ""},
	{{65535, 1460, 4, 64, 6, 8, {2, 1, 3, 1, 1, 8, 4, 0}, false, true},
		"mss nop scale nop nop time sack end: ttl 64, df, window 65535, mss 1460, scale 6", "maker: Apple; runs: macOS or iOS"},
	{{8688, 1460, 4, 64, 0, BSD, false, false}, "mss nop scale nop nop time: ttl 64, no df, window 6 mss, mss 1460, scale 0",
		"runs: a TCP of 4.4BSD's family, such as VxWorks"},
	{{2144, 536, 4, 255, 0, ALONE, false, false}, "mss: ttl 255, no df, window 4 mss, mss 536", "runs: lwIP as it comes"},
	{{4380, 1460, 4, 255, 0, ALONE, false, false}, "mss: ttl 255, no df, window 3 mss, mss 1460", "runs: lwIP"},
	{{2144, 536, 4, 255, 0, ALONE, false, true}, "mss: ttl 255, df, window 4 mss, mss 536", ""},
	{{5760, 1440, 4, 64, 0, ALONE, false, false}, "mss: ttl 64, no df, window 4 mss, mss 1440", "runs: lwIP as ESP-IDF sets it"},
	{{1240, 1240, 4, 64, 0, ALONE, false, false}, "mss: ttl 64, no df, window 1 mss, mss 1240", "runs: uIP (Contiki)"},
	{{8192, 1460, 4, 128, 0, 5, {2, 1, 1, 1, 0}, false, false}, "mss nop nop nop end: ttl 128, no df, window 8192, mss 1460", "runs: NetX (ThreadX)"},
	{{65535, 1, 4, 31, 0, ALONE, false, false}, "mss: ttl 32, no df, window 65535, mss 1", ""},
	{{65535, 1460, 4, 255, 255, 8, {30, 34, 99, 99, 99, 99, 2, 3}, true, false},
		"mptcp fast other other other other mss scale: ttl 255, no df, window 65535, mss 1460, scale 255", ""},
};
/* clang-format on */

static void texts_and_what_they_say(void **state)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct inventory *inventory = fresh();
		const struct device *device = inventory_device(inventory, 0);

		inventory_note_opening(inventory, 0, false, &table[i].opening);
		inventory_note_opening(inventory, 0, false, &table[i].opening);
		assert_int_equal(device->clue_count, 1);
		assert_string_equal(device->clues[0].source, table[i].opening.answer ? "tcp syn-ack" : "tcp syn");
		assert_string_equal(device->clues[0].value, table[i].text);
		assert_string_equal(device->clues[0].says, table[i].says);
		inventory_free(inventory);
	}
}

static void what_no_system_writes_is_not_heard(void **state)
{
	static const struct fw_opening none[] = {
		{5840, 0, 4, 64, 0, 0, {0}, false, false}, /* Mirai's */
		{1024, 0, 4, 64, 0, 1, {FW_TCP_NOP}, false, false}, {0, 1460, 4, 64, 0, ALONE, false, false},
		{65535, 1460, 4, 255, 255, 12, {30, 30, 34, 99, 99, 99, 99, 99, 99, 99, 99, 2}, false,
			false}, /* more than the text holds */
	};
	struct inventory *inventory = fresh();

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		inventory_note_opening(inventory, 0, true, &none[i]);
	inventory_note_opening(inventory, DEVICE_NONE, true, &table[0].opening);
	inventory_note_opening(inventory, 7, true, &table[0].opening);
	assert_int_equal(inventory_device(inventory, 0)->clue_count, 0);
	inventory_free(inventory);
}

/* A telephone behind a plug that is an access point for it: its SYNs bear the plug's MAC and address, and one hop less. */
static void what_is_passed_on_is_anothers(void **state)
{
	static const uint8_t far[16] = {[10] = 0xff, [11] = 0xff, 192, 168, 5, 9};
	struct fw_opening opening = table[3].opening;
	struct inventory *inventory = fresh();

	opening.hops = 63;
	inventory_note_opening(inventory, 0, true, &opening);
	assert_int_equal(inventory_device(inventory, 0)->clue_count, 0);
	opening.hops = 64;
	inventory_note_opening(inventory, 0, true, &opening);
	assert_int_equal(inventory_device(inventory, 0)->clue_count, 1);
	/* one that is known by its address alone is behind a router anyway */
	assert_int_equal(inventory_see(inventory, NULL, far, 2), 1);
	opening.hops = 63;
	inventory_note_opening(inventory, 1, true, &opening);
	assert_int_equal(inventory_device(inventory, 1)->clue_count, 1);
	inventory_free(inventory);
}

/* A scan's are looked at, and not for ever; what the system itself opened meanwhile is heard. SYN-ACKs are counted apart. */
static void a_scan_ends_the_listening(void **state)
{
	static const struct fw_opening bare = {5840, 0, 4, 64, 0, 0, {0}, false, false};
	struct inventory *inventory = fresh();

	for (unsigned i = 0; i < 254; i++)
		inventory_note_opening(inventory, 0, true, &bare);
	assert_true(inventory_wants_opening(inventory, 0, false));
	inventory_note_opening(inventory, 0, true, &table[0].opening);
	assert_int_equal(inventory_device(inventory, 0)->clue_count, 1);
	assert_false(inventory_wants_opening(inventory, 0, false));
	inventory_note_opening(inventory, 0, true, &table[1].opening);
	assert_int_equal(inventory_device(inventory, 0)->clue_count, 1);
	assert_true(inventory_wants_opening(inventory, 0, true));
	assert_false(inventory_wants_opening(inventory, DEVICE_NONE, false));
	inventory_free(inventory);
}

/* Another one each time: three are shown, and after a number of them nobody listens any more. */
static void a_few_of_each_device(void **state)
{
	struct inventory *inventory = fresh();
	const struct device *device = inventory_device(inventory, 0);
	struct fw_opening opening = table[0].opening;
	unsigned left_out;

	for (unsigned i = 0; i < 32; i++) {
		opening.window = (uint16_t)(1 + i);
		inventory_note_opening(inventory, 0, true, &opening);
	}
	assert_int_equal(device->clue_count, 3);
	left_out = device->clues_left_out;
	assert_true(left_out > 0);
	for (unsigned i = 0; i < 60000; i++) {
		opening.window = (uint16_t)(100 + i);
		inventory_note_opening(inventory, 0, true, &opening);
	}
	assert_int_equal(device->clues_left_out, left_out);
	inventory_free(inventory);
}

/* It tells what kind of system there is, no more: never alone above what its row says. */
static void it_says_little(void **state)
{
	struct inventory *inventory = fresh();
	const struct device *device = inventory_device(inventory, 0);

	inventory_note_opening(inventory, 0, true, &table[7].opening);
	inventory_settle(inventory);
	assert_string_equal(device->kind.name, "computer");
	assert_in_range(device->kind.confidence, 30, 45);
	assert_int_equal(device->maker.confidence, 0);
	inventory_free(inventory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_and_what_they_say),
		cmocka_unit_test(what_no_system_writes_is_not_heard),
		cmocka_unit_test(what_is_passed_on_is_anothers),
		cmocka_unit_test(a_scan_ends_the_listening),
		cmocka_unit_test(a_few_of_each_device),
		cmocka_unit_test(it_says_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
