/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What names.c, load.c and image.c share: how zones are kept.
 *
 * A zone's content is its tree of names in one block, parents before children, each node with the one label that it adds:
 *
 *	depth   labels below the apex, 0 for the apex itself
 *	flags   enum fw_name_flag
 *	len     of the label; 0 for the apex
 *	label   len bytes, small letters
 *
 * Empty non-terminals are nodes like others, so a node's parent is the last one before it that is one less deep. Nothing in it depends
 * on a key: an image under a new one is made by reading it through.
 */
#pragma once

#include "shield/shield.h"

enum { NODE_DEPTH, NODE_FLAGS, NODE_LEN, NODE_LABEL };

struct zone {
	uint32_t place, next; /* next: place of another zone with the same head, or 0 */
	uint32_t names, kinds;
	uint8_t *nodes; /* NULL: not loaded */
	size_t nodes_len;
	uint16_t apex_len;
	uint8_t labels; /* of the apex */
	uint8_t apex[FW_DNS_NAME_MAX]; /* small letters */
};

struct names {
	uint32_t names_max, zones_max;
	uint32_t zones, loaded;
	uint32_t counted; /* against names_max */
	uint32_t free_from; /* no place below it is free */
	uint32_t heads_mask;
	_Atomic uint32_t loading; /* nodes of open loads, against twice names_max; each may be in a thread of its own */
	_Atomic uint64_t loading_bytes;
	uint64_t bytes;
	uint8_t key[16];
	struct zone **places; /* 1 to zones_max */
	uint32_t *heads; /* by hash of the apex: a place, or 0 */
};

/* Checks a name in wire form and copies it in small letters. Returns its labels without the root, or -EINVAL. */
int name_copy(uint8_t out[FW_DNS_NAME_MAX], const uint8_t *wire, size_t len);
/* Behind its first skip labels. */
const uint8_t *name_skip(const uint8_t *wire, unsigned skip);

/* What a zone counts: its names, or its apex where it is not loaded, and its apex's labels. */
uint32_t zone_count(const struct zone *zone);
