/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `check --interface` will say; and that asking changes nothing. */
#include "bed.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct plane_probe probe_of(const char *interface, const char *bpffs)
{
	struct plane_probe probe = {0};
	struct fault fault = {0};

	if (plane_probe(interface, bpffs, &probe, &fault))
		fail_msg("%s", fault.sentence);
	return probe;
}

static void says(const struct plane_probe *probe, const char *what, enum plane_note_kind kind, const char *words)
{
	for (uint32_t i = 0; i < probe->note_count; i++) {
		const struct plane_note *note = &probe->notes[i];

		if (strcmp(note->what, what) != 0)
			continue;
		if (note->kind != kind || !strstr(note->sentence, words))
			fail_msg("%s: %d: %s", what, note->kind, note->sentence);
		return;
	}
	fail_msg("nothing is said of %s", what);
}

static void a_free_interface(void **state)
{
	struct bed *bed = *state;
	struct plane_probe probe = probe_of(BED_DEVICE, bed->bpffs);

	assert_true(probe.would_open);
	for (uint32_t i = 0; i < probe.note_count; i++)
		print_message("%u %-12s %s\n", probe.notes[i].kind, probe.notes[i].what, probe.notes[i].sentence);
	says(&probe, "hook", PLANE_NOTE_FINE, "free");
	says(&probe, "MTU", PLANE_NOTE_FINE, "1500");
	says(&probe, "bpffs", PLANE_NOTE_FINE, bed->bpffs);
	says(&probe, "privileges", PLANE_NOTE_FINE, "enough");
	says(&probe, "program", PLANE_NOTE_FINE, "accepted");
	says(&probe, "tc filter", PLANE_NOTE_FINE, kernel_has_tcx() ? "tcx works" : "clsact and BPF filters work");
	bed_assert_clean(bed, BED_DEVICE);
}

static void without_native(void **state)
{
	struct bed *bed = *state;
	struct plane_probe probe = probe_of("lo", bed->bpffs);
	bool known = false;

	for (uint32_t i = 0; i < probe.note_count; i++)
		known |= strcmp(probe.notes[i].what, "native XDP") == 0 && probe.notes[i].kind != PLANE_NOTE_UNKNOWN;
	if (known) /* a kernel before 6.3 says nothing */
		says(&probe, "native XDP", PLANE_NOTE_WEAK, "generic mode must be allowed");
	says(&probe, "MTU", PLANE_NOTE_WEAK, "65536");
	says(&probe, "link", PLANE_NOTE_WEAK, "down");
}

static bool is_said(const struct plane_probe *probe, const char *what)
{
	for (uint32_t i = 0; i < probe->note_count; i++)
		if (strcmp(probe->notes[i].what, what) == 0)
			return true;
	return false;
}

/* What the card does with tags, as "ethtool -K rxvlan" would set it. */
static void offload(bool on)
{
	struct ethtool_value flags = {.cmd = ETHTOOL_GFLAGS};
	struct ifreq request = {.ifr_name = BED_DEVICE, .ifr_data = (void *)&flags};
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(ioctl(descriptor, SIOCETHTOOL, &request), 0);
	flags.cmd = ETHTOOL_SFLAGS;
	flags.data = on ? flags.data | ETH_FLAG_RXVLAN : flags.data & ~(uint32_t)ETH_FLAG_RXVLAN;
	assert_int_equal(ioctl(descriptor, SIOCETHTOOL, &request), 0);
	close(descriptor);
}

/* The kernel's list as it would be with a VLAN on the device: not every kernel that tests this can make one. */
static void list_vlan(void)
{
	FILE *list;

	assert_int_equal(mount("none", "/proc/self/net", "tmpfs", 0, NULL), 0);
	assert_int_equal(mkdir("/proc/self/net/vlan", 0755), 0);
	list = fopen("/proc/self/net/vlan/config", "w");
	assert_non_null(list);
	fprintf(list, "VLAN Dev name\t | VLAN ID\nName-Type: VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD\n%-15s| %d  | %s\n", "other0.7", 7,
		"other0");
	fprintf(list, "%-15s| %d  | %s\n", BED_DEVICE ".5", 5, BED_DEVICE);
	fclose(list);
}

