#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random zones on a real server (Knot; BIND too where it is installed): is a question what the shield takes it for?

usage: servers.py NAMES_ASK [SEED...]

    unknown   NXDOMAIN, always: it is what the filter of names may stop
    foreign   REFUSED
    exists    NOERROR, with one exception: a name between two zones of ours that neither of them has
    possible  anything but REFUSED

NSD keeps the names of all its zones in one tree and may answer NOERROR (no data) for what a parent zone has below a child zone's apex; so it is
not compared here.
"""
import collections
import ctypes
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

PORT = 5300
ZONES, RECORDS, QUESTIONS = 14, 14, 3000
LABELS = ["a", "b", "c", "ab", "*", "www", "x-y"]
TOPS = ["t1", "t2", "t3", "t4", "t5", "t6"]
TYPES = {"SOA": 6, "NS": 2, "A": 1, "TXT": 16, "DNAME": 39, "MX": 15}
DATA = {"SOA": "ns.elsewhere.test. h.test. 1 60 60 60 60", "NS": "ns.elsewhere.test.", "A": "192.0.2.1", "TXT": '"t"', "DNAME": "target.test.",
        "MX": "10 m.test."}
CLONE_NEWNET = 0x40000000


def text(name):
    return ".".join(name) + "."


def some(dice, most, labels=LABELS):
    return tuple(dice.choice(labels) for _ in range(dice.randint(0, most)))


def is_below(name, above):
    return len(name) > len(above) and name[len(name) - len(above):] == above


def make_zone(dice, apex):
    """owner -> types; what no server would load is left out."""
    records = collections.defaultdict(set)
    for _ in range(dice.randint(0, RECORDS)):
        owner = some(dice, 2) + (dice.choice(LABELS),) + apex
        kind = dice.choice(["A", "A", "A", "TXT", "NS", "NS", "DNAME", "MX"])
        if kind in ("NS", "DNAME") and (owner[0] == "*" or records[owner] & {"NS", "DNAME"}):
            continue
        records[owner].add(kind)
    rewritten = [owner for owner, kinds in records.items() if "DNAME" in kinds]
    kept = {owner: kinds for owner, kinds in records.items() if kinds and not any(is_below(owner, above) for above in rewritten)}
    kept[apex] = {"SOA", "NS"}
    return kept


def make_zones(dice):
    zones = {}
    plain = [label for label in LABELS if label != "*"]
    while len(zones) < ZONES:
        above = dice.choice(list(zones)) if zones and dice.random() < 0.6 else (dice.choice(TOPS),)
        apex = some(dice, 2, plain) + above
        if apex not in zones and len(apex) <= 5:
            zones[apex] = make_zone(dice, apex)
    return zones


def make_questions(dice, zones):
    questions = set()
    for _ in range(QUESTIONS):
        owner = dice.choice(list(zones[dice.choice(list(zones))]))
        below = dice.choice([owner, owner, dice.choice(list(zones)), (dice.choice(TOPS + ["zz"]),)])
        questions.add(some(dice, 3) + below)
    return sorted(questions)


def classes(ask, zones, questions):
    lines = []
    for apex, records in zones.items():
        lines.append(f"zone {text(apex)}")
        lines += [f"record {text(owner)} {TYPES[kind]}" for owner, kinds in records.items() for kind in sorted(kinds)]
        lines.append("take")
    lines += [f"ask {text(name)}" for name in questions]
    done = subprocess.run([ask], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    return done.stdout.split()


def write_zones(folder, zones):
    files = {}
    for number, (apex, records) in enumerate(zones.items()):
        files[apex] = f"{folder}/{number}.zone"
        with open(files[apex], "w", encoding="ascii") as out:
            for owner in sorted(records, key=lambda owner: (owner != apex, owner)):
                for kind in sorted(records[owner], reverse=True):
                    out.write(f"{text(owner)} 60 IN {kind} {DATA[kind]}\n")
    return files


def knot(folder, files):
    with open(f"{folder}/conf", "w", encoding="ascii") as out:
        out.write(f"server:\n  listen: 127.0.0.1@{PORT}\n  rundir: {folder}\n  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\n"
                  f"database:\n  storage: {folder}\n  journal-db-max-size: 10M\n  kasp-db-max-size: 10M\n  timer-db-max-size: 10M\n"
                  "template:\n  - id: default\n    zonefile-sync: -1\n    journal-content: none\n    semantic-checks: off\nzone:\n")
        for apex, file in files.items():
            out.write(f"  - domain: {text(apex)}\n    file: {file}\n")
    return ["knotd", "-c", f"{folder}/conf"]


def bind(folder, files):
    with open(f"{folder}/conf", "w", encoding="ascii") as out:
        out.write(f'options {{ directory "{folder}"; listen-on port {PORT} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no;\n'
                  f'pid-file "{folder}/pid"; session-keyfile "{folder}/session"; }};\ncontrols {{}};\n')
        for apex, file in files.items():
            out.write(f'zone "{text(apex)}" {{ type primary; file "{file}"; check-names ignore; check-integrity no; }};\n')
    return ["named", "-g", "-n", "1", "-c", f"{folder}/conf"]


def wire(name, number):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name)
    return struct.pack(">6H", number, 0, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"


def answer(link, name, number):
    """The rcode, or None where nobody answers."""
    for _ in range(40):
        try:
            link.send(wire(name, number))
            reply = link.recv(4096)
            while reply[:2] != struct.pack(">H", number):
                reply = link.recv(4096)
            return reply[3] & 15
        except (ConnectionRefusedError, TimeoutError):
            time.sleep(0.05)
    return None


def wait_for(link, zones):
    """All zones are loaded when each answers for its apex."""
    deadline = time.monotonic() + 20
    for number, apex in enumerate(zones):
        while answer(link, apex, 60000 + number) != 0:
            if time.monotonic() > deadline:
                raise SystemExit(f"the server does not answer for {text(apex)}")
            time.sleep(0.05)


def compare(said, rcode, between):
    if said == "unknown":
        return rcode == 3
    if said == "foreign":
        return rcode == 5
    return rcode == 0 or (rcode == 3 and (said == "possible" or between))


def run(ask, seed, server):
    dice = random.Random(seed)
    zones = make_zones(dice)
    questions = make_questions(dice, zones)
    said = classes(ask, zones, questions)
    wrong = 0
    counts = collections.Counter(said)
    with tempfile.TemporaryDirectory(prefix="floodwall-servers-") as folder, open(f"{folder}/log", "w", encoding="utf-8") as log:
        child = subprocess.Popen(server(folder, write_zones(folder, zones)), stdout=log, stderr=subprocess.STDOUT)
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
                link.settimeout(1)
                link.connect(("127.0.0.1", PORT))
                wait_for(link, zones)
                for number, (name, word) in enumerate(zip(questions, said)):
                    rcode = answer(link, name, number)
                    if not compare(word, rcode, any(is_below(apex, name) for apex in zones)):
                        wrong += 1
                        print(f"{server.__name__}, seed {seed}: {text(name)} is {word}, and the answer is rcode {rcode}")
        finally:
            child.terminate()
            child.wait()
    print(f"{server.__name__}, seed {seed}: {len(questions)} questions, {wrong} differ; {dict(sorted(counts.items()))}")
    return wrong == 0 and len(said) == len(questions) and min(counts.values()) > 50


def main():
    servers = [server for server, program in ((knot, "knotd"), (bind, "named")) if shutil.which(program)]
    if knot not in servers:
        print("SKIP servers: knotd is not here")
        return 77
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        print(f"SKIP servers: no network namespace of its own ({os.strerror(ctypes.get_errno())})")
        return 77
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    seeds = [int(word) for word in sys.argv[2:]] or [1, 2, 3]
    good = [run(sys.argv[1], seed, server) for seed in seeds for server in servers]
    return 0 if all(good) else 1


sys.exit(main())
