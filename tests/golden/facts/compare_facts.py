#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds the facts of our dissectors against what tshark reads in the same frames.

usage: compare_facts.py --dump FACTS_DUMP [--captures FOLDER] --explained TSV [--show CAPTURE] [CAPTURE...]

Both sides become a multiset of (frame, fact, value) per capture: ours from facts_dump, theirs from tshark's fields,
normalised by the functions below (one per protocol; to add a protocol, add its fields to FIELDS, its filter to
FILTER and a function to PROTOCOLS). Captures are those of FOLDER's MANIFEST.tsv, and those named.

Whatever differs has to stand in the TSV: capture, fact, how many facts only we gave, how many only tshark gave, and
why. The numbers are exact: a difference that grows, shrinks or goes away fails until somebody has looked at it.

What the normal form evens out, everywhere (see name() and lossy()):
 - case of DNS names (ours are lower case, tshark's as on the wire), A to Z only;
 - a dot or backslash inside a label: ours has a backslash before it, tshark does not tell it from others;
 - bytes of DNS names that are no UTF-8: tshark shows U+FFFD, so ours become that here.

Exit 0 when all agrees, 1 when not, 77 when tshark or the captures are missing (what is there was compared).
"""
import collections
import ipaddress
import json
import os
import re
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import device_facts  # noqa: E402
import tshark as reader  # noqa: E402
import web_facts  # noqa: E402
from normal_form import Malformed, address, lower, name, percent, shown  # noqa: E402

FILTER = "arp or icmpv6 or dhcp or dns or mdns or ssdp or udp.port in {3702, 37810} or " + device_facts.FILTER

FIELDS = """
frame.number frame.protocols udp.srcport udp.dstport udp.payload ipv6.hlim
arp.hw.type arp.proto.type arp.opcode arp.src.hw_mac arp.src.proto_ipv4 arp.dst.proto_ipv4
icmpv6.type icmpv6.nd.ns.target_address icmpv6.nd.na.target_address icmpv6.opt.src_linkaddr icmpv6.opt.target_linkaddr
icmpv6.opt.prefix icmpv6.opt.prefix.length icmpv6.opt.prefix.flag.l icmpv6.opt.prefix.flag.a
dhcp.hw.type dhcp.hw.len dhcp.hw.mac_addr dhcp.ip.client dhcp.ip.your dhcp.option.type dhcp.option.length dhcp.option.value
dns.id dns.flags.response dns.flags.opcode dns.flags.rcode dns.count.answers dns.qry.name dns.qry.type
dns.resp.name dns.resp.type dns.resp.class dns.resp.ttl dns.resp.len dns.a dns.aaaa dns.cname dns.ptr.domain_name
dns.srv.service dns.srv.proto dns.srv.name dns.srv.port dns.srv.target dns.txt dns.txt.length
http.request.method http.response.version http.request.line http.response.line http.unknown_header http.server http.location http.user_agent
""".split() + device_facts.FIELDS

# Frames are dissected one by one on our side: no reassembly, no guess by conversation.
PREFERENCES = ["-o", "ip.defragment:TRUE", "-o", "ipv6.defragment:TRUE", *device_facts.PREFERENCES]


NAMES_AT = {"dns_question": [2], "dns_response": [3], "dns_address": [2, 3], "mdns_address": [2], "mdns_service": [1], "mdns_host": [2, 3],
            "mdns_text": [1]}


def lossy(fact, value):
    """Our value with what tshark cannot show in names taken away."""
    if fact not in NAMES_AT:
        return value
    parts = value.split("|")
    for at in NAMES_AT[fact]:
        raw = urllib.parse.unquote_to_bytes(parts[at])
        raw = re.sub(rb"\\([.\\])", rb"\1", raw)
        parts[at] = percent(raw.decode("utf-8", errors="replace").encode("utf-8"))
    return "|".join(parts)


# --- tshark's fields of one frame to facts, by protocol -----------------------------------------------------------


def arp(row):
    for hw, proto, op, mac, sender, target in zip(*(row[f] for f in (
            "arp.hw.type", "arp.proto.type", "arp.opcode", "arp.src.hw_mac", "arp.src.proto_ipv4", "arp.dst.proto_ipv4"))):
        if int(hw, 0) != 1 or int(proto, 0) != 0x800 or int(op) not in (1, 2):
            continue
        if sender != "0.0.0.0":
            yield "arp_sender", f"{mac}|{sender}|{int(op)}"
        yield "arp_target", f"{address_or_zero(target)}|{int(op)}"


def address_or_zero(text):
    """An IPv4 address, zero or not."""
    return text


NO_MAC = "00:00:00:00:00:00"


def nd(row):
    if not row["icmpv6.type"] or row["ipv6.hlim"][:1] != ["255"]:
        return
    kind = int(row["icmpv6.type"][0])
    source, target = row["icmpv6.opt.src_linkaddr"][:1] or [NO_MAC], row["icmpv6.opt.target_linkaddr"][:1] or [NO_MAC]
    if kind == 135:
        for addr in row["icmpv6.nd.ns.target_address"]:
            yield "nd_solicit", f"{source[0]}|{address(addr)}"
    if kind == 136:
        for addr in row["icmpv6.nd.na.target_address"]:
            yield "nd_neighbour", f"{target[0]}|{address(addr)}"
    if kind == 134:
        yield "nd_router", source[0]
        for prefix, bits, on_link, autonomous in zip(*(row["icmpv6.opt.prefix" + f] for f in ("", ".length", ".flag.l", ".flag.a"))):
            if "1" in (on_link, autonomous):
                yield "nd_prefix", f"{address(prefix)}|{bits}"


def dhcp_options(row):
    """Code to bytes; pieces of one code joined (RFC 3396)."""
    options = {}
    values = iter(row["dhcp.option.value"])
    lengths = iter(row["dhcp.option.length"])
    for code in map(int, row["dhcp.option.type"]):
        if code in (0, 255):
            continue
        length = int(next(lengths, 0))
        raw = bytes.fromhex(next(values, "")) if length else b""
        options[code] = options.get(code, b"") + raw
    return options


def dhcp_name(raw):
    """Option 81 behind its three bytes, when it is in wire form (RFC 4702 section 3.1)."""
    labels = []
    while raw and raw[0]:
        labels.append(raw[1:1 + raw[0]].decode("latin-1"))
        raw = raw[1 + raw[0]:]
    return lower(".".join(labels))


def dhcp(row):
    if not row["dhcp.option.type"]:
        return
    options = dhcp_options(row)
    mac = row["dhcp.hw.mac_addr"][0] if row["dhcp.hw.mac_addr"] and int(row["dhcp.hw.type"][0], 0) == 1 else NO_MAC
    if len(options.get(53, b"")) == 1:
        given = [a for a in (row["dhcp.ip.your"][0], row["dhcp.ip.client"][0]) if a != "0.0.0.0"]
        yield "dhcp_message", f"{mac}|{given[0] if given else '::'}|{options[53][0]}"
    for code, fact in ((12, "host_name"), (60, "vendor_class"), (15, "domain")):
        if options.get(code, b"").rstrip(b"\0"):
            yield f"dhcp_{fact}", f"{mac}|{percent(options[code].rstrip(bytes(1)))}"
    for code, fact in ((55, "parameters"), (61, "client_id")):
        if options.get(code):
            yield f"dhcp_{fact}", f"{mac}|{percent(options[code])}"
    for code, fact in ((50, "requested"), (54, "server"), (3, "router"), (6, "resolver")):
        raw = options.get(code, b"")
        for at in range(0, len(raw) - 3, 4):
            yield f"dhcp_{fact}", f"{mac}|{ipaddress.IPv4Address(raw[at:at + 4])}"
    if len(options.get(51, b"")) == 4:
        yield "dhcp_lease", f"{mac}|{int.from_bytes(options[51], 'big')}"
    fqdn = options.get(81, b"")
    if len(fqdn) > 3:
        text = dhcp_name(fqdn[3:]) if fqdn[0] & 4 else fqdn[3:].rstrip(b"\0")
        yield "dhcp_fqdn", f"{mac}|{percent(text)}"
    if options.get(161):
        yield "dhcp_mud_url", f"{mac}|{percent(options[161].split(b' ')[0])}"


A, CNAME, PTR, TXT, AAAA, SRV, OPT = 1, 5, 12, 16, 28, 33, 41


def take(iterator):
    try:
        return next(iterator)
    except StopIteration:
        raise Malformed from None


def txt_strings(row_iterators, length):
    strings = []
    while length > 0:
        size = int(take(row_iterators["dns.txt.length"]))
        # a field of one empty string looks like no field
        strings.append(take(row_iterators["dns.txt"]) if size else next(row_iterators["dns.txt"], ""))
        length -= 1 + size
    return strings


def records(row):
    """Each record as (owner, type, class, ttl, data): tshark's lists, one per field over all records, put together again."""
    it = {field: iter(row[field]) for field in FIELDS if field.startswith("dns.")}
    for kind in map(int, row["dns.resp.type"]):
        if kind == SRV:
            owner = ".".join(take(it[f"dns.srv.{part}"]) for part in ("service", "proto", "name"))
        else:
            owner = take(it["dns.resp.name"])
        group, ttl = (0, 0) if kind == OPT else (int(take(it["dns.resp.class"]), 0), int(take(it["dns.resp.ttl"])))
        length = int(take(it["dns.resp.len"]))
        data = None
        if kind in (A, AAAA, CNAME, PTR):
            data = take(it[{A: "dns.a", AAAA: "dns.aaaa", CNAME: "dns.cname", PTR: "dns.ptr.domain_name"}[kind]])
        elif kind == TXT:
            data = txt_strings(it, length)
        elif kind == SRV:
            data = (take(it["dns.srv.port"]), take(it["dns.srv.target"]))
        yield owner, kind, group, ttl, data


def dns(row):
    if not row["dns.id"] or row["frame.protocols"][0].split(":")[-1] != "dns" or ":udp:" not in row["frame.protocols"][0]:
        return
    message, answer = int(row["dns.id"][0], 0), row["dns.flags.response"][0] == "1"
    questions = list(zip(map(name, row["dns.qry.name"]), map(int, row["dns.qry.type"])))
    for asked, kind in questions:
        if answer:
            yield "dns_response", f"{kind}|{int(row['dns.flags.rcode'][0])}|{message}|{asked}"
        else:
            yield "dns_question", f"{kind}|{message}|{asked}"
    if not answer:
        return
    first = end = questions[0][0] if questions else None
    for number, (owner, kind, group, ttl, data) in enumerate(records(row)):
        if number >= int(row["dns.count.answers"][0]):
            return
        linked = first is not None and name(owner) in (first, end)
        if kind == CNAME and linked and group == 1:
            end = name(data)
        elif kind in (A, AAAA) and group == 1:
            yield "dns_address", f"{mapped(data)}|{ttl}|{name(owner)}|{first if linked else ''}"


def mapped(text):
    """An address record's data: zero is an address here."""
    return str(ipaddress.ip_address(text))


def mdns(row):
    if "mdns" not in row["frame.protocols"][0].split(":") or not row["dns.id"]:
        return
    if row["dns.flags.response"][0] != "1" or int(row["dns.flags.rcode"][0]):
        return
    for owner, kind, group, ttl, data in records(row):
        owner = name(owner)
        if group != 1:
            continue
        if kind in (A, AAAA):
            yield "mdns_address", f"{mapped(data)}|{ttl}|{owner}"
        elif kind == PTR and owner.startswith("_"):
            behind = "." + owner
            instance = data[:-len(behind)] if name(data).endswith(behind) else data.split(".")[0]
            yield "mdns_service", f"{ttl}|{owner}|{percent(shown(instance))}"
        elif kind == SRV:
            yield "mdns_host", f"{int(data[0])}|{ttl}|{owner}|{name(data[1])}"
        elif kind == TXT:
            for string in data:
                if string:
                    yield "mdns_text", f"{ttl}|{owner}|{percent(shown(string))}"


def ssdp(row):
    if "ssdp" not in row["frame.protocols"][0].split(":"):
        return
    for method in row["http.request.method"] + row["http.response.version"]:
        yield "ssdp_method", percent(method)
    # lines of requests and responses; a NOTIFY is neither
    for line in row["http.request.line"] + row["http.response.line"] or row["http.unknown_header"]:
        key, _, value = shown(line).partition(":")
        fact = {"nt": "target", "st": "target", "usn": "usn"}.get(key.strip().lower())
        if fact and value.strip():
            yield f"ssdp_{fact}", percent(value.strip())
    for field, fact in (("http.server", "server"), ("http.location", "location"), ("http.user_agent", "agent")):
        for value in row[field]:
            if value.strip():
                yield f"ssdp_{fact}", percent(shown(value).strip())


def dhip(row):
    """tshark has no dissector: its UDP payload, read here with another JSON reader than ours."""
    if "37810" not in row["udp.srcport"][:1] + row["udp.dstport"][:1] or not row["udp.payload"]:
        return
    payload = bytes.fromhex(row["udp.payload"][0].replace(":", ""))
    if payload[:8] != b"\x20\0\0\0DHIP":
        return
    try:
        text = payload[32:32 + int.from_bytes(payload[16:20], "little")].decode("utf-8")
        body, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:
        raise Malformed from None
    info = body.get("params", {}).get("deviceInfo", {})
    for key, fact, where in (("method", "method", body), ("DeviceClass", "class", info), ("DeviceType", "type", info), ("Vendor", "vendor", info),
                             ("Version", "version", info)):
        if where.get(key):
            yield f"dhip_{fact}", percent(where[key].encode("utf-8"))
    if re.fullmatch("([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}", body.get("mac", "")):
        yield "dhip_mac", body["mac"].lower().replace("-", ":")
    if info.get("IPv4Address", {}).get("IPAddress"):
        yield "dhip_address", address(info["IPv4Address"]["IPAddress"])


PROTOCOLS = (arp, nd, dhcp, dns, mdns, ssdp, dhip, web_facts.wsd, *device_facts.PROTOCOLS)


# --- both sides of one capture ------------------------------------------------------------------------------------


def asked(_):
    return PREFERENCES, FILTER, FIELDS


def theirs(tshark, path):
    facts, unread = collections.Counter(), 0
    for row in reader.rows(tshark, path, *asked(tshark)):
        frame = row["frame.number"][0]
        for protocol in PROTOCOLS:
            try:
                for fact, value in protocol(row):
                    facts[frame, fact, value] += 1
            except Malformed:
                unread += 1
    return facts, unread


def ours(dump, path):
    facts = collections.Counter()
    for line in reader.lines_of([dump, path]):
        frame, fact, value = line.split("\t", 2)
        facts[frame, fact, lossy(fact, value)] += 1
    return facts


if __name__ == "__main__":
    sys.exit(reader.main("facts", ours, theirs, asked))
