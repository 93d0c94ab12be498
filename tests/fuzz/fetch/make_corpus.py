#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes corpus_transfer/, corpus_notify/ and corpus_zone_file/ anew. TSIG is signed here a third time, by hmac of Python."""
import hashlib
import hmac
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
ID, WALL, FUDGE, SECRET = 0x4711, 1000000, 300, b"\0\0\0"
KEY, ALGORITHM = b"\1k\0", b"\x0bhmac-sha256\0"
ANSWER, NOTIFY = 0x8400, 0x2400
SOA, A, TSIG, AXFR = 6, 1, 250, 252


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def question(zone, kind):
    return name(zone) + struct.pack(">HH", kind, 1)


def record(owner, kind, rdata, klass=1, ttl=300):
    return (name(owner) if isinstance(owner, str) else owner) + struct.pack(">HHIH", kind, klass, ttl, len(rdata)) + rdata


def soa(zone="example.org", serial=7):
    return record(zone, SOA, name("ns.example.org") + b"\1h\xc0\x0c" + struct.pack(">5I", serial, 3600, 600, 86400, 300))


def message(questions=(), answers=(), authority=(), additional=(), flags=ANSWER, number=ID):
    parts = [questions, answers, authority, additional]
    return struct.pack(">6H", number, flags, *map(len, parts)) + b"".join(b"".join(part) for part in parts)


def tsig_record(mac, error=0, other=b"", when=WALL, number=ID, key=KEY, algorithm=ALGORITHM, klass=255, ttl=0):
    rdata = algorithm + when.to_bytes(6, "big") + struct.pack(">HH", FUDGE, len(mac)) + mac
    return record(key, TSIG, rdata + struct.pack(">HHH", number, error, len(other)) + other, klass, ttl)


def with_record(packet, extra):
    count = struct.unpack(">H", packet[10:12])[0] + 1
    return packet[:10] + struct.pack(">H", count) + packet[12:] + extra


class Signer:
    """RFC 8945 sections 4.3 and 5.3.1, from the request on."""

    def __init__(self, request=None):
        self.mac, self.pending, self.first = b"", b"", True
        if request is not None:
            self.mac = self.digest(request, False)

    def digest(self, packet, timers):
        stamp = WALL.to_bytes(6, "big") + struct.pack(">H", FUDGE)
        full = KEY + struct.pack(">HI", 255, 0) + ALGORITHM + stamp + struct.pack(">HH", 0, 0)
        before = struct.pack(">H", len(self.mac)) + self.mac if self.mac else b""
        return hmac.new(SECRET, before + self.pending + packet + (stamp if timers else full), hashlib.sha256).digest()

    def sign(self, packet):
        self.mac = self.digest(packet, not self.first)
        self.first, self.pending = False, b""
        return with_record(packet, tsig_record(self.mac))

    def skip(self, packet):
        self.pending += packet
        return packet


def framed(*packets):
    return b"".join(struct.pack(">H", len(packet)) + packet for packet in packets)


def first(*answers, **others):
    return message([question("example.org", AXFR)], answers, **others)


def zone():
    www, ftp = record("www.example.org", A, b"\xc0\0\2\1"), record(b"\3ftp\xc0\x0c", A, b"\xc0\0\2\1")
    return [first(soa(), www), first(ftp, record("*.EXAMPLE.org", 65280, b"")), message([], [soa()])]


