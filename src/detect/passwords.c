/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sorted by user, then password, in groups of a kind. A few hundred short compares settle a login, and a login is rare: plain
 * beats clever here. "" is the empty password.
 *
 * The first group is Mirai's own list; a test holds it against a published copy. All others were entered by hand: pairs that are
 * documented widely, in makers' manuals and public lists of defaults. No single source was copied and none of them is complete.
 */
#include "detect/passwords.h"

#include <string.h>

struct pair_published {
	const char *user, *password;
};

/* Mirai's own list: scanner.c of the source published in September 2016. */
static const struct pair_published mirai[] = {
	{"666666", "666666"},
	{"888888", "888888"},
	{"Administrator", "admin"},
	{"admin", ""},
	{"admin", "1111"},
	{"admin", "1111111"},
	{"admin", "1234"},
	{"admin", "12345"},
	{"admin", "123456"},
	{"admin", "54321"},
	{"admin", "7ujMko0admin"},
	{"admin", "admin"},
	{"admin", "admin1234"},
	{"admin", "meinsm"},
	{"admin", "pass"},
	{"admin", "password"},
	{"admin", "smcadmin"},
	{"admin1", "password"},
	{"administrator", "1234"},
	{"guest", "12345"},
	{"guest", "guest"},
	{"mother", "fucker"},
	{"root", ""},
	{"root", "00000000"},
	{"root", "1111"},
	{"root", "1234"},
	{"root", "12345"},
	{"root", "123456"},
	{"root", "54321"},
	{"root", "666666"},
	{"root", "7ujMko0admin"},
	{"root", "7ujMko0vizxv"},
	{"root", "888888"},
	{"root", "Zte521"},
	{"root", "admin"},
	{"root", "anko"},
	{"root", "default"},
	{"root", "dreambox"},
	{"root", "hi3518"},
	{"root", "ikwb"},
	{"root", "juantech"},
	{"root", "jvbzd"},
	{"root", "klv123"},
	{"root", "klv1234"},
	{"root", "pass"},
	{"root", "password"},
	{"root", "realtek"},
	{"root", "root"},
	{"root", "system"},
	{"root", "user"},
	{"root", "vizxv"},
	{"root", "xc3511"},
	{"root", "xmhdipc"},
	{"root", "zlxx."},
	{"service", "service"},
	{"supervisor", "supervisor"},
	{"support", "support"},
	{"tech", "tech"},
	{"ubnt", "ubnt"},
	{"user", "user"},
};

/* By hand: pairs that later families of intruders try on such devices. */
static const struct pair_published successors[] = {
	{"adm", ""},
	{"admin", "CenturyL1nk"},
	{"admin", "QwestM0dem"},
	{"admin", "aquario"},
	{"admin", "gpon"},
	{"daemon", "daemon"},
	{"default", ""},
	{"default", "OxhlwSG8"},
	{"default", "S2fGqNFs"},
	{"default", "antslq"},
	{"default", "default"},
	{"default", "lJwpbo6"},
	{"default", "tlJwpbo6"},
	{"e8ehome", "e8ehome"},
	{"e8telnet", "e8telnet"},
	{"hikvision", "hikvision"},
	{"mg3500", "merlin"},
	{"root", "000000"},
	{"root", "059AnkJ"},
	{"root", "1001chin"},
	{"root", "12341234"},
	{"root", "20080826"},
	{"root", "2011vsta"},
	{"root", "5up"},
	{"root", "Pon521"},
	{"root", "ROOT500"},
	{"root", "ahetzip8"},
	{"root", "anni2013"},
	{"root", "annie2012"},
	{"root", "cat1029"},
	{"root", "changeme"},
	{"root", "chzhdpl"},
	{"root", "grouter"},
	{"root", "hdipc%No"},
	{"root", "hg2x0"},
	{"root", "hichiphx"},
	{"root", "hipc3518"},
	{"root", "hslwificam"},
	{"root", "huigu309"},
	{"root", "hunt5759"},
	{"root", "juniper123"},
	{"root", "nmgx_wapia"},
	{"root", "oelinux123"},
	{"root", "solokey"},
	{"root", "svgodie"},
	{"root", "swsbzkgn"},
	{"root", "t0talc0ntr0l4!"},
	{"root", "telnet"},
	{"root", "tl789"},
	{"root", "tsgoingon"},
	{"root", "uClinux"},
	{"root", "vertex25ektks123"},
	{"root", "wabjtam"},
	{"root", "zhongxing"},
	{"root", "zsun1188"},
	{"telnet", "telnet"},
	{"telnetadmin", "telnetadmin"},
	{"vstarcam2015", "20150602"},
};

