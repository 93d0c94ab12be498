/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/company.h"

static void test_names(void **state)
{
	static const struct {
		const char *registered, *called;
	} names[] = {
		{"", ""},
		{"Apple, Inc.", "Apple"},
		{"Cisco Systems, Inc", "Cisco Systems"},
		{"Samsung Electronics Co.,Ltd", "Samsung Electronics"},
		{"Hangzhou Hikvision Digital Technology Co.,Ltd.", "Hangzhou Hikvision Digital Technology"},
		{"Zhejiang Dahua Technology Co., Ltd.", "Zhejiang Dahua Technology"},
		{"Shenzhen Something Co.Ltd", "Shenzhen Something"},
		{"AVM Audiovisuelles Marketing und Computersysteme GmbH", "AVM Audiovisuelles Marketing und Computersysteme"},
		{"AVM GmbH & Co. KG", "AVM"},
		{"Signify B.V.", "Signify"},
		{"Telecom Italia S.p.A.", "Telecom Italia"},
		{"Axis Communications AB", "Axis Communications"},
		{"Intel Corporate", "Intel Corporate"},
		{"Sonos, Inc. (Santa Barbara)", "Sonos, Inc. (Santa Barbara)"},
		{"CO LTD", "CO"},
		{"Inc.", "Inc."},
		{"LG Electronics", "LG Electronics"},
		{"Visa", "Visa"},
		{" , ", " , "},
		{"Acme a-very-long-last-word-without-an-end", "Acme a-very-long-last-word-without-an-end"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len = company_len(names[i].registered);

		if (len != strlen(names[i].called) || memcmp(names[i].registered, names[i].called, len) != 0)
			fail_msg("%s became %.*s", names[i].registered, (int)len, names[i].registered);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
