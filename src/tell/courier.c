/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between ticks a command may write as much as its pipe holds; what it says after its first line is read and forgotten, so that one that talks much is
 * not stopped by that. It is killed by its group's number, which is its own: that number cannot belong to anybody else before we have asked
 * for its end, and we ask only here.
 */
#include "tell/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PIPE_WANTED = 1 << 20,
	READ_A_TICK = 4 << 20,
	LINE_MAX_LEN = 160,
	END_MS = 1000,
	END_STEP_MS = 20,
};

static const uint32_t waits_s[COURIER_TRIES] = {0, 30, 300}; /* before each try */

enum job_state { JOB_FREE, JOB_WAITS, JOB_RUNS };

struct job {
	enum job_state state;
	uint32_t mark;
	bool once, killed;
	unsigned tries;
	uint64_t order, not_before_ns, end_ns;
	pid_t pid;
	int in, out; /* our ends; -1: closed */
	size_t len, given;
	char line[LINE_MAX_LEN + 1]; /* the first it wrote */
	size_t line_len;
	bool line_done;
	char *body;
};

struct courier {
	char command[COURIER_COMMAND_MAX];
	char *words[COURIER_WORDS_MAX + 1];
	uint32_t most_s;
	uint64_t orders;
	uint64_t leave_ns; /* when what still runs is killed; 0: it is not leaving */
	struct courier_state state;
	struct job jobs[COURIER_JOBS];
};

static int split(struct courier *courier)
{
	size_t count = 0;

	for (char *at = courier->command + strspn(courier->command, " "); *at; at += strspn(at, " ")) {
		if (count == COURIER_WORDS_MAX)
			return -EINVAL;
		courier->words[count++] = at;
		at += strcspn(at, " ");
		if (*at)
			*at++ = 0;
	}
	return count ? 0 : -EINVAL;
}

int courier_new(const char *command, uint32_t most_s, struct courier **out_courier)
{
	struct courier *courier = calloc(1, sizeof(*courier));
	int error;

	if (!courier)
		return -ENOMEM;
	for (unsigned i = 0; i < COURIER_JOBS; i++)
		courier->jobs[i] = (struct job){.in = -1, .out = -1};
	courier->most_s = most_s;
	error = strlen(command) < sizeof(courier->command) ? 0 : -EINVAL;
	if (!error) {
		memcpy(courier->command, command, strlen(command) + 1);
		error = split(courier);
	}
	for (unsigned i = 0; i < COURIER_JOBS && !error; i++) {
		courier->jobs[i].body = malloc(COURIER_BODY_MAX);
		error = courier->jobs[i].body ? 0 : -ENOMEM;
	}
	if (error)
		courier_free(courier);
	else
		*out_courier = courier;
	return error;
}

static void close_end(int *end)
{
	if (*end >= 0)
		close(*end);
	*end = -1;
}

int courier_send(struct courier *courier, const char *body, size_t len, uint32_t mark, bool once)
{
	if (len > COURIER_BODY_MAX)
		return -E2BIG;
	for (unsigned i = 0; i < COURIER_JOBS; i++) {
		struct job *job = &courier->jobs[i];
		if (job->state != JOB_FREE)
			continue;
		*job = (struct job){.state = JOB_WAITS, .mark = mark, .once = once, .in = -1, .out = -1, .len = len, .body = job->body};
		job->order = courier->orders++;
		memcpy(job->body, body, len);
		return 0;
	}
	courier->state.lost++;
	return -ENOSPC;
}

/* ---- beginning ---- */

static int spawn(struct courier *courier, struct job *job, int in, int out)
{
	static char *const environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	int error;

	sigfillset(&all);
	sigemptyset(&none);
	if (posix_spawn_file_actions_init(&actions))
		return -ENOMEM;
	error = posix_spawnattr_init(&attributes);
	if (!error)
		error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	if (!error)
		error = posix_spawnattr_setsigdefault(&attributes, &all) | posix_spawnattr_setsigmask(&attributes, &none) |
			posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO) |
			posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) |
			posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
#ifdef __GLIBC__
	if (!error)
		error = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#endif
	if (!error)
		error = posix_spawn(&job->pid, courier->words[0], &actions, &attributes, courier->words, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -error;
}

