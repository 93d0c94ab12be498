/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Elements, and how what is on the page becomes what it should be.
 *
 * Every page describes itself whole, each time that something happens; render() then changes only what differs. So focus, open details, scroll
 * position and a selection survive each piece of news, and no page needs code for "one device changed". Text gets in by text nodes and
 * attributes alone: there is no way here to put markup in.
 *
 * Listeners are kept beside the element (handlers), where the next description can exchange them.
 */

const SVG = 'http://www.w3.org/2000/svg';
const PROPERTIES = new Set(['value', 'checked', 'selected', 'disabled', 'indeterminate']);

function heard(event) {
	const handler = event.currentTarget.handlers?.[event.type];
	if (handler)
		handler.call(event.currentTarget, event);
}

function listen(element, handlers) {
	element.handlers = handlers;
	for (const type of Object.keys(handlers))
		element.addEventListener(type, heard);
}

function put(element, child) {
	if (child === null || child === undefined || child === false)
		return;
	if (Array.isArray(child))
		child.forEach(one => put(element, one));
	else
		element.append(child instanceof Node ? child : String(child));
}

function make(element, properties, children) {
	for (const [name, value] of Object.entries(properties ?? {})) {
		if (value === undefined || value === null || value === false)
			continue;
		if (name === 'on')
			listen(element, value);
		else if (PROPERTIES.has(name))
			element[name] = value;
		else
			element.setAttribute(name === 'key' ? 'data-key' : name, value === true ? '' : value);
	}
	put(element, children);
	return element;
}

/* h('p', {class: 'lead'}, 'text', other, [more]); null and false leave a place empty. */
export const h = (tag, properties, ...children) => make(document.createElement(tag), properties, children);
export const svg = (tag, properties, ...children) => make(document.createElementNS(SVG, tag), properties, children);

function patchAttributes(have, want) {
	for (const {name} of [...have.attributes])
		if (!want.hasAttribute(name) && !(name === 'open' && have.tagName === 'DETAILS'))
			have.removeAttribute(name);
	for (const {name, value} of want.attributes)
		if (have.getAttribute(name) !== value)
			have.setAttribute(name, value);
	if ('disabled' in have && have.disabled !== want.disabled)
		have.disabled = want.disabled;
}

const alike = (have, want) => have.nodeType === want.nodeType && have.nodeName === want.nodeName &&
	(have.dataset?.key ?? '') === (want.dataset?.key ?? '');

function patchChildren(have, want) {
	const keyed = new Map();
	for (const child of have.children)
		if (child.dataset.key)
			keyed.set(child.dataset.key, child);
	let at = have.firstChild;
	for (const child of [...want.childNodes]) {
		const key = child.dataset?.key;
		const old = key ? keyed.get(key) : at;
		if (!old || !alike(old, child)) {
			have.insertBefore(child, at);
			continue;
		}
		if (old === at)
			at = at.nextSibling;
		else
			have.insertBefore(old, at);
		patch(old, child);
	}
	while (at) {
		const gone = at;
		at = at.nextSibling;
		gone.remove();
	}
}

function patch(have, want) {
	if (have.nodeType !== Node.ELEMENT_NODE) {
		if (have.data !== want.data)
			have.data = want.data;
		return;
	}
	patchAttributes(have, want);
	listen(have, want.handlers ?? {});
	if (have.dataset.keep) /* it draws itself, such as a curve */
		return;
	patchChildren(have, want);
}

/* The content of place becomes these children. */
export function render(place, ...children) {
	const active = document.activeElement;
	const want = place.cloneNode(false);

	put(want, children);
	patchChildren(place, want);
	if (active !== document.activeElement && active?.isConnected)
		active.focus({preventScroll: true});
}
