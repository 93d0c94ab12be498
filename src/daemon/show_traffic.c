/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters over time, as docs/schema/traffic.json has them: the latest steps, the one at hand last. */
#include <string.h>

#include "daemon/remember.h"

enum { TRAFFIC_COUNT = 120, TRAFFIC_COUNT_MAX = 1500 };

static const struct {
	const char *name;
	bool of_guard, of_shield;
} series[COUNTED_COUNT] = {
	[COUNTED_BYTES_OUT] = {"bytes_out", true, false},
	[COUNTED_BYTES_IN] = {"bytes_in", true, false},
	[COUNTED_PACKETS_OUT] = {"packets_out", true, false},
	[COUNTED_PACKETS_IN] = {"packets_in", true, false},
	[COUNTED_DROPPED_OUT] = {"dropped_out", true, false},
	[COUNTED_DROPPED_IN] = {"dropped_in", true, false},
	[COUNTED_WOULD] = {"would", true, true},
	[COUNTED_FINDINGS] = {"findings", true, false},
	[COUNTED_QUESTIONS] = {"questions", false, true},
	[COUNTED_PASSED] = {"passed", false, true},
	[COUNTED_DROPPED] = {"dropped", false, true},
	[COUNTED_TRUNCATED] = {"truncated", false, true},
	[COUNTED_LEGITIMATE] = {"legitimate", false, true},
};

static json_t *one_series(struct store *store, uint32_t counter, uint64_t from_s, uint32_t step_s, uint32_t count)
{
	uint64_t values[TRAFFIC_COUNT_MAX];
	json_t *list;

	if (store_count_read(store, counter, from_s, step_s, values, count))
		return NULL;
	list = json_array();
	for (uint32_t i = 0; i < count; i++)
		json_array_append_new(list, json_integer((json_int_t)(values[i] > INT64_MAX ? INT64_MAX : values[i])));
	return list;
}

/* A minute is written when it is over; until then it stands in memory alone, and a first look would see nothing. */
static void add_running(json_t *list, uint64_t running)
{
	size_t last = json_array_size(list) - 1;
	uint64_t written = (uint64_t)json_integer_value(json_array_get(list, last));

	if (running <= INT64_MAX - written)
		json_array_set_new(list, last, json_integer((json_int_t)(written + running)));
}

/* Of a step's word; 0: none. */
static uint32_t seconds_of(const json_t *word)
{
	static const struct {
		const char *word;
		uint32_t step_s;
	} steps[] = {{"minute", COUNTER_MINUTE_S}, {"hour", COUNTER_HOUR_S}, {"day", COUNTER_DAY_S}};

	if (!word)
		return COUNTER_MINUTE_S;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && json_is_string(word); i++)
		if (strcmp(json_string_value(word), steps[i].word) == 0)
			return steps[i].step_s;
	return 0;
}

json_t *show_traffic(struct host *host, const json_t *request, struct fault *out_fault)
{
	uint32_t step_s = seconds_of(json_object_get(request, "step"));
	uint64_t count = TRAFFIC_COUNT, running[COUNTED_COUNT], from_s, now_s = host_now().wall_s;
	json_t *all, *list;

	if (!step_s) {
		fault_set(out_fault, "", 0, 0, "step is minute, hour or day");
		return NULL;
	}
	if (history_number(request, "count", TRAFFIC_COUNT_MAX, &count, out_fault))
		return NULL;
	from_s = now_s - now_s % step_s;
	from_s = from_s > (count - 1) * step_s ? from_s - (count - 1) * step_s : 0;
	remember_running(host, running);
	all = json_object();
	for (uint32_t i = 0; i < COUNTED_COUNT; i++) {
		if (host_guard(host) ? !series[i].of_guard : !series[i].of_shield)
			continue;
		list = one_series(host_store(host), i, from_s, step_s, (uint32_t)count);
		if (!list) {
			fault_set(out_fault, "", 0, 0, "what was counted cannot be read");
			json_decref(all);
			return NULL;
		}
		add_running(list, running[i]);
		json_object_set_new(all, series[i].name, list);
	}
	return json_pack("{s:s, s:I, s:I, s:o}", "schema", "floodwall.traffic/1", "step_s", (json_int_t)step_s, "from", (json_int_t)from_s,
		"series", all);
}
