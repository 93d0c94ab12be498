#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices that speak their makers' own protocols, end to end: a made conversation in SADP, Tuya, Baichuan and ONVIF, and what `floodwall inspect`
says of its maker, brand, kind, model and firmware; and who only asks in them, or nearly speaks them, of whom it says nothing.

usage: speaking.py FLOODWALL
"""
import os
import struct
import sys
import tempfile

from inspecting import finish, output, report

ASKER, DEVICE, GROUP = (bytes([192, 168, 7, 9]), bytes([2, 0, 0, 0, 0, 9])), (bytes([192, 168, 7, 20]), bytes([2, 0, 0, 0, 0, 0x20])), \
    (bytes([239, 255, 255, 250]), bytes([1, 0, 0x5e, 0x7f, 0xff, 0xfa]))
OTHER = (bytes([192, 168, 7, 21]), bytes([2, 0, 0, 0, 0, 0x21]))
TRAITS = {"maker": "name", "brand": "name", "kind": "name", "model": "name", "firmware": "version"}
FORMS = ("text", "json", "html", "eve", "ocsf", "csv", "csv-devices")
SERIAL = "AACH000000001"


class Capture:
    def __init__(self):
        self.frames = []

    def packet(self, source, target, protocol, segment):
        header = struct.pack("!HHHBBH4s4s", 20 + len(segment), 0, 0, 64, protocol, 0, source[0], target[0])
        self.frames.append(target[1] + source[1] + b"\x08\x00\x45\x00" + header + segment)

    def datagram(self, source, target, ports, payload):
        self.packet(source, target, 17, struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload)

    def conversation(self, port, says):
        """says: (from the asker, bytes) in order."""
        numbers = {True: 1000, False: 5000}
        for asks, flags, payload in [(True, 2, b""), (False, 18, b"")] + [(asks, 24, payload) for asks, payload in says] + \
                [(True, 17, b""), (False, 17, b"")]:
            ends, ports = ((ASKER, DEVICE), (40000, port)) if asks else ((DEVICE, ASKER), (port, 40000))
            self.packet(*ends, 6, struct.pack("!HHIIBBHHH", *ports, numbers[asks], 0 if flags == 2 else numbers[not asks], 0x50, flags, 8192, 0, 0) + payload)
            numbers[asks] += len(payload) + (flags & 3 != 0)

    def write(self, path):
        with open(path, "wb") as out:
            out.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for number, frame in enumerate(self.frames):
                out.write(struct.pack("<IIII", 1477048200 + number, 0, len(frame), len(frame)) + frame)


def colons(mac, between="-"):
    return between.join(f"{byte:02x}" for byte in mac)


# ---- SADP ----

def sadp(root, of=DEVICE, description="DS-2CD2032-I", oem="N/A", activated="true"):
    return (f'<?xml version="1.0" encoding="UTF-8"?>\r\n<{root}><Uuid>4C2D1F3A</Uuid><Types>inquiry</Types><DeviceType>30000</DeviceType>'
            f"<DeviceDescription>{description}</DeviceDescription><DeviceSN>DS-2CD2032-I20140101{SERIAL}</DeviceSN><HttpPort>80</HttpPort>"
            f"<MAC>{colons(of[1])}</MAC><SoftwareVersion>V5.4.5build 170124</SoftwareVersion><OEMInfo>{oem}</OEMInfo>"
            f"<Activated>{activated}</Activated></{root}>").encode()


def ask_sadp(capture):
    capture.datagram(ASKER, GROUP, (37020, 37020), b'<?xml version="1.0"?><Probe><Uuid>4C2D1F3A</Uuid><Types>inquiry</Types></Probe>')


def answer(message, port=37020):
    def say(capture):
        ask_sadp(capture)
        capture.datagram(DEVICE, GROUP, (port, port), message)
    return say


def answer_for_another(capture):
    capture.datagram(OTHER, GROUP, (50000, 5000), b"x")
    answer(sadp("ProbeMatch", OTHER))(capture)


# ---- the others ----

def tuya(capture):
    payload = bytes(20)
    capture.datagram(DEVICE, (b"\xff" * 4, b"\xff" * 6), (49154, 6667), struct.pack("!IIII", 0x55AA, 0, 0x13, len(payload) + 8) + payload + b"\1\2\3\4\0\0\xaa\x55")


def tuya_asked(capture):
    """On a port that says nothing by itself."""
    capture.conversation(50668, [(True, struct.pack("!IIII", 0x55AA, 0, 10, 8) + b"\1\2\3\4\0\0\xaa\x55")])


def baichuan_message(number, status_class, text=""):
    key, header_len = b"\x1f\x2d\x3c\x4b\x5a\x69\x78\xff", 24
    body = bytes(byte ^ key[(at + 3) % 8] ^ 3 for at, byte in enumerate(text.encode()))
    return struct.pack("<IIIII", 0x0ABCDEF0, number, len(body), 3, status_class) + bytes(header_len - 20) + body


VERSION = ('<?xml version="1.0" encoding="UTF-8" ?>\n<body>\n<VersionInfo>\n<name>Yard</name>\n<type>RLC-410</type>\n'
           f"<serialNumber>{SERIAL}</serialNumber>\n<hardwareVersion>IPC_51516M5M</hardwareVersion>\n<firmwareVersion>v2.0.0.587</firmwareVersion>\n"
           "</VersionInfo>\n</body>\n")
LOGGED_IN = '<?xml version="1.0" encoding="UTF-8" ?>\n<body>\n<DeviceInfo><type>ipc</type><typeInfo>IPC</typeInfo></DeviceInfo>\n</body>\n'


def baichuan(capture):
    capture.conversation(9000, [(True, baichuan_message(1, 0x6414 << 16, "x")), (False, baichuan_message(1, 200, LOGGED_IN)),
                                (True, baichuan_message(80, 0x6414 << 16)), (False, baichuan_message(80, 200, VERSION))])


def baichuan_asked(capture):
    capture.conversation(9000, [(True, baichuan_message(1, 0x6414 << 16, "x")), (True, baichuan_message(80, 200, VERSION))])


def soap(text):
    return f'<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{text}</s:Body></s:Envelope>'


INFORMATION = soap(f"<tds:GetDeviceInformationResponse><tds:Manufacturer>Acme</tds:Manufacturer><tds:Model>C1-200</tds:Model><tds:FirmwareVersion>V5.4.5 build "
                   f"170124</tds:FirmwareVersion><tds:SerialNumber>{SERIAL}</tds:SerialNumber></tds:GetDeviceInformationResponse>")
MATCHES = soap("<d:ProbeMatches><d:ProbeMatch><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/type/video_encoder "
               "onvif://www.onvif.org/hardware/C1-200</d:Scopes></d:ProbeMatch></d:ProbeMatches>")
QUESTION = soap("<GetDeviceInformation/>").encode()


def http(capture, request, response):
    head = f"POST /onvif/device_service HTTP/1.1\r\nHost: 192.168.7.20\r\nContent-Type: application/soap+xml\r\nContent-Length: {len(request)}\r\n\r\n"
    capture.conversation(80, [(True, head.encode() + request), (False, f"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: "
                                                               f"{len(response)}\r\n\r\n".encode() + response)])


def onvif(capture):
    capture.datagram(DEVICE, ASKER, (3702, 50000), MATCHES.encode())
    http(capture, QUESTION, INFORMATION.encode())


def onvif_asked(capture):
    """Who tells a device what it is says nothing of either."""
    capture.datagram(ASKER, GROUP, (50000, 3702), soap("<d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe>").encode())
    http(capture, INFORMATION.encode(), b"<x/>")


def both(capture):
    answer(sadp("ProbeMatch", description="C1-200"))(capture)
    http(capture, QUESTION, INFORMATION.replace("Acme", "Hikvision").encode())


CAMERA = {"maker": "Hikvision", "kind": "camera", "model": "DS-2CD2032-I", "firmware": "V5.4.5 build 170124"}
NEVER = ("sadp activated", "false", "no password was ever set")
# title, conversation, what the device is (the rest is unknown), one clue that is there; the asker is never anything
CASES = [
    ("a camera answers in SADP", answer(sadp("ProbeMatch")), CAMERA, ("sadp protocol", "SADP", "maker: Hikvision")),
    ("a camera announces itself", answer(sadp("Hello")), CAMERA, ("sadp firmware", "V5.4.5build 170124", "firmware: V5.4.5 build 170124")),
    ("a camera that stands as it was sold", answer(sadp("ProbeMatch", activated="false")), CAMERA, NEVER),
    ("a recorder under another name", answer(sadp("ProbeMatch", description="DS-7608NI-K2", oem="LTS")),
     {**CAMERA, "brand": "LTS", "kind": "video recorder", "model": "DS-7608NI-K2"}, ("sadp brand", "LTS", "brand: LTS")),
    ("a camera without a model", answer(sadp("ProbeMatch", description="IPCamera")), {**CAMERA, "model": None}, ("sadp kind", "IPCamera", "kind: camera")),
    ("a camera whose ONVIF agrees", both, {**CAMERA, "brand": "Hikvision", "model": "C1-200", "kind": None}, ("sadp model", "C1-200", "model: C1-200")),
    ("it answers for another device", answer_for_another, {}, ("sadp mac", colons(OTHER[1], ":"), "answers for another device")),
    ("a question that tells of a device", answer(sadp("Probe")), {}, None),
    ("a root of a like name", answer(sadp("ProbeMatches")), {}, None),
    ("the port beside it", answer(sadp("ProbeMatch"), 37021), {}, None),
    ("a lamp calls out in Tuya's frames", tuya, {"maker": "Tuya"}, ("tuya protocol", "Tuya", "maker: Tuya")),
    ("it is asked in Tuya's frames", tuya_asked, {}, None),
    ("a camera answers in Baichuan", baichuan, {"maker": "Reolink", "kind": "camera", "model": "RLC-410", "firmware": "v2.0.0.587"},
     ("baichuan protocol", "Baichuan", "maker: Reolink")),
    ("it is asked in Baichuan", baichuan_asked, {}, None),
    ("a camera answers in ONVIF", onvif, {"maker": "Acme", "brand": "Acme", "kind": "camera", "model": "C1-200", "firmware": "V5.4.5 build 170124"},
     ("onvif model", "C1-200", "model: C1-200")),
    ("it is told of ONVIF", onvif_asked, {}, None),
]
SPOKEN = ("sadp ", "tuya ", "baichuan ", "onvif ", "wsd ")


def faults_of(title, devices, wanted, clue):
    device = devices[colons(DEVICE[1], ":")]
    clues = [(one["source"], one["value"], one["says"]) for one in device["clues"]]
    for trait, field in TRAITS.items():
        if device[trait][field] != wanted.get(trait):
            yield f"{title}: {trait} is {device[trait]}, wanted {wanted.get(trait)}"
        if device[trait].get("rival"):
            yield f"{title}: {trait} has a rival: {device[trait]}"
    if (clue and clue not in clues) or (not clue and any(source.startswith(SPOKEN) for source, _, _ in clues)):
        yield f"{title}: clues are {clues}, wanted {clue}"
    if (clue == NEVER) != (NEVER in clues):
        yield f"{title}: {clues} tell wrongly of a first password"
    for mac, other in devices.items():
        if mac != colons(DEVICE[1], ":") and any(other[trait][field] for trait, field in TRAITS.items()):
            yield f"{title}: {mac} is taken for {[other[trait] for trait in TRAITS]}"


def leaks_of(floodwall, title, path):
    """A serial number stands nowhere; with --anonymise no MAC either."""
    for form in FORMS:
        if SERIAL.encode() in output(floodwall, "-v", "--format", form, path):
            yield f"{title}: its serial number stands in {form}"
        hidden = output(floodwall, "-v", "--anonymise", "--format", form, path).lower()
        for host in (ASKER, DEVICE, OTHER):
            if any(colons(host[1], between).encode() in hidden for between in ":-"):
                yield f"{title}: a MAC stands in {form}, anonymised"


def main():
    floodwall, faults = sys.argv[1], []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "speaking.pcap")
        for title, say, wanted, clue in CASES:
            capture = Capture()
            say(capture)
            capture.write(path)
            devices = {device["macs"][0]: device for device in report(floodwall, path)["devices"] if device["macs"]}
            faults += faults_of(title, devices, wanted, clue)
            if title in ("it answers for another device", "a camera that stands as it was sold", "a camera answers in Baichuan", "a camera answers in ONVIF"):
                faults += leaks_of(floodwall, title, path)
    finish(f"{len(CASES)} conversations tell what their devices are, and no more", faults)


if __name__ == "__main__":
    main()
