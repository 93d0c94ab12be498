#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the guard's daemon takes of a CPU while devices say little: each a question and a few datagrams a second, as things in a house do. For the bench.

usage: idle.py BUILD SECONDS      prints {"cpu": share of one CPU, "resident_mib", "devices"}
"""
import json
import os
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import bed as beds  # noqa: E402
import guarding  # noqa: E402
import telling  # noqa: E402
import upkeep  # noqa: E402

NAMES = ("laptop", "recorder", "camera", "printer", "tv", "lamp")


def ticks(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        words = stat.read().rsplit(")", 1)[1].split()
    return int(words[11]) + int(words[12])


def main():
    build, seconds = os.path.abspath(sys.argv[1]), float(sys.argv[2])
    beds.enter()
    with tempfile.TemporaryDirectory(prefix="floodwall-idle-") as folder:
        os.chmod(folder, 0o755)
        lab = telling.Lab(os.path.join(build, "src", "cli", "floodwall"), build, folder)
        mud = lab.fresh("mud")
        with telling.Home(lab, guarding.Guard, telling.home(NAMES), devices=upkeep.policies(mud), more={"mud": mud}) as home:
            others = telling.Others(home.network, [name for name in NAMES if name != "camera"], rate=2)
            time.sleep(1)
            pid = home.setup.processes[-1].pid
            before, began = ticks(pid), time.monotonic()
            until = began + seconds
            while time.monotonic() < until:
                telling.greet(home.network)
                time.sleep(1)
            used, took = (ticks(pid) - before) / os.sysconf("SC_CLK_TCK"), time.monotonic() - began
            others.stop()
            print(json.dumps({"cpu": used / took, "resident_mib": upkeep.resident_mib(pid), "devices": len(NAMES)}))


main()
