# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's zones, and what its client asks about them together with the right answer. The same seed gives the same bytes."""
import os
import random
import struct

A, NS, SOA, TXT, AAAA, DNAME = 1, 2, 6, 16, 28, 39
NUMBERED = 100000  # names of the plain zone: n000000 ... (junk.bpf.c asks for the same)
ZONES = ["plain.example", "wild.example", "cuts.example", "odd.example", "x"]
CUTS, ENTS, DNAMES, TARGETS = 200, 50, 10, 20

# What the client's questions are for people; their place is the number in its files.
CLASSES = ["exists", "mixed case", "no data", "typing error", "wildcard", "delegation", "below a delegation", "empty non-terminal", "dname",
           "longest name", "cookie", "unknown option", "over tcp"]
# Of 2,000 questions. 12 % typing errors: more than an ordinary authoritative server sees, fewer than a root server does.
SHARES = [800, 200, 150, 240, 150, 75, 75, 50, 70, 30, 80, 60, 100]
LANES = ["clean", "clean ipv6", "beside junk", "beside junk ipv6"]


def number_address(number):
    return f"10.{1 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


def head(zone):
    return f"$ORIGIN {zone}.\n$TTL 3600\n@ SOA ns1 hostmaster 1 86400 7200 604800 60\n@ NS ns1\nns1 A 10.9.0.1\n"


def longest(zone, label):
    """255 bytes in wire form, of labels of this length; the last one takes what is left."""
    left = 255 - len(wire_name(zone))
    labels = []
    while left:
        size = min(label, left - 1)
        if left - 1 - size == 1:
            size -= 1
        labels.append("l" * size)
        left -= 1 + size
    return ".".join(reversed(labels)) + "." + zone


def body(zone, numbered):
    if zone == "plain.example":
        yield from (f"n{i:06} A {number_address(i)}" for i in range(numbered))
    elif zone == "wild.example":
        yield from ("* A 10.8.0.1", "known A 10.8.0.2", "*.deep.er A 10.8.0.3")
    elif zone == "cuts.example":
        for i in range(CUTS):
            yield from (f"c{i:03} NS ns1.c{i:03}", f"c{i:03} NS ns2.c{i:03}", f"ns1.c{i:03} A 10.7.{i}.1", f"ns2.c{i:03} A 10.7.{i}.2")
    elif zone == "odd.example":
        yield from (f"a.b.e{i} A 10.6.0.{i}" for i in range(ENTS))
        yield from (f"d{i} DNAME t" for i in range(DNAMES))
        yield from (f"h{i}.t A 10.6.1.{i}" for i in range(TARGETS))
        yield f"{longest(zone, 63)}. A 10.6.2.1"
    else:
        yield f"{longest(zone, 1)}. A 10.6.2.2"


def write_zones(folder, numbered=NUMBERED):
    for zone in ZONES:
        with open(os.path.join(folder, zone + ".zone"), "w", encoding="ascii") as out:
            out.write(head(zone))
            out.writelines(line + "\n" for line in body(zone, numbered))


def wire_name(name):
    labels = [label.encode("ascii") for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def query(name, kind, options=None, desired=False, dnssec=False):
    """options: None without EDNS, else the options' bytes. dnssec: with the bit DO."""
    message = struct.pack("!6H", 0, 0x0100 if desired else 0, 1, 0, 0, options is not None) + wire_name(name) + struct.pack("!2H", kind, 1)
    return message if options is None else message + struct.pack("!BHHIH", 0, 41, 1232, 0x8000 if dnssec else 0, len(options)) + options


def address(text):
    return "1:" + bytes(int(part) for part in text.split(".")).hex()


def mixed(draw, name):
    return "".join(c.upper() if draw.random() < 0.5 else c for c in name)


def typing_error(draw, numbered):
    digits = f"{draw.randrange(numbered):06}"
    return draw.choice([f"n{digits[1:]}", f"n{digits}{draw.randrange(10)}", f"m{digits}", f"nn{digits}", f"www.n{digits}", f"n{digits}-"]) + ".plain.example"


def question(draw, name, numbered):
    """One question of a class: name asked, type, rcode, expectation, options."""
    number = draw.randrange(numbered)
    plain, right = f"n{number:06}.plain.example", address(number_address(number))
    word = "".join(draw.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(9))
    cut, edns = f"c{draw.randrange(CUTS):03}.cuts.example", b"" if draw.random() < 0.8 else None
    ent, target = draw.randrange(ENTS), draw.randrange(TARGETS)
    return {
        "exists": (plain, A, 0, right, edns),
        "mixed case": (mixed(draw, plain), A, 0, right, edns),
        "no data": (plain, AAAA, 0, "soa", edns),
        "typing error": (typing_error(draw, numbered), A, 3, "soa", edns),
        "wildcard": draw.choice([(word + ".wild.example", A, 0, address("10.8.0.1"), edns), (word + ".deep.er.wild.example", A, 0, address("10.8.0.3"), edns)]),
        "delegation": (cut, draw.choice([A, NS]), 0, "ns2", edns),
        "below a delegation": (word + "." + cut, A, 0, "ns2", edns),
        "empty non-terminal": (draw.choice([f"b.e{ent}.odd.example", f"e{ent}.odd.example"]), A, 0, "soa", edns),
        "dname": (f"h{target}.d{draw.randrange(DNAMES)}.odd.example", A, 0, f"39:,5:,{address(f'10.6.1.{target}')}", edns),
        "longest name": draw.choice([(longest("odd.example", 63), A, 0, address("10.6.2.1"), edns), (longest("x", 1), A, 0, address("10.6.2.2"), edns)]),
        "cookie": (plain, A, 0, right, struct.pack("!2H", 10, 8) + draw.randbytes(8)),
        "unknown option": (plain, A, 0, right, struct.pack("!2H", 65001, 5) + draw.randbytes(5)),
        "over tcp": (plain, A, 0, right, edns),
    }[name]


def write_questions(file, count=20000, numbered=NUMBERED, seed=1, dnssec=False):
    draw = random.Random(seed)
    with open(file, "w", encoding="ascii") as out:
        for number in draw.choices(range(len(CLASSES)), weights=SHARES, k=count):
            name, kind, rcode, expectation, options = question(draw, CLASSES[number], numbered)
            over_tcp = int(CLASSES[number] == "over tcp")
            out.write(f"{number} {over_tcp} {rcode} {query(name, kind, options, draw.random() < 0.1, dnssec).hex()} {expectation}\n")


def write_dnsperf(file, count=5000, numbered=NUMBERED, seed=2):
    draw = random.Random(seed)
    with open(file, "w", encoding="ascii") as out:
        out.writelines(f"n{draw.randrange(numbered):06}.plain.example A\n" for _ in range(count))


def write_junk(file, suffix, count=100000, seed=3):
    """Names for kxdpgun, which goes round in them."""
    draw = random.Random(seed)
    with open(file, "w", encoding="ascii") as out:
        out.writelines("".join(draw.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(11)) + f".{suffix} A\n" for _ in range(count))
