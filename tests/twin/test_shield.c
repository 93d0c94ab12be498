/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do the shield in the kernel and the shield in user space judge alike, and would we notice if not?
 *
 * Plays of 64 frames, each with a scene of its own (configuration, names, zones, lists), go through the XDP and tc programs and
 * through src/twin/. After each frame all must be equal to the last byte: what becomes of it, why, the bytes that are sent back, the
 * sample, and every bucket, zone and remembered address; after each play every counter. User space gets the frame in a heap block
 * of its exact size.
 *
 * Then every constant of the judge is put off by one, as in test_twin.c, and some frame must tell. The short ways of the kernel's program
 * (shield_blocks() of bpf/shield.bpf.c, wire/shield_plain.h) are compiled for the kernel alone and have no such mutants: they are compared with the host's
 * long way on every frame that takes them, how many that were is printed, and that some were is demanded; that is all that speaks for their constants.
 *
 * Arguments: shield_twin.bpf.o, the fuzz corpora's folder, the captures' folder. Exits 77 where BPF cannot be had.
 */
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shield_half.h"
#include "shield_kernel.h"
#include "shield_plays.h"

enum { BY_CHANCE = 200000, UNDER_FIRE = 60000, MAPPED = 8000, EACH_CAPTURE = 400, SHOWN_MAX = 10 };

struct bed {
	struct shield_kernel *kernel;
	struct scene_play **plays;
	uint32_t count, room, frames, host_only, different, early, plain[FW_OUTCOME_COUNT];
	uint64_t said[FW_OUTCOME_COUNT][FW_REASON_COUNT]; /* packets */
	uint64_t proofs, asked, contradicted, sampled;
};

static const char *const reasons[] = {"none",
#define NAME_OF(id, counter, sentence) counter,
	FW_REASONS_ALL(NAME_OF)};

static const char *const outcomes[] = {"passed", "dropped", "truncated", "would", "?"};

static uint64_t digest_add(uint64_t sum, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint64_t word;

	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&word, p, 8);
		sum = (sum ^ word) * 0x9e3779b97f4a7c15ull;
		sum ^= sum >> 29;
	}
	for (; len; len--)
		sum = (sum ^ *p++) * 0x9e3779b97f4a7c15ull;
	return sum;
}

/* All but what nobody promised: the room of the question beyond its suffixes is covered because both halves leave it alike. */
static uint64_t digest(const struct scene_result *result, const struct scene_state *state, const struct scene_counts *counts)
{
	uint64_t sum = digest_add(1, result, offsetof(struct scene_result, frame));

	sum = digest_add(sum, result->frame, result->len < FRAME_ROOM ? result->len : FRAME_ROOM);
	sum = digest_add(sum, state, sizeof(*state));
	return digest_add(sum, counts, sizeof(*counts));
}

#define TELL(what, a, b, len) (memcmp((a), (b), (len)) ? " " what : "")

static void show(const struct scene_play *play, uint32_t i, const struct scene_result *kernel, const struct scene_result *host, bool state)
{
	const struct scene_step *step = &play->steps[i];

	printf("frame %u of \"%s\", which %s: kernel %s for %s, host %s for %s;%s%s%s%s%s%s differ\n ", i, play->name,
		step->leaves ? "leaves" : "arrives", outcomes[kernel->outcome], reasons[kernel->notes.reason % FW_REASON_COUNT],
		outcomes[host->outcome], reasons[host->notes.reason % FW_REASON_COUNT],
		TELL("notes", &kernel->notes, &host->notes, sizeof(host->notes)),
		TELL("packet", &kernel->packet, &host->packet, sizeof(host->packet)),
		TELL("question", &kernel->question, &host->question, sizeof(host->question)),
		TELL("sample", &kernel->sampled, &host->sampled, sizeof(host->sample) + 8),
		kernel->len != host->len || memcmp(kernel->frame, host->frame, host->len) ? " bytes" : "", state ? " state" : "");
	for (uint32_t at = 0; at < step->len && at < 200; at++)
		printf(" %02x", step->bytes[at]);
	printf("\n");
}

