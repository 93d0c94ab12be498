/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open-service: a device of ours answered on a port that should not be open on a device.
 *
 * One finding per (device, protocol, port); its count is the conversations answered, source and evidence.asker are the first
 * who asked, or the first from outside once there is one. From outside high; from inside low, telnet and ADB medium.
 *
 * The list, and why each port is on it:
 *   21 FTP, 23 and 2323 telnet, 512 to 514 rexec, rlogin, rsh: logins in clear, or none at all
 *   5555 Android Debug Bridge: a root shell without a login
 *   7547, 4567, 30005 TR-069 connection request: taken over by Mirai's second wave (November 2016)
 *   9527 the login shell of Xiongmai's firmware
 *   34567, 34599 Xiongmai DVRIP and its notices; 37777, 37810 (UDP and TCP) Dahua: configuration, weak or no login, reflection
 *   37215 Huawei and 52869 Realtek UPnP SOAP, 32764 SerComm's backdoor: commands without a login
 */
#pragma once

#include "detect/book.h"
#include "model/contact.h"

/* True for a port of the list. */
bool service_listed(uint8_t proto, uint16_t port);

void service_see(struct book *book, const struct service_seen *seen);
