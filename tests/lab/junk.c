/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts junk.bpf.c: a bounded stream of junk frames into the lab's server, out of the bridge's end of its cable.
 *
 * usage: junk OBJECT INTERFACE names|existing|malformed|answers 4|6 ZONE PACKETS_PER_SECOND SECONDS SERVER_MAC
 *
 * It runs only where the lab runs it: in a network namespace other than that of process 1, which has no default route, on a veth. The
 * addresses it writes are built in: from 198.18.0.0/16 to 10.9.0.1, from 2001:2::/48 to fd09::1. At most 5,000,000 packets a second
 * for 60 seconds.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "junk.h"

_Static_assert(sizeof(struct junk_plan) <= 4096 && 8 * JUNK_WORDS <= 512, "a page, and no more of the template than there is");

enum {
	RATE_MOST = 5000000,
	SECONDS_MOST = 60,
	FRAME_MOST = 512,
	BATCH_MOST = 64,
	QUERIES_A_BATCH_AIMS_AT = 20000,
	DENSE = 400000,
	GROUP = 8
};

static const char *const KINDS[JUNK_KINDS] = {"names", "existing", "malformed", "answers"};

struct order {
	const char *object, *interface, *zone;
	__u32 kind, family, rate, seconds;
	struct ether_addr server;
};

struct frame {
	__u8 bytes[FRAME_MOST];
	__u32 len, headers;
};

/* One sentence and out: this is a tool of the lab. */
static void refuse(const char *why)
{
	fprintf(stderr, "junk: %s\n", why);
	exit(2);
}

static bool is_in_own_namespace(void)
{
	struct stat ours, first;

	return !stat("/proc/self/ns/net", &ours) && !stat("/proc/1/ns/net", &first) && ours.st_ino != first.st_ino;
}

static bool has_default_route(void)
{
	FILE *routes = fopen("/proc/self/net/route", "r");
	char line[256];
	bool found = !routes;
	unsigned destination, mask;

	while (routes && fgets(line, sizeof(line), routes))
		if (sscanf(line, "%*s %x %*x %*x %*d %*d %*d %x", &destination, &mask) == 2 && !mask)
			found = true;
	if (routes)
		fclose(routes);
	return found;
}

static bool is_veth(const char *interface)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ifreq request = {.ifr_data = (void *)&info};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	return fd >= 0 && !ioctl(fd, SIOCETHTOOL, &request) && !strcmp(info.driver, "veth");
}

static void check_place(const struct order *order)
{
	if (!is_in_own_namespace())
		refuse("works only inside a network namespace of the lab");
	if (has_default_route())
		refuse("this namespace has a way out: refused");
	if (!is_veth(order->interface))
		refuse("works only on a veth");
}

static void put16(__u8 *at, unsigned value)
{
	at[0] = (__u8)(value >> 8);
	at[1] = (__u8)value;
}

/* What varies is zero in it: id, port, the first label, the last bytes of the source. */
static __u32 write_query(const struct order *order, __u8 *at)
{
	__u32 label = order->kind == JUNK_EXISTING ? JUNK_DIGITS + 1 : JUNK_LABEL, len = 12 + 1 + label;
	const char *zone = order->zone;

	put16(at + 2, order->kind == JUNK_ANSWERS ? 0x8580 : 0x0000); /* iterative, as resolvers ask */
	put16(at + 4, order->kind == JUNK_MALFORMED ? 0 : 1);
	while (*zone) {
		size_t piece = strcspn(zone, ".");

		if (!piece || piece > 63 || len + piece > FRAME_MOST - 100)
			refuse("no such zone");
		at[len++] = (__u8)piece;
		memcpy(at + len, zone, piece);
		len += piece;
		zone += piece + (zone[piece] == '.');
	}
	at[len++] = 0;
	put16(at + len, 1);
	put16(at + len + 2, 1);
	return len + 4;
}

static void write_ip4(struct frame *frame, __u32 udp_len)
{
	__u8 *ip = frame->bytes + 14;

	put16(frame->bytes + 12, 0x0800);
	ip[0] = 0x45;
	put16(ip + 2, 20 + udp_len);
	put16(ip + 6, 0x4000);
	ip[8] = 60;
	ip[9] = 17;
	inet_pton(AF_INET, "198.18.0.0", ip + 12);
	inet_pton(AF_INET, "10.9.0.1", ip + 16);
}

static void write_ip6(struct frame *frame, __u32 udp_len)
{
	__u8 *ip = frame->bytes + 14;

	put16(frame->bytes + 12, 0x86dd);
	ip[0] = 0x60;
	put16(ip + 4, udp_len);
	ip[6] = 17;
	ip[7] = 60;
	inet_pton(AF_INET6, "2001:2::", ip + 8);
	inet_pton(AF_INET6, "fd09::1", ip + 24);
}

