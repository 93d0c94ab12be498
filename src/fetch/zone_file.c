/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A zone from its file. libzscanner knows the syntax; what is ours is where bytes may come from and how many.
 *
 * Files are read in pieces (piece.h), so a zone takes no memory here, and one that is cut while it is read is no SIGBUS. $INCLUDE is
 * relative to the file that says it. The kernel keeps it below the folder of the zone's file (openat2 with RESOLVE_BENEATH), at
 * the moment of opening and through every link: a zone file that somebody else may write can not show what root may read, nor
 * hang us with a pipe.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <libknot/dname.h>
#include <libzscanner/scanner.h>

#include "fetch/message.h"
#include "fetch/name.h"
#include "fetch/piece.h"
#include "wire/limits.h"

enum { DEPTH_MAX = 8, PATH_MAX_HERE = 4096, DEFAULT_TTL_S = 3600 };

/* What all files of one zone share. */
struct reading {
	const struct zone_name *apex;
	const struct zone_tell *tell;
	uint64_t bytes_left, records_left;
	int folder; /* of the zone's file */
	const char *folder_name; /* ending in a slash; "" where it is the working directory */
	struct zone_soa soa;
	bool with_soa;
	struct fault *fault;
};

/* One file. */
struct part {
	struct reading *reading;
	const char *name; /* relative to the folder */
	unsigned depth;
	zs_scanner_t scanner;
	struct piece piece;
};

static int read_part(struct reading *reading, const char *name, unsigned depth, int descriptor, const zs_scanner_t *above);

static int told(const struct part *part, int error, const char *sentence)
{
	char name[PATH_MAX_HERE * 2];

	snprintf(name, sizeof(name), "%s%s", part->reading->folder_name, part->name);
	fault_set(part->reading->fault, name, part->scanner.line_counter, 0, "%s", sentence);
	return error;
}

static int open_beneath(int folder, const char *name)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
	long descriptor = syscall(SYS_openat2, folder, name, &how, sizeof(how));

	return descriptor < 0 ? -errno : (int)descriptor;
}

/* The name as seen from the zone's folder: relative to the file that says it, or absolute within that folder. */
static int resolve(const struct part *part, const char *said, char out[PATH_MAX_HERE])
{
	size_t folder_len = strlen(part->reading->folder_name);
	const char *slash = strrchr(part->name, '/');
	int len = slash ? (int)(slash - part->name) + 1 : 0;
	int written;

	if (strncmp(said, "./", 2) == 0) /* libzscanner puts it there */
		said += 2;
	if (said[0] == '/' && folder_len && strncmp(said, part->reading->folder_name, folder_len) == 0)
		written = snprintf(out, PATH_MAX_HERE, "%s", said + folder_len);
	else if (said[0] == '/')
		return -EXDEV;
	else
		written = snprintf(out, PATH_MAX_HERE, "%.*s%s", len, part->name, said);
	return written < PATH_MAX_HERE ? 0 : -ENAMETOOLONG;
}

static int include(struct part *part)
{
	char name[PATH_MAX_HERE], sentence[FAULT_SENTENCE_MAX];
	int descriptor, error;

	if (part->depth >= DEPTH_MAX)
		return told(part, -ELOOP, "files include each other too deeply");
	error = resolve(part, part->scanner.include_filename, name);
	descriptor = error ? error : open_beneath(part->reading->folder, name);
	if (descriptor == -EXDEV)
		return told(part, -EINVAL, "the included file lies outside of the folder of the zone's file");
	if (descriptor < 0) {
		snprintf(sentence, sizeof(sentence), "the included file cannot be opened: %s", strerror(-descriptor));
		return told(part, descriptor, sentence);
	}
	return read_part(part->reading, name, part->depth + 1, descriptor, &part->scanner);
}

static int see_soa(struct part *part)
{
	const struct message message = {.bytes = part->scanner.r_data, .len = part->scanner.r_data_length};
	const struct message_record record = {.rdata_len = part->scanner.r_data_length};

	if (!name_equal(part->scanner.r_owner, part->scanner.r_owner_length, part->reading->apex))
		return told(part, -EINVAL, "this SOA is not of the zone that the file is for");
	if (part->reading->with_soa)
		return told(part, -EINVAL, "a second SOA");
	part->reading->with_soa = true;
	return message_soa(&message, &record, &part->reading->soa) == FW_READ_OK ? 0 : told(part, -EINVAL, "a damaged SOA");
}

static int see_record(struct part *part)
{
	zs_scanner_t *scanner = &part->scanner;
	int error;

	knot_dname_to_lower(scanner->r_owner);
	if (!name_inside(scanner->r_owner, scanner->r_owner_length, part->reading->apex))
		return told(part, -EINVAL, "this name lies outside of the zone");
	if (part->reading->records_left-- == 0)
		return told(part, -E2BIG, "the zone has too many records");
	if (scanner->r_type == TYPE_SOA) {
		error = see_soa(part);
		if (error)
			return error;
	}
	error = part->reading->tell->record(part->reading->tell->context, scanner->r_owner, scanner->r_owner_length, scanner->r_type);
	return error ? told(part, error > 0 ? -EINVAL : error, strerror(error < 0 ? -error : error)) : 0;
}

