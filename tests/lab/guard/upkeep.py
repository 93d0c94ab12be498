# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens to a guard in its life, under traffic: nobody honest may lose a packet by it, and no forbidden packet may pass meanwhile.

The camera has a policy: datagrams to the echo outside, and nothing else. It sends those, and forbidden ones beside them; the laptop has no policy."""
import itertools
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

import junk_out
import mud
import services
import talk
import telling
import wire

URL, FORBIDDEN = "https://maker.example/camera.json", "203.0.113.201"
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
MANY, KINDS = 1000, 20
RING = 8  # what a veth holds when a program is put on it or taken off it, the kernel itself throws away


def policies(folder, devices=0, rules=3, edition=0):
    """MUD files: the camera's, and of as many other devices as asked, of 20 kinds. Devices for floodwall.yaml. The same camera in each edition."""
    mud.write(folder, "camera.json", URL, [(f"{services.ECHO_FAR}/32", 17, talk.ECHO_PORT)] + [(f"10.{edition}.{number}.0/24", 6, 443) for number in range(rules)])
    for kind in range(KINDS if devices else 0):
        mud.write(folder, f"kind{kind}.json", f"https://kind{kind}.example/k.json", [(f"10.{kind}.{edition}.{number}/32", 17, 9) for number in range(rules)])
    many = [{"mac": f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}", "mud": f"https://kind{number % KINDS}.example/k.json"} for number in range(devices)]
    return [{"mac": telling.HOME["camera"][0], "name": "camera", "mud": URL}, *many]


class Forbidden(threading.Thread):
    """Forbidden datagrams of the camera's MAC from some port, at a rate, until stopped."""

    def __init__(self, network, side="camera", rate=200):
        super().__init__(daemon=True)
        camera, plan = network.plan.host("camera"), network.plan
        maker = junk_out.Maker(camera.mac, camera.address, plan.gateway_mac, plan.gateway)
        self.frames, self.rate, self.over, self.sent = itertools.cycle([maker.udp(FORBIDDEN, 100) for _ in range(200)]), rate, False, 0
        self.socket = talk.raw(network, side, "d0")
        self.start()

    def run(self):
        for frame in self.frames:
            if self.over:
                return
            self.socket.send(frame)
            self.sent += 1
            time.sleep(1 / self.rate)

    def stop(self):
        self.over = True
        self.join()
        self.socket.close()


def to_forbidden(packet, frame):
    return packet.proto == wire.UDP and packet.to == bytes(map(int, FORBIDDEN.split(".")))


class Traffic:
    """Both kinds, from before something happens to after it."""

    def __init__(self, network, forbidden_from="camera"):
        self.ear = talk.Ear(network, "I", "i0", to_forbidden)
        self.honest = {side: talk.Steady(network, side, services.ECHO_FAR, 100) for side in ("camera", "laptop")}
        self.forbidden = Forbidden(network, forbidden_from)

    def stop(self):
        self.forbidden.stop()
        self.told = {side: one.stop() for side, one in self.honest.items()}
        self.heard = self.ear.stop()
        return sum(one[0] for one in self.told.values()), sum(one[1] for one in self.told.values())


def during(name, act, plan=None, **more):
    """A story: traffic, something happens, traffic. act(home, folder of MUD files, traffic) returns faults of its own; it may also change what counts as leaked."""

    def told(lab, setup_class):
        folder = lab.fresh("mud")
        devices = policies(folder, more.get("devices", 0), more.get("rules", 3))
        if more.get("by_lease"):
            devices = []
        settings = {"devices": devices, "more": {"mud": folder, "sizes": {"devices": 2048, "rules": 131072}} | more.get("more", {})}
        with telling.Home(lab, setup_class, plan() if plan else telling.home(("laptop", "camera", "lamp")), **settings) as home:
            telling.greet(home.network)
            if more.get("by_lease"):
                learn_url(home)
            traffic = Traffic(home.network, more.get("forbidden_from", "camera"))
            time.sleep(0.5)
            began = time.monotonic_ns()
            faults = act(home, folder, traffic) or []
            acted_s = (time.monotonic_ns() - began) / 1e9
            time.sleep(0.5)
            sent, answered = traffic.stop()
            leaked = [at for at, _ in traffic.heard if more.get("leaks", lambda at, home: True)(at, home)]
            row = telling.row(name, home.setup, sent=sent, answered=answered, junk_sent=traffic.forbidden.sent, junk_leaked=len(leaked), acted_s=round(acted_s, 3))
            if answered + more.get("may_lose", 0) < sent:
                faults.append(f"{sent - answered} of {sent} honest packets are lost")
            if leaked:
                faults.append(f"{len(leaked)} of {traffic.forbidden.sent} forbidden packets pass")
            return row | {"faults": faults}

    return name, told


def learn_url(home):
    """The camera says its URL itself, in the lease that it asks for."""
    services.lease(home.network, "camera", URL)
    if home.setup.guards:
        telling.until(lambda: home.setup.rules(home.network.plan.host("camera").mac), 10)


# --- what happens


def reload_many(home, folder, traffic):
    """Other rules for a thousand devices, three times."""
    for edition in range(1, 4):
        policies(folder, MANY, 30, edition)
        home.setup.reload()
    return [] if home.setup.guards else ["nothing to reload"]


def kill(home, folder, traffic):
    if not home.setup.guards:
        return []
    home.setup.kill()
    time.sleep(1)
    home.setup.start()  # takes over what is pinned
    return []


def upgrade(home, folder, traffic):
    if home.setup.guards:
        home.setup.stop()
        home.setup.start()
    return []


def on_the_way_out(home, port):
    """What is at the port for what leaves it, "" for nothing: filters, their clsact, programs by tcx."""
    tc = home.network.run("G", "tc", "filter", "show", "dev", port, "egress") + home.network.run("G", "tc", "qdisc", "show", "dev", port)
    chain = int(home.network.run("G", sys.executable, str(pathlib.Path(__file__).with_name("chain.py")), port))
    return " ".join(([tc.strip()] if "bpf" in tc or "clsact" in tc else []) + ([f"{chain} by tcx"] if chain else []))


def bypass(home, folder, traffic):
    """Killed, then everything off: what was forbidden passes, nothing is left on a port, and honest ones notice nothing."""
    if not home.setup.guards:
        return ["nothing to take away"]
    home.setup.kill()
    time.sleep(0.3)
    bare = [port for port in home.network.ports if not on_the_way_out(home, port)]
    home.bypassed_ns = time.monotonic_ns()
    done = home.setup.bypass()
    home.bypass_over_ns = time.monotonic_ns()
    time.sleep(0.3)
    faults = [] if done.returncode == 0 else [f"bypass: {done.stderr.strip()}"]
    faults += [f"the daemon is dead, and nothing is there for what leaves {port}" for port in bare]
    if not any(at > home.bypass_over_ns for at, _ in traffic.ear.heard):
        faults.append("after bypass forbidden packets do not pass: something still stops them")
    for port in home.network.ports:
        link = json.loads(home.network.run("G", "ip", "-j", "-d", "link", "show", "dev", port))[0]
        out = on_the_way_out(home, port)
        if "xdp" in link or out:
            faults.append(f"after bypass something is left on {port}: {link.get('xdp')} {out}")
    return faults


def before_bypass(at, home):
    return at < getattr(home, "bypassed_ns", 1 << 63)


def forged_macs(count):
    def forge(home, folder, traffic):
        """As many MACs as frames, from the lamp's port; then the daemon must still be small, and the camera still be known."""
        plan, lamp = home.network.plan, home.network.plan.host("lamp")
        maker = junk_out.Maker(lamp.mac, lamp.address, plan.gateway_mac, plan.gateway)
        frames = [frame[:6] + bytes([2]) + maker.dice.randbytes(5) + frame[12:] for frame in (maker.udp_one_flow(FORBIDDEN.replace("201", "202"), 20) for _ in range(count))]
        talk_through = talk.Replay(home.network, "lamp", "d0", talk.steadily(frames, 20_000))
        talk_through.start()
        talk_through.join()
        if not home.setup.guards:
            return []
        resident = resident_mib(home.setup.processes[-1].pid)
        known = home.setup.devices()
        faults = [f"the daemon has {resident:.0f} MiB after {count:,} forged MACs"] if resident > 96 else []
        if plan.host("camera").mac not in known:
            faults.append("the camera is forgotten")
        if len(known) > 2048:
            faults.append(f"{len(known)} devices are kept")
        return faults

    return forge


def resident_mib(pid):
    """Of that process, or of the one that it entered the namespace for."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def claim(home, folder, traffic):
    """The camera names another maker's URL, whose file allows all that is forbidden: not taken, and told. If it were, all of it would leak."""
    other = "https://other.example/anything.json"
    mud.write(folder, "other.json", other, [("0.0.0.0/0", 17, None)])
    if home.setup.guards:
        home.setup.reload()  # it is there to be taken
    services.lease(home.network, "camera", other)
    time.sleep(0.5)
    if not home.setup.guards:
        return []
    policy = home.setup.devices().get(home.network.plan.host("camera").mac, {}).get("policy", {})
    faults = [] if other in {known["url"] for known in (home.setup.ask("policy") or {}).get("policies", [])} else ["the other maker's file is not known: nothing could leak by it"]
    return faults + ([] if (policy["url"], policy["refused"]) == (URL, other) else [f"that the camera claims another URL is not shown: {policy}"])


def full_disk(home, folder, traffic):
    """Not a byte is left where decisions are kept, and a new process finds none of them: it goes on, takes a person's decision, and says that it cannot keep it."""
    if not home.setup.guards:
        return []
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "lab", home.setup.state], check=True)
    home.network.closers.append(lambda: subprocess.run(["umount", "-l", home.setup.state], check=False))
    with open(os.path.join(home.setup.state, "filler"), "wb") as filler:
        try:
            filler.write(bytes(1 << 20))
        except OSError:
            pass
    upgrade(home, folder, traffic)
    lamp = home.network.plan.host("lamp").mac
    done = home.setup.tell("quarantine", lamp, "--reason", "the lab")
    store, stand = str((home.setup.ask("verdicts") or {}).get("store")), home.setup.stand(lamp)
    faults = [] if home.setup.is_ready() else ["the daemon does not go on"]
    if done.returncode or stand != "quarantined":
        faults.append(f"a person's decision is not taken: the lamp is {stand}; {done.stdout.strip()} {done.stderr.strip()}")
    if "in memory alone" not in store:
        faults.append(f"it does not say that it cannot keep decisions: {store}")
    return faults


