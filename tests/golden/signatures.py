#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--signatures: a folder's files count beside those of the program; what cannot be used is one sentence with file and line, and the rest counts.

usage: signatures.py FLOODWALL GENERATED
"""
import json
import os
import subprocess
import sys
import tempfile

from inspecting import finish, report, run

CAPTURE = "quiet-twin.pcapng"  # its printer's web server says "debut/1.20", its television "SHP, UPnP/1.0, Samsung UPnP SDK/1.0"


def fingerprints(kind, inside, preference="1.0"):
    return f'<fingerprints matches="{kind}" preference="{preference}">\n{inside}\n</fingerprints>\n'


def one(pattern, vendor, more=""):
    return f'<fingerprint pattern="{pattern}"><param pos="0" name="hw.vendor" value="{vendor}"/>{more}</fingerprint>'


GOOD = {
    "b-good.xml": fingerprints("http_header.server", one(r"^debut/(\d+)", "Ours", '<param pos="1" name="hw.product"/>')),
    "c-later.xml": fingerprints("http_header.server", one("^debut", "Too late")),
}
BAD = {
    "a-bombs.xml": ('<!DOCTYPE a [<!ENTITY b "c">]>' + fingerprints("http_header.server", one("^debut", "&b;")), 1, "document type"),
    "d-cut.xml": (fingerprints("http_header.server", one("^debut", "Cut"))[:-20], 2, "no XML"),
    "e-part.xml": (fingerprints("ssdp_header.server", one("(", "Broken") + "\n" + one("^SHP, ", "Whole")), 2, "1 left out"),
    "f-other.xml": ("<html></html>\n", 1, "not recog's form"),
    "g-wild.xml": (fingerprints("ssdp_header.server", one("^(?:[ -~]+)+[^ -~]$", "Wild"), "2"), None, None),
    "h-table.tsv": ("this is no row\n", None, "h-table.tsv"),
    "i-notes.txt": ("nobody reads this", None, None),
}


def write(folder, files):
    for name, body in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(body)


def says(told, source):
    return {clue["says"] for device in told["devices"] for clue in device.get("clues", []) if clue["source"] == source}


def good_folder(floodwall, capture):
    with tempfile.TemporaryDirectory() as folder:
        before = report(floodwall, capture)
        if says(before, "http server") != {"brand: Brother; kind: printer"}:
            yield f"what the program brings says {says(before, 'http server')}"
        write(folder, GOOD)
        after = report(floodwall, "--signatures", folder, capture)
        if says(after, "http server") != {"brand: Ours; model: 1"}:
            yield f"with a folder: {says(after, 'http server')}"
        if says(after, "ssdp server") != says(before, "ssdp server"):
            yield "what the program brings is gone"
        if report(floodwall, "--signatures", folder, capture) != after:
            yield "the same again is not the same"


def advise(floodwall, *arguments):
    return subprocess.run([floodwall, "advise", "--json", *arguments], capture_output=True, check=False, timeout=300)


def advised(floodwall, capture):
    """floodwall advise reads the same folder, and refuses one without signatures."""
    with tempfile.TemporaryDirectory() as folder:
        done = advise(floodwall, "--signatures", folder, capture)
        if done.returncode != 2 or b"no signatures" not in done.stderr:
            yield f"advise: an empty folder: exit {done.returncode}, {done.stderr}"
        write(folder, GOOD)
        brands = []
        for words in ((), ("--signatures", folder)):
            told = json.loads(advise(floodwall, *words, capture).stdout)
            brands.append({sheet["device"]["brand"]["name"] for sheet in told["sheets"] if sheet["device"]["brand"]})
        if "Ours" in brands[0] or "Ours" not in brands[1]:
            yield f"advise: brands {brands}"


def bad_folder(floodwall, capture):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, GOOD)
        write(folder, {name: body for name, (body, _, _) in BAD.items()})
        done = run(floodwall, "-v", "--signatures", folder, capture)
        notes = done.stderr.decode()
        if done.returncode:
            yield f"bad files: exit {done.returncode}"
        for name, (_, line, why) in BAD.items():
            about = [note for note in notes.splitlines() if name in note]
            if why is None:
                if about:
                    yield f"{name}: told {about}"
            elif len(about) != 1 or why not in about[0] or (line and f"line {line}: " not in about[0]):
                yield f"{name}: told {about}, wanted line {line}, {why}"
        if "too many steps" not in notes:
            yield f"the wild pattern is not told: {notes}"
        for word in (b"Ours", b"Whole"):
            if word not in done.stdout:
                yield f"{word.decode()} is not in the report"
        for word in (b"Cut", b"Broken", b"Wild", b"Too late"):
            if word in done.stdout:
                yield f"{word.decode()} is in the report"


def no_folder(floodwall, capture):
    with tempfile.TemporaryDirectory() as folder:
        for wrong in (os.path.join(folder, "nowhere"), folder, capture):
            done = run(floodwall, "--signatures", wrong, capture)
            if done.returncode != 2 or not done.stderr or done.stdout:
                yield f"--signatures {wrong}: exit {done.returncode}, {done.stderr.decode()}"


def main():
    floodwall, folder = sys.argv[1:3]
    capture = os.path.join(folder, CAPTURE)
    if "built without expat" in run(floodwall, "--signatures", os.path.dirname(capture), capture).stderr.decode():
        finish("", [], "signatures: built without expat and PCRE2")
    faults = [*good_folder(floodwall, capture), *bad_folder(floodwall, capture), *advised(floodwall, capture), *no_folder(floodwall, capture)]
    finish(f"{len(GOOD)} files count, {len(BAD)} are told or passed over", faults)


main()
