/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices as a table, a header line first, then one device a row, worst state first: what each is, how sure that is, and what was found on it. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/csv.h"
#include "report/names.h"
#include "report/phrase.h"
#include "report/report.h"

static const char *const columns[] = {"device", "name", "name_source", "state", "maker", "maker_confidence", "brand", "brand_confidence",
	"kind", "kind_confidence", "model", "model_confidence", "firmware", "firmware_confidence", "addresses", "macs", "router",
	"random_mac", "first", "last", "packets_out", "bytes_out", "packets_in", "bytes_in", "findings", "worst"};

/* Counts: zero is a number here. */
static void cell_count(struct row *row, uint64_t count)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, count);
	cell(row, text);
}

static void cells_guess(struct row *row, const struct guess *guess)
{
	cell_raw(row, guess->name);
	cell_number(row, guess->name[0] ? guess->confidence : 0);
}

static void cells_where(struct row *row, const struct device *device)
{
	struct phrase addresses = {0}, macs = {0};
	char mac[TEXT_MAC_MAX];

	for (unsigned i = 0; i < device->address_count; i++) {
		phrase_add(&addresses, i ? " " : "");
		phrase_address(&addresses, device->addresses[i], 128);
	}
	for (unsigned i = 0; i < device->mac_count; i++)
		phrase_add(&macs, "%s%s", i ? " " : "", text_mac(mac, device->macs[i]));
	cell(row, addresses.text);
	cell(row, macs.text);
}

/* Those that are not muted. */
static void cells_findings(struct row *row, const struct report_view *view, uint32_t number)
{
	const struct finding *worst = NULL;
	uint64_t count = 0;

	for (size_t i = 0; i < view->finding_count; i++) {
		const struct finding *finding = view->findings[i];

		if (finding->muted || finding->device != number)
			continue;
		count++;
		if (!worst || finding->severity > worst->severity)
			worst = finding;
	}
	cell_count(row, count);
	cell(row, worst ? report_severity_name(worst->severity) : "");
}

static void row_write(FILE *out, const struct report_view *view, size_t index)
{
	const struct device *device = view->devices[index];
	struct row row = {.out = out};
	char id[24];

	snprintf(id, sizeof(id), "dev-%012" PRIx64, device->id & 0xffffffffffffu);
	cell(&row, id);
	cell_raw(&row, device->name);
	cell(&row, name_source(device->name_source));
	cell(&row, report_state_name(device->state));
	cells_guess(&row, &device->maker);
	cells_guess(&row, &device->brand);
	cells_guess(&row, &device->kind);
	cells_guess(&row, &device->model);
	cells_guess(&row, &device->firmware);
	cells_where(&row, device);
	cell(&row, device->router ? "yes" : "no");
	cell(&row, device->random_mac ? "yes" : "no");
	cell_time(&row, device->first_ns);
	cell_time(&row, device->last_ns);
	cell_count(&row, device->traffic.packets_out);
	cell_count(&row, device->traffic.bytes_out);
	cell_count(&row, device->traffic.packets_in);
	cell_count(&row, device->traffic.bytes_in);
	cells_findings(&row, view, view->device_numbers[index]);
	fputs("\r\n", out);
}

int report_csv_devices(FILE *out, const struct report_view *view)
{
	struct row header = {.out = out};

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		cell(&header, columns[i]);
	fputs("\r\n", out);
	for (size_t i = 0; i < view->device_count; i++)
		row_write(out, view, i);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
