/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people call a company: its registered name without the legal form behind it. */
#pragma once

#include <stddef.h>

/* Bytes of name without ", Inc.", " Co., Ltd.", " GmbH" and the like; the first word always stays. */
size_t company_len(const char *name);
