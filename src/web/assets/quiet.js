/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The quiet pages: what cannot be seen, what is set, what was done. */
import {h, render} from './dom.js';
import {show, act} from './api.js';
import {button, empty, field, head, later, section, table, tell, view} from './ui.js';
import {capital, count, deviceName, many, time, told} from './words.js';
import {undo} from './acts.js';

/* ---- blind spots ---- */

const sentences = (title, list, none) => section(title, list?.length ? h('ul', {class: 'sentences'}, list.map(text => h('li', {}, capital(text)))) : empty(none));

export const blind = {
	title: 'Blind spots',
	open(place) {
		return view(place, () => show('overview'), all => [
			head('Blind spots', 'What Floodwall cannot see here. That it says nothing about these does not mean that nothing is there.'),
			sentences('What is not seen', all.blind, 'No blind spot is known.'),
			sentences('Trouble', all.faults, 'No trouble: memory, disk and neighbours are well.'),
			section('What was lost on the way', h('p', {}, all.capture?.lost
				? `${many(all.capture.lost, 'packet')} of ${count(all.capture.frames + all.capture.lost)} came faster than they could be read; they were filtered, but nothing was learned from them.`
				: `None of ${many(all.capture?.frames ?? 0, 'packet')} was lost before it could be read.`))]);
	},
};

/* ---- settings, read-only ---- */

const where = (row, file) => row.line ? [`line ${row.line}`, h('span', {class: 'unseen'}, ` of ${file}`)] : h('span', {class: 'soft'}, 'default');

async function again() {
	try {
		await act({do: 'reload'});
		tell('The configuration was read anew, and holds.');
	} catch (error) {
		tell(error.message, null, 'bad');
	}
	window.dispatchEvent(new Event('floodwall-changed'));
}

/* As a person writes it: a list without brackets, nothing as a word. */
function value(raw) {
	const list = Array.isArray(raw) ? raw : /^\[.*\]$/.test(raw) ? raw.slice(1, -1).split(',').map(one => one.trim().replace(/^"(.*)"$/, '$1')) : [String(raw)];
	const text = list.join(', ');
	return text ? h('code', {}, text) : h('span', {class: 'soft'}, 'none');
}

export const settings = {
	title: 'Settings',
	open(place) {
		let search = '', content;
		const body = h('div', {});
		render(place, head('Settings', 'Read-only: settings are changed in the file, where they can be commented, kept and compared.'),
			h('form', {class: 'tools', role: 'search', on: {submit: event => event.preventDefault()}},
				field('Search', h('input', {type: 'search', placeholder: 'Name or value', on: {input: later(event => { search = event.target.value.trim().toLowerCase(); content.redraw(); }, 100)}})),
				button('Read the file again', again, {class: 'button'})), body);
		content = view(body, () => show('configuration'), told => {
			const rows = (told.lines ?? []).filter(row => `${row.setting} ${row.value}`.toLowerCase().includes(search));
			if (!told.lines)
				return h('pre', {class: 'file', tabindex: 0}, told.text ?? '');
			return [told.file ? h('p', {class: 'lead'}, 'File: ', h('code', {}, told.file)) : h('p', {class: 'lead'}, 'There is no file: all is as it comes.'),
				rows.length ? table('Settings that hold now', [{title: 'Setting', head: true, cell: row => h('code', {}, row.setting)}, {title: 'Value', left: true, cell: row => value(row.value)},
					{title: 'From', left: true, cell: row => where(row, told.file)}], rows, {hidden: true, stack: true, key: row => row.setting}) : empty('No setting matches.')];
		});
		return content;
	},
};

/* ---- audit log, and decisions that hold ---- */

const VERBS = {decide: 'decided', confirm: 'confirmed', release: 'released', expire: 'came to its end', revert: 'taken back: not confirmed in time', undo: 'undid', note: 'noted', name: 'named', bypass: 'bypass'};
const KINDS = {quarantine: 'quarantine', allow: 'allowed all', mute: 'mute', bypass: 'all filters paused'};
const UNDOABLE = new Set(['decide', 'release', 'name', 'bypass', 'confirm']);

const decisions = (list, names) => section('Decisions that hold', list.length ? table('Each ends by itself or is released', [{title: 'What', head: true, cell: row => KINDS[row.kind] ?? row.kind}, {title: 'About', left: true, cell: row => told(row.prefix, names)},
	{title: 'Why', left: true, cell: row => told(row.reason, names)}, {title: 'By', left: true, cell: row => row.who}, {title: 'Made', cell: row => time(row.made)}, {title: 'Until', cell: row => time(row.until, 'somebody ends it')}], list, {stack: true, key: row => `decision ${row.decision}`})
	: empty('None. No device is in quarantine, allowed or muted by a decision.'));

function undoing(row) {
	if (row.undone)
		return h('span', {class: 'soft'}, 'undone');
	if (!UNDOABLE.has(row.verb) || row.verb === 'confirm')
		return '';
	return button('Undo', () => undo(row.deed), {'aria-label': `Undo deed ${row.deed}: ${row.detail || row.verb}`});
}

/* What is written down by MAC is read by name. */
async function namesOf(frame) {
	if (frame.session.role === 'shield')
		return null;
	const list = await show('devices', {count: 200}).catch(() => ({}));
	return new Map((list.devices ?? []).map(device => [device.mac, deviceName(device)]));
}

export const audit = {
	title: 'Audit log',
	open(place, words, frame) {
		let pages = 1;
		const content = view(place, async () => {
			const all = [];
			let before, more = null;
			for (let i = 0; i < pages; i++) {
				const page = await show('audit', {before, count: 50});
				all.push(...page.audit ?? []);
				before = more = page.next ?? null;
				if (!more)
					break;
			}
			return {all, more, held: (await show('decisions')).decisions ?? [], names: await namesOf(frame)};
		}, ({all, more, held, names}) => [head('Audit log', 'Who decided what, and when. Every decision can be taken back here.'), decisions(held, names),
			section('What was done', all.length ? table('Latest first', [{title: 'Number', head: true, cell: row => count(row.deed)}, {title: 'When', cell: row => time(row.time)}, {title: 'What', left: true, cell: row => [VERBS[row.verb] ?? row.verb, row.verb === 'undo' && row.of ? ` deed ${row.of}` : '', row.kind ? `: ${KINDS[row.kind] ?? row.kind}` : '']},
				{title: 'About', left: true, cell: row => row.about ? told(row.about, names) : ''},
				{title: 'Why', left: true, cell: row => [told(row.verb === 'decide' && row.reason ? row.reason : row.detail, names), row.finding ? [' ', h('a', {href: `#/finding/${row.finding}`}, `finding ${row.finding}`)] : '', row.verb === 'decide' && row.until ? [h('br'), h('small', {}, 'until ', time(row.until))] : '']}, {title: 'Who', left: true, cell: row => row.who}, {title: 'Take it back', left: true, cell: undoing}], all, {stack: true, key: row => `deed ${row.deed}`})
				: empty('Nothing has been decided yet.'),
			more && h('p', {class: 'paging'}, button('Show earlier ones', () => { pages++; content.refresh(); }, {class: 'button'})))]);
		return content;
	},
};
