/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do the guard in the kernel and the guard in user space judge alike, and would we notice if not?
 *
 * Plays of 96 frames, each with a scene of its own (configuration, devices, policies, sets, names), go through the XDP and tc programs
 * and through src/twin/. After each frame all must be equal to the last byte: what becomes of it, why, what is sent up, every brake,
 * flow and member of a set; after each play every counter. User space gets the frame in a heap block of its exact size.
 *
 * Then every constant of the judge is put off by one, as in test_twin.c, and some frame must tell.
 *
 * Arguments: guard_twin.bpf.o, the fuzz corpora's folder, the captures' folder. Exits 77 where BPF cannot be had.
 */
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frames.h"
#include "guard_half.h"
#include "guard_kernel.h"

enum { BY_CHANCE = 90000, BULK = 600, FUZZ_SCENES = 64, EACH_CAPTURE = 60, SHOWN_MAX = 10 };
enum { OVER_LEAST = 20, PLAIN_LEAST = 15000, AGAIN_LEAST = 4000 }; /* of frames that go the short way */

struct bed {
	struct guard_kernel *kernel;
	struct guard_play **plays;
	uint32_t count, room, frames, left_out, different, plain[FW_GUARD_WAYS], again[FW_GUARD_WAYS];
	uint32_t plain_over[2]; /* by the device's bucket, by that of all */
	uint64_t said[FW_GUARD_WAYS][FW_GUARD_OUTCOMES][FW_REASON_COUNT]; /* packets */
	uint64_t bound, bound_full, bound_refused, bound_over, bound_gone, forgotten, lost;
};

static const char *const reasons[] = {"none",
#define NAME_OF(id, counter, sentence) counter,
	FW_REASONS_ALL(NAME_OF)};

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

/* Counters are looked at where a play ends: there are many, and what they count has been seen by then. */
static uint64_t digest(const struct guard_result *result, const struct guard_state *state, const struct guard_counts *counts)
{
	uint64_t sum = digest_add(1, result, offsetof(struct guard_result, bytes));

	if (result->sent)
		sum = digest_add(sum, result->bytes, result->head.kept_len);
	sum = digest_add(sum, state, sizeof(*state));
	return counts ? digest_add(sum, counts, sizeof(*counts)) : sum;
}

#define TELL(what, a, b) (memcmp(&(a), &(b), sizeof(a)) ? " " what : "")

static void show(const struct guard_play *play, uint32_t i, const struct guard_result *kernel, const struct guard_result *host, bool state)
{
	const struct guard_step *step = &play->steps[i];

	printf("frame %u of \"%s\", %s: kernel %s for %s, host %s for %s;%s%s%s%s%s%s%s differ\n ", i, play->name, step->way ? "in" : "out",
		kernel->dropped ? "drops" : "passes", reasons[kernel->notes.reason % FW_REASON_COUNT], host->dropped ? "drops" : "passes",
		reasons[host->notes.reason % FW_REASON_COUNT], TELL("notes", kernel->notes, host->notes),
		TELL("packet", kernel->packet, host->packet), TELL("inner", kernel->inner, host->inner),
		TELL("question", kernel->question, host->question), TELL("head", kernel->head, host->head),
		kernel->sent != host->sent || memcmp(kernel->bytes, host->bytes, sizeof(host->bytes)) ? " bytes" : "",
		state ? " state" : "");
	for (uint32_t at = 0; at < step->len && at < 160; at++)
		printf(" %02x", step->bytes[at]);
	printf("\n");
}

static void run_clean(const struct guard_step *step, struct guard_result *out)
{
	uint8_t *exact = malloc(step->len ? step->len : 1);

	if (!exact)
		abort();
	memcpy(exact, step->bytes, step->len);
	clean_guard_step(step, exact, out);
	free(exact);
}

/*
 * The kernel's short way leaves no notes: it says PASSED alone, and nothing goes up. The counters, which tell the reason, and the state
 * are compared all the same.
 */
