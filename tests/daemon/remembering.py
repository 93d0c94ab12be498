#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What floodwall run remembers, on the guard's bed: findings with what proves them, names, counters; killed at random points, nothing that was
shown or decided is lost.

usage: remembering.py FLOODWALL ROOT [STORY...]      FLOODWALL_KILLS=100 how often (20), FLOODWALL_SEED the seed of the points

A start is 1.5 s of the kernel's verifier on an idle core, and many times that on a busy machine: the time for all kills is bounded (300 s) where
nobody says how many there are to be.
"""
import base64
import json
import os
import random
import socket
import struct
import subprocess
import sys
import time

from guard_bed import CAMERA, packet, play, syn, wait_for

PASSWORD = b"s3cr3t-hunter2"
BOUND, PEAK = 64, 88  # MiB resident: between answers; while one is made that needs a view of all devices, for which 64 is the goal too (measured: 79)


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


def act(asker, draw, stands):
    """A decision that is noted once it was acknowledged, and not before."""
    mac = f"02:00:00:00:02:{draw.randrange(20):02x}"
    if mac in stands and draw.random() < 0.5:
        stands[mac] = None  # on its way: either may hold
        if asker.ask(do="release", prefix=mac)["ok"]:
            del stands[mac]
        return
    kind = draw.choice(("quarantine", "allow"))
    stands[mac] = None
    answer = asker.ask(do=kind, prefix=mac, reason=f"point {draw.random()}")
    assert answer["ok"], answer
    stands[mac] = kind


def live_until(bed, draw, end, shown, stands, number):
    """Frames, decisions, looks at findings, until it is killed at a random point; what was seen is what must be found again."""
    asker = Asker(bed.socket)
    mac, address = f"02:00:00:00:03:{number % 20:02x}", f"10.9.0.{100 + number % 20}"
    bed.inject(flood(mac, address))
    while time.monotonic() < end:
        if draw.random() < 0.5:
            act(asker, draw, stands)
        for found in asker.ask(do="show", what="findings", count=30)["findings"]["findings"]:
            shown[found["finding"]] = (found["id"], found["mac"])
        if draw.random() < 0.2:
            bed.inject(flood(mac, address, 200))
        time.sleep(draw.random() * 0.05)


def check(bed, shown, stands, before):
    again = {found["finding"]: (found["id"], found["mac"]) for found in findings(bed)}
    lost = {number: what for number, what in shown.items() if again.get(number) != what}
    assert not lost, f"shown, and lost: {lost}"
    decided = {d["prefix"]: d["kind"] for d in ask(bed, do="show", what="decisions")["decisions"]}
    for mac, kind in stands.items():
        word = {"quarantine": ("quarantine", "block"), "allow": ("allow", "trust")}.get(kind)
        assert kind is None or decided.get(mac) in word, (mac, kind, decided)
    for mac in before - set(stands):
        assert mac not in decided, f"{mac} was released, and is back"


def killed_anywhere(bed):
    kills, seed = int(os.environ.get("FLOODWALL_KILLS", "20")), int(os.environ.get("FLOODWALL_SEED", str(random.getrandbits(32))))
    bound_s = float("inf") if "FLOODWALL_KILLS" in os.environ else 300
    print(f"     killed_anywhere: {kills} points, seed {seed}", flush=True)
    draw, shown, stands = random.Random(seed), {}, {}
    begun, slowest, done = time.monotonic(), 0, 0
    for number in range(kills):
        if time.monotonic() - begun > bound_s:
            print(f"     {done} of them within {bound_s} s", flush=True)
            break
        before = set(stands)
        killer = subprocess.Popen([sys.executable, "-c", "import os,sys,time; time.sleep(float(sys.argv[1])); os.kill(int(sys.argv[2]), 9)",
                                   str(draw.random() * 2.2), str(bed.daemon.pid)])
        try:
            live_until(bed, draw, time.monotonic() + 5, shown, stands, number)
        except (ConnectionError, OSError, subprocess.CalledProcessError):
            pass  # killed in the midst of it
        killer.wait()
        bed.daemon.wait(10)
        again = time.monotonic()
        bed.run()
        slowest = max(slowest, time.monotonic() - again)
        check(bed, shown, stands, before)
        done += 1
    print(f"     {done} kills in {time.monotonic() - begun:.0f} s: {len(shown)} findings shown, {len(stands)} decisions, none lost; "
          f"the slowest start {slowest:.1f} s", flush=True)
    assert done >= 3 and len(shown) >= done / 10, "hardly anything was found: the test shows nothing"
    assert "set aside" not in bed.heard(), "the store was damaged"


def resident(bed):
    with open(f"/proc/{bed.daemon.pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS"))


MILLION = """with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
insert into finding (mac, kind, severity, raised, last, muted, body)
select 0x020001000000 + i % 4000, 'scan', 'low', ? - i, ? - i, 0, replace(?, 'Device', 'Device ' || i) from n"""
ASKED = {"overview": {"what": "overview"}, "devices": {"what": "devices", "count": 50}, "search": {"what": "devices", "count": 50, "search": "device 39"},
         "findings": {"what": "findings", "count": 50}, "a finding": {"what": "findings", "count": 50, "search": "Device 77777"}}


def fill_store(bed, count):
    """Findings as they are kept: the body of a real one, if there is one."""
    import sqlite3
    base = sqlite3.connect(f"{bed.folder}/state/floodwall.db")
    kept = base.execute("select body from finding order by number desc limit 1").fetchone()
    body = kept[0] if kept else json.dumps({"id": "scan", "severity": "low", "state": "suspect", "mac": CAMERA, "name": "Device"})
    now = int(time.time())
    with base:
        base.execute(MILLION, (count, now, now, body))
    base.close()


def fill_devices(bed, small, count):
    """A configuration names 4,096 at most; those of an earlier run keep their places."""
    for first in range(0, count, 4000):
        many = "".join(f"  - {{mac: '02:00:01:00:{n >> 8:02x}:{n & 255:02x}', name: Device {n}}}\n" for n in range(first, min(first + 4000, count)))
        with open(bed.configuration, "w", encoding="utf-8") as out:
            out.write(small.replace("devices: 64", "devices: 10000").replace("  devices:\n", f"  devices:\n{many}"))
        bed.run()
        bed.end()


def medians(bed):
    asker, told = Asker(bed.socket), []
    for name, query in ASKED.items():
        taken = []
        for _ in range(9):
            begun = time.monotonic()
            assert asker.ask(do="show", **query)["ok"], query
            taken.append(time.monotonic() - begun)
        told.append(f"{name} {sorted(taken)[4] * 1000:.1f}")
    asker.socket.close()
    return ", ".join(told)


def idle_share(bed):
    ticks = os.sysconf("SC_CLK_TCK")

    def used():
        with open(f"/proc/{bed.daemon.pid}/stat", encoding="utf-8") as stat:
            words = stat.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / ticks
    time.sleep(3)
    before, begun = used(), time.monotonic()
    time.sleep(float(os.environ.get("FLOODWALL_IDLE_S", "65")))
    return (used() - before) / (time.monotonic() - begun)


def resident_over(bed, seconds):
    """The least and the most of so long, in MiB: devices are looked through every ten seconds, for messages."""
    seen, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        seen.append(resident(bed) / (1 << 20))
        time.sleep(0.02)
    return min(seen), max(seen)


def thousands_of_devices(bed):
    """10,000 devices and a million findings: what it takes, what an answer takes, and what it takes when nothing happens."""
    bed.end()
    bed.call("bypass", "-c", bed.configuration)
    with open(bed.configuration, encoding="utf-8") as text:
        small = text.read()
    million = int(os.environ.get("FLOODWALL_FINDINGS", "1000000"))
    fill_store(bed, million)
    fill_devices(bed, small, 9990)
    bed.run()
    count = ask(bed, do="show", what="devices", count=1)["devices"]["total"]
    assert count >= 9990, count
    told = medians(bed)
    share = idle_share(bed)
    least, most = resident_over(bed, 12)
    print(f"     {count} devices, {million} findings: resident {least:.1f} MiB, {most:.1f} MiB at most; "
          f"idle CPU {share * 100:.2f} %; medians in ms: {told}", flush=True)
    if not bed.sanitized:
        assert least < BOUND and most < PEAK
    bed.end()
    bed.call("bypass", "-c", bed.configuration)
    with open(bed.configuration, "w", encoding="utf-8") as out:
        out.write(small)
    bed.run()


STORIES = [findings_outlive_the_daemon, packets_prove_it, names_outlive_the_daemon, counters, killed_anywhere, thousands_of_devices]


if __name__ == "__main__":
    play("remembering", STORIES)
