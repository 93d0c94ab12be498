/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/phrase.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

void phrase_clear(struct phrase *phrase)
{
	phrase->len = 0;
	phrase->text[0] = 0;
}

void phrase_add(struct phrase *phrase, const char *format, ...)
{
	size_t room = sizeof(phrase->text) - phrase->len;
	va_list arguments;
	int written;

	va_start(arguments, format);
	written = vsnprintf(phrase->text + phrase->len, room, format, arguments);
	va_end(arguments);
	/* A piece goes in whole or not at all, so that nothing is ever cut within a character. */
	if (written >= 0 && (size_t)written < room)
		phrase->len += (size_t)written;
	phrase->text[phrase->len] = 0;
}

void phrase_raw(struct phrase *phrase, const char *raw, size_t len)
{
	phrase->len += text_escape(phrase->text + phrase->len, sizeof(phrase->text) - phrase->len, raw, len);
}

void phrase_number(struct phrase *phrase, uint64_t number)
{
	char digits[24], grouped[32];
	int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
	size_t at = 0;

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			grouped[at++] = ',';
		grouped[at++] = digits[i];
	}
	grouped[at] = 0;
	phrase_add(phrase, "%s", grouped);
}

void phrase_count(struct phrase *phrase, uint64_t number, const char *noun)
{
	phrase_number(phrase, number);
	/* "address" is the one noun here whose plural is not a mere s. */
	phrase_add(phrase, " %s%s", noun, number == 1 ? "" : strcmp(noun, "address") ? "s" : "es");
}

void phrase_about(struct phrase *phrase, uint64_t number, const char *noun)
{
	uint64_t scale = 1;

	while (number / scale >= 1000)
		scale *= 10;
	phrase_add(phrase, "%s", number < 100 ? "" : "about ");
	phrase_count(phrase, number % scale >= scale / 2 + scale % 2 ? number - number % scale + scale : number - number % scale, noun);
}

void phrase_bytes(struct phrase *phrase, uint64_t bytes)
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
	uint64_t scale = 1;
	size_t unit = 0;

	/* 999,950 would print as 1000.0 kB: it is the next unit's. */
	while (unit < 6 && bytes >= scale * 1000 - (unit ? scale / 20 : 0)) {
		scale *= 1000;
		unit++;
	}
	if (!unit)
		phrase_count(phrase, bytes, "byte");
	else if (bytes / scale >= 100)
		phrase_add(phrase, "%llu %s", (unsigned long long)(bytes / scale), units[unit]);
	else
		phrase_add(phrase, "%.1f %s", (double)bytes / (double)scale, units[unit]);
}

void phrase_address(struct phrase *phrase, const uint8_t address[16], unsigned bits)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool v4 = !memcmp(address, mapped, sizeof(mapped)) && bits >= 96;
	char text[TEXT_ADDRESS_MAX];

	phrase_add(phrase, "%s", text_address(text, address));
	if (bits < 128)
		phrase_add(phrase, "/%u", v4 ? bits - 96 : bits);
}

void phrase_duration(struct phrase *phrase, uint64_t duration_ns)
{
	static const struct {
		const char *noun;
		uint64_t ns;
	} units[] = {
		{"day", 86400000000000u},
		{"hour", 3600000000000u},
		{"minute", 60000000000u},
		{"second", 1000000000u},
		{"millisecond", 1000000u},
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		/* A unit is used from two of it on (or close to one): "90 seconds" says more than "2 minutes". */
		if (duration_ns >= 2 * units[i].ns || duration_ns - (units[i].ns - units[i].ns / 100) <= units[i].ns / 50) {
			phrase_count(phrase, duration_ns / units[i].ns + (duration_ns % units[i].ns >= units[i].ns / 2), units[i].noun);
			return;
		}
	if (duration_ns >= 500000u)
		phrase_add(phrase, "1 millisecond");
	else
		phrase_add(phrase, "less than a millisecond");
}

static void civil_of(uint64_t time_ns, struct tm *out_civil)
{
	time_t seconds = (time_t)(time_ns / 1000000000u);

	gmtime_r(&seconds, out_civil);
}

static void phrase_day(struct phrase *phrase, const struct tm *civil)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	phrase_add(phrase, "%d %s %d", civil->tm_mday, months[civil->tm_mon], civil->tm_year + 1900);
}

static void phrase_clock(struct phrase *phrase, const struct tm *civil)
{
	phrase_add(phrase, "%02d:%02d:%02d", civil->tm_hour, civil->tm_min, civil->tm_sec);
}

void phrase_span(struct phrase *phrase, uint64_t first_ns, uint64_t last_ns)
{
	struct tm first, last;

	civil_of(first_ns, &first);
	civil_of(last_ns, &last);
	phrase_day(phrase, &first);
	phrase_add(phrase, ", ");
	phrase_clock(phrase, &first);
	if (first_ns / 1000000000u != last_ns / 1000000000u) {
		phrase_add(phrase, " to ");
		if (first.tm_yday != last.tm_yday || first.tm_year != last.tm_year) {
			phrase_day(phrase, &last);
			phrase_add(phrase, ", ");
		}
		phrase_clock(phrase, &last);
	}
	phrase_add(phrase, " UTC");
}
