/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A login in clear is judged when its result is known: severity never falls, so nothing is said while "refused" is still
 * possible. Until then it waits, without its password: whether the pair is a published one was settled at once.
 *
 * Guessing in clear is told by refusals, or by different pairs. To count pairs without keeping any, each try marks one of 256
 * places, chosen by a keyed hash of the pair, with its time (linear counting: Whang, Vander-Zanden, Taylor 1990). It never counts
 * too many, and three pairs are seen as three with 98.8 %. A guesser idle for 60 s is forgotten with all its marks.
 *
 * Guessing behind encryption (SSH, telnet over TLS, RDP) shows in shape alone: many short connections of nearly one size. Programs
 * that log in by the minute (backup, configuration management) look alike; those find their servers by name, and a
 * target that our source found by name does not count.
 */
#include "detect/login.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "detect/passwords.h"
#include "wire/siphash.h"

/* The service of a guess: a login_service in clear, or this. */
enum { SERVICE_ENCRYPTED = LOGIN_SERVICE_COUNT };
enum { PROTO_TCP = 6 };

struct guess_key {
	uint8_t source[16], target[16];
	uint32_t port, service;
};

/* A login whose result is not known yet. */
struct pending {
	uint64_t conversation; /* key */
	uint64_t time_ns;
	struct guess_key key;
	uint32_t device, source_device;
	bool source_ours, target_ours, published;
	bool proof; /* the password did not travel */
	char user[EVIDENCE_USER_MAX];
	uint16_t source_port;
	uint8_t zero[2];
};

struct guesser {
	struct guess_key key;
	struct finding *finding;
	uint64_t used_ns; /* when it was last fed, by the hall's clock */
	uint64_t first_ns; /* of what is not yet in the finding */
	uint64_t pair_ns[LOGIN_PAIR_BITS]; /* when last marked; 0 never */
	uint64_t refused_ns[LOGIN_GUESS_REFUSED]; /* the latest */
	uint64_t shape_ns[LOGIN_GUESS_SHAPES];
	uint32_t refused_count, shape_count; /* ever */
	uint32_t tries, refused, accepted; /* not yet in the finding */
	uint32_t device; /* whose finding it is */
	char user[EVIDENCE_USER_MAX]; /* of the latest try in clear */
	bool source_ours, refused_room;
	uint8_t zero[2];
};

struct login {
	struct book *book;
	struct table pending, guesses;
	struct passwords_letters letters; /* made when first asked for: few networks have a use for them */
	bool letters_made;
	uint8_t hash_key[16];
	uint64_t now_ns;
	uint64_t left_out;
};

int login_new(const uint8_t hash_key[16], struct book *book, struct login **out_login)
{
	struct login *login = calloc(1, sizeof(*login));

	if (!login)
		return -ENOMEM;
	login->book = book;
	memcpy(login->hash_key, hash_key, sizeof(login->hash_key));
	int result = table_init(&login->pending, LOGIN_PENDING_MAX, sizeof(struct pending), sizeof(uint64_t), hash_key);
	if (result == 0)
		result = table_init(&login->guesses, LOGIN_GUESS_MAX, sizeof(struct guesser), sizeof(struct guess_key), hash_key);
	if (result != 0) {
		login_free(login);
		return result;
	}
	*out_login = login;
	return 0;
}

void login_free(struct login *login)
{
	if (!login)
		return;
	table_done(&login->pending);
	table_done(&login->guesses);
	free(login);
}

static void login_clock(struct login *login, uint64_t time_ns)
{
	if (time_ns > login->now_ns)
		login->now_ns = time_ns;
}

/* Guessing */

static struct guesser *guess_of(struct login *login, const struct guess_key *key, bool source_ours, uint32_t device)
{
	bool is_new;
	struct guesser *guess = table_put(&login->guesses, key, &is_new, NULL, NULL);

	if (is_new) {
		guess->source_ours = source_ours;
		guess->device = device;
	}
	guess->used_ns = login->now_ns;
	return guess;
}

static uint32_t pairs_lately(const struct guesser *guess, uint64_t now_ns)
{
	uint32_t count = 0;

	for (uint32_t bit = 0; bit < LOGIN_PAIR_BITS; bit++)
		count += guess->pair_ns[bit] > 0 && guess->pair_ns[bit] + LOGIN_WINDOW_NS >= now_ns;
	return count;
}

/* The latest `size` times, of `count` ever, lie within 60 s. Times may come a little out of order. */
static bool crowded(const uint64_t *times_ns, uint32_t size, uint32_t count)
{
	uint64_t first_ns = UINT64_MAX, last_ns = 0;

	if (count < size)
		return false;
	for (uint32_t i = 0; i < size; i++) {
		first_ns = times_ns[i] < first_ns ? times_ns[i] : first_ns;
		last_ns = times_ns[i] > last_ns ? times_ns[i] : last_ns;
	}
	return last_ns - first_ns <= LOGIN_WINDOW_NS;
}

