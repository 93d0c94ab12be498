/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What needs me now: most urgent first, each with the one thing to do. Beside it, how things stand. */
import {h} from './dom.js';
import {show} from './api.js';
import {bar, empty, figure, head, section, view} from './ui.js';
import {bytes, capital, count, deviceName, FILTERS, label, many, MODES, percent, span, time, without} from './words.js';
import {deviceButtons} from './acts.js';
import {curve} from './curve.js';

const NEEDS = {hijacked: 'hijacked', exposure: 'exposed', stranger: 'new here', advisory: 'known weakness', recall: 'recalled', fault: 'trouble', blind: 'cannot be seen'};

/* What the whole page says in one line, and the colour of its kicker. */
function verdict(all) {
	const devices = all.devices ?? {};
	const hijacked = devices.hijacked ?? 0;
	if (all.bypass)
		return ['The protection is bypassed. Nothing is stopped.', 'tone-red'];
	if (hijacked)
		return [`${many(hijacked, 'device')} ${hijacked === 1 ? 'is' : 'are'} hijacked.`, 'tone-red'];
	if (all.stance === 'defend')
		return ['An attack is under way, and the shield defends.', 'tone-red'];
	if (all.needs?.length)
		return [`${many(all.needs.length + (all.needs_more ?? 0), 'thing')} to look at.`, 'tone-amber'];
	return ['Nothing needs you now.', 'tone-green'];
}

function watched(all, parts) {
	const seconds = (new Date(all.now) - new Date(all.started)) / 1000;
	return Number.isFinite(seconds) ? span(seconds, parts) : 'a while';
}

/* How it came to this, the first first: who reads it knows what to close. */
const story = list => list.length > 1 && h('ol', {class: 'events story-so-far', 'aria-label': 'How it came to this'}, [...list].reverse().map(one =>
	h('li', {class: 'w-finding'}, h('span', {class: 'at'}, time(one.first)), h('a', {href: `#/finding/${one.finding}`}, one.text ?? one.summary))));

/* The device that a need names is known here by its MAC alone; whether it is in quarantine already, its own entry tells. */
function need(one, devices, stories) {
	const list = stories.get(one.device) ?? [], found = list.find(other => other.finding === one.finding);
	const device = one.device && (devices.get(one.device) ?? {mac: one.device, name: null, stand: 'ordinary'});
	const tone = one.severity ?? one.what;
	return h('li', {class: `need e-${one.what}`, key: `${one.what} ${one.device ?? ''} ${one.finding ?? ''} ${one.text}`},
		label(one.what === 'hijacked' ? 'hijacked' : one.what === 'exposure' ? 'exposed' : one.what === 'blind' ? 'blind' : tone, NEEDS[one.what] ?? one.what),
		h('h3', {}, device ? h('a', {href: `#/device/${one.device}`}, found ? `${deviceName(device)}: ${found.text}` : one.text) : one.text),
		found && h('p', {class: 'text'}, found.why ?? found.summary), story(list),
		one.do && h('p', {class: 'do'}, h('b', {}, 'Now: '), without(one.do)),
		h('div', {class: 'line'}, device && deviceButtons(device),
			one.finding && h('a', {class: 'button small', href: `#/finding/${one.finding}`, 'aria-label': `Why: finding ${one.finding}`}, 'Why')));
}

const needs = (all, devices, stories) => section('What needs you now',
	all.needs?.length ? h('ol', {class: 'needs'}, all.needs.map(one => need(one, devices, stories)))
		: empty(`Nothing. Floodwall has watched for ${watched(all)} and found nothing that wants a person.`),
	all.needs_more > 0 && h('p', {class: 'more'}, `And ${many(all.needs_more, 'more')}: `, h('a', {href: '#/findings'}, 'see all findings'), '.'));

