/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Amplification is measured by exchange: what the asker sends until the first answer, against all that answers it until he sends
 * again, both in bytes of UDP payload. That is Rossow's bandwidth amplification factor (NDSS 2014), the one that advisories give
 * (US-CERT TA14-017A: NTP 557, DNS 28 to 54, SSDP 31, SNMP 6). A conversation carries its exchange in one word:
 *
 *      31   30 | 29 ......... 16 15 14 | 13 ............ 0
 *      state   | answered, at most 65,535 | asked, at most 16,383     (where asked is cut short, nothing is called amplified)
 *
 * so that only an exchange that has reached the factor costs a lookup, and nothing is kept for honest ones.
 *
 * The conversation must have been opened from outside. On the port of a known service each exchange counts. On any other port, and on
 * those of tunnels, relays and games, only those of a conversation whose first exchange amplified: these and QUIC begin small (RFC
 * 9000 section 8.1: three times at most until the address is proven), and what they send later somebody really asked for. There also
 * many answers to one asker make no reflector, who may be watching a camera; only 10 askers do. And what was under way when the
 * capture began looks like it, a tunnel's clients who are being sent what they asked for long ago: there a conversation counts only
 * if the capture was 2 minutes old before it was first seen.
 *
 * Not high but low, because it is the job of what was found:
 *      - DNS that does not offer recursion (RA is 0): a name server of its own zones. DNSSEC makes such answers large; response rate
 *        limiting is its cure
 *      - DNS, games and other public services in a capture taken at a server
 *      - a port without a known service from which the device itself speaks to the outside: peer-to-peer
 */
#include "detect/reflector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "detect/udp_service.h"
#include "wire/limits.h"
#include "wire/packet.h"
#include "wire/siphash.h"

enum { PROTO_UDP = 17, PORT_DNS = 53, MEMO_EXCHANGE = 2 };
enum { FACTOR = 5, ANSWERS_MIN = 100, ASKERS_MIN = 10, ASKERS_MAX = 64 };
enum { DNS_FLAGS = 2, DNS_HEADER = 12, DNS_QR = 0x80, DNS_RA = 0x80 };
enum { ASKED_BITS = 14, ASKED_MAX = (1 << ASKED_BITS) - 1, ANSWERED_MAX = 0xffff, STATE_SHIFT = 30 };

enum exchange_state {
	EXCHANGE_FIRST, /* nothing is known of the conversation yet */
	EXCHANGE_AMPLIFIES, /* an earlier exchange did */
	EXCHANGE_HONEST, /* the first did not, or was not seen, on a port where that matters: never looked at again */
};

struct exchange {
	uint32_t asked, answered;
	enum exchange_state state;
};

struct service {
	uint8_t address[16]; /* zero where the device is known */
	uint32_t device;
	uint16_t port;
	bool own_zone;
	uint8_t zero;
	uint64_t first_ns;
	struct evidence_reflector sum;
	struct finding *finding; /* NULL: below the limits, or the book was full */
	uint32_t votes; /* for sum.victim, in the manner of Boyer and Moore */
	bool refused;
	uint32_t askers[ASKERS_MAX]; /* hashes */
};

struct reflector {
	struct table services;
	struct book *book;
	const struct reached *reached;
	uint64_t left_out;
	uint8_t hash_key[16];
	bool side_inferred;
};

int reflector_new(
	const uint8_t hash_key[16], bool side_inferred, struct book *book, const struct reached *reached, struct reflector **out_reflector)
{
	struct reflector *reflector = calloc(1, sizeof(*reflector));
	int error;

	if (!reflector)
		return -ENOMEM;
	reflector->book = book;
	reflector->reached = reached;
	reflector->side_inferred = side_inferred;
	memcpy(reflector->hash_key, hash_key, sizeof(reflector->hash_key));
	error = table_init(&reflector->services, FW_REFLECTOR_MAX, sizeof(struct service), offsetof(struct service, first_ns), hash_key);
	if (error) {
		free(reflector);
		return error;
	}
	*out_reflector = reflector;
	return 0;
}

