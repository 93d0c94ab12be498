# SPDX-License-Identifier: GPL-2.0-or-later
"""CISA's advisories of 2021 and before: read from scratch, read again by the index, and 10,000 devices matched; beside the bounds that were set."""
import json
import os
import subprocess
import tarfile
import tempfile

from results import number

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ARCHIVE = os.path.join(ROOT, "..", "shared", "captures", "advisories", "csaf_OT_all_to_2021.tar.xz")
RUNS = 5
BOUND_INDEX_S, BOUND_MATCH_S = 10, 2


def measure(build, results):
    program = os.path.join(build, "tests/bench/advisory")
    if not os.path.exists(ARCHIVE):
        results.skip("advisory: index and match", "the documents of CISA are not here")
        return
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(ARCHIVE) as archive:
            archive.extractall(folder, filter="data") if hasattr(tarfile, "data_filter") else archive.extractall(folder)
        runs = [json.loads(subprocess.run([program, folder, os.path.join(folder, "index")], capture_output=True, text=True, check=True).stdout) for _ in range(RUNS)]
    last = runs[-1]
    print(f"\nAdvisories: {number(last['documents'])} documents of CISA, 10,000 devices")
    print(f"  matches: {number(last['exact'])} exact, {number(last['product'])} of the product, {number(last['maker'])} of the maker alone; at most {last['peak_kib'] / 1024:.0f} MiB")
    for name, key, bound, label in (("from scratch", "scratch_s", BOUND_INDEX_S, "bound"), ("by the index, nothing changed", "indexed_s", None, "from scratch"),
                                    ("10,000 devices matched", "match_s", BOUND_MATCH_S, "bound")):
        ours = [run[key] for run in runs]
        theirs = [bound] if bound else [run["scratch_s"] for run in runs]
        entry = results.add(f"advisory: {name}", "s", ours, theirs, label)
        print(f"  {name}: {entry['ours']:.3f} s ({label} {entry['rival']:.3f} s)")