static void guess_tell(struct guesser *guess, uint32_t pairs, uint64_t time_ns)
{
	struct finding *finding = guess->finding;
	struct evidence_login *evidence = &finding->login;

	if (guess->first_ns < finding->first_ns)
		finding->first_ns = guess->first_ns;
	if (time_ns > finding->last_ns)
		finding->last_ns = time_ns;
	finding->count += guess->tries;
	evidence->tries += guess->tries;
	evidence->refused += guess->refused;
	evidence->accepted += guess->accepted;
	if (pairs > evidence->pairs)
		evidence->pairs = pairs;
	if (evidence->accepted > 0)
		evidence->result = LOGIN_ACCEPTED;
	else if (evidence->refused > 0)
		evidence->result = LOGIN_REFUSED;
	guess->tries = guess->refused = guess->accepted = 0;
	guess->first_ns = UINT64_MAX;
}

static void guess_note(struct login *login, struct guesser *guess, uint64_t time_ns)
{
	uint64_t discriminator = book_fold(guess->key.target) ^ guess->key.port ^ (uint64_t)(guess->key.service + 1) << 16;
	bool is_new = false;

	guess->finding = book_note(login->book, FINDING_LOGIN_GUESSING, guess->device, guess->key.source, discriminator, time_ns, &is_new);
	guess->refused_room = !guess->finding;
	if (!is_new)
		return;
	struct evidence_login *evidence = &guess->finding->login;
	guess->finding->has_target = true;
	memcpy(guess->finding->target, guess->key.target, sizeof(guess->finding->target));
	evidence->encrypted = guess->key.service == SERVICE_ENCRYPTED;
	evidence->service = evidence->encrypted ? LOGIN_TELNET : (enum login_service)guess->key.service;
	evidence->port = (uint16_t)guess->key.port;
	evidence->outside = !guess->source_ours;
	memcpy(evidence->user, guess->user, sizeof(evidence->user));
	memcpy(evidence->peer, guess->source_ours ? guess->key.target : guess->key.source, sizeof(evidence->peer));
	if (guess->source_ours)
		book_raise(login->book, guess->finding, SEVERITY_HIGH, STATE_HIJACKED);
	else
		book_raise(login->book, guess->finding, SEVERITY_MEDIUM, STATE_CLEAN);
}

static void guess_judge(struct login *login, struct guesser *guess, uint64_t time_ns)
{
	uint32_t pairs = pairs_lately(guess, time_ns);
	bool guessing = pairs >= LOGIN_GUESS_PAIRS || crowded(guess->refused_ns, LOGIN_GUESS_REFUSED, guess->refused_count) ||
		crowded(guess->shape_ns, LOGIN_GUESS_SHAPES, guess->shape_count);

	if (guessing && !guess->finding && !guess->refused_room)
		guess_note(login, guess, time_ns);
	if (guess->finding)
		guess_tell(guess, pairs, time_ns);
}

static void guess_begin(struct guesser *guess, uint64_t time_ns)
{
	if (guess->tries++ == 0)
		guess->first_ns = time_ns;
}

/* The place that the pair marks: all that is ever known of it later. */
static uint32_t pair_bit(const struct login *login, const struct login_seen *seen)
{
	const uint8_t *user = seen->user.len > 0 ? seen->user.bytes : (const uint8_t *)"";
	const uint8_t *password = seen->password.len > 0 ? seen->password.bytes : (const uint8_t *)"";
	uint64_t words[2] = {
		fw_siphash(login->hash_key, user, seen->user.len),
		fw_siphash(login->hash_key, password, seen->password.len),
	};

	return (uint32_t)(fw_siphash(login->hash_key, words, sizeof(words)) % LOGIN_PAIR_BITS);
}

static void guess_try(struct login *login, const struct pending *pending, uint32_t bit)
{
	struct guesser *guess =
		guess_of(login, &pending->key, pending->source_ours, pending->source_ours ? pending->source_device : pending->device);

	guess_begin(guess, pending->time_ns);
	if (!pending->proof) /* another proof each time, whatever the password */
		guess->pair_ns[bit] = pending->time_ns;
	memcpy(guess->user, pending->user, sizeof(guess->user));
	guess_judge(login, guess, pending->time_ns);
}

