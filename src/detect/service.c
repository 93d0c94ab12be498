/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "detect/service.h"

#include <string.h>

enum { PROTO_TCP = 6, PROTO_UDP = 17 };

struct service_port {
	uint16_t port;
	uint8_t proto;
	enum severity inside;
};

static const struct service_port service_ports[] = {
	{21, PROTO_TCP, SEVERITY_LOW},
	{23, PROTO_TCP, SEVERITY_MEDIUM},
	{512, PROTO_TCP, SEVERITY_LOW},
	{513, PROTO_TCP, SEVERITY_LOW},
	{514, PROTO_TCP, SEVERITY_LOW},
	{2323, PROTO_TCP, SEVERITY_MEDIUM},
	{4567, PROTO_TCP, SEVERITY_LOW},
	{5555, PROTO_TCP, SEVERITY_MEDIUM},
	{7547, PROTO_TCP, SEVERITY_LOW},
	{9527, PROTO_TCP, SEVERITY_LOW},
	{30005, PROTO_TCP, SEVERITY_LOW},
	{32764, PROTO_TCP, SEVERITY_LOW},
	{34567, PROTO_TCP, SEVERITY_LOW},
	{34599, PROTO_TCP, SEVERITY_LOW},
	{37215, PROTO_TCP, SEVERITY_LOW},
	{37777, PROTO_TCP, SEVERITY_LOW},
	{37810, PROTO_TCP, SEVERITY_LOW},
	{37810, PROTO_UDP, SEVERITY_LOW},
	{52869, PROTO_TCP, SEVERITY_LOW},
};

static const struct service_port *port_find(uint8_t proto, uint16_t port)
{
	for (size_t i = 0; i < sizeof(service_ports) / sizeof(service_ports[0]); i++)
		if (service_ports[i].port == port && service_ports[i].proto == proto)
			return &service_ports[i];
	return NULL;
}

bool service_listed(uint8_t proto, uint16_t port)
{
	return port_find(proto, port) != NULL;
}

void service_see(struct book *book, const struct service_seen *seen)
{
	const struct service_port *listed = port_find(seen->proto, seen->port);
	bool is_new;

	if (!listed)
		return;
	struct finding *finding = book_note(book, FINDING_OPEN_SERVICE, seen->device, seen->device == DEVICE_NONE ? seen->address : NULL,
		(uint64_t)seen->proto << 16 | seen->port, seen->time_ns, &is_new);
	if (!finding)
		return;
	finding->count++;
	if (finding->service.askers < UINT32_MAX)
		finding->service.askers++;
	book_raise(book, finding, seen->asker_ours ? listed->inside : SEVERITY_HIGH, STATE_EXPOSED);
	if (!is_new && (seen->asker_ours || finding->service.outside))
		return;
	finding->has_source = true;
	memcpy(finding->source, seen->asker, sizeof(finding->source));
	memcpy(finding->service.asker, seen->asker, sizeof(finding->service.asker));
	finding->has_target = true;
	memcpy(finding->target, seen->address, sizeof(finding->target));
	finding->source_port = seen->asker_port;
	finding->service.proto = seen->proto;
	finding->service.port = seen->port;
	finding->service.outside = !seen->asker_ours;
}
