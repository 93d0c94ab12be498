# SPDX-License-Identifier: GPL-2.0-or-later
"""The guard: nanoseconds a packet, memory a device, and what goes through a gateway with it.

   ns       frames of up to 10,000 devices, policies of up to 1,000 rules (guard_packets.c), beside a bare XDP_PASS
   through  TCP both ways and small datagrams from a device through the gateway of the lab (tests/lab/guard), 100 devices with 30 rules each, beside a bare
            XDP_PASS on the same interface, the same with a tc filter that does nothing, the same policy in nftables, and nothing: any XDP program costs a
            veth the segmentation offload of what the device sends, so both are said. What it is sent comes in large pieces, as from a card that puts
            segments together; without that (its ends' offload off, as in the rest of the lab) each segment is asked about alone, which is said too. The
            machine's own speed changes by half from one second to the next, so the guard and a rival stand there in turn, a fifth of a second each, and
            pairs are compared
   idle     what the daemon takes of a CPU when devices say little
"""
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

from results import number

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.join(HERE, "..", "lab")
SIZES = [(1, 30), (100, 30), (1000, 30), (10000, 30), (100, 1), (100, 10), (100, 100), (100, 1000)]
KINDS = {"known": "a known flow", "opening": "a SYN, all rules walked"}
DEVICES, RULES, SLOT_S = 100, 30, 0.2
MAC, DEVICE, FAR = "02:fb:00:00:00:00", "10.9.0.2", "203.0.113.9"
GOAL, IDLE_GOAL = 0.97, 1.0
CONNTRACK_BYTES = 350  # of an entry: a stated figure


def net(row, program):
    return [max(all_of - alone, 0.5) for all_of, alone in zip(row[program], row["driver"])]


