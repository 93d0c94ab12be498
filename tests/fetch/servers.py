# SPDX-License-Identifier: GPL-2.0-or-later
"""Knot DNS, NSD and BIND, each with zones from files in a folder of its own, on loopback ports, ended by their process ids."""
import ctypes
import errno
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

SECRET = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="
PORT, NOTIFY_PORT = 5300, 5301
SOA = "$TTL 300\n@ SOA ns hostmaster {serial} 3600 600 86400 300\n@ NS ns\nns A 192.0.2.1\n"


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Server:
    """notify: whether it tells of changes. keyed: transfers only to who knows the key."""

    name = ""

    def __init__(self, folder, zones, notify=True, keyed=True, algorithm="hmac-sha256"):
        self.folder = pathlib.Path(folder)
        self.zones, self.notify, self.keyed, self.algorithm = zones, notify, keyed, algorithm
        self.process, self.serials = None, {}
        for zone, body in zones.items():
            self.write(zone, body)
        self.configure()

    def write(self, zone, body=None, more=""):
        """The next serial of a zone; body replaces, more is put behind."""
        path = self.folder / f"{zone}.zone"
        self.serials[zone] = self.serials.get(zone, 0) + 1
        if body is None:
            body = path.read_text().split("192.0.2.1\n", 1)[1]
        path.write_text(SOA.format(serial=self.serials[zone]) + body + more)

    @staticmethod
    def port_is_free():
        """Nobody has it any more: who was forked by a server that was killed may end a moment after it."""
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                with socket.socket(family, kind) as probe:
                    if kind == socket.SOCK_STREAM:
                        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    try:
                        probe.bind((address, PORT))
                    except OSError as error:
                        if error.errno == errno.EADDRINUSE:
                            return False
        return True

    def start(self):
        end = time.monotonic() + 60
        while not self.port_is_free() and time.monotonic() < end:
            time.sleep(0.02)
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent,
                                            start_new_session=True)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if all(self.answers(zone) for zone in self.zones):
                return
            time.sleep(0.05)
        raise SystemExit(f"{self.name} does not start:\n" + (self.folder / "log").read_text(errors="replace")[-2000:])

    @staticmethod
    def answers(zone):
        """Whether it answers for the zone's SOA."""
        labels = b"".join(bytes([len(label)]) + label.encode() for label in zone.split("."))
        question = b"\x12\x34\0\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\6\0\1"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(0.5)
            try:
                asker.connect(("127.0.0.1", PORT))
                asker.send(question)
                answer = asker.recv(2048)
            except OSError:
                return False
        return answer[3] & 15 == 0 and answer[7] > 0

    def kill(self):
        """At once, with what it has forked: they are a group of their own."""
        if not self.process:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process = None


class Knot(Server):
    name = "Knot DNS"
    program = "knotd"

    def configure(self):
        zones = "".join(
            f"  - domain: {zone}.\n    file: {zone}.zone\n    storage: {self.folder}\n    acl: all\n"
            f"    zonefile-load: whole\n    journal-content: none\n" + ("    notify: follower\n" if self.notify else "") for zone in self.zones)
        (self.folder / "knot.conf").write_text(
            f"server:\n  listen: [ 127.0.0.1@{PORT}, ::1@{PORT} ]\n  rundir: {self.folder}\n  udp-workers: 1\n  tcp-workers: 1\n"
            f"  background-workers: 1\ndatabase:\n  storage: {self.folder}\nlog:\n  - target: stderr\n    any: info\n"
            f"key:\n  - id: transfer.key.\n    algorithm: {self.algorithm}\n    secret: {SECRET}\n"
            f"remote:\n  - id: follower\n    address: 127.0.0.1@{NOTIFY_PORT}\n" + ("    key: transfer.key.\n" if self.keyed else "") +
            "acl:\n  - id: all\n    address: [ 127.0.0.1, ::1 ]\n    action: transfer\n" + ("    key: transfer.key.\n" if self.keyed else "") +
            f"zone:\n{zones}")

    def command(self):
        return ["knotd", "-c", str(self.folder / "knot.conf")]

    def reload(self, zone):
        subprocess.run(["knotc", "-c", str(self.folder / "knot.conf"), "zone-reload", zone], check=True, stdout=subprocess.DEVNULL)


class Nsd(Server):
    name = "NSD"
    program = "nsd"

    def configure(self):
        key = "transfer.key" if self.keyed else "NOKEY"
        zones = "".join(
            f"zone:\n  name: {zone}\n  zonefile: {zone}.zone\n  provide-xfr: 127.0.0.1 {key}\n  provide-xfr: ::1 {key}\n" +
            (f"  notify: 127.0.0.1@{NOTIFY_PORT} {key}\n" if self.notify else "") for zone in self.zones)
        (self.folder / "nsd.conf").write_text(
            f"server:\n  ip-address: 127.0.0.1@{PORT}\n  ip-address: ::1@{PORT}\n  server-count: 1\n  username: \"\"\n"
            f"  zonesdir: {self.folder}\n  database: \"\"\n  pidfile: {self.folder}/pid\n  xfrdfile: {self.folder}/xfrd\n"
            f"  zonelistfile: {self.folder}/list\n  xfrdir: {self.folder}\n  tcp-count: 50\n"
            f"remote-control:\n  control-enable: yes\n  control-interface: {self.folder}/control\n"
            f"key:\n  name: transfer.key\n  algorithm: {self.algorithm}\n  secret: {SECRET}\n{zones}")

    def command(self):
        return ["nsd", "-d", "-c", str(self.folder / "nsd.conf")]

    def reload(self, zone):
        subprocess.run(["nsd-control", "-c", str(self.folder / "nsd.conf"), "reload", zone], check=True, stdout=subprocess.DEVNULL)


class Bind(Server):
    name = "BIND"
    program = "named"

    def configure(self):
        key = "key transfer.key" if self.keyed else ""
        zones = "".join(
            f'zone "{zone}" {{ type primary; file "{zone}.zone"; allow-transfer {{ {key or "any"}; }}; notify {"explicit" if self.notify else "no"}; '
            f"also-notify {{ 127.0.0.1 port {NOTIFY_PORT} {key}; }}; }};\n" for zone in self.zones)
        (self.folder / "named.conf").write_text(
            f'options {{ directory "{self.folder}"; pid-file none; session-keyfile none; managed-keys-directory "{self.folder}"; recursion no; '
            f"dnssec-validation no; listen-on port {PORT} {{ 127.0.0.1; }}; listen-on-v6 port {PORT} {{ ::1; }}; "
            f"notify-delay 0; notify-rate 1000; startup-notify-rate 1000; tcp-clients 50; }};\n"
            f'key transfer.key {{ algorithm {self.algorithm}; secret "{SECRET}"; }};\n'
            f"controls {{ inet 127.0.0.1 port {PORT + 10} allow {{ 127.0.0.1; }} keys {{ transfer.key; }}; }};\n{zones}")
        (self.folder / "rndc.conf").write_text(
            f'key transfer.key {{ algorithm {self.algorithm}; secret "{SECRET}"; }};\n'
            f"options {{ default-key transfer.key; default-server 127.0.0.1; default-port {PORT + 10}; }};\n")

    def command(self):
        return ["named", "-f", "-n", "1", "-c", str(self.folder / "named.conf")]

    def reload(self, zone):
        subprocess.run(["rndc", "-c", str(self.folder / "rndc.conf"), "reload", zone], check=True, stdout=subprocess.DEVNULL)


def installed(server):
    return shutil.which(server.program) or os.path.exists(f"/usr/sbin/{server.program}")
