#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Validates reports against docs/schema/inspect.json, or event lines against eve.json, and checks what a schema cannot say.

usage: validate.py SCHEMA REPORT...     a REPORT is a file, or "-" for standard input
       validate.py SCHEMA -- COMMAND... [;; COMMAND...]   what each command prints

Exits 0 when all are valid, 1 when one is not, 77 (skipped) without python3-jsonschema.
"""
import ipaddress
import json
import pathlib
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("SKIP validate: python3-jsonschema is not installed")
    sys.exit(77)

# C0 but the newline jansson does not write within strings, DEL, C1, zero-width and bidi controls
FORBIDDEN = set(range(0x20)) | set(range(0x7f, 0xa0)) | set(range(0x200b, 0x2010)) | set(range(0x2028, 0x202f)) | set(range(0x2060, 0x2070)) | {0xfeff}

TOP = ["schema", "captures", "selection", "ours_inferred", "devices", "findings", "junk", "verdicts", "left_out"]
DEVICE = ["id", "macs", "addresses", "name", "name_source", "maker", "brand", "kind", "model", "firmware", "state", "clues", "traffic", "advisories"]
FINDING = ["id", "device", "source", "severity", "first", "last", "count", "summary", "advice", "technique", "evidence", "muted", "evidence_file"]
SEVERITY = ["low", "medium", "high", "critical"]
STATE = ["clean", "exposed", "suspect", "hijacked"]


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)


def in_order(keys, order):
    return list(keys) == [key for key in order if key in keys]


def unique_pairs(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key stands twice among {keys}")
    return dict(pairs)


def faults_beyond_schema(report):
    ids = [device["id"] for device in report["devices"]]
    if not in_order(report, TOP):
        yield "the top-level keys are out of order"
    if len(ids) != len(set(ids)):
        yield "two devices have one id"
    for text in strings(report):
        if FORBIDDEN & set(map(ord, text)):
            yield f"a string holds a control character: {text!r}"
    for device in report["devices"]:
        if not in_order(device, DEVICE):
            yield f"keys of {device['id']} out of order"
        for address in device["addresses"]:
            ipaddress.ip_address(address)
    for finding in report["findings"]:
        if not in_order(finding, FINDING):
            yield f"keys of a {finding['id']} out of order"
        if finding["device"] is not None and finding["device"] not in ids:
            yield f"a {finding['id']} names {finding['device']}, which is no device here"
        if finding["first"] > finding["last"]:
            yield f"a {finding['id']} ends before it begins"
        if not finding["summary"].endswith(".") or "  " in finding["summary"] or not finding["advice"].endswith("."):
            yield f"no sentence: {finding['summary']!r}"
    ranks = [SEVERITY.index(finding["severity"]) for finding in report["findings"] if "muted" not in finding]
    if ranks != sorted(ranks, reverse=True):
        yield "findings are not worst first"
    states = [STATE.index(device["state"]) for device in report["devices"]]
    if states != sorted(states, reverse=True):
        yield "devices are not worst first"


def faults_beyond_lines(lines):
    """What one line's schema cannot say: the order of lines, and what ties them together."""
    times = [line["timestamp"] for line in lines]
    kinds = [line["event_type"] for line in lines]
    ids = [line["floodwall"]["device_id"] for line in lines if line["event_type"] == "floodwall_device"]
    alerts = [line for line in lines if line["event_type"] == "alert"]
    if times[:-1] != sorted(times[:-1]):
        yield "lines are not in the order of time"
    if kinds.count("stats") != 1 or kinds[-1] != "stats":
        yield "not one line of stats, at the end"
        return
    if [lines[-1]["floodwall"]["devices"], lines[-1]["floodwall"]["findings"]] != [len(ids), len(alerts)]:
        yield "the last line counts other devices or findings"
    for line in lines:
        for text in strings(line):
            if FORBIDDEN & set(map(ord, text)):
                yield f"a string holds a control character: {text!r}"
        for key in ("src_ip", "dest_ip"):
            ipaddress.ip_address(line.get(key, "::"))
    for line in alerts:
        finding = line["floodwall"]
        if finding["device_id"] is not None and finding["device_id"] not in ids:
            yield f"an alert names {finding['device_id']}, which is no device here"
        if line["timestamp"][:26] != finding["first"][:26] or finding["first"] > finding["last"]:
            yield "an alert's times do not fit together"
        if line["alert"]["severity"] != {"low": 3, "medium": 2}.get(finding["severity"], 1):
            yield "an alert with two severities"
        if "community_id" in line and "proto" not in line:
            yield "a community_id of no conversation"


