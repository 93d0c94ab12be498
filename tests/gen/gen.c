/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gen.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kept {
	uint64_t time_ns;
	size_t at, len; /* in bytes[] */
	size_t order;
	uint32_t label; /* 1-based; 0 none: comment for this frame */
};

struct label {
	uint64_t time_ns;
	char text[200];
};

enum { NESTED_MAX = 4 };

struct gen {
	struct tunnel tunnels[NESTED_MAX]; /* outermost first */
	size_t tunnel_count;
	uint64_t now_ns, state;
	struct kept *frames;
	size_t frame_count, frame_room;
	uint8_t *bytes;
	size_t used, room;
	struct label *labels;
	size_t label_count;
	uint32_t label_pending;
};

static void *grow(void *old, size_t size)
{
	void *grown = realloc(old, size);

	if (!grown)
		abort();
	return grown;
}

struct gen *gen_new(uint64_t start_ns, uint64_t seed)
{
	struct gen *gen = grow(NULL, sizeof(*gen));

	*gen = (struct gen){.now_ns = start_ns, .state = seed};
	return gen;
}

void gen_free(struct gen *gen)
{
	free(gen->frames);
	free(gen->bytes);
	free(gen->labels);
	free(gen);
}

uint64_t gen_now(const struct gen *gen)
{
	return gen->now_ns;
}

void gen_at(struct gen *gen, uint64_t time_ns)
{
	gen->now_ns = time_ns;
}

void gen_wait(struct gen *gen, uint64_t duration_ns)
{
	gen->now_ns += duration_ns;
}

