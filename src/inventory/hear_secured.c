/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What TLS, SSH and ADB let slip before they are encrypted: the program that calls (JA4), the names on a certificate, the SSH
 * server's version, the product that Android says it is. A certificate is the word of whoever made it: its names are kept and
 * not believed, but for those that data/signatures has a row for, as it has for what else a device says of itself.
 */
#include "inventory/hear_secured.h"

#include <string.h>

#include "inventory/name.h"

/* Android's build properties are set by whoever builds the firmware. */
enum { SURE_PROPERTY = 70 };

/* One property of "device::ro.product.name=x;ro.product.model=y;", empty where it is not there. */
static struct slice property(struct slice banner, const char *key)
{
	size_t at = words_find(banner, key);

	return at == SIZE_MAX ? (struct slice){0} : words_until(words_from(banner, at + strlen(key)), ';');
}

static void hear_adb(const struct ear *ear, struct slice banner)
{
	struct slice model = words_trim(property(banner, "ro.product.model="));

	if (!name_usable(model)) {
		keep(ear, CLUE_BANNER, "adb device", banner, "runs: Android");
		return;
	}
	keep_stated(ear, CLUE_BANNER, "adb model", model, "model: ");
	state(ear, CLUE_BANNER, TRAIT_MODEL, model, SURE_PROPERTY);
}

void hear_secured(const struct ear *ear, const struct fact *fact)
{
	struct slice text = words_trim(fact->text);

	switch (fact->kind) {
	case FACT_TLS_JA4:
		keep(ear, CLUE_SECURED, "tls ja4", text, NULL);
		break;
	case FACT_TLS_CERTIFICATE_SUBJECT:
		keep(ear, CLUE_SECURED, "tls certificate", text, NULL);
		break;
	case FACT_TLS_CERTIFICATE_ORGANISATION:
		keep(ear, CLUE_SECURED, "tls organisation", text, NULL);
		break;
	case FACT_TLS_CERTIFICATE_NAME:
		/* of dozens, those that somebody wrote a row about */
		if (told_known(ear->inventory, "tls certificate name", text))
			keep(ear, CLUE_SECURED, "tls certificate name", text, NULL);
		break;
	case FACT_SSH_SERVER:
		keep(ear, CLUE_BANNER, "ssh banner", text, NULL);
		break;
	case FACT_ADB_DEVICE:
		hear_adb(ear, text);
		break;
	default: /* what a client is called says what program runs, which JA4 tells of more of them */
		break;
	}
}
