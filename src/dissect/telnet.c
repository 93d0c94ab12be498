/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telnet (RFC 854, 855): option negotiation, banner, logins.
 *
 * A telnet login is a conversation between a person (or a bot) and a line of text; nothing on the wire says "user" or
 * "refused". What can be relied on: the server's line ends in a prompt at the moment the client types; what is typed up to
 * CR or LF answers it; what the server says next tells the outcome. So there are two line editors, one per direction, and
 * a stage that says what the client's bytes are:
 *
 *      IDLE --types at a user prompt--> USER --line end--> PASSWORD --line end--> try said, IDLE
 *      IDLE --types at a password prompt (no user asked)--> PASSWORD
 *      START --types before anything was asked--> USER: one-sided captures, and bots that do not wait. Not where the beginning
 *                                                 is missing: then it may be the password that is typed, and users are shown
 *
 * A prompt is judged when the client types, because only then is the server's line known to be complete; "Last login: Tue"
 * is no prompt however its segments are cut. Results cannot wait for that (a refused client may leave without a word):
 * they are judged at each line end and at the end of each segment, words that refuse first.
 *
 * Between user and password the client may be ahead of the server, or the capture may have two directions out of order:
 * what is typed there is taken for the password, once it is asked for, unless the user is asked for again. Where not a
 * word of the server is in the capture the first two lines are taken for a login without result.
 *
 * Banner is what the server says before it asks and before anything is typed: a prompt in a language not known here, with all that
 * answers it echoed, must not make a banner of a password.
 *
 * Ceilings: a sub-option longer than SUB_LEN_MAX is taken for data again, so that nothing can be hidden behind an open one;
 * OPTIONS_MAX options and BANNERS_MAX lines are said; QUIET_LEN_MAX bytes without anything of ours are no login any more, and
 * neither is what holds control characters that no terminal knows: port 23 is used for other things too.
 */
#include "dissect/session.h"

#include <string.h>
#include <strings.h>

enum { IAC = 255, DONT = 254, WILL = 251, SB = 250, SE = 240 };
enum { CTRL_C = 3, CTRL_D = 4, BELL = 7, BACKSPACE = 8, CTRL_U = 21, ESCAPE = 27, DELETE = 127 };
enum { SUB_LEN_MAX = 1024, OPTIONS_MAX = 64, BANNERS_MAX = 32, LINES_AFTER_MAX = 12, QUIET_LEN_MAX = 262144, STRANGE_MAX = 8 };

/* Where in the negotiation one direction is. */
enum telnet_state { DATA, AFTER_IAC, AFTER_COMMAND, IN_SUB, IN_SUB_AFTER_IAC };

/* What the client's bytes are. */
enum telnet_stage { STAGE_START, STAGE_IDLE, STAGE_USER, STAGE_PASSWORD };

enum prompt { PROMPT_NONE, PROMPT_USER, PROMPT_PASSWORD };

/* Neither text nor what keyboards and terminals send to control each other. */
static bool is_strange(uint8_t byte)
{
	return byte < ' ' && byte && (byte < BACKSPACE || byte > '\r') && byte != ESCAPE && byte != CTRL_C && byte != CTRL_U &&
		byte != CTRL_D && byte != BELL;
}

static struct slice trim_end(const uint8_t *text, size_t len)
{
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	return (struct slice){text, len};
}

static bool ends_with(struct slice text, const char *word)
{
	size_t len = strlen(word);

	return text.len >= len && strncasecmp((const char *)text.bytes + text.len - len, word, len) == 0;
}

static bool holds(struct slice text, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= text.len; i++)
		if (strncasecmp((const char *)text.bytes + i, word, len) == 0)
			return true;
	return false;
}

static bool holds_any(struct slice text, const char *const *words)
{
	for (; *words; words++)
		if (holds(text, *words))
			return true;
	return false;
}

/* Length of the prompt that text ends in, 0 if none; *out_prompt says which. */
static size_t find_prompt(struct slice text, enum prompt *out_prompt)
{
	static const char *const USERS[] = {"login:", "username:", "user name:", "user:", "account:", NULL};
	static const char *const PASSWORDS[] = {"password:", "passwd:", NULL};

	*out_prompt = PROMPT_NONE;
	if (!text.len || text.bytes[text.len - 1] != ':' || holds(text, "last login"))
		return 0;
	for (const char *const *word = USERS; *word; word++) {
		*out_prompt = PROMPT_USER;
		if (ends_with(text, *word))
			return strlen(*word);
	}
	for (const char *const *word = PASSWORDS; *word; word++) {
		*out_prompt = PROMPT_PASSWORD;
		if (ends_with(text, *word))
			return strlen(*word);
	}
	*out_prompt = PROMPT_NONE;
	return 0;
}

