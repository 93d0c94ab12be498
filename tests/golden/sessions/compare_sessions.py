#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds the facts of our TCP dissectors against what tshark reads in the same conversations.

usage: compare_sessions.py --dump SESSIONS_DUMP [--captures FOLDER] --explained TSV [--show CAPTURE] [CAPTURE...]

Both sides become a multiset of (conversation, fact, value) per capture: ours from sessions_dump, theirs from tshark's
fields. The conversation is its two ends; frames are not compared, because tshark says a message where it ends and we say
each fact as soon as it is there. Logins are put together here from tshark's fields: FTP from USER, PASS and the next reply
that decides, HTTP from http.authbasic and the response that tshark ties to the request, MQTT from CONNECT and CONNACK,
documents and RTSP in web_facts.py, telnet by a reader of its own (class Telnet) over the payload of the frames that tshark
calls telnet.

Not compared: telnet_banner (tshark has no such field), and dns_address over TCP (the same code as for UDP, where it is).

Whatever differs has to stand in the TSV: capture, fact, how many facts only we gave, how many only tshark gave, and why,
as in ../facts. Exit 0 when all agrees, 1 when not, 77 when tshark or the captures are missing.
"""
import collections
import ipaddress
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "../facts")]
import secured_facts  # noqa: E402
import tshark as reader  # noqa: E402
import web_facts  # noqa: E402
from compare_facts import lossy, name, percent, shown  # noqa: E402

FILTER = f"tcp and (http or telnet or ftp or mqtt or dns or rtsp or {secured_facts.FILTER})"

FIELDS = """
frame.number frame.protocols ip.src ip.dst ipv6.src ipv6.dst tcp.srcport tcp.dstport tcp.stream tcp.payload
http.request.method http.request.uri http.host http.user_agent http.response.code http.server http.www_authenticate http.authbasic
http.request_in telnet.cmd telnet.subcmd ftp.request.command ftp.request.arg ftp.response.code ftp.response.arg
mqtt.msgtype mqtt.ver mqtt.clientid mqtt.conflag.uname mqtt.username mqtt.passwd mqtt.conack.val mqtt.conack.reason_code
dns.id dns.flags.response dns.flags.rcode dns.count.queries dns.qry.name dns.qry.type
""".split() + secured_facts.FIELDS + web_facts.FIELDS

OPTIONS = ["-o", "tcp.reassemble_out_of_order:TRUE", "-d", "tcp.port==10000,http", "-d", "tcp.port==5555,adb"]

LEFT_OUT = {"telnet_banner", "dns_address"}
TELNET, FTP, HTTP, MQTT = range(4)
UNKNOWN, ACCEPTED, REFUSED = range(3)


def label(client, server):
    return " ".join(sorted((client, server)))


class Reader:
    """tshark's rows of one capture to facts. Keeps what spans frames."""

    def __init__(self):
        self.ftp_user, self.ftp_tries = {}, collections.Counter()
        self.basic_frames, self.mqtt_tries = set(), {}
        self.telnet, self.secured, self.web = collections.defaultdict(Telnet), secured_facts.Secured(), web_facts.Web()

    def read(self, row):
        for protocol in (self.http, self.ftp, self.mqtt, self.secured.read, self.dns, self.telnet_options, self.telnet_login,
                         self.web.documents, self.web.rtsp):
            yield from protocol(row)

    def http(self, row):
        for method, uri in zip(row["http.request.method"], row["http.request.uri"]):
            yield "http_request", f"{percent(shown(method))}|{percent(shown(uri))}"
        for field, fact in (("http.host", "host"), ("http.user_agent", "agent"), ("http.server", "server"), ("http.www_authenticate", "realm")):
            for value in row[field]:
                yield f"http_{fact}", percent(shown(value).strip())
        for pair in row["http.authbasic"]:
            user, colon, password = shown(pair).partition(":")
            if colon:
                self.basic_frames.add(row["frame.number"][0])
                yield "login_try", f"{HTTP}|{percent(user)}|{len(password)}"
        for at, code in enumerate(map(int, row["http.response.code"])):
            yield "http_response", str(code)
            if row["http.request_in"][at:at + 1] and row["http.request_in"][at] in self.basic_frames and code >= 200:
                if code in (401, 403) or code < 400:
                    yield "login_result", f"{HTTP}|{REFUSED if code >= 400 else ACCEPTED}"

    def ftp(self, row):
        stream = row["tcp.stream"][-1]
        arguments = row["ftp.request.arg"] + [""]
        for verb in row["ftp.request.command"]:
            yield "ftp_command", percent(verb.upper())
            if verb.upper() == "USER":
                self.ftp_user[stream] = arguments[0]
            if verb.upper() == "PASS":
                self.ftp_tries[stream] += 1
                yield "login_try", f"{FTP}|{percent(shown(self.ftp_user.get(stream, '')))}|{len(shown(arguments[0]))}"
        codes, texts = row["ftp.response.code"], row["ftp.response.arg"]
        for at, code in enumerate(codes):
            last = at + 1 == len(codes)
            if code == "220":
                yield "ftp_banner", percent(shown(texts[at]) if at < len(texts) else "")
            if last:
                yield "ftp_reply", code
            if last and self.ftp_tries[stream] and (code in ("230", "202") or code[0] in "45"):
                self.ftp_tries[stream] -= 1
                yield "login_result", f"{FTP}|{ACCEPTED if code[0] == '2' else REFUSED}"

    def mqtt(self, row):
        stream = row["tcp.stream"][-1]
        kinds = [int(k) for k in row["mqtt.msgtype"]]
        if 1 in kinds:
            version = int(row["mqtt.ver"][0])
            yield "mqtt_connect", f"{version}|{percent(shown((row['mqtt.clientid'] or [''])[0]))}"
            if row["mqtt.conflag.uname"] == ["1"]:
                self.mqtt_tries[stream] = version
                yield "login_try", f"{MQTT}|{percent(shown(row['mqtt.username'][0]))}|{len(shown((row['mqtt.passwd'] or [''])[0]))}"
        if 2 in kinds:
            code = int((row["mqtt.conack.val"] + row["mqtt.conack.reason_code"])[0], 0)
            yield "mqtt_connack", str(code)
            refused = (0x86, 0x87) if self.mqtt_tries.get(stream) == 5 else (4, 5)
            if stream in self.mqtt_tries and (code == 0 or code in refused):
                yield "login_result", f"{MQTT}|{REFUSED if code else ACCEPTED}"

    def dns(self, row):
        if row["frame.protocols"][0].split(":")[-1] != "dns":
            return
        names, kinds = iter(row["dns.qry.name"]), iter(row["dns.qry.type"])
        codes = iter(row["dns.flags.rcode"])
        for number, answer, count in zip(row["dns.id"], row["dns.flags.response"], row["dns.count.queries"]):
            code = int(next(codes)) if answer == "1" else 0
            for _ in range(int(count)):
                asked, kind = next(names, None), next(kinds, None)
                if asked is None or kind is None:
                    return
                if answer == "1":
                    yield "dns_response", f"{int(kind)}|{code}|{int(number, 0)}|{name(asked)}"
                else:
                    yield "dns_question", f"{int(kind)}|{int(number, 0)}|{name(asked)}"

    def telnet_options(self, row):
        commands = [int(c) for c in row["telnet.cmd"] if 250 <= int(c) <= 254]
        for command, option in zip(commands, row["telnet.subcmd"]):
            if command != 250:
                yield "telnet_option", f"{command}|{int(option)}"

    def telnet_login(self, row):
        if "telnet" not in row["frame.protocols"][0].split(":") or not row["tcp.payload"]:
            return
        raw = bytes.fromhex(row["tcp.payload"][-1].replace(":", ""))
        text = re.sub(rb"\xff(?:\xfa.*?\xff\xf0|[\xfb-\xfe].|[^\xff])", b"", raw, flags=re.S).decode("latin-1")
        to_server = row["tcp.dstport"][-1] in ("23", "2323")
        yield from self.telnet[row["tcp.stream"][-1]].read(text, to_server)


