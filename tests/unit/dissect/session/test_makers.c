/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makers' own protocols over TCP. Headers are made here, so that the tables show what matters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/framed.h"
#include "talk.h"

enum { SAYS_MAX = 8, ROOM = 1 << 16 };

/* One message: id is the protocol's own number for it, arg what its header holds beside. */
struct say {
	int direction;
	unsigned id, arg;
	const char *text;
};

struct scene {
	const char *name;
	uint16_t port;
	struct say says[SAYS_MAX];
	const char *facts;
};

/* Writes one message to out; returns its length. */
typedef size_t writer(uint8_t *out, const struct say *say);

static void put_le32(uint8_t *out, size_t number)
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (uint8_t)(number >> (8 * i));
}

static size_t put_text(uint8_t *out, const struct say *say)
{
	size_t len = say->text ? strlen(say->text) : 0;

	if (len)
		memcpy(out, say->text, len);
	return len;
}

static size_t write_dvrip(uint8_t *out, const struct say *say)
{
	size_t len;

	memset(out, 0, 20);
	out[0] = 0xff;
	out[1] = (uint8_t)say->arg;
	len = put_text(out + 20, say);
	memcpy(out + 20 + len, "\n", 2);
	put_le32(out + 14, say->id);
	put_le32(out + 16, len + 2);
	return 20 + len + 2;
}

/* id: the command, and above it what stands at 8 and 9. */
static size_t write_dahua(uint8_t *out, const struct say *say)
{
	size_t len = put_text(out + 32, say);

	memset(out, 0, 32);
	out[0] = (uint8_t)say->id;
	out[1] = say->id == 0xa0 ? 5 : 0;
	out[3] = say->id == 0xa0 ? 0x60 : 0;
	put_le32(out + 4, len);
	put_le32(out + 8, say->arg);
	if (say->id == 0xa0)
		memcpy(out + 28, "\0\0\xa1\xaa", 4);
	return 32 + len;
}

static size_t write_dhip(uint8_t *out, const struct say *say)
{
	size_t len = put_text(out + 32, say);

	memset(out, 0, 32);
	memcpy(out, "\x20\0\0\0DHIP", 8);
	put_le32(out + 16, len);
	put_le32(out + 24, len);
	return 32 + len;
}

static size_t write_tplink(uint8_t *out, const struct say *say)
{
	size_t len = put_text(out + 4, say);
	uint8_t key = 171;

	memset(out, 0, 4);
	out[2] = (uint8_t)(len >> 8);
	out[3] = (uint8_t)len;
	for (size_t i = 4; i < 4 + len; i++)
		key = out[i] ^= key;
	return 4 + len;
}

/* arg: class, and above it the status. */
static size_t write_baichuan(uint8_t *out, const struct say *say)
{
	static const uint8_t key[8] = {0x1f, 0x2d, 0x3c, 0x4b, 0x5a, 0x69, 0x78, 0xff};
	unsigned class = say->arg & 0xffff;
	size_t header_len = class == 0x6514 || class == 0x6614 ? 20 : 24, len = put_text(out + header_len, say);

	memset(out, 0, header_len);
	put_le32(out, 0x0abcdef0);
	put_le32(out + 4, say->id);
	put_le32(out + 8, len);
	out[12] = 3;
	put_le32(out + 16, class << 16 | say->arg >> 16);
	if (header_len == 24)
		memset(out + 20, 0, 4);
	for (size_t i = 0; i < len; i++)
		out[header_len + i] ^= key[(i + 3) % 8] ^ 3;
	return header_len + len;
}

static void play(const struct scene *scenes, size_t count, writer *write)
{
	static uint8_t room[ROOM];

	for (size_t i = 0; i < count; i++) {
		struct dialogue dialogue = {.name = scenes[i].name, .port = scenes[i].port, .facts = scenes[i].facts};
		size_t used = 0;

		for (size_t t = 0; t < SAYS_MAX && (scenes[i].says[t].id || scenes[i].says[t].text); t++) {
			struct turn *turn = &dialogue.turns[t];

			turn->direction = scenes[i].says[t].direction;
			turn->bytes = (const char *)room + used;
			turn->len = write(room + used, &scenes[i].says[t]);
			used += turn->len;
		}
		talk_check(&dialogue, 1);
	}
}