static enum prompt line_prompt(const struct telnet *telnet)
{
	enum prompt prompt;

	find_prompt(trim_end(telnet->line, telnet->line_len), &prompt);
	return prompt;
}

bool telnet_prompts(const uint8_t *text, size_t len)
{
	enum prompt prompt;

	return find_prompt(trim_end(text, len), &prompt) > 0;
}

/* "router>", "root@cam:~# ", "# ": a shell waits. A row of such signs is a picture. */
static bool shell_waits(const struct telnet *telnet)
{
	struct slice text = trim_end(telnet->line, telnet->line_len);
	bool spaced = text.len < telnet->line_len;
	uint8_t before;

	if (!text.len || !memchr("$#>%", text.bytes[text.len - 1], 4))
		return false;
	if (text.len == 1)
		return spaced && text.bytes[0] != '%'; /* "% Bad password" begins so */
	before = text.bytes[text.len - 2];
	return !memchr("$#>%*", before, 5) && (spaced || before > ' ');
}

void telnet_begin(struct telnet *telnet, bool midway, bool typed)
{
	telnet->typed = typed || midway;
	telnet->stage = midway ? STAGE_IDLE : STAGE_START;
}

static void clear_line(struct telnet *telnet)
{
	telnet->line_len = 0;
	telnet->line_long = telnet->line_asked = false;
}

static void say_try(struct telnet *telnet, struct feed *feed)
{
	session_say_login(
		feed, LOGIN_TELNET, (struct slice){telnet->user, telnet->user_len}, (struct slice){telnet->password, telnet->password_len});
	explicit_bzero(telnet->password, sizeof(telnet->password));
	telnet->password_len = telnet->user_len = 0;
	clear_line(telnet);
	telnet->stage = STAGE_IDLE;
	telnet->typed_ahead = false;
	/* Without a word from the server its first prompts are still to come and would look like refusals. */
	telnet->waiting = telnet->server_seen;
	telnet->lines_after = 0;
	telnet->quiet_len = 0;
}

static void say_result(struct telnet *telnet, struct feed *feed, enum login_result result)
{
	telnet->waiting = false;
	session_say_result(feed, LOGIN_TELNET, result);
}

/* ---- what the server says ---- */

/* The line so far, while a try waits for its result. Words that refuse are looked for first. */
static void judge_words(struct telnet *telnet, struct feed *feed)
{
	/* Linux reports earlier failures after a success. */
	static const char *const HISTORY[] = {"last failed", "failed login attempt", "since the last successful", NULL};
	static const char *const REFUSED[] = {"incorrect", "failed", "failure", "denied", "invalid", "bad ", "wrong", NULL};
	static const char *const ACCEPTED[] = {"last login", "welcome", "busybox", NULL};
	struct slice text = {telnet->line, telnet->line_len};

	if (holds_any(text, HISTORY))
		say_result(telnet, feed, LOGIN_ACCEPTED);
	else if (holds_any(text, REFUSED))
		say_result(telnet, feed, LOGIN_REFUSED);
	else if (holds_any(text, ACCEPTED))
		say_result(telnet, feed, LOGIN_ACCEPTED);
}

static void say_banner(struct telnet *telnet, struct feed *feed, struct slice text)
{
	if (!text.len || telnet->prompted || telnet->typed || telnet->banners_said == BANNERS_MAX)
		return;
	telnet->banners_said++;
	session_say_text(feed, FACT_TELNET_BANNER, text);
}

static void end_server_line(struct telnet *telnet, struct feed *feed)
{
	struct slice text = trim_end(telnet->line, telnet->line_len);

	if (telnet->waiting)
		judge_words(telnet, feed);
	if (telnet->waiting && text.len && ++telnet->lines_after >= LINES_AFTER_MAX)
		say_result(telnet, feed, LOGIN_ACCEPTED);
	if (!telnet->line_long)
		say_banner(telnet, feed, text);
	clear_line(telnet);
}

/* The line is longer than is kept: its end matters most, that is where prompts are. */
static void shorten_line(struct telnet *telnet, struct feed *feed)
{
	enum { HALF = TELNET_LINE_MAX / 2 };

	if (telnet->waiting)
		judge_words(telnet, feed);
	if (!telnet->line_long)
		say_banner(telnet, feed, (struct slice){telnet->line, telnet->line_len});
	telnet->line_long = true;
	memmove(telnet->line, telnet->line + HALF, TELNET_LINE_MAX - HALF);
	telnet->line_len = TELNET_LINE_MAX - HALF;
}

/* True while byte belongs to a terminal escape (ECMA-48: ESC x, or ESC [ up to a letter). */
static bool take_escape(struct telnet *telnet, uint8_t byte)
{
	if (byte == ESCAPE) {
		telnet->escape = true;
		telnet->escape_more = false;
		return true;
	}
	if (!telnet->escape)
		return false;
	if (telnet->escape_more)
		telnet->escape = byte < 0x40;
	else
		telnet->escape = telnet->escape_more = byte == '[';
	return true;
}

