/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Budgets have no default here: what is left out follows from the capacity (shield/budget.c). */
#include "conf/settings_table.h"

#include <limits.h>

#include "conf/conf.h"

const char *const settings_filter_names[FW_FILTER_COUNT] = {
	[FW_FILTER_BLOCK] = "block",
	[FW_FILTER_SANITY] = "sanity",
	[FW_FILTER_ANSWERS] = "answers",
	[FW_FILTER_FRAGMENTS] = "fragments",
	[FW_FILTER_ONLY_DNS] = "only_dns",
	[FW_FILTER_NAMES] = "names",
	[FW_FILTER_BUDGETS] = "budgets",
};

const char *const settings_mode_names[3] = {
	[FW_MODE_OFF] = "off",
	[FW_MODE_OBSERVE] = "observe",
	[FW_MODE_ENFORCE] = "enforce",
};

const char *const settings_guard_filter_names[FW_GUARD_FILTER_COUNT] = {
	[FW_GUARD_QUARANTINE] = "quarantine",
	[FW_GUARD_FORGED] = "forged",
	[FW_GUARD_POLICY] = "policy",
	[FW_GUARD_INBOUND] = "inbound",
	[FW_GUARD_BRAKE] = "brake",
};

const char *const settings_stance_names[FW_STANCE_COUNT] = {
	[FW_STANCE_CALM] = "calm",
	[FW_STANCE_WATCH] = "watch",
	[FW_STANCE_DEFEND] = "defend",
};

static const char *const roles[] = {[ROLE_SHIELD] = "shield", [ROLE_GUARD] = "guard"};
static const char *const open_words[] = {"open", "closed"};
static const char *const token_words[] = {"token", "open"};
static const char *const from_words[] = {[GUARD_FROM_HIGH] = "high", [GUARD_FROM_CRITICAL] = "critical", [GUARD_FROM_NEVER] = "never"};
/* the last one becomes guard.mode when all is read */
static const char *const guard_mode_words[] = {
	[FW_MODE_OFF] = "off", [FW_MODE_OBSERVE] = "observe", [FW_MODE_ENFORCE] = "enforce", "as guard.mode"};
static const char *const yes_words[] = {"false", "true"};
static const char *const facility_words[] = {
	"off", "daemon", "user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"};
static const char *const syslog_words[] = {"local", "rfc5424"};
static const char *const stance_words[] = {"calm", "watch", "defend", "measured"};

#define AT(member) offsetof(struct settings, member), sizeof(((struct settings *)0)->member)
#define NUMBER(path, member, least, most, initial) \
	{ \
		path, SCALAR_NUMBER, AT(member), least, most, initial, NULL \
	}
#define SIZE(path, member, least, most, initial) \
	{ \
		path, SCALAR_SIZE, AT(member), least, most, initial, NULL \
	}
#define TIME(path, member, least, most, initial) \
	{ \
		path, SCALAR_TIME, AT(member), least, most, initial, NULL \
	}
#define CHOICE(path, member, words, initial) \
	{ \
		path, SCALAR_CHOICE, AT(member), 0, sizeof(words) / sizeof((words)[0]), initial, words \
	}
#define TEXT(kind, path, member, initial) \
	{ \
		path, kind, AT(member), 0, 0, initial, NULL \
	}
#define FILTER(path, filter, initial) CHOICE("filters." path, mode[filter], settings_mode_names, initial)
#define RATE(path, member) \
	NUMBER("budgets." path ".rate", budgets.member.rate, 1, 100000000, NULL), \
		NUMBER("budgets." path ".burst", budgets.member.burst, 1, 100000000, NULL)

#define GUARD_FILTER(path, filter) CHOICE("guard.filters." path, guard.filter_mode[filter], guard_mode_words, "as guard.mode")
#define BRAKE(path, member, a_second, at_once) \
	NUMBER("guard." path ".rate", guard.member.rate, 1, 1000000000, a_second), \
		NUMBER("guard." path ".burst", guard.member.burst, 1, 1000000000, at_once)

