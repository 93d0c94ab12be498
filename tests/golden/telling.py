#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices made up for it: what the tables as they ship make of them, and a table of one's own, written as docs/add-a-clue.md says.

usage: telling.py FLOODWALL DOCUMENT

Each device is a capture of a few frames. One agrees with itself, one contradicts itself, one claims to be everything, one has somebody else's radio.
"""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

SERVER, DEVICE = bytes([192, 168, 7, 1]), bytes([192, 168, 7, 20])
GROUP = bytes([239, 255, 255, 250])


class Capture:
    def __init__(self, mac):
        self.mac, self.frames = bytes.fromhex(mac.replace(":", "")), []

    def datagram(self, ports, payload, source=DEVICE, target=SERVER):
        udp = struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload
        header = struct.pack("!HHHBBH4s4s", 20 + len(udp), 0, 0, 64, 17, 0, source, target)
        self.frames.append(b"\xff\xff\xff\xff\xff\xff" + self.mac + b"\x08\x00\x45\x00" + header + udp)

    def dhcp(self, host="", vendor=""):
        options = b"\x35\x01\x03" + b"".join(bytes([number, len(text)]) + text.encode() for number, text in ((12, host), (60, vendor)) if text)
        head = struct.pack("!BBBBIHH16s16s192s", 1, 1, 6, 0, 7, 0, 0, bytes(16), self.mac, bytes(192))
        self.datagram((68, 67), head + b"\x63\x82\x53\x63" + options + b"\xff", bytes(4), b"\xff\xff\xff\xff")

    def ask(self, name):
        question = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0\0\1\0\1"
        self.datagram((40000, 53), struct.pack("!HHHHHH", 1, 0x100, 1, 0, 0, 0) + question)

    def announce(self, host):
        name = b"".join(bytes([len(label)]) + label.encode() for label in (host, "local")) + b"\0"
        record = name + struct.pack("!HHIH", 1, 0x8001, 120, 4) + DEVICE
        self.datagram((5353, 5353), struct.pack("!HHHHHH", 0, 0x8400, 0, 1, 0, 0) + record, DEVICE, bytes([224, 0, 0, 251]))

    def notify(self, kind, server):
        text = f"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: {kind}\r\nNTS: ssdp:alive\r\nSERVER: {server}\r\nUSN: uuid:1::{kind}\r\n\r\n"
        self.datagram((1900, 1900), text.encode(), DEVICE, GROUP)

    def syn(self, options, window, hops=64, whole=True, answer=False):
        options = bytes.fromhex(options)
        ends, ports = ((SERVER, DEVICE), (80, 40001)) if answer else ((DEVICE, SERVER), (40001, 80))
        if answer:  # somebody asks first
            self.frames.append(b"\xff" * 6 + bytes.fromhex("001199000009") + b"\x08\x00\x45\x00" + struct.pack("!HHHBBH4s4s", 40, 0, 0, 64, 6, 0, *ends) +
                               struct.pack("!HHIIBBHHH", 40001, 80, 1, 0, 0x50, 2, 100, 0, 0))
        tcp = struct.pack("!HHIIBBHHH", *ports, 1, 2 if answer else 0, (5 + len(options) // 4) << 4, 18 if answer else 2, window, 0, 0) + options
        header = struct.pack("!HHHBBH4s4s", 20 + len(tcp), 0, 0x4000 if whole else 0, hops, 6, 0, DEVICE, SERVER)
        self.frames.append(b"\xff\xff\xff\xff\xff\xff" + self.mac + b"\x08\x00\x45\x00" + header + tcp)

    def write(self, path):
        with open(path, "wb") as out:
            out.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for number, frame in enumerate(self.frames):
                out.write(struct.pack("<IIII", 1477048200 + number, 0, len(frame), len(frame)) + frame)


REGISTRY = "Registry,Assignment,Organization Name,Organization Address\nMA-L,001122,\"D-Link International\",x\nMA-L,001133,Espressif Inc.,x\n" \
           "MA-L,001144,\"Hangzhou Hikvision Digital Technology Co.,Ltd.\",x\n"

AGREES = ("agrees", "00:11:22:00:00:01", [("dhcp", "DCS-9999X", ""), ("ask", "signal.mydlink.com")],
          {"maker": ("D-Link", 85, 98), "brand": ("D-Link", 85, 98), "kind": ("camera", 80, 98), "model": ("DCS-9999X", 60, 90)}, {})
CONTRADICTS = ("contradicts itself", "00:11:44:00:00:01", [("ask", "device.easy4ip.com")],
               {"maker": ("Dahua", 35, 50)}, {"maker": "Hikvision"})
RADIO = ("somebody else's radio", "00:11:33:00:00:01", [("dhcp", "ESP_0A0B0C", "")], {"maker": ("Espressif", 30, 80), "kind": None, "model": None}, {})
SILENT = ("says nothing", "00:11:99:00:00:01", [("ask", "www.example.com")], {"maker": None, "brand": None, "kind": None, "model": None}, {})
LIAR = ("claims to be everything", "00:11:22:00:00:01",
        [("dhcp", host, vendor) for host in ("DCS-1L", "DSP-W1", "DIR-1", "HS110", "Lightify-1", "Philips-hue", "SonosZP", "BRN001122334455", "NPI123456")
         for vendor in ("MSFT 5.0", "docsis3.0", "yealink", "Hewlett-Packard JetDirect", "AXIS,Network Camera")] +
        [("ask", name) for name in ("a.xbcs.net", "a.tplinkcloud.com", "a.meethue.com", "a.sonos.com", "a.tuyaeu.com", "a.lgtvsdp.com", "a.easy4ip.com")] +
        [("notify", f"urn:schemas-upnp-org:device:{kind}:1", "x UPnP/1.0 IpBridge/1") for kind in
         ("MediaRenderer", "MediaServer", "Printer", "InternetGatewayDevice", "DigitalSecurityCamera", "HVAC_System")] +
        [("notify", f"urn:Belkin:device:{kind}:1", "x UPnP/1.0 y/1") for kind in ("controllee", "bridge", "sensor", "lightswitch")],
        {"maker": (None, 0, 60), "brand": (None, 0, 60), "kind": (None, 0, 60), "model": (None, 0, 60)}, {})
LINUX, WINDOWS = "020405b40402080a000000010000000001030301", "020405b40103030801010402"
NOBODY = {"maker": None, "brand": None, "kind": None, "model": None}
# How a system opens connections: source, text, what it says; or nothing of it where it is not the device's own.
OPENINGS = [
    ("Linux", [("syn", LINUX, 5840)], NOBODY,
     ("tcp syn", "mss sack time nop scale: ttl 64, df, window 4 mss, mss 1460, scale 1", "runs: Linux 2.4 or 2.6; runs: Linux with little memory")),
    ("a Linux that answers", [("syn", LINUX, 5792, 64, True, True)], NOBODY,
     ("tcp syn-ack", "mss sack time nop scale: ttl 64, df, window 4 mss, mss 1460, scale 1", "runs: Linux")),
    ("Windows", [("syn", WINDOWS, 64240, 128)], {"maker": None, "kind": ("computer", 35, 45)},
     ("tcp syn", "mss nop scale nop nop sack: ttl 128, df, window 44 mss, mss 1460, scale 8", "kind: computer; runs: Windows Vista or later")),
    ("an order like that of Windows", [("syn", WINDOWS, 64240, 64)], NOBODY,
     ("tcp syn", "mss nop scale nop nop sack: ttl 64, df, window 44 mss, mss 1460, scale 8", "")),
    ("lwIP", [("syn", "02040218", 2144, 255, False)], NOBODY, ("tcp syn", "mss: ttl 255, no df, window 4 mss, mss 536", "runs: lwIP as it comes")),
    ("a SYN that it passes on", [("syn", WINDOWS, 64240, 127)], NOBODY, None),
    ("a scanner's SYN", [("syn", "", 5840)], NOBODY, None),
    ("a SYN whose options lie", [("syn", "020005b4", 5840)], NOBODY, None),
]
# What no row may make anybody too sure of, in the ways in which devices lead to a wrong word.
MISLEADING = [
    ("a computer whose owner likes coffee", [("dhcp", "coffee", ""), ("announce", "coffee")], {"kind": ("coffee machine", 40, 60)}),
    ("a server of websockets", [("dhcp", "websocket01", ""), ("announce", "websocket01")], {"kind": ("smart plug", 40, 60)}),
    ("a console that runs Windows", [("dhcp", "", "MSFT 5.0 XBOX"), ("syn", WINDOWS, 64240, 128)], {"kind": ("game console", 60, 95)}),
    ("a television with somebody's player in it", [("notify", "urn:roku-com:device:player:1-0", "Roku/9 UPnP/1.0 Roku/9")],
     {"maker": ("Roku", 50, 80), "kind": ("media player", 40, 75)}),
]
# A telephone on a desk is a thing; one in a pocket is a computer: the standard for things asks nothing of its owner, and OCSF calls it a mobile.
TELEPHONES = [
    ("an iPhone", [("dhcp", "annas-iphone", "")], ("smartphone", 70, 80), "Mobile", []),
    ("an Android", [("dhcp", "", "android-dhcp-13")], ("smartphone", 50, 60), "Mobile", []),
    ("an iPad", [("dhcp", "annas-ipad", "")], ("tablet", 70, 80), "Tablet", []),
    ("a Yealink", [("dhcp", "", "yealink")], ("telephone", 85, 95), "IOT", ["5.2-1", "5.3-13", "5.3-16"]),
]
ACME = ("a table of one's own", "00:11:99:00:00:01", [("dhcp", "PLUG-1234", ""), ("ask", "cloud.acme.example")],
        {"maker": ("Acme", 60, 60), "kind": ("smart plug", 75, 90), "model": ("PLUG-1234", 60, 60)}, {})


def table_of(document):
    """The block in the document, as somebody would copy it."""
    return next(block for block in re.findall(r"```\n(.*?)```", open(document, encoding="utf-8").read(), re.S) if "\t" in block)


def run(floodwall, folder, capture, *more):
    command = [floodwall, "inspect", "--format", "json", "--oui", folder, *more, capture]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    return json.loads(done.stdout), done.stderr.decode()


def check(floodwall, folder, case, *more, quiet=False):
    title, mac, said, wanted, rivals = case
    say = (lambda *words: None) if quiet else print
    capture, path, wrong = Capture(mac), os.path.join(folder, "device.pcap"), 0
    for what, *args in said:
        getattr(capture, what)(*args)
    capture.write(path)
    device = next(device for device in run(floodwall, folder, path, *more)[0]["devices"] if mac in device["macs"])
    for trait, want in wanted.items():
        name, low, high = want or (None, 0, 0)
        answer = device[trait]
        if not low <= answer["confidence"] <= high or (name and answer["name"] != name) or (want is None and answer["name"]):
            wrong += 1
            say(f"{title}: {trait} is {answer}, wanted {want}")
    for trait, name in rivals.items():
        if device[trait].get("rival", {}).get("name") != name:
            wrong += 1
            say(f"{title}: the rival of its {trait} is {device[trait].get('rival')}, wanted {name}")
    # the same frames the other way round: clues in another order, the same answers
    capture.frames.reverse()
    capture.write(path)
    again = next(device for device in run(floodwall, folder, path, *more)[0]["devices"] if mac in device["macs"])
    if title != LIAR[0] and any(again[trait] != device[trait] for trait in ("maker", "brand", "kind", "model", "firmware")):
        wrong += 1
        say(f"{title}: in another order it is another device")
    return wrong


def check_openings(floodwall, folder):
    wrong = 0
    for title, said, wanted, clue in OPENINGS:
        wrong += check(floodwall, folder, (title, "00:11:99:00:00:01", said, wanted, {}))
        devices = run(floodwall, folder, os.path.join(folder, "device.pcap"))[0]["devices"]
        clues = next(device for device in devices if "00:11:99:00:00:01" in device["macs"])["clues"]
        found = [(one["source"], one["value"], one["says"]) for one in clues if one["source"].startswith("tcp ")]
        if found != ([clue] if clue else []):
            wrong += 1
            print(f"{title}: {found}, wanted {clue}")
    return wrong


def check_telephones(floodwall, folder):
    wrong, mac, path = 0, "00:11:99:00:00:01", os.path.join(folder, "device.pcap")
    for title, said, kind, called, asked in TELEPHONES:
        wrong += check(floodwall, folder, (title, mac, said, {"kind": kind}, {}))
        lines = subprocess.run([floodwall, "inspect", "--format", "ocsf", path], stdout=subprocess.PIPE, check=True).stdout.splitlines()
        types = [device["type"] for device in (json.loads(line)["device"] for line in lines) if device["mac"] == mac]
        sheets = json.loads(subprocess.run([floodwall, "advise", "--json", path], stdout=subprocess.PIPE, check=True).stdout)["sheets"]
        found = next([one["provision"] for one in sheet["provisions_asked"]] for sheet in sheets if mac in sheet["device"]["macs"])
        if types != [called] or found != asked:
            wrong += 1
            print(f"{title}: {types}, asked {found}; wanted {called}, {asked}")
    return wrong


def main():
    floodwall, document = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "oui.csv"), "w", encoding="utf-8") as out:
            out.write(REGISTRY)
        wrong = sum(check(floodwall, folder, case) for case in (AGREES, CONTRADICTS, RADIO, SILENT, LIAR))
        wrong += check_openings(floodwall, folder)
        wrong += check_telephones(floodwall, folder)
        wrong += sum(check(floodwall, folder, (title, "00:11:99:00:00:01", said, wanted, {})) for title, said, wanted in MISLEADING)
        own = os.path.join(folder, "own")
        os.mkdir(own)
        with open(os.path.join(own, "acme.tsv"), "w", encoding="utf-8") as out:
            out.write(table_of(document))
        wrong += check(floodwall, folder, ACME, "--signatures", own)
        with open(os.path.join(own, "acme.tsv"), "a", encoding="utf-8") as out:
            out.write("dhcp 12\tx\tkind\tgadget\t50\tnobody\n")
        wrong += check(floodwall, folder, ACME, "--signatures", own)
        notes = run(floodwall, folder, os.path.join(folder, "device.pcap"), "--signatures", own)[1]
        if "acme.tsv: line 4: no kind" not in notes:
            wrong += 1
            print(f"a row that cannot be read is told as: {notes}")
        with open(os.path.join(own, "devices.tsv"), "w", encoding="utf-8") as out:
            out.write("dhcp 12\tnothing at all\tmaker\tNobody\t50\tnobody\n")
        if not check(floodwall, folder, AGREES, "--signatures", own, quiet=True):
            wrong += 1
            print("a file named as one of the program's own did not take its place")
    print("devices made up for it are told as they should be" if not wrong else f"{wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
