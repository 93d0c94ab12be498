/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers: every one of ours says what a browser may do with it, and the bytes of all that are under way are counted. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "web/inside.h"

/* Script, style, pictures and connections from here alone; nothing in a frame, and nowhere else to send a form. */
#define POLICY "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"

/* Before the bytes of an answer under way, for the library hands back the bytes alone. */
struct under_way {
	struct web *web;
	char *text;
	size_t len;
};

void reply_guarded(struct MHD_Response *response, const char *type, bool cached)
{
	MHD_add_response_header(response, "Content-Type", type);
	MHD_add_response_header(response, "Content-Security-Policy", POLICY);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "X-Frame-Options", "DENY");
	MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
	MHD_add_response_header(response, "Cross-Origin-Opener-Policy", "same-origin");
	MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
	MHD_add_response_header(response, "Cache-Control", cached ? "no-cache" : "no-store");
}

enum MHD_Result reply_send(struct MHD_Connection *handle, unsigned status, struct MHD_Response *response)
{
	struct connection *connection = connection_of(handle);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	if (connection)
		connection_phase(connection, PHASE_FETCHES);
	result = MHD_queue_response(handle, status, response);
	MHD_destroy_response(response);
	return result;
}

static void let_go(void *context)
{
	struct under_way *answer = context;

	answer->web->answers_len -= answer->len;
	free(answer->text);
	free(answer);
}

enum MHD_Result reply_take(struct web *web, struct MHD_Connection *handle, unsigned status, char *text, size_t len, const char *type)
{
	struct under_way *answer;
	struct MHD_Response *response;

	if (len > WEB_ANSWER_MAX || len > WEB_ANSWERS_MAX - web->answers_len) {
		free(text);
		return len > WEB_ANSWER_MAX
			? reply_refuse(web, handle, MHD_HTTP_CONTENT_TOO_LARGE, "the answer is too large; ask for less of it")
			: reply_refuse(web, handle, MHD_HTTP_SERVICE_UNAVAILABLE, "too many answers are under way");
	}
	answer = malloc(sizeof(*answer));
	response = NULL;
	if (answer) {
		*answer = (struct under_way){web, text, len};
		response = MHD_create_response_from_buffer_with_free_callback_cls(len, text, let_go, answer);
	}
	if (!response) {
		free(answer);
		free(text);
		return MHD_NO;
	}
	web->answers_len += len;
	reply_guarded(response, type, false);
	return reply_send(handle, status, response);
}

enum MHD_Result reply_refuse(struct web *web, struct MHD_Connection *handle, unsigned status, const char *sentence)
{
	json_t *answer = json_pack("{s:b, s:s}", "ok", 0, "error", sentence);
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
	struct MHD_Response *response = text ? MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE) : NULL;

	json_decref(answer);
	if (!response)
		free(text);
	else
		reply_guarded(response, "application/json", false);
	if (response && status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, "Allow", "GET, HEAD, POST");
	web->refused++;
	return reply_send(handle, status, response);
}

enum MHD_Result reply_constant(
	struct web *web, struct MHD_Connection *handle, const char *text, size_t len, const char *type, const char *tag)
{
	const char *known = MHD_lookup_connection_value(handle, MHD_HEADER_KIND, "If-None-Match");
	bool same = tag && known && strcmp(known, tag) == 0;
	struct MHD_Response *response = MHD_create_response_from_buffer(same ? 0 : len, (void *)text, MHD_RESPMEM_PERSISTENT);

	if (!response)
		return MHD_NO;
	reply_guarded(response, type, tag);
	if (tag)
		MHD_add_response_header(response, "ETag", tag);
	return reply_send(handle, same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, response);
}
