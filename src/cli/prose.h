/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words out of an answer of the daemon, and paragraphs of them that wrap: what texts for people are made of. */
#pragma once

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/shield_text.h"

#define PROSE_BOLD "\033[1m"
#define PROSE_DIM "\033[2m"
#define PROSE_RED "\033[31m"
#define PROSE_GREEN "\033[32m"
#define PROSE_YELLOW "\033[33m"
#define PROSE_PLAIN "\033[0m"

enum { PROSE_WORD_MAX = 256, PROSE_TEXT_MAX = 4096 };

/* Escaped; "" where it is missing or no text. Returns out. */
const char *prose_text(const json_t *object, const char *key, char *out, size_t size);
uint64_t prose_count(const json_t *object, const char *key); /* 0 where it is missing or negative */
const char *prose_short(char out[16], uint64_t count); /* 950, 12.3k, 4.56M: at most five columns */
const char *prose_rate(char out[16], double value); /* likewise; at most 9e17 */
/* 2026-01-02 03:04 of a moment of the answer; "" where there is none. */
const char *prose_minute(const json_t *object, const char *key, char out[32]);
/* "" where there is no colour. */
const char *prose_paint(const struct shield_style *style, const char *colour);
/* A paragraph behind an indent; the first line begins with `first`, which is that wide. No line is longer than the page, if a word is not. */
void prose_wrap(FILE *out, const struct shield_style *style, const char *first, unsigned indent, const char *text);