/* Nothing is said of tags where there are none. */
static void tags_of_vlans(void **state)
{
	const struct bed *bed = *state;
	struct plane_probe probe = probe_of(BED_DEVICE, bed->bpffs);

	assert_false(is_said(&probe, "VLAN tags"));
	list_vlan();
	offload(true);
	probe = probe_of(BED_DEVICE, bed->bpffs);
	says(&probe, "VLAN tags", PLANE_NOTE_WEAK, "rx-vlan-offload is on and fw0.5 is a VLAN of it: TC=1 answers would lose their tag");
	assert_true(probe.would_open);
	offload(false);
	probe = probe_of(BED_DEVICE, bed->bpffs);
	says(&probe, "VLAN tags", PLANE_NOTE_FINE, "left in place");
	/* another interface's VLANs are none of this one's */
	probe = probe_of(BED_PEER, bed->bpffs);
	assert_false(is_said(&probe, "VLAN tags"));
	assert_int_equal(umount("/proc/self/net"), 0);
}

static void a_held_interface(void **state)
{
	struct bed *bed = *state;
	int program = bed_foreign_program(), ifindex = (int)if_nametoindex(BED_DEVICE);
	struct plane_probe probe;
	struct plane *plane;
	uint32_t id = 0, same = 0;

	assert_int_equal(bpf_xdp_attach(ifindex, program, XDP_FLAGS_DRV_MODE, NULL), 0);
	probe = probe_of(BED_DEVICE, bed->bpffs);
	assert_false(probe.would_open);
	says(&probe, "hook", PLANE_NOTE_WRONG, "\"somebody_else\"");
	assert_int_equal(bpf_xdp_detach(ifindex, XDP_FLAGS_DRV_MODE, NULL), 0);
	close(program);
	plane = bed_open(bed);
	bpf_xdp_query_id(ifindex, 0, &id);
	probe = probe_of(BED_DEVICE, bed->bpffs);
	assert_true(probe.would_open);
	says(&probe, "hook", PLANE_NOTE_FINE, "would be taken over");
	bpf_xdp_query_id(ifindex, 0, &same);
	assert_int_equal(id, same);
	assert_int_equal(bed_filters(BED_DEVICE), 1);
	bed_run("rm -r %s/floodwall", bed->bpffs);
	probe = probe_of(BED_DEVICE, bed->bpffs);
	assert_false(probe.would_open);
	says(&probe, "hook", PLANE_NOTE_WRONG, "floodwall bypass");
	plane_close(plane);
}

/* With tcx it is in nobody's way; who may not ask whether there is tcx does not know. */
static void an_ingress_qdisc_beside_tcx(const struct bed *bed)
{
	struct plane_probe probe;
	int status;
	pid_t child;

	bed_run("tc qdisc add dev " BED_DEVICE " ingress");
	probe = probe_of(BED_DEVICE, bed->bpffs);
	assert_true(probe.would_open);
	says(&probe, "clsact", PLANE_NOTE_FINE, "not needed");
	child = fork();
	if (child == 0) {
		if (setgid(65534) || setuid(65534))
			_exit(1);
		probe = probe_of(BED_DEVICE, bed->bpffs);
		says(&probe, "clsact", PLANE_NOTE_UNKNOWN, "if this kernel has no tcx");
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	bed_run("tc qdisc del dev " BED_DEVICE " ingress");
}

static void an_ingress_qdisc(void **state)
{
	struct bed *bed = *state;
	struct plane_probe probe;

	if (kernel_has_tcx()) {
		an_ingress_qdisc_beside_tcx(bed);
		return;
	}
	probe = probe_of(BED_DEVICE, bed->bpffs);
	says(&probe, "clsact", PLANE_NOTE_FINE, "can be made");
	bed_run("tc qdisc add dev " BED_DEVICE " ingress");
	probe = probe_of(BED_DEVICE, bed->bpffs);
	assert_false(probe.would_open);
	says(&probe, "clsact", PLANE_NOTE_WRONG, "'ingress'");
	bed_run("tc qdisc del dev " BED_DEVICE " ingress && tc qdisc add dev " BED_DEVICE " clsact");
	probe = probe_of(BED_DEVICE, bed->bpffs);
	says(&probe, "clsact", PLANE_NOTE_FINE, "there already");
}

/* How many notes are on this. */
static uint32_t notes_on(const struct plane_probe *probe, const char *what)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < probe->note_count; i++)
		count += strcmp(probe->notes[i].what, what) == 0;
	return count;
}

