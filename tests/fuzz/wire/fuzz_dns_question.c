/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DNS message through wire/dns.h. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "dns_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* The case of letters must not matter: each letter the other way round gives the same hashes. */
static void must_ignore_case(const uint8_t *bytes, size_t len, const struct fw_dns_key *key, const struct fw_dns_question *question)
{
	static struct fw_dns_question other;
	uint8_t *copy = calloc(1, len);
	size_t at = 12;

	must(copy != NULL && len > at);
	for (size_t i = 0; i < len; i++)
		copy[i] = bytes[i];
	for (; copy[at]; at += copy[at] + 1u)
		for (size_t i = at + 1; i <= at + copy[at]; i++)
			if ((copy[i] | 32) >= 'a' && (copy[i] | 32) <= 'z')
				copy[i] ^= 32;
	must(fw_dns_question_read(copy, (uint32_t)len, key, &other) == FW_READ_OK);
	for (uint32_t i = 0; i <= question->labels; i++)
		must(fw_dns_suffix(&other, key, i) == fw_dns_suffix(question, key, i));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct fw_dns_key key = dns_key_of(53);
	static struct fw_dns_question question;
	enum fw_read read;

	if (len > 65535)
		return 0;
	read = fw_dns_question_read(bytes, (uint32_t)len, &key, &question);
	must(read == fw_reason_read(question.reason));
	must(question.name_len <= FW_DNS_NAME_MAX && question.labels <= FW_DNS_LABELS_MAX + 1 && question.end_off <= len);
	if (read != FW_READ_OK)
		return 0;
	must(question.labels <= FW_DNS_LABELS_MAX && question.end_off == 12u + question.name_len + 4);
	must_ignore_case(bytes, len, &key, &question);
	return 0;
}
