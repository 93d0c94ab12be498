/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of the page, which are in the program. A path is a name in their table or nothing: there is no folder to climb out of. */
#include <errno.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "web/inside.h"

extern const struct embedded web_assets[];
extern const size_t web_assets_count;

static const char *type_of(const char *name)
{
	static const struct {
		const char *end, *type;
	} types[] = {{".html", "text/html; charset=utf-8"}, {".css", "text/css; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
		{".mjs", "text/javascript; charset=utf-8"}, {".json", "application/json"}, {".svg", "image/svg+xml"}, {".png", "image/png"},
		{".ico", "image/x-icon"}, {".woff2", "font/woff2"}, {".txt", "text/plain; charset=utf-8"},
		{".webmanifest", "application/manifest+json"}};
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t end_len = strlen(types[i].end);
		if (len > end_len && strcmp(name + len - end_len, types[i].end) == 0)
			return types[i].type;
	}
	return NULL;
}

int asset_open(struct web *web)
{
	web->tags = calloc(web_assets_count + 1, sizeof(*web->tags));
	if (!web->tags)
		return -ENOMEM;
	for (size_t i = 0; i < web_assets_count; i++) {
		uint8_t digest[SHA256_DIGEST_LENGTH];
		SHA256((const unsigned char *)web_assets[i].body, web_assets[i].len, digest);
		web->tags[i].text[0] = '"';
		hex_write(web->tags[i].text + 1, digest, 8);
		memcpy(web->tags[i].text + 17, "\"", 2);
	}
	return 0;
}

enum MHD_Result asset_get(struct web *web, struct MHD_Connection *handle, const char *path)
{
	const char *name = strcmp(path, "/") == 0 ? "index.html" : strncmp(path, "/assets/", 8) == 0 ? path + 8 : path + 1;

	for (size_t i = 0; i < web_assets_count; i++) {
		const struct embedded *asset = &web_assets[i];
		const char *type = type_of(asset->name);
		if (type && strcmp(asset->name, name) == 0)
			return reply_constant(web, handle, asset->body, asset->len, type, web->tags[i].text);
	}
	return reply_refuse(web, handle, MHD_HTTP_NOT_FOUND, "there is nothing of this name here");
}
