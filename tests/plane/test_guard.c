/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard's plane on two interfaces: opened, taken over, widened and narrowed, refused, killed while opening, bypassed by a process
 * that never had to do with it.
 */
#include "guard_bed.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

enum { TAKEOVERS = 8, KILLS = 8, MAPS = 16, PROGRAMS = 2, PINS = MAPS + PROGRAMS, DESCRIPTORS_MAX = 150 };

static void demand_guarded(const char *interface)
{
	assert_true(bed_has_xdp(interface));
	assert_int_equal(bed_filters(interface), 1);
}

static void demand_clean(const struct bed *bed)
{
	bed_assert_clean(bed, BED_DEVICE);
	bed_assert_clean(bed, BED_SECOND);
}

static void demand_refusal(const struct plane_guard_setup *setup, int error, const char *words)
{
	struct plane_guard *guard = NULL;
	struct fault fault = {0};
	int got = plane_guard_open(setup, &guard, &fault);

	if (got != error || !strstr(fault.sentence, words))
		fail_msg("%d, not %d; \"%s\" does not say \"%s\"", got, error, fault.sentence, words);
	assert_null(guard);
}

/* ---- opening ---- */

static void several_interfaces(void **state)
{
	struct bed *bed = *state;
	struct plane_guard *guard = guard_bed_open(bed);
	struct plane_guard_interface interface;

	assert_false(plane_guard_took_over(guard));
	demand_guarded(BED_DEVICE);
	demand_guarded(BED_SECOND);
	assert_int_equal(bed_pins(bed), 2 + MAPS + PROGRAMS + 2 + 2); /* directories, maps, programs, links, tcx's or marks */
	assert_true(plane_guard_interface(guard, 1, &interface));
	assert_string_equal(interface.name, BED_SECOND);
	assert_true(interface.attached && !interface.generic && interface.ifindex == if_nametoindex(BED_SECOND));
	assert_false(plane_guard_interface(guard, 2, &interface));
	bed_run("ip link del " BED_SECOND);
	assert_true(plane_guard_interface(guard, 1, &interface) && !interface.attached);
	assert_int_equal(plane_guard_detach(guard, NULL), 0);
	bed_assert_clean(bed, BED_DEVICE);
}

/* An interface more, one less: the maps stay the same, and who is no longer named is let go. */
static void interfaces_come_and_go(void **state)
{
	struct bed *bed = *state;
	struct plane_guard_setup setup = guard_bed_setup_of(bed), one = setup;
	struct fw_guard_config config = guard_bed_config();
	struct plane_guard *guard;
	uint32_t number;

	one.interface_count = 1;
	assert_int_equal(plane_guard_open(&one, &guard, NULL), 0);
	assert_int_equal(plane_guard_config(guard, &config), 0);
	assert_false(bed_has_xdp(BED_SECOND));
	plane_guard_close(guard);
	guard = guard_bed_open(bed);
	assert_true(plane_guard_took_over(guard));
	demand_guarded(BED_SECOND);
	plane_guard_close(guard);
	one.interfaces = setup.interfaces + 1;
	assert_int_equal(plane_guard_open(&one, &guard, NULL), 0);
	assert_true(plane_guard_took_over(guard));
	assert_int_equal(plane_guard_config_now(guard)->generation, 1);
	number = guard_bed_number(guard);
	assert_int_equal(plane_guard_config(guard, &config), 0);
	assert_int_equal(guard_bed_number(guard), number + 1);
	assert_false(bed_has_xdp(BED_DEVICE));
	assert_int_equal(bed_filters(BED_DEVICE), 0);
	assert_false(bed_has_clsact(BED_DEVICE));
	assert_int_equal(bed_pins(bed), 2 + MAPS + PROGRAMS + 1 + 1);
	assert_int_equal(plane_guard_detach(guard, NULL), 0);
	demand_clean(bed);
}

