/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One device: what it is and how that is known, what it may do, what it did, whom it talks to, what is known to be weak in it. */
import {h} from './dom.js';
import {show} from './api.js';
import {bar, empty, head, section, table, view} from './ui.js';
import {bytes, capital, deviceName, deviceWhat, label, many, time, told} from './words.js';
import {deviceButtons} from './acts.js';
import {stateOf} from './devices.js';
import {findingCard} from './findings.js';

const guess = (title, one) => h('div', {}, h('dt', {}, title), h('dd', {}, one?.name ? [h('b', {}, one.name), bar({share: one.confidence / 100, tone: 'sure'}), h('small', {}, `${one.confidence} % sure`)]
	: h('span', {class: 'soft'}, 'unknown')));

function identity(device) {
	const clues = device.clues ?? [];
	return section('What it is',
		h('dl', {class: 'guesses'}, guess('Kind', device.kind), guess('Maker', device.maker), guess('Model', device.model)),
		h('dl', {class: 'pairs'}, [['MAC', device.mac], ['Addresses', (device.addresses ?? []).join(', ') || 'none yet'], ['First heard', time(device.first)], ['Last heard', time(device.last)],
			['Known as', device.name ?? 'nothing but its address']].map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))),
		clues.length ? table('Clues: why Floodwall thinks so', [{title: 'Where', head: true, cell: one => one.source}, {title: 'What it said', left: true, cell: one => one.value},
			{title: 'Says', left: true, cell: one => one.says || 'nothing by itself'}], clues)
			: empty('It has given nothing away yet: unknown is an answer, too.'));
}

function policy(device) {
	const words = device.policy_words ?? [], from = device.policy ?? {};
	return section('What it may do',
		words.length ? h('ul', {class: 'sentences'}, words.map(text => h('li', {}, capital(text))))
			: empty(from.rules ? `A policy of ${many(from.rules, 'rule')} holds for it${from.url ? `, ${from.url}` : ''}.` : 'No policy holds for it: it may talk to whom it likes, below the brake on floods.'),
		from.refused && h('p', {class: 'hint'}, `It asked for another policy, which was not taken: ${from.refused}`));
}

const TALKS = 10;

function talks(device) {
	const all = device.talks ?? [], heaviest = Math.max(1, ...all.map(one => one.bytes_out + one.bytes_in));
	const columns = [
		{title: 'Peer', head: true, cell: one => [one.name || one.peer, one.name && h('small', {}, ` ${one.peer}`, one.named_by === 'hello' && ', by its own word')]},
		{title: 'By', left: true, cell: one => [one.protocol, one.port ? ` ${one.port}` : '']},
		{title: 'Sent', cell: one => [bytes(one.bytes_out), h('br'), h('small', {}, many(one.packets_out, 'packet'))]},
		{title: 'Received', cell: one => [bytes(one.bytes_in), h('br'), h('small', {}, many(one.packets_in, 'packet'))]},
		{title: 'Share', cell: one => [h('span', {class: 'unseen'}, `${Math.round(100 * (one.bytes_out + one.bytes_in) / heaviest)} % of the heaviest`), bar({share: one.bytes_out / heaviest, tone: 'sent'}, {share: one.bytes_in / heaviest, tone: 'traffic'})]},
	], rest = all.slice(TALKS);
	return section('Whom it talks to', all.some(one => one.name) && h('p', {class: 'identity'}, 'Names are those that this device asked for by DNS; “by its own word” is what it wrote into the connection, which nobody has checked.'), all.length ? table('Heaviest first', columns, all.slice(0, TALKS)) : empty('No conversation of it is remembered.'),
		rest.length > 0 && h('details', {key: 'talks'}, h('summary', {}, `${many(rest.length, 'lighter one')}`), table('Lighter ones', columns, rest, {hidden: true})));
}

const timeline = device => section('What happened', device.timeline?.length ? h('ol', {class: 'events'}, device.timeline.map(one => h('li', {class: `w-${one.what}`},
	h('span', {class: 'at'}, time(one.time)), one.finding ? h('a', {href: `#/finding/${one.finding}`}, one.text) : h('span', {}, capital(one.text.split(':')[0]), told(one.text.slice(one.text.split(':')[0].length))))))
	: empty('Nothing yet but that it was heard.'));

