/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floodwall run, check and bypass: what does not ask the daemon. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/prefix.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/output.h"
#include "plane/plane.h"

static const char run_help[] = "Usage: floodwall run [-c FILE]\n"
			       "       floodwall run --demo [--listen [ADDRESS:]PORT] [CAPTURE]\n\n"
			       "Protects in the role that the configuration names, until SIGTERM. Begins as root, and\n"
			       "gives root up. SIGHUP reads the configuration again.\n\n"
			       "  -c, --configuration FILE  default: " DAEMON_CONFIGURATION "\n"
			       "      --demo                plays a capture (the incident that comes with Floodwall) in a\n"
			       "                            loop, about a minute a round, before a real guard: without\n"
			       "                            root, without a configuration; nothing is sent or kept\n"
			       "      --listen [ADDRESS:]PORT\n"
			       "                            where a demo serves its page (default: 127.0.0.1:8753); an\n"
			       "                            address of this machine alone, as 127.0.0.2 or [::1]\n"
			       "  -V, --version             the version\n"
			       "  -h, --help                this text\n";

static const char check_help[] = "Usage: floodwall check [-c FILE] [--print] [--interface IF]\n\n"
				 "Reads the configuration and says what is wrong with it. Changes nothing.\n\n"
				 "  -c, --configuration FILE  default: " DAEMON_CONFIGURATION "\n"
				 "      --print               all settings as YAML, defaults too, secrets masked\n"
				 "      --interface IF        what works on this interface and kernel, for the role of FILE;\n"
				 "                            without -c no file is read, and the role is shield\n"
				 "  -V, --version             the version\n"
				 "  -h, --help                this text\n\n"
				 "Exit: 0 nothing is wrong; 2 something is.\n";

static const char bypass_help[] = "Usage: floodwall bypass [-c FILE]\n\n"
				  "Takes every program and map of Floodwall off every interface at once, whether a daemon\n"
				  "runs or not. Nothing is filtered then until floodwall run is started anew. Needs root;\n"
				  "'floodwall pause' switches filters off by the daemon, and needs none.\n\n"
				  "  -c, --configuration FILE  for paths.bpffs alone; not needed for /sys/fs/bpf\n"
				  "  -V, --version             the version\n"
				  "  -h, --help                this text\n";

/* The incident, where it was installed or beside the program that was built. */
static int find_incident(char out_path[PATH_MAX])
{
	static const char *const beside[] = {"../share/floodwall/incident.pcapng", "../../tests/gen/incident.pcapng"};
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	const char *folder;

	program[len > 0 ? len : 0] = 0;
	folder = dirname(program);
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++)
		if (snprintf(out_path, PATH_MAX, "%s/%s", folder, beside[i]) < PATH_MAX && access(out_path, R_OK) == 0)
			return 0;
	snprintf(out_path, PATH_MAX, "%s/incident.pcapng", FLOODWALL_DATADIR);
	return access(out_path, R_OK) ? -errno : 0;
}

static bool is_loopback(const uint8_t address[16])
{
	static const uint8_t four[13] = {[10] = 0xff, [11] = 0xff, [12] = 127}, six[16] = {[15] = 1};

	return memcmp(address, four, sizeof(four)) == 0 || memcmp(address, six, sizeof(six)) == 0;
}

/* Only the loopback: a demo has no certificate, and its token would cross the net in clear. */
static int read_listen(const struct ask_options *options, struct daemon_options *daemon)
{
	static const char wants[] = "--listen wants a port, or an address of the loopback and a port, such as 8754 or 127.0.0.2:8754";
	const char *word = options->listen, *colon = strrchr(word, ':'), *digits = colon ? colon + 1 : word;
	size_t len = colon ? (size_t)(colon - word) : 0;
	char address[sizeof(daemon->page_address)];
	struct prefix prefix;
	unsigned long port;
	char *end;

	port = strtoul(digits, &end, 10);
	if (*digits < '0' || *digits > '9' || *end || !port || port > UINT16_MAX)
		return ask_wrong(options, word, wants);
	daemon->page_port = (uint16_t)port;
	if (!colon)
		return -1;
	if (len > 2 && word[0] == '[' && word[len - 1] == ']') {
		word++;
		len -= 2;
	} else if (memchr(word, ':', len)) {
		return ask_wrong(options, word, wants);
	}
	if (!len || len >= sizeof(address) || memchr(word, '/', len))
		return ask_wrong(options, options->listen, wants);
	snprintf(address, sizeof(address), "%.*s", (int)len, word);
	if (prefix_read(address, &prefix) || !is_loopback(prefix.address))
		return ask_wrong(options, options->listen, wants);
	text_address(daemon->page_address, prefix.address);
	return -1;
}