#define PLAY(scenes, write) play(scenes, sizeof(scenes) / sizeof((scenes)[0]), write)

#define SOFIA_LOGIN(user, letters) \
	"{ \"EncryptType\" : \"MD5\", \"LoginType\" : \"DVRIP-Web\", \"PassWord\" : \"" letters "\", \"UserName\" : \"" user "\" }"

static const struct scene DVRIP[] = {
	{"refused, then accepted, then what it is", 34567,
		{{0, 1000, 0, SOFIA_LOGIN("admin", "tlJwpbo6")}, {1, 1001, 0, "{\"Name\":\"\",\"Ret\":203,\"SessionID\":\"0x0\"}"},
			{0, 1000, 0, SOFIA_LOGIN("admin", "6QNMIQGe")}, {1, 1001, 0, "{\"DeviceType \":\"IPC\",\"Ret\":100}"},
			{0, 1020, 0, "{\"Name\":\"SystemInfo\"}"},
			{1, 1021, 0,
				"{\"Ret\":100,\"SystemInfo\":{\"HardWare\":\"XM530_50X50-WG_8M\",\"SerialNo\":\"09d5\","
				"\"SoftWareVersion\":\"V5.00.R02\"}}"}},
		"TRY dvrip admin:tlJwpbo6\nOWN 0\nRESULT dvrip refused\nTRY dvrip admin:6QNMIQGe\nRESULT dvrip accepted\nKIND IPC\n"
		"MODEL XM530_50X50-WG_8M\nSERIAL 09d5\nFIRMWARE V5.00.R02\n"},
	{"model and board, the version of the board, a name, a brand", 34567,
		{{0, 1042, 0, "{\"Name\":\"OEMcfg.Correspondent\"}"},
			{1, 1021, 0,
				"{\"SystemInfo\":{\"DeviceModel\":\"50X50-WG\",\"HardWare\":\"XM530_50X50-WG_8M\",\"HardWareVersion\":\"1."
				"01\"}}"},
			{1, 1043, 0,
				"{\"General.General\":{\"MachineName\":\"hall\",\"FontSize\":24},\"Name\":\"General.General\",\"Ret\":"
				"100}"},
			{1, 1043, 0,
				"{\"OEMcfg.Correspondent\":{\"BrandInfo\":\"Besder\",\"FirmwareVersion\":\"V100\",\"Model\":\"NVT\"}}"},
			{1, 1473, 0,
				"{\"Users\":[{\"Name\":\"admin\",\"Password\":\"tlJwpbo6\"}],\"General.General\":{\"MachineName\":\"no\"}"
				"}"}},
		"OWN 0\nMODEL 50X50-WG\nMODEL XM530_50X50-WG_8M\nHARDWARE 1.01\nNAME hall\nBRAND Besder\n"},
	{"another port, user unknown, locked out, wrong pair", 8002,
		{{0, 1000, 1, SOFIA_LOGIN("a", "12345678")}, {1, 1001, 1, "{\"Ret\":205}"}, {0, 1000, 1, SOFIA_LOGIN("b", "12345678")},
			{1, 1001, 1, "{\"Ret\":206}"}, {0, 1000, 1, SOFIA_LOGIN("c", "12345678")}, {1, 1001, 1, "{\"Ret\" : 106 }"}},
		"TRY dvrip a:12345678\nOWN 0\nRESULT dvrip refused\nTRY dvrip b:12345678\nRESULT dvrip refused\nTRY dvrip c:12345678\n"
		"RESULT dvrip refused\n"},
	{"what says nothing of the pair: unknown error, no number, a number of another object", 34567,
		{{0, 1000, 0, SOFIA_LOGIN("a", "")}, {1, 1001, 0, "{\"Ret\":101}"}, {1, 1001, 0, "{\"Ret\":\"100\"}"},
			{1, 1001, 0, "{\"x\":{\"Ret\":100}}"}, {1, 1001, 0, "{\"Ret\":1001}"}, {1, 1001, 0, "{\"Ret\":10000000000}"}},
		"TRY dvrip a:\nOWN 0\n"},
	{"an answer without a login", 34567, {{1, 1001, 0, "{\"Ret\":100}"}, {1, 1043, 0, "{\"x\":1}"}}, "OWN 0\n"},
	{"terminal escapes, and a user in escapes of JSON", 34567,
		{{0, 1000, 0, "{\"UserName\":\"\\u001b[2J\\\"x\",\"PassWord\":\"\x1b]0;\"}"},
			{1, 1043, 0,
				"{\"NetWork.NetCommon\":{\"HostName\":\"\x1b[31m\",\"MAC\":\"00:12:41:cb:dd:1d\",\"SN\":\"\",\"Version\":7}"
				"}"}},
		"TRY dvrip \\x1b[2J\"x:\\x1b]0;\nOWN 0\nNAME \\x1b[31m\nMAC 0\n"},
	{"nested without end", 34567,
		{{0, 1000, 0, "{\"UserName\":\"u\",\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["},
			{1, 1001, 0, "{\"a\":{\"a\":{\"a\":{\"a\":{"}},
		"TRY dvrip u:\nOWN 0\n"},
	{"no JSON, no user, a list", 34567,
		{{0, 1000, 0, "hello"}, {0, 1000, 0, "{\"PassWord\":\"x\"}"}, {0, 1000, 0, "[{\"UserName\":\"x\"}]"}}, ""},
	{"then it is something else", 34567, {{0, 1000, 0, "{}"}, {0, 9999, 0, "{}"}}, "DONE\n"},
};

