/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What published advisories and recalls say of the devices that are here. Files are read on a thread of their own, as whom the daemon has become by
 * then: at the first tick and again after a reload, which lets go of what was read before, so that it never lies in memory twice. Then the
 * devices go by, some in each tick: one that is another than when it was last asked about is held against all documents, which becomes the
 * finding `advisory`, or none. What a page shows of one device is asked for anew: nothing is kept of it but two bits.
 *
 * Memory: guard.sizes.advisories for the documents (a document of CISA takes 4 KiB with its share of the index), twice that for the moment in which an index is read, and up to
 * twenty times DOCUMENT_MAX while a document is. 100 bytes for each file of a folder while it is read, of which one for each KEPT_LEAST bytes is looked
 * at. 16 bytes for a device.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "engine/advise.h"
#include "engine/guard_room.h"
#include "engine/inspect.h"
#include "engine/signatures.h"
#include "engine/work.h"
#include "wire/siphash.h"

enum { DOCUMENT_MAX = 1 << 20, ASKED_A_TICK = 8, LINES_SAID = 5, INDEX_MORE = 1 << 16, KEPT_LEAST = 512 };

/* Copies: settings may go while the thread reads. */
struct advice_files {
	char advisories[GUARD_MUD_MAX], recalls[GUARD_MUD_MAX], facts[GUARD_MUD_MAX], marks[GUARD_MUD_MAX];
	char signatures[GUARD_MUD_MAX]; /* those of the start: devices are called by them until the next */
	uint64_t bytes;
};

struct asked_about {
	uint64_t digest; /* of what the device was; 0: not asked about */
	bool open, recalled;
};

struct guard_advice {
	struct work work;
	struct advice_files files;
	struct advise_options options;
	struct advise *advise; /* NULL: not read */
	bool wanted, failed;
	uint8_t hash_key[16];
	uint32_t turn;
	struct asked_about asked[FW_DEVICE_MAX]; /* by place of the device */
	struct advise_about shown;
	/* of the thread until its work is taken */
	struct advise *made;
	struct fault fault;
	char *notes;
	size_t notes_len;
};

/* ---- reading ---- */

static const char *or_null(const char *path)
{
	return *path ? path : NULL;
}

/* All of an index is read at once: one that could not be kept is not begun. */
static int weigh_index(struct guard_advice *advice)
{
	struct stat status;

	if (!advice->files.advisories[0] || stat(advice->files.advisories, &status) || !S_ISREG(status.st_mode) ||
		(uint64_t)status.st_size <= advice->files.bytes + INDEX_MORE)
		return 0;
	fault_set(&advice->fault, advice->files.advisories, 0, 0, "has %llu bytes, and guard.sizes.advisories leaves room for %llu",
		(unsigned long long)status.st_size, (unsigned long long)advice->files.bytes);
	return -ENOSPC;
}

static void note(void *context, const char *sentence)
{
	fprintf(context, "%s\n", sentence);
}

/* Makers are called in documents as devices are here. What is wrong in such a file was said at the start; that it cannot be read now was not. */
static int open_advise(struct guard_advice *advice, FILE *notes)
{
	const struct signature_say say = {.say = note, .context = notes, .unread_alone = true};
	struct signature_files files = {0};
	struct advise_start start = {.options = &advice->options, .signatures = &files, .say = &say, .notes = notes};
	struct fault fault = {0};
	int error = advice->files.signatures[0] ? signatures_list(advice->files.signatures, &files, &fault) : 0;

	if (error == -ENOMEM)
		return error;
	if (error)
		fprintf(notes, "%s: %s\n", fault.file, fault.sentence);
	memcpy(start.hash_key, advice->hash_key, sizeof(start.hash_key));
	error = advise_open(&start, &advice->made, &advice->fault);
	signatures_done(&files);
	return error;
}

