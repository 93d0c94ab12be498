/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Products by the names that machines give them: CPE 2.2 (cpe:/o:vendor:product:version) and 2.3 (cpe:2.3:o:vendor:product:version:...), and package URLs. */
#include <string.h>

#include "advisory/index.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* A field up to its colon, without the backslashes that quote; lower case; "" if it is too long. Returns where the next one begins, or NULL at the end. */
static const char *take_field(const char *at, char out[IDENTITY_MAX])
{
	size_t used = 0;

	for (; *at && *at != ':'; at++) {
		if (*at == '\\' && at[1])
			at++;
		if (used < IDENTITY_MAX)
			out[used++] = lower(*at);
	}
	out[used < IDENTITY_MAX ? used : 0] = 0;
	return *at ? at + 1 : NULL;
}

static bool is_any(const char *field)
{
	return !*field || !strcmp(field, "*") || !strcmp(field, "-");
}

bool identity_cpe(const char *cpe, char out_key[IDENTITY_MAX], char out_version[IDENTITY_MAX])
{
	char vendor[IDENTITY_MAX], product[IDENTITY_MAX];
	const char *at = !strncmp(cpe, "cpe:2.3:", 8) ? cpe + 8 : !strncmp(cpe, "cpe:/", 5) ? cpe + 5 : NULL;

	*out_version = 0;
	if (at)
		at = take_field(at, vendor); /* the part: a, o or h */
	if (at)
		at = take_field(at, vendor);
	if (!at)
		return false;
	at = take_field(at, product);
	if (is_any(vendor) || is_any(product) || strlen(vendor) + strlen(product) + 2 > IDENTITY_MAX)
		return false;
	if (at)
		take_field(at, out_version);
	if (is_any(out_version))
		*out_version = 0;
	memcpy(out_key, vendor, strlen(vendor) + 1);
	out_key[strlen(vendor)] = ':';
	memcpy(out_key + strlen(vendor) + 1, product, strlen(product) + 1);
	return true;
}

/* pkg:type/namespace/name@version?qualifiers#subpath */
bool identity_purl(const char *purl, char out_key[IDENTITY_MAX], char out_version[IDENTITY_MAX])
{
	size_t len = strcspn(purl, "?#"), name, used = 0;

	*out_version = 0;
	if (strncmp(purl, "pkg:", 4))
		return false;
	for (purl += 4, len -= 4; len && *purl == '/'; len--)
		purl++;
	name = len;
	for (size_t i = len; i; i--)
		if (purl[i - 1] == '@') {
			name = i - 1;
			break;
		}
	if (name < len && len - name < IDENTITY_MAX) {
		memcpy(out_version, purl + name + 1, len - name - 1);
		out_version[len - name - 1] = 0;
	}
	for (size_t i = 0; i < name && name < IDENTITY_MAX; i++)
		out_key[used++] = lower(purl[i]);
	out_key[used] = 0;
	return strchr(out_key, '/') && used;
}
