/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/evidence.h"

#include <string.h>

#include "base/reason.h"
#include "report/member.h"
#include "report/names.h"
#include "report/report.h"

static json_t *accepted_write(enum login_result result)
{
	return result == LOGIN_UNKNOWN ? json_string("unknown") : json_boolean(result == LOGIN_ACCEPTED);
}

/* The password is never known here: three stars stand where one was seen. */
static json_t *login_write(const struct finding *finding)
{
	const struct evidence_login *login = &finding->login;
	json_t *object = json_object();

	member_put(&object, "service", login->encrypted ? json_null() : json_string(name_login_service(login->service)));
	member_put(&object, "port", json_integer(login->port));
	member_put(&object, "peer", member_address(login->peer, 128));
	member_put(&object, "outside", json_boolean(login->outside));
	member_put(&object, "user", member_text(login->user, strnlen(login->user, sizeof(login->user))));
	member_put(&object, "password", json_string("***"));
	member_put(&object, "accepted", accepted_write(login->result));
	member_put(&object, "tries", json_integer(login->tries));
	member_put(&object, "tries_refused", json_integer(login->refused));
	member_put(&object, "tries_accepted", json_integer(login->accepted));
	if (finding->id == FINDING_LOGIN_GUESSING) {
		member_put(&object, "pairs", json_integer(login->pairs));
		member_put(&object, "encrypted", json_boolean(login->encrypted));
	}
	return object;
}

/* "tcp", or the number of an IP protocol that has no word here. */
static json_t *protocol_write(uint8_t proto)
{
	const char *name = name_protocol(proto);

	return name ? json_string(name) : json_integer(proto);
}

static json_t *service_write(const struct evidence_service *service)
{
	const struct name_port *known = name_port(service->port);
	json_t *object = json_object();

	member_put(&object, "protocol", protocol_write(service->proto));
	member_put(&object, "port", json_integer(service->port));
	member_put(&object, "service", known ? json_string(known->id) : json_null());
	member_put(&object, "asker", member_address(service->asker, 128));
	member_put(&object, "outside", json_boolean(service->outside));
	member_put(&object, "askers", json_integer(service->askers));
	return object;
}

static json_t *service_name_write(uint16_t port)
{
	const struct name_port *known = name_port(port);

	return known ? json_string(known->id) : json_null();
}

static json_t *reached_write(const struct evidence_reached *reached)
{
	json_t *object = json_object();

	member_put(&object, "protocol", protocol_write(reached->proto));
	member_put(&object, "port", json_integer(reached->port));
	member_put(&object, "service", service_name_write(reached->port));
	member_put(&object, "how", json_string(name_reached(reached->how)));
	member_put(&object, "asker", reached->how == REACHED_NOT_YET ? json_null() : member_address(reached->asker, 128));
	member_put(&object, "askers", json_integer(reached->askers));
	member_put(&object, "mapped", json_boolean(reached->mapped));
	member_put(&object, "mapped_port", reached->mapped ? json_integer(reached->mapped_port) : json_null());
	member_put(&object, "mapped_for",
		reached->mapped ? member_text(reached->mapped_for, strnlen(reached->mapped_for, sizeof(reached->mapped_for)))
				: json_null());
	return object;
}

static json_t *scan_kinds_write(uint32_t kinds)
{
	static const uint32_t order[] = {SCAN_HORIZONTAL, SCAN_VERTICAL, SCAN_TCP, SCAN_UDP, SCAN_ICMP, SCAN_ARP, SCAN_ACK};
	json_t *array = json_array();

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (kinds & order[i])
			member_append(&array, json_string(name_scan_kind(order[i])));
	return array;
}

static json_t *scan_ports_write(const struct evidence_scan *scan)
{
	json_t *array = json_array();

	for (size_t i = 0; i < scan->port_shown && i < EVIDENCE_PORTS_MAX; i++)
		member_append(&array, json_integer(scan->ports[i]));
	return array;
}

static json_t *scan_write(const struct evidence_scan *scan)
{
	uint32_t kind = scan->kinds & SCAN_HORIZONTAL ? SCAN_HORIZONTAL : scan->kinds & SCAN_VERTICAL;
	json_t *object = json_object();

	member_put(&object, "kind", kind ? json_string(name_scan_kind(kind)) : json_null());
	member_put(&object, "kinds", scan_kinds_write(scan->kinds));
	member_put(&object, "outside", json_boolean(scan->outside));
	member_put(&object, "source_outside", json_boolean(scan->source_outside));
	member_put(&object, "mirai_mark", json_boolean(scan->mirai_mark));
	member_put(&object, "failed", json_integer(scan->failed));
	member_put(&object, "answered", json_integer(scan->answered));
	member_put(&object, "targets", json_integer(scan->targets));
	member_put(&object, "target", member_address(scan->target, 128));
	member_put(&object, "port_count", json_integer(scan->port_count));
	member_put(&object, "ports", scan_ports_write(scan));
	return object;
}

static json_t *beacon_write(const struct evidence_beacon *beacon)
{
	json_t *object = json_object();

	member_put(&object, "target", member_address(beacon->target, 128));
	member_put(&object, "port", member_port_or_null(beacon->port));
	member_put(&object, "protocol", protocol_write(beacon->proto));
	member_put(&object, "contacts", json_integer(beacon->contacts));
	member_put(&object, "named", json_boolean(beacon->named));
	member_put(&object, "answered", json_boolean(beacon->answered));
	member_put(&object, "score", member_thousandths(beacon->score));
	member_put(&object, "timestamp_score", member_thousandths(beacon->timestamp_score));
	member_put(&object, "size_score", member_thousandths(beacon->size_score));
	member_put(&object, "duration_score", member_thousandths(beacon->duration_score));
	member_put(&object, "histogram_score", member_thousandths(beacon->histogram_score));
	member_put(&object, "period_ms", member_number(beacon->period_ns / 1000000u));
	return object;
}

