#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What honest devices need of the brake, out of captures: for each bucket and rate, the smallest burst that never refuses.

usage: calibrate.py [--rates BUCKET=RATE,...]... CAPTURE...

A device is a MAC with an address of a private range (or ULA, link-local) as source. For each the arrivals of each bucket are laid beside a bucket of each
rate: the burst is the highest that arrivals(s, t) - rate * (t - s) ever gets. Prints the devices that need most of each bucket, and one line for all captures.
Flows: (proto, local port, remote address, remote port), forgotten after FLOW_NS of silence; an answer counts for ANSWERED_NS after it was heard. What goes
to an outside peer counts in one bucket with what goes to a neighbour, as at the port of a bridge: the gateway alone sees less.
"""
import argparse
import ipaddress
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import pcap  # noqa: E402
import wire  # noqa: E402

BUCKETS = {"contacts": (2, 5, 10, 20), "logins": (0.2, 0.5, 1), "syns": (5, 10, 20, 50), "unanswered": (8192, 16384, 65536), "questions": (5, 10, 20),
           "local": (10, 20, 50, 100)}
FLOW_NS, ANSWERED_NS = {wire.TCP: 300_000_000_000}, 60_000_000_000
FLOW_OTHER_NS = 60_000_000_000


class Need:
    """The smallest burst of a bucket of this rate: its own depth, which no ceiling cuts."""

    def __init__(self, rate):
        self.rate, self.owed, self.last_ns, self.most = rate, 0.0, 0, 0.0

    def see(self, now_ns, cost):
        self.owed = max(0.0, self.owed - self.rate * max(0, now_ns - self.last_ns) / 1e9) + cost
        self.last_ns, self.most = max(now_ns, self.last_ns), max(self.most, self.owed)


class Device:
    def __init__(self, rates):
        self.needs = {(name, rate): Need(rate) for name, of in rates.items() for rate in of}
        self.rates, self.flows, self.counts = rates, {}, dict.fromkeys(rates, 0)

    def see(self, name, now_ns, cost=1):
        self.counts[name] += cost
        for rate in self.rates[name]:
            self.needs[name, rate].see(now_ns, cost)

    def sends(self, now_ns, packet):
        if packet.local:
            self.see("local", now_ns)
            return
        key = (packet.proto, packet.from_port, packet.to, packet.to_port)
        flow = self.flows.get(key)
        syn = packet.proto == wire.TCP and packet.flags & (wire.SYN | wire.ACK) == wire.SYN
        if flow is None or now_ns - flow[0] > FLOW_NS.get(packet.proto, FLOW_OTHER_NS):
            flow = [now_ns, None]
            self.see("contacts", now_ns)
            if packet.to_port in wire.LOGIN_PORTS and packet.proto == wire.TCP:
                self.see("logins", now_ns)
        if syn:
            self.see("syns", now_ns)
        if packet.question:
            self.see("questions", now_ns)
        if flow[1] is None or now_ns - flow[1] > ANSWERED_NS:
            self.see("unanswered", now_ns, packet.length)
        flow[0] = now_ns
        self.flows[key] = flow

    def hears(self, now_ns, packet):
        key = (packet.proto, packet.to_port, packet.source, packet.from_port)
        if packet.proto in (wire.ICMP, wire.ICMP6):
            key = (packet.proto, 0, packet.source, packet.to_port)
        flow = self.flows.setdefault(key, [now_ns, now_ns])
        flow[0] = flow[1] = now_ns


def ours(address):
    if len(address) == 4:
        if address in (b"\0\0\0\0", b"\xff\xff\xff\xff"):
            return False
        return ipaddress.IPv4Address(address).is_private and not documentation(address)
    return address[0] & 0xFE == 0xFC or address[:2] == b"\xfe\x80" or address[:8] == bytes.fromhex("20010db800010000")


def documentation(address):
    return address[:3] in (b"\xc0\x00\x02", b"\xc6\x33\x64", b"\xcb\x00\x71") or address[:2] in (b"\xc6\x12", b"\xc6\x13")


def gateways(packets):
    """MACs that carry sources which are not ours, or those of many (a provider's own private range): routers, not devices."""
    carried = {}
    for _, packet in packets:
        if packet.source and any(packet.source):
            carried.setdefault(packet.from_mac, set()).add(packet.source)
    return {mac for mac, sources in carried.items() if not all(map(ours, sources)) or sum(len(source) == 4 for source in sources) > 4}


def measure(file, rates):
    """Device by MAC."""
    packets = [(time_ns, packet) for time_ns, packet in ((time_ns, wire.read(frame)) for time_ns, frame in pcap.frames(file)) if packet]
    routers, local = gateways(packets), {}
    for now_ns, packet in packets:
        if packet.from_mac not in routers and (not packet.source or ours(packet.source) or not any(packet.source)):
            local.setdefault(packet.from_mac, Device(rates)).sends(now_ns, packet)
        if packet.to_mac in local and packet.source:
            local[packet.to_mac].hears(now_ns, packet)
    return local


def parse():
    parser = argparse.ArgumentParser(description="What honest devices need of the brake.")
    parser.add_argument("--rates", action="append", default=[], metavar="BUCKET=RATE,...")
    parser.add_argument("captures", nargs="+")
    options = parser.parse_args()
    rates = dict(BUCKETS)
    for words in options.rates:
        name, _, numbers = words.partition("=")
        if name not in BUCKETS:
            parser.error(f"no bucket '{name}': {', '.join(BUCKETS)}")
        rates[name] = tuple(float(number) for number in numbers.split(","))
    return rates, options.captures


def collect(files, rates):
    """(capture, mac, device) of all, and what could not be read."""
    found, skipped = [], []
    for file in files:
        try:
            found += [(os.path.basename(file), mac.hex(":"), device) for mac, device in measure(file, rates).items()]
        except (pcap.Unreadable, OSError, EOFError) as error:
            skipped.append(f"{file}: {error}")
    return found, skipped


def main():
    rates, files = parse()
    found, skipped = collect(files, rates)
    for line in skipped:
        print("skipped:", line)
    print(f"{len(files) - len(skipped)} captures, {len(found)} devices in them")
    for name, of in rates.items():
        for rate in of:
            needs = sorted(((device.needs[name, rate].most, capture, mac) for capture, mac, device in found), reverse=True)
            half = needs[len(needs) // 2][0] if needs else 0
            row = "; ".join(f"{most:.0f} {capture} {mac}" for most, capture, mac in needs[:4])
            print(f"{name:10} {rate:>8g}/s  half need at most {half:.0f}; most: {row}")


if __name__ == "__main__":
    main()