/* All records of the bytes that the scanner was given. */
static int see_piece(struct part *part)
{
	int error = 0;

	while (!error) {
		if (zs_parse_record(&part->scanner) != 0 || part->scanner.state == ZS_STATE_ERROR)
			return told(part, -EINVAL, zs_strerror(part->scanner.error.code));
		if (part->scanner.state == ZS_STATE_DATA)
			error = see_record(part);
		else if (part->scanner.state == ZS_STATE_INCLUDE)
			error = include(part);
		else
			return 0;
	}
	return error;
}

/* How the file itself came to an end. */
static int judge_end(const struct part *part, int error)
{
	if (error == -ENODATA)
		return 0;
	return told(part, error == -EFBIG ? -E2BIG : error,
		error == -EFBIG ? "an entry is larger than 1 MiB: is a parenthesis never closed?" : "cannot be read");
}

static int read_pieces(struct part *part)
{
	for (;;) {
		const char *bytes;
		int64_t len = piece_next(&part->piece, &bytes);
		int error;
		part->scanner.line_counter = part->piece.line; /* libzscanner counts the end of what it is given, too */
		if (len < 0)
			return judge_end(part, (int)len);
		if ((uint64_t)len >= part->reading->bytes_left)
			return told(part, -E2BIG, "the zone's files are too large");
		part->reading->bytes_left -= (uint64_t)len + 1;
		if (len == 0)
			continue;
		if (zs_set_input_string(&part->scanner, bytes, (size_t)len) != 0)
			return told(part, -ENOMEM, "not enough memory");
		error = see_piece(part);
		if (error)
			return error;
	}
}

/* The origin is what $INCLUDE names behind the file, else that of the file above, else the apex. */
static int init_scanner(struct part *part, const zs_scanner_t *above)
{
	char origin[ZONE_NAME_TEXT_MAX];
	int error;

	zone_name_text(origin, part->reading->apex);
	error = zs_init(&part->scanner, above ? (const char *)above->buffer : origin, CLASS_IN, above ? above->default_ttl : DEFAULT_TTL_S);
	return error ? told(part, -EINVAL, zs_strerror(part->scanner.error.code)) : 0;
}

/* Takes the descriptor. */
static int read_part(struct reading *reading, const char *name, unsigned depth, int descriptor, const zs_scanner_t *above)
{
	struct part *part = malloc(sizeof(*part));
	struct stat info;
	int error;

	if (!part) {
		close(descriptor);
		fault_set(reading->fault, name, 0, 0, "not enough memory");
		return -ENOMEM;
	}
	part->reading = reading;
	part->name = name;
	part->depth = depth;
	piece_init(&part->piece, descriptor);
	part->scanner.line_counter = 0;
	if (fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
		error = told(part, -EINVAL, "is no ordinary file");
	} else {
		error = init_scanner(part, above);
		if (!error)
			error = read_pieces(part);
		zs_deinit(&part->scanner);
	}
	close(descriptor);
	free(part);
	return error;
}

/* The zone's own file is what the operator named: wherever it is, and through whatever links. */
static int open_zone(const char *path, char folder_name[PATH_MAX_HERE], int *out_folder)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 0;
	int descriptor, error;

	if (len >= PATH_MAX_HERE)
		return -ENAMETOOLONG;
	memcpy(folder_name, path, len);
	folder_name[len] = 0;
	*out_folder = open(len ? folder_name : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*out_folder < 0)
		return -errno;
	descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (descriptor >= 0)
		return descriptor;
	error = -errno;
	close(*out_folder);
	return error;
}

int zone_file_read(const char *path, const struct zone_name *apex, const struct zone_ceilings *ceilings, const struct zone_tell *tell,
	struct zone_soa *out_soa, struct fault *out_fault)
{
	char folder_name[PATH_MAX_HERE];
	struct reading reading = {.apex = apex,
		.tell = tell,
		.bytes_left = ceilings && ceilings->bytes ? ceilings->bytes : FW_ZONE_BYTES_MAX,
		.records_left = ceilings && ceilings->records ? ceilings->records : FW_ZONE_RECORDS_MAX,
		.folder_name = folder_name,
		.fault = out_fault};
	int descriptor = open_zone(path, folder_name, &reading.folder), error;

	if (descriptor < 0) {
		fault_set(out_fault, path, 0, 0, "cannot be opened: %s", strerror(-descriptor));
		return descriptor;
	}
	error = read_part(&reading, path + strlen(folder_name), 0, descriptor, NULL);
	close(reading.folder);
	if (!error && !reading.with_soa) {
		fault_set(out_fault, path, 0, 0, "holds no SOA");
		error = -EINVAL;
	}
	if (!error)
		*out_soa = reading.soa;
	return error;
}

int zone_file_mark(const char *path, struct zone_file_mark *out_mark)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return -errno;
	*out_mark = (struct zone_file_mark){.device = info.st_dev,
		.inode = info.st_ino,
		.size = (uint64_t)info.st_size,
		.changed_ns = (uint64_t)info.st_mtim.tv_sec * 1000000000u + (uint64_t)info.st_mtim.tv_nsec};
	return 0;
}
