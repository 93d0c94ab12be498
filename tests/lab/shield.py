# SPDX-License-Identifier: GPL-2.0-or-later
"""Floodwall as a setup of the bed: its configuration, its process, and what it says of itself on its control socket."""
import json
import os
import signal
import socket
import subprocess
import time

import bed as beds
import servers
from stories import Setup

CAPACITY = 20_000  # questions a second: what an operator of this server on one such CPU would write


class Shield(Setup):
    """Enforces, in the stance that it measures."""

    name = "floodwall"
    stance, mode, only_dns = "measured", "enforce", "false"

    def open(self):
        self.folder = os.path.join(self.lab.folder, "floodwall")
        os.makedirs(self.folder, exist_ok=True)
        os.chmod(self.folder, 0o777)
        self.configuration, self.socket = os.path.join(self.folder, "floodwall.yaml"), os.path.join(self.folder, "control.sock")
        self.named_ns = None
        self.stopped = []  # (when, packets stopped so far): one for each look at which there were more
        self.processes = []
        self.configure()
        self.start()

    def configure(self):
        filters = "".join(f"  {name}: {self.mode}\n" for name in ("block", "sanity", "answers", "only_dns", "names", "budgets"))
        listed = "".join(f"- name: {zone}\n  key: {servers.KEY_NAME}\n" for zone in self.server.files)
        with open(self.configuration, "w", encoding="utf-8") as out:
            out.write(f"""interface: s0
user: ""
protected: [{beds.SERVER_4}, '{beds.SERVER_6}']
only_dns: {self.only_dns}
stance: {self.stance}
filters:
{filters}server:
  address: 127.0.0.1
  notify_port: {servers.NOTIFY_PORT}
  poll: 60s
budgets:
  capacity: {CAPACITY}
paths:
  socket: {self.socket}
  state: {self.folder}
keys:
- name: {servers.KEY_NAME}
  algorithm: hmac-sha256
  secret: {servers.KEY}
zones:
{listed}""")

    # --- the process

    def start(self):
        self.log = open(os.path.join(self.folder, "log"), "a", encoding="utf-8")
        words = [self.lab.floodwall, "run", "-c", self.configuration]
        self.processes.append(self.bed.start("S", words, stdout=self.log, stderr=self.log))
        beds.wait_for(self.is_ready, 60, f"floodwall is not ready: {self.told()}")

    def is_ready(self):
        if self.processes[-1].poll() is not None:
            raise RuntimeError(f"floodwall has ended: {self.told()}")
        said = self.ask()
        judged = [zone for zone in (said or {}).get("zones", []) if zone["zone"] is not None and zone["state"] == "judged"]
        return len(judged) >= len(self.server.files)

    def told(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:].strip()

    def kill(self):
        self.processes[-1].send_signal(signal.SIGKILL)
        self.processes[-1].wait()

    def reload(self):
        self.processes[-1].send_signal(signal.SIGHUP)

    def upgrade(self):
        """A second daemon takes over what the first has pinned."""
        self.bed.stop(self.processes[-1])
        self.start()

    def close(self):
        for process in self.processes:
            self.bed.stop(process)
        subprocess.run(self.bed.command("S", [self.lab.floodwall, "bypass"]), capture_output=True)

    # --- what it says

    def ask(self, what="shield"):
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asker:
                asker.settimeout(2)
                asker.connect(self.socket)
                asker.sendall(json.dumps({"do": "show", "what": what}).encode() + b"\n")
                said = b""
                while not said.endswith(b"\n"):
                    piece = asker.recv(1 << 20)
                    if not piece:
                        break
                    said += piece
            return json.loads(said).get(what)
        except (OSError, ValueError):
            return None

    def poll(self):
        said = self.ask()
        if said is None:
            return
        now = time.monotonic_ns()
        if not self.stopped or stopped(said) > self.stopped[-1][1]:
            self.stopped.append((now, stopped(said)))
        if self.named_ns is None and said["stance"]["vector"] != "none":
            self.named_ns = now

    def first_action_ns(self, begin_ns):
        return next((now for now, _ in self.stopped[1:] if now >= begin_ns), None)

    def vector_named_ns(self):
        return self.named_ns

    def counts(self):
        return (self.ask() or {}) | {"stopped_in_calm": self.stopped[0][1] if self.stopped else None}


class Defending(Shield):
    """In defend from the start, whatever is measured."""

    name, stance = "floodwall, defend", "defend"


class DefendingDns(Defending):
    name, only_dns = "floodwall, only_dns", "true"


class Observing(Shield):
    name, mode = "floodwall, observe", "observe"


def stopped(said):
    """Packets dropped or truncated."""
    return sum(each["dropped"] + each["truncated"] for each in said["filters"])
