/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/dname.h>
#include <libknot/errcode.h>

int zone_name_read(const char *text, struct zone_name *out_name, struct fault *out_fault)
{
	struct zone_name name = {0};

	if (!knot_dname_from_str(name.wire, text, sizeof(name.wire))) {
		fault_set(out_fault, NULL, 0, 0, "'%s' is no domain name", text);
		return -EINVAL;
	}
	knot_dname_to_lower(name.wire);
	name.len = (uint8_t)knot_dname_size(name.wire);
	*out_name = name;
	return 0;
}

char *zone_name_text(char out[ZONE_NAME_TEXT_MAX], const struct zone_name *name)
{
	if (!name->len || !knot_dname_to_str(out, name->wire, ZONE_NAME_TEXT_MAX))
		out[0] = 0;
	return out;
}

bool owner_equal(const uint8_t *name, size_t len, const struct zone_name *apex)
{
	return len == apex->len && memcmp(name, apex->wire, len) == 0;
}

/* Walks down to the suffix of the right length, which must begin with a label. */
bool owner_inside(const uint8_t *name, size_t len, const struct zone_name *apex)
{
	size_t at = 0;

	if (len < apex->len)
		return false;
	while (at < len - apex->len)
		at += 1u + name[at];
	return at == len - apex->len && memcmp(name + at, apex->wire, apex->len) == 0;
}

static int key_error(int knot_error, const char *algorithm, const char *name, struct fault *out_fault)
{
	knot_dname_storage_t wire;

	if (knot_error == KNOT_ENOMEM && knot_dname_from_str(wire, name, sizeof(wire))) /* which it also says of a name that is none */
		return fault_set(out_fault, NULL, 0, 0, "not enough memory"), -ENOMEM;
	if (dnssec_tsig_algorithm_from_name(algorithm) == DNSSEC_TSIG_UNKNOWN)
		fault_set(out_fault, NULL, 0, 0, "'%s' is no algorithm for a TSIG key; hmac-sha256 is the usual one", algorithm);
	else
		fault_set(out_fault, NULL, 0, 0, "the TSIG key '%s' needs a domain name and a secret in base64", name);
	return -EINVAL;
}

int zone_key_new(const char *algorithm, const char *name, const char *secret, struct zone_key **out_key, struct fault *out_fault)
{
	struct zone_key *key = calloc(1, sizeof(*key));
	int error;

	if (!key) {
		fault_set(out_fault, NULL, 0, 0, "not enough memory");
		return -ENOMEM;
	}
	error = knot_tsig_key_init(&key->knot, algorithm, name, secret);
	if (error == KNOT_EOK && key->knot.secret.size == 0)
		error = KNOT_EINVAL;
	if (error != KNOT_EOK) {
		zone_key_free(key);
		return key_error(error, algorithm, name, out_fault);
	}
	knot_dname_to_lower(key->knot.name);
	*out_key = key;
	return 0;
}

void zone_key_free(struct zone_key *key)
{
	if (!key)
		return;
	if (key->knot.secret.data)
		explicit_bzero(key->knot.secret.data, key->knot.secret.size);
	knot_tsig_key_deinit(&key->knot);
	free(key);
}

bool zone_key_same(const struct zone_key *a, const struct zone_key *b)
{
	const dnssec_binary_t *left = &a->knot.secret, *right = &b->knot.secret;

	return a->knot.algorithm == b->knot.algorithm && knot_dname_is_equal(a->knot.name, b->knot.name) && left->size == right->size &&
		memcmp(left->data, right->data, left->size) == 0;
}
