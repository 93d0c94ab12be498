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
    act: object = None  # what is done in the middle: of duty.py


@dataclass
class Times:
    """Seconds of each phase."""

    calm: float = 3
    flood: int = 6
    after: float = 0.5

    @property
    def total(self):
        return self.calm + self.flood + self.after


class Lab:
    """Folder, tools, zones and questions: what all stories share."""

    def __init__(self, tools, floodwall, folder, times, numbered=zones.NUMBERED, dnssec=False):
        os.makedirs(folder, exist_ok=True)
        self.tools, self.floodwall, self.folder, self.times, self.numbered = tools, floodwall, folder, times, numbered
        self.added = 0  # records of plain.example
        zones.write_zones(folder, numbered)
        zones.write_questions(self.path("questions"), numbered=numbered, dnssec=dnssec)
        zones.write_dnsperf(self.path("dnsperf.txt"), numbered=numbered)

    def path(self, name):
        return os.path.join(self.folder, name)

    def raise_serial(self, zone):
        """The next content of a zone: the same, but for the serial."""
        file = self.path(zone + ".zone")
        with open(file, encoding="ascii") as old:
            lines = old.readlines()
        place = next(place for place, line in enumerate(lines) if " SOA " in line)
        words = lines[place].split()
        words[4] = str(int(words[4]) + 1)
        lines[place] = " ".join(words) + "\n"
        with open(file + ".new", "w", encoding="ascii") as new:
            new.writelines(lines)
        os.replace(file + ".new", file)

    def add_record(self, zone, line):
        self.raise_serial(zone)
        self.added += 1
        with open(self.path(zone + ".zone"), "a", encoding="ascii") as out:
            out.write(line + "\n")


class Client:
    """The legitimate client."""

    def __init__(self, lab, bed, seconds, seed=1, questions=None, sources=None):
        self.bed, self.file = bed, lab.path("records")
        if not sources:
            sources = lab.path("sources")
            bed.write_sources(sources)
        words = [os.path.join(lab.tools, "lab-client"), questions or lab.path("questions"), sources, beds.SERVER_4, beds.SERVER_6, str(RATE), str(seconds), str(seed),
                 self.file]
        self.process = bed.start("C", words, cpu=beds.SERVER_CPU, stdout=subprocess.PIPE)
        self.first_ns = json.loads(self.process.stdout.readline())["first_ns"]

    def wait(self):
        if self.process.wait(120):
            raise RuntimeError("the client has ended with a fault")
        self.bed.processes.remove(self.process)
        return figures.read(self.file)


class Trace:
    """Follows the client's questions: out of the bridge, behind the filter, out of the server. The one behind the filter counts junk, too."""

    def __init__(self, lab, bed):
        self.counter = bed.instrument("S", "count", "s0", lab.path("trace"))
        self.bridge = bed.instrument("W", "left", "wS", lab.path("trace-left"))

    def close(self):
        """What was seen."""
        for gauge in (self.counter, self.bridge):
            gauge.close()
        return figures.read_traces(self.counter.trace, self.bridge.trace)


class Dnsperf:
    """Beside the client, at a tenth of its rate: for its latency."""

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

    def first_action_ns(self, begin_ns):
        """When the first packet was seen to be stopped after this moment, or None."""
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
    """Reads the counters twenty times a second, so that they can be told for any span afterwards."""

    def __init__(self, bed, setup, counter):
        super().__init__(daemon=True)
        self.bed, self.setup, self.counter, self.over = bed, setup, counter, threading.Event()
        self.seen = []  # (time, junk behind the filter, packets that the interface received)
        self.look()
        self.start()

    def look(self):
        received = self.bed.counters("S", "s0")["rx"]
        said = self.counter.read()
        self.seen.append((said["now_ns"], said["junk"], received))

    def run(self):
        while not self.over.wait(0.05):
            self.setup.poll()
            self.look()

    def fell(self, rate):
        """When at least a tenth of this rate was received, for tools that do not say when they sent: (begin, end)."""
        loud = [(ago, now) for ago, now in zip(self.seen, self.seen[1:]) if now[2] - ago[2] > rate / 10 * (now[0] - ago[0]) / 1e9 + 100]
        return (loud[0][0][0], loud[-1][1][0]) if loud else (self.seen[0][0], self.seen[-1][0])

    def since(self, time_ns):
        """Junk behind the filter and packets received from then to the end."""
        at = next((row for row in self.seen if row[0] >= time_ns), self.seen[-1])
        return self.seen[-1][1] - at[1], self.seen[-1][2] - at[2], at[0]

    def stop(self):
        self.over.set()
        self.join()
        self.look()