static json_t *sources_write(const struct evidence_flood *flood)
{
	json_t *object = json_object();

	member_put(&object, "proven", json_integer(flood->sources_proven));
	member_put(&object, "unproven", json_integer(flood->sources_unproven));
	return object;
}

static json_t *flood_write(const struct finding *finding)
{
	const struct evidence_flood *flood = &finding->flood;
	bool zoned = flood->zone[0];
	json_t *object = json_object();

	member_put(&object, "vector", json_string(report_vector_name(flood->vector)));
	member_put(&object, "target", member_address(flood->target, flood->target_bits));
	member_put(&object, "port", member_port_or_null(flood->port));
	member_put(&object, "packets", member_number(flood->packets));
	member_put(&object, "bytes", member_number(flood->bytes));
	member_put(&object, "answers", member_number(flood->answers));
	member_put(&object, "peak_pps", json_integer(flood->peak_pps));
	member_put(&object, "zone", zoned ? member_text(flood->zone, strnlen(flood->zone, sizeof(flood->zone))) : json_null());
	member_put(&object, "labels", json_integer(flood->labels));
	member_put(&object, "failed_share", member_thousandths(flood->failed_share * 10u));
	if (finding->id == FINDING_RECEIVES_FLOOD) {
		member_put(&object, "sources", sources_write(flood));
		member_put(&object, "backscatter", json_boolean(flood->backscatter));
	}
	return object;
}

/* Three digits: reals are written with that many, so a large one is a whole number. */
static json_t *factor_write(const struct evidence_reflector *reflector)
{
	uint64_t asked = reflector->bytes_asked ? reflector->bytes_asked : 1, factor = reflector->bytes_answered / asked;

	if (factor >= 100)
		return member_number(factor);
	return json_real((double)reflector->bytes_answered / (double)asked);
}

static json_t *reflector_write(const struct evidence_reflector *reflector)
{
	json_t *object = json_object();

	member_put(&object, "protocol", protocol_write(reflector->proto));
	member_put(&object, "port", json_integer(reflector->port));
	member_put(&object, "service", service_name_write(reflector->port));
	member_put(&object, "own_zone", json_boolean(reflector->own_zone));
	member_put(&object, "answers", member_number(reflector->answers));
	member_put(&object, "askers", json_integer(reflector->askers));
	member_put(&object, "bytes_asked", member_number(reflector->bytes_asked));
	member_put(&object, "bytes_answered", member_number(reflector->bytes_answered));
	member_put(&object, "factor", factor_write(reflector));
	member_put(&object, "victim", member_address(reflector->victim, 128));
	return object;
}

static json_t *forged_write(const struct evidence_forged *forged)
{
	json_t *object = json_object();

	member_put(&object, "mac", member_mac(forged->mac));
	member_put(&object, "source", member_address(forged->source, 128));
	member_put(&object, "target", member_address(forged->target, 128));
	member_put(&object, "packets", json_integer(forged->packets));
	member_put(&object, "sources", json_integer(forged->sources));
	return object;
}

static json_t *violation_write(const struct evidence_violation *violation)
{
	json_t *object = json_object();

	member_put(&object, "protocol", protocol_write(violation->proto));
	member_put(&object, "peer", member_address(violation->peer, 128));
	member_put(&object, "port", member_port_or_null(violation->port));
	member_put(&object, "reason", json_string(reason_counter((enum fw_reason)violation->reason)));
	member_put(&object, "packets", json_integer(violation->packets));
	member_put(&object, "peers", json_integer(violation->peers));
	member_put(&object, "policy", member_text(violation->policy, SIZE_MAX));
	return object;
}

static json_t *advisory_write(const struct evidence_advisory *advisory)
{
	json_t *object = json_object();

	member_put(&object, "id", member_text(advisory->id, SIZE_MAX));
	member_put(&object, "title", member_text(advisory->title, SIZE_MAX));
	member_put(&object, "certainty", json_string(name_certainty(advisory->certainty)));
	member_put(&object, "remediation", json_string(name_remedy(advisory->remedy)));
	member_put(&object, "score", advisory->score ? member_thousandths(advisory->score * 100u) : json_null());
	member_put(&object, "exploited", json_boolean(advisory->exploited));
	member_put(&object, "advisories", json_integer(advisory->advisories));
	return object;
}

json_t *evidence_write(const struct finding *finding)
{
	switch (finding->id) {
	case FINDING_DEFAULT_PASSWORD:
	case FINDING_CLEARTEXT_LOGIN:
	case FINDING_LOGIN_GUESSING:
		return login_write(finding);
	case FINDING_OPEN_SERVICE:
		return service_write(&finding->service);
	case FINDING_REACHED_FROM_INTERNET:
		return reached_write(&finding->reached);
	case FINDING_REFLECTOR:
		return reflector_write(&finding->reflector);
	case FINDING_SCAN:
		return scan_write(&finding->scan);
	case FINDING_BEACON:
		return beacon_write(&finding->beacon);
	case FINDING_FLOOD:
	case FINDING_RECEIVES_FLOOD:
		return flood_write(finding);
	case FINDING_ADVISORY:
		return advisory_write(&finding->advisory);
	case FINDING_POLICY_VIOLATION:
		return violation_write(&finding->violation);
	default:
		return forged_write(&finding->forged);
	}
}
