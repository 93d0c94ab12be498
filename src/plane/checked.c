/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's verifier walks each program for about half a second, and much longer on a busy machine. Whoever starts again after a crash has
 * programs running that were checked by the same kernel: they are pinned, and used again where they are the same.
 *
 *	same object, same maps    a digest of the object, and of the numbers that the kernel gave the role's maps, is in the name of the pin
 *	nobody else's             the directory is root's alone (pins_open()); the kind is looked at all the same, and that a map is one of ours
 *
 * The name says it because asking the kernel for a map by its number takes CAP_SYS_ADMIN, which the service has not. A program of another version of
 * the object, or of maps that are gone, has another name: it is not found, and the new one is loaded, checked and exchanged in place. Without the pins
 * nothing is lost but that second.
 */
#include "plane/checked.h"

#include <bpf/bpf.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plane/maps.h"
#include "wire/siphash.h"

enum { USED_MAX = 64 };

/* What a program must have been made of to be used again. */
struct parts {
	uint64_t object; /* digest */
	uint32_t maps[ROLE_MAPS_MAX]; /* numbers in the kernel; 0: no more */
};
_Static_assert(sizeof(struct parts) == 8 + 4 * ROLE_MAPS_MAX, "no holes");

static const uint8_t key[16]; /* nobody chooses the object's bytes against us */

static bool parts_of(const struct role *role, struct bpf_object *object, struct parts *out_parts)
{
	struct parts parts = {.object = fw_siphash(key, role->object, *role->object_len)};

	for (uint32_t i = 0; i < role->map_count; i++) {
		struct bpf_map_info info = {0};
		uint32_t len = sizeof(info);

		if (bpf_obj_get_info_by_fd(maps_descriptor(object, &role->maps[i]), &info, &len))
			return false;
		parts.maps[i] = info.id;
	}
	*out_parts = parts;
	return true;
}

static void name_of(const struct parts *parts, const char *hook, char out[PINS_FILE_MAX])
{
	snprintf(out, PINS_FILE_MAX, PINS_PROGRAM "%.3s-%016" PRIx64, hook, fw_siphash(key, parts, sizeof(*parts)));
}

static bool has(const struct parts *parts, uint32_t number)
{
	for (int i = 0; i < ROLE_MAPS_MAX; i++)
		if (number && parts->maps[i] == number)
			return true;
	return false;
}

/* Of this kind, and at work on a map of ours. */
static bool is_ours(int program, uint32_t type, const struct parts *parts)
{
	uint32_t used[USED_MAX];
	struct bpf_prog_info info = {.nr_map_ids = USED_MAX, .map_ids = (uint64_t)(uintptr_t)used};
	uint32_t len = sizeof(info);

	if (program < 0 || bpf_obj_get_info_by_fd(program, &info, &len) || info.type != type)
		return false;
	for (uint32_t i = 0; i < info.nr_map_ids && i < USED_MAX; i++)
		if (has(parts, used[i]))
			return true;
	return false;
}

static int get(const struct pins *pins, const struct parts *parts, const char *hook)
{
	char name[PINS_FILE_MAX];

	name_of(parts, hook, name);
	return pins_get(pins, name);
}

bool checked_get(const struct pins *pins, const struct role *role, struct bpf_object *object, struct checked *out_checked)
{
	struct checked found;
	struct parts parts;
	bool ours;

	if (!parts_of(role, object, &parts))
		return false;
	found = (struct checked){.xdp = get(pins, &parts, "xdp"), .egress = get(pins, &parts, "tc")};
	ours = is_ours(found.xdp, BPF_PROG_TYPE_XDP, &parts) && is_ours(found.egress, BPF_PROG_TYPE_SCHED_CLS, &parts);
	if (ours)
		*out_checked = found;
	else
		checked_close(&found);
	return ours;
}

static int drop(void *context, const struct pins *pins, const char *file)
{
	return strncmp(file, PINS_PROGRAM, strlen(PINS_PROGRAM)) == 0 ? pins_drop(pins, file) : 0;
}

void checked_put(const struct pins *pins, const struct role *role, struct bpf_object *object, const struct checked *checked)
{
	char xdp[PINS_FILE_MAX], tc[PINS_FILE_MAX];
	struct parts parts;

	pins_each(pins, drop, NULL);
	if (!parts_of(role, object, &parts))
		return;
	name_of(&parts, "xdp", xdp);
	name_of(&parts, "tc", tc);
	if (pins_put(pins, xdp, checked->xdp) || pins_put(pins, tc, checked->egress))
		pins_each(pins, drop, NULL);
}

void checked_close(struct checked *checked)
{
	if (checked->xdp >= 0)
		close(checked->xdp);
	if (checked->egress >= 0)
		close(checked->egress);
	checked->xdp = checked->egress = -1;
}
