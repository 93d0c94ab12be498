/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of the section "guard", back to YAML. */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "conf/guard.h"

/* Names, URLs and hosts were read as clean text: only quotes can be in the way. */
static void put_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++)
		fprintf(out, "%s%c", *text == '"' ? "\\" : "", *text);
	fputc('"', out);
}

void guard_write_entry(FILE *out, const struct settings *settings, const struct list *list, uint32_t index)
{
	const char *base = (const char *)settings + list->offset;
	const struct settings_who *who = (const struct settings_who *)(const void *)base + index;
	char word[TEXT_ADDRESS_MAX];

	switch (list->kind) {
	case LIST_INTERFACE:
		put_text(out, base + (size_t)index * GUARD_INTERFACE_MAX);
		return;
	case LIST_HOST:
		put_text(out, base + (size_t)index * GUARD_HOST_MAX);
		return;
	case LIST_WHO:
		put_text(out, who->by_mac ? text_mac(word, who->mac) : text_address(word, who->address));
		return;
	default:
		fprintf(out, "%u", ((const uint16_t *)(const void *)base)[index]);
	}
}

static void put_device(FILE *out, const struct settings_device *device)
{
	char mac[TEXT_MAC_MAX];

	fputs("    - mac: ", out);
	put_text(out, text_mac(mac, device->mac));
	if (device->name[0]) {
		fputs("\n      name: ", out);
		put_text(out, device->name);
	}
	if (device->mud[0]) {
		fputs("\n      mud: ", out);
		put_text(out, device->mud);
	}
	fputs(device->admin ? "\n      admin: true\n" : "\n", out);
}

static void put_controller(FILE *out, const struct settings_controller *controller)
{
	char word[TEXT_ADDRESS_MAX];

	fputs("    - class: ", out);
	put_text(out, controller->name);
	fputs("\n      addresses: [", out);
	for (uint32_t i = 0; i < controller->address_count; i++) {
		fputs(i ? ", " : "", out);
		put_text(out, text_address(word, controller->addresses[i]));
	}
	fputs("]\n", out);
}

void guard_write_devices(FILE *out, const struct settings_guard *guard)
{
	fputs(guard->device_count ? "  devices:\n" : "  devices: []\n", out);
	for (uint32_t i = 0; i < guard->device_count; i++)
		put_device(out, &guard->devices[i]);
	fputs(guard->controller_count ? "  controllers:\n" : "  controllers: []\n", out);
	for (uint32_t i = 0; i < guard->controller_count; i++)
		put_controller(out, &guard->controllers[i]);
}
