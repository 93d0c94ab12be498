/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which protocol is it? Each protocol we read begins with bytes that few others send; ports decide only where it does not:
 *
 *   TLS      16 03 0x .. .. 01            any port; so does 8x .. 01 03 0x, the form of SSL 2 (RFC 5246 appendix E.2);
 *                                         any other TLS record means it was picked up midway: encrypted, done
 *   HTTP     method SP, "HTTP/1."         any port; 80, 8080 and the like even when picked up midway
 *   RTSP     "RTSP/", method SP .. RTSP/  any port; 554 and 8554 even when picked up midway
 *   MQTT     10 len 00 04 "MQTT"          any port (3.1: 00 06 "MQIsdp")
 *   telnet   ff fb..fe option             any port; text that ends in a login prompt, any port; 23 and 2323 otherwise
 *   FTP      "220" and not a mail server  any port; 21 otherwise
 *   SSH      "SSH-"                       any port
 *   ADB      "CNXN" and its complement    any port
 *   DNS      two bytes of length          port 53 only: nothing else marks it
 *   DVRIP    ff 00, a message id          any port;  Baichuan  f0 de bc 0a;  Tuya  00 00 55 aa or 00 00 66 99
 *   Dahua    a0 .. a1 aa, or "DHIP"       any port; 37777 any command of it
 *   TP-Link  length, XORed '{'            port 9999 only
 */
#include "dissect/session.h"

#include <string.h>

enum {
	TEXT_WAIT_MAX = 512, /* a server's first words are awaited so long for a prompt */
	IAC = 0xff,
	IAC_SE = 0xf0,
	IAC_SB = 0xfa,
	IAC_DONT = 0xfe,
};

static bool is_telnet_port(uint16_t port)
{
	return port == 23 || port == 2323;
}

static bool is_ftp_port(uint16_t port)
{
	return port == 21 || port == 2121;
}

static bool is_http_port(uint16_t port)
{
	return port == 80 || port == 81 || port == 88 || port == 8000 || port == 8080 || port == 8081 || port == 8888;
}

static bool is_rtsp_port(uint16_t port)
{
	return port == 554 || port == 8554;
}

static bool is_mail_port(uint16_t port)
{
	return port == 25 || port == 465 || port == 587 || port == 2525;
}

/* True if bytes and pattern are alike as far as both go. */
static bool agrees(const uint8_t *bytes, size_t len, const char *pattern, size_t pattern_len)
{
	return memcmp(bytes, pattern, len < pattern_len ? len : pattern_len) == 0;
}

/* The ClientHello of SSL 2 that old libraries begin TLS with. */
static enum guess guess_tls_old(const uint8_t *b, size_t len)
{
	if (!(b[0] & 0x80) || b[0] == IAC || (len > 2 && b[2] != 1) || (len > 3 && b[3] != 3) || (len > 4 && b[4] > 3))
		return GUESS_NOTHING;
	return len < 5 ? GUESS_MORE : GUESS_PROTOCOL;
}

/* Begins with the client's hello, or the server's where that side alone was captured. */
static enum guess guess_tls(const uint8_t *b, size_t len)
{
	if (b[0] < 0x14 || b[0] > 0x17 || (len > 1 && b[1] != 3) || (len > 2 && b[2] > 4))
		return GUESS_NOTHING;
	if (len < 6)
		return GUESS_MORE;
	return b[0] == 0x16 && (b[5] == 1 || b[5] == 2) ? GUESS_PROTOCOL : GUESS_DONE;
}

static enum guess guess_mqtt(const uint8_t *b, size_t len)
{
	static const char NAMES[2][9] = {"\0\4MQTT", "\0\6MQIsdp"};
	size_t at = 1;

	if (b[0] != 0x10)
		return GUESS_NOTHING;
	while (at < len && at < 4 && b[at] & 0x80)
		at++;
	at++;
	if (at >= len)
		return GUESS_MORE;
	for (size_t i = 0; i < 2; i++) {
		size_t name_len = i ? 8 : 6;
		if (agrees(b + at, len - at, NAMES[i], name_len))
			return len - at >= name_len ? GUESS_PROTOCOL : GUESS_MORE;
	}
	return GUESS_NOTHING;
}

static enum guess guess_telnet(const uint8_t *b, size_t len)
{
	if (b[0] != IAC || (len > 1 && (b[1] < IAC_SB || b[1] > IAC_DONT)))
		return GUESS_NOTHING;
	if (len < 3)
		return GUESS_MORE;
	return GUESS_PROTOCOL;
}

static enum guess guess_ssh(const uint8_t *b, size_t len)
{
	if (!agrees(b, len, "SSH-", 4))
		return GUESS_NOTHING;
	return len < 4 ? GUESS_MORE : GUESS_PROTOCOL;
}

static enum guess guess_adb(const uint8_t *b, size_t len)
{
	bool more = false;

	return adb_begins(b, len, &more) ? GUESS_PROTOCOL : more ? GUESS_MORE : GUESS_NOTHING;
}

/* "220 text" or "220-text": also how mail servers begin. */
static enum guess guess_ftp(uint16_t port, const uint8_t *b, size_t len)
{
	struct line line;

	if (is_mail_port(port) || !agrees(b, len, "220", 3) || (len > 3 && b[3] != ' ' && b[3] != '-'))
		return GUESS_NOTHING;
	if (len < 4 || !session_line(b, len, &line))
		return GUESS_MORE;
	return memmem(line.text.bytes, line.text.len, "SMTP", 4) ? GUESS_DONE : GUESS_PROTOCOL;
}

