/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/style.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_PIPED = 100, WIDTH_MIN = 40, WIDTH_MAX = 120 };

int style_read_width(const char *word, struct report_style *style)
{
	char *end;
	unsigned long width = strtoul(word, &end, 10);

	if (*word < '0' || *word > '9' || *end || width < WIDTH_MIN || width > 1000)
		return -EINVAL;
	style->width = (unsigned)width;
	return 0;
}

void style_fit(struct report_style *style, int descriptor, bool no_color)
{
	bool terminal = isatty(descriptor);
	const char *variable = getenv("NO_COLOR"), *term = getenv("TERM");
	struct winsize size;

	style->colour = terminal && !no_color && !(variable && *variable) && !(term && strcmp(term, "dumb") == 0);
	if (style->width)
		return;
	style->width = WIDTH_PIPED;
	if (terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col)
		style->width = size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col > WIDTH_MAX ? WIDTH_MAX : size.ws_col;
}
