#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A job that takes long says how far it is: on a terminal alone, from its first second on, and nothing of it is left.

The job is a capture that comes through a pipe and stops in its middle until a second is over; what is held back cannot be
read earlier, so no machine is too slow or too fast for this.

usage: progress.py FLOODWALL GENERATED_FOLDER
"""
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import time

from inspecting import as_pcap, finish, read_capture

HELD_S = 1.1
FRAMES = 4096  # enough for the line to be looked at, in each half


def feed(pipe, data):
    middle = len(data) // 2
    write_all(pipe, data[:middle])
    time.sleep(HELD_S)
    write_all(pipe, data[middle:])
    os.close(pipe)


def write_all(pipe, data):
    while data:
        data = data[os.write(pipe, data):]


def slow_run(floodwall, arguments, data, terminal):
    """Its report on a pipe, what stood on its standard error, and its exit code."""
    ours, its = pty.openpty() if terminal else os.pipe()
    if terminal:
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 80, 0, 0))
    reading, writing = os.pipe()
    started = subprocess.Popen([floodwall, "inspect", *arguments, "-"], stdin=reading, stdout=subprocess.PIPE, stderr=its)
    os.close(reading)
    os.close(its)
    feeder = os.fork()
    if not feeder:
        started.stdout.close()
        feed(writing, data)
        os._exit(0)
    os.close(writing)
    report = started.stdout.read()
    code = started.wait()
    os.waitpid(feeder, 0)
    said = b""
    while True:
        try:
            some = os.read(ours, 65536)
        except OSError:
            some = b""
        if not some:
            break
        said += some
    os.close(ours)
    return report, said, code


def main():
    floodwall, own = sys.argv[1:3]
    records = read_capture(os.path.join(own, "incident.pcapng"))
    data = as_pcap((records * (2 * FRAMES // len(records) + 1))[:4 * FRAMES])
    meant = subprocess.run([floodwall, "inspect", "--json", "-"], input=data, capture_output=True, check=True)
    faults = [f"a pipe: said {meant.stderr!r}"] if meant.stderr else []
    report, said, code = slow_run(floodwall, ["--json"], data, True)
    drawn = said.split(b"\r")
    if b" packets, " not in said or code or report != meant.stdout:
        faults.append(f"on a terminal: exit {code}, said {said!r}")
    if drawn[0] or drawn[-1] or drawn[-2].strip(b" ") or len(drawn[-2]) < max(map(len, drawn)) or b"\n" in said:
        faults.append(f"on a terminal, something is left: {said!r}")
    for what, arguments, terminal in (("-q", ["--json", "-q"], True), ("no terminal", ["--json"], False)):
        report, said, code = slow_run(floodwall, arguments, data, terminal)
        if said or code or report != meant.stdout:
            faults.append(f"{what}: exit {code}, said {said!r}")
    finish("a long job says how far it is, on a terminal alone", faults)


main()
