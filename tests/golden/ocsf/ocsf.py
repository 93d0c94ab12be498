# SPDX-License-Identifier: GPL-2.0-or-later
"""OCSF events say what the JSON report says, in the words of the published schema.

usage: ocsf.py FLOODWALL GENERATED_FOLDER SHARED_CAPTURES SHOW_REPORT
The checker is checked too: an event in which any one thing is wrong is refused. Exit 77 when the shared captures are absent, after the rest.
"""
import copy
import csv
import io
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from events import SCHEMA, event_faults  # noqa: E402
from inspecting import finish, generated, output, report, run  # noqa: E402

SHARED = ("ddos/dahua_dhip_37810_bacnet_reflection.pcap", "iot/arkime_http_basicauth.pcap", "iot/ndpi_telnet.pcap", "botnet")
SITUATIONS = ("hijacked-home", "quiet-home", "minor", "server-under-flood", "many-devices", "hostile", "mixture", "exposed", "empty")
SEVERITY = {"low": 2, "medium": 3, "high": 4, "critical": 5}
PASSWORDS = (b"hunter2", b"xc3511", b"vizxv")
ADVISE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "advise")
KNOWN = ("--advisories", os.path.join(ADVISE, "documents"), "--facts", os.path.join(ADVISE, "facts.yaml"))


def events_of(text):
    return [json.loads(line) for line in text.splitlines()]


def same(path, events, whole):
    """Nothing more and nothing less than in the report."""
    devices = [event for event in events if event["class_uid"] == 5001]
    findings = [event for event in events if event["class_uid"] in (2002, 2004)]
    key = lambda value: json.dumps(value, sort_keys=True)
    if sorted(key(event["unmapped"]["device"]) for event in devices) != sorted(key(device) for device in whole["devices"]):
        yield f"{path}: devices differ"
    told = sorted(key([event["finding_info"]["types"][0], event["severity_id"], event["message"], event["count"], event.get("comment"),
                       event.get("device", {}).get("uid"), event["evidences"][0]["data"]]) for event in findings if event["class_uid"] == 2004)
    meant = sorted(key([finding["id"], SEVERITY[finding["severity"]], finding["summary"], finding["count"], finding.get("muted"), finding["device"],
                        finding["evidence"]]) for finding in whole["findings"] if finding["id"] != "advisory")
    if told != meant or len(devices) + len(findings) != len(events):
        yield f"{path}: findings differ"
    told = sorted(key([event["finding_info"]["types"], event["severity_id"], event["message"], event["count"], event.get("comment"), event["device"]["uid"],
                       event["unmapped"]["evidence"]]) for event in findings if event["class_uid"] == 2002)
    meant = sorted(key([[finding["id"]], SEVERITY[finding["severity"]], finding["summary"], finding["count"], finding.get("muted"), finding["device"],
                        finding["evidence"]]) for finding in whole["findings"] if finding["id"] == "advisory")
    if told != meant:
        yield f"{path}: findings of advisories differ: {told}, {meant}"
    if [event["time"] for event in events] != sorted(event["time"] for event in events):
        yield f"{path}: not in the order of time"
    uids = [event["metadata"]["uid"] for event in events]
    if len(set(uids)) != len(uids):
        yield f"{path}: two events, one uid"
    known = {device["id"]: device for device in whole["devices"]}
    for event in devices:
        device, found = known[event["device"]["uid"]], event["device"]
        wanted = {"vendor_name": device["brand"]["name"] or device["maker"]["name"], "model": device["model"]["name"], "name": device["name"]}
        if any(found.get(name) != value for name, value in wanted.items()) or found.get("os", {}).get("version") != device["firmware"]["version"]:
            yield f"{path}: {found}, {device}"


def checked(path, text):
    for number, event in enumerate(events_of(text)):
        yield from (f"{path}: line {number + 1}: {fault}" for fault in event_faults(event))


def refused(events):
    """Each member taken away where it is required, each renamed, each of another type: none of it may pass."""
    def objects(value, path=()):
        if isinstance(value, dict):
            yield path, value
            for key, item in value.items():
                if key not in ("unmapped", "data"):
                    yield from objects(item, path + (key,))
        elif isinstance(value, list):
            for place, item in enumerate(value):
                yield from objects(item, path + (place,))

    def at(value, path):
        for key in path:
            value = value[key]
        return value
    count = 0
    for event in events:
        for path, found in objects(event):
            for key in found:
                for change in ("rename", "retype"):
                    mutant = copy.deepcopy(event)
                    spot = at(mutant, path)
                    value = spot.pop(key)
                    if change == "rename":
                        spot["x_" + key] = value
                    else:
                        spot[key] = [{"of": "another"}] if not isinstance(value, list) else "another"
                    if key in ("unmapped", "data") and change == "retype":
                        continue
                    count += 1
                    if not event_faults(mutant):
                        yield f"accepted: {path} {key} {change}d"
        for key, value in (("class_uid", 2001), ("type_uid", 1), ("severity_id", 42), ("activity_id", 7), ("category_uid", 9), ("time", event["time"] * 10**6)):
            count += 1
            if not event_faults({**event, key: value}):
                yield f"accepted: {key} {value}"
    for event in events:
        shape = SCHEMA["classes"][str(event["class_uid"])]["attributes"]
        for key in (key for key, attribute in shape.items() if attribute["requirement"] == "required"):
            if not event_faults({name: value for name, value in event.items() if name != key}):
                yield f"accepted: without {key}"
    print(f"{count} wrong events refused")