static int run_demo(const struct ask_options *options, struct daemon_options *daemon)
{
	char incident[PATH_MAX], capture[PATH_MAX];
	struct fault fault = {0};

	if (options->word_count > 1)
		return ask_wrong(options, options->words[1], "--demo plays one capture");
	if (options->configuration)
		return ask_wrong(options, options->configuration, "a demo has a configuration of its own");
	if (options->listen) {
		int code = read_listen(options, daemon);
		if (code >= 0)
			return code;
	}
	if (options->word_count == 0 && find_incident(incident))
		return ask_wrong(options, incident, "the incident is not there; name a capture");
	daemon->demo = options->word_count ? options->words[0] : realpath(incident, capture) ? capture : incident;
	return daemon_demo(daemon, &fault) ? ask_fault(options, &fault) : COMMAND_DONE;
}

int command_run(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall run", .help = run_help};
	struct daemon_options daemon = {.version = FLOODWALL_VERSION};
	struct fault fault = {0};
	int code = ask_read(argc, argv, "cDl", &options);

	if (code >= 0)
		return code;
	if (options.demo)
		return run_demo(&options, &daemon);
	if (options.listen)
		return ask_wrong(&options, "--listen", "goes with --demo; a configuration has page.address and page.port");
	if (options.word_count)
		return ask_wrong(&options, options.words[0], "takes no further words");
	daemon.configuration = options.configuration ? options.configuration : DAEMON_CONFIGURATION;
	return daemon_run(&daemon, &fault) ? ask_fault(&options, &fault) : COMMAND_DONE;
}

static int print_settings(const struct ask_options *options, const struct settings *settings)
{
	char *text;
	size_t len;
	int code;

	if (settings_write(settings, &text, &len))
		return ask_wrong(options, "", "not enough memory");
	code = command_tell(text);
	free(text);
	return code;
}

/* In the order in which plane_open() would meet them. */
static int probe(const struct ask_options *options, const char *bpffs, bool guard)
{
	static const char *const kinds[] = {
		[PLANE_NOTE_FINE] = "fine", [PLANE_NOTE_WEAK] = "slow", [PLANE_NOTE_WRONG] = "wrong", [PLANE_NOTE_UNKNOWN] = "unknown"};
	struct plane_probe probe;
	struct fault fault = {0};
	struct output output;

	if (guard ? plane_guard_probe(options->interface, bpffs, &probe, &fault) : plane_probe(options->interface, bpffs, &probe, &fault))
		return ask_fault(options, &fault);
	if (output_open(NULL, &output))
		return COMMAND_WRONG;
	for (uint32_t i = 0; i < probe.note_count; i++)
		fprintf(output.file, "%-8s %-20s %s\n", kinds[probe.notes[i].kind], probe.notes[i].what, probe.notes[i].sentence);
	fprintf(output.file, "%s\n",
		probe.would_open ? "floodwall run can protect this interface." : "floodwall run cannot protect this interface as it is.");
	if (output_close(&output, 1))
		return ask_wrong(options, "", "standard output could not be written");
	return probe.would_open ? COMMAND_DONE : COMMAND_WRONG;
}

/* A line where it is not there; where we may not look, nothing. Returns how many lines. */
static unsigned look_for(FILE *out, const char *what, const char *path)
{
	if (!*path || access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR))
		return 0;
	fprintf(out, "not there   %-14s %s\n", what, path);
	return 1;
}

/* A guard that stops things, and nobody is named whom it never stops: right, but perhaps not meant. */
static void tell_no_admin(FILE *out, const struct settings_guard *guard)
{
	bool stops = false, admin = guard->admin_count;

	for (unsigned i = 0; i < FW_GUARD_FILTER_COUNT; i++)
		stops |= guard->filter_mode[i] == FW_MODE_ENFORCE;
	for (uint32_t i = 0; i < guard->device_count; i++)
		admin |= guard->devices[i].admin;
	if (stops && !admin)
		fprintf(out, "no admin    %-14s filters enforce, and you may be stopped too: name the device that you sit at\n",
			"guard.admins");
}

