/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plane/role.h"

#include <string.h>

const struct role *const roles[ROLE_COUNT] = {&role_shield, &role_guard};

const struct role *role_named(const char *program)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (strncmp(program, roles[i]->name, strlen(roles[i]->name)) == 0)
			return roles[i];
	return NULL;
}
