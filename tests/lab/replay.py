# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture taken at an authoritative server, as questions for the client (from their own addresses, in their own time) and as the zone that gives the
answers which it shows. UDP alone; of the zone what the answers show of it, without signatures. Addresses that were made strange (240.0.0.0/4 is nobody's, and
nobody answers there) become others with the same neighbours."""
import lzma
import socket
import struct

NS, SOA, RRSIG, NSEC, OPT, NSEC3 = 2, 6, 46, 47, 41, 50
NAMED = {2: 0, 5: 0, 12: 0, 39: 0, 15: 2, 6: None}  # types whose data has a name at its end; how many bytes stand before it


def unicast(address):
    first, _, rest = address.partition(".")
    return address if ":" in address or int(first) < 224 else f"{int(first) - 224}.{rest}"


def frames(file):
    """Ethernet frames of a little-endian pcapng with microseconds, as the one that is replayed."""
    with (lzma.open if file.endswith(".xz") else open)(file, "rb") as capture:
        data = capture.read()
    at = 0
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<2I", data, at)
        if kind == 6:  # enhanced packet block
            high, low, kept = struct.unpack_from("<3I", data, at + 12)
            yield high << 32 | low, data[at + 28:at + 28 + kept]
        at += max(size, 12)


def datagrams(file):
    """(microseconds, source, destination, source port, destination port, payload) of whole, unfragmented UDP packets."""
    for time_us, frame in frames(file):
        kind = frame[12:14]
        if kind == b"\x08\x00" and frame[23] == 17 and not struct.unpack_from("!H", frame, 20)[0] & 0x3fff:
            at = 14 + 4 * (frame[14] & 15)
            source, to = socket.inet_ntop(socket.AF_INET, frame[26:30]), socket.inet_ntop(socket.AF_INET, frame[30:34])
        elif kind == b"\x86\xdd" and frame[20] == 17:
            at, source, to = 54, socket.inet_ntop(socket.AF_INET6, frame[22:38]), socket.inet_ntop(socket.AF_INET6, frame[38:54])
        else:
            continue
        ports = struct.unpack_from("!2H", frame, at)
        length = struct.unpack_from("!H", frame, at + 4)[0]
        yield time_us, source, to, *ports, frame[at + 8:at + length]


def name_at(message, at):
    """The name in wire form, and where it ends."""
    out, end = b"", None
    for _ in range(128):
        size = message[at]
        if size >= 0xc0:
            end = end or at + 2
            at = (size & 0x3f) << 8 | message[at + 1]
        elif size:
            out += message[at:at + 1 + size]
            at += 1 + size
        else:
            return out + b"\0", end or at + 1
    raise ValueError("a loop in a name")


def records(message):
    """(owner, type, class, ttl, data without compression) of all three sections."""
    counts = struct.unpack_from("!4H", message, 4)
    at = 12
    for _ in range(counts[0]):
        at = name_at(message, at)[1] + 4
    for _ in range(sum(counts[1:])):
        owner, at = name_at(message, at)
        kind, group, ttl, size = struct.unpack_from("!2HIH", message, at)
        data = message[at + 10:at + 10 + size]
        if kind == SOA:
            first, next_at = name_at(message, at + 10)
            second, next_at = name_at(message, next_at)
            data = first + second + message[next_at:next_at + 20]
        elif kind in NAMED:
            data = data[:NAMED[kind]] + name_at(message, at + 10 + NAMED[kind])[0]
        at += 10 + size
        yield owner, kind, group, ttl, data


def text_name(wire):
    labels, at = [], 0
    while wire[at]:
        labels.append("".join(chr(c) if chr(c).isalnum() or c in b"-_" else f"\\{c:03}" for c in wire[at + 1:at + 1 + wire[at]]))
        at += 1 + wire[at]
    return ".".join(labels) + "."


def is_above(owner, cuts):
    """Whether a label-wise suffix of it, itself apart, is a cut."""
    at = 0
    while owner[at]:
        at += 1 + owner[at]
        if owner[at:] != b"\0" and owner[at:] in cuts:
            return True
    return False


def split(file):
    """Questions as (time, source, payload) and the records of all answers."""
    asked, known = [], {}
    for time_us, source, _, source_port, to_port, payload in datagrams(file):
        if len(payload) < 12:
            continue
        if to_port == 53 and not payload[2] & 0x80:
            asked.append((time_us, unicast(source), payload))
        elif source_port == 53 and payload[2] & 0x80:
            try:
                for owner, kind, group, ttl, data in records(payload):
                    if group == 1 and kind not in (OPT, RRSIG, NSEC, NSEC3):
                        known[(owner.lower(), kind, data.lower() if kind == NS else data)] = ttl
            except (IndexError, ValueError, struct.error):
                continue
    return asked, known


def write_zone(known, file):
    """The root zone as far as the answers show it: its own records, the delegations, and glue."""
    cuts = {owner for owner, kind, _ in known if kind == NS and owner != b"\0"}
    cuts = {owner for owner in cuts if not is_above(owner, cuts)}
    targets = {data for owner, kind, data in known if kind == NS}
    with open(file, "w", encoding="ascii") as out:
        seen_soa = False
        for (owner, kind, data), ttl in sorted(known.items()):
            if kind == SOA and (seen_soa or owner != b"\0"):
                continue
            seen_soa |= kind == SOA
            glue = kind in (1, 28) and owner in targets
            if owner == b"\0" or owner in cuts or glue:
                out.write(f"{text_name(owner)} {min(ttl, 86400)} IN TYPE{kind} \\# {len(data)} {data.hex()}\n")
    return len(cuts)


def write_questions(asked, questions_file, sources_file, over_tcp=False, faster=1):
    """Returns how many. Class 0: all the same here. faster: so many times as fast as they were asked."""
    places = {source: place for place, source in enumerate(sorted({source for _, source, _ in asked}))}
    with open(sources_file, "w", encoding="ascii") as out:
        out.writelines(f"{int(':' in source)} {source} 1\n" for source in places)
    first = asked[0][0]
    with open(questions_file, "w", encoding="ascii") as out:
        out.writelines(f"0 {int(over_tcp)} 0 {payload.hex()} any {places[source]} {max(0, time_us - first) // faster}\n" for time_us, source, payload in sorted(asked, key=lambda one: one[0])
                       if len(payload) <= 512)
    return len(asked)
