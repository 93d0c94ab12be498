# SPDX-License-Identifier: GPL-2.0-or-later
"""What devices offer, asked for by real clients: from outside, from inside, with a default password, and while the device is in quarantine.

The gateway forwards a port to each of them, as devices ask for by UPnP, and IPv6 needs no forwarding: without Floodwall whoever knows the address gets in.
A check is (what, how to find out, what must). Those that must go well prove that the others mean something. What does not depend on each other is asked at once."""
import concurrent.futures
import json

import mud
import programs
import services
import talk
import telling

HOME = ("laptop", "recorder", "camera", "tv", "lamp", "printer")
WAN = "100.64.0.2"
FORWARDED = {23: "recorder", 21: "recorder", "2100-2109": "recorder", 80: "camera", 1883: "lamp", 8200: "tv"}
CLOUD, STRANGER = "203.0.113.9", "198.51.100.66"
CLOUD_6, STRANGER_6 = "2001:db8:f::9", "2001:db8:f:66::66"
CAMERA_URL, LAMP_URL = "https://maker.example/camera.json", "https://lamps.example/lamp.json"
BROKER, OTHER_BROKER = "203.0.113.8", "203.0.113.10"


def start(network):
    """All that devices offer, and the same outside: names, pages, a broker, an FTP server."""
    network.nft("G", "table ip forwarded {\n chain in { type nat hook prerouting priority -100;\n"
                + "".join(f"  iifname wan0 tcp dport {port} dnat to {network.plan.host(name).address}\n" for port, name in FORWARDED.items()) + " }\n}")
    services.outside(network)
    services.gateway_names(network)
    programs.start(network)


def policies(folder):
    """The camera is reached by its maker's cloud, and reaches the lamp and one broker; the lamp's broker is the camera's alone. The others have no policy."""
    mud.write(folder, "camera.json", CAMERA_URL, [("192.168.1.71/32", 6, 1883), (f"{BROKER}/32", 6, 1883)],
              [(f"{CLOUD}/32", 6, 80), (f"{CLOUD_6}/128", 6, 80), ("192.168.1.0/24", 6, 80)])
    mud.write(folder, "lamp.json", LAMP_URL, [], [("192.168.1.70/32", 6, 1883)])
    return [{"mac": telling.HOME["camera"][0], "name": "camera", "mud": CAMERA_URL}, {"mac": telling.HOME["lamp"][0], "name": "lamp", "mud": LAMP_URL}]


def home(lab, setup_class, services_of=start, **more):
    folder = lab.fresh("mud")
    settings = {"devices": policies(folder), "more": {"mud": folder} | more}
    return telling.Home(lab, setup_class, telling.home(HOME), services_of, alone=True, **settings)


def row(story, setup, checks, **more):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        came = list(pool.map(lambda check: bool(check[1]()), checks))
    faults = [f"{what}: {'goes well' if good else 'does not go'}" for (what, _, must), good in zip(checks, came) if good != must]
    return telling.row(story, setup, sent=len(checks), answered=len(checks) - len(faults), faults=faults, **more)


# --- from outside


def from_outside(lab, setup_class):
    with home(lab, setup_class) as place:
        network, six = place.network, {host.name: host.address_6 for host in place.network.plan.hosts}
        telling.greet(network)
        programs.ftpd(network, "I")
        services.wait_listening(network, "I", 21)
        talk.Echo(network, "I", address=CLOUD_6)
        checks = [
            ("telnet from outside", lambda: programs.telnet(network, "I", WAN), False), ("telnet from outside, IPv6", lambda: programs.telnet(network, "I", six["recorder"]), False),
            ("ftp from outside", lambda: programs.ftp(network, "I", WAN), False), ("ftp from outside, IPv6", lambda: programs.ftp(network, "I", six["recorder"]), False),
            ("mqtt from outside", lambda: programs.publish(network, "I", WAN, "on"), False), ("mqtt from outside, IPv6", lambda: programs.publish(network, "I", six["lamp"], "on"), False),
            ("the tv's page from outside", lambda: programs.page(network, "I", WAN, port=8200, path="rootDesc.xml"), False),
            ("the camera's page by a stranger", lambda: programs.page(network, "I", WAN, "--interface", STRANGER), False),
            ("the camera's page by a stranger, IPv6", lambda: programs.page(network, "I", six["camera"], "--interface", STRANGER_6), False),
            ("the camera's page by its maker's cloud", lambda: programs.page(network, "I", WAN, "--interface", CLOUD), True),
            ("the camera's page by its maker's cloud, IPv6", lambda: programs.page(network, "I", six["camera"], "--interface", CLOUD_6), True),
            *asked_for(network, six["recorder"]), *inside(network)]
        return row("services of devices, asked for from outside", place.setup, checks)


