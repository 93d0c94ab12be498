/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Built without libknot: no zone can be had, and whoever asks is told so. What needs something made is never reached. */
#include <errno.h>
#include <stdlib.h>

#include "fetch/fetch.h"

static int absent(struct fault *out_fault)
{
	fault_set(out_fault, NULL, 0, 0, "this program was built without libknot, and cannot fetch zones");
	return -ENOSYS;
}

int zone_name_read(const char *text, struct zone_name *out_name, struct fault *out_fault)
{
	return absent(out_fault);
}

char *zone_name_text(char out[ZONE_NAME_TEXT_MAX], const struct zone_name *name)
{
	out[0] = 0;
	return out;
}

int zone_key_new(const char *algorithm, const char *name, const char *secret, struct zone_key **out_key, struct fault *out_fault)
{
	return absent(out_fault);
}

void zone_key_free(struct zone_key *key)
{
}

bool zone_key_same(const struct zone_key *a, const struct zone_key *b)
{
	return false;
}

int transfer_open(const struct transfer_setup *setup, const struct fetch_time *now, struct transfer **out, struct fault *out_fault)
{
	return absent(out_fault);
}

int transfer_fd(const struct transfer *transfer)
{
	return -1;
}

unsigned transfer_wants(const struct transfer *transfer)
{
	return 0;
}

uint64_t transfer_deadline(const struct transfer *transfer)
{
	return 0;
}

int transfer_step(struct transfer *transfer, const struct fetch_time *now, struct fault *out_fault)
{
	return absent(out_fault);
}

struct zone_soa transfer_soa(const struct transfer *transfer)
{
	return (struct zone_soa){0};
}

struct transfer_counts transfer_counts(const struct transfer *transfer)
{
	return (struct transfer_counts){0};
}

void transfer_close(struct transfer *transfer)
{
}

enum fw_read notify_read(const uint8_t *bytes, size_t len, struct notify *out)
{
	return FW_READ_OTHER;
}

int notify_stream_see(struct notify_stream *stream, const uint8_t *bytes, size_t len, const uint8_t **out_message, size_t *out_len)
{
	return -ENOSYS;
}

const char *notify_words(enum notify_verdict verdict)
{
	return "";
}

int zone_file_read(const char *path, const struct zone_name *apex, const struct zone_ceilings *ceilings, const struct zone_tell *tell,
	struct zone_soa *out_soa, struct fault *out_fault)
{
	return absent(out_fault);
}

int zone_file_mark(const char *path, struct zone_file_mark *out_mark)
{
	return -ENOSYS;
}

int secondary_new(const struct secondary_setup *setup, struct secondary **out)
{
	return -ENOSYS;
}

void secondary_free(struct secondary *secondary)
{
}

int secondary_add(
	struct secondary *secondary, const struct zone_name *name, const struct zone_key *key, uint64_t now_ns, uint32_t *out_zone)
{
	return -ENOSYS;
}

void secondary_remove(struct secondary *secondary, uint32_t zone)
{
}

int secondary_find(const struct secondary *secondary, const struct zone_name *name, uint32_t *out_zone)
{
	return -ENOENT;
}

struct secondary_job secondary_next(struct secondary *secondary, uint64_t now_ns)
{
	return (struct secondary_job){.task = SECONDARY_NOTHING};
}

uint64_t secondary_deadline(const struct secondary *secondary, uint64_t now_ns)
{
	return UINT64_MAX;
}

void secondary_done(struct secondary *secondary, struct secondary_job job, const struct secondary_end *end, uint64_t now_ns)
{
}

enum notify_verdict secondary_notify(struct secondary *secondary, const uint8_t *bytes, size_t len, const struct fetch_time *now,
	uint32_t *out_zone, uint8_t answer[NOTIFY_ANSWER_MAX], size_t *out_answer_len)
{
	*out_zone = UINT32_MAX;
	*out_answer_len = 0;
	return NOTIFY_NO_NOTIFY;
}

void secondary_reload(struct secondary *secondary, uint32_t zone, uint64_t now_ns)
{
}

enum zone_standing secondary_standing(const struct secondary *secondary, uint32_t zone, uint64_t now_ns)
{
	return ZONE_UNLOADED;
}

struct secondary_view secondary_view(const struct secondary *secondary, uint32_t zone, uint64_t now_ns)
{
	return (struct secondary_view){.standing = ZONE_UNLOADED};
}
