#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every report is as docs/schema/inspect.json says, and every event line as eve.json beside it: of each generated capture,
and of shared ones of every kind.

usage: valid.py FLOODWALL GENERATED_FOLDER SHARED_CAPTURES SCHEMA
Exit 77 without python3-jsonschema, and when the shared captures are absent, after the project's own were checked.
"""
import os
import subprocess
import sys
import tempfile

from inspecting import captures_in, finish, generated, report, run

SENTINEL_EACH = 2
ADVISE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "advise")
KNOWN = ["--advisories", os.path.join(ADVISE, "documents"), "--facts", os.path.join(ADVISE, "facts.yaml")]


def shared_captures(folder):
    for kind in ("ddos", "botnet", "iot", "dns"):
        yield from captures_in(os.path.join(folder, kind))
    sentinel = os.path.join(folder, "iot", "sentinel")
    for label in sorted(os.listdir(sentinel)):
        if os.path.isdir(os.path.join(sentinel, label)):
            yield from captures_in(os.path.join(sentinel, label))[:SENTINEL_EACH]


def with_advisories(floodwall, incident):
    """What only a report with advisories has; one that has none of it would show nothing."""
    words = [*KNOWN, incident]
    whole = report(floodwall, *words)
    if not any(finding["id"] == "advisory" for finding in whole["findings"]) or not any(device["advisories"] for device in whole["devices"]):
        raise SystemExit(f"no advisory is told of: {words}")
    return [words]


def main():
    floodwall, own, shared, schema = sys.argv[1:5]
    there = os.path.isdir(shared)
    inputs = [[path] for path in generated(own)]
    inputs += [[path] for path in shared_captures(shared)] if there else []
    inputs += [inputs[0] + inputs[1], ["/nonexistent"], [os.devnull], ["--local", "0.0.0.0/0", "--local", "::/0", *inputs[0]]]
    inputs += [["--filter", "udp", "--from", "2016-10-21T11:01:00Z", *inputs[0]], ["--to", "1970-01-02", *inputs[0]]]
    inputs += with_advisories(floodwall, os.path.join(own, "incident.pcapng"))
    faults = check(floodwall, inputs, "json", schema) + check(floodwall, inputs, "eve", os.path.join(os.path.dirname(schema), "eve.json"))
    finish(f"{len(inputs)} reports are as the schemas say", faults,
           None if there else "reports of shared captures: ../shared/captures is not here")


def check(floodwall, inputs, form, schema):
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        reports = []
        for number, words in enumerate(inputs):
            done = run(floodwall, "--format", form, *words)
            if done.returncode not in (0, 2):
                faults.append(f"{words}: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
            reports.append(os.path.join(folder, f"{number:03}-{os.path.basename(words[-1])}.{form}"))
            with open(reports[-1], "wb") as file:
                file.write(done.stdout)
        validate = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schema", "validate.py")
        done = subprocess.run([sys.executable, validate, schema, *reports], capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr, end="")
    if done.returncode == 77:
        sys.exit(77)
    if done.returncode:
        faults.append(f"{schema}: not all reports are as it says")
    return faults


main()
