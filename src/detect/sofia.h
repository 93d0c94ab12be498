/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The eight letters that DVRIP and the older Dahua login send in a password's place: MD5 (RFC 1321) of it, two bytes at a time added and
 * taken modulo 62, a digit or letter for each. Without a salt, so published passwords are known by theirs. Nothing here keeps one.
 */
#pragma once

#include "model/fact.h"

enum { SOFIA_LEN = 8, SOFIA_PASSWORD_MAX = 55 }; /* longer ones do not fit one block of MD5, and no published one is longer */

/* No terminator. Only the first SOFIA_PASSWORD_MAX bytes of the password count. */
void sofia_letters(struct slice password, char out_letters[SOFIA_LEN]);
