#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A million names come from a file while the daemon goes on: it answers, hears NOTIFY, takes a reload, ends. Orders of events, no times.

usage: loading.py FLOODWALL [SCHEMA]
"""
import os
import signal
import sys

import running
from running import sh, wait_for

NAMES = 1000000


def write_big(bed):
    with open(f"{bed.folder}/big.zone", "w", encoding="utf-8") as out:
        out.write("$ORIGIN big.test.\n$TTL 60\n@ SOA ns h 1 60 60 600 60\n@ NS ns\nns A 10.9.0.1\n")
        out.writelines(f"n{i} A 192.0.2.1\n" for i in range(NAMES - 2))
    os.chmod(f"{bed.folder}/big.zone", 0o644)


def with_big(bed, **more):
    bed.configure(names=1200000, zones=f", {{name: big.test, file: {bed.folder}/big.zone}}", **more)


def without_big(bed):
    bed.configure(names=1200000)


def zone_of(shield, name):
    return next((zone for zone in shield["zones"] if zone["zone"] in (name, name + ".")), None)


def is_judged(bed, name):
    zone = zone_of(bed.shield(), name)
    return zone and zone["state"] == "judged" and zone


def answers_before(bed, done):
    """Views that came before done() of one was true."""
    views = []
    while not done(view := bed.shield()):
        views.append(view)
        assert len(views) < 100000
    return views


def starts_without_it(bed):
    write_big(bed)
    without_big(bed)
    bed.run()


def answers_while_it_loads(bed):
    with_big(bed)
    assert bed.request(do="reload")["ok"] is True
    views = answers_before(bed, lambda view: (zone_of(view, "big.test") or {}).get("state") == "judged")
    assert len(views) >= 3, f"{len(views)} answers came before the zone was there"
    assert zone_of(bed.shield(), "big.test")["names"] == NAMES, zone_of(bed.shield(), "big.test")
    assert zone_of(views[-1], "example.test")["state"] == "judged"


def another_zone_comes_in_between(bed):
    """The server notifies while the file is read: the small zone's new name is there first. And the file is asked for twice."""
    loaded = zone_of(bed.shield(), "big.test")["loaded"]
    serial = zone_of(bed.shield(), "example.test")["serial"]
    assert bed.request(do="refresh", zone="big.test")["ok"] is True
    assert bed.request(do="refresh", zone="big.test")["ok"] is True
    bed.zone(serial + 1, "fresh A 192.0.2.99\n")
    bed.reload_zone()
    wait_for(lambda: zone_of(bed.shield(), "example.test")["serial"] == serial + 1, 20, "the zone's new serial")
    bed.reaches("fresh.example.test")
    wait_for(lambda: zone_of(bed.shield(), "big.test")["loaded"] > loaded and is_judged(bed, "big.test"), 30, "the file, read again")


def a_reload_in_the_middle(bed):
    """The zone goes while it is being read, and comes again; nothing is left of it in between."""
    for _ in range(3):
        assert bed.request(do="refresh", zone="big.test")["ok"] is True
        without_big(bed)
        assert bed.request(do="reload")["ok"] is True
        assert zone_of(bed.shield(), "big.test") is None
        with_big(bed)
        assert bed.request(do="reload")["ok"] is True
        assert zone_of(bed.shield(), "big.test")["state"] != "judged"
    wait_for(lambda: is_judged(bed, "big.test"), 30, "the zone, after all of that")
    assert zone_of(bed.shield(), "big.test")["names"] == NAMES
    bed.reaches("n1.example.test")


def a_fault_has_its_line(bed):
    """A zone whose file is wrong: the place where it is, for people to find."""
    with open(f"{bed.folder}/wrong.zone", "w", encoding="utf-8") as out:
        out.write("$ORIGIN wrong.test.\n$TTL 60\n@ SOA ns h 1 60 60 600 60\nns A 10.9.0.1\nns A nonsense\n")
    os.chmod(f"{bed.folder}/wrong.zone", 0o644)
    bed.configure(names=1200000, zones=f", {{name: wrong.test, file: {bed.folder}/wrong.zone}}")
    assert bed.request(do="reload")["ok"] is True
    place = f"{bed.folder}/wrong.zone:5: "
    wait_for(lambda: place in (zone_of(bed.shield(), "wrong.test")["why"] or ""), 10, "the fault's place")
    assert bed.told().count(place) == 1, "said once, however often it is tried"


def ends_in_the_middle(bed):
    for number, code in ((signal.SIGTERM, 0), (signal.SIGINT, 0)):
        with_big(bed)
        assert bed.request(do="reload")["ok"] is True
        assert zone_of(bed.shield(), "big.test")["state"] != "judged"
        assert bed.end(number) == code, bed.told()
        without_big(bed)
        bed.run()
    sh(bed.floodwall, "bypass", "-c", bed.configuration)
    bed.end()


if __name__ == "__main__":
    running.tell([starts_without_it, answers_while_it_loads, another_zone_comes_in_between, a_reload_in_the_middle, a_fault_has_its_line,
                  ends_in_the_middle], sys.argv[1])
