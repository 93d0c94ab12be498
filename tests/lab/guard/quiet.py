# SPDX-License-Identifier: GPL-2.0-or-later
"""Ordinary networks, sent again in their own time through a gateway that enforces with the program's own defaults: nothing may be stopped, nobody may be put into quarantine.

	 R: all devices  d0 ------ lan0  G: the gateway, with no address of its own

What devices send is sent at d0; what the gateway sends them, at lan0, behind Floodwall's tc; what a device sends another, first at d0 and then at lan0, as a bridge would. Both
ends keep what arrives, frame by frame. What comes in unasked may be stopped: the filter for that is the point of the guard; an independent reading of the capture says what was
asked, and each frame that is missing has to be one that was not.

All quiet networks of tests/golden/quiet.py run, but one: in quiet-own-scanner somebody scans on purpose, which is muted for people, and braked all the same. Two are made to be
just short of an alarm, and the brake is not an alarm: there nobody may be put into quarantine, but junk may be held back (BRAKED). The crowd that visits a server at home is let in by
the server's policy, as docs/guard.md says; of its 1,600 connections a second one answer in a thousand may find its flow forgotten."""
import collections
import concurrent.futures
import glob
import os
import subprocess
import threading
import time

import calibrate
import guarding
import mud
import network as networks
import pcap
import talk
import telling
import wire

CAPTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "..", "shared", "captures")
GENERATED = ["bittorrent", "broken-ipv6", "flash-crowd", "keep-alives", "link-down", "nearly-deeds", "nearly-floods", "neighbours", "outside", "printer-discovery", "speed-test", "twin",
             "update", "video-upload"]
BRAKED = ("quiet-nearly-deeds", "quiet-nearly-floods")
VISITED = {"quiet-flash-crowd": ("60:8b:0e:5a:11:20", [("198.18.0.0/15", 6, 8080)])}
SHORT = ["bittorrent", "broken-ipv6", "link-down", "update"]
SHORT_SPAN, LONG_SPAN = (0, 8), (0, 160)  # seconds: from, and how many
SHORT_SPANS = {"quiet-link-down": (124, 20)}  # the link fails at 126 s, a device tries two addresses in six seconds, four failures are a walk, silence counts after three
REAL = ["iot/suricata_home_lan_2013.pcap", "iot/iot_inspector_app.pcap", "iot/neu_yi_camera_p2p.pcap", "iot/sentinel/D-LinkCam/*A-1-*", "iot/sentinel/HueBridge/*A-1-*",
        "iot/sentinel/WeMoLink/*A-1-*", "iot/sentinel/D-LinkHomeHub/*A-1-*", "iot/sentinel/TP-LinkPlugHS100/*A-1-*", "iot/sentinel/EdimaxCam1/*A-1-*"]
LOCAL = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10", "2001:db8:1::/64"]
FRAME_MAX, VISITS_URL = 1514, "https://server.example/visited.json"


