/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hikvision's SADP: what cameras answer, what tools ask. */
#include "cases.h"

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
#define CAMERA \
	"<Uuid>4C2D1F3A-0000-4000-8000-000000000001</Uuid>\r\n<Types>inquiry</Types>\r\n<DeviceType>30000</DeviceType>\r\n" \
	"<DeviceDescription>DS-2CD2032-I</DeviceDescription>\r\n<DeviceSN>DS-2CD2032-I20140101AACH000000001</DeviceSN>\r\n" \
	"<CommandPort>8000</CommandPort>\r\n<HttpPort>80</HttpPort>\r\n<MAC>44-19-b6-11-22-33</MAC>\r\n" \
	"<IPv4Address>192.168.1.64</IPv4Address>\r\n<DHCP>false</DHCP>\r\n<SoftwareVersion>V5.4.5build 170124</SoftwareVersion>\r\n" \
	"<DSPVersion>V7.3 build 170110</DSPVersion>\r\n<OEMInfo>N/A</OEMInfo>\r\n<Activated>false</Activated>\r\n" \
	"<PasswordResetAbility>true</PasswordResetAbility>\r\n<Salt>00112233</Salt>\r\n"
#define CAMERA_FACTS \
	"own_protocol 6|0\nown_model 6|DS-2CD2032-I\nown_serial 6|DS-2CD2032-I20140101AACH000000001\nown_mac 44:19:b6:11:22:33|6\n" \
	"own_firmware 6|V5.4.5build%20170124\nown_brand 6|N/A\nown_activated 6|false\n"
#define ANSWER(text) XML "<ProbeMatch>" text "</ProbeMatch>"

static const struct message_case MESSAGES[] = {
	{"a camera answers", MESSAGE(ANSWER(CAMERA)), FW_READ_OK, CAMERA_FACTS},
	{"a camera is there", MESSAGE(XML "<Hello>\n" CAMERA "</Hello>"), FW_READ_OK, CAMERA_FACTS},
	{"a mark and blanks before it", MESSAGE("\xef\xbb\xbf \r\n<Hello><DeviceSN>1</DeviceSN></Hello>"), FW_READ_OK,
		"own_protocol 6|0\nown_serial 6|1\n"},
	{"no model of its own", MESSAGE(ANSWER("<DeviceDescription> IPCamera </DeviceDescription>")), FW_READ_OK,
		"own_protocol 6|0\nown_kind 6|IPCamera\n"},
	{"sold by others", MESSAGE(ANSWER("<DeviceDescription>LTN8704</DeviceDescription><OEMInfo>LTS</OEMInfo>")), FW_READ_OK,
		"own_protocol 6|0\nown_model 6|LTN8704\nown_brand 6|LTS\n"},
	{"entities as they stand", MESSAGE(ANSWER("<OEMInfo>A &amp; B &#60;&lol9;</OEMInfo>")), FW_READ_OK,
		"own_protocol 6|0\nown_brand 6|A%20&amp;%20B%20&#60;&lol9;\n"},
	{"terminal escapes pass as they are", MESSAGE(ANSWER("<DeviceDescription>\x1b[2J\0</DeviceDescription>")), FW_READ_OK,
		"own_protocol 6|0\nown_model 6|%1B[2J%00\n"},
	{"what is no MAC, and a state that is none",
		MESSAGE(ANSWER(
			"<MAC>44-19-b6-11-22-3</MAC><MAC>44-19-b6-11-22-3g</MAC><Activated>maybe</Activated><DeviceSN>2</DeviceSN>")),
		FW_READ_OK, "own_protocol 6|0\nown_serial 6|2\n"},
	{"elements within others say nothing",
		MESSAGE(ANSWER("<List><DeviceDescription>A1</DeviceDescription></List><DeviceSN>3<b>4</b>5</DeviceSN><MAC/>"
			       "<DeviceSN>6</DeviceSN>")),
		FW_READ_OK, "own_protocol 6|0\nown_serial 6|6\n"},
	{"sixteen elements deep",
		MESSAGE(ANSWER("<DeviceSN>7</DeviceSN><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a></a></a>"
			       "</a></a></a></a></a>")),
		FW_READ_OK, "own_protocol 6|0\nown_serial 6|7\n"},
};

