#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Validates reports against docs/schema/inspect.json, and checks what a schema cannot say.

usage: validate.py SCHEMA REPORT...     a REPORT is a file, or "-" for standard input
       validate.py SCHEMA -- COMMAND... [;; COMMAND...]   what each command prints

Exits 0 when all are valid, 1 when one is not, 77 (skipped) without python3-jsonschema.
"""
import ipaddress
import json
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("SKIP validate: python3-jsonschema is not installed")
    sys.exit(77)

# C0 but the newline jansson does not write within strings, DEL, C1, zero-width and bidi controls
FORBIDDEN = set(range(0x20)) | set(range(0x7f, 0xa0)) | set(range(0x200b, 0x2010)) | set(range(0x2028, 0x202f)) | set(range(0x2060, 0x2070)) | {0xfeff}

TOP = ["schema", "captures", "ours_inferred", "devices", "findings", "junk", "verdicts", "left_out"]
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


def check(validator, name, body):
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


def main():
    if len(sys.argv) < 3:
        print(__doc__)
        return 2
    with open(sys.argv[1], "rb") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    results = [check(validator, name, body) for name, body in bodies(sys.argv[2:])]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
