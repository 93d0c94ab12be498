/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Root is dropped after plane_open(): all that runs later must work without it, and must be the only thing that does. A child opens,
 * becomes nobody for good, proves that it cannot go back, and then does everything a daemon does.
 */
#include "bed.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOBODY = 65534, FRAMES = 50 };

#define NEED(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #condition, strerror(errno)); \
			_exit(1); \
		} \
	} while (0)

static void drop_root(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];
	uid_t real, effective, saved;

	NEED(setgroups(0, NULL) == 0);
	NEED(setresgid(NOBODY, NOBODY, NOBODY) == 0);
	NEED(setresuid(NOBODY, NOBODY, NOBODY) == 0);
	NEED(getresuid(&real, &effective, &saved) == 0 && real == NOBODY && effective == NOBODY && saved == NOBODY);
	NEED(syscall(SYS_capget, &head, data) == 0);
	for (int i = 0; i < 2; i++)
		NEED(data[i].effective == 0 && data[i].permitted == 0 && data[i].inheritable == 0);
	NEED(setuid(0) != 0 && setgid(0) != 0 && seteuid(0) != 0);
	NEED(bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "no", 8, 8, 8, NULL) < 0);
}

static void configure(struct plane *plane)
{
	struct fw_shield_config config = bed_config();
	uint8_t set[2][16];
	uint32_t buckets;
	struct fw_names_bucket *half;

	bed_address(set[0], BED_SERVER);
	bed_address(set[1], BED_SERVER + 5);
	for (uint32_t i = 1; i <= 5; i++) {
		config.generation = i;
		NEED(plane_config(plane, &config) == 0);
		half = plane_names_half(plane, &buckets);
		NEED(half && buckets == fw_hint_lines(plane_size_names(1000)));
		memset(half, 0, buckets * sizeof(*half));
		half[i].slot[0].hash = i;
		NEED(plane_config_names(plane, &config) == 0);
		NEED(plane_config_now(plane)->generation == i);
		NEED(plane_protect(plane, set, 1 + i % 2) == 0);
	}
}

static void decide(struct plane *plane)
{
	struct prefix net = {.bits = 120}, wide = {.bits = 104};
	uint8_t address[16];

	for (uint32_t i = 0; i < 1000; i++) {
		bed_address(address, 0xc0000200 + i);
		NEED(plane_block(plane, address) == 0);
	}
	NEED(plane_blocked_count(plane) == 1000 && plane_config_now(plane)->blocked == 1);
	NEED(plane_block(plane, address) == 0 && plane_blocked_count(plane) == 1000);
	NEED(plane_unblock(plane, address) == 0 && plane_blocked_count(plane) == 999);
	NEED(plane_unblock(plane, address) == 0 && plane_blocked_count(plane) == 999);
	plane_blocked_clear(plane);
	NEED(plane_blocked_count(plane) == 0 && plane_config_now(plane)->blocked == 0);
	bed_address(address, BED_BAD);
	NEED(plane_block(plane, address) == 0);
	bed_address(net.address, 0xc6336400);
	bed_address(wide.address, 0x0b000000);
	NEED(plane_prefix_set(plane, &net, FW_PREFIX_BLOCKED) == 0 && plane_prefix_set(plane, &wide, FW_PREFIX_TRUSTED) == 0);
	NEED(plane_prefix_count(plane) == 2 && plane_config_now(plane)->prefixes == 1);
	NEED(plane_prefix_remove(plane, &wide) == 0 && plane_prefix_remove(plane, &wide) == -ENOENT);
	plane_prefixes_clear(plane);
	NEED(plane_prefix_count(plane) == 0 && plane_config_now(plane)->prefixes == 0);
	NEED(plane_prefix_set(plane, &net, FW_PREFIX_BLOCKED) == 0);
	net.bits = 129;
	NEED(plane_prefix_set(plane, &net, FW_PREFIX_BLOCKED) == -EINVAL && plane_prefix_remove(plane, &net) == -EINVAL);
}

