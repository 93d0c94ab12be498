/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From one outcome to a finding:
 *
 *   contact --> pair (source, target): first? --> walk (source, side): steps --> alarm --> window: how bad?
 *                 |                                                                 |
 *                 +--> ports of the pair: first on this port? --> steps --> alarm --+--> book
 *
 * A contact that cannot be told (VOID) leaves no trace, so that the pair's next one is its first. At the upper barrier the
 * walk stays in alarm, at most WALK_BARRIER steps up; at the lower one alarm and counts are forgotten and it starts anew.
 *
 * In the dark: while nobody on our side got an answer from outside for 60 s (per address family), the link may be down or the
 * capture one-sided, and a failure there says nothing about who made it. Such contacts do not move the walk: they raise an
 * alarm only when one port was tried on WINDOW_CROWD targets (or WINDOW_CROWD ports on one). What boxes do by themselves on a dead link never does:
 * name and time servers from a list (ports 53, 123), the web over broken IPv6, and ACKs of conversations older than the capture.
 */
#include "detect/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "detect/scan_room.h"

int walk_next(int steps, bool success, enum walk_verdict *out_verdict)
{
	steps += success ? -1 : 1;
	*out_verdict = steps >= WALK_BARRIER ? WALK_SCANNER : steps <= -WALK_BARRIER ? WALK_BENIGN : WALK_PENDING;
	return steps;
}

static void half_done(struct half *half)
{
	table_done(&half->pairs);
	table_done(&half->walks);
	table_done(&half->windows);
	table_done(&half->sets);
}

static int half_init(struct half *half, const uint32_t ceilings[4], size_t walk_size, const uint8_t hash_key[16])
{
	int result = table_init(&half->pairs, ceilings[0], sizeof(struct pair), sizeof(struct pair_key), hash_key);

	if (result == 0)
		result = table_init(&half->walks, ceilings[1], walk_size, sizeof(struct walk_key), hash_key);
	if (result == 0)
		result = table_init(&half->windows, ceilings[2], sizeof(struct walk_window), sizeof(struct walk_key), hash_key);
	if (result == 0)
		result = table_init(&half->sets, ceilings[3], sizeof(struct port_set), sizeof(struct pair_key), hash_key);
	return result;
}

int scan_new(uint32_t pair_max, const uint8_t hash_key[16], struct book *book, struct scan **out_scan)
{
	if (pair_max < 4)
		return -EINVAL;
	struct scan *scan = calloc(1, sizeof(*scan));
	if (!scan)
		return -ENOMEM;
	uint32_t for_outside = pair_max / 4;
	uint32_t ours[4] = {pair_max - for_outside, SCAN_WALKS_OURS, SCAN_WINDOWS_OURS, SCAN_PORT_SETS_OURS};
	uint32_t outside[4] = {for_outside, SCAN_WALKS_OUTSIDE, SCAN_WINDOWS_OUTSIDE, SCAN_PORT_SETS_OUTSIDE};
	int result = half_init(&scan->ours, ours, sizeof(struct walk), hash_key);
	if (result == 0)
		result = half_init(&scan->outside, outside, sizeof(struct visitor), hash_key);
	if (result != 0) {
		scan_free(scan);
		return result;
	}
	scan->book = book;
	scan->ours.finding_room = UINT32_MAX;
	scan->outside.finding_room = SCAN_OUTSIDE_FINDINGS;
	*out_scan = scan;
	return 0;
}

void scan_free(struct scan *scan)
{
	if (!scan)
		return;
	half_done(&scan->ours);
	half_done(&scan->outside);
	free(scan);
}

static bool is_ipv6(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address, mapped, sizeof(mapped)) != 0;
}

static uint32_t family_of(enum contact_kind kind)
{
	return kind == CONTACT_ARP ? FAMILY_ARP : kind == CONTACT_ACK ? FAMILY_ACK : FAMILY_IP;
}

static uint8_t kind_bit(enum contact_kind kind)
{
	static const uint8_t bits[CONTACT_KIND_COUNT] = {
		[CONTACT_TCP] = SCAN_TCP,
		[CONTACT_UDP] = SCAN_UDP,
		[CONTACT_ICMP] = SCAN_ICMP,
		[CONTACT_ARP] = SCAN_ARP,
		[CONTACT_ACK] = SCAN_ACK,
	};

	return bits[kind];
}

bool scan_dark(const struct scan *scan, const struct contact *contact)
{
	if (!contact->source_ours || contact->target_ours || contact->outcome == CONTACT_ANSWERED)
		return false;
	uint64_t answered_ns = scan->answered_ns[is_ipv6(contact->target)];
	return answered_ns == 0 || contact->start_ns > answered_ns + SCAN_DARK_NS;
}

