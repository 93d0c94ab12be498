/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Vertical scans: the walk over the ports of one (source, target) pair. The first contact with each port counts.
 *
 * Most pairs know one port, so a pair holds three; the fourth moves it to a set with a bit for each of the 65,536. A set that is
 * pushed out is made again from what the pair holds; a pair that was pushed out finds its set again, which knows what it counted.
 *
 * UDP to ports from 1024 up does not count towards severity. Clients ask from there, so an answer whose question is not in the
 * capture looks like a first contact. It is also where traceroute walks. A name server's clients take another port for each
 * question: its late answers would look like a sweep, and do not count at all.
 */
#include "detect/scan_room.h"

#include <string.h>

enum { UDP_CLIENT_PORTS = 1024, NAME_SERVER = 53 };

static bool try_counts(const struct port_try *try, const struct contact *contact)
{
	return try->failed && !contact->target_named && !(try->udp && try->port >= UDP_CLIENT_PORTS);
}

static bool is_late_answer(const struct contact *contact)
{
	return contact->kind == CONTACT_UDP && contact->source_port == NAME_SERVER && contact->port >= UDP_CLIENT_PORTS;
}

/* By number: tried by TCP and UDP it is one. */
static void show(struct port_set *set, uint16_t port)
{
	for (uint8_t i = 0; i < set->shown_count; i++)
		if (set->shown[i] == port)
			return;
	if (set->shown_count < SET_PORTS_SHOWN)
		set->shown[set->shown_count++] = port;
}

/* False when the set knew the port. */
static bool set_take(struct port_set *set, const struct port_try *try)
{
	uint8_t *seen = &set->seen[try->udp][try->port / 8], bit = (uint8_t)(1 << try->port % 8);

	if (*seen & bit)
		return false;
	*seen |= bit;
	if (!try->failed) {
		set->answered++;
		return true;
	}
	if (set->failed++ == 0)
		set->run_first_ns = try->start_ns;
	set->kinds |= set->key.family == FAMILY_ACK ? SCAN_ACK : try->udp ? SCAN_UDP : SCAN_TCP;
	show(set, try->port);
	if (!try->counts)
		return true;
	set->counted_ns[set->counted_next] = try->start_ns;
	set->counted_next = (set->counted_next + 1) % SCAN_VERTICAL_PORTS;
	set->counted++;
	return true;
}

static void set_evict(void *context, void *entry)
{
	const struct port_set *set = entry;

	((struct half *)context)->forgotten += set->failed > 0 && !set->finding;
}

/* The set of this pair, made from what the pair itself remembers if there is none. */
static struct port_set *set_of(struct half *half, struct pair *pair)
{
	struct port_set *set = table_at(&half->sets, pair->set < half->sets.capacity ? pair->set : 0);
	bool is_new = false;

	if (pair->moved && memcmp(&set->key, &pair->key, sizeof(pair->key)) == 0)
		return set;
	set = table_put(&half->sets, &pair->key, &is_new, set_evict, half);
	pair->set = table_index(&half->sets, set);
	pair->moved = true;
	for (uint8_t i = 0; i < pair->used; i++)
		set_take(set, &pair->tries[i]);
	if (is_new)
		set->steps = pair->steps;
	return set;
}

/* SCAN_VERTICAL_PORTS ports failed within 60 s. */
static bool set_crowded(const struct port_set *set)
{
	uint64_t first_ns = UINT64_MAX, last_ns = 0;

	if (set->counted < SCAN_VERTICAL_PORTS)
		return false;
	for (uint32_t i = 0; i < SCAN_VERTICAL_PORTS; i++) {
		first_ns = set->counted_ns[i] < first_ns ? set->counted_ns[i] : first_ns;
		last_ns = set->counted_ns[i] > last_ns ? set->counted_ns[i] : last_ns;
	}
	return last_ns - first_ns <= WINDOW_NS;
}