const struct scalar settings_scalars[] = {
	CHOICE("role", role, roles, "shield"),
	TEXT(SCALAR_NAME, "interface", interface, NULL),
	TEXT(SCALAR_NAME, "user", user, "floodwall"),
	TEXT(SCALAR_NAME, "group", group, ""),
	CHOICE("generic", generic_allowed, yes_words, "false"),
	CHOICE("detach", detach, yes_words, "false"),
	NUMBER("dns_port", dns_port, 1, 65535, "53"),
	CHOICE("only_dns", only_dns, yes_words, "false"),
	CHOICE("stance", stance, stance_words, "measured"),
	FILTER("block", FW_FILTER_BLOCK, "observe"),
	FILTER("sanity", FW_FILTER_SANITY, "observe"),
	FILTER("answers", FW_FILTER_ANSWERS, "observe"),
	FILTER("fragments", FW_FILTER_FRAGMENTS, "off"),
	FILTER("only_dns", FW_FILTER_ONLY_DNS, "observe"),
	FILTER("names", FW_FILTER_NAMES, "observe"),
	FILTER("budgets", FW_FILTER_BUDGETS, "observe"),
	TEXT(SCALAR_ADDRESS, "server.address", server.transfer.address, "127.0.0.1"),
	NUMBER("server.port", server.transfer.port, 1, 65535, "53"),
	TIME("server.poll", server.poll_s, 1, 86400, "30s"),
	TEXT(SCALAR_ADDRESS, "server.notify_address", server.notify.address, "127.0.0.1"),
	NUMBER("server.notify_port", server.notify.port, 0, 65535, "5399"),
	NUMBER("budgets.capacity", budgets.capacity, 100, 100000000, "50000"),
	RATE("total", total.one),
	RATE("unknown", unknown.one),
	RATE("possible", possible.one),
	RATE("truncated", truncated.one),
	RATE("proven", proven),
	RATE("proven_unknown", proven_unknown),
	RATE("zone_unknown", zone_unknown),
	RATE("zone_possible", zone_possible),
	RATE("share", share),
	RATE("foreign", foreign),
	RATE("truncated_all", truncated_all),
	RATE("icmp", icmp),
	TIME("budgets.proven_for", budgets.proven_s, 60, 2592000, "1d"),
	TIME("budgets.asked_for", budgets.asked_s, 1, 60, "10s"),
	NUMBER("sizes.names", sizes.names, 16, 1 << 26, "1048576"),
	NUMBER("sizes.zones", sizes.zones, 1, SETTINGS_ZONES_MAX, "1024"),
	NUMBER("sizes.cells", sizes.cells, 1024, 1 << 27, "1048576"),
	NUMBER("sizes.proven", sizes.proven, 1024, 1 << 26, "262144"),
	NUMBER("sizes.asked", sizes.asked, 1024, 1 << 26, "65536"),
	NUMBER("sizes.blocked", sizes.blocked, 16, 1 << 26, "65536"),
	NUMBER("sizes.prefixes", sizes.prefixes, 16, 1 << 22, "65536"),
	TEXT(SCALAR_PATH, "samples.file", samples.file, ""),
	NUMBER("samples.rate", samples.rate, 1, 100000, "50"),
	SIZE("samples.size", samples.size, 4096, 1ull << 40, "64mib"),
	TIME("store.findings_for", store.findings_s, 3600, 315360000, "180d"),
	TIME("store.audit_for", store.audit_s, 86400, 315360000, "365d"),
	TIME("store.devices_for", store.devices_s, 3600, 315360000, "90d"),
	SIZE("store.size", store.size, 1 << 20, 1ull << 40, "256mib"),
	TEXT(SCALAR_PATH, "paths.socket", paths.socket, "/run/floodwall/control.sock"),
	TEXT(SCALAR_PATH, "paths.state", paths.state, "/var/lib/floodwall"),
	TEXT(SCALAR_PATH, "paths.bpffs", paths.bpffs, "/sys/fs/bpf"),
	TEXT(SCALAR_ADDRESS, "page.address", page.address, "127.0.0.1"),
	NUMBER("page.port", page.port, 0, 65535, "8753"),
	TEXT(SCALAR_PATH, "page.certificate", page.certificate, ""),
	TEXT(SCALAR_PATH, "page.key", page.key, ""),
	CHOICE("page.metrics", page.metrics_open, token_words, "token"),
	TEXT(SCALAR_PATH, "messages.eve.file", messages.eve_file, ""),
	CHOICE("messages.eve.stdout", messages.eve_stdout, yes_words, "false"),
	TEXT(SCALAR_PATH, "messages.eve.socket", messages.eve_socket, ""),
	CHOICE("messages.eve.syslog", messages.syslog, facility_words, "off"),
	CHOICE("messages.eve.syslog_form", messages.syslog_rfc5424, syslog_words, "local"),
	TEXT(SCALAR_PATH, "messages.eve.syslog_socket", messages.syslog_socket, "/dev/log"),
	TEXT(SCALAR_COMMAND, "messages.hook", messages.hook, ""),
	TEXT(SCALAR_COMMAND, "messages.mail", messages.mail, ""),
	TEXT(SCALAR_MAILBOX, "messages.to", messages.to, ""),
	TEXT(SCALAR_MAILBOX, "messages.from", messages.from, ""),
	TIME("messages.command_for", messages.command_s, 1, 600, "20s"),
	TEXT(SCALAR_CLOCK, "messages.digest", messages.digest, ""),
	TEXT(SCALAR_CLOCK, "messages.quiet.from", messages.quiet_from, ""),
	TEXT(SCALAR_CLOCK, "messages.quiet.until", messages.quiet_until, ""),
	TEXT(SCALAR_NAME, "mqtt.host", mqtt.host, ""),
	NUMBER("mqtt.port", mqtt.port, 0, 65535, "0"),
	TEXT(SCALAR_NAME, "mqtt.topic", mqtt.topic, "floodwall"),
	TEXT(SCALAR_NAME, "mqtt.discovery", mqtt.discovery, "homeassistant"),
	TEXT(SCALAR_PATH, "mqtt.login", mqtt.login, ""),
	TEXT(SCALAR_PATH, "mqtt.ca", mqtt.ca, ""),
	TEXT(SCALAR_PATH, "mqtt.certificate", mqtt.certificate, ""),
	TEXT(SCALAR_PATH, "mqtt.key", mqtt.key, ""),
	CHOICE("mqtt.commands", mqtt.commands, yes_words, "false"),
	TIME("mqtt.home_for", mqtt.home_s, 60, 86400, "10m"),
	CHOICE("guard.mode", guard.mode, settings_mode_names, "observe"),
	CHOICE("guard.lateral", guard.lateral_closed, open_words, "open"),
	CHOICE("guard.fail", guard.fail_closed, open_words, "open"),
	TEXT(SCALAR_PATH, "guard.mud", guard.mud, ""),
	TEXT(SCALAR_PATH, "guard.signatures", guard.signatures, ""),
	TEXT(SCALAR_PATH, "guard.advisories", guard.advisories, ""),
	TEXT(SCALAR_PATH, "guard.recalls", guard.recalls, ""),
	TEXT(SCALAR_PATH, "guard.facts", guard.facts, ""),
	TEXT(SCALAR_PATH, "guard.marks", guard.marks, ""),
	TIME("guard.tcp_for", guard.flow_tcp_s, 10, 604800, "2h"),
	TIME("guard.other_for", guard.flow_other_s, 10, 86400, "3m"),
	TIME("guard.answered_for", guard.answered_s, 1, 120, "30s"), /* the kernel keeps its seconds in 8 bits */
	TIME("guard.grace", guard.grace_s, 0, 86400, "10m"),
	TIME("guard.late", guard.late_s, 0, 600, "60s"),
	GUARD_FILTER("quarantine", FW_GUARD_QUARANTINE),
	GUARD_FILTER("forged", FW_GUARD_FORGED),
	GUARD_FILTER("policy", FW_GUARD_POLICY),
	GUARD_FILTER("inbound", FW_GUARD_INBOUND),
	GUARD_FILTER("brake", FW_GUARD_BRAKE),
	CHOICE("guard.quarantine.from", guard.quarantine_from, from_words, "high"),
	TIME("guard.quarantine.for", guard.quarantine_s, 0, 31622400, "1d"),
	BRAKE("brake.contacts", brake[FW_BRAKE_CONTACTS], "200", "1000"),
	BRAKE("brake.logins", brake[FW_BRAKE_LOGINS], "1", "20"),
	BRAKE("brake.syns", brake[FW_BRAKE_SYNS], "100", "500"),
	BRAKE("brake.unanswered", brake[FW_BRAKE_UNANSWERED], "131072", "1048576"),
	BRAKE("brake.questions", brake[FW_BRAKE_QUESTIONS], "50", "500"),
	BRAKE("brake.forged", brake[FW_BRAKE_FORGED], "1", "10"),
	BRAKE("brake.local", brake[FW_BRAKE_LOCAL], "500", "2000"),
	BRAKE("frames", frames, "2000", "4000"),
	BRAKE("frames_all", frames_all, "50000", "100000"),
	NUMBER("guard.sizes.devices", guard.sizes.devices, 16, 60000, "1024"),
	NUMBER("guard.sizes.rules", guard.sizes.rules, 64, 1 << 20, "32768"),
	NUMBER("guard.sizes.members", guard.sizes.members, 64, 1 << 20, "16384"),
	NUMBER("guard.sizes.names", guard.sizes.names, 16, 1 << 18, "8192"),
	NUMBER("guard.sizes.flows", guard.sizes.flows, 16, 65536, "512"),
	SIZE("guard.sizes.advisories", guard.advisory_bytes, 1 << 20, 1 << 28, "4mib"),

};

