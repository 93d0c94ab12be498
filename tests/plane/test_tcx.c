/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What leaves, by tcx: beside programs of others, first among them, without a clsact; exchanged in place; and what an earlier version has left
 * under a clsact, which is made here as that version makes it: by the same plane, over a kernel without tcx (kernel.h).
 */
#include "guard_bed.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "plane/tcx.h"

enum { TAKEOVERS = 8, UPGRADES = 4, ENOUGH = 200, NOBODY = 65534, BEFORE = 1 << 3 };
enum { NEXT = -1, PASS = 0 }; /* what a program in the chain may return */

static const enum bpf_attach_type egress = (enum bpf_attach_type)KERNEL_TCX_EGRESS;

/* ---- others ---- */

/* A program of somebody else. A descriptor. */
static int returning(int code)
{
	struct bpf_insn text[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = code}, {.code = BPF_JMP | BPF_EXIT}};
	int program = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "somebody_else", "GPL", text, 2, NULL);

	assert_true(program >= 0);
	return program;
}

static uint32_t number(int program)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(program, &info, &len), 0);
	return info.id;
}

static void demand_chain(const char *interface, uint32_t first, uint32_t second, uint32_t third)
{
	const uint32_t want[] = {first, second, third};
	uint32_t ids[KERNEL_TCX_PROGRAMS] = {0}, count = kernel_tcx(interface, ids), wanted = 0;

	while (wanted < 3 && want[wanted])
		wanted++;
	assert_int_equal(count, wanted);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(ids[i], want[i]);
}

/* The number of ours, which is the only one of ours. */
static uint32_t ours(const char *interface)
{
	uint32_t ids[KERNEL_TCX_PROGRAMS], count = kernel_tcx(interface, ids), found = 0;

	assert_int_equal(bed_filters(interface), 1);
	for (uint32_t i = 0; i < count && !found; i++) {
		struct bpf_prog_info info = {0};
		uint32_t len = sizeof(info);
		int program = bpf_prog_get_fd_by_id(ids[i]);

		assert_int_equal(bpf_obj_get_info_by_fd(program, &info, &len), 0);
		close(program);
		if (strcmp(info.name, "somebody_else") != 0)
			found = ids[i];
	}
	return found;
}

static void old_kernel(bool on)
{
	assert_int_equal(on ? setenv("PLANE_TEST_KERNEL", "6.1", 1) : unsetenv("PLANE_TEST_KERNEL"), 0);
}

static bool pinned(const struct bed *bed, const char *file)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/floodwall/%s", bed->bpffs, file);
	return access(path, F_OK) == 0;
}

/* ---- in the chain ---- */

static void without_a_clsact(void **state)
{
	struct bed *bed = *state;
	struct plane *plane = bed_open(bed);

	assert_int_equal(bed_filters(BED_DEVICE), 1);
	assert_false(bed_has_clsact(BED_DEVICE));
	assert_false(pinned(bed, "shield-" BED_DEVICE "/made_clsact"));
	assert_true(pinned(bed, "shield-" BED_DEVICE "/tc"));
	assert_int_equal(plane_detach(plane, NULL), 0);
	bed_assert_clean(bed, BED_DEVICE);
}

/* A frame on its way to device 1 over BED_DEVICE. Returns 1 where it went, 0 where it was dropped, which the kernel tells who sends, or -errno. */
static int send_one(const struct bed *bed)
{
	uint8_t frame[512], address[4];
	size_t len = guard_bed_frame(frame, 1, guard_bed_peer(1), BED_FORBIDDEN);

	memcpy(frame, frame + 6, 6);
	memset(frame + 6, 2, 6);
	memcpy(address, frame + 26, 4);
	memcpy(frame + 26, frame + 30, 4);
	memcpy(frame + 30, address, 4);
	if (send(bed->from, frame, len, 0) == (ssize_t)len)
		return 1;
	return errno == ENOBUFS ? 0 : -errno;
}

static bool reaches(const struct bed *bed)
{
	int sent = send_one(bed);

	if (sent < 0)
		fail_msg("%s", strerror(-sent));
	return sent;
}

/* Opened, and nothing shall reach device 1. Returns its place. */
static struct plane_guard *open_quarantine(const struct bed *bed, uint32_t *out_place)
{
	struct fw_guard_config config = guard_bed_config();
	struct plane_guard *guard = guard_bed_open(bed);
	uint8_t mac[6];

