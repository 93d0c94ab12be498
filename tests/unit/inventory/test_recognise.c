/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Banners held against signatures: what they say of the device, what the clue shows, and what it costs when they come again. */
#include "inventory/inventory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "nomem.h"

static const uint8_t MAC[6] = {0x00, 0x12, 0x34, 0xa1, 0xb2, 0xc3};
static const uint8_t ADDRESS[16] = {[10] = 0xff, [11] = 0xff, 192, 168, 0, 2};
static const uint8_t OTHER[16] = {[10] = 0xff, [11] = 0xff, 192, 168, 0, 3};

#define PARAM(name, value) "<param pos=\"0\" name=\"" name "\" value=\"" value "\"/>"
#define SET(kind, inside) "<fingerprints matches=\"" kind "\">" inside "</fingerprints>"

static const char *const SETS[] = {
	SET("http_header.server",
		"<fingerprint pattern=\"^Acme-Cam/(\\d+) (\\w+)$\">" PARAM("hw.vendor", "Acme") PARAM("hw.device", "IP Camera") PARAM(
			"os.vendor",
			"Acme") "<param pos=\"1\" name=\"os.version\"/><param pos=\"2\" name=\"hw.product\"/></fingerprint>"
				"<fingerprint pattern=\"^Doubtful$\">" PARAM("hw.vendor", "Doubt") PARAM("hw.certainty",
					"0.4") "</fingerprint>"
					       "<fingerprint pattern=\"^nginx\">" PARAM("service.vendor", "nginx") PARAM(
						       "service.product", "nginx") PARAM("os.vendor",
						       "Linux") "</fingerprint>"
								"<fingerprint pattern=\"^RouterSystem/(\\S+)\">" PARAM(
									"os.vendor", "Rout") PARAM("os.device",
									"Broadband Router") "<param pos=\"1\" "
											    "name=\"os.version\"/></fingerprint>"
											    "<fingerprint pattern=\"^Desk\">" PARAM(
												    "hw.vendor", "Desk") PARAM("hw.device",
												    "Desktop") PARAM("hw.family",
												    "D") "</fingerprint>"
													 "<fingerprint "
													 "pattern=\"^inside\">" PARAM(
														 "hw.maker",
														 "Inside") "</"
															   "fingerprint><"
															   "fingerprint "
															   "pattern=\"^(x+)"
															   "+$\"/>"),
	SET("http_header.wwwauth",
		"<fingerprint pattern=\"^Digest realm=&quot;AC_(\\w+)&quot;\">" PARAM("hw.vendor", "Acme") "</fingerprint>"),
	SET("html_title", "<fingerprint pattern=\"^Acme\">" PARAM("hw.vendor", "Acme") "</fingerprint>"),
	SET("ssh.banner", "<fingerprint pattern=\"^AcmeSSH\">" PARAM("hw.vendor", "Acme") "</fingerprint>"),
	SET("ssdp_header.server", "<fingerprint pattern=\"Acme\">" PARAM("hw.vendor", "Acme") "</fingerprint>"),
	SET("mdns.device-info.txt", "<fingerprint pattern=\"^model=A\">" PARAM("hw.vendor", "Acme") "</fingerprint>"),
	SET("x509.subject", "<fingerprint pattern=\"^CN=acme\">" PARAM("hw.vendor", "Acme") "</fingerprint>"),
	SET("ntp.readvar", "<fingerprint pattern=\"^version=acme\">" PARAM("service.product", "acme ntp") "</fingerprint>"),
	SET("dhcp_vendor_class", "<fingerprint pattern=\"^ACME\">" PARAM("hw.vendor", "Acme") "</fingerprint>"),
};

static struct inventory *fresh(void)
{
	struct inventory_config config = {.device_max = 8};
	struct inventory *inventory = NULL;

	assert_int_equal(inventory_new(&config, &inventory), 0);
	assert_int_equal(inventory_tie(inventory, MAC, ADDRESS, 1), 0);
	for (size_t i = 0; i < sizeof(SETS) / sizeof(SETS[0]); i++) {
		struct fault fault;
		char name[16];

		snprintf(name, sizeof(name), "set%zu.xml", i);
		int error = inventory_read_signatures(inventory, name, SETS[i], strlen(SETS[i]), &fault);

		if (error == -ENOSYS) {
			inventory_free(inventory);
			print_message("SKIP recognise: built without what reads recog's form\n");
			skip();
		}
		assert_int_equal(error, 0);
		assert_string_equal(fault.sentence, "");
	}
	return inventory;
}

static struct slice slice_of(const char *text)
{
	return text ? (struct slice){(const uint8_t *)text, strlen(text)} : (struct slice){0};
}

static void say(struct inventory *inventory, uint32_t device, enum fact_kind kind, const char *text, uint32_t number, const char *name)
{
	const struct fact fact = {.kind = kind, .text = slice_of(text), .number = number, .name = slice_of(name)};

	inventory_note_fact(inventory, device, &fact);
}