class Telnet:
    """A login as a person reads it: what is typed after "login:", after "Password:", and what comes then."""

    def __init__(self):
        self.screen, self.typed, self.user, self.stage, self.waiting = "", "", "", None, False

    def read(self, text, to_server):
        if to_server:
            yield from self.type(text)
            return
        self.screen += text
        if self.waiting and self.screen.strip():
            self.waiting = False
            refused = re.search("incorrect|failed|denied|invalid", self.screen, re.I)
            yield "login_result", f"{TELNET}|{REFUSED if refused else ACCEPTED}"
        if re.search(r"(login|user ?name): ?$", self.screen, re.I) and not re.search("last login", self.screen[-30:], re.I):
            self.stage, self.typed, self.screen = "user", "", ""
        elif re.search(r"password: ?$", self.screen, re.I):
            self.stage, self.typed, self.screen = "password", "", ""

    def type(self, text):
        for char in text:
            if char in "\r\n" and self.stage == "user":
                self.user, self.stage = self.typed, None
            elif char in "\r\n" and self.stage == "password":
                yield "login_try", f"{TELNET}|{percent(self.user)}|{len(self.typed)}"
                self.user, self.stage, self.waiting, self.screen = "", None, True, ""
            elif char in "\b\x7f":
                self.typed = self.typed[:-1]
            elif char >= " ":
                self.typed += char


def conversation(row):
    ends = [(row["ip." + side] + row["ipv6." + side])[-1] for side in ("src", "dst")]
    ports = (row["tcp.srcport"][-1], row["tcp.dstport"][-1])
    return label(*(f"{ipaddress.ip_address(a)} {p}" for a, p in zip(ends, ports)))


def asked(tshark):
    return OPTIONS, FILTER, [f for f in FIELDS if f in known_fields(tshark)]


def theirs(tshark, path):
    facts, sessions = collections.Counter(), Reader()
    for row in reader.rows(tshark, path, *asked(tshark)):
        row = collections.defaultdict(list, row)
        if len(row["ip.src"] + row["ipv6.src"]) != 1:
            continue  # within a tunnel or an ICMP error: not ours to read
        for fact, value in sessions.read(row):
            facts[conversation(row), fact, value] += 1
    return facts, 0


def known_fields(tshark, memory={}):
    """Fields of this tshark: some came or went with its versions."""
    if not memory:
        memory.update({line.split("\t")[2]: 1 for line in reader.memory.lines_of(tshark, ["-G", "fields"]) if line.startswith("F\t")})
    return memory


def ours(dump, path):
    facts = collections.Counter()
    for line in reader.lines_of([dump, path]):
        _, ends, fact, value = line.split("\t", 3)
        a, p, b, q = ends.split(" ")
        if fact not in LEFT_OUT:
            facts[label(f"{a} {p}", f"{b} {q}"), fact, web_facts.read_out(fact, lossy(fact, value))] += 1
    return facts


if __name__ == "__main__":
    sys.exit(reader.main("sessions", ours, theirs, asked))