function protection(all) {
	const modes = Object.entries(all.mode ?? {});
	return section('Protection',
		all.stance && h('p', {}, 'Stance: ', h('b', {}, all.stance), '. ', h('a', {href: '#/shield'}, 'Why, and what it does')),
		h('dl', {class: 'pairs'}, modes.map(([filter, mode]) => h('div', {}, h('dt', {}, FILTERS[filter] ?? filter),
			h('dd', {class: `mode m-${mode}`}, all.bypass ? 'bypassed' : MODES[mode] ?? mode)))),
		!modes.length && empty('No filter is told of.'),
		modes.length > 0 && modes.every(([, mode]) => mode !== 'enforce') && !all.bypass &&
			h('p', {class: 'hint'}, 'Nothing is stopped yet: the filters only count what they would stop. Read the findings for some days, then set mode: enforce in the configuration.'));
}

const list = (title, sentences, none) => section(title, sentences?.length ? h('ul', {class: 'sentences'}, sentences.map(text => h('li', {}, capital(text)))) : empty(none));

function figures(all) {
	const devices = all.devices, findings = all.findings ?? {}, capture = all.capture ?? {};
	const quiet = devices && ['hijacked', 'suspect', 'exposed', 'quarantined'].filter(state => devices[state] > 0);
	return h('dl', {class: 'figures'},
		devices && figure('Devices', count(devices.total), quiet.length ? quiet.map(state => h('span', {class: `t-${state} tell`}, `${count(devices[state])} ${state}`))
			: 'all clean', '#/devices'),
		figure('Findings today', count(findings.day), `${count(findings.week)} this week, ${count(findings.open)} open`, '#/findings'),
		figure('Watching for', watched(all, 1), ['since ', time(all.started)]),
		figure('Packets read', count(capture.frames), capture.lost ? `${count(capture.lost)} lost (${percent(capture.lost / ((capture.frames + capture.lost) || 1))})` : 'none lost'));
}

const fills = all => all.fills?.length > 0 && section('Room',
	h('p', {class: 'lead'}, `Floodwall uses ${bytes(all.resident_bytes)} of memory. Tables have a fixed size; a full one is a normal state and is counted.`),
	h('dl', {class: 'fills'}, all.fills.map(({name, used, size}) => h('div', {}, h('dt', {}, name), h('dd', {}, bar({share: size ? used / size : 0, tone: 'traffic'}),
		h('span', {}, `${count(used)} of ${count(size)}`))))));

/* The last hour, small; its numbers are on the page of traffic. */
async function hour() {
	try {
		return await show('traffic', {step: 'minute', count: 60});
	} catch {
		return null;
	}
}

const STORIES = 3, CHAPTERS = 8;

/* What was found about the devices that need somebody first. */
async function stories(all, guard) {
	const wanted = [...new Set((all.needs ?? []).filter(one => one.device && one.finding).map(one => one.device))].slice(0, guard ? STORIES : 0);
	const lists = await Promise.all(wanted.map(device => show('findings', {device, count: CHAPTERS}).catch(() => ({}))));
	return new Map(wanted.map((device, i) => [device, (lists[i].findings ?? []).filter(one => !one.muted)]));
}

export const overview = {
	title: 'Overview',
	open(place, words, frame) {
		return view(place, async () => {
			const guard = frame.session.role !== 'shield';
			const [all, traffic] = await Promise.all([show('overview'), hour()]);
			const wanted = new Set((all.needs ?? []).map(one => one.device).filter(Boolean));
			const devices = new Map();
			if (guard && wanted.size) {
				const told = await show('devices', {order: 'state', count: 200});
				for (const device of told.devices ?? [])
					if (wanted.has(device.mac))
						devices.set(device.mac, device);
			}
			frame.overview(all);
			return {all, traffic, devices, stories: await stories(all, guard)};
		}, ({all, traffic, devices, stories}) => {
			const [sentence, tone] = verdict(all);
			return [head(sentence, null, tone), figures(all),
				h('div', {class: 'columns'},
					h('div', {class: 'first'}, needs(all, devices, stories), traffic?.series && section('The last hour', curve('overview', traffic, {height: 150}),
						h('p', {class: 'more'}, h('a', {href: '#/traffic'}, 'Longer, and as a table')))),
					h('div', {class: 'second'}, protection(all), list('Trouble', all.faults, 'No trouble: memory, disk and neighbours are well.'),
						list('Blind spots', all.blind, 'None known.'))),
				fills(all)];
		});
	},
};
