# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands at the gateway: nothing ("bare", in front of which every story must fail), or Floodwall in the role guard."""
import json
import os
import signal
import socket
import subprocess
import time

import bed as beds

# Rates and bursts that the stories count against.
BRAKE = {"contacts": (20, 200), "logins": (1, 10), "syns": (20, 200), "unanswered": (32768, 262144), "questions": (20, 200), "forged": (1, 10), "local": (50, 300)}
FILTERS = ("quarantine", "forged", "policy", "inbound", "brake")


class Bare:
    """Nothing."""

    name, guards = "bare", False

    def __init__(self, lab, network, **settings):
        self.lab, self.network, self.settings = lab, network, settings

    def open(self):
        pass

    def close(self):
        pass

    def start(self):
        pass

    def kill(self):
        pass

    def reload(self):
        pass

    def tell(self, *words):
        return subprocess.CompletedProcess(words, 2, "", "nobody is there")

    def ask(self, what):
        return None

    def devices(self):
        return {}

    def findings(self):
        return []

    def stand(self, mac):
        return None


class Guard(Bare):
    """Enforces on every port of the bridge. Settings: interfaces, devices (dicts of floodwall.yaml), controllers, and lines of `guard:` as more."""

    name, guards, mode = "floodwall", True, "enforce"

    def open(self):
        self.folder = os.path.join(self.network.folder, "floodwall")
        self.state = os.path.join(self.folder, "state")
        for folder in (self.folder, self.state):
            os.makedirs(folder, exist_ok=True)
            os.chmod(folder, 0o777)
        self.configuration, self.socket = os.path.join(self.folder, "floodwall.yaml"), os.path.join(self.folder, "control.sock")
        self.processes = []
        self.configure()
        self.start()

    # --- its file

    def configure(self, **changed):
        self.settings |= changed
        plan, settings = self.network.plan, self.settings
        guard = {"interfaces": settings.get("interfaces", self.network.ports), "mode": self.mode, "local": settings.get("local", [plan.local, "2001:db8:1::/64", "fe80::/10"]),
                 "gateway": [plan.gateway, plan.gateway_6], "resolvers": settings.get("resolvers", [plan.gateway]), "quarantine": {"for": "1h"},
                 "brake": {name: {"rate": rate, "burst": burst} for name, (rate, burst) in settings.get("brake", BRAKE).items()},
                 "devices": settings.get("devices", []), "controllers": settings.get("controllers", [])} | settings.get("more", {})
        whole = {"role": "guard", "user": "", "guard": {key: value for key, value in guard.items() if value not in ([], {}, None)},
                 "paths": {"socket": self.socket, "state": self.state}}
        with open(self.configuration + ".new", "w", encoding="utf-8") as out:
            json.dump(whole, out, indent=1)  # JSON is YAML
        os.replace(self.configuration + ".new", self.configuration)

    # --- the process

    def start(self):
        self.log = open(os.path.join(self.folder, "log"), "a", encoding="utf-8")
        words = [self.lab.floodwall, "run", "-c", self.configuration]
        if self.settings.get("alone"):  # a bpffs of its own: several guards at once, whose pins end with them
            words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", 'mount -t bpf lab /sys/fs/bpf && exec "$@"', "sh", *words]
        self.processes.append(self.network.start("G", words, stdout=self.log, stderr=self.log))
        beds.wait_for(self.is_ready, 60, f"floodwall is not ready: {self.told()}")

    def is_ready(self):
        """Answers; and the policies hold, which at a first start they do when their names have been asked for."""
        if self.processes[-1].poll() is not None:
            raise RuntimeError(f"floodwall has ended: {self.told()}")
        return self.ask("verdicts") is not None and self.holds()

    def holds(self):
        wanted = {device["mud"] for device in self.settings.get("devices", []) if "mud" in device}
        policies = (self.ask("policy") or {}).get("policies", [])
        return wanted <= {policy["url"] for policy in policies if policy["devices"]}

    def told(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:].strip()

    def kill(self):
        self.processes[-1].send_signal(signal.SIGKILL)
        self.processes[-1].wait()

    def stop(self):
        self.network.stop(self.processes[-1])

    def reload(self):
        """Waits until it holds."""
        before = self.generation()
        self.processes[-1].send_signal(signal.SIGHUP)
        beds.wait_for(lambda: self.generation() not in (None, before), 30, f"a reload does not hold: {self.told()}")

    def generation(self):
        return ((self.ask("verdicts") or {}).get("configuration") or {}).get("generation")

    def close(self):
        for process in self.processes:
            self.network.stop(process)
        self.bypass()

    def bypass(self):
        return subprocess.run(self.network.command("G", [self.lab.floodwall, "bypass"]), capture_output=True, text=True)

    # --- what it says, and what it is told

    def tell(self, *words):
        """A verb of the command line."""
        return subprocess.run(self.network.command("G", [self.lab.floodwall, words[0], "--socket", self.socket, *words[1:]]), capture_output=True, text=True)

    def ask(self, what):
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asker:
                asker.settimeout(5)
                asker.connect(self.socket)
                asker.sendall(json.dumps({"do": "show", "what": what}).encode() + b"\n")
                said = b""
                while not said.endswith(b"\n"):
                    piece = asker.recv(1 << 20)
                    if not piece:
                        break
                    said += piece
            said = json.loads(said)
            return None if "error" in said else said.get(what, said)
        except (OSError, ValueError):
            return None

    def devices(self):
        """By MAC."""
        said = self.ask("devices") or []
        return {device["mac"]: device for device in (said if isinstance(said, list) else said.get("devices", []))}

    def findings(self):
        said = self.ask("findings") or []
        return said if isinstance(said, list) else said.get("findings", [])

    def rules(self, mac):
        """Of its policy that hold now."""
        return self.devices().get(mac, {}).get("policy", {}).get("rules", 0)

    def stand(self, mac):
        """ordinary, held, allowed or quarantined."""
        return self.devices().get(mac, {}).get("stand")


class Observing(Guard):
    name, mode = "floodwall, observe", "observe"


class Moments:
    """When something first was true, looked at many times a second."""

    def __init__(self, condition, every_s=0.02):
        self.condition, self.every_s = condition, every_s

    def wait(self, seconds):
        """Monotonic ns, or None."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.condition():
                return time.monotonic_ns()
            time.sleep(self.every_s)
        return None


SETUPS = {"bare": Bare, "floodwall": Guard, "observe": Observing}
