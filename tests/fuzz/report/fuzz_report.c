/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile names, clues and evidence through all outputs. The bytes are taken as a list of values: what they become is
 * always a view that the rooms could have made (enums in range, strings terminated), what is said in it is not.
 *
 * All five forms of a report take 7 ms under the sanitizers, so libFuzzer (-DONE_FORM) writes one of them as a rule, whichever the
 * bytes' hash names, and all of them for one input in sixteen; the replay writes all of them always. JSON is a
 * thousand small blocks: those of the checker, and of a form that is written alone, come from one array and are never freed singly.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "markup.h"
#include "report/layout.h"
#include "report/report.h"

#ifdef ONE_FORM
enum { DEVICES = 4, FINDINGS = 6, PAIRS = 12 };
#else
enum { DEVICES = 4, FINDINGS = 12, PAIRS = 24 };
#endif

struct input {
	const uint8_t *bytes;
	size_t len;
};

static void take(struct input *input, void *out, size_t size)
{
	size_t len = size < input->len ? size : input->len;

	memset(out, 0, size);
	if (len)
		memcpy(out, input->bytes, len);
	input->bytes += len;
	input->len -= len;
}

static uint64_t number(struct input *input, size_t size)
{
	uint64_t value = 0;

	take(input, &value, size);
	return value;
}

static uint32_t below(struct input *input, uint32_t limit)
{
	return (uint32_t)number(input, 1) % limit;
}

/* A length, then that many bytes; ends at a NUL as any string does. */
static void text(struct input *input, char *out, size_t size)
{
	take(input, out, below(input, 256) % size);
	out[size - 1] = 0;
}

static void login_fill(struct input *input, struct evidence_login *login)
{
	login->service = below(input, LOGIN_SERVICE_COUNT);
	login->port = (uint16_t)number(input, 2);
	login->outside = below(input, 2);
	login->result = below(input, 3);
	take(input, login->peer, 16);
	text(input, login->user, sizeof(login->user));
	login->tries = (uint32_t)number(input, 4);
	login->refused = (uint32_t)number(input, 4);
	login->accepted = (uint32_t)number(input, 1);
	login->pairs = (uint32_t)number(input, 1);
	login->encrypted = below(input, 2);
}

static void scan_fill(struct input *input, struct evidence_scan *scan)
{
	scan->kinds = below(input, 128);
	scan->outside = below(input, 2);
	scan->source_outside = below(input, 2);
	scan->mirai_mark = below(input, 2);
	scan->failed = (uint32_t)number(input, 4);
	scan->answered = (uint32_t)number(input, 1);
	scan->targets = (uint32_t)number(input, 4);
	scan->port_count = (uint32_t)number(input, 2);
	take(input, scan->ports, sizeof(scan->ports));
	scan->port_shown = (uint8_t)below(input, EVIDENCE_PORTS_MAX + 1);
	take(input, scan->target, 16);
}

static void beacon_fill(struct input *input, struct evidence_beacon *beacon)
{
	take(input, beacon->target, 16);
	beacon->port = (uint16_t)number(input, 2);
	beacon->proto = (uint8_t)number(input, 1);
	beacon->contacts = (uint32_t)number(input, 4);
	beacon->named = below(input, 2);
	beacon->answered = below(input, 2);
	beacon->score = (uint16_t)(number(input, 2) % 1001);
	beacon->period_ns = number(input, 8);
}

static void flood_fill(struct input *input, struct evidence_flood *flood)
{
	static const uint8_t bits[] = {128, 120, 64};

	flood->vector = below(input, VECTOR_COUNT);
	take(input, flood->target, 16);
	flood->target_bits = bits[below(input, 3)];
	flood->port = (uint16_t)number(input, 2);
	flood->packets = number(input, 8);
	flood->bytes = number(input, 8);
	flood->answers = number(input, 2);
	flood->peak_pps = (uint32_t)number(input, 4);
	flood->sources_proven = (uint32_t)number(input, 2);
	flood->sources_unproven = (uint32_t)number(input, 4);
	flood->backscatter = below(input, 2);
	text(input, flood->zone, sizeof(flood->zone));
	flood->labels = (uint32_t)number(input, 4);
	flood->failed_share = below(input, 101);
}

static void reached_fill(struct input *input, struct evidence_reached *reached)
{
	reached->proto = (uint8_t)number(input, 1);
	reached->port = (uint16_t)number(input, 2);
	reached->how = below(input, REACHED_NOT_YET + 1);
	take(input, reached->asker, 16);
	reached->askers = (uint32_t)number(input, 1);
	reached->mapped = below(input, 2);
	reached->mapped_port = (uint16_t)number(input, 2);
	text(input, reached->mapped_for, sizeof(reached->mapped_for));
}

