#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A day of floodwall run, in a minute: the whole daemon, its store and its page, with all clocks played fast (fast_clock.c). Frames come from captures of the
generator, one behind the other and again and again, their times moved on and their devices and far ends other ones each time. The frames' clock is PACE times
as fast as people's (engine/guard_demo.c), so that a day of frames is 90 minutes of people's. After each hour of frames: resident memory, and what is on the
disk. Both level off.

usage: day.py FLOODWALL GENERATED_FOLDER FAST_CLOCK      FLOODWALL_DAY_HOURS: how long a day is (24; 384 are a day of people's)
"""
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

SCENES = ("incident", "deeds", "exposed-home", "quiet-bittorrent", "quiet-broken-ipv6", "quiet-keep-alives", "quiet-link-down", "quiet-neighbours", "quiet-outside",
          "quiet-printer-discovery", "quiet-own-scanner", "quiet-twin")
COPIES = 4
PACE = 16  # that engine/guard_demo.c gives a capture of this length
PAUSE_NS = 20 * 10**9
# In the second half of the day, more than at any hour of the first: pages that were not needed yet, the journal of what was written last.
RESIDENT_MORE_KIB, DISK_MORE_KIB = 1024, 1024
RESIDENT_KIB, DISK_KIB = 48 << 10, 16 << 10


def frames_of(path):
    """(time in ns, bytes) of each frame of a capture of the generator: pcapng, little-endian, nanoseconds."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == 6:
            high, low, kept = struct.unpack_from("<III", data, at + 12)
            yield high << 32 | low, data[at + 28:at + 28 + kept]
        at += length


def gateway_of(frames):
    """The MAC with which most addresses speak."""
    speak = {}
    for _, frame in frames:
        if frame[12:14] == b"\x08\x00":
            speak.setdefault(frame[6:12], set()).add(frame[26:30])
    return max(speak, key=lambda mac: len(speak[mac]))


def moved(frame, copy, gateway):
    """The same by other devices, with other far ends."""
    frame = bytearray(frame)

    def other(at):
        if not frame[at] & 1 and bytes(frame[at:at + 6]) != gateway:
            frame[at + 3] ^= copy
    other(0)
    other(6)
    if frame[12:14] == b"\x08\x06":
        other(22)
    for at in (26, 30) if frame[12:14] == b"\x08\x00" else ():
        if frame[at] not in (10, 127, 172, 192, 169, 255) and frame[at] < 224:
            frame[at + 2] ^= copy
    return bytes(frame)


def write_day(folder, path):
    """Returns how many frames, and how many seconds they take."""
    scenes = [list(frames_of(f"{folder}/{scene}.pcapng")) for scene in SCENES]
    now_ns = begun_ns = 1_700_000_000 * 10**9
    count = 0
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
        for copy in range(COPIES):
            for frames in scenes:
                first_ns, gateway = frames[0][0], gateway_of(frames)
                for time_ns, frame in frames:
                    at_ns = now_ns + max(0, time_ns - first_ns)
                    out.write(struct.pack("<IIII", at_ns // 10**9, at_ns % 10**9, len(frame), len(frame)) + moved(frame, copy, gateway))
                count += len(frames)
                now_ns += max(0, max(time_ns for time_ns, _ in frames) - first_ns) + PAUSE_NS
    return count, (now_ns - begun_ns) // 10**9


def status(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(rf"{name}:\s+(\d+) kB", file.read()).group(1))


def on_disk_kib(folder):
    return sum(os.lstat(os.path.join(where, name)).st_blocks for where, _, names in os.walk(folder) for name in names) // 2


class Day:
    def __init__(self, floodwall, clock, folder, hours):
        self.folder, self.hours, self.said = folder, hours, f"{folder}/said"
        with open(self.said, "wb") as said:
            self.process = subprocess.Popen([floodwall, "run", "--demo", f"{folder}/day.pcap"], stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/",
                env=os.environ | {"LD_PRELOAD": clock, "TMPDIR": f"{folder}/tmp", "FAST_CLOCK_SPAN_S": str(3600 // PACE),
                                  "FAST_CLOCK_SPANS": str(hours), "MALLOC_PERTURB_": "0"})
        self.floodwall = floodwall

    def heard(self):
        with open(self.said, encoding="utf-8") as text:
            return text.read()

    def measures(self):
        """(resident, on disk), in KiB, after each hour."""
        for _ in range(self.hours):
            _, how = os.waitpid(self.process.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(how), f"it ended: {how}\n{self.heard()[-2000:]}"
            yield status(self.process.pid, "VmRSS"), on_disk_kib(f"{self.folder}/tmp")
            self.process.send_signal(signal.SIGCONT)

    def show(self, *what):
        socket = re.search(r"--socket (\S+)", self.heard()).group(1)
        done = subprocess.run([self.floodwall, "show", *what, "--json", "--socket", socket], capture_output=True, text=True, timeout=30, check=True)
        return json.loads(done.stdout)

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()


def levels_off(name, values, more, most):
    half = len(values) // 2
    before, after = max(values[:half]), max(values[half:])
    print(f"  {name}, KiB: {' '.join(str(value) for value in values)}", flush=True)
    assert after <= before + more, f"{name} grows: {before} KiB at most in the first half, {after} in the second"
    assert after <= most, f"{name}: {after} KiB"


def play(floodwall, generated, clock, folder):
    hours = int(os.environ.get("FLOODWALL_DAY_HOURS", "24"))
    os.mkdir(f"{folder}/tmp")
    count, seconds = write_day(generated, f"{folder}/day.pcap")
    began = time.monotonic()
    day = Day(floodwall, clock, folder, hours)
    try:
        resident, disk = zip(*day.measures())
        seen, found = day.show("verdicts")["frames"]["seen"], day.show("findings", "--count", "1000")["findings"]
        overview = day.show("overview")
    finally:
        day.end()
    print(f"{hours} hours in {time.monotonic() - began:.0f} s, {count} frames of {seconds} s again and again: {seen} seen by detection, {len(found)} findings kept, "
          f"{overview['devices']['total']} devices")
    levels_off("resident", resident, RESIDENT_MORE_KIB, RESIDENT_KIB)
    levels_off("on disk", disk, DISK_MORE_KIB, DISK_KIB)
    # it was a day, of events
    assert seen > hours * 1000 and {"scan", "flood", "default-password"} <= {one["id"] for one in found} and overview["devices"]["total"] > 20
    assert (hours - 1) * 3600 < PACE * (moment(overview["now"]) - moment(overview["started"])) < (hours + 2) * 3600


def moment(text):
    return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


def main():
    floodwall, generated, clock = (os.path.abspath(word) for word in sys.argv[1:4])
    with open(floodwall, "rb") as program:
        if b"__asan_init" in program.read():
            print("SKIP daemon-day: memory is measured in a program without sanitizers")
            sys.exit(77)
    folder = tempfile.mkdtemp(prefix="floodwall-day-")
    try:
        play(floodwall, generated, clock, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