/* SplitMix64 (Steele, Lea, Flood 2014): one word of state, every seed good. */
uint64_t gen_random(struct gen *gen)
{
	uint64_t z = gen->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

uint32_t gen_below(struct gen *gen, uint32_t limit)
{
	return (uint32_t)(((gen_random(gen) >> 32) * limit) >> 32);
}

uint64_t gen_jitter(struct gen *gen, uint64_t most_ns)
{
	return gen_random(gen) % (most_ns + 1);
}

void gen_label(struct gen *gen, const char *format, ...)
{
	struct label *label;
	va_list arguments;

	gen->labels = grow(gen->labels, (gen->label_count + 1) * sizeof(*gen->labels));
	label = &gen->labels[gen->label_count++];
	label->time_ns = gen->now_ns;
	va_start(arguments, format);
	vsnprintf(label->text, sizeof(label->text), format, arguments);
	va_end(arguments);
	gen->label_pending = (uint32_t)gen->label_count;
}

void gen_enter(struct gen *gen, const struct tunnel *tunnel)
{
	if (gen->tunnel_count == NESTED_MAX)
		abort();
	gen->tunnels[gen->tunnel_count++] = *tunnel;
}

void gen_leave(struct gen *gen)
{
	gen->tunnel_count--;
}

void gen_raw(struct gen *gen, const uint8_t *frame, size_t len)
{
	if (gen->tunnel_count) {
		const struct tunnel innermost = gen->tunnels[--gen->tunnel_count];
		gen_carry(gen, &innermost, frame, len);
		gen->tunnel_count++;
		return;
	}
	if (gen->frame_count == gen->frame_room) {
		gen->frame_room = gen->frame_room ? gen->frame_room * 2 : 1024;
		gen->frames = grow(gen->frames, gen->frame_room * sizeof(*gen->frames));
	}
	if (gen->room - gen->used < len) {
		gen->room = gen->room * 2 + len + 65536;
		gen->bytes = grow(gen->bytes, gen->room);
	}
	memcpy(gen->bytes + gen->used, frame, len);
	gen->frames[gen->frame_count] = (struct kept){gen->now_ns, gen->used, len, gen->frame_count, gen->label_pending};
	gen->frame_count++;
	gen->used += len;
	gen->label_pending = 0;
}

static int by_time(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static FILE *open_or_exit(const char *path)
{
	FILE *file = fopen(path, "wb");

	if (!file) {
		perror(path);
		exit(1);
	}
	return file;
}

static void close_or_exit(FILE *file, const char *path)
{
	if (ferror(file) | fclose(file)) {
		perror(path);
		exit(1);
	}
}

static void put32(FILE *file, uint32_t value)
{
	fwrite(&value, 4, 1, file);
}

static void put16(FILE *file, uint16_t value)
{
	fwrite(&value, 2, 1, file);
}

static void put_padded(FILE *file, const void *bytes, size_t len)
{
	static const uint8_t zero[4];

	fwrite(bytes, 1, len, file);
	fwrite(zero, 1, (4 - len % 4) % 4, file);
}

static size_t padded(size_t len)
{
	return (len + 3) / 4 * 4;
}

/* draft-ietf-opsawg-pcapng sections 4.1 to 4.3; timestamps in nanoseconds (if_tsresol 9) */
static void put_head(FILE *file)
{
	static const uint8_t tsresol[1] = {9};

	put32(file, 0x0a0d0d0a), put32(file, 28), put32(file, 0x1a2b3c4d), put16(file, 1), put16(file, 0);
	put32(file, UINT32_MAX), put32(file, UINT32_MAX), put32(file, 28);
	put32(file, 1), put32(file, 32), put16(file, 1), put16(file, 0), put32(file, 262144);
	put16(file, 9), put16(file, 1), put_padded(file, tsresol, 1), put32(file, 0), put32(file, 32);
}

static void put_packet(FILE *file, const struct gen *gen, const struct kept *kept)
{
	const char *comment = kept->label ? gen->labels[kept->label - 1].text : NULL;
	size_t options = comment ? 4 + padded(strlen(comment)) + 4 : 0;
	uint32_t total = (uint32_t)(32 + padded(kept->len) + options);

	put32(file, 6), put32(file, total), put32(file, 0);
	put32(file, (uint32_t)(kept->time_ns >> 32)), put32(file, (uint32_t)kept->time_ns);
	put32(file, (uint32_t)kept->len), put32(file, (uint32_t)kept->len);
	put_padded(file, gen->bytes + kept->at, kept->len);
	if (comment) {
		put16(file, 1), put16(file, (uint16_t)strlen(comment));
		put_padded(file, comment, strlen(comment));
		put32(file, 0);
	}
	put32(file, total);
}

static void write_labels(const struct gen *gen, const char *path)
{
	char name[4096];
	FILE *file;

	if (snprintf(name, sizeof(name), "%s.labels.tsv", path) >= (int)sizeof(name))
		exit(1);
	file = open_or_exit(name);
	fputs("time_ns\tlabel\n", file);
	for (size_t i = 0; i < gen->label_count; i++)
		fprintf(file, "%llu\t%s\n", (unsigned long long)gen->labels[i].time_ns, gen->labels[i].text);
	close_or_exit(file, name);
}

void gen_write_pcapng(struct gen *gen, const char *path)
{
	FILE *file = open_or_exit(path);

	qsort(gen->frames, gen->frame_count, sizeof(*gen->frames), by_time);
	put_head(file);
	for (size_t i = 0; i < gen->frame_count; i++)
		put_packet(file, gen, &gen->frames[i]);
	close_or_exit(file, path);
	write_labels(gen, path);
}

void gen_write_pcap(struct gen *gen, const char *path, bool nanosecond)
{
	FILE *file = open_or_exit(path);

	qsort(gen->frames, gen->frame_count, sizeof(*gen->frames), by_time);
	put32(file, nanosecond ? 0xa1b23c4d : 0xa1b2c3d4), put16(file, 2), put16(file, 4), put32(file, 0), put32(file, 0);
	put32(file, 262144), put32(file, 1);
	for (size_t i = 0; i < gen->frame_count; i++) {
		const struct kept *kept = &gen->frames[i];
		put32(file, (uint32_t)(kept->time_ns / GEN_S));
		put32(file, (uint32_t)(kept->time_ns % GEN_S / (nanosecond ? 1 : 1000)));
		put32(file, (uint32_t)kept->len), put32(file, (uint32_t)kept->len);
		fwrite(gen->bytes + kept->at, 1, kept->len, file);
	}
	close_or_exit(file, path);
}

struct host gen_host(const char *mac, const char *address)
{
	struct host host = {.address = {[10] = 0xff, [11] = 0xff}};
	unsigned m[6];

	if (sscanf(mac, "%2x:%2x:%2x:%2x:%2x:%2x", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]) != 6)
		abort();
	for (int i = 0; i < 6; i++)
		host.mac[i] = (uint8_t)m[i];
	if (inet_pton(AF_INET, address, host.address + 12) != 1 && inet_pton(AF_INET6, address, host.address) != 1)
		abort();
	return host;
}

struct host gen_outside(const struct host *gateway, const char *address)
{
	struct host host = gen_host("00:00:00:00:00:00", address);

	memcpy(host.mac, gateway->mac, 6);
	return host;
}
