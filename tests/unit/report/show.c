/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show SITUATION json|html|eve|ocsf|csv|csv-devices | show SITUATION WIDTH [colour] [quiet] [verbose]: one report on standard output, to look at or to validate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "situations.h"

int main(int argc, char **argv)
{
	const struct situation *situation = argc > 2 ? situation_find(argv[1]) : NULL;
	struct report_style style = {0};
	struct report_view view;

	if (!situation) {
		fprintf(stderr, "usage: show SITUATION json|html|eve|ocsf|csv|csv-devices|WIDTH [colour] [quiet] [verbose]\n");
		return 2;
	}
	situation->make(&view);
	if (!strcmp(argv[2], "json"))
		return report_json(stdout, &view) ? 1 : 0;
	if (!strcmp(argv[2], "eve"))
		return report_eve(stdout, &view) ? 1 : 0;
	if (!strcmp(argv[2], "ocsf"))
		return report_ocsf(stdout, &view) ? 1 : 0;
	if (!strcmp(argv[2], "csv-devices"))
		return report_csv_devices(stdout, &view) ? 1 : 0;
	if (!strcmp(argv[2], "csv"))
		return report_csv(stdout, &view) ? 1 : 0;
	if (!strcmp(argv[2], "html"))
		return report_html(stdout, &view) ? 1 : 0;
	style.width = (unsigned)strtoul(argv[2], NULL, 10);
	for (int i = 3; i < argc; i++) {
		style.colour |= !strcmp(argv[i], "colour");
		style.quiet |= !strcmp(argv[i], "quiet");
		style.verbose |= !strcmp(argv[i], "verbose");
	}
	return report_text(stdout, &view, &style) ? 1 : 0;
}
