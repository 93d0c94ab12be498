/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MOST = 2048, QUERY_MOST = 512 };

/* A file of the lab's own making: a line that cannot be read is a fault of the lab. */
static void refuse(const char *file, uint32_t line)
{
	fprintf(stderr, "client: %s:%u: not a line of this file\n", file, line);
	exit(2);
}

static FILE *open_or_exit(const char *file)
{
	FILE *in = fopen(file, "r");

	if (!in) {
		perror(file);
		exit(2);
	}
	return in;
}

static void *grown(void *old, uint32_t count, size_t size)
{
	void *larger = count & (count - 1) ? old : realloc(old, (count ? 2 * count : 1) * size);

	if (!larger)
		exit(2);
	return larger;
}

/* Bytes written, or -1. */
static int read_hex(const char *text, uint8_t *out, int most)
{
	int len = 0;
	unsigned byte;

	for (; text[0] && text[0] != ' ' && len < most; text += 2, len++) {
		if (sscanf(text, "%2x", &byte) != 1)
			return -1;
		out[len] = (uint8_t)byte;
	}
	return text[0] && text[0] != ' ' ? -1 : len;
}

/* "1:0a000001", "39:", "soa", "ns2", "any"; several with a comma between. */
static bool read_expectation(char *text, struct question *out)
{
	char *rest = text, *word;

	while ((word = strsep(&rest, ","))) {
		struct need *need = &out->needs[out->need_count];
		char *colon = strchr(word, ':');
		int len;

		if (!strcmp(word, "any"))
			out->any = true;
		else if (!strcmp(word, "soa"))
			out->soa = out->empty = true;
		else if (!strncmp(word, "ns", 2))
			out->empty = true, out->ns_count = (uint8_t)strtoul(word + 2, NULL, 10);
		else if (colon && out->need_count < NEEDS_MOST && (len = read_hex(colon + 1, need->rdata, RDATA_MOST)) >= 0)
			need->type = (uint16_t)strtoul(word, NULL, 10), need->rdata_len = (uint8_t)len, out->need_count++;
		else
			return false;
	}
	return true;
}

static uint16_t question_end(const uint8_t *query, int len)
{
	int at = 12;

	while (at < len && query[at])
		at += query[at] + 1;
	return at + 5 <= len ? (uint16_t)(at + 5) : 0;
}

static bool read_question(const char *line, struct question *out)
{
	char hex[2 * QUERY_MOST + 1], expectation[256];
	uint8_t query[QUERY_MOST];
	unsigned class, over_tcp, rcode;
	unsigned long at_us = 0;
	int len, fields;

	memset(out, 0, sizeof(*out));
	out->source = -1;
	fields = sscanf(line, "%u %u %u %1024s %255s %d %lu", &class, &over_tcp, &rcode, hex, expectation, &out->source, &at_us);
	if (fields != 5 && fields != 7)
		return false;
	out->at_us = at_us;
	len = read_hex(hex, query, QUERY_MOST);
	if (len < 12 || !(out->query = malloc((size_t)len)))
		return false;
	memcpy(out->query, query, (size_t)len);
	out->len = (uint16_t)len;
	out->class = (uint8_t) class;
	out->over_tcp = over_tcp != 0;
	out->rcode = (uint8_t)rcode;
	out->question_end = question_end(query, len);
	return read_expectation(expectation, out) && (out->question_end || out->any);
}

uint32_t questions_read(const char *file, struct question **out_questions)
{
	FILE *in = open_or_exit(file);
	struct question *questions = NULL;
	uint32_t count = 0;
	char line[LINE_MOST];

	for (; fgets(line, sizeof(line), in); count++) {
		questions = grown(questions, count, sizeof(*questions));
		if (!read_question(line, &questions[count]))
			refuse(file, count + 1);
	}
	fclose(in);
	if (!count)
		refuse(file, 1);
	*out_questions = questions;
	return count;
}

static bool read_source(const char *line, struct source *out)
{
	struct sockaddr_in *four = (struct sockaddr_in *)&out->address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&out->address;
	char address[64];
	unsigned lane;

	memset(out, 0, sizeof(*out));
	if (sscanf(line, "%u %63s %lf", &lane, address, &out->up_to) != 3)
		return false;
	out->lane = (uint8_t)lane;
	if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		out->address_len = sizeof(*four);
		return true;
	}
	six->sin6_family = AF_INET6;
	out->address_len = sizeof(*six);
	return inet_pton(AF_INET6, address, &six->sin6_addr) == 1;
}

uint32_t sources_read(const char *file, struct source **out_sources)
{
	FILE *in = open_or_exit(file);
	struct source *sources = NULL;
	uint32_t count = 0;
	double sum = 0, running = 0;
	char line[LINE_MOST];

	for (; fgets(line, sizeof(line), in); count++) {
		sources = grown(sources, count, sizeof(*sources));
		if (!read_source(line, &sources[count]))
			refuse(file, count + 1);
		sum += sources[count].up_to;
	}
	fclose(in);
	if (!count || sum <= 0)
		refuse(file, 1);
	for (uint32_t i = 0; i < count; i++)
		sources[i].up_to = (running += sources[i].up_to) / sum;
	*out_sources = sources;
	return count;
}