static void set_tell(struct book *book, struct port_set *set, const struct contact *contact)
{
	struct evidence_scan *scan = &set->finding->scan;

	scan->kinds |= set->kinds | SCAN_VERTICAL;
	scan->mirai_mark |= contact->mirai_mark;
	if (set->failed < scan->failed)
		return; /* this set was pushed out and began anew: the finding knows more */
	scan->failed = set->failed;
	scan->answered = set->answered;
	scan->targets = 1;
	scan->port_count = set->failed;
	memcpy(scan->ports, set->shown, sizeof(scan->ports));
	scan->port_shown = set->shown_count;
	memcpy(scan->target, contact->target, sizeof(scan->target));
	set->finding->count = set->failed;
	scan_stretch(set->finding, set->run_first_ns, contact->start_ns);
	if (contact->source_ours && set_crowded(set))
		book_raise(book, set->finding, SEVERITY_HIGH, contact->target_ours ? STATE_SUSPECT : STATE_HIJACKED);
}

static void set_walk(struct scan *scan, struct half *half, struct port_set *set, const struct contact *contact)
{
	enum walk_verdict verdict = WALK_PENDING;
	bool success = contact->outcome == CONTACT_ANSWERED;
	int steps = set->steps;

	if (!scan_dark(scan, contact))
		steps = walk_next(steps, success, &verdict);
	else if (set_crowded(set) && !scan_ordinary_in_dark(contact))
		verdict = WALK_SCANNER;
	set->steps = (int8_t)(verdict == WALK_BENIGN ? 0 : steps > WALK_BARRIER ? WALK_BARRIER : steps);
	if (verdict == WALK_BENIGN)
		set->alarmed = false;
	if (verdict == WALK_SCANNER)
		set->alarmed = true;
	if (!set->alarmed || set->refused)
		return;
	if (!set->finding) {
		uint64_t discriminator = book_fold(contact->target) ^ (uint64_t)set->key.family << 60;
		set->finding =
			scan_note(scan, half, contact, discriminator, contact->source_ours ? contact->device : contact->target_device);
		set->refused = !set->finding;
	}
	if (set->finding)
		set_tell(scan->book, set, contact);
}

void ports_let_go(void *context, void *entry)
{
	struct port_set *set = entry;

	if (!book_is_leaving(((struct scan *)context)->book, set->finding) && !set->refused)
		return;
	set->finding = NULL;
	set->alarmed = set->refused = false;
	set->steps = 0;
}

static bool port_known(const struct half *half, const struct pair *pair, const struct port_try *try)
{
	for (uint8_t i = 0; i < pair->used; i++)
		if (pair->tries[i].port == try->port && pair->tries[i].udp == try->udp)
			return true;
	if (!pair->moved || pair->set >= half->sets.capacity)
		return false;
	const struct port_set *set = table_at(&half->sets, pair->set);
	return memcmp(&set->key, &pair->key, sizeof(pair->key)) == 0 && set->seen[try->udp][try->port / 8] >> try->port % 8 & 1;
}

void ports_see(struct scan *scan, struct half *half, struct pair *pair, const struct contact *contact)
{
	if (contact->kind == CONTACT_ICMP || contact->kind == CONTACT_ARP || is_late_answer(contact))
		return;
	struct port_try try = {
		.start_ns = contact->start_ns,
		.port = contact->port,
		.udp = contact->kind == CONTACT_UDP,
		.failed = contact->outcome != CONTACT_ANSWERED,
	};
	try.counts = try_counts(&try, contact);
	if (port_known(half, pair, &try))
		return;
	if (pair->used < PAIR_PORTS && !pair->moved) {
		enum walk_verdict verdict;
		pair->tries[pair->used++] = try;
		if (!scan_dark(scan, contact))
			pair->steps = (int8_t)walk_next(pair->steps, !try.failed, &verdict);
		return;
	}
	struct port_set *set = set_of(half, pair);
	table_touch(&half->sets, set);
	if (set_take(set, &try))
		set_walk(scan, half, set, contact);
}
