# SPDX-License-Identifier: GPL-2.0-or-later
"""The bed: four network namespaces, drawn in lab. All of it lives in a mount and a process namespace of its own (see enter()): when the lab ends,
however it ends, the kernel takes the servers, the namespaces, the BPF programs and the pins away with it."""
import ctypes
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time

SERVER_4, SERVER_6 = "10.9.0.1", "fd09::1"
MACS = {"a0": "02:09:00:00:00:03", "c0": "02:09:00:00:00:02", "s0": "02:09:00:00:00:01"}
NOBODY = "02:09:00:00:00:fe"  # the next hop of all forged sources: the attacker's side drops it
JUNK_CPU, SERVER_CPU = 0, 1

CLEAN_4 = [f"100.{64 + i % 60}.{i * 7 % 256}.{1 + i % 250}" for i in range(400)]
CLEAN_6 = [f"2001:db8:{i * 11 % 977:x}:{i % 3}::{1 + i:x}" for i in range(100)]
# Inside the very prefixes that send junk; gauge.bpf.c and junk.bpf.c know them by their form.
DIRTY_4 = [f"198.18.{8 * i}.1" for i in range(32)]
DIRTY_6 = [f"2001:2:0:{8 * i:x}::1" for i in range(32)]
LANE_SHARES = [0.72, 0.15, 0.10, 0.03]


def enter():
    """Starts this program anew where nothing of it can be left behind. A no-op the second time."""
    if os.environ.get("FLOODWALL_LAB") == "inside":
        for kind, target in (("tmpfs", "/run/netns"), ("bpf", "/sys/fs/bpf")):
            os.makedirs(target, exist_ok=True)
            subprocess.run(["mount", "-t", kind, "lab", target], check=True)
        return
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private", "--", sys.executable, *sys.argv]
    raise SystemExit(subprocess.run(command, env={**os.environ, "FLOODWALL_LAB": "inside"}).returncode)


def die_with_parent():
    ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL


