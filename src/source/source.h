/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames from capture files, merged by time.
 *
 * pcap and pcapng, micro- and nanosecond (pcapng: any if_tsresol), either byte order, plain or
 * gzip, xz, zstd, "-" for standard input; interfaces of different link types in one pcapng.
 * Files are streamed: memory does not depend on their size, only on how many are open at once (those that overlap in time); all
 * decoders together stay below FW_UNPACK_MAX.
 * Called by the hall (inspect). Rooms never see a file.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "model/frame.h"

struct source; /* owns descriptors, decompressors and one buffer per open file */

/* What became of one input; borrowed, valid until source_close(). */
struct source_report {
	const char *file; /* as named by the caller */
	uint64_t packets, bytes; /* read so far; bytes of frames on the wire */
	uint64_t first_ns, last_ns; /* least and greatest time seen; 0 when packets is 0 */
	uint64_t taken; /* packets handed on: those that source_choose() lets through */
	bool unfiltered; /* some packets are of a link type that the filter means nothing for: not handed on, told in the fault */
	bool cut_short; /* ended within a packet or block: read to the last whole packet */
	bool unreadable; /* no packet could be read of it; cut_short too if it ended within the first */
	struct fault fault; /* the sentence, with offset, where cut_short or unreadable; else fault.sentence is "" */
};

/*
 * Opens the inputs (at least one). An input of which nothing can be read is reported, not fatal.
 * Inputs are put in order of their first packet, then name, those without any packet last; source_report() uses that order, so that
 * the order of arguments does not matter. Returns 0, -ENOMEM, or -EINVAL (more than FW_SOURCE_FILES_MAX; fault set).
 */
int source_open(const char *const *files, size_t count, struct source **out_source, struct fault *out_fault);

/* What is handed on of what is read. */
struct source_choice {
	uint64_t from_ns, to_ns; /* from inclusive, to exclusive */
	const char *filter; /* as tcpdump takes it, or NULL; read within the call */
};

/* Returns 0, or -EINVAL with the sentence: not a filter. To be asked before anything is opened. */
int source_check_filter(const char *expression, struct fault *out_fault);

/* Before the first source_next(). Returns 0, -ENOMEM, or -EINVAL as above. Without it everything is handed on. */
int source_choose(struct source *source, const struct source_choice *choice, struct fault *out_fault);

/* How far the reading is, in bytes of the files as they are (packed ones too). */
struct source_progress {
	uint64_t packets, bytes;
	uint64_t bytes_total; /* 0 where an input has no length: a pipe */
};

/* seen is called once in a while: every SOURCE_WATCH_FRAMES frames read. at is valid within the call. */
enum { SOURCE_WATCH_FRAMES = 1024 };
void source_watch(struct source *source, void (*seen)(void *context, const struct source_progress *at), void *context);

/*
 * The next frame by time; frames of one time by input order, then position. Within one file order is the file's own,
 * even where its clock runs backwards. Returns true and fills *out_frame, or false at the end of everything.
 */
bool source_next(struct source *source, struct frame *out_frame);

size_t source_count(const struct source *source);
const struct source_report *source_report(const struct source *source, size_t input);

/* Frees everything; NULL is accepted. */
void source_close(struct source *source);

/* ---- writing: a folder of small captures, and reading inputs a second time (the hall: inspect --evidence) ---- */

struct folder; /* owns the folder's descriptor and a scratch file, unlinked, with the frames set aside */

/* True for a name that an earlier run may have left in such a folder. */
typedef bool folder_name_known(const char *name);

/*
 * Makes the folder if it is missing. Refused with a sentence in *out_fault: a path that is no folder or cannot be written to, one
 * that holds anything whose name is not known, one that holds one of the inputs. Returns 0 or -errno.
 */
int folder_open(const char *path, folder_name_known *known, const char *const *inputs, size_t input_count, struct folder **out_folder,
	struct fault *out_fault);
/* Room for so many piles of frames; once. Returns 0, -ENOMEM or -errno of the scratch file. */
int folder_piles(struct folder *folder, uint32_t pile_count);
/* Sets a frame aside on a pile: the bytes, times and lengths are copied to the scratch file. Returns 0 or -errno. */
int folder_pile(struct folder *folder, uint32_t pile, const struct frame *frame);
uint32_t folder_pile_count(const struct folder *folder, uint32_t pile);
/* Removes what an earlier run left. Returns 0 or -errno. */
int folder_clear(struct folder *folder);
/*
 * Writes a pile under this name as pcapng (nanoseconds, one interface for each link type, the comment with the section),
 * whole or not at all. The comment is UTF-8, cut at 65,532 bytes. Returns 0, -ENOMEM or -errno.
 */
int folder_write(struct folder *folder, uint32_t pile, const char *name, const char *comment);
void folder_close(struct folder *folder); /* NULL is accepted */

struct spool; /* owns the copies */

/*
 * Inputs that can be read only once (standard input, pipes) are copied, unlinked, into the folder; NULL entries for all others.
 * Returns 0, -ENOMEM, or -errno with the sentence.
 */
int spool_open(const struct folder *folder, const char *const *files, size_t count, struct spool **out_spool, struct fault *out_fault);
void spool_close(struct spool *spool); /* NULL is accepted */

/* As source_open() with the same files; what is spooled is read from its copy. May be done again. spool may be NULL. */
int source_open_spooled(
	const char *const *files, size_t count, const struct spool *spool, struct source **out_source, struct fault *out_fault);