class Wire(networks.Network):
    """Two ends, no stack in between."""

    def __init__(self, plan, folder):
        super().__init__(plan, folder)
        self.names = {side: name for side, name in self.names.items() if side == "G"} | {"R": self.names["G"].replace("fwgG", "fwgR")}

    @property
    def ports(self):
        return ["lan0"]

    def build(self):
        for name in self.names.values():
            subprocess.run(["ip", "netns", "add", name], check=True)
        for side in self.names:
            self.sysctl(side, "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        self.batch("G", ["link set lo up", f"link add lan0 type veth peer name d0 netns {self.names['R']}", "link set lan0 arp off", "link set lan0 up"])
        self.batch("R", ["link set d0 arp off", "link set d0 up"])
        for side, interface in (("G", "lan0"), ("R", "d0")):
            self.run(side, "ethtool", "-K", interface, "tx", "off")


class Tape:
    """A capture as what is to be sent where, and what must arrive."""

    def __init__(self, file, from_s, most_s):
        self.events, self.addresses, self.resolvers = [], set(), set()
        self.may_stop = set()  # places of events that come in unasked
        read = [(time_ns, frame, wire.read(frame)) for time_ns, frame in pcap.frames(file)]
        read = [(time_ns, frame, packet) for time_ns, frame, packet in read if packet and len(frame) <= FRAME_MAX and whole(frame, packet)]
        routers = calibrate.gateways([(time_ns, packet) for time_ns, _, packet in read])
        devices = {packet.from_mac for _, _, packet in read} - routers
        self.first_ns = min((time_ns for time_ns, _, _ in read), default=0)
        known, visits = set(), set()
        for time_ns, frame, packet in read:
            at_s = (time_ns - self.first_ns) / 1e9 - from_s
            if 0 <= at_s <= most_s:
                self.add(at_s, frame, packet, (routers, devices), (known, visits))
        self.addresses = sorted(self.addresses)[:16]

    def add(self, at_s, frame, packet, ends, flows):
        """flows: those that a device began, and those that somebody outside did: a device's answers to these do not make them its own."""
        (routers, devices), (known, visits) = ends, flows
        out = packet.from_mac not in routers
        back = packet.to_mac in devices and (not out or not packet.local)
        if not out and packet.source and calibrate.ours(packet.source):
            self.addresses.add(packet.source)
        if out and packet.question:
            self.resolvers.add(packet.to)
        if out:
            self.events.append((at_s, "R", frame))
            key = packet.from_mac, packet.proto, packet.from_port, packet.to, packet.to_port
            known |= set() if key in visits else {key}
        if back:
            key = packet.to_mac, packet.proto, packet.to_port, packet.source, packet.from_port
            if key not in known and packet.source and not calibrate.ours(packet.source):
                self.may_stop.add(len(self.events))
                visits.add(key)
            self.events.append((at_s, "G", frame))


def whole(frame, packet):
    """Cut by the capture's own limit: no such frame was ever sent."""
    return not packet.length or packet.length <= len(frame) - 14


def in_vain(tape):
    """Whom devices call, and nobody answers."""
    read = [(side, wire.read(frame)) for _, side, frame in tape.events]
    called = {packet.to for side, packet in read if side == "R" and packet.proto == wire.TCP and packet.flags == wire.SYN}
    return called - {packet.source for side, packet in read if side == "G"}


class Arrivals(talk.Ear):
    """Every frame, and how often."""

    def __init__(self, network, side, interface):
        self.frames = collections.Counter()
        super().__init__(network, side, interface, self.keep)

    def keep(self, packet, frame):
        self.frames[bytes(frame)] += 1
        return True


class Player(threading.Thread):
    """Both sides in one order: what goes to a device waits until what the device sent before is through the guard, else it would have come unasked."""

    def __init__(self, network, tape, ear):
        super().__init__(daemon=True)
        self.tape, self.ear, self.sent, self.missing = tape, ear, {"R": collections.Counter(), "G": collections.Counter()}, 0
        self.sockets = {"R": talk.raw(network, "R", "d0"), "G": talk.raw(network, "G", "lan0")}

    def run(self):
        began = time.monotonic()
        for at_s, side, frame in self.tape.events:
            left = began + at_s - time.monotonic()
            if left > 0.0005:
                time.sleep(left)
            if side == "G":
                self.arrive()
            self.sent[side][frame] += 1
            try:
                self.sockets[side].send(frame)
            except OSError:  # what tc drops is told to who sends at lan0
                pass
        for one in self.sockets.values():
            one.close()

    def arrive(self, patience_s=0.5):
        """What does not come in that time is stopped, and not waited for again."""
        until, sent = time.monotonic() + patience_s, self.sent["R"].total()
        while len(self.ear.heard) + self.missing < sent:
            if time.monotonic() > until:
                self.missing = sent - len(self.ear.heard)
                return
            time.sleep(0.0005)


def text(address):
    return ".".join(map(str, address)) if len(address) == 4 else ":".join(address[place:place + 2].hex() for place in range(0, 16, 2))


def name_of(file):
    name = os.path.basename(file).replace(".pcapng", "").replace(".pcap", "")
    return os.path.basename(os.path.dirname(file)) if name.startswith("Setup") else name


def first_of(frames):
    packet = wire.read(next(iter(frames)))
    ends = [f"{text(address) if address else '?'} port {port}" for address, port in ((packet.source, packet.from_port), (packet.to, packet.to_port))]
    return f"the first from {ends[0]} to {ends[1]}, protocol {packet.proto}"


def faults_of(name, tape, sent, heard):
    """What is missing, frame by frame: of devices nothing may be, towards them what came unasked. heard: by the side that sent it."""
    may_stop = collections.Counter(tape.events[place][2] for place in tape.may_stop)
    missing = {side: sent[side] - heard[side] for side in sent}
    wrong, strange = missing["G"] - may_stop, (heard["R"] - sent["R"]) + (heard["G"] - sent["G"])
    faults = []
    if missing["R"].total() > (sent["R"].total() // 1000 if name in VISITED else 0):
        faults.append(f"{name}: {missing['R'].total()} of {sent['R'].total()} packets of devices are stopped, {first_of(missing['R'])}")
    if wrong:
        faults.append(f"{name}: {wrong.total()} of {sent['G'].total()} packets to devices are stopped that were asked for, {first_of(wrong)}; "
                      f"{missing['G'].total() - wrong.total()} of {may_stop.total()} that came unasked")
    if strange:
        faults.append(f"{name}: {strange.total()} packets arrive that nobody sent, {first_of(strange)}")
    return faults


def played(lab, setup_class, file, from_s, most_s):
    """(name, sent, arrived, faults)."""
    tape, name = Tape(file, from_s, most_s), name_of(file)
    folder = lab.fresh("mud")
    devices, sizes = [], {}
    if name in VISITED:
        sizes = {"flows": 8192}
        mud.write(folder, "visited.json", VISITS_URL, [], VISITED[name][1])
        devices = [{"mac": VISITED[name][0], "mud": VISITS_URL}]
    settings = {"alone": True, "brake": {}, "local": LOCAL, "resolvers": [text(one) for one in sorted(tape.resolvers)[:8]],
                "devices": devices, "more": {"gateway": [text(one) for one in tape.addresses], "mud": folder, "sizes": sizes}}
    with telling.Home(lab, setup_class, networks.Plan(), lambda network: None, network_class=Wire, **settings) as home:
        ears = {"R": Arrivals(home.network, "G", "lan0"), "G": Arrivals(home.network, "R", "d0")}
        player = Player(home.network, tape, ears["R"])
        player.start()
        player.join()
        time.sleep(0.5)
        quarantined = [device.get("name") or mac for mac, device in home.setup.devices().items() if device.get("stand") == "quarantined"]
        for ear in ears.values():
            ear.stop()
        heard = {side: ear.frames for side, ear in ears.items()}
        faults = [f"{name}: in quarantine: {', '.join(quarantined)}"] if quarantined else []
        if name == "quiet-link-down" and len(in_vain(tape)) < 3:
            faults.append(f"{name}: the link does not fail in what was played of it")
        if name not in BRAKED:
            faults += faults_of(name, tape, player.sent, heard)
        return name, sum(one.total() for one in player.sent.values()), sum(one.total() for one in heard.values()), faults


def files(lab):
    """Those that are there; what is not is said by its name."""
    wanted = [os.path.join(lab.build, "tests", "gen", f"quiet-{name}.pcapng") for name in (SHORT if lab.short else GENERATED)]
    wanted += [os.path.join(CAPTURES, pattern) for pattern in (() if lab.short else REAL)]
    found = {pattern: sorted(glob.glob(pattern))[:1] for pattern in wanted}
    lacking = [os.path.basename(os.path.dirname(pattern)) + "/" + os.path.basename(pattern) for pattern, files_of in found.items() if not files_of]
    if lacking:
        print(f"SKIP guard's lab: quiet: not there: {', '.join(lacking)}", flush=True)
    if not any(found.values()):
        raise telling.Skipped("no capture is there")
    return [file for files_of in found.values() for file in files_of]


def span_of(lab, file):
    return SHORT_SPANS.get(name_of(file), SHORT_SPAN) if lab.short else LONG_SPAN


def quiet(lab, setup_class):
    """Side by side, four at a time: they are slow by nature. And the incident, which must not go through like them."""
    quiet_ones = files(lab)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        loud = pool.submit(played, lab, setup_class, lab.incident, 159, 7)
        told = list(pool.map(lambda file: played(lab, setup_class, file, *span_of(lab, file)), quiet_ones))
        loud = loud.result()
    faults = [fault for _, _, _, some in told for fault in some]
    if not loud[3]:
        faults.append("the incident is not stopped when it is sent the same way: that nobody else is proves nothing")
    return telling.row(f"{len(told)} ordinary networks, replayed", setup_class, sent=sum(sent for _, sent, _, _ in told), answered=sum(heard for _, _, heard, _ in told),
                       captures=[name for name, _, _, _ in told], loud=loud[3], faults=faults)
