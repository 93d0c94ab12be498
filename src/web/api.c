/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signing in, and what only those may ask who are: the socket's requests in another dress. */
#include <errno.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "web/inside.h"

/* What a person may do at the page. Not: what gives a token, or writes files. */
static const char *const verbs[] = {"name", "quarantine", "allow", "release", "mute", "confirm", "undo", "bypass", "reload"};

/* A cookie that only this host can have set; plain HTTP knows none such. */
static const char *cookie_name(const struct web *web)
{
	return web->setup.certificate ? "__Host-floodwall" : "floodwall";
}

struct visit *api_session(struct web *web, struct MHD_Connection *handle)
{
	const char *cookies = MHD_lookup_connection_value(handle, MHD_HEADER_KIND, "Cookie");
	char cookie[WEB_TOKEN_TEXT];

	if (!cookies || !cookie_find(cookies, cookie_name(web), cookie, sizeof(cookie)))
		return NULL;
	return visit_find(&web->visits, cookie, clock_steady_ns());
}

static enum MHD_Result give(struct web *web, struct MHD_Connection *handle, json_t *answer)
{
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;

	json_decref(answer);
	return text ? reply_take(web, handle, MHD_HTTP_OK, text, strlen(text), "application/json") : MHD_NO;
}

/* ---- signing in ---- */

static enum MHD_Result too_many(struct web *web, struct MHD_Connection *handle, uint32_t wait_s)
{
	char sentence[96];

	snprintf(sentence, sizeof(sentence), "too many wrong tokens; try again in %u seconds", wait_s);
	return reply_refuse(web, handle, MHD_HTTP_TOO_MANY_REQUESTS, sentence);
}

static json_t *session_of(const struct web *web, const struct visit *session)
{
	json_t *answer = json_pack("{s:b, s:b}", "ok", 1, "signed_in", session != NULL);

	/* who asks without having signed in learns nothing about us but that we are here */
	if (answer && session) {
		json_object_set_new(answer, "csrf", json_string(session->csrf));
		json_object_set_new(answer, "version", json_string(web->setup.version));
		json_object_set_new(answer, "role", json_string(web->setup.role));
	}
	if (answer)
		json_object_set_new(answer, "demo", json_boolean(web->setup.demo));
	return answer;
}

static enum MHD_Result welcome(struct web *web, struct MHD_Connection *handle)
{
	char cookie[WEB_TOKEN_TEXT], header[WEB_TOKEN_TEXT + 128];
	struct visit *session;
	struct MHD_Response *response;
	json_t *answer;
	char *text;

	if (visit_begin(&web->visits, clock_steady_ns(), cookie, &session))
		return reply_refuse(web, handle, MHD_HTTP_SERVICE_UNAVAILABLE, "no random numbers can be had");
	answer = session_of(web, session);
	text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
	json_decref(answer);
	response = text ? MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE) : NULL;
	if (!response) {
		free(text);
		return MHD_NO;
	}
	snprintf(header, sizeof(header), "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s", cookie_name(web), cookie, WEB_SESSION_S,
		web->setup.certificate ? "; Secure" : "");
	reply_guarded(response, "application/json", false);
	MHD_add_response_header(response, "Set-Cookie", header);
	OPENSSL_cleanse(header, sizeof(header));
	OPENSSL_cleanse(cookie, sizeof(cookie));
	return reply_send(handle, MHD_HTTP_OK, response);
}

static enum MHD_Result login(struct web *web, struct connection *connection, struct MHD_Connection *handle)
{
	uint64_t now_ns = clock_steady_ns();
	json_t *request;
	const char *token;
	uint32_t wait_s;
	bool right;

	if (!guess_may(&web->guesses, connection->address, now_ns, &wait_s))
		return too_many(web, handle, wait_s);
	request = json_loadb(connection->body, connection->body_len, JSON_REJECT_DUPLICATES, NULL);
	token = json_string_value(json_object_get(request, "token"));
	right = token && visit_token_is(web->setup.digest, token);
	json_decref(request);
	guess_note(&web->guesses, connection->address, right, now_ns);
	if (!right)
		return reply_refuse(web, handle, MHD_HTTP_UNAUTHORIZED, "that is not the token; 'floodwall token' makes a new one");
	return welcome(web, handle);
}

/* ---- asking ---- */

/* The answer to a request of the socket's kind, in an HTTP status: what was understood and refused is 422, and its sentence says why. */
static enum MHD_Result ask(struct web *web, struct MHD_Connection *handle, const char *request, size_t len)
{
	static const char refused[] = "{\"ok\":false";
	char *text = NULL;
	size_t text_len = 0;
	unsigned status;

	if (web->setup.answer(web->setup.context, request, len, &text, &text_len))
		return reply_refuse(web, handle, MHD_HTTP_SERVICE_UNAVAILABLE, "not enough memory for the answer");
	status = text_len >= sizeof(refused) - 1 && memcmp(text, refused, sizeof(refused) - 1) == 0 ? MHD_HTTP_UNPROCESSABLE_CONTENT
												    : MHD_HTTP_OK;
	return reply_take(web, handle, status, text, text_len, "application/json");
}