static const char *says_of(const struct inventory *inventory, const char *source)
{
	const struct device *device = inventory_device(inventory, 0);

	for (unsigned i = 0; i < device->clue_count; i++)
		if (!strcmp(device->clues[i].source, source))
			return device->clues[i].says;
	return NULL;
}

static void banners_state_what_they_say(void **state)
{
	static const struct {
		enum fact_kind kind;
		const char *text;
		uint32_t number;
		const char *name, *source, *says, *brand, *device_kind, *model, *firmware;
	} cases[] = {
		{FACT_HTTP_SERVER, "Acme-Cam/7 C1", 0, NULL, "http server", "brand: Acme; kind: camera; model: C1; firmware: 7", "Acme",
			"camera", "C1", "7"},
		{FACT_HTTP_SERVER, "nginx/1.2", 0, NULL, "http server", "runs: nginx", "", "", "", ""},
		{FACT_HTTP_SERVER, "RouterSystem/6.1 x", 0, NULL, "http server", "brand: Rout; kind: router; firmware: 6.1", "Rout",
			"router", "", "6.1"},
		{FACT_HTTP_SERVER, "Desk", 0, NULL, "http server", "brand: Desk; model: D", "Desk", "", "D", ""},
		{FACT_HTTP_SERVER, "inside", 0, NULL, "http server", "maker: Inside", "", "", "", ""},
		{FACT_HTTP_SERVER, "somebody else", 0, NULL, "http server", "", "", "", "", ""},
		{FACT_HTTP_REALM, "Digest realm=\"AC_12\", nonce=\"1\"", 0, NULL, "http realm", "brand: Acme", "Acme", "", "", ""},
		{FACT_HTTP_TITLE, "Acme", 200, NULL, "http title", "brand: Acme", "Acme", "", "", ""},
		{FACT_HTTP_TITLE, "Acme", 404, NULL, "http title", NULL, "", "", "", ""},
		{FACT_SSH_SERVER, "SSH-2.0-AcmeSSH_1", 0, NULL, "ssh banner", "brand: Acme", "Acme", "", "", ""},
		{FACT_SSH_SERVER, "SSH-AcmeSSH_1", 0, NULL, "ssh banner", "", "", "", "", ""},
		{FACT_SSDP_SERVER, "Linux Acme", 0, NULL, "ssdp server", "brand: Acme", "Acme", "", "", ""},
		{FACT_MDNS_TEXT, "model=A1", 0, "x._device-info._tcp.local", "mdns txt", "brand: Acme", "Acme", "", "A1", ""},
		{FACT_MDNS_TEXT, "modex=A1", 0, "x._device-info._tcp.local", "mdns txt", NULL, "", "", "", ""},
		{FACT_TLS_CERTIFICATE_SUBJECT, "acme.local", 0, NULL, "tls certificate", "brand: Acme", "Acme", "", "", ""},
		{FACT_NTP_VARIABLE, "acme 1", 0, "version", "ntp version", "runs: acme ntp", "", "", "", ""},
		{FACT_DHCP_VENDOR_CLASS, "ACME cam", 0, NULL, "dhcp 60", "brand: Acme", "Acme", "", "", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inventory *inventory = fresh();
		const char *says;

		say(inventory, 0, cases[i].kind, cases[i].text, cases[i].number, cases[i].name);
		inventory_settle(inventory);
		const struct device *device = inventory_device(inventory, 0);

		says = says_of(inventory, cases[i].source);
		if (!says != !cases[i].says || (says && strcmp(says, cases[i].says) != 0))
			fail_msg("%zu, %s: %s", i, cases[i].text, says ? says : "no clue");
		assert_string_equal(device->brand.name, cases[i].brand);
		assert_string_equal(device->kind.name, cases[i].device_kind);
		assert_string_equal(device->model.name, cases[i].model);
		assert_string_equal(device->firmware.name, cases[i].firmware);
		inventory_free(inventory);
	}
}

static void what_is_looked_for_is_not_said(void **state)
{
	struct inventory *inventory = fresh();

	say(inventory, 0, FACT_SSDP_METHOD, "M-SEARCH", 0, NULL);
	say(inventory, 0, FACT_SSDP_SERVER, "Acme", 0, NULL);
	assert_null(says_of(inventory, "ssdp server"));
	inventory_free(inventory);
}

static void certainty_makes_weaker(void **state)
{
	struct inventory *inventory = fresh();
	uint8_t sure;

	say(inventory, 0, FACT_HTTP_SERVER, "Desk", 0, NULL);
	inventory_settle(inventory);
	sure = inventory_device(inventory, 0)->brand.confidence;
	inventory_free(inventory);
	inventory = fresh();
	say(inventory, 0, FACT_HTTP_SERVER, "Doubtful", 0, NULL);
	inventory_settle(inventory);
	assert_true(inventory_device(inventory, 0)->brand.confidence < sure);
	inventory_free(inventory);
}

/* A wild pattern counts each time that it is run: the same banner again runs none. */
static void the_same_banner_again_is_not_matched_again(void **state)
{
	struct inventory *inventory = fresh();
	struct inventory_signatures signatures;
	const char *wild = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxy";

	for (int i = 0; i < 5; i++)
		say(inventory, 0, FACT_HTTP_SERVER, wild, 0, NULL);
	inventory_signatures(inventory, &signatures);
	assert_int_equal(signatures.stalls, 1);
	say(inventory, 0, FACT_HTTP_SERVER, wild + 1, 0, NULL);
	inventory_signatures(inventory, &signatures);
	assert_int_equal(signatures.stalls, 2);
	inventory_free(inventory);
}

static void each_device_states_it(void **state)
{
	struct inventory *inventory = fresh();
	uint32_t other = inventory_see(inventory, NULL, OTHER, 2);

	for (int i = 0; i < 3; i++) {
		say(inventory, 0, FACT_HTTP_SERVER, "Desk", 0, NULL);
		say(inventory, other, FACT_HTTP_SERVER, "Desk", 0, NULL);
	}
	inventory_settle(inventory);
	assert_string_equal(inventory_device(inventory, 0)->brand.name, "Desk");
	assert_string_equal(inventory_device(inventory, other)->brand.name, "Desk");
	inventory_free(inventory);
}

static void other_names_are_refused(void **state)
{
	struct inventory *inventory = fresh();
	struct fault fault;

	assert_int_equal(inventory_read_signatures(inventory, "notes.txt", "", 0, &fault), -EINVAL);
	assert_string_not_equal(fault.sentence, "");
	assert_int_equal(inventory_read_signatures(inventory, "none", "", 0, NULL), -EINVAL);
	inventory_free(inventory);
}

static void what_is_shipped_is_read(void **state)
{
	struct inventory *inventory = fresh();
	struct inventory_signatures before, after;

	inventory_signatures(inventory, &before);
	assert_int_equal(inventory_read_shipped(inventory), 0);
	inventory_signatures(inventory, &after);
	assert_true(after.fingerprints > before.fingerprints);
	assert_int_equal(after.left_out, 0);
	inventory_free(inventory);
}

/* Every allocation fails once: a file is read whole or not at all, and what was read before goes on. */
static void without_memory(void **state)
{
	const struct inventory_config config = {.device_max = 8};
	unsigned failed = 0;
	bool one_failed = true;

	for (unsigned at = 0; one_failed; at++) {
		struct inventory *inventory = NULL;
		struct inventory_signatures before, after;

		assert_int_equal(inventory_new(&config, &inventory), 0);
		assert_int_equal(inventory_tie(inventory, MAC, ADDRESS, 1), 0);
		if (inventory_read_signatures(inventory, "a.xml", SETS[2], strlen(SETS[2]), NULL) == -ENOSYS) {
			print_message("SKIP without_memory: built without what reads recog's form\n");
			skip();
		}
		inventory_signatures(inventory, &before);
		nomem_start(at, false);
		int error = inventory_read_signatures(inventory, "b.xml", SETS[0], strlen(SETS[0]), NULL);

		one_failed = nomem_stop();
		inventory_signatures(inventory, &after);
		assert_int_equal(error == 0, after.files == before.files + 1);
		assert_int_equal(error == 0, after.fingerprints == before.fingerprints + 7);
		if (error) {
			assert_int_equal(error, -ENOMEM);
			failed++;
		}
		say(inventory, 0, FACT_HTTP_TITLE, "Acme", 200, NULL);
		assert_string_equal(says_of(inventory, "http title"), "brand: Acme");
		inventory_free(inventory);
	}
	assert_true(failed > 20);
}

static void without_memory_from_the_start(void **state)
{
	const struct inventory_config config = {.device_max = 8};
	bool one_failed = true;

	for (unsigned at = 0; one_failed; at++) {
		struct inventory *inventory = NULL;

		assert_int_equal(inventory_new(&config, &inventory), 0);
		nomem_start(at, false);
		int error = inventory_read_signatures(inventory, "a.xml", SETS[0], strlen(SETS[0]), NULL);

		one_failed = nomem_stop();
		assert_true(error == 0 || error == -ENOMEM || error == -ENOSYS);
		if (error == -ENOMEM)
			assert_int_equal(inventory_read_signatures(inventory, "a.xml", SETS[0], strlen(SETS[0]), NULL), 0);
		inventory_free(inventory);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(banners_state_what_they_say),
		cmocka_unit_test(what_is_looked_for_is_not_said),
		cmocka_unit_test(certainty_makes_weaker),
		cmocka_unit_test(the_same_banner_again_is_not_matched_again),
		cmocka_unit_test(each_device_states_it),
		cmocka_unit_test(other_names_are_refused),
		cmocka_unit_test(what_is_shipped_is_read),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(without_memory_from_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
