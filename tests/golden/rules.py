#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Single rules, end to end, over the generator's captures: each kind of flood leaving and falling, reflection told from
backscatter, what the outside reached, and what can be turned against others. Their near misses are among the quiet ones.

usage: rules.py FLOODWALL GENERATED_FOLDER
"""
import os
import sys
import tempfile

from inspecting import RANK, finish, report

LEAVING = {"203.0.113.10": "syn", "203.0.113.11": "ack", "203.0.113.12": "udp", "198.51.100.13": "udp-plain", "203.0.113.14": "vse",
           "203.0.113.15": "gre-ip", "203.0.113.16": "gre-eth", "203.0.113.17": "icmp", "203.0.113.18": "fragment", "203.0.113.19": "other",
           "203.0.113.20": "stomp", "203.0.113.21": "http"}
FALLING = {"192.168.1.200": "syn", "192.168.1.201": "ack", "192.168.1.202": "udp", "192.168.1.203": "udp-plain", "192.168.1.204": "vse",
           "192.168.1.205": "gre-ip", "192.168.1.206": "gre-eth", "192.168.1.207": "icmp", "192.168.1.208": "fragment",
           "192.168.1.209": "other", "192.168.1.210": "stomp", "192.168.1.211": "http", "192.168.1.220": "dns-reflection",
           "192.168.1.221": "snmp-reflection", "192.168.1.222": "isakmp-reflection", "192.168.1.223": "ssdp-reflection",
           "192.168.1.224": "ntp-reflection", "192.168.1.225": "dhip-reflection", "192.168.1.226": "bacnet-reflection",
           "192.168.1.227": "syn-ack-reflection", "255.255.255.255": "dhcp"}
# target -> senders proven by a handshake, and unproven ones
SOURCES = {"192.168.1.200": (0, 1), "192.168.1.210": (1, 0), "192.168.1.211": (40, 0), "192.168.1.220": (0, 600), "192.168.1.227": (0, 600)}


def named(found, name):
    return [f for f in found["findings"] if f["id"] == name]


def owner(found, finding):
    """The first address of a finding's device."""
    return next((d["addresses"][0] for d in found["devices"] if d["id"] == finding["device"]), None)


def flood_faults(found, name, severity, wanted):
    seen = {f["evidence"]["target"]: f for f in named(found, name)}
    if set(seen) != set(wanted) or len(named(found, name)) != len(wanted):
        yield f"{name}: targets {sorted(set(seen) ^ set(wanted))} are too many or missing"
        return
    for target, vector in wanted.items():
        finding, evidence = seen[target], seen[target]["evidence"]
        if evidence["vector"] != vector or finding["severity"] != severity:
            yield f"{name} on {target}: {finding['severity']} {evidence['vector']}, not {severity} {vector}"
        if evidence["packets"] not in (1200, 2400) or evidence["packets"] != finding["count"]:
            yield f"{name} on {target}: {evidence['packets']} packets"
        if found["junk"]["by_vector"].get(vector, {}).get("packets") != evidence["packets"]:
            yield f"{name} on {target}: junk of {vector}: {found['junk']['by_vector'].get(vector)}"


def leaving_faults(found):
    yield from flood_faults(found, "flood", "critical", LEAVING)
    if [d["addresses"][0] for d in found["devices"] if d["state"] == "hijacked"] != ["192.168.1.64"]:
        yield "the recorder alone is hijacked"
    if named(found, "receives-flood") or named(found, "forged-source"):
        yield "a flood that leaves is also called received, or forged"


def falling_faults(found):
    yield from flood_faults(found, "receives-flood", "high", FALLING)
    for finding in named(found, "receives-flood"):
        target, sources = finding["evidence"]["target"], finding["evidence"]["sources"]
        proven, unproven = SOURCES.get(target, (sources["proven"], sources["unproven"]))
        if abs(sources["proven"] - proven) > proven * 0.02 or abs(sources["unproven"] - unproven) > unproven * 0.02:
            yield f"{target}: sources {sources}, not {proven} proven and {unproven} unproven"
        if finding["evidence"]["backscatter"]:
            yield f"{target}: called backscatter"
    if named(found, "flood") or any(d["state"] in ("suspect", "hijacked") for d in found["devices"]):
        yield "a victim is accused"


