# SPDX-License-Identifier: GPL-2.0-or-later
"""Many small captures before one tshark: starting it takes longer than reading any of them, and there are more than a hundred.

Put one behind the other (mergecap) they are one capture to it, and what it says is dealt out again by the numbers of frames. What it remembers from frame to
frame goes by conversations: so captures that have one in common, or a form that is not understood here, are never put together. A datagram to everybody is
no conversation. Fragments and the insides of tunnels are not looked at: should tshark take one capture's for another's, facts differ, and the test fails.
"""
import bisect
import os
import struct
import subprocess
import tempfile

from inspecting import read_capture

SMALL_MAX, TOGETHER_MAX = 600_000, 8_000_000  # bytes of one, and of all that are put together
NUMBERS = ("frame.number", "http.request_in")  # fields that are the number of a frame
ETHERNET, RAW, COOKED, COOKED_2 = 1, 101, 113, 276
TYPE_AT = {ETHERNET: 12, COOKED: 14, COOKED_2: 0}
HEADER = {ETHERNET: 14, COOKED: 16, COOKED_2: 20}
TCP, UDP = 6, 17


def packet_of(frame, link):
    """(Ethernet type, what follows), or None."""
    if link == RAW:
        return (0x0800 if frame[0] >> 4 == 4 else 0x86dd), frame
    at = TYPE_AT[link]
    kind, rest = frame[at:at + 2], frame[HEADER[link]:]
    while kind in (b"\x81\x00", b"\x88\xa8"):
        kind, rest = rest[2:4], rest[4:]
    return int.from_bytes(kind, "big"), rest


def is_for_many(address):
    return address[0] == 0xff or (len(address) == 4 and (address[0] >> 4 == 14 or address[3] == 0xff))


def conversation(frame, link):
    """Of TCP or UDP, its two ends; else None."""
    kind, rest = packet_of(frame, link)
    if kind == 0x0800 and len(rest) >= 20:
        protocol, ends, rest = rest[9], (rest[12:16], rest[16:20]), rest[(rest[0] & 15) * 4:]
    elif kind == 0x86dd and len(rest) >= 40:
        protocol, ends, rest = rest[6], (rest[8:24], rest[24:40]), rest[40:]
    else:
        return None
    if protocol not in (TCP, UDP) or len(rest) < 4 or is_for_many(ends[1]):
        return None
    return protocol, *sorted(zip(ends, struct.unpack("!HH", rest[:4])))


def conversations(path):
    """All in a capture, and how many frames it has; None if it is better read alone."""
    try:
        records = read_capture(path)
        found = {conversation(frame, link) for _, _, frame, link in records}
    except (struct.error, KeyError, IndexError, TypeError):
        return None
    return found - {None}, len(records)


def groups_of(paths):
    """Lists of (path, number of frames) without a conversation in common, and of more than one."""
    groups = []
    for path in paths:
        size = os.path.getsize(path)
        known = conversations(path) if size <= SMALL_MAX and not path.endswith(".xz") else None
        if not known:
            continue
        found, count = known
        group = next((one for one in groups if not one["all"] & found and one["size"] + size <= TOGETHER_MAX), None)
        if not group:
            group = {"all": set(), "size": 0, "members": []}
            groups.append(group)
        group["all"] |= found
        group["size"] += size
        group["members"].append((path, count))
    return [group["members"] for group in groups if len(group["members"]) > 1]


def counted(paths):
    """Frames of each, as the library of tshark and mergecap reads them."""
    told = subprocess.run(["capinfos", "-T", "-r", "-M", "-c", *paths], capture_output=True, text=True, check=False).stdout
    return [int(line.rsplit("\t", 1)[-1]) for line in told.splitlines()]


def renumbered(line, fields, before, separator, aggregator):
    """The line with frames counted from its own capture's first."""
    values = line.split(separator, len(fields) - 1)
    for at, field in enumerate(fields):
        if field in NUMBERS and values[at]:
            values[at] = aggregator.join(str(int(number) - before) for number in values[at].split(aggregator))
    return separator.join(values)


def read_together(members, read, fields, separator, aggregator):
    """read(path): tshark's lines, frame.number first. Returns path to lines; nothing where the captures cannot be put together as they are."""
    paths, counts = [path for path, _ in members], [count for _, count in members]
    with tempfile.TemporaryDirectory() as folder:
        whole = os.path.join(folder, "together.pcapng")
        merged = subprocess.run(["mergecap", "-a", "-F", "pcapng", "-w", whole, *paths], capture_output=True, check=False)
        if merged.returncode or counted([*paths, whole]) != [*counts, sum(counts)]:
            return {}
        lines = read(whole)
    before = [sum(counts[:at]) for at in range(len(counts))]
    told = {path: [] for path in paths}
    for line in lines:
        at = bisect.bisect_left(before, int(line.partition(separator)[0])) - 1
        told[paths[at]].append(renumbered(line, fields, before[at], separator, aggregator))
    return told