bool scan_ordinary_in_dark(const struct contact *contact)
{
	return contact->kind == CONTACT_ACK || contact->port == 53 || contact->port == 123 ||
		(is_ipv6(contact->target) && (contact->port == 80 || contact->port == 443));
}

struct finding *scan_note(struct scan *scan, struct half *half, const struct contact *contact, uint64_t discriminator, uint32_t device)
{
	bool is_new = false;
	struct finding *finding = NULL;

	if (half->finding_room > 0)
		finding = book_note(scan->book, FINDING_SCAN, device, contact->source, discriminator, contact->start_ns, &is_new);
	else
		scan->findings_left_out++;
	if (!is_new)
		return finding;
	if (half == &scan->outside)
		half->finding_room--;
	finding->scan.outside = !contact->target_ours;
	finding->scan.source_outside = !contact->source_ours;
	return finding;
}

void scan_stretch(struct finding *finding, uint64_t first_ns, uint64_t last_ns)
{
	if (first_ns < finding->first_ns)
		finding->first_ns = first_ns;
	if (last_ns > finding->last_ns)
		finding->last_ns = last_ns;
}

static void window_flush(void *context, void *entry)
{
	struct walk_window *one = entry;

	(void)context;
	if (one->finding && one->changed && one->window.port_count >= one->finding->scan.port_count)
		window_show(&one->window, &one->finding->scan);
	one->changed = false;
}

static void window_evict(void *context, void *entry)
{
	struct half *half = context;
	const struct walk_window *one = entry;

	window_flush(NULL, entry);
	half->forgotten += window_fresh(&one->window, half->now_ns);
}

/* NULL where none is kept yet: outside sources get theirs with the alarm, or forged ones would push out each other's. */
static struct window *window_of(struct half *half, struct walk *walk, bool wanted)
{
	struct walk_window *one = walk->window ? table_at(&half->windows, walk->window - 1) : NULL;

	if (!one || memcmp(&one->key, &walk->key, sizeof(walk->key)) != 0) {
		if (!wanted)
			return NULL;
		one = table_put(&half->windows, &walk->key, &(bool){false}, window_evict, half);
		walk->window = table_index(&half->windows, one) + 1;
	}
	table_touch(&half->windows, one);
	one->finding = walk->finding;
	one->changed = true;
	return &one->window;
}

static void walk_forget(struct walk *walk)
{
	walk->steps = 0;
	walk->alarmed = false;
	walk->run_failed = 0;
	walk->run_answered = 0;
	walk->kinds = 0;
	walk->marked = 0;
	walk->run_first_ns = 0;
}

uint8_t scan_common_bits(const uint8_t one[16], const uint8_t other[16])
{
	for (unsigned i = 0; i < 16; i++)
		if (one[i] != other[i])
			return (uint8_t)(i * 8 + (unsigned)__builtin_clz((unsigned)(one[i] ^ other[i]) << 24));
	return 128;
}

uint8_t scan_least(uint32_t a, uint32_t b)
{
	return (uint8_t)(a < b ? a : b);
}

static void walk_count(struct walk *walk, const struct contact *contact)
{
	if (contact->outcome == CONTACT_ANSWERED) {
		walk->run_answered++;
		return;
	}
	if (walk->run_failed == 0) {
		walk->run_first_ns = contact->start_ns;
		memcpy(walk->run_target, contact->target, sizeof(walk->run_target));
		walk->run_bits = 128;
	}
	walk->run_bits = scan_least(walk->run_bits, scan_common_bits(walk->run_target, contact->target));
	walk->run_failed++;
	walk->kinds |= kind_bit(contact->kind);
	walk->marked += contact->mirai_mark && !contact->target_named;
}

/* What was counted since the last call goes into the finding. */
static void walk_tell(struct walk *walk, const struct contact *contact)
{
	struct finding *finding = walk->finding;
	struct evidence_scan *scan = &finding->scan;

	if (scan->failed == 0) {
		memcpy(scan->target, walk->run_target, sizeof(scan->target));
		scan->target_bits = 128;
	}
	if (walk->run_failed > 0)
		scan->target_bits =
			scan_least(scan->target_bits, scan_least(walk->run_bits, scan_common_bits(scan->target, walk->run_target)));
	scan->kinds |= walk->kinds | SCAN_HORIZONTAL;
	scan->mirai_mark |= walk->marked > 0;
	scan->failed += walk->run_failed;
	scan->targets += walk->run_failed;
	scan->answered += walk->run_answered;
	finding->count += walk->run_failed;
	if (walk->run_failed > 0)
		scan_stretch(finding, walk->run_first_ns, contact->start_ns);
	walk->run_failed = 0;
	walk->run_answered = 0;
	walk->run_first_ns = 0;
}

