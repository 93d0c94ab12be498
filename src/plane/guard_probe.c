/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guard would not see on this interface, as far as the kernel tells: a card that forwards flows by itself, a switch chip or an access
 * point whose devices talk among themselves, a bridge whose ports do, a card that takes VLAN tags out of the bytes.
 */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plane/guard_maps.h"
#include "plane/probe_inside.h"

enum { FEATURES_MAX = 256, WORD_BITS = 32, FEATURE_WORDS = FEATURES_MAX / WORD_BITS };

/* ethtool's own structs end in arrays without a length. */
struct strings {
	uint32_t cmd, set, count;
	char name[FEATURES_MAX][ETH_GSTRING_LEN];
};

struct features {
	uint32_t cmd, size;
	struct ethtool_get_features_block block[FEATURE_WORDS];
};

struct set_info {
	uint32_t cmd, zero;
	uint64_t mask;
	uint32_t count;
};

static int ask(int descriptor, const char *interface, void *question)
{
	struct ifreq request = {0};

	strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
	request.ifr_data = question;
	return ioctl(descriptor, SIOCETHTOOL, &request);
}

/* Which of its features are on; *out_count is 0 where the card says nothing. */
static void ask_features(const char *interface, struct strings *strings, struct features *features, uint32_t *out_count)
{
	struct set_info info = {.cmd = ETHTOOL_GSSET_INFO, .mask = 1ull << ETH_SS_FEATURES};
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool known = descriptor >= 0 && ask(descriptor, interface, &info) == 0 && info.mask && info.count <= FEATURES_MAX;

	*strings = (struct strings){.cmd = ETHTOOL_GSTRINGS, .set = ETH_SS_FEATURES, .count = info.count};
	*features = (struct features){.cmd = ETHTOOL_GFEATURES, .size = FEATURE_WORDS};
	known = known && ask(descriptor, interface, strings) == 0 && ask(descriptor, interface, features) == 0;
	*out_count = known ? info.count : 0;
	if (descriptor >= 0)
		close(descriptor);
}

static void probe_features(struct plane_probe *probe, const char *interface)
{
	static struct strings strings;
	static struct features features;
	bool forwards = false, strips = false;
	uint32_t count;

	ask_features(interface, &strings, &features, &count);
	for (uint32_t i = 0; i < count; i++) {
		bool on = features.block[i / WORD_BITS].active >> (i % WORD_BITS) & 1;

		forwards |= on && strcmp(strings.name[i], "hw-tc-offload") == 0;
		strips |= on && strcmp(strings.name[i], "rx-vlan-hw-parse") == 0;
	}
	if (!count)
		probe_say(probe, PLANE_NOTE_UNKNOWN, "flow offload", "the card does not say what it does by itself");
	else if (forwards)
		probe_say(probe, PLANE_NOTE_WEAK, "flow offload",
			"on: what tc or nftables hand to the card is forwarded unseen; ethtool -K %s hw-tc-offload off", interface);
	else
		probe_say(probe, PLANE_NOTE_FINE, "flow offload", "off");
	if (strips)
		probe_say(probe, PLANE_NOTE_WEAK, "VLAN offload",
			"on: the card takes tags out before the program sees a frame, so VLANs look alike; ethtool -K %s rxvlan off",
			interface);
}

static void probe_neighbours(struct plane_probe *probe, const char *interface, const struct netlink_link *link)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%.15s/phy80211", interface);
	if (strcmp(link->kind, "bridge") == 0)
		probe_say(probe, PLANE_NOTE_WEAK, "bridge",
			"devices on two of its ports talk to each other unseen: name the ports instead of the bridge");
	else if (strcmp(link->master_kind, "bridge") == 0)
		probe_say(probe, PLANE_NOTE_FINE, "bridge", "a port: what passes between it and the other ports that are named is seen");
	if (link->switched)
		probe_say(
			probe, PLANE_NOTE_WEAK, "switch", "a port of a switch chip: what the chip forwards between its ports is not seen");
	if (access(path, F_OK) == 0)
		probe_say(probe, PLANE_NOTE_WEAK, "access point",
			"its stations talk to each other unseen, unless it isolates them (ap_isolate)");
}

int plane_guard_probe(const char *interface, const char *bpffs, struct plane_probe *out_probe, struct fault *out_fault)
{
	static const struct plane_guard_setup small = {.devices = 1, .flows = 1};
	uint32_t entries[GUARD_MAP_COUNT];
	struct probe_asked asked = {.role = &role_guard, .entries = entries, .interface = interface, .bpffs = bpffs};
	struct plane_probe probe;
	int error;

	guard_size(&small, entries);
	error = probe_interface(&asked, &probe, out_fault);
	if (error)
		return error;
	probe_features(&probe, interface);
	probe_neighbours(&probe, interface, &asked.link);
	*out_probe = probe;
	return 0;
}