	guard_bed_mac(1, mac);
	assert_int_equal(plane_guard_config(guard, &config), 0);
	assert_int_equal(plane_guard_device_add(guard, mac, out_place), 0);
	assert_true(reaches(bed));
	plane_guard_device_flags(guard, *out_place, 0, FW_DEVICE_QUARANTINED);
	assert_false(reaches(bed));
	return guard;
}

/* Who returns TCX_PASS ends the chain: behind him a defence would see nothing. */
static void first_among_others(void **state)
{
	struct bed *bed = *state;
	int ifindex = (int)if_nametoindex(BED_DEVICE), ends = returning(PASS), goes_on = returning(NEXT), link;
	LIBBPF_OPTS(bpf_link_create_opts, before, .flags = BEFORE);
	struct plane_guard *guard;
	uint32_t place, first;

	assert_int_equal(bpf_prog_attach(ends, ifindex, egress, 0), 0);
	guard = open_quarantine(bed, &place);
	demand_chain(BED_DEVICE, ours(BED_DEVICE), number(ends), 0);
	/* who comes first later stays there: an exchange keeps the place */
	link = bpf_link_create(goes_on, ifindex, egress, &before);
	assert_true(link >= 0);
	first = ours(BED_DEVICE);
	plane_guard_close(guard);
	bed_run("rm %s/floodwall/guard/program_*", bed->bpffs);
	guard = guard_bed_open(bed);
	assert_int_not_equal(ours(BED_DEVICE), first);
	demand_chain(BED_DEVICE, number(goes_on), ours(BED_DEVICE), number(ends));
	assert_false(reaches(bed));
	assert_int_equal(plane_guard_detach(guard, NULL), 0);
	demand_chain(BED_DEVICE, number(goes_on), number(ends), 0);
	plane_guard_close(guard_bed_open(bed));
	demand_chain(BED_DEVICE, ours(BED_DEVICE), number(goes_on), number(ends));
	assert_int_equal(plane_bypass(bed->bpffs, &(struct plane_bypassed){0}, NULL), 0);
	demand_chain(BED_DEVICE, number(goes_on), number(ends), 0);
	close(link);
	close(goes_on);
	close(ends);
}

/* Nobody takes over an interface of others that cannot be had. */
static void a_failure_leaves_others(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed);
	int lo = (int)if_nametoindex("lo"), other = returning(NEXT);
	struct plane *plane = NULL;
	struct fault fault = {0};

	setup.interface = "lo"; /* has no native XDP, which is tried after the chain */
	assert_int_equal(bpf_prog_attach(other, lo, egress, 0), 0);
	assert_int_equal(plane_open(&setup, &plane, &fault), -EOPNOTSUPP);
	demand_chain("lo", number(other), 0, 0);
	assert_int_equal(bed_pins(bed), 0);
	assert_int_equal(bpf_prog_detach2(other, lo, egress), 0);
	close(other);
}

static void filters_of_others(void)
{
	bed_run("tc filter show dev " BED_DEVICE " egress | grep -q somebody_else");
	bed_run("tc filter show dev " BED_DEVICE " ingress | grep -q somebody_else");
	assert_true(bed_has_clsact(BED_DEVICE));
}

/* At our priority and our handle, but not ours. */
static void add_filters_of_others(void)
{
	LIBBPF_OPTS(bpf_tc_hook, in, .ifindex = (int)if_nametoindex(BED_DEVICE), .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_hook, out, .ifindex = (int)if_nametoindex(BED_DEVICE), .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter_in, .handle = PLANE_TC_HANDLE, .priority = PLANE_TC_PRIORITY, .prog_fd = returning(NEXT));
	LIBBPF_OPTS(bpf_tc_opts, filter_out, .handle = 1, .priority = 1, .prog_fd = filter_in.prog_fd);

	assert_int_equal(bpf_tc_attach(&in, &filter_in), 0);
	assert_int_equal(bpf_tc_attach(&out, &filter_out), 0);
	close(filter_in.prog_fd);
	filters_of_others();
}

static void a_clsact_of_others(void **state)
{
	struct bed *bed = *state;

	bed_run("tc qdisc add dev " BED_DEVICE " clsact");
	for (int i = 0; i < 3; i++) {
		struct plane *plane = bed_open(bed);

		assert_int_equal(bed_filters(BED_DEVICE), 1);
		if (i == 0)
			add_filters_of_others();
		filters_of_others();
		plane_close(plane);
		if (i == 1)
			assert_int_equal(plane_bypass(bed->bpffs, &(struct plane_bypassed){0}, NULL), 0);
		else
			assert_int_equal(plane_detach(bed_open(bed), NULL), 0);
		assert_int_equal(bed_filters(BED_DEVICE), 0);
		assert_int_equal(bed_pins(bed), 0);
		filters_of_others();
	}
}