static void write_frame(const struct order *order, struct frame *frame)
{
	__u32 message;

	frame->headers = order->family == 4 ? JUNK_HEADERS_4 : JUNK_HEADERS_6;
	message = write_query(order, frame->bytes + frame->headers);
	frame->len = frame->headers + message;
	memcpy(frame->bytes, &order->server, 6);
	memcpy(frame->bytes + 6, "\x02\x09\x00\x00\x00\xfe", 6);
	put16(frame->bytes + frame->headers - 6, 53);
	put16(frame->bytes + frame->headers - 4, 8 + message);
	(order->family == 4 ? write_ip4 : write_ip6)(frame, 8 + message);
}

/* As the words lie in memory, like the program in the kernel. */
static __u32 sum_words(const __u8 *at, __u32 len)
{
	__u32 sum = 0;
	__u16 word;

	for (__u32 i = 0; i + 1 < len; i += 2) {
		memcpy(&word, at + i, 2);
		sum += word;
	}
	return len & 1 ? sum + at[len - 1] : sum;
}

static __u32 udp_sum(const struct order *order, const struct frame *frame)
{
	const __u8 *addresses = frame->bytes + (order->family == 4 ? 26 : 22), *udp = frame->bytes + frame->headers - 8;
	__u32 len = frame->len - frame->headers + 8;

	return sum_words(addresses, order->family == 4 ? 8 : 32) + htons(17) + htons((__u16)len) + sum_words(udp, len);
}

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * 1000000000ull + (__u64)now.tv_nsec;
}

static void plan_fill(const struct order *order, const struct frame *frame, struct junk_plan *plan)
{
	*plan = (struct junk_plan){.kind = order->kind,
		.numbered = 100000,
		.interval_ns = 1000000000ull / order->rate,
		.group = order->rate < DENSE ? 1 : GROUP,
		.state = 88172645463325252ull ^ order->rate,
		.header_sum = sum_words(frame->bytes + 14, 20),
		.udp_sum = udp_sum(order, frame),
		.end_ns = now_ns() + order->seconds * 1000000000ull};
	memcpy(plan->words, frame->bytes, sizeof(plan->words));
}

/* The page and the program, or out. */
static struct junk_plan *load(const struct order *order, int *out_program)
{
	struct bpf_object *object = bpf_object__open_file(order->object, NULL);
	struct bpf_program *program;
	void *page;

	if (!object || bpf_object__load(object))
		refuse("the kernel does not take the program");
	program = bpf_object__find_program_by_name(object, order->family == 4 ? "junk4" : "junk6");
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_object__find_map_fd_by_name(object, "junk_plan"), 0);
	if (!program || page == MAP_FAILED)
		refuse("the kernel does not take the program");
	*out_program = bpf_program__fd(program);
	return page;
}

/* The bed is paced within batches; a small one is handed on sooner. */
static __u32 batch_of(__u32 rate)
{
	__u32 batch = rate / QUERIES_A_BATCH_AIMS_AT;

	return batch < 1 ? 1 : batch > BATCH_MOST ? BATCH_MOST : batch;
}

static int run(const struct order *order)
{
	struct frame frame = {0};
	struct xdp_md context = {.ingress_ifindex = if_nametoindex(order->interface)};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.bytes, .ctx_in = &context, .ctx_size_in = sizeof(context),
		.repeat = (int)(order->rate * order->seconds), .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = batch_of(order->rate));
	struct junk_plan *plan;
	int program, error;

	write_frame(order, &frame);
	options.data_size_in = context.data_end = frame.len;
	plan = load(order, &program);
	plan_fill(order, &frame, plan);
	error = bpf_prog_test_run_opts(program, &options);
	printf("{\"sent\": %llu, \"skipped\": %llu, \"first_ns\": %llu, \"last_ns\": %llu}\n", plan->sent, plan->skipped, plan->first_ns,
		now_ns());
	if (error)
		fprintf(stderr, "junk: %s\n", strerror(-error));
	return error ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct order order;

	if (argc != 9)
		refuse("usage: junk OBJECT INTERFACE names|existing|malformed|answers 4|6 ZONE PACKETS_PER_SECOND SECONDS SERVER_MAC");
	order = (struct order){.object = argv[1], .interface = argv[2], .zone = argv[5]};
	while (order.kind < JUNK_KINDS && strcmp(KINDS[order.kind], argv[3]))
		order.kind++;
	order.family = (__u32)strtoul(argv[4], NULL, 10);
	order.rate = (__u32)strtoul(argv[6], NULL, 10);
	order.seconds = (__u32)strtoul(argv[7], NULL, 10);
	if (order.kind == JUNK_KINDS || (order.family != 4 && order.family != 6) || !ether_aton_r(argv[8], &order.server))
		refuse("no such kind, family or address");
	if (!order.rate || order.rate > RATE_MOST || !order.seconds || order.seconds > SECONDS_MOST)
		refuse("at most 5,000,000 packets a second for 60 seconds");
	check_place(&order);
	return run(&order);
}