/* The answer to this request, for what is not handed on as it is; NULL: none. */
static json_t *ask_for(struct web *web, const char *request)
{
	char *text = NULL;
	json_t *answer = NULL;
	size_t len = 0;

	if (web->setup.answer(web->setup.context, request, strlen(request), &text, &len))
		return NULL;
	if (len <= 2 * WEB_ANSWER_MAX)
		answer = json_loadb(text, len, 0, NULL);
	free(text);
	return answer;
}

static enum MHD_Result packets(struct web *web, struct MHD_Connection *handle, const char *name)
{
	char request[96], *bytes = NULL;
	size_t digits = strspn(name, "0123456789"), padding = 0, len;
	json_t *answer;
	const char *text;
	int decoded = -1;

	if (!digits || digits > 15 || strcmp(name + digits, ".pcapng") != 0)
		return reply_refuse(web, handle, MHD_HTTP_NOT_FOUND, "packets are those of a finding: NUMBER.pcapng");
	snprintf(request, sizeof(request), "{\"do\":\"show\",\"what\":\"packets\",\"number\":%llu}", strtoull(name, NULL, 10));
	answer = ask_for(web, request);
	text = json_string_value(json_object_get(json_object_get(answer, "packets"), "pcapng"));
	len = text ? strlen(text) : 0;
	bytes = text && len <= WEB_ANSWER_MAX ? malloc(len / 4 * 3 + 4) : NULL;
	if (bytes)
		decoded = EVP_DecodeBlock((unsigned char *)bytes, (const unsigned char *)text, (int)len);
	while (decoded >= 0 && padding < 2 && len > padding && text[len - 1 - padding] == '=')
		padding++;
	json_decref(answer);
	if (decoded > 0)
		return reply_take(web, handle, MHD_HTTP_OK, bytes, (size_t)decoded - padding, "application/x-pcapng");
	free(bytes);
	return reply_refuse(web, handle, MHD_HTTP_NOT_FOUND, "no packets are kept of this finding");
}

/* The name between a prefix and ".json"; 0: it is not that. */
static size_t what_len(const char *path)
{
	size_t len = strspn(path, "abcdefghijklmnopqrstuvwxyz_");

	return strcmp(path + len, ".json") == 0 && len <= 32 ? len : 0;
}

static enum MHD_Result show(struct web *web, struct MHD_Connection *handle, const struct target *target)
{
	const char *what = target->path + strlen("/api/");
	size_t len = what_len(what);
	char *request;
	enum MHD_Result result;

	if (!len)
		return reply_refuse(web, handle, MHD_HTTP_NOT_FOUND, "there is nothing of this name here");
	if (target_ask(target, what, len, &request, &len) != TARGET_OK)
		return reply_refuse(web, handle, MHD_HTTP_BAD_REQUEST, "the query asks for something that is not written like that");
	result = ask(web, handle, request, len);
	free(request);
	return result;
}

extern const struct embedded web_openapi[];

enum MHD_Result api_get(struct web *web, struct connection *connection, struct MHD_Connection *handle, const struct target *target)
{
	struct visit *session = api_session(web, handle);

	if (strcmp(target->path, "/api/session.json") == 0)
		return give(web, handle, session_of(web, session));
	if (!session)
		return reply_refuse(web, handle, MHD_HTTP_UNAUTHORIZED, "sign in first");
	if (strcmp(target->path, "/api/openapi.json") == 0)
		return reply_constant(web, handle, web_openapi[0].body, web_openapi[0].len, "application/json", NULL);
	if (strcmp(target->path, "/api/events") == 0)
		return events_begin(web, connection, handle, session);
	if (strncmp(target->path, "/api/packets/", 13) == 0)
		return packets(web, handle, target->path + 13);
	return show(web, handle, target);
}

/* ---- doing ---- */

static bool is_verb(const json_t *value)
{
	const char *word = json_string_value(value);

	if (word && strlen(word) != json_string_length(value))
		return false;
	for (size_t i = 0; word && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(word, verbs[i]) == 0)
			return true;
	return false;
}

static enum MHD_Result act(struct web *web, struct connection *connection, struct MHD_Connection *handle)
{
	/* the same reading as the socket's, so that both see the same request */
	json_t *request = json_loadb(connection->body, connection->body_len, JSON_REJECT_DUPLICATES, NULL);
	bool may = is_verb(json_object_get(request, "do")), read = request;

	json_decref(request);
	if (!may)
		return reply_refuse(web, handle, read ? MHD_HTTP_FORBIDDEN : MHD_HTTP_BAD_REQUEST,
			"what can be done here is name, quarantine, allow, release, mute, confirm, undo, bypass, reload");
	return ask(web, handle, connection->body, connection->body_len);
}

