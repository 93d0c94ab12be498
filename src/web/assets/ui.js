/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces that several pages are made of: a view that loads and draws, dialogs, news with an undo, tables, figures. */
import {h, svg, render} from './dom.js';
import {SILENT} from './api.js';

/* ---- a place whose content is loaded, and loaded again when something happened ---- */

export function trouble(error, again) {
	return h('div', {class: 'trouble', role: 'alert'}, h('p', {}, error.message),
		again && h('button', {type: 'button', class: 'button', on: {click: again}}, 'Try again'));
}

/* {refresh, close}; what was shown stays while it is loaded anew, also when that fails. */
export function view(place, load, draw) {
	let busy = false, again = false, closed = false, data;

	function show(error) {
		if (closed)
			return;
		const content = data === undefined ? null : draw(data);
		/* while nobody answers at all the frame says so once, for every page */
		const whole = place.id === 'main' && data === undefined; /* a page without a word has its title all the same */
		render(place, error && whole && head(document.title.split(' · ')[0]), error && (error.status !== SILENT || data === undefined) && trouble(error, refresh), content);
	}
	async function refresh() {
		if (busy) {
			again = true;
			return;
		}
		busy = true;
		try {
			data = await load();
			show(null);
		} catch (error) {
			if (error.status === 401)
				window.dispatchEvent(new Event('floodwall-signed-out'));
			show(error);
		}
		place.setAttribute('aria-busy', 'false');
		busy = false;
		if (again && !closed) {
			again = false;
			await refresh();
		}
	}
	place.setAttribute('aria-busy', 'true');
	render(place, h('p', {class: 'empty'}, 'Loading.'));
	refresh();
	return {refresh, redraw: () => data !== undefined && show(null), close() { closed = true; }};
}

/* ---- news ---- */

const STAYS_MS = 30000, STAYS_MAX = 4;

/* A sentence at the page's foot for half a minute, longer while it is looked at; action: {label, run}. */
export function tell(sentence, action, tone = '') {
	const place = document.getElementById('news');
	let timer;
	const close = () => {
		clearTimeout(timer);
		const focused = note.contains(document.activeElement);
		note.remove();
		if (focused)
			document.getElementById('main').focus({preventScroll: true});
	};
	const wait = () => {
		clearTimeout(timer);
		timer = setTimeout(close, STAYS_MS);
	};
	const note = h('div', {class: `note ${tone}`, on: {mouseenter: () => clearTimeout(timer), focusin: () => clearTimeout(timer), mouseleave: wait, focusout: wait}},
		h('p', {}, sentence),
		action && h('button', {type: 'button', class: 'button small', on: {click: () => { close(); action.run(); }}}, action.label),
		h('button', {type: 'button', class: 'close', 'aria-label': 'Close this note', on: {click: close}}, '\u00d7'));
	while (place.children.length >= STAYS_MAX)
		place.firstElementChild.remove();
	place.append(note);
	wait();
}

/* ---- dialogs: <dialog> keeps the focus inside, ends with Escape and gives the focus back ---- */

let dialogs = 0;

/*
 * title, content (elements of a form), verb of its one button. run(form) does it and may throw a sentence, which is then shown inside. Resolves
 * when the dialog is gone.
 */
export function ask({title, content, verb, tone = 'primary', run}) {
	const name = `dialog-${++dialogs}`, before = document.activeElement;
	const fault = h('p', {class: 'fault', role: 'alert'});
	const go = h('button', {type: 'submit', class: `button ${tone}`}, verb);
	const form = h('form', {method: 'dialog', on: {submit: async event => {
		event.preventDefault();
		go.disabled = true;
		fault.textContent = '';
		try {
			if (await run(form) !== false)
				box.close();
		} catch (error) {
			fault.textContent = error.message;
		}
		go.disabled = false;
	}}}, h('h2', {id: name}, title), content, fault,
	h('div', {class: 'ends'}, h('button', {type: 'button', class: 'button', on: {click: () => box.close()}}, 'Cancel'), go));
	const box = h('dialog', {'aria-labelledby': name, on: {close: () => {
		box.remove();
		if (before?.isConnected)
			before.focus();
		else
			document.getElementById('main')?.focus({preventScroll: true});
	}}}, form);
	document.body.append(box);
	box.showModal();
	(form.querySelector('input, select, textarea') ?? go).focus();
	return box;
}

export const field = (text, control, hint) => h('label', {class: 'field'}, h('span', {}, text), control, hint && h('small', {}, hint));
export const choice = (name, options, chosen) => h('select', {name},
	options.map(([value, text]) => h('option', {value, selected: String(value) === String(chosen)}, text)));

/* ---- tables, figures ---- */

/* columns: [{title, left, cell(row), head}]; head: the cell that names its row; stack: on a narrow screen a row is a block of lines */
export function table(caption, columns, rows, {hidden = false, stack = false, key} = {}) {
	return h('div', {class: stack ? 'wide stack' : 'wide', tabindex: 0, role: 'region', 'aria-label': caption}, h('table', {},
		h('caption', {class: hidden ? 'unseen' : ''}, caption),
		h('thead', {}, h('tr', {}, columns.map(column => h('th', {scope: 'col', class: column.left ? 'l' : ''}, column.title)))),
		h('tbody', {}, rows.map(row => h('tr', {key: key?.(row)}, columns.map(column => column.head
			? h('th', {scope: 'row'}, column.cell(row)) : h('td', {class: column.left ? 'l' : ''}, column.cell(row))))))));
}

export const figure = (title, big, sub, href) => h('div', {class: 'figure'}, h('dt', {}, title),
	h('dd', {}, h('span', {class: 'big'}, href ? h('a', {href}, big) : big), h('span', {class: 'sub'}, sub)));

/* A bar of shares, each {share, tone}; what it says stands beside it in words. */
export function bar(...parts) {
	let at = 0;
	return svg('svg', {class: 'bar', width: '100%', height: 8, 'aria-hidden': 'true', preserveAspectRatio: 'none'}, parts.map(({share, tone}) => {
		const rect = svg('rect', {x: `${at * 100}%`, width: `${Math.max(0, Math.min(1 - at, share || 0)) * 100}%`, height: 8, class: tone});
		at += share || 0;
		return rect;
	}));
}

export const head = (title, lead, tone = '') => h('header', {class: `head ${tone}`}, h('h1', {}, title), lead && h('p', {class: 'lead'}, lead));
export const section = (title, ...content) => h('section', {}, h('h2', {}, title), content);
export const empty = (...content) => h('p', {class: 'empty'}, content);
export const button = (text, click, properties = {}) => h('button', {type: 'button', class: 'button small', ...properties, on: {click}}, text);

/* Once, after the last call of a burst. */
export function later(run, wait_ms) {
	let timer;
	return (...rest) => {
		clearTimeout(timer);
		timer = setTimeout(() => run(...rest), wait_ms);
	};
}