/* No control characters but those of terminals. Telnet commands of three bytes may stand between. */
static bool is_text(const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (b[i] == IAC && (i + 1 == len || b[i + 1] >= IAC_SE))
			i += 2;
		else if (b[i] == IAC || (b[i] < 0x20 && b[i] && (b[i] < 7 || b[i] > 13) && b[i] != 0x1b))
			return false;
	}
	return true;
}

/* A server that speaks first, in words, on a port that says nothing. */
static enum guess guess_prompt(const uint8_t *b, size_t len)
{
	if (!is_text(b, len))
		return GUESS_NOTHING;
	if (telnet_prompts(b, len))
		return GUESS_PROTOCOL;
	return len < TEXT_WAIT_MAX ? GUESS_MORE : GUESS_NOTHING;
}

static enum guess guess_by_port(uint16_t port, const struct feed *feed, enum protocol *out_protocol)
{
	if (is_telnet_port(port) && is_text(feed->bytes, feed->len))
		*out_protocol = PROTOCOL_TELNET;
	else if (is_ftp_port(port))
		*out_protocol = PROTOCOL_FTP;
	else if (is_http_port(port))
		*out_protocol = PROTOCOL_HTTP;
	else if (is_rtsp_port(port))
		*out_protocol = PROTOCOL_RTSP;
	else if (port == 53)
		*out_protocol = PROTOCOL_DNS;
	else
		return GUESS_NOTHING;
	return GUESS_PROTOCOL;
}

/* Makers' own protocols: first bytes that exclude each other. */
static enum guess guess_own(uint16_t port, const struct feed *feed, enum protocol *out_protocol)
{
	const struct {
		enum guess what;
		enum protocol protocol;
	} tries[] = {
		{dvrip_guess(feed), PROTOCOL_DVRIP},
		{dahua_guess(port, feed), PROTOCOL_DAHUA},
		{tuya_guess(feed), PROTOCOL_TUYA},
		{tplink_guess(port, feed), PROTOCOL_TPLINK},
		{baichuan_guess(feed), PROTOCOL_BAICHUAN},
	};

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		if (tries[i].what == GUESS_NOTHING)
			continue;
		*out_protocol = tries[i].protocol;
		return tries[i].what;
	}
	return GUESS_NOTHING;
}

/* A line too long to be waited for is left to HTTP, which may begin with the same word. */
static enum guess guess_rtsp(const uint8_t *b, size_t len)
{
	bool more = false;

	if (rtsp_begins(b, len, &more))
		return GUESS_PROTOCOL;
	return more && len < TEXT_WAIT_MAX ? GUESS_MORE : GUESS_NOTHING;
}

/* By bytes alone. */
static enum guess guess_by_bytes(uint16_t port, const struct feed *feed, enum protocol *out_protocol)
{
	const uint8_t *b = feed->bytes;
	enum guess what;
	bool more = false;

	*out_protocol = PROTOCOL_TLS;
	what = guess_tls(b, feed->len);
	if (what == GUESS_NOTHING && feed->direction == FROM_CLIENT)
		what = guess_tls_old(b, feed->len);
	if (what == GUESS_NOTHING) {
		what = guess_telnet(b, feed->len);
		*out_protocol = PROTOCOL_TELNET;
	}
	if (what == GUESS_NOTHING) {
		what = guess_ssh(b, feed->len);
		*out_protocol = PROTOCOL_SSH;
	}
	if (what == GUESS_NOTHING) {
		what = guess_adb(b, feed->len);
		*out_protocol = PROTOCOL_ADB;
	}
	if (what == GUESS_NOTHING && feed->direction == FROM_CLIENT) {
		what = guess_mqtt(b, feed->len);
		*out_protocol = PROTOCOL_MQTT;
	}
	if (what == GUESS_NOTHING && feed->direction == FROM_SERVER) {
		what = guess_ftp(port, b, feed->len);
		*out_protocol = PROTOCOL_FTP;
	}
	if (what == GUESS_NOTHING)
		what = guess_own(port, feed, out_protocol);
	if (what == GUESS_NOTHING) {
		what = guess_rtsp(b, feed->len);
		*out_protocol = PROTOCOL_RTSP;
	}
	if (what == GUESS_NOTHING) {
		what = http_begins(b, feed->len, feed->direction, &more) ? GUESS_PROTOCOL : more ? GUESS_MORE : GUESS_NOTHING;
		*out_protocol = PROTOCOL_HTTP;
	}
	return what;
}

enum guess session_guess(uint16_t server_port, const struct feed *feed, enum protocol *out_protocol)
{
	enum guess what;

	if (server_port == 53) /* a length may look like anything */
		return guess_by_port(server_port, feed, out_protocol);
	what = guess_by_bytes(server_port, feed, out_protocol);
	if (what == GUESS_MORE && feed->len >= TEXT_WAIT_MAX && *out_protocol != PROTOCOL_FTP)
		what = GUESS_NOTHING;
	if (what == GUESS_NOTHING)
		what = guess_by_port(server_port, feed, out_protocol);
	if (what == GUESS_NOTHING && feed->direction == FROM_SERVER) {
		what = guess_prompt(feed->bytes, feed->len);
		*out_protocol = PROTOCOL_TELNET;
	}
	return what;
}
