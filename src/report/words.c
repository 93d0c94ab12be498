/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How to write here: for the person at home as much as for the analyst. Say what was seen, then what it means; call what is
 * inferred likely; explain a term where it first stands; past tense, so that one device and many read the same; no blame.
 */
#include "report/words.h"

#include "report/deeds.h"
#include "report/names.h"

const char words_advice_hijacked[] =
	"Disconnect it from the network now, then restart it: most such intruders live only in memory and are gone then. Before it "
	"goes back, change its password, install the maker's latest firmware, and in the router remove the port forwarding to it and "
	"switch UPnP off; else it is broken into again, often within minutes. If it lets you do none of this, replace it.";

const char words_subject_unknown[] = "a device of this network";

void words_subject_start(struct phrase *out, const struct subject *subject)
{
	if (subject->name == words_subject_unknown)
		phrase_add(out, "A device of this network");
	else if (subject->name)
		phrase_raw(out, subject->name, SIZE_MAX);
	else
		phrase_add(out, "It");
}

void words_subject_inside(struct phrase *out, const struct subject *subject)
{
	if (subject->name)
		phrase_raw(out, subject->name, SIZE_MAX);
	else
		phrase_add(out, "it");
}

void words_add_peer(struct phrase *out, const uint8_t address[16], bool outside)
{
	phrase_address(out, address, 128);
	if (outside)
		phrase_add(out, " (outside this network)");
}

void words_add_port(struct phrase *out, uint16_t port)
{
	const struct name_port *known = name_port(port);

	if (known)
		phrase_add(out, "%s (port %u)", known->words, port);
	else
		phrase_add(out, "port %u", port);
}

/* Only who guesses from our side is called hijacked for it. */
static bool guesses_itself(const struct finding *finding)
{
	return finding->state == STATE_HIJACKED || finding->severity >= SEVERITY_HIGH;
}

/* ---- default-password, cleartext-login ---- */

static void title_default_password(struct phrase *out, const struct finding *finding)
{
	static const char *const verbs[] = {"tried", "works", "tried and refused"};

	phrase_add(out, "Factory-default password %s: %s", verbs[finding->login.result], name_login_words(finding->login.service));
}

static void title_cleartext(struct phrase *out, const struct finding *finding)
{
	phrase_add(out, "Password sent unencrypted: %s", name_login_words(finding->login.service));
}

static void add_login_deed(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	const struct evidence_login *login = &finding->login;
	const char *verb = login->result == LOGIN_ACCEPTED ? "logged in to" : "tried to log in to";

	if (subject->came) {
		words_subject_start(out, subject);
		phrase_add(out, " %s a server outside this network", verb);
	} else {
		words_add_peer(out, login->peer, login->outside);
		phrase_add(out, " %s ", verb);
		words_subject_inside(out, subject);
	}
	phrase_add(out, " over %s, port %u", name_login_words(login->service), login->port);
	if (login->user[0]) {
		phrase_add(out, ", as \"");
		phrase_raw(out, login->user, SIZE_MAX);
		phrase_add(out, "\"");
	}
}

static void add_tries(struct phrase *out, const struct evidence_login *login)
{
	if (login->tries < 2)
		return;
	phrase_add(out, " Tried ");
	phrase_count(out, login->tries, "time");
	phrase_add(out, " in all.");
}

static void summary_default_password(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	static const char *const ends[] = {
		", with a password that is the published factory default; whether it was let in could not be seen.",
		", with a password that is the published factory default, and was let in.",
		", with a password that is a published factory default, and was refused.",
	};

	add_login_deed(out, finding, subject);
	phrase_add(out, "%s", ends[finding->login.result]);
	add_tries(out, &finding->login);
}

static void summary_cleartext(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	add_login_deed(out, finding, subject);
	phrase_add(out, ".");
	add_tries(out, &finding->login);
	phrase_add(out, " Name and password crossed the network unencrypted, for anyone on the way to read.");
}

