/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root is needed to attach and for nothing after that. It is given up for good, and then it is tried to get it back. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/inside.h"

static int told(struct fault *out_fault, const char *doing, int error)
{
	fault_set(out_fault, "", 0, 0, "%s: %s", doing, strerror(-error));
	return error;
}

int person_find(const struct settings *settings, struct person *out_person, struct fault *out_fault)
{
	struct person person = {.user = geteuid(), .group = getegid(), .socket_group = getegid()};
	const struct passwd *user = settings->user[0] ? getpwnam(settings->user) : NULL;
	const struct group *group = settings->group[0] ? getgrnam(settings->group) : NULL;

	if (settings->user[0] && !user) {
		fault_set(out_fault, "", 0, 0, "there is no user '%s' to run as; make one, or set user: \"\" to stay root", settings->user);
		return -ENOENT;
	}
	if (settings->group[0] && !group) {
		fault_set(out_fault, "", 0, 0, "there is no group '%s' for the control socket", settings->group);
		return -ENOENT;
	}
	if (user)
		person = (struct person){.named = true, .user = user->pw_uid, .group = user->pw_gid, .socket_group = user->pw_gid};
	if (group)
		person.socket_group = group->gr_gid;
	*out_person = person;
	return 0;
}

int person_folder(const struct person *person, const char *path, struct fault *out_fault)
{
	struct stat there;

	if (mkdir(path, 0750) == 0)
		return chown(path, person->user, person->socket_group) ? told(out_fault, path, -errno) : 0;
	if (errno != EEXIST)
		return told(out_fault, path, -errno);
	if (stat(path, &there))
		return told(out_fault, path, -errno);
	return S_ISDIR(there.st_mode) ? 0 : told(out_fault, path, -ENOTDIR);
}

int person_enter(const struct person *person, struct fault *out_fault)
{
	if (!person->named)
		return 0;
	if (setegid(person->group) || seteuid(person->user))
		return told(out_fault, "the user cannot be changed", -errno);
	return 0;
}

int person_leave(const struct person *person, struct fault *out_fault)
{
	if (!person->named)
		return 0;
	if (seteuid(0) || setegid(0))
		return told(out_fault, "the user cannot be changed back", -errno);
	return 0;
}

static bool has_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};

	if (syscall(SYS_capget, &header, data))
		return true;
	return data[0].effective | data[0].permitted | data[0].inheritable | data[1].effective | data[1].permitted | data[1].inheritable;
}

/* Nothing of root may be left, and nothing may bring it back. */
static bool is_become(const struct person *person)
{
	uid_t user[3];
	gid_t group[3];

	if (getresuid(&user[0], &user[1], &user[2]) || getresgid(&group[0], &group[1], &group[2]))
		return false;
	for (int i = 0; i < 3; i++)
		if (user[i] != person->user || group[i] != person->group)
			return false;
	if (person->user != 0 && (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0))
		return false;
	return person->user == 0 || !has_capabilities();
}

int person_become(const struct person *person, struct fault *out_fault)
{
	if (!person->named)
		return 0;
	if (setgroups(0, NULL) || setresgid(person->group, person->group, person->group) ||
		setresuid(person->user, person->user, person->user) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return told(out_fault, "root cannot be given up", -errno);
	if (is_become(person))
		return 0;
	fault_set(out_fault, "", 0, 0, "root was given up, and something of it is left; nothing is run like this");
	return -EPERM;
}
