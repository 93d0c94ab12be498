/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame: signing in, which page is open, the line to the daemon, and what every page shows around itself. */
import {h, render} from './dom.js';
import {session, signIn, signOut, show} from './api.js';
import {Live} from './live.js';
import {later, tell} from './ui.js';
import {count, kindTitle, mark} from './words.js';
import {bypassOff, bypassOn} from './acts.js';
import {forget, redraw} from './curve.js';
import {overview} from './overview.js';
import {devices} from './devices.js';
import {device} from './device.js';
import {finding, findings} from './findings.js';
import {traffic} from './traffic.js';
import {shield} from './shield.js';
import {audit, blind, settings} from './quiet.js';

const PAGES = {overview, devices, device, findings, finding, traffic, shield, blind, settings, audit};
const GUARD = ['overview', 'devices', 'findings', 'traffic', 'blind', 'settings', 'audit'];
const SHIELD = ['overview', 'shield', 'traffic', 'blind', 'settings', 'audit'];
const UNDER = {device: 'devices', finding: 'findings'};
const BURST_MS = 400, TICKS_MS = 10000;

const app = document.getElementById('app');
const frame = {session: null, page: null, name: '', all: null, connected: null, live: null, menu: false, ticked: 0, overview(all) { frame.all = all; drawFrame(); }, named};

/* ---- the reader's scheme ---- */

const scheme = () => document.documentElement.dataset.scheme ?? 'system';

function setScheme(chosen) {
	if (chosen === 'system')
		delete document.documentElement.dataset.scheme;
	else
		document.documentElement.dataset.scheme = chosen;
	try {
		localStorage.setItem('floodwall.scheme', chosen);
	} catch {
		/* then it holds for this visit */
	}
	redraw();
	drawFrame();
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);

/* ---- the frame around each page ---- */

function item(name) {
	const here = (UNDER[frame.name] ?? frame.name) === name;
	const number = name === 'overview' ? (frame.all?.needs?.length ?? 0) + (frame.all?.needs_more ?? 0) : name === 'devices' ? frame.all?.devices?.hijacked : 0;
	return h('li', {}, h('a', {href: `#/${name}`, 'aria-current': here ? 'page' : null}, PAGES[name].title,
		number > 0 && h('span', {class: 'badge'}, count(number), h('span', {class: 'unseen'}, name === 'overview' ? ' need you' : ' hijacked'))));
}

const line = () => frame.connected === null ? ['wait', 'Connecting'] : frame.connected ? ['good', 'Live'] : ['lost', 'Connection lost. Asking again every 5 seconds.'];

function drawSide() {
	const [tone, words] = line();
	render(document.getElementById('pages'), (frame.session.role === 'shield' ? SHIELD : GUARD).map(item));
	render(document.getElementById('state'), h('span', {class: `dot ${tone}`, 'aria-hidden': 'true'}), words);
	render(document.getElementById('schemes'), ['system', 'light', 'dark'].map(name =>
		h('button', {type: 'button', 'aria-pressed': String(scheme() === name), on: {click: () => setScheme(name)}}, name)));
	render(document.getElementById('doors'), !frame.all?.bypass && h('button', {type: 'button', class: 'button small danger', on: {click: bypassOn}}, 'Bypass the protection'),
		h('button', {type: 'button', class: 'button small', on: {click: leave}}, 'Sign out'), h('p', {class: 'version'}, `Floodwall ${frame.session.version ?? ''}`));
}

function drawFrame() {
	const place = document.getElementById('notices');
	if (!place)
		return;
	drawSide();
	render(place,
		frame.all?.bypass && h('div', {class: 'banner loud'}, mark('critical'), h('p', {}, h('b', {}, 'The protection is bypassed. '), 'Nothing is stopped, no quarantine holds, until you end it.'),
			h('button', {type: 'button', class: 'button small', on: {click: bypassOff}}, 'End the bypass')),
		frame.connected === false && h('div', {class: 'banner'}, mark('suspect'), h('p', {}, h('b', {}, 'The connection to Floodwall is lost. '), 'What you see may be old. This page asks again every 5 seconds.')),
		(frame.all?.demo ?? frame.session.demo) && h('div', {class: 'banner calm'}, mark('note'), h('p', {}, h('b', {}, 'This is a demonstration. '), 'Devices and incident are played from a capture; nothing outside is touched. Try the buttons.')));
}

function drawAll() {
	const toggle = () => {
		frame.menu = !frame.menu;
		document.getElementById('side').classList.toggle('open', frame.menu);
		document.getElementById('menu').setAttribute('aria-expanded', String(frame.menu));
	};
	render(app, h('div', {class: 'frame'},
		h('header', {id: 'side', class: 'side'},
			h('div', {class: 'brand'}, h('a', {href: '#/overview'}, h('img', {src: '/assets/icon.svg', alt: '', width: 28, height: 28}), 'Floodwall'),
				h('button', {type: 'button', id: 'menu', class: 'button small', 'aria-expanded': 'false', 'aria-controls': 'drawer', on: {click: toggle}}, 'Menu')),
			h('div', {id: 'drawer', class: 'drawer'}, h('nav', {'aria-label': 'Pages'}, h('ul', {id: 'pages'})),
				h('div', {class: 'foot'}, h('p', {id: 'state', class: 'state', role: 'status'}), h('div', {id: 'schemes', class: 'switch', role: 'group', 'aria-label': 'Colours'}), h('div', {id: 'doors', class: 'doors'})))),
		h('div', {class: 'body'}, h('section', {id: 'notices', class: 'notices', 'aria-label': 'Notices', 'aria-live': 'polite'}), h('main', {id: 'main', tabindex: -1}))));
	drawFrame();
}

