#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The HTML page in a real browser: nothing sticks out at any width, nothing is said on the console, nothing is loaded, text can be read.

usage: page.py FLOODWALL GENERATED_FOLDER SHARED_CAPTURES
Exit 77 without chromium.
"""
import os
import subprocess
import sys
import tempfile

import browser

WIDTHS = (320, 360, 600, 768, 1024, 1400, 2560)
ADVICE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../golden/advise")
SHARED = ("ddos/dahua_dhip_37810_bacnet_reflection.pcap", "dns/nsd-live.raw.pcap.xz", "botnet/slips_test7_hide_and_seek.pcap")

# Whatever reaches beyond the page's edge and is not inside something that scrolls or cuts.
STICKS_OUT = """[...document.querySelectorAll('body *')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width && (box.right > document.documentElement.clientWidth + 1 || box.left < -1) && !e.closest('.wide, .ends, .tips, .hidden');
}).slice(0, 5).map(e => e.tagName + '.' + e.getAttribute('class') + ' ' + e.textContent.slice(0, 40))"""

# Contrast of each text with the nearest ground behind it (WCAG 2); SVG text is measured by its fill.
PALE = """(() => {
  const rgb = text => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = c => { const p = c.slice(0, 3).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2]; };
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; }
    return [255, 255, 255]; };
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
    if (['title', 'desc'].includes(e.tagName)) continue;
    const style = getComputedStyle(e), ink = rgb(e.tagName === 'text' ? style.fill : style.color), back = ground(e);
    const [a, b] = [light(ink), light(back)].sort((x, y) => x - y), ratio = (b + 0.05) / (a + 0.05);
    if (ratio < 4.5) found.push(ratio.toFixed(2) + ' ' + e.tagName + ' ' + e.textContent.slice(0, 40));
    if (parseFloat(style.fontSize) < 11) found.push(style.fontSize + ' ' + e.tagName + ' ' + e.textContent.slice(0, 40));
  }
  return found.slice(0, 5);
})()"""

# Words of one chart that stand on each other.
COLLIDE = """[...document.querySelectorAll('svg.chart')].flatMap(chart => {
  const boxes = [...chart.querySelectorAll('text')].filter(t => t.getClientRects().length).map(t => [t.textContent, t.getBoundingClientRect()]);
  return boxes.flatMap(([a, p], i) => boxes.slice(i + 1).filter(([, q]) => p.right > q.left + 1 && q.right > p.left + 1 && p.bottom > q.top + 1
    && q.bottom > p.top + 1).map(([b]) => a + ' on ' + b));
}).slice(0, 5)"""


def page_faults(chrome, path):
    for scheme in ("light", "dark"):
        for width in WIDTHS:
            chrome.open(path, width, scheme=scheme)
            where = f"{os.path.basename(path)}, {width} pixels, {scheme}"
            if chrome.value("document.documentElement.scrollWidth") > width:
                yield f"{where}: the page is {chrome.value('document.documentElement.scrollWidth')} wide"
            for question in (STICKS_OUT, COLLIDE, PALE):
                yield from (f"{where}: {fault}" for fault in chrome.value(question))
            chrome.value("document.querySelectorAll('details').forEach(d => d.open = true)")
            if chrome.value("document.documentElement.scrollWidth") > width:
                yield f"{where}: the page is too wide once all is opened"
            yield from (f"{where}: {fault}" for fault in chrome.value(STICKS_OUT))
            yield from (f"{where}: {complaint}" for complaint in chrome.complaints())
    chrome.open(path, 1000)
    if chrome.value("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)":
        yield f"{path}: the page has no style"


def self_test(chrome, folder):
    """A page that does all of it wrong must be told so, or the questions above ask nothing."""
    path = os.path.join(folder, "wrong.html")
    with open(path, "w", encoding="ascii") as file:
        file.write("<!DOCTYPE html><meta name=viewport content=width=device-width><body style='background:#fff'><p style='width:4000px;color:#bbb'>pale"
                   "</p><svg class=chart><text y=20>one</text><text y=20>two</text></svg><img src='file:///nonexistent.png'>"
                   "<script>console.log('spoke')</script>")
    faults = " ".join(page_faults(chrome, path))
    for sign in ("wide", "pale", "one on two", "console", "request"):
        if sign not in faults:
            yield f"a page that is wrong about '{sign}' passes"


def main():
    floodwall, own, shared = sys.argv[1:4]
    program = browser.find()
    if not program:
        print("SKIP the page in a browser: chromium is not here")
        sys.exit(77)
    captures = [os.path.join(own, name + ".pcapng") for name in ("incident", "quiet-twin", "quiet-bittorrent")] + [os.devnull]
    captures += [path for path in (os.path.join(shared, name) for name in SHARED) if os.path.exists(path)]
    with tempfile.TemporaryDirectory() as folder:
        chrome = browser.Browser(program, os.path.join(folder, "profile"))
        try:
            faults = list(self_test(chrome, folder))
            for capture in captures:
                page = os.path.join(folder, os.path.basename(capture) + ".html")
                subprocess.run([floodwall, "inspect", "--format", "html", "-o", page, capture], check=False, capture_output=True)
                faults += page_faults(chrome, page)
            page = os.path.join(folder, "advice.html")
            subprocess.run([floodwall, "advise", "--format", "html", "-o", page, "--advisories", ADVICE + "/documents", "--facts", ADVICE + "/facts.yaml",
                            "--recalls", ADVICE + "/recalls.yaml", captures[0]], check=True, capture_output=True)
            faults += page_faults(chrome, page)
        finally:
            chrome.close()
    print("\n".join(faults) or f"{len(captures)} pages at {len(WIDTHS)} widths, light and dark")
    sys.exit(1 if faults else 0)


main()
