/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/community.h"

#include <netinet/in.h>
#include <string.h>

#include <openssl/evp.h>

enum { SEED_LEN = 2, TUPLE_MAX = SEED_LEN + 16 + 16 + 2 + 4, SHA1_LEN = 20, IPV4_AT = 12 };

static size_t put(uint8_t *out, size_t at, const uint8_t *bytes, size_t len)
{
	memcpy(out + at, bytes, len);
	return at + len;
}

static size_t put_port(uint8_t *out, size_t at, uint16_t port)
{
	out[at] = (uint8_t)(port >> 8);
	out[at + 1] = (uint8_t)port;
	return at + 2;
}

static bool is_mapped(const uint8_t address[16])
{
	static const uint8_t mapped[IPV4_AT] = {[10] = 0xff, [11] = 0xff};

	return !memcmp(address, mapped, sizeof(mapped));
}

/* The end with the lower address, then the lower port, comes first. */
static size_t lay_out(const struct community_tuple *tuple, bool ports, uint8_t out[TUPLE_MAX])
{
	size_t from = is_mapped(tuple->src) && is_mapped(tuple->dest) ? IPV4_AT : 0, at = SEED_LEN;
	int order = memcmp(tuple->src + from, tuple->dest + from, 16 - from);
	bool turned = order > 0 || (!order && tuple->src_port > tuple->dest_port);

	memset(out, 0, TUPLE_MAX);
	at = put(out, at, (turned ? tuple->dest : tuple->src) + from, 16 - from);
	at = put(out, at, (turned ? tuple->src : tuple->dest) + from, 16 - from);
	out[at] = tuple->proto;
	at += 2;
	if (!ports)
		return at;
	at = put_port(out, at, turned ? tuple->dest_port : tuple->src_port);
	return put_port(out, at, turned ? tuple->src_port : tuple->dest_port);
}

bool community_id(const struct community_tuple *tuple, char out[COMMUNITY_MAX])
{
	bool ports = tuple->proto == IPPROTO_TCP || tuple->proto == IPPROTO_UDP || tuple->proto == IPPROTO_SCTP;
	uint8_t bytes[TUPLE_MAX], digest[SHA1_LEN];
	size_t len;

	out[0] = 0;
	if (tuple->proto == IPPROTO_ICMP || tuple->proto == IPPROTO_ICMPV6)
		return false;
	len = lay_out(tuple, ports, bytes);
	if (!EVP_Digest(bytes, len, digest, NULL, EVP_sha1(), NULL))
		return false;
	memcpy(out, "1:", 2);
	EVP_EncodeBlock((unsigned char *)out + 2, digest, SHA1_LEN);
	return true;
}
