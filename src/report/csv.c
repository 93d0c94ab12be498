/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings as a table: CSV as in RFC 4180, a header line, then one finding a row, worst first.
 *
 * Such tables are opened in a spreadsheet, which takes a cell that begins with = + - or @ for a formula, and runs it. Names
 * come from the network, so a cell that begins like that gets an apostrophe in front, which spreadsheets hide or show and
 * never run. Control characters are escaped as everywhere, so that a row is always one line.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/csv.h"
#include "report/ends.h"
#include "report/evidence.h"
#include "report/member.h"
#include "report/names.h"
#include "report/view.h"
#include "report/words.h"

enum { CELL_RAW_MAX = 512 };

static const char *const columns[] = {"first", "last", "severity", "finding", "device", "name", "state", "maker", "kind", "address", "mac",
	"source", "source_port", "target", "target_port", "protocol", "count", "technique", "summary", "advice", "muted", "evidence"};

/* Their full-width forms (U+FF1D, FF0B, FF0D, FF20) are formulas too where spreadsheets read Chinese or Japanese. */
static bool is_formula(const char *text)
{
	static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

	if (*text && strchr("=+-@\t\r", *text))
		return true;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (!strncmp(text, wide[i], 3))
			return true;
	return false;
}

void cell(struct row *row, const char *text)
{
	bool formula = is_formula(text), quoted = text[strcspn(text, ",;\"\t\r\n")] || *text == ' ' || *text == '\'';

	if (row->begun)
		fputc(',', row->out);
	row->begun = true;
	if (quoted)
		fputc('"', row->out);
	if (formula)
		fputc('\'', row->out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', row->out);
		fputc(*text, row->out);
	}
	if (quoted)
		fputc('"', row->out);
}

void cell_raw(struct row *row, const char *raw)
{
	char clean[CELL_RAW_MAX * 4 + 1];

	text_escape(clean, sizeof(clean), raw, SIZE_MAX);
	cell(row, clean);
}

void cell_number(struct row *row, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	cell(row, number ? text : "");
}

void cell_address(struct row *row, const uint8_t *address, unsigned bits)
{
	struct phrase text = {0};

	if (address)
		phrase_address(&text, address, bits);
	cell(row, text.text);
}

void cell_time(struct row *row, uint64_t time_ns)
{
	char text[TEXT_TIME_MAX];

	cell(row, text_time(text, time_ns));
}

static void cells_device(struct row *row, const struct device *device)
{
	char id[24] = "", mac[TEXT_MAC_MAX] = "";

	if (device)
		snprintf(id, sizeof(id), "dev-%012" PRIx64, device->id & 0xffffffffffffu);
	if (device && device->mac_count)
		text_mac(mac, device->macs[0]);
	cell(row, id);
	cell_raw(row, device ? device->name : "");
	cell(row, device ? report_state_name(device->state) : "");
	cell_raw(row, device ? device->maker.name : "");
	cell_raw(row, device ? device->kind.name : "");
	cell_address(row, device ? view_address(device) : NULL, 128);
	cell(row, mac);
}

static void cells_ends(struct row *row, const struct report_view *view, const struct finding *finding)
{
	struct ends ends;
	const char *proto;

	ends_find(view, finding, &ends);
	proto = name_protocol(ends.proto);
	cell_address(row, ends.src, 128);
	cell_number(row, ends.src_port);
	cell_address(row, ends.dest, ends.dest_bits);
	cell_number(row, ends.dest_port);
	if (proto)
		cell(row, proto);
	else
		cell_number(row, ends.proto);
}

static void cells_words(struct row *row, const struct report_view *view, const struct finding *finding)
{
	struct phrase scratch = {0}, summary = {0};
	struct subject subject = view_subject(view, finding, &scratch);

	words_summary(&summary, finding, &subject);
	cell(row, name_technique(finding));
	cell(row, summary.text);
	cell(row, words_advice(finding));
	cell_raw(row, finding->muted ? finding->muted : "");
}

/* All that has no column of its own, as in the JSON report. */
static int cell_evidence(struct row *row, const struct finding *finding)
{
	json_t *evidence = evidence_write(finding);
	char *text = evidence ? json_dumps(evidence, JSON_COMPACT | JSON_REAL_PRECISION(3)) : NULL;

	json_decref(evidence);
	if (!text)
		return -ENOMEM;
	cell(row, text);
	free(text);
	return 0;
}

static int row_write(FILE *out, const struct report_view *view, const struct finding *finding)
{
	struct row row = {.out = out};
	size_t device = view_find(view, finding->device);
	char count[24];
	int error;

	cell_time(&row, finding->first_ns);
	cell_time(&row, finding->last_ns);
	cell(&row, report_severity_name(finding->severity));
	cell(&row, report_finding_name(finding->id));
	cells_device(&row, device < view->device_count ? view->devices[device] : NULL);
	cells_ends(&row, view, finding);
	snprintf(count, sizeof(count), "%" PRIu64, finding->count);
	cell(&row, count);
	cells_words(&row, view, finding);
	error = cell_evidence(&row, finding);
	fputs("\r\n", out);
	return error;
}

int report_csv(FILE *out, const struct report_view *view)
{
	struct row header = {.out = out};
	int error = 0;

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		cell(&header, columns[i]);
	fputs("\r\n", out);
	for (size_t i = 0; !error && i < view->finding_count; i++)
		error = row_write(out, view, view->findings[i]);
	return error ? error : fflush(out) || ferror(out) ? -EIO : 0;
}
