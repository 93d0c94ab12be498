/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <libknot/codes.h>

#include "base/text.h"
#include "wire/limits.h"

/* What a message leads to while it is walked. */
struct walk {
	struct answer *answer;
	struct message message;
	struct tsig tsig;
	bool with_tsig;
	struct fault *fault;
};

#define TELL(walk, ...) fault_set((walk)->fault, (walk)->answer->place, 0, (walk)->answer->counts.bytes, __VA_ARGS__)

static void name_place(struct answer *answer)
{
	const struct transfer_setup *setup = &answer->setup;
	char zone[ZONE_NAME_TEXT_MAX], server[TEXT_ADDRESS_MAX];

	snprintf(answer->place, sizeof(answer->place), "%.180s from %s#%u", zone_name_text(zone, &setup->zone),
		text_address(server, setup->address), setup->port);
}

int answer_init(struct answer *answer, const struct transfer_setup *setup, uint64_t wall_s, uint8_t out_question[ANSWER_QUESTION_MAX],
	size_t *out_len)
{
	const uint16_t type = setup->kind == TRANSFER_ZONE ? TYPE_AXFR : TYPE_SOA;
	const uint8_t header[MESSAGE_HEADER] = {(uint8_t)(setup->id >> 8), (uint8_t)setup->id, 0, 0, 0, 1};
	const uint8_t type_class[4] = {0, (uint8_t)type, 0, CLASS_IN};
	struct tsig_signing signing = {.key = setup->key, .wall_s = wall_s};
	struct tsig_mac mac;
	size_t len = MESSAGE_HEADER;

	*answer = (struct answer){.setup = *setup};
	name_place(answer);
	memcpy(out_question, header, len);
	memcpy(out_question + len, setup->zone.wire, setup->zone.len);
	len += setup->zone.len;
	memcpy(out_question + len, type_class, sizeof(type_class));
	len += sizeof(type_class);
	if (setup->key) {
		int error = tsig_sign(&signing, out_question, &len, ANSWER_QUESTION_MAX, &mac);
		if (!error)
			error = tsig_chain_init(&answer->chain, setup->key, &mac);
		if (error)
			return error;
	}
	*out_len = len;
	return 0;
}

void answer_done(struct answer *answer)
{
	tsig_chain_done(&answer->chain);
}

static int malformed(struct walk *walk)
{
	TELL(walk, "message %" PRIu64 " of the answer is damaged", walk->answer->counts.messages);
	return -EBADMSG;
}

/* Is it an answer to what was asked? */
static int judge_header(struct walk *walk)
{
	const struct message *message = &walk->message;
	const char *wrong = NULL;

	if (!(message->flags & MESSAGE_QR))
		wrong = "is a question";
	else if (message->id != walk->answer->setup.id)
		wrong = "has another number than our question";
	else if (message->flags & MESSAGE_OPCODE)
		wrong = "has another opcode than our question";
	else if (message->flags & MESSAGE_TC)
		wrong = "says that it is cut short";
	else if (message->count[MESSAGE_QUESTION] > 1)
		wrong = "repeats more than one question";
	else if (message->count[MESSAGE_QUESTION] == 0 && walk->answer->counts.messages == 1 && !(message->flags & MESSAGE_RCODE))
		wrong = "does not repeat our question";
	if (!wrong)
		return 0;
	TELL(walk, "message %" PRIu64 " of the answer %s", walk->answer->counts.messages, wrong);
	return -EBADMSG;
}

static int judge_question(struct walk *walk)
{
	const struct transfer_setup *setup = &walk->answer->setup;
	struct message_record question;

	if (walk->message.count[MESSAGE_QUESTION] == 0)
		return 0;
	if (message_question(&walk->message, &question))
		return malformed(walk);
	if (question.class == CLASS_IN && question.type == (setup->kind == TRANSFER_ZONE ? TYPE_AXFR : TYPE_SOA) &&
		name_equal(question.owner.wire, question.owner.len, &setup->zone))
		return 0;
	TELL(walk, "the answer is to another question");
	return -EBADMSG;
}

