#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`inspect --policy` over the generator's lamp: what its MUD file allows raises nothing, what it does not is one finding; the three ways
to say whose a policy is; a claim of another maker's URL; and what the text, the page and a stranger's eye get of it.

usage: policy.py FLOODWALL GENERATED_FOLDER LAMP
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

from inspecting import finish, output, report, run

MAC = "02:00:00:00:01:32"
URL = "https://mud.lamp.example/lamp2"


def stopped(found):
    return {(v["way"], v["peer"], v["protocol"], v["port"]) for v in found["verdicts"] if v["verdict"] == "drop"}


def violations(found):
    return [f for f in found["findings"] if f["id"] == "policy-violation"]


def told(found, verdict):
    return {(v["way"], v["peer"], v["port"]) for v in found["verdicts"] if v["verdict"] == verdict}


def kept_faults(floodwall, capture, lamp):
    done = run(floodwall, "--json", "--policy", lamp, capture)
    found = json.loads(done.stdout)
    # whoever is root here has no capability left there: nothing is done in the kernel
    bare = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"] if os.geteuid() == 0 else []
    alone = subprocess.run([*bare, floodwall, "inspect", "--json", "--policy", lamp, capture], capture_output=True, check=False)
    if (alone.returncode, alone.stdout) != (done.returncode, done.stdout):
        yield f"policy-kept: without root: {alone.returncode} {alone.stderr}"
    if done.stderr or violations(found):
        yield f"policy-kept: {done.stderr} {violations(found)}"
    if stopped(found) != {("to-device", "192.168.1.20", "icmp", None)}:
        yield f"policy-kept: stopped {stopped(found)}"
    unknown, passed = told(found, "unknown"), told(found, "pass")
    for wanted in (("from-device", "203.0.113.79", 443), ("from-device", "192.168.1.20", None)):
        if wanted not in unknown:
            yield f"policy-kept: {wanted} is not among what cannot be told: {unknown}"
    for wanted in (("from-device", "203.0.113.80", 443), ("to-device", "203.0.113.80", 443), ("from-device", "192.168.1.1", 53),
                   ("from-device", "198.51.100.123", 123), ("to-device", "192.168.1.20", 8000), ("from-device", "192.168.1.20", 8000)):
        if wanted not in passed:
            yield f"policy-kept: {wanted} did not pass: {passed}"
    if {v["entry"] for v in found["verdicts"] if v["verdict"] == "pass" and v["peer"] == "203.0.113.80"} != {"home-out", "home-in"}:
        yield "policy-kept: the entries that let the lamp call home are not named"


def left_faults(floodwall, capture, lamp):
    done = run(floodwall, "--json", "--policy", lamp, capture)
    found = json.loads(done.stdout)
    finding = (violations(found) or [{}])[0]
    if len(violations(found)) != 1 or finding.get("severity") != "medium" or finding["evidence"]["peers"] != 4 or \
            finding["evidence"]["peer"] != "198.51.100.40" or finding["evidence"]["port"] != 23 or finding["evidence"]["policy"] != URL:
        yield f"policy-left: {violations(found)}"
    outside = {(peer, port) for way, peer, _, port in stopped(found) if way == "from-device"}
    if outside != {("198.51.100.40", 23), ("198.51.100.41", 23), ("198.51.100.42", 23), ("203.0.113.99", 443)}:
        yield f"policy-left: stopped {outside}"
    if b"02:00:00:00:01:32 named a MUD URL of another maker" not in done.stderr:
        yield f"policy-left: the other maker's URL is not told: {done.stderr}"
    device = next(d for d in found["devices"] if MAC in d["macs"])
    if device["state"] != "suspect" and not any(f["severity"] == "high" for f in found["findings"]):
        yield f"policy-left: the lamp is {device['state']}"