def inside(network):
    """What the laptop gets meanwhile: else nothing above means anything."""
    address = {host.name: host.address for host in network.plan.hosts}
    yield "telnet, inside", lambda: programs.telnet(network, "laptop", address["recorder"]), True
    yield "ftp, inside", lambda: programs.ftp(network, "laptop", address["recorder"]), True
    yield "the camera's page, inside", lambda: programs.page(network, "laptop", address["camera"]), True
    yield "the tv's page, inside", lambda: programs.page(network, "laptop", address["tv"], port=8200, path="rootDesc.xml"), True


def asked_for(network, recorder):
    """The recorder asks an FTP server outside. What comes back on what it opened is its own; a connection that the server opens is not. The same with datagrams."""
    there = "2001:db8:f::21"

    def stranger_answers():
        with programs.asks(network, "recorder", CLOUD_6, talk.ECHO_PORT, 4001) as socket:
            heard(socket)
            programs.datagram_from(network, "I", (STRANGER_6, talk.ECHO_PORT), recorder, 4001)
            return heard(socket)

    def peer_answers():
        with programs.asks(network, "recorder", CLOUD_6, talk.ECHO_PORT, 4000) as socket:
            return heard(socket)

    yield "a file that the device fetches", lambda: programs.ftp(network, "recorder", there), True
    yield "one that is brought by a connection from outside", lambda: programs.ftp(network, "recorder", there, "--ftp-port", "-"), False
    yield "the answer to a datagram", peer_answers, True
    yield "a stranger's datagram to the same port", stranger_answers, False


def heard(socket):
    try:
        return socket.recv(100)
    except OSError:
        return None


# --- from inside


def between(lab, setup_class):
    with home(lab, setup_class) as place:
        network, address = place.network, {host.name: host.address for host in place.network.plan.hosts}
        telling.greet(network)
        services.start(network, "I", "mosquitto", ["mosquitto", "-c", programs.write(network, "broker.conf", "listener 1883\nallow_anonymous true\nuser root\n")])
        services.wait_listening(network, "I", 1883)
        daemons = {side: programs.avahi(network, side) for side in ("printer", "laptop")}
        told = row("services of devices, among themselves", place.setup, [*discovery(network, daemons, address), *messages(network, address)])
        loud = [f"{one['id']} {one['severity']}" for one in place.setup.findings() if one["severity"] in ("high", "critical")]
        stopped = [mac for mac, device in place.setup.devices().items() if device.get("stand") == "quarantined"]
        told["findings"] = loud
        told["faults"] += [f"discovery is an alarm: {', '.join(loud + stopped)}"] if loud or stopped else []
        return told


def discovery(network, daemons, address):
    def printer():
        return any(address["printer"] in line and "printer.local" in line for line in programs.browse(network, "laptop", daemons["laptop"]))

    yield "the printer is found (mDNS)", lambda: programs.beds_until(printer, 15), True
    yield "the tv is found (SSDP)", lambda: any(address["tv"] in where for where in programs.search(network, "laptop")), True
    yield "a song is listed and fetched (DLNA)", lambda: programs.song(network, "laptop", address["tv"]) == programs.MUSIC_BYTES, True