/* At the apex: the first begins the zone, the second ends it. */
static int see_soa(struct walk *walk, const struct message_record *record)
{
	struct answer *answer = walk->answer;
	struct zone_soa soa;

	if (message_soa(&walk->message, record, &soa))
		return malformed(walk);
	if (answer->counts.records == 0 || answer->setup.kind == TRANSFER_SOA) {
		answer->soa = soa;
		answer->whole = answer->setup.kind == TRANSFER_SOA;
		return 0;
	}
	if (soa.serial != answer->soa.serial) {
		TELL(walk, "the zone begins with serial %u and ends with %u", answer->soa.serial, soa.serial);
		return -EBADMSG;
	}
	answer->whole = true;
	return 0;
}

/* What a zone can not hold: meta types (RFC 6895 section 3.1) and OPT. */
static bool is_data(uint16_t type)
{
	return type != 0 && type != TYPE_OPT && !(type >= 128 && type <= TYPE_ANY);
}

static int judge_record(struct walk *walk, const struct message_record *record)
{
	struct answer *answer = walk->answer;
	bool apex = name_equal(record->owner.wire, record->owner.len, &answer->setup.zone);
	const char *wrong = NULL;

	if (record->class != CLASS_IN)
		wrong = "is of another class than IN";
	else if (!is_data(record->type))
		wrong = "is of a type that no zone holds";
	else if (!name_inside(record->owner.wire, record->owner.len, &answer->setup.zone))
		wrong = "lies outside of the zone";
	else if (answer->counts.records == 0 && !(apex && record->type == TYPE_SOA))
		wrong = "is not the zone's SOA";
	else if (answer->whole)
		wrong = "comes behind the last SOA";
	else if (record->type == TYPE_SOA && !apex)
		wrong = "is the SOA of another zone";
	if (!wrong)
		return apex && record->type == TYPE_SOA ? see_soa(walk, record) : 0;
	TELL(walk, "record %" PRIu64 " %s", answer->counts.records + 1, wrong);
	return -EBADMSG;
}

static int see_record(struct walk *walk, const struct message_record *record)
{
	struct answer *answer = walk->answer;
	uint64_t most = answer->setup.ceilings.records ? answer->setup.ceilings.records : FW_ZONE_RECORDS_MAX;
	bool last;
	int error = judge_record(walk, record);

	if (error)
		return error;
	last = answer->whole; /* the first SOA again */
	if (answer->counts.records++ >= most && !last) {
		TELL(walk, "the zone has more than %" PRIu64 " records", most);
		return -E2BIG;
	}
	if (answer->setup.kind == TRANSFER_SOA || last)
		return 0;
	error = answer->setup.tell.record(answer->setup.tell.context, record->owner.wire, record->owner.len, record->type);
	if (error)
		TELL(walk, "record %" PRIu64 " was not taken: %s", answer->counts.records, strerror(error < 0 ? -error : error));
	return error > 0 ? -EINVAL : error;
}

/* One record of any section. A TSIG is the last of all (RFC 8945 section 5.1). */
static int walk_record(struct walk *walk, int section, bool last)
{
	struct message_record record;

	if (message_record(&walk->message, &record))
		return malformed(walk);
	if (record.type == TYPE_TSIG) {
		walk->with_tsig = section == MESSAGE_ADDITIONAL && last;
		return walk->with_tsig && tsig_read(&walk->message, &record, &walk->tsig) == FW_READ_OK ? 0 : malformed(walk);
	}
	if (section != MESSAGE_ANSWER || (walk->message.flags & MESSAGE_RCODE))
		return 0;
	if (walk->answer->setup.kind == TRANSFER_SOA && walk->answer->whole)
		return 0;
	return see_record(walk, &record);
}

static int walk_records(struct walk *walk)
{
	for (int section = MESSAGE_ANSWER; section < MESSAGE_SECTIONS; section++) {
		for (unsigned left = walk->message.count[section]; left > 0; left--) {
			int error = walk_record(walk, section, left == 1);
			if (error)
				return error;
		}
	}
	return walk->message.at == walk->message.len ? 0 : malformed(walk);
}

