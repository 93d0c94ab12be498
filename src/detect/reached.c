/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who opened the conversation? For TCP the handshake tells: SYN from outside, SYN-ACK, and the ACK that proves the asker real.
 * A conversation whose SYN was not seen proves nothing. UDP has no such mark, and its first packet in a capture may be the
 * middle of an old conversation that our device began. So a UDP answer counts only when all of this holds:
 *
 *      - the device had not spoken to that address first, over whatever protocol (hole punching, FTP's data connection, a
 *        late answer and the question after it); it is remembered who asked whom
 *      - it answers within 3 seconds
 *      - our port is that of a known service; or it is another one, the asker's is not a server's, and the capture was
 *        already 2 minutes old. A conversation older than the capture shows itself by then, or its NAT has forgotten it
 *        (RFC 4787 section 4.3: mappings live 2 minutes at least, so who wants to keep one speaks up within that time)
 *
 * What was reached waits a minute for its judgement, for three ordinary things look alike at the first packet:
 *
 *      a capture taken at a server      its side was inferred: answering is its job                              low
 *      a crowd                          32 different askers within the minute, proven by TCP: a service that is
 *                                       meant for the public                                                      low
 *      peer-to-peer                     a port from 1024 up, of no known service, from which the device itself
 *                                       opens UDP conversations with the outside; where TCP is reached,
 *                                       with 4 addresses (DHT and data share a port number)                      low
 *
 * The rest is medium. Services that `open-service` lists are told there, at high, and not here again. A port that the router was
 * asked to open (UPnP) is low until somebody comes through it; then it is the same finding that rises.
 */
#include "detect/reached.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "detect/service.h"
#include "detect/sketch.h"
#include "detect/udp_service.h"
#include "wire/limits.h"
#include "wire/packet.h"
#include "wire/siphash.h"

enum { PROTO_TCP = 6, PROTO_UDP = 17 };
enum { HOLE_MAX = 1024, HOLE_PEERS = 4, CROWD = FEW_MAX, FIRST_FREE_PORT = 1024, DHCP_CLIENT = 68, DHCP6_CLIENT = 546 };

static const uint64_t settle_ns = 60ull * 1000000000ull;
static const uint64_t midway_ns = 120ull * 1000000000ull;

/* Our device opened a conversation with this address. */
struct asked {
	uint8_t address[16];
	uint32_t device;
	uint32_t zero;
};

/* A UDP port of ours from which the device itself speaks to the outside. */
struct hole {
	uint32_t device;
	uint16_t port;
	uint16_t zero;
	uint32_t peers[HOLE_PEERS]; /* hashes */
	uint32_t peer_count;
	uint32_t zero_end;
};

struct exposure {
	uint8_t address[16]; /* zero where the device is known */
	uint32_t device;
	uint16_t port;
	uint8_t proto, zero;
	struct finding *finding; /* NULL when the book was full */
	uint64_t due_ns; /* of the judgement; 0: judged, or nobody came yet */
	struct few askers;
};

struct reached {
	struct table asked, holes, exposures;
	struct book *book;
	struct asked latest; /* asked last: floods and scans of one target come in runs */
	uint64_t now_ns, begin_ns; /* of the capture, or of its latest piece */
	uint64_t due_ns; /* the earliest of all; UINT64_MAX for none */
	uint64_t left_out;
	uint8_t hash_key[16];
	uint8_t ports_of[FW_DEVICE_MAX]; /* exposures of each device */
	bool side_inferred, begun;
};

int reached_new(const uint8_t hash_key[16], bool side_inferred, struct book *book, struct reached **out_reached)
{
	struct reached *reached = calloc(1, sizeof(*reached));
	int error;

	if (!reached)
		return -ENOMEM;
	reached->book = book;
	reached->side_inferred = side_inferred;
	reached->due_ns = UINT64_MAX;
	memcpy(reached->hash_key, hash_key, sizeof(reached->hash_key));
	error = table_init(&reached->asked, FW_ASKED_MAX, sizeof(struct asked), sizeof(struct asked), hash_key);
	if (!error)
		error = table_init(&reached->holes, HOLE_MAX, sizeof(struct hole), offsetof(struct hole, peers), hash_key);
	if (!error)
		error = table_init(
			&reached->exposures, FW_REACHED_MAX, sizeof(struct exposure), offsetof(struct exposure, finding), hash_key);
	if (error) {
		reached_free(reached);
		return error;
	}
	*out_reached = reached;
	return 0;
}

void reached_free(struct reached *reached)
{
	if (!reached)
		return;
	table_done(&reached->asked);
	table_done(&reached->holes);
	table_done(&reached->exposures);
	free(reached);
}

/* ---- what our side does by itself ---- */

static void note_asked(struct reached *reached, uint32_t device, const uint8_t address[16])
{
	struct asked key = {.device = device};

	memcpy(key.address, address, 16);
	if (memcmp(&key, &reached->latest, sizeof(key)) == 0)
		return;
	reached->latest = key;
	table_put(&reached->asked, &key, &(bool){false}, NULL, NULL);
}

