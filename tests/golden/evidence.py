#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`floodwall inspect --evidence`: each capture proves its finding, holds no password, and is written whole or not at all.

usage: evidence.py FLOODWALL GENERATED_FOLDER SHARED_CAPTURES SCHEMA
Exit 77 when the shared captures or the independent readers (capinfos, tshark) are absent, after all else was checked.
"""
import base64
import json
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile

from crafting import ACK, RST, SYN, Talk, Wire, arp, ethernet, icmp_error, ip, mac, tcp, udp
from inspecting import as_pcap, finish, generated, output, read_capture, report, run

SHARED = ["botnet/arkime_adb_botnet_downloader.pcap", "botnet/iot23_8-1_hakai_c2.pcap", "botnet/ndpi_nmap_synscan.pcap",
          "botnet/pcaphunt_hs-arpScan.pcap", "botnet/pcaphunt_hs-udpScan.pcap", "botnet/pcaphunt_ps-tcp_ack.pcap", "botnet/simple-scan_445.pcap",
          "botnet/simple-scan_telnet_zero_window.pcap", "botnet/slips_cc1_periodic_tls.pcap", "botnet/slips_test7_hide_and_seek.pcap",
          "botnet/slips_test8_arpscan.pcap", "botnet/zeek_ftp_bruteforce.pcap", "ddos/cic2019_synflood_lucid.pcap",
          "ddos/dahua_dhip_37810_bacnet_reflection.pcap", "ddos/ndpi_ip_fragmented_garbage.pcap", "ddos/snmp_amp.pcapng",
          "ddos/suricata_dhcp_request_flood.pcap", "ddos/synflood_spoofed_25565.pcap", "ddos/tcp_synack_reflection.pcap",
          "dns/malcolm_dns_mix.pcap", "dns/zeek_dns-edns-ecs.pcap", "iot/arkime_http_basicauth.pcap", "iot/ipfixprobe_mqtt.pcap",
          "iot/malcolm_telnet_mix.pcap", "iot/ndpi_http_auth.pcap", "iot/ndpi_telnet.pcap", "iot/suricata_home_lan_2013.pcap",
          "iot/suricata_mqtt31-sub-userpass.pcap", "iot/zeek_ftp_password_pass.pcap", "iot/zeek_http_basic_auth_colon.pcap"]

# What headers alone cannot prove: a login is in the payload, which is never kept.
READ_IN_CLEAR = {"default-password", "cleartext-login"}
# Found again, but less severe, because what made it worse is in the file of another finding (a beacon beside a flood).
LESS_SEVERE = {"beacon"}
PACKETS_MAX, BYTES_MAX = 5120 + 16, 524288
# Kept of a payload: see src/proof/proof.h.
METHODS = (b"", b"GET ", b"POST ", b"HEAD ", b"PUT ")
VALVE = b"\xff\xff\xff\xffTSource Engine Query"
SECRET = b"Tr0ub4dor&3"


def is_provable(finding):
    if finding["id"] == "reached-from-internet" and finding["evidence"]["how"] == "not-yet":
        return False  # the request to the router is payload
    return finding["id"] not in READ_IN_CLEAR and not (finding["id"] == "login-guessing" and not finding["evidence"]["encrypted"])


def sides(plain):
    return [word for prefix in plain.get("ours_inferred", []) for word in ("--local", prefix)]


def alike(finding, other):
    vector = finding["evidence"].get("vector")
    return other["id"] == finding["id"] and other["evidence"].get("vector") == vector and (other["device"] is None) == (finding["device"] is None)


def proves(floodwall, path, finding, options):
    """Sentences on what is wrong with this capture of evidence."""
    again = report(floodwall, *options, path)
    packets = again["captures"][0]["packets"]
    if not 0 < packets <= PACKETS_MAX or os.path.getsize(path) > BYTES_MAX + 32 * PACKETS_MAX + 8192:
        yield f"{packets} packets, {os.path.getsize(path)} bytes"
    if again["captures"][0]["cut_short"] or again["left_out"]["frames_not_understood"]:
        yield f"not whole: {again['captures'][0]}"
    found = [other for other in again["findings"] if alike(finding, other)]
    if is_provable(finding) and not found:
        yield f"it does not prove {finding['id']} {finding['evidence']}"
    elif is_provable(finding) and finding["id"] not in LESS_SEVERE and finding["severity"] not in {other["severity"] for other in found}:
        yield f"it proves {finding['id']} with another severity than {finding['severity']}"


def transport(frame):
    """(protocol, ports, payload) of an IPv4 or IPv6 packet in an Ethernet frame without tags or extension headers, else None."""
    kind = struct.unpack_from(">H", frame, 12)[0] if len(frame) >= 14 else 0
    at, proto = (14 + (frame[14] & 15) * 4, frame[23]) if kind == 0x0800 and len(frame) >= 34 else (54, frame[20]) if kind == 0x86dd and len(frame) > 20 else (0, 0)
    if not at or len(frame) < at + 8 or proto not in (6, 17) or (kind == 0x0800 and struct.unpack_from(">H", frame, 20)[0] & 0x1fff):
        return None
    ports = struct.unpack_from(">HH", frame, at)
    head = 8 if proto == 17 else max(20, (frame[at + 12] >> 4) * 4) if len(frame) > at + 12 else 20
    return proto, ports, frame[at + head:]


def payload_kept(path):
    """Payload that the rule does not allow."""
    for time_ns, _, frame, link in read_capture(path):
        found = transport(frame) if link == 1 else None
        if not found or found[0] == 6 and found[2] in METHODS or found[0] == 17 and found[2] in (b"", VALVE):
            continue
        if not (found[0] == 17 and 53 in found[1] and len(found[2]) <= 12 + 256 + 4):
            yield f"payload at {time_ns}: {found}"
            return


def forms(secret):
    """As it may stand: itself, backwards, in hexadecimal, in base64 at each of three offsets."""
    yield secret
    yield secret[::-1]
    yield secret.hex().encode()
    for shift in range(3):
        inner = base64.b64encode(b"\0" * shift + secret)
        yield inner[(0, 2, 3)[shift]:len(inner) - 4]


def holding(paths, secrets):
    """The frames of evidence, and its comment but for the word password."""
    for path in paths:
        data = b"".join(frame for _, _, frame, _ in read_capture(path)) + read(path).replace(b"password", b"")
        for secret in secrets:
            if any(form in data for form in forms(secret) if len(form) > 3):
                yield f"{os.path.basename(path)}: holds the secret {secret!r}"


def secrets_of(path):
    """Passwords in a capture, read by rules of our own: FTP, HTTP Basic, MQTT CONNECT."""
    found = set()
    for _, _, frame, _ in read_capture(path):
        found.update(re.findall(rb"PASS ([^\r\n]{4,})", frame))
        for word in re.findall(rb"(?i)authorization: basic ([A-Za-z0-9+/=]+)", frame):
            found.add(word)
            found.add(base64.b64decode(word + b"=" * (-len(word) % 4)).partition(b":")[2])
        at = frame.find(b"\0\x04MQTT") if b"\0\x04MQTT" in frame else frame.find(b"\0\x06MQIsdp")
        if at >= 0 and len(frame) > at + 10:
            head = at + 2 + frame[at + 1]
            if frame[head + 1] & 0x40:
                fields, place = [], head + 4
                while place + 2 <= len(frame):
                    length = struct.unpack_from(">H", frame, place)[0]
                    fields.append(frame[place + 2:place + 2 + length])
                    place += 2 + length
                found.add(fields[-1] if fields and fields[-1] else fields[-2] if len(fields) > 1 else b"")
    return {secret for secret in found if len(secret) >= 4}


def readers(paths, faults):
    """capinfos and tshark read each file, count the same packets and show the comment."""
    for path in paths:
        done = subprocess.run(["capinfos", "-M", "-c", "-k", path], capture_output=True, text=True, check=False)
        count = len(read_capture(path))
        if done.returncode or not re.search(rf"Number of packets:\s+{count}\n", done.stdout) or "Capture comment:" not in done.stdout:
            faults.append(f"capinfos of {os.path.basename(path)}: {done.stdout} {done.stderr}")
        done = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.number"], capture_output=True, text=True, check=False)
        if done.returncode or len(done.stdout.split()) != count:
            faults.append(f"tshark of {os.path.basename(path)}: {len(done.stdout.split())} of {count} packets {done.stderr}")


class Stage:
    def __init__(self, floodwall, folder):
        self.floodwall, self.root, self.count = floodwall, folder, 0

    def fresh(self):
        self.count += 1
        return os.path.join(self.root, f"evidence-{self.count}")

    def write(self, name, records):
        path = os.path.join(self.root, name)
        with open(path, "wb") as file:
            file.write(as_pcap(records))
        return path


def check(stage, captures, faults, options=(), secrets=()):
    """Evidence of these captures, and all that is promised of it. Returns the report and the folder."""
    folder = stage.fresh()
    name = os.path.basename(captures[0])
    plain = report(stage.floodwall, *options, *captures)
    found = report(stage.floodwall, *options, "--evidence", folder, *captures)
    files = [finding.pop("evidence_file") for finding in found["findings"]]
    if found != plain:
        faults.append(f"{name}: --evidence changes the report")
    if sorted(os.listdir(folder)) != sorted(file for file in files if file) or len(set(files)) != len(files):
        faults.append(f"{name}: files {os.listdir(folder)}, told {files}")
    for rank, (finding, file) in enumerate(zip(found["findings"], files), 1):
        if not file or not re.fullmatch(rf"{rank:04}-{finding['id']}-[0-9a-f.-]+\.pcapng", file):
            faults.append(f"{name}: finding {rank} has the file {file}")
            continue
        path = os.path.join(folder, file)
        faults += [f"{name}: {file}: {fault}" for fault in proves(stage.floodwall, path, finding, [*options, *sides(plain)])]
        faults += [f"{name}: {file}: {fault}" for fault in payload_kept(path)]
    faults += [f"{name}: {fault}" for fault in holding([os.path.join(folder, file) for file in files if file], secrets)]
    return found, folder


CAM, LAPTOP, GATE = (mac("a0:a0:a0:3c:7f:64"), "192.168.7.64"), (mac("a0:a0:a0:3c:7f:65"), "192.168.7.20"), mac("a0:a0:a0:00:00:01")


def outside(number):
    return GATE, f"203.0.113.{number}"


def forged():
    """A camera shows its own address, then sends with others'."""
    wire = Wire()
    wire.send(ethernet(b"\xff" * 6, CAM[0], arp(1, CAM[0], CAM[1], b"\0" * 6, "192.168.7.1"), 0x0806))
    Talk(wire, CAM, outside(9), (40000, 443)).say(0, b"hello")
    for number in range(40):
        wire.send(ethernet(GATE, CAM[0], ip(f"198.51.100.{number + 1}", "203.0.113.200", 17, udp(4000 + number, 80, SECRET))), after=0.05)
    return wire.records


