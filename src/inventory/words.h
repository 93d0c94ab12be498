/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes from the network as the text of a name or clue: trimmed, cut at a whole character, never
 * escaped (that is for whoever shows them). A NUL, which can not stand in a C string, becomes a space.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "model/device.h"
#include "model/fact.h"

struct slice words_of(const char *text);

/* Without white space and NULs at either end. */
struct slice words_trim(struct slice raw);

/* At most room bytes of it, and no character by halves. */
struct slice words_cut(struct slice raw, size_t room);

/* Trimmed, cut to fit. Returns the length. */
size_t words_copy(char out[DEVICE_TEXT_MAX], struct slice raw);

/* raw between head and tail, which are short; only raw is cut. */
void words_join(char out[DEVICE_TEXT_MAX], const char *head, struct slice raw, const char *tail);

/* ASCII letters without regard to case. */
bool words_same(struct slice raw, const char *text);
bool words_start(struct slice raw, const char *head);
bool words_end(struct slice raw, const char *tail);

/* Where text first stands in raw, or SIZE_MAX. */
size_t words_find(struct slice raw, const char *text);
struct slice words_from(struct slice raw, size_t offset);
struct slice words_until(struct slice raw, char stop); /* all of it if there is no stop */
