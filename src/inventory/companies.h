/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How companies are called, by the rows of the table whose source is "company". Private to inventory/; what others may use stands in inventory.h. */
#pragma once

#include "inventory/signature.h"

/* The table's name for it, else name. */
struct slice companies_called(struct signatures *table, struct slice name);
