# SPDX-License-Identifier: GPL-2.0-or-later
"""What the NIST MUD tests expect (../shared/captures/mud/nist-expectations.yaml), asked of real hosts with a filter between every pair of them: each inside
host at a port of its own. Every port that is dialled has a live listener, so that a denied check proves something; names are resolved before they are dialled."""
import concurrent.futures
import os
import shutil
import socket
import struct
import subprocess
import time

import network as networks
import services
import talk
import telling

EXPECTATIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "..", "shared", "captures", "mud", "nist-expectations.yaml")
ECHOES, PATIENCE_S = 10, 1.0
NAME = "NIST"


def cases():
    """All that have checks. Raises ImportError or OSError where the file, or a reader of YAML, is not there."""
    import yaml
    with open(EXPECTATIONS, encoding="utf-8") as file:
        told = yaml.safe_load(file)
    return [case | {"checks": case["checks"] + [CONTRAST[case["case"]]] if case["case"] in CONTRAST else case["checks"]} for case in told["cases"] if case["checks"]]


# The third check of this case is commented out in the script; without it nothing there is ever denied.
CONTRAST = {"dns": {"id": "dns-3", "from": "h1", "to": "h10", "dial": "www.antd.local", "protocol": "tcp", "port": 80, "expect": "denied", "asserted": "ours"}}


def wanted(case, check):
    """The plain reading of the standard, where the expectation is another; but quarantine is ours, too."""
    return (check.get("rfc8520") if case["case"] != "quarantine" else None) or check["expect"]


def plan_of(case):
    inside = [host for host in case["hosts"] if host["side"] == "inside"]
    gateway = next(host for host in case["hosts"] if host["side"] == "gateway")
    return networks.Plan(gateway=gateway["ip"], gateway_mac=gateway["mac"], far=["203.0.113.0/24", "192.0.2.0/24"],
                         hosts=[networks.Host(host["name"], host["mac"], host["ip"]) for host in inside])


def side_of(case, name):
    return name if any(host["name"] == name and host["side"] == "inside" for host in case["hosts"]) else "I"


def serve(case):
    """A server at every port that a check dials, and the names at the host that the case says."""
    ports = {}
    for check in case["checks"]:
        if check["port"]:
            ports.setdefault((side_of(case, check["to"]), check["protocol"]), set()).add(check["port"])

    def start(network):
        for (side, protocol), numbers in ports.items():
            if protocol == "tcp":
                services.nginx(network, side, sorted(numbers))
            for port in numbers if protocol == "udp" else ():
                talk.Echo(network, side, port)
        resolver = next(host["name"] for host in case["hosts"] if host["ip"] in case["network"]["dns"])
        names = [f"host-record={name},{address}" for name, address in case["network"].get("names", {}).items()]
        lease = [f"dhcp-range={case['network']['dns'][0]},static,10m", f"dhcp-option=3,{case['network']['gateway']}", f"dhcp-leasefile={network.folder}/leases",
                 *(f"dhcp-host={host['mac']},{host['ip']}" for host in case["hosts"] if host["side"] == "inside")]
        services.dnsmasq(network, resolver, "resolver", ["interface=d0", "bind-interfaces", "local=/#/", "local-ttl=60", *names, *(lease if case["case"] == "dhcp" else [])])

    return start


def settings_of(case, folder):
    """MUD files of the case in a folder of their own; who has which URL, unless devices are to say so themselves."""
    source = os.path.dirname(EXPECTATIONS)
    for name in case["mud_files"]:
        shutil.copy(os.path.join(source, name), folder)
    devices = [{"mac": host["mac"], "mud": host["mud_url"]} for host in case["hosts"] if host.get("mud_url") and case["case"] != "dhcp"]
    controllers = [{"class": name, "addresses": addresses} for name, addresses in case["controllers"].items() if not name.endswith(":dhcp")]
    more = {"mud": folder, "admins": []}
    return {"devices": devices, "controllers": controllers, "resolvers": case["network"]["dns"], "local": case["network"]["local"], "more": more}


# --- one check


def address_of(network, case, check):
    """What was dialled, resolved by the opener itself; None: not resolved."""
    dial = check["dial"]
    if dial not in case["network"].get("names", {}):
        return dial
    answer = services.resolve(network, side_of(case, check["from"]), dial, case["network"]["dns"][0], 2)
    return socket.inet_ntoa(answer[-4:]) if answer and answer[7] else None


