# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests in this folder share: running `floodwall inspect`, and reading and writing capture files."""
import glob
import json
import os
import struct
import subprocess
import sys

RANK = {"low": 0, "medium": 1, "high": 2, "critical": 3}
SUFFIXES = (".pcap", ".pcapng", ".pcap.xz")


def run(floodwall, *arguments, **options):
    """`floodwall inspect ARGUMENTS`, its output taken as bytes."""
    return subprocess.run([floodwall, "inspect", *arguments], capture_output=True, check=False, timeout=300, **options)


def output(floodwall, *arguments, **options):
    """What it prints when nothing goes wrong; else the test ends here."""
    done = run(floodwall, *arguments, **options)
    if done.returncode or done.stderr:
        raise SystemExit(f"floodwall inspect {' '.join(map(str, arguments))}: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def report(floodwall, *arguments, **options):
    return json.loads(output(floodwall, "--json", *arguments, **options))


def generated(folder, pattern="*"):
    found = sorted(glob.glob(os.path.join(folder, pattern + ".pcapng")))
    if not found:
        raise SystemExit(f"no captures {pattern} in {folder}: is the generator built?")
    return found


def captures_in(folder):
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(SUFFIXES))


def finish(what, faults, skipped=None):
    """Prints, and ends the test: 0, 1, or 77 when a part was skipped (told by name)."""
    print("\n".join(faults) or what)
    if faults:
        sys.exit(1)
    if skipped:
        print("SKIP " + skipped)
        sys.exit(77)
    sys.exit(0)


def _pcapng_records(data):
    """Of a section in little-endian order, whose interfaces count in nanoseconds (as the generator's)."""
    at, link = 0, None
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == 1:
            link = struct.unpack_from("<H", data, at + 8)[0]
        elif kind == 6:
            high, low, captured, wire = struct.unpack_from("<IIII", data, at + 12)
            yield (high << 32) + low, wire, data[at + 28:at + 28 + captured], link
        at += length


def _pcap_records(data):
    magic = data[:4]
    order = "<" if magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    unit = 1 if magic in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1000
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xffff
    at = 24
    while at + 16 <= len(data):
        seconds, part, captured, wire = struct.unpack_from(order + "IIII", data, at)
        yield seconds * 10**9 + part * unit, wire, data[at + 16:at + 16 + captured], link
        at += 16 + captured


def read_capture(path):
    """(time_ns, wire_len, bytes, link) of each frame of a plain, whole capture."""
    with open(path, "rb") as file:
        data = file.read()
    return list(_pcapng_records(data) if data[:4] == b"\x0a\x0d\x0d\x0a" else _pcap_records(data))


def as_pcap(records, order="<", nanosecond=True):
    out = [struct.pack(order + "IHHiIII", 0xa1b23c4d if nanosecond else 0xa1b2c3d4, 2, 4, 0, 0, 262144, records[0][3])]
    for time_ns, wire, body, _ in records:
        part = time_ns % 10**9 if nanosecond else time_ns % 10**9 // 1000
        out += [struct.pack(order + "IIII", time_ns // 10**9, part, len(body), wire), body]
    return b"".join(out)


def as_pcapng(records, order="<", resolution=9):
    """resolution: decimal digits of a second (if_tsresol)."""
    def block(kind, body):
        body += b"\0" * (-len(body) % 4)
        length = struct.pack(order + "I", len(body) + 12)
        return struct.pack(order + "I", kind) + length + body + length
    options = struct.pack(order + "HHB3xHH", 9, 1, resolution, 0, 0)
    out = [block(0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0, -1)), block(1, struct.pack(order + "HHI", records[0][3], 0, 0) + options)]
    for time_ns, wire, body, _ in records:
        time = time_ns // 10**(9 - resolution)
        out.append(block(6, struct.pack(order + "IIIII", 0, time >> 32, time & 0xffffffff, len(body), wire) + body))
    return b"".join(out)