def clock(home, folder, traffic):
    """A year on, and back to 1970, while it runs."""
    if not home.setup.guards:
        return []
    moment = os.path.join(home.setup.folder, "clock")

    def jump(text):
        with open(moment + ".new", "w", encoding="ascii") as out:
            out.write(text)
        os.replace(moment + ".new", moment)
        time.sleep(1)

    jump("+0")
    os.environ.update(LD_PRELOAD=FAKETIME, FAKETIME_TIMESTAMP_FILE=moment, FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1", DONT_FAKE_MONOTONIC="1")
    try:
        home.setup.stop()
        home.setup.start()
    finally:
        for name in ("LD_PRELOAD", "FAKETIME_TIMESTAMP_FILE", "FAKETIME_NO_CACHE", "FAKETIME_DONT_FAKE_MONOTONIC", "DONT_FAKE_MONOTONIC"):
            del os.environ[name]
    for text in ("+1y", "-50y", "+0"):
        jump(text)
    return [] if home.setup.is_ready() else ["the daemon does not go on"]


def late_start(lab, setup_class):
    """Everything is under way already when the guard comes: what is forbidden stops, a long download goes on, and no datagram of an honest device is lost."""
    folder = lab.fresh("mud")
    plan = telling.home(("laptop", "camera", "lamp"))
    with telling.Home(lab, type("Later", (setup_class,), {"open": lambda self: None, "close": lambda self: None}), plan,
                      devices=policies(folder), more={"mud": folder}) as home:
        traffic = Traffic(home.network)
        with open(os.path.join(home.network.folder, "pages", "long"), "wb") as page:
            page.truncate(30_000_000)
        words = ["timeout", "30", "busybox", "wget", "-q", "-O", "-", f"http://{services.NAMES['news.example']}/long"]
        home.network.run("I", "tc", "qdisc", "add", "dev", "i0", "root", "tbf", "rate", "80mbit", "burst", "64k", "latency", "50ms")  # three seconds
        download = home.network.start("laptop", words, stdout=subprocess.PIPE)
        time.sleep(0.7)
        setup = setup_class(lab, home.network, devices=home.setup.settings["devices"], more=home.setup.settings["more"])
        try:
            setup.open()
            ready_ns = time.monotonic_ns()
            size = len(subprocess.run(["cat"], stdin=download.stdout, capture_output=True).stdout)
            sent, answered = traffic.stop()
        finally:
            setup.close()
        leaked = sum(at > ready_ns for at, _ in traffic.heard)
        faults = [f"{leaked} forbidden packets pass after the start"] if leaked else []
        faults += [f"the download breaks off after {size:,} bytes"] if size != 30_000_000 else []
        faults += [f"{sent - answered} of {sent} honest packets are lost"] if answered + RING < sent else []
        return telling.row("a late start", setup, sent=sent, answered=answered, junk_sent=traffic.forbidden.sent, junk_leaked=leaked, faults=faults)


def stories(short):
    jumps = during("the clock jumps", clock) if os.path.exists(FAKETIME) else telling.skipped("the clock jumps", f"{FAKETIME} is not there")
    return [during("reload of 1,000 devices' policies", reload_many, devices=MANY, rules=30), during("kill -9 and start again", kill), during("upgrade", upgrade),
            during("bypass", bypass, leaks=before_bypass, may_lose=RING), ("late start", late_start), during("forged MACs", forged_macs(20_000 if short else 100_000)),
            during("the camera's MAC at another port", lambda home, folder, traffic: time.sleep(0.5), forbidden_from="lamp"), during("another's MUD URL", claim, by_lease=True),
            during("full disk", full_disk), jumps]
