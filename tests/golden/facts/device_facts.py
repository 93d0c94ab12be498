# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark's fields of one frame to facts, for what devices are asked and tell about themselves: DHCPv6, LLDP, NTP, SNMP, CoAP,
Ubiquiti discovery. See compare_facts.py, which puts FIELDS, FILTER, PREFERENCES and PROTOCOLS beside its own.
"""
import ipaddress
import re

from normal_form import Malformed, address, lower, percent, shown

FILTER = "dhcpv6 or lldp or ntp or snmp or coap or udp.port == 10001"

# Each datagram by its port, no guess by conversation; nothing put together from blocks.
PREFERENCES = ["-d", "udp.port==10001,ubdp"]

FIELDS = """
dhcpv6.msgtype dhcpv6.option.type dhcpv6.option.length dhcpv6.duid.bytes dhcpv6.iaaddr.ip dhcpv6.iaaddr.valid_lifetime
dhcpv6.iaprefix.pref_addr dhcpv6.iaprefix.pref_len dhcpv6.iaprefix.valid_lifetime dhcpv6.requested_option_code
dhcpv6.vendorclass.enterprise dhcpv6.vendorclass.data dhcpv6.dns_server dhcpv6.client_domain dhcpv6.mudurl
lldp.tlv.type lldp.chassis.subtype lldp.chassis.id lldp.chassis.id.mac lldp.chassis.id.ip4 lldp.chassis.id.ip6
lldp.port.subtype lldp.port.id lldp.port.id.mac lldp.port.id.ip4 lldp.port.id.ip6 lldp.tlv.system.name lldp.tlv.system.desc
lldp.tlv.system_cap lldp.tlv.enable_system_cap lldp.mgn.addr.ip4 lldp.mgn.addr.ip6 lldp.media.subtype lldp.media.firmware
lldp.media.software lldp.media.manufacturer lldp.media.model lldp.iana.mudurl
ntp.flags.vn ntp.flags.mode ntp.stratum ntp.refid ntp.ctrl.flags2.r ntp.ctrl.flags2.opcode ntp.priv.flags.r ntp.priv.reqcode
snmp.version snmp.msgVersion snmp.data snmp.name snmp.value.octets snmp.value.oid snmp.encryptedPDU snmp.msgAuthoritativeEngineID
coap.type coap.code coap.mid coap.opt.uri_host coap.opt.uri_path coap.opt.ctype coap.payload_length
ubdp.version ubdp.command ubdp.type ubdp.mac ubdp.ip ubdp.firmware_full ubdp.firmware ubdp.hostname ubdp.product ubdp.model
""".split()

NO_MAC = "00:00:00:00:00:00"


def take(iterator):
    try:
        return next(iterator)
    except StopIteration:
        raise Malformed from None


def text(value):
    return percent(shown(value))


def colons(raw):
    return ":".join(f"{byte:02x}" for byte in raw)


# --- DHCPv6: one list of option codes over all messages of the frame, and a list of values for each kind of option -------


def duid_mac(raw):
    """Types 1 and 3 with hardware type 1 end in it."""
    if raw[:4] == b"\0\1\0\1" and len(raw) == 14 or raw[:4] == b"\0\3\0\1" and len(raw) == 10:
        return colons(raw[-6:])
    return NO_MAC


def dhcp6(row):
    if not row["dhcpv6.msgtype"]:
        return
    kinds = [int(kind) for kind in row["dhcpv6.msgtype"]]
    it = {field: iter(row[field]) for field in FIELDS if field.startswith("dhcpv6.")}
    options = [(int(code), int(take(it["dhcpv6.option.length"]))) for code in row["dhcpv6.option.type"]]
    duids = iter([bytes.fromhex(raw.replace(":", "")) for raw in row["dhcpv6.duid.bytes"]])
    duid_of = {code: take(duids) for code, _ in options if code in (1, 2)}
    mac = duid_mac(duid_of.get(1, b""))
    for kind in kinds:
        yield "dhcp6_message", f"{NO_MAC if kind in (12, 13) else mac}|{kind}"
    for code, length in options:
        yield from dhcp6_option(it, code, length, mac, kinds[-1], duid_of)


def dhcp6_option(it, code, length, mac, kind, duid_of):
    if code in (1, 2):
        yield ("dhcp6_client_id", "dhcp6_server_id")[code - 1], f"{mac}|{percent(duid_of[code])}"
    elif code == 5:
        yield "dhcp6_address", f"{mac}|{mapped(take(it['dhcpv6.iaaddr.ip']))}|{kind}|{take(it['dhcpv6.iaaddr.valid_lifetime'])}"
    elif code == 26:
        addr, bits = mapped(take(it["dhcpv6.iaprefix.pref_addr"])), take(it["dhcpv6.iaprefix.pref_len"])
        yield "dhcp6_prefix", f"{mac}|{addr}|{kind}|{bits}|{take(it['dhcpv6.iaprefix.valid_lifetime'])}"
    elif code == 6 and length:
        raw = b"".join(int(take(it["dhcpv6.requested_option_code"])).to_bytes(2, "big") for _ in range(length // 2))
        yield "dhcp6_parameters", f"{mac}|{percent(raw)}"
    elif code == 16:
        number, left = take(it["dhcpv6.vendorclass.enterprise"]), length - 4
        while left > 0:
            said = shown(take(it["dhcpv6.vendorclass.data"]))
            yield "dhcp6_vendor_class", f"{mac}|{number}|{percent(said)}"
            left -= 2 + len(said)
    elif code == 23:
        for _ in range(length // 16):
            yield "dhcp6_resolver", f"{mac}|{mapped(take(it['dhcpv6.dns_server']))}"
    elif code == 39 and length > 1:
        yield "dhcp6_fqdn", f"{mac}|{percent(lower(shown(take(it['dhcpv6.client_domain']))).rstrip('.'))}"
    elif code == 112:
        yield "dhcp6_mud_url", f"{mac}|{percent(shown(take(it['dhcpv6.mudurl'])).split(' ')[0])}"


def mapped(addr):
    """Zero is an address here."""
    return str(ipaddress.ip_address(addr))


# --- LLDP ----------------------------------------------------------------------------------------------------------------


def lldp_identifier(row, which, subtype, mac_subtype):
    """mac, addr, subtype, raw bytes, as the fact has them."""
    field = f"lldp.{which}.id"
    if row[field + ".mac"]:
        mac = row[field + ".mac"][0]
        return f"{mac if subtype == mac_subtype else NO_MAC}|::|{subtype}|{percent(bytes.fromhex(mac.replace(':', '')))}"
    for family, suffix in ((1, ".ip4"), (2, ".ip6")):
        if row[field + suffix]:
            addr = ipaddress.ip_address(row[field + suffix][0])
            return f"{NO_MAC}|{addr}|{subtype}|{percent(bytes([family]) + addr.packed)}"
    raw = row[field][0]
    return f"{NO_MAC}|::|{subtype}|{percent(bytes.fromhex(raw.replace(':', ''))) if which == 'chassis' else text(raw)}"


MED = {6: "firmware", 7: "software", 9: "manufacturer", 10: "model"}


def lldp(row):
    if not row["lldp.chassis.subtype"]:
        return
    yield "lldp_chassis", lldp_identifier(row, "chassis", int(row["lldp.chassis.subtype"][0]), 4)
    yield "lldp_port", lldp_identifier(row, "port", int(row["lldp.port.subtype"][0]), 3)
    for field, fact in (("name", "name"), ("desc", "description")):
        for value in row["lldp.tlv.system." + field]:
            yield f"lldp_{fact}", text(value)
    for can, does in zip(row["lldp.tlv.system_cap"], row["lldp.tlv.enable_system_cap"]):
        yield "lldp_capabilities", f"{int(can, 0)}|{int(does, 0)}"
    for addr in row["lldp.mgn.addr.ip4"] + row["lldp.mgn.addr.ip6"]:
        yield "lldp_address", mapped(addr)
    for number in (int(subtype, 0) for subtype in row["lldp.media.subtype"]):
        if number in MED:
            yield "lldp_inventory", f"{number}|{text(row['lldp.media.' + MED[number]][0])}"
    for url in row["lldp.iana.mudurl"]:
        yield "lldp_mud_url", percent(shown(url).split(" ")[0])


# --- NTP -----------------------------------------------------------------------------------------------------------------


def ntp(row):
    for version, mode in zip(map(int, row["ntp.flags.vn"]), map(int, row["ntp.flags.mode"])):
        if mode == 6:
            yield "ntp_control", f"{row['ntp.ctrl.flags2.opcode'][0]}|{row['ntp.ctrl.flags2.r'][0]}|{version}"
            if row["ntp.ctrl.flags2.opcode"][0] == "2" and row["ntp.ctrl.flags2.r"][0] == "1":
                yield from ntp_variables(row, version)
        elif mode == 7:
            yield "ntp_private", f"{row['ntp.priv.reqcode'][0]}|{row['ntp.priv.flags.r'][0]}|{version}"
        elif row["ntp.refid"]:
            reference = bytes.fromhex(row["ntp.refid"][0].replace(":", ""))
            yield "ntp_time", f"{mode}|{int(row['ntp.stratum'][0])}|{version}|{percent(reference)}"


def ntp_variables(row, version):
    """tshark has no field for them: its UDP payload, read here. Parts of a long answer but the first are left alone."""
    payload = bytes.fromhex(row["udp.payload"][0].replace(":", "")).decode("latin-1")
    if payload[8:10] != "\0\0":
        return
    for key, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^,"]*))', payload[12:]):
        if key in ("version", "processor", "system") and (quoted or plain):
            yield "ntp_variable", f"{version}|{key}|{percent(quoted or plain)}"


# --- SNMP ----------------------------------------------------------------------------------------------------------------

# Which list of values the next one of this object is in (the last two are times, in none of these); of other objects it is not known, and
# reading ends there.
SYSTEM = "1.3.6.1.2.1.1."
VALUE_OF = {SYSTEM + "1.0": "octets", SYSTEM + "2.0": "oid", SYSTEM + "3.0": None, SYSTEM + "4.0": "octets", SYSTEM + "5.0": "octets",
            SYSTEM + "6.0": "octets", SYSTEM + "7.0": None, SYSTEM + "8.0": None, "1.2.840.10006.300.43.1.3.0": None}
SNMP_FACTS = {SYSTEM + "1.0": "description", SYSTEM + "2.0": "object_id", SYSTEM + "5.0": "name"}


def snmp(row):
    versions = row["snmp.version"] or row["snmp.msgVersion"]
    if not versions:
        return
    engine = row["snmp.msgAuthoritativeEngineID"]
    if engine and re.fullmatch("([0-9a-f]{2}:?)+", engine[0]):
        raw = bytes.fromhex(engine[0].replace(":", ""))
        if len(raw) >= 5:
            mac = colons(raw[5:]) if raw[0] & 0x80 and raw[4] == 3 and len(raw) == 11 else NO_MAC
            yield "snmp_engine", f"{mac}|{int.from_bytes(raw[:4], 'big') & 0x7fffffff}|{percent(raw)}"
    pdu = row["snmp.data"][0] if row["snmp.data"] else "255" if row["snmp.encryptedPDU"] else None
    if pdu is None:
        raise Malformed
    yield "snmp_message", f"{versions[0]}|{pdu}"
    if pdu in ("2", "7"):
        yield from snmp_values(row)


def snmp_values(row):
    it = {kind: iter(row["snmp.value." + kind]) for kind in ("octets", "oid")}
    for oid in row["snmp.name"]:
        if oid not in VALUE_OF:
            return
        value = take(it[VALUE_OF[oid]]) if VALUE_OF[oid] else None
        if oid in SNMP_FACTS and value not in (None, "<MISSING>"):
            value = value if VALUE_OF[oid] == "oid" else percent(bytes.fromhex(value.replace(":", "")))
            yield f"snmp_{SNMP_FACTS[oid]}", value


# --- CoAP ----------------------------------------------------------------------------------------------------------------


def coap(row):
    if not row["coap.mid"]:
        return
    yield "coap_message", f"{int(row['coap.code'][0])}|{int(row['coap.type'][0])}|{int(row['coap.mid'][0])}"
    for host in row["coap.opt.uri_host"]:
        yield "coap_host", text(host)
    if row["coap.opt.uri_path"]:
        yield "coap_path", "".join(percent("/" + shown(piece)) for piece in row["coap.opt.uri_path"])
    if row["coap.opt.ctype"] and "link-format" in row["coap.opt.ctype"][0] and row["coap.payload_length"]:
        # tshark says where the list is, and how it is to be read; what it says is read here
        links = bytes.fromhex(row["udp.payload"][0].replace(":", ""))[-int(row["coap.payload_length"][0]):].decode("latin-1")
        for target, attributes in re.findall(r'<([^>]*)>((?:[^,"]|"(?:[^"\\]|\\.)*")*)', links):
            yield "coap_resource", f"{percent(target)}|{percent(attributes.removeprefix(';'))}"


# --- Ubiquiti --------------------------------------------------------------------------------------------------------------

UBNT_TEXTS = {3: ("firmware", "firmware_full"), 22: ("firmware", "firmware"), 11: ("host_name", "hostname"), 12: ("product", "product"),
              20: ("model", "model"), 21: ("model", "model")}


def ubnt(row):
    if not row["ubdp.version"] or row["ubdp.version"][0] not in ("1", "2"):
        return
    it = {field: iter(row[field]) for field in FIELDS if field.startswith("ubdp.")}
    yield "ubnt_message", f"{row['ubdp.version'][0]}|{row['ubdp.command'][0]}"
    for kind in map(int, row["ubdp.type"]):
        if kind in (1, 2, 19):
            mac = take(it["ubdp.mac"])
            if kind == 2:
                yield "ubnt_address", f"{mac}|{address(take(it['ubdp.ip']))}"
            elif kind == 1:
                yield "ubnt_mac", mac
        elif kind in UBNT_TEXTS:
            fact, field = UBNT_TEXTS[kind]
            said = take(it["ubdp." + field]).rstrip("\0")
            # tshark puts what it knows of a product behind its code
            said = text(said.split(": ")[0] if fact in ("product", "model") else said)
            yield f"ubnt_{fact}", f"{kind}|{said}" if fact in ("firmware", "model") else said


PROTOCOLS = (dhcp6, lldp, ntp, snmp, coap, ubnt)
