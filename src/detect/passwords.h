/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pairs of user and password that devices were sold with and that are published: to recognise them in logins seen in clear.
 * Nothing here tries them anywhere.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "detect/sofia.h"
#include "model/fact.h"

/* True if exactly this pair is in the list; upper and lower case differ. An empty password counts as one. */
bool passwords_known(struct slice user, struct slice password);

/* The letters of the whole list, made once: a login sends eight of them in the password's place (sofia.h). */
enum { PASSWORDS_MAX = 512 };

struct passwords_letters {
	char of[PASSWORDS_MAX][SOFIA_LEN]; /* by position, as passwords_at() */
};

void passwords_letters_init(struct passwords_letters *letters);
/* True if the list has a pair of this user and a password of these letters. */
bool passwords_known_letters(const struct passwords_letters *letters, struct slice user, struct slice seen);

/* The list itself, for its tests: user and password by position, false past the last. */
bool passwords_at(size_t index, const char **out_user, const char **out_password);
