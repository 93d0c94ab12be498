// SPDX-License-Identifier: GPL-2.0-or-later
// The daemon's page, walked by a browser as a person walks it: first start with the token, a finding that appears, quarantine and its way back,
// search, mute, name, the bypass, the keyboard alone, a narrow and a dark screen. On every page: nothing on the console, nothing asked for but from
// Floodwall itself, no violation of the policy of content, nothing serious for axe, nothing that sticks out. The pictures are for a person's eye.
//
// usage: walk.mjs FLOODWALL STAND_IN ASSETS UPLOT PICTURES INCIDENT       exit 77: something it needs is not here
import {spawn, spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {createRequire} from 'node:module';
import {must, Reader, tally, tools, WAIT_MS} from './reader.mjs';

const [floodwall, standIn, assets, uplot, pictures, incident] = process.argv.slice(2);
const require = createRequire(import.meta.url);

function skip(why) {
	console.log(`SKIP the daemon's page in a browser: ${why}`);
	process.exit(77);
}

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable'].find(name => fs.existsSync(name));
if (!program)
	skip('chromium is not here');
let chromium, axe;
try {
	({chromium} = require('playwright-core'));
	axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
} catch {
	skip('playwright-core or axe-core is not here (tools/needs test)');
}
fs.mkdirSync(pictures, {recursive: true});

/* The demonstration has one port of its own: where root is there, in a network of this walk's own, so that another demonstration is not in its way. */
const APART = ['-n', 'sh', '-c', 'ip link set lo up && exec "$@"', 'walk'];
if (process.getuid() === 0 && !process.env.WALK_APART && spawnSync('unshare', [...APART, 'true']).status === 0)
	process.exit(spawnSync('unshare', [...APART, process.execPath, ...process.argv.slice(1)], {stdio: 'inherit', env: {...process.env, WALK_APART: '1'}}).status ?? 1);

// ---- who answers: the daemon's demonstration, or what stands in for one ----

const running = [];

// Starts it; waits for a line that fits, within WAIT_MS.
function start(command, words, fit, options = {}) {
	const child = spawn(command, words, {stdio: ['pipe', 'pipe', 'pipe'], ...options});
	running.push(child);
	return new Promise((resolve, reject) => {
		let said = '';
		const timer = setTimeout(() => reject(new Error(`${command} ${words.join(' ')} did not say where it is: ${said}`)), WAIT_MS);
		const hear = bytes => {
			said += bytes;
			const found = fit.exec(said);
			if (found) {
				clearTimeout(timer);
				resolve({url: found[1], token: found[2], child});
			}
		};
		child.stdout.on('data', hear);
		child.stderr.on('data', hear);
		child.on('exit', code => reject(new Error(`${command} ended with ${code}: ${said}`)));
	});
}

const scene = name => start('python3', [standIn, name, assets, uplot], /(http:\/\/127\.0\.0\.1:\d+) (\w+)/);

async function ended(child) {
	running.splice(running.indexOf(child), 1);
	if (child.exitCode !== null)
		return;
	const gone = new Promise(resolve => child.once('exit', resolve));
	child.kill('SIGTERM');
	await gone;
}

Object.assign(tools, {browser: await chromium.launch({executablePath: program, args: ['--no-sandbox', '--disable-gpu']}), axe, pictures});

// ---- the walk: all of it works at the demonstration and at what stands in for it ----

const GUARD = ['overview', 'devices', 'findings', 'traffic', 'blind', 'settings', 'audit'];

const CURVES = ['overview', 'traffic'];

/* Each width and each colour on every page; with FLOODWALL_FULL_SWEEP set, each with each. */
const LOOKS = process.env.FLOODWALL_FULL_SWEEP ? [[1400, 'light'], [1400, 'dark'], [360, 'light'], [360, 'dark']] : [[1400, 'light'], [360, 'dark']];

async function everyPage(who, routes) {
	for (const [width, scheme] of LOOKS) {
		const reader = await (await Reader.come(who, {width, scheme})).enter();
		for (const route of routes) {
			await reader.go(route);
			if (CURVES.includes(route))
				await reader.drew(route);
			await reader.sound(route);
			await reader.picture(route.replace(/\W+.*/, ''));
		}
		await reader.leave();
	}
}

async function strangers(who) {
	const reader = await Reader.come(who, {expect: [/status of 40[13]/]});
	await reader.page.goto(who.url);
	await reader.see('input[name=token]');
	await reader.sound('signing in');
	await reader.picture('door');
	await reader.page.fill('input[name=token]', 'not the token');
	await reader.page.keyboard.press('Enter');
	await reader.page.locator('#fault:not(:empty)').waitFor();
	must(await reader.page.locator('#pages').count() === 0, 'a wrong token lets in');
	await reader.page.fill('input[name=token]', who.token);
	await reader.page.keyboard.press('Enter');
	await reader.see('main h1');
	await reader.page.locator('#pages').waitFor();
	await reader.act('Sign out');
	await reader.see('input[name=token]');
	await reader.page.reload();
	await reader.see('input[name=token]');
	await reader.leave();
}

async function decisions(reader, device) {
	const buttons = reader.page.locator('main > .buttons');
	await reader.go(`device/${device}`);
	await buttons.getByRole('button', {name: 'Quarantine'}).click();
	await reader.see('dialog[open]');
	await reader.sound('quarantine, asked');
	await reader.picture('quarantine');
	await reader.page.fill('dialog input[name=reason]', 'walked');
	await reader.page.locator('dialog').getByRole('button', {name: 'Quarantine'}).click();
	await reader.heard('is in quarantine');
	await reader.see('.standing .label.t-quarantined');
	await reader.picture('quarantined');
	await reader.undo('is in quarantine');
	await reader.gone('.standing .label.t-quarantined');

	await buttons.getByRole('button', {name: 'Name'}).click();
	await reader.page.fill('dialog input[name=name]', 'Walked <b>recorder</b>');
	await reader.page.keyboard.press('Enter');
	await reader.see('h1', {hasText: 'Walked <b>recorder</b>'});
	await reader.go('devices');
	await reader.page.fill('input[type=search]', 'walked');
	await reader.see('main [role=status]', {hasText: /^1 device$/});
	await reader.act('Table');
	await reader.see('main table');
	must(await reader.page.locator('td .button').first().evaluate(one => one.getClientRects().length === 1 && one.offsetHeight < 40), 'a button of the table breaks within its word');
	await reader.sound('devices as a table');
	await reader.picture('table');
	await reader.act('Cards');
	await reader.page.fill('input[type=search]', 'no such thing');
	await reader.see('main .empty', {hasText: 'No device matches'});
	await reader.page.fill('input[type=search]', '');

	await reader.go('audit');
	await reader.see('main table');
	await reader.sound('the audit log');
	await reader.picture('audit-after');
	await reader.page.getByRole('button', {name: /^Undo deed .*Walked/}).first().click();
	await reader.heard('Undone');
	await reader.go(`device/${device}`);
	must(!(await reader.page.locator('h1').textContent()).includes('Walked'), 'a name that was undone stays');
}

// Of a device that nothing is wrong with, so that no finding decides in between.
async function allowedAndReleased(reader, device) {
	const buttons = reader.page.locator('main > .buttons'), dialog = reader.page.locator('dialog');
	const press = async verb => {
		await buttons.getByRole('button', {name: verb}).click();
		await reader.see('dialog[open]');
		await reader.page.fill('dialog input[name=reason]', `walked: ${verb}`);
		await dialog.getByRole('button', {name: verb}).click();
		await reader.gone('dialog');
	};
	const allowed = '.standing .label:has-text("allowed: nothing stops it")';
	await reader.go(`device/${device}`);
	await press('Allow');
	await reader.heard('is allowed: nothing stops it');
	await reader.see(allowed);
	must(await buttons.getByRole('button', {name: 'Allow'}).count() === 0, 'what is allowed can be allowed once more');
	must(await buttons.getByRole('button', {name: 'Release'}).count() === 1, 'what is allowed cannot be released');
	await reader.undo('is allowed: nothing stops it');
	await reader.gone(allowed);
	await press('Quarantine');
	await reader.heard('is in quarantine');
	await reader.see('.standing .label.t-quarantined');
	must(await buttons.getByRole('button', {name: 'Quarantine'}).count() === 0, 'what is in quarantine can be put there once more');
	await press('Release');
	await reader.heard('is released');
	await reader.gone('.standing .label.t-quarantined');
	await buttons.getByRole('button', {name: 'Quarantine'}).waitFor();
	await reader.go('audit');
	await reader.says('What was done', 'walked: Allow', 'walked: Quarantine', 'released');
}

async function mutes(reader) {
	await reader.go('findings');
	const card = reader.page.locator('.story:not(.is-muted)').first();
	await card.waitFor();
	const words = await card.locator('h2').textContent();
	await card.getByRole('button', {name: /^Mute/}).click();
	await reader.page.locator('dialog').getByRole('button', {name: 'Mute'}).click();
	must(await reader.page.locator('dialog[open]').count() === 1, 'a mute without a reason is taken');
	await reader.page.fill('dialog input[name=reason]', 'known to be harmless');
	await reader.page.locator('dialog').getByRole('button', {name: 'Mute'}).click();
	await reader.heard('is muted');
	await reader.see('.story.is-muted', {hasText: words});
	await reader.undo('is muted');
	await reader.gone('.story.is-muted');
}

async function bypasses(reader) {
	await reader.go('overview');
	await reader.act('Bypass the protection');
	await reader.page.locator('dialog').getByRole('button', {name: 'Go on'}).click();
	await reader.see('dialog input[name=word]');
	await reader.page.fill('dialog input[name=word]', 'yes');
	await reader.page.locator('dialog').getByRole('button', {name: 'Bypass now'}).click();
	await reader.see('dialog .fault', {hasText: 'Nothing was changed'});
	must(await reader.page.locator('.banner.loud').count() === 0, 'the bypass does not ask twice');
	await reader.page.fill('dialog input[name=word]', 'bypass');
	await reader.page.locator('dialog').getByRole('button', {name: 'Bypass now'}).click();
	await reader.see('.banner.loud');
	await reader.see('h1', {hasText: 'bypassed'});
	await reader.sound('bypassed');
	await reader.picture('bypassed');
	await reader.act('End the bypass');
	await reader.gone('.banner.loud');
}

// No mouse: from the skip link to a decision, and the focus comes back to where it was.
async function keyboard(who) {
	const reader = await (await Reader.come(who)).enter();
	const {keyboard} = reader.page;
	const focused = () => reader.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');
	await reader.go('devices');
	await reader.see('.card');
	await reader.page.reload();
	await reader.see('.card');
	await keyboard.press('Tab');
	must((await focused()).startsWith('Skip'), `the first thing is not the skip link but ${await focused()}`);
	await keyboard.press('Enter');
	must(await reader.page.evaluate(() => document.activeElement.id) === 'main', 'the skip link does not lead to the content');
	let tries = 0;
	while (!/^Quarantine/.test(await focused()) && tries++ < 40)
		await keyboard.press('Tab');
	const button = await focused();
	must(/^Quarantine/.test(button), 'no quarantine is reached by keyboard');
	must(await reader.page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== 'none'), 'the focus cannot be seen');
	await keyboard.press('Enter');
	await reader.see('dialog[open]');
	for (let i = 0; i < 12; i++) {
		await keyboard.press('Tab');
		must(await reader.page.evaluate(() => document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))), 'the focus leaves the dialog');
	}
	await keyboard.press('Escape');
	await reader.gone('dialog');
	must(await focused() === button, `after Escape the focus is at ${await focused()}`);
	await reader.go('overview');
	must(await reader.page.evaluate(() => document.activeElement.id) === 'main', 'a new page does not begin at its content');
	await reader.leave();
}

