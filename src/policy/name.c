/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names and URLs that are compared: a maker is its URL's authority, a device's model the whole URL, and both come from files and from
 * devices, written by anybody. Host names are compared in lower case and without the dot at the end (RFC 4343, RFC 1034 section 3.1);
 * what is no letter, digit, hyphen, underscore or dot is refused, so that "lamp.example" has one form only. International names
 * are those that begin with xn-- (RFC 5891): they are not translated, because what looks alike must not become alike.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "policy/inside.h"

static const char scheme[] = "https://";
enum { SCHEME_LEN = sizeof(scheme) - 1, HOST_MAX = 253, LABEL_MAX = 63 };

static bool is_host_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

const char *name_plain(const char *text, char out[MUD_NAME_MAX])
{
	size_t len = strlen(text), label = 0;
	char plain[MUD_NAME_MAX];

	if (len && text[len - 1] == '.')
		len--;
	if (!len || len > HOST_MAX)
		return len ? "is longer than a name can be (253 bytes)" : "is empty";
	for (size_t i = 0; i < len; i++) {
		char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] | 0x20) : text[i];
		if (c == '*')
			return "is a pattern; a gateway follows whole names only";
		if (c & 0x80)
			return "has letters beyond ASCII; an international name is written in its xn-- form";
		if (c != '.' && !is_host_character(c))
			return "is no name of a host";
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_MAX || (c == '.' && (i == 0 || text[i - 1] == '.')))
			return label ? "has a label longer than 63 bytes" : "has an empty label";
		plain[i] = c;
	}
	if (!label)
		return "has an empty label";
	plain[len] = 0;
	memcpy(out, plain, len + 1);
	return NULL;
}

/* RFC 3986: unreserved, reserved and percent, but no brackets (no IPv6 literal), no @ (no user). */
static bool is_url_character(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("-._~:/?#!$&'()*+,;=%", c));
}

/* Bytes of the host from `at` on: up to a port, a path, a query or the end. */
static size_t host_len(const char *at)
{
	return strcspn(at, ":/?#");
}

static bool port_is_good(const char *at)
{
	size_t digits = *at == ':' ? strspn(at + 1, "0123456789") : 0;

	return *at != ':' || (digits && digits <= 5 && (!at[1 + digits] || strchr("/?#", at[1 + digits])));
}

int policy_url_maker(const char *url, char out_maker[MUD_NAME_MAX])
{
	char host[MUD_URL_MAX];
	size_t len;

	if (strncasecmp(url, scheme, SCHEME_LEN) != 0)
		return -EINVAL;
	len = host_len(url + SCHEME_LEN);
	if (len >= sizeof(host) || !port_is_good(url + SCHEME_LEN + len))
		return -EINVAL;
	memcpy(host, url + SCHEME_LEN, len);
	host[len] = 0;
	return name_plain(host, out_maker) ? -EINVAL : 0;
}

int policy_url_read(const uint8_t *raw, size_t len, char out_url[MUD_URL_MAX])
{
	char url[MUD_URL_MAX], host[MUD_NAME_MAX], whole[MUD_URL_MAX + MUD_NAME_MAX];
	size_t used = 0, rest;

	while (used < len && raw[used] != ' ' && raw[used]) {
		if (used + 1 >= sizeof(url) || !is_url_character((char)raw[used]))
			return -EINVAL;
		url[used] = (char)raw[used];
		used++;
	}
	url[used] = 0;
	if (policy_url_maker(url, host))
		return -EINVAL;
	rest = SCHEME_LEN + host_len(url + SCHEME_LEN);
	memcpy(whole, scheme, SCHEME_LEN);
	memcpy(whole + SCHEME_LEN, host, strlen(host));
	memcpy(whole + SCHEME_LEN + strlen(host), url + rest, used - rest + 1);
	memcpy(out_url, whole, strlen(whole) + 1); /* shorter than url by the dot, or as long */
	return 0;
}

enum policy_claim policy_claim_judge(const char *held, const char *heard)
{
	char maker[MUD_NAME_MAX], other[MUD_NAME_MAX];

	if (!held || !*held)
		return CLAIM_FIRST;
	if (!strcmp(held, heard))
		return CLAIM_SAME;
	if (policy_url_maker(held, maker) || policy_url_maker(heard, other))
		return CLAIM_DISPUTED;
	return strcmp(maker, other) ? CLAIM_DISPUTED : CLAIM_MOVED;
}