static int begin(struct courier *courier, struct job *job, uint64_t steady_ns)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, error = 0;

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		error = -errno;
	if (!error) {
		fcntl(out[0], F_SETPIPE_SZ, PIPE_WANTED); /* as much as it may be */
		if (fcntl(in[1], F_SETFL, O_NONBLOCK) || fcntl(out[0], F_SETFL, O_NONBLOCK))
			error = -errno;
	}
	if (!error)
		error = spawn(courier, job, in[0], out[1]);
	close_end(&in[0]);
	close_end(&out[1]);
	if (error) {
		close_end(&in[1]);
		close_end(&out[0]);
		return error;
	}
	job->in = in[1];
	job->out = out[0];
	job->state = JOB_RUNS;
	job->given = job->line_len = 0;
	job->line_done = job->killed = false;
	job->end_ns = steady_ns + courier->most_s * 1000000000ull;
	return 0;
}

/* ---- running ---- */

/* SIGPIPE is ignored by whoever runs us; a command that does not read its input is none the worse for it. */
static void feed(struct job *job)
{
	while (job->in >= 0) {
		ssize_t given = job->given < job->len ? write(job->in, job->body + job->given, job->len - job->given) : 0;
		if (given < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (given <= 0)
			close_end(&job->in);
		else
			job->given += (size_t)given;
	}
}

static void take_line(struct job *job, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len && !job->line_done; i++) {
		job->line_done = bytes[i] == '\n' || job->line_len == LINE_MAX_LEN;
		if (!job->line_done)
			job->line[job->line_len++] = bytes[i] ? bytes[i] : '?';
	}
	job->line[job->line_len] = 0;
}

static void hear(struct job *job)
{
	static char bytes[64 << 10];

	for (size_t all = 0; job->out >= 0 && all < READ_A_TICK;) {
		ssize_t got = read(job->out, bytes, sizeof(bytes));
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			close_end(&job->out);
			return;
		}
		all += (size_t)got;
		take_line(job, bytes, (size_t)got);
	}
}

/* Its children, too: they are of its group, unless they left it. */
static void kill_job(struct job *job)
{
	if (kill(-job->pid, SIGKILL))
		kill(job->pid, SIGKILL);
	job->killed = true;
}

/* ---- end ---- */

static void finish(struct courier *courier, struct job *job, const struct courier_news *news)
{
	if (news->delivered) {
		courier->state.delivered++;
		courier->state.trouble[0] = 0;
	} else {
		courier->state.failed += news->final;
		snprintf(courier->state.trouble, sizeof(courier->state.trouble), "%s", news->sentence);
	}
	close_end(&job->in);
	close_end(&job->out);
	job->state = news->final ? JOB_FREE : JOB_WAITS;
}

static void failed(struct courier *courier, struct job *job, const char *why, uint64_t steady_ns, struct courier_news *out_news)
{
	static char sentence[COURIER_SENTENCE_MAX];

	job->tries++;
	snprintf(sentence, sizeof(sentence), "%.100s %s%s%s", courier->words[0], why, job->line_len ? "; it wrote: " : "", job->line);
	*out_news = (struct courier_news){.mark = job->mark, .final = job->once || job->tries == COURIER_TRIES, .sentence = sentence};
	if (!out_news->final)
		job->not_before_ns = steady_ns + waits_s[job->tries] * 1000000000ull;
	finish(courier, job, out_news);
	job->line_len = 0;
	job->line[0] = 0;
}

/* True: it has ended, and *out_news says how. */
static bool ended(struct courier *courier, struct job *job, uint64_t steady_ns, struct courier_news *out_news)
{
	char why[96];
	int status;

	if (waitpid(job->pid, &status, WNOHANG) != job->pid)
		return false;
	hear(job);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		*out_news = (struct courier_news){.mark = job->mark, .delivered = true, .final = true, .sentence = ""};
		finish(courier, job, out_news);
		return true;
	}
	if (job->killed)
		snprintf(why, sizeof(why), "ran for more than %u s and was killed", courier->most_s);
	else if (WIFEXITED(status))
		snprintf(why, sizeof(why), "ended with %d", WEXITSTATUS(status));
	else
		snprintf(why, sizeof(why), "was ended by signal %d", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	failed(courier, job, why, steady_ns, out_news);
	return true;
}