static void run_clean(const struct scene_step *step, struct scene_result *out)
{
	uint8_t *exact = malloc(step->len ? step->len : 1);

	if (!exact)
		abort();
	memcpy(exact, step->bytes, step->len);
	clean_step(step, exact, out);
	free(exact);
}

/* The kernel's short ways leave no notes but a verdict: it must have been right to take them, and then the host's are taken. */
static void allow_early(struct bed *bed, const struct scene_result *host, struct scene_result *kernel)
{
	if (kernel->early == SCENE_EARLY_BLOCKED) {
		if (host->notes.reason != FW_REASON_BLOCKED || host->notes.outcome != FW_OUTCOME_DROPPED)
			return;
		bed->early++;
	} else if (kernel->early == SCENE_EARLY_PLAIN) {
		if (host->notes.reason != kernel->notes.reason || host->notes.outcome != kernel->notes.outcome)
			return;
		bed->plain[host->notes.outcome % FW_OUTCOME_COUNT]++;
		shield_kernel_give(bed->kernel, &host->question);
	} else {
		return;
	}
	kernel->early = 0;
	kernel->notes = host->notes;
	kernel->packet = host->packet;
	kernel->question = host->question;
}

static void compare_step(struct bed *bed, struct scene_play *play, uint32_t i)
{
	static struct scene_result host, kernel;
	static struct scene_state host_state, kernel_state;
	static struct scene_counts counts;
	bool differ;
	int error;

	run_clean(&play->steps[i], &host);
	clean_state(&host_state, &counts);
	play->digests[i] = digest(&host, &host_state, &counts);
	error = shield_kernel_step(bed->kernel, &play->steps[i], &kernel);
	shield_kernel_state(bed->kernel, &kernel_state);
	differ = memcmp(&host_state, &kernel_state, sizeof(host_state)) != 0;
	allow_early(bed, &host, &kernel);
	if (error)
		printf("frame %u of \"%s\", %u bytes: test run says %s\n", i, play->name, play->steps[i].len, strerror(-error));
	else if ((differ || memcmp(&kernel, &host, offsetof(struct scene_result, frame)) || memcmp(kernel.frame, host.frame, host.len)) &&
		bed->different++ < SHOWN_MAX)
		show(play, i, &kernel, &host, differ);
	bed->different += error != 0;
}

static void sum_up(struct bed *bed, const struct scene_counts *counts)
{
	for (uint32_t i = 0; i < FW_OUTCOME_COUNT; i++)
		for (uint32_t j = 0; j < FW_REASON_COUNT; j++)
			bed->said[i][j] += counts->counts.reason[i][j].packets;
	for (uint32_t i = 0; i < SCENE_ZONES; i++)
		bed->contradicted += counts->zones[i].contradicted;
	bed->proofs += counts->counts.proofs;
	bed->asked += counts->counts.asked;
}

/* Frames that a test run does not take are left out of both. */
static void drop_untakable(struct bed *bed, struct scene_play *play)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < play->count; i++)
		if (shield_kernel_takes(&play->steps[i]))
			play->steps[kept++] = play->steps[i];
		else
			free(play->steps[i].bytes - SCENE_SLACK);
	bed->host_only += play->count - kept;
	play->count = kept;
}

static void compare(void *context, struct scene_play *play)
{
	static struct scene_counts kernel, host;
	struct bed *bed = context;
	struct scene_state state;

	drop_untakable(bed, play);
	clean_begin(&play->scene);
	if (shield_kernel_begin(bed->kernel, &play->scene))
		abort();
	for (uint32_t i = 0; i < play->count; i++)
		compare_step(bed, play, i);
	clean_state(&state, &host);
	if (shield_kernel_counts(bed->kernel, &kernel) || memcmp(&kernel, &host, sizeof(host))) {
		printf("counters differ after a play \"%s\"\n", play->name);
		bed->different++;
	}
	sum_up(bed, &host);
	bed->frames += play->count;
	if (bed->count == bed->room) {
		bed->room = bed->room ? bed->room * 2 : 1024;
		bed->plays = realloc(bed->plays, bed->room * sizeof(struct scene_play *));
		if (!bed->plays)
			abort();
	}
	bed->plays[bed->count++] = play;
}

