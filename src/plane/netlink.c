/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One question, one walk over the answer's messages. A netlink message is a header, a struct of its kind, then attributes
 * (length, type, bytes, padded to 4); the kernel's word is trusted, but no attribute is read beyond its message.
 */
#include "plane/netlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 32768, ATTRIBUTES_MAX = 128 };

/* Of the family "netdev", which the headers of older kernels do not have. */
enum { NETDEV_DEV_GET = 1, NETDEV_IFINDEX = 1, NETDEV_XDP_FEATURES = 3 };

/* Messages and attributes begin at multiples of 4. */
static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

struct question {
	struct nlmsghdr head;
	uint8_t body[ATTRIBUTES_MAX];
};

/* Called for each message; body_len bytes behind the header. */
typedef void (*take)(void *context, uint16_t type, const uint8_t *body, size_t body_len);

static void ask(struct question *question, uint16_t type, uint16_t flags, const void *body, size_t len)
{
	memset(question, 0, sizeof(*question));
	question->head.nlmsg_type = type;
	/* What is no list is acknowledged: not every question has an answer. */
	question->head.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (flags ? flags : NLM_F_ACK));
	question->head.nlmsg_len = (uint32_t)NLMSG_LENGTH(len);
	memcpy(question->body, body, len);
}

static void add(struct question *question, uint16_t type, const void *value, size_t len)
{
	struct nlattr attribute = {.nla_type = type, .nla_len = (uint16_t)(NLA_HDRLEN + len)};
	size_t at = NLMSG_ALIGN(question->head.nlmsg_len) - NLMSG_HDRLEN;

	memcpy(question->body + at, &attribute, sizeof(attribute));
	memcpy(question->body + at + NLA_HDRLEN, value, len);
	question->head.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + at + NLA_ALIGN(NLA_HDRLEN + len));
}

/* Returns 1 where more is to come, 0 at the end, or -errno. */
static int walk(const uint8_t *answer, size_t len, take taken, void *context)
{
	bool many = false;

	while (len >= NLMSG_HDRLEN) {
		struct nlmsghdr head;
		int error = 0;

		memcpy(&head, answer, sizeof(head));
		if (head.nlmsg_len < NLMSG_HDRLEN || head.nlmsg_len > len)
			return -EBADMSG;
		if (head.nlmsg_type == NLMSG_DONE)
			return 0;
		if (head.nlmsg_type == NLMSG_ERROR) {
			memcpy(&error, answer + NLMSG_HDRLEN, sizeof(error));
			return error;
		}
		taken(context, head.nlmsg_type, answer + NLMSG_HDRLEN, head.nlmsg_len - NLMSG_HDRLEN);
		many |= (head.nlmsg_flags & NLM_F_MULTI) != 0;
		if (padded(head.nlmsg_len) >= len)
			break;
		answer += padded(head.nlmsg_len);
		len -= padded(head.nlmsg_len);
	}
	return many;
}

static int converse(int family, const struct question *question, take taken, void *context)
{
	_Alignas(8) static uint8_t answer[ANSWER_MAX];
	int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family);
	int more = 1;

	if (descriptor < 0)
		return -errno;
	if (send(descriptor, question, question->head.nlmsg_len, 0) < 0)
		more = -errno;
	while (more > 0) {
		ssize_t len = recv(descriptor, answer, sizeof(answer), 0);

		more = len < 0 ? -errno : walk(answer, (size_t)len, taken, context);
	}
	close(descriptor);
	return more;
}

/* The first attribute of this type, borrowed, or NULL. */
static const uint8_t *find(const uint8_t *attributes, size_t len, uint16_t type, size_t *out_len)
{
	struct nlattr head;

	while (len >= NLA_HDRLEN) {
		memcpy(&head, attributes, sizeof(head));
		if (head.nla_len < NLA_HDRLEN || head.nla_len > len)
			return NULL;
		if ((head.nla_type & NLA_TYPE_MASK) == type) {
			*out_len = (size_t)head.nla_len - NLA_HDRLEN;
			return attributes + NLA_HDRLEN;
		}
		if (padded(head.nla_len) >= len)
			return NULL;
		attributes += padded(head.nla_len);
		len -= padded(head.nla_len);
	}
	return NULL;
}

static void find_word(const uint8_t *attributes, size_t len, uint16_t type, void *out, size_t out_len)
{
	size_t found_len;
	const uint8_t *found = find(attributes, len, type, &found_len);

	if (found && found_len >= out_len)
		memcpy(out, found, out_len);
}

static void find_text(const uint8_t *attributes, size_t len, uint16_t type, char *out, size_t out_size)
{
	size_t found_len;
	const uint8_t *found = find(attributes, len, type, &found_len);

	if (!found)
		return;
	found_len = found_len < out_size - 1 ? found_len : out_size - 1;
	memcpy(out, found, found_len);
	out[found_len] = 0;
}

/* ---- an interface ---- */

static void take_link(void *context, uint16_t type, const uint8_t *body, size_t len)
{
	struct netlink_link *link = context;
	struct ifinfomsg head;
	size_t info_len;
	const uint8_t *info;

	if (type != RTM_NEWLINK || len < sizeof(head))
		return;
	memcpy(&head, body, sizeof(head));
	body += NLMSG_ALIGN(sizeof(head));
	len -= NLMSG_ALIGN(sizeof(head));
	link->up = (head.ifi_flags & IFF_UP) != 0;
	find_word(body, len, IFLA_MTU, &link->mtu, sizeof(link->mtu));
	find_word(body, len, IFLA_NUM_RX_QUEUES, &link->rx_queues, sizeof(link->rx_queues));
	link->switched = find(body, len, IFLA_PHYS_SWITCH_ID, &info_len) != NULL;
	info = find(body, len, IFLA_LINKINFO, &info_len);
	if (!info)
		return;
	find_text(info, info_len, IFLA_INFO_KIND, link->kind, sizeof(link->kind));
	find_text(info, info_len, IFLA_INFO_SLAVE_KIND, link->master_kind, sizeof(link->master_kind));
}

