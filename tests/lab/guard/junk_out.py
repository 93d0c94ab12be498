# SPDX-License-Identifier: GPL-2.0-or-later
"""Junk as a hijacked device sends it: out of the project's own incident, or made here from a seed. Frames alone, nothing is sent by this file."""
import ipaddress
import random
import struct

import pcap
import wire

VICTIM, VICTIM_6, ZONE = "203.0.113.180", "2001:db8:f:dead::180", "www.shop.example"


def of_incident(file, mac, begin_s, end_s):
    """(seconds after begin, frame) of one device in a span of the capture, by its own clock."""
    chosen, first_ns = [], None
    for time_ns, frame in pcap.frames(file):
        first_ns = time_ns if first_ns is None else first_ns
        at_s = (time_ns - first_ns) / 1e9
        if begin_s <= at_s < end_s and frame[6:12] == wire.mac_bytes(mac):
            chosen.append((at_s - begin_s, frame))
    return chosen


def label(dice):
    return "".join(dice.choice("abcdefghijklmnopqrstuvw012345678") for _ in range(12))


class Maker:
    """Frames of one device through one gateway, or straight to another device."""

    def __init__(self, mac, address, gateway_mac, gateway, seed=1, victim=VICTIM):
        self.macs, self.address, self.gateway, self.dice, self.victim = (mac, gateway_mac), address, gateway, random.Random(seed), victim

    def syn(self, to=None, port=53):
        return wire.tcp_frame(self.macs, (self.address, to or self.victim), (self.dice.randrange(1024, 65535), port), wire.SYN, self.dice.getrandbits(32))

    def scan(self):
        return self.syn(f"{self.dice.choice(('192.0.2', '198.51.100', '203.0.113'))}.{self.dice.randrange(130, 250)}", 23)

    def ack(self, to=None):
        return wire.tcp_frame(self.macs, (self.address, to or self.victim), (self.dice.randrange(1024, 65535), 80), wire.ACK, self.dice.getrandbits(32))

    def udp(self, to=None, size=512):
        return wire.udp_frame(self.macs, (self.address, to or self.victim), (self.dice.randrange(1024, 65535), self.dice.randrange(1024, 65535)), self.dice.randbytes(size))

    def udp_one_flow(self, to=None, size=512):
        return wire.udp_frame(self.macs, (self.address, to or self.victim), (33333, 80), self.dice.randbytes(size))

    def gre(self, to=None, size=512):
        return wire.ip_frame(self.macs, (self.address, to or self.victim), wire.GRE, struct.pack("!2H", 0, 0x0800) + self.dice.randbytes(size))

    def icmp(self, to=None, size=512):
        body = struct.pack("!BBHHH", 8, 0, 0, self.dice.getrandbits(16), 1) + self.dice.randbytes(size)
        return wire.ip_frame(self.macs, (self.address, to or self.victim), wire.ICMP, body[:2] + struct.pack("!H", wire.checksum(body)) + body[4:])

    def fragments(self, size=1400):
        """Of large datagrams, each of its own number: the last ones, which have no ports."""
        ends, ports = (self.address, self.victim), (self.dice.randrange(1024, 65535), 80)
        return list(wire.fragments(self.macs, ends, wire.UDP, wire.udp_body(ends, ports, self.dice.randbytes(3 * size - 8)), size, self.dice.getrandbits(32)))[1:]

    def names(self):
        message = wire.question(self.dice.getrandbits(16), f"{label(self.dice)}.{ZONE}")
        return wire.udp_frame(self.macs, (self.address, self.gateway), (self.dice.randrange(1024, 65535), 53), message)

    def forged(self, to=None):
        source = str(ipaddress.ip_address(0x0B000000 + self.dice.getrandbits(22)))
        return wire.udp_frame(self.macs, (source, to or self.victim), (self.dice.randrange(1024, 65535), 53), self.dice.randbytes(200))


DARK_6 = ipaddress.ip_address(VICTIM_6).packed[:8]

# vector: (how a frame is made, the bucket that holds it back, what an ear outside hears of it, what it costs in that bucket)


def to_dark(packet):
    if len(packet.to) == 16:
        return packet.to[:8] == DARK_6
    return len(packet.to) == 4 and packet.to[3] >= 130 and packet.to[:3] in (b"\xc0\x00\x02", b"\xc6\x33\x64", b"\xcb\x00\x71")


def junk_of(proto):
    return lambda packet, frame: packet.proto == proto and to_dark(packet)


def asked_zone(packet, frame):
    return packet.question and wire.wire_name(ZONE) in frame.lower()


def octets(packet):
    return packet.length


def one(packet):
    return 1


VECTORS = {
    "syn": (Maker.syn, "syns", junk_of(wire.TCP), one),
    "scan of 23": (Maker.scan, "logins", junk_of(wire.TCP), one),
    "ack": (Maker.ack, "unanswered", junk_of(wire.TCP), octets),
    "udp": (Maker.udp, "unanswered", junk_of(wire.UDP), octets),
    "udp, one flow": (Maker.udp_one_flow, "unanswered", junk_of(wire.UDP), octets),
    "gre": (Maker.gre, "unanswered", junk_of(wire.GRE), octets),
    "fragments": (Maker.fragments, "unanswered", junk_of(wire.UDP), octets),
    "icmp": (Maker.icmp, "unanswered", junk_of(wire.ICMP), octets),
    "random subdomains": (Maker.names, "questions", asked_zone, one),
    "forged sources": (Maker.forged, "forged", lambda packet, frame: to_dark(packet), one),
}
