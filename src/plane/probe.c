/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What would happen if a shield or a guard were opened here, found out without touching the interface: the programs are loaded (the
 * kernel's verifier is asked, nothing is attached or pinned), the filter is tried in a network namespace that a child makes and
 * takes with it, and the card is asked what it says of itself. What cannot be known that way is said to be unknown.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "plane/attach.h"
#include "plane/netlink.h"
#include "plane/object.h"
#include "plane/probe_inside.h"
#include "plane/shield_maps.h"
#include "plane/tcx.h"

/* The largest frame that fits into one page with what XDP and the kernel put before and behind it; drivers differ by some bytes. */
enum { MTU_ONE_PAGE = 3498 };

void probe_say(struct plane_probe *probe, enum plane_note_kind kind, const char *what, const char *format, ...)
{
	struct plane_note *note = &probe->notes[probe->note_count];
	char raw[sizeof(note->sentence)];
	va_list arguments;

	if (probe->note_count == PLANE_NOTES_MAX)
		return;
	probe->note_count++;
	note->kind = kind;
	snprintf(note->what, sizeof(note->what), "%s", what);
	va_start(arguments, format);
	vsnprintf(raw, sizeof(raw), format, arguments);
	va_end(arguments);
	text_escape(note->sentence, sizeof(note->sentence), raw, SIZE_MAX);
	if (kind == PLANE_NOTE_WRONG)
		probe->would_open = false;
}

/* ---- may we ---- */

static bool capable(const struct __user_cap_data_struct data[2], unsigned capability)
{
	return data[capability / 32].effective >> (capability % 32) & 1;
}

static bool probe_privileges(struct plane_probe *probe)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	bool enough;

	syscall(SYS_capget, &head, data);
	enough = capable(data, CAP_SYS_ADMIN) || (capable(data, CAP_BPF) && capable(data, CAP_PERFMON));
	enough = enough && capable(data, CAP_NET_ADMIN);
	if (enough)
		probe_say(probe, PLANE_NOTE_FINE, "privileges", "enough to load and attach");
	else
		probe_say(probe, PLANE_NOTE_WRONG, "privileges",
			"not enough to load and attach: this needs root, or CAP_NET_ADMIN, CAP_BPF and CAP_PERFMON");
	return enough;
}

static void probe_bpffs(struct plane_probe *probe, const char *bpffs)
{
	const char *place = bpffs ? bpffs : PLANE_BPFFS;

	if (pins_check(bpffs))
		probe_say(probe, PLANE_NOTE_WRONG, "bpffs", "none is mounted at %s: mount -t bpf bpf %s", place, place);
	else
		probe_say(probe, PLANE_NOTE_FINE, "bpffs", "mounted at %s", place);
}

/* ---- the kernel ---- */

/* In a namespace of its own: the program for what leaves its loopback, by tcx or as a filter of a clsact. Returns 0 or an errno. */
static int try_filter(int program, bool tcx)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = 1, .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = program);
	int error;

	if (unshare(CLONE_NEWNET))
		return errno;
	if (tcx) {
		error = tcx_attach(program, 1);
		return error < 0 ? -error : 0;
	}
	error = bpf_tc_hook_create(&hook);
	if (!error)
		error = bpf_tc_attach(&hook, &filter);
	return error < 0 ? -error : error;
}

static void probe_filter(struct plane_probe *probe, int program, bool tcx)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		_exit(try_filter(program, tcx) & 0xff);
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
		probe_say(probe, PLANE_NOTE_UNKNOWN, "tc filter", "could not be tried");
		return;
	}
	if (WEXITSTATUS(status) == 0)
		probe_say(probe, PLANE_NOTE_FINE, "tc filter", tcx ? "tcx works" : "clsact and BPF filters work");
	else if (WEXITSTATUS(status) == ENOENT)
		probe_say(probe, PLANE_NOTE_WRONG, "tc filter",
			"this kernel has neither tcx nor a clsact with BPF filters (sch_ingress, cls_bpf)");
	else
		probe_say(probe, PLANE_NOTE_WRONG, "tc filter", "refused: %s", strerror(WEXITSTATUS(status)));
}

static void probe_program(struct plane_probe *probe, const struct probe_asked *asked)
{
	struct bpf_object *object = NULL;
	struct tcx_chain chain;
	int program, egress, error = object_open(asked->role, asked->entries, &object);

	error = error ? error : bpf_object__load(object);
	error = error ? error : object_programs(object, &program, &egress);
	if (error) {
		probe_say(probe, PLANE_NOTE_WRONG, "program", "this kernel refuses the programs or their maps: %s", strerror(-error));
	} else {
		probe_say(probe, PLANE_NOTE_FINE, "program", "accepted by this kernel, with its ring buffer and tables; %s",
			access("/sys/kernel/btf/vmlinux", R_OK) ? "it has no BTF, which is not needed" : "BTF is there and not needed");
		probe_filter(probe, egress, tcx_read(asked->ifindex, &chain) == 0);
	}
	bpf_object__close(object);
}

