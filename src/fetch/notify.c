/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/notify.h"

#include <errno.h>
#include <string.h>

#include "fetch/tsig.h"

const char *notify_words(enum notify_verdict verdict)
{
	static const char *const words[NOTIFY_VERDICTS] = {
		[NOTIFY_TAKEN] = "a zone of ours has changed",
		[NOTIFY_NOT_OURS] = "it names no zone of ours",
		[NOTIFY_KEY] = "it is signed, but not rightly",
		[NOTIFY_NO_NOTIFY] = "it is no NOTIFY",
	};

	return words[verdict];
}

/* All of a datagram that matters here. */
struct seen {
	struct message message;
	struct notify notify;
	struct tsig tsig;
	size_t question_end;
};

static enum fw_read see_question(struct seen *seen)
{
	struct message_record question;
	enum fw_read error;

	if ((seen->message.flags & (MESSAGE_QR | MESSAGE_OPCODE)) != MESSAGE_NOTIFY || seen->message.count[MESSAGE_QUESTION] != 1)
		return FW_READ_OTHER;
	error = message_question(&seen->message, &question);
	if (error)
		return error;
	if (question.type != TYPE_SOA || question.class != CLASS_IN)
		return FW_READ_OTHER;
	seen->question_end = seen->message.at;
	seen->notify.id = seen->message.id;
	memcpy(seen->notify.zone.wire, question.owner.wire, question.owner.len);
	seen->notify.zone.len = (uint8_t)question.owner.len;
	return FW_READ_OK;
}

/* The new SOA, if it is told (RFC 1996 section 3.7), and the signature. Other records say nothing that we need. */
static enum fw_read see_record(struct seen *seen, int section, bool last)
{
	struct message_record record;
	struct zone_soa soa;
	enum fw_read error = message_record(&seen->message, &record);

	if (error)
		return error;
	if (record.type == TYPE_TSIG) {
		seen->notify.with_key = section == MESSAGE_ADDITIONAL && last;
		return seen->notify.with_key ? tsig_read(&seen->message, &record, &seen->tsig) : FW_READ_BAD;
	}
	if (section != MESSAGE_ANSWER || record.type != TYPE_SOA || record.class != CLASS_IN ||
		!name_equal(record.owner.wire, record.owner.len, &seen->notify.zone))
		return FW_READ_OK;
	error = message_soa(&seen->message, &record, &soa);
	seen->notify.serial = soa.serial;
	seen->notify.with_serial = !error;
	return error;
}

static enum fw_read see(const uint8_t *bytes, size_t len, struct seen *out)
{
	enum fw_read error = message_read(bytes, len, &out->message);

	memset(&out->notify, 0, sizeof(out->notify));
	if (!error)
		error = see_question(out);
	for (int section = MESSAGE_ANSWER; !error && section < MESSAGE_SECTIONS; section++)
		for (unsigned left = out->message.count[section]; !error && left > 0; left--)
			error = see_record(out, section, left == 1);
	if (!error && out->message.at != len)
		error = FW_READ_BAD;
	return error;
}

enum fw_read notify_read(const uint8_t *bytes, size_t len, struct notify *out)
{
	struct seen seen;
	enum fw_read error = see(bytes, len, &seen);

	if (!error)
		*out = seen.notify;
	return error;
}

/* Header and question, as they came. */
static size_t write_answer(const struct seen *seen, enum notify_rcode rcode, uint8_t *answer)
{
	memcpy(answer, seen->message.bytes, seen->question_end);
	answer[2] = 0x84 | (answer[2] & 0x78); /* QR, the opcode, AA */
	answer[3] = (uint8_t)rcode;
	memset(answer + 6, 0, 6);
	return seen->question_end;
}

enum notify_verdict notify_judge(
	const struct notify_datagram *datagram, const struct zone_key *key, uint8_t answer[NOTIFY_ANSWER_MAX], size_t *out_len)
{
	struct seen seen;
	struct tsig_chain chain;
	struct tsig_signing signing = {.key = key, .wall_s = datagram->wall_s, .request = &seen.tsig, .error = TSIG_BADKEY};
	bool memory = true;

	*out_len = 0;
	if (see(datagram->bytes, datagram->len, &seen))
		return NOTIFY_NO_NOTIFY;
	if (!seen.notify.with_key) {
		*out_len = write_answer(&seen, NOTIFY_NOERROR, answer);
		return NOTIFY_TAKEN;
	}
	if (key) {
		memory = tsig_chain_init(&chain, key, NULL) == 0 &&
			tsig_chain_see(&chain, &seen.message, &seen.tsig, datagram->wall_s, &signing.error) != -ENOMEM;
		tsig_chain_done(&chain);
		signing.before = &chain.last;
	}
	*out_len = write_answer(&seen, signing.error ? NOTIFY_NOTAUTH : NOTIFY_NOERROR, answer);
	if (!memory || tsig_sign(&signing, answer, out_len, NOTIFY_ANSWER_MAX, NULL))
		*out_len = 0;
	return memory && !signing.error ? NOTIFY_TAKEN : NOTIFY_KEY;
}

void notify_refuse(const struct notify_datagram *datagram, enum notify_rcode rcode, uint8_t answer[NOTIFY_ANSWER_MAX], size_t *out_len)
{
	struct seen seen = {.question_end = MESSAGE_HEADER};
	enum fw_read read = see(datagram->bytes, datagram->len, &seen);

	*out_len = 0;
	if (read == FW_READ_SHORT || read == FW_READ_BAD || (seen.message.flags & MESSAGE_QR))
		return;
	*out_len = write_answer(&seen, rcode, answer);
	answer[4] = 0;
	answer[5] = seen.question_end > MESSAGE_HEADER;
}

int notify_stream_see(struct notify_stream *stream, const uint8_t *bytes, size_t len, const uint8_t **out_message, size_t *out_len)
{
	size_t used = 0;

	*out_len = 0;
	if (stream->have >= 2 && stream->have == 2u + fw_be16(stream->bytes))
		stream->have = 0; /* the message before */
	while (used < len) {
		size_t wanted = 2;
		stream->bytes[stream->have++] = bytes[used++];
		if (stream->have >= 2)
			wanted += fw_be16(stream->bytes);
		if (wanted > sizeof(stream->bytes) || (stream->have == 2 && wanted < 2u + MESSAGE_HEADER))
			return -EMSGSIZE;
		if (stream->have >= 2 && stream->have == wanted) {
			*out_message = stream->bytes + 2;
			*out_len = wanted - 2;
			break;
		}
	}
	return (int)used;
}
