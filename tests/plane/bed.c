/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bed.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ETHERNET = 14, IP = 20, UDP = 8, DNS = 12, RECEIVE_BYTES = 8 << 20 };

static const char root[] = "/mnt"; /* covered by a tmpfs in this process' namespace only */

static void skip_all(const char *suite, const char *why)
{
	printf("SKIP plane %s: %s\n", suite, why);
	exit(77);
}

void bed_enter(const char *suite)
{
	struct bpf_insn nothing[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS}, {.code = BPF_JMP | BPF_EXIT}};
	int program;

	if (geteuid() != 0)
		skip_all(suite, "network namespaces and BPF need root");
	program = bpf_prog_load(BPF_PROG_TYPE_XDP, "probe", "GPL", nothing, 2, NULL);
	if (program < 0)
		skip_all(suite, "this kernel lets nobody load BPF programs");
	close(program);
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		skip_all(suite, "this kernel has no namespaces");
	if (mount("plane", root, "tmpfs", 0, NULL))
		skip_all(suite, "no file system can be mounted");
	printf("plane %s: what leaves %s\n", suite, kernel_has_tcx() ? "by tcx" : "under a clsact");
}

void bed_run(const char *format, ...)
{
	char command[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	if (system(command) != 0)
		fail_msg("this failed: %s", command);
}

static int packet_socket(const char *interface, uint16_t protocol)
{
	struct sockaddr_ll place = {
		.sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = (int)if_nametoindex(interface)};
	int descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(protocol)), bytes = RECEIVE_BYTES;

	assert_true(descriptor >= 0);
	assert_int_equal(bind(descriptor, (struct sockaddr *)&place, sizeof(place)), 0);
	setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	return descriptor;
}

int bed_setup(void **state)
{
	static int number;
	struct bed *bed = calloc(1, sizeof(*bed));

	assert_non_null(bed);
	snprintf(bed->bpffs, sizeof(bed->bpffs), "%.40s/%d", root, number++);
	assert_int_equal(mkdir(bed->bpffs, 0700), 0);
	assert_int_equal(mount("bpf", bed->bpffs, "bpf", 0, NULL), 0);
	bed_run("ip link add " BED_DEVICE " type veth peer name " BED_PEER);
	bed_run("ip link set " BED_DEVICE " addrgenmode none up && ip link set " BED_PEER " addrgenmode none up");
	bed->into = packet_socket(BED_PEER, 0);
	bed->from = packet_socket(BED_DEVICE, ETH_P_IP);
	*state = bed;
	return 0;
}

int bed_teardown(void **state)
{
	struct bed *bed = *state;

	close(bed->into);
	close(bed->from);
	if (if_nametoindex(BED_DEVICE))
		bed_run("ip link del " BED_DEVICE);
	umount2(bed->bpffs, MNT_DETACH);
	free(bed);
	return 0;
}

/* ---- a plane ---- */

struct plane_setup bed_plane_setup(const struct bed *bed)
{
	return (struct plane_setup){
		.interface = BED_DEVICE,
		.bpffs = bed->bpffs,
		.names = 1000,
		.zones = 4,
		.cells = 4096,
		.proven = 1000,
		.asked = 1000,
		.blocked = 1000,
		.prefixes = 100,
		.sample_bytes = 65536,
	};
}

struct plane *bed_open(const struct bed *bed)
{
	struct plane_setup setup = bed_plane_setup(bed);
	struct plane *plane = NULL;
	struct fault fault = {0};

	if (plane_open(&setup, &plane, &fault))
		fail_msg("%s: %s", fault.file, fault.sentence);
	return plane;
}

struct plane *bed_open_but(const struct bed *bed, int call, bool *out_failed)
{
	struct plane_setup setup = bed_plane_setup(bed);
	struct plane *plane = NULL;
	struct fault fault = {0};
	int error;

	kernel_fail(call);
	error = plane_open(&setup, &plane, &fault);
	*out_failed = kernel_failed();
	kernel_fail(-1);
	assert_int_equal(error != 0, fault.sentence[0] != 0);
	assert_int_equal(error != 0, plane == NULL);
	return plane;
}

struct fw_shield_config bed_config(void)
{
	struct fw_shield_config config = {.dns_port = 53, .generation = 1};
	struct fw_bucket_rule wide = fw_bucket_rule_of(1000000, 1000000);