/* The ring's size follows from how much may be sent up: another rate is no reason not to start. The one that is there stays. */
static void another_ring(void **state)
{
	struct bed *bed = *state;
	struct plane_guard_setup setup = guard_bed_setup_of(bed);
	struct plane_guard *guard;

	for (uint32_t i = 0; i < 3; i++) { /* 1, 4, a half MiB */
		setup.ring_bytes = (i == 2 ? 1 : 2 + 6 * i) << 19;
		assert_int_equal(plane_guard_open(&setup, &guard, NULL), 0);
		assert_int_equal(plane_guard_took_over(guard), i > 0);
		plane_guard_close(guard);
	}
	assert_int_equal(plane_guard_detach(guard_bed_open(bed), NULL), 0);
	demand_clean(bed);
}

/* Also while another interface, which is not named this time, is the only one that is held. */
static void only_others_are_held(void **state)
{
	struct bed *bed = *state;
	struct plane_guard_setup setup = guard_bed_setup_of(bed), one = setup;
	struct plane_guard *guard;
	uint8_t mac[6];
	struct fw_guard_config config = guard_bed_config();
	uint32_t place;

	one.interface_count = 1;
	assert_int_equal(plane_guard_open(&one, &guard, NULL), 0);
	assert_int_equal(plane_guard_config(guard, &config), 0);
	guard_bed_mac(3, mac);
	assert_int_equal(plane_guard_device_add(guard, mac, &place), 0);
	plane_guard_close(guard);
	one.interfaces = setup.interfaces + 1;
	one.devices = 5;
	demand_refusal(&one, -ESTALE, "another size of guard_");
	demand_guarded(BED_DEVICE);
	one.devices = setup.devices;
	assert_int_equal(plane_guard_open(&one, &guard, NULL), 0);
	assert_int_equal(plane_guard_device_place(guard, mac), place);
	plane_guard_detach(guard, NULL);
	demand_clean(bed);
}

static void what_makes_no_sense(void **state)
{
	static const char *const twice[] = {BED_DEVICE, BED_DEVICE}, *const nobody[] = {BED_DEVICE, "fw9"};
	struct bed *bed = *state;
	struct plane_guard_setup setup = guard_bed_setup_of(bed), bad = setup;

	bad.interfaces = twice;
	demand_refusal(&bad, -EINVAL, "named twice");
	bad.interfaces = nobody;
	demand_refusal(&bad, -ENODEV, "no such interface");
	bad = setup;
	bad.interface_count = 0;
	demand_refusal(&bad, -EINVAL, "no interface is named");
	bad.interface_count = PLANE_GUARD_INTERFACES_MAX + 1;
	demand_refusal(&bad, -E2BIG, "more interfaces");
	bad = setup;
	bad.devices = PLANE_GUARD_DEVICES_MAX + 1u;
	demand_refusal(&bad, -E2BIG, "larger table");
	bad = setup;
	bad.bpffs = "/";
	demand_refusal(&bad, -ENOENT, "no bpffs is mounted");
	demand_clean(bed);
}

/* ---- refusals ---- */

/* The layout that the pins say is another program's. */
static void another_layout(void **state)
{
	struct bed *bed = *state;
	struct plane_guard_setup setup = guard_bed_setup_of(bed);
	struct fw_guard_switch other = {.layout = FW_GUARD_LAYOUT + 1};
	struct plane_bypassed done;
	char path[128];
	int map;

	plane_guard_close(guard_bed_open(bed));
	snprintf(path, sizeof(path), "%s/floodwall/guard/guard_switch", bed->bpffs);
	map = bpf_obj_get(path);
	assert_true(map >= 0);
	assert_int_equal(bpf_map_update_elem(map, &(uint32_t){0}, &other, BPF_ANY), 0);
	close(map);
	demand_refusal(&setup, -ESTALE, "another layout: run 'floodwall bypass'");
	demand_guarded(BED_DEVICE);
	demand_guarded(BED_SECOND);
	assert_int_equal(plane_bypass(bed->bpffs, &done, NULL), 0);
	plane_guard_detach(guard_bed_open(bed), NULL);
	demand_clean(bed);
}