static void reflector_fill(struct input *input, struct evidence_reflector *reflector)
{
	reflector->proto = (uint8_t)number(input, 1);
	reflector->port = (uint16_t)number(input, 2);
	reflector->own_zone = below(input, 2);
	reflector->answers = number(input, 8);
	reflector->askers = (uint32_t)number(input, 1);
	reflector->bytes_asked = number(input, 8);
	reflector->bytes_answered = number(input, 8);
	take(input, reflector->victim, 16);
}

static void evidence_fill(struct input *input, struct finding *finding)
{
	switch (finding->id) {
	case FINDING_DEFAULT_PASSWORD:
	case FINDING_CLEARTEXT_LOGIN:
	case FINDING_LOGIN_GUESSING:
		login_fill(input, &finding->login);
		break;
	case FINDING_OPEN_SERVICE:
		finding->service.proto = (uint8_t)number(input, 1);
		finding->service.port = (uint16_t)number(input, 2);
		finding->service.outside = below(input, 2);
		take(input, finding->service.asker, 16);
		finding->service.askers = (uint32_t)number(input, 4);
		break;
	case FINDING_REACHED_FROM_INTERNET:
		reached_fill(input, &finding->reached);
		break;
	case FINDING_REFLECTOR:
		reflector_fill(input, &finding->reflector);
		break;
	case FINDING_SCAN:
		scan_fill(input, &finding->scan);
		break;
	case FINDING_BEACON:
		beacon_fill(input, &finding->beacon);
		break;
	case FINDING_FLOOD:
	case FINDING_RECEIVES_FLOOD:
		flood_fill(input, &finding->flood);
		break;
	default:
		take(input, finding->forged.mac, 6);
		take(input, finding->forged.source, 16);
		take(input, finding->forged.target, 16);
		finding->forged.packets = (uint32_t)number(input, 4);
		finding->forged.sources = (uint32_t)number(input, 1);
	}
}

static void device_fill(struct input *input, struct device *device)
{
	static const char *const sources[] = {"oui", "dhcp 12", "mdns", "http server"};

	device->id = number(input, 8);
	device->mac_count = (uint8_t)below(input, DEVICE_MAC_MAX + 1);
	device->address_count = (uint8_t)below(input, DEVICE_ADDRESS_MAX + 1);
	take(input, device->macs, sizeof(device->macs[0]) * device->mac_count);
	take(input, device->addresses, sizeof(device->addresses[0]) * device->address_count);
	device->random_mac = below(input, 2);
	device->router = below(input, 2);
	device->state = below(input, STATE_HIJACKED + 1);
	device->name_source = below(input, NAME_PLACEHOLDER + 1);
	text(input, device->name, sizeof(device->name));
	text(input, device->maker.name, sizeof(device->maker.name));
	text(input, device->kind.name, sizeof(device->kind.name));
	text(input, device->firmware.name, sizeof(device->firmware.name));
	device->maker.confidence = device->kind.confidence = device->firmware.confidence = (uint8_t)below(input, 101);
	device->clue_count = (uint8_t)below(input, 4);
	for (size_t i = 0; i < device->clue_count; i++) {
		device->clues[i].source = sources[below(input, 4)];
		text(input, device->clues[i].value, sizeof(device->clues[i].value));
		text(input, device->clues[i].says, sizeof(device->clues[i].says));
	}
}

/* ---- what must hold ---- */

static void check(bool holds, const char *what, const char *line)
{
	if (holds)
		return;
	fprintf(stderr, "%s: %s\n", what, line);
	abort();
}

static void check_text(char *report, const struct report_style *style)
{
	char *plain = malloc(strlen(report) + 1);

	check(plain, "no memory", "");
	for (char *line = report, *end; (end = strchr(line, '\n')); line = end + 1) {
		size_t at = 0;

		*end = 0;
		for (const char *from = line; *from;)
			if (*from == '\033' && style->colour)
				from += strcspn(from, "m") + 1;
			else
				plain[at++] = *from == '\\' ? (from++, '/') : *from++;
		plain[at] = 0;
		check(text_clean(plain, SIZE_MAX), "raw bytes", line);
		check(layout_columns(plain) <= style->width, "too long", line);
	}
	free(plain);
}

static uint8_t blocks[8 << 20];
static size_t blocks_used;

static void *block_take(size_t size)
{
	size_t room = (size + 15) / 16 * 16;

	if (room > sizeof(blocks) - blocks_used)
		return NULL;
	blocks_used += room;
	return blocks + blocks_used - room;
}

static void block_leave(void *block)
{
	(void)block;
}

/* jansson's blocks come from the array, or from malloc(). */
static void pool(bool used)
{
	json_set_alloc_funcs(used ? block_take : malloc, used ? block_leave : free);
	blocks_used = 0;
}

