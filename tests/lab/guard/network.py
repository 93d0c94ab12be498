# SPDX-License-Identifier: GPL-2.0-or-later
"""Namespaces of the guard's lab: devices at the ports of a gateway's bridge, the gateway, and what lies outside. Drawn in guard."""
import ipaddress
import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass, field

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import bed as beds  # noqa: E402

WAN_GATEWAY, WAN_FAR = "100.64.0.2", "100.64.0.1"
WAN_GATEWAY_6, WAN_FAR_6 = "fd64::2", "fd64::1"


@dataclass
class Host:
    """A device: one namespace, interface d0, at one port of the gateway's bridge."""

    name: str
    mac: str
    address: str
    address_6: str = ""
    port: str = ""


@dataclass
class Plan:
    gateway: str = "192.168.1.1"
    gateway_mac: str = "98:9b:cb:10:20:01"
    gateway_6: str = "2001:db8:1::1"
    bits: int = 24
    far: list = field(default_factory=lambda: ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"])
    far_6: list = field(default_factory=lambda: ["2001:db8:f::/48"])
    dark: list = field(default_factory=list)  # outside, where nobody answers
    dark_6: list = field(default_factory=list)
    hosts: list = field(default_factory=list)

    def host(self, name):
        return next(host for host in self.hosts if host.name == name)

    @property
    def local(self):
        return str(ipaddress.ip_network(f"{self.gateway}/{self.bits}", strict=False))


class Network(beds.Bed):
    """Sides are the names of hosts, and G (gateway) and I (the internet)."""

    def __init__(self, plan, folder):
        self.plan, self.folder = plan, folder
        tag = f"{os.getpid()}-{random.SystemRandom().randrange(1 << 16):x}"
        self.names = {side: f"fwg{side}-{tag}" for side in ("G", "I", *(host.name for host in plan.hosts))}
        self.processes, self.closers = [], []
        for number, host in enumerate(plan.hosts):
            host.port = host.port or f"p{number}"

    @property
    def ports(self):
        return [host.port for host in self.plan.hosts]

    def remove(self):
        for close in reversed(self.closers):
            close()
        self.closers = []
        super().remove()

    def batch(self, side, lines):
        """Lines of `ip`, at once; those with an address of IPv6 after the others."""
        six = [line for line in lines if line.split()[0] in ("address", "route") and "::" in line]
        for family, chosen in (("-4", [line for line in lines if line not in six]), ("-6", six)):
            done = subprocess.run(self.command(side, ["ip", family, "-batch", "-"]), input="\n".join(chosen) + "\n", capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"ip in {side}: {done.stderr.strip()}")

    def nft(self, side, text):
        done = subprocess.run(self.command(side, ["nft", "-f", "-"]), input=text, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"nft in {side}: {done.stderr.strip()}")

    def sysctl(self, side, *settings):
        self.run(side, "sysctl", "-qw", *settings)

    # --- building

    def build(self):
        for name in self.names.values():
            subprocess.run(["ip", "netns", "add", name], check=True)
        for side in self.names:
            self.sysctl(side, *(f"net.ipv{family}.conf.{word}.{key}" for word in ("all", "default")
                                for family, key in ((4, "rp_filter=0"), (6, "accept_dad=0"), (6, "accept_ra=0"), (6, "autoconf=0"))))
        self.gateway()
        for host in self.plan.hosts:
            self.device(host)
        self.internet()

    def gateway(self):
        plan = self.plan
        self.batch("G", ["link set lo up", f"link add lan address {plan.gateway_mac} type bridge mcast_snooping 0 forward_delay 0", "link set lan up",
                         f"address add {plan.gateway}/{plan.bits} dev lan", f"address add {plan.gateway_6}/64 dev lan nodad",
                         f"link add wan0 type veth peer name i0 netns {self.names['I']}", "link set wan0 up",
                         f"address add {WAN_GATEWAY}/30 dev wan0", f"address add {WAN_GATEWAY_6}/64 dev wan0 nodad"])
        self.batch("G", [f"route add default via {WAN_FAR}", f"route add default via {WAN_FAR_6}"])
        self.sysctl("G", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv4.conf.all.send_redirects=0", "net.ipv4.conf.lan.send_redirects=0")
        # where the kernel shows bridged packets to its firewall, that would put fragments together before anybody sees them
        self.sysctl("G", "-e", *(f"net.bridge.bridge-nf-call-{table}=0" for table in ("iptables", "ip6tables", "arptables")))
        self.nft("G", "table ip nat {\n chain out { type nat hook postrouting priority 100; oifname wan0 masquerade;\n }\n}")

    def device(self, host):
        self.batch("G", [f"link add {host.port} type veth peer name d0 address {host.mac} netns {self.names[host.name]}", f"link set {host.port} master lan up"])
        lines = ["link set lo up", "link set d0 up", f"address add {host.address}/{self.plan.bits} dev d0", f"route add default via {self.plan.gateway}"]
        if host.address_6:
            lines += [f"address add {host.address_6}/64 dev d0 nodad", f"route add default via {self.plan.gateway_6}"]
        self.batch(host.name, lines)
        self.run(host.name, "ethtool", "-K", "d0", "tx", "off")

    def internet(self):
        plan = self.plan
        self.batch("I", ["link set lo up", "link set i0 up", f"address add {WAN_FAR}/30 dev i0", f"address add {WAN_FAR_6}/64 dev i0 nodad",
                         *(f"route add local {prefix} dev lo" for prefix in plan.far), *(f"route add local {prefix} dev lo" for prefix in plan.far_6)])
        self.batch("I", [f"route add {plan.gateway_6.rsplit('::', 1)[0]}::/64 via {WAN_GATEWAY_6}"])
        self.sysctl("I", "net.ipv4.ip_nonlocal_bind=1", "net.ipv6.ip_nonlocal_bind=1")
        self.run("I", "ethtool", "-K", "i0", "tx", "off")
        for family, dark in (("ip", plan.dark), ("ip6", plan.dark_6)):
            if dark:
                self.nft("I", f"table {family} far {{\n chain in {{ type filter hook input priority 0; {family} daddr {{ {', '.join(dark)} }} counter drop;\n }}\n}}")

    # --- looking

    def interface_packets(self, side, interface):
        link = json.loads(self.run(side, "ip", "-j", "-s", "link", "show", "dev", interface))[0]["stats64"]
        return link["rx"]["packets"], link["tx"]["packets"]