/* Outcome and reason that no frame reached, of those that can be. */
static uint32_t count_unreached(const struct bed *bed)
{
	uint32_t unreached = 0;

	for (uint32_t i = 1; i < FW_REASON_STOP_END; i++) {
		bool reader = i < FW_REASON_BAD_END, stops = i >= FW_REASON_PASS_END;
		uint64_t all = bed->said[FW_OUTCOME_PASSED][i] + bed->said[FW_OUTCOME_DROPPED][i];

		if (i == FW_REASON_LINK_OTHER || i == FW_REASON_GRE_OTHER || i == FW_REASON_DNS_OPCODE || i == FW_REASON_DNS_NO_QUESTION ||
			i == FW_REASON_ARP_OTHER)
			continue;
		if (!all || (!reader && !stops && bed->said[FW_OUTCOME_DROPPED][i]) ||
			(stops && (bed->said[FW_OUTCOME_PASSED][i] || !bed->said[FW_OUTCOME_WOULD][i])) ||
			(i >= FW_REASON_ZONE_UNKNOWN && !bed->said[FW_OUTCOME_TRUNCATED][i])) {
			printf("reason %s: %lu passed, %lu dropped, %lu truncated, %lu would\n", reasons[i],
				(unsigned long)bed->said[FW_OUTCOME_PASSED][i], (unsigned long)bed->said[FW_OUTCOME_DROPPED][i],
				(unsigned long)bed->said[FW_OUTCOME_TRUNCATED][i], (unsigned long)bed->said[FW_OUTCOME_WOULD][i]);
			unreached++;
		}
	}
	return unreached;
}

static bool play_tells(const struct scene_play *play)
{
	static struct scene_result result;
	static struct scene_state state;
	static struct scene_counts counts;
	static uint8_t copy[FRAME_ROOM * 2 + 2 * SCENE_SLACK];

	mutant_begin(&play->scene);
	for (uint32_t i = 0; i < play->count; i++) {
		const struct scene_step *step = &play->steps[i];

		memcpy(copy, step->bytes - SCENE_SLACK, step->len + 2 * SCENE_SLACK);
		mutant_step(step, copy + SCENE_SLACK, &result);
		mutant_state(&state, &counts);
		if (digest(&result, &state, &counts) != play->digests[i])
			return true;
	}
	return false;
}

static bool is_told(const struct bed *bed, int mutant)
{
	bool told = false;

	fw_mutant = mutant;
	for (uint32_t i = 0; i < bed->count && !told; i++)
		told = play_tells(bed->plays[i]);
	fw_mutant = 0;
	return told;
}

static uint32_t count_survivors(const struct bed *bed)
{
	uint32_t survivors = 0;

	if (is_told(bed, 0)) {
		printf("the mutants' half differs even without a mutant\n");
		return 1;
	}
	for (int place = mutant_first; place <= mutant_last; place++)
		for (int mutant = -place; mutant <= place; mutant += 2 * place)
			if (!is_told(bed, mutant)) {
				printf("no frame tells %s:%d off by %s (place %d)\n",
					fw_mutant_files[place] ? fw_mutant_files[place] : "(never reached)", fw_mutant_lines[place],
					mutant > 0 ? "+1" : "-1", place);
				survivors++;
			}
	return survivors;
}

/* What gave no frame though it is there: the test would be green without it. */
static uint32_t silent(const char *what, const char *folder, uint32_t given)
{
	bool there = access(folder, R_OK) == 0;

	if (!given && !there)
		printf("SKIP %s of the shield's twin: no %s\n", what, folder);
	if (!given && there)
		printf("no frame came of the %s in %s\n", what, folder);
	return !given && there;
}

