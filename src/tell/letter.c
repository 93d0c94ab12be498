/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tell/letter.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

enum {
	WORD_BYTES = 39, /* 52 letters of base64; with =?UTF-8?B? and ?= an encoded word is at most 75 (RFC 2047 section 2) */
	FIRST_LINE = 60, /* of a plain subject, beside "Subject: " */
	QP_LINE = 75, /* letters before a soft line break (RFC 2045 section 6.7) */
};

/* Bytes of the character that begins here, as far as they are there: 1 for what is no UTF-8. */
static size_t character_len(const char *at, size_t left)
{
	unsigned char first = (unsigned char)*at;
	size_t len = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;

	for (size_t i = 1; i < len; i++)
		if (i >= left || ((unsigned char)at[i] & 0xc0) != 0x80)
			return 1;
	return len;
}

/* What is no character, and every control, becomes one of ASCII. Returns its length. */
static size_t clean_subject(const char *raw, char out[LETTER_SUBJECT_MAX + 1])
{
	size_t len = 0, left = strlen(raw);

	while (left) {
		size_t one = character_len(raw, left);
		bool good = one > 1 || ((unsigned char)*raw >= ' ' && (unsigned char)*raw < 127);
		if (len + one > LETTER_SUBJECT_MAX)
			break;
		if (good)
			memcpy(out + len, raw, one);
		else
			out[len] = (unsigned char)*raw < ' ' ? ' ' : '?';
		len += one;
		raw += one;
		left -= one;
	}
	out[len] = 0;
	return len;
}

static void put_base64(FILE *out, const char *bytes, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		uint32_t three = (uint32_t)(unsigned char)bytes[i] << 16;
		if (i + 1 < len)
			three |= (uint32_t)(unsigned char)bytes[i + 1] << 8;
		if (i + 2 < len)
			three |= (unsigned char)bytes[i + 2];
		fputc(letters[three >> 18], out);
		fputc(letters[three >> 12 & 63], out);
		fputc(i + 1 < len ? letters[three >> 6 & 63] : '=', out);
		fputc(i + 2 < len ? letters[three & 63] : '=', out);
	}
}

static void put_encoded(FILE *out, const char *text, size_t len)
{
	for (size_t at = 0, piece; at < len; at += piece) {
		piece = 0;
		while (at + piece < len && piece + character_len(text + at + piece, len - at - piece) <= WORD_BYTES)
			piece += character_len(text + at + piece, len - at - piece);
		fputs(at ? "\n =?UTF-8?B?" : "=?UTF-8?B?", out);
		put_base64(out, text + at, piece);
		fputs("?=", out);
	}
}

static void put_subject(FILE *out, const char *raw)
{
	char text[LETTER_SUBJECT_MAX + 1];
	size_t len = clean_subject(raw, text);
	bool plain = len <= FIRST_LINE && !strstr(text, "=?") && *text != ' ';

	for (size_t i = 0; i < len; i++)
		plain &= (unsigned char)text[i] < 127;
	fputs("Subject: ", out);
	if (plain)
		fputs(text, out);
	else
		put_encoded(out, text, len);
	fputc('\n', out);
}

/* RFC 5322 section 3.3, in UTC: the names of days and months are never a locale's. */
static void put_date(FILE *out, uint64_t time_s)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)time_s;
	struct tm utc = {0};

	gmtime_r(&seconds, &utc);
	fprintf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\n", days[utc.tm_wday % 7], utc.tm_mday, months[utc.tm_mon % 12],
		utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

static void put_host(FILE *out, const char *host)
{
	size_t len = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

	if (len)
		fwrite(host, 1, len, out);
	else
		fputs("localhost", out);
}

/* A dot or From at the start of a line means something to those who carry messages: neither comes out as such. */
static bool wants_code(const char *line, size_t at, size_t len)
{
	unsigned char byte = (unsigned char)line[at];

	if ((byte < ' ' && byte != '\t') || byte >= 127 || byte == '=')
		return true;
	if ((byte == ' ' || byte == '\t') && at + 1 == len)
		return true;
	return at == 0 && (byte == '.' || byte == 'F');
}

static void put_line(FILE *out, const char *line, size_t len)
{
	size_t column = 0;

	for (size_t i = 0; i < len; i++) {
		bool coded = wants_code(line, i, len);
		size_t width = coded ? 3 : 1;
		if (column + width > QP_LINE) {
			fputs("=\n", out);
			column = 0;
			/* at the start of a line again */
			coded |= line[i] == '.' || line[i] == 'F';
			width = coded ? 3 : 1;
		}
		if (coded)
			fprintf(out, "=%02X", (unsigned char)line[i]);
		else
			fputc(line[i], out);
		column += width;
	}
	fputc('\n', out);
}

int letter_write(const struct letter *letter, FILE *out)
{
	fprintf(out, "From: Floodwall <%s>\nTo: %s\n", letter->from, letter->to);
	put_subject(out, letter->subject);
	put_date(out, letter->time_s);
	fprintf(out, "Message-ID: <floodwall.%llu.%llu@", (unsigned long long)letter->time_s, (unsigned long long)letter->number);
	put_host(out, letter->host);
	fputs(">\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
	      "Content-Transfer-Encoding: quoted-printable\n\n",
		out);
	for (const char *at = letter->text; *at;) {
		size_t len = strcspn(at, "\n");
		put_line(out, at, len);
		at += len + (at[len] == '\n');
	}
	return ferror(out) ? -EIO : 0;
}
