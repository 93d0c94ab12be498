/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bed.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t near6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

struct fw_bucket_rule bed_plenty(void)
{
	return fw_bucket_rule_of(4000000000u, 4000000000u);
}

void bed_levels(struct fw_level_rules *rules, struct fw_bucket_rule rule)
{
	for (uint32_t i = 0; i < FW_LEVELS_4; i++)
		rules->four[i] = rule;
	for (uint32_t i = 0; i < FW_LEVELS_6; i++)
		rules->six[i] = rule;
}

static void rules_fill(struct fw_shield_config *config)
{
	struct fw_bucket_rule nothing = fw_bucket_rule_of(1, 0);

	for (uint32_t i = 0; i < FW_WORD_COUNT; i++)
		config->words[i] = bed_plenty();
	config->words[FW_WORD_SAMPLE] = config->words[FW_WORD_TRUNCATED] = nothing;
	bed_levels(&config->total, bed_plenty());
	bed_levels(&config->unknown, bed_plenty());
	bed_levels(&config->possible, bed_plenty());
	bed_levels(&config->truncated, bed_plenty());
	config->proven = config->proven_unknown = bed_plenty();
	config->proven_ns = 3600 * FW_NS_PER_S;
	config->asked_ns = 10 * FW_NS_PER_S;
	config->dns_port = 53;
	config->stance = FW_STANCE_DEFEND;
	config->only_dns = config->prefixes = config->blocked = 0;
	memset(config->mode, FW_MODE_ENFORCE, sizeof(config->mode));
	memset(config->acting, 1, sizeof(config->acting));
}

struct bed *bed_new(void)
{
	static const struct twin_sizes sizes = {SCENE_NAMES_LINES, SCENE_ZONES, 4096, 68, 68, SCENE_BLOCKED, SCENE_PREFIXES};
	static struct scene scene;
	struct bed *bed = calloc(1, sizeof(*bed));
	uint64_t random = 4;

	if (!bed || twin_new(&sizes, &bed->twin))
		abort();
	bed->t = twin_tables(bed->twin);
	bed->now_ns = SCENE_BEGIN_S * FW_NS_PER_S;
	scene_make(&random, &scene);
	*bed->t.config = scene.config;
	rules_fill(bed->t.config);
	bed->t.config->cells_mask = 4095;
	bed->t.config->proven_mask = bed->t.config->asked_mask = 63;
	memcpy(bed->t.names[0], scene.names[0], sizeof(scene.names[0]));
	memcpy(bed->t.names[1], scene.names[1], sizeof(scene.names[1]));
	memcpy(bed->t.protected, scene.protected, sizeof(scene.protected));
	memcpy(bed->t.blocked, scene.blocked, sizeof(scene.blocked));
	memcpy(bed->t.prefixes, scene.prefixes, sizeof(scene.prefixes));
	twin_use_prefixes(bed->twin, scene.prefixes_count);
	for (uint32_t i = 1; i < 6; i++) {
		bed->t.zones[i] = scene.state.zones[i];
		bed->t.zones[i].unknown = bed->t.zones[i].possible = 0;
		bed->t.zones[i].unknown_rule = bed->t.zones[i].possible_rule = fw_bucket_rule_of(1, 0);
	}
	return bed;
}

void bed_free(struct bed *bed)
{
	twin_free(bed->twin);
	free(bed);
}

static void put(struct bed *bed, const void *bytes, uint32_t len)
{
	memcpy(bed->frame + bed->len, bytes, len);
	bed->len += len;
}

static void put16(struct bed *bed, uint32_t number)
{
	fw_put16(bed->frame + bed->len, number);
	bed->len += 2;
}

static void put32(struct bed *bed, uint32_t number)
{
	fw_put32(bed->frame + bed->len, number);
	bed->len += 4;
}

static void put_name(struct bed *bed, const char *text)
{
	while (*text) {
		uint32_t len = (uint32_t)strcspn(text, ".");

		bed->frame[bed->len++] = (uint8_t)len;
		put(bed, text, len);
		text += len + (text[len] == '.');
	}
	bed->frame[bed->len++] = 0;
}

