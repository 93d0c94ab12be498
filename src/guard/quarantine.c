/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A finding takes a device off the network only where the device itself does harm: its state is suspect or worse. One that is merely
 * exposed (a default password, an open service) is told, and its owner decides; one that is attacked did nothing at all.
 */
#include "guard/guard.h"

enum guard_act quarantine_judge(
	const struct quarantine_rule *rule, const struct finding *finding, bool muted, const struct quarantine_suspect *suspect)
{
	enum severity from = rule->from < SEVERITY_HIGH ? SEVERITY_HIGH : rule->from;

	if (muted || rule->never || rule->off || finding->severity < from || finding->state < STATE_SUSPECT)
		return ACT_NOTED;
	if (!suspect)
		return ACT_NO_DEVICE;
	if (suspect->held)
		return ACT_HELD_BACK;
	return rule->enforced ? ACT_QUARANTINED : ACT_WOULD;
}
