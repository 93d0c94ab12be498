# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark as the other reader: its fields as rows, two multisets of facts held against each other, and what may differ.

Used by facts/ and sessions/, which say what is asked of tshark and what its fields mean.

tshark takes a third of a second to start. So small captures are put before it together (company.py). Of the many set-ups of one device (iot/sentinel) two
are asked about: the first, and one drawn by the device's name; all of them with FLOODWALL_FULL_SWEEP set. And what it said of a capture is kept in the build
folder, and believed as long as the capture's digest, the version of tshark and all that was asked are the same: one file for each capture and purpose.
"""
import argparse
import collections
import concurrent.futures
import csv
import functools
import hashlib
import lzma
import os
import re
import shutil
import subprocess
import tempfile
import threading
import zlib

import company

SEPARATOR, AGGREGATOR = "\x1d", "\x1e"


def lines_of(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return done.stdout.decode("latin-1").split("\n")[:-1]


@functools.lru_cache(maxsize=None)
def version(tshark):
    return subprocess.run([tshark, "-v"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout


class Memory:
    """What tshark said, by what it was asked about; without a folder nothing is kept."""

    folder = None

    def lines_of(self, tshark, arguments, path=None):
        """arguments of tshark, and the capture that they are about, if any."""
        kept = self.kept(tshark, arguments, path)
        if kept is None:
            kept = lines_of([tshark, *(["-r", path] if path else []), *arguments])
            self.keep(tshark, arguments, path, kept)
        return kept

    def place(self, tshark, arguments, path):
        """The file of an answer, and what must stand at its beginning."""
        return os.path.join(self.folder, self.name(path)), hashlib.sha256(version(tshark) + "\0".join(arguments).encode()).digest()

    def kept(self, tshark, arguments, path):
        return self.read(*self.place(tshark, arguments, path)) if self.folder else None

    def keep(self, tshark, arguments, path, lines):
        if self.folder:
            self.write(*self.place(tshark, arguments, path), lines)

    def name(self, path):
        if not path:
            return "itself"
        with open(path, "rb") as capture:
            return hashlib.file_digest(capture, "sha256").hexdigest()

    def read(self, place, asked):
        try:
            with open(place, "rb") as file:
                return zlib.decompress(file.read()).decode("latin-1").split("\n")[:-1] if file.read(len(asked)) == asked else None
        except (OSError, zlib.error):
            return None

    def write(self, place, asked, lines):
        os.makedirs(self.folder, exist_ok=True)
        new = f"{place}.{os.getpid()}.{threading.get_ident()}"
        with open(new, "wb") as file:
            file.write(asked + zlib.compress("".join(line + "\n" for line in lines).encode("latin-1"), 1))
        os.replace(new, place)


memory = Memory()


def asking(options, wanted, fields):
    """tshark's arguments for these fields of each frame that the filter wants."""
    arguments = ["-n", *options, "-Y", wanted, "-T", "fields", "-E", "occurrence=a", "-E", "quote=n",
                 "-E", "separator=" + SEPARATOR, "-E", "aggregator=" + AGGREGATOR]
    for field in fields:
        arguments += ["-e", field]
    return arguments


def rows(tshark, path, options, wanted, fields):
    """Field to the list of its values, for each frame that the filter wants."""
    for line in memory.lines_of(tshark, asking(options, wanted, fields), path):
        yield {f: v.split(AGGREGATOR) if v else [] for f, v in zip(fields, line.split(SEPARATOR, len(fields) - 1))}


def ask_together(tshark, paths, pool, options, wanted, fields):
    """Has the answers about small captures kept, where there is a place to keep them; frame.number is the first of the fields."""
    arguments = asking(options, wanted, fields)
    groups = company.groups_of([path for path in paths if memory.folder and memory.kept(tshark, arguments, path) is None])

    def ask(members):
        return company.read_together(members, lambda whole: lines_of([tshark, "-r", whole, *arguments]), fields, SEPARATOR, AGGREGATOR)
    for told in pool.map(ask, groups):
        for path, lines in told.items():
            memory.keep(tshark, arguments, path, lines)


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


def sample(captures, explained):
    """Of the set-ups of one device, in one folder, the first and another; besides those of which something is explained: it must stay true."""
    sets, told = collections.defaultdict(list), {title for title, _ in explained}
    for title, _ in captures:
        if title.startswith("iot/sentinel/"):
            sets[os.path.dirname(title)].append(title)
    left_out = set()
    for device, titles in sets.items():
        titles.sort()
        kept = {titles[0], titles[zlib.crc32(device.encode()) % len(titles)]}
        left_out |= {title for title in titles if title not in kept and title not in told}
    return [one for one in captures if one[0] not in left_out]


def arguments_of():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dump", required=True)
    parser.add_argument("--captures")
    parser.add_argument("--explained", required=True)
    parser.add_argument("--kept", metavar="FOLDER", help="where what tshark said is kept from run to run")
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


def main(what, ours, theirs, asked):
    """ours(dump, path): facts; theirs(tshark, path): facts, and frames that tshark gave up on. Facts: Counter of (where, fact, value).
    asked(tshark): the options, filter and fields of theirs."""
    arguments, tshark = arguments_of(), shutil.which("tshark")
    if not tshark:
        print(f"SKIP {what}: tshark is not installed")
        return 77
    memory.folder = arguments.kept
    captures, explained = captures_of(arguments), read_explained(arguments.explained)
    if arguments.show is None and not os.environ.get("FLOODWALL_FULL_SWEEP"):
        captures = sample(captures, explained)
    if arguments.show not in (None, "all"):
        captures = [c for c in captures if c[0] == arguments.show]
    agreed, wrong = 0, []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        ask_together(tshark, [path for _, path in captures], pool, *asked(tshark))
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
