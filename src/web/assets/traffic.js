/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Junk and traffic over time, as curves and as the same numbers in a table; and why packets were stopped. */
import {h, render} from './dom.js';
import {show} from './api.js';
import {empty, figure, head, section, table, view} from './ui.js';
import {bytes, capital, count, percent, scaled, time} from './words.js';
import {curve, lines} from './curve.js';

const SPANS = [['Last 2 hours', 'minute', 120], ['Last day', 'minute', 1440], ['Last month', 'hour', 720], ['Last year', 'day', 365]];
const ROWS = 60;

const total = list => (list ?? []).reduce((sum, value) => sum + value, 0);
const STEP_WORDS = {60: 'minute', 3600: 'hour', 86400: 'day'};

function figures(traffic) {
	const series = traffic.series, shield = Boolean(series.questions);
	const all = shield ? total(series.questions) : total(series.packets_out) + total(series.packets_in);
	const stopped = total(series.dropped_out) + total(series.dropped_in) + total(series.dropped) + total(series.truncated), would = total(series.would);
	return h('dl', {class: 'figures'},
		shield ? figure('Questions', scaled(all, ''), 'in this time') : figure('Sent', bytes(total(series.bytes_out)), `${bytes(total(series.bytes_in))} received`),
		figure('Stopped', `${scaled(stopped, '')}`, all ? `packets, ${percent(stopped / (all + (shield ? 0 : stopped)))} of all` : 'packets'),
		figure('Would be stopped', `${scaled(would, '')}`, 'packets, by filters that only count'),
		shield ? figure('Legitimate', scaled(total(series.legitimate), ''), 'questions that were honest and passed') : figure('Findings', count(total(series.findings)), 'raised in this time', '#/findings'));
}

/* Latest first; steps in which nothing happened are left out, and that is said. */
function numbers(traffic) {
	const {series, from, step_s: step} = traffic, shield = Boolean(series.questions);
	const rows = lines(traffic).times.map((at, i) => ({at, i})).filter(({i}) => Object.values(series).some(list => list?.[i])).reverse();
	const cell = (name, say = count) => ({i}) => say(series[name]?.[i] ?? 0);
	const columns = [{title: `${STEP_WORDS[step] ?? `${step} s`} from`, head: true, cell: ({at}) => time(at)}, ...shield
		? [{title: 'Questions', cell: cell('questions')}, {title: 'Passed', cell: cell('passed')}, {title: 'Dropped', cell: cell('dropped')},
			{title: 'Answered TC=1', cell: cell('truncated')}, {title: 'Would be stopped', cell: cell('would')}, {title: 'Legitimate', cell: cell('legitimate')}]
		: [{title: 'Sent', cell: cell('bytes_out', bytes)}, {title: 'Received', cell: cell('bytes_in', bytes)}, {title: 'Packets sent', cell: cell('packets_out')},
			{title: 'Packets received', cell: cell('packets_in')}, {title: 'Stopped, sent', cell: cell('dropped_out')}, {title: 'Stopped, received', cell: cell('dropped_in')},
			{title: 'Would be stopped', cell: cell('would')}, {title: 'Findings', cell: cell('findings')}]];
	return h('details', {}, h('summary', {}, 'The same as a table'), rows.length ? [table(`Traffic and junk by the ${STEP_WORDS[step] ?? 'step'}, latest first`, columns, rows.slice(0, ROWS), {key: ({at}) => String(at)}),
		h('p', {class: 'more'}, rows.length > ROWS ? `The latest ${ROWS} of ${count(rows.length)} are shown; all are in /api/traffic.json. ` : '', `Steps without traffic are left out. The curve begins at `, time(from), '.')]
		: empty('Nothing has passed in this time.'));
}

function reasons(told) {
	const rows = (told?.reasons ?? []).filter(one => one.dropped.packets || one.would.packets);
	const pair = one => one.packets ? [count(one.packets), h('br'), h('small', {}, bytes(one.bytes))] : '0';
	return told && section('Why packets were stopped', rows.length ? table('Reasons since the filters were put in place', [{title: 'Reason', head: true, cell: one => capital(one.says)},
		{title: 'Way', left: true, cell: one => one.way === 'out' ? 'sent by devices' : 'towards devices'}, {title: 'Stopped', cell: one => pair(one.dropped)}, {title: 'Would be stopped', cell: one => pair(one.would)}], rows)
		: empty('Nothing was stopped, and nothing would have been.'));
}

export const traffic = {
	title: 'Traffic and junk',
	open(place, words, frame) {
		let chosen = 0, content;
		const ways = h('div', {class: 'switch', role: 'group', 'aria-label': 'Time'});
		const body = h('div', {});
		const draw = () => render(ways, SPANS.map(([text], i) => h('button', {type: 'button', 'aria-pressed': String(i === chosen), on: {click: () => {
			chosen = i;
			draw();
			content.refresh();
		}}}, text)));
		draw();
		render(place, head('Traffic and junk'), h('div', {class: 'tools'}, ways), body);
		content = view(body, async () => {
			const [, step, wanted] = SPANS[chosen];
			const [all, told] = await Promise.all([show('traffic', {step, count: wanted}), frame.session.role === 'shield' ? null : show('verdicts').catch(() => null)]);
			return {all, told};
		}, ({all, told}) => [figures(all), section('Over time', curve('traffic', all, {height: 300})), numbers(all), reasons(told)]);
		return content;
	},
};
