/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * News from the daemon, by server-sent events. A tick comes each two seconds; when none came for ten, or the stream broke, the page says so, asks
 * by itself every five seconds instead, and goes on trying to listen.
 */

const SILENCE_MS = 10000, POLL_MS = 5000, RETRY_MS = 4000, CHECK_MS = 1000;
const KINDS = ['finding', 'device', 'deed', 'sentence', 'tick'];

/* heard(kind, data) for each event; changed(connected) when the state of the line does; poll() while it is lost. */
export class Live {
	constructor(heard, changed, poll) {
		Object.assign(this, {heard, changed, poll, source: null, connected: null, last: Date.now(), polled: 0, tried: 0});
		this.timer = setInterval(() => this.check(), CHECK_MS);
		this.listen();
	}

	listen() {
		this.tried = Date.now();
		this.source?.close();
		this.source = new EventSource('/api/events');
		this.source.onopen = () => this.alive();
		this.source.onerror = () => this.lost();
		for (const kind of KINDS)
			this.source.addEventListener(kind, event => this.event(kind, event.data));
	}

	event(kind, text) {
		let data = {};

		try {
			data = JSON.parse(text);
		} catch {
			return; /* cut short with the line */
		}
		this.alive();
		this.heard(kind, data);
	}

	alive() {
		this.last = Date.now();
		if (this.connected !== true)
			this.changed(this.connected = true);
	}

	lost() {
		if (this.connected !== false)
			this.changed(this.connected = false);
	}

	check() {
		const now = Date.now();
		if (now - this.last > SILENCE_MS)
			this.lost();
		if (this.connected !== false)
			return;
		if (now - this.polled > POLL_MS) {
			this.polled = now;
			this.poll();
		}
		if (now - this.tried > RETRY_MS)
			this.listen();
	}

	close() {
		clearInterval(this.timer);
		this.source?.close();
	}
}