/* Somebody else's program on the second interface: named, and the first is as it was. */
static void another_program(void **state)
{
	struct bed *bed = *state;
	struct plane_guard_setup setup = guard_bed_setup_of(bed), one = setup;
	int program = bed_foreign_program(), ifindex = (int)if_nametoindex(BED_SECOND);
	struct plane_guard *guard;

	assert_int_equal(bpf_xdp_attach(ifindex, program, XDP_FLAGS_DRV_MODE, NULL), 0);
	demand_refusal(&setup, -EBUSY, "somebody_else");
	bed_assert_clean(bed, BED_DEVICE);
	one.interface_count = 1;
	assert_int_equal(plane_guard_open(&one, &guard, NULL), 0);
	plane_guard_close(guard);
	demand_refusal(&setup, -EBUSY, "somebody_else");
	demand_guarded(BED_DEVICE);
	assert_int_equal(bpf_xdp_detach(ifindex, XDP_FLAGS_DRV_MODE, NULL), 0);
	close(program);
	plane_guard_detach(guard_bed_open(bed), NULL);
	demand_clean(bed);
}

static void shield_and_guard(void **state)
{
	struct bed *bed = *state;
	struct plane_guard_setup setup = guard_bed_setup_of(bed), one = setup;
	struct plane_bypassed done;
	struct plane_guard *guard;

	plane_close(bed_open(bed));
	demand_refusal(&setup, -EBUSY, "a shield whose pins are not here");
	one.interfaces = setup.interfaces + 1;
	one.interface_count = 1;
	assert_int_equal(plane_guard_open(&one, &guard, NULL), 0);
	demand_refusal(&one, -EBUSY, "another process runs the guard");
	plane_guard_close(guard);
	assert_int_equal(plane_bypass(bed->bpffs, &done, NULL), 0);
	assert_int_equal(done.links, 2);
	assert_int_equal(done.filters, 2);
	assert_int_equal(done.pins, 15 + PROGRAMS + MAPS + PROGRAMS + 2 * kernel_links());
	demand_clean(bed);
}

/* ---- failures ---- */

static void limit_descriptors(rlim_t count)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = count;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Each step that opens something fails in turn: nothing is left of it, or what runs goes on. */
static void descriptors_run_out(void **state)
{
	struct bed *bed = *state;
	struct plane_guard_setup setup = guard_bed_setup_of(bed);
	struct plane_guard *guard = NULL;

	for (int running = 0; running < 2; running++) {
		int failed = 0, error = -1;

		for (rlim_t limit = 8; error && limit < DESCRIPTORS_MAX; limit += 2) {
			struct fault fault = {0};

			limit_descriptors(limit);
			error = plane_guard_open(&setup, &guard, &fault);
			limit_descriptors(1024);
			if (!error)
				break;
			failed++;
			assert_true(fault.sentence[0] != 0);
			if (!running)
				demand_clean(bed);
			assert_int_equal(bed_has_xdp(BED_DEVICE) && bed_has_xdp(BED_SECOND), running);
		}
		assert_int_equal(error, 0);
		assert_true(failed > 8);
		print_message("%d steps failed, %s\n", failed, running ? "the guard went on" : "each without a trace");
		plane_guard_close(guard);
	}
	plane_guard_detach(guard_bed_open(bed), NULL);
	demand_clean(bed);
}

static void await_xdp(const char *interface)
{
	for (int tries = 0; tries < 100000 && !bed_has_xdp(interface); tries++)
		usleep(1000);
}

static void killed_while_opening(void **state)
{
	struct bed *bed = *state;
	struct plane_guard_setup setup = guard_bed_setup_of(bed);
	uint64_t begin_ns = clock_steady_ns(), open_ns;
	uint32_t held = 0;

	plane_guard_detach(guard_bed_open(bed), NULL);
	open_ns = clock_steady_ns() - begin_ns;
	for (uint32_t i = 0; i < KILLS; i++) {
		pid_t child = fork();
		struct plane_bypassed done;
		struct plane_guard *guard;
		int status;

		if (child == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (plane_guard_open(&setup, &guard, NULL))
				_exit(1);
			pause();
		}
		if (i == KILLS - 1)
			await_xdp(BED_SECOND);
		else
			usleep((useconds_t)(open_ns * i / KILLS / 1000));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		held += bed_has_xdp(BED_DEVICE) && bed_has_xdp(BED_SECOND);
		if (i % 3 == 0)
			assert_int_equal(plane_bypass(bed->bpffs, &done, NULL), 0);
		plane_guard_detach(guard_bed_open(bed), NULL);
		demand_clean(bed);
	}
	print_message("killed %d times, %u of them when all was guarded\n", KILLS, held);
	assert_true(held > 0 && held < KILLS);
}

