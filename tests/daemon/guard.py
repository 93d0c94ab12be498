#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""floodwall run as a guard: devices, policy with names, quarantine and its undo, DHCP, forged MACs, reload, death, restart, the page by https, bypass.

usage: guard.py FLOODWALL ROOT [STORY...]
"""
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
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
    kept = json.loads(bed.call("quarantine", CAMERA, "--confirm", "2s", "--json").stdout)
    bed.call("confirm", str(kept["decision"]))
    standing = {decision["decision"]: decision for decision in bed.show("decisions")}
    assert standing[kept["decision"]]["confirm_by"] is None, standing
    time.sleep(3)  # past the moment by which it had to be confirmed
    assert bed.device()["stand"] == "quarantined" and not bed.connects("10.8.0.2", 8000), "what was confirmed stays"
    bed.call("release", CAMERA)
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
    assert "All filters are off: nothing is stopped" in bed.call("show", "devices").stdout.splitlines()[0]
    assert "paused      floodwall run" in bed.call("check", "-c", bed.configuration).stdout
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
    assert "are off" not in bed.call("check", "-c", bed.configuration).stdout + bed.call("show", "devices").stdout
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
    allowed = json.loads(bed.call("allow", CAMERA, "--json").stdout)
    released = json.loads(bed.call("release", CAMERA, "--json").stdout)
    bed.call("undo", str(released["deed"]))
    assert bed.device()["stand"] == "allowed" and bed.connects("10.8.0.2", 9000), "a release is undone too"
    bed.call("undo", str(allowed["deed"]))
    assert bed.device()["stand"] == "ordinary" and not bed.connects("10.8.0.2", 9000)


def decided_as_json(bed):
    """With --json each verb gives the daemon's own answer, by whose numbers a program goes on."""
    def call(*words):
        answer = json.loads(bed.call(*words, "--json").stdout)
        assert answer["ok"] is True and answer["deed"] > 0, (words, answer)
        return answer
    allowed = call("allow", CAMERA, "--for", "1h")
    assert bed.device()["stand"] == "allowed" and allowed["until_s"] > time.time() and bed.device()["decision"] == allowed["decision"], allowed
    released = call("release", CAMERA)
    assert bed.device()["stand"] == "ordinary" and released["deed"] > allowed["deed"], released
    muted_now = call("mute", "scan", CAMERA, "--reason", "a test of ours")
    assert [one["decision"] for one in bed.show("mutes")] == [muted_now["decision"]], bed.show("mutes")
    undone = call("undo")
    assert undone["deed"] == muted_now["deed"] and undone["verb"] == "decide" and bed.show("mutes") == [], undone
    refused = bed.call("release", CAMERA, "--json", check=False)
    assert refused.returncode == 2 and not refused.stdout and refused.stderr.startswith("floodwall release: "), refused


