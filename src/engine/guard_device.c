/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One device with all that is known of it: too much to be gathered for all of them (struct guard_device_view). */
#include <stdlib.h>
#include <string.h>

#include "engine/guard_room.h"

static void say_word(void *context, const char *line)
{
	struct guard_device_view *view = context;

	if (view->word_count < GUARD_WORDS_MAX)
		snprintf(view->words[view->word_count++], GUARD_WORD_MAX, "%s", line);
}

static void say_stand(const struct guard *guard, const struct roster_device *device, struct guard_device_view *view)
{
	const struct decision *decision = guard_decision_of(guard, device->mac);

	if (guard_is_held(guard, device))
		say_word(view, "It is never stopped: it is the gateway's, a resolver or an admin's.");
	else if (decision && decision->kind == DECISION_TRUST)
		say_word(view, "A person allowed it everything.");
	else if (device->quarantined)
		say_word(view,
			"It is in quarantine: nothing but DHCP, DNS, the time and its update hosts, until a person releases it or the time "
			"is over.");
}

static void say_policy(const struct guard *guard, const struct roster_device *device, struct guard_device_view *view)
{
	const struct mud *mud = device->policy ? guard->policies.list[device->policy - 1].mud : NULL;
	uint8_t mode = guard->config.mode[FW_GUARD_POLICY];

	if (!mud) {
		say_word(view, "No policy is known for it: it may call whom it likes, and only what it asked for comes in.");
		return;
	}
	if (mode != FW_MODE_ENFORCE)
		say_word(view,
			mode == FW_MODE_OFF ? "Its policy is read, but the filter is off: nothing below is enforced."
					    : "The filter observes: what the policy below does not allow is counted, not stopped.");
	policy_explain(mud, say_word, view);
}

/* The lower port is taken for that of the one who was called: services have low ones, callers take high ones. */
void guard_note_talk(struct guard *guard, const struct fw_guard_frame *frame, const struct fw_packet *packet)
{
	bool out = frame->way == FW_GUARD_OUT;
	struct talk_key key = {.proto = packet->proto};

	if (!packet->family || frame->outcome == FW_GUARD_DROPPED || !guard->talks)
		return;
	key.port = packet->src_port < packet->dst_port ? packet->src_port : packet->dst_port;
	memcpy(key.mac, out ? packet->src_mac : packet->dst_mac, sizeof(key.mac));
	memcpy(key.peer, out ? packet->dst : packet->src, sizeof(key.peer));
	talk_note(guard->talks, &key, out ? FW_GUARD_OUT : FW_GUARD_IN, frame->frame_len);
}

void guard_note_name(void *context, const struct engine_named *named)
{
	struct guard *guard = context;
	const struct called called = {named->mac, named->peer, named->name, named->hello ? TALK_BY_HELLO : TALK_BY_DNS};

	if (guard->called)
		called_note(guard->called, &called, named->time_ns);
}

const struct guard_device_view *guard_device_view(struct guard *guard, const uint8_t mac[6])
{
	struct roster_device *device = roster_find(guard->roster, mac);
	struct guard_device_view *view = guard->device_view;
	uint32_t number = live_device_of(guard->live, mac);

	if (!device)
		return NULL;
	if (!view)
		view = guard->device_view = malloc(sizeof(*view));
	if (!view)
		return NULL;
	memset(view, 0, sizeof(*view));
	if (number != DEVICE_NONE)
		live_device(guard->live, number, &view->device);
	view->talk_count = talk_of(guard->talks, mac, view->talks, GUARD_TALKS_SHOWN);
	for (uint32_t i = 0; i < view->talk_count; i++)
		view->talks[i].named = called_find(guard->called, mac, view->talks[i].peer, view->talks[i].name);
	say_stand(guard, device, view);
	say_policy(guard, device, view);
	return view;
}
