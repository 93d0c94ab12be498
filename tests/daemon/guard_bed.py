# SPDX-License-Identifier: GPL-2.0-or-later
"""The bed on which floodwall run stands as a guard, and how stories are played there.

    camera 10.9.0.2 --- c0 -- lan0 10.9.0.1 gateway (DNS) 10.8.0.1 wan0 -- w0 --- internet 10.8.0.2 .3      all end with this process
"""
import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
CAMERA, OTHER, GATEWAY = "02:00:00:00:00:05", "02:00:00:00:00:06", "02:00:00:00:00:01"
URL = "https://maker.example/camera.json"


def skip(name, why):
    print(f"SKIP daemon-{name}: {why}")
    sys.exit(77)


def sh(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, **more)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def wait_for(true, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = true()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s for: {what}")


def mud(host, url=URL, more=0):
    """Allows TCP port 8000 of one named host, both ways; more entries behind them."""
    def acl(name, way, port):
        return {"name": name, "type": "ipv4-acl-type", "aces": {"ace": [{"name": "a", "matches": {
            "ipv4": {"protocol": 6, way: host},
            "tcp": {"ietf-mud:direction-initiated": "from-device", port: {"operator": "eq", "port": 8000}}},
            "actions": {"forwarding": "accept"}},
            *({"name": f"m{i}", "matches": {"ipv4": {("destination" if way.endswith("dst-dnsname") else "source") + "-ipv4-network": f"10.77.{i >> 8}.{i & 255}/32"}},
               "actions": {"forwarding": "accept"}} for i in range(more))]}}
    return json.dumps({"ietf-mud:mud": {"mud-version": 1, "mud-url": url, "last-update": "2026-01-01T00:00:00+00:00", "cache-validity": 48,
        "is-supported": True, "systeminfo": "a camera",
        "from-device-policy": {"access-lists": {"access-list": [{"name": "out"}]}},
        "to-device-policy": {"access-lists": {"access-list": [{"name": "in"}]}}},
        "ietf-access-control-list:acls": {"acl": [acl("out", "ietf-acldns:dst-dnsname", "destination-port"),
                                                  acl("in", "ietf-acldns:src-dnsname", "source-port")]}})


def dhcp(kind, mac, address="0.0.0.0", options=b""):
    """A message of a client, from the Ethernet header on."""
    raw = bytes.fromhex(mac.replace(":", ""))
    bootp = struct.pack("!BBBBIHH4s4s4s4s", 1, 1, 6, 0, 7, 0, 0, socket.inet_aton(address), bytes(4), bytes(4), bytes(4))
    bootp += raw + bytes(10) + bytes(192) + bytes.fromhex("63825363") + bytes([53, 1, kind]) + options + b"\xff"
    udp = struct.pack("!HHHH", 68, 67, 8 + len(bootp), 0) + bootp
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, socket.inet_aton(address), b"\xff" * 4)
    total = sum(struct.unpack("!10H", ip))
    total = (total & 0xffff) + (total >> 16)
    ip = ip[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xffff) + ip[12:]
    return b"\xff" * 6 + raw + b"\x08\x00" + ip + udp


class Resolver(threading.Thread):
    """Answers A questions of a few names; knows what it was asked."""

    def __init__(self, names):
        super().__init__(daemon=True)
        self.names, self.asked = names, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("10.9.0.1", 53))

    def run(self):
        while True:
            message, peer = self.socket.recvfrom(512)
            at, labels = 12, []
            try:
                while message[at]:
                    labels.append(message[at + 1:at + 1 + message[at]].decode().lower())
                    at += 1 + message[at]
                kind = message[at + 2]
            except (IndexError, UnicodeDecodeError):
                continue  # no question
            name, question = ".".join(labels), message[12:at + 5]
            self.asked.append((name, peer[0]))
            answer = b""
            if kind == 1 and name in self.names:
                answer = b"\xc0\x0c" + struct.pack("!HHIH4s", 1, 1, 60, 4, socket.inet_aton(self.names[name]))
            head = message[:2] + struct.pack("!HHHHH", 0x8180, 1, 1 if answer else 0, 0, 0)
            self.socket.sendto(head + question + answer, peer)


