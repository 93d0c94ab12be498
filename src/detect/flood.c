/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three tables of rates, all counted by packet and judged by window (rate.c):
 *
 *      leaving   (device, vector, target's /24 or /64, or the target itself if it is ours)    flood
 *      falling   (vector, victim's address)                                                   receives-flood
 *      echoing   (vector, sender), for reflections only                                       backscatter
 *
 * Leaving, all packets of the side that opened count, and what comes back on the same conversation is an answer, unless it
 * refuses (RST). A download counts for nothing: bare acknowledgements are no packets of a flood. Falling, only what nobody
 * here asked for counts: the opener is outside and has no answer yet. When it gets one (TCP: when its handshake is complete)
 * all it sent so far is taken back, so that a busy server stands at none while SYNs answered by SYN-ACK alone stay counted.
 * Three kinds can not be told that way and are judged by answers in both directions: data on an open connection (stomp),
 * requests (http; a response is an answer, an acknowledgement is not), and fragments. Later fragments have no ports; a first
 * one in a conversation that goes both ways stands for a datagram that was wanted, at most 45 fragments, hence 3 answers.
 *
 * Finding the rates of a packet costs two lookups, once: each conversation keeps two words for us, the memos of its rates
 * leaving and falling. A packet thus costs a compare with the time of the next close, the vector, and one increment.
 *
 * Media that go one way (media.h), or whose way back is not in the capture, are no junk while they stay below the rate of a burst.
 *
 * Both ends may be ours; then both findings are made and the junk is counted once. The falling rate keeps how much of its
 * junk came from inside and was not yet claimed by a leaving rate, and how much was claimed before it fell; whoever is judged
 * later subtracts:
 *
 *      leaving guilty of n:   claim = min(n, unclaimed)   junk += n - claim      ahead += n - claim
 *      falling guilty of n:   use   = min(inner, ahead)   junk += n - use        unclaimed += inner - use
 *
 * Many senders that answer one of ours: somebody asked them in its name, reflection. A few senders (at most 8) that answer
 * many of ours (at least 16): they are flooded under forged names, ours happen to be among them, backscatter. It is a finding
 * of its own by sender, low, and no junk.
 *
 * Sources: thresholds are those of PRODUCT.md section 3. RST is no answer because a victim whose port is closed refuses the
 * whole flood (CIC-DDoS2019, SYN: 7,538 RST for 18,778 SYN). An attack on DHCP servers is a broadcast and has no one victim.
 */
#include "detect/flood.h"

#include <errno.h>
#include <stdlib.h>

#include "detect/flood_room.h"

enum { PROTO_TCP = 6, TCP_RST = 4 };
enum { WANTED_DATAGRAM = 3, FALLING_SHARE = 4, FALLING_MIN = 64 };

static const uint64_t window_ns = 1000000000ull;

/* Kinds of falling packets that only the answers over the same window tell from junk. */
static bool vector_needs_answers(enum vector vector)
{
	return vector == VECTOR_STOMP || vector == VECTOR_HTTP || vector == VECTOR_FRAGMENT;
}

/* SYNs count until the handshake is complete and are taken back then; for the rest any answer ends the matter. */
static bool unasked(const struct sighting *seen, enum vector vector)
{
	return vector == VECTOR_SYN || vector_needs_answers(vector) || !seen->answered;
}

/* True when this packet is an answer, which ends what memo remembers of a request. */
static bool answers(const struct rate *rate, const struct sighting *seen, uint32_t *memo)
{
	enum vector vector = vector_in(rate);

	if (vector == VECTOR_SYN && seen->handshake_done)
		return false;
	if (vector == VECTOR_HTTP) {
		if (seen->packet->payload_wire_len == 0)
			return false;
		*memo = 0; /* one request, one answer */
	}
	return true;
}

/* A packet of the side that was asked. */
static void see_answer(struct flood *flood, const struct sighting *seen)
{
	struct rate *leaving, *falling;

	if (!seen->memo || (seen->packet->proto == PROTO_TCP && (seen->packet->tcp_flags & TCP_RST)))
		return;
	leaving = rates_recall(&flood->leaving, seen->memo[MEMO_LEAVING]);
	if (leaving && answers(leaving, seen, &seen->memo[MEMO_LEAVING]))
		leaving_answered((struct leaving *)leaving, seen->packet->src, rate_answers_for(seen->answers_for));
	falling = rates_recall(&flood->falling, seen->memo[MEMO_FALLING]);
	if (falling && vector_needs_answers(vector_in(falling)) && answers(falling, seen, &seen->memo[MEMO_FALLING]))
		rate_answer(falling, 1);
}

/* The opener has its answer: what it sent was no junk. This packet itself is not counted yet. */
static void take_back(struct flood *flood, const struct sighting *seen)
{
	struct rate *rate = seen->memo ? rates_recall(&flood->falling, seen->memo[MEMO_FALLING]) : NULL;

	if (rate)
		rate_take_back(rate, seen->opener_packets - (seen->from_opener && seen->opener_packets ? 1 : 0));
}

/* A datagram in pieces in a conversation that goes both ways: somebody wants the rest of it. */
static void see_wanted_datagram(struct flood *flood, const struct sighting *seen)
{
	if (seen->src_ours)
		leaving_wanted(flood, seen, WANTED_DATAGRAM);
	if (seen->dst_ours)
		falling_wanted(flood, seen, WANTED_DATAGRAM);
}

void flood_wake(struct flood *flood)
{
	if (flood->due_ns == UINT64_MAX && flood->now_ns <= UINT64_MAX - window_ns)
		flood->due_ns = flood->now_ns + window_ns;
}

void flood_packet(struct flood *flood, const struct sighting *seen)
{
	const struct fw_packet *p = seen->packet;
	bool later = p->fragment == FW_FRAGMENT_LATER;
	enum vector vector;

	if (seen->time_ns > flood->now_ns)
		flood->now_ns = seen->time_ns;
	spread_packet(flood->spread, flood->now_ns, seen->wire_len);
	if (flood->now_ns >= flood->due_ns)
		flood_tick(flood, flood->now_ns);
	if (seen->dst_ours && !seen->src_ours)
		flood->heard_ns = flood->now_ns;
	if (p->fragment == FW_FRAGMENT_FIRST && (seen->answered || !seen->from_opener))
		see_wanted_datagram(flood, seen);
	if (seen->first_answer)
		take_back(flood, seen);
	if (!seen->from_opener && !later) {
		see_answer(flood, seen);
		return;
	}
	vector = vector_of(seen);
	if (vector == VECTOR_NONE || (seen->to_many && vector != VECTOR_DHCP))
		return;
	if (seen->src_ours && vector != VECTOR_DHCP)
		leaving_count(flood, seen, vector);
	if ((seen->dst_ours || seen->to_many) && unasked(seen, vector))
		falling_count(flood, seen, vector);
}

void flood_sender_says(struct flood *flood, const uint8_t address[16], const struct sender_says *says)
{
	struct tally_change change;
	struct rate *rate;

	tally_says(flood->tally, address, fw_siphash(flood->hash_key, address, 16), says, &change);
	rate = change.from == change.to ? NULL : rates_recall(&flood->falling, change.mark.memo);
	if (rate && ((struct falling *)rate)->epoch == change.mark.epoch)
		crowd_move(flood->crowds, &((struct falling *)rate)->crowd, change.from, change.to, change.pending, flood->now_ns);
}

void flood_unheard(struct flood *flood, uint32_t device, uint64_t lost, uint64_t seen)
{
	uint32_t place = device < FW_DEVICE_MAX ? device : FW_DEVICE_MAX;

	flood->unheard[place] = (struct unheard){flood->now_ns, lost, seen};
}

void flood_add_junk(struct flood *flood, const struct finding *finding, const struct junk_piece *piece)
{
	tally_vector(flood->tally, finding->flood.vector, piece->count);
	spread_junk(flood->spread, finding->flood.vector, piece);
}

static uint64_t earlier_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void flood_tick(struct flood *flood, uint64_t now_ns)
{
	if (now_ns > flood->now_ns)
		flood->now_ns = now_ns;
	rates_tick(&flood->leaving, flood->now_ns);
	rates_tick(&flood->echoing, flood->now_ns);
	rates_tick(&flood->falling, flood->now_ns);
	flood->due_ns = earlier_of(rates_due(&flood->leaving), earlier_of(rates_due(&flood->falling), rates_due(&flood->echoing)));
}

void flood_end(struct flood *flood, uint64_t now_ns)
{
	flood_tick(flood, now_ns);
	rates_end(&flood->leaving);
	rates_end(&flood->echoing);
	rates_end(&flood->falling);
}

const struct junk *flood_junk(struct flood *flood)
{
	return tally_junk(flood->tally);
}

const struct timeline *flood_timeline(struct flood *flood)
{
	return spread_timeline(flood->spread);
}

uint64_t flood_left_out(const struct flood *flood)
{
	return flood->leaving.cut_short + flood->falling.cut_short + flood->echoing.cut_short + tally_left_out(flood->tally);
}

static int start(struct flood *flood, uint32_t rate_max)
{
	uint32_t falling_max = rate_max / FALLING_SHARE > FALLING_MIN ? rate_max / FALLING_SHARE : FALLING_MIN;
	int error = rates_init(&flood->leaving, rate_max, sizeof(struct leaving), flood->hash_key);

	if (!error)
		error = rates_init(&flood->falling, falling_max, sizeof(struct falling), flood->hash_key);
	if (!error)
		error = rates_init(&flood->echoing, falling_max, sizeof(struct echoing), flood->hash_key);
	if (!error)
		error = crowds_new(&flood->crowds);
	if (!error)
		error = tally_new(flood->hash_key, &flood->tally);
	if (!error)
		error = spread_new(&flood->spread);
	return error;
}

int flood_new(uint32_t rate_max, const uint8_t hash_key[16], struct book *book, struct flood **out_flood)
{
	struct flood *flood = calloc(1, sizeof(*flood));
	int error;

	if (!flood)
		return -ENOMEM;
	flood->book = book;
	flood->due_ns = UINT64_MAX;
	memcpy(flood->hash_key, hash_key, sizeof(flood->hash_key));
	error = start(flood, rate_max);
	if (error) {
		flood_free(flood);
		return error;
	}
	rates_tell(&flood->leaving, leaving_closed, leaving_left, flood);
	rates_tell(&flood->falling, falling_closed, falling_left, flood);
	rates_tell(&flood->echoing, echoing_closed, echoing_left, flood);
	*out_flood = flood;
	return 0;
}

void flood_free(struct flood *flood)
{
	if (!flood)
		return;
	rates_done(&flood->leaving);
	rates_done(&flood->falling);
	rates_done(&flood->echoing);
	crowds_free(flood->crowds);
	tally_free(flood->tally);
	spread_free(flood->spread);
	free(flood);
}