/*
 * Bare ACKs to many hosts stay low: so do conversations look that are older than the capture, all those of a device in its first
 * seconds, and of such probes one can not tell them apart. On many ports of one target (ports.c) nothing but a probe looks like that.
 */
static void walk_grade(struct book *book, struct walk *walk, const struct window *window, const struct contact *contact, bool dark)
{
	if (contact->kind == CONTACT_ACK)
		return;
	if (walk->finding->severity == SEVERITY_HIGH && walk->finding->state == STATE_HIJACKED)
		return; /* there is nothing worse */
	uint32_t slot = window_slot(contact, dark);
	bool outside = !contact->target_ours;
	bool login = slot & SLOT_LOGIN && window_login(window, dark);
	bool marked = walk->marked >= SCAN_MARKED;

	if (walk->finding->severity == SEVERITY_HIGH && !login)
		return;
	if (!login && !marked && !window_crowded(window, slot, dark))
		return;
	bool quiet_kind = contact->kind == CONTACT_ARP || contact->kind == CONTACT_ICMP;
	if (quiet_kind && !outside && !login && !marked)
		book_raise(book, walk->finding, SEVERITY_MEDIUM, STATE_SUSPECT);
	else
		book_raise(book, walk->finding, SEVERITY_HIGH, outside || login ? STATE_HIJACKED : STATE_SUSPECT);
}

/* In the dark, is this contact the one that makes an alarm? */
static bool dark_alarm(const struct window *window, const struct contact *contact)
{
	return window && !scan_ordinary_in_dark(contact) && window_crowded(window, window_slot(contact, true), true);
}

static void walk_alarm(struct scan *scan, struct half *half, struct walk *walk, const struct contact *contact)
{
	walk->alarmed = true;
	if (walk->finding || walk->refused)
		return;
	uint64_t discriminator = (uint64_t)walk->key.family << 1 | walk->key.side;
	walk->finding = scan_note(scan, half, contact, discriminator, contact->source_ours ? contact->device : DEVICE_NONE);
	walk->refused = !walk->finding;
}

/* A scanner's contacts come in a row: mostly it is the walk that was looked up last, and needs no hash. */
static struct walk *walk_of(struct half *half, const struct contact *contact, bool *out_new)
{
	struct walk *walk = table_at(&half->walks, half->latest_walk);
	struct walk_key key = {
		.device = contact->source_ours ? contact->device : DEVICE_NONE,
		.side = contact->target_ours ? SIDE_INSIDE : SIDE_OUTSIDE,
		.family = (uint16_t)family_of(contact->kind),
	};

	*out_new = false;
	if (key.device == DEVICE_NONE)
		memcpy(key.who, contact->source, sizeof(key.who));
	if (memcmp(&walk->key, &key, sizeof(key)) == 0) {
		table_touch(&half->walks, walk);
		return walk;
	}
	walk = table_put(&half->walks, &key, out_new, NULL, NULL);
	half->latest_walk = table_index(&half->walks, walk);
	return walk;
}

static void walk_see(struct scan *scan, struct half *half, struct walk *walk, const struct contact *contact)
{
	bool dark = scan_dark(scan, contact), success = contact->outcome == CONTACT_ANSWERED;
	struct window *window = window_of(half, walk, contact->source_ours || walk->steps == WALK_BARRIER - 1);
	enum walk_verdict verdict = WALK_PENDING;
	int steps = walk->steps;

	if (window)
		window_note(window, contact->start_ns, window_slot(contact, dark));
	walk_count(walk, contact);
	if (dark)
		verdict = !walk->alarmed && dark_alarm(window, contact) ? WALK_SCANNER : WALK_PENDING;
	else
		steps = walk_next(steps, success, &verdict);
	walk->steps = (int8_t)(steps > WALK_BARRIER ? WALK_BARRIER : steps);
	if (verdict == WALK_BENIGN)
		walk_forget(walk);
	if (verdict == WALK_SCANNER)
		walk_alarm(scan, half, walk, contact);
	if (!walk->alarmed || !walk->finding)
		return;
	window = window_of(half, walk, true);
	walk_tell(walk, contact);
	if (contact->source_ours && !success && !(dark && scan_ordinary_in_dark(contact)))
		walk_grade(scan->book, walk, window, contact, dark);
}

/* An ACK out of nowhere between two who have spoken belongs to a conversation that was forgotten. */
static bool is_leftover(const struct half *half, const struct pair_key *key)
{
	struct pair_key spoken = *key;

	if (key->family != FAMILY_ACK)
		return false;
	spoken.family = FAMILY_IP;
	const struct pair *pair = table_find(&half->pairs, &spoken);
	return pair && pair->spoken;
}