void reflector_free(struct reflector *reflector)
{
	if (!reflector)
		return;
	table_done(&reflector->services);
	free(reflector);
}

/* ---- the exchange in its word ---- */

static struct exchange exchange_read(uint32_t word)
{
	return (struct exchange){.asked = word & ASKED_MAX,
		.answered = word >> ASKED_BITS & ANSWERED_MAX,
		.state = (enum exchange_state)(word >> STATE_SHIFT)};
}

static uint32_t exchange_write(const struct exchange *exchange)
{
	uint32_t asked = exchange->asked < ASKED_MAX ? exchange->asked : ASKED_MAX;
	uint32_t answered = exchange->answered < ANSWERED_MAX ? exchange->answered : ANSWERED_MAX;

	return asked | answered << ASKED_BITS | (uint32_t)exchange->state << STATE_SHIFT;
}

static bool amplifies(const struct exchange *exchange)
{
	return exchange->asked < ASKED_MAX && exchange->answered >= FACTOR * exchange->asked;
}

/* Each question stands for itself. */
static bool is_asked_anew(uint16_t port)
{
	const struct udp_service *known = udp_service_find(port);

	return known && !known->converses;
}

static void see_question(const struct reflector *reflector, const struct sighting *seen, uint32_t *word)
{
	struct exchange exchange = exchange_read(*word);
	uint16_t port = seen->packet->dst_port;
	uint32_t bytes = seen->packet->payload_wire_len;

	if (!*word && !is_asked_anew(port) && !reached_is_begun(reflector->reached, seen->opened_ns))
		exchange.state = EXCHANGE_HONEST;
	if (exchange.state == EXCHANGE_HONEST) {
		*word = exchange_write(&exchange);
		return;
	}
	if (exchange.answered) {
		if (exchange.state == EXCHANGE_FIRST && !amplifies(&exchange) && !is_asked_anew(port))
			exchange.state = EXCHANGE_HONEST;
		else if (amplifies(&exchange))
			exchange.state = EXCHANGE_AMPLIFIES;
		exchange.asked = exchange.answered = 0;
	}
	/* an empty datagram is a question too */
	exchange.asked += bytes ? bytes : 1;
	*word = exchange_write(&exchange);
}

/* ---- services ---- */

static bool is_own_zone(const struct sighting *answer)
{
	const uint8_t *flags = answer->payload.bytes + DNS_FLAGS;

	return answer->packet->src_port == PORT_DNS && answer->payload.len >= DNS_HEADER && (flags[0] & DNS_QR) && !(flags[1] & DNS_RA);
}

static void evict(void *context, void *entry)
{
	struct reflector *reflector = context;
	const struct service *service = entry;

	reflector->left_out += !service->finding;
}

static struct service *service_of(struct reflector *reflector, const struct sighting *answer)
{
	struct service key = {.device = answer->src_device, .port = answer->packet->src_port, .own_zone = is_own_zone(answer)};
	struct service *service;
	bool is_new;

	if (key.device == DEVICE_NONE)
		memcpy(key.address, answer->packet->src, 16);
	service = table_put(&reflector->services, &key, &is_new, evict, reflector);
	if (is_new) {
		service->first_ns = answer->opened_ns;
		service->sum = (struct evidence_reflector){.proto = PROTO_UDP, .port = key.port, .own_zone = key.own_zone};
	}
	return service;
}

static void note_asker(const struct reflector *reflector, struct service *service, const uint8_t asker[16])
{
	struct evidence_reflector *sum = &service->sum;
	uint32_t hash = (uint32_t)fw_siphash(reflector->hash_key, asker, 16);

	if (service->votes == 0)
		memcpy(sum->victim, asker, 16);
	if (memcmp(sum->victim, asker, 16) == 0)
		service->votes += service->votes < UINT32_MAX;
	else
		service->votes--;
	for (uint32_t i = 0; i < sum->askers; i++)
		if (service->askers[i] == hash)
			return;
	if (sum->askers < ASKERS_MAX)
		service->askers[sum->askers++] = hash;
}