class Bed:
    def __init__(self, floodwall, root, folder):
        self.floodwall, self.root, self.folder = floodwall, root, folder
        self.configuration, self.socket, self.bpffs = f"{folder}/floodwall.yaml", f"{folder}/run/control.sock", f"{folder}/bpf"
        self.processes, self.daemon = [], None
        self.said = open(f"{folder}/said", "w", encoding="utf-8")
        self.validators = {}
        with open(floodwall, "rb") as program:
            self.sanitized = b"__asan_init" in program.read()

    def open(self):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNS | CLONE_NEWNET):
            skip("no namespaces to be had")
        sh("mount", "--make-rprivate", "/")
        os.mkdir(self.bpffs)
        sh("mount", "-t", "bpf", "bpf", self.bpffs)
        self.camera, self.internet = self.namespace(), self.namespace()
        sh("ip", "link", "set", "lo", "up")
        self.wire("lan0", "10.9.0.1/24", self.camera, "c0", ("10.9.0.2/24",), "10.9.0.1", CAMERA)
        self.wire("wan0", "10.8.0.1/24", self.internet, "w0", ("10.8.0.2/24", "10.8.0.3/24"), "10.8.0.1", "02:00:00:00:00:99")
        with open("/proc/sys/net/ipv4/ip_forward", "w", encoding="utf-8") as out:
            out.write("1")
        self.resolver = Resolver({"cloud.example.com": "10.8.0.2", "other.example.com": "10.8.0.3", "updates.example.com": "10.8.0.3"})
        self.resolver.start()
        os.mkdir(f"{self.folder}/mud")
        self.write_mud(mud("cloud.example.com"))
        for port in ("8000", "9000"):
            self.start(*self.at(self.internet, sys.executable, "-c",
                "import socket,sys\ns=socket.create_server(('', int(sys.argv[1])))\nwhile 1: s.accept()[0].close()", port))

    def namespace(self):
        process = self.start("unshare", "--net", "sleep", "7200")
        wait_for(lambda: os.readlink(f"/proc/{process.pid}/ns/net") != os.readlink("/proc/self/ns/net"), 5, "a namespace")
        return process

    def wire(self, ours, address, there, theirs, addresses, gateway, mac):
        sh("ip", "link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", str(there.pid))
        if ours == "lan0":
            sh("ip", "link", "set", ours, "address", GATEWAY)
        sh("ip", "addr", "add", address, "dev", ours)
        sh("ip", "link", "set", ours, "up")
        for words in (("link", "set", theirs, "address", mac), *(("addr", "add", a, "dev", theirs) for a in addresses), ("link", "set", theirs, "up"),
                      ("link", "set", "lo", "up"), ("route", "add", "default", "via", gateway)):
            sh(*self.at(there, "ip", *words))

    def start(self, *words, **more):
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, **more)
        self.processes.append(process)
        return process

    def at(self, there, *words):
        return ("nsenter", f"--net=/proc/{there.pid}/ns/net", *words)

    def write_mud(self, text, name="camera.json"):
        with open(f"{self.folder}/mud/{name}", "w", encoding="utf-8") as out:
            out.write(text)

    def configure(self, **other):
        values = {"mode": "enforce", "device": f"mud: '{URL}', ", "more": ""}
        values.update(other)
        with open(self.configuration, "w", encoding="utf-8") as out:
            out.write(f"""role: guard
user: ""
guard:
  interfaces: [lan0]
  mode: {values["mode"]}
  mud: {self.folder}/mud
  resolvers: [10.9.0.1]
  update_hosts: [updates.example.com]
  sizes: {{devices: 64, rules: 1024, members: 1024, names: 256, flows: 64}}
  devices:
  - {{mac: '{CAMERA}', {values["device"]}name: Camera}}
{values["more"]}
paths: {{socket: {self.socket}, state: {self.folder}/state, bpffs: {self.bpffs}}}
""")

    def run(self):
        self.daemon = self.start(self.floodwall, "run", "-c", self.configuration, stderr=self.said)
        wait_for(lambda: self.daemon.poll() is not None or os.path.exists(self.socket) and self.answers(), 60, "an answer of the daemon")
        if self.daemon.poll() is not None:
            text = self.heard()
            if re.search("not permitted|No such file|XDP", text):
                skip(text.strip().splitlines()[-1])
            raise AssertionError(f"did not start: {text}")

    def answers(self):
        return self.call("show", "decisions", check=False).returncode == 0

    def heard(self):
        with open(f"{self.folder}/said", encoding="utf-8") as text:
            return text.read()

    def end(self, number=signal.SIGTERM):
        self.daemon.send_signal(number)
        assert self.daemon.wait(10) == (0 if number == signal.SIGTERM else -number)

    def call(self, *words, check=True):
        more = () if words[0] in ("check", "bypass") else ("--socket", self.socket)
        done = subprocess.run([self.floodwall, *words, *more], capture_output=True, text=True, timeout=30, check=False)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(words)}: {done.stderr}\n{self.heard()}")
        return done

    def show(self, what):
        shown = json.loads(self.call("show", *what.split(), "--json").stdout)
        word = what.split()[0]
        if word in ("devices", "device", "findings", "policy", "verdicts", "overview", "configuration"):
            if word not in self.validators:
                import jsonschema
                name = word if word in ("overview", "configuration") else f"guard-{word}"
                with open(f"{self.root}/docs/schema/{name}.json", encoding="utf-8") as schema:
                    self.validators[word] = jsonschema.Draft202012Validator(json.load(schema))
            self.validators[word].validate(shown)
            text = self.call("show", *what.split()).stdout
            assert text and "\033" not in text
        return shown

    def device(self, mac=CAMERA):
        return next((d for d in self.show("devices")["devices"] if d["mac"] == mac), None)

    def connects(self, address, port):
        done = subprocess.run(self.at(self.camera, sys.executable, "-c",
            "import socket,sys\ns=socket.socket()\ns.settimeout(1)\nsys.exit(s.connect_ex((sys.argv[1], int(sys.argv[2]))) != 0)", address, str(port)), check=False)
        return done.returncode == 0

    def resolves(self):
        """A question of the camera to its resolver, and its answer."""
        done = subprocess.run(self.at(self.camera, sys.executable, "-c",
            "import socket,sys\ns=socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.settimeout(1)\n"
            "s.sendto(bytes.fromhex('00070100000100000000000005636c6f7564076578616d706c6503636f6d0000010001'), ('10.9.0.1', 53))\n"
            "sys.exit(len(s.recv(512)) < 40)"), check=False, stderr=subprocess.DEVNULL)
        return done.returncode == 0

    def inject(self, frames):
        """Raw frames from the camera's end of the wire."""
        subprocess.run(self.at(self.camera, sys.executable, "-c",
            "import socket,sys\ns=socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\ns.bind(('c0', 0))\n"
            "for line in sys.stdin: s.send(bytes.fromhex(line))"), input="\n".join(f.hex() for f in frames), text=True, check=True, timeout=60)

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()