def advised(bed):
    """A device says what it is; the index of a folder of advisories says what is weak in it; a person's facts, that it was recalled."""
    axis, folder, index = "02:00:00:00:00:0d", f"{bed.folder}/csaf", f"{bed.folder}/csaf.index"
    os.mkdir(folder)
    with open(f"{bed.root}/tests/golden/advise/documents/hl-2016-001.json", encoding="utf-8") as file:
        document = file.read().replace("Harbour Light HL-9008", "Axis M1045-LW").replace('"HL-9008"', '"M1045-LW"').replace('"Harbour Light"', '"Axis"')
    with open(f"{folder}/one.json", "w", encoding="utf-8") as file:
        file.write(document.replace("5.2.0", "5.60"))
    with open(f"{folder}/two.json", "w", encoding="utf-8") as file:
        file.write("{" + " " * (2 << 20) + "}")
    with open(f"{bed.folder}/recalls.yaml", "w", encoding="utf-8") as file:
        file.write("- recall: axis-1\n  title: Recall of a power supply\n  source: https://axis.example/recall\n  applies-if: maker = 'Axis'\n  recalled-if: bought < 2015-04\n  yes: Take it back to the shop.\n")
    with open(f"{bed.folder}/facts.yaml", "w", encoding="utf-8") as file:
        file.write(f"- device: {axis}\n  bought: 2014-11\n")
    wrong = subprocess.run([bed.floodwall, "advise", "--advisories", f"{bed.folder}/facts.yaml", "--asset", "maker=Axis"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2 and "no folder, and no index" in wrong.stderr, wrong.stderr
    subprocess.run([bed.floodwall, "advise", "--advisories", folder, "--index", index, "--asset", "maker=Axis"], capture_output=True, check=True)

    def learns(more):
        bed.configure(more=more)
        bed.daemon.send_signal(signal.SIGHUP)

    told = len(bed.heard())
    learns(f"  advisories: {folder}")
    wait_for(lambda: "advisories: 1 documents are known" in bed.heard()[told:], 10, "the folder")
    assert "two.json" in bed.heard()[told:], "one that is too large is left out, and said"
    options = b"\x3c" + bytes([34]) + b"AXIS,Network Camera,M1045-LW,5.50.4"[:34]
    bed.inject([dhcp(1, axis, options=options), syn(axis, "10.9.0.13", "10.8.0.2", 9000)])
    wait_for(lambda: (bed.device(axis) or {"state": ""})["state"] == "exposed", 20, "what the advisory makes of it")
    device = bed.show(f"device {axis}")
    one = device["advisories"][0]
    assert (one["id"], one["certainty"], one["status"], one["remediation"], one["open"], one["score"]) == ("HL-2016-001", "exact", "affected", "vendor_fix", True, 9.8), one
    assert one["url"] == "https://harbour-light.example/advisories/hl-2016-001.html" and "Install version 5.60" in one["remedy"] and device["advice"] is None, device
    found = device["findings"][0]
    assert found["id"] == "advisory" and found["severity"] == "high" and found["act"] == "noted" and device["stand"] == "ordinary", found
    text = bed.call("show", "device", axis).stdout
    assert "Known weaknesses" in text and "HL-2016-001: Telnet" in text and "Install version 5.60" in text, text
    need = next(n for n in bed.show("overview")["needs"] if n.get("device") == axis)
    assert need["what"] == "advisory" and "HL-2016-001" in need["text"] and "Install the update" in need["do"], need
    # the index is as good as the folder that it was made of; what is known of its sale says that it was recalled
    told = len(bed.heard())
    learns(f"  advisories: {index}\n  recalls: {bed.folder}/recalls.yaml\n  facts: {bed.folder}/facts.yaml")
    wait_for(lambda: any(n["what"] == "recall" for n in bed.show("overview")["needs"]), 10, "the recall")
    assert "advisories: 1 documents are known" in bed.heard()[told:], bed.heard()[told:]
    need = next(n for n in bed.show("overview")["needs"] if n["what"] == "recall")
    assert need["device"] == axis and "Recall of a power supply" in need["text"] and need["do"] == "Take it back to the shop.", need
    recall = bed.show(f"device {axis}")["recalls"][0]
    assert recall["id"] == "axis-1" and recall["answer"] == "yes" and "bought 2014-11" in recall["says"], recall
    assert bed.device(axis)["state"] == "exposed"
    # a folder that is gone costs what it knew, and nothing else
    learns(f"  advisories: {bed.folder}/nowhere")
    wait_for(lambda: bed.show(f"device {axis}")["advice"] and "could not be read" in bed.show(f"device {axis}")["advice"], 10, "what is lacking")
    assert bed.show("device camera")["policy"]["rules"] == 2 and bed.connects("10.8.0.2", 8000)
    # where no advisory is at hand none is open: what it made of the state ends with it
    learns("")
    wait_for(lambda: (bed.device(axis) or {"state": ""})["state"] == "clean", 10, "a device of which nothing is known to be weak")
    assert "no advisories are at hand" in bed.show(f"device {axis}")["advice"]
    # more than there is room for: what has room is used, and the rest is said to be left out
    for i in range(400):
        with open(f"{folder}/more{i}.json", "w", encoding="utf-8") as file:
            file.write(document.replace('"HL-2016-001"', f'"HL-{i}"').replace("First published.", "First published. " * 100))
    learns(f"  advisories: {folder}")
    with open(bed.configuration, encoding="utf-8") as file:
        small = file.read().replace("flows: 64}", "flows: 64, advisories: 1mib}")
    with open(bed.configuration, "w", encoding="utf-8") as file:
        file.write(small)
    bed.end()
    told = len(bed.heard())
    bed.run()
    known = wait_for(lambda: re.search(r"advisories: (\d+) documents are known", bed.heard()[told:]), 20, "as many as have room")
    assert 100 < int(known.group(1)) < 401 and "more advisories than there is room for" in bed.heard()[told:], bed.heard()[told:]
    bed.configure()
    bed.end()
    bed.run()


def peers_by_name(bed):
    """The name that this device asked for; of a peer that it never asked for, what it writes into the connection, marked as that."""
    def talk(peer):
        return next((t for t in bed.show("device camera")["talks"] if t["peer"] == peer and t["port"] == 8000), {"name": None, "named_by": None})

    assert bed.resolves() and bed.connects("10.8.0.2", 8000)
    wait_for(lambda: talk("10.8.0.2")["named_by"] == "dns", 5, "the name of its question")
    assert talk("10.8.0.2")["name"] == "cloud.example.com", talk("10.8.0.2")
    bed.call("allow", CAMERA)
    hello = ("import socket,ssl,sys\ns=socket.create_connection(('10.8.0.3', 8000), 2)\nc=ssl.create_default_context()\n"
             "try: c.wrap_socket(s, server_hostname='said.example')\nexcept OSError: pass")
    bed_run = subprocess.run(bed.at(bed.camera, sys.executable, "-c", hello), capture_output=True, text=True, check=False)
    assert bed_run.returncode == 0, bed_run.stderr
    wait_for(lambda: talk("10.8.0.3")["named_by"] == "hello", 5, "the name in its greeting")
    assert talk("10.8.0.3")["name"] == "said.example", talk("10.8.0.3")
    text = bed.call("show", "device", "camera").stdout
    assert "cloud.example.com (10.8.0.2)\n" in text and "said.example (10.8.0.3), by its own word\n" in text, text
    bed.call("release", CAMERA)


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


def hostile_policies():
    """What is written, and what is said of it."""
    good = json.loads(mud("other.example.com"))
    yield '{"ietf-mud:mud":' + "[" * 100_000, "nested more than"
    yield json.dumps(good)[:-1] + ', "x": "' + "y" * (4 << 20) + '"}', "is larger than"
    yield json.dumps({**good, "ietf-mud:mud": 7}), "/ietf-mud:mud: must be an object"
    yield json.dumps({"ietf-mud:mud": good["ietf-mud:mud"]}), "has no access lists"
    yield "\0\1\2", "near end of file"


def reload(bed):
    bed.write_mud("{\"ietf-mud:mud\": [")
    wrong = subprocess.run([bed.floodwall, "show", "verdicts", "--socket", bed.socket], capture_output=True, text=True, check=False)
    assert wrong.returncode == 0
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: bed.show("verdicts")["configuration"]["refused"], 5, "a refusal")
    assert "camera.json" in bed.show("verdicts")["configuration"]["refused"]
    assert bed.connects("10.8.0.2", 8000) and not bed.connects("10.8.0.3", 8000), "what held before holds"
    for text, words in hostile_policies():
        bed.write_mud(text)
        bed.daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: words in bed.show("verdicts")["configuration"]["refused"], 10, f"a refusal: {words}")
        assert "camera.json" in bed.show("verdicts")["configuration"]["refused"] and bed.device()["policy"]["rules"] == 2, words
        assert bed.connects("10.8.0.2", 8000) and not bed.connects("10.8.0.3", 8000), f"what held before holds: {words}"
    bed.write_mud(mud("other.example.com", more=600))
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: "guard.sizes.rules" in bed.show("verdicts")["configuration"]["refused"], 5, "a refusal of what has no room")
    assert "camera.json" in bed.show("verdicts")["configuration"]["refused"] and bed.device()["policy"]["rules"] == 2
    assert bed.connects("10.8.0.2", 8000) and not bed.connects("10.8.0.3", 8000) and not bed.connects("10.8.0.2", 9000), "what held before holds"
    bed.write_mud(mud("other.example.com"))
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: not bed.show("verdicts")["configuration"]["refused"], 5, "the new policy")
    wait_for(lambda: bed.connects("10.8.0.3", 8000), 10, "what the new policy allows")
    assert not bed.connects("10.8.0.2", 8000)
    bed.write_mud(mud("cloud.example.com"))
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: bed.connects("10.8.0.2", 8000), 10, "the old policy again")