static void guess_result(struct login *login, const struct pending *pending, enum login_result result)
{
	if (result == LOGIN_UNKNOWN)
		return;
	struct guesser *guess =
		guess_of(login, &pending->key, pending->source_ours, pending->source_ours ? pending->source_device : pending->device);
	if (result == LOGIN_ACCEPTED) {
		guess->accepted++;
	} else {
		guess->refused++;
		guess->refused_ns[guess->refused_count++ % LOGIN_GUESS_REFUSED] = pending->time_ns;
	}
	guess_judge(login, guess, pending->time_ns);
}

/* Default and other logins in clear */

static void severity_of(const struct pending *pending, enum login_result result, enum severity *out_severity, enum device_state *out_state)
{
	bool outside = !pending->source_ours;

	*out_state = STATE_EXPOSED;
	if (!pending->target_ours || (!pending->published && !outside)) {
		*out_severity = SEVERITY_LOW;
		*out_state = STATE_CLEAN;
	} else if (!pending->published) {
		*out_severity = SEVERITY_MEDIUM;
	} else if (result == LOGIN_ACCEPTED) {
		*out_severity = outside ? SEVERITY_CRITICAL : SEVERITY_HIGH;
	} else {
		*out_severity = result == LOGIN_UNKNOWN ? SEVERITY_MEDIUM : SEVERITY_LOW;
	}
}

static int rank_of(enum login_result result)
{
	return result == LOGIN_ACCEPTED ? 2 : result == LOGIN_UNKNOWN ? 1 : 0;
}

static void show_try(struct finding *finding, const struct pending *pending, enum login_result result)
{
	struct evidence_login *evidence = &finding->login;

	evidence->result = result;
	finding->has_source = true;
	finding->has_target = true;
	memcpy(finding->source, pending->key.source, sizeof(finding->source));
	memcpy(finding->target, pending->key.target, sizeof(finding->target));
	finding->source_port = pending->source_port;
	memcpy(evidence->peer, pending->key.source, sizeof(evidence->peer));
	memcpy(evidence->user, pending->user, sizeof(evidence->user));
}

static void pending_judge(struct login *login, const struct pending *pending, enum login_result result)
{
	if (pending->proof)
		return;
	bool published = pending->published && pending->target_ours, is_new;
	uint32_t device = pending->target_ours ? pending->device : pending->source_device;
	const uint8_t *unknown = pending->target_ours ? pending->key.target : pending->key.source;
	uint64_t discriminator = pending->key.port | (uint64_t)pending->key.service << 16 | (uint64_t)!pending->source_ours << 32 |
		(uint64_t)!pending->target_ours << 33;
	struct finding *finding = book_note(login->book, published ? FINDING_DEFAULT_PASSWORD : FINDING_CLEARTEXT_LOGIN, device,
		device == DEVICE_NONE ? unknown : NULL, discriminator, pending->time_ns, &is_new);
	if (!finding)
		return;
	struct evidence_login *evidence = &finding->login;
	enum severity severity;
	enum device_state state;

	severity_of(pending, result, &severity, &state);
	book_raise(login->book, finding, severity, state);
	finding->count++;
	evidence->tries++;
	evidence->refused += result == LOGIN_REFUSED;
	evidence->accepted += result == LOGIN_ACCEPTED;
	evidence->service = (enum login_service)pending->key.service;
	evidence->port = (uint16_t)pending->key.port;
	evidence->outside = pending->target_ours && !pending->source_ours;
	if (is_new || rank_of(result) > rank_of(evidence->result))
		show_try(finding, pending, result);
}

static void pending_evict(void *context, void *entry)
{
	struct login *login = context;

	login->left_out++;
	pending_judge(login, entry, LOGIN_UNKNOWN);
}

static bool is_anonymous(const struct login_seen *seen)
{
	return seen->service == LOGIN_FTP &&
		((seen->user.len == 9 && memcmp(seen->user.bytes, "anonymous", 9) == 0) ||
			(seen->user.len == 3 && memcmp(seen->user.bytes, "ftp", 3) == 0));
}

/* A proof made with the server's random number went over the wire (model/fact.h). */
static bool is_proof(const struct login_seen *seen)
{
	return seen->service == LOGIN_BAICHUAN || (seen->service == LOGIN_DAHUA && !seen->password.len);
}

static bool is_published_letters(struct login *login, const struct login_seen *seen)
{
	if (seen->service != LOGIN_DVRIP && seen->service != LOGIN_DAHUA)
		return false;
	if (!login->letters_made)
		passwords_letters_init(&login->letters);
	login->letters_made = true;
	return passwords_known_letters(&login->letters, seen->user, seen->password);
}

static bool is_published(struct login *login, const struct login_seen *seen)
{
	return !is_proof(seen) && (is_published_letters(login, seen) || passwords_known(seen->user, seen->password));
}