	for (size_t i = 0; i < sizeof(config.address_key) / sizeof(config.address_key[0]); i++)
		config.address_key[i] = (i + 1) * 0x9e3779b97f4a7c15ull;
	for (int i = 0; i < FW_WORD_COUNT; i++)
		config.words[i] = wide;
	for (int i = 0; i < FW_FILTER_COUNT; i++)
		config.acting[i] = 1;
	config.mode[FW_FILTER_BLOCK] = FW_MODE_ENFORCE;
	config.proven_ns = config.asked_ns = 3600 * FW_NS_PER_S;
	return config;
}

void bed_address(uint8_t out[16], uint32_t four)
{
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	for (int i = 0; i < 4; i++)
		out[12 + i] = (uint8_t)(four >> (24 - 8 * i));
}

uint64_t bed_judged(const struct plane *plane)
{
	struct fw_shield_counts counts;
	uint64_t judged = 0;

	assert_int_equal(plane_counts(plane, &counts), 0);
	for (int reason = 0; reason < FW_REASON_COUNT; reason++)
		judged += counts.reason[FW_OUTCOME_PASSED][reason].packets + counts.reason[FW_OUTCOME_DROPPED][reason].packets;
	return judged;
}

/* ---- frames ---- */

static void put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static void ip_checksum(uint8_t *ip)
{
	uint32_t sum = 0;

	for (int i = 0; i < IP; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, ~sum & 0xffff);
}

size_t bed_frame(uint8_t out[512], uint32_t src, uint32_t dst, const char *name)
{
	static const uint8_t ethernet[ETHERNET] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00};
	static const uint8_t header[DNS] = {0x12, 0x34, 1, 0, 0, 1};
	size_t name_len = strlen(name) + 1, dns = DNS + name_len + 4;
	uint8_t *ip = out + ETHERNET, *udp = ip + IP, *message = udp + UDP;

	memset(out, 0, 512);
	memcpy(out, ethernet, ETHERNET);
	ip[0] = 0x45;
	put16(ip + 2, IP + UDP + dns);
	ip[8] = 64;
	ip[9] = 17;
	put32(ip + 12, src);
	put32(ip + 16, dst);
	ip_checksum(ip);
	put16(udp, 4321);
	put16(udp + 2, 53);
	put16(udp + 4, UDP + dns); /* without a checksum, as IPv4 allows */
	memcpy(message, header, DNS);
	memcpy(message + DNS, name, name_len);
	put16(message + DNS + name_len, 1);
	put16(message + DNS + name_len + 2, 1);
	return ETHERNET + IP + UDP + dns;
}

uint32_t bed_send(const struct bed *bed, const uint8_t *frame, size_t len, uint32_t count)
{
	uint32_t sent = 0;

	for (uint32_t i = 0; i < count; i++)
		sent += send(bed->into, frame, len, 0) == (ssize_t)len;
	return sent;
}

/* The source of the next frame that waits, or 0. */
static uint32_t next_source(const struct bed *bed)
{
	uint8_t seen[512];
	ssize_t got = recv(bed->from, seen, sizeof(seen), 0);

	return got < ETHERNET + IP ? 0 : (uint32_t)seen[26] << 24 | (uint32_t)seen[27] << 16 | (uint32_t)seen[28] << 8 | seen[29];
}

/*
 * Behind all that was sent goes a frame that only this function sends and that no filter drops: when it is seen, the others have gone
 * through. What waits is read first, or a full socket would lose it.
 */
uint32_t bed_arrived(const struct bed *bed, uint32_t src)
{
	static uint32_t mark = 0xcb007100; /* 203.0.113.0 and on */
	uint8_t frame[512];
	size_t len = bed_frame(frame, ++mark, BED_SERVER + 1000, "");
	uint32_t count = 0, from;

	for (from = next_source(bed); from; from = next_source(bed))
		count += from == src;
	assert_int_equal(bed_send(bed, frame, len, 1), 1);
	for (uint32_t tries = 0; from != mark; tries++) {
		from = next_source(bed);
		count += from == src;
		if (tries == 20000000)
			fail_msg("the mark never arrived");
	}
	return count;
}

/* The kernel says "up" before it passes frames: what it does then is done by a worker of its own, up to a second later. */
void bed_link_down_and_up(const struct bed *bed)
{
	uint8_t frame[512];
	size_t len = bed_frame(frame, 0xcb007001, BED_SERVER + 1000, "");

	bed_run("ip link set " BED_DEVICE " down && ip link set " BED_DEVICE " up");
	for (uint32_t tries = 0; next_source(bed) == 0; tries++) {
		bed_send(bed, frame, len, 1);
		usleep(1000);
		if (tries == 20000)
			fail_msg("the link passed no frame in 20 seconds");
	}
}

