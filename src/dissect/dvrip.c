/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DVRIP ("Sofia", "NetSurveillance") of Xiongmai's recorders and cameras, under whatever name they are sold: TCP 34567, and UDP 34569
 * for finding them. There is no published text; read off payloads recorded from a camera with an XM530 board.
 *
 *   0    1      2      4         8          12      13      14           16       20
 *   | ff | 0, 1 | zero | session | sequence | total | part  | message id | length | JSON, LF, NUL |        little endian
 *
 * A request has an even message id, its answer the next odd one. Read are
 *
 *   1000  {"EncryptType": "MD5", "PassWord": "tlJwpbo6", "UserName": "admin", ...}
 *   1001  {"Ret": 100, "DeviceType ": "IPC", ...}      100 accepted; 106, 203 .. 206 refused; others say nothing of the pair
 *   1021  {"SystemInfo": {"DeviceModel": ..., "HardWare": ..., "HardWareVersion": ..., "SerialNo": ..., "SoftWareVersion": ...}}
 *   1043, 1531  {"NetWork.NetCommon": {"HostName": ..., "MAC": ..., "SN": ..., "Version": ...}}
 *   1043  {"General.General": {"MachineName": ...}}      {"OEMcfg.Correspondent": {"BrandInfo": ..., "Model": "NVT", ...}}
 *
 * DeviceModel is the board's name without chip and memory, and older firmware has HardWare alone. Of OEMcfg, which is what ONVIF is to
 * say, only the brand is the seller's: the rest is the same in all firmware.
 *
 * What stands as password is eight letters made of it without any salt: it opens the device as well as the password does. It is
 * treated like one: said as the login's, compared by whoever knows published pairs, and kept by nobody.
 */
#include <string.h>

#include "dissect/dissect.h"
#include "dissect/framed.h"
#include "dissect/give.h"
#include "dissect/json.h"

enum { HEADER_LEN = 20, ID_AT = 14, LENGTH_AT = 16, ID_MIN = 900, ID_MAX = 4200 };
enum { LOGIN = 1000, LOGIN_ANSWER = 1001, SYSTEM_INFO = 1021, CONFIG = 1043, SEARCH_ANSWER = 1531 };
enum { RET_ACCEPTED = 100, RET_PAIR_WRONG = 106, RET_REFUSED_FIRST = 203, RET_REFUSED_LAST = 206 };

static const struct json_fact facts_of_dvrip[] = {
	{"SystemInfo", "DeviceModel", FACT_OWN_MODEL, JSON_TEXT}, {"SystemInfo", "HardWareVersion", FACT_OWN_HARDWARE, JSON_TEXT},
	{"General.General", "MachineName", FACT_OWN_NAME, JSON_TEXT}, {"OEMcfg.Correspondent", "BrandInfo", FACT_OWN_BRAND, JSON_TEXT},
	{"SystemInfo", "HardWare", FACT_OWN_MODEL, JSON_TEXT}, {"SystemInfo", "SoftWareVersion", FACT_OWN_FIRMWARE, JSON_TEXT},
	{"SystemInfo", "SerialNo", FACT_OWN_SERIAL, JSON_TEXT}, {"NetWork.NetCommon", "Version", FACT_OWN_FIRMWARE, JSON_TEXT},
	{"NetWork.NetCommon", "SN", FACT_OWN_SERIAL, JSON_TEXT}, {"NetWork.NetCommon", "HostName", FACT_OWN_NAME, JSON_TEXT},
	{"NetWork.NetCommon", "MAC", FACT_OWN_MAC, JSON_MAC}, {"", "DeviceType", FACT_OWN_KIND, JSON_TEXT},
	{"", "DeviceType ", FACT_OWN_KIND, JSON_TEXT}, /* firmware has the blank */
};

struct login_found {
	struct slice user, password;
	bool has_user;
};

static uint32_t id_of(const uint8_t *header)
{
	return header[ID_AT] | (uint32_t)header[ID_AT + 1] << 8;
}

static enum fw_read measure(const uint8_t *bytes, size_t len, struct message *out_message)
{
	static const uint8_t start[4] = {0xff};
	size_t here = len < sizeof(start) ? len : sizeof(start);

	for (size_t i = 0; i < here; i++)
		if (bytes[i] != start[i] && !(i == 1 && bytes[i] == 1))
			return FW_READ_OTHER;
	if (len < HEADER_LEN)
		return FW_READ_SHORT;
	if (id_of(bytes) < ID_MIN || id_of(bytes) > ID_MAX)
		return FW_READ_OTHER;
	out_message->header_len = HEADER_LEN;
	out_message->body_len = fw_le32(bytes + LENGTH_AT);
	return out_message->body_len <= FRAMED_LENGTH_MAX ? FW_READ_OK : FW_READ_BAD;
}

