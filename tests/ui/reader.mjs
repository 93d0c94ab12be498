// SPDX-License-Identifier: GPL-2.0-or-later
// Somebody before the daemon's page: a page of a browser whose every complaint is kept, and what a person does there.
import path from 'node:path';

export const WAIT_MS = 30000;

// What held and what did not, of all readers together.
export const tally = {faults: [], steps: 0};

export function must(true_, what) {
	tally.steps++;
	if (!true_)
		tally.faults.push(what);
}

// browser: Playwright's, of whoever made it; axe: the text of axe-core; pictures: a folder. To be set before anybody comes.
export const tools = {browser: null, axe: '', pictures: '.'};

export class Reader {
	static async come(who, {width = 1400, scheme = 'light', expect = [], motion = 'reduce'} = {}) {
		const reader = new Reader();
		Object.assign(reader, {who, width, scheme, expect});
		reader.context = await tools.browser.newContext({viewport: {width, height: 900}, colorScheme: scheme, reducedMotion: motion, hasTouch: width < 600, acceptDownloads: true});
		reader.page = await reader.context.newPage();
		reader.page.setDefaultTimeout(WAIT_MS);
		const complain = text => { if (!expect.some(fit => fit.test(text))) tally.faults.push(`${who.name} at ${width}, ${scheme}, ${reader.page.url()}: ${text}`); };
		reader.page.on('console', told => { if (told.type() === 'error' || told.type() === 'warning') complain(`console: ${told.text()} ${told.location().url}`); });
		reader.page.on('pageerror', error => complain(`exception: ${error.stack}`));
		reader.page.on('request', request => { if (!request.url().startsWith(who.url) && !/^(blob|data):/.test(request.url())) complain(`asks elsewhere: ${request.url()}`); });
		await reader.page.addInitScript(() => document.addEventListener('securitypolicyviolation', event =>
			console.error(`violation of ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`)));
		return reader;
	}

	// As the daemon prints it at its first start.
	async enter() {
		await this.page.goto(`${this.who.url}/#token=${this.who.token}`);
		await this.page.locator('#pages a').first().waitFor({state: 'attached'});
		must(!this.page.url().includes(this.who.token), 'the token stays in the address bar');
		await this.see('main h1');
		return this;
	}

	see(selector, options) {
		return this.page.locator(selector, options).first().waitFor();
	}

	async go(route) {
		await this.page.goto(`${this.who.url}/#/${route}`);
		await this.see('main h1');
		await this.gone('main [aria-busy="true"], main[aria-busy="true"]');
	}

	// Asked again and again: the browser's own way to wait needs eval, which the policy of content forbids.
	async until(holds, what) {
		for (const end = Date.now() + WAIT_MS; !await holds();) {
			if (Date.now() > end)
				throw new Error(`${what} did not come about`);
			await new Promise(resolve => setTimeout(resolve, 50));
		}
	}

	gone(selector) {
		return this.until(async () => await this.page.locator(selector).count() === 0, `the end of ${selector}`);
	}

	act(name, options) {
		return this.page.getByRole('button', {name, ...options}).first().click();
	}

	heard(words) {
		return this.page.locator('#news .note', {hasText: words}).last().waitFor();
	}

	async undo(words) {
		const note = this.page.locator('#news .note', {hasText: words}).last();
		await note.getByRole('button', {name: 'Undo'}).click();
		await this.heard('Undone');
	}

	async sound(what) {
		const over = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
		must(over <= 0, `${this.who.name}, ${what} at ${this.width}: ${over} pixels too wide`);
		// by the debugger's door, which the policy of content does not bind
		await this.page.evaluate(tools.axe);
		const told = await this.page.evaluate(() => globalThis.axe.run(document, {resultTypes: ['violations']}));
		for (const one of told.violations)
			must(!['serious', 'critical'].includes(one.impact), `${this.who.name}, ${what} at ${this.width}, ${this.scheme}: axe: ${one.id} (${one.impact}): ${one.nodes.slice(0, 3).map(node => `${node.html} ${node.any?.[0]?.message ?? ''}`).join(' | ')}`);
		tally.steps++;
	}

	// A curve is a canvas with something on it: an empty one is as tall.
	async drew(what) {
		const painted = () => this.page.evaluate(() => {
			const all = [...document.querySelectorAll('main .curve canvas')];
			return all.length > 0 && all.every(one => {
				const copy = new OffscreenCanvas(one.width || 1, one.height || 1).getContext('2d', {willReadFrequently: true});
				copy.drawImage(one, 0, 0);
				return copy.getImageData(0, 0, copy.canvas.width, copy.canvas.height).data.some(Boolean);
			});
		});
		await this.until(painted, `${this.who.name}, ${what} at ${this.width}: a curve`);
		tally.steps++;
	}

	// A part of the page by its title, and what of these words it does not say.
	part(title) {
		return this.page.locator('main section', {has: this.page.locator('h2', {hasText: title})});
	}

	async says(title, ...words) {
		const part = this.part(title);
		await part.first().waitFor();
		const said = (await part.allTextContents()).join(' ');
		for (const one of words)
			must(said.includes(one), `${this.who.name}: "${title}" does not say "${one}" but: ${said.slice(0, 600)}`);
	}

	picture(what) {
		return this.page.screenshot({path: path.join(tools.pictures, `${this.who.name}-${what}-${this.width}-${this.scheme}.png`), fullPage: true});
	}

	leave() {
		return this.context.close();
	}
}
