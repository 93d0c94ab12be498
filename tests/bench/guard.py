# SPDX-License-Identifier: GPL-2.0-or-later
"""The guard: nanoseconds a packet, memory a device, and what goes through a gateway with it.

   ns       frames of up to 10,000 devices, policies of up to 1,000 rules (guard_packets.c), beside a bare XDP_PASS
   through  TCP both ways and small datagrams from a device through the gateway of the lab (tests/lab/guard), 100 devices with 30 rules each, beside a bare XDP_PASS on
            the same interface, the same policy in nftables, and nothing: any XDP program costs a veth its segmentation offload, so both are said
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

from results import number, spread

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.join(HERE, "..", "lab")
SIZES = [(1, 30), (100, 30), (1000, 30), (10000, 30), (100, 1), (100, 10), (100, 100), (100, 1000)]
KINDS = {"known": "a known flow", "opening": "a SYN, all rules walked"}
DEVICES, RULES, SECONDS = 100, 30, 2
MAC, DEVICE, FAR = "02:fb:00:00:00:00", "10.9.0.2", "203.0.113.9"
GOAL = 0.97


def net(row, program):
    return [max(all_of - alone, 0.5) for all_of, alone in zip(row[program], row["driver"])]


def nanoseconds(build, results, rounds):
    program = [os.path.join(build, "tests/bench/guard_packets"), os.path.join(build, "tests/bench/guard_driver.bpf.o"), os.path.join(build, "src/bpf/guard.bpf.o")]
    if not all(map(os.path.exists, program)):
        results.skip("guard: ns a packet", "built without libbpf or clang")
        return
    print("\nGuard: nanoseconds a packet that leaves a device, random frames, median, less what the driver costs")
    memory = {}
    for devices, rules in SIZES:
        done = subprocess.run([*program, str(devices), str(rules), str(rounds)], capture_output=True, text=True)
        if done.returncode:
            results.skip("guard: ns a packet", (done.stderr.strip() or "no BPF for us here"))
            return
        for row in map(json.loads, done.stdout.splitlines()):
            memory[devices, rules] = row["bytes"]
            ours, bare = net(row, "guard"), net(row, "bare pass")
            name = f"guard: {KINDS[row['kind']]}, {number(devices)} devices, {number(rules)} rules each"
            print(f"  {name[7:]:60} {statistics.median(ours):7.0f}  (bare {statistics.median(bare):.0f})" + ("" if row["passed"] > 0.999 else f"  VOID: {row['passed']:.1%} passed"))
            if row["passed"] > 0.999:
                results.add(name, "ns", ours, bare, "bare XDP_PASS")
    per_device = (memory[10000, RULES] - memory[1000, RULES]) / 9000
    print(f"  kernel memory of a device with {RULES} rules and 512 flows: {number(per_device)} bytes")
    results.add("guard: kernel memory of a device, 30 rules, 512 flows", "bytes", [per_device], [1_400_000 / 1000 * 512 / 4], "conntrack, 350 bytes a flow, 512 flows")


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


class Held:
    """What stands at the device's port."""

    def __init__(self, network, build, what):
        self.network, self.what, self.process = network, what, None
        port = network.ports[0]
        driver, guard, live = (os.path.join(build, name) for name in ("tests/bench/guard_driver.bpf.o", "src/bpf/guard.bpf.o", "tests/bench/guard_live"))
        words = {"bare": [live, driver, "-", port], "guard": [live, driver, guard, port, str(DEVICES), str(RULES)]}.get(what)
        if words:
            self.process = network.start("G", words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if not self.process.stdout.readline():
                raise RuntimeError(f"{what}: {self.process.stderr.read().strip()}")
        if what.startswith("nft"):
            network.nft("G", {"nft netdev": nft_netdev, "nft forward": nft_forward}[what](port))

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait(10)
            self.network.processes.remove(self.process)
        if self.what.startswith("nft"):
            self.network.nft("G", f"delete table {'netdev' if 'netdev' in self.what else 'ip'} bench\n")


def gigabits(network, backwards):
    words = ["iperf3", "-c", FAR, "-t", str(SECONDS), "-J", *(["-R"] if backwards else [])]
    done = subprocess.run(network.command("device", words), capture_output=True, text=True, timeout=30)
    return json.loads(done.stdout)["end"]["sum_received"]["bits_per_second"] / 1e9


FLOOD = "{{ eth(da={gateway_mac}, sa={mac}) ipv4(saddr={device}, daddr={far}, ttl=64) udp(sport=9999, dport=9) fill(0x66, 18) }}\n"


def packets(network, folder):
    """Small datagrams forwarded a second, by the count of the far end."""
    file = os.path.join(folder, "flood.trafgen")
    with open(file, "w", encoding="ascii") as out:
        out.write(FLOOD.format(gateway_mac=network.plan.gateway_mac, mac=MAC, device=DEVICE, far=FAR))
    before, began = network.interface_packets("I", "i0")[0], time.monotonic()
    subprocess.run(network.command("device", ["trafgen", "-i", file, "-o", "d0", "--cpus", "1", "-n", "300000", "--no-sock-mem", "-q"]), capture_output=True, timeout=60, check=True)
    took = time.monotonic() - began
    return (network.interface_packets("I", "i0")[0] - before) / took / 1000


CONTENDERS = {"guard": "guard", "bare": "bare XDP_PASS, same interface", "nft netdev": "nftables netdev, same policy", "nft forward": "nftables forward with conntrack, same policy",
              "nothing": "no program"}
KINDS_THROUGH = {"up": ("TCP from the device", "Gbit/s"), "down": ("TCP to the device", "Gbit/s"), "small": ("small datagrams forwarded, one sender", "thousand/s")}


def inside(build, rounds):
    """One JSON object a round and contender."""
    sys.path[:0] = [os.path.join(LAB, "guard"), LAB]
    import bed as beds
    import network as networks
    beds.enter()
    plan = networks.Plan(gateway="10.9.0.1", far=["203.0.113.0/24"], hosts=[networks.Host("device", MAC, DEVICE)])
    with tempfile.TemporaryDirectory() as folder, networks.Network(plan, folder) as network:
        network.start("I", ["iperf3", "-s", "-B", FAR], stdout=subprocess.DEVNULL)
        time.sleep(0.3)
        for _ in range(rounds):
            for what in CONTENDERS:
                held = Held(network, build, what)
                try:
                    row = {"what": what, "up": gigabits(network, False), "down": gigabits(network, True), "small": packets(network, folder)}
                finally:
                    held.close()
                print(json.dumps(row), flush=True)


def through(build, results, rounds):
    done = subprocess.run([sys.executable, os.path.abspath(__file__), build, str(rounds)], capture_output=True, text=True)
    if done.returncode:
        results.skip("guard: through the gateway", (done.stderr.strip().splitlines() or ["no namespaces for us here"])[-1][:200])
        return
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    print(f"\nThrough a gateway, {DEVICES} devices with {RULES} rules each: median, and the spread")
    for kind, (text, unit) in KINDS_THROUGH.items():
        runs = {what: [row[kind] for row in rows if row["what"] == what] for what in CONTENDERS}
        for what, name in CONTENDERS.items():
            print(f"  {text:40} {name:46} {statistics.median(runs[what]):8.2f} {unit} ({spread(runs[what]):.2f})")
            if what != "guard":
                entry = results.add(f"guard: {text}, {DEVICES} devices with {RULES} rules", unit, runs["guard"], runs[what], name, higher_is_better=True)
                if what == "bare" and kind != "small":
                    print(f"  {'':40} share of the bare program: {entry['ratio']:.3f} (goal {GOAL})")


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
    results.add("guard: the daemon's CPU time, idle", "%", [told["cpu"] * 100], [1.0], "goal")


def measure(build, results, rounds=9):
    nanoseconds(build, results, rounds)
    through(build, results, 3)
    idle(build, results)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    inside(sys.argv[1], int(sys.argv[2]))
