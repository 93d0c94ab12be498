#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A server that answers names which its transfer does not hold, before floodwall run: real Knot, on the bed of running.py. First a zone that was changed and
nobody said so, then names that are made when they are asked for. The ten minutes of the second pass in a clock that is put ahead (fast_clock.c).

usage: contradicting.py FLOODWALL SCHEMA FAST_CLOCK
"""
import mmap
import os
import random
import struct
import sys

import running
from running import sh, wait_for

MINUTE_NS = 60 * 10 ** 9
MADE_UP = "dyn-192-0-2-7.example.test"
JUNK = 40  # far more unknown names than a zone may be asked for at once, and fewer questions than an address may ask
SYNTHESIS = """mod-synthrecord:
  - id: made
    type: forward
    prefix: dyn-
    network: 192.0.2.0/24
"""


class Ahead:
    """By how much the daemon's steady clock is ahead."""

    def __init__(self, path):
        with open(path, "wb") as out:
            out.write(bytes(8))
        os.chmod(path, 0o644)
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 8)
        self.environment = os.environ | {"LD_PRELOAD": os.path.abspath(sys.argv[3]), "FAST_CLOCK_AHEAD": path,
                                         "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}

    def be(self, ahead_ns):
        self.memory[:] = struct.pack("=Q", ahead_ns)


def zone_of(bed):
    return running.example_of(bed.shield())


def judged(bed, serial):
    zone = zone_of(bed)
    return zone["state"] == "judged" and not zone["fresh"] and zone["serial"] == serial and zone


def server_becomes(bed, **lines):
    bed.write_server(**lines)
    sh("knotc", "-c", f"{bed.folder}/knot.conf", "reload")


def answered_junk(bed):
    return bed.ask_many([f"{random.getrandbits(60):x}.example.test" for _ in range(JUNK)], timeout=2).count(3)


def what_is_judged_is_stopped(bed):
    """So that it shows below who is judged: in defend, all of them are too many."""
    bed.ahead = Ahead(f"{bed.folder}/ahead")
    server_becomes(bed, notify="")
    bed.configure(stance="defend")
    bed.run(env=bed.ahead.environment)
    assert zone_of(bed)["contradicted"] == 0
    assert answered_junk(bed) < JUNK / 2


def a_zone_that_was_changed_in_silence(bed):
    bed.zone(2, "silent A 192.0.2.98\n")
    bed.reload_zone()
    wait_for(lambda: bed.ask("silent.example.test", timeout=2) == 0, 20, "the new name's answer")
    zone = wait_for(lambda: judged(bed, 2), 20, "the zone to be read again")
    assert zone["contradicted"] == 1, zone
    assert "example.test.: the server answers a name that its transfer does not hold; its names are not judged until it was read again" in bed.told()


def names_that_are_made_when_asked_for(bed):
    server_becomes(bed, notify="", before=SYNTHESIS, of_zone="    module: mod-synthrecord/made\n")
    wait_for(lambda: bed.ask(MADE_UP, timeout=2) == 0, 20, "the made-up name's answer")
    zone = wait_for(lambda: zone_of(bed)["state"] == "aside" and zone_of(bed), 5, "the zone to stand aside")
    assert zone["contradicted"] == 2, zone
    assert zone["why"].startswith("the server answers names that its transfer does not hold"), zone
    assert "its names are not judged until some time has passed" in bed.told()
    assert answered_junk(bed) == JUNK
    text = bed.command("show", "shield", "--no-color")
    assert "the server answers names that its transfer does not hold" in text, text


def and_are_no_more(bed):
    """The zone is not judged the sooner for it, but when the ten minutes are over."""
    server_becomes(bed, notify="")
    bed.ahead.be(9 * MINUTE_NS)
    assert zone_of(bed)["state"] == "aside", zone_of(bed)
    assert answered_junk(bed) == JUNK
    bed.ahead.be(11 * MINUTE_NS)
    zone = wait_for(lambda: judged(bed, 2), 20, "the zone to be judged again")
    assert zone["contradicted"] == 2 and not zone["why"], zone
    assert answered_junk(bed) < JUNK / 2
    assert bed.end() == 0
    bed.command("bypass", "-c", bed.configuration)


if __name__ == "__main__":
    running.tell([what_is_judged_is_stopped, a_zone_that_was_changed_in_silence, names_that_are_made_when_asked_for, and_are_no_more], sys.argv[1])
