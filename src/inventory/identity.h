/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which MAC and which address belongs to which device: the two tables, the bounded lists in struct device,
 * and the merge. Knows how to keep them in step; the rules of when to tie stand in inventory.c.
 */
#pragma once

#include "inventory/inside.h"

int identity_init(struct inventory *inventory, uint32_t device_max, const uint8_t hash_key[16]);
void identity_done(struct inventory *inventory);

uint32_t identity_of_mac(const struct inventory *inventory, const uint8_t mac[6]);
uint32_t identity_of_address(const struct inventory *inventory, const uint8_t address[16]);

/* New device; either may be NULL, not both. DEVICE_NONE when full, which counts what would have been its key. */
uint32_t identity_make(struct inventory *inventory, const uint8_t *mac, const uint8_t *address);

/* The MAC has no device yet. Nothing happens when the device has as many as it can hold. */
void identity_give_mac(struct inventory *inventory, uint32_t number, const uint8_t mac[6]);

/* A device says its MAC in a payload: taken if it is known by address alone, and that MAC is nobody's. */
void identity_say_mac(struct inventory *inventory, uint32_t number, const uint8_t mac[6]);

/*
 * The address comes to this device, from another if it has one. When the list is full (four IPv4, sixteen together),
 * the longest unseen of its kind goes: a fifth IPv4 for an IPv4, else an IPv6, link-local last.
 */
void identity_give_address(struct inventory *inventory, uint32_t number, const uint8_t address[16]);

/* Where the address stands in the device's list, or DEVICE_ADDRESS_MAX. */
unsigned identity_slot(const struct device *device, const uint8_t address[16]);

/* All that from has moves to into. Both stand for themselves before, and from has no MAC. */
void identity_merge(struct inventory *inventory, uint32_t from, uint32_t into);

void identity_forget_mac(struct inventory *inventory, const uint8_t mac[6]);
void identity_forget_address(struct inventory *inventory, const uint8_t address[16]);

void identity_note_time(struct inventory *inventory, uint32_t number, uint64_t time_ns);
bool address_is_ipv4(const uint8_t address[16]);
bool address_is_link_local(const uint8_t address[16]);
