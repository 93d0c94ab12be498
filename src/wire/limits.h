/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Every ceiling, a sentence each. What reaches one is left out and counted; nothing fails.
 */
#pragma once

#define FW_FRAME_MAX 262144u /* captured bytes of one frame: libpcap's own MAXIMUM_SNAPLEN */
#define FW_SOURCE_FILES_MAX 4096u /* captures in one run */
#define FW_UNPACK_MAX 25165824u /* bytes that the decoders of all compressed captures open at once take together: two of xz -6 and more */
#define FW_PCAPNG_INTERFACES_MAX 1024u /* interface blocks in one pcapng section */
#define FW_PCAPNG_BLOCK_MAX 16777216u /* bytes of one pcapng block; larger ones are taken for damage */
#define FW_STREAM_MAX 512u /* TCP conversations reassembled at once */
#define FW_STREAM_KEPT_MAX 4096u /* bytes kept per direction for a parser that needs more */
#define FW_STREAM_WAITING_MAX 4096u /* bytes kept per direction behind a gap */
#define FW_CONVERSATION_MAX 49152u /* conversations remembered */
#define FW_CONTACT_SILENT_NS 3000000000ull /* a first contact without answer for this long is silent */
#define FW_DEVICE_MAX 1024u /* devices on our side */
#define FW_PAIR_MAX 40960u /* (device, target) pairs remembered for scans */
#define FW_RATE_MAX 12288u /* (device, target, vector) rates watched at once */
#define FW_REACHED_MAX 1024u /* services of ours that the outside reached, all devices together */
#define FW_REACHED_PORTS_MAX 64u /* the same of one device: a host that answers on every port must not fill the list */
#define FW_ASKED_MAX 8192u /* (device, outside address) pairs that our side opened conversations with */
#define FW_REFLECTOR_MAX 256u /* (device, UDP service) pairs whose large answers are counted */
#define FW_FINDING_MAX 4096u /* findings in one report */
#define FW_NAMED_MAX 20480u /* addresses remembered from DNS answers */
#define FW_TAGS_MAX 2u /* VLAN tags followed in a row */
#define FW_TUNNELS_MAX 256u /* pairs of tunnel ends remembered */
#define FW_TUNNEL_DEPTH_MAX 2u /* tunnels in a tunnel that are looked into */
#define FW_EXTENSIONS_MAX 8u /* IPv6 extension headers followed in a row: honest packets have one or two */
#define FW_DNS_NAME_MAX 255u /* bytes of a name in wire form (RFC 1035 section 2.3.4) */
#define FW_DNS_LABEL_MAX 63u /* bytes of a label (same section) */
#define FW_DNS_LABELS_MAX 127u /* labels of a name: what 255 bytes can hold */
#define FW_PROOF_PACKETS_MAX 5120u /* packets of evidence for one finding: five seconds of a flood of just below 1,000 a second */
#define FW_PROOF_BYTES_MAX 524288u /* bytes of them */
#define FW_PROOF_TOTAL_MAX 134217728u /* bytes of evidence in one run, shared by its findings */
#define FW_PROOF_KEYS_MAX 16384u /* addresses by which frames are found that prove something */
#define FW_RECENT_BYTES_MAX \
	1048576u /* bytes of headers of the latest frames, kept in memory by a guard: what a finding to come is proven by */
#define FW_RECENT_PROOF_MAX 65536u /* bytes of the pcapng that proves one finding of a guard */
#define FW_RECENT_SUBJECTS_MAX 16u /* findings that are proven at once; the others with the next tick */
#define FW_RECENT_WAITING_MAX 256u /* findings that wait for that; the proof of one more is left out */
#define FW_ZONE_BYTES_MAX 4294967296ull /* bytes of one zone, transferred or in files */
#define FW_ZONE_RECORDS_MAX 50000000u /* records of one zone */
#define FW_TRANSFER_NS 600000000000ull /* for one zone transfer, however fast it goes on */
#define FW_TRANSFER_SILENCE_NS 10000000000ull /* between two readings of one */
#define FW_TRANSFER_UNSIGNED_MAX 99u /* messages in a row without TSIG within a signed transfer (RFC 8945 section 5.3.1) */
#define FW_MUD_BYTES_MAX 4194304u /* bytes of one MUD file */
#define FW_MUD_DEPTH_MAX 24u /* objects and arrays in one another; a MUD file needs 11 */
#define FW_MUD_NODES_MAX 131072u /* values in it: 10 MiB of memory while it is read */
#define FW_MUD_STRING_MAX 4096u /* bytes of one string or key */
#define FW_MUD_LISTS_MAX 64u /* access lists that each policy of it names */
#define FW_MUD_ACES_MAX 2048u /* entries of all lists that it uses */
#define FW_MUD_FAULTS_MAX 64u /* faults told one by one, the rest by their number */
#define FW_WOULD_POLICIES_MAX 256u /* files of inspect --policy */
#define FW_WOULD_DEVICES_MAX 256u /* devices that have a policy or a MUD URL in one run of inspect --policy */
#define FW_WOULD_RULES_MAX 8192u /* rules of all its policies */
#define FW_WOULD_SETS_MAX 1024u /* names, controllers and makers that they speak of */
#define FW_VERDICT_MAX 4096u /* verdicts told apart, by device, other end, port and reason */
#define FW_CSAF_BYTES_MAX 33554432u /* bytes of one advisory */
#define FW_CSAF_DEPTH_MAX 80u /* objects and lists in one another; 30 branches deep, as the standard's schema was tried, needs 66 */
#define FW_CSAF_NODES_MAX 524288u /* values in it: 130 MiB of memory while it is read */
#define FW_CSAF_STRING_MAX 262144u /* bytes of one string or key */
#define FW_CSAF_TEXT_MAX 4096u /* bytes that are kept of one text */
#define FW_CSAF_PRODUCTS_MAX 65536u /* products of one advisory */
#define FW_CSAF_LISTED_MAX 4194304u /* products that its lists name, all together, with those of groups */
#define FW_CSAF_RELATED_MAX 8u /* relationships in a row from a product to what it is part of */
#define FW_CSAF_FAULTS_MAX 16u /* told one by one of one advisory, the rest by their number */
#define FW_CSAF_CHANGES_MAX 4096u /* changes told one by one of one revision */
#define FW_CSAF_JUDGED_MAX \
	16384u /* products of one advisory judged for one device, each 16 bytes of its range, 64 of its name, as one more */
#define FW_CSAF_COMPARED_MAX 2097152u /* steps of comparing two versions of one advisory; what is beyond is not told */
#define FW_CSAF_KEPT_MAX 268435456u /* bytes of all advisories that are kept, with their index; a document of CISA takes 3 KiB */
#define FW_CSAF_VERSION_MAX 256u /* bytes of a version that is compared; a longer one is not judged */
#define FW_CSAF_RANGE_MAX 128u /* parts of one version range */
#define FW_CSAF_EXPLOITED_MAX 65536u /* vulnerabilities on the list of those that are exploited */
#define FW_MIRROR_FILES_MAX 131072u /* files of one folder of advisories */
