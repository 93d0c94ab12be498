/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pairs of user and password that devices were sold with and that are published: to recognise them in logins seen in clear.
 * Nothing here tries them anywhere.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "model/fact.h"

/* True if exactly this pair is in the list; upper and lower case differ. An empty password counts as one. */
bool passwords_known(struct slice user, struct slice password);

/* The same of a login that sends eight letters in the password's place (sofia.h). */
bool passwords_known_letters(struct slice user, struct slice letters);

/* The list itself, for its tests: user and password by position, false past the last. */
bool passwords_at(size_t index, const char **out_user, const char **out_password);