/* ---- pages ---- */

/* Of an address that somebody typed: what is no encoding is itself. */
function decoded(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function named(title) {
	document.title = `${title} · Floodwall`;
}

function open() {
	const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
	const [name, ...rest] = path.split('/');
	const page = Object.hasOwn(PAGES, name) ? name : 'overview', first = frame.page === null;

	frame.page?.close();
	forget();
	frame.name = page;
	named(PAGES[page].title);
	if (frame.menu)
		document.getElementById('menu').click();
	drawFrame();
	const old = document.getElementById('main'), main = h('main', {id: 'main', tabindex: -1, class: `page-${page}`});
	old.replaceWith(main);
	frame.page = PAGES[page].open(main, new URLSearchParams(query), frame, decoded(rest.join('/')));
	window.scrollTo(0, 0);
	if (!first) /* who reads by ear or by keyboard is where the new page begins */
		main.focus({preventScroll: true});
}

/* ---- news ---- */

const refresh = later(() => {
	frame.page?.refresh();
	if (frame.name !== 'overview')
		show('overview').then(all => frame.overview(all), () => {});
}, BURST_MS);

function heard(kind, data) {
	const found = data.finding && typeof data.finding === 'object' ? data.finding : data;
	if (kind === 'finding' && found.finding && data.news !== 'more' && !found.muted)
		tell(`${found.user_name ?? found.name ?? found.mac ?? 'From outside'}: ${found.text ?? kindTitle(found.id)}`,
			{label: 'Look', run: () => { location.hash = `#/finding/${found.finding}`; }}, found.severity === 'critical' ? 'bad' : '');
	if (kind !== 'tick') {
		refresh();
	} else if (Date.now() - frame.ticked > TICKS_MS) {
		frame.ticked = Date.now();
		refresh();
	}
}

function line_changed(connected) {
	const before = frame.connected;
	frame.connected = connected;
	if (connected && before === false) {
		tell('The connection is back.');
		session().then(told => { if (told.signed_in) refresh(); else leftOut(); }, () => {});
	}
	drawFrame();
}

/* ---- signing in ---- */

function door(sentence = '') {
	named('Sign in');
	const fault = h('p', {class: 'fault', role: 'alert', id: 'fault'}, sentence);
	const input = h('input', {name: 'token', type: 'password', autocomplete: 'current-password', required: true, spellcheck: 'false', 'aria-describedby': 'hint fault'});
	const form = h('form', {on: {submit: async event => {
		event.preventDefault();
		fault.textContent = '';
		await enter(input.value.trim(), text => { fault.textContent = text; input.select(); });
	}}}, h('label', {class: 'field'}, h('span', {}, 'Token'), input), fault, h('button', {type: 'submit', class: 'button primary'}, 'Sign in'));
	const main = h('main', {id: 'main', tabindex: -1, class: 'door'}, h('img', {src: '/assets/icon.svg', alt: '', width: 56, height: 56}), h('h1', {}, 'Floodwall'),
		h('p', {class: 'lead', id: 'hint'}, 'Floodwall printed a token at its first start. There is no password that anybody could know.'), form,
		h('p', {class: 'more'}, 'Lost it? On the machine itself, ', h('code', {}, 'floodwall token'), ' makes a new one.'));
	app.replaceChildren(main);
	input.focus();
}

async function enter(token, refused) {
	try {
		await signIn(token);
		await begin();
	} catch (error) {
		refused(error.message);
	}
}

function stop() {
	frame.live?.close();
	frame.page?.close();
	forget();
	Object.assign(frame, {live: null, page: null, all: null, connected: null, menu: false});
}

function leftOut() {
	if (!frame.live)
		return;
	stop();
	door('Your session has ended. Please sign in again.');
}

async function leave() {
	frame.live.close(); /* before its session ends, which would cut it */
	try {
		await signOut();
	} catch (error) {
		tell(error.message, null, 'bad');
		frame.live = new Live(heard, line_changed, refresh);
		return;
	}
	stop();
	door('You are signed out.');
}

async function begin() {
	frame.session = await session();
	if (!frame.session.signed_in) {
		door();
		return;
	}
	drawAll();
	frame.live = new Live(heard, line_changed, refresh);
	if (!location.hash.startsWith('#/'))
		history.replaceState(null, '', '#/overview');
	open();
	refresh();
}

/* The token comes in the fragment, which no server sees, and leaves the address bar before anything else happens. */
async function start() {
	const token = /^#token=(.+)$/.exec(location.hash)?.[1];
	if (token) {
		history.replaceState(null, '', location.pathname);
		await enter(decoded(token), text => door(text));
		return;
	}
	try {
		await begin();
	} catch (error) {
		door(error.message);
	}
}

window.addEventListener('hashchange', () => {
	if (frame.session?.signed_in && location.hash.startsWith('#/'))
		open();
	else if (location.hash.startsWith('#token='))
		start();
});
window.addEventListener('floodwall-changed', refresh);
window.addEventListener('floodwall-signed-out', leftOut);
document.getElementById('skip').addEventListener('click', event => {
	event.preventDefault();
	document.getElementById('main').focus();
});
start();
