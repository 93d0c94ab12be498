/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RITA 5's beacon score (activecm/rita, analysis/beacons.go, read for its semantics; this is our own text).
 *
 * timestamp, size   mean of two: 1 - |Bowley's skewness| ((Q1 + Q3 - 2 Q2) / (Q3 - Q1), taken as 0 while Q3 - Q1 < 10 or the
 *                   median equals a quartile), and (median - MAD) / median, at least 0, MAD being the median distance from the
 *                   median. Of intervals in whole seconds, zero ones left out; of bytes sent by conversation.
 * duration          with contacts in at least 6 of the 24 bins: the larger of the share of the capture between first and last
 *                   contact, and the longest run of bins with contacts (round the corner) to 12.
 * histogram         the larger of 1 - standard deviation / mean of the 24 bins, and, with contacts in at least 11 bins, the
 *                   share of bins (one outlier forgiven) that have one of the two commonest heights; heights within 5 % of the
 *                   highest are one.
 *
 * The bins are 24ths of the capture, not hours: RITA lays them over its data set in the same way, which is a day there. So a
 * capture of eleven minutes is judged by eleven minutes, and what "hours" means in RITA's constants is 24ths here.
 */
#include "detect/pulse.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { INTERVAL_MIN = 3, SKEW_RANGE_MIN = 10, DURATION_BINS_MIN = 6, RUN_IDEAL = 12, BIMODAL_BINS_MIN = 11, OUTLIER_BINS = 1 };

static double thousandth(double value)
{
	return round(value * 1000) / 1000;
}

uint16_t pulse_score(const double parts[PULSE_PART_COUNT], const double weights[PULSE_PART_COUNT])
{
	double sum = 0;

	for (int i = 0; i < PULSE_PART_COUNT; i++)
		sum += parts[i] * weights[i];
	return (uint16_t)lround(sum * 1000);
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void sort(uint32_t *values, uint32_t count)
{
	if (count > 1)
		qsort(values, count, sizeof(values[0]), compare);
}

/* Of sorted values; 0 of none. */
static double median(const uint32_t *values, uint32_t count)
{
	if (count == 0)
		return 0;
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + (double)values[count / 2]) / 2;
}

/* 1 - |skewness|; quartiles are the medians of the halves, the middle value of an odd count belonging to neither. */
static double skew_score(const uint32_t *values, uint32_t count)
{
	double q1 = median(values, count / 2), q2 = median(values, count);
	double q3 = median(values + (count + 1) / 2, count / 2);

	if (q3 - q1 < SKEW_RANGE_MIN || q2 == q1 || q2 == q3)
		return 1;
	return 1 - fabs((q1 + q3 - 2 * q2) / (q3 - q1));
}

/*
 * Median distance from the median, without an array for the distances: they grow from the middle outwards on both sides, so
 * taking the nearer of the two ends each time visits them in order.
 */
static double median_distance(const uint32_t *values, uint32_t count, double middle)
{
	uint32_t high = 0, low, seen = 0;
	double last = 0, before = 0;

	while (high < count && values[high] < middle)
		high++;
	for (low = high; seen < count / 2 + 1; seen++) {
		before = last;
		if (high < count && (low == 0 || values[high] - middle <= middle - values[low - 1]))
			last = values[high++] - middle;
		else
			last = middle - values[--low];
	}
	return count % 2 ? last : (before + last) / 2;
}

/* (skew score + MAD score) / 2 of sorted values. */
static double spread_score(const uint32_t *values, uint32_t count, double score_of_tiny)
{
	double middle = median(values, count), mad_score = score_of_tiny;

	if (middle >= 1)
		mad_score = (middle - median_distance(values, count, middle)) / middle;
	return thousandth((skew_score(values, count) + (mad_score > 0 ? mad_score : 0)) / 2);
}

/* Sorted intervals that are not zero. */
static uint32_t intervals_of(const struct pulse_series *series, uint32_t out_intervals[PULSE_SERIES_MAX])
{
	uint32_t count = 0;

	for (uint32_t i = 1; i < series->time_count; i++)
		if (series->times[i] > series->times[i - 1])
			out_intervals[count++] = series->times[i] - series->times[i - 1];
	sort(out_intervals, count);
	return count;
}