static int read_files(void *context, const atomic_bool *stop)
{
	struct guard_advice *advice = context;
	FILE *notes = open_memstream(&advice->notes, &advice->notes_len);
	uint64_t most = advice->files.bytes / KEPT_LEAST;
	int error = notes ? weigh_index(advice) : -ENOMEM;

	advice->options = (struct advise_options){.advisories = or_null(advice->files.advisories),
		.recalls_file = or_null(advice->files.recalls),
		.facts_file = or_null(advice->files.facts),
		.marks_file = or_null(advice->files.marks),
		.kept_max = advice->files.bytes,
		.document_max = DOCUMENT_MAX,
		.files_max = most < FW_MIRROR_FILES_MAX ? (uint32_t)most : FW_MIRROR_FILES_MAX,
		.stop = stop};
	if (!error)
		error = open_advise(advice, notes);
	if (notes && fclose(notes) && !error)
		error = -ENOMEM;
	return error;
}

static void copy_files(struct guard_advice *advice, const struct settings_guard *settings)
{
	memcpy(advice->files.advisories, settings->advisories, sizeof(advice->files.advisories));
	memcpy(advice->files.recalls, settings->recalls, sizeof(advice->files.recalls));
	memcpy(advice->files.facts, settings->facts, sizeof(advice->files.facts));
	memcpy(advice->files.marks, settings->marks, sizeof(advice->files.marks));
	advice->files.bytes = settings->advisory_bytes;
}

static void begin(struct guard *guard, struct guard_advice *advice)
{
	int error;

	advise_free(advice->advise);
	advice->advise = NULL;
	advice->wanted = advice->failed = false;
	memset(&advice->fault, 0, sizeof(advice->fault));
	copy_files(advice, &guard->settings->guard);
	error = work_start(&advice->work, read_files, advice);
	if (!error)
		return;
	advice->failed = true;
	guard_say(guard, "advisories: cannot be read now: %s", strerror(-error));
}

/* Line by line, the first few: a folder of ten thousand files may have as many faults. */
static void say_notes(struct guard *guard, struct guard_advice *advice)
{
	char *line = advice->notes, *end;
	unsigned said = 0, more = 0;

	while (line && (end = strchr(line, '\n'))) {
		*end = 0;
		if (said++ < LINES_SAID)
			guard_say(guard, "advisories: %s", strncmp(line, "floodwall: ", 11) == 0 ? line + 11 : line);
		else
			more++;
		line = end + 1;
	}
	if (more)
		guard_say(guard, "advisories: %u more such lines; 'floodwall advise' tells them all", more);
	free(advice->notes);
	advice->notes = NULL;
}

static void take(struct guard *guard, struct guard_advice *advice)
{
	int error = work_take(&advice->work);

	say_notes(guard, advice);
	advice->advise = error ? NULL : advice->made;
	advice->made = NULL;
	advice->failed = error != 0;
	memset(advice->asked, 0, sizeof(advice->asked));
	if (error)
		guard_say(guard, "advisories: %s%s%s; devices are held against none", advice->fault.file, advice->fault.file[0] ? ": " : "",
			advice->fault.sentence[0] ? advice->fault.sentence : strerror(-error));
	else if (advice->files.advisories[0])
		guard_say(guard, "advisories: %u documents are known", advise_read_count(advice->advise));
}

static bool is_done(const struct work *work)
{
	struct pollfd done = {.fd = work_fd(work), .events = POLLIN};

	return done.fd >= 0 && poll(&done, 1, 0) == 1;
}

/* ---- devices ---- */

/* What a match rests on. */
static uint64_t digest_of(const struct guard_advice *advice, const struct device *device)
{
	const struct guess *const guesses[] = {&device->maker, &device->brand, &device->kind, &device->model, &device->firmware};
	char text[5 * (DEVICE_TEXT_MAX + 1) + DEVICE_TEXT_MAX + sizeof(device->macs) + sizeof(device->addresses)] = "";
	size_t len = 0;

	/* a person's facts name it by these */
	memcpy(text, device->macs, sizeof(device->macs));
	len += sizeof(device->macs);
	memcpy(text + len, device->addresses, sizeof(device->addresses));
	len += sizeof(device->addresses);
	for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
		text[len++] = (char)guesses[i]->confidence;
		memcpy(text + len, guesses[i]->name, strlen(guesses[i]->name));
		len += strlen(guesses[i]->name);
	}
	memcpy(text + len, device->name, strlen(device->name));
	return fw_siphash(advice->hash_key, text, len + strlen(device->name)) | 1;
}

