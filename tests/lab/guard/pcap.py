# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures as frames: pcap and pcapng, either byte order, micro- and nanoseconds, Ethernet alone, plain or compressed with xz or gzip."""
import gzip
import lzma
import struct

ETHERNET = 1


class Unreadable(ValueError):
    pass


def content(file):
    opener = lzma.open if file.endswith(".xz") else gzip.open if file.endswith(".gz") else open
    with opener(file, "rb") as capture:
        return capture.read()


def frames(file):
    """(nanoseconds, frame) in the order of the file; a file cut short ends where it was cut."""
    data = content(file)
    if len(data) < 24:
        raise Unreadable(f"{file}: not a capture")
    magic = struct.unpack_from("<I", data)[0]
    if magic == 0x0A0D0D0A:
        return of_pcapng(data)
    for order in "<>":
        kind = struct.unpack_from(order + "I", data)[0]
        if kind in (0xA1B2C3D4, 0xA1B23C4D):
            if struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF != ETHERNET:
                raise Unreadable(f"{file}: no Ethernet")
            return of_pcap(data, order, 1000 if kind == 0xA1B2C3D4 else 1)
    raise Unreadable(f"{file}: not a capture")


def of_pcap(data, order, unit_ns):
    at = 24
    while at + 16 <= len(data):
        seconds, part, kept, _ = struct.unpack_from(order + "4I", data, at)
        if at + 16 + kept > len(data):
            return
        yield seconds * 1_000_000_000 + part * unit_ns, data[at + 16:at + 16 + kept]
        at += 16 + kept


def option(data, order, at, end, wanted):
    while at + 4 <= end:
        code, size = struct.unpack_from(order + "2H", data, at)
        if code == 0:
            return None
        if code == wanted:
            return data[at + 4:at + 4 + size]
        at += 4 + (size + 3 & ~3)
    return None


def unit_of(resolution):
    """Nanoseconds of one tick (if_tsresol), as a pair to multiply and divide by."""
    if not resolution:
        return 1000, 1
    power = resolution[0] & 127
    return (1_000_000_000, 1 << power) if resolution[0] & 128 else (10 ** 9, 10 ** power)


def of_pcapng(data):
    at, order, interfaces = 0, "<", []
    while at + 12 <= len(data):
        if data[at:at + 4] == b"\x0a\x0d\x0d\x0a":
            order, interfaces = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">", []
        kind, size = struct.unpack_from(order + "2I", data, at)
        if size < 12 or at + size > len(data):
            return
        if kind == 1:
            link = struct.unpack_from(order + "H", data, at + 8)[0]
            interfaces.append((link, unit_of(option(data, order, at + 16, at + size - 4, 9))))
        if kind == 6:
            number, high, low, kept = struct.unpack_from(order + "4I", data, at + 8)
            link, (times, by) = interfaces[number]
            if link == ETHERNET:
                yield (high << 32 | low) * times // by, data[at + 28:at + 28 + kept]
        at += size
