#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets a second that one core filters, by live frames: the shield beside xdp-filter and nftables, on the same junk.

usage: live.py BUILD ROUNDS      (started by measure() below in network and mount namespaces of its own, which end with it)

   w0 ======= s0 192.0.2.1     both ends in one namespace; what live.c sends out of w0 is filtered at s0, on the core that sends
                               (how: tests/bench/live.c). All junk is dropped at s0 or dies in the closed port behind it.

Junk is questions for unknown names. "block": from 200 sources, all of them listed. "flood": from 100,000 sources.
nftables sees packets only if GRO is on at s0, which lets veth take live frames without an XDP program.
Prints one JSON object a round and filter; counts come from s0, so what the link lost is not counted.
"""
import json
import os
import statistics
import subprocess
import sys
import time

from results import spread

SECONDS = 1.2
BLOCKED, SOURCES, NAMES = 200, 100000, 10000
JUNK = {"block": "200 blocked sources", "flood": "unknown names from 100,000 sources"}
NETDEV = """table netdev bench {{
	{set}
	chain incoming {{
		type filter hook ingress device s0 priority 0;
		{rule} counter drop
	}}
}}
"""
METER = """table ip bench {
	set each {
		type ipv4_addr; flags dynamic,timeout; timeout 10s; size 65535
	}
	chain incoming {
		type filter hook input priority 0;
		udp dport 53 update @each { ip saddr limit rate over 5/second } counter drop
	}
}
"""


def run(*command, text=None):
    return subprocess.run(command, input=text, text=True, check=True, capture_output=True).stdout


def source(number):
    """bench_source() of driver.h, of the sources that are listed."""
    low = (number * 2654435761) & 0xffffff
    return f"10.{low >> 16}.{low >> 8 & 255}.{low & 255}"


def nft(text):
    return lambda: run("nft", "-f", "-", text=text), lambda: run("nft", "flush", "ruleset")


def xdp_filter(features, *rules):
    def begin():
        run("xdp-filter", "load", "-m", "native", "-f", features, "s0")
        for rule in rules:
            run("xdp-filter", *rule)
    return begin, lambda: run("xdp-filter", "unload", "s0")


def nothing():
    return (lambda: None), (lambda: None)


def contenders():
    """By junk: name, what live.c attaches, how the filter is set up and taken down."""
    listed = [source(i) for i in range(BLOCKED)]
    elements = f"set listed {{ type ipv4_addr\n elements = {{ {', '.join(listed)} }}\n }}"
    return {
        ("blocked", "block", BLOCKED): [
            ("shield", "shield", nothing()),
            ("xdp-filter, source block", "none", xdp_filter("ipv4", *[("ip", "-m", "src", address) for address in listed])),
            ("nftables netdev ingress, set of sources", "none", nft(NETDEV.format(set=elements, rule="ip saddr @listed"))),
            ("bare XDP drop", "drop", nothing()),
        ],
        ("unknown", "flood", SOURCES): [
            ("shield", "shield", nothing()),
            ("xdp-filter, port drop", "none", xdp_filter("udp", ("port", "53", "-m", "dst", "-p", "udp"))),
            ("nftables netdev ingress, port drop", "none", nft(NETDEV.format(set="", rule="udp dport 53"))),
            ("nftables input, meter by source", "none", nft(METER)),
            ("bare XDP drop", "drop", nothing()),
        ],
    }


def bed():
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "bpf", "bpf", "/sys/fs/bpf")
    for line in ("link add s0 address 02:00:00:00:00:01 type veth peer name w0", "addr add 192.0.2.1/24 dev s0", "link set lo up", "link set s0 up", "link set w0 up",
                 "route add 10.0.0.0/7 via 192.0.2.254", "neigh add 192.0.2.254 lladdr 02:00:00:00:00:02 dev s0"):
        run("ip", *line.split())
    run("ethtool", "-K", "s0", "gro", "on")
    for name in ("all", "s0"):
        with open(f"/proc/sys/net/ipv4/conf/{name}/rp_filter", "w", encoding="ascii") as setting:
            setting.write("0")


def received():
    return json.loads(run("ip", "-j", "-s", "link", "show", "s0"))[0]["stats64"]["rx"]["packets"]


def turn(build, case, sources, attached):
    """Packets that s0 got, seconds, and what the shield did with them."""
    command = [os.path.join(build, "tests/bench/live"), os.path.join(build, "tests/bench/driver.bpf.o"), os.path.join(build, "src/bpf/shield.bpf.o"),
               case, str(NAMES), str(sources), str(SECONDS), "w0", "s0", attached]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as live:
        live.stdout.readline()
        before = received()
        live.stdin.write("\n")
        live.stdin.flush()
        line = live.stdout.readline()
        after = received()
        live.stdin.close()
    if live.returncode or not line:
        raise SystemExit(live.returncode or 1)
    said = json.loads(line)
    return after - before, said["seconds"], said["outcome"]


def inside(build, rounds):
    bed()
    for number in range(rounds):
        for (case, junk, sources), filters in contenders().items():
            for name, attached, (begin, end) in filters:
                said = {"junk": junk, "filter": name, "round": number}
                try:
                    begin()
                    packets, seconds, outcome = turn(build, case, sources, attached)
                    end()
                    said.update(pps=packets / seconds, outcome=outcome)
                except (subprocess.CalledProcessError, FileNotFoundError) as error:
                    said["skipped"] = str(getattr(error, "stderr", "") or error).strip()[:200]
                print(json.dumps(said), flush=True)
                time.sleep(0.05)


def report(results, junk, rows):
    print(f" {JUNK[junk]}")
    runs = {}
    for row in rows:
        if "skipped" in row:
            results.skip(f"live, {junk}: {row['filter']}", row["skipped"])
        else:
            runs.setdefault(row["filter"], []).append(row["pps"] / 1e6)
    for name, taken in runs.items():
        print(f"  {name:42} {statistics.median(taken):6.2f} million a second (spread {spread(taken):.2f})")
        if name != "shield" and "shield" in runs:
            results.add(f"shield: packets a second, one core, {JUNK[junk]}", "million/s", runs["shield"], taken, name, higher_is_better=True)


def measure(build, results, rounds=5):
    needed = [os.path.join(build, name) for name in ("tests/bench/live", "tests/bench/driver.bpf.o", "src/bpf/shield.bpf.o")]
    if not all(os.path.exists(name) for name in needed):
        results.skip("shield: packets a second", "built without libbpf or clang")
        return
    done = subprocess.run(["unshare", "--net", "--mount", sys.executable, os.path.abspath(__file__), build, str(rounds)], capture_output=True, text=True)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        results.skip("shield: packets a second", f"no namespaces, veth or live frames for us here (root?): {why[:200]}")
        return
    print("\nPackets a second, one core: frames are made, sent through a veth pair and filtered on it")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    for junk in JUNK:
        report(results, junk, [row for row in rows if row["junk"] == junk])


if __name__ == "__main__":
    inside(sys.argv[1], int(sys.argv[2]))
