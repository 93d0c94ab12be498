# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose parts the junk came from: a reflection through recorders, as captured and as made here, and senders that lie.

usage: attribution.py FLOODWALL SHARED_CAPTURES
The capture's truth is read by this file's own reader. Exit 77 when the shared captures are absent, after the rest was checked.
"""
import json
import math
import os
import re
import struct
import sys
import tempfile
from collections import Counter

from inspecting import as_pcap, finish, output, read_capture, report
from speaking import DEVICE, OTHER, Capture

DAHUA = "ddos/dahua_dhip_37810_bacnet_reflection.pcap"
DHIP, START = 37810, 1477048200 * 10**9
NEUTRAL = ("private", "general")
Z = 1.959964


def udp_of(frame):
    """(source address, source port, target port, payload) of a frame with IPv4 and UDP, else None."""
    if frame[12:14] != b"\x08\x00" or frame[23] != 17:
        return None
    at = 14 + (frame[14] & 15) * 4
    return (frame[26:30], *struct.unpack_from("!HH", frame, at), frame[at + 8:])


def text_of(payload, key):
    found = re.search(rb'"' + key + rb'"\s*:\s*"([^"]*)"', payload)
    return found[1].decode().strip() if found else None


def truth(path):
    """Of each sender of a DHIP answer: the vendor it names first."""
    named = {}
    for _, _, frame, _ in read_capture(path):
        udp = udp_of(frame)
        if udp and udp[1] == DHIP and udp[3][4:8] == b"DHIP" and b"client.notifyDevInfo" in udp[3]:
            named.setdefault(udp[0], text_of(udp[3], b"Vendor"))
    return named


def wilson(part, whole):
    share = part / whole
    middle = (share + Z * Z / (2 * whole)) / (1 + Z * Z / whole)
    half = Z * math.sqrt(share * (1 - share) / whole + Z * Z / (4 * whole * whole)) / (1 + Z * Z / whole)
    return middle - half if part else 0, middle + half if part < whole else 1


def sums(junk):
    """What holds of every report: rows add up to the whole, and intervals are Wilson's."""
    for key in ("by_maker", "by_brand", "by_kind"):
        rows = junk[key]
        if sum(row["packets"] for row in rows) != junk["packets"] or sum(row["sources"] for row in rows) != junk["sources"]["count"]:
            yield f"{key} does not add up: {rows}"
        for row in rows:
            low, high = wilson(row["sources"] / junk["sources"]["count"] * junk["sources"]["looked_at"], junk["sources"]["looked_at"])
            if not -0.0011 < row["interval"][0] - low <= 0.0001 or not -0.0001 <= row["interval"][1] - high < 0.0011:
                yield f"{key}: interval {row['interval']} of {row['sources']}, {low:.4f} to {high:.4f} is meant"


def captured(floodwall, path):
    junk, named = report(floodwall, path)["junk"], truth(path)
    dahua = junk["by_maker"][0]
    answers = junk["by_vector"]["dhip-reflection"]["packets"]
    if dahua["maker"] != "Dahua" or dahua["packets"] < 0.99 * answers or dahua["vectors"] != {"dhip-reflection": dahua["sources"]}:
        yield f"Dahua: {dahua} of {answers} answers"
    if dahua["sources"] < 0.99 * junk["sources"]["vectors"]["dhip-reflection"] or dahua["basis"] != {"protocol": dahua["sources"]}:
        yield f"Dahua's sources: {dahua}, {junk['sources']}"
    brands = {row["brand"].lower(): row for row in junk["by_brand"] if row["maker"] == "Dahua" and row["brand"]}
    # senders that somebody here asked sent no junk, so a brand may have fewer sources than named it
    meant = Counter(vendor.lower() for vendor in named.values() if vendor)
    # one company has one name: "Panasonic Shinrai" counts as Panasonic
    wrong = {brand for brand, row in brands.items()
             if row["sources"] > sum(count for vendor, count in meant.items() if vendor == brand or vendor.startswith(brand + " "))}
    if wrong or len(brands) < 25 or sum(row["sources"] for row in brands.values()) < 0.95 * sum(meant.values()):
        yield f"brands: {wrong or brands}"
    if any(row["neutral"] != brand.startswith(NEUTRAL) for brand, row in brands.items()):
        yield "what is no brand's name is not told from what is"
    if not junk["attribution"].startswith("At least 99% (95% interval 99 to 100) of the 1,"):
        yield f"the sentence: {junk['attribution']}"
    for form in ("text", "html"):
        said = output(floodwall, "--format", form, path).decode()
        if "made by Dahua, sold under" not in " ".join(said.split()) or "Intelbras" not in said:
            yield f"{form}: no word of whose parts sent it"
    yield from sums(junk)


# ---- made here ----

