#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks the checker: validate.py must refuse a report in which any one thing is wrong.

usage: mutants.py SCHEMA COMMAND...      the command prints a valid report
"""
import contextlib
import copy
import io
import json
import subprocess
import sys

sys.dont_write_bytecode = True
import validate  # noqa: E402


def objects(value, path=()):
    if isinstance(value, dict):
        yield path, value
        for key, item in value.items():
            yield from objects(item, path + (key,))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from objects(item, path + (index,))


def at(report, path):
    for key in path:
        report = report[key]
    return report


OPEN = {("left_out",), ("junk", "by_vector")}    # keyed by kind: any of them may be absent
OPEN_LAST = ("vectors", "basis")    # likewise, wherever they stand
OPTIONAL = {"note", "muted", "ours_inferred", "selection", "taken"}
# of an event line: what is absent where it is not known
OPTIONAL_LINE = OPTIONAL | {"flow_id", "pcap_filename", "src_ip", "src_port", "dest_ip", "dest_port", "proto", "ether", "src_mac", "dest_mac", "community_id",
                            "app_proto"}


def is_open(path, lines):
    if path[-1:] and path[-1] in OPEN_LAST:
        return True
    if not lines:
        return path in OPEN
    return path[-1:] in (("left_out",), ("by_vector",))


def mutants(report, lines=False):
    """(what is wrong, report): each member taken away, each object with one more, each value of another type."""
    for path, value in objects(report):
        more = copy.deepcopy(report)
        at(more, path)["Unheard_of"] = 1
        yield f"{path}: one more", more
        for key in value:
            if not is_open(path, lines) and key not in (OPTIONAL_LINE if lines else OPTIONAL):
                less = copy.deepcopy(report)
                del at(less, path)[key]
                yield f"{path}: without {key}", less
            other = copy.deepcopy(report)
            at(other, path)[key] = {"of": "another type"}
            yield f"{path}: {key} of another type", other


def extra(report):
    def change(what, action):
        mutant = copy.deepcopy(report)
        action(mutant)
        return what, mutant
    login = next(i for i, finding in enumerate(report["findings"]) if finding["id"] == "default-password")
    yield change("a password shown", lambda r: r["findings"][login]["evidence"].update(password="hunter2"))
    yield change("an unknown state", lambda r: r["devices"][0].update(state="fine"))
    yield change("an escape in a name", lambda r: r["devices"][0].update(name="\x1b[2J"))
    yield change("a right-to-left override", lambda r: r["devices"][0].update(name="\u202e"))
    yield change("a device nobody knows", lambda r: r["findings"][0].update(device="dev-000000000000"))
    yield change("findings in another order", lambda r: r["findings"].reverse())
    yield change("evidence of another finding", lambda r: r["findings"][0].update(evidence=r["findings"][login]["evidence"]))


def extra_lines(lines):
    def change(what, action):
        mutant = copy.deepcopy(lines)
        return what, action(mutant) or mutant
    alert = next(i for i, line in enumerate(lines) if line["event_type"] == "alert")
    device = next(i for i, line in enumerate(lines) if line["event_type"] == "floodwall_device")
    yield change("lines in another order", lambda r: r.reverse())
    yield change("stats first", lambda r: r.insert(0, r.pop()))
    yield change("no stats", lambda r: r.pop() and None)
    yield change("a device lost", lambda r: r.pop(device) and None)
    yield change("an alert lost", lambda r: r.pop(alert) and None)
    yield change("an unknown event", lambda r: r[alert].update(event_type="anomaly"))
    yield change("a time with Z", lambda r: r[alert].update(timestamp=r[alert]["floodwall"]["first"]))
    yield change("an escape in a name", lambda r: r[alert]["floodwall"].update(name="\x1b[2J"))
    yield change("two severities", lambda r: r[alert]["alert"].update(severity=4 - r[alert]["alert"]["severity"]))
    yield change("a community id of another version", lambda r: r[alert].update(community_id="2:" + "A" * 27 + "="))
    yield change("a device nobody knows", lambda r: r[alert]["floodwall"].update(device_id="dev-000000000000"))


def of_lines(body):
    """Each kind of line alone has its members mutated; the rest stands as it was."""
    lines = [json.loads(line) for line in body.splitlines()]
    seen = set()
    for index, line in enumerate(lines):
        if (line["event_type"], line.get("floodwall", {}).get("rule")) in seen:
            continue
        seen.add((line["event_type"], line.get("floodwall", {}).get("rule")))
        for what, mutant in mutants(line, True):
            yield f"{line['event_type']} {what}", lines[:index] + [mutant] + lines[index + 1:]
    yield from extra_lines(lines)


def main():
    validator = validate.load(sys.argv[1])
    body = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, check=True).stdout
    if not validate.check(validator, "the report itself", body):
        return 1
    refused = accepted = 0
    lines = validator.schema["$id"].split(":")[-2] == "eve"
    wrong = list(of_lines(body)) if lines else list(mutants(json.loads(body))) + list(extra(json.loads(body)))
    for what, mutant in wrong:
        with contextlib.redirect_stdout(io.StringIO()):
            valid = validate.check(validator, what, ("".join(json.dumps(line) + "\n" for line in mutant) if lines else json.dumps(mutant)).encode())
        refused += not valid
        accepted += valid
        if valid:
            print(f"accepted: {what}")
    print(f"{refused} passed, {accepted} failed")
    return 1 if accepted else 0


if __name__ == "__main__":
    sys.exit(main())
