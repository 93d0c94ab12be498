/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do kernel and user space read alike, and would we notice if not?
 *
 * First: each frame goes through the kernel's half (BPF_PROG_TEST_RUN) and through the host's, and all that wire/ made of it must be
 * equal to the last byte. The host gets the frame in a heap block of its exact size, so that the sanitizers see one byte too far.
 * Frames that the kernel takes no test run of (below 14 bytes, above a page) go to the host only.
 *
 * Second: each constant of wire/ is put off by one, up and down, in a half of its own (wire/mutant.h), and some frame must tell it
 * from what came out first. A mutant that no frame tells is a hole in this test, or a check that decides nothing: both are failures.
 *
 * Arguments: twin.bpf.o, the fuzz corpora's folder, the captures' folder. Exits 77 where BPF cannot be had.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frames.h"
#include "half.h"
#include "kernel.h"

enum { MIXED = 20000, EACH_CAPTURE = 400, SHOWN_MAX = 10 };

extern int fw_mutant_lines[1024];
extern const char *fw_mutant_files[1024];

/* A frame that was seen, with the digest of what it gave. */
struct seen {
	const char *name;
	struct fw_twin_input in;
	uint64_t digest;
	uint8_t *padded; /* len bytes, MUTANT_SLACK before and behind */
	uint32_t len, number;
};

struct bed {
	struct kernel *kernel;
	struct seen *seen;
	uint32_t count, room, host_only, different, silent; /* silent: sources that are there and gave nothing */
	uint32_t reasons[FW_REASON_COUNT]; /* how often the kernel stopped for each */
};

struct field {
	const char *name;
	size_t at, len;
};

#define FIELD(member) \
	{ \
#member, offsetof(struct fw_twin_result, member), sizeof(((struct fw_twin_result *)0)->member) \
	}

static const struct field fields[] = {
	FIELD(packet_read),
	FIELD(packet.reason),
	FIELD(packet.src),
	FIELD(packet.dst),
	FIELD(packet.src_mac),
	FIELD(packet.dst_mac),
	FIELD(packet.ether_type),
	FIELD(packet.vlan),
	FIELD(packet.src_port),
	FIELD(packet.dst_port),
	FIELD(packet.tcp_window),
	FIELD(packet.gre_proto),
	FIELD(packet.tcp_seq),
	FIELD(packet.tcp_ack),
	FIELD(packet.ip_len),
	FIELD(packet.network_off),
	FIELD(packet.transport_off),
	FIELD(packet.payload_off),
	FIELD(packet.payload_len),
	FIELD(packet.payload_wire_len),
	FIELD(packet.family),
	FIELD(packet.proto),
	FIELD(packet.hops),
	FIELD(packet.tcp_flags),
	FIELD(packet.icmp_type),
	FIELD(packet.icmp_code),
	FIELD(packet.fragment),
	FIELD(packet.vlan_count),
	FIELD(packet.has_mac),
	FIELD(packet.to_many),
	FIELD(packet.zero),
	FIELD(event),
	FIELD(dns_read),
	FIELD(tunnel.link),
	FIELD(tunnel.off),
	FIELD(tunnel.len),
	FIELD(question.reason),
	FIELD(question.name_len),
	FIELD(question.labels),
	FIELD(question.id),
	FIELD(question.flags),
	FIELD(question.additional),
	FIELD(question.type),
	FIELD(question.class),
	FIELD(question.end_off),
	FIELD(question.start),
	FIELD(question.word),
	FIELD(question.sum),
	FIELD(suffix),
	FIELD(rule),
	FIELD(word),
	FIELD(allowed),
	FIELD(hash),
	FIELD(hash13),
	FIELD(runs),
};

#define NAME_OF(id, counter, sentence) counter,

static uint64_t digest(const struct fw_twin_result *result)
{
	const uint8_t *p = (const uint8_t *)result;
	uint64_t sum = 0, word;

	for (size_t i = 0; i < sizeof(*result); i += 8) {
		memcpy(&word, p + i, 8);
		sum = (sum ^ word) * 0x9e3779b97f4a7c15ull;
		sum ^= sum >> 29;
	}
	return sum;
}

static void show_difference(const struct twin_frame *frame, const struct fw_twin_result *kernel, const struct fw_twin_result *host)
{
	printf("frame %u of \"%s\" (link %u, %u bytes):", frame->number, frame->name, frame->in.link, frame->len);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (memcmp((const uint8_t *)kernel + fields[i].at, (const uint8_t *)host + fields[i].at, fields[i].len))
			printf(" %s", fields[i].name);
	printf(" differ\n ");
	for (uint32_t i = 0; i < frame->len && i < 200; i++)
		printf(" %02x", frame->bytes[i]);
	printf("\n");
}

static void run_clean(const struct twin_frame *frame, struct fw_twin_result *out)
{
	uint8_t *exact = malloc(frame->len ? frame->len : 1);

	if (!exact)
		abort();
	memcpy(exact, frame->bytes, frame->len);
	memset(out, 0, sizeof(*out));
	clean_run(exact, frame->len, &frame->in, out);
	free(exact);
}

static void remember(struct bed *bed, const struct twin_frame *frame, const struct fw_twin_result *result)
{
	struct seen *seen;

	if (bed->count == bed->room) {
		bed->room = bed->room ? bed->room * 2 : 65536;
		bed->seen = realloc(bed->seen, bed->room * sizeof(*bed->seen));
	}
	seen = bed->seen ? &bed->seen[bed->count++] : NULL;
	if (!seen)
		abort();
	*seen = (struct seen){.name = frame->name, .in = frame->in, .digest = digest(result), .len = frame->len, .number = frame->number};
	seen->padded = malloc(frame->len + 2 * MUTANT_SLACK);
	if (!seen->padded)
		abort();
	memset(seen->padded, 0xa5, frame->len + 2 * MUTANT_SLACK);
	memcpy(seen->padded + MUTANT_SLACK, frame->bytes, frame->len);
}

