#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every file of ../shared/captures/mud through `floodwall mud lint` and `explain`: those that are MUD read, and those that are not are named
with the reason in files.tsv, beside how many entries each has, how many are left out, and how many warnings it gets.

usage: files.py FLOODWALL CAPTURES [--write]      (--write prints the table anew; read the difference before it is kept)
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def row_of(floodwall, path):
    done = subprocess.run([floodwall, "mud", "lint", "--json", path], capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)[0]
    errors = [fault["sentence"] for fault in found["faults"] if fault["grade"] == "error"]
    warnings = sum(fault["grade"] == "warning" for fault in found["faults"])
    if done.returncode != (0 if found["usable"] else 2) or found["usable"] == bool(errors) or done.stderr:
        raise SystemExit(f"{path.name}: exit {done.returncode}, usable {found['usable']}, {errors} {done.stderr}")
    for fault in found["faults"]:
        if not fault["sentence"] or (fault["path"] and not fault["line"]):
            raise SystemExit(f"{path.name}: a fault without its place: {fault}")
    reason = errors[0] if errors else ""
    return [path.name, "mud" if found["usable"] else "no", str(found["entries"]), str(found["left_out"]), str(warnings), reason]


def explain(floodwall, path, entries):
    done = subprocess.run([floodwall, "mud", "explain", path], capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    said = sum(line.startswith("  - ") for line in lines)
    if done.returncode or said != entries or not any(line.startswith("Everything else is stopped.") for line in lines):
        raise SystemExit(f"{path.name}: explain says {said} of {entries} entries, exit {done.returncode}")


def main():
    floodwall, captures = sys.argv[1], pathlib.Path(sys.argv[2]) / "mud"
    if not captures.is_dir():
        print("SKIP MUD files of shared captures: ../shared/captures is not here")
        return 77
    rows = [row_of(floodwall, path) for path in sorted(captures.iterdir())]
    if "--write" in sys.argv:
        print("\n".join("\t".join(row) for row in rows))
        return 0
    lines = [line for line in (HERE / "files.tsv").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    wrong = sorted(set(lines) ^ {"\t".join(row) for row in rows})
    for line in wrong:
        print(("expected " if line in lines else "found    ") + line)
    for row in rows:
        if row[1] == "mud":
            explain(floodwall, captures / row[0], int(row[2]))
    read = sum(row[1] == "mud" for row in rows)
    print(f"{len(rows)} files, {read} are MUD and read, {len(rows) - read} are not and are named")
    return 1 if wrong else 0


sys.exit(main())