static void allow_plain(
	struct bed *bed, const struct guard_play *play, uint32_t i, const struct guard_result *host, struct guard_result *kernel)
{
	const struct guard_step *step = &play->steps[i];
	const struct fw_guard_config *config = &play->scene.config;

	if (kernel->notes.frame_len || !host->notes.frame_len || host->notes.outcome != FW_GUARD_PASSED || host->notes.would || host->sent)
		return;
	bed->plain[step->way]++;
	bed->again[step->way] += !guard_kernel_judged(bed->kernel);
	if (fw_flow_run(host->notes.state) > FW_GUARD_RUN)
		bed->plain_over[config->frames_out.rate_per_s > config->words[FW_GUARD_WORD_FRAMES].rate_per_s]++;
	kernel->notes = host->notes;
	kernel->packet = host->packet;
	kernel->inner = host->inner;
	kernel->question = host->question;
}

static void compare_step(struct bed *bed, struct guard_play *play, uint32_t i)
{
	static struct guard_result host, kernel;
	static struct guard_state host_state, kernel_state;
	static struct guard_counts counts;
	bool differ;
	int error;

	run_clean(&play->steps[i], &host);
	clean_guard_state(&host_state, &counts);
	play->digests[i] = digest(&host, &host_state, i + 1 == play->count ? &counts : NULL);
	error = guard_kernel_step(bed->kernel, &play->steps[i], &kernel);
	allow_plain(bed, play, i, &host, &kernel);
	guard_kernel_state(bed->kernel, &kernel_state);
	differ = memcmp(&host_state, &kernel_state, sizeof(host_state)) != 0;
	if (error)
		printf("frame %u of \"%s\", %u bytes: test run says %s\n", i, play->name, play->steps[i].len, strerror(-error));
	else if ((differ || memcmp(&kernel, &host, sizeof(host))) && bed->different++ < SHOWN_MAX)
		show(play, i, &kernel, &host, differ);
	bed->different += error != 0;
}

static void sum_up(struct bed *bed, const struct guard_counts *counts)
{
	for (uint32_t way = 0; way < FW_GUARD_WAYS; way++)
		for (uint32_t i = 0; i < FW_GUARD_OUTCOMES; i++)
			for (uint32_t j = 0; j < FW_REASON_COUNT; j++)
				bed->said[way][i][j] += counts->totals.reason[way][i][j].packets;
	for (uint32_t i = 0; i < GUARD_DEVICES; i++) {
		bed->forgotten += counts->counts[i].flows_forgotten;
		bed->lost += counts->counts[i].frames_lost;
	}
	bed->bound += counts->totals.bound;
	bed->bound_full += counts->totals.bound_full;
	bed->bound_refused += counts->totals.bound_refused;
	bed->bound_over += counts->totals.bound_over;
	bed->bound_gone += counts->totals.bound_gone;
}

/* Frames that a test run does not take are left out of both. */
static void drop_untakable(struct bed *bed, struct guard_play *play)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < play->count; i++)
		if (guard_kernel_takes(&play->steps[i]))
			play->steps[kept++] = play->steps[i];
		else
			free(play->steps[i].bytes - GUARD_SLACK);
	bed->left_out += play->count - kept;
	play->count = kept;
}

static void compare(struct bed *bed, struct guard_play *play)
{
	static struct guard_counts kernel, host;
	struct guard_state state;

	drop_untakable(bed, play);
	clean_guard_begin(&play->scene);
	if (guard_kernel_begin(bed->kernel, &play->scene))
		abort();
	for (uint32_t i = 0; i < play->count; i++)
		compare_step(bed, play, i);
	clean_guard_state(&state, &host);
	if (guard_kernel_counts(bed->kernel, &kernel) || memcmp(&kernel, &host, sizeof(host))) {
		printf("counters differ after a play \"%s\"\n", play->name);
		bed->different++;
	}
	sum_up(bed, &host);
	bed->frames += play->count;
	if (bed->count == bed->room) {
		bed->room = bed->room ? bed->room * 2 : 1024;
		bed->plays = realloc(bed->plays, bed->room * sizeof(struct guard_play *));
		if (!bed->plays)
			abort();
	}
	bed->plays[bed->count++] = play;
}

