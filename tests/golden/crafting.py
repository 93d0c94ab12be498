# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames made by hand, for tests that need what no capture at hand holds."""
import ipaddress
import struct

SYN, ACK, PUSH, RST = 2, 16, 8, 4
START_NS = 1_700_000_000 * 10**9


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return 0xffff - total


def ip(source, target, proto, body, hops=64):
    source, target = ipaddress.ip_address(source), ipaddress.ip_address(target)
    if source.version == 6:
        return struct.pack(">IHBB", 6 << 28, len(body), proto, hops) + source.packed + target.packed + body
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, hops, proto, 0) + source.packed + target.packed
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + body


def tcp(source_port, target_port, flags, sequence=1000, acknowledged=0, body=b"", options=b""):
    options += b"\0" * (-len(options) % 4)
    return struct.pack(">HHIIBBHHH", source_port, target_port, sequence, acknowledged, (5 + len(options) // 4) << 4, flags, 8192, 0x1234, 0) + options + body


def udp(source_port, target_port, body=b""):
    return struct.pack(">HHHH", source_port, target_port, 8 + len(body), 0x1234) + body


def icmp_error(quoted, kind=3, code=3):
    return struct.pack(">BBHI", kind, code, 0, 0) + quoted


def arp(operation, sender_mac, sender, target_mac, target):
    return struct.pack(">HHBBH", 1, 0x0800, 6, 4, operation) + sender_mac + ipaddress.ip_address(sender).packed + target_mac + \
        ipaddress.ip_address(target).packed


def ethernet(target_mac, source_mac, packet, kind=None, padding=b""):
    if kind is None:
        kind = 0x86dd if packet[0] >> 4 == 6 else 0x0800
    return target_mac + source_mac + struct.pack(">H", kind) + packet + padding


class Wire:
    """Frames in the order in which they are sent, as inspecting.as_pcap() wants them."""

    def __init__(self, start_ns=START_NS):
        self.now_ns = start_ns
        self.records = []

    def wait(self, seconds):
        self.now_ns += int(seconds * 10**9)

    def send(self, frame, link=1, after=0.001):
        self.wait(after)
        self.records.append((self.now_ns, len(frame), frame, link))


class Talk:
    """A TCP conversation between two ends, each (MAC, address)."""

    def __init__(self, wire, client, server, ports, after=0.001):
        self.wire, self.ends, self.ports, self.next, self.after = wire, (client, server), ports, [1000, 5000], after
        self.send(0, SYN)
        self.next[0] += 1
        self.send(1, SYN | ACK)
        self.next[1] += 1
        self.send(0, ACK)

    def send(self, side, flags, body=b""):
        near, far = self.ends[side], self.ends[1 - side]
        segment = tcp(self.ports[side], self.ports[1 - side], flags, self.next[side], self.next[1 - side] if flags & ACK else 0, body)
        self.wire.send(ethernet(far[0], near[0], ip(near[1], far[1], 6, segment)), after=self.after)

    def say(self, side, body):
        self.send(side, PUSH | ACK, body)
        self.next[side] += len(body)
        self.send(1 - side, ACK)