def backscatter_faults(found):
    echoes = named(found, "receives-flood")
    if {f["source"] for f in echoes} != {"203.0.113.53", "203.0.113.80"} or not all(f["evidence"]["backscatter"] for f in echoes):
        yield f"not the echo of two floods: {[(f['source'], f['evidence']) for f in echoes]}"
    if [f for f in found["findings"] if f["severity"] != "low"] or found["junk"]["packets"]:
        yield "backscatter is more than low, or junk"
    if any(f["count"] != 2400 for f in echoes):
        yield f"counted {[f['count'] for f in echoes]}"


def exposed_faults(found):
    reached = {(owner(found, f), f["evidence"]["protocol"], f["evidence"]["port"]): f["severity"] for f in named(found, "reached-from-internet")}
    wanted = {("192.168.1.70", "tcp", 80): "medium", ("192.168.1.80", "udp", 161): "medium", ("192.168.1.1", "udp", 53): "medium",
              ("192.168.1.70", "udp", 123): "medium"}
    if reached != wanted:
        yield f"reached from the internet: {reached}"
    reflectors = {(owner(found, f), f["evidence"]["port"]): (f["severity"], f["evidence"]["answers"], f["evidence"]["askers"])
                  for f in named(found, "reflector")}
    wanted = {("192.168.1.90", 1900): ("high", 150, 1), ("192.168.1.64", 37810): ("high", 12, 12), ("192.168.1.1", 53): ("high", 12, 12)}
    if reflectors != wanted:
        yield f"reflectors: {reflectors}"
    ssdp = next(f["evidence"] for f in named(found, "reflector") if f["evidence"]["port"] == 1900)
    if ssdp["victim"] != "203.0.113.66" or ssdp["bytes_asked"] != 150 * 94 or ssdp["bytes_answered"] != 150 * 6 * 310 or ssdp["factor"] != 19.8:
        yield f"SSDP: {ssdp}"
    for address in ("192.168.1.1", "192.168.1.64", "192.168.1.70", "192.168.1.80", "192.168.1.90"):
        if not [d for d in found["devices"] if address in d["addresses"] and d["state"] == "exposed"]:
            yield f"{address} is not exposed"


def name_server_faults(found):
    if "ours_inferred" not in found:
        yield "the side of a name server is not inferred"
    if {f["id"] for f in found["findings"]} != {"reached-from-internet", "reflector"} or any(RANK[f["severity"]] for f in found["findings"]):
        yield f"a name server at work: {[(f['id'], f['severity']) for f in found['findings']]}"
    if any(d["state"] != "clean" for d in found["devices"]):
        yield "a name server at work is called exposed"


def muted_faults(floodwall, capture):
    """Both new findings are muted by name, device and the other end."""
    for rule, muted in (("reflector 192.168.1.90 -> 203.0.113.66 known", 1), ("reflector * until=2030-01-01 known", 3),
                        ("reached-from-internet * -> 198.51.100.40 known", 2), ("reached-from-internet 192.168.1.64 nobody's", 0)):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as mutes:
            mutes.write(rule + "\n")
            mutes.flush()
            count = len([f for f in report(floodwall, "--mute", mutes.name, capture)["findings"] if f.get("muted")])
        if count != muted:
            yield f"'{rule}' mutes {count} findings, not {muted}"


CHECKS = {"vectors-leaving": leaving_faults, "vectors-falling": falling_faults, "vectors-backscatter": backscatter_faults,
          "exposed-home": exposed_faults, "exposed-name-server": name_server_faults}


def main():
    floodwall, folder = sys.argv[1:3]
    faults = []
    for name, check in CHECKS.items():
        found = report(floodwall, os.path.join(folder, name + ".pcapng"))
        faults += [f"{name}: {fault}" for fault in check(found)]
    faults += muted_faults(floodwall, os.path.join(folder, "exposed-home.pcapng"))
    for name in ("quiet-outside", "quiet-nearly-floods"):
        if not os.path.exists(os.path.join(folder, name + ".pcapng")):
            faults.append(f"{name}, the near misses, is not among the captures")
    finish(f"{len(CHECKS)} captures, {len(LEAVING) + len(FALLING)} floods, each as it should", faults)


main()