static struct pair_key pair_key_of(const struct contact *contact)
{
	struct pair_key key = {.device = contact->source_ours ? contact->device : DEVICE_NONE, .family = family_of(contact->kind)};

	if (key.device == DEVICE_NONE)
		memcpy(key.who, contact->source, sizeof(key.who));
	memcpy(key.target, contact->target, sizeof(key.target));
	return key;
}

static void see_from_ours(struct scan *scan, const struct contact *contact)
{
	struct half *half = &scan->ours;
	struct pair_key key = pair_key_of(contact);
	bool first, new_walk;

	if (is_leftover(half, &key))
		return;
	struct pair *pair = table_put(&half->pairs, &key, &first, NULL, NULL);
	pair->spoken |= contact->outcome == CONTACT_ANSWERED;
	if (first)
		walk_see(scan, half, walk_of(half, contact, &new_walk), contact);
	ports_see(scan, half, pair, contact);
}

static void see_from_outside(struct scan *scan, const struct contact *contact)
{
	struct half *half = &scan->outside;
	bool first;
	struct visitor *visitor = (struct visitor *)walk_of(half, contact, &first);
	struct pair *pair = &visitor->pair;

	if (first) {
		pair->key = pair_key_of(contact);
	} else if (memcmp(pair->key.target, contact->target, sizeof(pair->key.target)) != 0) {
		struct pair_key key = pair_key_of(contact);
		pair = table_put(&half->pairs, &key, &first, NULL, NULL);
	}
	pair->spoken |= contact->outcome == CONTACT_ANSWERED;
	if (first)
		walk_see(scan, half, &visitor->walk, contact);
	ports_see(scan, half, pair, contact);
}

void scan_contact(struct scan *scan, const struct contact *contact)
{
	/* ACKs from outside are backscatter and the answers of reflectors more often than probes. */
	if (contact->outcome == CONTACT_VOID || (contact->kind == CONTACT_ACK && !contact->source_ours))
		return;
	if (contact->outcome == CONTACT_ANSWERED && contact->source_ours && !contact->target_ours) {
		uint64_t *answered_ns = &scan->answered_ns[is_ipv6(contact->target)];
		*answered_ns = contact->decided_ns > *answered_ns ? contact->decided_ns : *answered_ns;
	}
	struct half *half = contact->source_ours ? &scan->ours : &scan->outside;
	half->now_ns = contact->start_ns > half->now_ns ? contact->start_ns : half->now_ns;
	if (contact->source_ours)
		see_from_ours(scan, contact);
	else
		see_from_outside(scan, contact);
}

void scan_end(struct scan *scan)
{
	table_each(&scan->ours.windows, window_flush, NULL);
	table_each(&scan->outside.windows, window_flush, NULL);
}

void scan_tick(struct scan *scan, uint64_t now_ns)
{
	if (now_ns < scan->shown_ns + SCAN_SHOW_NS)
		return;
	scan->shown_ns = now_ns;
	scan_end(scan);
}

/* A walk whose finding leaves begins anew, and so does one that found no room: there may be some now. */
static void walk_let_go(void *context, void *entry)
{
	struct walk *walk = entry;

	if (!book_is_leaving(((struct scan *)context)->book, walk->finding) && !walk->refused)
		return;
	walk->finding = NULL;
	walk->refused = false;
	walk_forget(walk);
}

static void window_let_go(void *context, void *entry)
{
	struct walk_window *one = entry;

	if (book_is_leaving(((struct scan *)context)->book, one->finding))
		one->finding = NULL;
}

void scan_forget(struct scan *scan)
{
	struct half *const halves[] = {&scan->ours, &scan->outside};
	uint32_t outside = 0;

	for (uint32_t i = 0; i < book_count(scan->book); i++) {
		const struct finding *finding = book_at(scan->book, i);

		outside += finding->id == FINDING_SCAN && finding->scan.source_outside && book_is_leaving(scan->book, finding);
	}
	scan->outside.finding_room += outside;
	for (int i = 0; i < 2; i++) {
		table_each(&halves[i]->walks, walk_let_go, scan);
		table_each(&halves[i]->windows, window_let_go, scan);
		table_each(&halves[i]->sets, ports_let_go, scan);
	}
}

uint64_t scan_pairs_left_out(const struct scan *scan)
{
	const struct half *ours = &scan->ours, *outside = &scan->outside;

	return ours->pairs.evicted + ours->walks.evicted + ours->forgotten + outside->pairs.evicted + outside->walks.evicted +
		outside->forgotten;
}

uint64_t scan_findings_left_out(const struct scan *scan)
{
	return scan->findings_left_out;
}
