/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as people write them in a configuration: nothing but digits, and a unit where one makes sense. Each returns 0 or -EINVAL. */
#pragma once

#include <stdint.h>

/* 0 to 2^64 - 1, in decimal digits alone. */
int number_read(const char *word, uint64_t *out_number);

/* Bytes: 65536, 64kib, 2mib, 1gib. */
int size_read(const char *word, uint64_t *out_bytes);

/* The shortest word that reads to the same. Returns out. */
enum { UNIT_WORD_MAX = 24 };
char *size_word(char out[UNIT_WORD_MAX], uint64_t bytes);
char *duration_word(char out[UNIT_WORD_MAX], uint64_t seconds);