static enum MHD_Result logout(struct web *web, struct MHD_Connection *handle, struct visit *session)
{
	visit_end(session);
	events_tick(web, clock_steady_ns());
	return give(web, handle, json_pack("{s:b}", "ok", 1));
}

/* A form of a foreign page cannot say that it sends JSON without asking us first, and we do not answer that question. */
static bool says_json(struct MHD_Connection *handle)
{
	const char *type = MHD_lookup_connection_value(handle, MHD_HEADER_KIND, "Content-Type");

	return type && strncasecmp(type, "application/json", 16) == 0 && (!type[16] || type[16] == ';' || type[16] == ' ');
}

enum MHD_Result api_post(struct web *web, struct connection *connection, struct MHD_Connection *handle, const struct target *target)
{
	const char *csrf = MHD_lookup_connection_value(handle, MHD_HEADER_KIND, "X-CSRF-Token");
	struct visit *session = api_session(web, handle);

	if (target->pair_count ||
		(strcmp(target->path, "/api/login") && strcmp(target->path, "/api/do") && strcmp(target->path, "/api/logout")))
		return reply_refuse(web, handle, MHD_HTTP_NOT_FOUND, "nothing can be done here");
	if (!says_json(handle))
		return reply_refuse(web, handle, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "a request is application/json");
	if (strcmp(target->path, "/api/login") == 0)
		return login(web, connection, handle);
	if (!session)
		return reply_refuse(web, handle, MHD_HTTP_UNAUTHORIZED, "sign in first");
	if (!csrf || !visit_csrf_is(session, csrf))
		return reply_refuse(web, handle, MHD_HTTP_FORBIDDEN, "X-CSRF-Token is missing or not this session's");
	return strcmp(target->path, "/api/do") == 0 ? act(web, connection, handle) : logout(web, handle, session);
}

/* ---- metrics ---- */

static unsigned may_measure(struct web *web, const struct connection *connection, struct MHD_Connection *handle, uint32_t *out_wait_s)
{
	const char *bearer = MHD_lookup_connection_value(handle, MHD_HEADER_KIND, "Authorization");
	uint64_t now_ns = clock_steady_ns();
	bool right;

	if (web->setup.metrics_open || api_session(web, handle))
		return 0;
	if (!bearer || strncasecmp(bearer, "Bearer ", 7) != 0)
		return MHD_HTTP_UNAUTHORIZED;
	if (!guess_may(&web->guesses, connection->address, now_ns, out_wait_s))
		return MHD_HTTP_TOO_MANY_REQUESTS;
	right = visit_token_is(web->setup.digest, bearer + 7);
	guess_note(&web->guesses, connection->address, right, now_ns);
	return right ? 0 : MHD_HTTP_UNAUTHORIZED;
}

/* What the page itself uses, behind what the role says. */
static char *with_ours(const struct web *web, const char *text, size_t *out_len)
{
	const struct {
		const char *name, *type, *help;
		uint64_t value;
	} ours[] = {
		{"page_listeners", "gauge", "Pages that listen to events.", web_listeners(web)},
		{"page_sessions", "gauge", "Sessions that are signed in.", visit_count(&web->visits)},
		{"page_answers_bytes", "gauge", "Bytes of answers that are under way.", web->answers_len},
		{"page_refused_total", "counter", "Requests that were refused.", web->refused},
		{"page_cut_total", "counter", "Connections that were cut, being too slow or too many.", web->cut},
	};
	char *whole = NULL;
	FILE *out = open_memstream(&whole, out_len);

	if (!out)
		return NULL;
	fputs(text, out);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		fprintf(out, "# HELP floodwall_%s %s\n# TYPE floodwall_%s %s\nfloodwall_%s %llu\n", ours[i].name, ours[i].help,
			ours[i].name, ours[i].type, ours[i].name, (unsigned long long)ours[i].value);
	if (fclose(out) == 0)
		return whole;
	free(whole);
	return NULL;
}

enum MHD_Result api_metrics(struct web *web, struct connection *connection, struct MHD_Connection *handle)
{
	uint32_t wait_s = 0;
	unsigned status = may_measure(web, connection, handle, &wait_s);
	json_t *answer;
	const char *text;
	char *whole;
	size_t len;

	if (status == MHD_HTTP_TOO_MANY_REQUESTS)
		return too_many(web, handle, wait_s);
	if (status)
		return reply_refuse(web, handle, status, "metrics want Authorization: Bearer and the token, or page.metrics: open");
	answer = ask_for(web, "{\"do\":\"show\",\"what\":\"metrics\"}");
	text = json_string_value(json_object_get(answer, "text"));
	whole = text ? with_ours(web, text, &len) : NULL;
	json_decref(answer);
	if (!whole)
		return reply_refuse(web, handle, MHD_HTTP_SERVICE_UNAVAILABLE, "there are no metrics now");
	return reply_take(web, handle, MHD_HTTP_OK, whole, len, "text/plain; version=0.0.4; charset=utf-8");
}