def transfers():
    request = message([question("example.org", AXFR)], flags=0)
    poll = message([question("example.org", SOA)], flags=0)
    signer = Signer(request)
    yield "zone", 0x20, framed(*zone())
    yield "zone-signed", 0x31, framed(*[signer.sign(packet) for packet in zone()])
    signer, packets = Signer(request), zone()
    yield "zone-signed-some", 0x01, framed(signer.sign(packets[0]), signer.skip(packets[1]), signer.sign(packets[2]))
    signer = Signer(request)
    yield "last-unsigned", 0x01, framed(signer.sign(packets[0]), *packets[1:])
    signer = Signer(request)
    yield "too-many-unsigned", 0x01, framed(signer.sign(packets[0]), *[first()] * 100)
    yield "first-unsigned", 0x01, framed(packets[0])
    yield "signed-unasked", 0x00, framed(Signer(request).sign(packets[0]))
    yield "wrong-mac", 0x01, framed(with_record(packets[0], tsig_record(b"x" * 32)))
    yield "short-mac", 0x01, framed(with_record(packets[0], tsig_record(b"x" * 16)))
    yield "other-key", 0x01, framed(with_record(packets[0], tsig_record(b"x" * 32, key=b"\1l\0")))
    yield "tsig-in-chaos", 0x01, framed(with_record(packets[0], tsig_record(b"x" * 32, klass=3)))
    yield "tsig-cut", 0x01, framed(with_record(packets[0], record(KEY, TSIG, ALGORITHM + bytes(12), 255, 0)))
    yield "tsig-not-last", 0x01, framed(with_record(Signer(request).sign(packets[0]), record(".", 41, b"")))
    for error in (16, 17, 18, 22, 99):
        refusal = message([question("example.org", AXFR)], flags=0x8009)
        yield f"error-{error}", 0x01, framed(with_record(refusal, tsig_record(b"", error, b"123456" if error == 18 else b"")))
    for rcode in (2, 5, 9, 15):
        yield f"rcode-{rcode}", 0x01, framed(message([question("example.org", AXFR)], flags=0x8000 | rcode))
    yield "ceilings", 0x04, framed(*zone())
    yield "ceiling-records", 0x04, framed(first(soa(), *[record(b"\xc0\x0c", A, b"")] * 4))
    yield "refused-by-us", 0x00, framed(first(soa(), record("a.example.org", 65000, b"")))
    yield "refused-oddly", 0x00, framed(first(soa(), record("a.example.org", 65001, b"")))
    yield "outside", 0x00, framed(first(soa(), record("example.net", A, b"")))
    yield "chaos", 0x00, framed(first(soa(), record("example.org", A, b"", 3)))
    yield "meta", 0x00, framed(first(soa(), record("example.org", 255, b"")))
    yield "soa-below", 0x00, framed(first(soa(), soa("a.example.org")))
    yield "soa-missing", 0x00, framed(first(record("example.org", A, b"")))
    yield "soa-short", 0x00, framed(first(record("example.org", SOA, b"\0\0abc")))
    yield "two-serials", 0x00, framed(first(soa(), soa(serial=8)))
    yield "goes-on", 0x00, framed(first(soa(), soa(), record("example.org", A, b"")))
    yield "trailing", 0x00, framed(first(soa()) + b"x")
    yield "loop", 0x00, framed(first(record(b"\xc0\x1d", A, b"")))
    yield "longest-name", 0x00, framed(first(soa(), record(b"\1a" * 121 + b"\xc0\x0c", A, b""), soa()))
    yield "name-too-long", 0x00, framed(first(soa(), record(b"\1a" * 122 + b"\xc0\x0c", A, b""), soa()))
    yield "other-id", 0x00, framed(message(number=1))
    yield "a-question", 0x00, framed(message(flags=0))
    yield "an-update", 0x00, framed(message(flags=0xA800))
    yield "truncated", 0x00, framed(message(flags=0x8600))
    yield "two-questions", 0x00, framed(message([question("example.org", AXFR)] * 2))
    yield "no-question", 0x00, framed(message())
    yield "other-question", 0x00, framed(message([question("example.net", AXFR)]))
    yield "question-cut", 0x00, framed(message([name("example.org")]))
    yield "short", 0x00, framed(b"short")
    yield "cut", 0x00, framed(*zone())[:-5]
    yield "nothing", 0x00, b""
    answer = message([question("example.org", SOA)], [soa()], [record("example.org", 2, b"\0")], [record(".", 41, b"")])
    yield "soa", 0x02, framed(answer)
    yield "soa-signed", 0x03, framed(Signer(poll).sign(answer))
    yield "soa-none", 0x02, framed(message([question("example.org", SOA)]))
    yield "soa-hearsay", 0x02, framed(message([question("example.org", SOA)], [soa()], flags=0x8000))
    yield "soa-refused", 0x02, framed(message([question("example.org", SOA)], flags=0x8005))


