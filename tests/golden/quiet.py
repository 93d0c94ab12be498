#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ordinary networks stay quiet: the generator's, each of which looks like trouble to a careless rule.

usage: quiet.py FLOODWALL GENERATED_FOLDER

One of them holds a vulnerability scanner that somebody runs on purpose. It is loud until it is muted: were it not, a program that
finds nothing at all would pass here too.
"""
import os
import sys
import tempfile

from inspecting import RANK, finish, generated, output, report, run

SCANNER = "quiet-own-scanner"
LAPTOP, LAPTOP_MAC = "192.168.1.20", "60:8b:0e:5a:11:20"
KNOWN = ["speed-test", "update", "bittorrent", "printer-discovery", "video-upload", "keep-alives", "flash-crowd", "link-down", "broken-ipv6",
         "own-scanner", "neighbours", "twin"]


def words(finding):
    return f"{finding['id']} {finding['severity']} {finding['source']} {finding['evidence']}"


def loud(found):
    return [f for f in found["findings"] if not f.get("muted") and RANK[f["severity"]] > RANK["low"]]


def quiet_faults(name, found):
    """Nothing above low, nobody worse than clean, nothing left out, no junk."""
    for finding in loud(found):
        yield f"{name}: {words(finding)}"
    for device in found["devices"]:
        if device["state"] != "clean":
            yield f"{name}: {device['name']} {device['addresses']} is {device['state']}"
    for kind, count in found["left_out"].items():
        if count:
            yield f"{name}: left out: {count} {kind}"
    if found["junk"]["packets"]:
        yield f"{name}: {found['junk']['packets']} packets are called junk"
    if len(found["devices"]) < 2 or not found["captures"][0]["packets"]:
        yield f"{name}: there is nothing in it to be quiet about"


def scanner_faults(floodwall, capture, folder):
    found = report(floodwall, capture)
    scans = [f for f in found["findings"] if f["id"] == "scan" and f["severity"] == "high" and f["source"] == LAPTOP]
    if not scans:
        yield "the scanner that nobody muted is not found, so that the quiet ones prove nothing"
    if [f for f in loud(found) if f["id"] != "scan" or f["source"] != LAPTOP]:
        yield f"somebody else is loud beside the scanner: {[words(f) for f in loud(found)]}"
    if run(floodwall, "--fail-on", "high", capture).returncode != 1:
        yield "--fail-on high does not fail for the scanner that nobody muted"
    for rule in (f"scan {LAPTOP} our own scanner", f"scan {LAPTOP_MAC} our own scanner", "* 192.168.1.16/28 the administrators' range",
                 f"scan {LAPTOP} -> 192.168.1.0/24 until=2016-10-23 Saturday's check"):
        yield from muted_faults(floodwall, capture, rule, folder)
    for rule in (f"scan {LAPTOP} until=2016-10-22 over by then", f"flood {LAPTOP} another finding", "scan 192.168.1.64 another device",
                 f"scan {LAPTOP} -> 192.0.2.0/24 another target"):
        mutes = write_mutes(folder, rule)
        if len(loud(report(floodwall, "--mute", mutes, capture))) != len(loud(found)):
            yield f"'{rule}' mutes what it does not cover"


def write_mutes(folder, rule):
    mutes = os.path.join(folder, "mutes.txt")
    with open(mutes, "w", encoding="utf-8") as file:
        file.write(f"# what we know about\n\n{rule}\n")
    return mutes


def muted_faults(floodwall, capture, rule, folder):
    mutes = write_mutes(folder, rule)
    found = report(floodwall, "--mute", mutes, capture)
    yield from quiet_faults(f"muted by '{rule}'", found)
    muted = [f for f in found["findings"] if f.get("muted")]
    reason = rule.split(maxsplit=2)[2].split("until=2016-10-23 ")[-1]
    if not [f for f in muted if f["id"] == "scan" and f["severity"] == "high"]:
        yield f"'{rule}': the muted scan is not shown"
    if any(f.get("muted") != reason for f in muted):
        yield f"'{rule}': shown with the reason {[f['muted'] for f in muted]}"
    text = output(floodwall, "--mute", mutes, capture).decode()
    if "muted" not in text.lower() or reason not in " ".join(text.split()):
        yield f"'{rule}': the text does not say that it is muted, and why:\n{text}"
    if run(floodwall, "--mute", mutes, "--fail-on", "medium", capture).returncode != 0:
        yield f"'{rule}': --fail-on fails for what is muted"


def main():
    floodwall, folder = sys.argv[1:3]
    faults = []
    captures = generated(folder, "quiet-*")
    names = [os.path.basename(path)[:-len(".pcapng")] for path in captures]
    faults += [f"quiet-{name} is not among the captures" for name in KNOWN if f"quiet-{name}" not in names]
    for name, path in zip(names, captures):
        if name != SCANNER:
            faults += quiet_faults(name, report(floodwall, path))
            continue
        with tempfile.TemporaryDirectory() as scratch:
            faults += [f"{name}: {fault}" for fault in scanner_faults(floodwall, path, scratch)]
    finish(f"{len(captures)} ordinary networks are quiet", faults)


main()