/* ---- the card ---- */

static void ask_driver(const char *interface, char driver[32], uint32_t *queues)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
	struct ifreq request = {0};
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
	request.ifr_data = (void *)&info;
	if (ioctl(descriptor, SIOCETHTOOL, &request) == 0)
		memcpy(driver, info.driver, sizeof(info.driver));
	driver[31] = 0;
	request.ifr_data = (void *)&channels;
	if (ioctl(descriptor, SIOCETHTOOL, &request) == 0 && channels.rx_count + channels.combined_count)
		*queues = channels.rx_count + channels.combined_count;
	if (descriptor >= 0)
		close(descriptor);
}

/* A VLAN interface on top of this one, by the kernel's list: "NAME | ID | INTERFACE". False where there is none. */
static bool find_vlan(const char *interface, char out_name[IFNAMSIZ])
{
	FILE *list = fopen("/proc/net/vlan/config", "re");
	char line[256], name[IFNAMSIZ], below[IFNAMSIZ];
	bool found = false;

	while (list && !found && fgets(line, sizeof(line), list))
		found = sscanf(line, "%15[^| ] | %*u | %15s", name, below) == 2 && strcmp(below, interface) == 0;
	if (list)
		fclose(list);
	if (found)
		memcpy(out_name, name, IFNAMSIZ);
	return found;
}

/* The card takes the tag off before the program sees the frame, and an answer that goes back from there has none. */
static void probe_vlan(struct plane_probe *probe, const char *interface)
{
	struct ethtool_value flags = {.cmd = ETHTOOL_GFLAGS};
	struct ifreq request = {0};
	char name[IFNAMSIZ];
	int descriptor;

	if (!find_vlan(interface, name))
		return;
	descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
	request.ifr_data = (void *)&flags;
	if (ioctl(descriptor, SIOCETHTOOL, &request))
		probe_say(probe, PLANE_NOTE_UNKNOWN, "VLAN tags", "%s is a VLAN of it, and whether the card takes tags off is not known",
			name);
	else if (flags.data & ETH_FLAG_RXVLAN)
		probe_say(probe, PLANE_NOTE_WEAK, "VLAN tags",
			"rx-vlan-offload is on and %s is a VLAN of it: TC=1 answers would lose their tag and reach nobody; ethtool -K %s "
			"rxvlan off",
			name, interface);
	else
		probe_say(probe, PLANE_NOTE_FINE, "VLAN tags", "left in place (rx-vlan-offload is off)");
	if (descriptor >= 0)
		close(descriptor);
}

static void probe_native(struct plane_probe *probe, int ifindex, const char *driver, uint32_t mtu)
{
	const char *name = driver[0] ? driver : "no name";
	uint64_t features = 0;

	if (netlink_xdp_features(ifindex, &features))
		probe_say(probe, PLANE_NOTE_UNKNOWN, "native XDP",
			"this kernel does not say what the driver (%s) can; it is known when it is tried", name);
	else if (features & NETLINK_XDP_BASIC)
		probe_say(probe, PLANE_NOTE_FINE, "native XDP", "the driver (%s) has it", name);
	else
		probe_say(probe, PLANE_NOTE_WEAK, "native XDP",
			"the driver (%s) has none as it is set up now: generic mode must be allowed, and costs several times as much a "
			"packet",
			name);
	if (mtu > MTU_ONE_PAGE)
		probe_say(probe, PLANE_NOTE_WEAK, "MTU", "%u bytes: many drivers take native XDP only up to about %u", mtu, MTU_ONE_PAGE);
	else
		probe_say(probe, PLANE_NOTE_FINE, "MTU", "%u bytes", mtu);
}

static void probe_queues(struct plane_probe *probe, uint32_t queues)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (queues <= 1 && cpus > 1)
		probe_say(probe, PLANE_NOTE_WEAK, "queues", "one receive queue: one of %ld CPUs judges all packets", cpus);
	else
		probe_say(probe, PLANE_NOTE_FINE, "queues", "%u for %ld CPUs", queues, cpus);
}

