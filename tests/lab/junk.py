# SPDX-License-Identifier: GPL-2.0-or-later
"""What falls on the server: by kxdpgun and trafgen from the attacker's host up to about 100,000 packets a second, above that by junk.bpf.c at the
bridge's end of the server's cable. Bounded in count and time; only inside the bed.

kxdpgun sends from one address after another, 63,536 ports of each; junk.bpf.c draws the source of every frame anew."""
import json
import os
import subprocess

import bed as beds
import zones

# kind for people: (kind of the injector, zone or name below which)
KINDS = {
    "random names": ("names", "plain.example"),
    "under a wildcard": ("names", "wild.example"),
    "below a delegation": ("names", "c007.cuts.example"),
    "existing names": ("existing", "plain.example"),
    "malformed": ("malformed", "plain.example"),
    "answers": ("answers", "plain.example"),
    "foreign names": ("names", "elsewhere.test"),
}


class Junk:
    """Started at once; wait() says how many frames were offered and when."""

    def __init__(self, bed, kind, rate, seconds, family=4, tool="injector", folder=None):
        self.bed, self.rate, self.seconds = bed, rate, seconds
        make = {"injector": self.injector, "kxdpgun": self.kxdpgun, "trafgen": self.trafgen}[tool]
        side, words = make(*KINDS[kind], family, folder)
        self.process = bed.start(side, words, cpu=beds.JUNK_CPU, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def injector(self, kind, zone, family, _):
        tools = self.bed.tools
        return "W", [os.path.join(tools, "lab-junk"), os.path.join(tools, "junk.bpf.o"), "wS", kind, str(family), zone, str(self.rate), str(self.seconds),
                     beds.MACS["s0"]]

    def kxdpgun(self, _, zone, family, folder):
        names = os.path.join(folder, f"junk-{zone}.txt")
        if not os.path.exists(names):
            zones.write_junk(names, zone)
        source, server = ("198.18.9.0/24", beds.SERVER_4) if family == 4 else ("2001:2:0:9::/120", beds.SERVER_6)
        return "A", ["kxdpgun", "-b", "10", "-r", "-t", str(self.seconds), "-Q", str(self.rate), "-i", names, "-I", "a0", "-R", beds.MACS["s0"], "-l", source, server]

    def trafgen(self, _, __, ___, folder):
        """Malformed by chance alone: everything behind the UDP header is random."""
        config = os.path.join(folder, "malformed.trafgen")
        macs = ", ".join("0x" + part for mac in (beds.MACS["s0"], beds.NOBODY) for part in mac.split(":"))
        with open(config, "w", encoding="ascii") as out:
            out.write(f"{{ {macs}, const16(0x0800), 0x45, 0, const16(68), drnd(2), const16(0x4000), 60, 17, csumip(14, 33), 198, 18, drnd(1), drnd(1), 10, 9, 0, 1, "
                      "drnd(2), const16(53), const16(48), csumudp(14, 34), drnd(40) }\n")
        return "A", ["trafgen", "--in", config, "--out", "a0", "--cpus", "1", "--rate", f"{self.rate}pps", "--num", str(self.rate * self.seconds), "-q"]

    def wait(self):
        """What the injector says; the other tools' output is for nobody."""
        out, _ = self.process.communicate(timeout=self.seconds + 30)
        self.bed.processes.remove(self.process)
        for line in out.splitlines():
            if line.startswith('{"sent"'):
                return json.loads(line)
        if self.process.returncode not in (0, None):
            raise RuntimeError(f"junk: {out.strip()[-500:]}")
        return None
