# SPDX-License-Identifier: GPL-2.0-or-later
"""Knot and NSD as Debian ships them, with the lab's zones, a key for transfers, and the shield as a secondary that is notified."""
import os
import shutil
import socket
import struct
import subprocess

import bed as beds
import zones

KEY_NAME, KEY = "shield.lab", "Zmxvb2R3YWxsLWxhYi1rZXktMzItYnl0ZXMtbG9uZyE="
NOTIFY_PORT = 5399  # the shield's own, on loopback
SECONDARY_PORT = 5300  # of another secondary, on the client's host


class Server:
    """A server in fwS: listens on the bed's addresses and on 127.0.0.1, one worker, on the server's CPU."""

    name = version = None
    title = None  # for people

    def __init__(self, bed, folder, files=None):
        """files: zone to file; else those of zones.py, which are in the folder."""
        self.bed, self.folder = bed, os.path.join(folder, self.name.lower())
        self.files = files or {zone: os.path.join(folder, zone + ".zone") for zone in zones.ZONES}
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.process = None

    def start(self):
        self.configure()
        with open(os.path.join(self.folder, "log"), "w", encoding="utf-8") as log:
            self.process = self.bed.start("S", self.words(), cpu=beds.SERVER_CPU, stdout=log, stderr=log)
        beds.wait_for(self.answers, 30, f"{self.name} does not answer")
        return self

    def stop(self):
        self.bed.stop(self.process)

    def answers(self):
        """Each zone's SOA, asked on loopback: nothing in front of the interface matters."""
        if self.process.poll() is not None:
            with open(os.path.join(self.folder, "log"), encoding="utf-8") as log:
                raise RuntimeError(f"{self.name} has ended: {log.read()[-2000:]}")
        with self.bed.socket("S", socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(0.5)
            asker.connect(("127.0.0.1", 53))
            return all(self.has_zone(asker, zone) for zone in self.files)

    @staticmethod
    def has_zone(asker, zone):
        asker.send(zones.query(zone, zones.SOA))
        try:
            answer = asker.recv(4096)
        except OSError:
            return False
        return answer[3] & 15 == 0 and struct.unpack("!H", answer[6:8])[0] == 1

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path


class Knot(Server):
    name = title = "Knot"
    signing = ""  # lines of the template
    policy = ""

    def words(self):
        return ["knotd", "-c", os.path.join(self.folder, "knot.conf")]

    def configure(self):
        listed = "\n".join(f"  - domain: {zone}\n    file: {file}" for zone, file in self.files.items())
        self.write("knot.conf", f"""server:
  rundir: {self.folder}
  listen: [{beds.SERVER_4}@53, {beds.SERVER_6}@53, 127.0.0.1@53]
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: {self.folder}
key:
  - id: {KEY_NAME}
    algorithm: hmac-sha256
    secret: {KEY}
remote:
  - id: shield
    address: 127.0.0.1@{NOTIFY_PORT}
    key: {KEY_NAME}
  - id: secondary
    address: 10.9.0.2@{SECONDARY_PORT}
acl:
  - id: shield
    address: 127.0.0.1
    key: {KEY_NAME}
    action: transfer
  - id: secondary
    address: 10.9.0.2
    action: transfer
log:
  - target: stderr
    any: warning
{self.policy}template:
  - id: default
    storage: {self.folder}
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
    acl: [shield, secondary]
    notify: [shield, secondary]
{self.signing}zone:
{listed}
""")

    def reload(self):
        subprocess.run(self.bed.command("S", ["knotc", "-c", os.path.join(self.folder, "knot.conf"), "zone-reload"]), check=True, capture_output=True)


class KnotNsec(Knot):
    """Signs its zones itself at the start: keys, RRSIG and a chain of denial that no zone file has."""

    title = "Knot signing, NSEC"
    nsec3 = "off"
    signing = "    dnssec-signing: on\n    dnssec-policy: lab\n"

    @property
    def policy(self):
        return f"policy:\n  - id: lab\n    algorithm: ecdsap256sha256\n    single-type-signing: on\n    nsec3: {self.nsec3}\n    nsec3-iterations: 0\n"


class KnotNsec3(KnotNsec):
    title = "Knot signing, NSEC3"
    nsec3 = "on"


class Nsd(Server):
    name = title = "NSD"

    def words(self):
        return ["nsd", "-d", "-c", os.path.join(self.folder, "nsd.conf")]

    def configure(self):
        listed = "\n".join(f"zone:\n  name: {zone}\n  zonefile: {file}\n  notify: 127.0.0.1@{NOTIFY_PORT} {KEY_NAME}\n  provide-xfr: 127.0.0.1 {KEY_NAME}\n"
                           f"  notify: 10.9.0.2@{SECONDARY_PORT} NOKEY\n  provide-xfr: 10.9.0.2 NOKEY" for zone, file in self.files.items())
        self.write("nsd.conf", f"""server:
  ip-address: {beds.SERVER_4}
  ip-address: {beds.SERVER_6}
  ip-address: 127.0.0.1
  server-count: 1
  username: ""
  database: ""
  zonesdir: "{self.folder}"
  pidfile: "{self.folder}/nsd.pid"
  xfrdfile: "{self.folder}/xfrd.state"
  zonelistfile: "{self.folder}/zone.list"
  xfrdir: "{self.folder}"
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
remote-control:
  control-enable: yes
  control-interface: {self.folder}/control
key:
  name: {KEY_NAME}
  algorithm: hmac-sha256
  secret: "{KEY}"
{listed}
""")

    def reload(self):
        subprocess.run(self.bed.command("S", ["nsd-control", "-c", os.path.join(self.folder, "nsd.conf"), "reload"]), check=True, capture_output=True)


SERVERS = {"knot": Knot, "nsd": Nsd, "knot-nsec": KnotNsec, "knot-nsec3": KnotNsec3}
