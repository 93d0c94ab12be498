/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/message.h"

#include <libknot/dname.h>

enum fw_read message_read(const uint8_t *bytes, size_t len, struct message *out)
{
	if (len < MESSAGE_HEADER)
		return FW_READ_SHORT;
	*out = (struct message){.bytes = bytes, .len = len, .at = MESSAGE_HEADER, .id = fw_be16(bytes), .flags = fw_be16(bytes + 2)};
	for (int i = 0; i < MESSAGE_SECTIONS; i++)
		out->count[i] = fw_be16(bytes + 4 + 2 * i);
	return FW_READ_OK;
}

/* libknot lets a pointer lead only backwards, so none leads round; and it counts the labels' bytes as the name would be written out. */
enum fw_read message_name(const struct message *message, size_t *at, size_t end, struct message_name *out)
{
	int used, len;

	if (*at >= end)
		return FW_READ_SHORT;
	used = knot_dname_wire_check(message->bytes + *at, message->bytes + end, message->bytes);
	if (used <= 0)
		return FW_READ_BAD;
	len = knot_dname_unpack(out->wire, message->bytes + *at, sizeof(out->wire), message->bytes);
	if (len <= 0)
		return FW_READ_BAD;
	knot_dname_to_lower(out->wire);
	out->len = (size_t)len;
	*at += (size_t)used;
	return FW_READ_OK;
}

static enum fw_read name_and_type(struct message *message, size_t fixed_len, struct message_record *out)
{
	enum fw_read error;

	out->begin_off = message->at;
	out->rdata_len = 0;
	error = message_name(message, &message->at, message->len, &out->owner);
	if (error)
		return error;
	if (message->len - message->at < fixed_len)
		return FW_READ_SHORT;
	out->type = fw_be16(message->bytes + message->at);
	out->class = fw_be16(message->bytes + message->at + 2);
	message->at += fixed_len;
	out->rdata_off = message->at;
	return FW_READ_OK;
}

enum fw_read message_question(struct message *message, struct message_record *out)
{
	return name_and_type(message, 4, out);
}

enum fw_read message_record(struct message *message, struct message_record *out)
{
	enum fw_read error = name_and_type(message, 10, out); /* type, class, TTL, length */
	size_t len;

	if (error)
		return error;
	len = fw_be16(message->bytes + message->at - 2);
	if (message->len - message->at < len)
		return FW_READ_SHORT;
	out->rdata_len = len;
	message->at += len;
	return FW_READ_OK;
}

enum fw_read message_soa(const struct message *message, const struct message_record *record, struct zone_soa *out)
{
	struct message_name server, mailbox;
	size_t at = record->rdata_off, end = at + record->rdata_len;
	const uint8_t *p;

	if (message_name(message, &at, end, &server) || message_name(message, &at, end, &mailbox) || end - at != 20)
		return FW_READ_BAD;
	p = message->bytes + at;
	*out = (struct zone_soa){.serial = fw_be32(p), .refresh_s = fw_be32(p + 4), .retry_s = fw_be32(p + 8), .expire_s = fw_be32(p + 12)};
	return FW_READ_OK;
}
