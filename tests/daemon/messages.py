#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every event line of a running daemon is as docs/schema/eve.json says: of each kind of finding, act and news, of devices, decisions, counters.

usage: messages.py TEST_MESSAGES ROOT     TEST_MESSAGES leaves its lines in the file that it is given
"""
import collections
import json
import os
import subprocess
import sys
import tempfile


def all_kinds(root, alerts):
    """Each word that the schemas have for a finding, an act, a piece of news is in some line."""
    with open(os.path.join(root, "docs/schema/inspect.json"), encoding="utf-8") as file:
        rules = json.load(file)["$defs"]["finding"]["properties"]["id"]["enum"]
    with open(os.path.join(root, "docs/schema/eve.json"), encoding="utf-8") as file:
        words = json.load(file)["$defs"]["finding"]["properties"]
    for key, wanted in (("rule", rules), ("act", words["act"]["enum"]), ("news", words["news"]["enum"])):
        assert {alert[key] for alert in alerts} == set(wanted), (key, {alert[key] for alert in alerts} ^ set(wanted))


def main():
    program, root = map(os.path.abspath, sys.argv[1:3])
    sys.path.insert(0, os.path.join(root, "tests/golden/schema"))
    import validate  # skips, where the library is missing
    validator = validate.load(os.path.join(root, "docs/schema/eve.json"))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "eve.json")
        done = subprocess.run([program, path], capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        with open(path, encoding="utf-8") as file:
            lines = [json.loads(line, object_pairs_hook=validate.unique_pairs) for line in file]
    kinds = collections.Counter(line["event_type"] for line in lines)
    assert set(kinds) == {"alert", "floodwall_device", "floodwall_decision", "stats"}, kinds
    all_kinds(root, [line["floodwall"] for line in lines if line["event_type"] == "alert"])
    for number, line in enumerate(lines, 1):
        for error in validator.iter_errors(line):
            raise AssertionError(f"line {number}: {error.message}: {json.dumps(line)}")
        for text in validate.strings(line):
            assert not set(map(ord, text)) & validate.FORBIDDEN, f"line {number}: a control in {text!r}"
    # the schema would notice: each of these is refused
    alert = next(line for line in lines if line["event_type"] == "alert")
    for wrong in ({"act": "nothing"}, {"news": "old"}, {"number": 0}, {"password": "x"}):
        bad = json.loads(json.dumps(alert))
        bad["floodwall"].update(wrong)
        assert list(validator.iter_errors(bad)), f"the schema takes {wrong}"
    print(f"{len(lines)} event lines are as their schema says: {dict(kinds)}")


if __name__ == "__main__":
    main()
