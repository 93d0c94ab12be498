/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SNMP: what a device tells of itself to whoever manages it.
 *
 *   v1, v2c (RFC 1157, 1901)   SEQUENCE { version 0 or 1, community, PDU }
 *   v3 (RFC 3412, 3414)        SEQUENCE { version 3, SEQUENCE { id, size, flags, model },
 *                                OCTETS { SEQUENCE { engine, boots, time, user, .. } },
 *                                SEQUENCE { engine, name, PDU } or OCTETS (encrypted) }
 *   PDU (RFC 3416 section 3)   [0..8] { request, error, index, SEQUENCE OF SEQUENCE { object identifier, value } }
 *
 * Of all objects three are read: sysDescr.0, sysObjectID.0 and sysName.0 (RFC 3418), and only where the sender is the
 * device that they describe: in responses and traps. The community is a password in clear; so is, nearly, the user's
 * name. Both are passed over by their length. The same messages come by the thousand when open devices are used to
 * reflect a flood, so nothing here is copied but an object identifier's text.
 */
#include "dissect/dissect.h"

#include "dissect/ber.h"
#include "dissect/give.h"

enum { VERSION_1 = 0, VERSION_2C = 1, VERSION_3 = 3 };
enum { PDU_TAG = 0xa0, PDU_RESPONSE = 2, PDU_TRAP_1 = 4, PDU_TRAP_2 = 7, PDU_LAST = 8, PDU_ENCRYPTED = 255 };
enum { VALUES_MAX = 64, ENGINE_FORMAT_MAC = 3 };

/* 1.3.6.1.2.1.1.N.0 */
enum { SYSTEM_LEN = 8, SYSTEM_AT = 6, SYSTEM_DESCRIPTION = 1, SYSTEM_OBJECT_ID = 2, SYSTEM_NAME = 5 };

/* Which of the three it is, or 0. */
static uint8_t system_object(struct slice oid)
{
	static const uint8_t system[SYSTEM_AT] = {0x2b, 6, 1, 2, 1, 1};

	if (oid.len != SYSTEM_LEN || memcmp(oid.bytes, system, SYSTEM_AT) != 0 || oid.bytes[SYSTEM_LEN - 1])
		return 0;
	return oid.bytes[SYSTEM_AT];
}

static void give_system(const struct fact_sink *sink, uint8_t object, const struct ber_item *value)
{
	char text[BER_OID_TEXT_MAX];
	struct slice said = ber_slice(value);
	enum fact_kind kind = object == SYSTEM_DESCRIPTION ? FACT_SNMP_DESCRIPTION : FACT_SNMP_NAME;

	if (object == SYSTEM_OBJECT_ID && value->tag == BER_OID) {
		kind = FACT_SNMP_OBJECT_ID;
		said = ber_oid_text(value, text);
	} else if (value->tag != BER_OCTETS || (object != SYSTEM_DESCRIPTION && object != SYSTEM_NAME)) {
		return;
	}
	if (said.len)
		give_text(sink, kind, said);
}

static enum fw_read give_values(struct ber list, const struct fact_sink *sink)
{
	for (unsigned i = 0; i < VALUES_MAX; i++) {
		struct ber pair;
		struct ber_item oid, value;
		enum fw_read result = ber_enter(&list, BER_SEQUENCE, &pair);

		if (result == FW_READ_OTHER)
			return FW_READ_OK;
		if (result == FW_READ_OK)
			result = ber_expect(&pair, BER_OID, &oid);
		if (result == FW_READ_OK)
			result = ber_next(&pair, &value);
		if (result == FW_READ_OK && value.inside.cut)
			result = FW_READ_SHORT;
		if (result != FW_READ_OK)
			return result == FW_READ_OTHER ? FW_READ_BAD : result;
		give_system(sink, system_object(ber_slice(&oid)), &value);
	}
	return FW_READ_SHORT;
}

/* request, error and index of a response, in front of the values */
static enum fw_read enter_values(struct ber pdu, struct ber *out_list)
{
	struct ber_item number;
	enum fw_read result = FW_READ_OK;

	for (unsigned i = 0; i < 3 && result == FW_READ_OK; i++)
		result = ber_expect(&pdu, BER_INTEGER, &number);
	return result == FW_READ_OK ? ber_enter(&pdu, BER_SEQUENCE, out_list) : result;
}

