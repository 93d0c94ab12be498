/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request, one answer. A request may be any bytes; what is wrong with it is a sentence in the answer. */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/inside.h"
#include "daemon/messages.h"
#include "daemon/part.h"
#include "daemon/remember.h"
#include "tell/tell.h"

enum { ANSWER_LARGE = 1 << 18 };

static json_t *refused(const char *sentence)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", *sentence ? sentence : "not enough memory");
}

/* {"ok": true, KEY: value} */
static json_t *with(const char *key, json_t *value)
{
	return value ? json_pack("{s:b, s:o}", "ok", 1, key, value) : NULL;
}

static const struct shield_view *view_of(struct host *host)
{
	struct fetch_time now = host_now();
	struct shield_view *view = protect_view(host_protect(host), &now);

	if (!view)
		return NULL;
	snprintf(view->reload_why, sizeof(view->reload_why), "%s", host_refused(host));
	view->reload_refused = view->reload_why[0] != 0;
	return view;
}

static json_t *metrics_of(struct host *host, const struct shield_view *view)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	json_t *answer = NULL;
	int error;

	if (!out)
		return NULL;
	error = metrics_write(view, out);
	host_metrics(host, out);
	if (!(error | fclose(out)))
		answer = with("text", json_stringn(text, len));
	free(text);
	return answer;
}

static json_t *guard_metrics_of(struct host *host, const struct guard_view *view)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	json_t *answer = NULL;
	int error;

	if (!out)
		return NULL;
	error = metrics_guard_write(view, out);
	host_metrics(host, out);
	if (!(error | fclose(out)))
		answer = with("text", json_stringn(text, len));
	free(text);
	return answer;
}

static struct guard_view *guard_view_of(struct host *host)
{
	struct fetch_time now = host_now();
	struct guard_view *view = guard_view(host_guard(host), &now);

	if (!view)
		return NULL;
	snprintf(view->reload_why, sizeof(view->reload_why), "%s", host_refused(host));
	view->reload_refused = view->reload_why[0] != 0;
	view->findings_lost = remember_lost(host);
	return view;
}

/* What is asked for with more than a word. *out_known: whether it is one of these. */
static json_t *show_asked(struct host *host, const char *what, const json_t *request, bool *out_known, struct fault *out_fault)
{
	bool overview = strcmp(what, "overview") == 0, devices = strcmp(what, "devices") == 0, device = strcmp(what, "device") == 0;
	const struct guard_view *view;

	*out_known = overview || (host_guard(host) && (devices || device));
	if (!*out_known)
		return NULL;
	if (!host_guard(host)) {
		const struct shield_view *shield = view_of(host);
		return shield ? with(what, show_overview(host, NULL, shield)) : NULL;
	}
	if (devices)
		return with(what, show_devices(host, request, out_fault));
	view = guard_view_of(host);
	if (!view)
		return NULL;
	return with(what, overview ? show_overview(host, view, NULL) : show_device(host, view, request, out_fault));
}

/* What only a guard shows. *out_known: whether what is such a thing. */
static json_t *show_of_guard(struct host *host, const char *what, bool *out_known)
{
	static const struct {
		const char *word;
		json_t *(*show)(const struct guard_view *view);
	} shows[] = {{"policy", show_policy}, {"verdicts", show_guard_verdicts}};
	const struct guard_view *view = NULL;

	what = strcmp(what, "stats") == 0 ? "verdicts" : what;
	*out_known = strcmp(what, "metrics") == 0;
	for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++)
		*out_known |= strcmp(what, shows[i].word) == 0;
	if (*out_known)
		view = guard_view_of(host);
	if (!view)
		return NULL;
	for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++)
		if (strcmp(what, shows[i].word) == 0)
			return with(what, shows[i].show(view));
	return guard_metrics_of(host, view);
}

static json_t *show(struct host *host, const json_t *request, struct fault *out_fault)
{
	const char *what = json_string_value(json_object_get(request, "what"));
	const struct shield_view *view;
	bool known = false;
	json_t *answer = what ? show_history(host, what, request, &known, out_fault) : NULL;

	if (known && answer && strcmp(what, "audit") == 0)
		return json_pack("{s:b, s:o, s:o}", "ok", 1, "next", show_audit_next(host, answer), what, answer);
	if (known)
		return with(what, answer);
	answer = what ? show_asked(host, what, request, &known, out_fault) : NULL;
	if (known)
		return answer;
	if (what && strcmp(what, "decisions") == 0)
		return with("decisions", show_decisions(host_store(host)));
	if (what && strcmp(what, "configuration") == 0)
		return show_configuration(host);
	if (what && strcmp(what, "messages") == 0)
		return messages_show(host);
	if (host_guard(host)) {
		answer = what ? show_of_guard(host, what, &known) : NULL;
		if (!known)
			fault_set(out_fault, "", 0, 0,
				"a guard shows overview, devices, device, findings, finding, packets, traffic, policy, verdicts, stats, "
				"metrics, decisions, audit, configuration, messages");
		return answer;
	}
	if (what && (strcmp(what, "verdicts") == 0 || strcmp(what, "stats") == 0))
		what = "shield"; /* all of it is there */
	if (!what || (strcmp(what, "shield") != 0 && strcmp(what, "metrics") != 0)) {
		fault_set(out_fault, "", 0, 0,
			"what can be shown is overview, shield, verdicts, stats, traffic, metrics, decisions, audit, configuration, "
			"messages");
		return NULL;
	}
	view = view_of(host);
	if (!view)
		return NULL;
	return strcmp(what, "shield") == 0 ? with("shield", show_shield(view)) : metrics_of(host, view);
}

