/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shield_plays.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frames.h"

enum { PATH_BYTES = 4096, FUZZ_SCENES = 64, ETHERNET = 14 };

/* Frames from elsewhere gather until a play is full. */
struct gatherer {
	struct scene_play *play;
	play_visit visit;
	void *context;
	uint64_t random, now_ns;
	uint32_t given;
};

void play_free(struct scene_play *play)
{
	for (uint32_t i = 0; i < play->count; i++)
		free(play->steps[i].bytes - SCENE_SLACK);
	free(play);
}

static struct scene_play *play_new(const char *name, uint64_t *random)
{
	struct scene_play *play = calloc(1, sizeof(*play));

	if (!play)
		abort();
	play->name = name;
	scene_make(random, &play->scene);
	return play;
}

static void play_add(struct scene_play *play, uint64_t now_ns, bool leaves, const uint8_t *bytes, uint32_t len)
{
	uint8_t *copy = malloc(len + 2 * SCENE_SLACK);

	if (!copy)
		abort();
	memset(copy, 0xa5, len + 2 * SCENE_SLACK);
	memcpy(copy + SCENE_SLACK, bytes, len);
	play->steps[play->count++] = (struct scene_step){now_ns, copy + SCENE_SLACK, len, leaves};
}

/* Time stands still, crawls, jumps, or comes to the edge of a second. */
static uint64_t later(uint64_t *random, uint64_t now_ns)
{
	static const uint32_t most[] = {1, 1000000, 400000000, 2000000000};

	if (scene_pick(random, 16) == 0)
		return (((now_ns >> 30) + 1) << 30) - scene_pick(random, 3);
	return now_ns + scene_pick(random, most[scene_pick(random, 4)]);
}

uint32_t plays_by_chance(uint64_t seed, uint32_t frames, play_visit visit, void *context)
{
	uint8_t bytes[FRAME_ROOM];
	uint64_t random = seed;

	for (uint32_t given = 0; given < frames; given += SCENE_STEPS) {
		struct scene_play *play = play_new("by chance", &random);
		uint64_t now_ns = SCENE_BEGIN_S * FW_NS_PER_S;

		for (uint32_t i = 0; i < SCENE_STEPS; i++) {
			bool leaves = scene_pick(&random, 4) == 0;
			uint32_t len = scene_frame(&random, leaves, bytes);

			play_add(play, now_ns, leaves, bytes, len);
			now_ns = later(&random, now_ns);
		}
		visit(context, play);
	}
	return (frames + SCENE_STEPS - 1) / SCENE_STEPS * SCENE_STEPS;
}

/* One question in Ethernet, IP and UDP, whatever its name. */
static bool is_question(const uint8_t *bytes, uint32_t len)
{
	static const struct fw_dns_key any;
	struct fw_dns_question question;
	struct fw_packet packet;

	return fw_packet_read(bytes, len, FW_LINK_ETHERNET, &packet) == FW_READ_OK && packet.proto == FW_IP_UDP && packet.dst_port == 53 &&
		packet.network_off == 14 &&
		fw_dns_question_read(bytes + packet.payload_off, packet.payload_len, &any, &question) == FW_READ_OK;
}

/* One in four is off by a bit or a byte, at its end or anywhere in its headers and name. */
static uint32_t nearly(uint64_t *random, uint8_t bytes[FRAME_ROOM], uint32_t len)
{
	static const uint32_t behind_most[] = {1, 4, 60};

	if (scene_pick(random, 4))
		return len;
	if (!scene_pick(random, 4))
		return len - 1 - scene_pick(random, 20);
	if (!scene_pick(random, 4)) {
		uint32_t behind = 1 + scene_pick(random, behind_most[scene_pick(random, 3)]);

		memset(bytes + len, 0, behind);
		return len + behind;
	}
	bytes[scene_pick(random, len < 90 ? len : 90)] ^= (uint8_t)(1u << scene_pick(random, 8));
	return len;
}

