/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything of ours away, at once, whoever runs. Two searches, because either may have lost what the other finds:
 *
 *	by pins         every shield-* directory: its link is detached (that works while a daemon holds it too), then unlinked
 *	by interface    every interface here: an XDP program or a filter that is ours by its name and its maps
 *
 * XDP first, on all interfaces: it is what drops packets. A second call finds nothing and is no failure.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plane/attach.h"
#include "plane/object.h"

struct bypass {
	struct plane_bypassed *done;
	struct fault *fault;
	int first; /* failure */
};

static void note(struct bypass *bypass, int error, const char *where, const char *what)
{
	if (!error || bypass->first)
		return;
	bypass->first = error;
	fault_set(bypass->fault, where, 0, 0, "%s: %s", what,
		error == -EPERM || error == -EACCES ? "not permitted; this needs root, or CAP_NET_ADMIN and CAP_BPF" : strerror(-error));
}

/* ---- by pins ---- */

static void detach_pinned(struct bypass *bypass, const struct pins *pins)
{
	int link = pins_get(pins, PINS_LINK), error = link < 0 ? link : 0;

	if (link >= 0 && xdp_alive(link)) {
		error = bpf_link_detach(link) ? -errno : 0;
		bypass->done->links += !error;
	}
	if (error != -ENOENT)
		note(bypass, error, pins->dir, "the program could not be detached");
	if (link >= 0)
		close(link);
}

/* Calls visit for the directory of each interface that has one. */
static void each_pins(struct bypass *bypass, const char *bpffs, void (*visit)(struct bypass *bypass, const struct pins *pins))
{
	static const char prefix[] = "shield-";
	struct pins pins;
	DIR *dir = pins_name(&pins, bpffs, "x") ? NULL : opendir(pins.base);

	if (!dir && errno != ENOENT)
		note(bypass, -errno, bpffs ? bpffs : PLANE_BPFFS, "the pins cannot be seen");
	for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir))
		if (strncmp(entry->d_name, prefix, sizeof(prefix) - 1) == 0 && pins_enter(&pins, entry->d_name) == 0)
			visit(bypass, &pins);
	if (dir)
		closedir(dir);
}

static void remove_pins(struct bypass *bypass, const struct pins *pins)
{
	note(bypass, pins_remove(pins, &bypass->done->pins), pins->dir, "a pin could not be removed");
}

/* ---- by interface ---- */

static void interface_xdp(struct bypass *bypass, const struct if_nameindex *interface)
{
	struct xdp_holder holder;
	int error = xdp_holder((int)interface->if_index, &holder);

	if (error || !holder.ours)
		return;
	error = xdp_detach((int)interface->if_index, &holder);
	note(bypass, error, interface->if_name, "the XDP program could not be detached");
	bypass->done->links += !error;
}

static void interface_filter(struct bypass *bypass, const struct if_nameindex *interface, const char *bpffs)
{
	struct pins pins;
	enum egress_made made = EGRESS_MADE_UNKNOWN;
	int error;

	if (pins_name(&pins, bpffs, interface->if_name) == 0 && access(pins.dir, F_OK) == 0)
		made = pins_marked(&pins, PINS_MADE_CLSACT) ? EGRESS_MADE_YES : EGRESS_MADE_NO;
	error = egress_detach((int)interface->if_index, made, &bypass->done->filters);
	if (error != -ENODEV) /* gone since the list was made */
		note(bypass, error, interface->if_name, "the filter for what leaves could not be removed");
}

int plane_bypass(const char *bpffs, struct plane_bypassed *out_bypassed, struct fault *out_fault)
{
	struct plane_bypassed done = {0};
	struct bypass bypass = {&done, out_fault, 0};
	struct if_nameindex *interfaces = if_nameindex();

	object_silence();

	if (!interfaces)
		note(&bypass, -errno, "", "the interfaces cannot be listed");
	for (struct if_nameindex *i = interfaces; i && i->if_index; i++)
		interface_xdp(&bypass, i);
	each_pins(&bypass, bpffs, detach_pinned);
	for (struct if_nameindex *i = interfaces; i && i->if_index; i++)
		interface_filter(&bypass, i, bpffs);
	each_pins(&bypass, bpffs, remove_pins);
	if_freenameindex(interfaces);
	*out_bypassed = done;
	return bypass.first;
}
