/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SSH up to the identification strings (RFC 4253 section 4.2): "SSH-2.0-dropbear_2019.78", the only line of each side that
 * is not negotiated away. A server may send other lines before it; they are passed over.
 */
#include "dissect/session.h"

#include <string.h>

enum { LINES_BEFORE_MAX = 32, IDENTIFICATION_MAX = 253 };

static bool identifies(struct slice line)
{
	return line.len >= 4 && memcmp(line.bytes, "SSH-", 4) == 0;
}

size_t ssh_take(struct ssh *ssh, struct feed *feed)
{
	struct line line;
	size_t taken = 0;

	if (feed->gap || ssh->said[feed->direction]) {
		feed->done = feed->gap;
		return feed->len;
	}
	while (!ssh->said[feed->direction]) {
		if (!session_line(feed->bytes + taken, feed->len - taken, &line))
			return taken;
		taken += line.taken;
		if (line.cut || ++ssh->lines > LINES_BEFORE_MAX) {
			feed->done = true;
			return feed->len;
		}
		if (!identifies(line.text))
			continue;
		if (line.text.len > IDENTIFICATION_MAX)
			line.text.len = IDENTIFICATION_MAX;
		session_say_text(feed, feed->direction == FROM_SERVER ? FACT_SSH_SERVER : FACT_SSH_CLIENT, line.text);
		ssh->said[feed->direction] = true;
	}
	feed->done = ssh->said[FROM_CLIENT] && ssh->said[FROM_SERVER];
	return feed->len;
}