/* ---- plays ---- */

static struct guard_play *play_new(const char *name, uint64_t *random)
{
	struct guard_play *play = calloc(1, sizeof(*play));

	if (!play)
		abort();
	play->name = name;
	guard_scene_make(random, &play->scene);
	return play;
}

static void play_free(struct guard_play *play)
{
	for (uint32_t i = 0; i < play->count; i++)
		free(play->steps[i].bytes - GUARD_SLACK);
	free(play);
}

static void play_add(struct guard_play *play, const struct guard_step *step, const uint8_t *bytes)
{
	uint8_t *copy = malloc(step->len + 2 * GUARD_SLACK);

	if (!copy)
		abort();
	memset(copy, 0xa5, step->len + 2 * GUARD_SLACK);
	memcpy(copy + GUARD_SLACK, bytes, step->len);
	play->steps[play->count] = *step;
	play->steps[play->count++].bytes = copy + GUARD_SLACK;
}

/* Time stands still, crawls, jumps by what the configuration knows, or goes back a little. */
static uint64_t later(uint64_t *random, const struct fw_guard_config *config, uint64_t now_ns)
{
	uint64_t tick = 1ull << 28;
	const uint64_t jumps[] = {0, 1, guard_pick(random, 1000000), guard_pick(random, 400000000), tick, config->flow_tcp_ns,
		config->flow_other_ns, config->answered_ns, FW_NS_PER_S, tick * guard_pick(random, 60)};
	uint32_t kind = guard_pick(random, 40);

	if (kind == 39)
		return now_ns - guard_pick(random, 3) * tick;
	if (kind == 38)
		return now_ns / tick * tick + tick * (1 + guard_pick(random, 3)) - guard_pick(random, 2);
	return now_ns + (kind < 24 ? jumps[kind % 4] : jumps[kind % 10]) + (kind == 37 ? guard_pick(random, 3) - 1ull : 0);
}

static struct guard_step step_of(uint64_t *random, uint8_t way, uint64_t now_ns, uint32_t len)
{
	return (struct guard_step){.now_ns = now_ns,
		.len = len,
		.way = way,
		.packets = way == FW_GUARD_IN && !guard_pick(random, 8) ? 1 + guard_pick(random, 40)
			: way == FW_GUARD_IN                            ? 0
									: 1,
		.vlan = (uint16_t)(way == FW_GUARD_IN && !guard_pick(random, 4) ? guard_pick(random, 4096) : 0)};
}

/* One frame, then often its like again, both ways. */
static uint32_t by_chance(struct bed *bed, uint64_t seed, uint32_t frames)
{
	static uint8_t bytes[GUARD_ROOM];
	uint64_t random = seed;
	uint32_t given = 0;

	while (given < frames) {
		struct guard_play *play = play_new("by chance", &random);
		uint64_t now_ns = play->scene.begin_ns, frame_seed = random;
		bool calm = guard_pick(&random, 2);

		while (play->count < GUARD_STEPS) {
			uint8_t way = (uint8_t)guard_pick(&random, 2);
			uint64_t again =
				frame_seed + (calm ? guard_pick(&random, 6) : guard_pick(&random, 1000)) * 0x9e3779b97f4a7c15ull + 1;
			struct guard_step step;

			step = step_of(&random, way, now_ns, guard_frame_make(&again, way, bytes));
			play_add(play, &step, bytes);
			now_ns = later(&random, &play->scene.config, now_ns);
		}
		given += play->count;
		compare(bed, play);
	}
	return given;
}

static void add_answer(void *context, const struct guard_scene *scene, const struct guard_step steps[2], const char *name)
{
	struct guard_play *play = calloc(1, sizeof(*play));

	if (!play)
		abort();
	play->scene = *scene;
	play->name = name;
	play_add(play, &steps[0], steps[0].bytes);
	play_add(play, &steps[1], steps[1].bytes);
	compare(context, play);
}