static bool is_recalled(const struct sheet *sheet)
{
	for (uint32_t i = 0; i < sheet->recall_count; i++)
		if (sheet->recalls[i].answer == TRUTH_YES)
			return true;
	return false;
}

/* False: nobody is there. */
static bool ask_about(struct guard *guard, uint32_t place)
{
	struct guard_advice *advice = guard->advice;
	struct asked_about *asked = &advice->asked[place];
	uint32_t number = live_device_at(guard->live, place);
	struct advise_about about;
	struct device device;
	uint64_t digest;

	if (number == DEVICE_NONE || !live_device(guard->live, number, &device)) {
		*asked = (struct asked_about){0};
		return false;
	}
	digest = digest_of(advice, &device);
	if (digest == asked->digest || advise_about(advice->advise, &device, &about))
		return true;
	if (about.open || asked->open || !asked->digest)
		live_advise(guard->live, number, about.open ? &about.worst : NULL);
	*asked = (struct asked_about){digest, about.open, is_recalled(&about.sheet)};
	return true;
}

void guard_tick_advice(struct guard *guard)
{
	struct guard_advice *advice = guard->advice;

	if (is_done(&advice->work))
		take(guard, advice);
	if (advice->wanted && work_fd(&advice->work) < 0)
		begin(guard, advice);
	for (unsigned looked = 0, asked = 0; advice->advise && asked < ASKED_A_TICK && looked < FW_DEVICE_MAX; looked++) {
		advice->turn = (advice->turn + 1) % FW_DEVICE_MAX;
		asked += ask_about(guard, advice->turn);
	}
}

/* ---- who asks ---- */

const struct sheet *guard_advice_of(struct guard *guard, const uint8_t mac[6], const char **out_why)
{
	struct guard_advice *advice = guard->advice;
	uint32_t number = live_device_of(guard->live, mac);
	struct device device;

	*out_why = advice->failed              ? "what is known of weaknesses could not be read: the log says why"
		: !advice->advise              ? "advisories are being read"
		: !advice->files.advisories[0] ? "no advisories are at hand: guard.advisories names none"
					       : "";
	if (!advice->advise || number == DEVICE_NONE || !live_device(guard->live, number, &device))
		return NULL;
	return advise_about(advice->advise, &device, &advice->shown) ? NULL : &advice->shown.sheet;
}

void guard_each_recalled(
	struct guard *guard, void (*see)(void *context, const struct device *device, const struct sheet_recall *recall), void *context)
{
	struct guard_advice *advice = guard->advice;
	const struct sheet_recall *recalls;
	struct device device;
	uint32_t count;

	for (uint32_t place = 0; advice->advise && place < FW_DEVICE_MAX; place++) {
		uint32_t number = advice->asked[place].recalled ? live_device_at(guard->live, place) : DEVICE_NONE;

		if (number == DEVICE_NONE || !live_device(guard->live, number, &device) ||
			advise_recalls(advice->advise, &device, &recalls, &count))
			continue;
		for (uint32_t i = 0; i < count; i++)
			if (recalls[i].answer == TRUTH_YES)
				see(context, &device, &recalls[i]);
	}
}

/* ---- beginning and end ---- */

int guard_open_advice(struct guard *guard)
{
	guard->advice = calloc(1, sizeof(*guard->advice));
	if (!guard->advice)
		return -ENOMEM;
	guard->advice->wanted = true;
	memcpy(guard->advice->files.signatures, guard->settings->guard.signatures, sizeof(guard->advice->files.signatures));
	return getrandom(guard->advice->hash_key, 16, 0) == 16 ? 0 : -EIO;
}

void guard_reread_advice(struct guard *guard)
{
	guard->advice->wanted = true;
}

void guard_close_advice(struct guard *guard)
{
	struct guard_advice *advice = guard->advice;

	if (!advice)
		return;
	work_stop(&advice->work);
	advise_free(advice->made);
	advise_free(advice->advise);
	free(advice->notes);
	free(advice);
}