static void put_dns(struct bed *bed, const struct bed_message *m)
{
	put16(bed, m->id);
	put16(bed, m->flags);
	put16(bed, 1);
	put16(bed, m->answers);
	put16(bed, 0);
	put16(bed, m->opt != 0);
	put_name(bed, m->name);
	put16(bed, m->type ? m->type : 1);
	put16(bed, m->class ? m->class : 1);
	if (!m->opt)
		return;
	put(bed, "\0\0\51\20\0\0\0", 7);
	put16(bed, m->opt == 2 ? 0x8000 : 0);
	put16(bed, m->opt == 3 ? 12 : 0);
	if (m->opt == 3)
		put(bed, "\0\12\0\10abcdefgh", 12);
}

static void put_address(struct bed *bed, const struct bed_message *m, bool far)
{
	if (m->six && far) {
		put32(bed, 0x20010db8);
		put32(bed, m->src);
		put32(bed, 0);
		put32(bed, 1);
	} else if (m->six) {
		put(bed, near6, 16);
	} else {
		put32(bed, far ? m->src : 0x0a090001);
	}
}

static void put_transport(struct bed *bed, const struct bed_message *m)
{
	uint32_t far = m->far_port ? m->far_port : 40000, near = m->near_port ? m->near_port : 53, at = bed->len;

	put16(bed, m->leaves ? near : far);
	put16(bed, m->leaves ? far : near);
	if (m->tcp) {
		put32(bed, 1);
		put32(bed, 1);
		put32(bed, 0x50000000 | m->tcp_flags << 16 | 1000);
		put32(bed, 0);
	} else {
		put32(bed, 0);
	}
	if (!m->empty)
		put_dns(bed, m);
	if (!m->tcp)
		fw_put16(bed->frame + at + 4, bed->len - at);
}

void bed_write(struct bed *bed, const struct bed_message *m)
{
	uint32_t ip;

	bed->len = 0;
	put(bed, "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
	for (uint32_t i = 0; i < m->tags; i++)
		put32(bed, 0x81000000 + i + 5);
	put16(bed, m->six ? FW_ETHER_IPV6 : FW_ETHER_IPV4);
	ip = bed->len;
	put32(bed, m->six ? 0x60000000 : 0x45000000);
	put32(bed, m->six ? (m->tcp ? 0x0640 : 0x1140) : 0x12344000);
	if (!m->six)
		put32(bed, 0x40000000 + (m->tcp ? 0x60000 : 0x110000));
	put_address(bed, m, !m->leaves);
	put_address(bed, m, m->leaves);
	put_transport(bed, m);
	fw_put16(bed->frame + ip + (m->six ? 4 : 2), bed->len - ip - (m->six ? 40 : 0));
	if (!m->six)
		fw_put16(bed->frame + ip + 10, bed_checksum_of_ip(bed->frame + ip));
	if (!m->tcp && !m->no_checksum)
		fw_put16(bed->frame + ip + (m->six ? 46 : 26), bed_checksum_of_udp(bed->frame + ip));
}

struct twin_verdict bed_ask(struct bed *bed, const struct bed_message *message)
{
	bed_write(bed, message);
	return twin_arrive(bed->twin, bed->now_ns, bed->frame, bed->len);
}

void bed_send(struct bed *bed, const struct bed_message *message)
{
	struct bed_message m = *message;

	m.leaves = true;
	bed_write(bed, &m);
	twin_leave(bed->twin, bed->now_ns, bed->frame, bed->len);
}

/* Sixteen bits at a time, carry after carry. */
static uint32_t add(uint32_t sum, const uint8_t *bytes, uint32_t len)
{
	for (uint32_t i = 0; i < len; i += 2) {
		sum += (uint32_t)bytes[i] * 256 + (i + 1 < len ? bytes[i + 1] : 0);
		if (sum > 65535)
			sum -= 65535;
	}
	return sum;
}

uint32_t bed_checksum_of_ip(const uint8_t *ip)
{
	return 65535 - add(0, ip, 20);
}

uint32_t bed_checksum_of_udp(const uint8_t *ip)
{
	bool six = ip[0] >> 4 == 6;
	const uint8_t *udp = ip + (six ? 40 : 20);
	uint32_t len = (uint32_t)udp[4] * 256 + udp[5];
	uint8_t pseudo[4] = {0, 17, (uint8_t)(len >> 8), (uint8_t)len};
	uint32_t sum = add(0, six ? ip + 8 : ip + 12, six ? 32 : 8);

	return 65535 - add(add(sum, pseudo, 4), udp, len);
}
