#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""floodwall run as a guard: devices, policy with names, quarantine and its undo, DHCP, forged MACs, reload, death, restart, bypass.

usage: guard.py FLOODWALL ROOT [STORY...]
"""
import json
import os
import re
import signal
import socket
import struct
import subprocess
import time

from guard_bed import CAMERA, OTHER, URL, dhcp, mud, packet, play, sh, syn, wait_for


def policy_with_names(bed):
    """A name is resolved by the gateway itself before the policy holds: the first connection passes, whatever the camera asked before."""
    wait_for(lambda: bed.show("policy")["policies"][0]["devices"] == 1 and bed.device() and bed.device()["policy"]["rules"], 10, "the policy")
    assert ("cloud.example.com", "10.9.0.1") in bed.resolver.asked
    assert bed.connects("10.8.0.2", 8000), bed.call("show", "verdicts").stdout
    assert not bed.connects("10.8.0.2", 9000)
    assert not bed.connects("10.8.0.3", 8000)
    assert bed.resolves()
    device = bed.device()
    assert device["policy"] == {"from": "configuration", "url": URL, "refused": None, "rules": 2}, device
    assert device["name"] == "Camera" and device["addresses"] == ["10.9.0.2"], device
    assert device["traffic"]["out"]["dropped"]["packets"] > 0


def shows(bed):
    """A home in order needs nobody; a page of devices; one device; the settings with the lines of the file."""
    overview = bed.show("overview")
    assert overview["role"] == "guard" and overview["needs"] == [] and overview["faults"] == [], overview
    assert overview["mode"]["policy"] == "enforce" and overview["devices"]["total"] >= 1 and not overview["bypass"], overview
    assert "Nothing needs you now." in bed.call("show", "overview", "--width", "80").stdout
    page = bed.show("devices --search CAMERA --count 1")
    assert page["total"] == 1 and [d["mac"] for d in page["devices"]] == [CAMERA], page
    assert page["devices"][0]["user_name"] == "Camera", page
    assert bed.show("devices --search lamp")["total"] == 0 and bed.show("devices --from 1 --search camera")["devices"] == []
    wrong = bed.call("show", "devices", "--state", "fine", check=False)
    assert wrong.returncode == 2 and "state is clean, exposed" in wrong.stderr, wrong.stderr
    device = bed.show("device camera")
    assert device["mac"] == CAMERA and any("cloud.example.com" in words for words in device["policy_words"]), device
    assert any(event["what"] == "seen" for event in device["timeline"]), device
    talk = next(talk for talk in device["talks"] if talk["peer"] == "10.8.0.2" and talk["port"] == 8000)
    assert talk["protocol"] == "tcp" and talk["bytes_out"] > 0 and talk["packets_in"] > 0, device["talks"]
    wrong = bed.call("show", "device", "nobody", check=False)
    assert wrong.returncode == 2 and "no device is known by 'nobody'" in wrong.stderr, wrong.stderr
    lines = {line["setting"]: line for line in bed.show("configuration")["lines"]}
    with open(bed.configuration, encoding="utf-8") as file:
        written = file.read().splitlines()
    assert written[lines["guard.mode"]["line"] - 1].strip() == "mode: enforce" and lines["guard.mode"]["file"] == bed.configuration, lines["guard.mode"]
    assert CAMERA in written[lines["guard.devices[0]"]["line"] - 1] and lines["guard.late"]["line"] is None, lines["guard.devices[0]"]


def quarantine_and_undo(bed):
    done = json.loads(bed.call("quarantine", "camera", "--reason", "told so", "--json").stdout)
    assert bed.device()["stand"] == "quarantined" and bed.device()["why"] == "told so"
    assert not bed.connects("10.8.0.2", 8000)
    assert bed.resolves(), "DNS stays open"
    assert bed.connects("10.8.0.3", 8000), "the slit to the update host"
    bed.call("undo", str(done["deed"]))
    assert bed.device()["stand"] == "ordinary"
    assert bed.connects("10.8.0.2", 8000)
    bed.call("quarantine", "10.9.0.2", "--for", "1h")
    assert not bed.connects("10.8.0.2", 8000)
    bed.call("release", CAMERA)
    assert bed.connects("10.8.0.2", 8000)
    wrong = bed.call("quarantine", "nobody", check=False)
    assert wrong.returncode == 2 and "no device is known by 'nobody'" in wrong.stderr, wrong.stderr
    bed.call("quarantine", CAMERA, "--confirm", "1s")
    wait_for(lambda: bed.device()["stand"] == "ordinary", 5, "the end of what was not confirmed")
    verbs = [deed["verb"] for deed in bed.show("audit")]
    assert "revert" in verbs and "undo" in verbs and "release" in verbs, verbs


def paused(bed):
    """All filters off and on again without root: over a restart, by undo, by the end of its time; and findings quarantine nobody meanwhile."""
    assert not bed.connects("10.8.0.2", 9000)
    done = json.loads(bed.call("pause", "--reason", "the printer", "--json").stdout)
    assert bed.connects("10.8.0.2", 9000), "nothing is stopped"
    overview = bed.show("overview")
    assert overview["bypass"] and overview["needs"][0]["severity"] == "critical" and set(overview["mode"].values()) == {"off"}, overview
    assert "switched off by a person" in bed.call("show", "overview").stdout
    assert next(d for d in bed.show("decisions") if d["kind"] == "bypass")["reason"] == "the printer"
    again = bed.call("pause", check=False)
    assert again.returncode == 2 and "off already" in again.stderr, again.stderr
    bed.end()
    bed.run()
    assert bed.show("overview")["bypass"] and bed.connects("10.8.0.2", 9000), "it survives a restart"
    assert "all filters are off" in bed.heard()
    assert "nothing is stopped" in bed.call("quarantine", CAMERA).stdout
    assert bed.connects("10.8.0.2", 9000)
    bed.call("release", CAMERA)
    bed.call("undo", str(done["deed"]))
    assert not bed.show("overview")["bypass"] and not bed.connects("10.8.0.2", 9000)
    bed.call("pause", "--for", "2s")
    assert bed.connects("10.8.0.2", 9000)
    wait_for(lambda: not bed.show("overview")["bypass"], 6, "the end of the pause")
    assert not bed.connects("10.8.0.2", 9000)
    bed.call("pause")
    bed.call("resume")
    assert not bed.connects("10.8.0.2", 9000)
    wrong = bed.call("resume", check=False)
    assert wrong.returncode == 2 and "no filter was switched off" in wrong.stderr, wrong.stderr


def named(bed):
    done = json.loads(bed.call("name", CAMERA, "Front door \033[2J", "--json").stdout)
    device = bed.device()
    assert device["user_name"] == device["name"] and device["name"].startswith("Front door"), device
    assert bed.show("device 10.9.0.2")["timeline"][0]["text"].startswith("named by root"), bed.show("device 10.9.0.2")["timeline"]
    bed.call("undo", str(done["deed"]))
    assert bed.device()["name"] == "Camera"


def muted(bed):
    bed.call("mute", "scan", CAMERA, "--reason", "a test of ours")
    mutes = bed.show("mutes")
    assert len(mutes) == 1 and mutes[0]["prefix"] == f"scan {CAMERA}", mutes
    assert f"unmute {mutes[0]['decision']}" in bed.call("show", "mutes").stdout
    bed.call("unmute", str(mutes[0]["decision"]))
    assert bed.show("mutes") == [] and "Nothing is muted" in bed.call("show", "mutes").stdout
    wrong = bed.call("unmute", "7777", check=False)
    assert wrong.returncode == 2 and "no decision 7777 stands" in wrong.stderr, wrong.stderr


def allowed(bed):
    bed.call("allow", CAMERA)
    assert bed.device()["stand"] == "allowed"
    assert bed.connects("10.8.0.2", 9000), "nothing stops it"
    bed.call("release", CAMERA)
    assert not bed.connects("10.8.0.2", 9000)


def death_and_restart(bed):
    bed.call("quarantine", CAMERA)
    bed.end(signal.SIGKILL)
    assert not bed.connects("10.8.0.2", 8000), "protection outlives the daemon"
    bed.run()
    assert bed.device()["stand"] == "quarantined"
    bed.call("release", CAMERA)
    assert bed.connects("10.8.0.2", 8000)
    assert not bed.connects("10.8.0.3", 8000)
    bed.end()
    assert not bed.connects("10.8.0.2", 9000)
    assert bed.connects("10.8.0.2", 8000)
    bed.run()
    assert bed.connects("10.8.0.2", 8000)


def reload(bed):
    bed.write_mud("{\"ietf-mud:mud\": [")
    wrong = subprocess.run([bed.floodwall, "show", "verdicts", "--socket", bed.socket], capture_output=True, text=True, check=False)
    assert wrong.returncode == 0
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: bed.show("verdicts")["configuration"]["refused"], 5, "a refusal")
    assert "camera.json" in bed.show("verdicts")["configuration"]["refused"]
    assert bed.connects("10.8.0.2", 8000) and not bed.connects("10.8.0.3", 8000), "what held before holds"
    bed.write_mud(mud("other.example.com"))
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: not bed.show("verdicts")["configuration"]["refused"], 5, "the new policy")
    wait_for(lambda: bed.connects("10.8.0.3", 8000), 10, "what the new policy allows")
    assert not bed.connects("10.8.0.2", 8000)
    bed.write_mud(mud("cloud.example.com"))
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: bed.connects("10.8.0.2", 8000), 10, "the old policy again")


def url_of_a_device(bed):
    """Section 16 of RFC 8520: what a device says of itself first counts, what it says later of another maker does not."""
    first = bytes([161, len(URL)]) + URL.encode()
    second = b"https://elsewhere.example/x.json"
    bed.inject([dhcp(1, OTHER, options=first)])
    wait_for(lambda: (bed.device(OTHER) or {"policy": {"from": ""}})["policy"]["from"] == "device", 5, "the policy of what it says")
    bed.inject([dhcp(1, OTHER, options=bytes([161, len(second)]) + second)])
    wait_for(lambda: bed.device(OTHER)["policy"]["refused"] == second.decode(), 5, "the dispute")
    assert bed.device(OTHER)["policy"]["url"] == URL
    assert any("another maker" in deed["detail"] for deed in bed.show("audit"))
    bed.inject([dhcp(1, CAMERA, options=bytes([161, len(second)]) + second), dhcp(1, CAMERA, options=b"\xa1\x04\x1b[2J"), dhcp(1, OTHER)[:200]])
    time.sleep(0.5)
    assert bed.device()["policy"]["url"] == URL, "what a person named holds"
    assert "\033" not in bed.call("show", "devices").stdout


def dhcp_release(bed):
    released = bed.show("verdicts")["released"]
    bed.inject([dhcp(7, OTHER, "10.9.0.2")])
    time.sleep(0.5)
    assert bed.device()["addresses"] == ["10.9.0.2"], "nobody gives back another one's address"
    bed.inject([dhcp(7, CAMERA, "10.9.0.2")])
    wait_for(lambda: bed.show("verdicts")["released"] > released, 5, "the release")
    assert bed.connects("10.8.0.2", 8000)
    assert not bed.connects("10.8.0.3", 8000), "and its policy stays its own"


def forged_macs(bed):
    """20,000 senders of one frame each: who is known stays known, and the daemon does not grow."""
    before = bed.show("verdicts")
    frames = []
    for i in range(20000):
        mac = struct.pack("!BBI", 2, 0x77, i)
        frames.append(b"\xff" * 6 + mac + bytes.fromhex("08060001080006040001") + mac + socket.inet_aton("10.9.0.9") + bytes(6) + socket.inet_aton("10.9.0.1"))
    bed.inject(frames)
    wait_for(lambda: bed.show("verdicts")["strangers"] > before["strangers"] + 50, 10, "strangers")
    devices = bed.show("devices")["devices"]
    assert len(devices) <= 64 and any(d["mac"] == CAMERA for d in devices)
    assert bed.connects("10.8.0.2", 8000)
    after = bed.show("verdicts")
    # sanitizers keep what was freed and shadow the rest, so under them it is only told what was added; daemon-guard-memory is without
    grown, resident = after["resident_bytes"] - before["resident_bytes"], after["resident_bytes"]
    assert grown < 16 << 20 and (bed.sanitized or resident < 64 << 20), (before["resident_bytes"], resident)


def hijacked(bed):
    """A recorder scans; a bulb floods. Both are in quarantine, it is told how much left before, and undo brings them back."""
    recorder, bulb = "02:00:00:00:00:07", "02:00:00:00:00:08"
    bed.inject([syn(recorder, "10.9.0.7", f"10.8.{i}.77", 23) for i in range(60)])
    started = time.monotonic()
    wait_for(lambda: (bed.device(recorder) or {"stand": ""})["stand"] == "quarantined", 8, "the recorder's quarantine")
    found = next(f for f in bed.show("findings")["findings"] if f["mac"] == recorder)
    assert found["id"] == "scan" and found["act"] == "quarantined" and found["severity"] == "high", found
    assert time.monotonic() - started < 6, "silence counts after three seconds"
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
    assert found["id"] == "flood" and found["severity"] == "critical", found
    assert found["leaked"]["bytes"] <= 1048576 + 131072 * 12, found
    bed.call("release", bulb)


def full_disk(bed):
    """What a person decides is refused with a sentence; what is found is stopped all the same."""
    bed.end()
    sh("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", f"{bed.folder}/state")
    try:
        bed.run()
        try:
            with open(f"{bed.folder}/state/fill", "wb", buffering=0) as out:
                while True:
                    out.write(bytes(4096))
        except OSError:
            pass
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
    finally:
        bed.end()
        sh("umount", f"{bed.folder}/state")
        bed.run()


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


def metrics(bed):
    text = bed.call("show", "stats", "--prometheus").stdout
    assert re.search(r'floodwall_guard_packets_total\{way="out",outcome="dropped",reason="[a-z_]+"\} [1-9]', text), text
    assert 'role="guard"' in text and CAMERA not in text and "10.9.0" not in text
    for line in text.splitlines():
        assert line.startswith("#") or re.fullmatch(r'floodwall_[a-z_]+(\{[^}]*\})? \d+', line), line


def observes(bed):
    bed.configure(mode="observe")
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: all(f["mode"] == "observe" for f in bed.show("verdicts")["filters"]), 5, "observe")
    assert bed.connects("10.8.0.2", 9000)
    assert bed.device()["traffic"]["out"]["would"]["packets"] > 0
    assert "nothing is stopped" in bed.call("quarantine", CAMERA).stdout
    assert bed.connects("10.8.0.2", 9000)
    bed.call("release", CAMERA)
    bed.configure()
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: all(f["mode"] == "enforce" for f in bed.show("verdicts")["filters"]), 5, "enforce")


def admin(bed):
    """Nobody locks the admin out, not even the admin."""
    bed.configure(more=f"  admins: ['{CAMERA}']")
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: bed.device()["stand"] == "held", 5, "the admin")
    assert "never stopped" in bed.call("quarantine", CAMERA).stdout
    assert bed.connects("10.8.0.2", 9000)
    bed.call("release", CAMERA)
    bed.configure()
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: bed.device()["stand"] == "ordinary", 5, "an ordinary device")


def stolen_address(bed):
    """An admin by address is who has it, not who sends one frame with it."""
    thief = "02:00:00:00:00:0c"
    bed.configure(more="  admins: ['10.9.0.2']")
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: bed.device()["stand"] == "held", 5, "the admin")
    bed.inject([syn(thief, "10.9.0.2", "10.8.0.2", 9000), syn(thief, "10.9.0.12", "10.8.0.2", 9000)])
    wait_for(lambda: (bed.device(thief) or {"addresses": []})["addresses"] == ["10.9.0.12"], 5, "the thief's own address")
    assert bed.device(thief)["stand"] == "ordinary" and bed.device()["stand"] == "held"
    bed.configure()
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: bed.device()["stand"] == "ordinary", 5, "an ordinary device")


def bypass(bed):
    bed.end()
    assert not bed.connects("10.8.0.2", 9000)
    assert "Taken away" in bed.call("bypass", "-c", bed.configuration).stdout
    assert bed.connects("10.8.0.2", 9000)


STORIES = [policy_with_names, shows, quarantine_and_undo, paused, named, muted, allowed, stolen_address, death_and_restart, reload, url_of_a_device, dhcp_release, hijacked, full_disk, backup_and_restore, forged_macs, metrics,
           observes, admin, bypass]


if __name__ == "__main__":
    play("guard", STORIES)