int netlink_link(int ifindex, struct netlink_link *out_link)
{
	struct ifinfomsg body = {.ifi_family = AF_UNSPEC, .ifi_index = ifindex};
	struct question question;

	memset(out_link, 0, sizeof(*out_link));
	ask(&question, RTM_GETLINK, 0, &body, sizeof(body));
	return converse(NETLINK_ROUTE, &question, take_link, out_link);
}

/* ---- filters ---- */

struct filters {
	void (*visit)(void *context, const struct netlink_filter *filter);
	void *context;
};

static void take_filter(void *context, uint16_t type, const uint8_t *body, size_t len)
{
	const struct filters *filters = context;
	struct netlink_filter filter = {0};
	struct tcmsg head;
	size_t options_len;
	const uint8_t *options;

	if (type != RTM_NEWTFILTER || len < sizeof(head))
		return;
	memcpy(&head, body, sizeof(head));
	body += NLMSG_ALIGN(sizeof(head));
	len -= NLMSG_ALIGN(sizeof(head));
	filter.handle = head.tcm_handle;
	filter.priority = head.tcm_info >> 16;
	find_text(body, len, TCA_KIND, filter.kind, sizeof(filter.kind));
	options = find(body, len, TCA_OPTIONS, &options_len);
	if (options && strcmp(filter.kind, "bpf") == 0)
		find_text(options, options_len, TCA_BPF_NAME, filter.name, sizeof(filter.name));
	if (filter.handle) /* without one it is the list that the filters hang on */
		filters->visit(filters->context, &filter);
}

int netlink_filters(int ifindex, enum netlink_side side, void (*visit)(void *context, const struct netlink_filter *filter), void *context)
{
	struct filters filters = {visit, context};
	struct tcmsg body = {.tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex};
	struct question question;
	int error;

	body.tcm_parent = TC_H_MAKE(TC_H_CLSACT, side == NETLINK_EGRESS ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS);
	ask(&question, RTM_GETTFILTER, NLM_F_DUMP, &body, sizeof(body));
	error = converse(NETLINK_ROUTE, &question, take_filter, &filters);
	/* No clsact; or a kernel without classifiers (NET_CLS), which nobody's filter can be on. */
	return error == -EINVAL || error == -ENOENT || error == -EOPNOTSUPP ? 0 : error;
}

struct qdisc {
	int ifindex;
	char *kind;
};

static void take_qdisc(void *context, uint16_t type, const uint8_t *body, size_t len)
{
	const struct qdisc *qdisc = context;
	struct tcmsg head;

	if (type != RTM_NEWQDISC || len < sizeof(head))
		return;
	memcpy(&head, body, sizeof(head));
	if (head.tcm_parent == TC_H_CLSACT && head.tcm_ifindex == qdisc->ifindex)
		find_text(body + NLMSG_ALIGN(sizeof(head)), len - NLMSG_ALIGN(sizeof(head)), TCA_KIND, qdisc->kind, 16);
}

/* A list of all interfaces' qdiscs: asked for one of this kind alone, the kernel says nothing. */
int netlink_clsact(int ifindex, char out_kind[16])
{
	struct tcmsg body = {.tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex};
	struct qdisc qdisc = {ifindex, out_kind};
	struct question question;

	out_kind[0] = 0;
	ask(&question, RTM_GETQDISC, NLM_F_DUMP, &body, sizeof(body));
	return converse(NETLINK_ROUTE, &question, take_qdisc, &qdisc);
}

/* ---- what the driver says of XDP ---- */

static void take_family(void *context, uint16_t type, const uint8_t *body, size_t len)
{
	if (type == GENL_ID_CTRL && len > GENL_HDRLEN)
		find_word(body + GENL_HDRLEN, len - GENL_HDRLEN, CTRL_ATTR_FAMILY_ID, context, sizeof(uint16_t));
}

struct features {
	uint64_t bits;
	bool found;
};

static void take_features(void *context, uint16_t type, const uint8_t *body, size_t len)
{
	struct features *features = context;
	size_t found_len;
	const uint8_t *found = len > GENL_HDRLEN ? find(body + GENL_HDRLEN, len - GENL_HDRLEN, NETDEV_XDP_FEATURES, &found_len) : NULL;

	if (!found || found_len < sizeof(features->bits))
		return;
	memcpy(&features->bits, found, sizeof(features->bits));
	features->found = true;
}

int netlink_xdp_features(int ifindex, uint64_t *out_features)
{
	struct genlmsghdr control = {.cmd = CTRL_CMD_GETFAMILY, .version = 1}, get = {.cmd = NETDEV_DEV_GET, .version = 1};
	struct features features = {0};
	struct question question;
	uint32_t index = (uint32_t)ifindex;
	uint16_t family = 0;
	int error;

	ask(&question, GENL_ID_CTRL, 0, &control, sizeof(control));
	add(&question, CTRL_ATTR_FAMILY_NAME, "netdev", sizeof("netdev"));
	error = converse(NETLINK_GENERIC, &question, take_family, &family);
	if (error || !family)
		return error ? error : -ENOENT;
	ask(&question, family, 0, &get, sizeof(get));
	add(&question, NETDEV_IFINDEX, &index, sizeof(index));
	error = converse(NETLINK_GENERIC, &question, take_features, &features);
	if (error || !features.found)
		return error ? error : -ENOENT;
	*out_features = features.bits;
	return 0;
}