def http_flood():
    wire = Wire()
    for number in range(40):
        talk = Talk(wire, CAM, outside(80), (42000 + number, 80), after=0.0001)
        for _ in range(5):
            talk.say(0, b"GET /?pass=" + SECRET + b" HTTP/1.1\r\nHost: shop.example\r\n\r\n")
    return wire.records


def vse_flood():
    wire = Wire()
    for number in range(1500):
        wire.send(ethernet(GATE, CAM[0], ip(CAM[1], "203.0.113.27", 17, udp(1024 + number, 27015, VALVE + b"\0" + SECRET))), after=0.0005)
    return wire.records


def scan6():
    """Which IPv6 address is ours, only neighbour discovery tells."""
    wire = Wire()
    source = "2001:db8:7::64"
    options = b"\x03\x04\x40\xc0" + struct.pack(">III", 86400, 14400, 0) + bytes.fromhex("20010db8000700000000000000000000")
    advertisement = struct.pack(">BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) + options
    wire.send(ethernet(mac("33:33:00:00:00:01"), GATE, ip("fe80::1", "ff02::1", 58, advertisement, 255)))
    for number in range(30):
        wire.send(ethernet(GATE, CAM[0], ip(source, f"2001:db8:99::{number + 1:x}", 6, tcp(41000, 23, SYN))), after=0.2)
    wire.wait(10)
    wire.send(ethernet(GATE, CAM[0], ip(source, "2001:db8:99::1", 6, tcp(41001, 443, SYN))))
    return wire.records


def tunnelled():
    """A scan that leaves through GRE, as a gateway's provider sees it: both ends of the tunnel send."""
    wire = Wire()
    here, there = (CAM[0], "198.51.100.7"), (GATE, "198.51.100.8")
    for number in range(30):
        probe = ip("192.168.7.64", f"203.0.113.{number + 1}", 6, tcp(41000, 23, SYN, body=SECRET))
        back = ip(f"203.0.113.{number + 1}", "192.168.7.64", 6, tcp(23, 41000, RST | ACK, 0, 1001))
        wire.send(ethernet(there[0], here[0], ip(here[1], there[1], 47, b"\0\0\x08\0" + probe)), after=0.2)
        wire.send(ethernet(here[0], there[0], ip(there[1], here[1], 47, b"\0\0\x08\0" + back)))
    return wire.records


def telnet_typed(wire, user, password):
    talk = Talk(wire, outside(66), CAM, (50123, 23))
    talk.say(1, b"login: ")
    for key in user + b"\r\n":
        talk.say(0, bytes([key]))
        talk.say(1, bytes([key]))
    talk.say(1, b"Password: ")
    for key in password + b"\r\n":
        talk.say(0, bytes([key]))
    talk.say(1, b"\r\n# ")


def full_of_secrets():
    """The secret in every place where one was ever seen: logins in clear, what looks like none, quotes, padding, junk on known ports."""
    wire = Wire()
    basic = base64.b64encode(b"admin:" + SECRET)
    telnet_typed(wire, b"admin", SECRET)
    for number in range(6):
        talk = Talk(wire, outside(67), CAM, (50200 + number, 21))
        talk.say(1, b"220 ready\r\n")
        talk.say(0, b"USER admin\r\n")
        talk.say(1, b"331 password\r\n")
        talk.say(0, b"PASS " + SECRET + b"\r\n")
        talk.say(1, b"530 no\r\n")
    Talk(wire, outside(68), CAM, (50300, 80)).say(0, b"GET / HTTP/1.1\r\nAuthorization: Basic " + basic + b"\r\n\r\n")
    Talk(wire, outside(68), CAM, (50301, 80)).say(0, b"GET / HTTP/1.1\r\nAuthorization: Digest username=\"" + SECRET + b"\"\r\n\r\n")
    Talk(wire, outside(69), CAM, (50400, 554)).say(0, b"DESCRIBE rtsp://x RTSP/1.0\r\nAuthorization: Basic " + basic + b"\r\n\r\n")
    Talk(wire, outside(70), CAM, (50500, 34567)).say(0, b"\xff\0\0\0" + b"\0" * 10 + b"\xe8\x03" + struct.pack("<I", 60) + b'{"PassWord":"' + SECRET + b'"}')
    Talk(wire, CAM, outside(71), (50600, 1883)).say(0, b"\x10\x27\0\x04MQTT\x04\xc2\0\x3c\0\x03dev\0\x05admin\0\x0b" + SECRET)
    snmp = b"\x30\x29\x02\x01\x01\x04\x0b" + SECRET + b"\xa0\x17" + b"\0" * 23
    for number in range(30):
        target = f"203.0.113.{100 + number}"
        probe = ip(CAM[1], target, 6, tcp(45000 + number, 23, SYN, body=SECRET))
        wire.send(ethernet(GATE, CAM[0], probe, padding=SECRET))
        asked = ip(CAM[1], target, 17, udp(46000, 161, snmp))
        wire.send(ethernet(GATE, CAM[0], asked))
        wire.send(ethernet(GATE, CAM[0], ip(CAM[1], target, 17, udp(46001, 53, SECRET * 3))))
        wire.send(ethernet(CAM[0], GATE, ip(target, CAM[1], 1, icmp_error(asked))))
        wire.send(ethernet(CAM[0], GATE, ip(target, CAM[1], 1, icmp_error(ip(CAM[1], target, 6, tcp(45000 + number, 23, ACK, body=SECRET))))))
        wire.send(ethernet(b"\xff" * 6, CAM[0], arp(1, CAM[0], CAM[1], b"\0" * 6, f"192.168.7.{100 + number}"), 0x0806, SECRET))
        wire.send(ethernet(GATE, CAM[0], ip(CAM[1], target, 1, struct.pack(">BBHHH", 8, 0, 0, 7, number) + SECRET)))
        wire.send(ethernet(GATE, CAM[0], ip(CAM[1], target, 47, b"\0\0\x65\x58" + ethernet(GATE, CAM[0], ip(CAM[1], target, 17, udp(1, 2, SECRET))))))
    return wire.records


def as_cooked(records):
    """Linux cooked frames: another link type for the same packets."""
    return [(time, len(body) + 2, b"\0\0\0\1\0\6" + body[6:12] + b"\0\0" + body[12:], 113) for time, _, body, _ in records]


def links_of(path):
    with open(path, "rb") as file:
        data = file.read()
    at, links = 0, []
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == 1:
            links.append(struct.unpack_from("<H", data, at + 8)[0])
        at += length
    return links


def two_links(stage, incident, faults):
    """Half of the evening was captured elsewhere: one file of evidence, two interfaces."""
    records = read_capture(incident)
    middle = next(time for time, *_ in records) + 301 * 10**9
    first = stage.write("first.pcap", [record for record in records if record[0] < middle])
    second = stage.write("second.pcap", as_cooked([record for record in records if record[0] >= middle]))
    found, folder = check(stage, [first, second], faults)
    if not any(set(links_of(os.path.join(folder, file))) == {1, 113} for file in os.listdir(folder)):
        faults.append("two link types, but no evidence with two interfaces")
    other = stage.fresh()
    report(stage.floodwall, "--evidence", other, second, first)
    if any(read(os.path.join(folder, file)) != read(os.path.join(other, file)) for file in os.listdir(folder)):
        faults.append("the order of arguments changes the evidence")
    if not found["findings"]:
        faults.append("nothing was found in two halves")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def tree(folder):
    return {name: read(os.path.join(folder, name)) for name in os.listdir(folder)}


def read_once(stage, incident, faults):
    """Standard input and pipes hold one reading: the evidence is the same."""
    folder, piped, named = stage.fresh(), stage.fresh(), stage.fresh()
    plain = report(stage.floodwall, "--evidence", folder, incident)
    with open(incident, "rb") as file:
        data = file.read()
    done = run(stage.floodwall, "--json", "--evidence", piped, "-", input=data)
    pipe = os.path.join(stage.root, "pipe")
    os.mkfifo(pipe)
    with subprocess.Popen(["cp", incident, pipe]) as writer:
        fifo = run(stage.floodwall, "--json", "--evidence", named, pipe)
        writer.wait(10)
    for what, one, other in (("standard input", done, piped), ("a pipe", fifo, named)):
        if one.returncode or one.stderr or tree(other) != tree(folder):
            faults.append(f"evidence from {what} differs from that of a file: {one.stderr!r}")
        if [finding for finding in json.loads(one.stdout)["findings"]] != plain["findings"]:
            faults.append(f"the report of {what} differs")
    twice = run(stage.floodwall, "--json", "--evidence", stage.fresh(), "-", "-", input=data)
    if twice.returncode != 2 or b"named twice" not in twice.stderr:
        faults.append(f"standard input named twice: {twice.stderr!r}")


def refused(stage, incident, faults):
    """One sentence, exit 2, and what stands there stays as it is."""
    taken = stage.fresh()
    os.mkdir(taken)
    with open(os.path.join(taken, "letter.txt"), "wb") as file:
        file.write(b"dear")
    nested = stage.fresh()
    os.makedirs(os.path.join(nested, "0001-scan-1.2.3.4.pcapng"))
    with_input = stage.fresh()
    os.mkdir(with_input)
    shutil.copy(incident, os.path.join(with_input, "0001-scan-1.2.3.4.pcapng"))
    cases = {"a folder with something else": (taken, incident), "a file": (incident, incident), "no parent": ("/nonexistent/x", incident),
             "a folder in it": (nested, incident), "one of the captures in it": (with_input, os.path.join(with_input, "0001-scan-1.2.3.4.pcapng")),
             "an empty name": ("", incident)}
    for what, (folder, capture) in cases.items():
        before = os.path.isdir(folder) and sorted(os.listdir(folder))
        done = run(stage.floodwall, "--evidence", folder, capture)
        if done.returncode != 2 or done.stdout or done.stderr.count(b"\n") != 1 or not done.stderr.startswith(b"floodwall inspect: "):
            faults.append(f"{what}: exit {done.returncode}, {done.stderr!r}")
        if (os.path.isdir(folder) and sorted(os.listdir(folder))) != before:
            faults.append(f"{what}: the folder was touched")


def done_again(stage, incident, quiet, faults):
    """What an earlier run left, whole or not, makes room."""
    folder = stage.fresh()
    report(stage.floodwall, "--evidence", folder, incident)
    first = tree(folder)
    for name in ("0099-scan-192.168.1.64.pcapng", "0002-flood-192.168.1.64.pcapng.part"):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"old")
    report(stage.floodwall, "--evidence", folder, incident)
    if tree(folder) != first:
        faults.append(f"a second run leaves {sorted(os.listdir(folder))}")
    output(stage.floodwall, "--evidence", folder, quiet)
    if os.listdir(folder):
        faults.append(f"evidence of nothing: {os.listdir(folder)}")