static const char *advice_default_password(const struct finding *finding)
{
	if (finding->login.result == LOGIN_REFUSED)
		return "Nothing was broken: the password no longer works. If you do not know who tried, look at that sender.";
	if (finding->login.outside && finding->login.result == LOGIN_ACCEPTED)
		return "Disconnect the device, restart it (most such intruders live only in memory and are gone then), change its password "
		       "to one used nowhere else, and only then connect it again. In the router, remove what lets the internet reach it: "
		       "port forwarding and UPnP.";
	return "Change this password to one that is used nowhere else. If the device does not let you, make sure that the internet "
	       "cannot reach it (no port forwarding, UPnP off in the router), ask the maker for an update, and replace it in the end.";
}

static const char *advice_cleartext(const struct finding *finding)
{
	if (finding->login.outside)
		return "Treat this password as known to others: change it. Reach the device from outside only through a VPN, or "
		       "over an encrypted way in (SSH, SFTP, HTTPS, MQTT over TLS), and close the open port in the router.";
	return "Where the device offers an encrypted way in (SSH, SFTP, HTTPS, MQTT over TLS), use it and switch this one off.";
}

/* ---- open-service ---- */

static void title_open_service(struct phrase *out, const struct finding *finding)
{
	phrase_add(out, finding->service.outside ? "Reachable from the internet: " : "Open inside the network: ");
	words_add_port(out, finding->service.port);
}

static void summary_open_service(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	const struct evidence_service *service = &finding->service;
	const struct name_port *known = name_port(service->port);

	words_subject_start(out, subject);
	phrase_add(out, " answered ");
	words_add_peer(out, service->asker, service->outside);
	phrase_add(out, " on ");
	words_add_port(out, service->port);
	if (service->askers > 1) {
		phrase_add(out, ", in ");
		phrase_count(out, service->askers, "conversation");
		phrase_add(out, " in all");
	}
	phrase_add(out, ".");
	if (known)
		phrase_add(out, " Whoever reaches this can %s.", known->means);
}

static const char *advice_open_service(const struct finding *finding)
{
	if (finding->service.outside)
		return "Close it towards the internet: in the router, remove the port forwarding to this device and switch UPnP off. If "
		       "you "
		       "need it from outside, use a VPN. Make sure that its password is not the one it came with.";
	return "If you do not use it, switch it off in the device's settings; if you do, make sure that its password is not the one "
	       "it came with.";
}

/* ---- login-guessing ---- */

static void title_guessing(struct phrase *out, const struct finding *finding)
{
	const char *likely = finding->login.encrypted ? "Likely guessed passwords" : "Guessed passwords";
	const char *target = finding->login.encrypted ? "Its password was likely being guessed" : "Its password was being guessed";

	phrase_add(out, "%s", guesses_itself(finding) ? likely : target);
	if (finding->login.encrypted)
		phrase_add(out, ": ");
	else
		phrase_add(out, ": %s, ", name_login_words(finding->login.service));
	phrase_add(out, "port %u", finding->login.port);
}

static void summary_guessing(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	const struct evidence_login *login = &finding->login;
	bool ours = guesses_itself(finding);

	if (ours)
		words_subject_start(out, subject);
	else
		words_add_peer(out, login->peer, login->outside);
	phrase_add(out, login->encrypted ? " opened " : " tried ");
	phrase_count(out, login->tries, login->encrypted ? "short connection" : "login");
	phrase_add(out, login->encrypted ? " to " : " at ");
	if (ours)
		phrase_address(out, login->peer, 128);
	else
		words_subject_inside(out, subject);
	phrase_add(out, ", port %u", login->port);
	if (login->pairs) {
		phrase_add(out, ", with ");
		phrase_count(out, login->pairs, "different pair");
		phrase_add(out, " of name and password");
	}
	if (login->refused || login->accepted) {
		phrase_add(out, "; ");
		phrase_number(out, login->refused);
		phrase_add(out, " refused, ");
		phrase_number(out, login->accepted);
		phrase_add(out, " let in");
	}
	phrase_add(out, ".");
	if (login->encrypted)
		phrase_add(out, " Each was just long enough to try a password. They are encrypted, so this is likely, not certain.");
}

