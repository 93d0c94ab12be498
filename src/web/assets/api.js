/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one way to the daemon: what it shows, what it is asked to do. Every failure is an Error whose message is a sentence for people. */

export class Refusal extends Error {
	constructor(sentence, status) {
		super(sentence);
		this.status = status;
	}
}

export const SILENT = 0; /* the status of a Refusal when nothing answered */

let csrf = '';

async function ask(path, options) {
	let answer;

	try {
		answer = await fetch(path, {credentials: 'same-origin', cache: 'no-store', ...options});
	} catch {
		throw new Refusal('Floodwall does not answer. It may be starting again, or this device has left its network.', SILENT);
	}
	let body = null;
	try {
		body = await answer.json();
	} catch {
		throw new Refusal(`Floodwall answered something that this page cannot read (status ${answer.status}).`, answer.status);
	}
	if (!answer.ok || body.ok === false)
		throw new Refusal(sentence(body.error ?? `Floodwall refused this (status ${answer.status}).`), answer.status);
	return body;
}

/* A refusal reads as a sentence: "no such device" is "No such device." */
function sentence(text) {
	const first = text.charAt(0).toUpperCase() + text.slice(1);
	return /[.!?]$/.test(first) ? first : first + '.';
}

const post = (path, body) => ask(path, {
	method: 'POST',
	headers: {'Content-Type': 'application/json', 'X-CSRF-Token': csrf},
	body: JSON.stringify(body),
});

/* What is shown: the object under its own name, with what stands beside it. */
export async function show(what, asked = {}) {
	const query = new URLSearchParams();
	for (const [key, value] of Object.entries(asked))
		if (value !== '' && value !== undefined && value !== null)
			query.set(key, value);
	const text = query.toString();
	const body = await ask(`/api/${what}.json${text ? '?' + text : ''}`);
	const inner = body[what];
	return inner && typeof inner === 'object' && !Array.isArray(inner) ? {...body, ...inner} : body;
}

export const act = request => post('/api/do', request);

export async function session() {
	const told = await ask('/api/session.json');
	csrf = told.csrf ?? '';
	return told;
}

export const signIn = token => post('/api/login', {token});
export const signOut = () => post('/api/logout', {});
