/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "dissect/dissect.h"
#include "stream/stream.h"

#include "fact_line.h"

enum { FACTS_MAX = 65536, SHOWN_MAX = 512 };

struct talk {
	struct stream_pool *pool;
	struct stream *stream;
	struct dissect_session *session;
	uint32_t next[2];
	bool done;
	size_t len;
	char facts[FACTS_MAX];
};

static void note(struct talk *talk, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void note(struct talk *talk, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int len = vsnprintf(talk->facts + talk->len, FACTS_MAX - talk->len, format, arguments);
	va_end(arguments);
	talk->len += (size_t)len;
	if (talk->len >= FACTS_MAX - SHOWN_MAX)
		talk->len = FACTS_MAX - SHOWN_MAX; /* hostile cases only */
}

static const char *shown(char out[SHOWN_MAX], struct slice slice)
{
	text_escape(out, SHOWN_MAX, slice.len ? (const char *)slice.bytes : "", slice.len);
	return out;
}

static const char *const kind_names[FACT_COUNT] = {
	[FACT_HTTP_REQUEST] = "REQUEST",
	[FACT_HTTP_HOST] = "HOST",
	[FACT_HTTP_AGENT] = "AGENT",
	[FACT_HTTP_RESPONSE] = "RESPONSE",
	[FACT_HTTP_SERVER] = "SERVER",
	[FACT_HTTP_REALM] = "REALM",
	[FACT_TELNET_BANNER] = "BANNER",
	[FACT_TELNET_OPTION] = "OPTION",
	[FACT_FTP_BANNER] = "BANNER",
	[FACT_FTP_COMMAND] = "COMMAND",
	[FACT_FTP_REPLY] = "REPLY",
	[FACT_MQTT_CONNECT] = "CONNECT",
	[FACT_MQTT_CONNACK] = "CONNACK",
	[FACT_TLS_CLIENT_HELLO] = "HELLO",
	[FACT_TLS_SERVER_NAME] = "SNI",
	[FACT_TLS_JA4] = "JA4",
	[FACT_TLS_CERTIFICATE_ISSUER] = "ISSUER",
	[FACT_TLS_CERTIFICATE_SUBJECT] = "SUBJECT",
	[FACT_TLS_CERTIFICATE_ORGANISATION] = "ORGANISATION",
	[FACT_TLS_CERTIFICATE_NAME] = "NAME",
	[FACT_SSH_SERVER] = "SSH-SERVER",
	[FACT_SSH_CLIENT] = "SSH-CLIENT",
	[FACT_ADB_DEVICE] = "DEVICE",
	[FACT_ADB_SERVICE] = "SERVICE",
	[FACT_DNS_QUESTION] = "QUESTION",
	[FACT_DNS_RESPONSE] = "ANSWER",
	[FACT_OWN_PROTOCOL] = "OWN",
	[FACT_OWN_KIND] = "KIND",
	[FACT_OWN_MODEL] = "MODEL",
	[FACT_OWN_FIRMWARE] = "FIRMWARE",
	[FACT_OWN_NAME] = "NAME",
	[FACT_OWN_SERIAL] = "SERIAL",
	[FACT_OWN_HARDWARE] = "HARDWARE",
	[FACT_OWN_BRAND] = "BRAND",
	[FACT_OWN_MAC] = "MAC",
};

static const char *kind_name(enum fact_kind kind)
{
	return kind_names[kind];
}

/* Kinds that have no word here: as fact_line() has them, a space for the tab. */
static void note_line(struct talk *talk, const struct fact *fact)
{
	static char line[FACT_LINE_MAX];

	fact_line(line, sizeof(line), fact);
	*strchr(line, '\t') = ' ';
	note(talk, "%.*s\n", SHOWN_MAX, line);
}

static void take_fact(void *context, const struct fact *fact)
{
	static const char *const SERVICES[] = {"telnet", "ftp", "http", "mqtt", "rtsp", "dvrip", "dahua", "baichuan"};
	static const char *const RESULTS[] = {"unknown", "accepted", "refused"};
	char a[SHOWN_MAX], b[SHOWN_MAX];
	struct talk *talk = context;

	if (fact->kind == FACT_LOGIN_TRY)
		note(talk, "TRY %s %s:%s\n", SERVICES[fact->number], shown(a, fact->name), shown(b, fact->text));
	else if (fact->kind == FACT_LOGIN_RESULT)
		note(talk, "RESULT %s %s\n", SERVICES[fact->number], RESULTS[fact->code]);
	else if (fact->kind == FACT_HTTP_REQUEST)
		note(talk, "REQUEST %s %s\n", shown(a, fact->name), shown(b, fact->text));
	else if (fact->kind == FACT_TELNET_OPTION)
		note(talk, "OPTION %u %u\n", fact->number, fact->code);
	else if (fact->kind == FACT_MQTT_CONNECT)
		note(talk, "CONNECT %u %s\n", fact->number, shown(a, fact->text));
	else if (fact->kind == FACT_TLS_CLIENT_HELLO)
		note(talk, "HELLO %04x\n", fact->number);
	else if (fact->kind == FACT_TLS_SERVER_HELLO)
		note(talk, "CHOSEN %04x %04x\n", fact->number, fact->code);
	else if (fact->kind == FACT_DNS_QUESTION || fact->kind == FACT_DNS_RESPONSE)
		note(talk, "%s %s\n", kind_name(fact->kind), shown(a, fact->name));
	else if (!kind_name(fact->kind))
		note_line(talk, fact);
	else if (fact->text.bytes)
		note(talk, "%s %s\n", kind_name(fact->kind), shown(a, fact->text));
	else
		note(talk, "%s %u\n", kind_name(fact->kind), fact->number);
}

static size_t take_chunk(void *context, int direction, const struct stream_chunk *chunk)
{
	struct talk *talk = context;
	struct fact_sink sink = {take_fact, talk};
	bool done = false;
	size_t taken;

	if (talk->done)
		return chunk->len;
	uint8_t *exact = malloc(chunk->len); /* so that a byte too far is seen */
	memcpy(exact, chunk->bytes, chunk->len);
	taken = dissect_session_take(talk->session, direction, exact, chunk->len, chunk->gap, &sink, &done);
	free(exact);
	assert_true(taken <= chunk->len);
	if (done) {
		talk->done = true;
		note(talk, "DONE\n");
	}
	return taken;
}

struct talk *talk_new(uint16_t port)
{
	struct talk *talk = calloc(1, sizeof(*talk));

	assert_int_equal(stream_pool_new(1, &talk->pool), 0);
	talk->stream = stream_take_slot(talk->pool);
	talk->session = calloc(1, dissect_session_size());
	dissect_session_init(talk->session, port);
	for (int d = 0; d < 2; d++) {
		talk->next[d] = 0xfffffff0u; /* wraps soon */
		stream_start(talk->stream, d, talk->next[d]);
	}
	return talk;
}

void talk_say(struct talk *talk, int direction, const void *bytes, size_t len)
{
	stream_segment(talk->stream, direction, talk->next[direction], bytes, len, take_chunk, talk);
	talk->next[direction] += (uint32_t)len;
}

void talk_lose(struct talk *talk, int direction, size_t len)
{
	talk->next[direction] += (uint32_t)len;
	stream_segment(talk->stream, direction, talk->next[direction], (const uint8_t *)"", 0, take_chunk, talk);
}

void talk_midway(struct talk *talk)
{
	dissect_session_midway(talk->session);
}

bool talk_done(const struct talk *talk)
{
	return talk->done;
}

const char *talk_facts(const struct talk *talk)
{
	return talk->facts;
}

void talk_free(struct talk *talk)
{
	stream_drop(talk->pool, talk->stream);
	stream_pool_free(talk->pool);
	free(talk->session);
	free(talk);
}

/* Turn cut_turn is said in two parts, the first of cut_at bytes. cut_turn -1: all whole; -2: all byte by byte. */
static void check_once(const struct dialogue *d, int cut_turn, size_t cut_at)
{
	struct talk *talk = talk_new(d->port);

	for (int t = 0; t < TALK_TURNS_MAX && d->turns[t].bytes; t++) {
		const struct turn *turn = &d->turns[t];
		size_t first = cut_turn == t ? cut_at : turn->len;

		if (cut_turn == -2) {
			for (size_t i = 0; i < turn->len; i++)
				talk_say(talk, turn->direction, turn->bytes + i, 1);
			continue;
		}
		talk_say(talk, turn->direction, turn->bytes, first);
		talk_say(talk, turn->direction, turn->bytes + first, turn->len - first);
	}
	if (strcmp(talk->facts, d->facts) != 0)
		print_error("dialogue \"%s\", turn %d cut at %zu\n", d->name, cut_turn, cut_at);
	assert_string_equal(talk->facts, d->facts);
	talk_free(talk);
}

void talk_check(const struct dialogue *dialogues, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct dialogue *d = &dialogues[i];

		check_once(d, -1, 0);
		for (int t = 0; t < TALK_TURNS_MAX && d->turns[t].bytes; t++)
			for (size_t cut = 1; cut < d->turns[t].len; cut++)
				check_once(d, t, cut);
		check_once(d, -2, 0);
	}
}
