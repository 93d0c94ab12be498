/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All devices: as cards or as a table, looked for, by state, a page at a time. */
import {h, render} from './dom.js';
import {show} from './api.js';
import {button, empty, field, choice, head, later, table, view} from './ui.js';
import {bytes, count, deviceName, deviceWhat, label, many, stand, time, told} from './words.js';
import {deviceButtons} from './acts.js';

const PAGE = 48;
const STATES = [['', 'all'], ['hijacked', 'hijacked'], ['suspect', 'suspect'], ['exposed', 'exposed'], ['clean', 'clean'], ['quarantined', 'in quarantine']];

const sum = (device, way) => Object.values(device.traffic?.[way] ?? {}).reduce((all, one) => all + (one.bytes ?? 0), 0);
const link = device => h('a', {href: `#/device/${device.mac}`}, deviceName(device));
export const stateOf = device => h('span', {class: 'states'}, label(device.state), device.stand !== 'ordinary' && label(device.stand === 'quarantined' ? 'quarantined' : 'note', stand(device)));

const card = device => h('li', {class: `card e-${device.state}`, key: device.mac},
	stateOf(device), h('h2', {}, link(device)), h('p', {class: 'identity'}, deviceWhat(device)),
	h('p', {class: 'where'}, device.addresses?.[0] ? h('span', {}, device.addresses[0]) : 'no address yet', h('span', {}, device.mac)),
	device.why && h('p', {class: 'why'}, told(device.why)),
	h('p', {class: 'where'}, h('span', {}, 'last heard ', time(device.last)), h('span', {}, `${bytes(sum(device, 'out'))} out, ${bytes(sum(device, 'in'))} in`)),
	deviceButtons(device));

const columns = [
	{title: 'Device', head: true, cell: link}, {title: 'State', left: true, cell: stateOf}, {title: 'What it is', left: true, cell: deviceWhat},
	{title: 'Address', left: true, cell: device => [device.addresses?.[0] ?? 'none', h('br'), h('small', {class: 'whole'}, device.mac)]},
	{title: 'Sent', cell: device => bytes(sum(device, 'out'))}, {title: 'Received', cell: device => bytes(sum(device, 'in'))},
	{title: 'Last heard', cell: device => time(device.last)}, {title: 'What to do', left: true, cell: deviceButtons},
];

function none(asked, total) {
	if (asked.search || asked.state)
		return empty('No device matches. ', h('a', {href: '#/devices'}, 'Show all'), '.');
	return empty(total ? 'There are no more.' : 'No device has been heard yet. A device appears as soon as it sends something past this machine.');
}

export const devices = {
	title: 'Devices',
	open(place, words) {
		const asked = {search: words.get('search') ?? '', state: words.get('state') ?? '', from: 0};
		let cards = localStorage.getItem('floodwall.devices') !== 'table', content;
		const list = h('div', {});
		const again = later(() => content.refresh(), 200);
		const set = change => { Object.assign(asked, {from: 0}, change); again(); };
		const ways = h('div', {class: 'switch', role: 'group', 'aria-label': 'Show as'});
		const way = chosen => {
			cards = chosen;
			localStorage.setItem('floodwall.devices', cards ? 'cards' : 'table');
			drawWays();
			content?.redraw();
		};
		const drawWays = () => render(ways, [['Cards', true], ['Table', false]].map(([text, value]) =>
			h('button', {type: 'button', 'aria-pressed': String(cards === value), on: {click: () => way(value)}}, text)));
		drawWays();
		render(place, head('Devices'), h('form', {class: 'tools', role: 'search', on: {submit: event => event.preventDefault()}},
			field('Search', h('input', {type: 'search', name: 'search', value: asked.search, placeholder: 'Name, maker, address', on: {input: event => set({search: event.target.value.trim()})}})),
			Object.assign(field('State', choice('state', STATES, asked.state)), {onchange: event => set({state: event.target.value})}), ways), list);
		const move = by => { asked.from = Math.max(0, asked.from + by); content.refresh(); document.getElementById('main').focus(); window.scrollTo(0, 0); };
		content = view(list, () => show('devices', {...asked, order: 'state', count: PAGE}), all => {
			/* a daemon that does not yet page gives all of them */
			const whole = all.devices ?? [], total = all.total ?? whole.length;
			const shown = whole.length > PAGE ? whole.slice(asked.from, asked.from + PAGE) : whole, last = asked.from + shown.length;
			return [h('p', {class: 'lead', role: 'status'}, shown.length ? `${shown.length < total ? `${count(asked.from + 1)} to ${count(last)} of ` : ''}${many(total, 'device')}` : ''),
				!shown.length ? none(asked, total) : cards ? h('ul', {class: 'cards'}, shown.map(card)) : table('Devices', columns, shown, {hidden: true, key: device => device.mac}),
				total > PAGE && h('nav', {class: 'paging', 'aria-label': 'Pages of devices'},
					button('Previous', () => move(-PAGE), {disabled: asked.from === 0}), button('Next', () => move(PAGE), {disabled: last >= total}))];
		});
		return content;
	},
};
