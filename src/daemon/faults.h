/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong now: one sentence under each key. Whoever finds something wrong says so, and takes it back under the same key when it is well
 * again; who asks gets all of it, the oldest first. The host has one (host_fault(), host_faults() in inside.h).
 */
#pragma once

#include <stdint.h>

enum { FAULTS_MAX = 16, FAULTS_KEY_MAX = 32, FAULTS_SENTENCE_MAX = 320 };

struct faults {
	uint32_t count;
	char keys[FAULTS_MAX][FAULTS_KEY_MAX];
	char sentences[FAULTS_MAX][FAULTS_SENTENCE_MAX]; /* escaped: fit for a terminal */
	const char *shown[FAULTS_MAX];
};

enum faults_news {
	FAULTS_SAME, /* it is as it was */
	FAULTS_MORE, /* a new one, or another sentence */
	FAULTS_LESS, /* well again */
	FAULTS_FULL, /* no room for one more: it is only in the log */
};

/* A NULL sentence: all is well. key: a word below FAULTS_KEY_MAX bytes. */
enum faults_news faults_set(struct faults *faults, const char *key, const char *sentence);
/* Borrowed until the next faults_set(). */
const char *const *faults_list(struct faults *faults, uint32_t *out_count);
