/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part "page": the server of web/ hung into the process. What it is asked goes the way of the control socket (host_answer()), in the name of "the
 * page"; what happens goes out as events.
 *
 * The token is made at the first start and printed once, on standard error alone: not by host_say(), for what that says goes on to the log's
 * readers, to messages and to the page itself. The store keeps its digest.
 */
#include "daemon/part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/text.h"
#include "daemon/deeds.h"
#include "daemon/remember.h"
#include "daemon/value.h"
#ifdef HAVE_WEB
#include "web/web.h"

#define TOKEN_NAME "page-token"

enum { PEM_MAX = 64 << 10, TICKS_OF_ONE = 2000 / PROTECT_TICK_MS };

struct page {
	struct host *host;
	struct web *web;
	uint32_t ticks;
};

static int answer(void *context, const char *request, size_t len, char **out_text, size_t *out_len)
{
	struct page *page = context;
	struct asker asker = {.user = (uid_t)-1, .by = "the page"};

	return host_answer(page->host, &asker, request, len, out_text, out_len);
}

/* ---- opening ---- */

static int read_pem(const char *path, char **out_text, struct fault *out_fault)
{
	int descriptor, error = 0;
	char *text;
	ssize_t len;

	*out_text = NULL;
	if (!*path)
		return 0;
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	text = descriptor >= 0 ? calloc(1, PEM_MAX + 1) : NULL;
	len = text ? read(descriptor, text, PEM_MAX) : -1;
	if (len <= 0) {
		error = descriptor < 0 || len < 0 ? -errno : -ENODATA;
		fault_set(out_fault, path, 0, 0, "cannot be read: %s", strerror(-error));
		free(text);
	} else {
		*out_text = text;
	}
	if (descriptor >= 0)
		close(descriptor);
	return error;
}

/* What was read: the certificate's file may hold the key, too. */
static void let_go_of_pem(char *text)
{
	if (text)
		explicit_bzero(text, PEM_MAX);
	free(text);
}

static const char *host_of(const struct settings_page *page, char out[TEXT_ADDRESS_MAX + 2])
{
	static const uint8_t all[16], all_four[16] = {[10] = 0xff, [11] = 0xff};
	char word[TEXT_ADDRESS_MAX];

	if (page->host_count)
		return page->hosts[0];
	if (memcmp(page->address, all, 16) == 0 || memcmp(page->address, all_four, 16) == 0)
		return "localhost";
	text_address(word, page->address);
	snprintf(out, TEXT_ADDRESS_MAX + 2, strchr(word, ':') ? "[%s]" : "%s", word);
	return out;
}

static void address_of(const struct page *page, const char *token, char *out, size_t size)
{
	const struct settings_page *settings = &host_settings(page->host)->page;
	char host[TEXT_ADDRESS_MAX + 2];

	snprintf(out, size, "http%s://%s:%u/%s%s", settings->certificate[0] ? "s" : "", host_of(settings, host), web_port(page->web),
		*token ? "#token=" : "", token);
}

/* Written before it is told: a token that a restart would forget is none. */
static int make_token(struct page *page, char *out_address, size_t size, struct fault *out_fault)
{
	char token[WEB_TOKEN_TEXT];
	uint8_t digest[WEB_TOKEN_BYTES];
	int error = web_token_new(token, digest);

	if (error)
		fault_set(out_fault, "", 0, 0, "no random numbers can be had");
	else
		error = store_keep(host_store(page->host), TOKEN_NAME, digest, sizeof(digest), host_now().wall_s, out_fault);
	if (error)
		return error;
	web_token_set(page->web, digest);
	address_of(page, token, out_address, size);
	explicit_bzero(token, sizeof(token));
	return 0;
}

static int first_token(struct page *page, struct fault *out_fault)
{
	char address[HOST_ADDRESS_MAX];
	int error = make_token(page, address, sizeof(address), out_fault);

	if (error)
		return error;
	fprintf(stderr,
		"floodwall: open the page with this address, which is told once ('floodwall token' makes another):\nfloodwall: %s\n",
		address);
	explicit_bzero(address, sizeof(address));
	return 0;
}

static int serve(struct page *page, struct web_setup *setup, struct fault *out_fault)
{
	uint64_t kept_s;
	void *kept = NULL;
	size_t len = 0;
	bool known = store_recall(host_store(page->host), TOKEN_NAME, &kept, &len, &kept_s) == 0 && len == WEB_TOKEN_BYTES;
	uint8_t unused[WEB_TOKEN_BYTES];
	char nobodys[WEB_TOKEN_TEXT];
	int error = known ? 0 : web_token_new(nobodys, unused);

	memcpy(setup->digest, known ? kept : unused, WEB_TOKEN_BYTES);
	free(kept);
	if (!error)
		error = web_open(host_loop(page->host), setup, &page->web, out_fault);
	return error || known ? error : first_token(page, out_fault);
}

static void set_up(struct page *page, struct web_setup *setup)
{
	const struct settings *settings = host_settings(page->host);

	memcpy(setup->address, settings->page.address, 16);
	setup->port = settings->page.port;
	_Static_assert(
		(int)SETTINGS_PAGE_HOSTS_MAX <= (int)WEB_HOSTS_MAX && (int)GUARD_HOST_MAX <= (int)WEB_HOST_MAX, "all names have room");
	for (; setup->host_count < settings->page.host_count; setup->host_count++)
		memcpy(setup->hosts[setup->host_count], settings->page.hosts[setup->host_count], GUARD_HOST_MAX);
	setup->metrics_open = settings->page.metrics_open;
	setup->demo = host_demo(page->host);
	setup->version = host_version(page->host);
	setup->role = settings->role == ROLE_GUARD ? "guard" : "shield";
	setup->answer = answer;
	setup->context = page;
}

