/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies of HTTP: titles, descriptions, SOAP. Each dialogue also cut in two at every place and byte by byte (talk.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "talk.h"

#define HTML "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n"
#define XML "HTTP/1.0 200 OK\r\nContent-Type: text/xml; charset=\"utf-8\"\r\n\r\n"
#define POST "POST /x HTTP/1.1\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
#define SOAP(body) \
	"<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>" body "</s:Body></s:Envelope>"

static const struct dialogue TITLES[] = {
	{"a title, until the connection ends", 80,
		{SERVER(HTML "<html><head><meta charset=utf-8><title>\r\n DVR &amp; Web \xc3\xa9\r\n</title></head>x")},
		"RESPONSE 200\nhttp_title 200|DVR%20&amp;%20Web%20%C3%A9\n"},
	{"by length, and what comes behind", 80,
		{SERVER("HTTP/1.1 401 No\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<TITLE>Login</Title>"
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")},
		"RESPONSE 401\nhttp_title 401|Login\nRESPONSE 200\n"},
	{"in chunks", 80,
		{SERVER("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
			"chunked\r\n\r\n8\r\n<html><t\r\n7\r\nitle>NV\r\n3;x=y\r\nR</\r\n6\r\ntitle>\r\n0\r\n\r\n"
			"HTTP/1.1 204 No\r\n\r\n")},
		"RESPONSE 200\nhttp_title 200|NVR\nRESPONSE 204\n"},
	{"scripts, comments and attributes that hold one", 80,
		{SERVER(HTML
			"<!DOCTYPE html PUBLIC \"-//W3C//DTD\"><!-- <title>a</title> --><script>if (a<b) x=\"<title>b</title>\";</script>"
			"<style a='<title>c</title>'></styl</style>"
			"<meta content=\"<title>d</title>\"><!--> --><title id=t>a<b> </titl</tITLE ><title>e</title>")},
		"RESPONSE 200\nhttp_title 200|a<b>%20</titl\n"},
	{"terminal escapes pass as they are, for others to escape", 80, {SERVER(HTML "<title>\x1b[31m\x07</title>")},
		"RESPONSE 200\nhttp_title 200|%1B[31m%07\n"},
	{"XHTML", 80,
		{SERVER(XML "<?xml version='1.0'?><html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>X</title></head></html>")},
		"RESPONSE 200\nhttp_title 200|X\n"},
	{"a title in the body of a page is a picture's", 80, {SERVER(HTML "<html><body><svg><title>x</title></svg>")}, "RESPONSE 200\n"},
	{"frames, head without title, empty title", 80,
		{SERVER("HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n<frameset></frameset><title>x</title>\n"
			"HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n<head></head><title>x</title>"
			"HTTP/1.1 200 OK\r\nContent-Length: 32\r\n\r\n<title> </title><title>x</title>")},
		"RESPONSE 200\nRESPONSE 200\nRESPONSE 200\n"},
	{"a title that is never closed", 80, {SERVER(HTML "<title>abc"), SERVER("def</title")}, "RESPONSE 200\n"},
	{"not read: other types, compressed, no markup, requests", 80,
		{CLIENT("PUT /x HTTP/1.1\r\nContent-Type: text/html\r\nContent-Length: 16\r\n\r\n<title>a</title>"
			"PUT /y HTTP/1.1\r\nContent-Type: text/xml\r\nContent-Length: 16\r\n\r\n<title>a</title>"),
			SERVER("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n<title>a</title>"
			       "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 16\r\n\r\n<title>a</title>"
			       "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 18\r\n\r\np=<title>a</title>"
			       "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 19\r\n\r\n\xef\xbb\xbf<title>b</title>")},
		"REQUEST PUT /x\nREQUEST PUT /y\nRESPONSE 200\nRESPONSE 200\nRESPONSE 200\nRESPONSE 200\nhttp_title 200|b\n"},
	{"a new message where the connection should have ended", 80,
		{SERVER(HTML "<html><head>"), SERVER("HTTP/1.0 404 No\r\nContent-Length: 0\r\n\r\n")}, "RESPONSE 200\nRESPONSE 404\n"},
};

#define DEVICE(inner) \
	"<?xml version=\"1.0\"?>\n<root xmlns=\"urn:schemas-upnp-org:device-1-0\"><specVersion><major>1</major></specVersion>" \
	"<device>" inner "</device></root>"

static const struct dialogue DESCRIPTIONS[] = {
	{"the root device, without those embedded in it", 49152,
		{CLIENT("GET /setup.xml HTTP/1.1\r\n\r\n"),
			SERVER(XML DEVICE("<deviceType>urn:Belkin:device:controllee:1</deviceType><friendlyName>Lamp &lt;1></friendlyName>"
					  "<manufacturer>Belkin International Inc.</manufacturer><modelDescription>Plugin "
					  "Socket</modelDescription>"
					  "<modelName> Socket\n</modelName><modelNumber>1.0</modelNumber>"
					  "<deviceList><device><friendlyName>inner</friendlyName></device></deviceList>"
					  "<serialNumber>221</serialNumber><UDN>uuid:Socket-1</UDN><x/><modelURL/><firmwareVersion>WeMo_2"
					  "</firmwareVersion><manufacturer/>"))},
		"REQUEST GET /setup.xml\nRESPONSE 200\nupnp_type urn:Belkin:device:controllee:1\nupnp_name Lamp%20&lt;1>\n"
		"upnp_maker Belkin%20International%20Inc.\nupnp_description Plugin%20Socket\nupnp_model Socket\nupnp_model_number 1.0\n"
		"upnp_serial 221\nupnp_udn uuid:Socket-1\nupnp_firmware WeMo_2\n"},
	{"CDATA, comments, prefixes, labelled as a page", 80,
		{SERVER(HTML "<r:root><r:device a='>' b = \"<\"><r:friendlyName><!-- x -->a<![CDATA[<b]x]]]>c</r:friendlyName>")},
		"RESPONSE 200\nupnp_name a<b]x]c\n"},
	{"a client's upload is about another device", 80,
		{CLIENT("PUT /x HTTP/1.1\r\nContent-Type: text/xml\r\nContent-Length: 64\r\n\r\n"
			"<root><device><friendlyName>x</friendlyName></device></root>    ")},
		"REQUEST PUT /x\n"},
	{"a closing tag that does not fit", 80,
		{SERVER(XML "<root><device><friendlyName>a</friendlyNam></device><device><friendlyName>b</friendlyName>")},
		"RESPONSE 200\nupnp_name a\n"},
	{"a document type with entities", 80,
		{SERVER(XML "<!DOCTYPE r [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]><root><device><friendlyName>&c;</friendlyName>")},
		"RESPONSE 200\n"},
	{"markup that is none, names without end", 80,
		{SERVER(XML "<root>< <device><friendlyName>1 < 2</friendlyName><friendlyNameeeeeeeeeeeeeeeeeeeeeeeeeeeee>x"
			    "</friendlyNameeeeeeeeeeeeeeeeeeeeeeeeeeeee><-><![x]><!-x><UDN>u</UDN>")},
		"RESPONSE 200\nupnp_name 1%20<%202\nupnp_udn u\n"},
};

#define ARGUMENTS \
	"<NewRemoteHost></NewRemoteHost><NewExternalPort dt:dt=\"ui2\">8080</NewExternalPort><NewProtocol>TCP</NewProtocol>" \
	"<NewInternalPort>80</NewInternalPort><NewInternalClient>192.168.0.13</NewInternalClient><NewEnabled>1</NewEnabled>" \
	"<NewPortMappingDescription>cam</NewPortMappingDescription>"
#define MAPPING \
	"POST /c HTTP/1.1\r\nContent-Type: text/xml\r\n\
Content-Length: 493\r\n\r\n" SOAP( \
		"<u:AddPortMapping xmlns:u=\"urn:schemas-upnp-org:service:WANIPConnection:1\">" ARGUMENTS "</u:AddPortMapping>")
#define SAID "upnp_port_mapping 192.168.0.13|8080|80|TCP|cam\n"
#define FAULT(code) \
	SOAP("<s:Fault><faultcode>s:Client</faultcode><detail><UPnPError><errorCode>" code "</errorCode></UPnPError></detail></s:Fault>")

static const struct dialogue SOAPS[] = {
	{"a port mapping accepted", 5000, {CLIENT(MAPPING), SERVER("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")},
		"REQUEST POST /c\n" SAID "RESPONSE 200\nupnp_port_mapped 1|0\n"},
	{"refused with a code, without one, without a body, by another status", 5000,
		{CLIENT(MAPPING), SERVER("HTTP/1.1 500 Oops\r\nContent-Type: text/xml\r\nContent-Length: 231\r\n\r\n" FAULT("718")),
			CLIENT(MAPPING MAPPING MAPPING),
			SERVER("HTTP/1.1 500 Oops\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n<a>\r\n0\r\n\r\n"
			       "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\nHTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"
			       "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")},
		"REQUEST POST /c\n" SAID "RESPONSE 500\nupnp_port_mapped 0|718\nREQUEST POST /c\n" SAID "REQUEST POST /c\n" SAID
		"REQUEST POST /c\n" SAID "RESPONSE 500\nupnp_port_mapped 0|0\nRESPONSE 500\nupnp_port_mapped 0|0\nRESPONSE "
		"401\nupnp_port_mapped 0|0\nRESPONSE 200\n"},
	{"refused, until the connection ends", 5000,
		{CLIENT(MAPPING), SERVER("HTTP/1.0 500 Oops\r\nContent-Type: text/xml\r\n\r\n" FAULT("606"))},
		"REQUEST POST /c\n" SAID "RESPONSE 500\nupnp_port_mapped 0|606\n"},
	{"any port, arguments that lie", 5000,
		{CLIENT(POST
			"117\r\n" SOAP("<AddAnyPortMapping><NewExternalPort>65536</NewExternalPort><NewInternalPort>-1</NewInternalPort>"
				       "<NewInternalClient>1.2.3.256</NewInternalClient></AddAnyPortMapping>") "\r\n0\r\n\r\n")},
		"REQUEST POST /x\nupnp_port_mapping ::|0|0||\n"},
	{"what a gateway tells of its mappings is no request", 5000,
		{SERVER(XML SOAP("<AddPortMapping>" ARGUMENTS "</AddPortMapping><GetSpecificPortMappingEntryResponse>" ARGUMENTS
				 "</GetSpecificPortMappingEntryResponse>"))},
		"RESPONSE 200\n"},
	{"ONVIF device information", 80,
		{SERVER(XML SOAP("<tds:GetDeviceInformationResponse><tds:Manufacturer>Acme</tds:Manufacturer><tds:Model>C1</tds:Model>"
				 "<tds:FirmwareVersion>V5.2</tds:FirmwareVersion><tds:SerialNumber>77</tds:SerialNumber>"
				 "<tds:HardwareId>88</tds:HardwareId></tds:GetDeviceInformationResponse>"))},
		"RESPONSE 200\nonvif_maker Acme\nonvif_model C1\nonvif_firmware V5.2\nonvif_serial 77\nonvif_hardware 88\n"},
	{"HNAP settings, told and set", 80,
		{CLIENT("POST /HNAP1/ HTTP/1.1\r\nContent-Type: text/xml\r\nContent-Length: 191\r\n\r\n" SOAP(
			 "<SetDeviceSettings><AdminPassword>secret</AdminPassword></SetDeviceSettings>")),
			SERVER(XML SOAP(
				"<GetDeviceSettingsResponse "
				"xmlns=\"http://purenetworks.com/HNAP1/\"><DeviceName>IoTCam</DeviceName><VendorName>D-Link</VendorName>"
				"<ModelDescription>Camera</ModelDescription><ModelName>DCS-935L</ModelName><FirmwareVersion>1.06</"
				"FirmwareVersion>"
				"<HardwareVersion>A1</HardwareVersion></GetDeviceSettingsResponse>"))},
		"REQUEST POST /HNAP1/\nRESPONSE 200\nhnap_name IoTCam\nhnap_maker D-Link\nhnap_description Camera\nhnap_model DCS-935L\n"
		"hnap_firmware 1.06\nhnap_hardware A1\n"},
	{"a TR-069 Inform", 7547,
		{CLIENT("POST /acs HTTP/1.1\r\nContent-Type: text/xml\r\nContent-Length: 1082\r\n\r\n" SOAP(
			"<cwmp:Inform><DeviceId><Manufacturer>Acme</Manufacturer><OUI>00040E</OUI><ProductClass>Router</ProductClass>"
			"<SerialNumber>0004</SerialNumber></DeviceId>"
			"<Event soap-enc:arrayType=\"cwmp:EventStruct[2]\"><EventStruct><EventCode>0 "
			"BOOTSTRAP</EventCode><CommandKey/></EventStruct>"
			"<EventStruct><EventCode>1 BOOT</EventCode></EventStruct></Event><MaxEnvelopes>1</MaxEnvelopes><ParameterList>"
			"<ParameterValueStruct><Name>InternetGatewayDevice.DeviceInfo.SoftwareVersion</Name><Value "
			"xsi:type=\"xsd:string\">7.29</Value></ParameterValueStruct>"
			"<ParameterValueStruct><Name/><Value>none</Value></ParameterValueStruct>"
			"<ParameterValueStruct><Name>Device.DeviceInfo.HardwareVersion</Name><Value>B2</Value></ParameterValueStruct>"
			"<ParameterValueStruct><Name>Device.DeviceInfo.ModelName</Name><Value>M3</Value></ParameterValueStruct>"
			"<ParameterValueStruct><Name>Device.ManagementServer.ConnectionRequestURL</Name><Value>http://1/</Value></"
			"ParameterValueStruct>"
			"</ParameterList></cwmp:Inform>"))},
		"REQUEST POST /acs\ncwmp_maker Acme\ncwmp_oui 00040E\ncwmp_class Router\ncwmp_serial 0004\ncwmp_event 0%20BOOTSTRAP\n"
		"cwmp_event 1%20BOOT\ncwmp_software 7.29\ncwmp_hardware B2\ncwmp_model M3\n"},
	{"a directed probe over HTTP", 80,
		{CLIENT(POST "94\r\n" SOAP("<Probe><Types>a:b</Types></Probe>") "\r\n0\r\n\r\n"),
			SERVER(XML SOAP("<ProbeMatches><ProbeMatch><Types>tdn:X</Types></ProbeMatch><ProbeMatch><Types>\n p:Y  "
					"q:Z\n</Types></ProbeMatch>"
					"</ProbeMatches>"))},
		"REQUEST POST /x\nwsd_message 0|Probe\nRESPONSE 200\nwsd_message 0|ProbeMatches\nwsd_type 0|tdn:X\nwsd_type "
		"1|p:Y\nwsd_type "
		"1|q:Z\n"},
};

#define CHECK(table) talk_check(table, sizeof(table) / sizeof((table)[0]))

static void test_dialogues(void **state)
{
	CHECK(TITLES);
	CHECK(DESCRIPTIONS);
	CHECK(SOAPS);
}

static void say(struct talk *talk, int direction, const char *text)
{
	talk_say(talk, direction, text, strlen(text));
}

/* Of a long title the beginning is said; one that does not end within a page's length is none. */
static void test_long_title(void **state)
{
	static char text[60000];
	char wanted[320] = "RESPONSE 200\nhttp_title 200|";
	struct talk *talk = talk_new(80);

	memset(text, 'a', sizeof(text));
	say(talk, 1, HTML "<title>");
	talk_say(talk, 1, text, sizeof(text));
	say(talk, 1, "</title>");
	memset(wanted + strlen(wanted), 'a', 256);
	strncat(wanted, "\n", 2);
	assert_string_equal(talk_facts(talk), wanted);
	talk_free(talk);
	talk = talk_new(80);
	say(talk, 1, HTML "<title>");
	for (int i = 0; i < 20; i++)
		talk_say(talk, 1, text, sizeof(text));
	say(talk, 1, "</title>");
	assert_string_equal(talk_facts(talk), "RESPONSE 200\nDONE\n");
	talk_free(talk);
}

/* Elements within elements without end, of ours and of others. */
static void test_nested(void **state)
{
	static const char *const NESTS[] = {"<x>", "<device>", "<root><device>"};

	for (size_t nest = 0; nest < sizeof(NESTS) / sizeof(NESTS[0]); nest++) {
		struct talk *talk = talk_new(80);
		say(talk, 1, XML "<root><device>");
		for (int i = 0; i < 100; i++)
			say(talk, 1, NESTS[nest]);
		for (int i = 0; i < 100; i++)
			say(talk, 1, "</x>");
		say(talk, 1, "<friendlyName>x</friendlyName>");
		assert_string_equal(talk_facts(talk), "RESPONSE 200\n");
		talk_free(talk);
	}
}

/* Depth that is let through comes back to where it began. */
static void test_nested_within_bounds(void **state)
{
	struct talk *talk = talk_new(80);

	say(talk, 1, XML "<root><device>");
	for (int i = 0; i < 64; i++)
		say(talk, 1, "<device>");
	for (int i = 0; i < 64; i++)
		say(talk, 1, "</device>");
	say(talk, 1, "<friendlyName>x</friendlyName>");
	assert_string_equal(talk_facts(talk), "RESPONSE 200\nupnp_name x\n");
	talk_free(talk);
}

static void test_long_document(void **state)
{
	struct talk *talk = talk_new(80);
	static char text[250000];

	memset(text, ' ', sizeof(text));
	say(talk, 1, XML "<root><device>");
	talk_say(talk, 1, text, sizeof(text));
	say(talk, 1, "<friendlyName>x</friendlyName>");
	talk_say(talk, 1, text, 20000);
	say(talk, 1, "<friendlyName>y</friendlyName>");
	assert_string_equal(talk_facts(talk), "RESPONSE 200\nupnp_name x\n");
	talk_free(talk);
}

/* What is missing may have been anything: the document is over, and so is the wait for an error code. */
static void test_gap(void **state)
{
	struct talk *talk = talk_new(5000);
	char body[3000];

	memset(body, 'b', sizeof(body));
	say(talk, 0, MAPPING);
	say(talk, 1, "HTTP/1.1 500 Oops\r\nContent-Type: text/xml\r\nContent-Length: 20000\r\n\r\n<s:Envelope><s:Body><s:Fault>");
	talk_lose(talk, 1, 500);
	for (int i = 0; i < 4; i++)
		talk_say(talk, 1, body, sizeof(body));
	say(talk, 1, "<detail><UPnPError><errorCode>1</errorCode>");
	assert_string_equal(talk_facts(talk), "REQUEST POST /c\n" SAID "RESPONSE 500\nupnp_port_mapped 0|0\n");
	talk_free(talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogues),
		cmocka_unit_test(test_long_title),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_nested_within_bounds),
		cmocka_unit_test(test_long_document),
		cmocka_unit_test(test_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