static void take_server_byte(struct telnet *telnet, struct feed *feed, uint8_t byte)
{
	if (take_escape(telnet, byte))
		return;
	if (byte == '\n') {
		end_server_line(telnet, feed);
		return;
	}
	if (byte == BACKSPACE || byte == DELETE) {
		if (telnet->line_len)
			telnet->line_len--;
		return;
	}
	if (byte < ' ' && byte != '\t')
		return;
	if (telnet->line_len == TELNET_LINE_MAX)
		shorten_line(telnet, feed);
	telnet->line[telnet->line_len++] = byte;
}

/* The server asks for a login: what it said before on this line may name the host. */
static void note_prompt(struct telnet *telnet, struct feed *feed)
{
	enum prompt prompt;
	struct slice text = trim_end(telnet->line, telnet->line_len);
	size_t prompt_len = find_prompt(text, &prompt);

	if (prompt == PROMPT_NONE || telnet->prompted)
		return;
	say_banner(telnet, feed, trim_end(text.bytes, text.len - prompt_len));
	telnet->prompted = true;
	telnet->quiet_len = 0;
}

static void forget_typed(struct telnet *telnet)
{
	explicit_bzero(telnet->password, sizeof(telnet->password));
	telnet->user_len = telnet->password_len = 0;
	telnet->typed_ahead = false;
	telnet->stage = STAGE_IDLE;
}

/* A user name was typed; what does the server make of it? */
static void answer_to_user(struct telnet *telnet, struct feed *feed, enum prompt prompt, bool asked_before)
{
	if (prompt == PROMPT_PASSWORD && telnet->typed_ahead) {
		say_try(telnet, feed);
	} else if (prompt == PROMPT_USER && (asked_before || !telnet->user_len)) {
		forget_typed(telnet); /* asked again: the name was empty, or not to its liking */
	} else if (prompt == PROMPT_NONE && asked_before && shell_waits(telnet)) {
		bool no_password = telnet->user_len && !telnet->password_len;
		if (no_password)
			say_try(telnet, feed);
		if (no_password)
			say_result(telnet, feed, LOGIN_ACCEPTED);
		forget_typed(telnet);
	}
}

/* End of a segment from the server: it has nothing more to say for now. */
static void end_server_segment(struct telnet *telnet, struct feed *feed)
{
	enum prompt prompt = line_prompt(telnet);
	bool asked_before = telnet->prompted && !telnet->line_asked;

	note_prompt(telnet, feed);
	if (telnet->waiting)
		judge_words(telnet, feed);
	if (telnet->waiting && prompt != PROMPT_NONE)
		say_result(telnet, feed, LOGIN_REFUSED);
	if (telnet->waiting && shell_waits(telnet))
		say_result(telnet, feed, LOGIN_ACCEPTED);
	telnet->line_asked = prompt != PROMPT_NONE;
	if (telnet->stage == STAGE_PASSWORD)
		answer_to_user(telnet, feed, prompt, asked_before);
}

/* ---- what the client types ---- */

/* The first byte at a prompt, or anywhere else: what is the client typing? */
static void begin_typing(struct telnet *telnet, struct feed *feed)
{
	enum prompt prompt = line_prompt(telnet);

	note_prompt(telnet, feed);
	if (prompt == PROMPT_USER || (prompt == PROMPT_NONE && telnet->stage == STAGE_START))
		telnet->stage = STAGE_USER;
	else if (prompt == PROMPT_PASSWORD)
		telnet->stage = STAGE_PASSWORD;
	else
		telnet->stage = STAGE_IDLE;
	if (telnet->waiting && prompt == PROMPT_NONE && telnet->lines_after)
		say_result(telnet, feed, LOGIN_ACCEPTED); /* it spoke, and it did not ask again */
	telnet->user_len = telnet->password_len = 0;
	telnet->typed_ahead = false;
}

/* The client had typed before the first prompt came, and types now that it is there: only this is the name. */
static bool asked_again(const struct telnet *telnet)
{
	return telnet->stage == STAGE_PASSWORD && !telnet->password_len && line_prompt(telnet) == PROMPT_USER;
}

static void end_client_line(struct telnet *telnet, struct feed *feed)
{
	if (telnet->stage == STAGE_USER) {
		telnet->stage = STAGE_PASSWORD;
		clear_line(telnet); /* the prompt is answered; what comes now is new */
	} else if (telnet->stage == STAGE_PASSWORD) {
		bool asked = line_prompt(telnet) == PROMPT_PASSWORD || !telnet->server_seen;
		clear_line(telnet);
		telnet->typed_ahead = !asked;
		if (asked)
			say_try(telnet, feed);
	}
}

