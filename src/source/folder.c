/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder of small captures, written when all of their frames are known.
 *
 * Thousands of captures grow at once, frame by frame; neither that many files nor their frames can be held open or in memory.
 * So every frame goes to one scratch file, which has no name, behind a head that points to the frame before it on its pile:
 *
 *	scratch   [head|frame] [head|frame] [head|frame] [head|frame] ...
 *	pile 0       ^------------------------'             |
 *	pile 1                     ^------------------------'
 *
 * At the end each pile is walked from its last frame to its first, and written forwards to a file of its own, which gets
 * its name when it is whole.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pcapng_write.h"
#include "source/spool.h"
#include "wire/limits.h"

enum { NAME_LEN_MAX = 255 };

static const char unfinished[] = ".part";

struct head {
	uint64_t before; /* offset of the frame before it, plus 1; 0: it is the first */
	uint64_t time_ns;
	uint32_t cap_len, wire_len;
	uint16_t link;
	uint16_t zero[3];
};
_Static_assert(sizeof(struct head) == 32, "no holes");

struct pile {
	uint64_t last; /* as struct head says */
	uint32_t count, zero;
};

struct folder {
	int fd;
	folder_name_known *known;
	FILE *scratch;
	uint64_t scratch_len;
	struct pile *piles;
	uint32_t pile_count;
	uint8_t *frame; /* one, being read back */
};

/* Ours: a known name, or one that was being written when a run was interrupted. */
static bool is_known(const struct folder *folder, const char *name)
{
	size_t len = strlen(name), tail = sizeof(unfinished) - 1;
	char head[NAME_LEN_MAX + 1];

	if (len > NAME_LEN_MAX)
		return false;
	memcpy(head, name, len + 1);
	if (len > tail && strcmp(head + len - tail, unfinished) == 0)
		head[len - tail] = 0;
	return folder->known(head);
}

/* The next name in it that is no dot; NULL at the end. */
static const char *next_name(DIR *listing)
{
	struct dirent *entry;

	while ((entry = readdir(listing)) && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0))
		;
	return entry ? entry->d_name : NULL;
}

static DIR *list(const struct folder *folder)
{
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !listing)
		close(fd);
	return listing;
}

static bool is_input(const struct stat *file, const char *const *inputs, size_t count)
{
	struct stat input;

	for (size_t i = 0; i < count; i++) {
		int error = strcmp(inputs[i], "-") == 0 ? fstat(STDIN_FILENO, &input) : stat(inputs[i], &input);
		if (!error && input.st_dev == file->st_dev && input.st_ino == file->st_ino)
			return true;
	}
	return false;
}

static int check_listing(const struct folder *folder, const char *path, const char *const *inputs, size_t count, struct fault *fault)
{
	DIR *listing = list(folder);
	const char *name;
	struct stat there;
	int error = 0;

	if (!listing) {
		fault_set(fault, path, 0, 0, "the folder for evidence cannot be read: %s", strerror(errno));
		return -EACCES;
	}
	while (!error && (name = next_name(listing))) {
		if (!is_known(folder, name) || fstatat(folder->fd, name, &there, AT_SYMLINK_NOFOLLOW) || !S_ISREG(there.st_mode)) {
			fault_set(fault, path, 0, 0, "the folder for evidence holds something else: %s; name an empty or a new one", name);
			error = -ENOTEMPTY;
		} else if (is_input(&there, inputs, count)) {
			fault_set(fault, path, 0, 0, "the folder for evidence holds one of the captures: %s; name another one", name);
			error = -EEXIST;
		}
	}
	closedir(listing);
	return error;
}