def too_large(bed):
    """A start with a policy that has no room: said in the log, the audit log and at every look, and its device is as one without a policy."""
    bed.end()
    bed.write_mud(mud("cloud.example.com", more=600))
    told = len(bed.heard())
    bed.run()
    assert "camera.json: has 1202 rules" in bed.heard()[told:] and "no device has this policy" in bed.heard()[told:], bed.heard()[told:]
    assert any("no device has this policy" in deed["detail"] for deed in bed.show("audit"))
    assert "guard.sizes.rules" in bed.show("policy")["policies"][0]["why"] and "does not hold" in bed.call("show", "verdicts").stdout
    assert not bed.device()["policy"]["rules"], bed.device()
    wait_for(lambda: bed.connects("10.8.0.2", 9000), 5, "the end of the policy that the kernel still had")
    bed.write_mud(mud("cloud.example.com"))
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: bed.device()["policy"]["rules"] == 2, 10, "the policy that has room")
    assert not bed.connects("10.8.0.2", 9000) and bed.connects("10.8.0.2", 8000)


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


def hostile_words(bed):
    """What the readers' tests keep of bad messages (names, mDNS, DHCP and more), said to the gateway and to all by another device."""
    before = bed.show("verdicts")
    folder = f"{bed.root}/tests/fuzz/dissect/datagram/corpus_datagram"
    messages = []
    for name in sorted(os.listdir(folder)):
        with open(f"{folder}/{name}", "rb") as file:
            messages.append(file.read(1400))
    assert len(messages) > 100, len(messages)
    frames = []
    for message in messages:
        for port, target in ((53, "10.9.0.1"), (5353, "224.0.0.251"), (67, "10.9.0.1"), (1900, "239.255.255.250")):
            frames.append(packet(OTHER, "10.9.0.6", target, 17, struct.pack("!HHHH", port, port, 8 + len(message), 0) + message))
    bed.inject(frames)
    bed.inject([packet(OTHER, "10.9.0.6", "224.0.0.251", 17, struct.pack("!HHHH", 5353, 5353, 8 + cut, 0) + messages[0][:cut]) for cut in range(min(len(messages[0]), 600))])
    wait_for(lambda: bed.device(OTHER) and bed.device(OTHER)["traffic"]["out"]["passed"]["packets"] > 100, 10, "that it was heard")
    assert bed.daemon.poll() is None and bed.show("overview")["faults"] == [], bed.show("overview")["faults"]
    assert bed.device()["stand"] == "ordinary" and bed.device()["policy"]["rules"] == 2, bed.device()
    assert bed.connects("10.8.0.2", 8000) and not bed.connects("10.8.0.2", 9000), "the policy is the one of before"
    assert bed.show("verdicts")["resident_bytes"] - before["resident_bytes"] < 16 << 20


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