/* By hand: cameras and recorders. */
static const struct pair_published cameras[] = {
	{"Admin", "1234"},
	{"Admin", "123456"},
	{"Dinion", ""},
	{"admin", "12345678"},
	{"admin", "4321"},
	{"admin", "9999"},
	{"admin", "admin123"},
	{"admin", "fliradmin"},
	{"admin", "jvc"},
	{"admin", "wbox123"},
	{"default", "tluafed"},
	{"live", "live"},
};

/* By hand: routers, modems, access points, remote consoles. */
static const struct pair_published routers[] = {
	{"ADMIN", "ADMIN"},
	{"Admin", "admin"},
	{"Administrator", ""},
	{"Cisco", "Cisco"},
	{"admin", "adslroot"},
	{"admin", "airlive"},
	{"admin", "atlantis"},
	{"admin", "barricade"},
	{"admin", "changeme"},
	{"admin", "cisco"},
	{"admin", "conexant"},
	{"admin", "epicrouter"},
	{"admin", "michelangelo"},
	{"admin", "motorola"},
	{"admin", "setup"},
	{"admin", "symbol"},
	{"admin", "ttnet"},
	{"admin", "utstar"},
	{"admin", "zhone"},
	{"adsl", "adsl1234"},
	{"airlive", "airlive"},
	{"cisco", "cisco"},
	{"comcast", "1234"},
	{"craft", "craft"},
	{"cusadmin", "highspeed"},
	{"cusadmin", "password"},
	{"manager", "friend"},
	{"manager", "manager"},
	{"monitor", "monitor"},
	{"netman", "netman"},
	{"netscreen", "netscreen"},
	{"root", "3ep5w2u"},
	{"root", "adminHW"},
	{"root", "ascend"},
	{"root", "calvin"},
	{"root", "davox"},
	{"root", "letacla"},
	{"root", "rootme"},
	{"root", "zyad1234"},
	{"security", "security"},
	{"telecomadmin", "admintelecom"},
	{"telecomadmin", "nE7jA%5m"},
	{"user", "password"},
	{"zyad1234", "zyad1234"},
	{"zyfwp", "PrOw!aN_fXp"},
};

/* By hand: small computers, set-top boxes, brokers. */
static const struct pair_published computers[] = {
	{"admin", "hivemq"},
	{"admin", "public"},
	{"alarm", "alarm"},
	{"debian", "temppwd"},
	{"ftpuser", "asteriskftp"},
	{"linaro", "linaro"},
	{"odroid", "odroid"},
	{"orangepi", "orangepi"},
	{"osmc", "osmc"},
	{"pi", "raspberry"},
	{"plexuser", "rasplex"},
	{"root", "alpine"},
	{"root", "libreelec"},
	{"root", "linaro"},
	{"root", "nas4free"},
	{"root", "odroid"},
	{"root", "openelec"},
	{"root", "orangepi"},
	{"root", "rasplex"},
	{"ubuntu", "ubuntu"},
	{"vagrant", "vagrant"},
	{"volumio", "volumio"},
};

#define GROUP(table) \
	{ \
		table, sizeof(table) / sizeof(table[0]) \
	}

static const struct {
	const struct pair_published *pairs;
	size_t count;
} groups[] = {GROUP(mirai), GROUP(successors), GROUP(cameras), GROUP(routers), GROUP(computers)};

_Static_assert(sizeof(mirai) + sizeof(successors) + sizeof(cameras) + sizeof(routers) + sizeof(computers) <=
		PASSWORDS_MAX * sizeof(struct pair_published),
	"all have their letters");

static bool same(struct slice slice, const char *text)
{
	return strlen(text) == slice.len && (slice.len == 0 || memcmp(slice.bytes, text, slice.len) == 0);
}

bool passwords_known(struct slice user, struct slice password)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
		for (size_t i = 0; i < groups[g].count; i++)
			if (same(user, groups[g].pairs[i].user) && same(password, groups[g].pairs[i].password))
				return true;
	return false;
}

void passwords_letters_init(struct passwords_letters *letters)
{
	const char *user, *password;

	for (size_t i = 0; i < PASSWORDS_MAX && passwords_at(i, &user, &password); i++)
		sofia_letters((struct slice){(const uint8_t *)password, strlen(password)}, letters->of[i]);
}

bool passwords_known_letters(const struct passwords_letters *letters, struct slice user, struct slice seen)
{
	const char *known_user, *password;

	if (seen.len != SOFIA_LEN)
		return false;
	for (size_t i = 0; i < PASSWORDS_MAX && passwords_at(i, &known_user, &password); i++)
		if (memcmp(seen.bytes, letters->of[i], SOFIA_LEN) == 0 && same(user, known_user))
			return true;
	return false;
}

bool passwords_at(size_t index, const char **out_user, const char **out_password)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		if (index < groups[g].count) {
			*out_user = groups[g].pairs[index].user;
			*out_password = groups[g].pairs[index].password;
			return true;
		}
		index -= groups[g].count;
	}
	return false;
}
