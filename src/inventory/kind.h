/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a device can be: the one list of words for it. What is not in it is no kind, whoever says so. */
#pragma once

#include "model/fact.h"

/* The word as it is written in the list, static; NULL if it is none of them. Letters of either case. */
const char *kind_find(struct slice word);
