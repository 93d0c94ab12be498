/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs of device and peer, heaviest kept; and the names that DNS answers gave to peers. Called by inventory.c. */
#pragma once

#include "model/contact.h"
#include "model/talk.h"

struct inventory;
struct talks; /* owns the pairs, the names and a map to count different pairs: about 0.9 MB */

int talks_new(const uint8_t hash_key[16], struct talks **out_talks);
void talks_free(struct talks *talks);

void talks_conversation(struct talks *talks, const struct conversation_end *end);
void talks_name(struct talks *talks, const uint8_t address[16], struct slice name);

/* Resolves merges, gives names, puts in order. The last call: nothing may be noted after it. Borrowed. */
const struct talk_pairs *talks_settle(struct talks *talks, const struct inventory *inventory);
