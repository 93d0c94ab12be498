/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever a filter says, nobody is asked for a host's name. The functions that would ask are replaced: who calls them with
 * anything but an address in digits ends the run. So the words of filter_words.c are held against libpcap's own scanner.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/filter.h"

enum { EXPRESSION_MAX = 160 }; /* libpcap's compiler takes its time with long ones */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static char expression[EXPRESSION_MAX];

static void asked(const char *name)
{
	fprintf(stderr, "%s was looked up for: %s\n", name, expression);
	abort();
}

/* IPv6 addresses go this way too; that asks nobody. Without a node it is a port's name, out of a file. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out_list)
{
	uint8_t address[16];

	if (node && inet_pton(AF_INET6, node, address) != 1)
		asked(node);
	return EAI_NONAME;
}

struct hostent *gethostbyname(const char *name)
{
	asked(name);
	return NULL;
}

struct netent *getnetbyname(const char *name)
{
	asked(name);
	return NULL;
}

int ether_hostton(const char *name, struct ether_addr *out_address)
{
	asked(name);
	return -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct filter *filter = NULL;
	struct fault fault;

	if (len >= EXPRESSION_MAX)
		return 0;
	memcpy(expression, bytes, len);
	expression[len] = 0;
	filter_new(expression, &filter, &fault);
	filter_free(filter);
	return 0;
}
