/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters over time. What is added goes into the row of its minute, of its hour and of its day at once: rolling up later would need a moment at which
 * all minutes of an hour are known to be there, and a clock that is set back has none. Old minutes and hours then simply go (age.c).
 */
#include <errno.h>
#include <string.h>

#include "store/inside.h"

static const uint32_t steps[] = {COUNTER_MINUTE_S, COUNTER_HOUR_S, COUNTER_DAY_S};

enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

int store_count_add(struct store *store, uint32_t counter, uint64_t time_s, uint64_t value, struct fault *out_fault)
{
	int error;

	if (counter >= COUNTERS_MAX) {
		fault_set(out_fault, "", 0, 0, "there are %d counters", COUNTERS_MAX);
		return -EINVAL;
	}
	error = store_begin(store, out_fault);
	if (error)
		return error;
	/* what is above 2^63 - 1 would become a fraction in the file */
	value = value > INT64_MAX ? INT64_MAX : value;
	for (size_t i = 0; i < STEPS && !error; i++)
		error = store_run(store,
			"insert into counter (step, counter, at, value) values (?1, ?2, ?3, ?4) on conflict (step, counter, at)"
			" do update set value = iif(value > 9223372036854775807 - ?4, 9223372036854775807, value + ?4)",
			"iiii", (uint64_t)steps[i], (uint64_t)counter, time_s / steps[i] * steps[i], value);
	return store_end(store, error, "the counters cannot be kept", out_fault);
}

int store_count_read(struct store *store, uint32_t counter, uint64_t from_s, uint32_t step_s, uint64_t *out, uint32_t count)
{
	uint64_t from, step = step_s;
	sqlite3_stmt *rows;
	int code = SQLITE_ERROR;

	if ((step != COUNTER_MINUTE_S && step != COUNTER_HOUR_S && step != COUNTER_DAY_S) || count > COUNTERS_READ_MAX ||
		from_s > INT64_MAX / 2)
		return -EINVAL;
	from = from_s / step * step;
	memset(out, 0, count * sizeof(*out));
	rows = store_ask(store, "select at, value from counter where step = ? and counter = ? and at >= ? and at < ?", "iiii", step,
		(uint64_t)counter, from, from + count * step);
	while (rows && (code = sqlite3_step(rows)) == SQLITE_ROW)
		out[((uint64_t)sqlite3_column_int64(rows, 0) - from) / step] = (uint64_t)sqlite3_column_int64(rows, 1);
	sqlite3_finalize(rows);
	return code == SQLITE_DONE ? 0 : store_fault(store, "the counters cannot be read", NULL);
}