static bool is_job(const struct reflector *reflector, const struct service *service)
{
	const struct udp_service *known = udp_service_find(service->port);

	if (service->own_zone)
		return true;
	if (reflector->side_inferred)
		return !known || known->public_job;
	return !known && reached_speaks_from(reflector->reached, service->device, service->port, 1);
}

static void raise(struct reflector *reflector, struct service *service)
{
	const struct evidence_reflector *sum = &service->sum;
	uint64_t discriminator = (uint64_t)service->own_zone << 32 | service->port;

	if (service->refused || (sum->askers < ASKERS_MIN && (sum->answers < ANSWERS_MIN || !is_asked_anew(service->port))))
		return;
	service->finding = book_note(reflector->book, FINDING_REFLECTOR, service->device,
		service->device == DEVICE_NONE ? service->address : NULL, discriminator, service->first_ns, NULL);
	service->refused = !service->finding;
	if (service->finding && !is_job(reflector, service))
		book_raise(reflector->book, service->finding, SEVERITY_HIGH, STATE_EXPOSED);
}

/* exchange: with this answer in it; before: what of it had been counted. */
static void count(struct reflector *reflector, const struct sighting *answer, const struct exchange *exchange, uint32_t before)
{
	struct service *service = service_of(reflector, answer);
	struct evidence_reflector *sum = &service->sum;
	struct finding *finding;

	sum->bytes_answered += exchange->answered - before;
	if (before == 0) {
		sum->answers++;
		sum->bytes_asked += exchange->asked;
		note_asker(reflector, service, answer->packet->dst);
	}
	if (!service->finding)
		raise(reflector, service);
	finding = service->finding;
	/* one that was pushed out and came back knows less than its finding */
	if (!finding || sum->answers < finding->reflector.answers)
		return;
	finding->reflector = *sum;
	finding->count = sum->answers;
	if (answer->time_ns > finding->last_ns)
		finding->last_ns = answer->time_ns;
}

static void see_answer(struct reflector *reflector, const struct sighting *seen, uint32_t *word)
{
	struct exchange exchange = exchange_read(*word);
	uint32_t before;

	if (exchange.state == EXCHANGE_HONEST || exchange.asked == 0)
		return;
	before = amplifies(&exchange) ? exchange.answered : 0;
	exchange.answered += seen->packet->payload_wire_len;
	*word = exchange_write(&exchange);
	if (amplifies(&exchange))
		count(reflector, seen, &exchange, before);
}

void reflector_packet(struct reflector *reflector, const struct sighting *seen)
{
	const struct fw_packet *p = seen->packet;

	if (p->proto != PROTO_UDP || !seen->memo || seen->to_many || p->fragment == FW_FRAGMENT_LATER)
		return;
	if (seen->from_opener) {
		if (!seen->src_ours && seen->dst_ours)
			see_question(reflector, seen, &seen->memo[MEMO_EXCHANGE]);
	} else if (seen->src_ours && !seen->dst_ours) {
		see_answer(reflector, seen, &seen->memo[MEMO_EXCHANGE]);
	}
}

/* What it counted goes with its finding: the next one begins at none. */
static void let_go(void *context, void *entry)
{
	const struct reflector *reflector = context;
	struct service *service = entry;

	service->refused = false;
	if (!book_is_leaving(reflector->book, service->finding))
		return;
	service->finding = NULL;
	service->sum = (struct evidence_reflector){.proto = service->sum.proto, .port = service->sum.port, .own_zone = service->own_zone};
	service->votes = 0;
}

void reflector_forget(struct reflector *reflector)
{
	table_each(&reflector->services, let_go, reflector);
}

uint64_t reflector_left_out(const struct reflector *reflector)
{
	return reflector->left_out;
}