static void check_json(char *report)
{
	json_error_t fault;

	pool(true);
	check(json_loads(report, JSON_REJECT_DUPLICATES, &fault), fault.text, report);
	pool(false);
	for (char *c = report; *c; c++)
		if (*c == '\n' || *c == '\\')
			*c = ' ';
	check(text_clean(report, SIZE_MAX), "raw bytes", report);
}

static void check_html(const char *report)
{
	const char *at, *fault = markup_fault(report, &at);

	check(!fault, fault ? fault : "", at);
	check(strlen(report) < 2000000, "too large", "");
}

enum form { FORM_TEXT, FORM_JSON, FORM_EVE, FORM_CSV, FORM_HTML, FORM_COUNT };

static int write_form(FILE *out, enum form form, const struct report_view *view, const struct report_style *style)
{
	switch (form) {
	case FORM_JSON:
		return report_json(out, view);
	case FORM_HTML:
		return report_html(out, view);
	case FORM_EVE:
		return report_eve(out, view);
	case FORM_CSV:
		return report_csv(out, view);
	default:
		return report_text(out, view, style);
	}
}

static void check_lines(char *report)
{
	for (char *line = report, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = 0;
		check_json(line);
	}
}

/* Rows of 22 cells; no cell is a formula. */
static void check_table(char *report)
{
	size_t cells = 0;
	bool quoted = false, starts = true;

	for (char *c = report; *c; c++) {
		check(quoted || !starts || !strchr("=+-@", *c), "a formula", c);
		starts = !quoted && (*c == ',' || *c == '\n');
		if (*c == '"')
			quoted = !quoted;
		if (quoted && *c == '"' && (c == report || c[-1] == ',' || c[-1] == '\n'))
			check(!strchr("=+-@", c[1]), "a formula", c);
		cells += starts;
		if (!quoted && *c == '\n') {
			check(cells == 22, "not a row", report);
			cells = 0;
		}
		if (*c == '\r' || *c == '\n' || *c == '\\')
			*c = ' ';
	}
	check(!quoted, "no end of a cell", report);
	check(text_clean(report, SIZE_MAX), "raw bytes", report);
}

static char *written(const struct report_view *view, const struct report_style *style, enum form form)
{
	char *report = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&report, &len);

	check(out, "no memory", "");
	check(write_form(out, form, view, style) == 0, "failed", "");
	fclose(out);
	check(strlen(report) == len, "NUL in the report", report);
	return report;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct device devices[DEVICES];
static struct finding findings[FINDINGS];
static struct junk junk;
static const struct device *shown[DEVICES] = {&devices[0], &devices[1], &devices[2], &devices[3]};
static const uint32_t numbers[DEVICES] = {7, 3, 900, 0};
static const struct finding *told[FINDINGS];
static char file[300], note[100], muted[100];
static struct timeline timeline;
static struct talk_pair pairs[PAIRS];
static struct talk_pairs talk;

static void finding_fill(struct input *input, struct finding *finding)
{
	finding->id = below(input, FINDING_ID_COUNT);
	finding->severity = below(input, SEVERITY_CRITICAL + 1);
	finding->state = below(input, STATE_HIJACKED + 1);
	finding->device = below(input, 2) ? numbers[below(input, DEVICES)] : DEVICE_NONE;
	finding->has_source = below(input, 2);
	take(input, finding->source, 16);
	finding->first_ns = number(input, 8);
	finding->last_ns = number(input, 8);
	finding->muted = below(input, 4) == 3 ? muted : NULL;
	evidence_fill(input, finding);
}

static void row(struct input *input, struct junk_row *row)
{
	text(input, row->name, sizeof(row->name));
	row->count.packets = number(input, 8);
	row->sources = number(input, 4);
	row->sampled = (uint32_t)number(input, 2);
	row->by_vector[VECTOR_DHIP_REFLECTION] = (uint32_t)number(input, 2);
	row->maker = (uint8_t)number(input, 1);
	row->neutral = row->maker & 1;
}

static void junk_fill(struct input *input)
{
	junk.total.packets = number(input, 8);
	junk.by_vector[below(input, VECTOR_COUNT)].packets = number(input, 8);
	junk.by_vector[below(input, VECTOR_COUNT)].packets = number(input, 4);
	junk.maker_count = junk.brand_count = junk.kind_count = 1;
	row(input, &junk.by_maker[0]);
	row(input, &junk.by_brand[0]);
	row(input, &junk.by_kind[0]);
	junk.sources.count = number(input, 8);
	junk.sources.sampled = (uint32_t)number(input, 2);
	junk.sources.by_vector[VECTOR_DHIP_REFLECTION] = (uint32_t)number(input, 2);
	junk.sources.estimated = number(input, 1) & 1;
	junk.target_count = below(input, 3);
	for (uint32_t i = 0; i < junk.target_count; i++)
		junk.by_target[i].bits = 128;
}