def messages(network, address):
    """Through the bridge and through the gateway: what both policies allow, what the sender's forbids, what the receiver's forbids."""
    def passes(listener, speaker, broker_at):
        def ask():
            topic = f"{listener}/{speaker}/{broker_at}"
            subscriber = programs.Subscriber(network, listener, broker_at, topic)
            programs.publish(network, speaker, broker_at, "on", topic)
            return subscriber.heard() == "on"
        return ask

    yield "the camera hears what the camera says (the lamp's broker)", passes("camera", "camera", address["lamp"]), True
    yield "the laptop publishes to the lamp, whose policy forbids it", passes("camera", "laptop", address["lamp"]), False
    yield "the tv subscribes at the lamp, whose policy forbids it", passes("tv", "camera", address["lamp"]), False
    yield "the camera and its broker outside", passes("camera", "camera", BROKER), True
    yield "the camera and a broker that its policy does not name", passes("camera", "camera", OTHER_BROKER), False
    yield "the laptop, which has no policy, and that broker", passes("laptop", "laptop", OTHER_BROKER), True
    yield "the camera fetches a page of the tv, which its policy does not name", lambda: programs.page(network, "camera", address["tv"], port=8200, path="rootDesc.xml"), False


# --- with a default password


def passwords(lab, setup_class):
    with home(lab, setup_class) as place:
        network, recorder = place.network, place.network.plan.host("recorder")
        telling.greet(network)
        said = programs.telnet(network, "laptop", recorder.address, programs.TELNET_PAIR) or b""
        fetched = programs.ftp(network, "laptop", recorder.address)
        found = {}

        def both():
            for one in place.setup.findings():
                if one["id"] == "default-password" and one["mac"] == recorder.mac and one["severity"] == "high":
                    found[one["finding"]] = one
            return len(found) >= 2

        programs.beds_until(both, 5 if place.setup.guards else 0.1)
        text = json.dumps(list(found.values()))
        seen = [("telnet with a published pair", b"BusyBox v1" in said, True), ("ftp with a published pair", fetched, True),
                ("both are found", len(found) == 2, True), ("by a device in the house", all(one["source"] == network.plan.host("laptop").address for one in found.values()), True),
                ("the password is shown", programs.TELNET_PAIR[1] in text, False), ("quarantine for being exposed", place.setup.stand(recorder.mac) == "quarantined", False)]
        checks = [(what, lambda came=came: came, must) for what, came, must in seen]
        return row("a default password, typed in the house", place.setup, checks, findings=[one["summary"] for one in found.values()])


# --- in quarantine


def quarantined(lab, setup_class):
    """A person's word: nobody reaches its services then, and the camera's go on; released, all do again."""
    with home(lab, setup_class) as place:
        network, setup, told = place.network, place.setup, None
        telling.greet(network)
        for step, verb, must in (("before", None, True), ("in quarantine", "quarantine", False), ("released", "release", True)):
            for name in ("recorder", "tv") if verb else ():
                setup.tell(verb, network.plan.host(name).mac, "--reason", "the lab")
            one = row("services of devices in quarantine", setup, list(services_of(network, step, must)))
            told = one if told is None else told | {key: told[key] + one[key] for key in ("sent", "answered", "faults")}
        return told | {"share": told["answered"] / told["sent"], "wrong_drops": told["sent"] - told["answered"]}


def services_of(network, step, must):
    recorder, tv, camera = (network.plan.host(name) for name in ("recorder", "tv", "camera"))
    for address in (recorder.address, recorder.address_6):
        yield f"{step}: telnet to {address}", lambda address=address: programs.telnet(network, "laptop", address), must
        yield f"{step}: ftp to {address}", lambda address=address: programs.ftp(network, "laptop", address), must
    yield f"{step}: the tv's page", lambda: programs.page(network, "laptop", tv.address, port=8200, path="rootDesc.xml"), must
    yield f"{step}: the camera's page", lambda: programs.page(network, "laptop", camera.address), True


def stories():
    return [("offers, outside", from_outside), ("offers, inside", between), ("offers, passwords", passwords), ("offers, quarantine", quarantined)]
