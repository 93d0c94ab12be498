/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers with units, local times, states with marks: said the same on every page. */
import {h, svg} from './dom.js';

const numbers = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', {maximumFractionDigits: 1});
const clock = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', second: '2-digit'});
const day = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'});
const year = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit'});
const exact = new Intl.DateTimeFormat('en-GB', {dateStyle: 'full', timeStyle: 'long'});

export const count = value => numbers.format(value ?? 0);
export const many = (value, one, more = one + 's') => `${count(value)} ${value === 1 ? one : more}`;

export function scaled(value, unit, units = ['', 'k', 'M', 'G', 'T']) {
	let step = 0, rest = value ?? 0;
	while (Math.abs(rest) >= 1000 && step < units.length - 1) {
		rest /= 1000;
		step++;
	}
	return `${short.format(rest)} ${units[step]}${unit}`;
}
export const bytes = value => scaled(value, 'B');
/* What the daemon says in passing begins small; a sentence of its own does not. */
export const capital = text => text ? text.charAt(0).toUpperCase() + text.slice(1) : text;
export const percent = share => share === null || share === undefined ? 'unknown' : `${new Intl.NumberFormat('en', {maximumFractionDigits: share > 0.99 && share < 1 ? 3 : 1}).format(share * 100)} %`;