uint32_t plays_under_fire(uint64_t seed, uint32_t frames, play_visit visit, void *context)
{
	uint8_t bytes[FRAME_ROOM];
	uint64_t random = seed;

	for (uint32_t given = 0; given < frames; given += SCENE_STEPS) {
		struct scene_play *play = play_new("under fire", &random);
		uint64_t now_ns = SCENE_BEGIN_S * FW_NS_PER_S;

		scene_under_fire(&random, &play->scene);
		for (uint32_t i = 0; i < SCENE_STEPS; i++) {
			uint32_t len;

			do
				len = scene_frame(&random, false, bytes);
			while (!is_question(bytes, len));
			play_add(play, now_ns, false, bytes, nearly(&random, bytes, len));
			now_ns = later(&random, now_ns);
		}
		visit(context, play);
	}
	return (frames + SCENE_STEPS - 1) / SCENE_STEPS * SCENE_STEPS;
}

/* A question in IPv4, once more in IPv6 and from the IPv4-mapped address of its source. Its length, or 0: it is not as plain as that. */
static uint32_t as_mapped(const uint8_t *four, uint32_t len, const uint8_t near[16], uint8_t out[FRAME_ROOM])
{
	uint32_t left = len - ETHERNET - 20;

	if (fw_be16(four + 12) != FW_ETHER_IPV4 || four[14] != 0x45 || ETHERNET + 40 + left > FRAME_ROOM)
		return 0;
	memcpy(out, four, 12);
	memcpy(out + 12, "\x86\xdd\x60\0\0\0", 6);
	fw_put16(out + 18, left);
	out[20] = FW_IP_UDP;
	out[21] = 64;
	memset(out + 22, 0, 10);
	memset(out + 32, 0xff, 2);
	memcpy(out + 34, four + 26, 4);
	memcpy(out + 38, near, 16);
	memcpy(out + ETHERNET + 40, four + ETHERNET + 20, left);
	return ETHERNET + 40 + left;
}