#define COUNTED(member, count) offsetof(struct settings, member), offsetof(struct settings, count)
#define TIMES(path, member) \
	{"budgets." path ".ipv4", LIST_TIMES, offsetof(struct settings, budgets.member.four), 0, FW_LEVELS_4}, \
	{ \
		"budgets." path ".ipv6", LIST_TIMES, offsetof(struct settings, budgets.member.six), 0, FW_LEVELS_6 \
	}

const struct list settings_lists[] = {
	{"protected", LIST_ADDRESS, COUNTED(protected_addresses, protected_count), SETTINGS_PROTECTED_MAX},
	{"trusted", LIST_PREFIX, COUNTED(trusted, trusted_count), SETTINGS_PREFIXES_MAX},
	{"blocked", LIST_PREFIX, COUNTED(blocked, blocked_count), SETTINGS_PREFIXES_MAX},
	{"include", LIST_INCLUDE, 0, 0, SETTINGS_INCLUDES_MAX},
	{"blocked_files", LIST_PATH, COUNTED(blocked_files, blocked_file_count), SETTINGS_FILES_MAX},
	TIMES("total", total),
	TIMES("unknown", unknown),
	TIMES("possible", possible),
	TIMES("truncated", truncated),
	{"guard.interfaces", LIST_INTERFACE, COUNTED(guard.interfaces, guard.interface_count), GUARD_INTERFACES_MAX},
	{"guard.local", LIST_PREFIX, COUNTED(guard.local, guard.local_count), FW_GUARD_OURS_MAX},
	{"guard.gateway", LIST_ADDRESS, COUNTED(guard.gateway, guard.gateway_count), FW_GUARD_HELD_MAX},
	{"guard.admins", LIST_WHO, COUNTED(guard.admins, guard.admin_count), GUARD_ADMINS_MAX},
	{"guard.resolvers", LIST_ADDRESS, COUNTED(guard.resolvers, guard.resolver_count), FW_GUARD_RESOLVERS_MAX},
	{"guard.ntp", LIST_ADDRESS, COUNTED(guard.ntp, guard.ntp_count), GUARD_NTP_MAX},
	{"guard.update_hosts", LIST_HOST, COUNTED(guard.update_hosts, guard.update_host_count), GUARD_HOSTS_MAX},
	{"guard.login_ports", LIST_PORT, COUNTED(guard.login_ports, guard.login_port_count), FW_GUARD_LOGIN_PORTS},
	{"page.hosts", LIST_HOST, COUNTED(page.hosts, page.host_count), SETTINGS_PAGE_HOSTS_MAX},
};

const size_t settings_scalar_count = sizeof(settings_scalars) / sizeof(settings_scalars[0]);
const size_t settings_list_count = sizeof(settings_lists) / sizeof(settings_lists[0]);

_Static_assert(sizeof(settings_scalars) / sizeof(settings_scalars[0]) <= SCALARS_MAX, "struct raw has room");
_Static_assert(sizeof(settings_lists) / sizeof(settings_lists[0]) <= LISTS_MAX, "struct raw has room");
