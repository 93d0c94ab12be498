/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the TCP dissectors share: their states, one call form, and how a fact is given. Private to dissect/.
 *
 * A dissector takes from a feed what it can finish and leaves the rest: stream/ keeps that and gives it again with more
 * (up to FW_STREAM_KEPT_MAX bytes, so nothing may ever wait for more than SESSION_WAIT_MAX). Its own state holds only what
 * must outlive that. Dissectors of line protocols give the same facts however the bytes are cut into feeds.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dissect/document.h"
#include "model/fact.h"
#include "wire/bytes.h"

enum {
	SESSION_WAIT_MAX = 4000, /* a dissector that has seen so many bytes takes some */
	SESSION_LINE_MAX = 2048, /* of a line only this much is read; the rest is passed over */
	SESSION_SILENT_MAX = 1 << 20, /* bytes without a fact after which a session that only hopes is done */
};

/* The two directions; also indexes. */
enum { FROM_CLIENT, FROM_SERVER };

/* One chunk on its way through a dissector. */
struct feed {
	int direction;
	const uint8_t *bytes;
	size_t len;
	bool gap; /* bytes are missing just before these */
	bool done; /* out: the rest of the conversation does not matter */
	const struct fact_sink *sink;
};

/* A line as far as it is here: text without its CR LF; taken: bytes up to and with the LF. */
struct line {
	struct slice text;
	size_t taken;
	bool cut; /* longer than SESSION_LINE_MAX: the rest follows and must be passed over */
};

/* True if a line (or as much of one as is read) is there; false: wait for more. */
bool session_line(const uint8_t *bytes, size_t len, struct line *out_line);
/* Passes over the rest of a cut line; returns bytes taken and clears *skipping at the line's end. */
size_t session_skip_line(const uint8_t *bytes, size_t len, bool *skipping);

void session_say_text(struct feed *feed, enum fact_kind kind, struct slice text);
void session_say_number(struct feed *feed, enum fact_kind kind, uint32_t number);
void session_say_login(struct feed *feed, enum login_service service, struct slice user, struct slice password);
void session_say_result(struct feed *feed, enum login_service service, enum login_result result);

/* Requests and commands still without their answer, oldest first. When full all are forgotten: results stay unknown. */
enum { PENDING_MAX = 32 };

struct pending {
	uint8_t items[PENDING_MAX];
	uint8_t head, count;
};

void pending_add(struct pending *pending, uint8_t item);
/* 0 when nothing is pending. */
uint8_t pending_first(const struct pending *pending);
void pending_remove(struct pending *pending);
/* Adds to what is remembered of the newest, if it is still pending. */
void pending_mark(struct pending *pending, uint8_t bits);

/* ---- states, one per protocol; all zero is the start ---- */

/* Lost: until a segment begins like a message. Rest: a body that ends with the connection. */
enum http_state {
	HTTP_LOST,
	HTTP_START,
	HTTP_HEADER,
	HTTP_BODY,
	HTTP_CHUNK_SIZE,
	HTTP_CHUNK_DATA,
	HTTP_CHUNK_END,
	HTTP_TRAILER,
	HTTP_REST,
};

/* What a Content-Type says that matters here. */
enum http_content { HTTP_CONTENT_UNSAID, HTTP_CONTENT_XML, HTTP_CONTENT_HTML, HTTP_CONTENT_OTHER };

struct http_side {
	uint64_t left; /* bytes of body or chunk still to come */
	uint32_t header_len; /* of this message so far */
	uint32_t lost_len; /* passed over since HTTP_LOST began */
	uint8_t state; /* enum http_state */
	bool skipping; /* within the rest of a cut line */
	bool chunked, has_length, no_body;
	bool basic; /* this request carried Basic credentials */
	uint8_t method; /* enum http_method */
	bool switching; /* after this response the connection is no HTTP any more */
	uint8_t content; /* enum http_content */
	bool encoded; /* the body is compressed: not read */
	bool mapping_open; /* a port mapping was refused, why may be in the body */
	uint16_t status;
};

/* What is remembered of a request until its response. PENDING_REQUEST makes it differ from "nothing pending". */
enum { PENDING_REQUEST = 1, PENDING_BASIC = 2, PENDING_HEAD = 4, PENDING_CONNECT = 8, PENDING_MAPPING = 16 };

/* One document for both directions: a body whose turn has not ended gives way to the other side's next one. */
struct http {
	struct http_side sides[2];
	struct pending requests;
	uint8_t reading; /* 0: no body; 1: the client's; 2: the server's */
	struct document document;
};