static bool was_asked(const struct reached *reached, uint32_t device, const uint8_t address[16])
{
	struct asked key = {.device = device};

	memcpy(key.address, address, 16);
	return table_find(&reached->asked, &key) != NULL;
}

static void note_hole(struct reached *reached, uint32_t device, uint16_t port, const uint8_t peer[16])
{
	uint32_t hash = (uint32_t)fw_siphash(reached->hash_key, peer, 16);
	struct hole key = {.device = device, .port = port}, *hole;

	if (port < FIRST_FREE_PORT || udp_service_find(port))
		return;
	hole = table_put(&reached->holes, &key, &(bool){false}, NULL, NULL);
	for (uint32_t i = 0; i < hole->peer_count; i++)
		if (hole->peers[i] == hash)
			return;
	if (hole->peer_count < HOLE_PEERS)
		hole->peers[hole->peer_count++] = hash;
}

bool reached_speaks_from(const struct reached *reached, uint32_t device, uint16_t port, uint32_t addresses)
{
	struct hole key = {.device = device, .port = port};
	const struct hole *hole = table_find(&reached->holes, &key);

	return hole && hole->peer_count >= addresses;
}

/* ---- what was reached ---- */

static void judge(void *context, void *entry)
{
	struct reached *reached = context;
	struct exposure *exposure = entry;
	struct evidence_reached *evidence;

	if (exposure->due_ns == 0)
		return;
	if (exposure->due_ns > reached->now_ns) {
		if (exposure->due_ns < reached->due_ns)
			reached->due_ns = exposure->due_ns;
		return;
	}
	exposure->due_ns = 0;
	evidence = &exposure->finding->reached;
	if (reached->side_inferred)
		evidence->how = REACHED_PUBLIC_SERVER;
	else if (exposure->proto == PROTO_TCP && exposure->askers.count >= CROWD)
		evidence->how = REACHED_BY_A_CROWD;
	else if (reached_speaks_from(reached, exposure->device, exposure->port, exposure->proto == PROTO_TCP ? HOLE_PEERS : 1))
		evidence->how = REACHED_PEER_TO_PEER;
	else
		book_raise(reached->book, exposure->finding, SEVERITY_MEDIUM, STATE_EXPOSED);
}

void reached_tick(struct reached *reached, uint64_t now_ns)
{
	/* nothing at all for this long: another capture, perhaps, and its conversations began unseen */
	if (!reached->begun || (now_ns > reached->now_ns && now_ns - reached->now_ns > midway_ns))
		reached->begin_ns = now_ns;
	reached->begun = true;
	if (now_ns > reached->now_ns)
		reached->now_ns = now_ns;
	if (reached->now_ns < reached->due_ns)
		return;
	reached->due_ns = UINT64_MAX;
	table_each(&reached->exposures, judge, reached);
}

void reached_end(struct reached *reached)
{
	reached->now_ns = UINT64_MAX;
	table_each(&reached->exposures, judge, reached);
}

/* Known, or new if there is room for it; else NULL. Entries stay: their number is what bounds the findings. */
static struct exposure *exposure_of(struct reached *reached, const struct exposure *key, uint64_t time_ns)
{
	uint8_t *ports = key->device < FW_DEVICE_MAX ? &reached->ports_of[key->device] : NULL;
	struct exposure *exposure = table_find(&reached->exposures, key);
	uint64_t discriminator = (uint64_t)key->proto << 16 | key->port;

	if (exposure)
		return exposure->finding ? exposure : NULL;
	if (reached->exposures.count == FW_REACHED_MAX || (ports && *ports == FW_REACHED_PORTS_MAX)) {
		reached->left_out++;
		return NULL;
	}
	if (ports)
		++*ports;
	exposure = table_put(&reached->exposures, key, &(bool){false}, NULL, NULL);
	exposure->finding = book_note(reached->book, FINDING_REACHED_FROM_INTERNET, key->device,
		key->device == DEVICE_NONE ? key->address : NULL, discriminator, time_ns, NULL);
	if (!exposure->finding)
		return NULL;
	exposure->finding->reached = (struct evidence_reached){.proto = key->proto, .port = key->port, .how = REACHED_NOT_YET};
	return exposure;
}

static struct exposure key_of(uint32_t device, const uint8_t address[16], uint8_t proto, uint16_t port)
{
	struct exposure key = {.device = device, .port = port, .proto = proto};

	if (device == DEVICE_NONE)
		memcpy(key.address, address, 16);
	return key;
}

static void note_asker(struct reached *reached, struct exposure *exposure, const uint8_t asker[16])
{
	struct finding *finding = exposure->finding;

	few_add(&exposure->askers, fw_siphash(reached->hash_key, asker, 16));
	finding->reached.askers = exposure->askers.count;
	finding->count++;
	if (reached->now_ns > finding->last_ns)
		finding->last_ns = reached->now_ns;
	if (finding->reached.how != REACHED_NOT_YET)
		return;
	finding->reached.how = REACHED_IN;
	memcpy(finding->reached.asker, asker, 16);
	/* without a device the source is what was reached: the finding is known by it */
	if (finding->device != DEVICE_NONE) {
		finding->has_source = true;
		memcpy(finding->source, asker, 16);
	}
	exposure->due_ns = reached->now_ns + settle_ns;
	if (exposure->due_ns < reached->due_ns)
		reached->due_ns = exposure->due_ns;
}

