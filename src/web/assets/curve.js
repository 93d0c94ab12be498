/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic and junk over time, by uPlot; where that was not built in, a sentence stands in its place. The numbers are in a table beside it. */
import {h} from './dom.js';
import {scaled} from './words.js';

const plots = new Map(); /* element by name: it draws itself, and is kept while its page is open */

const add = (...lists) => (lists.find(Boolean) ?? []).map((_, i) => lists.reduce((sum, list) => sum + (list?.[i] ?? 0), 0));

/* Per second, of each step: what passed or came, and what was or would have been stopped. */
export function lines(traffic) {
	const {series, step_s: step, from} = traffic;
	const some = series.questions ?? series.packets_out ?? series.bytes_out ?? [];
	const times = some.map((_, i) => from + i * step);
	const rate = list => list.map(value => value / step);
	if (series.questions)
		return {times, all: rate(series.questions), junk: rate(add(series.dropped, series.truncated, series.would)), unit: 'questions/s'};
	return {times, all: rate(add(series.packets_out, series.packets_in)), junk: rate(add(series.dropped_out, series.dropped_in, series.would)), unit: 'packets/s'};
}

const STEPS_MIN = 15;

/* Without the empty time before anything was counted; and with the end of the last step, which has no width otherwise. */
function drawn({times, all, junk, unit}) {
	const first = all.findIndex((value, i) => value || junk[i]), from = Math.max(0, Math.min(first < 0 ? times.length : first, times.length - STEPS_MIN));
	const end = times.length > 1 ? [2 * times.at(-1) - times.at(-2)] : [];
	const cut = list => [...list.slice(from), ...end.map(() => list.at(-1))];
	return {times: [...times.slice(from), ...end], all: cut(all), junk: cut(junk), unit};
}

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function options(width, height, unit) {
	const axis = {stroke: colour('--soft'), font: '12px system-ui, sans-serif', grid: {stroke: colour('--faint'), width: 1}, ticks: {stroke: colour('--rule'), width: 1}};
	const steps = globalThis.uPlot.paths.stepped({align: 1});
	return {
		width, height, legend: {show: false}, cursor: {y: false, points: {size: 6}}, padding: [8, 24, 0, 0],
		scales: {y: {range: (plot, low, high) => [0, Math.max(1, high * 1.08)]}},
		axes: [{...axis, values: [[86400, '{DD} {MMM}', null, null, null, null, null, null, 1], [60, '{HH}:{mm}', '\n{D} {MMM}', null, null, null, null, null, 1], [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1]]},
			{...axis, size: 64, values: (plot, values) => values.map(value => scaled(value, ''))}],
		series: [{}, {label: `all, ${unit}`, stroke: colour('--traffic-line'), fill: colour('--traffic'), width: 1, paths: steps, points: {show: false}},
			{label: `junk, ${unit}`, fill: colour('--junk'), width: 0, paths: steps, points: {show: false}}],
	};
}

class Plot {
	constructor(element, height) {
		Object.assign(this, {element, height, plot: null, data: null, unit: ''});
		this.watch = new ResizeObserver(() => this.fit());
		this.watch.observe(element);
	}

	fit() {
		if (!this.element.isConnected)
			return;
		const width = Math.floor(this.element.clientWidth);
		if (this.plot && width && width !== this.plot.width)
			this.plot.setSize({width, height: this.height});
		else if (!this.plot)
			this.draw();
	}

	draw() {
		const width = Math.floor(this.element.clientWidth);
		if (!width || !this.data)
			return;
		this.plot?.destroy();
		this.plot = new globalThis.uPlot(options(width, this.height, this.unit), this.data, this.element);
	}

	set(told) {
		this.data = [told.times, told.all, told.junk];
		if (this.plot && this.unit === told.unit)
			this.plot.setData(this.data);
		this.unit = told.unit;
	}

	close() {
		this.watch.disconnect();
		this.plot?.destroy();
	}
}

/* The curve called name; the same element each time. */
export function curve(name, traffic, {height}) {
	const told = drawn(lines(traffic));
	const legend = h('p', {class: 'legend'}, h('span', {class: 'key all'}), 'all traffic ', h('span', {class: 'key junk'}), 'junk: stopped, or would be stopped ', h('span', {class: 'by'}, told.unit.replace('/s', ' a second')));
	if (!globalThis.uPlot)
		return h('p', {class: 'empty'}, 'Curves were left out when this Floodwall was built (uPlot was not there). The table has the same numbers.');
	if (!plots.has(name)) {
		const element = h('div', {class: 'curve', key: `curve ${name}`, 'data-keep': '1', role: 'img', 'aria-label': 'Curve of traffic and junk over time; the page of traffic has the same as a table'});
		plots.set(name, new Plot(element, height));
	}
	const plot = plots.get(name);
	plot.set(told);
	/* on the page it stays where it is; a first time it goes in */
	const stands = plot.element.isConnected ? plot.element.cloneNode(false) : plot.element;
	return [legend, stands];
}

/* Another scheme, or another page. */
export const redraw = () => plots.forEach(plot => plot.draw());
export function forget() {
	plots.forEach(plot => plot.close());
	plots.clear();
}
