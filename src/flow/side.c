/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/side.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_v4(const uint8_t address[16])
{
	return memcmp(address, mapped, sizeof(mapped)) == 0;
}

bool side_is_loopback(const uint8_t address[16])
{
	static const uint8_t six[16] = {[15] = 1};

	return is_v4(address) ? address[12] == 127 : memcmp(address, six, 16) == 0;
}

bool side_is_multicast(const uint8_t address[16])
{
	static const uint8_t all[4] = {255, 255, 255, 255};

	if (!is_v4(address))
		return address[0] == 0xff;
	return (address[12] & 0xf0) == 0xe0 || memcmp(address + 12, all, 4) == 0;
}

bool side_is_link_local(const uint8_t address[16])
{
	if (is_v4(address))
		return address[12] == 169 && address[13] == 254;
	return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

bool side_is_zero(const uint8_t address[16])
{
	static const uint8_t zero[16];

	return memcmp(address, zero, 16) == 0 || (is_v4(address) && memcmp(address + 12, zero, 4) == 0);
}

void side_init(struct side *side)
{
	memset(side, 0, sizeof(*side));
}

/* RFC 1918 and RFC 4193: ours wherever they are seen. */
static bool is_private(const uint8_t address[16])
{
	const uint8_t *v4 = address + 12;

	if (!is_v4(address))
		return (address[0] & 0xfe) == 0xfc;
	return v4[0] == 10 || (v4[0] == 172 && (v4[1] & 0xf0) == 16) || (v4[0] == 192 && v4[1] == 168);
}

bool side_tells(const struct side *side, const uint8_t address[16])
{
	if ((!side->inferred || side->private_too) && is_private(address))
		return true;
	for (uint32_t i = 0; i < side->prefix_count; i++)
		if (prefix_holds(&side->prefixes[i], address))
			return true;
	return false;
}

bool side_is_ours(const struct side *side, const uint8_t address[16])
{
	if (side_tells(side, address))
		return true;
	return (!side->inferred || side->private_too) && (side_is_link_local(address) || side_is_loopback(address));
}

bool side_is_near(const struct side *side, const uint8_t address[16])
{
	enum { LINK_BITS = 64, MAPPED_BITS = 96 };

	if (is_v4(address))
		return false;
	for (uint32_t i = 0; i < side->prefix_count; i++) {
		struct prefix link = side->prefixes[i];

		/* from /96 on it may be an IPv4 prefix, whose /64 is that of all mapped addresses */
		if (link.bits >= MAPPED_BITS && is_v4(link.address))
			continue;
		link.bits = link.bits > LINK_BITS ? LINK_BITS : link.bits;
		if (prefix_holds(&link, address))
			return true;
	}
	return false;
}

void side_add(struct side *side, const uint8_t address[16], uint8_t bits)
{
	struct prefix *prefix;

	for (uint32_t i = 0; i < side->prefix_count; i++)
		if (side->prefixes[i].bits <= bits && prefix_holds(&side->prefixes[i], address))
			return;
	if (side->prefix_count == SIDE_PREFIX_MAX) {
		side->prefixes_left_out++;
		return;
	}
	prefix = &side->prefixes[side->prefix_count++];
	prefix->bits = bits;
	memset(prefix->address, 0, 16);
	memcpy(prefix->address, address, bits / 8);
	if (bits % 8)
		prefix->address[bits / 8] = (uint8_t)(address[bits / 8] & (0xff00u >> (bits % 8)));
}

int side_read_cidr(const char *text, struct prefix *out_prefix, struct fault *out_fault)
{
	int error = prefix_read(text, out_prefix);

	if (error)
		fault_set(out_fault, "", 0, 0, "'%s' is no address or prefix such as 192.0.2.0/24 or 2001:db8::/32", text);
	return error;
}

static size_t count_holding(const struct side_pair *pairs, size_t count, const struct prefix *prefix)
{
	size_t holding = 0;

	for (size_t i = 0; i < count; i++)
		holding += prefix_holds(prefix, pairs[i].src) || prefix_holds(prefix, pairs[i].dst);
	return holding;
}

static int by_address(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

/*
 * The address (bits 128) or prefix that most pairs have at one end; among equals the destination of the earliest pair.
 * sorted is room for 2 * count addresses.
 */
static size_t most_common(const struct side_pair *pairs, size_t count, bool wide, uint8_t (*sorted)[16], struct prefix *out_best)
{
	size_t best = 0, run;

	for (size_t i = 0; i < count; i++) {
		memcpy(sorted[2 * i], pairs[i].src, 16);
		memcpy(sorted[2 * i + 1], pairs[i].dst, 16);
	}
	for (size_t i = 0; wide && i < 2 * count; i++)
		memset(sorted[i] + (is_v4(sorted[i]) ? 15 : 8), 0, is_v4(sorted[i]) ? 1 : 8);
	qsort(sorted, 2 * count, 16, by_address);
	for (size_t i = 0; i < 2 * count; i += run) {
		for (run = 1; i + run < 2 * count && memcmp(sorted[i], sorted[i + run], 16) == 0; run++)
			;
		if (run * 2 < count || run < best || side_is_multicast(sorted[i]) || side_is_zero(sorted[i]))
			continue;
		struct prefix candidate = {.bits = wide ? (is_v4(sorted[i]) ? 120 : 64) : 128};
		memcpy(candidate.address, sorted[i], 16);
		size_t holding = count_holding(pairs, count, &candidate);
		if (holding > best || (holding == best && prefix_holds(&candidate, pairs[0].dst))) {
			best = holding;
			*out_best = candidate;
		}
	}
	return best;
}

size_t side_infer(struct side *side, const struct side_pair *pairs, size_t count, struct prefix out_inferred[SIDE_INFERRED_MAX])
{
	struct side_pair *left = malloc(count * sizeof(*left) + 1);
	uint8_t(*sorted)[16] = malloc(2 * count * sizeof(*sorted) + 1);
	size_t taken = 0, remaining = count;

	if (left && sorted)
		memcpy(left, pairs, count * sizeof(*left));
	else
		remaining = 0;
	/* what is left over below one packet in a hundred is noise that names nobody */
	while (remaining && remaining * 100 >= count && taken < SIDE_INFERRED_MAX) {
		struct prefix best;
		size_t kept = 0;

		if (most_common(left, remaining, false, sorted, &best) * 2 < remaining &&
			most_common(left, remaining, true, sorted, &best) * 2 < remaining)
			break;
		for (size_t i = 0; i < remaining; i++)
			if (!prefix_holds(&best, left[i].src) && !prefix_holds(&best, left[i].dst))
				left[kept++] = left[i];
		remaining = kept;
		out_inferred[taken++] = best;
		side_add(side, best.address, best.bits);
	}
	side->inferred = taken > 0;
	free(left);
	free(sorted);
	return taken;
}
