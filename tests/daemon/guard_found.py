#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""floodwall run as a guard finds hijacked devices: what is stopped, decided, counted and written down of it; on a full disk, too; a copy of it all.

usage: guard_found.py FLOODWALL ROOT [STORY...]
"""
import datetime
import json
import os
import re
import signal
import sqlite3
import struct
import subprocess
import time

from guard_bed import CAMERA, full_disk_under, packet, play, syn, wait_for


def until_stopped_s(finding):
    """From when it was handed out to when the kernel stopped its device, by the daemon's own clock."""
    raised, acted = (datetime.datetime.fromisoformat(finding[word]) for word in ("raised", "acted"))
    return (acted - raised).total_seconds()


def hijacked(bed):
    """A recorder scans; a bulb floods. Both are in quarantine, it is told how much left before, and undo brings them back."""
    recorder, bulb = "02:00:00:00:00:07", "02:00:00:00:00:08"
    bed.inject([syn(recorder, "10.9.0.7", f"10.8.{i}.77", 23) for i in range(60)])
    started = time.monotonic()
    wait_for(lambda: (bed.device(recorder) or {"stand": ""})["stand"] == "quarantined", 8, "the recorder's quarantine")
    found = next(f for f in bed.show("findings")["findings"] if f["mac"] == recorder)
    assert found["id"] == "scan" and found["act"] == "quarantined" and found["severity"] == "high", found
    assert time.monotonic() - started < 6, "silence counts after three seconds"
    assert 0 <= until_stopped_s(found) <= 1, found
    # a bucket for logins lets 20 through at once, and one a second: the strangers' first, then that of its place, which comes meanwhile
    assert 20 <= found["leaked"]["packets"] <= 50 and found["leaked"]["whole"], found
    assert f"floodwall release {recorder}" in bed.call("show", "findings").stdout
    deed = next(d for d in bed.show("audit") if d["verb"] == "decide" and "scan" in d["detail"])
    assert deed["who"] == "floodwall", deed
    bed.call("undo", str(deed["deed"]))
    assert bed.device(recorder)["stand"] == "ordinary"
    assert bed.device()["stand"] == "ordinary", "nobody else"

    udp = struct.pack("!HHHH", 5000, 9, 8 + 1000, 0) + bytes(1000)
    bed.inject([packet(bulb, "10.9.0.8", "10.8.0.66", 17, udp)] * 6000)
    wait_for(lambda: (bed.device(bulb) or {"stand": ""})["stand"] == "quarantined", 8, "the bulb's quarantine")
    found = next(f for f in bed.show("findings")["findings"] if f["mac"] == bulb)
    assert found["id"] == "flood" and found["severity"] == "critical" and 0 <= until_stopped_s(found) <= 1, found
    assert found["leaked"]["bytes"] <= 1048576 + 131072 * 12, found
    bed.call("release", bulb)


def hijacked_and_let_be(bed):
    """A person quarantines a hijacked device, and takes that back, or its time ends: what was found stands. Who is released is clean."""
    bot = "02:00:00:00:00:0e"
    bed.configure(more="  quarantine: {from: never}")
    bed.daemon.send_signal(signal.SIGHUP)
    bed.inject([syn(bot, "10.9.0.14", f"10.8.{i}.79", 23) for i in range(60)])
    wait_for(lambda: (bed.device(bot) or {"state": ""})["state"] == "hijacked", 10, "what was found")
    assert bed.device(bot)["stand"] == "ordinary"

    def stands():
        return bed.device(bot)["state"], bed.device(bot)["stand"]

    done = json.loads(bed.call("quarantine", bot, "--json").stdout)
    assert stands() == ("hijacked", "quarantined")
    text = bed.call("undo", str(done["deed"])).stdout
    assert stands() == ("hijacked", "ordinary"), stands()
    assert "is hijacked still, and nothing holds it now" in text, text
    bed.call("quarantine", bot, "--for", "1s")
    wait_for(lambda: stands() == ("hijacked", "ordinary"), 5, "the end of its time")
    done = json.loads(bed.call("quarantine", CAMERA, "--json").stdout)
    text = bed.call("undo", str(done["deed"])).stdout
    assert "nothing holds it now" not in text and bed.device()["state"] == "clean", text
    bed.call("quarantine", bot)
    bed.call("release", bot)
    assert stands() == ("clean", "ordinary"), stands()
    bed.configure()
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: "from: high" in bed.call("show", "configuration").stdout, 5, "the old settings")