async function narrow(who) {
	const reader = await (await Reader.come(who, {width: 360, scheme: 'dark'})).enter();
	must(!(await reader.page.locator('#pages').isVisible()), 'the menu stands open on a narrow screen');
	await reader.act('Menu');
	await reader.page.locator('#pages').waitFor();
	await reader.sound('the menu');
	await reader.picture('menu');
	await reader.page.getByRole('link', {name: 'Findings', exact: true}).click();
	await reader.see('h1', {hasText: 'Findings'});
	await reader.act('Menu');
	await reader.act('light');
	must(await reader.page.evaluate(() => getComputedStyle(document.body).backgroundColor) === 'rgb(250, 249, 246)', 'the switch of colours switches nothing');
	await reader.leave();
}

// What lasts beyond this visit is put back, so that the walk can be done again.
async function walk(who, device, calm) {
	const reader = await (await Reader.come(who)).enter();
	await decisions(reader, device);
	await allowedAndReleased(reader, calm);
	await mutes(reader);
	await bypasses(reader);
	await reader.leave();
	await keyboard(who);
	await narrow(who);
}

// ---- at the demonstration: the program itself ----

async function demonstration() {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'floodwall-walk-'));
	let who;
	try {
		who = {name: 'demo', ...await start(floodwall, ['run', '--demo', incident], /(http:\/\/[^\s/]+)\/#token=(\w+)/, {env: {...process.env, TMPDIR: folder}})};
		await strangers(who);
		const reader = await (await Reader.come(who)).enter();
		await reader.see('#state', {hasText: 'Live'});
		/* nothing is touched: a device and a finding come in by themselves */
		await reader.page.locator('#news .note', {hasText: ':'}).first().waitFor({timeout: 120000});
		const said = await reader.page.locator('#news .note').first().textContent();
		must(!/([0-9a-f]{2}:){5}/.test(said), `a note names a device by its MAC, though its name is known: ${said}`);
		const packets = await reader.page.evaluate(async () => (await (await fetch('/api/traffic.json?step=minute&count=2')).json()).traffic.series.packets_out.reduce((sum, one) => sum + one, 0));
		must(packets > 0, 'the minute at hand is not in the counters over time');
		await reader.picture('first-finding');
		await reader.see('.need');
		/* what came first, first */
		await reader.see('.story-so-far li:nth-child(2)');
		must(/telnet/.test(await reader.page.locator('.story-so-far li').first().textContent()), 'the way it came to this does not begin with the open door');
		await reader.picture('came-to-this');
		await reader.go('findings');
		await reader.see('.story');
		const mac = await reader.page.evaluate(async () => (await (await fetch('/api/findings.json')).json()).findings.findings.find(one => one.mac).mac);
		const proof = reader.page.locator('a[href$=".pcapng"]').first();
		await proof.waitFor();
		const [file] = await Promise.all([reader.page.waitForEvent('download'), proof.click()]);
		must(fs.readFileSync(await file.path()).readUInt32LE(0) === 0x0a0d0d0a, 'the packets that prove a finding are no pcapng');
		const calm = await reader.page.evaluate(async () => (await (await fetch('/api/devices.json')).json()).devices.devices.find(one => one.state === 'clean' && one.stand === 'ordinary').mac);
		await reader.leave();
		await walk(who, mac, calm);
		await everyPage(who, [...GUARD, `device/${mac}`, 'finding/1']);
	} finally {
		if (who)
			await ended(who.child);
		fs.rmSync(folder, {recursive: true, force: true});
	}
}

// ---- at what stands in: what the demonstration never shows ----

async function inScene(name, run) {
	const who = {name, ...await scene(name)};
	try {
		await run(who);
	} finally {
		await ended(who.child);
	}
}

const post = (reader, where, body) => reader.page.request.post(reader.who.url + where, {data: body});

async function live(who) {
	const reader = await (await Reader.come(who, {expect: [/ERR_EMPTY_RESPONSE|ERR_CONNECTION|ERR_INCOMPLETE|Failed to load/]})).enter();
	await reader.see('#state', {hasText: 'Live'});
	const told = {finding: 4711, id: 'flood', severity: 'critical', state: 'hijacked', mac: '02:00:00:00:00:00', name: 'recorder', text: 'It floods <script>alert(1)</script>.',
		summary: '', raised: new Date().toISOString(), first: new Date().toISOString(), last: new Date().toISOString(), count: 1, muted: null, packets: 0, act: 'noted', leaked: null};
	await post(reader, '/tell', {...told, news: 'new'});
	await reader.heard('It floods <script>alert(1)</script>.');
	await reader.act('Look');
	await reader.see('h1', {hasText: '4711'});
	await post(reader, '/stop', 6);
	await reader.see('.banner', {hasText: 'connection to Floodwall is lost'});
	await reader.picture('lost');
	await reader.heard('The connection is back');
	await reader.gone('.banner:has-text("lost")');
	/* what merely goes on is no news for a person; what gets worse is */
	await post(reader, '/tell', {...told, finding: 4712, news: 'more', text: 'It goes on.'});
	await post(reader, '/tell', {...told, finding: 4713, news: 'worse', text: 'It got worse.'});
	await reader.heard('It got worse.');
	must(await reader.page.locator('#news .note', {hasText: 'It goes on.'}).count() === 0, 'a finding that merely goes on is told again');
	await reader.page.evaluate(() => { location.hash = '#/device/%'; }); /* an address that is no encoding is not the end of the page */
	await reader.see('main.page-device');
	await reader.see('.trouble');
	await reader.leave();
}

/* What is known to be weak in a device, and under which names it asked for its peers; the audit log says what was decided. */
async function weaknesses(who) {
	const reader = await (await Reader.come(who)).enter();
	await reader.go('device/02:00:00:00:00:00');
	const list = reader.page.locator('section', {has: reader.page.locator('h2', {hasText: 'Known weaknesses'})});
	await list.locator('.story', {hasText: 'Login without a password'}).waitFor();
	const said = await list.textContent();
	for (const words of ['EX-2021-01', 'may affect it', 'Fix: Install firmware of 2021-09 or later.', 'perhaps recalled', 'When was it bought?'])
		must(said.includes(words), `the weaknesses of a device do not say: ${words}`);
	must(await list.locator('details').getAttribute('open') === null, 'what speaks of the maker alone stands open');
	must(await list.locator('a[href="https://example.com/advisory"]').count() === 1, 'no link leads to the advisory');
	must(await list.locator('a:not([href^="https://"])').count() === 0, 'a link of a document leads to what is no page');
	const talks = await reader.page.locator('section', {has: reader.page.locator('h2', {hasText: 'Whom it talks to'})}).textContent();
	must(/cloud\.camera\.example 203\.0\.113\.1[^,]/.test(talks) && /203\.0\.113\.3, by its own word/.test(talks), `peers are not named as they were asked for: ${talks}`);
	await reader.go('audit');
	await reader.see('main table', {hasText: 'decided: quarantine'});
	await reader.leave();
}

/* What a device may do and what happened to it, what cannot be seen, what is set and in which line, what was stopped and why. */
async function told(who) {
	const reader = await (await Reader.come(who)).enter();
	await reader.go('device/02:00:00:00:00:00');
	await reader.says('What it may do', 'It may talk to cloud.camera.example over TCP, port 443.', 'It may ask the gateway for names and the time.', 'Nothing else.');
	await reader.says('What happened', 'First heard, as 192.168.1.2');
	must(await reader.part('What happened').locator('ol.events a[href^="#/finding/"]').count() === 6, 'what happened does not lead to its findings');
	await reader.go('device/02:00:00:00:00:01');
	await reader.says('What happened', 'First heard');
	await reader.go('blind');
	await reader.says('What is not seen', 'Devices on one switch or radio that talk past these interfaces are not seen', 'A device behind another router is seen as that router');
	await reader.says('Trouble', 'No trouble');
	await reader.says('What was lost on the way', 'None of 1,048,576 packets was lost');
	await reader.go('settings');
	const row = name => reader.page.locator('main tr', {has: reader.page.locator('th', {hasText: name})});
	const line = async name => (await row(name).locator('td').last().textContent()).trim();
	must(await line('guard.mode') === 'line 12 of /etc/floodwall/floodwall.yaml', `guard.mode is said to be from ${await line('guard.mode')}`);
	must(await line('page.port') === 'default', `page.port is said to be from ${await line('page.port')}`);
	await reader.page.fill('main input[type=search]', '8753');
	await reader.gone('main tr:has-text("guard.mode")');
	must(await row('page.port').count() === 1, 'a setting is not found by its value');
	await reader.act('Read the file again');
	await reader.heard('The configuration was read anew, and holds.');
	await reader.go('traffic');
	await reader.says('Why packets were stopped', 'Too much to peers that never answered', 'sent by devices', '7,500', 'towards devices', '812');
	for (const span of ['Last day', 'Last month', 'Last year']) {
		await reader.act(span);
		await reader.see(`main button[aria-pressed="true"]:has-text("${span}")`);
		await reader.drew(`traffic, ${span}`);
	}
	await reader.leave();
}

/* The stance and why, the lanes with their numbers, how the honest fare, what stands aside. */
async function shielded(who) {
	const reader = await (await Reader.come(who)).enter();
	await reader.go('shield');
	await reader.see('h1', {hasText: 'An attack is under way, and the shield defends.'});
	await reader.see('.dek', {hasText: 'Random names below example.com.'});
	await reader.see('.figure', {hasText: 'Legitimate success99.799 %'});
	await reader.says('Lanes', 'Trusted: prefixes that you named', 'Proven: sources whose address is their own', 'Unproven: all others');
	const proven = await reader.part('Lanes').locator('tr', {hasText: 'Proven'}).first().locator('td').allTextContents();
	must(proven.slice(0, 4).join() === '81,234,44,120,0', `the lane of the proven has ${proven}`);
	must(await reader.part('Lanes').locator('tbody svg.bar').count() === 3, 'a lane has no bar of what passes');
	await reader.says('Reasons', 'A name that its zone does not have, over the budget of the zone', '9,000,000');
	await reader.says('Zones', 'example.net', 'stands aside: the server made a name up: www2', 'names in no zone of yours');
	await reader.says('Filters', 'acts', 'off');
	await reader.leave();
}

async function scenes() {
	await inScene('guard', async who => {
		await strangers(who);
		await live(who);
		await walk(who, '02:00:00:00:00:00', '02:00:00:00:00:01');
		const reader = await (await Reader.come(who)).enter();
		await reader.go('findings');
		const before = await reader.page.locator('.story').count();
		await reader.act('Show earlier ones');
		await reader.until(async () => await reader.page.locator('.story').count() > before, 'another page of findings');
		await reader.page.selectOption('select[name=severity]', 'low');
		await reader.gone('.story .t-critical');
		await reader.go('device/02:00:00:00:00:ff');
		await reader.see('.trouble', {hasText: 'No device of that name or address is known.'});
		await reader.leave();
		await weaknesses(who);
		await told(who);
		await everyPage(who, [...GUARD, 'device/02:00:00:00:00:00', 'finding/5']);
	});
	await inScene('shield', async who => {
		await shielded(who);
		await everyPage(who, ['overview', 'shield', 'traffic', 'settings']);
	});
	await inScene('trouble', async who => {
		const reader = await (await Reader.come(who)).enter();
		await reader.go('blind');
		await reader.says('Trouble', 'The store: disk full, findings are kept in memory alone', 'MQTT: the broker 192.168.1.5 does not answer', 'The clock jumped by 3 hours');
		await reader.says('What was lost on the way', '1,200 packets of 1,049,776 came faster than they could be read');
		await reader.leave();
		await everyPage(who, ['overview', 'blind']);
	});
	await inScene('calm', async who => {
		const reader = await (await Reader.come(who)).enter();
		await reader.see('h1', {hasText: 'Nothing needs you now.'});
		await reader.picture('overview');
		await reader.go('findings');
		await reader.see('.empty', {hasText: 'No findings. Floodwall has watched for 3 hours'});
		await reader.leave();
	});
	await inScene('many', async who => {
		const reader = await (await Reader.come(who)).enter();
		await reader.go('devices');
		await reader.see('main [role=status]', {hasText: '1 to 48 of 10,000 devices'});
		await reader.act('Next');
		await reader.see('main [role=status]', {hasText: '49 to 96 of 10,000 devices'});
		await reader.sound('many devices');
		await reader.picture('devices');
		await reader.leave();
	});
	await inScene('bare', async who => {
		const reader = await (await Reader.come(who)).enter();
		await reader.see('.empty', {hasText: 'Curves were left out'});
		await reader.go('devices');
		await reader.see('.empty', {hasText: 'No device has been heard yet'});
		await reader.leave();
	});
}

// Which to walk, if not all: two tests, each of which waits while the other works; and for whoever works on the page.
const only = process.env.WALK_ONLY;
try {
	if (only !== 'demo')
		await scenes();
	if (only !== 'scenes')
		await demonstration();
} catch (error) {
	tally.faults.push(`the walk ended: ${error.stack}`);
	for (const context of tools.browser.contexts())
		for (const page of context.pages())
			await page.screenshot({path: path.join(pictures, 'where-it-ended.png')}).catch(() => {});
} finally {
	await tools.browser.close();
	for (const child of [...running])
		await ended(child);
}
console.log(tally.faults.join('\n') || `${tally.steps} things held; the pictures are in ${pictures}`);
process.exit(tally.faults.length ? 1 : 0);
