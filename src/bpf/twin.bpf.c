/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The kernel half of the twin test: runs the readers of wire/ on a frame and leaves what they made of it in a map.
 * It filters nothing and is attached to nothing; the test calls it with BPF_PROG_TEST_RUN.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/twin.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fw_twin_input);
} twin_input SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fw_twin_result);
} twin_result SEC(".maps");

/* Always the same. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fw_dns_key);
} twin_key SEC(".maps");

SEC("xdp")
int twin(struct xdp_md *context)
{
	const uint8_t *begin = (const uint8_t *)(long)context->data, *end = (const uint8_t *)(long)context->data_end;
	__u32 zero = 0;
	const struct fw_twin_input *in = bpf_map_lookup_elem(&twin_input, &zero);
	struct fw_twin_result *out = bpf_map_lookup_elem(&twin_result, &zero);
	const struct fw_dns_key *key = bpf_map_lookup_elem(&twin_key, &zero);

	if (!in || !out || !key)
		return XDP_ABORTED;
	fw_twin_run(fw_cursor_of(begin, end), in, key, out);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
