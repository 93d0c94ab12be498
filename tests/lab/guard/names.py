# SPDX-License-Identifier: GPL-2.0-or-later
"""A policy with names: no forbidden packet before the first verdict, and no waiting for the verdict either.

Published beside it (NIST, a switch on a Turris Omnia): up to 3 MB leak before the block where packets pass meanwhile; a TCP connection takes up to 2.0 s where they wait."""
import ipaddress
import statistics
import struct
import time

import guarding
import junk_out
import mud
import services
import talk
import telling
import wire

NAMES = 40
URL = "https://maker.example/camera.json"
FORBIDDEN, EVIL, OWN_RESOLVER = "203.0.113.200", "203.0.113.66", "203.0.113.99"


def address(number):
    return f"198.51.100.{1 + number}"


def name(number):
    return f"n{number}.allowed.example"


def outside(network):
    """All names truly, and another resolver that lies."""
    services.far_names(network, services.NAMES | {name(number): address(number) for number in range(NAMES)})
    services.dnsmasq(network, "I", "liar", [f"listen-address={OWN_RESOLVER}", "bind-interfaces", "local=/#/", f"host-record={name(NAMES)},{EVIL}"])
    services.nginx(network, "I", [443, 80])
    talk.Echo(network, "I")
    services.gateway_names(network)


def first_words(network):
    """The very first packets that the device ever sends, as fast as they go: forbidden ones. How many."""
    camera, plan = network.plan.host("camera"), network.plan
    maker = junk_out.Maker(camera.mac, camera.address, plan.gateway_mac, plan.gateway)
    frames = [maker.udp(FORBIDDEN, 1000) for _ in range(1500)] + [maker.syn(EVIL, 443) for _ in range(500)]
    replay = talk.Replay(network, "camera", "d0", [(0, frame) for frame in frames])
    replay.start()
    replay.join()
    return replay.sent


def connections(network, side):
    """Each to a name of its own, at once after its answer: (how many succeed, ms of each)."""
    took, good = [], 0
    for number in range(NAMES):
        answer = services.resolve(network, side, name(number), network.plan.gateway, 2)
        began = time.perf_counter()
        if answer and services.connect(network, side, address(number), 443, 5):
            good += 1
            took.append((time.perf_counter() - began) * 1000)
    return good, took


def forged_answer(network):
    """Another device says in the resolver's name where a permitted name is: nobody had asked."""
    laptop, camera, plan = network.plan.host("laptop"), network.plan.host("camera"), network.plan
    message = bytearray(wire.question(4711, name(NAMES)))
    message[2:4], message[6:8] = b"\x81\x80", b"\0\1"
    message += b"\xc0\x0c\0\1\0\1" + struct.pack("!IH", 60, 4) + ipaddress.ip_address(EVIL).packed
    frames = [wire.udp_frame((laptop.mac, camera.mac), (plan.gateway, camera.address), (53, port), bytes(message)) for port in range(1024, 1224)]
    replay = talk.Replay(network, "laptop", "d0", [(0, frame) for frame in frames])
    replay.start()
    replay.join()


def names(lab, setup_class):
    folder = lab.fresh("mud")
    mud.write(folder, "camera.json", URL, [(name(number), 6, 443) for number in range(NAMES + 1)])
    devices = [{"mac": telling.HOME["camera"][0], "mud": URL}]
    settings = {"devices": devices, "more": {"mud": folder}, "brake": guarding.BRAKE}
    with telling.Home(lab, setup_class, telling.home(("laptop", "camera")), outside, **settings) as home:
        network = home.network
        ear = talk.Ear(network, "I", "i0", lambda packet, frame: packet.proto == wire.UDP and packet.to == ipaddress.ip_address(FORBIDDEN).packed
                       or packet.proto == wire.TCP and packet.to_port == 443 and packet.flags & wire.SYN > 0)
        sent = first_words(network)
        time.sleep(0.3)
        leaked = list(ear.heard)
        good, took = connections(network, "camera")
        time.sleep(0.2)
        asked = len(ear.heard) - len(leaked)
        plain_good, plain = connections(network, "laptop")
        heard = ear.stop()
        told = telling.row("a policy with names, from the first packet on", home.setup, sent=NAMES, answered=good, median_ms=median(took), p99_ms=most(took),
                           calm_median_ms=median(plain), junk_sent=sent, junk_leaked=len(leaked), leaked_bytes=sum(packet.length for _, packet in leaked),
                           published_leak_bytes=3_000_000, published_connect_s=2.0)
        told["faults"] = faults(home, told, asked, plain_good, len(heard))
        return told


def faults(home, told, asked, plain_good, heard):
    network, found = home.network, []
    if told["junk_leaked"]:
        found.append(f"{told['junk_leaked']} forbidden packets ({told['leaked_bytes']:,} bytes) left before or after the first verdict")
    if told["answered"] < NAMES:
        found.append(f"{NAMES - told['answered']} of {NAMES} permitted connections fail")
    if asked != told["answered"]:
        found.append(f"{asked} SYN for {told['answered']} connections: some had to be sent again")
    if plain_good < NAMES or not heard:
        found.append("the bed itself does not connect")
    services.resolve(network, "camera", name(NAMES), OWN_RESOLVER, 1)
    if services.connect(network, "camera", EVIL, 443, 0.5):
        found.append("a device that asks its own server reaches what that server says")
    forged_answer(network)
    if services.connect(network, "camera", EVIL, 443, 0.5):
        found.append("an answer that nobody asked for opens the way")
    return found


def median(times):
    return round(statistics.median(times), 3) if times else None


def most(times):
    return round(max(times), 3) if times else None