def frame_of(source, ports, payload):
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0, source, bytes([192, 168, 1, 20]))
    return b"\x02\0\0\0\0\1\x02\0\0\0\0\2\x08\0" + ip + struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload


def dhip(vendor, kind, serial=0):
    body = json.dumps({"mac": f"00:12:34:{serial >> 16 & 255:02x}:{serial >> 8 & 255:02x}:{serial & 255:02x}", "method": "client.notifyDevInfo", "params": {
        "deviceInfo": {"DeviceClass": kind, "DeviceType": "model", "Vendor": vendor, "Version": "3.2", "Filler": "x" * 300}}}).encode()
    return struct.pack("<I4sQIIII", 32, b"DHIP", 0, len(body), 0, len(body), 0) + body


def source_of(number):
    return struct.pack("!I", 0xcb007100 + number * 97)


def reports(floodwall, folder, name, datagrams, gap_ns):
    """datagrams: (sender's number, source port, payload)."""
    path = os.path.join(folder, name + ".pcap")
    with open(path, "wb") as file:
        file.write(as_pcap([(START + i * gap_ns, 28 + len(payload) + 14, frame_of(source_of(number), (port, 30120), payload), 1)
                            for i, (number, port, payload) in enumerate(datagrams)]))
    return report(floodwall, path), path


def made(floodwall, folder):
    """Two thousand recorders under three names and none, a few that say nothing, and another protocol beside them."""
    vendors = ("Private", "Intelbras", "IntelBras", "QSee")
    datagrams = []
    for number in range(2000):
        datagrams.append((number, DHIP, dhip(vendors[number % 4], "NVR" if number % 5 else "IPC", number) if number % 100 else b"\x20\0\0\0DHIP"))
    datagrams += [(5000 + number, 47808, b"\x81\x0a\0\x30" + bytes(44)) for number in range(1000)]
    found, path = reports(floodwall, folder, "recorders", datagrams, 10**5)
    junk = found["junk"]
    rows = {row["brand"]: row for row in junk["by_brand"]}
    kinds = {row["kind"]: row["sources"] for row in junk["by_kind"]}
    if [(row["maker"], row["packets"], row["sources"]) for row in junk["by_maker"]] != [("Dahua", 1980, 1980), (None, 1020, 1020)]:
        yield f"made: {junk['by_maker']}"
    if {brand: row["sources"] for brand, row in rows.items()} != {"Intelbras": 1000, "QSee": 500, "Private": 480, None: 1020}:
        yield f"made: {rows}"
    if kinds != {"video recorder": 1600, "camera": 380, None: 1020}:
        yield f"made: {kinds}"
    if junk["attribution"] != ("At least 99% (95% interval 98 to 100) of the 2,000 sources of the Dahua discovery reflection (DHIP) are made by Dahua, sold "
                               "under 2 brands. It rests on 1,980 that spoke their maker's own protocol, each 90% sure; 20 named another maker or none."):
        yield f"made: {junk['attribution']}"
    yield from sums(junk)
    if output(floodwall, "--json", path) != output(floodwall, "--json", path):
        yield "made: two runs, two reports"
    masked = report(floodwall, "--anonymise", path)["junk"]
    if masked["by_maker"][0]["maker"] != "Dahua":
        yield f"stand-ins for makers: {masked['by_maker']}"


def dvrip(number, said):
    payload = json.dumps(said).encode() + b"\n\0"
    return struct.pack("<BBHIIBBHI", 0xff, 1, 0, 7, 0, 0, 0, number, len(payload)) + payload


def flooding(source, count, syn):
    """What one device of ours sends to somebody outside: a frame each."""
    capture, target = Capture(), (bytes([203, 0, 113, 80]), bytes([2, 0, 0, 0, 0, 1]))
    for number in range(count):
        if syn:
            capture.packet(source, target, 6, struct.pack("!HHIIBBHHH", 1024 + number, 80, number, 0, 0x50, 2, 512, 0, 0))
        else:
            capture.datagram(source, target, (40001, 1024 + number), bytes(512))
    return capture.frames


