/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floodwall backup and restore: a copy of all that the daemon keeps, and the way back. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/command.h"
#include "store/store.h"

enum { PIECE = 65536 };

static const char backup_help[] = "Usage: floodwall backup FILE\n\n"
				  "Writes a whole copy of what the daemon keeps (decisions, findings, names, audit log) to\n"
				  "FILE, which must not be there yet, while the daemon runs. Needs root, and meanwhile as much\n"
				  "room again in the daemon's folder. The copy is as private as what is in it: mode 0600.\n\n"
				  "      --socket PATH     the daemon's control socket (default: " CONTROL_SOCKET ")\n"
				  "  -V, --version         the version\n"
				  "  -h, --help            this text\n";
static const char restore_help[] = "Usage: floodwall restore FILE [-c FILE]\n\n"
				   "What the daemon keeps becomes what a copy by 'floodwall backup' holds. No daemon may run.\n"
				   "What was there before stays beside it as floodwall.db.before. Needs root.\n\n"
				   "  -c, --configuration FILE  for paths.state (default: " DAEMON_CONFIGURATION ")\n"
				   "  -V, --version             the version\n"
				   "  -h, --help                this text\n";

static int tell_errno(const struct ask_options *options, const char *path, int error)
{
	return ask_wrong(options, path, strerror(-error));
}

/* The daemon, which is not root, names the file: nothing else than a database is read for it with root's rights. */
static int open_copy(const char *path)
{
	static const char magic[] = "SQLite format 3";
	char head[sizeof(magic)];
	struct stat what;
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (file < 0)
		return -errno;
	if (fstat(file, &what) || !S_ISREG(what.st_mode) || pread(file, head, sizeof(head), 0) != sizeof(head) ||
		memcmp(head, magic, sizeof(magic)) != 0) {
		close(file);
		return -EBADMSG;
	}
	return file;
}

static int write_all(int to, const char *bytes, size_t len)
{
	while (len) {
		ssize_t put = write(to, bytes, len);
		if (put < 0)
			return -errno;
		bytes += put;
		len -= (size_t)put;
	}
	return 0;
}

static int move_bytes(int from, int to, uint64_t *out_len)
{
	char *bytes = malloc(PIECE);
	ssize_t got = bytes ? 1 : 0;
	int error = bytes ? 0 : -ENOMEM;

	while (!error && (got = read(from, bytes, PIECE)) > 0) {
		error = write_all(to, bytes, (size_t)got);
		*out_len += (uint64_t)got;
	}
	if (!error && got < 0)
		error = -errno;
	free(bytes);
	return error ? error : fsync(to) ? -errno : 0;
}

/* Until the daemon says that its copy is whole. The last answer, or NULL: what is wrong was said. */
static json_t *make_copy(struct control *control, const struct ask_options *options)
{
	json_t *answer = ask_over(control, options, json_pack("{s:s, s:s}", "do", "backup", "step", "begin"));

	while (answer && json_integer_value(json_object_get(answer, "left")) > 0) {
		json_decref(answer);
		answer = ask_over(control, options, json_pack("{s:s, s:s}", "do", "backup", "step", "next"));
	}
	return answer;
}

/* to is new and empty. */
static int backup(struct control *control, const struct ask_options *options, int to)
{
	json_t *answer = make_copy(control, options);
	const char *path = json_string_value(json_object_get(answer, "file"));
	uint64_t len = 0;
	char text[512];
	int from, error;

	if (!answer)
		return COMMAND_WRONG;
	from = path ? open_copy(path) : -EBADMSG;
	error = from < 0 ? from : move_bytes(from, to, &len);
	if (from >= 0)
		close(from);
	if (error)
		tell_errno(options, from < 0 && path ? path : options->words[0], error);
	json_decref(answer);
	json_decref(ask_over(control, options, json_pack("{s:s, s:s}", "do", "backup", "step", "end")));
	if (error)
		return COMMAND_WRONG;
	snprintf(text, sizeof(text), "Copied: %" PRIu64 " bytes. Back by 'floodwall restore' while no daemon runs.\n", len);
	return command_tell(text);
}

int command_backup(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall backup", .help = backup_help, .socket = CONTROL_SOCKET};
	struct control *control = NULL;
	struct fault fault = {0};
	int code = ask_read(argc, argv, "s", &options), to;

	if (code >= 0)
		return code;
	if (options.word_count != 1)
		return ask_wrong(&options, "", "name one file, which is not there yet");
	if (control_open(options.socket, &control, &fault))
		return ask_fault(&options, &fault);
	to = open(options.words[0], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (to < 0) {
		code = tell_errno(&options, options.words[0], -errno);
	} else {
		code = backup(control, &options, to);
		close(to);
		if (code != COMMAND_DONE)
			unlink(options.words[0]);
	}
	control_close(control);
	return code;
}

int command_restore(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall restore", .help = restore_help, .configuration = DAEMON_CONFIGURATION};
	struct settings *settings = NULL;
	struct fault fault = {0};
	char text[SETTINGS_PATH_MAX + 128];
	int code = ask_read(argc, argv, "c", &options), error;

	if (code >= 0)
		return code;
	if (options.word_count != 1)
		return ask_wrong(&options, "", "name one file, made by 'floodwall backup'");
	if (configuration_read(options.configuration, &settings, &fault))
		return ask_fault(&options, &fault);
	error = store_restore(settings->paths.state, options.words[0], &fault);
	snprintf(text, sizeof(text), "Restored. What was there before is %s/floodwall.db.before.\n", settings->paths.state);
	settings_free(settings);
	return error ? ask_fault(&options, &fault) : command_tell(text);
}
