/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything of ours away, at once, whoever runs, shield and guard alike. Two searches, because either may have lost what the other finds:
 *
 *	by pins         every shield-* directory and guard: their links are detached (that works while a daemon holds them too), then unlinked
 *	by interface    every interface here: a program by XDP, by tcx or in a filter that is ours by its name and its maps
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

static bool is_of(const char *file, const char *kind)
{
	char interface[16];

	return strcmp(file, kind) == 0 || pins_file_of(file, kind, interface);
}

static int detach_link(void *context, const struct pins *pins, const char *file)
{
	struct bypass *bypass = context;
	bool filter = is_of(file, PINS_FILTER);
	int link = filter || is_of(file, PINS_LINK) ? pins_get(pins, file) : -ENOENT, error = link < 0 ? link : 0;

	if (link >= 0 && hook_alive(link)) {
		error = bpf_link_detach(link) ? -errno : 0;
		*(filter ? &bypass->done->filters : &bypass->done->links) += !error;
	}
	if (error != -ENOENT)
		note(bypass, error, pins->dir, "the program could not be detached");
	if (link >= 0)
		close(link);
	return 0;
}

static void detach_pinned(struct bypass *bypass, const struct pins *pins)
{
	note(bypass, pins_each(pins, detach_link, bypass), pins->dir, "the pins cannot be seen");
}

static bool is_directory_of(const struct role *role, const char *name)
{
	size_t len = strlen(role->name);

	return strncmp(name, role->name, len) == 0 && name[len] == (role->shares ? 0 : '-');
}

/* Calls visit for each directory of a role. */
static void each_pins(struct bypass *bypass, const char *bpffs, void (*visit)(struct bypass *bypass, const struct pins *pins))
{
	struct pins pins;
	DIR *dir = pins_name(&pins, bpffs, roles[0], "x") ? NULL : opendir(pins.base);

	if (!dir && errno != ENOENT)
		note(bypass, -errno, bpffs ? bpffs : PLANE_BPFFS, "the pins cannot be seen");
	for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir))
		for (int i = 0; i < ROLE_COUNT; i++)
			if (is_directory_of(roles[i], entry->d_name) && pins_enter(&pins, entry->d_name) == 0)
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

	if (error || !holder.role)
		return;
	error = xdp_detach((int)interface->if_index, &holder);
	note(bypass, error, interface->if_name, "the XDP program could not be detached");
	bypass->done->links += !error;
}

/* Whether the clsact there is ours, as the pins of some role say: any mark will do, and where none of them has pins nobody knows. */
static enum egress_made made_of(const char *bpffs, const char *interface)
{
	enum egress_made made = EGRESS_MADE_UNKNOWN;
	char link[PINS_FILE_MAX], mark[PINS_FILE_MAX], path[PINS_PATH_MAX];
	struct pins pins;

	for (int i = 0; i < ROLE_COUNT && made != EGRESS_MADE_YES; i++) {
		if (pins_name(&pins, bpffs, roles[i], interface) || access(pins.dir, F_OK))
			continue;
		pins_file(roles[i], PINS_LINK, interface, link);
		pins_file(roles[i], PINS_MADE_CLSACT, interface, mark);
		if (pins_marked(&pins, mark))
			made = EGRESS_MADE_YES;
		else if (!roles[i]->shares || access(pins_path(&pins, link, path), F_OK) == 0)
			made = EGRESS_MADE_NO;
	}
	return made;
}

static void interface_filter(struct bypass *bypass, const struct if_nameindex *interface, const char *bpffs)
{
	enum egress_made made = made_of(bpffs, interface->if_name);
	int error = egress_remove((int)interface->if_index, made, &bypass->done->filters);

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
