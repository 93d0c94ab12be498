/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bucket as one moment: full_ns is when it will be full again. Each wrong token moves it on by one token's time, and nothing may be tried
 * while it lies more than the whole bucket ahead.
 */
#include "web/guess.h"

#include <string.h>

#define SECOND_NS 1000000000ull

static void key_of(const uint8_t address[16], uint8_t out[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	memcpy(out, address, 16);
	if (memcmp(address, mapped, sizeof(mapped)) != 0)
		memset(out + 8, 0, 8);
}

static const struct guesser *find(const struct guesses *guesses, const uint8_t key[16])
{
	for (uint32_t i = 0; i < GUESS_PLACES; i++)
		if (guesses->places[i].last_ns && memcmp(guesses->places[i].address, key, 16) == 0)
			return &guesses->places[i];
	return NULL;
}

static struct guesser *oldest(struct guesses *guesses)
{
	struct guesser *found = &guesses->places[0];

	for (uint32_t i = 1; i < GUESS_PLACES; i++)
		if (guesses->places[i].last_ns < found->last_ns)
			found = &guesses->places[i];
	return found;
}

/* How long until one more fits; 0: now. */
static uint64_t wait_of(uint64_t full_ns, uint32_t burst, uint32_t one_s, uint64_t now_ns)
{
	uint64_t room_ns = (uint64_t)(burst - 1) * one_s * SECOND_NS;

	return full_ns > now_ns + room_ns ? full_ns - now_ns - room_ns : 0;
}

static uint64_t later(uint64_t full_ns, uint32_t one_s, uint64_t now_ns)
{
	return (full_ns > now_ns ? full_ns : now_ns) + one_s * SECOND_NS;
}

bool guess_may(const struct guesses *guesses, const uint8_t address[16], uint64_t now_ns, uint32_t *out_wait_s)
{
	const struct guesser *guesser;
	uint64_t wait_ns, all_ns;
	uint8_t key[16];

	key_of(address, key);
	guesser = find(guesses, key);
	wait_ns = guesser ? wait_of(guesser->full_ns, GUESS_OF_ONE, GUESS_ONE_S, now_ns) : 0;
	all_ns = guesser && guesser->known ? 0 : wait_of(guesses->full_ns, GUESS_OF_ALL, GUESS_ALL_S, now_ns);
	wait_ns = wait_ns > all_ns ? wait_ns : all_ns;
	*out_wait_s = (uint32_t)((wait_ns + SECOND_NS - 1) / SECOND_NS);
	return !wait_ns;
}

void guess_note(struct guesses *guesses, const uint8_t address[16], bool right, uint64_t now_ns)
{
	struct guesser *guesser;
	uint8_t key[16];

	key_of(address, key);
	guesser = (struct guesser *)find(guesses, key);
	if (!guesser) {
		guesser = oldest(guesses);
		memset(guesser, 0, sizeof(*guesser));
		memcpy(guesser->address, key, 16);
	}
	guesser->last_ns = now_ns ? now_ns : 1;
	guesser->known |= right;
	if (right) {
		guesser->full_ns = 0;
		return;
	}
	guesser->full_ns = later(guesser->full_ns, GUESS_ONE_S, now_ns);
	guesses->full_ns = later(guesses->full_ns, GUESS_ALL_S, now_ns);
}