static void pending_fill(struct login *login, struct pending *pending, const struct login_seen *seen)
{
	pending->time_ns = seen->time_ns;
	memcpy(pending->key.source, seen->source, sizeof(pending->key.source));
	memcpy(pending->key.target, seen->target, sizeof(pending->key.target));
	pending->key.port = seen->port;
	pending->source_port = seen->source_port;
	pending->key.service = seen->service;
	pending->device = seen->device;
	pending->source_device = seen->source_device;
	pending->source_ours = seen->source_ours;
	pending->target_ours = seen->target_ours;
	pending->published = is_published(login, seen);
	pending->proof = is_proof(seen);
	memset(pending->user, 0, sizeof(pending->user));
	size_t kept = seen->user.len < sizeof(pending->user) - 1 ? seen->user.len : sizeof(pending->user) - 1;
	if (kept > 0)
		memcpy(pending->user, seen->user.bytes, kept);
}

void login_see(struct login *login, const struct login_seen *seen)
{
	bool is_new;

	login_clock(login, seen->time_ns);
	if ((!seen->source_ours && !seen->target_ours) || is_anonymous(seen))
		return;
	struct pending *pending = table_put(&login->pending, &seen->conversation, &is_new, pending_evict, login);
	if (!is_new)
		pending_judge(login, pending, LOGIN_UNKNOWN);
	pending_fill(login, pending, seen);
	guess_try(login, pending, pair_bit(login, seen));
}

void login_result(struct login *login, uint64_t conversation, enum login_result result, uint64_t time_ns)
{
	struct pending *pending = table_find(&login->pending, &conversation);

	login_clock(login, time_ns);
	if (!pending || result == LOGIN_UNKNOWN)
		return;
	guess_result(login, pending, result);
	pending_judge(login, pending, result);
	table_remove(&login->pending, pending);
}

static bool login_shaped(const struct conversation_end *end)
{
	uint64_t packets = (uint64_t)end->packets_out + end->packets_in;

	return end->proto == PROTO_TCP && (end->port == 22 || end->port == 992 || end->port == 3389) && end->handshake_done &&
		end->last_ns - end->first_ns < LOGIN_SHAPE_NS && packets >= LOGIN_SHAPE_PACKETS_MIN && packets <= LOGIN_SHAPE_PACKETS_MAX &&
		end->bytes_out >= LOGIN_SHAPE_BYTES_MIN && end->bytes_out <= LOGIN_SHAPE_BYTES_MAX &&
		end->bytes_in >= LOGIN_SHAPE_BYTES_MIN && end->bytes_in <= LOGIN_SHAPE_BYTES_MAX;
}

void login_conversation(struct login *login, const struct conversation_end *end)
{
	login_clock(login, end->last_ns);
	if ((!end->source_ours && !end->target_ours) || (end->source_ours && end->target_named) || !login_shaped(end))
		return;
	struct guess_key key = {.port = end->port, .service = SERVICE_ENCRYPTED};
	memcpy(key.source, end->source, sizeof(key.source));
	memcpy(key.target, end->target, sizeof(key.target));
	struct guesser *guess = guess_of(login, &key, end->source_ours, end->source_ours ? end->device : end->target_device);
	guess_begin(guess, end->first_ns);
	guess->shape_ns[guess->shape_count++ % LOGIN_GUESS_SHAPES] = end->last_ns;
	guess_judge(login, guess, end->last_ns);
}

void login_tick(struct login *login, uint64_t now_ns)
{
	struct pending *pending;
	struct guesser *guess;

	login_clock(login, now_ns);
	while ((pending = table_oldest(&login->pending)) && pending->time_ns + LOGIN_RESULT_NS < login->now_ns) {
		pending_judge(login, pending, LOGIN_UNKNOWN);
		table_remove(&login->pending, pending);
	}
	while ((guess = table_oldest(&login->guesses)) && guess->used_ns + LOGIN_WINDOW_NS < login->now_ns)
		table_remove(&login->guesses, guess);
}

void login_end(struct login *login)
{
	struct pending *pending;

	while ((pending = table_oldest(&login->pending))) {
		pending_judge(login, pending, LOGIN_UNKNOWN);
		table_remove(&login->pending, pending);
	}
}

static void guess_let_go(void *context, void *entry)
{
	const struct login *login = context;
	struct guesser *guess = entry;

	if (book_is_leaving(login->book, guess->finding))
		guess->finding = NULL;
	guess->refused_room = false;
}

void login_forget(struct login *login)
{
	table_each(&login->guesses, guess_let_go, login);
}

uint64_t login_left_out(const struct login *login)
{
	return login->left_out + login->guesses.evicted;
}