/* First part, for one frame. */
static void compare(void *context, const struct twin_frame *frame)
{
	struct fw_twin_result kernel, host;
	struct bed *bed = context;
	int error;

	run_clean(frame, &host);
	remember(bed, frame, &host);
	if (!kernel_takes(frame->len)) {
		bed->host_only++;
		return;
	}
	error = kernel_run(bed->kernel, frame->bytes, frame->len, &frame->in, &kernel);
	if (error)
		printf("frame %u of \"%s\": test run says %s\n", frame->number, frame->name, strerror(-error));
	else if (memcmp(&kernel, &host, sizeof(host)) && bed->different < SHOWN_MAX)
		show_difference(frame, &kernel, &host);
	bed->different += error || memcmp(&kernel, &host, sizeof(host));
	bed->reasons[host.packet.reason]++;
	bed->reasons[host.question.reason]++;
}

/* A reason that no frame reaches is a sentence nobody checked. */
static uint32_t count_unreached(const struct bed *bed)
{
	static const char *const names[] = {"none", FW_REASONS_SHORT(NAME_OF) FW_REASONS_OTHER(NAME_OF) FW_REASONS_BAD(NAME_OF)};
	uint32_t unreached = 0;

	for (uint32_t i = 0; i < FW_REASON_BAD_END; i++)
		if (!bed->reasons[i]) {
			printf("no frame stops for the reason %s\n", names[i]);
			unreached++;
		}
	return unreached;
}

static bool is_told(const struct bed *bed, int mutant)
{
	struct fw_twin_result result;
	bool told = false;

	fw_mutant = mutant;
	for (uint32_t i = 0; i < bed->count && !told; i++) {
		const struct seen *seen = &bed->seen[i];

		memset(&result, 0, sizeof(result));
		mutant_run(seen->padded + MUTANT_SLACK, seen->len, &seen->in, &result);
		told = digest(&result) != seen->digest;
	}
	fw_mutant = 0;
	return told;
}

/* Second part: how many mutants no frame tells from the original. */
static uint32_t count_survivors(const struct bed *bed)
{
	uint32_t survivors = 0;

	if (is_told(bed, 0)) {
		printf("the mutants' half differs even without a mutant\n");
		return 1;
	}
	for (int place = 1; place <= mutant_places; place++)
		for (int mutant = -place; mutant <= place; mutant += 2 * place)
			if (!is_told(bed, mutant)) {
				printf("no frame tells %s:%d off by %s (place %d)\n",
					fw_mutant_files[place] ? fw_mutant_files[place] : "(never reached)", fw_mutant_lines[place],
					mutant > 0 ? "+1" : "-1", place);
				survivors++;
			}
	return survivors;
}

static void feed(struct bed *bed, const char *corpora, const char *captures)
{
	char folder[4096];
	uint32_t given[8] = {0};

	given[0] = frames_named(compare, bed);
	given[1] = frames_buckets(compare, bed);
	given[2] = frames_cut(compare, bed);
	given[3] = frames_edges(compare, bed);
	given[4] = frames_mixed(20161021, MIXED, compare, bed);
	snprintf(folder, sizeof(folder), "%s/corpus_packet", corpora);
	given[5] = frames_corpus(folder, false, compare, bed);
	snprintf(folder, sizeof(folder), "%s/corpus_dns_question", corpora);
	given[6] = frames_corpus(folder, true, compare, bed);
	given[7] = frames_captures(captures, EACH_CAPTURE, compare, bed, &bed->silent);
	printf("frames: %u named, %u of buckets, %u cut, %u at edges, %u mixed, %u and %u of corpora, %u captured\n", given[0], given[1],
		given[2], given[3], given[4], given[5], given[6], given[7]);
	for (uint32_t i = 0; i < 7; i++)
		bed->silent += !given[i];
	if (!given[7] && access(captures, R_OK))
		printf("SKIP captures of the twin: no %s\n", captures);
	else
		bed->silent += !given[7];
	if (bed->silent)
		printf("%u sources gave no frame\n", bed->silent);
}

static void bed_done(struct bed *bed)
{
	for (uint32_t i = 0; i < bed->count; i++)
		free(bed->seen[i].padded);
	free(bed->seen);
	kernel_close(bed->kernel);
}

int main(int argc, char **argv)
{
	struct bed bed = {0};
	uint32_t survivors, unreached;
	int error;

	if (argc != 4) {
		fprintf(stderr, "usage: test_twin twin.bpf.o CORPORA CAPTURES\n");
		return 2;
	}
	error = geteuid() ? -EPERM : kernel_open(argv[1], &bed.kernel);
	if (error == -EPERM || error == -ENOSYS) {
		printf("SKIP twin: %s\n", error == -EPERM ? "loading a BPF program needs root" : "this kernel has no BPF");
		return 77;
	}
	if (error) {
		printf("%s does not load: %s\n", argv[1], strerror(-error));
		return 1;
	}
	feed(&bed, argv[2], getenv("FLOODWALL_CAPTURES") ? getenv("FLOODWALL_CAPTURES") : argv[3]);
	printf("%u frames compared, %u more in user space only, %u differ\n", bed.count - bed.host_only, bed.host_only, bed.different);
	unreached = count_unreached(&bed);
	survivors = count_survivors(&bed);
	printf("%d of %d mutants told\n", 2 * mutant_places - (int)survivors, 2 * mutant_places);
	error = bed.different || survivors || unreached || bed.silent;
	bed_done(&bed);
	return error ? 1 : 0;
}
