/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index of a mirror: what was made of each file, so that the next run reads only what changed.
 *
 *	head    magic, kind, entries, bytes behind the head, SHA-256 of them
 *	entry   sizes and times, digest | path, NUL, to a multiple of 8 | body, to a multiple of 8          in the order of paths
 *
 * Written beside the old one and put in its place when all of it is on the disk. It is read as any file from outside: a length that lies, or a digest
 * that does not hold, and it is as if there were none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "fetch/fetch.h"

enum { INDEX_BYTES_MAX = 1 << 30, PATH_LEN_MAX = 4096, NAMES_TRIED = 16 };

struct head {
	char magic[8], kind[8];
	uint64_t entries, len;
	uint8_t digest[MIRROR_DIGEST_LEN];
};
struct record {
	uint64_t size, changed_ns, len; /* len: of the body */
	uint32_t path_len, zero; /* of the path, with its NUL */
	uint8_t digest[MIRROR_DIGEST_LEN];
};
static const char magic[8] = {'F', 'W', 'I', 'N', 'D', 'E', 'X', '1'};

struct mirror_index {
	char *bytes;
	const struct record **records; /* in the order of paths */
	size_t count;
};

static uint64_t padded(uint64_t len)
{
	return (len + 7) & ~7ull;
}

void mirror_digest(const void *bytes, size_t len, uint8_t out_digest[MIRROR_DIGEST_LEN])
{
	unsigned size = MIRROR_DIGEST_LEN;

	memset(out_digest, 0, MIRROR_DIGEST_LEN);
	EVP_Digest(bytes, len, out_digest, &size, EVP_sha256(), NULL);
}

static const char *path_of(const struct record *record)
{
	return (const char *)(record + 1);
}

/* --- reading --------------------------------------------------------------------------------------------------------------- */

/* Each entry lies within the file, and their paths rise. */
static bool read_entries(struct mirror_index *index, size_t len)
{
	size_t at = sizeof(struct head);

	for (size_t i = 0; i < index->count; i++) {
		const struct record *record = (const void *)(index->bytes + at);
		uint64_t need;
		if (len - at < sizeof(*record) || !record->path_len || record->path_len > PATH_LEN_MAX || record->len > len)
			return false;
		need = sizeof(*record) + padded(record->path_len) + padded(record->len);
		if (need > len - at || path_of(record)[record->path_len - 1] || strlen(path_of(record)) + 1 != record->path_len)
			return false;
		if (i && strcmp(path_of(index->records[i - 1]), path_of(record)) >= 0)
			return false;
		index->records[i] = record;
		at += need;
	}
	return at == len;
}

static bool head_holds(const char *bytes, size_t len, const char kind[8])
{
	const struct head *head = (const void *)bytes;
	uint8_t digest[MIRROR_DIGEST_LEN];

	if (len < sizeof(*head) || memcmp(head->magic, magic, 8) || memcmp(head->kind, kind, 8) || head->len != len - sizeof(*head) ||
		head->entries > head->len / sizeof(struct record))
		return false;
	mirror_digest(bytes + sizeof(*head), len - sizeof(*head), digest);
	return !memcmp(digest, head->digest, sizeof(digest));
}

int mirror_index_open(const char *path, const char kind[8], struct mirror_index **out_index, struct fault *out_fault)
{
	struct mirror_index *index = calloc(1, sizeof(*index));
	size_t len;
	int error = index ? fetch_regular(path, INDEX_BYTES_MAX, &index->bytes, &len, out_fault) : -ENOMEM;

	if (!error && len && (len < sizeof(magic) || memcmp(index->bytes, magic, sizeof(magic)))) {
		fault_set(out_fault, path, 0, 0, "is no index of advisories, and is not written over");
		mirror_index_close(index);
		return -EINVAL;
	}
	if (!error && !head_holds(index->bytes, len, kind))
		error = -EBADMSG;
	if (!error) {
		index->count = ((const struct head *)(const void *)index->bytes)->entries;
		index->records = calloc(index->count + 1, sizeof(*index->records));
		error = !index->records ? -ENOMEM : read_entries(index, len) ? 0 : -EBADMSG;
	}
	if (error == -EBADMSG)
		fault_set(out_fault, path, 0, 0, "is no index of this program and version, or is damaged; a new one is made");
	if (error) {
		mirror_index_close(index);
		return error;
	}
	*out_index = index;
	return 0;
}

void mirror_index_close(struct mirror_index *index)
{
	if (!index)
		return;
	free(index->records);
	free(index->bytes);
	free(index);
}

size_t mirror_index_count(const struct mirror_index *index)
{
	return index ? index->count : 0;
}

static int by_path(const void *path, const void *record)
{
	return strcmp(path, path_of(*(const struct record *const *)record));
}