/* The very program that is opened again, but by no link: it cannot be twice in a chain. */
static void the_same_without_a_link(void **state)
{
	struct bed *bed = *state;
	int ifindex = (int)if_nametoindex(BED_DEVICE), other = returning(NEXT), same;
	struct plane *plane = bed_open(bed);
	uint32_t id = ours(BED_DEVICE);

	same = bpf_prog_get_fd_by_id(id);
	plane_close(plane);
	bed_run("rm %s/floodwall/shield-" BED_DEVICE "/tc", bed->bpffs);
	assert_int_equal(bpf_prog_attach(same, ifindex, egress, 0), 0);
	assert_int_equal(bpf_prog_attach(other, ifindex, egress, 0), 0);
	plane = bed_open(bed);
	assert_int_equal(ours(BED_DEVICE), id);
	demand_chain(BED_DEVICE, id, number(other), 0);
	assert_true(plane_attached(plane));
	assert_int_equal(plane_detach(plane, NULL), 0);
	demand_chain(BED_DEVICE, number(other), 0, 0);
	close(same);
	close(other);
}

/* Ours by its name and its maps, attached by whatever means: it goes when one that is pinned is there, and by a bypass that has no pins. */
static void one_too_many(void **state)
{
	struct bed *bed = *state;
	int ifindex = (int)if_nametoindex(BED_DEVICE), other = returning(NEXT), stray, status;
	struct plane *plane = bed_open(bed);
	uint32_t was = ours(BED_DEVICE);
	pid_t child;

	stray = bpf_prog_get_fd_by_id(was);
	assert_int_equal(plane_detach(plane, NULL), 0);
	assert_int_equal(bpf_prog_attach(stray, ifindex, egress, 0), 0);
	assert_int_equal(bpf_prog_attach(other, ifindex, egress, 0), 0);
	plane = bed_open(bed);
	assert_int_not_equal(ours(BED_DEVICE), was);
	demand_chain(BED_DEVICE, ours(BED_DEVICE), number(other), 0);
	assert_int_equal(plane_detach(plane, NULL), 0);
	assert_int_equal(bpf_prog_attach(stray, ifindex, egress, 0), 0);
	child = fork();
	if (child == 0) {
		struct plane_bypassed done;

		_exit(plane_bypass(bed->bpffs, &done, NULL) || done.filters != 1 || done.links || done.pins);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	demand_chain(BED_DEVICE, number(other), 0, 0);
	close(stray);
	close(other);
}

/* Who may not ask does not hear that there is none. */
static void nobody_asks(void **state)
{
	int status, lo = (int)if_nametoindex("lo");
	pid_t child = fork();

	if (child == 0) {
		struct tcx_chain chain;

		if (tcx_read(lo, &chain) != 0 || setgid(NOBODY) || setuid(NOBODY))
			_exit(2);
		_exit(tcx_read(lo, &chain) != -EPERM);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* ---- under load ---- */

/* Shared with the child that sends. */
struct sender {
	uint32_t stop, sent, passed;
};

static pid_t send_until_told(const struct bed *bed, struct sender *sender)
{
	pid_t child = fork();

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!__atomic_load_n(&sender->stop, __ATOMIC_ACQUIRE)) {
		int sent = send_one(bed);

		if (sent < 0)
			_exit(-sent);
		sender->passed += (uint32_t)sent;
		__atomic_fetch_add(&sender->sent, 1, __ATOMIC_RELEASE);
	}
	_exit(0);
}

static void await_some(const struct sender *sender)
{
	uint32_t sent = __atomic_load_n(&sender->sent, __ATOMIC_ACQUIRE);

	for (int tries = 0; __atomic_load_n(&sender->sent, __ATOMIC_ACQUIRE) < sent + ENOUGH && tries < 100000; tries++)
		usleep(100);
	assert_true(__atomic_load_n(&sender->sent, __ATOMIC_ACQUIRE) >= sent + ENOUGH);
}

static void stop(struct sender *sender, pid_t child)
{
	int status;

	__atomic_store_n(&sender->stop, 1, __ATOMIC_RELEASE);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(sender->passed, 0);
}

static uint64_t dropped(const struct plane_guard *guard, uint32_t place)
{
	struct fw_guard_count count;

	assert_int_equal(plane_guard_counts(guard, place, &count), 0);
	return count.way[FW_GUARD_IN][FW_GUARD_DROPPED].packets;
}

/* Frames go to a device in quarantine while guards are opened one after another, every other one with programs that are loaded anew. */
static void exchanged_in_place(void **state)
{
	struct bed *bed = *state;
	struct sender *sender = mmap(NULL, sizeof(*sender), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct plane_guard *guard;
	uint32_t place;
	uint64_t before;
	pid_t child;

	guard = open_quarantine(bed, &place);
	before = dropped(guard, place);
	child = send_until_told(bed, sender);
	for (int i = 0; i < TAKEOVERS; i++) {
		plane_guard_close(guard);
		if (i % 2)
			bed_run("rm %s/floodwall/guard/program_*", bed->bpffs);
		guard = guard_bed_open(bed);
		assert_true(plane_guard_took_over(guard));
		await_some(sender);
	}
	stop(sender, child);
	assert_true(sender->sent >= TAKEOVERS * ENOUGH);
	assert_int_equal(dropped(guard, place) - before, sender->sent); /* each once */
	print_message("%u frames during %d takeovers, none passed\n", sender->sent, TAKEOVERS);
	plane_guard_detach(guard, NULL);
	munmap(sender, sizeof(*sender));
}

static void upgraded_under_load(void **state)
{
	struct bed *bed = *state;

	for (int i = 0; i < UPGRADES; i++) {
		struct sender *sender = mmap(NULL, sizeof(*sender), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		struct plane_guard *guard;
		uint32_t place;
		uint64_t before;
		pid_t child;

		old_kernel(true);
		guard = open_quarantine(bed, &place);
		before = dropped(guard, place);
		assert_int_equal(bed_filters(BED_DEVICE), 1);
		child = send_until_told(bed, sender);
		await_some(sender);
		plane_guard_close(guard);
		old_kernel(false);
		guard = guard_bed_open(bed);
		assert_true(plane_guard_took_over(guard));
		assert_int_equal(bed_filters(BED_DEVICE), 1);
		await_some(sender);
		stop(sender, child);
		assert_true(sender->sent >= 2 * ENOUGH);
		assert_true(dropped(guard, place) - before >= sender->sent); /* while both were there, twice */
		assert_int_equal(plane_guard_detach(guard, NULL), 0);
		bed_assert_clean(bed, BED_DEVICE);
		bed_assert_clean(bed, BED_SECOND);
		munmap(sender, sizeof(*sender));
	}
}

/* ---- what an earlier version left ---- */

static void open_as_earlier(const struct bed *bed)
{
	old_kernel(true);
	plane_close(bed_open(bed));
	old_kernel(false);
	assert_int_equal(bed_filters_by(BED_DEVICE, false), 1);
	assert_int_equal(bed_filters_by(BED_DEVICE, true), 0);
	assert_false(pinned(bed, "shield-" BED_DEVICE "/tc"));
}

static void demand_upgraded(const struct bed *bed)
{
	assert_int_equal(bed_filters(BED_DEVICE), 1); /* and none under a clsact */
	assert_true(pinned(bed, "shield-" BED_DEVICE "/tc"));
	assert_false(pinned(bed, "shield-" BED_DEVICE "/made_clsact"));
}

static void upgraded(void **state)
{
	struct bed *bed = *state;
	struct plane *plane;

	for (int theirs = 0; theirs < 2; theirs++) {
		if (theirs)
			bed_run("tc qdisc add dev " BED_DEVICE " clsact");
		open_as_earlier(bed);
		assert_int_equal(pinned(bed, "shield-" BED_DEVICE "/made_clsact"), !theirs);
		plane = bed_open(bed);
		assert_true(plane_took_over(plane));
		demand_upgraded(bed);
		assert_int_equal(bed_has_clsact(BED_DEVICE), theirs);
		assert_int_equal(plane_detach(plane, NULL), 0);
		assert_int_equal(bed_has_clsact(BED_DEVICE), theirs);
	}
	assert_int_equal(bed_filters(BED_DEVICE), 0);
	assert_int_equal(bed_pins(bed), 0);
}

static void upgraded_beside_others(void **state)
{
	struct bed *bed = *state;

	open_as_earlier(bed);
	add_filters_of_others();
	plane_close(bed_open(bed));
	demand_upgraded(bed);
	filters_of_others();
	assert_int_equal(plane_detach(bed_open(bed), NULL), 0);
	filters_of_others();
	assert_int_equal(bed_pins(bed), 0);
}

/* The mark speaks of an interface that is gone; the clsact on the new one is somebody's. */
static void upgraded_on_an_interface_made_anew(void **state)
{
	struct bed *bed = *state;
	struct plane *plane;

	open_as_earlier(bed);
	bed_run("ip link del " BED_DEVICE " && ip link add " BED_DEVICE " type veth peer name " BED_PEER);
	bed_run("tc qdisc add dev " BED_DEVICE " clsact");
	plane = bed_open(bed);
	assert_true(plane_took_over(plane));
	demand_upgraded(bed);
	assert_true(bed_has_clsact(BED_DEVICE));
	assert_int_equal(plane_detach(plane, NULL), 0);
	assert_true(bed_has_clsact(BED_DEVICE));
}

/* Nothing was taken over yet: bypass and a guard that lets an interface go find the old filter as well. */
static void taken_away_as_it_was(void **state)
{
	struct bed *bed = *state;
	struct plane_bypassed done;
	struct plane_guard_setup setup = guard_bed_setup_of(bed);
	struct plane_guard *guard;

	open_as_earlier(bed);
	assert_int_equal(plane_bypass(bed->bpffs, &done, NULL), 0);
	assert_int_equal(done.filters, 1);
	bed_assert_clean(bed, BED_DEVICE);
	old_kernel(true);
	plane_guard_close(guard_bed_open(bed));
	old_kernel(false);
	setup.interface_count = 1;
	assert_int_equal(plane_guard_open(&setup, &guard, NULL), 0);
	assert_int_equal(bed_filters(BED_DEVICE), 1);
	assert_false(bed_has_clsact(BED_DEVICE));
	assert_int_equal(bed_filters(BED_SECOND), 0);
	assert_false(bed_has_clsact(BED_SECOND) || bed_has_xdp(BED_SECOND));
	assert_int_equal(plane_guard_detach(guard, NULL), 0);
	bed_assert_clean(bed, BED_DEVICE);
}

/* Each call into the kernel fails in turn: the old filter goes on, and nothing else is there. */
static void an_upgrade_that_fails(void **state)
{
	struct bed *bed = *state;
	uint32_t failed = 0, late = 0;
	bool more = true;

	open_as_earlier(bed);
	for (int i = 0; more; i++) {
		struct plane *plane = bed_open_but(bed, i, &more);

		if (plane) { /* it could do without */
			demand_upgraded(bed);
			assert_int_equal(plane_detach(plane, NULL), 0);
			open_as_earlier(bed);
			continue;
		}
		failed++;
		assert_true(bed_has_xdp(BED_DEVICE));
		if (bed_filters_by(BED_DEVICE, true)) { /* the filter was off already, and its clsact could not be removed: next time */
			late++;
			assert_int_equal(bed_filters(BED_DEVICE), 1);
			assert_int_equal(plane_detach(bed_open(bed), NULL), 0);
			bed_assert_clean(bed, BED_DEVICE);
			open_as_earlier(bed);
			continue;
		}
		assert_int_equal(bed_filters_by(BED_DEVICE, false), 1);
		assert_true(bed_has_clsact(BED_DEVICE));
		assert_true(pinned(bed, "shield-" BED_DEVICE "/made_clsact"));
		assert_false(pinned(bed, "shield-" BED_DEVICE "/tc"));
	}
	print_message("%u calls failed\n", failed);
	assert_true(failed > 5 && late == 1);
	assert_int_equal(plane_bypass(bed->bpffs, &(struct plane_bypassed){0}, NULL), 0);
	bed_assert_clean(bed, BED_DEVICE);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, guard_bed_setup, guard_bed_teardown)
	const struct CMUnitTest tests[] = {
		CASE(without_a_clsact),
		CASE(first_among_others),
		CASE(a_failure_leaves_others),
		CASE(a_clsact_of_others),
		CASE(the_same_without_a_link),
		CASE(one_too_many),
		CASE(nobody_asks),
		CASE(exchanged_in_place),
		CASE(upgraded_under_load),
		CASE(upgraded),
		CASE(upgraded_beside_others),
		CASE(upgraded_on_an_interface_made_anew),
		CASE(taken_away_as_it_was),
		CASE(an_upgrade_that_fails),
	};

	bed_enter("tcx");
	if (!kernel_has_tcx()) {
		puts("SKIP plane tcx: this kernel has none (Linux 6.6 has it)");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
