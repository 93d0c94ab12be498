#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The HTML page over whole captures: well-formed, whole in itself, bounded, the same twice, and in the words of the other reports.

usage: markup.py FLOODWALL GENERATED_FOLDER SHARED_CAPTURES STYLE
Exit 77 when the shared captures are absent, after the project's own were checked.
"""
import base64
import hashlib
import os
import json
import re
import sys
import tempfile
import xml.etree.ElementTree

from inspecting import captures_in, finish, generated, output, report, run

PAGE_MAX = 2_000_000
ELEMENTS = {"html", "head", "meta", "title", "style", "body", "svg", "symbol", "use", "path", "rect", "line", "g", "text", "desc", "main", "header",
            "footer", "section", "article", "details", "summary", "h1", "h2", "h3", "h4", "p", "div", "span", "ul", "ol", "li", "dl", "dt", "dd",
            "table", "thead", "tbody", "tr", "th", "td", "a", "b", "em", "bdi", "code", "time"}
CONTRAST_MIN = 4.5
INKS, GROUNDS = ("ink", "soft", "link", "red", "orange", "amber", "green"), ("ground", "card")


def words(element):
    return " ".join("".join(element.itertext()).split())


def document_faults(page):
    """Elements, attributes and references, read by an XML parser that knows nothing of HTML's leniency."""
    root = xml.etree.ElementTree.fromstring(page)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    if len(ids) != len(set(ids)):
        yield "an id twice"
    for element in root.iter():
        if element.tag not in ELEMENTS:
            yield f"element {element.tag}"
        for name, value in element.attrib.items():
            if name.startswith("on") or name in ("src", "style", "srcset"):
                yield f"attribute {name}"
            if name == "href" and (not value.startswith("#") or value[1:] not in ids):
                yield f"href {value}"
            if name in ("aria-labelledby", "aria-describedby") and any(word not in ids for word in value.split()):
                yield f"{name} {value}"
    levels = [int(element.tag[1]) for element in root.iter() if re.fullmatch("h[1-4]", element.tag)]
    if levels[:1] != [1] or levels.count(1) != 1 or any(after > before + 1 for before, after in zip(levels, levels[1:])):
        yield f"headings {levels}"
    for drawing in root.iter("svg"):
        if drawing.get("role") == "img" and (drawing.find("title") is None or drawing.find("desc") is None):
            yield "a chart without title and description"


def load_faults(page):
    text = page.decode()
    style = re.search("<style>(.*?)</style>", text, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    if f"default-src 'none'; style-src 'sha256-{digest}'" not in text:
        yield "the policy does not name the style"
    if re.search(r"url\(|@import|https?:|javascript:|data:", style):
        yield "the style loads something"
    if re.search(r"(?:src|href|action)\s*=\s*\"?(?!#|\")", text):
        yield "a reference to the outside"


def content_faults(page, found):
    """What JSON says, the page says too: each device by name or address, each advice, every number of packets."""
    root = xml.etree.ElementTree.fromstring(page)
    text = words(root)
    for device in found["devices"][:40]:
        if device["name"] and "\\" not in device["name"] and device["name"] not in text:
            yield f"device {device['name']} is missing"
    for finding in found["findings"][:20]:
        # what to do about a hijacked device covers whatever else was found on it
        advice = [" ".join(other["advice"].split()) for other in found["findings"] if other["device"] == finding["device"]]
        if not finding.get("muted") and finding["severity"] != "low" and not any(piece in text for piece in advice):
            yield f"the advice on {finding['id']} is missing"
    if f"{found['junk']['packets']:,}" not in text and found["junk"]["packets"]:
        yield "the junk's packets are missing"
    tips = [int(re.search(r"([\d,]+) of them junk", words(title)).group(1).replace(",", "")) for title in root.iter("title") if "of them junk" in words(title)]
    if sum(tips) != found["junk"]["packets"]:
        yield f"junk over time adds up to {sum(tips)}, not {found['junk']['packets']}"


def page_faults(floodwall, words_of):
    done = run(floodwall, "--format", "html", *words_of)
    page = done.stdout
    if done.returncode not in (0, 2):
        yield f"exit {done.returncode}"
        return
    if len(page) >= PAGE_MAX:
        yield f"{len(page)} bytes"
    if run(floodwall, "--format", "html", *words_of).stdout != page:
        yield "two runs differ"
    try:
        yield from document_faults(page)
    except xml.etree.ElementTree.ParseError as error:
        yield f"not well-formed: {error}"
        return
    yield from load_faults(page)
    yield from content_faults(page, json.loads(run(floodwall, "--json", *words_of).stdout))


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast_faults(style):
    """WCAG 2 AA for every text colour on every ground, light and dark."""
    with open(style, encoding="ascii") as file:
        schemes = re.findall(r":root \{(.*?)\}", file.read(), re.S)[:2]
    for name, scheme in zip(("light", "dark"), schemes):
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", scheme))
        for ink in INKS:
            for ground in GROUNDS:
                one, other = sorted((luminance(colours[ink]), luminance(colours[ground])))
                if (other + 0.05) / (one + 0.05) < CONTRAST_MIN:
                    yield f"{name}: {ink} on {ground} has a contrast of {(other + 0.05) / (one + 0.05):.2f} to 1"


def talk_faults(floodwall, incident):
    """Who talks to whom, on an evening that is known: the victim's packets are junk, others have names by DNS or are inside."""
    root = xml.etree.ElementTree.fromstring(output(floodwall, "--format", "html", incident))
    rows = [words(item) for kind in root.iter("ul") if (kind.get("class") or "").startswith("ends") for item in kind]
    for want in ("203.0.113.80 6,000, all junk", "news.example 733", "BRN0080774E0A80 52 · inside"):
        if not any(want.replace(" ", "") in row.replace(" ", "") for row in rows):
            yield f"who talks to whom does not say '{want}': {rows}"


def muted_faults(floodwall, capture):
    with tempfile.TemporaryDirectory() as folder:
        mutes = os.path.join(folder, "mutes.txt")
        with open(mutes, "w", encoding="utf-8") as file:
            file.write("scan 192.168.1.20 our <own> \"scanner\" & more\n")
        page = output(floodwall, "--format", "html", "--mute", mutes, capture).decode()
        if "Muted" not in page or "our &lt;own&gt; &quot;scanner&quot; &amp; more" not in page:
            yield "a muted finding is not told with its reason"
        yield from document_faults(page.encode())


def main():
    floodwall, own, shared, style = sys.argv[1:5]
    there = os.path.isdir(shared)
    inputs = [[path] for path in generated(own)] + [["/nonexistent"], [os.devnull]]
    inputs.append(generated(own)[:2])
    if there:
        inputs += [[path] for kind in ("ddos", "botnet") for path in captures_in(os.path.join(shared, kind))]
        inputs += [[os.path.join(shared, path)] for path in ("dns/nsd-live.raw.pcap.xz", "dns/malcolm_dns_mix.pcap", "iot/malcolm_telnet_mix.pcap")]
    faults = list(contrast_faults(style))
    for words_of in inputs:
        faults += [f"{' '.join(words_of)}: {fault}" for fault in page_faults(floodwall, words_of)]
    faults += talk_faults(floodwall, generated(own, "incident")[0])
    faults += muted_faults(floodwall, generated(own, "quiet-own-scanner")[0])
    faults += [] if report(floodwall, inputs[0][0])["findings"] else ["the first capture has no findings, so that nothing was shown of them"]
    finish(f"{len(inputs)} pages are whole", faults, None if there else "pages of shared captures: ../shared/captures is not here")


main()
