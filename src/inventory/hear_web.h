/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a device says of itself in documents and banners: HTTP titles, UPnP, WS-Discovery, ONVIF, HNAP, TR-069, RTSP. */
#pragma once

#include "inventory/ear.h"
#include "model/fact.h"

/* FACT_HTTP_TITLE to FACT_RTSP_REALM. */
void hear_web(const struct ear *ear, const struct fact *fact);

/* Of a challenge only the realm: a Digest nonce is another one each time. Empty where there is none. */
struct slice hear_realm(struct slice challenge);