static void probe_holder(struct plane_probe *probe, const struct probe_asked *asked)
{
	struct xdp_holder holder;
	struct pins pins;
	char file[PINS_FILE_MAX];
	int link = -1, error = xdp_holder(asked->ifindex, &holder);
	bool here = pins_name(&pins, asked->bpffs, asked->role, asked->interface) == 0;

	pins_file(asked->role, PINS_LINK, asked->interface, file);
	here = here && xdp_link(&pins, file, asked->ifindex, &link) == XDP_LINK_HERE;

	if (link >= 0)
		close(link);
	if (error)
		probe_say(probe, PLANE_NOTE_UNKNOWN, "hook", "who holds it cannot be seen: %s", strerror(-error));
	else if (!holder.id)
		probe_say(probe, PLANE_NOTE_FINE, "hook", "free");
	else if (here)
		probe_say(probe, PLANE_NOTE_FINE, "hook", "held by a %s of ours (program %u%s), which would be taken over",
			asked->role->name, holder.id, holder.generic ? ", generic mode" : "");
	else if (holder.role)
		probe_say(probe, PLANE_NOTE_WRONG, "hook",
			"held by a %s whose pins are not here (program %u); 'floodwall bypass' removes it", holder.role->name, holder.id);
	else
		probe_say(probe, PLANE_NOTE_WRONG, "hook", "another XDP program holds it: \"%s\", number %u", holder.name, holder.id);
}

/* Whoever stands before one of ours may end the chain. Whose programs they are takes CAP_SYS_ADMIN: without it nothing is said. */
static void probe_chain(struct plane_probe *probe, const struct tcx_chain *chain)
{
	char name[16], first[16] = "";
	uint32_t at;

	for (at = 0; at < chain->count && !hook_role(chain->ids[at], name); at++)
		if (at == 0)
			memcpy(first, name, sizeof(first));
	if (at && at < chain->count)
		probe_say(probe, PLANE_NOTE_WEAK, "tcx",
			"another program stands before ours: \"%s\", number %u; what it ends, ours never sees", first, chain->ids[0]);
}

static void probe_clsact(struct plane_probe *probe, int ifindex, const char *interface)
{
	struct tcx_chain chain;
	char kind[16];
	bool taken = netlink_clsact(ifindex, kind) == 0 && strcmp(kind, "ingress") == 0;
	int tcx = tcx_read(ifindex, &chain);

	if (tcx == 0) {
		probe_say(probe, PLANE_NOTE_FINE, "clsact", "not needed: this kernel has tcx");
		probe_chain(probe, &chain);
	} else if (taken && tcx != -EOPNOTSUPP)
		probe_say(probe, PLANE_NOTE_UNKNOWN, "clsact", "an 'ingress' qdisc is there: in the way if this kernel has no tcx");
	else if (taken)
		probe_say(probe, PLANE_NOTE_WRONG, "clsact",
			"an 'ingress' qdisc is there, where a 'clsact' must be: tc qdisc del dev %s ingress", interface);
	else
		probe_say(probe, PLANE_NOTE_FINE, "clsact", kind[0] ? "there already" : "can be made");
}

int probe_interface(struct probe_asked *asked, struct plane_probe *out_probe, struct fault *out_fault)
{
	struct netlink_link *link = &asked->link;
	char driver[32] = "";

	object_silence();
	*out_probe = (struct plane_probe){.would_open = true};
	asked->ifindex = (int)if_nametoindex(asked->interface);
	if (!asked->ifindex || netlink_link(asked->ifindex, link)) {
		fault_set(out_fault, asked->interface, 0, 0, "there is no such interface");
		return -ENODEV;
	}
	ask_driver(asked->interface, driver, &link->rx_queues);
	if (!link->up)
		probe_say(out_probe, PLANE_NOTE_WEAK, "link", "the interface is down");
	probe_native(out_probe, asked->ifindex, driver[0] ? driver : link->kind, link->mtu);
	probe_queues(out_probe, link->rx_queues);
	probe_holder(out_probe, asked);
	probe_clsact(out_probe, asked->ifindex, asked->interface);
	probe_bpffs(out_probe, asked->bpffs);
	if (probe_privileges(out_probe))
		probe_program(out_probe, asked);
	return 0;
}

int plane_probe(const char *interface, const char *bpffs, struct plane_probe *out_probe, struct fault *out_fault)
{
	static const struct plane_setup small = {.names = 1, .zones = 1, .cells = 1, .proven = 1, .asked = 1};
	uint32_t entries[MAP_COUNT];
	struct probe_asked asked = {.role = &role_shield, .entries = entries, .interface = interface, .bpffs = bpffs};
	struct plane_probe probe;
	int error;

	size_maps(&small, entries);
	error = probe_interface(&asked, &probe, out_fault);
	if (!error) {
		probe_vlan(&probe, interface);
		*out_probe = probe;
	}
	return error;
}
