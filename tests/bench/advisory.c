/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder of advisories read from scratch with its index written, read again by the index, and 10,000 devices matched. usage: advisory FOLDER INDEX
 * Devices: 20 makers by 20 models by versions, so that each maker meets its own models and others'. Prints one JSON object.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "engine/mirror.h"
#include "inventory/inventory.h"

enum { DEVICES = 10000 };

static const char *const makers[] = {"Siemens", "Schneider Electric", "Rockwell Automation", "Advantech", "Mitsubishi Electric",
	"Delta Electronics", "Philips", "ABB", "GE", "Moxa", "Hitachi Energy", "Omron", "Honeywell", "Hikvision", "Dahua", "Xiongmai",
	"Reolink", "Axis", "Phoenix Contact", "TP-Link"};
static const char *const models[] = {"SIMATIC S7-1200", "Modicon M580", "CompactLogix 5370", "WebAccess/SCADA", "MELSEC iQ-R", "DIAScreen",
	"IntelliVue MP40", "AC500", "MDS PulseNET", "EDS-405A", "RTU500", "CX-Programmer", "H4W2GR1", "DS-2CD2142FWD-I", "IPC-HDW1320S",
	"50H20L", "RLC-410", "M3045", "FL SWITCH 3005", "HS110"};

static void count_match(void *context, const struct advisory_match *match)
{
	++((uint64_t *)context)[match->certainty];
}

static double seconds(uint64_t since_ns)
{
	return (double)(clock_steady_ns() - since_ns) / 1e9;
}

static bool company(void *context, const char *name, char out[ADVISORY_MAKER_MAX])
{
	return companies_find(context, name, out, ADVISORY_MAKER_MAX);
}

static struct companies *known_companies(void)
{
	struct companies *companies;

	if (companies_new((const uint8_t[16]){1}, &companies) || companies_read_shipped(companies))
		exit(1);
	return companies;
}

static struct advisories *read_once(
	const char *folder, const char *index, struct companies *companies, struct mirror_report *report, double *out_seconds)
{
	const struct advisories_config config = {.hash_key = {1}, .company = company, .context = companies};
	const struct mirror_options options = {.folder = folder, .index = index};
	struct advisories *advisories;
	struct fault fault = {0};
	uint64_t began = clock_steady_ns();

	if (advisories_new(&config, &advisories) || mirror_read(&options, advisories, report, &fault)) {
		fprintf(stderr, "%s: %s\n", folder, fault.sentence);
		exit(1);
	}
	*out_seconds = seconds(began);
	return advisories;
}

static double match_all(const struct advisories *advisories, uint64_t counts[3])
{
	uint64_t began = clock_steady_ns();

	for (unsigned i = 0; i < DEVICES; i++) {
		char firmware[32];
		snprintf(firmware, sizeof(firmware), "V%u.%u.%u", 1 + i % 7, i % 13, i % 29);
		const struct asset asset = {.maker = makers[i % 20],
			.model = models[i / 20 % 20],
			.firmware = firmware,
			.maker_confidence = 90,
			.model_confidence = 80,
			.firmware_confidence = 80};
		advisories_match(advisories, &asset, count_match, counts, NULL);
	}
	return seconds(began);
}

int main(int argc, char **argv)
{
	struct mirror_report first, second;
	double scratch, indexed, matched;
	uint64_t counts[3] = {0};
	struct rusage usage;

	if (argc != 3)
		return 2;
	remove(argv[2]);
	struct companies *companies = known_companies();
	advisories_free(read_once(argv[1], argv[2], companies, &first, &scratch));
	struct advisories *advisories = read_once(argv[1], argv[2], companies, &second, &indexed);
	matched = match_all(advisories, counts);
	getrusage(RUSAGE_SELF, &usage);
	printf("{\"documents\": %u, \"scratch_s\": %.4f, \"unchanged\": %llu, \"indexed_s\": %.4f, \"match_s\": %.4f, \"maker\": %llu, "
	       "\"product\": %llu, \"exact\": %llu, \"peak_kib\": "
	       "%ld}\n",
		advisories_count(advisories), scratch, (unsigned long long)second.unchanged, indexed, matched,
		(unsigned long long)counts[ASSET_MAKER], (unsigned long long)counts[ASSET_PRODUCT], (unsigned long long)counts[ASSET_EXACT],
		usage.ru_maxrss);
	advisories_free(advisories);
	companies_free(companies);
	return 0;
}