def page(network, side, address, port):
    with network.socket(side, socket.AF_INET, socket.SOCK_STREAM) as one:
        one.settimeout(PATIENCE_S)
        try:
            one.connect((address, port))
            one.sendall(b"GET /page HTTP/1.0\r\n\r\n")
            size = 0
            while piece := one.recv(1 << 16):
                size += len(piece)
            return size > services.PAGE_BYTES
        except OSError:
            return False


def echoes(network, side, address, port, source_port):
    heard = set()
    with network.socket(side, socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("0.0.0.0", source_port or 0))
        one.settimeout(0.3)
        one.connect((address, port))
        for number in range(ECHOES):
            try:
                one.send(struct.pack("!I", number) * 10)
                heard.add(one.recv(100))
            except OSError:
                if number >= 2 and not heard:
                    break
    return len(heard)


def ping(network, side, address):
    done = subprocess.run(network.command(side, ["busybox", "ping", "-c", "3", "-W", "1", address]), capture_output=True, text=True)
    return " 3 packets received" in done.stdout


def happens(network, case, check):
    """allowed, denied, or in between."""
    side, address = side_of(case, check["from"]), address_of(network, case, check)
    if address is None:
        return "not resolved"
    if check["protocol"] == "tcp":
        return "allowed" if page(network, side, address, check["port"]) else "denied"
    if check["protocol"] == "icmp":
        return "allowed" if ping(network, side, address) else "denied"
    count = echoes(network, side, address, check["port"], check.get("source_port"))
    return {0: "denied", ECHOES: "allowed"}.get(count, f"{count} of {ECHOES} echoes")


def fault_of(network, case, check):
    seen = happens(network, case, check)
    return None if seen == wanted(case, check) else f"{check['id']} ({check['from']} to {check['to']}): {seen}, not {wanted(case, check)}"


# --- a case


def all_at_once(home, case):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda check: fault_of(home.network, case, check), case["checks"]))


def with_leases(home, case):
    """Devices say their MUD URLs themselves, in the lease that they ask for."""
    faults = []
    for host in case["hosts"]:
        if host["side"] == "inside" and "dhcp" not in host.get("listens", []) and host["ip"] not in case["network"]["dns"]:
            done = services.lease(home.network, host["name"], host.get("mud_url"))
            faults += [f"{host['name']}: no lease: {done.stderr.strip()}"] if done.returncode else []
    if home.setup.guards:
        urls = {host["mac"]: host["mud_url"] for host in case["hosts"] if host.get("mud_url")}
        telling.until(lambda: all(home.setup.rules(mac) for mac in urls), 10)
    return faults + [fault_of(home.network, case, check) for check in case["checks"]]


def with_quarantine(home, case):
    """A person puts the device there before the third step and takes it out before the fourth: a violation alone does not."""
    mac, faults = next(host["mac"] for host in case["hosts"] if host["name"] == "h1"), []
    for step, check in enumerate(case["checks"]):
        for at, verb in ((2, "quarantine"), (3, "release")):
            if step == at and home.setup.guards:
                done = home.setup.tell(verb, mac, "--reason", "the lab")
                faults += [f"{verb}: {done.stderr.strip()}"] if done.returncode else []
        faults.append(fault_of(home.network, case, check))
    return faults


WAYS = {"dhcp": with_leases, "quarantine": with_quarantine}


def told(lab, setup_class, case):
    folder = lab.fresh("mud")
    with telling.Home(lab, setup_class, plan_of(case), serve(case), alone=True, **settings_of(case, folder)) as home:
        for host in home.network.plan.hosts:  # everybody has said a word
            services.resolve(home.network, host.name, "www.nist.local", case["network"]["dns"][0], 2)
        began = time.monotonic()
        faults = [fault for fault in WAYS.get(case["case"], all_at_once)(home, case) if fault]
        right = len(case["checks"]) - len(faults)
        strict = sum(check["asserted"] == "strict" for check in case["checks"])
        return telling.row(f"{NAME}, {case['case']}", home.setup, sent=len(case["checks"]), answered=max(0, right), strict=strict, seconds=round(time.monotonic() - began, 2),
                           faults=faults)


def stories():
    """One that says what is lacking, where the cases cannot be read."""
    try:
        return [(f"{NAME}, {case['case']}", lambda lab, setup, case=case: told(lab, setup, case)) for case in cases()]
    except (ImportError, OSError) as lacking:
        return [telling.skipped(NAME, str(lacking))]