def options(floodwall, folder, incident):
    """-o, --fail-on, --mute, --anonymise go with it as with the others."""
    path, mutes = os.path.join(folder, "out.ocsf"), os.path.join(folder, "mutes")
    with open(mutes, "w", encoding="utf-8") as file:
        file.write("* * the exercise of Friday\n")
    done = run(floodwall, "--format", "ocsf", "-o", path, "--fail-on", "critical", "--mute", mutes, incident)
    with open(path, "rb") as file:
        events = events_of(file.read())
    muted = [event for event in events if event.get("status") == "Suppressed"]
    if done.returncode != 0 or not muted or any(event["is_alert"] or event["comment"] != "the exercise of Friday" for event in muted):
        yield f"muted: exit {done.returncode}, {muted}"
    if run(floodwall, "--format", "ocsf", "--fail-on", "critical", incident).returncode != 1:
        yield "--fail-on is not heard"
    text = output(floodwall, "--format", "ocsf", "--anonymise", incident)
    if b"annas-laptop" in text or any(event_faults(event) for event in events_of(text)):
        yield "--anonymise: a name is left, or an event is wrong"
    if output(floodwall, "--format", "ocsf", incident) != output(floodwall, "--format", "ocsf", incident):
        yield "two runs, two texts"
    if any(password in output(floodwall, "--format", "ocsf", incident) for password in PASSWORDS):
        yield "a password"


def vulnerability(event):
    """Of a 2002 what else it says than its evidence, which the report has."""
    evidence, (found,) = event["unmapped"]["evidence"], event["vulnerabilities"]
    said = tuple(found.get(key) for key in ("advisory", "title", "is_exploit_available", "is_fix_available", "severity"))
    meant = ({"uid": evidence.get("id"), "title": evidence.get("title")}, evidence.get("title"), evidence.get("exploited"),
             evidence.get("remediation") == "vendor_fix", event["severity"])
    if said != meant or not found["remediation"]["desc"] or event["finding_info"]["types"] != ["advisory"]:
        yield f"{event['metadata']['uid']}: {said}, {meant} is meant"


def advised(floodwall, folder, incident):
    """With advisories at hand: a Vulnerability Finding for each device that one affects, one of them with a fix and one without; muted, it is suppressed."""
    mutes = os.path.join(folder, "known")
    with open(mutes, "w", encoding="utf-8") as file:
        file.write("advisory * known to us\n")
    for more, status in (((), "New"), (("--mute", mutes), "Suppressed")):
        words = (*KNOWN, *more, incident)
        text = output(floodwall, "--format", "ocsf", *words)
        whole = report(floodwall, *words)
        events = [event for event in events_of(text) if event["class_uid"] == 2002]
        yield from checked("with advisories", text)
        yield from same("with advisories", events_of(text), whole)
        yield from table(floodwall, *words)
        for event in events:
            yield from vulnerability(event)
        found = sorted((event["unmapped"]["evidence"].get("id", ""), event["vulnerabilities"][0]["is_fix_available"], event["status"]) for event in events)
        if found != [("HL-2016-001", True, status), ("HL-2016-002", False, status)]:
            yield f"with advisories: {found}"
        if not more:
            yield from refused(events)


def table(floodwall, *words):
    """csv-devices: a row for each device, as in the report."""
    path, whole = words[-1], report(floodwall, *words)
    text = output(floodwall, "--format", "csv-devices", *words).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    if text.count("\r\n") != text.count("\n") or len(rows) != len(whole["devices"]):
        yield f"{path}: {len(rows)} rows, {len(whole['devices'])} devices"
    for row, device in zip(rows, whole["devices"]):
        found = [row["device"], row["name"].lstrip("'"), row["state"], row["addresses"].split(), row["macs"].split(), row["packets_out"]]
        meant = [device["id"], (device["name"] or "").lstrip("'"), device["state"], device["addresses"], device["macs"], str(device["traffic"]["packets_out"])]
        for trait in ("maker", "brand", "kind", "model", "firmware"):
            guess = device[trait]
            found += [row[trait].lstrip("'"), row[trait + "_confidence"]]
            meant += [guess.get("name", guess.get("version")) or "", str(guess["confidence"] or "")]
        count = sum(finding["device"] == device["id"] and "muted" not in finding for finding in whole["findings"])
        if found != meant or row["findings"] != str(count) or None in row or None in row.values():
            yield f"{path}: {row}, {device}"


def shared_captures(folder):
    for name in SHARED:
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            yield from (os.path.join(path, file) for file in sorted(os.listdir(path)) if ".pcap" in file)
        elif os.path.exists(path):
            yield path


def main():
    floodwall, own, shared, show = sys.argv[1:5]
    faults, incident = [], os.path.join(own, "incident.pcapng")
    there = list(shared_captures(shared))
    for path in generated(own) + there:
        text = output(floodwall, "--format", "ocsf", path)
        faults += [*checked(path, text), *same(path, events_of(text), report(floodwall, path)), *table(floodwall, path)]
    for situation in SITUATIONS:
        done = subprocess.run([show, situation, "ocsf"], stdout=subprocess.PIPE, check=True)
        faults += checked(situation, done.stdout)
    faults += refused(events_of(output(floodwall, "--format", "ocsf", incident))[-3:])
    with tempfile.TemporaryDirectory() as folder:
        faults += options(floodwall, folder, incident)
        faults += advised(floodwall, folder, incident)
    finish("OCSF events are as the schema says, and say what the report says", faults[:20], None if there else "../shared/captures is not here")


main()