static void lend(const struct record *record, struct mirror_entry *out_entry)
{
	*out_entry = (struct mirror_entry){.path = path_of(record),
		.size = record->size,
		.changed_ns = record->changed_ns,
		.body = (const char *)(record + 1) + padded(record->path_len),
		.len = record->len};
	memcpy(out_entry->digest, record->digest, MIRROR_DIGEST_LEN);
}

bool mirror_index_find(const struct mirror_index *index, const char *path, struct mirror_entry *out_entry)
{
	const struct record *const *found =
		index && index->count ? bsearch(path, index->records, index->count, sizeof(*index->records), by_path) : NULL;

	if (found)
		lend(*found, out_entry);
	return found != NULL;
}

bool mirror_index_at(const struct mirror_index *index, size_t number, struct mirror_entry *out_entry)
{
	if (!index || number >= index->count)
		return false;
	lend(index->records[number], out_entry);
	return true;
}

/* --- writing --------------------------------------------------------------------------------------------------------------- */

struct mirror_writer {
	struct head head;
	EVP_MD_CTX *digest;
	FILE *out;
	int error;
	char *path, *beside;
};

static void put(struct mirror_writer *writer, const void *bytes, size_t len)
{
	static const char zeros[8];
	size_t pad = padded(len) - len;

	if (fwrite(bytes, 1, len, writer->out) != len || fwrite(zeros, 1, pad, writer->out) != pad)
		writer->error = writer->error ? writer->error : -EIO;
	EVP_DigestUpdate(writer->digest, bytes, len);
	EVP_DigestUpdate(writer->digest, zeros, pad);
	writer->head.len += len + pad;
}

static void writer_done(struct mirror_writer *writer)
{
	if (writer->out)
		fclose(writer->out);
	if (writer->digest)
		EVP_MD_CTX_free(writer->digest);
	free(writer->path);
	free(writer->beside);
	free(writer);
}

/* Nobody else's file under that name: made anew, under the first name that nobody has. */
static FILE *open_beside(const char *path, char *beside, size_t size)
{
	int descriptor = -1;

	for (unsigned i = 0; i < NAMES_TRIED && descriptor < 0; i++) {
		snprintf(beside, size, i ? "%s.new%u" : "%s.new", path, i);
		descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (descriptor < 0 && errno != EEXIST)
			return NULL;
	}
	return descriptor < 0 ? NULL : fdopen(descriptor, "wb");
}

int mirror_writer_open(const char *path, const char kind[8], struct mirror_writer **out_writer, struct fault *out_fault)
{
	struct mirror_writer *writer = calloc(1, sizeof(*writer));
	size_t len = strlen(path) + 16;
	int error = -ENOMEM;

	if (!writer)
		return -ENOMEM;
	memcpy(writer->head.magic, magic, 8);
	memcpy(writer->head.kind, kind, 8);
	writer->path = strdup(path);
	writer->beside = malloc(len);
	writer->digest = EVP_MD_CTX_new();
	if (writer->path && writer->beside && writer->digest && EVP_DigestInit_ex(writer->digest, EVP_sha256(), NULL)) {
		writer->out = open_beside(path, writer->beside, len);
		error = writer->out ? 0 : -errno;
	}
	if (!error && fwrite(&writer->head, sizeof(writer->head), 1, writer->out) != 1)
		error = -EIO;
	if (error) {
		if (error != -ENOMEM)
			fault_set(out_fault, path, 0, 0, "cannot be written: %s", strerror(-error));
		writer_done(writer);
		return error;
	}
	*out_writer = writer;
	return 0;
}

int mirror_writer_add(struct mirror_writer *writer, const struct mirror_entry *entry)
{
	struct record record = {
		.size = entry->size, .changed_ns = entry->changed_ns, .len = entry->len, .path_len = (uint32_t)strlen(entry->path) + 1};

	if (record.path_len > PATH_LEN_MAX)
		return writer->error;
	memcpy(record.digest, entry->digest, MIRROR_DIGEST_LEN);
	put(writer, &record, sizeof(record));
	put(writer, entry->path, record.path_len);
	put(writer, entry->body, entry->len);
	writer->head.entries++;
	return writer->error;
}

static int finish(struct mirror_writer *writer)
{
	unsigned size = MIRROR_DIGEST_LEN;

	if (writer->error)
		return writer->error;
	EVP_DigestFinal_ex(writer->digest, writer->head.digest, &size);
	if (fseek(writer->out, 0, SEEK_SET) || fwrite(&writer->head, sizeof(writer->head), 1, writer->out) != 1 || fflush(writer->out) ||
		fsync(fileno(writer->out)) || rename(writer->beside, writer->path))
		return errno ? -errno : -EIO;
	return 0;
}

int mirror_writer_close(struct mirror_writer *writer, bool keep, struct fault *out_fault)
{
	int error = keep ? finish(writer) : 0;

	if (error)
		fault_set(out_fault, writer->path, 0, 0, "cannot be written: %s", strerror(-error));
	if (!keep || error)
		unlink(writer->beside);
	writer_done(writer);
	return error;
}
