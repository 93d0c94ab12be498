/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/companies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/inventory.h"
#include "inventory/shipped.h"
#include "inventory/words.h"

struct companies {
	struct signatures table;
	uint8_t hash_key[16];
};

struct slice companies_called(struct signatures *table, struct slice name)
{
	struct signature signatures[SIGNATURE_MATCH_MAX];

	return signature_match(table, "company", name, signatures) ? signatures[0].value : name;
}

int companies_new(const uint8_t hash_key[16], struct companies **out_companies)
{
	struct companies *companies = calloc(1, sizeof(*companies));

	if (!companies)
		return -ENOMEM;
	memcpy(companies->hash_key, hash_key, sizeof(companies->hash_key));
	*out_companies = companies;
	return 0;
}

void companies_free(struct companies *companies)
{
	if (companies)
		signature_done(&companies->table);
	free(companies);
}

int companies_read(struct companies *companies, const char *file, const char *body, size_t len, struct fault *out_fault)
{
	const char *end = strrchr(file, '.');

	if (!end || strcmp(end, ".tsv"))
		return 0;
	return signature_read(&companies->table, companies->hash_key, file, (struct slice){(const uint8_t *)body, len}, out_fault);
}

int companies_read_shipped(struct companies *companies)
{
	int error = 0;

	for (size_t i = 0; !error && i < shipped_signatures_count; i++)
		error = companies_read(companies, shipped_signatures[i].name, shipped_signatures[i].body, shipped_signatures[i].len, NULL);
	return error == -ENOMEM ? error : 0;
}

bool companies_find(struct companies *companies, const char *name, char *out, size_t size)
{
	struct slice given = words_of(name), called = companies_called(&companies->table, given);

	if (called.bytes == given.bytes)
		return false;
	called.len = called.len < size ? called.len : size - 1;
	memcpy(out, called.bytes, called.len);
	out[called.len] = 0;
	return true;
}
