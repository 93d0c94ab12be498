# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets in other forms than most: in fragments, with the tag of a VLAN, from an address that was another a moment ago. The camera's policy is the same for all of them:
datagrams to one echo outside, over IPv4 and IPv6; and pages of the laptop."""
import struct
import time

import mud
import services
import talk
import telling
import wire

URL = "https://maker.example/camera.json"
ECHO_6, FORBIDDEN, FORBIDDEN_6 = "2001:db8:f::7", "203.0.113.201", "2001:db8:f::201"
LARGE, COUNT, OTHER_PORT = 4000, 20, 7999
TAGS = {"one tag": ((0x8100, 7),), "two tags": ((0x88A8, 100), (0x8100, 7))}


def outside(network):
    services.outside(network)
    services.gateway_names(network)
    for port in (talk.ECHO_PORT, OTHER_PORT):
        talk.Echo(network, "I", port, ECHO_6)
    talk.Echo(network, "I", OTHER_PORT)


def home(lab, setup_class):
    folder = lab.fresh("mud")
    mud.write(folder, "camera.json", URL, [(f"{services.ECHO_FAR}/32", 17, talk.ECHO_PORT), (f"{ECHO_6}/128", 17, talk.ECHO_PORT)],
              [("192.168.1.20/32", 17, talk.ECHO_PORT), ("2001:db8:1::14/128", 17, talk.ECHO_PORT)])
    devices = [{"mac": telling.HOME["camera"][0], "name": "camera", "mud": URL}]
    return telling.Home(lab, setup_class, telling.home(("laptop", "camera")), outside, alone=True, devices=devices, more={"mud": folder})


# --- fragments


def fragments(lab, setup_class):
    """Datagrams of 4,000 bytes, put into pieces by the hosts themselves. Of what is forbidden not one byte may be put together again outside."""
    with home(lab, setup_class) as place:
        network, faults, sent, good = place.network, [], 0, 0
        telling.greet(network)
        for to, port, must in ((services.ECHO_FAR, talk.ECHO_PORT, COUNT), (ECHO_6, talk.ECHO_PORT, COUNT), (services.ECHO_FAR, OTHER_PORT, 0), (ECHO_6, OTHER_PORT, 0)):
            came = large(network, "camera", to, port)
            plain = large(network, "laptop", to, port)
            sent, good = sent + must + COUNT, good + min(came, must) + plain
            faults += [f"{came} of {COUNT} large datagrams to {to} port {port} are answered, not {must}"] if came != must else []
            faults += [f"{COUNT - plain} of {COUNT} of a device without a policy are not"] if plain != COUNT else []
        ear = talk.Ear(network, "G", "lan", lambda packet, frame: packet.to in (wire.address_bytes(FORBIDDEN), wire.address_bytes(FORBIDDEN_6)))
        junk = without_a_first(network)
        heard = len(ear.stop())
        faults += [f"{heard} of {junk} fragments to somebody forbidden leave"] if heard else []
        return telling.row("fragments of what a policy allows and forbids", place.setup, sent=sent, answered=good, junk_sent=junk, junk_leaked=heard, faults=faults)


def large(network, side, to, port):
    """How many of them come back whole. At half the rate that a peer which never answers may be sent."""
    good = 0
    with network.socket(side, *talk.kind_of(to)) as one:
        one.settimeout(0.25)
        for number in range(COUNT):
            one.sendto(struct.pack("!I", number) + bytes(LARGE - 4), (to, port))
            try:
                good += len(one.recv(LARGE + 1)) == LARGE
            except OSError:
                if number >= 3 and not good:
                    break
    return good


def without_a_first(network):
    """Later fragments alone, and first ones of their kind."""
    camera, plan, frames = network.plan.host("camera"), network.plan, []
    for source, to in ((camera.address, FORBIDDEN), (camera.address_6, FORBIDDEN_6)):
        for number in range(50):
            body = wire.udp_body((source, to), (4000, talk.ECHO_PORT), bytes(2792))
            pieces = list(wire.fragments((camera.mac, plan.gateway_mac), (source, to), wire.UDP, body, 1400, number + 1))
            frames += pieces if number % 2 else pieces[1:]
    replay = talk.Replay(network, "camera", "d0", talk.steadily(frames, 2000))
    replay.start()
    replay.join()
    return replay.sent


# --- tags


def tags(lab, setup_class):
    """What the laptop sends to the camera and the camera to the laptop, with tags: the tag is in the bytes where it comes in, in the packet's metadata where it leaves.
    Allowed and forbidden ports as without."""
    with home(lab, setup_class) as place:
        network, faults, sent, good, junk, leaked = place.network, [], 0, 0, 0, 0
        telling.greet(network)
        for name, tag in ({"none": ()} | TAGS).items():
            for six in (False, True):
                arrived = exchange(network, tag, six)
                for (side, port), (frames, heard) in arrived.items():
                    allowed = port == talk.ECHO_PORT
                    faults += [f"{name}{', IPv6' if six else ''}: {heard} of {frames} to port {port} reach the {side}"] if heard != (frames if allowed else 0) else []
                    sent, good = sent + frames * allowed, good + heard * allowed
                    junk, leaked = junk + frames * (not allowed), leaked + heard * (not allowed)
        return telling.row("a policy for what is tagged", place.setup, sent=sent, answered=good, junk_sent=junk, junk_leaked=leaked, faults=faults)


def exchange(network, tag, six):
    """{(who is to hear it, port of the camera): (sent, heard)}: first the laptop asks the camera, then the camera answers."""
    laptop, camera = network.plan.host("laptop"), network.plan.host("camera")
    told, count = {}, 50
    for to, ports in ((camera, lambda port: (4000 + six, port)), (laptop, lambda port: (port, 4000 + six))):
        sender = laptop if to is camera else camera
        ends = (sender.address_6, to.address_6) if six else (sender.address, to.address)
        for port in (talk.ECHO_PORT, OTHER_PORT):
            frame = wire.tagged(wire.udp_frame((sender.mac, to.mac), ends, ports(port), bytes(100)), *tag)
            ear = talk.Ear(network, to.name, "d0", lambda packet, frame, port=port: port in (packet.from_port, packet.to_port) and packet.proto == wire.UDP)
            replay = talk.Replay(network, sender.name, "d0", talk.steadily([frame] * count, 1000))
            replay.start()
            replay.join()
            told[to.name, port] = replay.sent, len(ear.stop())
    return told


# --- addresses


def privacy(lab, setup_class):
    """The camera takes another address of IPv6 each moment, as privacy extensions do (RFC 8981): its policy and its quarantine follow it, because they are the MAC's."""
    with home(lab, setup_class) as place:
        network, setup = place.network, place.setup
        camera = network.plan.host("camera")
        telling.greet(network)
        ear = talk.Ear(network, "I", "i0", lambda packet, frame: packet.proto == wire.UDP and packet.to_port == OTHER_PORT)
        honest = [talk.Steady(network, side, ECHO_6, 100) for side in ("camera", "laptop")]
        forbidden, addresses = 0, [camera.address_6]
        for number in range(3):
            addresses.append(f"2001:db8:1::a{number}:{0x1234 + number:x}")
            network.batch("camera", [f"address add {addresses[-1]}/64 dev d0 nodad", f"address change {addresses[-2]}/64 dev d0 preferred_lft 0"])
            time.sleep(0.3)
            forbidden += forbid(network, addresses[-1])
        sent, answered = (sum(values) for values in zip(*(one.stop()[:2] for one in honest)))
        leaked = len(ear.stop())
        faults = [f"{leaked} of {forbidden} forbidden datagrams leave from a new address"] if leaked else []
        faults += [f"{sent - answered} of {sent} permitted ones are lost"] if answered < sent else []
        known = setup.devices().get(camera.mac, {}).get("addresses", [])
        faults += [f"not known: {address}" for address in addresses[1:] if setup.guards and address not in known]
        faults += quarantine_follows(network, setup, camera)
        return telling.row("privacy addresses", setup, sent=sent, answered=answered, junk_sent=forbidden, junk_leaked=leaked, faults=faults)


def forbid(network, source, count=20):
    with network.socket("camera", *talk.kind_of(source)) as one:
        one.bind((source, 0))
        for _ in range(count):
            one.sendto(b"out", (ECHO_6, OTHER_PORT))
    return count


def quarantine_follows(network, setup, camera):
    if not setup.guards:
        return []
    faults = []
    for verb, must in (("quarantine", 0), ("release", 1)):
        setup.tell(verb, camera.mac, "--reason", "the lab")
        network.batch("camera", [f"address add 2001:db8:1::b{must}:77/64 dev d0 nodad"])
        answered = datagram(network, f"2001:db8:1::b{must}:77")
        faults += [f"{verb}: from a new address {answered} of 1 datagrams are answered, not {must}"] if answered != must else []
    return faults


def datagram(network, source):
    with network.socket("camera", *talk.kind_of(source)) as one:
        one.settimeout(1)
        one.bind((source, 0))
        one.sendto(b"out", (ECHO_6, talk.ECHO_PORT))
        try:
            return int(one.recv(100) == b"out")
        except OSError:
            return 0


def stories():
    return [("forms, fragments", fragments), ("forms, tags", tags), ("forms, privacy addresses", privacy)]