static const struct message_case WRONG[] = {
	{"a tool asks", MESSAGE(XML "<Probe><Uuid>1</Uuid><Types>inquiry</Types></Probe>"), FW_READ_OTHER, ""},
	{"a tool changes a camera: the MAC and the password are none of its own",
		MESSAGE(XML "<Probe><Types>update</Types><MAC>44-19-b6-11-22-33</MAC><DeviceSN>8</DeviceSN><Password>x</Password></Probe>"),
		FW_READ_OTHER, ""},
	{"nothing that we know", MESSAGE(ANSWER("<Uuid>1</Uuid><Types>update</Types><Result>success</Result>")), FW_READ_OTHER, ""},
	{"nothing but a MAC that is none", MESSAGE(ANSWER("<MAC>x</MAC>")), FW_READ_OTHER, ""},
	{"WS-Discovery", MESSAGE("<e:Envelope><e:Body><d:Hello><DeviceSN>1</DeviceSN></d:Hello></e:Body></e:Envelope>"), FW_READ_OTHER, ""},
	{"another root of a like name", MESSAGE("<ProbeMatches><DeviceSN>1</DeviceSN></ProbeMatches>"), FW_READ_OTHER, ""},
	{"a root that closes at once", MESSAGE("<ProbeMatch/>"), FW_READ_OTHER, ""},
	{"a closing tag alone", MESSAGE("</ProbeMatch><DeviceSN>1</DeviceSN>"), FW_READ_OTHER, ""},
	{"no markup", MESSAGE("M-SEARCH * HTTP/1.1\r\n\r\n"), FW_READ_OTHER, ""},
	{"blanks", MESSAGE(" \r\n\t"), FW_READ_OTHER, ""},
	{"empty", MESSAGE(""), FW_READ_OTHER, ""},
	{"cut off", MESSAGE("<ProbeMatch><DeviceSN>9</DeviceSN><MAC>44-19"), FW_READ_SHORT, "own_protocol 6|0\nown_serial 6|9\n"},
	{"a known tag closed by another", MESSAGE(ANSWER("<DeviceSN>10</DeviceSN><OEMInfo>x</MAC><DeviceSN>11</DeviceSN>")), FW_READ_BAD,
		"own_protocol 6|0\nown_serial 6|10\nown_brand 6|x\n"},
	{"another root closes", MESSAGE("<ProbeMatch><DeviceSN>12</DeviceSN></Hello><DeviceSN>13</DeviceSN>"), FW_READ_BAD,
		"own_protocol 6|0\nown_serial 6|12\n"},
	{"a document type with entities", MESSAGE("<!DOCTYPE a [<!ENTITY b \"c\">]>" ANSWER("<DeviceSN>&b;</DeviceSN>")), FW_READ_OTHER,
		""},
	{"one of them later", MESSAGE(ANSWER("<DeviceSN>14</DeviceSN><!DOCTYPE a [<!ENTITY b \"c\">]><DeviceSN>15</DeviceSN>")),
		FW_READ_BAD, "own_protocol 6|0\nown_serial 6|14\n"},
	{"seventeen elements deep",
		MESSAGE(ANSWER("<DeviceSN>16</DeviceSN><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a></a>"
			       "</a></a></a></a></a></a></a><DeviceSN>17</DeviceSN>")),
		FW_READ_BAD, "own_protocol 6|0\nown_serial 6|16\n"},
};

static void test_messages(void **state)
{
	RUN_CASES(dissect_sadp, MESSAGES);
	RUN_CASES(dissect_sadp, WRONG);
}

static enum fw_read to_port(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	return dissect_datagram(40000, 37020, bytes, len, sink);
}

static enum fw_read from_port(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	return dissect_datagram(37020, 40000, bytes, len, sink);
}

static enum fw_read beside_port(const uint8_t *bytes, size_t len, const struct fact_sink *sink)
{
	return dissect_datagram(37021, 40000, bytes, len, sink);
}

static void test_port(void **state)
{
	static struct taken taken;

	assert_true(dissect_wants_datagram(37020, 40000));
	assert_true(dissect_wants_datagram(40000, 37020));
	RUN_CASES(to_port, MESSAGES);
	RUN_CASES(from_port, MESSAGES);
	RUN_CASES(to_port, WRONG);
	assert_int_equal(run_message(beside_port, MESSAGES[0].bytes, MESSAGES[0].len, &taken), FW_READ_OTHER);
	assert_int_equal(taken.count, 0);
}

static void test_cuts(void **state)
{
	RUN_CUTS(dissect_sadp, MESSAGES, true);
}

struct about {
	uint8_t mac[6];
	size_t count, others;
};

static void take_about(void *context, const struct fact *fact)
{
	struct about *about = context;

	about->count++;
	about->others += memcmp(fact->mac, about->mac, 6) != 0;
}

/* Each fact bears the first MAC of the message, those before it too; a second MAC is nobody's. */
static void test_whom_it_is_about(void **state)
{
	static const char two[] =
		ANSWER("<DeviceSN>1</DeviceSN><MAC>x</MAC><MAC>4419B6112233</MAC><MAC>00:00:00:00:00:02</MAC><DeviceSN>2</DeviceSN>");
	static const char none[] = ANSWER("<DeviceSN>1</DeviceSN>");
	struct about about = {.mac = {0x44, 0x19, 0xb6, 0x11, 0x22, 0x33}}, nobody = {0};
	const struct fact_sink sink = {take_about, &about}, sink_of_nobody = {take_about, &nobody};

	assert_int_equal(dissect_sadp((const uint8_t *)two, sizeof(two) - 1, &sink), FW_READ_OK);
	assert_int_equal(about.count, 5);
	assert_int_equal(about.others, 0);
	assert_int_equal(dissect_sadp((const uint8_t *)none, sizeof(none) - 1, &sink_of_nobody), FW_READ_OK);
	assert_int_equal(nobody.count, 2);
	assert_int_equal(nobody.others, 0);
}

/* A text without end is cut to its ceiling, and a thousand of them are said in bounded time. */
static void test_long(void **state)
{
	static struct taken taken;
	static char message[65000];
	static const char head[] = "<ProbeMatch><DeviceSN>", tail[] = "</DeviceSN></ProbeMatch>", again[] = "<OEMInfo>y</OEMInfo>";
	size_t at = sizeof("<ProbeMatch>") - 1;

	memset(message, 'a', sizeof(message));
	memcpy(message, head, sizeof(head) - 1);
	assert_int_equal(run_message(dissect_sadp, message, sizeof(message), &taken), FW_READ_OTHER);
	memcpy(message + sizeof(message) - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
	assert_int_equal(run_message(dissect_sadp, message, sizeof(message), &taken), FW_READ_OK);
	assert_int_equal(taken.len, strlen("own_protocol 6|0\nown_serial 6|\n") + 256);
	for (; at + sizeof(again) - 1 <= sizeof(message); at += sizeof(again) - 1)
		memcpy(message + at, again, sizeof(again) - 1);
	assert_int_equal(run_message(dissect_sadp, message, at, &taken), FW_READ_SHORT);
	assert_int_equal(taken.count, 1 + at / (sizeof(again) - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_port),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_whom_it_is_about),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