def written_down(bed):
    """The audit log says what was decided, about whom, why and until when, after a restart too; of what floodwall decided, by which finding."""
    def latest(count):
        return bed.show("audit")[:count]

    bed.call("quarantine", CAMERA, "--for", "1h", "--reason", "told so")
    bed.call("allow", CAMERA)
    bed.call("release", CAMERA)
    bed.call("mute", "scan", CAMERA, "--reason", "a test of ours")
    bed.call("undo")
    bed.call("pause", "--reason", "the printer")
    bed.call("resume")
    bed.call("name", CAMERA, "Front door")
    bed.call("undo")
    bed.end()
    bed.run()
    deeds = [d for d in latest(20) if d["verb"] != "note"][:9][::-1]
    told = [(d["verb"], d["kind"], d["about"], d["reason"]) for d in deeds]
    assert told == [("decide", "quarantine", CAMERA, "told so"), ("decide", "allow", CAMERA, None), ("release", "allow", CAMERA, None),
                    ("decide", "mute", f"scan {CAMERA}", "a test of ours"), ("undo", "mute", f"scan {CAMERA}", "a test of ours"),
                    ("decide", "bypass", "everything", "the printer"), ("release", "bypass", "everything", "the printer"),
                    ("name", None, CAMERA, None), ("undo", None, CAMERA, None)], told
    assert deeds[0]["until"] and not deeds[1]["until"] and all(d["who"] == "root" and d["finding"] is None for d in deeds), deeds
    text = bed.call("show", "audit").stdout
    assert re.search(rf"decide   quarantine of {CAMERA} until \S+ decision \d+ by root: told so\n", text), text
    story = [event["text"] for event in bed.show("device camera")["timeline"] if event["what"] == "deed"]
    assert any(re.fullmatch(r"put into quarantine by root: told so; until [-0-9]{10} [0-9:]{5} UTC", line) for line in story), story
    assert "a name was undone by root" in story, story
    assert "allowed everything no longer by root" in story, story
    bot = "02:00:00:00:00:0f"
    bed.inject([syn(bot, "10.9.0.15", f"10.8.{i}.80", 23) for i in range(60)])
    wait_for(lambda: (bed.device(bot) or {"stand": ""})["stand"] == "quarantined", 10, "its quarantine")
    found = next(f for f in bed.show("findings")["findings"] if f["mac"] == bot)["finding"]
    bed.call("release", bot)
    deeds = [d for d in latest(8) if d["about"] == bot]
    assert [(d["verb"], d["kind"], d["finding"]) for d in deeds] == [("release", "quarantine", found), ("decide", "quarantine", found)], deeds
    assert any(event["deed"] and event["finding"] == found for event in bed.show(f"device {bot}")["timeline"])


def findings_are_counted(bed):
    """A counter of this process: after a restart it begins at 0, though numbers of findings go on."""
    def made():
        return int(re.search(r"^floodwall_findings_total (\d+)$", bed.call("show", "stats", "--prometheus").stdout, re.M).group(1))

    def latest():
        return bed.show("findings")["findings"][0]["finding"]

    def scans(bot, source):
        bed.inject([syn(bot, source, f"10.8.{i}.82", 23) for i in range(60)])
        wait_for(lambda: (bed.device(bot) or {"stand": ""})["stand"] == "quarantined", 10, "its quarantine")
        bed.call("release", bot)

    scans("02:00:00:00:00:2a", "10.9.0.42")
    bed.end()
    last = latest_kept(bed)
    bed.run()
    assert made() == latest() - last < last, (made(), latest(), last)
    scans("02:00:00:00:00:2b", "10.9.0.43")
    wait_for(lambda: 0 < made() == latest() - last, 5, "as many as there are new numbers")


def latest_kept(bed):
    base = sqlite3.connect(f"{bed.folder}/state/floodwall.db")
    try:
        return base.execute("select max(number) from finding").fetchone()[0]
    finally:
        base.close()


def full_disk(bed):
    """What a person decides is refused with a sentence; what is found is stopped all the same."""
    with full_disk_under(bed):
        full = bed.call("quarantine", CAMERA, check=False)
        assert full.returncode == 2 and "disk is full" in full.stderr, full
        assert bed.connects("10.8.0.2", 8000)
        camera = "02:00:00:00:00:0a"
        bed.inject([syn(camera, "10.9.0.10", f"10.8.{i}.78", 23) for i in range(30)])
        wait_for(lambda: (bed.device(camera) or {"stand": ""})["stand"] == "quarantined", 8, "the quarantine")
        assert "disk is full" in bed.show("verdicts")["store"]
        os.remove(f"{bed.folder}/state/fill")
        bed.call("quarantine", CAMERA)
        bed.call("release", CAMERA)
        assert bed.device(camera)["stand"] == "quarantined", "what another decides about another changes nothing"
        bed.call("release", camera)
        assert bed.device(camera)["stand"] == "ordinary"


def backup_and_restore(bed):
    """A copy while the daemon runs and decides on; without the daemon it is what holds again."""
    copy = f"{bed.folder}/copy.db"
    before = len(bed.show("decisions"))
    bed.call("quarantine", "02:00:00:00:00:77")
    assert "Copied: " in bed.call("backup", copy).stdout
    assert os.stat(copy).st_mode & 0o777 == 0o600
    assert not os.path.exists(f"{bed.folder}/state/floodwall.db.copy")
    again = bed.call("backup", copy, check=False)
    assert again.returncode == 2 and "File exists" in again.stderr, again
    assert os.path.getsize(copy) > 4096, "what was there is left alone"
    bed.call("quarantine", "02:00:00:00:00:78")

    def restore(what):
        return subprocess.run([bed.floodwall, "restore", what, "-c", bed.configuration], capture_output=True, text=True, timeout=30, check=False)

    held = restore(copy)
    assert held.returncode == 2 and "held by another process; stop the daemon first" in held.stderr, held
    bed.end()
    none = restore(bed.configuration)
    assert none.returncode == 2 and "is no store of floodwall, or is damaged; nothing was changed" in none.stderr, none
    done = restore(copy)
    assert done.returncode == 0 and "floodwall.db.before" in done.stdout, done
    bed.run()
    assert len(bed.show("decisions")) == before + 1
    bed.call("release", "02:00:00:00:00:77")
    os.remove(copy)


STORIES = [hijacked, hijacked_and_let_be, written_down, findings_are_counted, full_disk, backup_and_restore]


if __name__ == "__main__":
    play("guard-found", STORIES)