def ways_faults(floodwall, capture, lamp, folder):
    """By the device, by a file's name that is a MAC, by the URL in a folder: the same stops, but for what came before the URL was heard."""
    wanted = stopped(json.loads(run(floodwall, "--json", "--policy", lamp, capture).stdout))
    by_device = stopped(json.loads(run(floodwall, "--json", "--policy", lamp, "--device", MAC.upper(), capture).stdout))
    os.makedirs(f"{folder}/by-mac")
    shutil.copy(lamp, f"{folder}/by-mac/02-00-00-00-01-32.json")
    by_mac = stopped(json.loads(run(floodwall, "--json", "--policy", f"{folder}/by-mac", capture).stdout))
    os.makedirs(f"{folder}/by-url")
    shutil.copy(lamp, f"{folder}/by-url/whatever.mud")
    with open(f"{folder}/by-url/README", "w", encoding="utf-8") as file:
        file.write("no policy")
    by_url = stopped(json.loads(run(floodwall, "--json", "--policy", f"{folder}/by-url", capture).stdout))
    if not wanted or not (wanted == by_url and by_device == by_mac and wanted <= by_device):
        yield f"ways: file {wanted}, device {by_device}, folder by MAC {by_mac}, by URL {by_url}"
    done = run(floodwall, "--policy", lamp, "--device", "02:00:00:00:01:33", capture)
    if b"No packet of a device that has a policy was seen." not in done.stdout:
        yield "ways: a device that is not there"
    shutil.copy(lamp, f"{folder}/by-url/again.mud")
    done = run(floodwall, "--policy", f"{folder}/by-url", capture)
    if done.returncode != 2 or b"another file is for" not in done.stderr:
        yield f"ways: two files for one URL: {done.returncode} {done.stderr}"


def wrong_faults(floodwall, capture, lamp, folder):
    broken = f"{folder}/broken.json"
    with open(lamp, encoding="utf-8") as file, open(broken, "w", encoding="utf-8") as out:
        out.write(file.read().replace("https://mud", "http://mud"))
    for arguments, sentence in (((broken,), b"broken.json:4: /ietf-mud:mud/mud-url is no URL"), ((folder + "/none",), b"No such file"),
                                ((lamp, "--device", "7"), b"is no MAC address"), ((lamp, "--resolver", "10.0.0.0/8"), b"wants an address")):
        done = run(floodwall, "--policy", *arguments, capture)
        if done.returncode != 2 or sentence not in done.stderr or done.stderr.count(b"\n") != 1:
            yield f"wrong {arguments}: {done.returncode} {done.stderr}"
    if run(floodwall, "--device", MAC, capture).returncode != 2:
        yield "--device goes without --policy"


def outputs_faults(floodwall, capture, lamp):
    text = run(floodwall, "--policy", lamp, capture).stdout.decode()
    page = run(floodwall, "--policy", lamp, "--format", "html", capture).stdout.decode()
    for sentence in ("By policy", "would have been stopped", "to 198.51.100.40, tcp port 23"):
        if sentence not in text or sentence not in page:
            yield f"text or page do not say: {sentence}"
    if "By policy" in output(floodwall, capture).decode() or report(floodwall, capture)["verdicts"]:
        yield "without --policy there are verdicts"
    plain = run(floodwall, "--json", "--policy", lamp, capture).stdout
    if plain != run(floodwall, "--json", "--policy", lamp, capture).stdout:
        yield "two runs differ"
    with tempfile.TemporaryDirectory() as folder:
        run(floodwall, "--policy", lamp, "--evidence", folder, capture)
        if not any("policy-violation" in name for name in os.listdir(folder)):
            yield f"there is no evidence of the violation: {os.listdir(folder)}"
    hidden = run(floodwall, "--json", "--anonymise", "--policy", lamp, capture)
    for secret in (b"lamp.example", b"198.51.100.40", b"home-out"):
        if secret in hidden.stdout + hidden.stderr:
            yield f"--anonymise shows {secret}"


def main():
    floodwall, folder, lamp = sys.argv[1:4]
    kept, left = f"{folder}/policy-kept.pcapng", f"{folder}/policy-left.pcapng"
    with tempfile.TemporaryDirectory() as scratch:
        faults = [*kept_faults(floodwall, kept, lamp), *left_faults(floodwall, left, lamp), *ways_faults(floodwall, left, lamp, scratch),
                  *wrong_faults(floodwall, kept, lamp, scratch), *outputs_faults(floodwall, left, lamp)]
    finish("a lamp inside its policy raises nothing, one outside it raises one finding", faults)


main()
