/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings: what, why, what to do, how to undo what was done; the packets that prove it. */
import {h, render} from './dom.js';
import {show} from './api.js';
import {button, choice, empty, field, head, later, view} from './ui.js';
import {actWords, bytes, count, kindTitle, KIND_WORDS, label, many, severity, span, time, without} from './words.js';
import {muteFinding} from './acts.js';

const PAGE = 30;
const SEVERITIES = ['', 'critical', 'high', 'medium', 'low'];

const leaked = one => one.leaked && h('p', {class: 'identity'},
	`Before it was stopped ${one.leaked.whole ? '' : 'at least '}${many(one.leaked.packets, 'packet')} (${bytes(one.leaked.bytes)}) had left.`);
const part = (title, text) => text && h('div', {class: 'part'}, h('dt', {}, title), h('dd', {}, text));

function times(one) {
	const seconds = (new Date(one.last) - new Date(one.first)) / 1000;
	return h('p', {class: 'when'}, time(one.first), seconds >= 1 && [' to ', time(one.last), ` (${span(seconds)})`], one.count > 1 && `, ${count(one.count)} times`, one.target && `, towards ${one.target}`);
}

/* own: on its device's page, where nobody needs to be told whose it is; folded: why and what to do open when asked for */
export function findingCard(one, level = 'h2', own = false, folded = false) {
	const title = one.text ?? kindTitle(one.id);
	const parts = h('dl', {class: 'parts'}, part('Why', one.why), part('What to do', one.do), part('What was done', actWords(one.act)), part('Undo', without(one.undo)), part('Muted', typeof one.muted === 'string' ? one.muted : null));
	return h('li', {class: `story e-${one.state} ${one.muted ? 'is-muted' : ''}`, key: `finding ${one.finding}`},
		h('p', {class: 'tags'}, label(one.state), severity(one.severity), one.muted && h('span', {class: 'sev t-note'}, 'muted')),
		h(level, {}, h('a', {href: `#/finding/${one.finding}`}, title)),
		one.mac && !own && h('p', {class: 'identity'}, 'by ', h('a', {href: `#/device/${one.mac}`}, one.user_name ?? one.name ?? one.mac)),
		!one.text && h('p', {class: 'text'}, one.summary), times(one), leaked(one),
		folded ? h('details', {class: 'fold', key: `parts ${one.finding}`}, h('summary', {}, 'Why, and what to do', h('span', {class: 'unseen'}, ` about finding ${one.finding}`)), parts) : parts,
		h('div', {class: 'buttons'}, one.mac && !own && h('a', {class: 'button small', href: `#/device/${one.mac}`, 'aria-label': `Open its device, ${one.name ?? one.mac}`}, 'Open its device'),
			!one.muted && button('Mute', () => muteFinding(one), {'aria-label': `Mute finding ${one.finding}, ${title}`}),
			one.packets > 0 && h('a', {class: 'button small', href: `/api/packets/${one.finding}.pcapng`, download: `finding-${one.finding}.pcapng`}, `Packets that prove it (${bytes(one.packets)})`)));
}

async function watched() {
	try {
		const all = await show('overview');
		return span((new Date(all.now) - new Date(all.started)) / 1000);
	} catch {
		return null;
	}
}

export const findings = {
	title: 'Findings',
	open(place, words) {
		const asked = {search: '', kind: words.get('kind') ?? '', severity: words.get('severity') ?? ''};
		let pages = 1, content;
		const list = h('div', {});
		const again = later(() => content.refresh(), 200);
		const set = change => { Object.assign(asked, change); pages = 1; again(); };
		const chosen = (text, name, options) => Object.assign(field(text, choice(name, options, asked[name])), {onchange: event => set({[name]: event.target.value})});
		render(place, head('Findings'), h('form', {class: 'tools', role: 'search', on: {submit: event => event.preventDefault()}},
			field('Search', h('input', {type: 'search', name: 'search', placeholder: 'Words of a finding', on: {input: event => set({search: event.target.value.trim()})}})),
			chosen('Kind', 'kind', [['', 'all'], ...KIND_WORDS.map(word => [word, kindTitle(word)])]),
			chosen('Severity', 'severity', SEVERITIES.map(word => [word, word || 'all']))), list);

		/* All pages that were asked for, from the latest on, for new ones come at the top. */
		async function load() {
			const all = [];
			let next = null, before;
			for (let i = 0; i < pages; i++) {
				const page = await show('findings', {...asked, before, count: PAGE});
				all.push(...page.findings ?? []);
				before = next = page.next ?? null;
				if (!next)
					break;
			}
			const narrow = Object.values(asked).some(Boolean);
			return {all, next, narrow, watched: all.length || narrow ? null : await watched()};
		}
		content = view(list, load, told => [
			h('p', {class: 'lead', role: 'status'}, told.all.length ? `${many(told.all.length, 'finding')}${told.next ? ', the latest' : ''}` : ''),
			told.all.length ? h('ul', {class: 'stories'}, told.all.map(one => findingCard(one)))
				: empty(told.narrow ? 'No finding matches.' : `No findings.${told.watched ? ` Floodwall has watched for ${told.watched}.` : ''}`),
			told.next && h('p', {class: 'paging'}, button('Show earlier ones', () => { pages++; content.refresh(); }, {class: 'button'}))]);
		return content;
	},
};

export const finding = {
	title: 'Finding',
	open(place, words, frame, number) {
		return view(place, async () => {
			const told = await show('finding', {number});
			frame.named(kindTitle(told.id));
			return told;
		}, one => [h('p', {class: 'crumb'}, h('a', {href: '#/findings'}, 'Findings'), ' /'), head(`Finding ${number}`), h('ul', {class: 'stories'}, findingCard(one))]);
	},
};
