/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "situations.h"

#include <stdio.h>
#include <string.h>

#include "wire/limits.h"

#include "store.h"

static void add_clue(struct device *device, const char *source, const char *value, const char *says)
{
	struct clue *clue = &device->clues[device->clue_count++];

	clue->source = source;
	snprintf(clue->value, sizeof(clue->value), "%s", value);
	snprintf(clue->says, sizeof(clue->says), "%s", says);
}

static struct device *recorder_add(void)
{
	struct device *device = device_add("recorder-attic", 0xc0a80140, "video recorder", "Xiongmai");

	device->state = STATE_HIJACKED;
	add_clue(device, "oui", "00:12:16", "maker: ICP Internet Communication Payment AG");
	add_clue(device, "dhcp 12", "recorder-attic", "");
	add_clue(device, "http server", "uc-httpd 1.0.0", "maker: Xiongmai");
	return device;
}

static const char *const sold_as[] = {"Private", "Dahua", "Intelbras", "QSee"};

/* All the junk came from one device of ours. */
static void own_source(struct junk_row *row, const char *name, uint8_t confidence)
{
	snprintf(row->name, sizeof(row->name), "%s", name);
	row->count = junk.total;
	row->sources = row->sampled = 1;
	row->confidence_least = row->confidence_most = confidence;
	row->by_basis[BASIS_INVENTORY] = row->by_vector[VECTOR_SYN] = row->by_vector[VECTOR_DNS_RANDOM_SUBDOMAIN] = 1;
}

/* Recorders and cameras outside, made to answer. */
static void reflector(struct junk_row *row, const char *name, uint32_t sources)
{
	snprintf(row->name, sizeof(row->name), "%s", name);
	row->count = (struct junk_count){sources * 3ull, sources * 2070ull};
	row->sources = row->sampled = sources;
	row->confidence_least = row->confidence_most = 90;
	row->by_basis[BASIS_PROTOCOL] = row->by_vector[VECTOR_DHIP_REFLECTION] = sources;
}

static void many_reflectors(void)
{
	junk.sources = (struct junk_sources){.count = 1500, .sampled = 1500, .named = 1424, .contradicted = 2};
	junk.sources.by_vector[VECTOR_DHIP_REFLECTION] = 1500;
	junk.maker_count = 1;
	reflector(&junk.by_maker[0], "Dahua", 1424);
	for (; junk.brand_count < sizeof(sold_as) / sizeof(sold_as[0]); junk.brand_count++) {
		reflector(&junk.by_brand[junk.brand_count], sold_as[junk.brand_count], 500 - 70 * junk.brand_count);
		junk.by_brand[junk.brand_count].maker = 1;
	}
	junk.by_brand[0].neutral = true;
	junk.kind_count = 2;
	reflector(&junk.by_kind[0], "video recorder", 1300);
	reflector(&junk.by_kind[1], "camera", 100);
}

static void recorder_floods(const struct device *device)
{
	struct finding *flood = finding_add(FINDING_FLOOD, SEVERITY_CRITICAL, device, STATE_HIJACKED);

	flood->count = 45210;
	flood->flood = (struct evidence_flood){
		.vector = VECTOR_SYN, .target_bits = 128, .port = 80, .packets = 45210, .bytes = 2712600, .answers = 12, .peak_pps = 1502};
	v4(flood->flood.target, 0xcb007150);
	junk.total = (struct junk_count){46210, 2788600};
	junk.by_vector[VECTOR_SYN] = (struct junk_count){45210, 2712600};
	junk.by_vector[VECTOR_DNS_RANDOM_SUBDOMAIN] = (struct junk_count){1000, 76000};
	junk.maker_count = junk.kind_count = 1;
	own_source(&junk.by_maker[0], "Xiongmai", 90);
	own_source(&junk.by_kind[0], "video recorder", 60);
	junk.sources = (struct junk_sources){.count = 1, .sampled = 1, .named = 1};
	junk.sources.by_vector[VECTOR_SYN] = junk.sources.by_vector[VECTOR_DNS_RANDOM_SUBDOMAIN] = 1;
	junk.target_count = 2;
	v4(junk.by_target[0].target, 0xcb007150);
	junk.by_target[0].bits = 128;
	junk.by_target[0].count = junk.by_vector[VECTOR_SYN];
	v4(junk.by_target[1].target, 0xc6336400);
	junk.by_target[1].bits = 120;
	junk.by_target[1].count = junk.by_vector[VECTOR_DNS_RANDOM_SUBDOMAIN];

	struct finding *names = finding_add(FINDING_FLOOD, SEVERITY_CRITICAL, device, STATE_HIJACKED);

	names->flood = (struct evidence_flood){.vector = VECTOR_DNS_RANDOM_SUBDOMAIN,
		.target_bits = 128,
		.port = 53,
		.packets = 1000,
		.bytes = 76000,
		.peak_pps = 60,
		.zone = "shop.example",
		.labels = 998,
		.failed_share = 97};
	v4(names->flood.target, 0xc0a80101);
}