static void note_reached(
	struct reached *reached, uint32_t device, const uint8_t ours[16], const uint8_t asker[16], uint8_t proto, uint16_t port)
{
	struct exposure key = key_of(device, ours, proto, port), *exposure;

	if (service_listed(proto, port) || was_asked(reached, device, asker))
		return;
	exposure = exposure_of(reached, &key, reached->now_ns);
	if (exposure)
		note_asker(reached, exposure, asker);
}

void reached_port_mapping(struct reached *reached, const struct port_mapping_seen *seen)
{
	struct exposure key = key_of(seen->device, seen->client, seen->proto, seen->internal_port), *exposure;
	size_t len = seen->description.len < EVIDENCE_NOTE_MAX - 1 ? seen->description.len : EVIDENCE_NOTE_MAX - 1;
	struct evidence_reached *evidence;

	exposure = exposure_of(reached, &key, seen->time_ns);
	if (!exposure)
		return;
	evidence = &exposure->finding->reached;
	evidence->mapped = true;
	evidence->mapped_port = seen->external_port;
	evidence->router_port = seen->router_port;
	memcpy(evidence->router, seen->router, 16);
	memset(evidence->mapped_for, 0, sizeof(evidence->mapped_for));
	if (len)
		memcpy(evidence->mapped_for, seen->description.bytes, len);
	exposure->finding->count++;
	if (seen->time_ns > exposure->finding->last_ns)
		exposure->finding->last_ns = seen->time_ns;
	book_raise(reached->book, exposure->finding, SEVERITY_LOW, STATE_EXPOSED);
}

/* ---- packets ---- */

struct gone {
	const struct book *book;
	struct exposure *one[FW_REACHED_MAX];
	uint32_t count;
};

static void find_gone(void *context, void *entry)
{
	struct gone *gone = context;
	struct exposure *exposure = entry;

	if (!exposure->finding || book_is_leaving(gone->book, exposure->finding))
		gone->one[gone->count++] = exposure;
}

void reached_forget(struct reached *reached)
{
	struct gone gone = {.book = reached->book};

	table_each(&reached->exposures, find_gone, &gone);
	for (uint32_t i = 0; i < gone.count; i++) {
		if (gone.one[i]->device < FW_DEVICE_MAX)
			reached->ports_of[gone.one[i]->device]--;
		table_remove(&reached->exposures, gone.one[i]);
	}
}

bool reached_is_begun(const struct reached *reached, uint64_t opened_ns)
{
	return opened_ns - reached->begin_ns >= midway_ns;
}

/* The essay above says when an answer over UDP proves that the asker began. */
static bool udp_proves(const struct reached *reached, const struct sighting *answer)
{
	uint16_t ours = answer->packet->src_port, theirs = answer->packet->dst_port;
	bool service = ours < FIRST_FREE_PORT || udp_service_find(ours);
	bool from_service = theirs < FIRST_FREE_PORT || udp_service_find(theirs);

	if (ours == DHCP_CLIENT || ours == DHCP6_CLIENT || answer->time_ns - answer->opened_ns > FW_CONTACT_SILENT_NS)
		return false;
	if (service && !from_service)
		return true;
	return (service || !from_service) && reached_is_begun(reached, answer->opened_ns);
}

/* The packet that completes the handshake of a conversation seen from its SYN on. */
static void see_handshake(struct reached *reached, const struct sighting *seen)
{
	const struct fw_packet *p = seen->packet;

	if (!seen->handshake_done || !seen->opening_seen)
		return;
	if (seen->src_ours && !seen->dst_ours)
		note_asked(reached, seen->src_device, p->dst);
	else if (!seen->src_ours && seen->dst_ours)
		note_reached(reached, seen->dst_device, p->dst, p->src, PROTO_TCP, p->dst_port);
}

void reached_packet(struct reached *reached, const struct sighting *seen)
{
	const struct fw_packet *p = seen->packet;
	bool opens = seen->from_opener && seen->opener_packets == 1;

	if ((!opens && !seen->first_answer) || seen->to_many)
		return;
	if (!reached->begun)
		reached_tick(reached, seen->time_ns);
	if (seen->time_ns > reached->now_ns)
		reached->now_ns = seen->time_ns;
	if (p->proto == PROTO_TCP && seen->from_opener && seen->first_answer)
		see_handshake(reached, seen);
	if (p->proto != PROTO_UDP || !seen->src_ours || seen->dst_ours)
		return;
	if (opens) {
		note_asked(reached, seen->src_device, p->dst);
		note_hole(reached, seen->src_device, p->src_port, p->dst);
	} else if (!seen->from_opener && udp_proves(reached, seen)) {
		note_reached(reached, seen->src_device, p->src, p->dst, PROTO_UDP, p->src_port);
	}
}

uint64_t reached_left_out(const struct reached *reached)
{
	return reached->left_out;
}
