#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of `floodwall inspect`: options, exit codes, what is said where, and what never reaches a terminal.

usage: cli.py FLOODWALL GENERATED_FOLDER MAN_PAGE
"""
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile

from inspecting import as_pcap, finish, output, report, run
from terminal import on_terminal, raw_bytes, too_wide

ESCAPES = b"\x1b[31mred\x1b]0;title\x07\x9b2J\xe2\x80\xae\x7f"


class Stage:
    """A folder with what the checks read: captures, things that are none, mute files."""

    def __init__(self, floodwall, generated, folder):
        self.floodwall = floodwall
        self.generated = generated
        self.folder = folder

    def capture(self, name):
        return os.path.join(self.generated, name + ".pcapng")

    def write(self, name, body):
        path = os.path.join(os.fsencode(self.folder), os.fsencode(name))
        with open(path, "wb") as file:
            file.write(body)
        return os.fsdecode(path)


def one_sentence(what, done, out=b""):
    """Exit 2, one line on stderr and nothing else."""
    if done.returncode != 2:
        yield f"{what}: exit {done.returncode}, not 2"
    if out is not None and done.stdout != out:
        yield f"{what}: printed {done.stdout[:200]!r}"
    if not re.fullmatch(rb"floodwall[^\n]*: [^\n]{8,}\n", done.stderr) or raw_bytes(done.stderr):
        yield f"{what}: said {done.stderr!r}"


def wrong_use(stage):
    good = stage.capture("quiet-twin")
    escapes = os.fsdecode(ESCAPES)
    for arguments in (
            [], ["--json"], ["--bogus", good], ["-Z", good], ["-vZ", good], ["--", ], ["--width"], ["-o"], ["--mute"], ["--fail-on"], ["--local"],
            ["--oui"], ["--format"], ["--json=yes", good], ["--verbose=1", good], ["--no-color=never", good], ["--width", "abc", good], ["--width", "", good],
            ["--width", "39", good], ["--width", "1001", good], ["--width", "-80", good], ["--width", " 80", good], ["--width", "+80", good],
            ["--width", "80x", good], ["--width", "0x50", good], ["--width", "9" * 40, good], ["--format", "xml", good], ["--format", "", good],
            ["--format", "JSON", good], ["--fail-on", "grave", good], ["--fail-on", "", good], ["--fail-on", "High", good], ["--local", "", good],
            ["--local", "home", good], ["--local", "10.0.0.0/33", good], ["--local", "10.0.0.0/", good], ["--local", "10.0.0.0/-1", good],
            ["--local", "2001:db8::/129", good], ["--local", "10.0.0.0/8/8", good], ["--local", "256.0.0.1", good], ["--local", "9" * 5000, good],
            ["--local", "10.0.0.1"] * 33 + [good], ["--v", good], ["--" + escapes, good], ["-\x1b", good], ["--format", escapes, good],
            ["--width", escapes, good], ["--fail-on", escapes, good], ["--local", escapes, good], ["--mute", escapes, good],
            ["-o", "/nonexistent/" + escapes, good], ["--mute", "/nonexistent", good], ["--mute", stage.folder, good], ["-o", "", good],
            ["-o", stage.folder, good], ["-o", "/nonexistent/report", good], ["--from"], ["--to"], ["--filter"], ["--from", "", good],
            ["--from", "tomorrow", good], ["--to", "2016-02-30", good], ["--from", escapes, good], ["--to", escapes, good],
            ["--from", "2016-10-21", "--to", "2016-10-21", good], ["--from", "2016-10-22", "--to", "2016-10-21", good], ["--to", "0", good],
            ["--filter", "", good], ["--filter", "tcp and and", good], ["--filter", "host example.org", good], ["--filter", escapes, good],
            ["--format", "eve,csv", good], ["--format", "EVE", good]):
        yield from one_sentence(f"inspect {arguments!r:.200}", run(stage.floodwall, *arguments))


def front_door(stage):
    def call(*arguments):
        return subprocess.run([stage.floodwall, *arguments], capture_output=True, check=False)
    bare = call()
    if bare.returncode != 2 or bare.stdout or b"Usage: floodwall COMMAND" not in bare.stderr or b"inspect" not in bare.stderr:
        yield f"without arguments: {bare}"
    for word in ("frobnicate", "", "--frob", "inspec", os.fsdecode(ESCAPES)):
        yield from one_sentence(f"floodwall {word!r}", call(word))
    for arguments in (["-V"], ["--version"], ["inspect", "-V"], ["inspect", "--version"], ["inspect", "--json", "-V", "/nonexistent"]):
        done = call(*arguments)
        if done.returncode or done.stderr or not re.fullmatch(rb"floodwall \d+\.\d+\.\d+\n", done.stdout):
            yield f"{arguments}: {done}"
    for arguments in (["-h"], ["--help"], ["help"]):
        done = call(*arguments)
        if done.returncode or done.stderr or b"inspect" not in done.stdout:
            yield f"{arguments}: {done}"


def help_and_manual(stage, manual):
    """The same options in both, and no line of help wider than a terminal."""
    text = output(stage.floodwall, "--help").decode()
    if output(stage.floodwall, "-h").decode() != text or not text.startswith("Usage: floodwall inspect"):
        yield "-h and --help differ"
    with open(manual, encoding="utf-8") as file:
        source = file.read()
    helped = set(re.findall(r"--([a-z][a-z-]+)", text))
    described = set(re.findall(r"Fl Fl ([a-z][a-z-]+)", source))
    if helped != described or len(helped) < 13:
        yield f"in help or in the manual only: {helped ^ described}"
    for name in helped:
        if run(stage.floodwall, "--" + name, "x" if name != "width" else "80", "--help").returncode not in (0, 2):
            yield f"--{name} is in the help but not an option"
        if b"no such option" in run(stage.floodwall, "--" + name).stderr:
            yield f"--{name} is in the help but not an option"
    yield from (f"help is wider than 100: {line}" for line in text.splitlines() if len(line) > 100)


def bad_inputs(stage):
    bad = {"missing": os.path.join(stage.folder, "missing"), "folder": stage.folder, "text": stage.write("text", b"Dear reader,\n" * 99),
           "empty": stage.write("empty", b""), "tiny": stage.write("tiny", b"\xd4\xc3\xb2\xa1")}
    good = stage.capture("quiet-twin")
    alone = report(stage.floodwall, good)
    for name, path in bad.items():
        yield from one_sentence(f"{name} alone", run(stage.floodwall, path), None)
        both = run(stage.floodwall, "--json", path, good)
        yield from one_sentence(f"{name} beside a good one", both, None)
        if path not in both.stderr.decode():
            yield f"{name}: the sentence does not name it: {both.stderr!r}"
        found = json.loads(both.stdout)
        if found["devices"] != alone["devices"] or found["captures"][0] != alone["captures"][0]:
            yield f"{name}: what the other capture holds is not reported"
        if [c["file"] for c in found["captures"] if c["unreadable"]] != [path]:
            yield f"{name}: not said to be unreadable: {found['captures']}"
    done = run(stage.floodwall, "--json", *bad.values(), good)
    if done.returncode != 2 or len(done.stderr.splitlines()) != len(bad):
        yield f"{len(bad)} bad inputs, and this was said: {done.stderr!r}"
    yield from forbidden_input(stage, good)
    twice = run(stage.floodwall, "-", "-", input=b"")
    if twice.returncode != 2 or len(twice.stderr.splitlines()) != 2:
        yield f"standard input named twice: {twice}"


def forbidden_input(stage, good):
    """As somebody who may not read it; root may read everything, so root becomes nobody, with a copy of the program that nobody may run."""
    program = os.path.join(stage.folder, "floodwall")
    shutil.copy(stage.floodwall, program)
    os.chmod(stage.folder, 0o755)
    locked = stage.write("locked", b"\xd4\xc3\xb2\xa1")
    os.chmod(locked, 0)
    with open(good, "rb") as file:
        copy = stage.write("good.pcapng", file.read())
    who = {"user": 65534, "group": 65534} if os.getuid() == 0 else {}
    done = run(program, "--json", copy, locked, **who)
    yield from one_sentence("one that may not be read", done, None)
    if b"ermission" not in done.stderr or not json.loads(done.stdout)["captures"][0]["packets"]:
        yield f"one that may not be read: {done.stderr!r}"


def cut_short(stage):
    with open(stage.capture("incident"), "rb") as file:
        whole = file.read()
    path = stage.write("cut.pcapng", whole[:len(whole) // 2 + 5])
    done = run(stage.floodwall, "--json", path)
    capture = json.loads(done.stdout)["captures"][0]
    if done.returncode or not capture["cut_short"] or capture["unreadable"] or not capture["packets"]:
        yield f"cut short: exit {done.returncode}, {capture}"
    if len(done.stderr.splitlines()) != 1 or b"cut short" not in done.stderr or path.encode() not in done.stderr:
        yield f"cut short: said {done.stderr!r}"
    if "cut short" not in run(stage.floodwall, path).stdout.decode():
        yield "cut short: the text does not say so"
    if run(stage.floodwall, "--fail-on", "critical", stage.capture("incident"), path).returncode != 1:
        yield "cut short: --fail-on is forgotten"


def fail_on(stage):
    for name, worst in (("incident", 3), ("quiet-own-scanner", 2), ("quiet-link-down", 0), ("quiet-twin", -1)):
        plain = output(stage.floodwall, stage.capture(name))
        for level, severity in enumerate(("low", "medium", "high", "critical")):
            done = run(stage.floodwall, "--fail-on", severity, stage.capture(name))
            if done.returncode != (1 if worst >= level else 0) or done.stdout != plain or done.stderr:
                yield f"{name}: --fail-on {severity}: exit {done.returncode}, said {done.stderr!r}"
    if run(stage.floodwall, "--fail-on", "low", stage.capture("incident"), "/nonexistent").returncode != 2:
        yield "an input that cannot be read does not go before --fail-on"


def reports_to_files(stage):
    good = stage.capture("incident")
    for option in ("-o", "--output"):
        path = os.path.join(stage.folder, "report")
        if output(stage.floodwall, option, path, good):
            yield f"{option}: something on standard output too"
        with open(path, "rb") as file:
            if file.read() != output(stage.floodwall, good):
                yield f"{option}: another report than on standard output"
    if os.path.exists("/dev/full"):
        for style in ([], ["--json"], ["--format", "eve"], ["--format", "csv"], ["--help"], ["-V"]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([stage.floodwall, "inspect", *style, good], stdout=full, stderr=subprocess.PIPE, check=False)
            done.stdout = b""
            yield from one_sentence(f"a full disk behind standard output {style}", done)
            if b"No space left on device" not in done.stderr:  # also of a long report, which fails before its last byte
                yield f"a full disk {style}: {done.stderr!r}"
            if style not in (["--help"], ["-V"]):
                yield from one_sentence(f"-o /dev/full {style}", run(stage.floodwall, *style, "-o", "/dev/full", good))
        for word in ("-V", "--version", "-h", "--help", "help"):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([stage.floodwall, word], stdout=full, stderr=subprocess.PIPE, check=False)
            done.stdout = b""
            yield from one_sentence(f"floodwall {word} to a full disk", done)
            if b"No space left on device" not in done.stderr:
                yield f"floodwall {word} to a full disk: {done.stderr!r}"
    with open(good, "rb") as file:
        body = file.read()
    own = stage.write("own.pcapng", body)
    os.link(own, own + ".link")
    for path in (own, own + ".link"):
        yield from one_sentence("a report in the place of its capture", run(stage.floodwall, "-o", path, stage.capture("quiet-twin"), own))
    with open(own, "rb") as file:
        if file.read() != body:
            yield "the report took the place of its capture"


def broken_pipe(stage):
    def into_closed_pipe(*style, **options):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run([stage.floodwall, "inspect", *style, stage.capture("incident")], stdout=writing, stderr=subprocess.PIPE, check=False, **options)
        os.close(writing)
        done.stdout = b""
        return done
    for style in ([], ["--json"]):
        done = into_closed_pipe(*style)
        if done.returncode not in (0, -signal.SIGPIPE) or done.stderr:
            yield f"reader gone {style}: exit {done.returncode}, said {done.stderr!r}"
        done = into_closed_pipe(*style, restore_signals=False)
        yield from one_sentence(f"reader gone, signal ignored {style}", done)
    done = subprocess.run(["sh", "-c", '"$0" inspect --json "$1" | head -n 1', stage.floodwall, stage.capture("incident")], capture_output=True, check=False)
    if done.returncode or done.stderr or done.stdout.count(b"\n") != 1:
        yield f"| head -n 1: {done}"


def styles(stage):
    good = stage.capture("incident")
    plain, quiet, verbose = (output(stage.floodwall, *style, good).decode() for style in ([], ["-q"], ["-v"]))
    if not len(quiet) < len(plain) < len(verbose):
        yield "-q is not the shortest or -v not the longest"
    for absent in ("Capture read", "Looked at", "Other devices"):
        if absent in quiet or absent not in plain:
            yield f"-q: '{absent}'"
    if "critical" not in quiet or "mirai_mark" in plain or "mirai_mark" not in verbose or "dhcp 12" in plain or "dhcp 12" not in verbose:
        yield "-q without findings, or clues and evidence elsewhere than under -v"
    for one, other in ((["-v"], ["--verbose"]), (["-q"], ["--quiet"]), ([], ["--format", "text"]), (["--json"], ["--format", "json"]),
                       (["--json"], ["--format=json"]), (["--json"], ["--json", "-v", "--width", "50"]), ([], ["--no-color"]), (["--width", "100"], [])):
        if output(stage.floodwall, *one, good) != output(stage.floodwall, *other, good):
            yield f"{one} and {other} differ"
    if output(stage.floodwall, good, "--json") != output(stage.floodwall, "--json", "--", good):
        yield "an option after the capture is not understood"


def widths(stage):
    names = ["incident", "quiet-own-scanner", "quiet-twin", "quiet-bittorrent"]
    for width in (40, 41, 53, 66, 80, 100, 120, 200):
        for style in ([], ["-v"], ["-q"]):
            text = output(stage.floodwall, "--width", str(width), *style, *map(stage.capture, names))
            yield from (f"--width {width} {style}: {fault}" for fault in too_wide(text, width))


def colours(stage):
    good = stage.capture("incident")
    piped = output(stage.floodwall, "--width", "80", good, env=dict(os.environ, TERM="xterm"))
    if raw_bytes(piped):
        yield "colour where there is no terminal"

    def coloured(*style, **variables):
        return b"\x1b[" in on_terminal(stage.floodwall, [*style, good], 80, variables)[0]
    if not coloured(TERM="xterm") or not coloured(TERM="xterm", NO_COLOR=""):
        yield "no colour on a terminal"
    if coloured("--no-color", TERM="xterm") or coloured(TERM="xterm", NO_COLOR="1") or coloured(TERM="dumb") or coloured("--json", TERM="xterm"):
        yield "colour on a terminal that does not want it"
    text, code = on_terminal(stage.floodwall, [good], 80, {"TERM": "xterm"})
    if code or re.sub(rb"\x1b\[[0-9;]*m", b"", text) != piped:
        yield "on a terminal of 80 columns, more than colour differs from --width 80"
    for columns, fits in ((40, 40), (57, 57), (20, 40), (300, 120), (0, 100)):
        text, _ = on_terminal(stage.floodwall, ["--no-color", good], columns, {"TERM": "xterm"})
        if text != output(stage.floodwall, "--width", str(fits), good):
            yield f"a terminal of {columns} columns is not served as --width {fits}"


def mute_files(stage):
    good = stage.capture("quiet-own-scanner")
    cases = [("frobnicate 192.168.1.20 reason", 1), ("# one\n\nscan", 3), ("scan 192.168.1.20", 1), ("scan 192.168.1.20 until=2027-01-01", 1),
             ("scan 192.168.1.300 reason", 1), ("scan * ok\nscan 10.0.0.0/40 reason", 2), ("scan * -> nobody reason", 1), ("scan * ->", 1),
             ("scan * until=2026-02-30 reason", 1), ("scan * until=tomorrow reason", 1), ("scan * ok\r\nscan\r\n", 2), ("* 60:8b:0e:5a:11 reason", 1),
             ("\n".join(["scan * ok"] * 1025), 1025), ("scan \x1b[2J reason", 1), ("\x1b[2J * reason", 1)]
    for body, line in cases:
        path = stage.write("mutes", body.encode())
        done = run(stage.floodwall, "--mute", path, good)
        yield from one_sentence(f"mute file {body[:60]!r}", done)
        if not done.stderr.startswith(f"floodwall inspect: {path}:{line}: ".encode()):
            yield f"mute file {body[:60]!r}: not said to be in line {line}: {done.stderr!r}"
    for body in (b"scan * bad\x00byte\n", b"#" * (2 << 20), b"scan * \xff\xfe not UTF-8\n"):
        done = run(stage.floodwall, "--mute", stage.write("mutes", body), good)
        if done.returncode == 2:
            yield from one_sentence(f"mute file {body[:30]!r}", done)
        elif raw_bytes(done.stdout):
            yield f"mute file {body[:30]!r}: raw bytes in the report"
    for body in (b"", b"# nothing\n\n   \n", b"\t scan \t192.168.1.20\tour own scanner", b"scan 192.168.1.20 ours\r\n"):
        output(stage.floodwall, "--mute", stage.write("mutes", body), good)


def local_side(stage):
    good = stage.capture("incident")
    for prefix in ("203.0.113.0/24", "203.0.113.80", "203.0.113.80/32"):
        found = report(stage.floodwall, "--local", prefix, good)
        if not [f for f in found["findings"] if f["id"] == "receives-flood"] or not [d for d in found["devices"] if "203.0.113.80" in d["addresses"]]:
            yield f"--local {prefix} does not make the address under attack ours"
    if not [f for f in report(stage.floodwall, "--local", "2001:db8::/32", "--local", "203.0.113.80", good)["findings"] if f["id"] == "receives-flood"]:
        yield "a second --local does not count"
    if [f for f in report(stage.floodwall, "--local", "192.0.2.0/24", good)["findings"] if f["id"] == "receives-flood"]:
        yield "--local of another prefix makes the address under attack ours"


def makers(stage):
    def maker(folder):
        found = report(stage.floodwall, "--oui", folder, stage.capture("quiet-twin"))
        return next(d for d in found["devices"] if "192.168.1.20" in d["addresses"])["maker"]["name"]
    rows = {"oui.csv": 'Registry,Assignment,Organization Name,Organization Address\r\nMA-L,608B0E,"A Test, Inc.",Here\r\n',
            "mam.csv": "Registry,Assignment,Organization Name,Organization Address\n", "iab.csv": "", "oui36.csv": "\0\xff,,,\n" * 100}
    for name, body in rows.items():
        stage.write(name, body.encode("latin-1"))
    if maker(stage.folder) != "A Test":
        yield f"--oui: {maker(stage.folder)}"
    if maker("/nonexistent") is not None or maker("") is not None or maker("/" + "x" * 8000) is not None:
        yield "--oui: a maker from nowhere"
    stage.write("oui.csv", "MA-L,608B0E,".encode() + ESCAPES + b",x\n")
    for style in ([], ["-v"], ["--json"]):
        if raw_bytes(output(stage.floodwall, *style, "--oui", stage.folder, stage.capture("quiet-twin"))):
            yield f"--oui {style}: raw bytes of the registry in the report"


def lease_with_name(name):
    """A DHCP request whose host name, vendor class and client name are these bytes."""
    def option(code, value):
        return bytes([code, len(value)]) + value
    mac = bytes.fromhex("a0a0a0010203")
    body = struct.pack("!BBBBIHH4s4s4s4s16s", 1, 1, 6, 0, 1, 0, 0, b"", b"", b"", b"", mac) + bytes(192) + b"\x63\x82\x53\x63"
    body += option(53, b"\x03") + option(50, bytes([192, 168, 1, 33])) + option(12, name) + option(60, name) + b"\xff"
    udp = struct.pack("!HHHH", 68, 67, 8 + len(body), 0) + body
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes(4), b"\xff" * 4) + udp
    frame = b"\xff" * 6 + mac + b"\x08\x00" + ip
    return 1477047600 * 10**9, len(frame), frame, 1


def escapes(stage):
    """Neither the name of a file nor a name in it reaches the terminal as it is."""
    path = stage.write(ESCAPES + b".pcap", as_pcap([lease_with_name(ESCAPES)]))
    broken = stage.write(ESCAPES + b".broken", b"no capture")
    cut = stage.write(ESCAPES + b".cut", as_pcap([lease_with_name(ESCAPES)] * 2)[:-9])
    names = os.path.join(stage.folder, os.fsdecode(ESCAPES) + ".missing")
    for style in ([], ["-v"], ["-q"], ["--json"], ["--width", "40", "-v"]):
        done = run(stage.floodwall, *style, path, broken, cut, names)
        for what, text in (("report", done.stdout), ("notes", done.stderr)):
            if raw_bytes(text):
                yield f"{style}: raw bytes {raw_bytes(text)} in the {what}"
        if b"x1b[31mred" not in done.stdout and style != ["-q"] or len(done.stderr.splitlines()) != 3:
            yield f"{style}: the names are not there at all: {done.stdout.decode(errors='replace')}\n{done.stderr}"
        text, _ = on_terminal(stage.floodwall, ["--no-color", *style, path, broken, cut, names], 80, {"TERM": "xterm"})
        if raw_bytes(text):
            yield f"{style}: raw bytes {raw_bytes(text)} on the terminal"


def main():
    floodwall, generated, manual = sys.argv[1:4]
    faults = []
    checks = [wrong_use, front_door, lambda stage: help_and_manual(stage, manual), bad_inputs, cut_short, fail_on, reports_to_files, broken_pipe, styles,
              widths, colours, mute_files, local_side, makers, escapes]
    for check in checks:
        with tempfile.TemporaryDirectory() as folder:
            faults += check(Stage(os.path.abspath(floodwall), generated, folder))
    finish(f"{len(checks)} sides of the command line are as the manual says", faults)


main()