static enum fw_read give_pdu(struct ber around, uint32_t version, const struct fact_sink *sink)
{
	struct fact fact = {.kind = FACT_SNMP_MESSAGE, .number = version};
	struct ber_item pdu;
	struct ber list;
	enum fw_read result = ber_next(&around, &pdu);

	if (result != FW_READ_OK)
		return result;
	if (pdu.tag < PDU_TAG || pdu.tag > PDU_TAG + PDU_LAST)
		return FW_READ_BAD;
	fact.code = pdu.tag - PDU_TAG;
	give(sink, &fact);
	if (fact.code == PDU_TRAP_1)
		return pdu.inside.cut ? FW_READ_SHORT : FW_READ_OK;
	result = enter_values(pdu.inside, &list);
	if (result != FW_READ_OK)
		return result;
	if (fact.code != PDU_RESPONSE && fact.code != PDU_TRAP_2)
		return list.cut ? FW_READ_SHORT : FW_READ_OK;
	return give_values(list, sink);
}

/* RFC 3411 section 5, SnmpEngineID: an enterprise in four bytes, then a byte for the form of the rest if the top bit is set. */
static void give_engine(const struct fact_sink *sink, struct slice engine)
{
	struct fact fact = {.kind = FACT_SNMP_ENGINE, .text = engine};

	if (engine.len < 5)
		return;
	fact.number = fw_be32(engine.bytes) & 0x7fffffffu;
	if (engine.bytes[0] & 0x80 && engine.bytes[4] == ENGINE_FORMAT_MAC && engine.len == 11)
		memcpy(fact.mac, engine.bytes + 5, 6);
	give(sink, &fact);
}

static enum fw_read give_version_3(struct ber message, const struct fact_sink *sink)
{
	struct ber header, security, scoped;
	struct ber_item parameters, engine, passed;
	enum fw_read result = ber_enter(&message, BER_SEQUENCE, &header);

	if (result == FW_READ_OK)
		result = ber_expect(&message, BER_OCTETS, &parameters);
	/* whole, so what is wrong in it is wrong */
	if (result == FW_READ_OK && ber_enter(&parameters.inside, BER_SEQUENCE, &security) == FW_READ_OK &&
		ber_expect(&security, BER_OCTETS, &engine) == FW_READ_OK)
		give_engine(sink, ber_slice(&engine));
	if (result != FW_READ_OK)
		return result;
	result = ber_next(&message, &passed);
	if (result == FW_READ_OK && passed.tag == BER_OCTETS) {
		give(sink, &(struct fact){.kind = FACT_SNMP_MESSAGE, .number = VERSION_3, .code = PDU_ENCRYPTED});
		return passed.inside.cut ? FW_READ_SHORT : FW_READ_OK;
	}
	if (result != FW_READ_OK || passed.tag != BER_SEQUENCE)
		return result == FW_READ_OK ? FW_READ_BAD : result;
	scoped = passed.inside;
	for (unsigned i = 0; i < 2 && result == FW_READ_OK; i++)
		result = ber_expect(&scoped, BER_OCTETS, &passed);
	return result == FW_READ_OK ? give_pdu(scoped, VERSION_3, sink) : result;
}

enum fw_read dissect_snmp(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	struct ber outside = ber_of(bytes, len), message;
	struct ber_item item;
	enum fw_read result = ber_enter(&outside, BER_SEQUENCE, &message);
	uint32_t version;

	if (result == FW_READ_OK)
		result = ber_expect(&message, BER_INTEGER, &item);
	/* until the version is read, it may be anything */
	if (result != FW_READ_OK)
		return result == FW_READ_BAD ? FW_READ_OTHER : result;
	if (!ber_number(&item, &version) || (version > VERSION_2C && version != VERSION_3))
		return FW_READ_OTHER;
	if (version == VERSION_3)
		result = give_version_3(message, sink);
	else if ((result = ber_expect(&message, BER_OCTETS, &item)) == FW_READ_OK)
		result = give_pdu(message, version, sink);
	return result == FW_READ_OTHER ? FW_READ_BAD : result;
}