enum rtsp_state { RTSP_LOST, RTSP_START, RTSP_HEADER, RTSP_BODY };

struct rtsp_side {
	uint64_t left; /* bytes of body or interleaved data still to come */
	uint32_t header_len, lost_len; /* as in struct http_side */
	uint8_t state; /* enum rtsp_state */
	bool skipping;
	bool request; /* the message at hand is one; each side may send both */
	bool basic; /* it carries Basic credentials */
	bool options; /* its method is OPTIONS */
};

struct rtsp {
	struct rtsp_side sides[2];
	struct pending requests; /* the client's */
	uint32_t media_len; /* interleaved data so far */
};

enum { TELNET_LINE_MAX = 160, TELNET_FIELD_MAX = 64 };

struct telnet_side {
	uint8_t state; /* enum telnet_state */
	uint8_t command; /* WILL .. DONT, before its option */
	bool after_cr;
	uint32_t sub_len; /* bytes in the open sub-option */
};

struct telnet {
	struct telnet_side sides[2];
	uint32_t quiet_len; /* bytes since something happened */
	uint8_t options_said, banners_said, strange_count;
	uint8_t stage; /* enum telnet_stage: what the client's bytes are */
	uint8_t line_len, user_len, password_len;
	uint8_t lines_after; /* lines the server said since the try that waits for its result */
	bool waiting; /* the latest try has no result yet */
	bool line_long; /* the head of the server's line is gone */
	bool line_asked; /* its prompt has been noted */
	bool escape, escape_more; /* within a terminal escape of the server: after ESC, after ESC [ */
	bool server_seen, prompted; /* the server has said anything; has asked for a login */
	bool typed; /* the client has typed something: what the server says from here on may be its echo, a password included */
	bool typed_ahead; /* password holds a whole line typed before anybody asked for it */
	uint8_t line[TELNET_LINE_MAX]; /* the server's, so far */
	uint8_t user[TELNET_FIELD_MAX], password[TELNET_FIELD_MAX]; /* as typed so far; wiped when said */
};

enum { FTP_USER_MAX = 64 };

struct ftp {
	bool skipping[2];
	bool multi, greeted, user_open; /* within a multi-line reply; first reply is over; USER without PASS yet */
	uint8_t tries_open; /* PASS without an answer yet */
	uint8_t banners_said;
	uint16_t multi_code;
	uint8_t user_len;
	uint8_t user[FTP_USER_MAX];
};

enum { MQTT_USER_MAX = 128 };

struct mqtt {
	uint32_t left; /* bytes of the client's CONNECT not taken yet */
	uint32_t skip; /* bytes of a field to pass over */
	uint32_t answer_skip; /* bytes of a server's packet to pass over */
	uint32_t after_len; /* client's bytes since the CONNECT */
	uint8_t step; /* enum mqtt_step */
	uint8_t level, flags;
	bool try_open;
	uint8_t user_len;
	uint8_t user[MQTT_USER_MAX];
};

struct dns_tcp {
	uint32_t skip[2]; /* bytes of a message too long to be kept */
};

struct tls {
	uint32_t after_len; /* client's bytes since its hello */
	bool client_done, hello_said; /* the client's first message is over; the server's hello was given */
};

struct ssh {
	bool said[2];
	uint8_t lines;
};

struct adb {
	uint32_t skip[2]; /* bytes of a payload to pass over */
	uint32_t read_len;
};

/* Makers' own protocols: messages with a length (framed.h). */
struct framed_side {
	uint32_t skip; /* bytes of the body at hand to pass over */
	bool lost; /* bytes were missing: until a segment begins like a message */
};

struct framed {
	struct framed_side sides[2];
	uint32_t quiet_len; /* bytes since the latest fact */
};

struct dvrip {
	struct framed framed;
	bool spoken, try_open; /* the server has been heard; a login has no answer yet */
};

struct dahua {
	struct framed framed;
	bool spoken, try_open;
};

struct tplink {
	struct framed framed;
	bool spoken;
};

struct baichuan {
	struct framed framed;
	bool spoken, try_open;
	bool legacy; /* a login of the old form, which may only ask for the new one */
};

