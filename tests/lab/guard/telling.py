# SPDX-License-Identifier: GPL-2.0-or-later
"""What all stories of the guard share: the home that they play in, a row of lab.json, and the list of what went wrong."""
import datetime
import os
import time
from dataclasses import dataclass

import bed as beds
import network as networks
import services
import talk

HOME = {"laptop": ("60:8b:0e:5a:11:20", 20), "recorder": ("a0:a0:a0:3c:7f:64", 64), "camera": ("44:47:cc:22:91:70", 70), "printer": ("00:80:77:4e:0a:80", 80),
        "tv": ("8c:79:f5:61:d2:90", 90), "lamp": ("44:47:cc:22:91:71", 71)}
DARK = ["192.0.2.130-192.0.2.249", "198.51.100.130-198.51.100.249", "203.0.113.130-203.0.113.249"]

DARK_6 = ["2001:db8:f:dead::/64"]


class Skipped(Exception):
    """What a story needs is not here: said by its name, and no row."""


def skipped(name, lacking):
    """A story that cannot be told here."""

    def skip(lab, setup_class):
        raise Skipped(lacking)

    return name, skip


@dataclass
class Lab:
    floodwall: str
    build: str
    folder: str
    short: bool = False

    def fresh(self, name):
        path = os.path.join(self.folder, f"{name}-{time.monotonic_ns()}")
        os.makedirs(path)
        os.chmod(path, 0o755)
        return path

    @property
    def incident(self):
        return os.path.join(self.build, "tests", "gen", "incident.pcapng")


def home(names=("laptop", "recorder", "camera", "tv"), dark=True):
    hosts = [networks.Host(name, HOME[name][0], f"192.168.1.{HOME[name][1]}", f"2001:db8:1::{HOME[name][1]:x}") for name in names]
    return networks.Plan(hosts=hosts, dark=DARK if dark else [], dark_6=DARK_6 if dark else [])


def row(story, setup, **more):
    """A row as the shield's stories have it; faults: sentences, none if all went as it must."""
    empty = dict.fromkeys(("sent", "answered", "share", "median_ms", "calm_median_ms", "junk_sent", "junk_leaked", "first_action_s", "vector_named_s", "wrong_drops", "share_at_once",
                           "opening_share", "p99_ms", "junk_per_s", "steal"))
    told = empty | {"story": f"guard: {story}", "setup": setup.name, "faults": []} | more
    if told["sent"]:
        told["share"] = told["answered"] / told["sent"]
        told["wrong_drops"] = told["sent"] - told["answered"] if told["wrong_drops"] is None else told["wrong_drops"]
    return told


class Others:
    """Honest devices that go on meanwhile: not one of their packets may be lost."""

    def __init__(self, network, names, to=services.ECHO_FAR, rate=50):
        self.steady = {name: talk.Steady(network, name, to, rate) for name in names}

    def stop(self):
        """(sent, answered, median ms)."""
        told = [one.stop() for one in self.steady.values()]
        late = sorted(ms for _, _, times in told for ms in times)
        return sum(sent for sent, _, _ in told), sum(answered for _, answered, _ in told), round(late[len(late) // 2], 3) if late else None


class Home:
    """A network with its services and a setup in front of them, closed again whatever happens."""

    def __init__(self, lab, setup_class, plan=None, services_of=services.outside, network_class=networks.Network, **settings):
        self.lab, self.setup_class, self.settings, self.services_of = lab, setup_class, settings, services_of
        self.network = network_class(plan or home(), lab.fresh("home"))

    def __enter__(self):
        self.network.__enter__()
        try:
            self.services_of(self.network)
            if self.services_of is services.outside:
                services.gateway_names(self.network)
            self.setup = self.setup_class(self.lab, self.network, **self.settings)
            self.setup.open()
        except BaseException:
            self.network.remove()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.setup.close()
        finally:
            self.network.remove()


def greet(network):
    """Every device says a word to the gateway, so that it is known before a story begins."""
    for host in network.plan.hosts:
        services.resolve(network, host.name, "time.example", network.plan.gateway, 2)


def until_stopped_s(finding):
    """From when it was handed out to when the kernel stopped its device, by the daemon's own clock."""
    raised, acted = (datetime.datetime.fromisoformat(finding[word]) for word in ("raised", "acted"))
    return (acted - raised).total_seconds()


def until(condition, seconds):
    """Seconds it took, or None."""
    began = time.monotonic()
    try:
        beds.wait_for(condition, seconds, "")
    except RuntimeError:
        return None
    return round(time.monotonic() - began, 3)