uint32_t plays_of_mapped(uint64_t seed, uint32_t frames, play_visit visit, void *context)
{
	static const uint8_t near[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	uint8_t four[FRAME_ROOM], six[FRAME_ROOM];
	uint64_t random = seed;

	for (uint32_t given = 0; given < frames; given += SCENE_STEPS) {
		struct scene_play *play = play_new("mapped", &random);
		uint64_t now_ns = SCENE_BEGIN_S * FW_NS_PER_S;

		scene_under_fire(&random, &play->scene);
		while (play->count + 3 <= SCENE_STEPS) {
			uint32_t len = scene_frame(&random, false, four), mapped;

			if (!is_question(four, len) || !(mapped = as_mapped(four, len, near, six)))
				continue;
			play_add(play, now_ns, false, six, mapped);
			play_add(play, now_ns, false, four, len);
			play_add(play, now_ns, false, six, mapped);
			now_ns = later(&random, now_ns);
		}
		visit(context, play);
	}
	return (frames + SCENE_STEPS - 1) / SCENE_STEPS * SCENE_STEPS;
}

static void gather_end(struct gatherer *g)
{
	if (g->play)
		g->visit(g->context, g->play);
	g->play = NULL;
}

/* Its length, or 0: it is no IP, or too long. */
static uint32_t as_ethernet(const struct twin_frame *frame, uint8_t out[FRAME_ROOM])
{
	struct fw_packet packet;
	uint32_t len;

	if (frame->in.link == FW_LINK_ETHERNET) {
		if (frame->len <= FRAME_ROOM)
			memcpy(out, frame->bytes, frame->len);
		return frame->len <= FRAME_ROOM ? frame->len : 0;
	}
	fw_packet_read(frame->bytes, frame->len, frame->in.link, &packet);
	len = packet.family ? frame->len - packet.network_off : 0;
	if (!len || len + ETHERNET > FRAME_ROOM)
		return 0;
	memcpy(out, packet.family == 4 ? "\2\0\0\0\0\1\2\0\0\0\0\2\x08\x00" : "\2\0\0\0\0\1\2\0\0\0\0\2\x86\xdd", ETHERNET);
	memcpy(out + ETHERNET, frame->bytes + packet.network_off, len);
	return len + ETHERNET;
}

/* Both ends are protected, so that the frame may go either way. */
static void gather(void *context, const struct twin_frame *frame)
{
	uint8_t bytes[FRAME_ROOM];
	uint32_t len = as_ethernet(frame, bytes);
	struct gatherer *g = context;
	struct fw_packet packet;
	bool leaves;

	if (!len)
		return;
	if (!g->play) {
		g->play = play_new(frame->name, &g->random);
		g->now_ns = SCENE_BEGIN_S * FW_NS_PER_S;
	}
	fw_packet_read(bytes, len, FW_LINK_ETHERNET, &packet);
	leaves = scene_pick(&g->random, 4) == 0;
	if (packet.family)
		scene_protect(&g->play->scene, leaves ? packet.src : packet.dst);
	play_add(g->play, g->now_ns, leaves, bytes, len);
	g->now_ns = later(&g->random, g->now_ns);
	g->given++;
	if (g->play->count == SCENE_STEPS)
		gather_end(g);
}

uint32_t plays_of_readers(play_visit visit, void *context)
{
	struct gatherer g = {.visit = visit, .context = context, .random = 20161021};

	for (uint32_t i = 0; i < 8; i++)
		frames_named(gather, &g);
	frames_cut(gather, &g);
	frames_edges(gather, &g);
	gather_end(&g);
	return g.given;
}

uint32_t plays_of_corpora(const char *folder, play_visit visit, void *context)
{
	struct gatherer g = {.visit = visit, .context = context, .random = 2016};
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/corpus_packet", folder);
	frames_corpus(path, false, gather, &g);
	snprintf(path, sizeof(path), "%s/corpus_dns_question", folder);
	frames_corpus(path, true, gather, &g);
	gather_end(&g);
	return g.given;
}

/* The scene of its first byte, then frames behind their length, whose highest bit says that one leaves; a second goes by with each. */
static void gather_fuzzed(void *context, const struct twin_frame *file)
{
	uint64_t random = file->len ? file->bytes[0] % FUZZ_SCENES + 1 : 0;
	struct gatherer *g = context;

	if (!file->len)
		return;
	g->play = play_new(file->name, &random);
	g->now_ns = SCENE_BEGIN_S * FW_NS_PER_S;
	for (uint32_t at = 1; file->len - at >= 2 && g->play->count < SCENE_STEPS;) {
		uint32_t head = fw_be16(file->bytes + at), left = file->len - at - 2, len = head & 0x7fff;

		len = len < left ? len : left;
		if (len <= FRAME_ROOM)
			play_add(g->play, g->now_ns, head >> 15, file->bytes + at + 2, len);
		at += 2 + len;
		g->now_ns += FW_NS_PER_S;
	}
	g->given += g->play->count;
	gather_end(g);
}

uint32_t plays_of_fuzzing(const char *folder, play_visit visit, void *context)
{
	struct gatherer g = {.visit = visit, .context = context};
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/corpus_shield", folder);
	frames_files(path, gather_fuzzed, &g);
	return g.given;
}

uint32_t plays_of_captures(const char *folder, uint32_t each, play_visit visit, void *context, uint32_t *out_silent)
{
	struct gatherer g = {.visit = visit, .context = context, .random = 1021};

	frames_captures(folder, each, gather, &g, out_silent);
	gather_end(&g);
	return g.given;
}

static int run(const char *const arguments[])
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		execvp(arguments[0], (char *const *)arguments);
		_exit(127);
	}
	return child < 0 || waitpid(child, &status, 0) != child ? -1 : status;
}

static void unpack_all(const char *folder, const char *to)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		size_t len = strlen(entries[i]->d_name);
		char path[PATH_BYTES];

		if (len > 7 && !strcmp(entries[i]->d_name + len - 7, ".tar.xz") &&
			snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name) < PATH_BYTES &&
			run((const char *const[]){"tar", "-xJf", path, "-C", to, NULL}))
			printf("%s could not be unpacked\n", path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

uint32_t plays_of_archives(const char *folder, play_visit visit, void *context)
{
	struct gatherer g = {.visit = visit, .context = context, .random = 53};
	char to[] = "/tmp/floodwall-twin-XXXXXX";

	if (!mkdtemp(to))
		return 0;
	unpack_all(folder, to);
	frames_corpus(to, true, gather, &g);
	gather_end(&g);
	run((const char *const[]){"rm", "-rf", to, NULL});
	return g.given;
}