def ours(floodwall, folder):
    """A recorder of ours says in its maker's protocol what it is, and then floods in two ways; a device beside it that says nothing floods, too."""
    talk = Capture()
    talk.conversation(34567, [(True, dvrip(1020, {"Name": "SystemInfo"})),
                              (False, dvrip(1021, {"Name": "SystemInfo", "Ret": 100, "SystemInfo": {"HardWare": "NBD6716T-F", "SoftWareVersion": "V4.02.R11"}})),
                              (True, dvrip(1042, {"Name": "OEMcfg.Correspondent"})),
                              (False, dvrip(1043, {"Ret": 100, "OEMcfg.Correspondent": {"BrandInfo": "Harbour Light", "Model": "NVT"}}))])
    frames = [(START + i * 10**8, frame) for i, frame in enumerate(talk.frames)]
    for begin, flood in ((60, flooding(DEVICE, 6000, False)), (120, flooding(DEVICE, 9000, True)), (180, flooding(OTHER, 4000, False))):
        frames += [(START + begin * 10**9 + i * 5 * 10**5, frame) for i, frame in enumerate(flood)]
    path = os.path.join(folder, "ours.pcap")
    with open(path, "wb") as file:
        file.write(as_pcap([(time, len(frame), frame, 1) for time, frame in frames]))
    found = report(floodwall, path)
    junk = found["junk"]
    rows = [(row["maker"], row["packets"], row["sources"], row["basis"], row["vectors"]) for row in junk["by_maker"]]
    if rows != [("Xiongmai", 15000, 1, {"inventory": 1}, {"syn": 1, "udp": 1}), (None, 4000, 1, {}, {"udp": 1})]:
        yield f"ours: {rows}"
    if [(row["maker"], row["brand"], row["packets"]) for row in junk["by_brand"]] != [("Xiongmai", "Harbour Light", 15000), (None, None, 4000)]:
        yield f"ours: {junk['by_brand']}"
    if (junk["sources"]["count"], junk["sources"]["looked_at"], junk["sources"]["contradicted"]) != (2, 2, 0):
        yield f"ours: {junk['sources']}"
    device = next(device for device in found["devices"] if device["maker"]["name"] == "Xiongmai")
    if set(junk["by_maker"][0]["confidence"].values()) != {device["maker"]["confidence"]}:
        yield f"ours: {junk['by_maker'][0]}, {device['maker']}"
    if junk["attribution"] != "The one source of the SYN flood is made by Xiongmai, sold under 1 brand. It rests on 1 device on your side, 98% sure.":
        yield f"ours: {junk['attribution']}"
    yield from sums(junk)


def liars(floodwall, folder):
    """One source of a thousand names, names that are escapes, and many more brands than are kept."""
    evil = "\x1b]0;owned\x07\u202e<b>=1+1"
    datagrams = [(1, DHIP, dhip(f"brand {i}", "NVR")) for i in range(1500)]
    datagrams += [(2, DHIP, dhip(evil, "IPC")) for _ in range(10)]
    datagrams += [(100 + i, DHIP, dhip(f"seller {i}", "NVR")) for i in range(3000)]
    found, path = reports(floodwall, folder, "liars", datagrams, 10**4)
    junk = found["junk"]
    if junk["by_maker"][0]["maker"] != "Dahua" or junk["by_maker"][0]["packets"] != junk["packets"] or junk["by_maker"][0]["sources"] != 3002:
        yield f"liars: {junk['by_maker']}"
    if junk["sources"]["contradicted"] != 1 or len(junk["by_brand"]) > 257 or not found["left_out"]["rates"]:
        yield f"liars: {junk['sources']}, {len(junk['by_brand'])} brands, {found['left_out']}"
    if next(row for row in junk["by_brand"] if row["brand"] == "brand 0")["packets"] != 1500:
        yield f"liars: {junk['by_brand'][:3]}"
    yield from sums(junk)
    for form in ("text", "json", "html", "eve"):
        said = output(floodwall, "--format", form, path)
        if b"\x1b]" in said or "\u202e".encode() in said or b"<b>=1" in said and form == "html":
            yield f"liars: a name breaks out of {form}"


def many(floodwall, folder):
    """A hundred thousand sources, two of three of one maker: a sample stands for them all."""
    answer, other = dhip("Intelbras", "NVR"), b"\x81\x0a" + bytes(60)
    datagrams = [(i, DHIP if i % 3 else 47808, answer if i % 3 else other) for i in range(100000)]
    found, _ = reports(floodwall, folder, "many", datagrams, 5 * 10**3)
    junk = found["junk"]
    row, sources = junk["by_maker"][0], junk["sources"]
    if not sources["estimated"] or not 95000 < sources["count"] < 105000 or not 2048 < sources["looked_at"] <= 8192:
        yield f"many: {sources}"
    if row["maker"] != "Dahua" or not row["interval"][0] <= 0.6667 <= row["interval"][1] or row["interval"][1] - row["interval"][0] > 0.05:
        yield f"many: {row}"
    if "a fair sample of" not in junk["attribution"] or " of the about 66," not in junk["attribution"].replace("67,", "66,"):
        yield f"many: {junk['attribution']}"


def main():
    floodwall, shared = sys.argv[1:3]
    capture = os.path.join(shared, DAHUA)
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        for check in (made, ours, liars, many):
            faults += check(floodwall, folder)
    if os.path.exists(capture):
        faults += captured(floodwall, capture)
    finish("whose parts sent the junk: as made, as captured, and as lied", faults, None if os.path.exists(capture) else f"{DAHUA} is not here")


main()
