#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""floodwall run on the guard's bed, killed at random points of its whole life: nothing that was shown or decided is lost.

    start    from the first instruction on, until it answers; every twentieth begins with nothing in the kernel, so that the verifier is met too
    live     frames that make findings, decisions, looks at findings; some live for long enough that a flood is found (a second), and half of those are
             killed in the moment after a finding was shown for the first time
    stop     SIGTERM, and the end before it has ended by itself

usage: killed.py FLOODWALL ROOT      FLOODWALL_KILLS=1000 how often (100), FLOODWALL_SEED the seed of the points

A point is drawn within the time that its part of the life took when nobody killed it. What counts as shown is what an answer held that came whole;
what counts as decided is what was acknowledged. Each start that is not killed is asked for all of it.
"""
import collections
import ctypes
import os
import random
import signal
import socket
import sys
import threading
import time

from guard_bed import CLONE_NEWNET, play, wait_for
from remembering import Asker, flood

KILLS, DEVICES, DECIDED = 100, 30, 20
PARTS = {"start": 0.3, "live": 0.5, "stop": 0.2}
SHORT_S, LONG_S = (0, 0.4), (0.9, 2.2)
GONE = (ConnectionError, OSError)


def socket_at(there):
    """Raw frames from that end of the wire, without a process for each lot of them."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net", "rb") as home, open(f"/proc/{there.pid}/ns/net", "rb") as away:
        assert libc.setns(away.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            raw.bind(("c0", 0))
        finally:
            assert libc.setns(home.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
    return raw


class Life:
    """What was seen of the daemon, over all its starts, and what must therefore be found again."""

    def __init__(self, bed, draw):
        self.bed, self.draw, self.wire = bed, draw, socket_at(bed.camera)
        self.shown, self.stands, self.released = {}, {}, set()
        self.takes = {"start": 0.1, "stop": 0.05}  # seconds, of the latest that was let be
        self.killed, self.checks, self.number = collections.Counter(), 0, 0

    def begin(self):
        self.bed.daemon = self.bed.start(self.bed.floodwall, "run", "-c", self.bed.configuration, stderr=self.bed.said)
        self.begun = time.monotonic()

    def asker(self):
        """None: it was killed before it answered."""
        while self.bed.daemon.poll() is None:
            assert time.monotonic() < self.begun + 60, "it does not start"
            try:
                asker = Asker(self.bed.socket)
                asker.ask(do="show", what="decisions")
                return asker
            except GONE:
                time.sleep(0.002)
        assert self.bed.daemon.returncode == -signal.SIGKILL, f"did not start: {self.bed.heard()[-2000:]}"
        return None

    def kill_after(self, seconds):
        timer = threading.Timer(seconds, self.bed.daemon.kill)
        timer.start()
        return timer

    def end(self, part, timer):
        timer.join()
        status = self.bed.daemon.wait(10)
        assert status in (0, -signal.SIGKILL), (status, self.bed.heard()[-2000:])
        self.killed[part] += status != 0
        return status

    # ---- the parts ----

    def killed_in_start(self):
        cold = self.killed["start"] % 7 == 6
        if cold:
            self.bed.call("bypass", "-c", self.bed.configuration)
        self.begin()
        timer = self.kill_after(self.draw.random() * (2.0 if cold else self.takes["start"]))
        try:
            self.asker()
        except GONE:
            pass
        self.end("start", timer)

    def killed_alive(self, asker):
        long = self.draw.random() < 0.3
        timer = self.kill_after(self.draw.uniform(*(LONG_S if long else SHORT_S)))
        try:
            self.live(asker, long and self.draw.random() < 0.5)
        except GONE:
            pass
        self.end("live", timer)

    def killed_in_stop(self, asker):
        asked = time.monotonic()
        try:
            for _ in range(3):
                self.act(asker)
        except GONE:
            pass
        self.bed.daemon.terminate()
        timer = self.kill_after(self.draw.random() * self.takes["stop"])
        if self.end("stop", timer) == 0:
            self.takes["stop"] = max(0.01, min(1, time.monotonic() - asked))

    # ---- what is done, and noted once it was answered ----

    def act(self, asker):
        mac = f"02:00:00:00:02:{self.draw.randrange(DECIDED):02x}"
        if self.stands.get(mac) and self.draw.random() < 0.5:
            self.stands[mac] = None  # on its way: either may hold
            assert asker.ask(do="release", prefix=mac)["ok"]
            del self.stands[mac]
            self.released.add(mac)
            return
        kind = self.draw.choice(("quarantine", "allow"))
        self.stands[mac] = None
        self.released.discard(mac)
        answer = asker.ask(do=kind, prefix=mac, reason=f"point {self.draw.random()}")
        assert answer["ok"], answer
        self.stands[mac] = kind

    def look(self, asker):
        for found in asker.ask(do="show", what="findings", count=20)["findings"]["findings"]:
            self.shown[found["finding"]] = (found["id"], found["mac"])

    def live(self, asker, until_shown):
        self.number += 1
        place = self.number % DEVICES
        frame = flood(f"02:00:00:00:03:{place:02x}", f"10.9.0.{100 + place}", 1)[0]
        known = len(self.shown)
        while True:
            for _ in range(250):
                self.wire.send(frame)
            if self.draw.random() < 0.5:
                self.act(asker)
            self.look(asker)
            if until_shown and len(self.shown) > known:
                self.bed.daemon.kill()
            time.sleep(self.draw.random() * 0.02)

    # ---- what must be found again ----

    def check(self, asker):
        again, before = {}, None
        while True:
            page = asker.ask(do="show", what="findings", count=50, **({"before": before} if before else {}))["findings"]
            again.update((found["finding"], (found["id"], found["mac"])) for found in page["findings"])
            before = page["next"]
            if not before:
                break
        lost = {number: what for number, what in self.shown.items() if again.get(number) != what}
        assert not lost, f"shown, and lost: {lost}"
        decided = {d["prefix"]: d["kind"] for d in asker.ask(do="show", what="decisions")["decisions"]}
        for mac, kind in self.stands.items():
            word = {"quarantine": ("quarantine", "block"), "allow": ("allow", "trust")}.get(kind)
            assert kind is None or decided.get(mac) in word, (mac, kind, decided)
        for mac in self.released:
            assert mac not in decided, f"{mac} was released, and is back"
        self.checks += 1


def killed_anywhere(bed):
    kills, seed = int(os.environ.get("FLOODWALL_KILLS", KILLS)), int(os.environ.get("FLOODWALL_SEED", str(random.getrandbits(32))))
    print(f"     killed_anywhere: {kills} points, seed {seed}", flush=True)
    bed.end()
    life, begun, slowest = Life(bed, random.Random(seed)), time.monotonic(), 0
    while life.killed.total() < kills:
        part = life.draw.choices(list(PARTS), PARTS.values())[0]
        if part == "start":
            life.killed_in_start()
            continue
        life.begin()
        asker = life.asker()
        life.takes["start"] = time.monotonic() - life.begun
        slowest = max(slowest, life.takes["start"])
        life.check(asker)
        (life.killed_alive if part == "live" else life.killed_in_stop)(asker)
    bed.run()
    life.check(Asker(bed.socket))
    parts = ", ".join(f"{count} in its {part}" for part, count in sorted(life.killed.items()))
    print(f"     {life.killed.total()} kills in {time.monotonic() - begun:.0f} s ({parts}): {len(life.shown)} findings shown, {len(life.stands)} decisions, "
          f"{life.checks} looks back, none lost; the slowest start {slowest:.2f} s", flush=True)
    assert kills < 30 or len(life.killed) == 3, "a part of its life was never hit"
    assert len(life.shown) >= kills / 10, "hardly anything was found: the test shows nothing"
    assert "set aside" not in bed.heard(), "the store was damaged"


if __name__ == "__main__":
    play("killed", [killed_anywhere])