/* The first of those that wait and whose time has come. */
static struct job *next_job(struct courier *courier, uint64_t steady_ns)
{
	struct job *first = NULL;

	for (unsigned i = 0; i < COURIER_JOBS; i++) {
		struct job *job = &courier->jobs[i];
		if (job->state == JOB_WAITS && job->not_before_ns <= steady_ns && (!first || job->order < first->order))
			first = job;
	}
	return first;
}

static void begin_some(struct courier *courier, uint64_t steady_ns, courier_came came, void *context)
{
	unsigned running = 0;
	struct job *job;

	for (unsigned i = 0; i < COURIER_JOBS; i++)
		running += courier->jobs[i].state == JOB_RUNS;
	while (running < COURIER_AT_ONCE && (job = next_job(courier, steady_ns))) {
		struct courier_news news;
		char why[96];
		int error = begin(courier, job, steady_ns);
		running += !error;
		if (!error) {
			feed(job);
			continue;
		}
		snprintf(why, sizeof(why), "cannot be run: %s", strerror(-error));
		failed(courier, job, why, steady_ns, &news);
		came(context, &news);
	}
}

void courier_tick(struct courier *courier, uint64_t steady_ns, courier_came came, void *context)
{
	for (unsigned i = 0; i < COURIER_JOBS; i++) {
		struct job *job = &courier->jobs[i];
		struct courier_news news;
		if (job->state != JOB_RUNS)
			continue;
		feed(job);
		hear(job);
		if (!job->killed && steady_ns >= job->end_ns)
			kill_job(job);
		if (ended(courier, job, steady_ns, &news))
			came(context, &news);
	}
	begin_some(courier, steady_ns, came, context);
}

void courier_see(const struct courier *courier, struct courier_state *out_state)
{
	*out_state = courier->state;
	for (unsigned i = 0; i < COURIER_JOBS; i++) {
		out_state->running += courier->jobs[i].state == JOB_RUNS;
		out_state->waiting += courier->jobs[i].state == JOB_WAITS;
	}
}

static unsigned still_running(struct courier *courier, uint64_t steady_ns)
{
	unsigned count = 0;

	for (unsigned i = 0; i < COURIER_JOBS; i++) {
		struct job *job = &courier->jobs[i];
		struct courier_news news;
		if (job->state != JOB_RUNS)
			continue;
		feed(job);
		hear(job);
		job->once = true;
		count += !ended(courier, job, steady_ns, &news);
	}
	return count;
}

/* What waits is not begun any more. */
static uint32_t drop_waiting(struct courier *courier)
{
	uint32_t count = 0;

	for (unsigned i = 0; i < COURIER_JOBS; i++) {
		if (courier->jobs[i].state != JOB_WAITS)
			continue;
		courier->jobs[i].state = JOB_FREE;
		count++;
	}
	courier->state.lost += count;
	return count;
}

uint32_t courier_leave(struct courier *courier, uint64_t steady_ns)
{
	if (!courier->leave_ns)
		courier->leave_ns = steady_ns + END_MS * 1000000ull;
	return drop_waiting(courier);
}

bool courier_left(struct courier *courier, uint64_t steady_ns)
{
	if (!still_running(courier, steady_ns))
		return true;
	for (unsigned i = 0; i < COURIER_JOBS; i++)
		if (courier->jobs[i].state == JOB_RUNS && !courier->jobs[i].killed && steady_ns >= courier->leave_ns)
			kill_job(&courier->jobs[i]);
	return false;
}

void courier_free(struct courier *courier)
{
	if (!courier)
		return;
	for (unsigned waited_ms = 0; still_running(courier, 0) && waited_ms < END_MS; waited_ms += END_STEP_MS)
		poll(NULL, 0, END_STEP_MS);
	for (unsigned i = 0; i < COURIER_JOBS; i++) {
		struct job *job = &courier->jobs[i];
		if (job->state == JOB_RUNS) {
			kill_job(job);
			waitpid(job->pid, NULL, 0);
		}
		close_end(&job->in);
		close_end(&job->out);
		free(job->body);
	}
	free(courier);
}