def faster_half(runs):
    """What a machine shared with others takes away, it takes from the slower runs: their median is the lower quartile of all."""
    return sorted(runs)[:(len(runs) + 1) // 2]


def rounds_of(program, devices, rules, rounds):
    done = subprocess.run([*program, str(devices), str(rules), str(max(3, rounds // 8 if rules >= 1000 else rounds))], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or "no BPF for us here")
    return [json.loads(line) for line in done.stdout.splitlines()]


def nanoseconds(build, results, rounds):
    """Each size twice, forward and backward, so that a slow quarter of a minute does not fall on one size alone."""
    program = [os.path.join(build, "tests/bench/guard_packets"), os.path.join(build, "tests/bench/guard_driver.bpf.o"), os.path.join(build, "src/bpf/guard.bpf.o")]
    if not all(map(os.path.exists, program)):
        results.skip("guard: ns a packet", "built without libbpf or clang")
        return
    try:
        rows = {}
        for devices, rules in SIZES + SIZES[::-1]:
            for row in rounds_of(program, devices, rules, rounds):
                rows.setdefault((devices, rules, row["kind"]), []).append(row)
    except RuntimeError as fault:
        results.skip("guard: ns a packet", str(fault))
        return
    print("\nGuard: nanoseconds a packet that leaves a device, random frames, lower quartile, less what the driver costs")
    for devices, rules in SIZES:
        for kind, text in KINDS.items():
            both = rows[devices, rules, kind]
            ours, bare = (faster_half([ns for row in both for ns in net(row, what)]) for what in ("guard", "bare pass"))
            passed = min(row["passed"] for row in both)
            name = f"guard: {text}, {number(devices)} devices, {number(rules)} rules each"
            print(f"  {name[7:]:60} {statistics.median(ours):7.0f}  (bare {statistics.median(bare):.0f})" + ("" if passed > 0.999 else f"  VOID: {passed:.1%} passed"))
            if passed > 0.999:
                results.add(name, "ns", ours, bare, "bare XDP_PASS")
    memory = {devices: rows[devices, RULES, "known"][0]["bytes"] for devices in (1000, 10000)}
    per_device = (memory[10000] - memory[1000]) / 9000
    print(f"  kernel memory of a device with {RULES} rules and 512 flows: {number(per_device)} bytes")
    results.hold("guard: kernel memory of a device, 30 rules, 512 flows", "bytes", [per_device], CONNTRACK_BYTES * 512, "conntrack, 350 bytes a flow, 512 flows",
                 "assumed, not measured: an object of its slab is 256 bytes on Linux 6.18, extensions lie beside it")


# --- through the gateway


def chains(way, address):
    rules = "".join(f"ip {address} 198.0.{number >> 8}.{number & 255} accept\n" for number in range(RULES // 2 - 1)) + f"ip {address} 203.0.113.0/24 accept\n"
    return "".join(f"chain {way}{device} {{\n{rules}drop\n}}\n" for device in range(DEVICES))


def macs(way):
    return ", ".join(f"{mac_of(device)} : jump {way}{device}" for device in range(DEVICES))


def mac_of(device):
    low = (device * 2654435761) & 0xffffffff
    return ":".join(["02", "fb", *(f"{low >> shift & 255:02x}" for shift in (0, 8, 16, 24))])


def nft_netdev(port):
    return (f"table netdev bench {{\n{chains('from', 'daddr')}{chains('to', 'saddr')}"
            f"chain out {{ type filter hook ingress device {port} priority 0; ether type ip ether saddr vmap {{ {macs('from')} }}\n}}\n"
            f"chain back {{ type filter hook egress device {port} priority 0; ether type ip ether daddr vmap {{ {macs('to')} }}\n}}\n}}\n")


def nft_forward(_):
    return (f"table ip bench {{\n{chains('from', 'daddr')}"
            f"chain through {{ type filter hook forward priority 0; ct state established,related accept\nether saddr vmap {{ {macs('from')} }}\n}}\n}}\n")


class Port:
    """The device's port, and what stands at it: one thing at a time, put there while traffic goes on."""

    def __init__(self, network, build):
        self.network, self.port, self.nft = network, network.ports[0], None
        driver, guard, live = (os.path.join(build, name) for name in ("tests/bench/guard_driver.bpf.o", "src/bpf/guard.bpf.o", "tests/bench/guard_live"))
        self.process = network.start("G", [live, driver, guard, self.port, str(DEVICES), str(RULES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def stand(self, what):
        if self.nft and self.nft != what:
            self.network.nft("G", f"delete table {'netdev' if 'netdev' in self.nft else 'ip'} bench\n")
            self.nft = None
        self.process.stdin.write((what if what in ("guard", "bare", "filter") else "none") + "\n")
        self.process.stdin.flush()
        if not self.process.stdout.readline():
            raise RuntimeError(f"{what}: {self.process.stderr.read().strip()}")
        if what.startswith("nft") and not self.nft:
            self.network.nft("G", {"nft netdev": nft_netdev, "nft forward": nft_forward}[what](self.port))
            self.nft = what


def counters(process, interface):
    """(packets, bytes) that the interface has received, in the namespace of that process: read without leaving this one."""
    with open(f"/proc/{process.pid}/net/dev", encoding="ascii") as table:
        words = next(line for line in table if line.strip().startswith(interface + ":")).split(":")[1].split()
    return int(words[1]), int(words[0])


class Meter:
    """What an interface receives a second, over slots of time."""

    def __init__(self, process, interface, settle_s=0.04):
        self.process, self.interface, self.settle_s = process, interface, settle_s

    def slot(self, seconds):
        time.sleep(self.settle_s)
        before, began = counters(self.process, self.interface), time.monotonic()
        time.sleep(seconds)
        after, took = counters(self.process, self.interface), time.monotonic() - began
        return (after[0] - before[0]) / took, (after[1] - before[1]) / took


def offload(network, on):
    """Both ends' own, which the lab has off: sums that are true, and each segment a frame."""
    for side, interface in (("I", "i0"), ("device", "d0")):
        network.run(side, "ethtool", "-K", interface, *(("tx", "on", "tso", "on") if on else ("tx", "off")))


def iperf(network, backwards, seconds):
    """A client that runs; pinned, as its server is: where the scheduler puts them changes more than any program does."""
    words = ["iperf3", "-c", FAR, "-t", str(seconds), "-i", "0", "-J", *(["-R"] if backwards else [])]
    return network.start("device", words, 0, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def finished(network, process):
    out = process.communicate(timeout=60)[0]
    network.processes.remove(process)
    return json.loads(out)["end"]["sum_received"]["bits_per_second"] / 1e9


def paired(network, port, server, kind, rival, pairs):
    """Guard and a program that does nothing in turn under one connection, a fifth of a second each, the order turned round each time: [(guard, rival)]."""
    client = iperf(network, kind == "down", pairs * 2 * (SLOT_S + 0.1) + 3)
    time.sleep(0.7)
    meter = Meter(server, "i0") if kind == "up" else Meter(client, "d0")
    told = []
    for turn in range(pairs):
        pair = {}
        for what in ("guard", rival) if turn % 2 else (rival, "guard"):
            port.stand(what)
            pair[what] = meter.slot(SLOT_S)[1] * 8 / 1e9
        told.append((pair["guard"], pair[rival]))
    network.stop(client)
    return told


def anew(network, port, kind, rounds):
    """Connections of their own, a second each, because without any XDP program a veth hands over whole segments: each rival between two runs of the guard."""
    told = {what: [] for what in RIVALS}
    for turn in range(rounds):
        for what in RIVALS if turn % 2 else reversed(RIVALS):
            runs = {}
            for who in ("guard", what) if turn % 2 else (what, "guard"):
                port.stand(who)
                runs[who] = finished(network, iperf(network, kind == "down", 1))
            told[what].append((runs["guard"], runs[what]))
    return told


FLOOD = "{{ eth(da={gateway_mac}, sa={mac}) ipv4(saddr={device}, daddr={far}, ttl=64) udp(sport=9999, dport=9) fill(0x66, 18) }}\n"


def small(network, port, server, folder, rounds):
    """Small datagrams that reach the far end, thousands a second, of a sender that never stops: each rival in turn with the guard."""
    file = os.path.join(folder, "flood.trafgen")
    with open(file, "w", encoding="ascii") as out:
        out.write(FLOOD.format(gateway_mac=network.plan.gateway_mac, mac=MAC, device=DEVICE, far=FAR))
    sender = network.start("device", ["trafgen", "-i", file, "-o", "d0", "--cpus", "1", "--no-sock-mem", "-q"], 0, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    meter, told = Meter(server, "i0"), {what: [] for what in ("bare", *RIVALS)}
    for turn in range(rounds):
        for what in told:
            runs = {}
            for who in ("guard", what) if turn % 2 else (what, "guard"):
                port.stand(who)
                runs[who] = meter.slot(SLOT_S)[0] / 1000
            told[what].append((runs["guard"], runs[what]))
    network.stop(sender)
    return told


NAMES = {"bare": "bare XDP_PASS, same interface", "filter": "the same, and a tc filter that does nothing", "nft netdev": "nftables netdev, same policy", "nft forward": "nftables forward with conntrack, same policy", "nothing": "no program"}
RIVALS = ("nft netdev", "nft forward", "nothing")
KINDS_THROUGH = {"up": ("TCP from the device", "Gbit/s"), "down": ("TCP to the device", "Gbit/s"),
                 "up alone": ("TCP from the device, segments alone", "Gbit/s"), "down alone": ("TCP to the device, segments alone", "Gbit/s"),
                 "small": ("small datagrams forwarded, one sender", "thousand/s")}


def inside(build, rounds):
    """One JSON object a kind and rival: pairs of (guard, rival), taken one right after the other."""
    sys.path[:0] = [os.path.join(LAB, "guard"), LAB]
    import bed as beds
    import network as networks
    beds.enter()
    plan = networks.Plan(gateway="10.9.0.1", far=["203.0.113.0/24"], hosts=[networks.Host("device", MAC, DEVICE)])
    with tempfile.TemporaryDirectory() as folder, networks.Network(plan, folder) as network:
        server = network.start("I", ["iperf3", "-s", "-B", FAR], 1, stdout=subprocess.DEVNULL)
        time.sleep(0.3)
        port = Port(network, build)
        for kind in ("up", "down"):
            for on, name in ((True, kind), (False, f"{kind} alone")):
                offload(network, on)
                for what in ("bare", "filter"):
                    tell(name, what, paired(network, port, server, kind, what, rounds * 8))
                if on:
                    for what, pairs in anew(network, port, kind, rounds).items():
                        tell(kind, what, pairs)
        for what, pairs in small(network, port, server, folder, rounds * 3).items():
            tell("small", what, pairs)


def tell(kind, what, pairs):
    print(json.dumps({"kind": kind, "what": what, "pairs": pairs}), flush=True)


def through(build, results, rounds):
    done = subprocess.run([sys.executable, os.path.abspath(__file__), build, str(rounds)], capture_output=True, text=True)
    if done.returncode:
        results.skip("guard: through the gateway", (done.stderr.strip().splitlines() or ["no namespaces for us here"])[-1][:200])
        return
    print(f"\nThrough a gateway, {DEVICES} devices with {RULES} rules each: medians of the guard and of what stood there right before or after; share: median of the pairs, and quartiles")
    for row in map(json.loads, done.stdout.splitlines()):
        text, unit = KINDS_THROUGH[row["kind"]]
        ours, theirs = zip(*row["pairs"])
        shares = sorted(mine / other for mine, other in row["pairs"] if mine and other)
        if len(shares) < 2:
            results.skip(f"guard: {text} beside {NAMES[row['what']]}", "nothing came through")
            continue
        entry = results.add(f"guard: {text}, {DEVICES} devices with {RULES} rules", unit, ours, theirs, NAMES[row["what"]], higher_is_better=True)
        entry["ratio"] = round(statistics.median(shares), 3)
        low, _, high = statistics.quantiles(shares, n=4)
        goal = f", goal {GOAL}" if row["what"] == "bare" and row["kind"] != "small" else ""
        print(f"  {text:40} {statistics.median(ours):8.2f} beside {statistics.median(theirs):8.2f} {unit:11} {NAMES[row['what']]:46} share {entry['ratio']:.3f} ({low:.3f} to {high:.3f}"
              f", {len(shares)} pairs{goal})")


# --- the daemon


def idle(build, results, seconds=10):
    """Started with nothing but a device's word a second: CPU time over wall time."""
    done = subprocess.run([sys.executable, os.path.join(LAB, "guard", "idle.py"), build, str(seconds)], capture_output=True, text=True)
    found = re.search(r"\{.*\}", done.stdout)
    if done.returncode or not found:
        results.skip("guard: the daemon, idle", (done.stderr.strip().splitlines() or ["no daemon here"])[-1][:200])
        return
    told = json.loads(found.group())
    print(f"\nThe daemon, idle, {told['devices']} devices: {told['cpu']:.2%} of a CPU, {told['resident_mib']:.0f} MiB")
    results.hold("guard: the daemon's CPU time, idle", "%", [told["cpu"] * 100], IDLE_GOAL, "goal", "the project's own: idle under 1 % of a CPU")


def measure(build, results, rounds=24):
    nanoseconds(build, results, rounds)
    through(build, results, 5)
    idle(build, results)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    inside(sys.argv[1], int(sys.argv[2]))
