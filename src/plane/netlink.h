/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libbpf does not ask the kernel for: an interface's facts, the filters on it, what its driver can do. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct netlink_link {
	uint32_t mtu, rx_queues;
	bool up;
	bool switched; /* a port of a switch chip, which forwards by itself */
	char kind[16]; /* "veth", "vlan", "bridge"; "" for a card */
	char master_kind[16]; /* "bridge" for a port of one; "" for none */
};

/* Returns 0 or -errno (-ENODEV). */
int netlink_link(int ifindex, struct netlink_link *out_link);

struct netlink_filter {
	uint32_t handle, priority;
	char kind[16], name[64]; /* name: of a bpf filter; "" otherwise */
};

enum netlink_side { NETLINK_INGRESS, NETLINK_EGRESS };

/* Each filter on this side of the interface's clsact, if it has one. visit must ask nothing here. Returns 0 or -errno. */
int netlink_filters(int ifindex, enum netlink_side side, void (*visit)(void *context, const struct netlink_filter *filter), void *context);

/* What kind of qdisc sits where a clsact would: "clsact", "ingress", "" for none. Returns 0 or -errno. */
int netlink_clsact(int ifindex, char out_kind[16]);

/* enum netdev_xdp_act of the driver (kernel 6.3 and later). Returns 0 or -errno: not known. */
int netlink_xdp_features(int ifindex, uint64_t *out_features);
enum { NETLINK_XDP_BASIC = 1, NETLINK_XDP_SG = 32 };
