/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/settings_page.h"

#include <string.h>

static bool is_loopback(const uint8_t address[16])
{
	static const uint8_t mapped[13] = {[10] = 0xff, [11] = 0xff, [12] = 127}, one[16] = {[15] = 1};

	return memcmp(address, mapped, sizeof(mapped)) == 0 || memcmp(address, one, sizeof(one)) == 0;
}

const char *page_wrong(const struct settings_page *page, const char **out_why)
{
	*out_why = page->key[0] ? "wants page.certificate, too" : "wants page.key, too";
	if (!page->certificate[0] != !page->key[0])
		return page->key[0] ? "page.key" : "page.certificate";
	*out_why = "is not the loopback: without page.certificate and page.key the token would cross the net in clear";
	return page->port && !page->certificate[0] && !is_loopback(page->address) ? "page.address" : NULL;
}
