# SPDX-License-Identifier: GPL-2.0-or-later
"""Real programs on the guard's bed: names and leases at the gateway, names, pages and time outside. What devices themselves run: programs."""
import os
import socket
import subprocess

import bed as beds
import talk
import wire

RESOLVER_FAR = "192.0.2.53"
NAMES = {"cloud.camera.example": "203.0.113.9", "tv.example": "203.0.113.30", "news.example": "198.51.100.80", "update.camera.example": "203.0.113.40",
         "time.example": "192.0.2.123", "p2p.recorder.example": "203.0.113.17"}
ECHO_FAR, TIME_FAR, PAGE_BYTES = "203.0.113.7", "192.0.2.123", 100_000


class Log:
    """What a program says goes to a file of the lab's folder; its last lines into the fault."""

    def __init__(self, network, name):
        self.path = os.path.join(network.folder, name + ".log")
        self.file = open(self.path, "a", encoding="utf-8")

    def tail(self):
        with open(self.path, encoding="utf-8", errors="replace") as log:
            return log.read()[-1500:].strip()


def start(network, side, name, words):
    log = Log(network, f"{name}-{side}")
    process = network.start(side, words, stdout=log.file, stderr=log.file)
    process.tail = log.tail
    return process


def listening(network, side, port, udp=False):
    # /proc/net is of the reader's own namespace
    table = "".join(network.run(side, "cat", f"/proc/net/{'udp' if udp else 'tcp'}{six}") for six in ("", "6"))
    return any(line.split()[1].endswith(f":{port:04X}") and (udp or line.split()[3] == "0A") for line in table.splitlines() if ":" in line)


def wait_listening(network, side, port, udp=False, process=None):
    try:
        beds.wait_for(lambda: listening(network, side, port, udp), 10, f"nobody listens on port {port} of {side}")
    except RuntimeError as fault:
        raise RuntimeError(f"{fault}: {process.tail() if process else ''}") from None


# --- names and leases


def dnsmasq(network, side, name, lines):
    path = os.path.join(network.folder, f"{name}-{side}.conf")
    with open(path, "w", encoding="ascii") as out:
        out.write("\n".join(["no-daemon", "no-hosts", "no-resolv", "user=root", "group=root", "no-ping", "cache-size=0", *lines]) + "\n")
    process = start(network, side, name, ["dnsmasq", "-C", path, f"--pid-file={path}.pid"])
    wait_listening(network, side, 53, udp=True, process=process)
    return process


def far_names(network, names=None, ttl=60):
    """The resolver outside: the names of this lab, NXDOMAIN for all others."""
    lines = [f"listen-address={RESOLVER_FAR}", "bind-interfaces", f"local-ttl={ttl}", "local=/#/",
             *(f"host-record={name},{address}" for name, address in (names or NAMES).items())]
    return dnsmasq(network, "I", "names", lines)


def gateway_names(network, lease="10m"):
    plan = network.plan
    lines = ["interface=lan", "bind-interfaces", f"server={RESOLVER_FAR}", f"dhcp-range={plan.gateway},static,{lease}", f"dhcp-leasefile={network.folder}/leases",
             "dhcp-authoritative", "dhcp-rapid-commit", *(f"dhcp-host={host.mac},{host.address},{host.name}" for host in plan.hosts)]
    return dnsmasq(network, "G", "gateway", lines)


LEASE = """#!/bin/sh
# what udhcpc found, onto the interface
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip address replace "$ip/$mask" dev "$interface"
ip route replace default via "$router"
"""


def lease(network, name, mud_url=None):
    """The device asks for its address as such devices do; its name is in the question, and its MUD URL where it has one."""
    script = os.path.join(network.folder, "lease")
    if not os.path.exists(script):
        with open(script, "w", encoding="ascii") as out:
            out.write(LEASE)
        os.chmod(script, 0o755)
    words = ["busybox", "udhcpc", "-i", "d0", "-n", "-q", "-f", "-t", "5", "-T", "1", "-s", script, "-x", f"hostname:{name}"]
    if mud_url:
        words += ["-x", "0xa1:" + mud_url.encode().hex()]
    return subprocess.run(network.command(name, words), capture_output=True, text=True, timeout=20)


# --- outside


NGINX = """daemon off; master_process off; pid {folder}/nginx-{side}.pid; error_log {folder}/nginx-{side}.err; worker_rlimit_nofile 4096;
events {{ worker_connections 1024; }}
http {{
	access_log off; client_body_temp_path {folder}/nginx-{side}-a; proxy_temp_path {folder}/nginx-{side}-b; fastcgi_temp_path {folder}/nginx-{side}-c;
	uwsgi_temp_path {folder}/nginx-{side}-d; scgi_temp_path {folder}/nginx-{side}-e; types {{ }} default_type text/plain;
	server {{ {listen} root {folder}/pages; }}
}}
"""


def nginx(network, side, ports):
    pages = os.path.join(network.folder, "pages")
    os.makedirs(pages, exist_ok=True)
    os.chmod(pages, 0o755)
    for name, size in (("index.html", 20), ("page", PAGE_BYTES)):
        with open(os.path.join(pages, name), "wb") as out:
            out.write(b"f" * size)
    path = os.path.join(network.folder, f"nginx-{side}.conf")
    with open(path, "w", encoding="ascii") as out:
        out.write(NGINX.format(folder=network.folder, side=side, listen=" ".join(f"listen {port}; listen [::]:{port};" for port in ports)))
    process = start(network, side, "nginx", ["nginx", "-c", path, "-p", network.folder, "-g", "user root;"])
    wait_listening(network, side, ports[0], process=process)
    return process


def outside(network):
    """Names, pages on 80, 443 and 8080, time and echo."""
    far_names(network)
    nginx(network, "I", [80, 443, 8080])
    talk.Echo(network, "I")
    talk.Echo(network, "I", 123)


# --- asking


def get(network, side, url, seconds=10):
    """Bytes of a page fetched by busybox wget in that namespace; None where none came."""
    words = ["timeout", str(seconds), "busybox", "wget", "-q", "-O", "-", url]
    done = subprocess.run(network.command(side, words), capture_output=True)
    return len(done.stdout) if done.returncode == 0 else None


def connect(network, side, address, port, seconds=1.0):
    with network.socket(side, socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM) as one:
        one.settimeout(seconds)
        try:
            one.connect((address, port))
            return True
        except OSError:
            return False


def resolve(network, side, name, resolver, seconds=1.0):
    """The answer of a resolver, or None."""
    with network.socket(side, socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(seconds)
        try:
            one.sendto(wire.question(4711, name), (resolver, 53))
            return one.recv(2048)
        except OSError:
            return None