PAGE, PAGE_PORT = "floodwall.example", 8755


def https(certificate, method, path, body=None, headers=None, name=PAGE):
    """Status, headers and body, of who believes this certificate alone, and asks by this name."""
    client = http.client.HTTPConnection(name, PAGE_PORT)
    client.sock = ssl.create_default_context(cafile=certificate).wrap_socket(socket.create_connection(("127.0.0.1", PAGE_PORT), 10), server_hostname=PAGE)
    try:
        client.request(method, path, body, headers or {})
        answer = client.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        client.close()


@contextlib.contextmanager
def served_over_tls(bed, folder, key):
    """The daemon as somebody who may not read the key, with a state of its own."""
    bed.configure()
    with open(bed.configuration, encoding="utf-8") as text:
        plain = text.read()
    before, bed.socket = bed.socket, f"{folder}/run/control.sock"
    with open(bed.configuration, "w", encoding="utf-8") as out:
        out.write(plain.replace('user: ""', "user: nobody").replace(f"{bed.folder}/state", f"{folder}/state").replace(before, bed.socket) +
                  f"page: {{port: {PAGE_PORT}, certificate: {folder}/certificate, key: {key}, hosts: [{PAGE}]}}\n")
    bed.run()
    try:
        yield
    finally:
        bed.end()
        bed.socket = before


