#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What floodwall run remembers, on the guard's bed: findings with what proves them, names, counters.

usage: remembering.py FLOODWALL ROOT [STORY...]
"""
import base64
import json
import socket
import struct
import subprocess

from guard_bed import CAMERA, packet, play, syn, wait_for

PASSWORD = b"s3cr3t-hunter2"


class Asker:
    """The control socket itself: quicker than a command, and it says how far an answer came."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(10)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def ask(self, **request):
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        line = self.file.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("the daemon is gone")
        return json.loads(line)


def ask(bed, **request):
    asker = Asker(bed.socket)
    answer = asker.ask(**request)
    asker.socket.close()
    assert answer["ok"], (request, answer)
    return answer


def findings(bed, **query):
    """All of them, page by page."""
    found, before = [], None
    while True:
        page = ask(bed, do="show", what="findings", count=50, **query, **({"before": before} if before else {}))["findings"]
        found += page["findings"]
        before = page["next"]
        if not before:
            return found


def valid(bed, what, shown):
    import jsonschema
    with open(f"{bed.root}/docs/schema/{what}.json", encoding="utf-8") as schema:
        jsonschema.Draft202012Validator(json.load(schema)).validate(shown)


def flood(mac, address, count=1500):
    udp = struct.pack("!HHHH", 5000, 9, 8 + 400, 0) + (PASSWORD + b" ") * 26 + bytes(10)
    return [packet(mac, address, "10.8.0.66", 17, udp)] * count


def findings_outlive_the_daemon(bed):
    recorder = "02:00:00:00:00:21"
    bed.inject([syn(recorder, "10.9.0.33", f"10.8.{i}.77", 23) for i in range(60)])
    found = wait_for(lambda: findings(bed, device=recorder), 8, "a finding")[0]
    assert found["id"] == "scan" and found["text"] and found["why"] and found["do"], found
    assert f"floodwall release {recorder}" in found["undo"], found
    for end in (9, 15):
        bed.end(end)
        bed.run()
        again = findings(bed, device=recorder)
        assert [f["finding"] for f in again] == [found["finding"]] and again[0]["why"] == found["why"], again
    valid(bed, "guard-finding", ask(bed, do="show", what="finding", number=found["finding"])["finding"])
    assert f"show packets {found['finding']}" in bed.call("show", "finding", str(found["finding"])).stdout
    wrong = bed.call("show", "finding", "4000", check=False)
    assert wrong.returncode == 2 and "no finding 4000 is kept" in wrong.stderr, wrong
    # the next one bears the next number
    bed.inject(flood("02:00:00:00:00:22", "10.9.0.34", 6000))
    later = wait_for(lambda: findings(bed, kind="flood"), 8, "a flood")[0]
    assert later["finding"] > found["finding"], (later, found)
    assert findings(bed, search="no such text") == []
    assert {f["mac"] for f in findings(bed, device=recorder)} == {recorder}
    assert not findings(bed, severity="low", kind="scan", device=recorder)
    # what is muted later, is muted when it is shown, whichever run it is of
    deed = ask(bed, do="mute", what=str(found["finding"]), reason="a test")["deed"]
    assert findings(bed, device=recorder)[0]["muted"] == "a test"
    ask(bed, do="undo", deed=deed)
    assert findings(bed, device=recorder)[0]["muted"] is None
    for mac in (recorder, "02:00:00:00:00:22"):
        bed.call("release", mac)


def packets_prove_it(bed):
    """A pcapng that the reading half of the program finds the same in; no byte of payload in it."""
    for found in findings(bed):
        if found["id"] not in ("scan", "flood"):
            continue
        assert 0 < found["packets"] <= 65536, found
        path = f"{bed.folder}/proof.pcapng"
        with open(path, "wb") as out:
            done = subprocess.run([bed.floodwall, "show", "packets", str(found["finding"]), "--socket", bed.socket], stdout=out, check=True)
            assert done.returncode == 0
        with open(path, "rb") as proof:
            raw = proof.read()
        assert len(raw) == found["packets"] and raw == base64.b64decode(ask(bed, do="show", what="packets", number=found["finding"])["packets"]["pcapng"])
        assert PASSWORD[:6] not in raw
        read = subprocess.run([bed.floodwall, "inspect", "--json", "--local", "10.9.0.0/24", path], capture_output=True, text=True, check=False)
        told = json.loads(read.stdout)
        ids = [one["id"] for one in told["findings"]]
        # a thousand packets a second of a flood are more than 64 KiB hold
        assert found["id"] in ids or found["id"] == "flood", (found, ids, read.stderr)
        assert told["captures"][0]["packets"] >= (300 if found["id"] == "flood" else 20), told["captures"]


def names_outlive_the_daemon(bed):
    """A name that the store has is the device's at once."""
    bed.end()
    import sqlite3
    base = sqlite3.connect(f"{bed.folder}/state/floodwall.db")
    with base:
        base.execute("update device set name = 'Front door' where mac = ?", (int(CAMERA.replace(":", ""), 16),))
        assert base.execute("select count(*) from device where name = 'Front door'").fetchone()[0] == 1, "the camera was kept at the end"
    base.close()
    bed.run()
    assert bed.device()["name"] == "Front door", bed.device()
    assert ask(bed, do="quarantine", prefix="front DOOR")["ok"]
    assert bed.device()["stand"] == "quarantined"
    ask(bed, do="release", prefix="camera")
    assert bed.device()["stand"] == "ordinary"


def counters(bed):
    bed.inject([packet(CAMERA, "10.9.0.2", "10.8.0.2", 17, struct.pack("!HHHH", 5000, 53, 108, 0) + bytes(100))] * 50)
    bed.end()
    bed.run()
    for step in ("minute", "hour", "day"):
        traffic = ask(bed, do="show", what="traffic", step=step, count=3)["traffic"]
        valid(bed, "traffic", traffic)
        assert all(len(values) == 3 for values in traffic["series"].values())
        assert sum(traffic["series"]["packets_out"]) + sum(traffic["series"]["dropped_out"]) >= 50, traffic
        assert sum(traffic["series"]["bytes_out"]) < 1 << 30
    assert "packets_out" in bed.call("show", "traffic", "--step", "hour").stdout
    wrong = bed.call("show", "traffic", "--step", "week", check=False)
    assert wrong.returncode == 2 and "minute, hour or day" in wrong.stderr


STORIES = [findings_outlive_the_daemon, packets_prove_it, names_outlive_the_daemon, counters]


if __name__ == "__main__":
    play("remembering", STORIES)