/* One conversation over TCP of a device that nothing holds back, longer than what is sent up of any: to a port, or from it. */
static void long_talk(struct bed *bed, uint64_t *random, uint16_t port, bool served)
{
	struct guard_play *play = play_new("a long talk", random);
	uint8_t frame[80] = {
		[12] = 0x08, [14] = 0x45, [17] = 66, [22] = 64, [23] = 6, [26] = 192, 168, 1, 5, 203, 0, 113, 9, [46] = 0x50, 0x18};
	uint64_t now_ns = play->scene.begin_ns;

	memset(play->scene.config.mode, 0, sizeof(play->scene.config.mode));
	play->scene.config.words[0] = play->scene.config.frames_out = fw_bucket_rule_of(1000000, 1000000);
	memset(play->scene.state.words, 0, sizeof(play->scene.state.words));
	for (uint32_t i = FW_STRANGERS; i < GUARD_DEVICES; i++)
		play->scene.state.devices[i].frames_out = 0;
	guard_mac(0, frame + 6);
	frame[served ? 34 : 36] = (uint8_t)(port >> 8);
	frame[served ? 35 : 37] = (uint8_t)port;
	frame[served ? 36 : 34] = 0x9c;
	for (uint32_t i = 0; i < GUARD_STEPS; i++) {
		struct guard_step step = {.now_ns = now_ns += 1000000, .len = sizeof(frame), .way = FW_GUARD_OUT, .packets = 1};

		play_add(play, &step, frame);
	}
	compare(bed, play);
}

static void long_talks(struct bed *bed)
{
	static const uint16_t ports[] = {21, 23, 2323};
	uint64_t random = 20161021;

	for (uint32_t i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		long_talk(bed, &random, ports[i], false);
		long_talk(bed, &random, ports[i], true);
	}
}

/* So many frames of a transfer, from now on; still: many in a tick of the clock. Returns when it ends. */
static uint64_t transfer(struct guard_play *play, uint64_t *random, const struct guard_talk *talk, bool still)
{
	uint64_t now_ns = play->scene.begin_ns;
	uint32_t upward = 1 + guard_pick(random, 30);
	uint8_t frame[128];

	while (play->count < GUARD_STEPS) {
		uint8_t way = guard_pick(random, 31) < upward ? FW_GUARD_OUT : FW_GUARD_IN;
		struct guard_step step = step_of(random, way, now_ns, 0);

		step.len = guard_bulk_frame(random, &step, talk, frame);
		play_add(play, &step, frame);
		if (still && guard_pick(random, 24))
			continue;
		now_ns = guard_pick(random, 8) ? now_ns + guard_pick(random, 1000000) : later(random, &play->scene.config, now_ns);
	}
	return now_ns;
}

/* The same, in a world where something was changed while it went on. */
static void go_on(
	struct bed *bed, uint64_t *random, const struct guard_scene *before, uint64_t now_ns, const struct guard_talk *talk, bool still)
{
	static struct guard_counts counts;
	struct guard_play *play = calloc(1, sizeof(*play));

	if (!play)
		abort();
	play->name = "bulk, changed";
	play->scene = *before;
	clean_guard_state(&play->scene.state, &counts);
	play->scene.begin_ns = now_ns;
	guard_bulk_change(random, &play->scene);
	transfer(play, random, talk, still);
	compare(bed, play);
}

/* Transfers both ways, longer than what is sent up: what the kernel's short way is for, and what just misses it. */
static void bulk(struct bed *bed, uint32_t plays, bool still)
{
	static const uint16_t ports[8] = {443, 443, 443, 443, 53, 1900, 23, 2323};
	uint64_t random = 1999;

	for (uint32_t i = 0; i < plays; i++) {
		struct guard_play *play = play_new("bulk", &random);
		struct guard_talk talk = {
			.four = guard_pick(&random, 3), .port = ports[guard_pick(&random, 8)], .served = !guard_pick(&random, 4)};
		uint64_t now_ns;

		guard_bulk_scene(&random, &play->scene);
		if (still)
			guard_bulk_old(&random, &play->scene, &talk);
		now_ns = transfer(play, &random, &talk, still);
		compare(bed, play);
		go_on(bed, &random, &play->scene, now_ns, &talk, still);
	}
}

