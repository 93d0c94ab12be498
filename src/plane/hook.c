/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plane/attach.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { MAPS_MAX = 64 };

static int program_info(uint32_t id, struct bpf_prog_info *out_info)
{
	int descriptor = bpf_prog_get_fd_by_id(id), error;
	uint32_t len = sizeof(*out_info);

	if (descriptor < 0)
		return -errno;
	error = bpf_obj_get_info_by_fd(descriptor, out_info, &len) ? -errno : 0;
	close(descriptor);
	return error;
}

static bool map_named(uint32_t id, const char *name)
{
	int descriptor = bpf_map_get_fd_by_id(id);
	struct bpf_map_info info = {0};
	uint32_t len = sizeof(info);
	bool same;

	if (descriptor < 0)
		return false;
	same = bpf_obj_get_info_by_fd(descriptor, &info, &len) == 0 && strcmp(info.name, name) == 0;
	close(descriptor);
	return same;
}

const struct role *hook_role(uint32_t program_id, char out_name[16])
{
	uint32_t ids[MAPS_MAX];
	struct bpf_prog_info info = {.nr_map_ids = MAPS_MAX, .map_ids = (uint64_t)(uintptr_t)ids};
	const struct role *role;

	out_name[0] = 0;
	if (program_info(program_id, &info))
		return NULL;
	memcpy(out_name, info.name, 16);
	out_name[15] = 0;
	role = role_named(out_name);
	for (uint32_t i = 0; role && i < info.nr_map_ids && i < MAPS_MAX; i++)
		if (map_named(ids[i], role->own_map))
			return role;
	return NULL;
}

/* What the kernel tells of a tcx link lies where it tells the same of an XDP link and of a netns link. */
_Static_assert(offsetof(struct bpf_link_info, xdp.ifindex) == 16 && offsetof(struct bpf_link_info, netns.attach_type) == 20,
	"tcx: the interface's number, then the side");

int hook_link(int link, struct hook_link *out_link)
{
	struct bpf_link_info info = {0};
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(link, &info, &len))
		return -errno;
	*out_link = (struct hook_link){.kind = info.type, .ifindex = (int)info.xdp.ifindex, .program_id = info.prog_id};
	if (info.type == HOOK_TCX)
		out_link->side = info.netns.attach_type;
	return 0;
}

bool hook_alive(int link)
{
	struct hook_link found;

	return hook_link(link, &found) == 0 && (found.kind == HOOK_XDP || found.kind == HOOK_TCX) && found.ifindex != 0;
}

int hook_find(const struct hook_link *wanted)
{
	struct hook_link found;

	for (uint32_t id = 0; bpf_link_get_next_id(id, &id) == 0;) {
		int link = bpf_link_get_fd_by_id(id);

		if (link < 0)
			continue;
		if (hook_link(link, &found) == 0 && found.kind == wanted->kind && found.side == wanted->side &&
			found.ifindex == wanted->ifindex && found.program_id == wanted->program_id)
			return link;
		close(link);
	}
	return -ENOENT;
}