static void recorder_scans(const struct device *device)
{
	struct finding *scan = finding_add(FINDING_SCAN, SEVERITY_HIGH, device, STATE_HIJACKED);
	struct finding *beacon;

	scan->count = 412;
	scan->scan = (struct evidence_scan){.kinds = SCAN_TCP | SCAN_HORIZONTAL,
		.outside = true,
		.mirai_mark = true,
		.failed = 412,
		.answered = 3,
		.targets = 412,
		.port_count = 2,
		.ports = {23, 2323},
		.port_shown = 2};
	v4(scan->scan.target, 0xc6336411);
	beacon = finding_add(FINDING_BEACON, SEVERITY_HIGH, device, STATE_SUSPECT);
	beacon->beacon = (struct evidence_beacon){.port = 48101,
		.proto = 6,
		.contacts = 24,
		.answered = true,
		.score = 912,
		.timestamp_score = 991,
		.size_score = 1000,
		.duration_score = 700,
		.histogram_score = 957,
		.period_ns = 20 * SECOND};
	v4(beacon->beacon.target, 0xcb007142);
}

static void login_add(const struct device *device, enum finding_id id, enum severity severity, bool outside)
{
	struct finding *login = finding_add(id, severity, device, STATE_EXPOSED);

	login->last_ns = login->first_ns;
	login->has_source = true;
	v4(login->source, outside ? 0xc6336407 : 0xc0a80114);
	login->login = (struct evidence_login){.service = id == FINDING_CLEARTEXT_LOGIN ? LOGIN_FTP : LOGIN_TELNET,
		.port = id == FINDING_CLEARTEXT_LOGIN ? 21 : 23,
		.outside = outside,
		.result = LOGIN_ACCEPTED,
		.user = "root",
		.tries = 2,
		.refused = 1,
		.accepted = 1};
	memcpy(login->login.peer, login->source, 16);
}

static void service_add(const struct device *device, enum severity severity, uint16_t port, bool outside)
{
	struct finding *service = finding_add(FINDING_OPEN_SERVICE, severity, device, STATE_EXPOSED);

	service->has_source = true;
	v4(service->source, outside ? 0xc6336407 : 0xc0a80114);
	service->service = (struct evidence_service){.proto = 6, .port = port, .outside = outside, .askers = 2};
	memcpy(service->service.asker, service->source, 16);
}

static void add_neighbours(void)
{
	device_add("laptop", 0xc0a80114, "", "Dell")->random_mac = true;
	device_add("tv", 0xc0a80115, "television", "Samsung Electronics Co.,Ltd");
	device_add("", 0xc0a80116, "", "")->random_mac = true;

	struct device *printer = device_add("printer-with-quite-a-long-name-in-the-hall", 0xc0a80117, "printer", "Brother");

	memcpy(printer->addresses[1], (const uint8_t[16]){0xfe, 0x80, [8] = 2, [15] = 0x17}, 16);
	printer->address_count = 2;
	device_add("gateway", 0xc0a80101, "", "AVM")->router = true;
}

static void make_hijacked_home(struct report_view *view)
{
	start(view);

	struct device *recorder = recorder_add();
	struct device *camera = device_add("camera-door", 0xc0a80141, "camera", "");

	camera->state = STATE_EXPOSED;
	add_neighbours();
	recorder_floods(recorder);
	login_add(recorder, FINDING_DEFAULT_PASSWORD, SEVERITY_CRITICAL, true);
	recorder_scans(recorder);
	service_add(recorder, SEVERITY_HIGH, 23, true);
	login_add(camera, FINDING_CLEARTEXT_LOGIN, SEVERITY_LOW, false);
	service_add(camera, SEVERITY_LOW, 21, false);
	service_add(camera, SEVERITY_LOW, 34567, false);
	timeline_add(view, VECTOR_SYN, VECTOR_DNS_RANDOM_SUBDOMAIN);
	pair_add(view, 0, 0xcb007150, 37000);
	snprintf(pair_add(view, 2, 0xc6336430, 900)->name, TALK_NAME_MAX, "news.example");
	pair_add(view, 2, 1, 60);
	finish(view);
}

