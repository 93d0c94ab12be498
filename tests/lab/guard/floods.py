# SPDX-License-Identifier: GPL-2.0-or-later
"""A device is hijacked and sends junk: braked at once, in quarantine within a second of the finding, what leaked counted at the far end; nobody else notices.

Through the gateway to the internet, over IPv4 and IPv6; and straight to another device, in fragments and with tags of a VLAN, where nothing in between reads them."""
import time
from dataclasses import dataclass

import guarding
import junk_out
import services
import talk
import telling
import wire

OTHERS = ("laptop", "camera", "tv")
# The bound is exact at the brake; the far end stamps packets some milliseconds apart from when they were judged.
JITTER_S = 0.02


@dataclass
class Junk:
    """One flood of the recorder: frames at their times, the bucket that holds them back, and what an ear behind the guard hears of them."""

    story: str
    frames: list
    bucket: str
    wanted: object
    cost: object
    ear: tuple = ("I", "i0")
    head_bytes: int = 14  # before IP


@dataclass
class Way:
    """How a vector of junk_out leaves: beside: to the laptop, else through the gateway."""

    vector: str
    six: bool = False
    beside: bool = False
    tags: tuple = ()


C_TAG, S_TAG = (0x8100, 7), (0x88A8, 100)
WAYS = {vector: Way(vector) for vector in junk_out.VECTORS if vector != "fragments"} | {
    "syn, IPv6": Way("syn", six=True), "udp, IPv6": Way("udp", six=True), "icmp, tagged": Way("icmp", beside=True, tags=(C_TAG,)),
    "udp, tagged": Way("udp", beside=True, tags=(C_TAG,)), "udp, tagged twice": Way("udp", beside=True, tags=(S_TAG, C_TAG)),
    "udp, IPv6, tagged": Way("udp", six=True, beside=True, tags=(C_TAG,)), "fragments": Way("fragments", beside=True),
    "fragments, IPv6": Way("fragments", six=True, beside=True)}


def incident(lab, setup_class):
    """The recorder's own scan out of the generated incident, as it went: 600 probes of 23 and 2323 with Mirai's mark."""
    with telling.Home(lab, setup_class) as home:
        mac = telling.HOME["recorder"][0]
        frames = junk_out.of_incident(lab.incident, mac, 160, 164 if lab.short else 176)
        told = measure(home, Junk("the incident's scan, replayed", frames, "logins", junk_out.VECTORS["scan of 23"][2], junk_out.one))
        told["faults"] += quarantine_faults(home, told) + release_faults(home)
        return told


def flood(lab, setup_class, way, rate):
    with telling.Home(lab, setup_class) as home:
        told = measure(home, made(home.network.plan, way, rate, int(rate * (2 if lab.short else 5))))
        if way != "forged sources":  # dropped, and no device to blame by address
            told["faults"] += quarantine_faults(home, told)
        return told


def made(plan, name, rate, count):
    way, recorder, laptop = WAYS[name], plan.host("recorder"), plan.host("laptop")
    make, bucket, wanted, cost = junk_out.VECTORS[way.vector]
    addresses = {host.name: host.address_6 if way.six else host.address for host in (recorder, laptop)}
    if way.beside:
        maker = junk_out.Maker(recorder.mac, addresses["recorder"], laptop.mac, plan.gateway, victim=addresses["laptop"])
        proto, mac = wire.ICMP if way.vector == "icmp" else wire.UDP, wire.mac_bytes(recorder.mac)
        wanted = lambda packet, frame: packet.proto == proto and packet.from_mac == mac  # noqa: E731
    else:
        maker = junk_out.Maker(recorder.mac, addresses["recorder"], plan.gateway_mac, plan.gateway, victim=junk_out.VICTIM_6 if way.six else junk_out.VICTIM)
    frames = []
    while len(frames) < count:
        one = make(maker)
        frames += [wire.tagged(frame, *way.tags) for frame in (one if isinstance(one, list) else [one])]
    return Junk(f"flood, {name}, {rate:,}/s", talk.steadily(frames, rate), bucket, wanted, cost, ("laptop", "d0") if way.beside else ("I", "i0"), 14 + 4 * len(way.tags))


