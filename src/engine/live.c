/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/live.h"
#include <stdlib.h>
#include <string.h>
struct live {
	struct live_config config;
	uint64_t n;
};
int live_new(const struct live_config *config, struct live **out)
{
	*out = calloc(1, sizeof(**out));
	(*out)->config = *config;
	return 0;
}
void live_free(struct live *live)
{
	free(live);
}
void live_frame(struct live *live, const struct fw_guard_frame *frame, const uint8_t *bytes)
{
	live->n++;
}
void live_see(struct live *live, const struct frame *frame)
{
}
void live_lost(struct live *live, const uint8_t mac[6], uint64_t lost, uint64_t seen)
{
}
void live_tick(struct live *live, uint64_t steady_ns, uint64_t wall_ns)
{
}
uint32_t live_device_count(const struct live *live)
{
	return 0;
}
bool live_device(const struct live *live, uint32_t number, struct device *out_device)
{
	return false;
}
uint32_t live_device_of(const struct live *live, const uint8_t mac[6])
{
	return DEVICE_NONE;
}
const struct live_finding *live_finding_at(struct live *live, uint32_t index)
{
	return NULL;
}
void live_release(struct live *live, uint32_t device)
{
}
void live_fill(struct live *live, struct live_fill *out_fill)
{
	memset(out_fill, 0, sizeof(*out_fill));
}
