/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is it a scan, or a busy program?
 *
 * A walk says only that many first contacts fail. So they do for a BitTorrent client: most peers are gone, and each listens on
 * a port of its own. A scanner wants one service: its failures crowd on one port, or on a handful. Counted here is therefore
 * how many targets one port was tried on, and what share of all failures that is. Some clients share a port (6881, 51413), about
 * one peer in seven: of n failures, 0.15 n on one port with a deviation of 0.36 sqrt(n); a quarter of n is far above that for
 * large n only, and the fixed margin keeps it far for small n.
 *
 * Targets are distinct because the caller brings only first contacts. 256 slots of two 32-bit words are searched from end to end,
 * without branches, so that the compiler can take several at once: quicker than keeping counters right while slots age.
 */
#include "detect/window.h"

#include <string.h>

enum { SLOT_PORT = 0x0007ffff, SLOT_COUNTS = SLOT_USED | SLOT_FAILED };

static bool port_is_login(uint16_t port)
{
	static const uint16_t login_ports[] = {22, 23, 2323, 5555, 7547, 8080, 37215, 52869};

	for (size_t i = 0; i < sizeof(login_ports) / sizeof(login_ports[0]); i++)
		if (login_ports[i] == port)
			return true;
	return false;
}

uint32_t window_slot(const struct contact *contact, bool dark)
{
	uint32_t slot = SLOT_USED | (uint32_t)contact->kind << 16 | contact->port;

	if (contact->outcome != CONTACT_ANSWERED)
		slot |= SLOT_FAILED;
	if (contact->target_named)
		slot |= SLOT_NAMED;
	if (dark)
		slot |= SLOT_DARK;
	if (contact->kind == CONTACT_TCP && port_is_login(contact->port))
		slot |= SLOT_LOGIN;
	return slot;
}

/*
 * Space-Saving (Metwally, Agrawal, El Abbadi 2005): a port that has no counter takes the smallest one over, so that every
 * port with more than one in WINDOW_PORTS of all targets is in the list.
 */
static void port_note(struct window *window, uint32_t slot_port)
{
	uint8_t *seen = &window->port_seen[(slot_port & 0xffff) / 8], bit = (uint8_t)(1 << slot_port % 8);
	uint32_t smallest = 0;

	window->port_count += !(*seen & bit);
	*seen |= bit;
	for (uint32_t i = 0; i < window->port_used; i++) {
		if (window->ports[i].slot_port == slot_port) {
			window->ports[i].targets++;
			return;
		}
		if (window->ports[i].targets < window->ports[smallest].targets)
			smallest = i;
	}
	if (window->port_used < WINDOW_PORTS)
		smallest = window->port_used++;
	window->ports[smallest].slot_port = slot_port;
	window->ports[smallest].targets++;
}

static uint32_t units_of(uint64_t time_ns)
{
	return (uint32_t)(time_ns >> 20);
}

void window_note(struct window *window, uint64_t start_ns, uint32_t slot)
{
	window->start_units[window->next] = units_of(start_ns);
	window->slots[window->next] = slot;
	window->next = (window->next + 1) % WINDOW_SLOTS;
	if (start_ns > window->latest_ns)
		window->latest_ns = start_ns;
	uint32_t kind = (slot & SLOT_PORT) >> 16;
	if (slot & SLOT_FAILED && kind != CONTACT_ICMP && kind != CONTACT_ARP)
		port_note(window, slot & SLOT_PORT);
}

/* Slots of the last 60 s whose bits under mask are value. */
static uint32_t window_count(const struct window *window, uint32_t mask, uint32_t value)
{
	/* What is newer than the latest cannot be; one unit more for what rounding takes. */
	uint32_t latest = units_of(window->latest_ns), span = units_of(WINDOW_NS) + 1, count = 0;

	for (uint32_t i = 0; i < WINDOW_SLOTS; i++)
		count += ((window->slots[i] & mask) == value) & (latest - window->start_units[i] <= span);
	return count;
}

/* What must match for a slot to count towards severity: failed, not named, and not in the dark unless it is dark now. */
static uint32_t severe_mask(bool in_dark)
{
	return SLOT_COUNTS | SLOT_NAMED | (in_dark ? 0 : SLOT_DARK);
}

/* At least 30 % of what was tried with these bits succeeded, names or not. */
static bool often_answered(const struct window *window, uint32_t mask, uint32_t value)
{
	uint32_t answered = window_count(window, mask | SLOT_COUNTS, value | SLOT_USED);
	uint32_t failed = window_count(window, mask | SLOT_COUNTS, value | SLOT_COUNTS);

	return answered * 10 >= (answered + failed) * 3;
}