def page_over_tls(bed):
    """The key is root's and is read before root is given up; address, cookie and name are those of https. A key that does not belong is said, and the rest goes on."""
    folder = f"{bed.folder}/tls"
    certificate, key, other = (f"{folder}/{name}" for name in ("certificate", "key", "other"))
    os.mkdir(folder)
    os.chmod(bed.folder, 0o711)  # another user goes through to the state
    for cert_out, key_out in ((certificate, key), (f"{folder}/unused", other)):
        sh("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={PAGE}", "-addext", f"subjectAltName=DNS:{PAGE}",
           "-days", "2", "-keyout", key_out, "-out", cert_out)
        os.chmod(key_out, 0o600)
    bed.end()
    with served_over_tls(bed, folder, key):
        with open(f"/proc/{bed.daemon.pid}/status", encoding="ascii") as status:
            assert re.search(r"^Uid:\s+(?!0\b)\d+", status.read(), re.M), "it is root still"
        assert f"the page is at https://{PAGE}:{PAGE_PORT}/\n" in bed.heard(), bed.heard()[-600:]
        assert re.search(rf"floodwall: https://{PAGE}:{PAGE_PORT}/#token=[0-9a-f]{{64}}\n", bed.heard()), "the first start's address"
        address, token = bed.call("token").stdout.split()[-1].split("#token=")
        assert address == f"https://{PAGE}:{PAGE_PORT}/", address
        status, headers, body = https(certificate, "POST", "/api/login", json.dumps({"token": token}), {"Content-Type": "application/json"})
        cookie = headers["Set-Cookie"]
        assert status == 200 and cookie.startswith("__Host-floodwall=") and "; Secure" in cookie, (status, body, cookie)
        status, _, body = https(certificate, "GET", "/api/overview.json", headers={"Cookie": cookie.split(";")[0]})
        assert status == 200 and json.loads(body)["overview"]["role"] == "guard", (status, body)
        assert https(certificate, "GET", "/")[0] == 200 and https(certificate, "GET", "/", name="elsewhere.example")[0] != 200
        with socket.create_connection(("127.0.0.1", PAGE_PORT), 10) as plain:
            plain.sendall(f"GET / HTTP/1.1\r\nHost: {PAGE}:{PAGE_PORT}\r\n\r\n".encode())
            with contextlib.suppress(ConnectionResetError):
                assert b"200 OK" not in plain.recv(4096), "it is served in clear, too"
    for wrong, sentence in ((other, "certificate and key cannot be used"), (f"{folder}/none", "none: cannot be read: No such file")):
        with served_over_tls(bed, folder, wrong):
            assert sentence in bed.heard() and bed.show("overview")["role"] == "guard", bed.heard()[-600:]
            assert socket.socket().connect_ex(("127.0.0.1", PAGE_PORT)), "a page without its key"
    bed.configure()
    bed.run()


def bypass(bed):
    bed.end()
    assert not bed.connects("10.8.0.2", 9000)
    assert "Taken away" in bed.call("bypass", "-c", bed.configuration).stdout
    assert bed.connects("10.8.0.2", 9000)


STORIES = [policy_with_names, shows, quarantine_and_undo, paused, named, muted, allowed, decided_as_json, advised, peers_by_name, stolen_address, death_and_restart, reload, too_large, url_of_a_device, dhcp_release, forged_macs, hostile_words, metrics,
           observes, admin, page_over_tls, bypass]


if __name__ == "__main__":
    play("guard", STORIES)
