/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plays of the shield's twin test, one at a time: by chance, and made of the frames of the readers' test, corpora and captures. */
#pragma once

#include "scene.h"

/* The play is the visitor's: it frees the steps and the play itself with play_free(). */
typedef void (*play_visit)(void *context, struct scene_play *play);

void play_free(struct scene_play *play);

/* Each returns how many frames it gave. */
uint32_t plays_by_chance(uint64_t seed, uint32_t frames, play_visit visit, void *context);
uint32_t plays_under_fire(uint64_t seed, uint32_t frames, play_visit visit, void *context); /* plain questions, and nearly plain ones */
/* Under fire: each question by IPv4 and by IPv6, from one address as it is mapped, at one moment. */
uint32_t plays_of_mapped(uint64_t seed, uint32_t frames, play_visit visit, void *context);
uint32_t plays_of_readers(play_visit visit, void *context); /* named, cut at every byte, at edges */
uint32_t plays_of_corpora(const char *folder, play_visit visit, void *context);
uint32_t plays_of_fuzzing(
	const char *folder, play_visit visit, void *context); /* corpus_shield: scene and frames as fuzz_shield.c has them */
/* Those of other links than Ethernet are put behind an Ethernet header. *out_silent: as of frames_captures(). */
uint32_t plays_of_captures(const char *folder, uint32_t each, play_visit visit, void *context, uint32_t *out_silent);
/* Archives of single messages, unpacked by tar and wrapped into datagrams. 0 where there is none. */
uint32_t plays_of_archives(const char *folder, play_visit visit, void *context);