class Bed:
    def __init__(self, tools):
        self.tools = tools  # folder of the built programs and objects
        tag = f"{os.getpid()}-{random.SystemRandom().randrange(1 << 16):x}"
        self.names = {side: f"fw{side}-{tag}" for side in "ACWS"}
        self.processes = []
        self.down = False

    # --- running things

    def command(self, side, words, cpu=None):
        pin = [] if cpu is None else ["taskset", "-c", str(min(cpu, os.cpu_count() - 1))]
        # before its neighbours on the machine, so that the figures are the bed's own
        rank = [] if cpu is None else ["nice", "-n", "-10"]
        return ["nsenter", f"--net=/run/netns/{self.names[side]}", "--", *pin, *rank, *words]

    def run(self, side, *words):
        done = subprocess.run(self.command(side, words), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def start(self, side, words, cpu=None, **more):
        process = subprocess.Popen(self.command(side, words, cpu), text=True, preexec_fn=die_with_parent, **{"stdin": subprocess.DEVNULL, **more})
        self.processes.append(process)
        return process

    def stop(self, process, timeout=10):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process in self.processes:
            self.processes.remove(process)

    def socket(self, side, family, kind):
        """A socket of that namespace: it stays there, whoever uses it."""
        made = []

        def make():
            with open(f"/run/netns/{self.names[side]}", encoding="ascii") as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0x40000000) == 0:  # CLONE_NEWNET, of this thread alone
                    made.append(socket.socket(family, kind))

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        if not made:
            raise RuntimeError(f"no socket in {self.names[side]}")
        return made[0]

    # --- building and removing

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        for process in list(self.processes):
            self.stop(process)
        for name in self.names.values():
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)

    def build(self):
        for name in self.names.values():
            subprocess.run(["ip", "netns", "add", name], check=True)
        for side in "ACWS":
            for word in ("all", "default"):
                self.run(side, "sysctl", "-qw", f"net.ipv4.conf.{word}.rp_filter=0", f"net.ipv6.conf.{word}.accept_dad=0", f"net.ipv6.conf.{word}.accept_ra=0",
                         f"net.ipv6.conf.{word}.autoconf=0")
            self.run(side, "ip", "link", "set", "lo", "up")
        self.run("W", "ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
        self.run("W", "ip", "link", "set", "br0", "up")
        for side in "ACS":
            self.cable(side)
        self.routes()
        self.receive_on(JUNK_CPU, "wC")
        self.instrument("W", "pass", "wS")

    def cable(self, side):
        ours, theirs = side.lower() + "0", "w" + side
        self.run(side, "ip", "link", "add", ours, "address", MACS[ours], "type", "veth", "peer", "name", theirs, "netns", self.names["W"])
        self.run(side, "ethtool", "-K", ours, "tx", "off")
        if side == "S":
            self.run(side, "ethtool", "-K", ours, "gro", "on")
        self.run("W", "ip", "link", "set", theirs, "master", "br0", "up")
        host = {"A": 3, "C": 2, "S": 1}[side]
        self.run(side, "ip", "link", "set", ours, "up")
        self.run(side, "ip", "address", "add", f"10.9.0.{host}/24", "dev", ours)
        self.run(side, "ip", "address", "add", f"fd09::{host}/64", "dev", ours, "nodad")

    def receive_on(self, cpu, interface):
        """Who sends into s0 first polls it, on that CPU, until it is empty; under a flood that is never. So the client's packets are handed to the CPU of the
        junk before they get there (RPS), as a card hands all of a queue to one CPU. /sys shows the namespace of whoever mounts it."""
        words = f"mount -t sysfs lab /sys && echo {1 << cpu:x} > /sys/class/net/{interface}/queues/rx-0/rps_cpus"
        done = subprocess.run(self.command("W", ["unshare", "--mount", "sh", "-c", words]), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"no RPS on {interface}: {done.stderr}")

    def neighbour(self, side, address, mac):
        self.run(side, "ip", "neighbour", "replace", address, "lladdr", mac, "dev", side.lower() + "0", "nud", "permanent")

    def server_routes(self):
        """Also called after the server's interface has been down, which takes routes and neighbours with it."""
        for address, mac in (("10.9.0.2", MACS["c0"]), ("10.9.0.3", MACS["a0"]), ("10.9.0.254", NOBODY),
                             ("fd09::2", MACS["c0"]), ("fd09::3", MACS["a0"]), ("fd09::fe", NOBODY)):
            self.neighbour("S", address, mac)
        routes = [("198.18.0.0/15", "10.9.0.254"), ("100.64.0.0/10", "10.9.0.2"), *((f"{address}/32", "10.9.0.2") for address in DIRTY_4),
                  ("2001:2::/48", "fd09::fe"), ("2001:db8::/32", "fd09::2"), *((f"{address}/128", "fd09::2") for address in DIRTY_6)]
        batch = "".join(f"{'-6 ' if ':' in to else ''}route replace {to} via {via}\n" for to, via in routes)
        for family, lines in (("-4", [r for r in batch.splitlines() if not r.startswith("-6")]), ("-6", [r[3:] for r in batch.splitlines() if r.startswith("-6")])):
            done = subprocess.run(self.command("S", ["ip", family, "-batch", "-"]), input="\n".join(lines) + "\n", capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"routes of the server: {done.stderr}")

    def routes(self):
        self.server_routes()
        for side in "AC":
            self.neighbour(side, SERVER_4, MACS["s0"])
            self.neighbour(side, SERVER_6, MACS["s0"])
        for prefix in ("100.64.0.0/10", *(f"{address}/32" for address in DIRTY_4)):
            self.run("C", "ip", "route", "add", "local", prefix, "dev", "lo")
        self.run("C", "sysctl", "-qw", "net.ipv6.ip_nonlocal_bind=1")
        for prefix in ("2001:db8::/32", *(f"{address}/128" for address in DIRTY_6)):
            self.run("C", "ip", "-6", "route", "add", "local", prefix, "dev", "lo")

    def whole_internet(self):
        """Every address that is not the bed's own is the client's."""
        self.run("C", "sysctl", "-qw", "net.ipv4.ip_nonlocal_bind=1", "net.ipv6.ip_nonlocal_bind=1")
        for family, halves, via in (("-4", ("0.0.0.0/1", "128.0.0.0/1"), "10.9.0.2"), ("-6", ("::/1", "8000::/1"), "fd09::2")):
            for half in halves:
                self.run("C", "ip", family, "route", "add", "local", half, "dev", "lo", "table", "main")
                self.run("S", "ip", family, "route", "add", half, "via", via)

    def write_sources(self, file):
        """Clean ones as resolvers are: the k-th asks k^-0.8 as much as the first. The others evenly."""
        with open(file, "w", encoding="ascii") as out:
            for lane, (addresses, share) in enumerate(zip((CLEAN_4, CLEAN_6, DIRTY_4, DIRTY_6), LANE_SHARES)):
                weights = [(k + 1) ** -0.8 if lane < 2 else 1 for k in range(len(addresses))]
                for address, weight in zip(addresses, weights):
                    out.write(f"{lane} {address} {share * weight / sum(weights):.9f}\n")

    # --- instruments

    def instrument(self, side, what, interface, trace=None):
        return Gauge(self, side, what, interface, trace)

    def counters(self, side, interface):
        """What the interface itself counts."""
        link = json.loads(self.run(side, "ip", "-j", "-s", "link", "show", "dev", interface))[0]["stats64"]
        return {"rx": link["rx"]["packets"], "rx_dropped": link["rx"]["dropped"], "tx": link["tx"]["packets"], "tx_dropped": link["tx"]["dropped"]}

    def sockets_dropped(self):
        """Datagrams that came as far as a full socket of the server."""
        lines = self.run("S", "nstat", "-asz", "UdpRcvbufErrors", "Udp6RcvbufErrors").splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Udp"))


class Gauge:
    """One of gauge.bpf.c's programs on an interface, while this is open."""

    def __init__(self, bed, side, what, interface, trace=None):
        self.bed, self.trace = bed, trace
        words = [os.path.join(bed.tools, "lab-gauge"), os.path.join(bed.tools, "gauge.bpf.o"), what, interface] + ([trace] if trace else [])
        self.process = bed.start(side, words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if not self.process.stdout.readline():
            raise RuntimeError(f"no gauge {what} on {interface}")

    def read(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.bed.processes.remove(self.process)


def stolen():
    """Share of the CPUs' time since the start that the machine below has taken: (stolen, all) in ticks."""
    with open("/proc/stat", encoding="ascii") as stat:
        ticks = [int(word) for word in stat.readline().split()[1:9]]
    return ticks[7], sum(ticks)


def softirqs():
    """NET_RX per CPU."""
    with open("/proc/softirqs", encoding="ascii") as lines:
        row = next(line for line in lines if line.lstrip().startswith("NET_RX"))
    return [int(word) for word in row.split()[1:]]


def wait_for(condition, seconds, what):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.05)
    raise RuntimeError(f"{what}: not within {seconds} s")
