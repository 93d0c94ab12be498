/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

void fault_set(struct fault *fault, const char *file, uint64_t line, uint64_t offset, const char *format, ...)
{
	char raw[FAULT_SENTENCE_MAX];
	va_list arguments;

	if (!fault)
		return;
	va_start(arguments, format);
	vsnprintf(raw, sizeof(raw), format, arguments);
	va_end(arguments);
	text_escape(fault->sentence, sizeof(fault->sentence), raw, SIZE_MAX);
	text_escape(fault->file, sizeof(fault->file), file ? file : "", SIZE_MAX);
	fault->line = line;
	fault->offset = offset;
}