/* The largest counts of ports other than slot_port, at most one less than WINDOW_PORTS_TOGETHER of them, added up. */
static uint32_t other_ports(const struct window *window, uint32_t slot_port, bool in_dark)
{
	uint32_t best[WINDOW_PORTS_TOGETHER - 1] = {0}, sum = 0;

	/* A port with enough targets in 60 s to matter is among the busiest ever, or its share is small. */
	for (uint32_t i = 0; i < window->port_used; i++) {
		uint32_t port = window->ports[i].slot_port;
		if (port == slot_port || window->ports[i].targets < WINDOW_PORT_LEAST)
			continue;
		uint32_t targets = window_count(window, severe_mask(in_dark) | SLOT_PORT, SLOT_COUNTS | port);
		for (uint32_t k = 0; k < WINDOW_PORTS_TOGETHER - 1 && targets >= WINDOW_PORT_LEAST; k++) {
			if (targets <= best[k])
				continue;
			uint32_t pushed = best[k];
			best[k] = targets;
			targets = pushed;
		}
	}
	for (uint32_t k = 0; k < WINDOW_PORTS_TOGETHER - 1; k++)
		sum += best[k];
	return sum;
}

static bool aimed(const struct window *window, uint32_t targets, uint32_t margin)
{
	uint32_t failed = window_count(window, SLOT_COUNTS, SLOT_COUNTS);

	return targets * 4 >= failed + margin * 4;
}

bool window_crowded(const struct window *window, uint32_t slot, bool in_dark)
{
	uint32_t port = slot & SLOT_PORT;
	uint32_t targets = window_count(window, severe_mask(in_dark) | SLOT_PORT, SLOT_COUNTS | port);

	if (targets < WINDOW_CROWD || often_answered(window, SLOT_PORT, port))
		return false;
	return aimed(window, targets, WINDOW_SHARE_MARGIN) ||
		aimed(window, targets + other_ports(window, port, in_dark), WINDOW_SHARE_MARGIN);
}

bool window_login(const struct window *window, bool in_dark)
{
	uint32_t targets = window_count(window, severe_mask(in_dark) | SLOT_LOGIN, SLOT_COUNTS | SLOT_LOGIN);

	return targets >= WINDOW_LOGIN && !often_answered(window, SLOT_LOGIN, SLOT_LOGIN) && aimed(window, targets, 0);
}

bool window_fresh(const struct window *window, uint64_t now_ns)
{
	uint32_t now = units_of(now_ns), span = units_of(WINDOW_NS) + 1;

	for (uint32_t i = 0; i < WINDOW_SLOTS; i++)
		if ((window->slots[i] & SLOT_COUNTS) == SLOT_COUNTS && now - window->start_units[i] <= span)
			return true;
	return false;
}

static void slots_add(struct window *window, const struct window *newer)
{
	for (uint32_t i = 0; i < WINDOW_SLOTS; i++) {
		uint32_t at = (newer->next + i) % WINDOW_SLOTS;

		if (!(newer->slots[at] & SLOT_USED))
			continue;
		window->start_units[window->next] = newer->start_units[at];
		window->slots[window->next] = newer->slots[at];
		window->next = (window->next + 1) % WINDOW_SLOTS;
	}
	window->latest_ns = newer->latest_ns;
}

/* Past the ceiling the smallest are left out, as Space-Saving would have it. */
static void ports_add(struct window *window, const struct window *other)
{
	for (uint32_t i = 0; i < other->port_used; i++) {
		uint32_t at = 0;

		while (at < window->port_used && window->ports[at].slot_port != other->ports[i].slot_port)
			at++;
		if (at == WINDOW_PORTS)
			continue;
		if (at == window->port_used)
			window->ports[window->port_used++] = (struct window_port){.slot_port = other->ports[i].slot_port};
		window->ports[at].targets += other->ports[i].targets;
	}
	window->port_count = 0;
	for (size_t i = 0; i < sizeof(window->port_seen); i++) {
		window->port_seen[i] |= other->port_seen[i];
		window->port_count += (uint32_t)__builtin_popcount(window->port_seen[i]);
	}
}

void window_join(struct window *window, const struct window *other)
{
	struct window mine = *window;
	bool older = other->latest_ns < window->latest_ns;

	if (older) {
		memcpy(window->start_units, other->start_units, sizeof(window->start_units));
		memcpy(window->slots, other->slots, sizeof(window->slots));
		window->next = other->next;
	}
	slots_add(window, older ? &mine : other);
	ports_add(window, other);
}

/* By number: tried by TCP and UDP it is one. */
static void show(struct evidence_scan *evidence, uint16_t port)
{
	for (uint8_t i = 0; i < evidence->port_shown; i++)
		if (evidence->ports[i] == port)
			return;
	evidence->ports[evidence->port_shown++] = port;
}

void window_show(const struct window *window, struct evidence_scan *evidence)
{
	struct window_port left[WINDOW_PORTS];

	memcpy(left, window->ports, sizeof(left));
	evidence->port_count = window->port_count;
	evidence->port_shown = 0;
	while (evidence->port_shown < EVIDENCE_PORTS_MAX) {
		uint32_t best = 0;
		for (uint32_t i = 1; i < window->port_used; i++)
			if (left[i].targets > left[best].targets ||
				(left[i].targets == left[best].targets && left[i].slot_port < left[best].slot_port))
				best = i;
		if (left[best].targets == 0)
			break;
		left[best].targets = 0;
		show(evidence, (uint16_t)left[best].slot_port);
	}
}