static int open_at(struct folder *folder, const char *path, struct fault *fault)
{
	int error = 0;

	if (mkdir(path, 0777) && errno != EEXIST)
		error = -errno;
	else if ((folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		error = -errno;
	else if (faccessat(folder->fd, ".", W_OK | X_OK, AT_EACCESS))
		error = -errno;
	if (error)
		fault_set(fault, path, 0, 0, "evidence cannot be written there: %s", strerror(-error));
	return error;
}

int folder_open(const char *path, folder_name_known *known, const char *const *inputs, size_t input_count, struct folder **out_folder,
	struct fault *out_fault)
{
	struct folder *folder = calloc(1, sizeof(*folder));
	int error;

	if (!folder)
		return -ENOMEM;
	folder->fd = -1;
	folder->known = known;
	if ((error = open_at(folder, path, out_fault)) || (error = check_listing(folder, path, inputs, input_count, out_fault))) {
		folder_close(folder);
		return error;
	}
	*out_folder = folder;
	return 0;
}

/* Not every file system has files without a name; there one is made, and unnamed at once. */
int folder_scratch(const struct folder *folder)
{
	int fd = openat(folder->fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL))
		return fd < 0 ? -errno : fd;
	for (unsigned i = 0; i < 1000; i++) {
		char name[64];
		snprintf(name, sizeof(name), ".scratch-%ld-%u", (long)getpid(), i);
		fd = openat(folder->fd, name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd >= 0 && unlinkat(folder->fd, name, 0) == 0)
			return fd;
		if (fd >= 0)
			close(fd);
		else if (errno != EEXIST)
			break;
	}
	return -errno;
}

int folder_piles(struct folder *folder, uint32_t pile_count)
{
	int fd;

	folder->piles = calloc(pile_count + 1u, sizeof(*folder->piles));
	folder->frame = malloc(FW_FRAME_MAX);
	if (!folder->piles || !folder->frame)
		return -ENOMEM;
	fd = folder_scratch(folder);
	if (fd < 0)
		return fd;
	folder->scratch = fdopen(fd, "w+");
	if (!folder->scratch) {
		close(fd);
		return -ENOMEM;
	}
	folder->pile_count = pile_count;
	return 0;
}

static int write_error(void)
{
	return errno ? -errno : -EIO;
}

int folder_pile(struct folder *folder, uint32_t number, const struct frame *frame)
{
	struct pile *pile = &folder->piles[number];
	struct head head = {.before = pile->last,
		.time_ns = frame->time_ns,
		.cap_len = frame->cap_len,
		.wire_len = frame->wire_len,
		.link = frame->link};

	errno = 0;
	if (fwrite(&head, sizeof(head), 1, folder->scratch) != 1 ||
		fwrite(frame->bytes, 1, frame->cap_len, folder->scratch) != frame->cap_len)
		return write_error();
	pile->last = folder->scratch_len + 1;
	pile->count++;
	folder->scratch_len += sizeof(head) + frame->cap_len;
	return 0;
}

uint32_t folder_pile_count(const struct folder *folder, uint32_t pile)
{
	return pile < folder->pile_count ? folder->piles[pile].count : 0;
}

int folder_clear(struct folder *folder)
{
	DIR *listing = list(folder);
	const char *name;
	int error = 0;

	if (!listing)
		return -errno;
	while ((name = next_name(listing)))
		if (is_known(folder, name) && unlinkat(folder->fd, name, 0) && !error)
			error = -errno;
	closedir(listing);
	return error;
}

static int read_head(struct folder *folder, uint64_t place, struct head *out_head)
{
	errno = 0;
	if (fseeko(folder->scratch, (off_t)(place - 1), SEEK_SET) || fread(out_head, sizeof(*out_head), 1, folder->scratch) != 1)
		return write_error();
	return 0;
}

/* Where the frames of a pile stand, the first first. */
static int places_of(struct folder *folder, const struct pile *pile, uint64_t *places)
{
	uint64_t place = pile->last;
	struct head head;

	for (uint32_t i = pile->count; i-- > 0; place = head.before) {
		int error = read_head(folder, place, &head);
		if (error)
			return error;
		places[i] = place;
	}
	return 0;
}

static int copy_frame(struct folder *folder, uint64_t place, struct pcapng_writer *writer)
{
	struct head head;
	struct pcapng_packet packet;
	int error = read_head(folder, place, &head);

	if (error)
		return error;
	if (fread(folder->frame, 1, head.cap_len, folder->scratch) != head.cap_len)
		return write_error();
	packet = (struct pcapng_packet){
		.time_ns = head.time_ns, .bytes = folder->frame, .cap_len = head.cap_len, .wire_len = head.wire_len, .link = head.link};
	return pcapng_write_packet(writer, &packet);
}

static int write_pile(struct folder *folder, const struct pile *pile, FILE *out, const char *comment)
{
	uint64_t *places = calloc(pile->count + 1u, sizeof(*places));
	struct pcapng_writer writer;
	int error = places ? places_of(folder, pile, places) : -ENOMEM;

	errno = 0;
	if (!error)
		pcapng_write_section(&writer, out, comment);
	for (uint32_t i = 0; i < pile->count && !error; i++)
		error = copy_frame(folder, places[i], &writer);
	if (!error && (fflush(out) || ferror(out)))
		error = write_error();
	free(places);
	return error;
}

int folder_write(struct folder *folder, uint32_t number, const char *name, const char *comment)
{
	char part[NAME_LEN_MAX + 1];
	int fd, error;
	FILE *out;

	if (snprintf(part, sizeof(part), "%s%s", name, unfinished) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	fd = openat(folder->fd, part, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return -errno;
	out = fdopen(fd, "w");
	if (!out) {
		close(fd);
		error = -ENOMEM;
	} else {
		error = write_pile(folder, &folder->piles[number], out, comment);
		if (fclose(out) && !error)
			error = write_error();
	}
	if (!error && renameat(folder->fd, part, folder->fd, name))
		error = -errno;
	if (error)
		unlinkat(folder->fd, part, 0);
	return error;
}

void folder_close(struct folder *folder)
{
	if (!folder)
		return;
	if (folder->scratch)
		fclose(folder->scratch);
	if (folder->fd >= 0)
		close(folder->fd);
	free(folder->piles);
	free(folder->frame);
	free(folder);
}