static void make_quiet_home(struct report_view *view)
{
	start(view);
	add_neighbours();
	captures[1] = captures[0];
	captures[1].file = "late.pcapng.gz";
	captures[1].first_ns += 7000 * SECOND;
	captures[1].last_ns += 19000 * SECOND;
	captures[1].cut_short = true;
	view->capture_count = 2;
	finish(view);
}

static void make_minor(struct report_view *view)
{
	start(view);
	add_neighbours();
	service_add(&devices[3], SEVERITY_LOW, 21, false);
	devices[3].state = STATE_EXPOSED;
	for (uint32_t i = 0; i < 30; i++) {
		struct finding *scan = finding_add(FINDING_SCAN, SEVERITY_LOW, NULL, STATE_CLEAN);

		scan->has_source = true;
		v4(scan->source, 0xc6336400 + i);
		scan->scan = (struct evidence_scan){.kinds = SCAN_TCP | SCAN_HORIZONTAL,
			.source_outside = true,
			.failed = 5 + i,
			.targets = 5,
			.port_count = 1,
			.ports = {445},
			.port_shown = 1};
	}
	finish(view);
}

static void make_server_under_flood(struct report_view *view)
{
	struct finding *flood;

	start(view);
	device_add("", 0xc0000235, "", "")->mac_count = 0;
	flood = finding_add(FINDING_RECEIVES_FLOOD, SEVERITY_HIGH, &devices[0], STATE_CLEAN);
	flood->count = 1234567;
	flood->flood = (struct evidence_flood){.vector = VECTOR_SYN,
		.target_bits = 128,
		.port = 25565,
		.packets = 1234567,
		.bytes = 74074020,
		.peak_pps = 41200,
		.sources_proven = 12,
		.sources_unproven = 37588};
	v4(flood->flood.target, 0xc0000235);
	flood = finding_add(FINDING_RECEIVES_FLOOD, SEVERITY_HIGH, &devices[0], STATE_CLEAN);
	flood->flood = (struct evidence_flood){.vector = VECTOR_DHIP_REFLECTION,
		.target_bits = 128,
		.packets = 4500,
		.bytes = 3105000,
		.peak_pps = 1100,
		.sources_unproven = 610};
	v4(flood->flood.target, 0xc0000235);
	flood = finding_add(FINDING_RECEIVES_FLOOD, SEVERITY_LOW, NULL, STATE_CLEAN);
	flood->flood = (struct evidence_flood){.vector = VECTOR_SYN_ACK_REFLECTION,
		.target_bits = 120,
		.packets = 3000,
		.bytes = 180000,
		.peak_pps = 300,
		.sources_unproven = 4,
		.backscatter = true};
	v4(flood->flood.target, 0xc0000300);
	junk.total = (struct junk_count){1239067, 77179020};
	junk.by_vector[VECTOR_SYN] = (struct junk_count){1234567, 74074020};
	junk.by_vector[VECTOR_DHIP_REFLECTION] = (struct junk_count){4500, 3105000};
	many_reflectors();
	junk.target_count = 1;
	junk.by_target[0].bits = 128;
	junk.by_target[0].count = junk.total;
	v4(junk.by_target[0].target, 0xc0000235);
	v4(inferred[0], 0xc0000235);
	view->side_inferred = true;
	view->inferred = (const uint8_t(*)[16])inferred;
	view->inferred_count = 1;
	view->inferred_bits = inferred_bits;
	left_out[0].count = 204113;
	timeline_add(view, VECTOR_SYN, VECTOR_ACK);
	for (uint32_t i = 0; i < PAIRS; i++)
		pair_add(view, 0, 0xc6330000 + i * 7, 2 + (PAIRS - i) * 3)->unasked = i % 2 ? 1 : 0;
	talk.seen = 1400;
	talk.estimated = true;
	talk.packets += 5000;
	talk.unasked = 4000;
	finish(view);
}

