/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a browser sends beside bodies, read from bytes: the target of a request, its Host, its Origin, its cookies. All of it pure, none of it
 * trusts a length or a letter.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TARGET_PATH_MAX = 256, TARGET_PAIRS_MAX = 12, TARGET_KEY_MAX = 32, TARGET_VALUE_MAX = 256 };

enum target_read { TARGET_OK, TARGET_BAD, TARGET_LONG };

struct target_pair {
	char key[TARGET_KEY_MAX]; /* small letters, digits, _ */
	char value[TARGET_VALUE_MAX]; /* no byte of it is a control character */
};

struct target {
	char path[TARGET_PATH_MAX]; /* begins with /; letters, digits and _-./ alone, no part of it is empty, . or .. */
	struct target_pair pairs[TARGET_PAIRS_MAX]; /* no key twice */
	uint32_t pair_count;
};

/*
 * The target in origin form (RFC 9112 section 3.2.1). A path's parts are never percent-encoded here, for no name of ours needs it; a query is
 * as forms send it (+ is a space).
 */
enum target_read target_read(const char *text, struct target *out_target);

/* The request to the socket that GET /api/WHAT.json with this query is: len bytes with the terminator. TARGET_BAD: the query cannot be asked. */
enum target_read target_ask(const struct target *target, const char *what, size_t what_len, char **out_request, size_t *out_len);

/*
 * A Host header without its port, in small letters; an IPv6 address without its brackets. TARGET_BAD: it is none.
 */
enum target_read host_read(const char *text, char *out, size_t size);
/* True for "http://HOST" and "https://HOST", HOST being what the Host header says, letter by letter but for their case. */
bool origin_is(const char *origin, const char *host);

/* The value of the cookie of this name, its first one; at most size - 1 bytes. False: none, or longer. */
bool cookie_find(const char *cookies, const char *name, char *out, size_t size);

/* 2 * len digits to len bytes; false: something else, or more behind them. */
bool hex_read(const char *text, uint8_t *out, size_t len);
void hex_write(char *out, const uint8_t *bytes, size_t len);