uint64_t bed_link_loss(void)
{
	char line[256];
	unsigned long long lost = 0, unused;
	FILE *file = fopen("/proc/self/net/dev", "r");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (strstr(line, BED_PEER ":"))
			assert_int_equal(
				sscanf(strchr(line, ':') + 1, "%llu %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu", &unused,
					&unused, &unused, &unused, &unused, &unused, &unused, &unused, &unused, &unused, &unused, &lost),
				12);
	fclose(file);
	return lost;
}

/* ---- looking ---- */

bool bed_has_xdp(const char *interface)
{
	uint32_t id = 0;

	bpf_xdp_query_id((int)if_nametoindex(interface), 0, &id);
	return id != 0;
}

static uint32_t lines_of(const char *format, const char *interface)
{
	char command[256], line[512];
	uint32_t lines = 0;
	FILE *out;

	snprintf(command, sizeof(command), format, interface);
	out = popen(command, "r");
	assert_non_null(out);
	while (fgets(line, sizeof(line), out))
		lines++;
	pclose(out);
	return lines;
}

static bool named_ours(uint32_t id)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);
	int program = bpf_prog_get_fd_by_id(id);

	assert_true(program >= 0);
	assert_int_equal(bpf_obj_get_info_by_fd(program, &info, &len), 0);
	close(program);
	return strcmp(info.name, "shield_egress") == 0 || strcmp(info.name, "guard_in") == 0;
}

uint32_t bed_filters_by(const char *interface, bool tcx)
{
	uint32_t ids[KERNEL_TCX_PROGRAMS], ours = 0;
	uint32_t count = tcx ? kernel_tcx(interface, ids) : 0;

	if (!tcx)
		return lines_of("tc filter show dev %s egress 2>/dev/null | grep -E 'shield_egress:|guard_in:'", interface);
	for (uint32_t i = 0; i < count; i++)
		ours += named_ours(ids[i]);
	return ours;
}

uint32_t bed_filters(const char *interface)
{
	assert_int_equal(bed_filters_by(interface, !kernel_has_tcx()), 0);
	return bed_filters_by(interface, kernel_has_tcx());
}

bool bed_has_clsact(const char *interface)
{
	return lines_of("tc qdisc show dev %s | grep clsact", interface) != 0;
}

uint32_t bed_pins(const struct bed *bed)
{
	return lines_of("find %s/floodwall 2>/dev/null", bed->bpffs);
}

void bed_assert_clean(const struct bed *bed, const char *interface)
{
	assert_false(bed_has_xdp(interface));
	assert_int_equal(bed_filters(interface), 0);
	assert_false(bed_has_clsact(interface));
	assert_int_equal(bed_pins(bed), 0);
}

static int foreign(enum bpf_prog_type type)
{
	struct bpf_insn pass[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS}, {.code = BPF_JMP | BPF_EXIT}};
	int program = bpf_prog_load(type, "somebody_else", "GPL", pass, 2, NULL);

	assert_true(program >= 0);
	return program;
}

int bed_foreign_program(void)
{
	return foreign(BPF_PROG_TYPE_XDP);
}

int bed_foreign_filter(void)
{
	return foreign(BPF_PROG_TYPE_SCHED_CLS);
}

void bed_block_bad(struct plane *plane)
{
	struct fw_shield_config config = bed_config();
	uint8_t server[16], bad[16];

	bed_address(server, BED_SERVER);
	bed_address(bad, BED_BAD);
	assert_int_equal(plane_config(plane, &config), 0);
	assert_int_equal(plane_protect(plane, (const uint8_t(*)[16])server, 1), 0);
	assert_int_equal(plane_block(plane, bad), 0);
}

void bed_assert_bad_is_dropped(const struct bed *bed)
{
	enum { MANY = 200 };
	uint8_t frame[512];
	size_t len = bed_frame(frame, BED_BAD, BED_SERVER, "\3www\4test");

	bed_arrived(bed, BED_BAD);
	assert_int_equal(bed_send(bed, frame, len, MANY), MANY);
	assert_int_equal(bed_arrived(bed, BED_BAD), 0);
	len = bed_frame(frame, BED_GOOD, BED_SERVER, "\3www\4test");
	assert_int_equal(bed_send(bed, frame, len, MANY), MANY);
	assert_int_equal(bed_arrived(bed, BED_GOOD), MANY);
}