/* 3 hours; two units at most: 1 day 4 hours */
export function span(seconds, parts = 2) {
	const steps = [[86400, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']];
	let left = Math.max(0, Math.round(seconds));
	const said = [];
	for (const [size, word] of steps) {
		const whole = Math.floor(left / size);
		if (whole && said.length < parts)
			said.push(many(whole, word));
		else if (said.length)
			break;
		left -= whole * size;
	}
	return said.join(' ') || 'less than a second';
}

export const moment = value => value === null || value === undefined ? null : new Date(typeof value === 'number' ? value * 1000 : value);

/* <time>: of today the clock alone, and always the exact time as its title. */
export function time(value, absent = 'never') {
	const date = moment(value);
	if (!date || Number.isNaN(date.getTime()))
		return absent;
	const now = new Date();
	const format = date.toDateString() === now.toDateString() ? clock : date.getFullYear() === now.getFullYear() ? day : year;
	return h('time', {datetime: date.toISOString(), title: `${exact.format(date)} (${date.toISOString()})`}, format.format(date));
}

/* ---- marks: a shape for each state, so that colour is never all that tells ---- */

const SHAPES = {
	hijacked: [['circle', {cx: 8, cy: 8, r: 7.5}], ['path', {class: 'in', d: 'M7 3.5h2V9H7zM7 10.7h2v2H7z'}]],
	suspect: [['path', {d: 'M8 .8 15.8 15H.2z'}], ['path', {class: 'in', d: 'M7.2 5.5h1.6v5H7.2zM7.2 11.7h1.6v1.6H7.2z'}]],
	exposed: [['path', {d: 'M8 .3 15.7 8 8 15.7.3 8z'}], ['path', {class: 'in', d: 'M8 4.2 11.8 8 8 11.8 4.2 8z'}]],
	clean: [['circle', {cx: 8, cy: 8, r: 7.5}], ['path', {class: 'in', d: 'M4 8.2 5.4 6.8l2 2 3.4-3.9 1.5 1.3-4.8 5.4z'}]],
	quarantined: [['rect', {x: 1, y: 1, width: 14, height: 14, rx: 2}], ['path', {class: 'in', d: 'M4 4h2v8H4zm3 0h2v8H7zm3 0h2v8h-2z'}]],
	note: [['circle', {cx: 8, cy: 8, r: 7.5}], ['path', {class: 'in', d: 'M7 7h2v5.5H7zM7 3.5h2v2H7z'}]],
	blind: [['path', {d: 'M0 8c4-6 12-6 16 0-4 6-12 6-16 0z'}], ['circle', {class: 'in', cx: 8, cy: 8, r: 2.6}]],
};
SHAPES.critical = SHAPES.fault = SHAPES.hijacked;
SHAPES.high = SHAPES.stranger = SHAPES.suspect;
SHAPES.medium = SHAPES.advisory = SHAPES.exposure = SHAPES.exposed;
SHAPES.low = SHAPES.note;

export function mark(word) {
	return svg('svg', {class: `mark t-${word}`, viewBox: '0 0 16 16', width: 14, height: 14, 'aria-hidden': 'true'},
		(SHAPES[word] ?? SHAPES.note).map(([tag, properties]) => svg(tag, properties)));
}

export const label = (word, text = word) => h('span', {class: `label t-${word}`}, mark(word), text);
export const severity = word => h('span', {class: `sev t-${word}`}, word);

/* ---- devices ---- */

const sure = guess => guess?.name ? `${guess.name} (${guess.confidence} % sure)` : null;
const STANDS = {
	ordinary: '', held: 'never stopped', allowed: 'allowed: nothing stops it', quarantined: 'in quarantine',
};

export const deviceName = device => device.user_name || device.name || [device.maker?.name, device.kind?.name].filter(Boolean).join(' ') || device.mac;
export const deviceWhat = device => [sure(device.kind), sure(device.maker), sure(device.model)].filter(Boolean).join(' · ') || 'not known yet what it is';
export const stand = device => STANDS[device.stand] ?? device.stand;

/* ---- findings ---- */

const KINDS = {
	'default-password': 'Factory-default password works', 'cleartext-login': 'Logs in without encryption', 'open-service': 'Open service',
	'reached-from-internet': 'Reachable from the internet', scan: 'Searches for targets', 'login-guessing': 'Guesses passwords',
	beacon: 'Calls one address like clockwork', flood: 'Floods somebody', reflector: 'Is used to amplify an attack', 'receives-flood': 'Is being flooded',
	'forged-source': 'Sends with forged addresses', 'policy-violation': 'Does what its policy does not allow', advisory: 'A known weakness',
};
export const KIND_WORDS = Object.keys(KINDS);
export const kindTitle = word => KINDS[word] ?? word ?? 'A finding';

const ACTS = {
	noted: 'Noted. Nothing was stopped.', would: 'It would have been put into quarantine; the filter only observes.',
	quarantined: 'The device was put into quarantine.', 'held-back': 'Held back: this device is never stopped.', 'no-device': 'No device of this network is its cause.',
};
export const actWords = word => ACTS[word] ?? '';

/* ---- what the daemon writes down in short: numbers of findings and MACs become links, with the name where one is known ---- */

const TOLD = /\b(finding \d+)\b|\b((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\b|\b(\d+) packets \((\d+) bytes\)/g;

/* names: Map of MAC to name, or none */
export function told(text, names) {
	const parts = [];
	let at = 0;
	for (const found of (text ?? '').matchAll(TOLD)) {
		const [all, number, mac, packets, size] = found;
		parts.push(text.slice(at, found.index));
		if (number)
			parts.push(h('a', {href: `#/finding/${number.slice(8)}`}, number));
		else if (mac)
			parts.push(h('a', {href: `#/device/${mac}`}, names?.get(mac) ?? mac));
		else
			parts.push(`${many(Number(packets), 'packet')} (${bytes(Number(size))})`);
		at = found.index + all.length;
	}
	return [...parts, (text ?? '').slice(at)];
}

/* Commands are for the terminal; here a button stands beside the sentence. */
export const without = text => text?.replace(/If not: floodwall quarantine \S+/, 'If not, quarantine it.').replace(/: floodwall (release|quarantine|name) [0-9a-f:]{17}( NAME)?(?=[.\s]|$)\.?/g, '.')
	.replace(/^floodwall release \S+ lets it go again$/, 'Release lets the device go again.');

/* ---- protection ---- */

export const MODES = {off: 'off', observe: 'observes: counts, stops nothing', enforce: 'stops'};
export const FILTERS = {
	quarantine: 'Quarantine', forged: 'Forged addresses', policy: 'Policies', inbound: 'Unasked from outside', brake: 'Brake on floods',
	block: 'Blocked sources', sanity: 'Broken packets', answers: 'Answers nobody asked for', fragments: 'Fragments', only_dns: 'Anything but DNS',
	names: 'Names that do not exist', budgets: 'More than a fair share',
};
