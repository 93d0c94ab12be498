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

    def notify(self, kind, server):
        text = f"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: {kind}\r\nNTS: ssdp:alive\r\nSERVER: {server}\r\nUSN: uuid:1::{kind}\r\n\r\n"
        self.datagram((1900, 1900), text.encode(), DEVICE, GROUP)

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


def main():
    floodwall, document = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "oui.csv"), "w", encoding="utf-8") as out:
            out.write(REGISTRY)
        wrong = sum(check(floodwall, folder, case) for case in (AGREES, CONTRADICTS, RADIO, SILENT, LIAR))
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