def as_finding(line):
    ours = line["floodwall"]
    finding = {key: ours[key] for key in FINDING if key in ours}
    return finding | {"id": ours["rule"], "device": ours["device_id"], "source": None, "technique": line["alert"]["metadata"]["mitre_technique_id"][0]}


def check_lines(validator, name, body):
    try:
        lines = [json.loads(line, object_pairs_hook=unique_pairs) for line in body.decode("utf-8").splitlines()]
    except ValueError as error:
        print(f"{name}: {error}")
        return False
    faults = [] if lines and body.endswith(b"\n") else ["no line at all, or the last one has no end"]
    faults += [f"line {number}: {'/'.join(map(str, error.absolute_path))}: {error.message}"
               for number, line in enumerate(lines, 1) for error in validator.iter_errors(line)]
    if not faults:  # an alert is a finding by another shape
        finding = validator.evolve(schema={"$ref": "urn:floodwall:schema:inspect:1#/$defs/finding"})
        faults = [f"line {number}: as a finding: {error.message}" for number, line in enumerate(lines, 1) if line["event_type"] == "alert"
                  for error in finding.iter_errors(as_finding(line))]
    if not faults:
        try:
            faults = list(faults_beyond_lines(lines))
        except ValueError as error:
            faults = [str(error)]
    for fault in faults[:10]:
        print(f"{name}: {fault}")
    return not faults


def check(validator, name, body):
    if validator.schema["$id"].split(":")[-2] == "eve":
        return check_lines(validator, name, body)
    try:
        report = json.loads(body.decode("utf-8"), object_pairs_hook=unique_pairs)
    except ValueError as error:
        print(f"{name}: {error}")
        return False
    faults = [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(report)]
    if not faults:
        try:
            faults = list(faults_beyond_schema(report))
        except ValueError as error:
            faults = [str(error)]
    for fault in faults[:10]:
        print(f"{name}: {fault}")
    return not faults


def commands(arguments):
    command = []
    for word in arguments + [";;"]:
        if word != ";;":
            command.append(word)
        elif command:
            yield command
            command = []


def bodies(arguments):
    if arguments and arguments[0] == "--":
        for command in commands(arguments[1:]):
            yield " ".join(command), subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        return
    for name in arguments:
        if name == "-":
            yield name, sys.stdin.buffer.read()
        else:
            with open(name, "rb") as file:
                yield name, file.read()


def in_full(value, base):
    """With every reference in full: this library cannot join a fragment to a urn."""
    if isinstance(value, list):
        return [in_full(item, base) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: base + item if key == "$ref" and item.startswith("#") else in_full(item, base) for key, item in value.items()}


def load(path):
    """A validator for the schema in that file; it may refer to those beside it."""
    store = {}
    for beside in sorted(pathlib.Path(path).resolve().parent.glob("*.json")):
        schema = json.loads(beside.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        store[schema["$id"]] = in_full(schema, schema["$id"])
    schema = store[json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["$id"]]
    return jsonschema.Draft202012Validator(schema, resolver=jsonschema.RefResolver(schema["$id"], schema, store=store))


def main():
    if len(sys.argv) < 3:
        print(__doc__)
        return 2
    validator = load(sys.argv[1])
    results = [check(validator, name, body) for name, body in bodies(sys.argv[2:])]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