/* As wide, as long and as high as it says; what follows may be more junk than traffic. */
static void timeline_fill(struct input *input)
{
	memset(&timeline, 0, sizeof(timeline));
	timeline.begin_ns = number(input, 8) / 2;
	timeline.width_ns = 1953125ull << below(input, 32);
	timeline.bin_count = below(input, TIMELINE_BINS + 1);
	for (uint32_t i = 0; i < timeline.bin_count; i += 1 + below(input, 16)) {
		timeline.all[i].packets = number(input, 1 + below(input, 8));
		timeline.junk[below(input, VECTOR_COUNT)][i].packets = number(input, 1 + below(input, 7));
	}
}

static void talk_fill(struct input *input)
{
	bool one = below(input, 2); /* device of ours, as where a server is watched */

	memset(pairs, 0, sizeof(pairs));
	talk = (struct talk_pairs){.pairs = pairs, .pair_count = below(input, PAIRS + 1)};
	for (uint32_t i = 0; i < talk.pair_count; i++) {
		struct talk_pair *pair = &pairs[i];

		pair->device = below(input, 8) ? numbers[below(input, DEVICES)] : DEVICE_NONE;
		pair->peer_device = below(input, 4) == 0 ? numbers[below(input, DEVICES)] : DEVICE_NONE;
		if (one)
			pair->device = numbers[0];
		take(input, pair->own + 14, 2);
		take(input, pair->peer + 14, 2);
		text(input, pair->name, sizeof(pair->name));
		pair->packets_out = number(input, 1 + below(input, 6));
		pair->packets_in = number(input, 1 + below(input, 6));
		pair->unasked = number(input, 1 + below(input, 6));
	}
	talk.packets = number(input, 1 + below(input, 7));
	talk.unasked = number(input, 1 + below(input, 7));
	talk.seen = talk.pair_count + number(input, 1 + below(input, 4));
	talk.estimated = below(input, 2);
}

static void capture_fill(struct input *input, struct report_capture *capture)
{
	*capture = (struct report_capture){.file = file, .note = note};
	capture->packets = number(input, 4);
	capture->bytes = number(input, 8);
	capture->first_ns = number(input, 8);
	capture->last_ns = number(input, 8);
	capture->cut_short = below(input, 2);
	capture->unreadable = below(input, 2);
	text(input, file, sizeof(file));
	text(input, note, sizeof(note));
	text(input, muted, sizeof(muted));
}

static void check_form(enum form form, bool alone, const struct report_view *view, const struct report_style *style)
{
	char *report;

	pool(alone && (form == FORM_JSON || form == FORM_EVE)); /* text and table free what jansson gave them */
	report = written(view, style, form);
	pool(false);

	if (form == FORM_TEXT)
		check_text(report, style);
	else if (form == FORM_JSON)
		check_json(report);
	else if (form == FORM_HTML)
		check_html(report);
	else if (form == FORM_EVE)
		check_lines(report);
	else
		check_table(report);
	free(report);
}

/* FORM_COUNT: all of them. */
static uint32_t form_wanted(const uint8_t *bytes, size_t len)
{
#ifdef ONE_FORM
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	hash = (hash >> 16) % 16;
	return hash == 15 ? FORM_COUNT : hash % FORM_COUNT;
#else
	return FORM_COUNT;
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint32_t wanted = form_wanted(bytes, len);
	struct input input = {bytes, len};
	struct report_left_out left_out = {"conversations", number(&input, 2)};
	struct report_capture capture;
	struct report_style style = {.width = 40 + below(&input, 160)};
	struct report_view view = {.captures = &capture,
		.capture_count = 1,
		.devices = shown,
		.device_numbers = numbers,
		.findings = told,
		.junk = &junk,
		.left_out = &left_out,
		.left_out_count = 1};

	memset(devices, 0, sizeof(devices));
	memset(findings, 0, sizeof(findings));
	memset(&junk, 0, sizeof(junk));
	style.colour = below(&input, 2);
	style.quiet = below(&input, 4) == 0;
	style.verbose = below(&input, 2);
	view.device_count = below(&input, DEVICES + 1);
	view.finding_count = below(&input, FINDINGS + 1);
	capture_fill(&input, &capture);
	for (size_t i = 0; i < view.device_count; i++)
		device_fill(&input, &devices[i]);
	for (size_t i = 0; i < view.finding_count; i++) {
		told[i] = &findings[i];
		finding_fill(&input, &findings[i]);
	}
	junk_fill(&input);
	timeline_fill(&input);
	talk_fill(&input);
	view.timeline = below(&input, 8) ? &timeline : NULL;
	view.talk = below(&input, 8) ? &talk : NULL;
	for (enum form form = FORM_TEXT; form < FORM_COUNT; form++)
		if (wanted == FORM_COUNT || wanted == form)
			check_form(form, wanted != FORM_COUNT, &view, &style);
	return 0;
}
