/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signatures that the program brings with it: data/signatures/ of the project, as it was when it was built. The end of a name says its
 * form: .xml is recog's, .tsv the plain table.
 */
#pragma once

#include "base/embedded.h"

extern const struct embedded shipped_signatures[];
extern const size_t shipped_signatures_count;
