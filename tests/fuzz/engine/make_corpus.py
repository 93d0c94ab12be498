#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes corpus_engine/ from the generator's captures (of documentation addresses only): frames in fuzz_engine.c's form.

usage: make_corpus.py GENERATED_FOLDER OUT_FOLDER
"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "golden"))
from inspecting import read_capture  # noqa: E402

BYTES_MAX = 7000
HOUR_NS = 3600 * 10**9

# file, capture, seconds after its start, frames whose payload is interesting
PARTS = [("morning", "incident", 0, 40), ("break-in", "incident", 130, 40), ("scan", "incident", 160, 80), ("syn-flood", "incident", 300, 120),
         ("random-names", "incident", 330, 60), ("ordinary", "quiet-twin", 60, 40), ("peers", "quiet-bittorrent", 2, 60),
         ("printers", "quiet-printer-discovery", 1, 40), ("crowd", "quiet-flash-crowd", 1, 30), ("six", "quiet-broken-ipv6", 1, 50),
         ("link-down", "quiet-link-down", 60, 60), ("ports", "quiet-own-scanner", 6, 90)]


def time_code(delta_ns):
    """The nearest that one byte can say."""
    if delta_ns < -HOUR_NS // 2:
        return 0xff
    codes = range(0xff)
    return min(codes, key=lambda code: abs(((code & 15) << (code >> 4) * 2) - delta_ns))


def part(records, seconds, count):
    out = b""
    before = None
    for time_ns, _, body, _ in [r for r in records if r[0] >= records[0][0] + seconds * 10**9][:count]:
        frame = bytes([0, time_code(time_ns - before) if before else 0]) + len(body[:300]).to_bytes(2, "big") + body[:300]
        if len(out) + len(frame) > BYTES_MAX:
            break
        out += frame
        before = time_ns
    return out


def main():
    folder, out = sys.argv[1:3]
    os.makedirs(out, exist_ok=True)
    for name, capture, seconds, count in PARTS:
        with open(os.path.join(out, name), "wb") as file:
            file.write(part(read_capture(os.path.join(folder, capture + ".pcapng")), seconds, count))


main()