struct gatherer {
	struct bed *bed;
	struct guard_play *play;
	uint64_t random, now_ns;
	uint32_t given;
};

static void gather_end(struct gatherer *g)
{
	if (g->play)
		compare(g->bed, g->play);
	g->play = NULL;
}

static void gather(void *context, const struct twin_frame *frame)
{
	struct gatherer *g = context;
	struct guard_step step;

	if (frame->in.link != FW_LINK_ETHERNET || frame->len > GUARD_ROOM)
		return;
	if (!g->play) {
		g->play = play_new(frame->name, &g->random);
		g->now_ns = g->play->scene.begin_ns;
	}
	step = step_of(&g->random, (uint8_t)guard_pick(&g->random, 2), g->now_ns, frame->len);
	play_add(g->play, &step, frame->bytes);
	g->now_ns = later(&g->random, &g->play->scene.config, g->now_ns);
	g->given++;
	if (g->play->count == GUARD_STEPS)
		gather_end(g);
}

/* A file of corpus_guard: its scene, then frames behind their length, whose highest bit says which way; as fuzz_guard.c has them. */
static void gather_fuzzed(void *context, const struct twin_frame *file)
{
	uint64_t random = file->len ? file->bytes[0] % FUZZ_SCENES + 1 : 0;
	struct gatherer *g = context;

	if (!file->len)
		return;
	g->play = play_new(file->name, &random);
	for (uint32_t at = 1; file->len - at >= 2 && g->play->count < GUARD_STEPS;) {
		uint32_t head = fw_be16(file->bytes + at), left = file->len - at - 2, len = head & 0x7fff;
		uint64_t now_ns = g->play->scene.begin_ns + g->play->count * (FW_NS_PER_S / 4);
		struct guard_step step = step_of(&random, head >> 15 ? FW_GUARD_IN : FW_GUARD_OUT, now_ns, len < left ? len : left);

		if (step.len <= GUARD_ROOM)
			play_add(g->play, &step, file->bytes + at + 2);
		at += 2 + step.len;
	}
	g->given += g->play->count;
	gather_end(g);
}

/* Returns how many sources are there and gave nothing. */
static uint32_t feed(struct bed *bed, const char *corpora, const char *captures)
{
	struct gatherer g = {.bed = bed, .random = 20161021};
	uint32_t given = by_chance(bed, 20161021, BY_CHANCE), fuzzed, captured, silent;
	char path[4096];

	guard_answers_each(add_answer, bed);
	long_talks(bed);
	bulk(bed, BULK, false);
	bulk(bed, BULK, true);

	frames_named(gather, &g);
	frames_cut(gather, &g);
	frames_edges(gather, &g);
	snprintf(path, sizeof(path), "%s/corpus_packet", corpora);
	frames_corpus(path, false, gather, &g);
	gather_end(&g);
	given += g.given;
	snprintf(path, sizeof(path), "%s/corpus_guard", corpora);
	fuzzed = g.given;
	frames_files(path, gather_fuzzed, &g);
	fuzzed = g.given - fuzzed;
	captured = g.given;
	frames_captures(captures, EACH_CAPTURE, gather, &g, &silent);
	gather_end(&g);
	captured = g.given - captured;
	printf("frames: %u by chance, of the readers' test and their corpus, %u of the guard's fuzzing, %u captured\n", given, fuzzed,
		captured);
	if (access(captures, R_OK))
		printf("SKIP captures of the guard's twin: no %s\n", captures);
	else
		silent += !captured;
	return silent + !fuzzed;
}

