# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark as the other reader: its fields as rows, two multisets of facts held against each other, and what may differ.

Used by facts/ and sessions/, which say what is asked of tshark and what its fields mean.
"""
import argparse
import collections
import concurrent.futures
import csv
import lzma
import os
import re
import shutil
import subprocess
import tempfile

SEPARATOR, AGGREGATOR = "\x1d", "\x1e"


def lines_of(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return done.stdout.decode("latin-1").split("\n")[:-1]


def rows(tshark, path, options, wanted, fields):
    """Field to the list of its values, for each frame that the filter wants."""
    command = [tshark, "-n", "-r", path, *options, "-Y", wanted, "-T", "fields", "-E", "occurrence=a", "-E", "quote=n",
               "-E", "separator=" + SEPARATOR, "-E", "aggregator=" + AGGREGATOR]
    for field in fields:
        command += ["-e", field]
    for line in lines_of(command):
        yield {f: v.split(AGGREGATOR) if v else [] for f, v in zip(fields, line.split(SEPARATOR, len(fields) - 1))}


class Difference:
    """unread: frames that tshark gave up on."""

    def __init__(self, our_facts, their_facts, unread=0):
        self.agreed = sum((our_facts & their_facts).values())
        self.only_ours, self.only_theirs = our_facts - their_facts, their_facts - our_facts
        self.unread = unread

    def counts(self):
        """Fact to (only ours, only theirs)."""
        found = collections.defaultdict(lambda: [0, 0])
        for side, facts in enumerate((self.only_ours, self.only_theirs)):
            for (_, fact, _), count in facts.items():
                found[fact][side] += count
        return {fact: tuple(pair) for fact, pair in found.items()}

    def __bool__(self):
        return bool(self.only_ours or self.only_theirs)


def show(title, difference):
    print(f"== {title}: {difference.agreed} agree, {difference.unread} frames that tshark gave up on")
    for side, facts in (("ours", difference.only_ours), ("tshark", difference.only_theirs)):
        for (where, fact, value), count in sorted(facts.items(), key=lambda item: (item[0][0].zfill(9), item[0][1:])):
            print(f"{where}\t{side}\t{fact}\t{value}\t{count}")


def judge(title, difference, explained):
    """Sentences about what is not as explained."""
    found = difference.counts()
    for fact in sorted(found.keys() | {f for c, f in explained if c == title}):
        have, want = found.get(fact, (0, 0)), explained.get((title, fact), (0, 0))
        if have != want:
            yield f"{title}: {fact}: {have[0]} only ours, {have[1]} only tshark's; explained: {want[0]}, {want[1]}"


def read_explained(path):
    """(capture, fact) to (only ours, only tshark's); rows with different reasons add up."""
    with open(path, encoding="utf-8") as file:
        found = list(csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in found:
        if not (row["why"] or "").strip():
            raise SystemExit(f"{path}: {row['capture']} {row['fact']}: no reason given")
    explained = collections.defaultdict(lambda: (0, 0))
    for row in found:
        ours_before, theirs_before = explained[row["capture"], row["fact"]]
        explained[row["capture"], row["fact"]] = (ours_before + int(row["only_ours"]), theirs_before + int(row["only_tshark"]))
    return dict(explained)


def captures_of(arguments):
    """(title, path) of each capture."""
    found = [(os.path.basename(path), path) for path in arguments.named]
    manifest = os.path.join(arguments.captures or "", "MANIFEST.tsv")
    if os.path.exists(manifest):
        with open(manifest, encoding="utf-8") as file:
            names = [line.split("\t")[0] for line in file]
        found += [(n, os.path.join(arguments.captures, n)) for n in names if re.search(r"\.pcap(ng)?(\.xz)?$", n)]
    return found


def arguments_of():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dump", required=True)
    parser.add_argument("--captures")
    parser.add_argument("--explained", required=True)
    parser.add_argument("--show", help="print the differences of this capture, or of all that have any: all")
    parser.add_argument("named", nargs="*")
    return parser.parse_args()


def compare(ours, theirs, dump, tshark, path):
    with tempfile.TemporaryDirectory() as folder:
        plain = path
        if path.endswith(".xz"):
            plain = os.path.join(folder, "plain")
            with lzma.open(path) as packed, open(plain, "wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
        their_facts, unread = theirs(tshark, plain)
    return Difference(ours(dump, path), their_facts, unread)


def main(what, ours, theirs):
    """ours(dump, path): facts; theirs(tshark, path): facts, and frames that tshark gave up on. Facts: Counter of (where, fact, value)."""
    arguments, tshark = arguments_of(), shutil.which("tshark")
    if not tshark:
        print(f"SKIP {what}: tshark is not installed")
        return 77
    captures, explained = captures_of(arguments), read_explained(arguments.explained)
    if arguments.show not in (None, "all"):
        captures = [c for c in captures if c[0] == arguments.show]
    agreed, wrong = 0, []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (title, _), difference in zip(captures, pool.map(lambda c: compare(ours, theirs, arguments.dump, tshark, c[1]), captures)):
            agreed += difference.agreed
            wrong += judge(title, difference, explained)
            if arguments.show == title or (arguments.show and difference):
                show(title, difference)
    print("\n".join(wrong + [f"{len(captures)} captures, {agreed} facts agree, {len(explained)} differences explained, {len(wrong)} not"]))
    if not arguments.captures or not os.path.exists(os.path.join(arguments.captures, "MANIFEST.tsv")):
        print(f"SKIP {what}: the shared captures are not here; only the named ones were compared")
        return 1 if wrong else 77
    return 1 if wrong else 0
