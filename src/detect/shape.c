/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the packets of a flood have in common, and how its finding and the sums say so. A finding outlives the rate that
 * made it, so it only ever gives up a common trait: a port that varied once stays 0.
 */
#include "detect/flood_room.h"

const uint8_t flood_broadcast[16] = {[10] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static bool is_mapped(const uint8_t address[16])
{
	return memcmp(address, flood_broadcast, 12) == 0;
}

static bool is_zero(const uint8_t address[16])
{
	static const uint8_t any6[16], any4[16] = {[10] = 0xff, 0xff};

	return same_address(address, any4) || same_address(address, any6);
}

bool address_is_loopback(const uint8_t address[16])
{
	static const uint8_t one[16] = {[15] = 1};

	return (is_mapped(address) && address[12] == 127) || same_address(address, one);
}

uint8_t address_prefix_bits(const uint8_t address[16])
{
	return is_mapped(address) ? 120 : 64;
}

void shape_see(struct shape *shape, const struct fw_packet *packet)
{
	if (!shape->known) {
		*shape = (struct shape){.src_port = packet->src_port, .dst_port = packet->dst_port, .known = true};
		memcpy(shape->source, packet->src, 16);
		memcpy(shape->target, packet->dst, 16);
		return;
	}
	shape->many_sources |= !same_address(shape->source, packet->src);
	shape->many_targets |= !same_address(shape->target, packet->dst);
	shape->src_port_varies |= shape->src_port != packet->src_port;
	shape->dst_port_varies |= shape->dst_port != packet->dst_port;
}

static bool shape_is_plain(const struct shape *shape)
{
	return !shape->many_sources && !shape->many_targets && !shape->src_port_varies && !shape->dst_port_varies;
}

struct finding *finding_note(struct flood *flood, enum finding_id id, uint32_t device, const struct rate *rate, uint64_t first_ns)
{
	uint64_t discriminator = fw_siphash(flood->hash_key, &rate->key, sizeof(rate->key));

	return book_note(flood->book, id, device, NULL, discriminator, first_ns, NULL);
}

void finding_note_sum(struct finding *finding, const struct rate_sum *sum)
{
	finding->count += sum->packets;
	finding->flood.packets += sum->packets;
	finding->flood.bytes += sum->bytes;
	finding->flood.answers += sum->answers;
	if (sum->peak_pps > finding->flood.peak_pps)
		finding->flood.peak_pps = sum->peak_pps;
}

void finding_note_guilt(struct finding *finding, const struct rate_guilt *guilt)
{
	if (guilt->last_ns > finding->last_ns)
		finding->last_ns = guilt->last_ns;
	finding_note_sum(finding, &guilt->all);
}

void finding_note_shape(struct finding *finding, const struct rate *rate, const struct shape *shape)
{
	struct evidence_flood *flood = &finding->flood;
	bool again = flood->vector != VECTOR_NONE, one_source = !shape->many_sources && !is_zero(shape->source);

	/* an echo's identifier stands where ports do */
	if (shape->dst_port_varies || vector_in(rate) == VECTOR_ICMP || (again && flood->port != shape->dst_port))
		flood->port = 0;
	else
		flood->port = shape->dst_port;
	if (vector_in(rate) == VECTOR_UDP && shape_is_plain(shape) && (!again || flood->vector == VECTOR_UDP_PLAIN))
		flood->vector = VECTOR_UDP_PLAIN;
	else
		flood->vector = vector_in(rate);
	if (again)
		one_source = one_source && finding->has_source && same_address(finding->source, shape->source);
	finding->has_source = one_source;
	if (one_source)
		memcpy(finding->source, shape->source, 16);
	else
		memset(finding->source, 0, 16);
}

void junk_add(struct flood *flood, const struct finding *finding, const struct rate *rate, struct junk_count *plain,
	const struct junk_piece *piece)
{
	enum vector vector = finding ? finding->flood.vector : vector_in(rate);

	tally_vector(flood->tally, vector, piece->count);
	spread_junk(flood->spread, vector, piece);
	if (vector == VECTOR_UDP_PLAIN) {
		count_add(plain, piece->count);
	} else if (plain->packets) {
		tally_move(flood->tally, VECTOR_UDP_PLAIN, VECTOR_UDP, *plain);
		spread_move(flood->spread, VECTOR_UDP_PLAIN, VECTOR_UDP, *plain);
		*plain = (struct junk_count){0};
	}
}

bool rate_is_media(const struct rate *rate, struct media *media)
{
	uint32_t packets = rate->past[rate->past_count - 1].packets;

	media_close(media, packets);
	return vector_in(rate) == VECTOR_UDP && packets < rate->rule->burst && media->seconds >= rate->rule->steady_windows;
}

bool vector_is_body(const struct rate *remembered, enum vector vector)
{
	return vector == VECTOR_STOMP && vector_in(remembered) == VECTOR_HTTP;
}