def full_disk(stage, incident, faults):
    """No file may grow past 200 kB: told, exit 2, the report is there, nothing half written is."""
    folder = stage.fresh()

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200000, 200000))

    done = run(stage.floodwall, "--json", "--evidence", folder, incident, preexec_fn=limit)
    if done.returncode != 2 or b"evidence could not be written" not in done.stderr or done.stderr.count(b"\n") != 1:
        faults.append(f"a full disk: exit {done.returncode}, {done.stderr!r}")
    told = {finding["evidence_file"] for finding in json.loads(done.stdout)["findings"]} - {None}
    if told != set(os.listdir(folder)):
        faults.append(f"a full disk: told {told}, there are {os.listdir(folder)}")
    piped = run(stage.floodwall, "--evidence", stage.fresh(), "-", input=read(incident), preexec_fn=limit)
    if piped.returncode != 2 or b"second reading" not in piped.stderr:
        faults.append(f"a full disk for standard input: {piped.stderr!r}")


def told(stage, incident, faults):
    folder = stage.fresh()
    text = output(stage.floodwall, "-v", "--evidence", folder, incident).decode()
    for name in os.listdir(folder):
        if name not in text:
            faults.append(f"-v does not tell {name}")
    if os.path.basename(folder) not in output(stage.floodwall, "--evidence", folder, incident).decode():
        faults.append("the text does not tell where the evidence is")


