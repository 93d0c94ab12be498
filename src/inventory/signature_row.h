/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line of the signature table. Part of signature.c. */
#pragma once

#include "inventory/signature.h"

/* Slices of the line. */
struct signature_line {
	struct slice source, pattern, value;
	enum states states;
	uint8_t strength;
};

/* NULL, or what is wrong with it; then out is untouched. */
const char *signature_line(struct slice line, struct signature_line *out);