/* A paused daemon protects nothing, whatever is written. Without one, or where we may not ask, there is nothing to say. */
static void tell_paused(FILE *out, const char *socket)
{
	static const char request[] = "{\"do\": \"show\", \"what\": \"decisions\"}";
	struct control *control = NULL;
	struct fault fault = {0};
	json_t *answer = NULL;
	char *text = NULL;
	size_t len;

	if (control_open(socket, &control, &fault) == 0 && control_ask(control, request, &text, &len, &fault) == 0)
		answer = json_loadb(text, len, 0, NULL);
	if (json_is_true(json_object_get(answer, "paused")))
		fprintf(out,
			"paused      %-14s all filters of the daemon are off: nothing is stopped; 'floodwall resume' switches them on\n",
			"floodwall run");
	json_decref(answer);
	free(text);
	control_close(control);
}

/* What is written is right; what it names may still be missing, and 'floodwall run' would say so then. */
static int told_right(const struct ask_options *options, const struct settings *settings)
{
	struct output output;
	unsigned missing = 0;

	if (output_open(NULL, &output))
		return ask_wrong(options, "", "standard output could not be written");
	fprintf(output.file, "Nothing is wrong with the configuration.\n");
	for (uint32_t i = 0; i < settings->key_count; i++)
		missing += look_for(output.file, "secret_file", settings->keys[i].secret_file);
	for (uint32_t i = 0; i < settings->zone_count; i++)
		missing += look_for(output.file, "zone file", settings->zones[i].file);
	missing += look_for(output.file, "mud", settings->guard.mud);
	missing += look_for(output.file, "signatures", settings->guard.signatures);
	missing += look_for(output.file, "advisories", settings->guard.advisories);
	missing += look_for(output.file, "recalls", settings->guard.recalls);
	missing += look_for(output.file, "facts", settings->guard.facts);
	missing += look_for(output.file, "marks", settings->guard.marks);
	for (uint32_t i = 0; i < settings->guard.device_count; i++)
		if (*settings->guard.devices[i].mud == '/')
			missing += look_for(output.file, "mud", settings->guard.devices[i].mud);
	if (*settings->user && !getpwnam(settings->user))
		missing += (unsigned)(fprintf(output.file, "not there   %-14s %s\n", "user", settings->user) > 0);
	if (missing)
		fprintf(output.file, "'floodwall run' needs all of this.\n");
	if (settings->role == ROLE_GUARD)
		tell_no_admin(output.file, &settings->guard);
	tell_paused(output.file, settings->paths.socket);
	return output_close(&output, 1) ? ask_wrong(options, "", "standard output could not be written") : COMMAND_DONE;
}

int command_check(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall check", .help = check_help};
	struct settings *settings = NULL;
	struct fault fault = {0};
	int code = ask_read(argc, argv, "cip", &options);

	if (code >= 0)
		return code;
	if (options.word_count)
		return ask_wrong(&options, options.words[0], "takes no further words; a file is named with -c");
	if (options.interface && !options.configuration)
		return probe(&options, NULL, false);
	if (!options.configuration)
		options.configuration = DAEMON_CONFIGURATION;
	if (configuration_read(options.configuration, &settings, &fault))
		return ask_fault(&options, &fault);
	code = options.print ? print_settings(&options, settings) : COMMAND_DONE;
	if (options.interface && code == COMMAND_DONE)
		code = probe(&options, settings->paths.bpffs, settings->role == ROLE_GUARD);
	else if (!options.print)
		code = told_right(&options, settings);
	settings_free(settings);
	return code;
}

int command_bypass(int argc, char **argv)
{
	struct ask_options options = {.command = "floodwall bypass", .help = bypass_help};
	struct settings *settings = NULL;
	struct plane_bypassed done = {0};
	struct fault fault = {0}, wrong = {0};
	char text[256];
	int code = ask_read(argc, argv, "c", &options), error, unread;

	if (code >= 0)
		return code;
	if (options.word_count)
		return ask_wrong(&options, options.words[0], "takes no further words");
	/* who wants all away gets it, whatever is wrong with a file: programs are found by interface, too */
	unread = options.configuration ? configuration_read(options.configuration, &settings, &wrong) : 0;
	error = plane_bypass(settings ? settings->paths.bpffs : NULL, &done, &fault);
	settings_free(settings);
	snprintf(text, sizeof(text),
		"Taken away: %u program%s, %u filter%s, %u pin%s. Nothing is filtered now; 'floodwall run' protects again.\n", done.links,
		done.links == 1 ? "" : "s", done.filters, done.filters == 1 ? "" : "s", done.pins, done.pins == 1 ? "" : "s");
	code = command_tell(text);
	if (unread)
		code = ask_fault(&options, &wrong);
	return error ? ask_fault(&options, &fault) : code;
}