static void page_free(void *part)
{
	struct page *page = part;

	web_free(page->web);
	free(page);
}

/* The commonest reason for which there is no page, and what to do about it. */
static void say_taken(const struct host *host, const struct settings_page *page, struct fault *out_fault)
{
	char word[TEXT_ADDRESS_MAX];

	text_address(word, page->address);
	if (host_demo(host))
		fault_set(out_fault, "", 0, 0,
			"port %u of %s is taken by another program, so there is no page; 'floodwall run --demo --listen %u' takes another "
			"port",
			page->port, word, page->port < UINT16_MAX ? page->port + 1u : 8753u);
	else
		fault_set(out_fault, "", 0, 0,
			"port %u of %s is taken by another program, so there is no page; page.port names another port", page->port, word);
}

static int page_open(struct host *host, void **out, struct fault *out_fault)
{
	const struct settings_page *settings = &host_settings(host)->page;
	struct web_setup setup = {0};
	struct page *page;
	char *certificate = NULL, *key = NULL;
	int error;

	if (!settings->port)
		return 0;
	page = calloc(1, sizeof(*page));
	if (!page)
		return -ENOMEM;
	page->host = host;
	set_up(page, &setup);
	error = read_pem(settings->certificate, &certificate, out_fault);
	if (!error)
		error = read_pem(settings->key, &key, out_fault);
	setup.certificate = certificate;
	setup.key = key;
	if (!error)
		error = serve(page, &setup, out_fault);
	if (error == -EADDRINUSE)
		say_taken(host, settings, out_fault);
	let_go_of_pem(certificate);
	let_go_of_pem(key);
	*out = page->web ? page : NULL; /* also where its token cannot be kept: 'floodwall token' may do better later */
	if (!page->web)
		free(page);
	return error;
}

static void page_begin(void *part)
{
	struct page *page = part;
	char address[HOST_ADDRESS_MAX], sentence[HOST_ADDRESS_MAX + 32];

	address_of(page, "", address, sizeof(address));
	snprintf(sentence, sizeof(sentence), "the page is at %s", address);
	host_say(page->host, sentence);
}

int page_token(struct host *host, char *out_address, size_t size, struct fault *out_fault)
{
	struct page *page = part_find(host, part_page.name);

	if (page)
		return make_token(page, out_address, size, out_fault);
	fault_set(out_fault, "", 0, 0, "no page is served: page.port is 0, or it could not be opened");
	return -ENOENT;
}

/* ---- events ---- */

static void tell(struct page *page, const char *event, json_t *data)
{
	char *text = data ? json_dumps(data, JSON_COMPACT) : NULL;

	json_decref(data);
	if (text)
		web_tell(page->web, event, text);
	free(text);
}

/* As much of it as a note says; all else is asked for by its number. */
static void tell_finding(struct page *page, const struct happening *what)
{
	static const char *const news[] = {[LIVE_NEW] = "new", [LIVE_WORSE] = "worse", [LIVE_MORE] = "more"};
	static const char *const keys[] = {"finding", "id", "severity", "state", "mac", "name", "text"};
	const struct found_view *found = what->found;
	json_t *entry = remember_show(page->host, found), *mac = json_object_get(entry, "mac");
	json_t *data =
		json_pack("{s:I, s:s, s:b}", "time", (json_int_t)what->time_s, "news", news[what->news], "muted", found->muted[0] != 0);

	remember_refresh(page->host, entry, 0);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_object_set(data, keys[i], json_object_get(entry, keys[i]));
	tell(page, "finding", data);
	if (json_is_string(mac))
		tell(page, "device", json_pack("{s:I, s:O}", "time", (json_int_t)what->time_s, "mac", mac));
	json_decref(entry);
}

static void page_happened(void *part, const struct happening *what)
{
	struct page *page = part;
	const struct deed *deed = what->deed;

	if (!web_listeners(page->web))
		return;
	if (what->kind == HAPPENED_FINDING)
		tell_finding(page, what);
	else if (what->kind == HAPPENED_DEED)
		tell(page, "deed",
			json_pack("{s:I, s:I, s:s, s:I, s:o, s:o, s:s?, s:o}", "time", (json_int_t)what->time_s, "deed",
				(json_int_t)deed->id, "verb", deed_verb_names[deed->verb], "decision", (json_int_t)deed->decision, "who",
				value_text(deed->who), "detail", value_text(deed->detail), "kind", deed_kind(deed), "finding",
				deed->finding ? value_number(deed->finding) : json_null()));
	else
		tell(page, "sentence", json_pack("{s:I, s:o}", "time", (json_int_t)what->time_s, "text", value_text(what->sentence)));
}

/* The pulse of the page: that it is connected, and what moves all the time. */
static void page_tick(void *part, const struct fetch_time *now)
{
	struct page *page = part;

	if (page->ticks++ % TICKS_OF_ONE || !web_listeners(page->web))
		return;
	tell(page, "tick", json_pack("{s:I}", "time", (json_int_t)now->wall_s));
}

static void page_close(void *part)
{
	web_close(((struct page *)part)->web);
}

const struct part part_page = {
	.name = "page",
	.open = page_open,
	.begin = page_begin,
	.happened = page_happened,
	.tick = page_tick,
	.close = page_close,
	.free = page_free,
};
#endif
