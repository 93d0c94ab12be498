# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens on the bed, and what is measured of it. A story is told in front of a server, with a setup between: nothing ("bare"), a filter that knows
the answer ("ideal": the bed's own upper bound), or the shield."""
import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass

import bed as beds
import figures
import junk
import servers
import zones

RATE = 2000  # legitimate questions a second


@dataclass
class Story:
    name: str
    kind: str  # of junk.KINDS
    rate: int  # packets a second
    family: int = 4
    tool: str = "injector"


@dataclass
class Times:
    """Seconds of each phase."""

    calm: float = 3
    flood: int = 8
    after: float = 1

    @property
    def total(self):
        return self.calm + self.flood + self.after


class Lab:
    """Folder, tools, zones and questions: what all stories share."""

    def __init__(self, tools, folder, times, numbered=zones.NUMBERED):
        self.tools, self.folder, self.times, self.numbered = tools, folder, times, numbered
        zones.write_zones(folder, numbered)
        zones.write_questions(self.path("questions"), numbered=numbered)
        zones.write_dnsperf(self.path("dnsperf.txt"), numbered=numbered)

    def path(self, name):
        return os.path.join(self.folder, name)


class Client:
    """The legitimate client and, beside it, dnsperf at a tenth of its rate."""

    def __init__(self, lab, bed, seconds, seed=1):
        self.bed, self.file = bed, lab.path("records")
        bed.write_sources(lab.path("sources"))
        words = [os.path.join(lab.tools, "lab-client"), lab.path("questions"), lab.path("sources"), beds.SERVER_4, beds.SERVER_6, str(RATE), str(seconds), str(seed),
                 self.file]
        self.process = bed.start("C", words, cpu=beds.SERVER_CPU, stdout=subprocess.PIPE)
        self.first_ns = json.loads(self.process.stdout.readline())["first_ns"]

    def wait(self):
        if self.process.wait(120):
            raise RuntimeError("the client has ended with a fault")
        self.bed.processes.remove(self.process)
        return figures.read(self.file)


class Dnsperf:
    def __init__(self, lab, bed, seconds):
        self.bed = bed
        words = ["dnsperf", "-s", beds.SERVER_4, "-d", lab.path("dnsperf.txt"), "-Q", str(RATE // 10), "-l", str(int(seconds)), "-c", "4", "-t", "3"]
        self.process = bed.start("C", words, cpu=beds.SERVER_CPU, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def wait(self):
        """Its average latency in ms, and its idea of completed."""
        out, _ = self.process.communicate(timeout=120)
        self.bed.processes.remove(self.process)
        values = dict(line.strip().split(":", 1) for line in out.splitlines() if ":" in line)
        try:
            return round(float(values["Average Latency (s)"].split()[0]) * 1000, 3), float(values["Queries completed"].split("(")[1].split("%")[0]) / 100
        except (KeyError, IndexError, ValueError):
            return None, None


class Setup:
    """What stands before the server. The base class is the bare server."""

    name = "bare"

    def __init__(self, lab, bed, server):
        self.lab, self.bed, self.server = lab, bed, server

    def open(self):
        pass

    def poll(self):
        """Called some times a second while junk falls."""

    def first_action_ns(self):
        return None

    def vector_named_ns(self):
        return None

    def counts(self):
        return {}

    def close(self):
        pass


class Ideal(Setup):
    name = "ideal"

    def open(self):
        self.gauge = self.bed.instrument("S", "ideal", "s0")

    def close(self):
        self.gauge.close()


class Watcher(threading.Thread):
    def __init__(self, setup):
        super().__init__(daemon=True)
        self.setup, self.over = setup, threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(0.05):
            self.setup.poll()

    def stop(self):
        self.over.set()
        self.join()


def flood(lab, setup_class, server_name, story):
    """One run of a story: a row of lab.json, with more than it needs."""
    with beds.Bed(lab.tools) as bed:
        server = servers.SERVERS[server_name](bed, lab.folder).start()
        setup = setup_class(lab, bed, server)
        setup.open()
        try:
            return measure(lab, bed, setup, story) | {"setup": f"{setup.name}, {server.name}"}
        finally:
            setup.close()


def measure(lab, bed, setup, story):
    times = lab.times
    counter = bed.instrument("S", "count", "s0")
    steal, before = beds.stolen(), bed.counters("S", "s0")
    client, perf = Client(lab, bed, times.total), Dnsperf(lab, bed, times.total)
    time.sleep(times.calm)
    reached, rx, irqs = counter.read(), bed.counters("S", "s0"), beds.softirqs()
    begin_ns, watcher = time.monotonic_ns(), Watcher(setup)
    fell = junk.Junk(bed, story.kind, story.rate, times.flood, story.family, story.tool, lab.folder).wait()
    end_ns, irqs_after = time.monotonic_ns(), beds.softirqs()
    watcher.stop()
    records, (perf_ms, perf_share) = client.wait(), perf.wait()
    if fell:
        begin_ns, end_ns = fell["first_ns"], fell["last_ns"]
    reached_after, rx_after, steal_after = counter.read(), bed.counters("S", "s0"), beds.stolen()
    legitimate = figures.datagrams(figures.between(records, client.first_ns + int(times.calm * 1e9), 1 << 63))
    row = judge(records, setup, client.first_ns, (begin_ns, end_ns), times)
    row |= {
        "story": f"{story.name}, {story.rate:,}/s" + (", IPv6" if story.family == 6 else ""),
        "junk_sent": fell["sent"] if fell else max(0, rx_after["rx"] - rx["rx"] - legitimate),
        "junk_leaked": reached_after["junk"] - reached["junk"],
        "junk_per_s": None if not fell else round(fell["sent"] / max(1e-9, (end_ns - begin_ns) / 1e9)),
        "junk_skipped": fell["skipped"] if fell else None,
        "interface_received": rx_after["rx"] - before["rx"],
        "dnsperf_ms": perf_ms,
        "dnsperf_share": perf_share,
        "socket_dropped": bed.sockets_dropped(),
        "softirqs": [after - ago for after, ago in zip(irqs_after, irqs)],
        "steal": round((steal_after[0] - steal[0]) / max(1, steal_after[1] - steal[1]), 4),
        "counts": setup.counts(),
    }
    return row


def judge(records, setup, first_ns, flooded, times):
    """Phases: calm, the opening until one second after the first action, and what comes after it."""
    begin_ns, end_ns = flooded
    action = setup.first_action_ns()
    settled_ns = (action if action is not None else begin_ns) + 1_000_000_000
    calm = figures.between(records, first_ns + 500_000_000, begin_ns)
    opening, settled = figures.between(records, begin_ns, settled_ns), figures.between(records, settled_ns, end_ns)
    named = setup.vector_named_ns()
    return {
        "sent": len(settled),
        "answered": figures.right(settled),
        "share": figures.share(settled),
        "median_ms": figures.latency_ms(settled),
        "calm_median_ms": figures.latency_ms(calm),
        "first_action_s": None if action is None else round((action - begin_ns) / 1e9, 3),
        "vector_named_s": None if named is None else round((named - begin_ns) / 1e9, 3),
        "wrong_drops": None if action is None else len(settled) - figures.right(settled),
        "share_at_once": figures.share_at_once(settled),
        "opening_share": figures.share(opening),
        "opening_sent": len(opening),
        "calm_share": figures.share(calm),
        "calm_sent": len(calm),
        "p99_ms": figures.latency_ms(settled, 0.99),
        "calm_p99_ms": figures.latency_ms(calm, 0.99),
        "by_lane": figures.table(settled, "lane", zones.LANES),
        "by_class": figures.table(settled, "kind", zones.CLASSES),
        "by_second": figures.by_second(records, first_ns),
    }