enum protocol {
	PROTOCOL_UNKNOWN,
	PROTOCOL_HTTP,
	PROTOCOL_TELNET,
	PROTOCOL_FTP,
	PROTOCOL_MQTT,
	PROTOCOL_TLS,
	PROTOCOL_DNS,
	PROTOCOL_SSH,
	PROTOCOL_ADB,
	PROTOCOL_DVRIP,
	PROTOCOL_DAHUA,
	PROTOCOL_TUYA,
	PROTOCOL_TPLINK,
	PROTOCOL_BAICHUAN,
	PROTOCOL_RTSP,
};

struct dissect_session {
	uint16_t server_port;
	uint8_t protocol; /* enum protocol */
	bool midway; /* its beginning is not in the capture */
	bool hopeless[2]; /* this direction's first bytes are nothing we know */
	uint32_t unknown_len; /* passed over while nothing is known */
	union {
		struct http http;
		struct telnet telnet;
		struct ftp ftp;
		struct mqtt mqtt;
		struct dns_tcp dns;
		struct tls tls;
		struct ssh ssh;
		struct adb adb;
		struct dvrip dvrip;
		struct dahua dahua;
		struct tplink tplink;
		struct baichuan baichuan;
		struct rtsp rtsp;
	};
};
_Static_assert(sizeof(struct dissect_session) <= 1536, "thousands of these are held");
_Static_assert(sizeof(struct dissect_session) % 8 == 0, "held in arrays of bytes");

/* ---- one file each; returns bytes taken ---- */

size_t http_take(struct http *http, struct feed *feed);
size_t telnet_take(struct telnet *telnet, struct feed *feed);
size_t ftp_take(struct ftp *ftp, struct feed *feed);
size_t mqtt_take(struct mqtt *mqtt, struct feed *feed);
size_t tls_take(struct tls *tls, struct feed *feed);
size_t dns_tcp_take(struct dns_tcp *dns, struct feed *feed);
size_t ssh_take(struct ssh *ssh, struct feed *feed);
size_t adb_take(struct adb *adb, struct feed *feed);
size_t dvrip_take(struct dvrip *dvrip, struct feed *feed);
size_t dahua_take(struct dahua *dahua, struct feed *feed);
size_t tuya_take(struct feed *feed);
size_t tplink_take(struct tplink *tplink, struct feed *feed);
size_t baichuan_take(struct baichuan *baichuan, struct feed *feed);
size_t rtsp_take(struct rtsp *rtsp, struct feed *feed);

/* True if bytes begin an HTTP/1 message of this direction; *out_more: they may, once there are more. */
bool http_begins(const uint8_t *bytes, size_t len, int direction, bool *out_more);
/* True if bytes begin with the connecting message of ADB; *out_more: they may, once there are more. */
bool adb_begins(const uint8_t *bytes, size_t len, bool *out_more);
/* midway: what is typed first may answer a prompt that is not in the capture; and what is said first no banner; typed: something was, before it was known as telnet. */
void telnet_begin(struct telnet *telnet, bool midway, bool typed);
/* The same for RTSP, where either side may begin with either; OPTIONS needs its whole line to be told from HTTP's. */
bool rtsp_begins(const uint8_t *bytes, size_t len, bool *out_more);
/* True if text ends in a prompt for a user name or a password. */
bool telnet_prompts(const uint8_t *text, size_t len);

/* ---- bodies of HTTP (http_body.c) ---- */

enum http_content http_content_of(struct slice content_type);
/* A body comes from the feed's side; whether it is read is decided here. */
void http_body_begin(struct http *http, struct feed *feed);
void http_body_take(struct http *http, struct feed *feed, struct slice bytes);
bool http_body_wanted(const struct http *http, int direction);
/* What the status of a response says of a port mapping that its request asked for. */
void http_judge_mapping(struct http_side *side, struct feed *feed, uint8_t request, uint32_t status);
/* To be called whenever a message may have ended: says what can not become clearer any more. */
void http_body_settle(struct http *http, struct feed *feed);

/* ---- guessing the protocol (sniff.c) ---- */

enum guess { GUESS_MORE, GUESS_NOTHING, GUESS_DONE, GUESS_PROTOCOL };

/* What these first bytes of a direction are. *out_protocol is set with GUESS_PROTOCOL. */
enum guess session_guess(uint16_t server_port, const struct feed *feed, enum protocol *out_protocol);

/* Each says if first bytes are its own: on any port where they are marked well, else on the maker's. */
enum guess dvrip_guess(const struct feed *feed);
enum guess dahua_guess(uint16_t server_port, const struct feed *feed);
enum guess tuya_guess(const struct feed *feed);
enum guess tplink_guess(uint16_t server_port, const struct feed *feed);
enum guess baichuan_guess(const struct feed *feed);
