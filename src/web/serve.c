/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request, from its first line to its answer. What every request must be, before anybody looks at what it asks:
 *
 *	its target       of the few letters that ours have (target.c)
 *	its Host         an address of ours, localhost, or a name of the configuration: a name that somebody else made point to us (DNS
 *	                 rebinding) makes a browser take his page for ours
 *	its length       said once, plainly and at most WEB_REQUEST_MAX; no Transfer-Encoding, which is where a proxy and a server come to
 *	                 see different requests in the same bytes
 *	its origin       what is read or done under /api/ comes from a page of ours, or from no page at all
 *
 * What fails one of these gets a sentence, and its connection ends with it.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "web/inside.h"

void *serve_target(void *context, const char *target, struct MHD_Connection *handle)
{
	struct connection *connection = connection_of(handle);
	size_t len = strlen(target);

	if (!connection)
		return NULL;
	connection->begun = connection->refused = false;
	connection->body_len = 0;
	connection->target_long = len >= WEB_TARGET_MAX;
	len = connection->target_long ? 0 : len;
	memcpy(connection->target, target, len);
	connection->target[len] = 0;
	return NULL;
}

void serve_completed(void *context, struct MHD_Connection *handle, void **request_context, enum MHD_RequestTerminationCode why)
{
	struct connection *connection = connection_of(handle);

	if (!connection || connection->phase == PHASE_NONE)
		return;
	explicit_bzero(connection->body, connection->body_len); /* a token may have been in it */
	connection->body_len = 0;
	connection->waits = false;
	connection_phase(connection, PHASE_ASKS);
}

/* ---- what every request must be ---- */

struct header_count {
	const char *name;
	uint32_t count;
};

static enum MHD_Result count_header(void *context, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct header_count *counted = context;

	counted->count += strcasecmp(key, counted->name) == 0;
	return MHD_YES;
}

static uint32_t headers_named(struct MHD_Connection *handle, const char *name)
{
	struct header_count counted = {.name = name};

	MHD_get_connection_values(handle, MHD_HEADER_KIND, count_header, &counted);
	return counted.count;
}

static const char *header(struct MHD_Connection *handle, const char *name)
{
	return MHD_lookup_connection_value(handle, MHD_HEADER_KIND, name);
}

static bool is_loopback(const uint8_t address[16])
{
	static const uint8_t mapped[13] = {[10] = 0xff, [11] = 0xff, [12] = 127};
	static const uint8_t one[16] = {[15] = 1};

	return memcmp(address, mapped, sizeof(mapped)) == 0 || memcmp(address, one, sizeof(one)) == 0;
}

static bool is_here(const char *host, const uint8_t here[16])
{
	uint8_t address[16] = {[10] = 0xff, [11] = 0xff};

	if (inet_pton(AF_INET, host, address + 12) != 1 && inet_pton(AF_INET6, host, address) != 1)
		return false;
	return memcmp(address, here, 16) == 0;
}

static bool host_is_ours(const struct web *web, const struct connection *connection, const char *text)
{
	char host[WEB_HOST_MAX];

	if (!text || host_read(text, host, sizeof(host)) != TARGET_OK)
		return false;
	if (is_here(host, connection->here) || (is_loopback(connection->here) && strcmp(host, "localhost") == 0))
		return true;
	for (uint32_t i = 0; i < web->setup.host_count; i++)
		if (strcasecmp(host, web->setup.hosts[i]) == 0)
			return true;
	return false;
}

/* A browser says where a request comes from; what is no browser says nothing, and brings its secrets itself. */
static bool comes_from_here(struct MHD_Connection *handle, const char *host)
{
	const char *origin = header(handle, "Origin"), *site = header(handle, "Sec-Fetch-Site");

	if (origin && !origin_is(origin, host))
		return false;
	return !site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

/* 0, or the status and the sentence. */
static unsigned check_length(struct MHD_Connection *handle, bool post, const char **out_sentence)
{
	const char *length = header(handle, "Content-Length");
	uint32_t lengths = headers_named(handle, "Content-Length");
	size_t digits = length ? strspn(length, "0123456789") : 0;

	*out_sentence = "a request says its length once, with Content-Length, and nothing else";
	if (headers_named(handle, "Transfer-Encoding") || lengths > 1 || (length && (!digits || length[digits] || digits > 9)))
		return MHD_HTTP_BAD_REQUEST;
	if (!post && length && strspn(length, "0") != digits)
		return MHD_HTTP_BAD_REQUEST;
	if (post && !length)
		return MHD_HTTP_LENGTH_REQUIRED;
	*out_sentence = "a request has at most 4096 bytes";
	return post && (digits > 4 || strtoul(length, NULL, 10) > WEB_REQUEST_MAX) ? MHD_HTTP_CONTENT_TOO_LARGE : 0;
}

static unsigned check(
	struct web *web, struct connection *connection, struct MHD_Connection *handle, const char *method, const char **out_sentence)
{
	const char *host = header(handle, "Host");
	bool post = strcmp(method, "POST") == 0;

	*out_sentence = "the page is asked by a name that is not its own; page.hosts in floodwall.yaml names those that are";
	if (headers_named(handle, "Host") != 1 || !host_is_ours(web, connection, host))
		return MHD_HTTP_MISDIRECTED_REQUEST;
	*out_sentence = "what can be asked is GET, HEAD and POST";
	if (!post && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	*out_sentence = "this comes from another page than ours";
	if ((post || strncmp(connection->target, "/api/", 5) == 0) && !comes_from_here(handle, host))
		return MHD_HTTP_FORBIDDEN;
	return check_length(handle, post, out_sentence);
}

/* ---- what it asks ---- */

static enum MHD_Result begin(struct web *web, struct connection *connection, struct MHD_Connection *handle, const char *method)
{
	const char *sentence;
	unsigned status = connection->target_long ? MHD_HTTP_URI_TOO_LONG : check(web, connection, handle, method, &sentence);

	connection->begun = true;
	if (!status)
		return MHD_YES;
	connection->refused = true;
	return reply_refuse(web, handle, status, connection->target_long ? "what is asked for is too long" : sentence);
}

static enum MHD_Result answer(struct web *web, struct connection *connection, struct MHD_Connection *handle, const char *method)
{
	struct target target;
	enum target_read read = target_read(connection->target, &target);

	if (read != TARGET_OK)
		return reply_refuse(web, handle, read == TARGET_LONG ? MHD_HTTP_URI_TOO_LONG : MHD_HTTP_BAD_REQUEST,
			"nothing that is asked for here is written like that");
	if (strcmp(method, "POST") == 0)
		return api_post(web, connection, handle, &target);
	if (strcmp(target.path, "/metrics") == 0)
		return api_metrics(web, connection, handle);
	if (strncmp(target.path, "/api/", 5) == 0)
		return api_get(web, connection, handle, &target);
	return asset_get(web, handle, target.path);
}

enum MHD_Result serve_request(void *context, struct MHD_Connection *handle, const char *url, const char *method, const char *version,
	const char *body, size_t *body_len, void **request_context)
{
	struct web *web = context;
	struct connection *connection = connection_of(handle);

	if (!connection || web->closing) /* at the end there is nobody left who could answer */
		return MHD_NO;
	if (!connection->begun)
		return begin(web, connection, handle, method);
	if (*body_len) {
		size_t room = sizeof(connection->body) - connection->body_len;
		if (*body_len > room)
			return MHD_NO;
		memcpy(connection->body + connection->body_len, body, *body_len);
		connection->body_len += *body_len;
		*body_len = 0;
		return MHD_YES;
	}
	return answer(web, connection, handle, method);
}
