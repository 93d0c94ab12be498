/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/work.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void *work_thread(void *argument)
{
	struct work *work = argument;
	const uint64_t one = 1;

	work->result = work->run(work->context, &work->stop);
	/* an eventfd that was 0 always has room for it */
	return write(work->done, &one, sizeof(one)) == sizeof(one) ? NULL : work;
}

int work_start(struct work *work, work_run run, void *context)
{
	sigset_t all, before;
	int error;

	work->run = run;
	work->context = context;
	atomic_store(&work->stop, false);
	work->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (work->done < 0)
		return -errno;
	/* signals are the loop's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&work->thread, NULL, work_thread, work);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		close(work->done);
	work->running = !error;
	return -error;
}

int work_fd(const struct work *work)
{
	return work->running ? work->done : -1;
}

int work_take(struct work *work)
{
	pthread_join(work->thread, NULL);
	close(work->done);
	work->running = false;
	return work->result;
}

void work_stop(struct work *work)
{
	if (!work->running)
		return;
	atomic_store(&work->stop, true);
	work_take(work);
}