static void test_dvrip(void **state)
{
	PLAY(DVRIP, write_dvrip);
}

#define GLOBAL_LOGIN(user, password) \
	"{\"id\":3,\"method\":\"global.login\",\"params\":{\"userName\":\"" user "\",\"password\":\"" password "\"},\"session\":0}"

static const struct scene DAHUA[] = {
	{"question, proof, accepted, what it is", 37777,
		{{0, 0xa0, 0x48afa3c4, NULL}, {1, 0xb0, 0x00010e01, "Realm:Login to 42\r\nRandom:668077460\r\n\r\n"},
			{0, 0xa0, 0, "admin&&61976C2F7CD6D761C13B86CA2DB2647062016D052D7339CB058E877140CD1E7C"},
			{1, 0xb0, 0x00010800, NULL}, {0, 0xa4, 8, NULL}, {1, 0xb4, 8, "2.800.0000004.0.R"}, {1, 0xb4, 11, "IPC-HFW1431S"},
			{1, 0xb4, 7, "3F04B1"}},
		"OWN 1\nTRY dahua admin:\nRESULT dahua accepted\nFIRMWARE 2.800.0000004.0.R\nMODEL IPC-HFW1431S\nSERIAL 3F04B1\n"},
	{"refused: password, user, locked; other words", 37777,
		{{0, 0xa0, 0, "a&&1"}, {1, 0xb0, 0x0001, NULL}, {0, 0xa0, 0, "b&&1"}, {1, 0xb0, 0x0101, NULL}, {0, 0xa0, 0, "c&&1"},
			{1, 0xb0, 0x0401, NULL}, {0, 0xa0, 0, "d&&1"}, {1, 0xb0, 0x0301, NULL}},
		"TRY dahua a:\nOWN 1\nRESULT dahua refused\nTRY dahua b:\nRESULT dahua refused\nTRY dahua c:\nRESULT dahua refused\n"
		"TRY dahua d:\n"},
	{"another port, by its mark; words of its client are none", 8000,
		{{0, 0xa0, 0, "root&&x"}, {0, 0xb4, 8, "1"}, {1, 0xb4, 9, "x"}, {1, 0xa4, 8, "x"}, {0, 0xb0, 0, NULL}},
		"TRY dahua root:\nOWN 1\n"},
	{"JSON behind its own header", 37777,
		{{0, 0xf6, 0, GLOBAL_LOGIN("admin", "")}, {1, 0xf6, 0, "{\"error\":{\"code\":268632079},\"id\":3,\"result\":false}"},
			{0, 0xf6, 0, GLOBAL_LOGIN("admin", "61976C2F")}, {1, 0xf6, 0, "{\"id\":4,\"result\":true}"}},
		"OWN 1\nTRY dahua admin:\nRESULT dahua accepted\n"},
	{"not its port, and no mark", 8001, {{0, 0xa4, 8, NULL}, {1, 0xb4, 8, "2.8"}}, "DONE\n"},
	{"a command that is none", 37777, {{0, 0x41, 8, NULL}, {1, 0x42, 8, "2.8"}}, "DONE\n"},
};