static void make_many_devices(struct report_view *view)
{
	char name[32];

	start(view);
	for (uint32_t i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "cam-%03u", i + 1);
		device_add(i % 5 ? name : "", 0x0a000000 + i * 3 + 1, "camera", i % 2 ? "Dahua" : "");
	}
	for (uint32_t i = 0; i < 60; i++) {
		devices[i].state = STATE_EXPOSED;
		service_add(&devices[i], SEVERITY_HIGH, i < 40 ? 23 : 37777, true);
	}
	for (uint32_t i = 60; i < 64; i++) {
		devices[i].state = STATE_SUSPECT;
		struct finding *forged = finding_add(FINDING_FORGED_SOURCE, SEVERITY_HIGH, &devices[i], STATE_SUSPECT);

		forged->forged = (struct evidence_forged){.packets = 500 + i, .sources = 64};
		memcpy(forged->forged.mac, devices[i].macs[0], 6);
		v4(forged->forged.source, 0xc6336409);
		v4(forged->forged.target, 0xcb007150);
	}
	for (uint32_t i = 0; i < 110; i++) {
		struct finding *flood = finding_add(FINDING_FLOOD, SEVERITY_CRITICAL, &devices[70 + i % 2], STATE_HIJACKED);

		devices[70 + i % 2].state = STATE_HIJACKED;
		flood->flood = (struct evidence_flood){
			.vector = VECTOR_GRE_IP, .target_bits = 128, .packets = 9000 + i, .bytes = 5000000, .peak_pps = 3000};
		v4(flood->flood.target, 0xcb007100 + i);
	}
	finish(view);
}

/* Names that try everything: terminal orders, bidi, broken UTF-8, full length, format strings, JSON. */
static void make_hostile(struct report_view *view)
{
	struct finding *guess;

	start(view);
	device_add("\033[2J\033]0;owned\a", 0xc0a80120,
		"\x9b"
		"31m",
		"\xe2\x80\xae"
		"rekam");
	device_add("", 0xc0a80121, "%s%n", "\"},{\"");
	memset(devices[1].name, 0xff, sizeof(devices[1].name) - 1);
	device_add("\xe5\xb0\x8f\xe7\xb1\xb3\xe6\x91\x84\xe5\x83\x8f\xe6\x9c\xba \xe5\xae\xa2\xe5\x8e\x85", 0xc0a80122, "camera", "Xiaomi");
	device_add("a\nb\rc\td\\e\x7f", 0xc0a80123, "", "");
	add_clue(&devices[0], "http server", "\033[31mred\033[0m", "maker: \xc0\x80");
	for (size_t i = 0; i < 4; i++) {
		devices[i].state = STATE_EXPOSED;
		login_add(&devices[i], FINDING_CLEARTEXT_LOGIN, SEVERITY_MEDIUM, true);
		memset(findings[i].login.user, i & 1 ? 0x1b : 'u', sizeof(findings[i].login.user) - 1);
	}
	devices[3].state = STATE_CLEAN;
	findings[3].muted = "known: \033[5mlab\033[0m";
	guess = finding_add(FINDING_FLOOD, SEVERITY_CRITICAL, &devices[2], STATE_HIJACKED);
	guess->flood = (struct evidence_flood){
		.vector = VECTOR_DNS_RANDOM_SUBDOMAIN, .packets = 1, .labels = 1, .failed_share = 100, .target_bits = 128};
	memset(guess->flood.zone, 0x9b, sizeof(guess->flood.zone) - 1);
	guess = finding_add(FINDING_LOGIN_GUESSING, SEVERITY_MEDIUM, NULL, STATE_CLEAN);
	guess->login = (struct evidence_login){.service = LOGIN_HTTP, .port = 8080, .outside = true, .encrypted = true, .tries = 20};
	captures[0].file = "x\033[1m/\xe2\x80\xae"
			   "pacp.exe";
	captures[0].unreadable = true;
	captures[0].note = "block of \x1b bytes";
	reflector(&junk.by_maker[0], "\033[7m", UINT32_MAX);
	reflector(&junk.by_brand[0], "=\033]0;x\a", UINT32_MAX);
	reflector(&junk.by_kind[0], "<b>\xff", 1);
	junk.by_brand[0].maker = UINT8_MAX;
	junk.maker_count = junk.brand_count = junk.kind_count = 1;
	junk.sources = (struct junk_sources){.count = UINT64_MAX, .estimated = true, .sampled = 3, .named = 2, .contradicted = UINT32_MAX};
	junk.total = junk.by_maker[0].count = junk.by_vector[VECTOR_OTHER] = (struct junk_count){UINT64_MAX, UINT64_MAX};
	timeline_add(view, VECTOR_SYN, VECTOR_OTHER);
	timeline.all[3].packets = timeline.junk[VECTOR_OTHER][3].packets = UINT64_MAX;
	snprintf(pair_add(view, 0, 0xc6336401, 100)->name, TALK_NAME_MAX, "\033[2J\"><script>");
	pair_add(view, 1, 2, UINT32_MAX);
	pair_add(view, 77, 78, 1); /* devices that are not shown */
	finish(view);
}

