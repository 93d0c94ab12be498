#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes corpus_capture/ anew: one small file per shape of capture that the reader knows. Needs zstd(1)."""
import gzip
import lzma
import pathlib
import struct
import subprocess

FOLDER = pathlib.Path(__file__).parent / "corpus_capture"
FRAME = bytes.fromhex("ffffffffffff020000000001080045000014000000004011000001020304c0000201")


def pcap(order, magic, link=1, lens=(0, 34, 20), extra=b""):
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for second, size in enumerate(lens):
        out += struct.pack(order + "IIII", second + 1, 5, size, size + 4) + extra + FRAME[:size]
    return out


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def section(order):
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order, link, snap, options=b""):
    return block(order, 1, struct.pack(order + "HHI", link, 0, snap) + options)


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def packet(order, number, units, data=FRAME):
    return block(order, 6, struct.pack(order + "IIIII", number, units >> 32, units & 0xFFFFFFFF, len(data), len(data)) + data)


def pcapng(order):
    out = section(order) + interface(order, 1, 0) + packet(order, 0, 1 << 40)
    out += interface(order, 113, 20, option(order, 9, b"\x94") + option(order, 14, struct.pack(order + "q", -5)) + option(order, 0, b""))
    out += packet(order, 1, 9 << 20, FRAME[:20]) + block(order, 5, bytes(20)) + block(order, 3, struct.pack(order + "I", 34) + FRAME)
    return out + block(order, 2, struct.pack(order + "HHIIII", 1, 0, 0, 77 << 20, 5, 5) + FRAME[:5])


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def xz(data):
    return lzma.compress(data, preset=0)


def main():
    little, big = pcapng("<"), pcapng(">")
    plain = pcap("<", 0xA1B2C3D4)
    files = {
        "pcap-little-micro": plain,
        "pcap-big-nano": pcap(">", 0xA1B23C4D, 113),
        "pcap-patched": pcap("<", 0xA1B2CD34, extra=bytes(8)),
        "pcap-no-packets": plain[:24],
        "pcap-length-lies": plain[:32] + b"\xff\xff\xff\xff" * 2,
        "pcap-raw-12": pcap("<", 0xA1B2C3D4, 12),
        "pcapng-little": little,
        "pcapng-big": big,
        "pcapng-two-sections": little + big,
        "pcapng-resolutions": section("<") + b"".join(interface("<", 1, 0, option("<", 9, bytes([r]))) for r in (0, 18, 127, 128, 192, 255))
        + b"".join(packet("<", i, 0xFFFFFFFFFFFFFFFF) for i in range(6)),
        "pcapng-option-lies": section("<") + interface("<", 1, 0, struct.pack("<HH", 9, 65535)) + packet("<", 0, 1),
        "pcapng-trailer-lies": little[:-4] + bytes(4),
        "gzip": gzip.compress(plain, mtime=0),
        "gzip-members": gzip.compress(plain[:30], mtime=0) + bytes(3) + gzip.compress(plain[30:], mtime=0),
        "gzip-trailing-words": gzip.compress(plain, mtime=0) + bytes(5) + b"trailing words",
        "gzip-text": gzip.compress(b"not a capture", mtime=0),
        "xz": xz(little),
        "xz-streams": xz(big[:50]) + bytes(4) + xz(big[50:]),
        "xz-large-dictionary": lzma.compress(plain, preset=9),
        "zstd": zstd(big),
        "zstd-skippable": struct.pack("<II", 0x184D2A50, 3) + b"abc" + zstd(plain[:41]) + zstd(plain[41:]),
        "empty": b"",
        "text": b"GET / HTTP/1.1\r\n",
    }
    FOLDER.mkdir(exist_ok=True)
    for name, data in files.items():
        (FOLDER / name).write_bytes(data)


main()