/* ---- without the daemon ---- */

static void bypass_from_elsewhere(void **state)
{
	struct bed *bed = *state;
	struct plane_guard *guard = guard_bed_open(bed);
	struct plane_guard_interface interface;
	pid_t child = fork();
	int status = 1;

	if (child == 0) {
		struct plane_bypassed done;

		_exit(plane_bypass(bed->bpffs, &done, NULL) || done.links != 2 || done.filters != 2 ||
			done.pins != PINS + 2 * kernel_links());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	demand_clean(bed);
	assert_true(plane_guard_interface(guard, 0, &interface) && !interface.attached);
	plane_guard_close(guard);
	guard = guard_bed_open(bed);
	bed_run("rm -rf %s/floodwall/guard/*", bed->bpffs);
	plane_guard_close(guard);
	assert_int_equal(plane_bypass(bed->bpffs, &(struct plane_bypassed){0}, NULL), 0);
	assert_false(bed_has_xdp(BED_DEVICE) || bed_has_xdp(BED_SECOND) || bed_filters(BED_DEVICE) || bed_filters(BED_SECOND));
}

static void a_probe_says(const struct bed *bed, const char *interface, const char *what, const char *words)
{
	struct plane_probe probe;

	assert_int_equal(plane_guard_probe(interface, bed->bpffs, &probe, NULL), 0);
	assert_true(probe.would_open);
	for (uint32_t i = 0; i < probe.note_count; i++)
		if (strcmp(probe.notes[i].what, what) == 0 && strstr(probe.notes[i].sentence, words))
			return;
	fail_msg("nothing about \"%s\" says \"%s\"", what, words);
}

static void probed(void **state)
{
	struct bed *bed = *state;

	a_probe_says(bed, BED_DEVICE, "flow offload", "off");
	a_probe_says(bed, BED_DEVICE, "program", "accepted");
	bed_run("ip link add br0 type bridge && ip link set " BED_SECOND " master br0");
	a_probe_says(bed, "br0", "bridge", "name the ports");
	a_probe_says(bed, BED_SECOND, "bridge", "a port");
	bed_run("ip link del br0");
	plane_guard_close(guard_bed_open(bed));
	a_probe_says(bed, BED_SECOND, "hook", "held by a guard of ours");
	plane_guard_detach(guard_bed_open(bed), NULL);
	demand_clean(bed);
}

/* ---- without root ---- */

#define NEED(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			_exit(1); \
		} \
	} while (0)

struct got {
	uint32_t frames, same;
	uint32_t place;
	uint8_t want[512];
	size_t want_len;
};

static void see_frame(void *context, const struct fw_guard_frame *frame, const uint8_t *bytes)
{
	struct got *got = context;

	got->frames++;
	got->same += frame->place == got->place && frame->way == FW_GUARD_OUT && frame->frame_len == got->want_len &&
		frame->kept_len == got->want_len && memcmp(bytes, got->want, got->want_len) == 0 &&
		frame->interface == if_nametoindex(BED_DEVICE);
}

/* A device's frames come up whole, no more at once than was asked for. */
static void frames(const struct bed *bed, struct plane_guard *guard, uint32_t place)
{
	struct got got = {.place = place};

	plane_guard_frames(guard, UINT32_MAX, see_frame, &got);
	got = (struct got){.place = place};
	got.want_len = guard_bed_frame(got.want, 1, guard_bed_peer(1), BED_ALLOWED);
	NEED(bed_send(bed, got.want, got.want_len, 10) == 10);
	for (int tries = 0; tries < 10000 && got.frames < 4; tries++)
		NEED(plane_guard_frames(guard, 4 - got.frames, see_frame, &got) >= 0);
	NEED(got.frames == 4);
	for (int tries = 0; tries < 10000 && got.frames < 10; tries++)
		plane_guard_frames(guard, UINT32_MAX, see_frame, &got);
	NEED(got.frames == 10 && got.same == 10);
}

