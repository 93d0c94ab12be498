#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Event lines and tables say what the JSON report says; --from, --to and --filter take what tcpdump would take.

usage: outputs.py FLOODWALL GENERATED_FOLDER
Exit 77 when tcpdump, tshark or (in the program) libpcap is absent, after the rest was checked.
"""
import csv
import io
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

from inspecting import as_pcap, as_pcapng, finish, generated, output, read_capture, report, run

SAME = ("severity", "first", "last", "count", "summary", "advice", "evidence", "muted")
MICRO = 1000


def lines_of(floodwall, *arguments):
    return [json.loads(line) for line in output(floodwall, "--format", "eve", *arguments).splitlines()]


def key_of(finding):
    return json.dumps(finding, sort_keys=True)


def events(floodwall, path):
    """Nothing more and nothing less than in the report, and evidence the same to the letter."""
    whole, lines = report(floodwall, path), lines_of(floodwall, path)
    told = [{"id": line["floodwall"]["rule"], "device": line["floodwall"]["device_id"], **{k: line["floodwall"][k] for k in SAME if k in line["floodwall"]}}
            for line in lines if line["event_type"] == "alert"]
    meant = [{"id": finding["id"], "device": finding["device"], **{k: finding[k] for k in SAME if k in finding}} for finding in whole["findings"]]
    if sorted(map(key_of, told)) != sorted(map(key_of, meant)):
        yield f"{path}: alerts and findings differ"
    devices = [line["floodwall"]["device"] for line in lines if line["event_type"] == "floodwall_device"]
    if sorted(map(key_of, devices)) != sorted(map(key_of, whole["devices"])):
        yield f"{path}: devices differ"
    stats = lines[-1]["floodwall"]
    if any(stats[key] != whole[key] for key in ("junk", "left_out", "captures")):
        yield f"{path}: the last line differs"
    if [line["timestamp"] for line in lines] != sorted(line["timestamp"] for line in lines):
        yield f"{path}: not in the order of time"


def table(floodwall, path):
    whole = report(floodwall, path)
    text = output(floodwall, "--format", "csv", path).decode()
    if text.count("\r\n") != text.count("\n") or not text.endswith("\r\n"):
        yield f"{path}: rows do not end as RFC 4180 says"
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    if len(rows) != len(whole["findings"]):
        yield f"{path}: {len(rows)} rows, {len(whole['findings'])} findings"
    for row, finding in zip(rows, whole["findings"]):
        same = [row["first"], row["last"], row["severity"], row["finding"], row["device"], row["count"], row["technique"], row["advice"]]
        if same != [finding["first"], finding["last"], finding["severity"], finding["id"], finding["device"] or "", str(finding["count"]),
                    finding["technique"], finding["advice"]] or json.loads(row["evidence"]) != finding["evidence"]:
            yield f"{path}: a row is not its finding: {row}"
        if row["summary"].lstrip("'") != finding["summary"] or None in row or None in row.values():
            yield f"{path}: a row of another width, or with another sentence: {row}"


def community(floodwall, path):
    """Of a login and of an answered service, tshark knows the conversation by the same id (of a tunnel it has that of the inside)."""
    ids = [line["community_id"] for line in lines_of(floodwall, path) if line["event_type"] == "alert" and "community_id" in line
           and line["proto"] != "GRE"]
    if path.endswith("incident.pcapng") and len(ids) < 2:
        yield f"{path}: only {len(ids)} findings with a community id"
    if not ids or not shutil.which("tshark"):
        return  # tshark reads all of a capture, and most have nothing that it could know
    done = subprocess.run(["tshark", "-r", path, "--enable-protocol", "communityid", "-T", "fields", "-e", "communityid"], capture_output=True, text=True,
                          check=True, env=dict(os.environ, HOME="/nonexistent"))
    known = set(done.stdout.split())
    if set(ids) - known:
        yield f"{path}: tshark knows no conversation {set(ids) - known}"


def filters(floodwall):
    return b"without libpcap" not in run(floodwall, "--filter", "udp", "/nonexistent").stderr


def without(found, *keys):
    return {key: value for key, value in found.items() if key not in keys}


def parts(floodwall, folder, incident):
    """A part of a capture is as good as a capture of that part."""
    records = read_capture(incident)
    whole = os.path.join(folder, "whole.pcap")
    with open(whole, "wb") as file:
        file.write(as_pcap(records))
    start, end = records[0][0], records[-1][0]
    middle = start + (end - start) // 3 // MICRO * MICRO
    cases = [(["--from", stamp(middle)], lambda t: t >= middle), (["--to", stamp(middle)], lambda t: t < middle),
             (["--from", stamp(start + 10**9), "--to", stamp(middle)], lambda t: start + 10**9 <= t < middle),
             (["--from", f"{middle // 10**9}.{middle % 10**9:09}"], lambda t: t >= middle), (["--to", stamp(end)], lambda t: t < end),
             (["--from", stamp(end)], lambda t: t >= end), (["--from", "1970-01-01"], lambda t: True)]
    for options, taken in cases:
        kept = [record for record in records if taken(record[0])]
        yield from compare(floodwall, folder, whole, options, as_pcap(kept), len(kept))
    if not shutil.which("tcpdump") or not filters(floodwall):
        return
    for expression in ("udp port 53", "tcp[tcpflags] & tcp-syn != 0", "host 192.168.1.64 and not tcp port 23", "ether host 60:8b:0e:5a:11:20", "arp or icmp",
                       "greater 1000", "port domain or port telnet", "ip6", "net 203.0.113.0/24"):
        kept = subprocess.run(["tcpdump", "-r", whole, "-w", "-", "--nano", expression], capture_output=True, check=True).stdout
        yield from compare(floodwall, folder, whole, ["--filter", expression], kept, None)


def compare(floodwall, folder, whole, options, kept, count):
    alone = os.path.join(folder, "alone.pcap")
    with open(alone, "wb") as file:
        file.write(kept)
    part, meant = report(floodwall, *options, whole), report(floodwall, alone)
    if count is None:
        count = meant["captures"][0]["packets"]
    if without(part, "captures", "selection", "ours_inferred") != without(meant, "captures", "ours_inferred"):
        yield f"{options}: the report is not that of these packets alone"
    capture = part["captures"][0]
    if capture["taken"] != count or capture["packets"] != report(floodwall, whole)["captures"][0]["packets"]:
        yield f"{options}: {capture}, but {count} are meant"
    for style in ([], ["-q"], ["-v"]):
        if b"Only a part was looked at" not in output(floodwall, *style, *options, whole):
            yield f"{options} {style}: the text does not say that it is about a part"


def stamp(time_ns):
    seconds = subprocess.run(["date", "-u", "-d", f"@{time_ns // 10**9}", "+%Y-%m-%dT%H:%M:%S"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{seconds}.{time_ns % 10**9:09}Z"


def selection(floodwall, incident):
    found = report(floodwall, "--from", "2016-10-21T13:00+02:00", "--filter", "udp", incident)["selection"]
    if found != {"from": "2016-10-21T11:00:00.000000Z", "to": None, "filter": "udp"}:
        yield f"selection: {found}"
    if "selection" in report(floodwall, incident) or "taken" in report(floodwall, incident)["captures"][0]:
        yield "a selection where none was asked for"
    none = run(floodwall, "--filter", "udp port 9", incident)
    if none.returncode or none.stderr or b"nothing can be said" not in none.stdout or b"Nothing to worry" in none.stdout:
        yield f"a filter that nothing passes: {none}"
    stats = lines_of(floodwall, "--filter", "udp", incident)[-1]["floodwall"]
    if stats["selection"]["filter"] != "udp" or not 0 < stats["captures"][0]["taken"] < stats["captures"][0]["packets"]:
        yield f"the last event line: {stats}"


def link_types(floodwall, folder, incident):
    """What the filter means nothing for is told, counts as wrong, and the rest is reported."""
    records = read_capture(incident)
    raw = [(time_ns, wire - 14, body[14:], 101) for time_ns, wire, body, _ in records if body[12:14] == b"\x08\x00"]
    path = os.path.join(folder, "raw.pcapng")
    with open(path, "wb") as file:
        file.write(as_pcapng(raw))
    if report(floodwall, "--filter", "udp", path)["captures"][0]["taken"] != report(floodwall, "--filter", "ip and udp", incident)["captures"][0]["taken"]:
        yield "raw IP is filtered otherwise than Ethernet"
    done = run(floodwall, "--json", "--filter", "ether host 60:8b:0e:5a:11:20", path, incident)
    captures = {capture["file"]: capture for capture in json.loads(done.stdout)["captures"]}
    if done.returncode != 2 or done.stderr.count(b"\n") != 1 or b"link type 101" not in done.stderr or path.encode() not in done.stderr:
        yield f"a filter that means nothing for raw IP: exit {done.returncode}, {done.stderr!r}"
    if captures[path]["taken"] or not captures[incident]["taken"] or "link type 101" not in captures[path]["note"]:
        yield f"a filter that means nothing for raw IP: {captures}"


def hostile_names(floodwall, folder):
    """A name that is a formula and more, from the wire into a cell and a line."""
    name = b'=cmd|"/C calc"!A0,\r\n"x'
    mac = bytes.fromhex("a0a0a0010203")
    def option(code, value):
        return bytes([code, len(value)]) + value
    body = struct.pack("!BBBBIHH4s4s4s4s16s", 1, 1, 6, 0, 1, 0, 0, b"", b"", b"", b"", mac) + bytes(192) + b"\x63\x82\x53\x63"
    body += option(53, b"\x03") + option(50, bytes([192, 168, 1, 33])) + option(12, name) + b"\xff"
    def packet(src, dst, proto, payload):
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, proto, 0, src, dst) + payload
        return b"\x02" * 6 + mac + b"\x08\x00" + ip
    frames = [packet(bytes(4), b"\xff" * 4, 17, struct.pack("!HHHH", 68, 67, 8 + len(body), 0) + body)]
    for last in range(1, 60):
        frames.append(packet(bytes([192, 168, 1, 33]), bytes([203, 0, 113, last]), 6, struct.pack("!HHIIBBHHH", 40000, 23, last, 0, 0x50, 2, 1024, 0, 0)))
    path = os.path.join(folder, "formula.pcap")
    with open(path, "wb") as file:
        file.write(as_pcap([(1477047600 * 10**9 + i * 10**8, len(frame), frame, 1) for i, frame in enumerate(frames)]))
    rows = list(csv.DictReader(io.StringIO(output(floodwall, "--format", "csv", path).decode(), newline=""), strict=True))
    if not rows or not all(row["name"].startswith("'=cmd") and "\\x0d\\x0a" in row["name"] for row in rows):
        yield f"a formula from the network: {rows}"
    yield from events(floodwall, path)


def main():
    floodwall, own = sys.argv[1:3]
    inputs = generated(own)
    incident = os.path.join(own, "incident.pcapng")
    faults = []
    for path in inputs:
        faults += [*events(floodwall, path), *table(floodwall, path), *community(floodwall, path)]
    with tempfile.TemporaryDirectory() as folder:
        faults += [*parts(floodwall, folder, incident), *hostile_names(floodwall, folder)]
        if filters(floodwall):
            faults += [*selection(floodwall, incident), *link_types(floodwall, folder, incident)]
    missing = [tool for tool in ("tcpdump", "tshark") if not shutil.which(tool)] + ([] if filters(floodwall) else ["libpcap"])
    finish(f"{len(inputs)} captures as lines and as a table, and parts of one", faults, f"what {missing} would say" if missing else None)


main()