static void fill_bins(const struct pulse_series *series, uint32_t out_bins[PULSE_BIN_COUNT])
{
	double width = (series->end - series->begin) / (double)PULSE_BIN_COUNT;

	memset(out_bins, 0, sizeof(out_bins[0]) * PULSE_BIN_COUNT);
	for (uint32_t i = 0; i < series->time_count; i++) {
		double place = series->times[i] > series->begin ? (series->times[i] - series->begin) / width : 0;

		out_bins[place < PULSE_BIN_COUNT ? (uint32_t)place : PULSE_BIN_COUNT - 1]++;
	}
}

static uint32_t bins_used(const uint32_t bins[PULSE_BIN_COUNT])
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < PULSE_BIN_COUNT; i++)
		used += bins[i] > 0;
	return used;
}

static uint32_t longest_run(const uint32_t bins[PULSE_BIN_COUNT])
{
	uint32_t longest = 0, run = 0;

	for (uint32_t i = 0; i < 2 * PULSE_BIN_COUNT; i++) {
		run = bins[i % PULSE_BIN_COUNT] ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest < PULSE_BIN_COUNT ? longest : PULSE_BIN_COUNT;
}

static double duration_score(const struct pulse_series *series, const uint32_t bins[PULSE_BIN_COUNT])
{
	double coverage = (series->last - series->first) / (double)(series->end - series->begin);
	double consistency = longest_run(bins) / (double)RUN_IDEAL;

	if (bins_used(bins) < DURATION_BINS_MIN)
		return 0;
	return fmin(1, ceil(fmax(coverage, consistency) * 1000) / 1000);
}

static double flat_score(const uint32_t bins[PULSE_BIN_COUNT])
{
	double sum = 0, squares = 0, mean;

	for (uint32_t i = 0; i < PULSE_BIN_COUNT; i++)
		sum += bins[i];
	mean = sum / PULSE_BIN_COUNT;
	if (mean <= 0)
		return 0;
	for (uint32_t i = 0; i < PULSE_BIN_COUNT; i++)
		squares += (bins[i] - mean) * (bins[i] - mean);
	return fmax(0, thousandth(1 - sqrt(squares / PULSE_BIN_COUNT) / mean));
}

/* How many bins are of the same height as bin i, or 0 when an earlier bin stands for that height. */
static uint32_t same_height(const uint32_t bins[PULSE_BIN_COUNT], uint32_t i, uint32_t step)
{
	uint32_t count = 0;

	for (uint32_t j = 0; j < PULSE_BIN_COUNT; j++) {
		if (bins[j] == 0 || bins[j] / step != bins[i] / step)
			continue;
		if (j < i)
			return 0;
		count++;
	}
	return count;
}

static double bimodal_score(const uint32_t bins[PULSE_BIN_COUNT])
{
	uint32_t used = bins_used(bins), highest = 0, first = 0, second = 0, step;

	if (used < BIMODAL_BINS_MIN)
		return 0;
	for (uint32_t i = 0; i < PULSE_BIN_COUNT; i++)
		highest = bins[i] > highest ? bins[i] : highest;
	step = highest / 20 + (highest % 20 != 0);
	for (uint32_t i = 0; i < PULSE_BIN_COUNT; i++) {
		uint32_t count = bins[i] ? same_height(bins, i, step) : 0;

		if (count > first) {
			second = first;
			first = count;
		} else if (count > second) {
			second = count;
		}
	}
	return fmin(1, thousandth((first + second) / (double)(used - OUTLIER_BINS)));
}

void pulse_read(const struct pulse_series *series, struct pulse *out_pulse)
{
	static const double weights[PULSE_PART_COUNT] = {0.25, 0.25, 0.25, 0.25};
	uint32_t intervals[PULSE_SERIES_MAX], made[PULSE_BIN_COUNT], count;
	const uint32_t *bins = series->bins ? series->bins : made;

	*out_pulse = (struct pulse){0};
	sort(series->times, series->time_count);
	sort(series->sizes, series->size_count);
	count = intervals_of(series, intervals);
	if (count < INTERVAL_MIN || series->end <= series->begin)
		return;
	if (!series->bins)
		fill_bins(series, made);
	out_pulse->period = (uint32_t)median(intervals, count);
	out_pulse->parts[PULSE_TIMESTAMP] = spread_score(intervals, count, 1);
	if (series->size_count >= INTERVAL_MIN)
		out_pulse->parts[PULSE_SIZE] = spread_score(series->sizes, series->size_count, 0);
	out_pulse->parts[PULSE_DURATION] = duration_score(series, bins);
	out_pulse->parts[PULSE_HISTOGRAM] = fmax(flat_score(bins), bimodal_score(bins));
	out_pulse->score = pulse_score(out_pulse->parts, weights);
}