static void zones(struct plane *plane)
{
	struct fw_zone zone;

	plane_zone_rules(plane, 3, fw_bucket_rule_of(1, 2), fw_bucket_rule_of(3, 4));
	NEED(plane_zone_flags(plane, 3, 0, FW_ZONE_USED | FW_ZONE_ASIDE) == 0);
	NEED(plane_zone_flags(plane, 3, FW_ZONE_ASIDE, FW_ZONE_FRESH) == (FW_ZONE_USED | FW_ZONE_ASIDE));
	plane_zone(plane, 3, &zone);
	NEED(zone.flags == (FW_ZONE_USED | FW_ZONE_FRESH) && zone.unknown_rule.rate_per_s == 1 && zone.possible_rule.rate_per_s == 3);
	plane_zone_clear(plane, 3);
	plane_zone(plane, 3, &zone);
	NEED(zone.flags == FW_ZONE_ASIDE && zone.contradicted == 0);
}

struct samples {
	uint32_t blocked, others;
};

static void take_sample(void *context, const struct fw_shield_sample *sample)
{
	struct samples *samples = context;
	/* Who is blocked is known before ports are read; the frame has them. */
	bool bad = sample->event.reason == FW_REASON_BLOCKED && sample->outcome == FW_OUTCOME_DROPPED && sample->frame[37] == 53;

	samples->blocked += bad;
	samples->others += !bad;
}

static void look(const struct bed *bed, struct plane *plane)
{
	struct samples samples = {0};
	struct fw_shield_counts counts;
	struct fw_zone_count zone;
	struct pollfd waiting = {.fd = plane_fd(plane), .events = POLLIN};
	struct plane_fill fill;
	uint8_t frame[512];
	size_t len = bed_frame(frame, BED_BAD, BED_SERVER, "\3www\4test");

	NEED(plane_samples(plane, take_sample, &samples) == 0);
	NEED(poll(&waiting, 1, 0) == 0);
	for (int i = 0; i < FRAMES; i++)
		NEED(send(bed->into, frame, len, 0) == (ssize_t)len);
	len = bed_frame(frame, 0xc6336409, BED_SERVER, "\3www\4test"); /* in the blocked prefix */
	NEED(send(bed->into, frame, len, 0) == (ssize_t)len);
	for (int tries = 0; tries < 5000 && samples.blocked < FRAMES + 1; tries++) {
		NEED(poll(&waiting, 1, 1) >= 0);
		NEED(plane_samples(plane, take_sample, &samples) >= 0);
	}
	NEED(samples.blocked == FRAMES + 1 && samples.others == 0);
	NEED(plane_counts(plane, &counts) == 0);
	NEED(counts.reason[FW_OUTCOME_DROPPED][FW_REASON_BLOCKED].packets == FRAMES + 1 && counts.samples_lost == 0);
	NEED(plane_zone_counts(plane, 0, &zone) == 0 && plane_zone_counts(plane, 99, &zone) == -ENOENT);
	plane_fill(plane, &fill);
	NEED(fill.blocked == 1 && fill.prefixes == 1 && fill.names == 1 && fill.proven == 0);
	NEED(plane_word(plane, FW_WORD_SAMPLE) != 0 && plane_word(plane, FW_WORD_ICMP) == 0);
	NEED(plane_attached(plane) && plane_mode(plane) == PLANE_NATIVE && !plane_took_over(plane));
}

static void everything_as_nobody(void **state)
{
	struct bed *bed = *state;
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct plane *plane = bed_open(bed);

		drop_root();
		configure(plane);
		decide(plane);
		zones(plane);
		look(bed, plane);
		plane_close(plane);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	struct plane *plane = bed_open(bed);
	assert_true(plane_took_over(plane));
	assert_int_equal(plane_config_now(plane)->generation, 5);
	assert_int_equal(plane_blocked_count(plane), 1);
	assert_int_equal(plane_prefix_count(plane), 1);
	assert_int_equal(plane_detach(plane, NULL), 0);
	bed_assert_clean(bed, BED_DEVICE);
}