def schema_holds(stage, schema, path):
    validate = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schema", "validate.py")
    target = os.path.join(stage.root, "report.json")
    with open(target, "wb") as file:
        file.write(output(stage.floodwall, "--json", "--evidence", stage.fresh(), path))
    done = subprocess.run([sys.executable, validate, schema, target], capture_output=True, text=True, check=False)
    return [] if done.returncode in (0, 77) else [f"the schema: {done.stdout}{done.stderr}"]


def main():
    floodwall, own, shared, schema = sys.argv[1:5]
    incident, quiet = generated(own, "incident")[0], generated(own, "quiet-twin")[0]
    there = os.path.isdir(shared)
    tools = shutil.which("capinfos") and shutil.which("tshark")
    faults = []
    with tempfile.TemporaryDirectory() as root:
        stage = Stage(floodwall, root)
        _, folder = check(stage, [incident], faults, secrets=[b"xc3511"])
        if tools:
            readers([os.path.join(folder, name) for name in os.listdir(folder)], faults)
        for name, make, wanted in (("forged", forged, "forged-source"), ("http", http_flood, "flood"), ("vse", vse_flood, "flood"), ("scan6", scan6, "scan"),
                                   ("tunnel", tunnelled, "scan")):
            found, _ = check(stage, [stage.write(name + ".pcap", make())], faults, secrets=[SECRET])
            if wanted not in {finding["id"] for finding in found["findings"]}:
                faults.append(f"{name}: no {wanted} in {[finding['id'] for finding in found['findings']]}")
        found, _ = check(stage, [stage.write("secrets.pcap", full_of_secrets())], faults, secrets=[SECRET, b"dm" + SECRET[:6]])
        if len(found["findings"]) < 5:
            faults.append(f"secrets: only {[finding['id'] for finding in found['findings']]}")
        for extra in (two_links, read_once, refused, full_disk, told):
            extra(stage, incident, faults)
        done_again(stage, incident, quiet, faults)
        faults += schema_holds(stage, schema, incident)
        for name in SHARED if there else []:
            path = os.path.join(shared, name)
            check(stage, [path], faults, secrets=secrets_of(path))
    missing = ["shared captures"] * (not there) + ["capinfos and tshark"] * (not tools)
    finish(f"{8 + len(SHARED)} captures: each file of evidence proves its finding", faults, "evidence: no " + " and no ".join(missing) if missing else None)


main()
