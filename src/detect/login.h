/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logins: default-password, cleartext-login, login-guessing.
 *
 * default-password and cleartext-login: one finding per (device, service, port, side of who logged in), its count the logins.
 * The device is the server's where that is ours; a default pair is only its finding, not that of who typed it. Where only the
 * client is ours, a login in clear is a low cleartext-login of the client's device: the server's owner is elsewhere.
 * FTP as "anonymous" or "ftp" is no login. source and evidence.peer are who logged in, with the best result seen.
 *
 * login-guessing: one finding per (source, target, port, service), its count the tries, or the connections where encrypted.
 * The device is the source's where that is ours, else the target's.
 */
#pragma once

#include <stdint.h>

#include "detect/book.h"
#include "model/contact.h"

#define LOGIN_WINDOW_NS 60000000000ull
#define LOGIN_RESULT_NS 30000000000ull /* a login without a result for this long has an unknown one */

enum {
	LOGIN_PENDING_MAX = 4096, /* logins waiting for a result */
	LOGIN_GUESS_MAX = 1024, /* (source, service) watched for guessing */
	LOGIN_GUESS_REFUSED = 5, /* in 60 s */
	LOGIN_GUESS_PAIRS = 3, /* different ones in 60 s */
	LOGIN_GUESS_SHAPES = 10, /* encrypted connections of log-in shape in 60 s */
	LOGIN_PAIR_BITS = 256, /* one for each try, chosen by its pair */
};

/* The shape of an encrypted login that failed: a key exchange, a try or a few, and the end. */
#define LOGIN_SHAPE_NS 20000000000ull
enum { LOGIN_SHAPE_PACKETS_MIN = 8, LOGIN_SHAPE_PACKETS_MAX = 60, LOGIN_SHAPE_BYTES_MIN = 1000, LOGIN_SHAPE_BYTES_MAX = 8192 };

struct login;

/* Returns 0 or -ENOMEM. */
int login_new(const uint8_t hash_key[16], struct book *book, struct login **out_login);
void login_free(struct login *login);

void login_see(struct login *login, const struct login_seen *seen);
void login_result(struct login *login, uint64_t conversation, enum login_result result, uint64_t time_ns);
/* Encrypted logins are judged by the shape of their conversations. */
void login_conversation(struct login *login, const struct conversation_end *end);

/* Lets go of findings that leave the book. */
void login_forget(struct login *login);

void login_tick(struct login *login, uint64_t now_ns);
/* Logins still waiting have an unknown result. */
void login_end(struct login *login);

/* Logins and guessers that a ceiling pushed out before they were judged. */
uint64_t login_left_out(const struct login *login);