/* What needs root says so, and leaves all as it is. */
static void what_needs_root(void **state)
{
	struct bed *bed = *state;
	int status;
	pid_t child;

	assert_int_equal(chmod(bed->bpffs, 01777), 0);
	child = fork();
	if (child == 0) {
		struct plane_setup setup = bed_plane_setup(bed);
		struct plane *plane = bed_open(bed);
		struct fault fault = {0};

		plane_close(plane);
		plane = bed_open(bed);
		drop_root();
		NEED(plane_detach(plane, &fault) < 0 && strstr(fault.sentence, "not everything"));
		setup.interface = BED_PEER;
		fault.sentence[0] = 0;
		NEED(plane_open(&setup, &plane, &fault) == -EPERM && strstr(fault.sentence, "needs root"));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_false(bed_has_xdp(BED_PEER));
	assert_false(bed_has_xdp(BED_DEVICE)); /* what detaching may do, by links: nothing is dropped any more */
	assert_int_equal(bed_filters(BED_DEVICE), !kernel_has_tcx());
	struct plane *plane = bed_open(bed); /* and what stayed is no obstacle */
	assert_true(plane_took_over(plane) && plane_attached(plane));
	assert_int_equal(plane_detach(plane, NULL), 0);
	bed_assert_clean(bed, BED_DEVICE);
}

/* What packaging/floodwall.service.in leaves root: no CAP_SYS_ADMIN, without which nobody may ask the kernel for maps by their numbers. */
static void as_the_service(void)
{
	static const uint8_t kept[] = {
		CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON, CAP_SETUID, CAP_SETGID, CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_NET_RAW /* the test's own */};
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	for (size_t i = 0; i < sizeof(kept); i++) {
		data[kept[i] / 32].effective |= 1u << kept[i] % 32;
		data[kept[i] / 32].permitted |= 1u << kept[i] % 32;
	}
	NEED(syscall(SYS_capset, &head, data) == 0);
	NEED(bpf_map_get_fd_by_id(1) < 0 && errno == EPERM);
}

static uint32_t program(void)
{
	uint32_t id = 0;

	NEED(bpf_xdp_query_id((int)if_nametoindex(BED_DEVICE), 0, &id) == 0 && id != 0);
	return id;
}

/* How many programs what leaves goes through: whose they are cannot be asked here. */
static uint32_t leaving(void)
{
	uint32_t ids[KERNEL_TCX_PROGRAMS];

	return kernel_has_tcx() ? kernel_tcx(BED_DEVICE, ids) : bed_filters_by(BED_DEVICE, false);
}

static void the_service_uses_programs_again(void **state)
{
	struct bed *bed = *state;
	int status;
	pid_t child = fork();

	if (child == 0) {
		uint32_t first;

		as_the_service();
		plane_close(bed_open(bed));
		first = program();
		plane_close(bed_open(bed));
		NEED(program() == first);
		NEED(leaving() == 1);
		/* and exchanges them for others where those are not pinned */
		bed_run("rm %s/floodwall/shield-" BED_DEVICE "/program_*", bed->bpffs);
		plane_close(bed_open(bed));
		NEED(program() != first);
		NEED(leaving() == 1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(bed_filters(BED_DEVICE), 1);
	assert_int_equal(plane_detach(bed_open(bed), NULL), 0);
	bed_assert_clean(bed, BED_DEVICE);
}

/* A bpffs is open to all unless it was mounted otherwise. Whoever was there first could put programs and maps of his own under our names. */
static void a_directory_of_somebody_else(void **state)
{
	struct bed *bed = *state;
	struct plane_setup setup = bed_plane_setup(bed);
	char base[96], folder[128];

	snprintf(base, sizeof(base), "%s/floodwall", bed->bpffs);
	snprintf(folder, sizeof(folder), "%s/shield-" BED_DEVICE, base);
	for (int i = 0; i < 4; i++) {
		const char *his = i / 2 ? folder : base;
		struct fault fault = {0};
		struct plane *plane;

		assert_int_equal(mkdir(base, 0700), 0);
		assert_int_equal(mkdir(folder, 0700), 0);
		assert_int_equal(i % 2 ? chmod(his, 0720) : chown(his, NOBODY, NOBODY), 0);
		assert_int_equal(plane_open(&setup, &plane, &fault), -EPERM);
		assert_non_null(strstr(fault.sentence, "somebody else"));
		assert_string_equal(fault.file, his);
		assert_false(bed_has_xdp(BED_DEVICE));
		assert_int_equal(rmdir(folder), 0);
		assert_int_equal(rmdir(base), 0);
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		CASE(everything_as_nobody),
		CASE(what_needs_root),
		CASE(the_service_uses_programs_again),
		CASE(a_directory_of_somebody_else),
	};

	bed_enter("unprivileged");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