/* Only who stands before one of ours is named, and only as long as one of ours is there. */
static void others_in_the_chain(void **state)
{
	enum { EGRESS = 47, BEFORE = 1 << 3 }; /* of <linux/bpf.h> since 6.6 */
	LIBBPF_OPTS(bpf_link_create_opts, before, .flags = BEFORE);
	struct bpf_insn next[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = -1}, {.code = BPF_JMP | BPF_EXIT}};
	int ifindex = (int)if_nametoindex(BED_DEVICE), program, link;
	struct bed *bed = *state;
	struct plane_probe probe;
	struct plane *plane;

	if (!kernel_has_tcx())
		return;
	program = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "somebody_else", "GPL", next, 2, NULL);
	assert_int_equal(bpf_prog_attach(program, ifindex, (enum bpf_attach_type)EGRESS, 0), 0);
	plane = bed_open(bed);
	probe = probe_of(BED_DEVICE, bed->bpffs);
	assert_int_equal(notes_on(&probe, "tcx"), 0);
	assert_int_equal(bpf_prog_detach2(program, ifindex, (enum bpf_attach_type)EGRESS), 0);
	link = bpf_link_create(program, ifindex, (enum bpf_attach_type)EGRESS, &before);
	assert_true(link >= 0);
	probe = probe_of(BED_DEVICE, bed->bpffs);
	assert_true(probe.would_open);
	says(&probe, "tcx", PLANE_NOTE_WEAK, "\"somebody_else\", number ");
	assert_int_equal(plane_detach(plane, NULL), 0);
	probe = probe_of(BED_DEVICE, bed->bpffs);
	assert_int_equal(notes_on(&probe, "tcx"), 0);
	close(link);
	close(program);
}

static void no_place_for_pins(void **state)
{
	struct plane_probe probe = probe_of(BED_DEVICE, "/mnt");

	assert_false(probe.would_open);
	says(&probe, "bpffs", PLANE_NOTE_WRONG, "mount -t bpf bpf /mnt");
}

static void no_such_interface(void **state)
{
	struct plane_probe probe;
	struct fault fault = {0};

	assert_int_equal(plane_probe("nosuch0", NULL, &probe, &fault), -ENODEV);
	assert_string_equal(fault.sentence, "there is no such interface");
	assert_int_equal(plane_probe("", NULL, &probe, &fault), -ENODEV);
}

static void as_nobody(void **state)
{
	struct bed *bed = *state;
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct plane_probe probe;
		bool said = false;

		if (setgid(65534) || setuid(65534) || plane_probe(BED_DEVICE, bed->bpffs, &probe, NULL))
			_exit(1);
		for (uint32_t i = 0; i < probe.note_count; i++)
			said |= probe.notes[i].kind == PLANE_NOTE_WRONG && strcmp(probe.notes[i].what, "privileges") == 0;
		_exit(!said || probe.would_open);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_free_interface),
		CASE(without_native),
		CASE(tags_of_vlans),
		CASE(a_held_interface),
		CASE(an_ingress_qdisc),
		CASE(others_in_the_chain),
		CASE(no_place_for_pins),
		CASE(no_such_interface),
		CASE(as_nobody),
	};

	bed_enter("probe");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
