# SPDX-License-Identifier: GPL-2.0-or-later
"""Nanoseconds a packet in the kernel: the shield beside xdp-filter's own objects and bare programs, on the same random frames.

The figures are those of tests/bench/packets.c, each less what the driver costs alone in the same round (its essay says how they come about).
A program that did not do what the case is named for gives no figure.
"""
import json
import os
import statistics
import subprocess

from results import number

XDP_FILTER = "/usr/lib/x86_64-linux-gnu/bpf"
ROUNDS = 25
CASES = {
    "known": ("pass a known name", "passed: "),
    "known-defend": ("pass a known name in defend", "passed: "),
    "known-listed": ("pass a known name, sources blocked as many as there are, others", "passed: "),
    "unknown": ("drop an unknown name", "dropped: "),
    "malformed": ("drop what is malformed", "dropped: "),
    "answer": ("drop an unasked answer", "dropped: "),
    "truncate": ("answer with TC=1", "truncated: "),
    "blocked": ("drop a blocked source", "dropped: "),
}
# names, sources, family, cases: a curve over names, one over sources, and IPv6 at one size.
NAMED = ["known", "known-defend", "unknown", "truncate"]
ALL = list(CASES)
SIZES = [(10, 100000, 4, NAMED), (10000, 1, 4, ALL), (10000, 1000, 4, ALL), (10000, 100000, 4, ALL), (1000000, 100000, 4, NAMED),
         (10000, 100000, 6, ALL), (1000000, 10000000, 4, ALL)]
SHARE_LEAST = 0.97  # of the frames that did what the case is named for
MIB_LARGEST = 6000  # what xdp-filter's table of ten million takes while it is filled, and some more
RIVALS = {"xdp-filter ip": "xdp-filter, source block", "xdp-filter udp": "xdp-filter, port drop"}


def files(build):
    return [os.path.join(build, "tests/bench/packets"), os.path.join(build, "tests/bench/driver.bpf.o"), os.path.join(build, "src/bpf/shield.bpf.o"), XDP_FILTER]


def free_mib():
    with open("/proc/meminfo", encoding="ascii") as lines:
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable"))


def size_name(names, sources, family):
    return f"{number(names)} names, {number(sources)} {'source' if sources == 1 else 'sources'}" + (", IPv6" if family == 6 else "")


def net(rows, program):
    """What a program costs in each round, without the driver."""
    return [max(all_of - alone, 0.5) for all_of, alone in zip(rows[program]["ns"], rows["driver"]["ns"])]


def as_meant(row, prefix):
    return sum(share for what, share in row["outcome"].items() if what.startswith(prefix))


def report(results, size, case, rows):
    """One line of the table, and the entries of one case at one size."""
    text, prefix = CASES[case]
    ours, bare = net(rows, "shield"), "bare drop" if prefix == "dropped: " else "bare pass"
    share = as_meant(rows["shield"], prefix)  # budgets let a few by, which is their business
    cells = [f"shield {statistics.median(ours):6.0f}"]
    rivals = {bare: bare, **{rival: name for rival, name in RIVALS.items() if rival in rows}}
    for rival, name in rivals.items():
        theirs = net(rows, rival)
        cells.append(f"{rival} {statistics.median(theirs):5.0f}")
        if share >= SHARE_LEAST:
            results.add(f"shield: {text}, {size}", "ns", ours, theirs, name)
    print(f"  {text:38} {'   '.join(cells)}" + ("" if share >= SHARE_LEAST else f"   VOID: only {share:.1%} {prefix[:-2]}: {rows['shield']['outcome']}"))
    if share < SHARE_LEAST:
        results.skip(f"shield: {text}, {size}", f"only {share:.1%} of the frames were {prefix[:-2]}")


def measure(build, results, rounds=ROUNDS, sizes=None):
    program = files(build)
    if not all(os.path.exists(name) for name in program[:3]):
        results.skip("shield: ns a packet", "built without libbpf or clang")
        return
    if not os.path.exists(os.path.join(XDP_FILTER, "xdpfilt_alw_ip.o")):
        results.skip("xdp-filter", "its objects (package libxdp1) are not here")
    print("\nNanoseconds a packet, random frames, median; bare programs show what a call costs")
    for names, sources, family, cases in sizes or SIZES:
        size = size_name(names, sources, family)
        if sources > 1000000 and free_mib() < MIB_LARGEST:
            results.skip(f"shield: {size}", f"less than {MIB_LARGEST} MiB of memory are free")
            continue
        done = subprocess.run([*program, str(family), str(names), str(sources), str(rounds), *cases], capture_output=True, text=True)
        if done.returncode == 77:
            results.skip("shield: ns a packet", "BPF is not for us here (root?): " + done.stderr.strip())
            return
        if done.returncode:
            raise SystemExit(f"{program[0]}: exit {done.returncode}: {done.stderr}")
        print(f" {size}{' (' + done.stderr.strip() + ')' if done.stderr else ''}")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        for case in cases:
            report(results, size, case, {line["program"]: line for line in lines if line["case"] == case})