const safe = url => /^https:\/\//.test(url ?? '') ? url : null;
const CERTAINTIES = {exact: 'affects it', product: 'may affect it', maker: 'of its maker'};
const ANSWERS = {yes: 'recalled', unknown: 'perhaps recalled', no: 'not recalled'};
const link = (url, words) => safe(url) && h('p', {}, h('a', {href: url, rel: 'noopener noreferrer', target: '_blank'}, `${words} (opens in another tab)`));
const weakness = one => h('li', {class: `story ${one.open ? 'e-exposed' : ''}`},
	label(one.open ? 'advisory' : 'low', one.status === 'affected' || one.certainty === 'maker' ? CERTAINTIES[one.certainty] ?? one.certainty : one.status),
	h('h3', {}, one.title || one.id), h('p', {class: 'identity'}, [one.id, one.publisher].filter(Boolean).join(' · ')),
	one.standing && h('p', {}, one.standing), one.remedy && h('p', {}, one.remedy), link(one.url, 'The whole advisory'));
const recall = one => h('li', {class: `story ${one.answer === 'yes' ? 'e-exposed' : ''}`},
	label(one.answer === 'yes' ? 'high' : 'low', ANSWERS[one.answer] ?? one.answer), h('h3', {}, one.title || one.id), h('p', {class: 'identity'}, one.publisher ?? ''),
	h('p', {}, one.says), link(one.url, 'Where it was published'));

/* What speaks of its maker alone may be about something else: folded away. */
function advisories(device) {
	const all = device.advisories ?? [], recalls = device.recalls ?? [], near = all.filter(one => one.certainty !== 'maker'), far = all.filter(one => one.certainty === 'maker');
	return section('Known weaknesses',
		(near.length || recalls.length) ? h('ul', {class: 'stories'}, recalls.map(recall), near.map(weakness))
			: empty(device.advice ? capital(`${device.advice}.`) : 'No advisory is known that fits it.'),
		far.length > 0 && h('details', {key: 'far'}, h('summary', {}, `${many(far.length, 'document')} about its maker's products: perhaps not this one`),
			h('ul', {class: 'stories'}, far.map(weakness))));
}

const findings = device => section('Findings', device.findings?.length ? h('ul', {class: 'stories'}, device.findings.map((one, i) => findingCard(one, 'h3', true, i > 0)))
	: empty('No findings about it.'));

function stopped(device) {
	const rows = ['out', 'in'].map(way => ({way, ...device.traffic?.[way]}));
	const cell = one => one ? [bytes(one.bytes), h('br'), h('small', {}, many(one.packets, 'packet'))] : '';
	return device.traffic && table('Its traffic since Floodwall holds it', [{title: 'Way', head: true, cell: row => row.way === 'out' ? 'sent' : 'received'},
		{title: 'Passed', cell: row => cell(row.passed)}, {title: 'Stopped', cell: row => cell(row.dropped)}, {title: 'Would be stopped', cell: row => cell(row.would)}], rows);
}

export const device = {
	title: 'Device',
	open(place, words, frame, mac) {
		return view(place, async () => {
			const told = await show('device', {who: mac});
			frame.named(deviceName(told));
			return told;
		}, one => [
			h('p', {class: 'crumb'}, h('a', {href: '#/devices'}, 'Devices'), ' /'),
			head(deviceName(one), null, `tone-${one.state === 'hijacked' ? 'red' : one.state === 'clean' ? 'green' : 'amber'}`),
			h('div', {class: 'standing'}, stateOf(one), h('span', {class: 'identity'}, deviceWhat(one)), h('span', {class: 'identity'}, [one.addresses?.[0], one.mac].filter(Boolean).join(' · '))),
			one.why && h('p', {class: 'dek'}, 'Because of ', told(one.why)),
			one.until && h('p', {class: 'identity'}, 'until ', time(one.until)),
			deviceButtons(one),
			h('div', {class: 'columns'}, h('div', {class: 'first'}, findings(one), talks(one), section('What passed', stopped(one))),
				h('div', {class: 'second'}, timeline(one), policy(one), advisories(one))),
			identity(one),
		]);
	},
};