def flood(lab, setup_class, server_name, story):
    """One run of a story: a row of lab.json, with more than it needs."""
    with beds.Bed(lab.tools) as bed:
        server = servers.SERVERS[server_name](bed, lab.folder).start()
        setup = setup_class(lab, bed, server)
        setup.open()
        try:
            return measure(lab, bed, setup, server, story) | {"setup": f"{setup.name}, {server.title}"}
        finally:
            setup.close()


def measure(lab, bed, setup, server, story):
    times = lab.times
    trace = Trace(lab, bed)
    steal = beds.stolen()
    client, perf = Client(lab, bed, times.total), Dnsperf(lab, bed, times.total)
    time.sleep(times.calm)
    irqs, cable, watcher = beds.softirqs(), bed.counters("W", "wS"), Watcher(bed, setup, trace.counter)
    falling = junk.Junk(bed, story.kind, story.rate, times.flood, story.family, story.tool, lab.folder)
    if story.act:
        time.sleep(times.flood / 2)
        story.act(bed, setup, server)
    fell = falling.wait()
    irqs_after = beds.softirqs()
    watcher.stop()
    records, (perf_ms, perf_share) = client.wait(), perf.wait()
    cable_after, steal_after = bed.counters("W", "wS"), beds.stolen()
    seen = trace.close()
    begin_ns, end_ns = (fell["first_ns"], fell["last_ns"]) if fell else watcher.fell(story.rate)
    row = judge(records, setup, client.first_ns, (begin_ns, end_ns), times)
    row["lost_at"] = figures.places(figures.between(records, row["settled_ns"], end_ns), seen)
    row["wrong_drops"] = None if row["first_action_s"] is None else sum(row["lost_at"].get(figures.FILTER, {}).values())
    row |= leaks(records, watcher, row.pop("settled_ns"), end_ns)
    row |= {
        "story": f"{story.name}, {story.rate:,}/s" + (", IPv6" if story.family == 6 else ""),
        "junk_made": fell["sent"] if fell else None,
        "junk_asked_per_s": story.rate,
        "junk_skipped": fell["skipped"] if fell else None,
        "junk_per_s": round((row["junk_sent"] + row["opening_junk_sent"]) / max(1e-9, (end_ns - begin_ns) / 1e9)),
        "dnsperf_ms": perf_ms,
        "dnsperf_share": perf_share,
        "socket_dropped": bed.sockets_dropped(),
        "cable_dropped": cable_after["tx_dropped"] - cable["tx_dropped"],
        "softirqs": [after - ago for after, ago in zip(irqs_after, irqs)],
        "steal": round((steal_after[0] - steal[0]) / max(1, steal_after[1] - steal[1]), 4),
        "counts": setup.counts(),
    }
    return row


def leaks(records, watcher, settled_ns, end_ns):
    """What was offered, by the interface's own count, and what got through, from one second after the first action on; and in the opening."""
    leaked, received, since_ns = watcher.since(settled_ns)
    all_leaked, all_received, _ = watcher.since(0)
    ours, all_ours = (figures.packets(figures.between(records, begin_ns, end_ns)) for begin_ns in (since_ns, watcher.seen[0][0]))
    return {"junk_sent": max(0, received - ours), "junk_leaked": leaked, "opening_junk_sent": max(0, all_received - all_ours - received + ours),
            "opening_junk_leaked": all_leaked - leaked}


def judge(records, setup, first_ns, flooded, times):
    """Phases: calm, the opening until one second after the first action, and what comes after it."""
    begin_ns, end_ns = flooded
    action = setup.first_action_ns(begin_ns)
    settled_ns = (action if action is not None else begin_ns) + 1_000_000_000
    calm = figures.between(records, first_ns + 500_000_000, begin_ns)
    opening, settled = figures.between(records, begin_ns, settled_ns), figures.between(records, settled_ns, end_ns)
    named = setup.vector_named_ns()
    return {
        "settled_ns": settled_ns,
        "sent": len(settled),
        "answered": figures.right(settled),
        "share": figures.share(settled),
        "median_ms": figures.latency_ms(settled),
        "calm_median_ms": figures.latency_ms(calm),
        "first_action_s": None if action is None else round((action - begin_ns) / 1e9, 3),
        "vector_named_s": None if named is None else round((named - begin_ns) / 1e9, 3),
        "share_at_once": figures.share_at_once(settled),
        "tries": figures.tries(settled),
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
