/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times as people write them. By hand: strptime() follows the locale, and takes the 31st of February. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "conf/conf.h"

#define SECOND_NS 1000000000ull

struct civil {
	unsigned year, month, day, hour, minute, second;
	uint64_t fraction_ns;
	int offset_s; /* east of Greenwich */
};

/* Exactly this many digits. */
static bool digits(const char **at, unsigned count, unsigned *out_number)
{
	unsigned number = 0;

	for (unsigned i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		number = number * 10 + (unsigned)(**at - '0');
	}
	*out_number = number;
	return true;
}

static bool sign(const char **at, char wanted)
{
	*at += **at == wanted;
	return (*at)[-1] == wanted;
}

/* .5, .000001; what lies below a nanosecond is cut. */
static bool fraction(const char **at, uint64_t *out_ns)
{
	uint64_t unit = SECOND_NS / 10;

	*out_ns = 0;
	if (**at != '.')
		return true;
	(*at)++;
	if (**at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
		*out_ns += (uint64_t)(**at - '0') * unit;
	return true;
}

static bool zone(const char **at, int *out_offset_s)
{
	unsigned hours, minutes;
	bool west = **at == '-';

	*out_offset_s = 0;
	if (**at == 'Z' || **at == 'z') {
		(*at)++;
		return true;
	}
	if (**at != '+' && **at != '-')
		return true;
	(*at)++;
	if (!digits(at, 2, &hours) || !sign(at, ':') || !digits(at, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*out_offset_s = (int)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
	return true;
}

static bool clock_time(const char **at, struct civil *civil)
{
	if (!digits(at, 2, &civil->hour) || !sign(at, ':') || !digits(at, 2, &civil->minute))
		return false;
	if (**at == ':') {
		(*at)++;
		if (!digits(at, 2, &civil->second) || !fraction(at, &civil->fraction_ns))
			return false;
	}
	return zone(at, &civil->offset_s);
}

static bool day(const char **at, struct civil *civil)
{
	return digits(at, 4, &civil->year) && sign(at, '-') && digits(at, 2, &civil->month) && sign(at, '-') && digits(at, 2, &civil->day);
}

static bool is_valid(const struct civil *civil)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = civil->year % 4 == 0 && (civil->year % 100 || civil->year % 400 == 0);

	if (!civil->month || civil->month > 12 || !civil->day || civil->year < 1970 || civil->year > 2553)
		return false;
	if (civil->day > days[civil->month - 1] + (unsigned)(leap && civil->month == 2))
		return false;
	/* 60: a leap second, which is the second after it here */
	return civil->hour < 24 && civil->minute < 60 && civil->second <= 60;
}

static bool read_civil(const char *word, uint64_t *out_ns)
{
	struct civil civil = {0};
	const char *at = word;

	if (!day(&at, &civil))
		return false;
	if (*at == 'T' || *at == 't' || *at == ' ') {
		at++;
		if (!clock_time(&at, &civil))
			return false;
	}
	if (*at || !is_valid(&civil))
		return false;

	struct tm tm = {.tm_year = (int)civil.year - 1900,
		.tm_mon = (int)civil.month - 1,
		.tm_mday = (int)civil.day,
		.tm_hour = (int)civil.hour,
		.tm_min = (int)civil.minute,
		.tm_sec = (int)civil.second};
	int64_t seconds = timegm(&tm) - civil.offset_s;

	if (seconds < 0)
		return false;
	*out_ns = (uint64_t)seconds * SECOND_NS + civil.fraction_ns;
	return true;
}

static bool read_epoch(const char *word, uint64_t *out_ns)
{
	const char *at = word;
	uint64_t seconds = 0, fraction_ns;

	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		seconds = seconds * 10 + (uint64_t)(*at - '0');
		if (seconds > UINT64_MAX / SECOND_NS - 1)
			return false;
	}
	if (!fraction(&at, &fraction_ns) || *at)
		return false;
	*out_ns = seconds * SECOND_NS + fraction_ns;
	return true;
}

int moment_read(const char *word, uint64_t *out_ns)
{
	return read_civil(word, out_ns) || read_epoch(word, out_ns) ? 0 : -EINVAL;
}