def syn(mac, source, target, port):
    """Of Mirai's making: the sequence number is the target's address."""
    tcp = struct.pack("!HH4sIBBHHH", 40000, port, socket.inet_aton(target), 0, 0x50, 2, 5840, 0, 0)
    return packet(mac, source, target, 6, tcp)


def packet(mac, source, target, proto, payload):
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, proto, 0, socket.inet_aton(source), socket.inet_aton(target))
    total = sum(struct.unpack("!10H", ip))
    total = (total & 0xffff) + (total >> 16)
    ip = ip[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xffff) + ip[12:]
    return bytes.fromhex(GATEWAY.replace(":", "")) + bytes.fromhex(mac.replace(":", "")) + b"\x08\x00" + ip + payload


@contextlib.contextmanager
def full_disk_under(bed):
    """The daemon runs with its state on a file system that is full: {folder}/state/fill is what fills it."""
    bed.end()
    sh("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", f"{bed.folder}/state")
    try:
        bed.run()
        try:
            with open(f"{bed.folder}/state/fill", "wb", buffering=0) as out:
                while True:
                    out.write(bytes(4096))
        except OSError:
            pass
        yield
    finally:
        bed.end()
        sh("umount", f"{bed.folder}/state")
        bed.run()


def play(name, stories, started=True):
    """Each story that the command line names, or all of them, on one bed; started: a daemon runs there when the first begins. Ends the process."""
    if os.geteuid():
        skip(name, "not root")
    for tool in ("nsenter", "unshare", "ip"):
        if not shutil.which(tool):
            skip(name, f"{tool} is not here")
    failed = 0
    with tempfile.TemporaryDirectory(prefix=f"floodwall-{name}.") as folder:
        bed = Bed(os.path.abspath(sys.argv[1]), sys.argv[2], folder)
        try:
            bed.open()
            if started:
                bed.configure()
                bed.run()
            for story in stories:
                if len(sys.argv) > 3 and story.__name__ not in sys.argv[3:]:
                    continue
                try:
                    begun = time.monotonic()
                    story(bed)
                    print(f"ok   {story.__name__} ({time.monotonic() - begun:.1f} s)", flush=True)
                except Exception:  # whatever it is: the log is shown and the bed is taken down
                    failed += 1
                    print(f"FAIL {story.__name__}")
                    traceback.print_exc(file=sys.stdout)
                    print(bed.heard()[-3000:])
        finally:
            bed.close()
            subprocess.run(["umount", bed.bpffs], check=False, capture_output=True)
    sys.exit(1 if failed else 0)
