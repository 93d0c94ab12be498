#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makers' own protocols against independent readers.

usage: makers.py --sessions SESSIONS_DUMP --facts FACTS_DUMP [--captures FOLDER] [--floodwall FLOODWALL]

1. The payloads that were recorded from a camera with an XM530 board: each is put behind a header of DVRIP and into a
   conversation; what our dissector says of it has to be what Python's JSON reader finds under the same keys.
2. The same, each as the one thing that a device of its own says: `floodwall inspect` has to say whose parts are in it, and model and
   firmware where they stand in the payload; and nowhere a serial number or what stands for a password.
3. A capture of a plug and a lamp of TP-Link, TCP and UDP: our facts have to be those in the text that tshark deciphers.

Exit 0 when all agrees, 1 when not, 77 when the payloads or tshark are missing (what is there was compared).
"""
import argparse
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse

ARCHIVE = "iot/xiongmai_dvrip_json_payloads_a.tar.xz"
LOGIN, LOGIN_ANSWER = 1000, 1001
ANSWERS = (LOGIN_ANSWER, 1021, 1043, 1531)
REFUSED = (106, 203, 204, 205, 206)
DVRIP, TPLINK, LOGIN_DVRIP = 0, 3, 5

PLUG = {"system": {"get_sysinfo": {
    "sw_ver": "1.2.5 Build 171129 Rel.174814", "hw_ver": "2.0", "type": "IOT.SMARTPLUGSWITCH", "model": "HS110(EU)",
    "mac": "50:C7:BF:00:FC:A3", "dev_name": "Smart Wi-Fi Plug", "alias": "Stehlampe \u00e4\u00f6", "relay_state": 1, "on_time": 0,
    "active_mode": "none", "feature": "TIM:ENE", "updating": 0, "rssi": -47, "led_off": 0, "longitude_i": 0, "latitude_i": 0,
    "hwId": "0", "fwId": "0", "deviceId": "8006A1B2C3", "oemId": "0", "err_code": 0}}}
LAMP = {"system": {"get_sysinfo": {
    "sw_ver": "1.8.6", "hw_ver": "1.0", "model": "LB130(EU)", "mic_type": "IOT.SMARTBULB", "mic_mac": "50C7BF010203",
    "alias": "say \"hi\"", "light_state": {"on_off": 1, "hue": 0, "mode": "normal"}, "preferred_state": [{"index": 0, "hue": 0}],
    "deviceId": "8012", "err_code": 0}}}
SYSINFO = {"type": "kind", "mic_type": "kind", "model": "model", "sw_ver": "firmware", "hw_ver": "hardware", "alias": "name",
           "deviceId": "serial", "mac": "mac", "mic_mac": "mac"}


class Capture:
    """Ethernet frames of two hosts, as pcap."""

    def __init__(self):
        self.packets, self.port, self.device = [], 40000, bytes([192, 168, 1, 64])

    def frame(self, from_client, protocol, segment):
        hosts = [bytes([192, 168, 1, 20]), self.device]
        macs = [b"\2\0\0\0\0\2", b"\2\0" + self.device]
        source, target = hosts if from_client else hosts[::-1]
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 0, 0, 64, protocol, 0, source, target)
        self.packets.append(macs[from_client] + macs[not from_client] + b"\x08\0" + header + segment)

    def datagram(self, from_client, port, payload):
        ports = (self.port, port) if from_client else (port, self.port)
        self.frame(from_client, 17, struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload)

    def conversation(self, port, says):
        """says: (from_client, bytes) in order."""
        self.port += 1
        numbers = {True: 1000, False: 5000}
        self.segment(True, port, numbers, 2, b"")
        self.segment(False, port, numbers, 18, b"")
        for from_client, payload in says:
            for at in range(0, len(payload), 1400):
                self.segment(from_client, port, numbers, 24, payload[at:at + 1400])
        self.segment(True, port, numbers, 17, b"")
        self.segment(False, port, numbers, 17, b"")

    def segment(self, from_client, port, numbers, flags, payload):
        ports = (self.port, port) if from_client else (port, self.port)
        acknowledged = 0 if flags == 2 else numbers[not from_client]
        self.frame(from_client, 6, struct.pack("!HHIIBBHHH", *ports, numbers[from_client], acknowledged, 0x50, flags, 8192, 0, 0) + payload)
        numbers[from_client] += len(payload) + (flags & 3 != 0)

    def write(self, path):
        with open(path, "wb") as out:
            out.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for number, packet in enumerate(self.packets):
                out.write(struct.pack("<IIII", 1477048200, number, len(packet), len(packet)) + packet)


def lines_of(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True).stdout.splitlines()


def percent(text):
    return "".join(c if "!" <= c <= "~" and c not in "%|" else "".join(f"%{b:02X}" for b in c.encode()) for c in text)


def same(title, ours, theirs):
    if ours == theirs:
        return 0
    print(f"{title}: ours {ours}, wanted {theirs}")
    return 1


# ---- DVRIP ----

def payloads_of(path):
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda m: m.name):
            match = re.match(r"(\d{4})_.*\.json$", os.path.basename(member.name))
            if member.isfile() and match:
                text = archive.extractfile(member).read()
                yield member.name, int(match[1]), re.sub(rb"\A\d{4}\n", b"", text)


def wanted_of(number, payload, login):
    """What stands in the payload, by another reader. None: it is not whole."""
    try:
        said = json.loads(payload)
    except ValueError:
        return None
    facts = []
    if number == LOGIN:
        facts.append(f"login_try\t{LOGIN_DVRIP}|{percent(said['UserName'])}|{len(said['PassWord'])}")
    if number == LOGIN_ANSWER and login and said["Ret"] in (100, *REFUSED):
        facts.append(f"login_result\t{LOGIN_DVRIP}|{2 if said['Ret'] in REFUSED else 1}")
    if number in ANSWERS:
        common, system = said.get("NetWork.NetCommon", {}), said.get("SystemInfo", {})
        general, sold = said.get("General.General", {}), said.get("OEMcfg.Correspondent", {})
        texts = [("model", system.get("DeviceModel")), ("hardware", system.get("HardWareVersion")), ("brand", sold.get("BrandInfo")),
                 ("name", general.get("MachineName")), ("kind", said.get("DeviceType")), ("kind", said.get("DeviceType ")), ("model", system.get("HardWare")),
                 ("firmware", system.get("SoftWareVersion")), ("serial", system.get("SerialNo")), ("firmware", common.get("Version")),
                 ("serial", common.get("SN")), ("name", common.get("HostName"))]
        facts += [f"own_{key}\t{DVRIP}|{percent(text)}" for key, text in texts if isinstance(text, str) and text]
        if "MAC" in common:
            facts.append(f"own_mac\t{common['MAC']}|{DVRIP}")
    return facts


def message(number, payload):
    return struct.pack("<BBHIIBBHI", 0xFF, 1, 0, 7, 0, 0, 0, number, len(payload)) + payload


def check_dvrip(dump, archive, folder):
    capture, wanted = Capture(), []
    for name, number, payload in payloads_of(archive):
        says, facts = [], wanted_of(number, payload, True)
        if facts is None:
            continue  # the recording itself is no JSON
        if number == LOGIN_ANSWER:  # an answer needs its question
            says.append((True, message(LOGIN, b'{"UserName":"u","PassWord":"p"}')))
            facts.insert(0, f"login_try\t{LOGIN_DVRIP}|u|1")
        says.append((number % 2 == 0, message(number, payload)))
        capture.conversation(34567, says)
        if number % 2:
            facts.append(f"own_protocol\t{DVRIP}|0")
        wanted.append((name, capture.port, facts))
    path = os.path.join(folder, "dvrip.pcap")
    capture.write(path)
    ours = {}
    for line in lines_of([dump, path]):
        _, ends, fact = line.split("\t", 2)
        ours.setdefault(int(ends.split()[1]), []).append(fact)
    wrong = sum(same(name, sorted(ours.get(port, [])), sorted(facts)) for name, port, facts in wanted)
    said = sum(len(facts) for _, _, facts in wanted)
    print(f"DVRIP: {len(wanted)} recorded payloads, {said} facts, {wrong} payloads differ")
    return wrong or len(wanted) < 180 or said < 100


SECRETS = (b"09d53d540f99b818", b"tlJwpbo6", b"6QNMIQGe")
FORMS = ("text", "json", "html", "eve", "ocsf", "csv", "csv-devices")


def check_devices(floodwall, archive, folder):
    capture, wanted = Capture(), {}
    for place, (name, number, payload) in enumerate(payloads_of(archive)):
        facts = wanted_of(number, payload, True)
        if facts is None:
            continue
        capture.device = bytes([192, 168, 2 + place // 200, 10 + place % 200])
        asks, answers = (payload, b'{"Ret":100}') if number % 2 == 0 else (b'{"Name":""}', payload)
        capture.conversation(34567, [(True, message(number - number % 2, asks)), (False, message(number | 1, answers))])
        said = {key: [text for text in facts if text.startswith(f"own_{key}\t")] for key in ("model", "firmware")}
        wanted[".".join(map(str, capture.device))] = (name, said)
    path = os.path.join(folder, "recorders.pcap")
    capture.write(path)
    report = json.loads("".join(lines_of([floodwall, "inspect", "--json", path])))
    devices = {device["addresses"][0]: device for device in report["devices"]}
    wrong = 0
    for address, (name, said) in wanted.items():
        device = devices.get(address, {"maker": {"name": None}})
        read = [device["maker"]["name"], *(bool(device.get(key) and device[key].get("name", device[key].get("version"))) for key in said)]
        wrong += same(f"{name}: maker, model, firmware", read, ["Xiongmai", *(bool(texts) for texts in said.values())])
    told = [device for device in devices.values() if device["model"]["name"]]
    wrong += same("model", {device["model"]["name"] for device in told}, {"XM530_50X50-WG_8M"})
    wrong += same("firmware", {device["firmware"]["version"] for device in devices.values()} - {None}, {"V5.00.R02.00030747.10010.349f17.0000000"})
    for form in FORMS:
        shown = subprocess.run([floodwall, "inspect", "-v", "--format", form, path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
        wrong += same(f"secrets in {form}", [secret for secret in SECRETS if secret in shown], [])
    print(f"DVRIP: {len(wanted)} devices of one payload each, {len(told)} with a model, {wrong} faults")
    return wrong or len(wanted) < 180 or not told


# ---- TP-Link ----

def cover(text):
    out, key = bytearray(), 171
    for byte in text:
        key = byte ^ key
        out.append(key)
    return bytes(out)


def mac_of(text):
    digits = text.replace(":", "").lower()
    return ":".join(digits[i:i + 2] for i in range(0, 12, 2))


def of_sysinfo(text):
    for key, value in json.loads(text).get("system", {}).get("get_sysinfo", {}).items():
        fact = SYSINFO.get(key)
        if fact == "mac":
            yield f"own_mac\t{mac_of(value)}|{TPLINK}"
        elif fact:
            yield f"own_{fact}\t{TPLINK}|{percent(value)}"


def tplink_capture(path):
    capture, ask = Capture(), cover(b'{"system":{"get_sysinfo":{}}}')
    for device in (PLUG, LAMP):
        answer = cover(json.dumps(device, ensure_ascii=False).encode())
        capture.conversation(9999, [(True, struct.pack("!I", len(ask)) + ask), (False, struct.pack("!I", len(answer)) + answer)])
        capture.datagram(True, 9999, ask)
        capture.datagram(False, 9999, answer)
    capture.write(path)


def check_tplink(arguments, tshark, folder):
    path = os.path.join(folder, "tplink.pcap")
    tplink_capture(path)
    wrong = 0
    for protocol, dump in (("tcp", arguments.sessions), ("udp", arguments.facts)):
        theirs = []
        for text in lines_of([tshark, "-n", "-r", path, "-Y", f"{protocol}.srcport == 9999 and tplink-smarthome", "-T", "fields",
                              "-e", "tplink_smarthome.msg"]):
            theirs += of_sysinfo(text.replace('\\"', '"') if '\\"system' in text else text)
        ours = [line.split("\t", 2 if protocol == "tcp" else 1)[-1] for line in lines_of([dump, path])]
        ours = [re.sub("%[89A-F].", ".", fact) for fact in ours if not fact.startswith("own_protocol")]  # tshark shows ASCII alone
        differs = same(f"TP-Link over {protocol}", sorted(ours), sorted(theirs))
        print(f"TP-Link over {protocol}: {len(theirs)} facts by tshark, {'differ' if differs else 'agree'}")
        wrong += differs or not theirs
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", required=True)
    parser.add_argument("--facts", required=True)
    parser.add_argument("--captures", default="")
    parser.add_argument("--floodwall")
    arguments = parser.parse_args()
    archive, tshark = os.path.join(arguments.captures, ARCHIVE), shutil.which("tshark")
    wrong = skipped = 0
    with tempfile.TemporaryDirectory() as folder:
        if os.path.exists(archive):
            wrong += check_dvrip(arguments.sessions, archive, folder)
            wrong += check_devices(arguments.floodwall, archive, folder) if arguments.floodwall else 0
        else:
            skipped += 1
            print(f"SKIP makers: {ARCHIVE} is not here")
        if tshark:
            wrong += check_tplink(arguments, tshark, folder)
        else:
            skipped += 1
            print("SKIP makers: tshark is not installed")
    return 1 if wrong else 77 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
