/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plane/plane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plane/inside.h"

int plane_open(const struct plane_setup *setup, struct plane **out_plane, struct fault *out_fault)
{
	uint32_t entries[MAP_COUNT];
	const struct hold_request request = {
		.role = &role_shield,
		.bpffs = setup->bpffs,
		.interfaces = &setup->interface,
		.interface_count = 1,
		.entries = entries,
		.generic = setup->generic,
	};
	struct plane *plane;
	int error = size_check(setup);

	if (error) {
		fault_set(out_fault, setup->interface, 0, 0, "%s: %s",
			error == -E2BIG ? "a table is to be larger than it can be" : "a table that must have a size has none",
			strerror(-error));
		return error;
	}
	plane = calloc(1, sizeof(*plane));
	if (!plane)
		return -ENOMEM;
	size_maps(setup, entries);
	error = hold_open(&plane->hold, &request, out_fault);
	if (error) {
		free(plane);
		return error;
	}
	config_read(plane);
	*out_plane = plane;
	return 0;
}

void plane_close(struct plane *plane)
{
	if (!plane)
		return;
	hold_close(&plane->hold);
	free(plane);
}

int plane_detach(struct plane *plane, struct fault *out_fault)
{
	int error = hold_detach(&plane->hold, out_fault);

	free(plane);
	return error;
}

enum plane_mode plane_mode(const struct plane *plane)
{
	return plane->hold.sites[0].generic ? PLANE_GENERIC : PLANE_NATIVE;
}

bool plane_took_over(const struct plane *plane)
{
	return plane->hold.took_over;
}

bool plane_attached(const struct plane *plane)
{
	return hold_attached(&plane->hold.sites[0]);
}
