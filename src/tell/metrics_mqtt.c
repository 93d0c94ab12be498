/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tell/metric.h"
#include "tell/tell.h"

void metrics_mqtt_write(const struct mqtt_counts *counts, bool connected, FILE *out)
{
	metric_single(out, "mqtt_connected", METRIC_GAUGE, "1 where the broker takes what it is told.", connected);
	metric_single(out, "mqtt_connections_total", METRIC_COUNTER, "Connections to the broker that came to be.", counts->connections);
	metric_single(out, "mqtt_messages_total", METRIC_COUNTER, "Messages handed to the broker.", counts->messages);
	metric_single(out, "mqtt_commands_total", METRIC_COUNTER, "Commands of the broker that were done.", counts->commands);
	metric_single(
		out, "mqtt_commands_refused_total", METRIC_COUNTER, "Commands that were not, and why stands in the log.", counts->refused);
	metric_single(out, "mqtt_devices", METRIC_GAUGE, "Devices that the broker is told of.", counts->devices);
	metric_single(out, "mqtt_devices_left_out", METRIC_GAUGE, "Devices for which there is no room.", counts->left_out);
}
