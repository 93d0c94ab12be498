/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shield before a DNS server: its stance and why, how the honest fare, lanes, filters, reasons, zones. */
import {h} from './dom.js';
import {show} from './api.js';
import {bar, empty, figure, head, section, table, view} from './ui.js';
import {capital, count, FILTERS, many, MODES, percent, scaled, time} from './words.js';

const LANES = {trusted: 'Trusted: prefixes that you named', proven: 'Proven: sources whose address is their own', unproven: 'Unproven: all others; a source may be forged'};
const STATES = {waiting: 'waits for its first transfer', judged: 'judged', stale: 'stands aside: too old', failed: 'stands aside: not to be had', aside: 'stands aside'};
const STANCES = {calm: ['Calm. Questions pass.', 'tone-green'], watch: ['Watching: the load is unusual.', 'tone-amber'], defend: ['An attack is under way, and the shield defends.', 'tone-red']};
const OUTCOMES = [['passed', 'Passed', 'traffic'], ['truncated', 'Answered TC=1', 'sent'], ['dropped', 'Dropped', 'junk'], ['would', 'Would be stopped', 'would']];
const outcomes = OUTCOMES.map(([name, title]) => ({title, cell: row => count(row[name])}));

function figures(told) {
	const rates = told.rates, proven = told.collateral;
	return h('dl', {class: 'figures'},
		figure('Legitimate success', proven.share === null ? 'not known' : percent(1 - proven.share), proven.share === null ? 'no proven question has come yet' : `${count(proven.would_stop)} of ${count(proven.proven_questions)} proven questions would be stopped`),
		figure('Passed', `${scaled(rates.passed, '/s')}`, 'questions a second, now'), figure('Stopped', `${scaled(rates.dropped + rates.truncated, '/s')}`, `${scaled(rates.truncated, '/s')} of them answered TC=1`),
		figure('Would be stopped', `${scaled(rates.would, '/s')}`, 'by filters that only count'));
}

const share = row => {
	const all = row.passed + row.dropped + row.truncated || 1;
	return bar({share: row.passed / all, tone: 'traffic'}, {share: row.truncated / all, tone: 'sent'}, {share: row.dropped / all, tone: 'junk'});
};

const lanes = told => section('Lanes', table('Questions by what is known of their source', [{title: 'Lane', head: true, cell: row => LANES[row.lane] ?? row.lane}, ...outcomes,
	{title: 'Now', cell: row => scaled(row.rates.passed + row.rates.dropped + row.rates.truncated, '/s')}, {title: 'Share that passes', cell: share}], told.lanes),
h('p', {class: 'legend'}, h('span', {class: 'key all'}), 'passed ', h('span', {class: 'key sent'}), 'answered TC=1: ask again over TCP ', h('span', {class: 'key junk'}), 'dropped'));

const filters = told => section('Filters', table('What each filter does', [{title: 'Filter', head: true, cell: row => FILTERS[row.filter] ?? row.filter}, {title: 'Mode', left: true, cell: row => MODES[row.mode]},
	{title: 'Now', left: true, cell: row => row.mode === 'off' ? 'off' : row.acting ? 'acts' : 'rests until the load calls for it'}, ...outcomes.slice(1)], told.filters));

const reasons = told => section('Reasons', told.reasons.length ? table('Every verdict has one reason', [{title: 'Reason', head: true, cell: row => capital(row.says)},
	{title: 'Filter', left: true, cell: row => row.filter ? FILTERS[row.filter] ?? row.filter : 'none'}, ...outcomes], told.reasons) : empty('No question has come yet.'));

const seen = row => Object.entries(row.seen).filter(([, value]) => value).map(([name, value]) => `${count(value)} ${name === 'exists' ? 'exist' : name}`).join(', ') || 'nothing yet';
const zones = told => section('Zones', table('Names that this server has', [{title: 'Zone', head: true, cell: row => row.zone ?? 'names in no zone of yours'},
	{title: 'State', left: true, cell: row => [STATES[row.state] ?? row.state, row.why && h('small', {}, `: ${row.why}`), row.fresh && h('small', {}, ', newer content is on its way')]},
	{title: 'Names', cell: row => count(row.names)}, {title: 'Questions for names that', left: true, cell: seen}, {title: 'Dropped', cell: row => count(row.dropped)},
	{title: 'Answered TC=1', cell: row => count(row.truncated)}, {title: 'Loaded', cell: row => time(row.loaded)}], told.zones));

const room = told => section('Room', table('Tables in the kernel', [{title: 'Table', head: true, cell: row => row.table}, {title: 'Used', cell: row => count(row.used)}, {title: 'Size', cell: row => count(row.size)},
	{title: 'Share', cell: row => [`${percent(row.size ? row.used / row.size : 0)} `, bar({share: row.size ? row.used / row.size : 0, tone: 'traffic'})]}], told.tables));

export const shield = {
	title: 'Shield',
	open(place) {
		return view(place, () => show('shield'), told => {
			const [sentence, tone] = STANCES[told.stance.stance] ?? [told.stance.stance, ''];
			return [head(sentence, null, tone),
				h('p', {class: 'dek'}, told.stance.why, told.stance.vector_says && ` ${told.stance.vector_says}`),
				h('p', {class: 'identity'}, 'since ', time(told.stance.since, 'the start'), ` · ${told.interface.name}, XDP ${told.interface.xdp}, ${told.interface.attached ? 'attached' : 'NOT attached: nothing is shielded'} · ${many(told.proofs, 'source')} proven`),
				told.configuration.refused && h('p', {class: 'hint'}, `The configuration is wrong, and the earlier one holds: ${told.configuration.refused}`),
				figures(told), lanes(told), filters(told), reasons(told), zones(told), room(told)];
		});
	},
};
