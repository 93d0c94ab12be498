# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames taken apart and put together, by a reader that shares nothing with the program under test."""
import ipaddress
import struct
from dataclasses import dataclass

SYN, ACK, RST = 2, 16, 4
ICMP, TCP, UDP, FRAGMENT, GRE, ICMP6 = 1, 6, 17, 44, 47, 58
LOGIN_PORTS = (22, 23, 2323, 5555, 7547, 8080, 37215, 52869)


@dataclass
class Packet:
    """What a brake looks at. Addresses are bytes; local where nobody but the link is meant."""

    to_mac: bytes
    from_mac: bytes
    source: bytes = b""
    to: bytes = b""
    proto: int = 0
    length: int = 0  # of the IP packet
    from_port: int = 0
    to_port: int = 0
    flags: int = 0
    question: bool = False

    @property
    def local(self):
        nd = self.proto == ICMP6 and 133 <= self.from_port >> 8 <= 137
        return bool(self.to_mac[0] & 1) or not self.source or nd


def read(frame):
    """None where it is no Ethernet frame."""
    if len(frame) < 14:
        return None
    packet, at = Packet(frame[:6], frame[6:12]), 12
    kind = frame[at:at + 2]
    while kind in (b"\x81\x00", b"\x88\xa8") and len(frame) >= at + 6:
        at += 4
        kind = frame[at:at + 2]
    at += 2
    if kind == b"\x08\x00" and len(frame) >= at + 20:
        return read_4(packet, frame, at)
    if kind == b"\x86\xdd" and len(frame) >= at + 40:
        return read_6(packet, frame, at)
    return packet


def read_4(packet, frame, at):
    packet.length = struct.unpack_from("!H", frame, at + 2)[0]
    packet.proto, packet.source, packet.to = frame[at + 9], frame[at + 12:at + 16], frame[at + 16:at + 20]
    if struct.unpack_from("!H", frame, at + 6)[0] & 0x1FFF == 0:
        read_ports(packet, frame, at + 4 * (frame[at] & 15))
    return packet


def read_6(packet, frame, at):
    packet.length = 40 + struct.unpack_from("!H", frame, at + 4)[0]
    packet.proto, packet.source, packet.to = frame[at + 6], frame[at + 8:at + 24], frame[at + 24:at + 40]
    at += 40
    while packet.proto in (0, 43, FRAGMENT, 60) and len(frame) >= at + 8:
        fragment, later = packet.proto == FRAGMENT, frame[at + 2] or frame[at + 3] & 0xF8
        packet.proto, at = frame[at], at + (8 if fragment else 8 * (frame[at + 1] + 1))
        if fragment and later:
            return packet
    read_ports(packet, frame, at)
    return packet


def read_ports(packet, frame, at):
    if packet.proto in (TCP, UDP) and len(frame) >= at + 8:
        packet.from_port, packet.to_port = struct.unpack_from("!2H", frame, at)
    if packet.proto == TCP and len(frame) >= at + 14:
        packet.flags = frame[at + 13]
    if packet.proto == UDP and packet.to_port == 53 and len(frame) >= at + 12:
        packet.question = not frame[at + 10] & 0x80
    if packet.proto == ICMP6 and len(frame) >= at + 2:
        packet.from_port = frame[at] << 8
    if packet.proto in (ICMP, ICMP6) and len(frame) >= at + 8 and frame[at] in (0, 8, 128, 129):
        packet.to_port = struct.unpack_from("!H", frame, at + 4)[0]


# --- put together


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def address_bytes(text):
    return ipaddress.ip_address(text).packed


def checksum(data):
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def ip_frame(macs, addresses, proto, body, number=0, fragment=0):
    """IPv4 or IPv6, by the addresses. Pairs are (from, to); number and fragment: IPv4's identification, and its flags and offset."""
    source, to = (ipaddress.ip_address(address).packed for address in addresses)
    ends = mac_bytes(macs[1]) + mac_bytes(macs[0])
    if len(to) == 16:
        return ends + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(body), proto, 64) + source + to + body
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), number, fragment, 64, proto, 0, source, to)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return ends + b"\x08\x00" + head + body


def fragments(macs, addresses, proto, body, size=1448, number=1):
    """The frames of one packet that is sent in pieces of so many bytes, a multiple of eight."""
    for at in range(0, len(body), size):
        piece, more = body[at:at + size], at + size < len(body)
        if ":" in addresses[1]:
            yield ip_frame(macs, addresses, FRAGMENT, struct.pack("!BBHI", proto, 0, at | more, number) + piece)
        else:
            yield ip_frame(macs, addresses, proto, piece, number & 0xFFFF, at // 8 | more << 13)


def tagged(frame, *tags):
    """With VLAN tags of (type, number), the outer first."""
    return frame[:12] + b"".join(struct.pack("!2H", *tag) for tag in tags) + frame[12:]


def pseudo(addresses, proto, body):
    source, to = (ipaddress.ip_address(address).packed for address in addresses)
    return source + to + struct.pack("!IHBB" if len(to) == 16 else "!BBH", *((len(body), 0, 0, proto) if len(to) == 16 else (0, proto, len(body)))) + body


def udp_body(addresses, ports, payload):
    body = struct.pack("!4H", *ports, 8 + len(payload), 0) + payload
    return body[:6] + struct.pack("!H", checksum(pseudo(addresses, UDP, body)) or 0xFFFF) + body[8:]


def udp_frame(macs, addresses, ports, payload):
    return ip_frame(macs, addresses, UDP, udp_body(addresses, ports, payload))


def tcp_frame(macs, addresses, ports, flags, seq):
    body = struct.pack("!2H2I4H", *ports, seq, 0, 5 << 12 | flags, 5840, 0, 0)
    body = body[:16] + struct.pack("!H", checksum(pseudo(addresses, TCP, body))) + body[18:]
    return ip_frame(macs, addresses, TCP, body)


def wire_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


def question(number, name, kind=1):
    return struct.pack("!6H", number & 0xFFFF, 0x0100, 1, 0, 0, 0) + wire_name(name) + struct.pack("!2H", kind, 1)