static const struct scene DHIP[] = {
	{"login by JSON, any port", 5000,
		{{0, 1, 0, GLOBAL_LOGIN("admin", "")}, {1, 1, 0, "{\"id\":3,\"params\":{\"random\":\"1\"},\"result\":false}"},
			{0, 1, 0, GLOBAL_LOGIN("\x1b[1m", "F00D")}, {1, 1, 0, "{\"id\":4,\"result\":27947600}"},
			{1, 1, 0, "{\"id\":4,\"result\":false}"}, {1, 1, 0, "{\"result\":true}"}},
		"OWN 1\nTRY dahua \\x1b[1m:\nRESULT dahua refused\n"},
	{"other calls", 5000,
		{{0, 1, 0, "{\"method\":\"magicBox.getProductDefinition\",\"params\":{\"password\":\"x\"}}"}, {1, 1, 0, "[]"}}, "OWN 1\n"},
};

/* The older login has its user and eight letters in the header. */
static void test_dahua_old(void **state)
{
	static const struct dialogue OLD[] = {
		{"in the header", 37777,
			{CLIENT("\xa0\0\0\x60\0\0\0\0"
				"admin\0\0\0"
				"6QNMIQGe"
				"\4\1\0\0\0\0\xa1\xaa"),
				SERVER("\xb0\0\0\x58\0\0\0\0\0\x08\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")},
			"TRY dahua admin:6QNMIQGe\nOWN 1\nRESULT dahua accepted\n"},
		{"fields that are none: letters behind a zero, seven letters", 37777,
			{CLIENT("\xa0\0\0\x60\0\0\0\0"
				"ad\0in\0\0\0"
				"6QNMIQGe"
				"\4\1\0\0\0\0\xa1\xaa"),
				CLIENT("\xa0\0\0\x60\0\0\0\0"
				       "admin\0\0\0"
				       "6QNMIQG\0"
				       "\4\1\0\0\0\0\xa1\xaa")},
			""},
		{"a length that lies", 37777, {CLIENT("\xa0\0\0\x60\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\4\1\0\0\0\0\xa1\xaa")},
			""},
	};

	talk_check(OLD, 2);
	/* both sides must be nothing before an unknown port is given up */
	talk_check(OLD + 2, 1);
}

static void test_dahua(void **state)
{
	PLAY(DAHUA, write_dahua);
	PLAY(DHIP, write_dhip);
}