static void mix_what_came(void)
{
	struct finding *finding;

	login_add(&devices[0], FINDING_CLEARTEXT_LOGIN, SEVERITY_LOW, false);
	login_add(&devices[1], FINDING_DEFAULT_PASSWORD, SEVERITY_CRITICAL, true);
	devices[1].state = STATE_EXPOSED;
	login_add(NULL, FINDING_DEFAULT_PASSWORD, SEVERITY_MEDIUM, true);
	findings[2].login.result = LOGIN_UNKNOWN;
	finding = finding_add(FINDING_RECEIVES_FLOOD, SEVERITY_LOW, NULL, STATE_CLEAN);
	finding->flood = (struct evidence_flood){.vector = VECTOR_SYN_ACK_REFLECTION,
		.target_bits = 128,
		.packets = 3000,
		.bytes = 180000,
		.sources_unproven = 1,
		.backscatter = true};
	v4(finding->flood.target, 0xc0a80115);
	finding->has_source = true;
	v4(finding->source, 0xcb007109);
	finding = finding_add(FINDING_SCAN, SEVERITY_LOW, &devices[1], STATE_CLEAN);
	finding->has_source = true;
	v4(finding->source, 0xc6336407);
	finding->scan = (struct evidence_scan){.kinds = SCAN_TCP | SCAN_VERTICAL,
		.source_outside = true,
		.failed = 900,
		.targets = 1,
		.port_count = 900,
		.ports = {80, 443},
		.port_shown = 2};
	v4(finding->scan.target, 0xc0a80115);
}

static void mix_what_left(void)
{
	struct finding *finding;

	finding = finding_add(FINDING_SCAN, SEVERITY_MEDIUM, &devices[0], STATE_SUSPECT);
	finding->scan = (struct evidence_scan){.kinds = SCAN_ARP | SCAN_HORIZONTAL, .failed = 250, .answered = 1, .targets = 250};
	devices[0].state = STATE_SUSPECT;
	finding = finding_add(FINDING_LOGIN_GUESSING, SEVERITY_MEDIUM, &devices[4], STATE_CLEAN);
	finding->login = (struct evidence_login){.port = 22, .outside = true, .encrypted = true, .tries = 20};
	v4(finding->login.peer, 0xc6336407);
	finding = finding_add(FINDING_LOGIN_GUESSING, SEVERITY_HIGH, &devices[2], STATE_HIJACKED);
	finding->login = (struct evidence_login){.service = LOGIN_FTP,
		.port = 21,
		.tries = 20,
		.refused = 19,
		.accepted = 1,
		.pairs = 12,
		.result = LOGIN_ACCEPTED,
		.user = "admin"};
	v4(finding->login.peer, 0xcb007108);
	devices[2].state = STATE_HIJACKED;
	finding = finding_add(FINDING_FORGED_SOURCE, SEVERITY_HIGH, NULL, STATE_SUSPECT);
	finding->forged = (struct evidence_forged){.mac = {2, 0, 0, 0, 0, 9}, .packets = 5, .sources = 1};
	v4(finding->forged.source, 0xcb007111);
	v4(finding->forged.target, 0xcb007150);
	finding = finding_add(FINDING_SCAN, SEVERITY_HIGH, &devices[3], STATE_CLEAN);
	finding->scan = (struct evidence_scan){.kinds = SCAN_UDP | SCAN_HORIZONTAL,
		.outside = true,
		.targets = 40,
		.failed = 40,
		.port_count = 9,
		.ports = {1, 2, 3, 4, 5, 6, 7, 8, 9},
		.port_shown = 9};
	finding->muted = "our own scanner, Mondays";
}