static void sets(struct plane_guard *guard)
{
	uint64_t now_ns = clock_steady_ns();
	uint8_t address[16];

	bed_address(address, 0xc0000201);
	NEED(plane_guard_member_add(guard, 0, address, now_ns) == -EINVAL);
	NEED(plane_guard_member_add(guard, 3, address, now_ns + 5 * FW_NS_PER_S) == 0);
	NEED(plane_guard_member_find(guard, 3, address, now_ns) && !plane_guard_member_find(guard, 4, address, now_ns));
	NEED(!plane_guard_member_find(guard, 3, address, now_ns + 6 * FW_NS_PER_S));
	NEED(plane_guard_member_add(guard, 3, address, PLANE_GUARD_FOR_GOOD) == 0);
	NEED(plane_guard_member_add(guard, 3, address, now_ns) == 0); /* never shorter */
	NEED(plane_guard_member_find(guard, 3, address, now_ns + 1000000 * FW_NS_PER_S));
	NEED(plane_guard_member_remove(guard, 3, address) == 0 && plane_guard_member_remove(guard, 3, address) == -ENOENT);
	NEED(plane_guard_name_add(guard, 77, 5) == 0 && plane_guard_name_find(guard, 77) == 5);
	NEED(plane_guard_name_add(guard, 77, 6) == 0 && plane_guard_name_find(guard, 77) == 6);
	NEED(plane_guard_name_remove(guard, 77) == 0 && plane_guard_name_find(guard, 77) == 0);
	/* a name keeps what joined last */
	NEED(plane_guard_name_bind(guard, 0, 6, address, now_ns) == -EINVAL);
	for (uint32_t i = 0; i < 2 * FW_BOUND_KEPT; i++) {
		bed_address(address, 0xc0000300 + i);
		NEED(plane_guard_name_bind(guard, 77, 6, address, now_ns + 1000 * FW_NS_PER_S) == 0);
	}
	for (uint32_t i = 0; i < 2 * FW_BOUND_KEPT; i++) {
		bed_address(address, 0xc0000300 + i);
		NEED(plane_guard_member_find(guard, 6, address, now_ns) == (i >= FW_BOUND_KEPT));
	}
}

static void live_without_root(const struct bed *bed)
{
	struct fw_guard_config config = guard_bed_config();
	struct plane_guard *guard = guard_bed_open(bed);
	struct plane_guard_half half;
	struct plane_guard_fill fill;
	struct fw_guard_totals totals;
	struct fw_guard_count count;
	struct fw_guard_device device;
	uint32_t place, again;
	uint8_t mac[6];

	guard_bed_mac(1, mac);
	NEED(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0 && setuid(0) != 0);
	NEED(plane_guard_device_add(guard, mac, &place) == -EINVAL); /* no keys yet */
	NEED(plane_guard_config(guard, &config) == 0 && plane_guard_device_add(guard, mac, &place) == 0 && place == FW_STRANGERS);
	NEED(plane_guard_device_add(guard, mac, &again) == 0 && again == place);
	NEED(plane_guard_half(guard, &half) == 0 && plane_guard_config_policies(guard, &config, false) == 0);
	frames(bed, guard, place);
	sets(guard);
	plane_guard_device_decide(guard, place, &(struct plane_guard_decision){.slit = 4, .class = 2});
	again = guard_bed_number(guard);
	plane_guard_device_flags(guard, place, 0, FW_DEVICE_QUARANTINED);
	NEED(guard_bed_number(guard) == again + 2); /* what it keeps of conversations holds no more */
	NEED(plane_guard_device(guard, place, &device) && device.slit == 4 && device.class == 2);
	NEED(plane_guard_counts(guard, place, &count) == 0 && count.way[FW_GUARD_OUT][FW_GUARD_PASSED].packets == 10);
	plane_guard_fill(guard, &fill);
	NEED(plane_guard_totals(guard, &totals) == 0 && fill.places == 1 && fill.flows > 0 && fill.names == 0);
	NEED(plane_guard_device_remove(guard, mac) == 0 && guard_bed_number(guard) == again + 4 && !plane_guard_device_place(guard, mac));
	NEED(plane_guard_counts(guard, place, &count) == 0 && !count.way[FW_GUARD_OUT][FW_GUARD_PASSED].packets);
	plane_guard_fill(guard, &fill);
	NEED(fill.places == 0 && !plane_guard_device(guard, place, &device));
	plane_guard_close(guard);
}

