/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ETSI EN 303 645 v3.1.3 as far as it can be seen from outside. Only what is missed is ever said, and with what shows it: that nothing was
 * seen proves nothing, so no provision is called met for that. What the maker's page or the label tells is asked for (asked.c), and met or missed as a
 * person answers. What nobody can tell from outside (5.3-2 secure updates, 5.4 storage, 5.7 integrity, 5.11 to 5.13, 6 personal data) is not spoken of.
 *
 *	5.1-1   a published default password was let in
 *	5.1-5   at least 10 logins were refused at 10 a minute or faster, so nothing slowed them down
 *	5.3-8   an advisory affects exactly this version, and says that there is no fix, or names none
 *	5.5-1   a login in clear; or all TLS that it was seen to ask for is older than 1.2
 *	5.5-5   it opened a port in itself for another device that asked by UPnP, which asks for no password
 *	5.5-7   name and password crossed the network in clear
 *	5.6-1   telnet, FTP, TR-069, ADB and the like answer
 *	5.6-2   a banner tells a version before anybody has logged in
 *	5.6-4A  ADB answers, or a telnet login as root with a published default was let in
 */
#pragma once

#include <stddef.h>

#include "model/sheet.h"

enum { PROVISION_REFUSED_LEAST = 10, PROVISION_REFUSED_A_MINUTE = 10 };

/* sheet.c: the document says that there is no fix, or names none. */
bool sheet_is_unfixed(const struct sheet_advisory *advisory);
void provision_judge(struct sheet *sheet, const struct finding *const *others, size_t other_count);