/* Returns how many sources gave nothing. */
static uint32_t feed(struct bed *bed, const char *corpora, const char *captures)
{
	char archives[4096];
	uint32_t given[8], sum = 0, captures_silent;

	snprintf(archives, sizeof(archives), "%s/dns", captures);
	given[0] = plays_by_chance(20161021, BY_CHANCE, compare, bed);
	given[1] = plays_under_fire(20161022, UNDER_FIRE, compare, bed);
	given[2] = plays_of_readers(compare, bed);
	given[3] = plays_of_corpora(corpora, compare, bed);
	given[4] = plays_of_fuzzing(corpora, compare, bed);
	given[5] = plays_of_captures(captures, EACH_CAPTURE, compare, bed, &captures_silent);
	given[6] = plays_of_archives(archives, compare, bed);
	given[7] = plays_of_mapped(20161023, MAPPED, compare, bed);
	printf("frames: %u by chance, %u under fire, %u mapped, %u of the readers' test, %u of corpora, %u of the shield's fuzzing, %u "
	       "captured, %u "
	       "messages of "
	       "archives\n",
		given[0], given[1], given[7], given[2], given[3], given[4], given[5], given[6]);
	for (uint32_t i = 0; i < 3; i++)
		sum += !given[i];
	sum += silent("readers' corpora", corpora, given[3]) + silent("shield's corpus", corpora, given[4]);
	return sum + captures_silent + silent("captures", captures, given[5]) + silent("archives", archives, given[6]);
}

/* The scratch that is compared is one CPU's: the first that we may run on. */
static void stay_on_one_cpu(void)
{
	cpu_set_t allowed, one;

	CPU_ZERO(&one);
	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE && !CPU_COUNT(&one); cpu++)
		if (CPU_ISSET(cpu, &allowed))
			CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

int main(int argc, char **argv)
{
	struct bed bed = {0};
	uint32_t survivors, unreached, without;
	int error, places = mutant_last - mutant_first + 1;

	if (argc != 4) {
		fprintf(stderr, "usage: test_shield shield_twin.bpf.o CORPORA CAPTURES\n");
		return 2;
	}
	stay_on_one_cpu();
	error = geteuid() ? -EPERM : shield_kernel_open(argv[1], &bed.kernel);
	if (error == -EPERM || error == -ENOSYS) {
		printf("SKIP twin-shield: %s\n", error == -EPERM ? "loading a BPF program needs root" : "this kernel has no BPF");
		return 77;
	}
	if (error) {
		printf("%s does not load: %s\n", argv[1], strerror(-error));
		return 1;
	}
	without = feed(&bed, argv[2], getenv("FLOODWALL_CAPTURES") ? getenv("FLOODWALL_CAPTURES") : argv[3]);
	printf("%u frames compared, %u left out, %u differ; %u blocked early, %u passed and %u dropped the short way, %lu proofs, %lu own "
	       "questions, %lu contradictions\n",
		bed.frames, bed.host_only, bed.different, bed.early, bed.plain[FW_OUTCOME_PASSED], bed.plain[FW_OUTCOME_DROPPED],
		(unsigned long)bed.proofs, (unsigned long)bed.asked, (unsigned long)bed.contradicted);
	unreached = count_unreached(&bed) + !bed.early + !bed.plain[FW_OUTCOME_PASSED] + !bed.plain[FW_OUTCOME_DROPPED] + !bed.proofs +
		!bed.asked + !bed.contradicted;
	survivors = count_survivors(&bed);
	printf("%d of %d mutants told\n", 2 * places - (int)survivors, 2 * places);
	for (uint32_t i = 0; i < bed.count; i++)
		play_free(bed.plays[i]);
	free(bed.plays);
	shield_kernel_close(bed.kernel);
	return bed.different || survivors || unreached || without ? 1 : 0;
}
