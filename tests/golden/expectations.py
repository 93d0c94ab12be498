#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person can check about single captures, held against `floodwall inspect --format json`.

usage: expectations.py FLOODWALL GENERATED_FOLDER SHARED_CAPTURES
Exit 77 when the shared captures are absent, after the project's own were checked.
"""
import glob
import json
import os
import subprocess
import sys

RANK = {"low": 0, "medium": 1, "high": 2, "critical": 3}


def inspect(floodwall, *files):
    done = subprocess.run([floodwall, "inspect", "--format", "json", *files], capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{files}: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
    return json.loads(done.stdout)


class Report:
    def __init__(self, report):
        self.devices = report["devices"]
        self.findings = [f for f in report["findings"] if not f.get("muted")]
        self.junk = report["junk"]

    def find(self, name, at_least="low", **evidence):
        """Findings of that name, at least that severe, with this evidence (a value, or a predicate)."""
        return [f for f in self.findings if f["id"] == name and RANK[f["severity"]] >= RANK[at_least] and all(
            (want(f["evidence"].get(key)) if callable(want) else f["evidence"].get(key) == want) for key, want in evidence.items())]

    def above(self, severity, *names):
        return [f for f in self.findings if RANK[f["severity"]] > RANK[severity] and (not names or f["id"] in names)]

    def device(self, address):
        return next((d for d in self.devices if address in d["addresses"]), None)


def kind(word):
    return {"kinds": lambda kinds: word in kinds}


def clear_login(service):
    return lambda r: r.find("cleartext-login", service=service) or r.find("default-password", service=service)


def near(number, share):
    return lambda value: value is not None and abs(value - number) <= number * share


def absent(*names, above="absent"):
    """None of these findings (of any finding, without names); with above: none more severe than that."""
    if above == "absent":
        return lambda r: not [f for f in r.findings if f["id"] in names]
    return lambda r: not r.above(above, *names)


# capture, what must hold, why a person knows it (shared/captures/expectations.tsv and MANIFEST.tsv)
EXPECTED = [
    ("botnet/slips_test7_hide_and_seek.pcap", [
        lambda r: [f for f in r.find("scan", "high") if {23, 2323, 8080, 9527} <= set(f["evidence"]["ports"])],
        lambda r: r.device("192.168.2.16")["state"] == "hijacked", lambda r: r.device("192.168.2.16")["name"] == "black-pearl",
        absent("flood", "login-guessing")]),
    ("botnet/iot23_8-1_hakai_c2.pcap", [
        lambda r: {"178.128.185.250", "128.185.250.50"} <= {f["evidence"]["target"] for f in r.find("beacon", "medium", port=50)},
        absent("scan", above="low"), absent("flood")]),
    ("botnet/arkime_adb_botnet_downloader.pcap", [lambda r: r.find("open-service", port=5555), absent("flood")]),
    ("botnet/zeek_ftp_bruteforce.pcap", [lambda r: r.find("login-guessing", service="ftp")]),
    ("botnet/ndpi_nmap_synscan.pcap", [lambda r: r.find("scan", kind="vertical")]),
    ("botnet/slips_test8_arpscan.pcap", [lambda r: r.find("scan", "medium", **kind("arp"))]),
    ("botnet/pcaphunt_hs-arpScan.pcap", [lambda r: r.find("scan", "medium", **kind("arp"))]),
    ("botnet/pcaphunt_hs-udpScan.pcap", [lambda r: r.find("scan", **kind("udp"))]),
    ("botnet/pcaphunt_ps-tcp_ack.pcap", [lambda r: r.find("scan", **kind("ack"))]),
    ("botnet/simple-scan_445.pcap", [absent("scan", above="low")]),
    ("botnet/simple-scan_telnet_zero_window.pcap", [lambda r: r.find("scan", "high", ports=lambda p: 23 in p)]),
    ("botnet/slips_cc1_periodic_tls.pcap", [lambda r: r.find("beacon", "medium", target="141.193.213.21")]),
    ("botnet/ndpi_WebattackRCE_nikto.pcap", [absent("scan", above="low"), absent("flood")]),
    ("ddos/synflood_spoofed_25565.pcap", [
        lambda r: r.find("receives-flood", vector="syn", sources=lambda s: near(37623, 0.02)(s["unproven"]) and s["proven"] == 0),
        absent("scan", "reflector")]),
    ("ddos/cic2019_synflood_lucid.pcap", [
        lambda r: [f for f in r.find("flood", "critical", vector="syn") if f["source"] == "172.16.0.5" or f["device"] == r.device("172.16.0.5")["id"]],
        lambda r: [f for f in r.find("receives-flood", vector="syn", target="192.168.50.4") if sum(f["evidence"]["sources"].values()) == 1]]),
    ("ddos/tcp_synack_reflection.pcap", [lambda r: r.find("receives-flood", "high", vector="syn-ack-reflection"), absent("scan")]),
    ("ddos/snmp_amp.pcapng", [lambda r: r.find("receives-flood", "high", vector="snmp-reflection")]),
    ("ddos/dahua_dhip_37810_bacnet_reflection.pcap", [
        lambda r: r.find("receives-flood", "high", vector="dhip-reflection"), lambda r: r.find("receives-flood", "high", vector="bacnet-reflection"),
        lambda r: any("dahua" in (m["maker"] or "").lower() for m in r.junk["by_maker"])]),
    ("ddos/ndpi_ip_fragmented_garbage.pcap", [lambda r: r.find("receives-flood", vector="fragment") or r.find("flood", vector="fragment")]),
    ("ddos/suricata_dhcp_request_flood.pcap", [lambda r: r.find("receives-flood", vector="dhcp") or r.find("flood", vector="dhcp")]),
    ("ddos/ndpi_source_engine.pcap", [absent(above="low")]),
    ("dns/nsd-live.raw.pcap.xz", [absent(above="low"), lambda r: r.find("reached-from-internet", how="public-server", port=53, protocol="udp"),
                                  lambda r: r.find("reflector", own_zone=True, port=53, answers=lambda n: n > 5000)]),
    ("dns/gold.pcap.xz", [absent(above="low")]),
    # a resolver of Google's asks a name server behind somebody's NAT
    ("dns/zeek_dns-edns-ecs.pcap", [lambda r: r.find("reached-from-internet", "medium", port=53, asker="74.125.47.13"), absent("reflector")]),
    ("iot/suricata_home_lan_2013.pcap", [absent("scan", "flood", "beacon", "forged-source", above="low")]),
    ("iot/iot_inspector_app.pcap", [absent("scan", "flood", "beacon", above="low")]),
    ("iot/suricata_mqtt31-sub-userpass.pcap", [clear_login("mqtt")]),
    ("iot/arkime_http_basicauth.pcap", [clear_login("http")]),
    ("iot/zeek_http_basic_auth_colon.pcap", [clear_login("http")]),
    ("iot/zeek_ftp_password_pass.pcap", [clear_login("ftp")]),
]

# The project's own captures: the labels of tests/gen say what is true.
GENERATED = [
    ("incident.pcapng", [
        lambda r: r.device("192.168.1.64")["state"] == "hijacked",
        lambda r: [d["addresses"] for d in r.devices if d["state"] == "hijacked"] == [r.device("192.168.1.64")["addresses"]],
        lambda r: r.find("default-password", "high", service="telnet", accepted=True, outside=True, user="root"),
        lambda r: r.find("open-service", "high", port=23),
        lambda r: r.find("scan", "high", mirai_mark=True, ports=lambda p: p[:2] == [23, 2323]),
        lambda r: r.find("beacon", "high", target="203.0.113.5", port=48101),
        lambda r: r.find("flood", "critical", vector="syn", target="203.0.113.80", packets=6000),
        lambda r: r.find("flood", "critical", vector="dns-random-subdomain", zone="www.shop.example"),
        lambda r: r.junk["packets"] >= 7000,
        absent("forged-source", "receives-flood", "login-guessing")]),
    ("quiet-twin.pcapng", [absent(above="low"), lambda r: all(d["state"] == "clean" for d in r.devices), lambda r: r.junk["packets"] == 0]),
]

LOGINS = ("default-password", "cleartext-login", "open-service")


def check(report, name, rules):
    faults = []
    for number, rule in enumerate(rules, 1):
        try:
            held = rule(report)
        except (KeyError, TypeError, AttributeError) as error:
            held = False
            faults.append(f"{name}: rule {number}: {error!r}")
        if not held:
            seen = [(f["id"], f["severity"], f["evidence"]) for f in report.findings[:8]]
            faults.append(f"{name}: rule {number} does not hold; found {seen}")
    return faults


def truth(shared):
    with open(os.path.join(shared, "iot", "sentinel-truth.tsv"), encoding="utf-8") as lines:
        return [line.split("\t")[0] for line in lines][1:]


def sentinel(floodwall, shared):
    """Set-up runs of real devices: the device under test is found; nothing above medium but logins and services truly there."""
    faults = []
    count = 0
    for label in truth(shared):
        folder = os.path.join(shared, "iot", "sentinel", label)
        with open(os.path.join(folder, "_iotdevice-mac.txt"), encoding="utf-8") as text:
            mac = text.read().strip().lower().replace("-", ":")
        for capture in sorted(glob.glob(os.path.join(folder, "*.pcap"))):
            report = Report(inspect(floodwall, capture))
            count += 1
            if not any(mac in d["macs"] for d in report.devices):
                faults.append(f"{capture}: the device under test, {mac}, is not among the devices")
            loud = [f for f in report.above("medium") if f["id"] not in LOGINS]
            if loud:
                faults.append(f"{capture}: {[(f['id'], f['severity'], f['evidence']) for f in loud]}")
            if label.startswith("EdimaxPlug"):
                faults += check(report, capture, edimax_rules(capture))
    print(f"sentinel: {count} set-up runs")
    return faults if count else ["no set-up runs were read"]


def edimax_rules(capture):
    """admin:1234 in HTTP Basic on TCP 10000, in the runs where tshark sees it."""
    done = subprocess.run(["tshark", "-n", "-r", capture, "-Y", 'http.authbasic == "admin:1234" && tcp.dstport == 10000'], capture_output=True, check=False)
    return [lambda r: r.find("default-password", service="http", port=10000, user="admin")] if done.stdout.strip() else []


def main():
    floodwall, generated, shared = sys.argv[1:4]
    faults = []
    for name, rules in GENERATED:
        faults += check(Report(inspect(floodwall, os.path.join(generated, name))), name, rules)
    there = os.path.isdir(shared)
    if there:
        for name, rules in EXPECTED:
            faults += check(Report(inspect(floodwall, os.path.join(shared, name))), name, rules)
        faults += sentinel(floodwall, shared)
    print("\n".join(faults) or f"{len(GENERATED) + len(EXPECTED) * there} captures as expected")
    if faults:
        return 1
    if not there:
        print("SKIP expectations of shared captures: ../shared/captures is not here")
        return 77
    return 0


sys.exit(main())
