/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person does, by dialogs and buttons: each says before what it means, and afterwards how it is undone. */
import {h} from './dom.js';
import {act} from './api.js';
import {ask, button, choice, field, tell} from './ui.js';
import {deviceName, kindTitle, KIND_WORDS} from './words.js';

const HOUR = 3600, DAY = 86400;
const SPANS = [[HOUR, '1 hour'], [4 * HOUR, '4 hours'], [DAY, '1 day'], [7 * DAY, '7 days'], ['', 'until somebody ends it']];
const MUTE_SPANS = [[DAY, '1 day'], [7 * DAY, '7 days'], [30 * DAY, '30 days'], [365 * DAY, '1 year']];

const changed = () => window.dispatchEvent(new Event('floodwall-changed'));

export async function undo(deed) {
	try {
		const answer = await act({do: 'undo', deed});
		tell(answer.warning ? `Undone. But: ${answer.warning}.` : 'Undone. All is as it was before.', null, answer.warning ? 'bad' : undefined);
	} catch (error) {
		tell(error.message, null, 'bad');
	}
	changed();
}

/* Does it; tells it with its undo. */
export async function done(request, sentence) {
	const answer = await act(request);
	const observes = answer.filter === 'observe' ? ' The quarantine filter only observes now: nothing is stopped until it is set to enforce.' : '';
	const warning = answer.warning ? ` But: ${answer.warning}.` : '';
	tell(sentence + observes + warning, answer.deed ? {label: 'Undo', run: () => undo(answer.deed)} : null);
	changed();
	return answer;
}

const seconds = form => form.elements.for_s.value ? {for_s: Number(form.elements.for_s.value)} : {};
const reason = form => form.elements.reason.value.trim() ? {reason: form.elements.reason.value.trim()} : {};
const reasonField = (must, hint) => field(must ? 'Why' : 'Why (for the audit log)', h('input', {name: 'reason', maxlength: 100, required: must, autocomplete: 'off'}), hint);

function name(device) {
	const called = deviceName(device);
	ask({
		title: `Name ${called}`, verb: 'Name it',
		content: [h('p', {}, `Its address is ${device.mac}. The name is shown here and in messages; the device itself is not changed.`),
			field('Name', h('input', {name: 'name', maxlength: 63, value: device.user_name ?? '', autocomplete: 'off'}), 'Empty takes the name away.')],
		run: form => {
			const text = form.elements.name.value.trim();
			return done({do: 'name', who: device.mac, name: text}, text ? `${called} is now called ${text}.` : `${called} has no name of yours any more.`);
		},
	});
}

function quarantine(device) {
	const called = deviceName(device);
	ask({
		title: `Put ${called} into quarantine?`, verb: 'Quarantine', tone: 'danger',
		content: [h('p', {}, 'Nothing leaves it and nothing reaches it, except what it needs to recover: names, time, its address and its updates. All other devices go on as before.'),
			field('For', choice('for_s', SPANS, DAY)), reasonField(false)],
		run: form => done({do: 'quarantine', prefix: device.mac, ...seconds(form), ...reason(form)}, `${called} is in quarantine.`),
	});
}

function allow(device) {
	const called = deviceName(device);
	ask({
		title: `Allow ${called}?`, verb: 'Allow',
		content: [h('p', {}, 'Nothing that it sends or receives is stopped, whatever is found about it. Findings are still told.'),
			field('For', choice('for_s', SPANS, DAY)), reasonField(false)],
		run: form => done({do: 'allow', prefix: device.mac, ...seconds(form), ...reason(form)}, `${called} is allowed: nothing stops it.`),
	});
}

function release(device) {
	const called = deviceName(device), held = device.stand === 'quarantined' ? 'quarantine' : 'special leave';
	ask({
		title: `Release ${called}?`, verb: 'Release',
		content: [h('p', {}, `Its ${held} ends; it is judged like every other device. If a finding goes on, it may come back into quarantine.`), reasonField(false)],
		run: form => done({do: 'release', prefix: device.mac, ...reason(form)}, `${called} is released.`),
	});
}

function mute(device) {
	const called = deviceName(device);
	ask({
		title: `Mute findings about ${called}?`, verb: 'Mute',
		content: [h('p', {}, 'What is muted is still written down, but needs nobody and puts nothing into quarantine. Mute what you know to be harmless.'),
			field('Which findings', choice('what', [...KIND_WORDS.map(word => [word, kindTitle(word)]), ['*', 'all of them']], KIND_WORDS[4])),
			field('For', choice('for_s', MUTE_SPANS, 30 * DAY)), reasonField(true, 'Somebody will read it in a year.')],
		run: form => done({do: 'mute', what: form.elements.what.value, prefix: device.mac, ...seconds(form), ...reason(form)}, `Such findings about ${called} are muted.`),
	});
}

export function muteFinding(finding) {
	const who = finding.name ?? finding.mac ?? 'anybody';
	ask({
		title: `Mute “${kindTitle(finding.id)}” of ${who}?`, verb: 'Mute',
		content: [h('p', {}, 'Findings of this kind about this device are still written down, but need nobody and put nothing into quarantine.'),
			field('For', choice('for_s', MUTE_SPANS, 30 * DAY)), reasonField(true, 'Somebody will read it in a year.')],
		run: form => done({do: 'mute', what: finding.id, ...(finding.mac ? {prefix: finding.mac} : {}), ...seconds(form), ...reason(form)},
			`“${kindTitle(finding.id)}” of ${who} is muted.`),
	});
}

/* The buttons of a device; labels name the device for those who hear them out of their place. */
export function deviceButtons(device) {
	const called = deviceName(device);
	const one = (text, run, tone = '') => button(text, () => run(device), {class: `button small ${tone}`, 'aria-label': `${text} ${called}`});
	const decided = device.stand === 'quarantined' || device.stand === 'allowed';
	return h('div', {class: 'buttons'},
		decided ? one('Release', release) : one('Quarantine', quarantine, 'danger'),
		device.stand !== 'allowed' && one('Allow', allow), one('Name', name), one('Mute', mute));
}

/* ---- the bypass asks twice, on two pages of a dialog, and the second wants a word ---- */

export function bypassOn() {
	ask({
		title: 'Bypass the protection?', verb: 'Go on', tone: 'danger',
		content: [h('p', {}, 'Every filter is switched off: devices in quarantine are let out, floods are not held back, policies do not hold. Findings are still told.'),
			h('p', {}, 'It stays so, also after a restart, until somebody ends it. If only one device is in trouble, release or allow that one instead.')],
		run: () => { queueMicrotask(bypassSurely); },
	});
}

function bypassSurely() {
	ask({
		title: 'Second question: switch everything off?', verb: 'Bypass now', tone: 'danger',
		content: [field('Type the word bypass', h('input', {name: 'word', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', required: true})), reasonField(false)],
		run: form => {
			if (form.elements.word.value.trim().toLowerCase() !== 'bypass')
				throw new Error('That is not the word. Nothing was changed.');
			return done({do: 'bypass', on: true, ...reason(form)}, 'The protection is bypassed: nothing is stopped.');
		},
	});
}

export async function bypassOff() {
	try {
		await done({do: 'bypass', on: false, reason: 'ended on the page'}, 'The bypass is over: the filters hold again.');
	} catch (error) {
		tell(error.message, null, 'bad');
	}
}
