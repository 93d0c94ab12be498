/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LIBPCAP
#include <pcap/pcap.h>
#endif

#include "wire/fields.h"
#include "wire/limits.h"

#ifdef HAVE_LIBPCAP

/* Ethernet first: what is wrong with an expression is told as for it. */
static const uint16_t links[] = {
	FW_LINK_ETHERNET, FW_LINK_SLL, FW_LINK_SLL2, FW_LINK_RAW, FW_LINK_NULL, FW_LINK_LOOP, FW_LINK_IPV4, FW_LINK_IPV6};

enum { LINK_COUNT = sizeof(links) / sizeof(links[0]) };

struct filter {
	struct bpf_program programs[LINK_COUNT];
	bool usable[LINK_COUNT];
	char reasons[LINK_COUNT][PCAP_ERRBUF_SIZE];
};

/* libpcap has its own number for raw IP, which is not that of files. */
static int number_in_libpcap(uint16_t link)
{
	return link == FW_LINK_RAW ? DLT_RAW : link;
}

static int compile(struct filter *filter, size_t place, const char *expression)
{
	pcap_t *dead = pcap_open_dead(number_in_libpcap(links[place]), FW_FRAME_MAX);

	if (!dead)
		return -ENOMEM;
	filter->usable[place] = !pcap_compile(dead, &filter->programs[place], expression, 1, PCAP_NETMASK_UNKNOWN);
	if (!filter->usable[place])
		memcpy(filter->reasons[place], pcap_geterr(dead), PCAP_ERRBUF_SIZE);
	filter->reasons[place][PCAP_ERRBUF_SIZE - 1] = 0;
	pcap_close(dead);
	return 0;
}

static int compile_all(struct filter *filter, const char *expression, struct fault *out_fault)
{
	bool usable = false;

	for (size_t i = 0; i < LINK_COUNT; i++) {
		int error = compile(filter, i, expression);
		if (error)
			return error;
		usable |= filter->usable[i];
	}
	if (usable)
		return 0;
	fault_set(out_fault, "--filter", 0, 0, "no filter as in tcpdump: %s", filter->reasons[0]);
	return -EINVAL;
}

int filter_new(const char *expression, struct filter **out_filter, struct fault *out_fault)
{
	char name[FILTER_WORD_MAX];
	struct filter *filter;
	int error;

	if (!expression[strspn(expression, " \t\r\n")]) {
		fault_set(out_fault, "--filter", 0, 0, "the expression is empty");
		return -EINVAL;
	}
	if (filter_find_name(expression, name)) {
		fault_set(out_fault, "--filter", 0, 0,
			"'%s' is neither a word of filters nor an address, and names of hosts are not looked up", name);
		return -EINVAL;
	}
	filter = calloc(1, sizeof(*filter));
	if (!filter)
		return -ENOMEM;
	error = compile_all(filter, expression, out_fault);
	if (error) {
		filter_free(filter);
		return error;
	}
	*out_filter = filter;
	return 0;
}

void filter_free(struct filter *filter)
{
	for (size_t i = 0; filter && i < LINK_COUNT; i++)
		if (filter->usable[i])
			pcap_freecode(&filter->programs[i]);
	free(filter);
}

static size_t place_of(uint16_t link)
{
	size_t place = 0;

	while (place < LINK_COUNT && links[place] != link)
		place++;
	return place;
}

enum filter_verdict filter_judge(const struct filter *filter, const struct frame *frame)
{
	const struct pcap_pkthdr header = {.caplen = frame->cap_len, .len = frame->wire_len};
	size_t place = place_of(frame->link);

	if (place == LINK_COUNT || !filter->usable[place])
		return FILTER_CANNOT;
	return pcap_offline_filter(&filter->programs[place], &header, frame->bytes) ? FILTER_PASS : FILTER_STOP;
}

const char *filter_reason(const struct filter *filter, uint16_t link)
{
	size_t place = place_of(link);

	return place == LINK_COUNT ? "packets of this kind are not read" : filter->reasons[place];
}

#else /* without libpcap there is no filter to hold */

int filter_new(const char *expression, struct filter **out_filter, struct fault *out_fault)
{
	fault_set(out_fault, "--filter", 0, 0, "this program was built without libpcap, which reads such filters");
	return -EINVAL;
}

void filter_free(struct filter *filter)
{
}

enum filter_verdict filter_judge(const struct filter *filter, const struct frame *frame)
{
	return FILTER_PASS;
}

const char *filter_reason(const struct filter *filter, uint16_t link)
{
	return "";
}

#endif