static void without_root(void **state)
{
	struct bed *bed = *state;
	pid_t child = fork();
	int status = 1;

	if (child == 0) {
		live_without_root(bed);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	demand_guarded(BED_SECOND);
	plane_guard_detach(guard_bed_open(bed), NULL);
	demand_clean(bed);
}

/* ---- under load ---- */

struct sender {
	uint32_t stop, sent;
};

static pid_t send_until_told(const struct bed *bed, struct sender *sender)
{
	pid_t child = fork();
	uint8_t frame[512];
	size_t len;

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	len = guard_bed_frame(frame, 1, guard_bed_peer(1), BED_FORBIDDEN);
	for (uint32_t i = 0; i < 2000000 && !__atomic_load_n(&sender->stop, __ATOMIC_ACQUIRE); i += 64) {
		__atomic_fetch_add(&sender->sent, bed_send(bed, frame, len, 64), __ATOMIC_RELEASE);
		usleep(500);
	}
	_exit(0);
}

/* A device in quarantine sends; the guard is taken over again and again: nothing of it passes, all of it is counted. */
static void taken_over_under_load(void **state)
{
	struct bed *bed = *state;
	struct sender *sender = mmap(NULL, sizeof(*sender), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct fw_guard_config config = guard_bed_config();
	struct plane_guard *guard = guard_bed_open(bed);
	uint64_t loss = bed_link_loss();
	struct guard_bed_seen seen = {0};
	struct fw_guard_count count;
	uint32_t place;
	uint8_t mac[6];
	pid_t child;
	int status;

	guard_bed_mac(1, mac);
	assert_int_equal(plane_guard_config(guard, &config), 0);
	assert_int_equal(plane_guard_device_add(guard, mac, &place), 0);
	plane_guard_device_flags(guard, place, 0, FW_DEVICE_QUARANTINED);
	child = send_until_told(bed, sender);
	for (int i = 0; i < TAKEOVERS; i++) {
		uint32_t sent = __atomic_load_n(&sender->sent, __ATOMIC_ACQUIRE);

		plane_guard_close(guard);
		guard = guard_bed_open(bed);
		assert_true(plane_guard_took_over(guard));
		assert_int_equal(plane_guard_device_place(guard, mac), place);
		for (int tries = 0; __atomic_load_n(&sender->sent, __ATOMIC_ACQUIRE) < sent + 100 && tries < 10000; tries++)
			usleep(100); /* until some were sent under this one */
	}
	__atomic_store_n(&sender->stop, 1, __ATOMIC_RELEASE);
	assert_int_equal(waitpid(child, &status, 0), child);
	guard_bed_seen(bed, &seen);
	assert_int_equal(seen.forbidden, 0);
	assert_int_equal(plane_guard_counts(guard, place, &count), 0);
	assert_int_equal(count.way[FW_GUARD_OUT][FW_GUARD_DROPPED].packets, sender->sent - (bed_link_loss() - loss));
	assert_true(sender->sent >= TAKEOVERS * 100);
	print_message("%u frames during %d takeovers, all dropped, all counted\n", sender->sent, TAKEOVERS);
	plane_guard_detach(guard, NULL);
	munmap(sender, sizeof(*sender));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, guard_bed_setup, guard_bed_teardown)
	const struct CMUnitTest tests[] = {
		CASE(several_interfaces),
		CASE(interfaces_come_and_go),
		CASE(another_ring),
		CASE(only_others_are_held),
		CASE(what_makes_no_sense),
		CASE(another_layout),
		CASE(another_program),
		CASE(shield_and_guard),
		CASE(descriptors_run_out),
		CASE(killed_while_opening),
		CASE(bypass_from_elsewhere),
		CASE(probed),
		CASE(without_root),
		CASE(taken_over_under_load),
	};

	bed_enter("guard");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
