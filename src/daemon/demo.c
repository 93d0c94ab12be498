/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floodwall run --demo: what a user sees of a guard before there is one. A folder of its own holds the configuration, which is a real one, the
 * store and the socket; it is made new with each start and is gone with the process, unless that was killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum { FOLDER_MAX = 80, DEEPEST = 8 }; /* a socket's path has 107 bytes */

struct demo {
	char folder[FOLDER_MAX];
	char configuration[FOLDER_MAX + 32];
};

static int told(struct fault *out_fault, const char *path, int error)
{
	fault_set(out_fault, path, 0, 0, "%s", strerror(-error));
	return error;
}

static int make_folder(struct demo *demo, struct fault *out_fault)
{
	const char *base = getenv("TMPDIR");
	int len;

	/* it stands between quotes in the configuration */
	base = base && *base == '/' && !strpbrk(base, "'\n") ? base : "/tmp";
	len = snprintf(demo->folder, sizeof(demo->folder), "%s/floodwall-demo-XXXXXX", base);
	if (len >= (int)sizeof(demo->folder)) {
		*demo->folder = 0;
		return told(out_fault, base, -ENAMETOOLONG);
	}
	if (mkdtemp(demo->folder))
		return 0;
	*demo->folder = 0;
	return told(out_fault, base, -errno);
}

static int remove_one(const char *path, const struct stat *is, int kind, struct FTW *where)
{
	remove(path); /* what cannot go stays, and its folder with it */
	return 0;
}

/* Links are not followed, other file systems are not entered. */
static void remove_folder(const struct demo *demo)
{
	if (*demo->folder)
		nftw(demo->folder, remove_one, DEEPEST, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/*
 * Quarantine enforces, from critical on: so that the flood is there to be seen when its sender is stopped. All others observe, as
 * they would in the first days of a real guard.
 */
static int write_configuration(struct demo *demo, const struct daemon_options *options, struct fault *out_fault)
{
	FILE *out;
	int error;

	snprintf(demo->configuration, sizeof(demo->configuration), "%s/floodwall.yaml", demo->folder);
	out = fopen(demo->configuration, "wxe");
	if (!out)
		return told(out_fault, demo->configuration, -errno);
	fprintf(out,
		"# A demo's configuration: it goes with the demo.\n"
		"role: guard\n"
		"user: \"\"\n"
		"guard:\n"
		"  interfaces: [demo]\n"
		"  mode: observe\n"
		"  filters: {quarantine: enforce}\n"
		"  quarantine: {from: critical}\n"
		"  sizes: {devices: 256, rules: 4096, members: 4096, names: 256, flows: 128}\n"
		"paths:\n"
		"  state: '%s/state'\n"
		"  socket: '%s/control.sock'\n",
		demo->folder, demo->folder);
	if (options->page_port)
		fprintf(out, "page:\n  port: %u\n", options->page_port);
	if (options->page_port && *options->page_address)
		fprintf(out, "  address: '%s'\n", options->page_address);
	error = ferror(out) ? -EIO : 0;
	if (fclose(out) && !error)
		error = -errno;
	return error ? told(out_fault, demo->configuration, error) : 0;
}

static void greet(const struct demo *demo, const char *capture)
{
	printf("This is a demo: %s is played again and again, faster than it was.\n"
	       "Nothing is sent anywhere, and nothing of this machine is protected.\n\n"
	       "  ask it   floodwall show devices --socket %s/control.sock\n"
	       "  end it   Ctrl-C; all it wrote is in %s, and goes with it\n\n",
		capture, demo->folder, demo->folder);
	fflush(stdout);
}

int daemon_demo(const struct daemon_options *options, struct fault *out_fault)
{
	struct daemon_options real = *options;
	struct demo demo = {0};
	int error = access(options->demo, R_OK) ? told(out_fault, options->demo, -errno) : 0;

	if (!error)
		error = make_folder(&demo, out_fault);
	if (!error)
		error = write_configuration(&demo, options, out_fault);
	if (!error) {
		greet(&demo, options->demo);
		real.configuration = demo.configuration;
		error = daemon_run(&real, out_fault);
	}
	remove_folder(&demo);
	return error;
}
