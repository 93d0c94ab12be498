#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`floodwall inspect --anonymise`: nothing that names somebody is left in any output or evidence, one thing has one stand-in everywhere, and
what was decided stays.

usage: anonymise.py FLOODWALL GENERATED_FOLDER SHARED_CAPTURES
Exit 77 when the shared captures are absent, after the project's own were checked.
"""
import ipaddress
import json
import os
import re
import struct
import sys
import tempfile

from inspecting import captures_in, finish, generated, output, read_capture, report, run

SHARED = ["iot/suricata_home_lan_2013.pcap", "iot/iot_inspector_app.pcap", "iot/malcolm_telnet_mix.pcap", "iot/malcolm_dhcp_mix.pcap",
          "iot/ndpi_upnp.pcap", "iot/zeek_mdns.pcap", "iot/ipfixprobe_mqtt.pcap", "iot/ndpi_http_auth.pcap", "iot/zeek_ftp_password_pass.pcap",
          "botnet/slips_test7_hide_and_seek.pcap", "botnet/simple-scan_445.pcap", "botnet/slips_cc1_periodic_tls.pcap",
          "botnet/pcaphunt_hs-arpScan.pcap", "botnet/pcaphunt_hs-udpScan.pcap", "botnet/zeek_ftp_bruteforce.pcap", "ddos/snmp_amp.pcapng",
          "ddos/dahua_dhip_37810_bacnet_reflection.pcap", "ddos/synflood_spoofed_25565.pcap", "ddos/tcp_synack_reflection.pcap",
          "dns/zeek_dns-edns-ecs.pcap", "dns/dnscap_sll2.pcap"]
SENTINEL_EACH = 1
ADDRESS = re.compile(r"(?<![0-9a-fA-F.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]*:[0-9a-f.:]*)(?![0-9a-fA-F:])")
STAND_IN = re.compile(r"name-[0-9a-f]{8}")
# What the program itself says of a device, and what of a clue may stay: the closed list of src/mask/mask.c.
HARMLESS = {"oui", "dhcp 55", "dhcp 60", "dhcpv6 6", "dhcpv6 16", "ssdp nt", "ssdp server", "http server", "dhip class", "dhip type", "dhip version", "dhip vendor",
            "answers tcp", "answers udp", "calls tcp", "calls udp"}
NAMES_NOBODY = [ipaddress.ip_network(word) for word in ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32", "::/127", "ff00::/8")]
KINDS = [ipaddress.ip_network(word) for word in ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24", "192.168.0.0/16",
                                                "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "fe80::/64", "fd00::/8",
                                                "fc00::/8", "2001:db8::/32")]


def is_nobody(address):
    return any(address in network for network in NAMES_NOBODY)


def kind_of(address):
    return next((network for network in KINDS if address in network), address.version)


def is_small(address):
    kind = kind_of(ipaddress.ip_address(address))
    return not isinstance(kind, int) and kind.prefixlen == 24


class Pairs:
    """What stands for what, taken from two reports side by side."""

    def __init__(self, faults):
        self.there, self.back, self.faults = {}, {}, faults

    def add(self, what, old, new):
        if old is None or old == "":
            if new != old:
                self.faults.append(f"{what}: {old!r} became {new!r}")
            return
        key = (what, old.lower().rstrip(".").removesuffix(".local") if what == "name" else old)
        if self.there.setdefault(key, new) != new:
            self.faults.append(f"{what} {old!r} became {self.there[key]!r} and {new!r}")
        if self.back.setdefault((what, new), key) != key:
            self.faults.append(f"{what}: {new!r} stands for {self.back[what, new]!r} and {key!r}")

    def address(self, old, new):
        if old is None:
            return
        bits = old.partition("/")[2]
        before, after = ipaddress.ip_address(old.partition("/")[0]), ipaddress.ip_address(new.partition("/")[0])
        if new.partition("/")[2] != bits or kind_of(before) != kind_of(after):
            self.faults.append(f"{old} became {new}, of another kind")
        if not bits:
            self.add("address", old, new)
            if (old == new) != is_nobody(before):
                self.faults.append(f"{old} became {new}")

    def mac(self, old, new):
        self.add("mac", old, new)
        kept = 2 if int(old[:2], 16) & 2 else 8
        if old == new or old[:kept] != new[:kept]:
            self.faults.append(f"MAC {old} became {new}")


def name_pair(pairs, old, new, source):
    if source in ("user", "dhcp", "mdns", "ssdp", "announced"):
        if old is not None and not STAND_IN.fullmatch(new):
            pairs.faults.append(f"the name {old!r} became {new!r}")
        pairs.add("name", old, new)
    elif source in ("oui", "placeholder") and (old == new or old[:-6] != new[:-6]):
        pairs.faults.append(f"the name {old!r} became {new!r}")


def clue_pair(pairs, old, new):
    if old["source"] != new["source"]:
        pairs.faults.append(f"clue {old} became {new}")
    if old["source"] in HARMLESS or old["source"] == "mdns txt":
        return
    value = STAND_IN.fullmatch(new["value"]) or old["source"] == "mdns service" and STAND_IN.fullmatch(new["value"].partition(" ")[2])
    if not value:
        pairs.faults.append(f"clue {old} became {new}")


def device_pair(pairs, old, new):
    for member in ("name_source", "kind", "state", "traffic", "advisories"):
        if old[member] != new[member]:
            pairs.faults.append(f"{member} of {old['id']}: {old[member]} became {new[member]}")
    if old["id"] == new["id"]:
        pairs.faults.append(f"{old['id']} keeps its number, which anybody can compute from its MAC")
    pairs.add("device", old["id"], new["id"])
    for one, other in zip(old["macs"], new["macs"], strict=True):
        pairs.mac(one, other)
    for one, other in zip(old["addresses"], new["addresses"], strict=True):
        pairs.address(one, other)
    name_pair(pairs, old["name"], new["name"], old["name_source"])
    for one, other in zip(old["clues"], new["clues"], strict=True):
        clue_pair(pairs, one, other)


def finding_pair(pairs, old, new):
    for member in ("id", "severity", "first", "last", "count", "advice", "technique"):
        if old[member] != new[member]:
            pairs.faults.append(f"{member} of a finding: {old[member]} became {new[member]}")
    if old["device"]:
        pairs.add("device", old["device"], new["device"])
    pairs.address(old["source"], new["source"])
    for member, value in old["evidence"].items():
        other = new["evidence"][member]
        if member in ("peer", "asker", "target", "source", "victim") and value:
            pairs.address(value, other)
        elif member == "mac":
            pairs.mac(value, other)
        elif member in ("user", "zone", "mapped_for") and value:
            pairs.add("name", value, other)
        elif value != other:
            pairs.faults.append(f"evidence {member}: {value} became {other}")


def pairs_of(plain, masked, faults):
    pairs = Pairs(faults)
    for old, new in zip(plain["devices"], masked["devices"], strict=True):
        device_pair(pairs, old, new)
    for old, new in zip(plain["findings"], masked["findings"], strict=True):
        finding_pair(pairs, old, new)
    for old, new in zip(plain["captures"], masked["captures"], strict=True):
        pairs.add("name", old.pop("file"), new.pop("file"))
        if old != new:
            faults.append(f"capture {old} became {new}")
    for old, new in zip(plain["junk"].pop("by_target"), masked["junk"].pop("by_target"), strict=True):
        pairs.address(old["target"], new["target"])
    for old, new in zip(plain.get("ours_inferred", []), masked.get("ours_inferred", []), strict=True):
        pairs.address(old, new)
    if plain["junk"] != masked["junk"] or plain["left_out"] != masked["left_out"]:
        faults.append("the sums differ")
    return pairs


def neighbours(pairs):
    """Who shared a network still does, for as many bits; addresses of whole families at once."""
    known = [(ipaddress.ip_address(old), ipaddress.ip_address(new)) for (what, old), new in pairs.there.items() if what == "address"]
    by_family = {4: [], 6: []}
    for old, new in known:
        by_family[old.version].append((int(old), int(new), kind_of(old), old.max_prefixlen))
    for family in by_family.values():
        family.sort(key=lambda pair: pair[0])
        for (old, new, kind, bits), (old_next, new_next, kind_next, _) in zip(family, family[1:]):
            shared = bits - (old ^ old_next).bit_length()
            if kind == kind_next and shared >= (24 if bits == 32 else 64) and shared != bits - (new ^ new_next).bit_length():
                yield f"{ipaddress.ip_address(old)} and {ipaddress.ip_address(old_next)} share {shared} bits, their stand-ins do not"


def truths(pairs):
    """Everything that must stand nowhere, as text: what is not itself the stand-in of something else."""
    images = set(pairs.there.values())
    for (what, old), new in pairs.there.items():
        if what == "address" and old not in images and not is_nobody(ipaddress.ip_address(old)):
            yield old
        elif what in ("mac", "device") and old not in images:
            yield old
        elif what == "name" and len(old) >= 4 and not re.fullmatch(r"[a-z]{4,6}|[0-9]{4}", old):
            yield old


def clue_truths(plain):
    """Values that are replaced as a whole; a common word such as "public" proves nothing."""
    for device in plain["devices"]:
        for clue in device["clues"]:
            if clue["source"] not in HARMLESS and clue["source"] != "mdns txt" and len(clue["value"]) >= 8:
                yield clue["value"].partition(" ")[2] if clue["source"] == "mdns service" else clue["value"]


def standing_in(text, truth):
    """Not as a part of a longer number or word."""
    return re.search(r"(?<![0-9A-Za-z])" + re.escape(truth) + r"(?![0-9A-Za-z])", text, re.IGNORECASE)


def raw_forms(truth):
    """A MAC or an IPv6 address as bytes; IPv4 addresses are looked for where they may stand (in_headers)."""
    if re.fullmatch(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", truth):
        yield bytes.fromhex(truth.replace(":", ""))
        yield truth.replace(":", "").encode()
    elif re.fullmatch(r"(?:[0-9a-f]{2}:){7,}[0-9a-f]{2}", truth):  # an identifier, such as a DUID
        yield bytes.fromhex(truth.replace(":", ""))
    elif re.fullmatch(r"[0-9a-f.]*:[0-9a-f:.]*", truth):
        yield ipaddress.ip_address(truth).packed
    yield truth.encode()


def in_headers(frame, addresses):
    """An IPv4 address of these anywhere in a frame, at even offsets, where headers have them: the sequence number too."""
    return next((frame[at:at + 4] for at in range(0, len(frame) - 3, 2) if frame[at:at + 4] in addresses), None)


def evidence_faults(folder, true, pairs):
    # in a documentation network of 256 one address may well stand for another
    addresses = {ipaddress.ip_address(truth).packed for truth in true if re.fullmatch(r"\d+(\.\d+){3}", truth) and not is_small(truth)}
    stand_ins = {ipaddress.ip_address(new).packed for (what, _), new in pairs.there.items() if what == "address" and ":" not in new}
    met = set()
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            data = file.read()
        for truth in true:
            if standing_in(name, truth) or any(form in data for form in raw_forms(truth)):
                yield f"{name} holds {truth}"
        for _, _, frame, _ in read_capture(path):
            found = in_headers(frame, addresses)
            if found:
                yield f"{name}: a frame holds {ipaddress.ip_address(found)}: {frame.hex()}"
                break
            met.update(frame[at:at + 4] for at in range(26, 38, 2))
    if os.listdir(folder) and stand_ins and not stand_ins & met:
        yield "no frame holds any stand-in of the report"


def texts(floodwall, key, captures):
    for style in ("-v", "-q", "--json", "--format=html", "--format=eve", "--format=csv"):
        yield style, output(floodwall, "--anonymise-key", key, style, *captures).decode()


def check(floodwall, key, captures, root, faults):
    name = os.path.basename(captures[0])
    folder = os.path.join(root, f"evidence-{len(os.listdir(root))}")
    plain = report(floodwall, *captures)
    masked = report(floodwall, "--anonymise-key", key, "--evidence", folder, *captures)
    files = {finding.pop("evidence_file") for finding in masked["findings"]}
    own = []
    again = json.loads(json.dumps(plain))
    pairs = pairs_of(again, masked, own)
    own += neighbours(pairs)
    true = sorted(set(truths(pairs)) | set(clue_truths(plain)))
    for style, text in texts(floodwall, key, captures):
        own += [f"{style} holds {truth}" for truth in true if standing_in(text, truth)]
        if style == "-v":
            before = output(floodwall, "-v", *captures).decode()
            own += [f"-v lacks the stand-in {new} of {old}" for (what, old), new in pairs.there.items()
                    if what in ("mac", "address") and old in before.split() and new not in text.split()]
    own += evidence_faults(folder, true, pairs)
    if files - {None} != set(os.listdir(folder)):
        own.append(f"evidence {os.listdir(folder)}, told {files}")
    faults += [f"{name}: {fault}" for fault in own]
    return pairs


def one_key(floodwall, key, root, capture, faults):
    """The same with the same key, another with another, another in each run without one; and a key worth the name."""
    first = output(floodwall, "--json", "--anonymise-key", key, capture)
    if output(floodwall, "--json", "--anonymise-key", key, "--anonymise", capture) != first:
        faults.append("one key, two reports")
    other = os.path.join(root, "other.key")
    with open(other, "wb") as file:
        file.write(b"sixteen bytes, or")
    drawn = [output(floodwall, "--json", "--anonymise", capture) for _ in range(2)]
    if len({first, output(floodwall, "--json", "--anonymise-key", other, capture), *drawn}) != 4:
        faults.append("two keys, one report")
    with open(other, "wb") as file:
        file.write(b"fifteen bytes..")
    for path in (other, "/nonexistent", root):
        done = run(floodwall, "--anonymise-key", path, capture)
        if done.returncode != 2 or done.stdout or done.stderr.count(b"\n") != 1:
            faults.append(f"the key {path}: exit {done.returncode}, {done.stderr!r}")


def a_reason_and_a_side(floodwall, key, root, capture, faults):
    """What the user wrote into a mute file or said with --local names somebody too."""
    mute = os.path.join(root, "mute")
    with open(mute, "w", encoding="utf-8") as file:
        file.write("scan * Grandma's old camera\n")
    for style in ("-v", "--json"):
        text = output(floodwall, style, "--mute", mute, "--anonymise-key", key, capture).decode()
        if "Grandma" in text or "not shown" not in text:
            faults.append(f"{style} tells the reason for muting")
    folder = os.path.join(root, "side")
    output(floodwall, "--local", "192.168.1.0/24", "--anonymise-key", key, "--evidence", folder, capture)
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        if b"192.168.1." in data or not re.search(rb"--local 192\.168\.\d+\.0/24", data):
            faults.append(f"{name} tells our side")


def captures_of(shared):
    yield from (os.path.join(shared, name) for name in SHARED)
    sentinel = os.path.join(shared, "iot", "sentinel")
    for label in sorted(os.listdir(sentinel)):
        if os.path.isdir(os.path.join(sentinel, label)):
            yield from captures_in(os.path.join(sentinel, label))[:SENTINEL_EACH]


def main():
    floodwall, own, shared = sys.argv[1:4]
    there = os.path.isdir(shared)
    inputs = generated(own, "incident") + generated(own, "quiet-twin") + generated(own, "quiet-printer-discovery") + generated(own, "quiet-own-scanner")
    inputs += captures_of(shared) if there else []
    faults, things = [], 0
    with tempfile.TemporaryDirectory() as root:
        key = os.path.join(root, "stand-ins.key")
        with open(key, "wb") as file:
            file.write(struct.pack("<4Q", 21, 10, 2016, 0x666c6f6f6477616c))
        for path in inputs:
            things += len(check(floodwall, key, [path], root, faults).there)
        one_key(floodwall, key, root, inputs[0], faults)
        a_reason_and_a_side(floodwall, key, root, inputs[0], faults)
    finish(f"{len(inputs)} captures, {things} things with a stand-in: none is left", faults, None if there else "shared captures are not here")


main()
