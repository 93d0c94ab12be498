/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of wire/dns.h for tests: the same for the same seed. */
#pragma once

#include "wire/dns.h"

/* Not random, but no worse for that. */
static inline struct fw_dns_key dns_key_of(uint64_t seed)
{
	struct fw_dns_key key;
	uint64_t word[sizeof(key) / sizeof(uint64_t)];

	for (size_t i = 0; i < sizeof(word) / sizeof(*word); i++) {
		seed += 0x9e3779b97f4a7c15ull; /* splitmix64 (Vigna 2015) */
		word[i] = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9ull;
		word[i] = (word[i] ^ word[i] >> 27) * 0x94d049bb133111ebull;
		word[i] ^= word[i] >> 31;
	}
	__builtin_memcpy(&key, word, sizeof(key));
	return key;
}