static const struct scene TPLINK[] = {
	{"a plug", 9999,
		{{0, 1, 0, "{\"system\":{\"get_sysinfo\":{\"alias\":\"not this\"}}}"},
			{1, 1, 0,
				"{\"system\":{\"get_sysinfo\":{\"sw_ver\":\"1.2.5 Build "
				"171129\",\"hw_ver\":\"2.0\",\"type\":\"IOT.SMARTPLUGSWITCH\","
				"\"model\":\"HS110(EU)\",\"mac\":\"50:C7:BF:00:FC:A3\",\"deviceId\":\"8006\",\"alias\":\"hall \xc3\xa4\","
				"\"rssi\":-40,\"children\":[{\"alias\":\"socket\"}],\"err_code\":0}}}"}},
		"OWN 3\nFIRMWARE 1.2.5 Build 171129\nHARDWARE 2.0\nKIND IOT.SMARTPLUGSWITCH\nMODEL HS110(EU)\nMAC 3\nSERIAL 8006\n"
		"NAME hall \xc3\xa4\n"},
	{"a lamp; an escape; no JSON", 9999,
		{{1, 1, 0,
			 "{\"system\":{\"get_sysinfo\":{\"mic_type\":\"IOT.SMARTBULB\",\"mic_mac\":\"50C7BF00FCA3\",\"alias\":\"\x1b[2J\"}}"
			 "}"},
			{1, 1, 0, "{\"x"}},
		"OWN 3\nKIND IOT.SMARTBULB\nMAC 3\nNAME \\x1b[2J\n"},
	{"not its port", 9998, {{0, 1, 0, "{}"}, {1, 1, 0, "{}"}}, "DONE\n"},
	{"not its cipher", 9999, {{0, 1, 0, "xx"}, {1, 1, 0, "yy"}}, "DONE\n"},
};

static void test_tplink(void **state)
{
	PLAY(TPLINK, write_tplink);
}

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<body>\n"

static const struct scene BAICHUAN[] = {
	{"old form asks for a number, new form is accepted, version", 9000,
		{{0, 1, 0xdc026514, "0DFB4D21"}, {1, 1, 0xdd026614, XML "<Encryption><nonce>AB5B</nonce></Encryption></body>"},
			{0, 1, 0x6414, XML "<LoginUser><userName>0DFB</userName></LoginUser></body>"},
			{1, 1, 200u << 16, XML "<DeviceInfo><type>ipc</type><typeInfo>IPC</typeInfo></DeviceInfo></body>"},
			{0, 80, 0x6414, NULL},
			{1, 80, 200u << 16,
				XML "<VersionInfo>\n<name>Yard</name>\n<type>RLC-410</type>\n<serialNumber>0001</serialNumber>\n"
				    "<hardwareVersion>IPC_51516M5M</hardwareVersion>\n<firmwareVersion>v2.0.0.587</firmwareVersion>\n"
				    "</VersionInfo>\n</body>\n"}},
		"OWN 4\nTRY baichuan :\nRESULT baichuan accepted\nKIND IPC\nNAME Yard\nMODEL RLC-410\nSERIAL 0001\nHARDWARE IPC_51516M5M\n"
		"FIRMWARE v2.0.0.587\n"},
	{"an older camera takes the old form; refused first", 9000,
		{{0, 1, 0xdc006514, "0DFB4D21"}, {1, 1, 400u << 16, NULL}, {0, 1, 0x6414, "x"}, {1, 1, 401u << 16, NULL},
			{0, 1, 0x6414, "x"}, {1, 1, 503u << 16, NULL}, {1, 1, 200u << 16, "no XML, whatever it is"}},
		"OWN 4\nTRY baichuan :\nRESULT baichuan refused\nTRY baichuan :\nRESULT baichuan refused\nTRY baichuan :\nRESULT baichuan "
		"accepted\n"},
	{"tags without end, empty, with an escape; another port", 19000,
		{{1, 80, 0, XML "<name></name><type>\x1b[2J</type><serialNumber>12"}}, "OWN 4\nMODEL \\x1b[2J\n"},
	{"an answer without a login, an unknown class", 9000, {{1, 1, 200u << 16, NULL}, {1, 1, 0x1234, NULL}}, "OWN 4\nDONE\n"},
};

static void test_baichuan(void **state)
{
	PLAY(BAICHUAN, write_baichuan);
}

#define TUYA_BODY \
	"\0\0\0\0" \
	"encrypted" \
	"\1\2\3\4\0\0\xaa\x55"

