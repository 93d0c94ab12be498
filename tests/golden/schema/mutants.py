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
OPTIONAL = {"note", "muted", "ours_inferred"}


def mutants(report):
    """(what is wrong, report): each member taken away, each object with one more, each value of another type."""
    for path, value in objects(report):
        more = copy.deepcopy(report)
        at(more, path)["Unheard_of"] = 1
        yield f"{path}: one more", more
        for key in value:
            if path not in OPEN and key not in OPTIONAL:
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


def main():
    with open(sys.argv[1], "rb") as file:
        validator = validate.jsonschema.Draft202012Validator(json.load(file))
    body = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, check=True).stdout
    if not validate.check(validator, "the report itself", body):
        return 1
    refused = accepted = 0
    for what, mutant in list(mutants(json.loads(body))) + list(extra(json.loads(body))):
        with contextlib.redirect_stdout(io.StringIO()):
            valid = validate.check(validator, what, json.dumps(mutant).encode())
        refused += not valid
        accepted += valid
        if valid:
            print(f"accepted: {what}")
    print(f"{refused} passed, {accepted} failed")
    return 1 if accepted else 0


if __name__ == "__main__":
    sys.exit(main())