static const char *advice_guessing(const struct finding *finding)
{
	if (guesses_itself(finding))
		return words_advice_hijacked;
	if (finding->login.accepted)
		return "Somebody was let in: if that was not you, disconnect the device, restart it and change the password before it "
		       "goes back. Let nobody reach this service from outside but through a VPN.";
	return "Use a long password that is used nowhere else, or keys; let this service be reached from outside only through a VPN, "
	       "or not at all.";
}

struct words {
	void (*title)(struct phrase *out, const struct finding *finding);
	void (*summary)(struct phrase *out, const struct finding *finding, const struct subject *subject);
	const char *(*advice)(const struct finding *finding);
};

static const struct words words[] = {
	[FINDING_DEFAULT_PASSWORD] = {title_default_password, summary_default_password, advice_default_password},
	[FINDING_CLEARTEXT_LOGIN] = {title_cleartext, summary_cleartext, advice_cleartext},
	[FINDING_OPEN_SERVICE] = {title_open_service, summary_open_service, advice_open_service},
	[FINDING_REACHED_FROM_INTERNET] = {words_title_reached, words_summary_reached, words_advice_reached},
	[FINDING_SCAN] = {words_title_scan, words_summary_scan, words_advice_scan},
	[FINDING_LOGIN_GUESSING] = {title_guessing, summary_guessing, advice_guessing},
	[FINDING_BEACON] = {words_title_beacon, words_summary_beacon, words_advice_beacon},
	[FINDING_FLOOD] = {words_title_flood, words_summary_flood, words_advice_flood},
	[FINDING_REFLECTOR] = {words_title_reflector, words_summary_reflector, words_advice_reflector},
	[FINDING_RECEIVES_FLOOD] = {words_title_receives_flood, words_summary_receives_flood, words_advice_receives_flood},
	[FINDING_FORGED_SOURCE] = {words_title_forged, words_summary_forged, words_advice_forged},
	[FINDING_POLICY_VIOLATION] = {words_title_violation, words_summary_violation, words_advice_violation},
	[FINDING_ADVISORY] = {words_title_advisory, words_summary_advisory, words_advice_advisory},
};

_Static_assert(sizeof(words) / sizeof(words[0]) == FINDING_ID_COUNT, "every finding has words");

void words_title(struct phrase *out, const struct finding *finding)
{
	words[finding->id].title(out, finding);
}

void words_summary(struct phrase *out, const struct finding *finding, const struct subject *subject)
{
	words[finding->id].summary(out, finding, subject);
}

void words_peer(struct phrase *out, const struct finding *finding)
{
	switch (finding->id) {
	case FINDING_DEFAULT_PASSWORD:
	case FINDING_CLEARTEXT_LOGIN:
	case FINDING_LOGIN_GUESSING:
		phrase_address(out, finding->login.peer, 128);
		break;
	case FINDING_OPEN_SERVICE:
		words_add_port(out, finding->service.port);
		break;
	case FINDING_REACHED_FROM_INTERNET:
		words_add_port(out, finding->reached.port);
		break;
	case FINDING_REFLECTOR:
		words_add_port(out, finding->reflector.port);
		break;
	case FINDING_SCAN:
		if (finding->scan.source_outside && finding->has_source)
			phrase_address(out, finding->source, 128);
		else if (words_scan_vertical(&finding->scan))
			phrase_address(out, finding->scan.target, 128);
		break;
	case FINDING_BEACON:
		phrase_address(out, finding->beacon.target, 128);
		break;
	case FINDING_FLOOD:
	case FINDING_RECEIVES_FLOOD:
		words_flood_target(out, &finding->flood);
		break;
	case FINDING_POLICY_VIOLATION:
		phrase_address(out, finding->violation.peer, 128);
		break;
	default:
		break;
	}
}

const char *words_advice(const struct finding *finding)
{
	return words[finding->id].advice(finding);
}