static json_t *reload(struct host *host, struct fault *out_fault)
{
	if (host_reload(host, out_fault) == 0)
		return json_pack("{s:b}", "ok", 1);
	fault_set(out_fault, "", 0, 0, "%s", host_refused(host)); /* with file and line */
	return NULL;
}

static json_t *refresh(struct host *host, const json_t *request, struct fault *out_fault)
{
	const json_t *zone = json_object_get(request, "zone");
	struct fetch_time now = host_now();

	if (host_guard(host)) {
		fault_set(out_fault, "", 0, 0, "a guard has no zones");
		return NULL;
	}
	if (zone && !json_is_string(zone)) {
		fault_set(out_fault, "", 0, 0, "zone is a name");
		return NULL;
	}
	if (protect_refresh(host_protect(host), zone ? json_string_value(zone) : NULL, &now) == 0)
		return json_pack("{s:b}", "ok", 1);
	fault_set(out_fault, "", 0, 0, "no zone of that name is configured");
	return NULL;
}

/* Who may ask at the socket may sign in at the page; who asks by the page, or by a broker, may not give himself another way in. */
static json_t *token(struct host *host, const struct asker *asker, struct fault *out_fault)
{
	char address[HOST_ADDRESS_MAX];

	if (asker->by)
		fault_set(out_fault, "", 0, 0, "a token is made at the control socket alone");
	else if (host_token(host, address, out_fault) == 0)
		return with("address", json_string(address));
	return NULL;
}

/* What makes all that is shown worth less. */
static void add_remarks(struct host *host, json_t *answer)
{
	struct decision bypass;

	if (answer && host_demo(host))
		json_object_set_new(answer, "demo", json_true());
	if (answer && bypass_stands(host, &bypass))
		json_object_set_new(answer, "paused", json_true());
}

static json_t *serve(struct host *host, const struct asker *asker, const json_t *request, struct fault *out_fault)
{
	const char *verb = json_string_value(json_object_get(request, "do"));

	if (!verb)
		fault_set(out_fault, "", 0, 0, "a request is an object with a \"do\"");
	else if (strcmp(verb, "show") == 0)
		return show(host, request, out_fault);
	else if (strcmp(verb, "quarantine") == 0 || strcmp(verb, "allow") == 0)
		return decide_begin(host, asker, request, out_fault);
	else if (strcmp(verb, "mute") == 0)
		return mute_begin(host, asker, request, out_fault);
	else if (strcmp(verb, "bypass") == 0)
		return bypass_switch(host, asker, request, out_fault);
	else if (strcmp(verb, "name") == 0)
		return name_give(host, asker, request, out_fault);
	else if (strcmp(verb, "release") == 0)
		return decide_release(host, asker, request, out_fault);
	else if (strcmp(verb, "confirm") == 0)
		return decide_confirm(host, asker, request, out_fault);
	else if (strcmp(verb, "undo") == 0)
		return decide_undo(host, asker, request, out_fault);
	else if (strcmp(verb, "backup") == 0)
		return backup_ask(host, asker, request, out_fault);
	else if (strcmp(verb, "reload") == 0)
		return reload(host, out_fault);
	else if (strcmp(verb, "messages") == 0)
		return messages_test(host, out_fault);
	else if (strcmp(verb, "refresh") == 0)
		return refresh(host, request, out_fault);
	else if (strcmp(verb, "token") == 0)
		return token(host, asker, out_fault);
	else
		fault_set(out_fault, "", 0, 0,
			"what can be done is show, name, quarantine, allow, mute, release, confirm, undo, bypass, backup, reload, refresh, "
			"messages, token");
	return NULL;
}

int answer_make(struct host *host, const struct asker *asker, const char *request, size_t len, char **out_text, size_t *out_len)
{
	json_error_t error;
	json_t *asked = json_loadb(request, len, JSON_REJECT_DUPLICATES, &error), *answer;
	struct fault fault = {0};
	char *text;
	size_t text_len;

	if (asked)
		answer = serve(host, asker, asked, &fault);
	else
		answer = refused("a request is a JSON object in one line");
	if (!answer)
		answer = refused(fault.sentence);
	json_decref(asked);
	add_remarks(host, answer);
	/* one dumped text, and room for the line end */
	text_len = answer ? json_dumpb(answer, NULL, 0, JSON_COMPACT) : 0;
	text = text_len && text_len < CONTROL_ANSWER_MAX ? malloc(text_len + 1) : NULL;
	if (text) {
		json_dumpb(answer, text, text_len, JSON_COMPACT);
		text[text_len] = '\n';
		*out_text = text;
		*out_len = text_len + 1;
	}
	json_decref(answer);
	/* thousands of devices as JSON are tens of megabytes, which malloc would keep for the next time */
	if (text_len > ANSWER_LARGE)
		malloc_trim(0);
	return text ? 0 : -ENOMEM;
}
