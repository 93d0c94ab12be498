# SPDX-License-Identifier: GPL-2.0-or-later
"""The client's records as figures: shares of what was rightly answered, latencies, by phase and by class."""
import statistics
import struct

import zones

RECORD = struct.Struct("<QI4BI2H3B5x")  # struct record of client.c
RIGHT, WRONG, LOST = range(3)
FILTER = "filter, or the cable"  # left the bridge, did not come out behind the filter


class Record:
    __slots__ = ("sent_ns", "latency_us", "kind", "lane", "outcome", "tries", "question", "port", "id", "truncated", "tcp", "rcode")

    def __init__(self, fields):
        (self.sent_ns, self.latency_us, self.kind, self.lane, self.outcome, self.tries, self.question, self.port, self.id, self.truncated, self.tcp,
         self.rcode) = fields


def read(file):
    with open(file, "rb") as records:
        return sorted((Record(fields) for fields in RECORD.iter_unpack(records.read())), key=lambda record: record.sent_ns)


def between(records, begin_ns, end_ns):
    return [record for record in records if begin_ns <= record.sent_ns < end_ns]


def right(records):
    return sum(record.outcome == RIGHT for record in records)


def share(records):
    return right(records) / len(records) if records else None


def share_at_once(records):
    """Without any second try: what a client without retries would see. A TC=1 followed by its TCP answer is one try."""
    return sum(record.outcome == RIGHT and record.tries <= 1 for record in records) / len(records) if records else None


def latency_ms(records, quantile=0.5):
    answered = sorted(record.latency_us for record in records if record.outcome == RIGHT and record.kind != zones.CLASSES.index("over tcp"))
    if not answered:
        return None
    return round(statistics.median(answered) / 1000 if quantile == 0.5 else answered[min(len(answered) - 1, int(quantile * len(answered)))] / 1000, 3)


def table(records, of, names):
    """For people: what was not rightly answered, by class or lane."""
    out = {}
    for number, name in enumerate(names):
        some = [record for record in records if getattr(record, of) == number]
        if some:
            out[name] = {"sent": len(some), "right": right(some), "wrong": sum(record.outcome == WRONG for record in some),
                         "lost": sum(record.outcome == LOST for record in some), "truncated": sum(record.truncated for record in some)}
    return out


def read_traces(*files):
    """By port and id, of all traces together: how often the bridge handed a question on, how often it came out behind the filter, how often it was answered."""
    seen = {}
    for file in files:
        with open(file, encoding="ascii") as lines:
            for line in lines:
                port, number, *counts = (int(word) for word in line.split())
                seen[port, number] = [a + b for a, b in zip(counts, seen.get((port, number), (0, 0, 0)))]
    return seen


def place_of(record, seen):
    """Where a question that was not rightly answered ended."""
    left, reached, answered = seen.get((record.port, record.id), (0, 0, 0))
    if record.outcome == WRONG:
        return "wrong answer"
    if record.tcp:
        return "over TCP, after TC=1" if record.truncated else "over TCP"
    if not left:
        return "before the bridge"
    if not reached:
        return FILTER
    return "on the way back" if answered else "server" if reached == left else "server, and filter or cable"


def places(records, seen):
    """Of all that was not rightly answered: by place, by lane and class."""
    out = {}
    for record in records:
        if record.outcome != RIGHT:
            what = f"{zones.LANES[record.lane]}, {zones.CLASSES[record.kind]}"
            place = out.setdefault(place_of(record, seen), {})
            place[what] = place.get(what, 0) + 1
    return out


def tries(records):
    """How many datagrams it took: those that were right with the first, the second, the third; by TC=1 and TCP; and not at all."""
    out = {"first": 0, "second": 0, "third": 0, "after TC=1": 0, "over tcp": 0, "never": 0}
    for record in records:
        if record.outcome != RIGHT:
            out["never"] += 1
        elif record.tcp:
            out["after TC=1" if record.truncated else "over tcp"] += 1
        else:
            out[("first", "second", "third")[min(record.tries, 3) - 1]] += 1
    return out


def by_second(records, begin_ns):
    """Sent and rightly answered in each second since."""
    seconds = {}
    for record in records:
        at = (record.sent_ns - begin_ns) // 1_000_000_000
        sent, good = seconds.get(at, (0, 0))
        seconds[at] = (sent + 1, good + (record.outcome == RIGHT))
    return [seconds[at] for at in sorted(seconds)]


def packets(records):
    """Packets that the client has sent for them, about: TCP takes six more."""
    return sum(record.tries + 6 * record.tcp for record in records)
