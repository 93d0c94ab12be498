/* SPDX-License-Identifier: GPL-2.0-or-later */
/* usage: generate SCENARIO OUT.pcapng|OUT.pcap ; generate --list */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"

static const struct scenario {
	const char *name;
	void (*fill)(struct gen *gen);
} scenarios[] = {
	{"incident", scenario_incident},
	{"quiet-twin", scenario_quiet_twin},
	{"scanner", scenario_scanner},
	{"quiet-speed-test", quiet_speed_test},
	{"quiet-update", quiet_update},
	{"quiet-bittorrent", quiet_bittorrent},
	{"quiet-printer-discovery", quiet_printer_discovery},
	{"quiet-video-upload", quiet_video_upload},
	{"quiet-keep-alives", quiet_keep_alives},
	{"quiet-flash-crowd", quiet_flash_crowd},
	{"quiet-link-down", quiet_link_down},
	{"quiet-broken-ipv6", quiet_broken_ipv6},
	{"quiet-own-scanner", quiet_own_scanner},
	{"quiet-neighbours", quiet_neighbours},
	{"exposed-home", exposed_home},
	{"exposed-name-server", exposed_name_server},
	{"quiet-outside", quiet_outside},
	{"policy-kept", policy_kept},
	{"policy-left", policy_left},
	{"vectors-leaving", vectors_leaving},
	{"vectors-falling", vectors_falling},
	{"vectors-backscatter", vectors_backscatter},
	{"quiet-nearly-floods", quiet_nearly_floods},
	{"deeds", deeds},
	{"quiet-nearly-deeds", quiet_nearly_deeds},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		if (argc == 2 && strcmp(argv[1], "--list") == 0)
			puts(scenarios[i].name);
		if (argc != 3 || strcmp(argv[1], scenarios[i].name) != 0)
			continue;
		struct gen *gen = gen_new(0, 20161021);
		size_t len = strlen(argv[2]);
		scenarios[i].fill(gen);
		if (len > 5 && strcmp(argv[2] + len - 5, ".pcap") == 0)
			gen_write_pcap(gen, argv[2], true);
		else
			gen_write_pcapng(gen, argv[2]);
		gen_free(gen);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return 0;
	fputs("usage: generate SCENARIO OUT.pcapng | --list\n", stderr);
	return 2;
}