/* What a device says of itself; true if it gave a fact. */
static enum fw_read read_device(struct slice body, const struct fact_sink *sink, bool *out_given)
{
	struct json_facts facts = {
		.table = facts_of_dvrip,
		.count = sizeof(facts_of_dvrip) / sizeof(facts_of_dvrip[0]),
		.number = OWN_DVRIP,
		.sink = sink,
	};
	enum fw_read result = json_read(body.bytes, body.len, json_give, &facts);

	*out_given = facts.given > 0;
	return result;
}

static void see_login(void *context, const struct json_value *value)
{
	struct login_found *found = context;

	if (!value->string || value->depth != 1)
		return;
	if (json_is(value->key, "UserName")) {
		found->user = value->raw;
		found->has_user = true;
	} else if (json_is(value->key, "PassWord")) {
		found->password = value->raw;
	}
}

static bool take_login(struct dvrip *dvrip, struct feed *feed, struct slice body)
{
	struct login_found found = {0};
	uint8_t user[JSON_TEXT_MAX], password[JSON_TEXT_MAX];

	json_read(body.bytes, body.len, see_login, &found);
	if (!found.has_user)
		return false;
	session_say_login(feed, LOGIN_DVRIP, json_text(found.user, user), json_text(found.password, password));
	explicit_bzero(password, sizeof(password));
	dvrip->try_open = true;
	return true;
}

static void see_ret(void *context, const struct json_value *value)
{
	if (value->depth == 1 && json_is(value->key, "Ret"))
		json_number(value, context);
}

static bool take_result(struct dvrip *dvrip, struct feed *feed, struct slice body)
{
	uint32_t ret = 0;
	bool refused;

	json_read(body.bytes, body.len, see_ret, &ret);
	refused = ret == RET_PAIR_WRONG || (ret >= RET_REFUSED_FIRST && ret <= RET_REFUSED_LAST);
	if (!dvrip->try_open || (ret != RET_ACCEPTED && !refused))
		return false;
	session_say_result(feed, LOGIN_DVRIP, refused ? LOGIN_REFUSED : LOGIN_ACCEPTED);
	dvrip->try_open = false;
	return true;
}

static bool take_answer(struct dvrip *dvrip, struct feed *feed, const struct message *message)
{
	uint32_t id = id_of(message->header);
	bool said = !dvrip->spoken, given = false;

	if (!dvrip->spoken)
		session_say_number(feed, FACT_OWN_PROTOCOL, OWN_DVRIP);
	dvrip->spoken = true;
	if (id == LOGIN_ANSWER)
		said |= take_result(dvrip, feed, message->body);
	if (id == LOGIN_ANSWER || id == SYSTEM_INFO || id == CONFIG || id == SEARCH_ANSWER)
		read_device(message->body, feed->sink, &given);
	return said || given;
}

static bool take(void *state, struct feed *feed, const struct message *message)
{
	if (feed->direction == FROM_SERVER)
		return take_answer(state, feed, message);
	return id_of(message->header) == LOGIN && take_login(state, feed, message->body);
}

size_t dvrip_take(struct dvrip *dvrip, struct feed *feed)
{
	static const struct framing framing = {measure, take};

	return framed_take(&framing, &dvrip->framed, dvrip, feed);
}

enum guess dvrip_guess(const struct feed *feed)
{
	struct message message;
	enum fw_read result = measure(feed->bytes, feed->len, &message);

	return result == FW_READ_OK ? GUESS_PROTOCOL : result == FW_READ_SHORT ? GUESS_MORE : GUESS_NOTHING;
}

enum fw_read dissect_dvrip(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	struct message message;
	enum fw_read result = measure(bytes, len, &message);
	size_t here;
	bool given;

	if (result != FW_READ_OK)
		return result;
	if (id_of(bytes) != SEARCH_ANSWER) /* the question comes from whoever searches */
		return FW_READ_OTHER;
	give(sink, &(struct fact){.kind = FACT_OWN_PROTOCOL, .number = OWN_DVRIP});
	here = len - HEADER_LEN < message.body_len ? len - HEADER_LEN : message.body_len;
	return read_device((struct slice){bytes + HEADER_LEN, here}, sink, &given);
}