def notifies():
    def told(zone_text, *answers, **others):
        return message([question(zone_text, SOA)], answers, flags=NOTIFY, **others)

    yield "ours", 0, told("example.org")
    yield "ours-with-serial", 0, told("example.org", soa())
    yield "signed", 1, told("a.b")
    yield "signed-late", 3, told("a.b")
    yield "signed-no-key", 1, told("example.org")
    yield "signed-in-capitals", 0, Signer().sign(told("A.b"))
    yield "wrong-mac", 0, with_record(told("a.b"), tsig_record(b"x" * 32))
    yield "wrong-key", 0, with_record(told("a.b"), tsig_record(b"x" * 32, key=b"\1l\0"))
    yield "tsig-not-last", 0, with_record(Signer().sign(told("a.b")), record(".", 41, b""))
    yield "tsig-cut", 0, with_record(told("a.b"), record(KEY, TSIG, b"\0", 255, 0))
    yield "not-ours", 0, told("example.net")
    yield "of-type-a", 0, message([question("example.org", A)], flags=NOTIFY)
    yield "a-query", 0, message([question("example.org", SOA)], flags=0x100)
    yield "an-answer", 0, message([question("example.org", SOA)], flags=0xA400)
    yield "soa-of-another", 0, told("example.org", soa("example.net"))
    yield "soa-cut", 0, told("example.org", record("example.org", SOA, b"\0"))
    yield "trailing", 0, told("example.org") + b"x"
    yield "loop", 0, message([b"\xc0\x0c\0\6\0\1"], flags=NOTIFY)
    yield "short", 0, b"\0\1"
    yield "stream", 0, framed(told("example.org"), told("a.b", soa("a.b")))
    yield "text-key", 0, b"AAAA"
    yield "text-name", 0, b"a..b"
    yield "stream-too-large", 0, b"\xff\xff"


def zone_files():
    top = "@ SOA ns h 7 3600 600 86400 300\n"
    yield "plain", 0, top + "a A 192.0.2.1\n*.b TXT \"x;(\" ; (\nc TXT ( \"a\nb\" \\) )\n"
    yield "no-newline", 0, top + "a A 192.0.2.1"
    yield "origin", 0, "$ORIGIN org.\n$TTL 5\nexample SOA ns h (1 2 3 4\n\n5)\nsub.example DNAME x\n"
    yield "include", 0, top + "$INCLUDE more\nb A 192.0.2.1\n\0a A 192.0.2.1\n"
    yield "include-origin", 0, top + "$INCLUDE more x.example.org.\n\0a A 192.0.2.1\n"
    yield "include-itself", 0, top + "$INCLUDE zone\n"
    yield "include-loop", 0, "$INCLUDE zone\n"
    yield "empty-line", 0, "\n"
    yield "include-wrong", 0, top + "$INCLUDE more\n\0a A 1\n"
    yield "include-outside", 0, top + "$INCLUDE ../more\n"
    yield "include-absolute", 0, top + "$INCLUDE /etc/hostname\n"
    yield "include-nothing", 0, top + "$INCLUDE nothing\n"
    yield "include-long", 0, top + "$INCLUDE " + "a" * 5000 + "\n"
    yield "include-folder", 0, top + "$INCLUDE .\n"
    yield "ceiling-bytes", 1, top + ";" * 400
    yield "ceiling-records", 1, top + "a A 192.0.2.1\n" * 9
    yield "two", 0, top + top
    yield "none", 0, "a A 192.0.2.1\n"
    yield "another", 0, "a SOA ns h 1 1 1 1 1\n"
    yield "outside", 0, top + "a.b. A 192.0.2.1\n"
    yield "refused", 0, top + "a TYPE65000 \\# 0\n"
    yield "open", 0, top + "a TXT ( \"\n"
    yield "quote", 0, top + "a TXT \"\nb A 192.0.2.1\n"
    yield "empty", 0, ""


def main():
    for folder, inputs in (("transfer", transfers), ("notify", notifies), ("zone_file", zone_files)):
        path = HERE / f"corpus_{folder}"
        path.mkdir(exist_ok=True)
        for old in path.iterdir():
            old.unlink()
        for title, flags, body in inputs():
            (path / title).write_bytes(bytes([flags]) + (body.encode() if isinstance(body, str) else body))


main()