/* Reasons that no frame reached, of those that the guard can say. */
static uint32_t count_unreached(const struct bed *bed)
{
	uint32_t unreached = 0;

	for (uint32_t i = FW_REASON_STOP_END; i < FW_REASON_COUNT; i++) {
		bool stops = i >= FW_REASON_GUARD_PASS_END;
		uint64_t passed = bed->said[0][FW_GUARD_PASSED][i] + bed->said[1][FW_GUARD_PASSED][i];
		uint64_t dropped = bed->said[0][FW_GUARD_DROPPED][i] + bed->said[1][FW_GUARD_DROPPED][i];
		uint64_t would = bed->said[0][FW_GUARD_WOULD][i] + bed->said[1][FW_GUARD_WOULD][i];

		if (stops ? dropped && would && !passed : passed && !dropped && !would)
			continue;
		if (i == FW_REASON_BRAKE_FORGED && dropped) /* it is asked only where forged sources are not dropped at once */
			continue;
		printf("reason %s: %lu passed, %lu dropped, %lu would\n", reasons[i], (unsigned long)passed, (unsigned long)dropped,
			(unsigned long)would);
		unreached++;
	}
	return unreached + !bed->bound + !bed->bound_full + !bed->bound_refused + !bed->bound_over + !bed->bound_gone + !bed->forgotten +
		!bed->lost + (bed->plain[FW_GUARD_OUT] < PLAIN_LEAST) + (bed->plain[FW_GUARD_IN] < PLAIN_LEAST) +
		(bed->again[FW_GUARD_OUT] < AGAIN_LEAST) + (bed->again[FW_GUARD_IN] < AGAIN_LEAST) + (bed->plain_over[0] < OVER_LEAST) +
		(bed->plain_over[1] < OVER_LEAST);
}

static bool play_tells(const struct guard_play *play)
{
	static struct guard_result result;
	static struct guard_state state;
	static struct guard_counts counts;

	mutant_guard_begin(&play->scene);
	for (uint32_t i = 0; i < play->count; i++) {
		mutant_guard_step(&play->steps[i], play->steps[i].bytes, &result);
		mutant_guard_state(&state, &counts);
		if (digest(&result, &state, i + 1 == play->count ? &counts : NULL) != play->digests[i])
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

/* The desk that is compared is one CPU's: the first that we may run on. */
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
	uint32_t survivors, unreached, silent;
	int error, places = mutant_last - mutant_first + 1;

	if (argc != 4) {
		fprintf(stderr, "usage: test_guard guard_twin.bpf.o CORPORA CAPTURES\n");
		return 2;
	}
	stay_on_one_cpu();
	error = geteuid() ? -EPERM : guard_kernel_open(argv[1], &bed.kernel);
	if (error == -EPERM || error == -ENOSYS) {
		printf("SKIP twin-guard: %s\n", error == -EPERM ? "loading a BPF program needs root" : "this kernel has no BPF");
		return 77;
	}
	if (error) {
		printf("%s does not load: %s\n", argv[1], strerror(-error));
		return 1;
	}
	silent = feed(&bed, argv[2], getenv("FLOODWALL_CAPTURES") ? getenv("FLOODWALL_CAPTURES") : argv[3]);
	printf("%u frames compared, %u left out, %u differ; %u and %u the short way, %u and %u not judged again; %lu bound, %lu lost\n",
		bed.frames, bed.left_out, bed.different, bed.plain[FW_GUARD_OUT], bed.plain[FW_GUARD_IN], bed.again[FW_GUARD_OUT],
		bed.again[FW_GUARD_IN], (unsigned long)bed.bound, (unsigned long)bed.lost);
	unreached = count_unreached(&bed);
	survivors = count_survivors(&bed);
	printf("%d of %d mutants told\n", 2 * places - (int)survivors, 2 * places);
	for (uint32_t i = 0; i < bed.count; i++)
		play_free(bed.plays[i]);
	free(bed.plays);
	guard_kernel_close(bed.kernel);
	return bed.different || survivors || unreached || silent ? 1 : 0;
}