def measure(home, junk):
    """One flood from the recorder's port, with others going on."""
    network, setup, frames = home.network, home.setup, junk.frames
    telling.greet(network)
    ear = talk.Ear(network, *junk.ear, junk.wanted)
    calm = telling.Others(network, OTHERS)
    time.sleep(0.5)
    calm_sent, calm_answered, calm_ms = calm.stop()
    others = telling.Others(network, OTHERS)
    replay = talk.Replay(network, "recorder", "d0", frames)
    replay.start()
    mac = network.plan.host("recorder").mac
    quarantined_ns = guarding.Moments(lambda: setup.stand(mac) == "quarantined" or not setup.guards).wait(frames[-1][0] + 3)
    replay.join()
    time.sleep(0.3)
    sent, answered, median_ms = others.stop()
    heard = ear.stop()
    rate, burst = guarding.BRAKE[junk.bucket]
    above = talk.above_bound(heard, rate, burst, junk.cost)
    told = telling.row(junk.story, setup, sent=sent, answered=answered, median_ms=median_ms, calm_median_ms=calm_ms, junk_sent=replay.sent, junk_leaked=len(heard),
                       head_bytes=junk.head_bytes, junk_per_s=round(replay.sent / max(0.001, frames[-1][0])), bucket=junk.bucket, above_bound=round(above, 1),
                       leaked_bytes=sum(packet.length for _, packet in heard), quarantined_s=round((quarantined_ns - replay.first_ns) / 1e9, 3) if quarantined_ns and setup.guards else None)
    told["first_action_s"], told["quarantined_ns"], told["heard"] = first_gap_s(heard, replay), quarantined_ns, heard
    dearest = max([junk.cost(packet) for _, packet in heard], default=0)
    if above > rate * JITTER_S + dearest:
        told["faults"].append(f"more leaked than {junk.bucket} allows: {above:.0f} above {rate}/s and {burst} at once")
    if answered < sent:
        told["faults"].append(f"other devices lost {sent - answered} of {sent} packets")
    if calm_answered < calm_sent:
        told["faults"].append(f"the bed itself loses packets: {calm_sent - calm_answered} of {calm_sent}")
    if ear.lost:
        told["faults"].append(f"the far end did not count {ear.lost} packets")
    return told


def first_gap_s(heard, replay):
    """When the first of the junk did not arrive: seconds after its begin. The k-th that was sent is the k-th that arrives, until one is missing."""
    for place, (at_ns, _) in enumerate(heard):
        if place < len(replay.frames) and at_ns - replay.first_ns > replay.frames[place][0] * 1e9 + 50_000_000:
            return round(replay.frames[place][0], 3)
    return round(replay.frames[len(heard)][0], 3) if len(heard) < replay.sent else None


def quarantine_faults(home, told):
    """In quarantine, by a finding, within a second of it; the slit is open and nothing else is; and what leaked is known."""
    network, setup = home.network, home.setup
    quarantined_ns, heard = told.pop("quarantined_ns"), told.pop("heard")
    told.pop("slit", None)
    if not setup.guards or quarantined_ns is None:
        found = ", ".join(f"{one['id']} {one['severity']} {one['act']}" for one in setup.findings())
        return [f"the device is not in quarantine ({found or 'nothing is found'})"]
    faults = []
    after = sum(at > quarantined_ns + 50_000_000 for at, _ in heard)
    if after and told["bucket"] != "questions":
        faults.append(f"{after} packets of junk left after the quarantine")
    found = [one for one in setup.findings() if one.get("act") == "quarantined" and one["acted"]]  # a later one finds the device stopped
    if not found:
        faults.append("no finding says that it put the device there")
    told["finding"] = found[0].get("id") if found else None
    faults += [f"{one['id']}: {late:.3f} s from the finding to the quarantine" for one in found if not 0 <= (late := telling.until_stopped_s(one)) <= 1]
    faults += leak_faults(told, heard, [one["leaked"] for one in found if one["leaked"]])
    if services.connect(network, "recorder", services.NAMES["news.example"], 80, 0.5):
        faults.append("the device in quarantine reaches a page outside")
    if services.connect(network, "laptop", network.plan.host("recorder").address, 23, 0.5):
        faults.append("the device in quarantine is reached by another")
    if services.resolve(network, "recorder", "time.example", network.plan.gateway, 2) is None:
        faults.append("the device in quarantine has no names")
    return faults


def leak_faults(told, heard, leaks):
    """What the event says has left is what arrived, packet for packet and byte for byte (of whole frames). Questions go on to arrive afterwards, through the slit, and their
    finding begins where a window of it does, not with the first of them: of them no more may be told than arrived."""
    if not leaks:
        return ["no finding says how much left before"]
    told["leak_told"], told["leak_told_bytes"] = leaks[0]["packets"], leaks[0]["bytes"]
    if told["bucket"] == "questions":
        return [] if 0 < told["leak_told"] <= len(heard) else [f"the finding says {told['leak_told']} questions left, and {len(heard)} arrived"]
    arrived = len(heard), told["leaked_bytes"] + told["head_bytes"] * len(heard)
    if (told["leak_told"], told["leak_told_bytes"]) != arrived:
        return [f"the finding says {told['leak_told']} packets of {told['leak_told_bytes']} bytes left, and {arrived[0]} of {arrived[1]} arrived"]
    return []


def release_faults(home):
    """A person releases it: all is as before; the decision is undone: it is not."""
    network, setup = home.network, home.setup
    if not setup.guards:
        return []
    mac, faults = network.plan.host("recorder").mac, []

    def reaches():
        return services.connect(network, "recorder", services.NAMES["news.example"], 80, 1)

    done = setup.tell("release", mac, "--reason", "the lab")
    if done.returncode or not reaches():
        faults.append(f"released, and it reaches nothing: {done.stdout}{done.stderr}")
    done = setup.tell("quarantine", mac, "--for", "4h", "--reason", "the lab")
    if done.returncode or reaches():
        faults.append(f"a person puts it into quarantine, and it is not: {done.stdout}{done.stderr}")
    done = setup.tell("undo")
    if done.returncode or not reaches():
        faults.append(f"undone, and it is still there: {done.stdout}{done.stderr}")
    return faults