/* What is said in other ways: logins elsewhere, echoes, vertical scans both ways, guessing, unknown senders. */
static void make_mixture(struct report_view *view)
{
	start(view);
	add_neighbours();
	mix_what_came();
	mix_what_left();
	finish(view);
}

static struct finding *reached_add(const struct device *device, enum reached_how how, uint8_t proto, uint16_t port)
{
	bool exposed = how == REACHED_IN;
	struct finding *finding = finding_add(FINDING_REACHED_FROM_INTERNET, exposed ? SEVERITY_MEDIUM : SEVERITY_LOW, device,
		exposed || how == REACHED_NOT_YET ? STATE_EXPOSED : STATE_CLEAN);

	finding->count = 12;
	finding->reached = (struct evidence_reached){.proto = proto, .port = port, .how = how, .askers = 3};
	if (how == REACHED_NOT_YET)
		return finding;
	finding->has_source = true;
	v4(finding->source, 0xc6336407);
	memcpy(finding->reached.asker, finding->source, 16);
	return finding;
}

static void reflector_add(const struct device *device, enum severity severity, uint16_t port, bool own_zone)
{
	enum device_state state = severity == SEVERITY_LOW ? STATE_CLEAN : STATE_EXPOSED;
	struct finding *finding = finding_add(FINDING_REFLECTOR, severity, device, state);

	finding->reflector = (struct evidence_reflector){.proto = 17, .port = port, .own_zone = own_zone};
	finding->count = finding->reflector.answers = 412;
	finding->reflector.askers = own_zone ? 64 : 12;
	finding->reflector.bytes_asked = 38000;
	finding->reflector.bytes_answered = 1178000;
	v4(finding->reflector.victim, 0xcb007109);
}

/* Everything that the outside can do with a device, from what is its job to what harms others. */
static void make_exposed(struct report_view *view)
{
	struct finding *finding;

	start(view);
	add_neighbours();
	devices[0].state = devices[1].state = devices[3].state = STATE_EXPOSED;
	reflector_add(&devices[1], SEVERITY_HIGH, 1900, false);
	finding = reached_add(&devices[1], REACHED_IN, 6, 443);
	reached_add(&devices[1], REACHED_IN, 6, 8080);
	finding->reached.mapped = true;
	finding->reached.mapped_port = 8443;
	snprintf(finding->reached.mapped_for, sizeof(finding->reached.mapped_for), "TV \x1b[31mlive");
	finding = reached_add(&devices[0], REACHED_NOT_YET, 17, 51413);
	finding->reached.mapped = true;
	finding->reached.mapped_port = 51413;
	reached_add(&devices[2], REACHED_PEER_TO_PEER, 17, 51413);
	reached_add(&devices[0], REACHED_BY_ONE, 17, 5060);
	reached_add(&devices[2], REACHED_BY_A_CROWD, 6, 80)->reached.askers = 32;
	reflector_add(&devices[2], SEVERITY_LOW, 27015, false);
	reached_add(&devices[4], REACHED_PUBLIC_SERVER, 17, 53);
	reflector_add(&devices[4], SEVERITY_LOW, 53, true);
	reached_add(NULL, REACHED_IN, 6, 80)->count = 1;
	finish(view);
}

static void make_empty(struct report_view *view)
{
	start(view);
	captures[0] = (struct report_capture){.file = "notes.txt", .unreadable = true, .note = "this is neither pcap nor pcapng"};
	finish(view);
}

const struct situation situations[] = {
	{"hijacked-home", make_hijacked_home},
	{"quiet-home", make_quiet_home},
	{"minor", make_minor},
	{"server-under-flood", make_server_under_flood},
	{"many-devices", make_many_devices},
	{"hostile", make_hostile},
	{"mixture", make_mixture},
	{"exposed", make_exposed},
	{"empty", make_empty},
};
const size_t situation_count = sizeof(situations) / sizeof(situations[0]);

const struct situation *situation_find(const char *name)
{
	for (size_t i = 0; i < situation_count; i++)
		if (!strcmp(situations[i].name, name))
			return &situations[i];
	return NULL;
}