static const struct dialogue TUYA[] = {
	{"a device answers", 6668,
		{CLIENT("\0\0\x55\xaa\0\0\0\1\0\0\0\x0a\0\0\0\x11x\0\0\0\0\0\0\0\0\1\2\3\4\0\0\xaa\x55"),
			SERVER("\0\0\x55\xaa\0\0\0\1\0\0\0\x0a\0\0\0\x15" TUYA_BODY)},
		"OWN 2\nDONE\n"},
	{"3.5, any port", 50000, {SERVER("\0\0\x66\x99\0\0\0\0\0\1\0\0\0\x10\0\0\0\x20")}, "OWN 2\nDONE\n"},
	{"a length that lies", 6668, {SERVER("\0\0\x55\xaa\0\0\0\1\0\0\0\x0a\xff\xff\xff\xff"), CLIENT("x")}, "DONE\n"},
	{"a client, then nothing of the kind", 6668, {CLIENT("\0\0\x55\xaa\0\0\0\1\0\0\0\x0a\0\0\0\x11"), SERVER("SSH-2.0-x\r\n")},
		"DONE\n"},
};

static void test_tuya(void **state)
{
	talk_check(TUYA, sizeof(TUYA) / sizeof(TUYA[0]));
}

/* A body of a megabyte is passed over as it comes; bytes that are missing are found again at the next segment that begins a message. */
static void test_long_bodies_and_gaps(void **state)
{
	static uint8_t message[ROOM], frame[ROOM];
	const struct say info = {1, 1021, 0, "{\"SystemInfo\":{\"HardWare\":\"X\"}}"};
	struct talk *talk = talk_new(34567);
	size_t len = write_dvrip(message, &info);

	memset(frame, 0, sizeof(frame));
	write_dvrip(frame, &(struct say){1, 1412, 0, NULL});
	put_le32(frame + 16, 10 * ROOM - 20);
	for (int i = 0; i < 10; i++) {
		talk_say(talk, 1, frame, ROOM);
		memset(frame, 0xee, 20);
	}
	talk_say(talk, 1, message, len);
	assert_string_equal(talk_facts(talk), "OWN 0\nMODEL X\n");
	talk_lose(talk, 1, 5000);
	talk_say(talk, 1, frame, ROOM); /* somewhere within a body */
	talk_say(talk, 1, message, len);
	assert_string_equal(talk_facts(talk), "OWN 0\nMODEL X\nMODEL X\n");
	for (int i = 0; i < 16; i++) { /* then only pictures, for longer than is waited for */
		talk_lose(talk, 1, 1);
		talk_say(talk, 1, frame, ROOM);
	}
	assert_true(talk_done(talk));
	talk_free(talk);
}

/* Only the head of a long body is read, and it is waited for. */
static void test_head_of_a_body(void **state)
{
	static uint8_t message[ROOM];
	static char text[8192];
	struct talk *talk = talk_new(34567);
	size_t len;

	snprintf(text, sizeof(text), "{\"SystemInfo\":{\"HardWare\":\"X\",\"a\":\"%05000d\",\"SerialNo\":\"1\"}}", 0);
	len = write_dvrip(message, &(struct say){1, 1021, 0, text});
	talk_say(talk, 1, message, 3000);
	assert_string_equal(talk_facts(talk), "");
	talk_say(talk, 1, message + 3000, len - 3000);
	assert_string_equal(talk_facts(talk), "OWN 0\nMODEL X\n");
	talk_say(talk, 1, message, len);
	assert_string_equal(talk_facts(talk), "OWN 0\nMODEL X\nMODEL X\n");
	talk_free(talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dvrip),
		cmocka_unit_test(test_dahua),
		cmocka_unit_test(test_dahua_old),
		cmocka_unit_test(test_tplink),
		cmocka_unit_test(test_baichuan),
		cmocka_unit_test(test_tuya),
		cmocka_unit_test(test_long_bodies_and_gaps),
		cmocka_unit_test(test_head_of_a_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
