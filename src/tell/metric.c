/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prometheus' text exposition format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats): per family HELP, TYPE, then its
 * samples in one piece; counters end in _total; base units; a label's value with \\, \" and \n escaped. No address is
 * ever a label: a flood would make a new series with each packet.
 */
#include "tell/metric.h"

#include <inttypes.h>

void metric_family(FILE *out, const char *name, enum metric_type type, const char *help)
{
	fprintf(out, "# HELP floodwall_%s %s\n# TYPE floodwall_%s %s\n", name, help, name, type == METRIC_COUNTER ? "counter" : "gauge");
}

void metric_label(FILE *out, const char *value)
{
	for (; *value; value++)
		if (*value == '\\' || *value == '"')
			fprintf(out, "\\%c", *value);
		else if (*value == '\n')
			fputs("\\n", out);
		else
			fputc(*value, out);
}

void metric_single(FILE *out, const char *name, enum metric_type type, const char *help, uint64_t value)
{
	metric_family(out, name, type, help);
	fprintf(out, "floodwall_%s %" PRIu64 "\n", name, value);
}

void metric_one_of(FILE *out, const char *name, const char *label, const char *const *words, unsigned count, unsigned holds)
{
	for (unsigned i = 0; i < count; i++)
		fprintf(out, "floodwall_%s{%s=\"%s\"} %d\n", name, label, words[i], holds == i);
}

void metric_process(FILE *out, const struct metric_process *process)
{
	uint64_t up_s = process->now_s > process->started_s ? process->now_s - process->started_s : 0;

	metric_family(out, "build_info", METRIC_GAUGE, "What runs here; always 1.");
	fputs("floodwall_build_info{version=\"", out);
	metric_label(out, process->version);
	fprintf(out, "\",role=\"%s\"%s} 1\n", process->role, process->more);
	metric_single(out, "start_time_seconds", METRIC_GAUGE, "When the daemon started, seconds since 1970.", process->started_s);
	metric_single(out, "uptime_seconds", METRIC_GAUGE, "For how long it has run.", up_s);
	metric_single(out, "resident_memory_bytes", METRIC_GAUGE, "Memory of the daemon that is in use.", process->resident_bytes);
	metric_single(out, "configuration_generation", METRIC_GAUGE, "How often a configuration was taken.", process->generation);
	metric_single(out, "configuration_refused", METRIC_GAUGE, "1 where the file is wrong and the earlier configuration holds.",
		process->refused);
	metric_single(out, "decisions", METRIC_GAUGE, "Decisions about sources or devices that stand.", process->decisions);
	metric_single(
		out, "store_sound", METRIC_GAUGE, "0 where decisions, findings or the audit log cannot be kept.", process->store_sound);
}