static void edit(uint8_t *field, uint8_t *field_len, uint8_t byte)
{
	if (byte == CTRL_U || byte == CTRL_C)
		*field_len = 0;
	else if ((byte == BACKSPACE || byte == DELETE) && *field_len)
		--*field_len;
	else if (byte >= ' ' && byte != DELETE && *field_len < TELNET_FIELD_MAX)
		field[(*field_len)++] = byte;
}

static void take_client_byte(struct telnet *telnet, struct feed *feed, uint8_t byte)
{
	struct telnet_side *side = &telnet->sides[FROM_CLIENT];
	bool after_cr = side->after_cr;

	side->after_cr = byte == '\r';
	if (after_cr && (byte == '\n' || !byte))
		return; /* CR LF and CR NUL are one line end */
	telnet->typed |= byte > ' ' && byte != DELETE;
	if (telnet->typed_ahead)
		return; /* the password waits for its prompt */
	if (telnet->stage == STAGE_START || telnet->stage == STAGE_IDLE || asked_again(telnet))
		begin_typing(telnet, feed);
	if (!telnet->prompted && (byte >= DELETE || is_strange(byte)))
		telnet->stage = STAGE_IDLE; /* nobody asked, and this is no name */
	if (byte == '\r' || byte == '\n')
		end_client_line(telnet, feed);
	else if (telnet->stage == STAGE_USER)
		edit(telnet->user, &telnet->user_len, byte);
	else if (telnet->stage == STAGE_PASSWORD)
		edit(telnet->password, &telnet->password_len, byte);
}

/* ---- negotiation ---- */

static void say_option(struct telnet *telnet, struct feed *feed, uint8_t command, uint8_t option)
{
	struct fact fact = {.kind = FACT_TELNET_OPTION, .number = command, .code = option};

	if (telnet->options_said == OPTIONS_MAX)
		return;
	telnet->options_said++;
	feed->sink->take(feed->sink->context, &fact);
}

static void after_iac(struct telnet_side *side, uint8_t byte)
{
	side->state = DATA;
	if (byte >= WILL && byte <= DONT) {
		side->state = AFTER_COMMAND;
		side->command = byte;
	} else if (byte == SB) {
		side->state = IN_SUB;
		side->sub_len = 0;
	}
}

/* True if byte belongs to the negotiation; false: it is data (IAC IAC is one 255). */
static bool negotiate(struct telnet *telnet, struct feed *feed, uint8_t byte)
{
	struct telnet_side *side = &telnet->sides[feed->direction];

	switch ((enum telnet_state)side->state) {
	case DATA:
		if (byte == IAC)
			side->state = AFTER_IAC;
		return byte == IAC;
	case AFTER_IAC:
		after_iac(side, byte);
		return byte != IAC;
	case AFTER_COMMAND:
		say_option(telnet, feed, side->command, byte);
		side->state = DATA;
		return true;
	case IN_SUB:
		if (++side->sub_len > SUB_LEN_MAX)
			side->state = DATA;
		else if (byte == IAC)
			side->state = IN_SUB_AFTER_IAC;
		return true;
	case IN_SUB_AFTER_IAC:
		side->state = byte == SE ? DATA : IN_SUB;
		side->sub_len++;
		return true;
	}
	return true;
}

/* Bytes are missing: what was half typed or half said means nothing any more. */
static void start_afresh(struct telnet *telnet, int direction)
{
	telnet->sides[direction] = (struct telnet_side){0};
	forget_typed(telnet);
	clear_line(telnet);
	if (direction == FROM_SERVER)
		telnet->waiting = false;
}

size_t telnet_take(struct telnet *telnet, struct feed *feed)
{
	bool said = false;

	if (feed->gap)
		start_afresh(telnet, feed->direction);
	for (size_t i = 0; i < feed->len; i++) {
		if (negotiate(telnet, feed, feed->bytes[i]))
			continue;
		said = true;
		if (is_strange(feed->bytes[i]) && ++telnet->strange_count > STRANGE_MAX) {
			feed->done = true;
			return feed->len;
		}
		if (feed->direction == FROM_SERVER)
			take_server_byte(telnet, feed, feed->bytes[i]);
		else
			take_client_byte(telnet, feed, feed->bytes[i]);
	}
	if (said && feed->direction == FROM_SERVER) {
		telnet->server_seen = true;
		end_server_segment(telnet, feed);
	}
	telnet->quiet_len += feed->len < QUIET_LEN_MAX ? (uint32_t)feed->len : QUIET_LEN_MAX;
	feed->done = telnet->quiet_len >= QUIET_LEN_MAX;
	return feed->len;
}
