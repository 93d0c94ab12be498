/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The body of a registry file, read twice: the second time must add nothing. */
#include <stdlib.h>
#include <string.h>

#include "inventory/inventory.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* No byte of a name may lie outside of it, wherever the prefix points. */
static size_t ask(const struct inventory *inventory, const uint8_t *bytes, size_t len)
{
	size_t total = 0;

	for (size_t i = 0; i + 6 <= len && i < 64; i++) {
		const char *maker = inventory_maker_of(inventory, bytes + i);

		total += maker ? strlen(maker) : 0;
	}
	return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct inventory_config config = {.device_max = 1};
	struct inventory *inventory = NULL;
	struct fault fault = {0};

	if (inventory_new(&config, &inventory))
		return 0;
	int first = inventory_read_oui(inventory, "fuzz", (const char *)bytes, len, &fault);
	size_t before = ask(inventory, bytes, len);

	if (inventory_read_oui(inventory, "fuzz", (const char *)bytes, len, &fault) != first || ask(inventory, bytes, len) != before)
		abort();
	inventory_free(inventory);
	return 0;
}