/* The server says no. */
static int judge_rcode(struct walk *walk)
{
	unsigned rcode = walk->message.flags & MESSAGE_RCODE;
	const knot_lookup_t *word = knot_lookup_by_id(knot_rcode_names, (int)rcode);
	const char *hint = "";

	if (!rcode)
		return 0;
	if (rcode == 5 || rcode == 9)
		hint = walk->answer->setup.kind == TRANSFER_ZONE ? ": does it serve this zone, and may we transfer it?"
								 : ": does it serve this zone?";
	TELL(walk, "the server answers %s%s", word ? word->name : "with an unknown error", hint);
	return rcode == 5 || rcode == 9 ? -EACCES : -EREMOTEIO;
}

static int judge_signature(struct walk *walk, uint64_t wall_s)
{
	struct answer *answer = walk->answer;
	enum tsig_error error = TSIG_OK;
	int code;

	if (walk->with_tsig && walk->tsig.error) {
		TELL(walk, "the server refuses our TSIG: %s", tsig_words(walk->tsig.error));
		return -EKEYREJECTED;
	}
	if (!walk->with_tsig && answer->chain.first && (walk->message.flags & MESSAGE_RCODE))
		return judge_rcode(walk); /* many servers do not sign a refusal */
	if (walk->with_tsig != !!answer->setup.key && (walk->with_tsig || answer->chain.first)) {
		TELL(walk,
			answer->setup.key ? "the answer is not signed, and our question was"
					  : "the answer is signed, and our question was not");
		return -EKEYREJECTED;
	}
	if (!answer->setup.key)
		return 0;
	if (!walk->with_tsig) {
		tsig_chain_note(&answer->chain, &walk->message);
		answer->unsigned_run++;
		if (answer->unsigned_run <= FW_TRANSFER_UNSIGNED_MAX && !answer->whole)
			return 0;
		TELL(walk, answer->whole ? "the last message is not signed" : "more than %u messages in a row are not signed",
			FW_TRANSFER_UNSIGNED_MAX);
		return -EKEYREJECTED;
	}
	answer->unsigned_run = 0;
	code = tsig_chain_see(&answer->chain, &walk->message, &walk->tsig, wall_s, &error);
	if (code == -EKEYREJECTED)
		TELL(walk, "message %" PRIu64 " is signed wrongly: %s", answer->counts.messages, tsig_words(error));
	return code;
}

static int judge_end(struct walk *walk)
{
	struct answer *answer = walk->answer;

	if (answer->setup.kind == TRANSFER_ZONE)
		return answer->whole ? TRANSFER_DONE : 0;
	if (!answer->whole || !(walk->message.flags & MESSAGE_AA)) {
		TELL(walk, answer->whole ? "the server has the zone only by hearsay (AA=0)" : "the server has no SOA of this zone");
		return -EBADMSG;
	}
	return TRANSFER_DONE;
}

int answer_see(struct answer *answer, const uint8_t *bytes, size_t len, uint64_t wall_s, struct fault *out_fault)
{
	struct walk walk = {.answer = answer, .fault = out_fault};
	uint64_t most = answer->setup.ceilings.bytes ? answer->setup.ceilings.bytes : FW_ZONE_BYTES_MAX;
	int error;

	answer->counts.messages++;
	answer->counts.bytes += len + 2;
	if (answer->counts.bytes > most) {
		TELL(&walk, "the zone is larger than %" PRIu64 " bytes", most);
		return -E2BIG;
	}
	if (message_read(bytes, len, &walk.message))
		return malformed(&walk);
	error = judge_header(&walk);
	if (!error)
		error = judge_question(&walk);
	if (!error)
		error = walk_records(&walk);
	if (!error)
		error = judge_signature(&walk, wall_s);
	if (!error)
		error = judge_rcode(&walk);
	if (error == -ENOMEM)
		TELL(&walk, "not enough memory");
	return error ? error : judge_end(&walk);
}
