#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A guard where it does not know for certain: a late start, a name that flips, clocks, leases of neighbours, and what a person has muted.

usage: bounds.py FLOODWALL ROOT [STORY...]
"""
import contextlib
import re
import signal
import socket
import struct
import subprocess
import sys
import time

from guard_bed import CAMERA, OTHER, GATEWAY, dhcp, packet, play, sh, syn, wait_for

RECORDER = "02:00:00:00:00:07"

PEER = r"""
import socket, sys, time
s = socket.create_server(("", 7000))
c, _ = s.accept()
for line in sys.stdin:
    c.sendall(line.encode())
"""
CALLER = r"""
import socket, sys
c = socket.create_connection(("10.8.0.2", 7000))
print("open", flush=True)
for line in c.makefile():
    print(line, end="", flush=True)
"""


def reasons(bed, way, reason):
    return sum(r["passed"]["packets"] + r["dropped"]["packets"] for r in bed.show("verdicts")["reasons"] if (r["way"], r["reason"]) == (way, reason))


def late_start(bed):
    """A conversation is under way when the guard comes: what the other end sends first gets through, a SYN from there does not."""
    server = subprocess.Popen(bed.at(bed.internet, sys.executable, "-c", PEER), stdin=subprocess.PIPE, text=True)
    wait_for(lambda: ":7000" in subprocess.run(bed.at(bed.internet, "ss", "-Hltn"), capture_output=True, text=True, check=True).stdout, 5, "a server")
    caller = subprocess.Popen(bed.at(bed.camera, sys.executable, "-c", CALLER), stdout=subprocess.PIPE, text=True)
    bed.processes += [server, caller]
    assert caller.stdout.readline() == "open\n"
    bed.configure(device="")
    bed.run()
    server.stdin.write("one\n")
    server.stdin.flush()
    assert caller.stdout.readline() == "one\n"
    assert reasons(bed, "in", "late") >= 1
    refused = subprocess.run(bed.at(bed.internet, sys.executable, "-c", "import socket\ntry: socket.create_connection(('10.9.0.2', 22), 1)\n"
        "except TimeoutError: print('silence')\nexcept OSError as e: print(e)"), capture_output=True, text=True, check=True).stdout
    assert refused == "silence\n", refused
    assert reasons(bed, "in", "inbound") >= 1
    server.stdin.write("two\n")
    server.stdin.flush()
    assert caller.stdout.readline() == "two\n"
    late_ends(bed)


def pass_on(frame):
    """As the gateway does; the sender is told where it was stopped."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out, contextlib.suppress(OSError):
        out.bind(("lan0", 0))
        out.send(frame)


def comes_in(port):
    """A segment without SYN from the internet to the camera."""
    tcp = struct.pack("!HHIIBBHHH", 40000, port, 1, 1, 0x50, 16, 1024, 0, 0)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 63, 6, 0, socket.inet_aton("10.8.0.2"), socket.inet_aton("10.9.0.2"))
    pass_on(bytes.fromhex((CAMERA + GATEWAY).replace(":", "")) + b"\x08\x00" + ip + tcp)


def late_ends(bed):
    """A reload may end the late start sooner, and does not begin it anew."""
    late = reasons(bed, "in", "late")
    comes_in(5001)
    wait_for(lambda: reasons(bed, "in", "late") > late, 3, "what comes in late")
    for seconds in (0, 600):
        bed.configure(device="", more=f"  late: {seconds}s\n")
        before = bed.show("verdicts")["configuration"]["generation"]
        bed.daemon.send_signal(signal.SIGHUP)
        wait_for(lambda before=before: bed.show("verdicts")["configuration"]["generation"] > before, 5, "the reload")
        late, stopped = reasons(bed, "in", "late"), reasons(bed, "in", "inbound")
        comes_in(5002 + seconds)
        wait_for(lambda stopped=stopped: reasons(bed, "in", "inbound") > stopped, 3, f"that nothing comes in late ({seconds}s)")
        assert reasons(bed, "in", "late") == late


def knock6(bed, host):
    """A SYN from the internet to the camera's telnet, as the gateway passes it on: 2001:db8:2::host to 2001:db8:1::2."""
    tcp = struct.pack("!HHIIBBHHH", 40000 + host, 23, 1, 0, 0x50, 2, 1024, 0, 0)
    ends = bytes.fromhex("20010db80002") + bytes(8) + struct.pack("!H", host) + bytes.fromhex("20010db80001") + bytes(9) + b"\x02"
    frame = bytes.fromhex((CAMERA + GATEWAY).replace(":", "")) + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(tcp), 6, 57) + ends + tcp
    pass_on(frame)


def gateways_mac(bed):
    """No network of IPv6 is known, and a device bears the gateway's MAC for a moment: it gets no place, and what comes from outside is no neighbour's."""
    bed.inject([syn(GATEWAY, "10.9.0.9", "10.8.0.2", 81), syn(OTHER, "10.9.0.6", "10.8.0.2", 81)])
    wait_for(lambda: bed.device(OTHER), 5, "the neighbour's place")
    assert bed.device(GATEWAY) is None
    before = reasons(bed, "in", "inbound"), reasons(bed, "in", "lateral")
    knock6(bed, 1)
    wait_for(lambda: (reasons(bed, "in", "inbound"), reasons(bed, "in", "lateral")) == (before[0] + 1, before[1]), 3, "a knock that is stopped")


def scan(bed, network):
    """Of a port that is no login's: what the brake stops is no failed contact."""
    bed.inject([syn(RECORDER, "10.9.0.7", f"10.8.{network}.{i + 1}", 81) for i in range(60)])


def stand(bed):
    return (bed.device(RECORDER) or {"stand": ""})["stand"]


def muted(bed):
    """A finding is muted: it says so, the next one stops nobody, also after a restart; undo, and what was found meanwhile does."""
    scan(bed, 1)
    wait_for(lambda: stand(bed) == "quarantined", 8, "the recorder's quarantine")
    found = next(f for f in bed.show("findings")["findings"] if f["mac"] == RECORDER)
    assert found["muted"] is None
    refused = bed.call("mute", "scan", check=False)
    assert refused.returncode == 2 and "--reason" in refused.stderr, refused
    refused = bed.call("mute", "*", "*", "--reason", "x", check=False)
    assert refused.returncode == 2 and "everybody" in refused.stderr, refused
    refused = bed.call("mute", "beacon", "10.9.0.99", "--reason", "x", check=False)
    assert refused.returncode == 2 and "no device is known by" in refused.stderr, refused
    bed.call("mute", "beacon", "10.9.0.7/32", "--reason", "it asks for the time")
    assert any(d["kind"] == "mute" and d["prefix"] == f"beacon {RECORDER}" for d in bed.show("decisions")), "an address that is no MAC"
    told = bed.call("mute", str(found["finding"]), "--reason", "it is a scanner", "--for", "2h").stdout
    assert f"floodwall release {RECORDER}" in told and "until" in told, told
    undo = told.split("floodwall undo ")[1].split()[0]
    found = next(f for f in bed.show("findings")["findings"] if f["mac"] == RECORDER)
    assert found["muted"] == "it is a scanner", found
    assert "muted: it is a scanner" in bed.call("show", "findings").stdout
    assert any(d["kind"] == "mute" and d["prefix"] == f"scan {RECORDER}" for d in bed.show("decisions"))
    assert any(d["verb"] == "decide" and "scanner" in d["detail"] for d in bed.show("audit"))
    bed.call("release", RECORDER)
    before = found["finding"]
    bed.end()
    bed.run()
    scan(bed, 3)
    found = wait_for(lambda: next((f for f in bed.show("findings")["findings"] if f["mac"] == RECORDER and f["id"] == "scan"
        and f["severity"] == "high" and f["finding"] > before), None), 8, "a finding that is muted")
    assert found["muted"] == "it is a scanner" and found["act"] == "noted", found
    assert stand(bed) == "ordinary"
    bed.call("undo", undo)
    assert next(f for f in bed.show("findings")["findings"] if f["mac"] == RECORDER)["muted"] is None
    wait_for(lambda: stand(bed) == "quarantined", 8, "the quarantine for what was found while it was muted")
    bed.call("release", RECORDER)
    bed.call("undo", bed.call("mute", "scan", RECORDER, "--reason", "once more").stdout.split("floodwall undo ")[1].split()[0])
    time.sleep(2)
    assert stand(bed) == "ordinary", "what was released is judged for what it did before"
    bed.end()
    bed.run()
    scan(bed, 5)
    wait_for(lambda: stand(bed) == "quarantined", 8, "quarantine after the undo")
    bed.call("release", RECORDER)


def asks(bed, address):
    """The kernel counts before the injecting process ends."""
    before = reasons(bed, "out", "slit"), reasons(bed, "out", "quarantined")
    bed.inject([packet(CAMERA, "10.9.0.2", address, 17, struct.pack("!HHHH", 123, 123, 56, 0) + b"\x23" + bytes(47))])
    wait_for(lambda: (reasons(bed, "out", "slit"), reasons(bed, "out", "quarantined")) != before, 3, "a count")
    return reasons(bed, "out", "slit") - before[0]


def clocks(bed):
    """In quarantine port 123 of anybody is closed; of whom DHCP names it is open, unless a neighbour says so."""
    bed.call("quarantine", "Camera", "--for", "1h")
    assert asks(bed, "10.8.0.4") == 0
    assert asks(bed, "10.9.0.1") == 1, "the gateway's own"
    bed.call("release", "Camera")


def flips(bed):
    """The name of a policy suddenly means the gateway, a neighbour, the machine itself: nothing of that is bound, and it is counted."""
    bed.configure()
    bed.end()
    bed.run()
    before = bed.show("verdicts")["names"]["refused"]
    for address in ("10.9.0.1", "10.9.0.6", "127.0.0.1"):
        bed.resolver.names["cloud.example.com"] = address
        bed.resolves()
    after = bed.show("verdicts")["names"]
    assert after["refused"] - before >= 3, after
    bed.resolver.names["cloud.example.com"] = "10.8.0.2"
    bed.resolves()
    assert bed.connects("10.8.0.2", 8000)


def lease(server_mac, server, options, given="10.9.0.2", seconds=3600):
    """An ACK to the camera, on its way out of lan0."""
    message = bytes([2, 1, 6, 0]) + bytes(12) + socket.inet_aton(given) + bytes(8) + bytes.fromhex(CAMERA.replace(":", "")) + bytes(10 + 192)
    message += b"\x63\x82\x53\x63\x35\x01\x05\x33\x04" + struct.pack("!I", seconds) + options + b"\xff"
    frame = packet(server_mac, server, "10.9.0.2", 17, struct.pack("!HHHH", 67, 68, 8 + len(message), 0) + message)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind(("lan0", 0))
        out.send(bytes.fromhex(CAMERA.replace(":", "")) + frame[6:])


def lease_ends(bed):
    """Its address is bound to nothing when its lease is over, and not before; until the camera speaks from there again."""
    bed.connects("10.8.0.2", 8000)
    wait_for(lambda: bed.device()["addresses"] == ["10.9.0.2"], 5, "the camera's address")
    released, told = bed.show("verdicts")["released"], len(bed.heard())
    for seconds in (3600, 600, 2):
        assert bed.show("verdicts")["released"] == released
        lease(GATEWAY, "10.9.0.1", b"", seconds=seconds)
    wait_for(lambda: bed.show("verdicts")["released"] == released + 1, 8, "the end of the lease")
    assert f"{CAMERA}: its lease is over" in bed.heard()[told:] and bed.device()["addresses"] == [], bed.device()
    bed.connects("10.8.0.2", 8000)
    wait_for(lambda: bed.device()["addresses"] == ["10.9.0.2"], 5, "the address from which it speaks")


def losses(bed):
    """More frames than may be sent up: what is lost is counted, of whom it is, and shown; and what is stopped is stopped all the same."""
    before = bed.show("verdicts")
    assert "frames were lost" not in " ".join(before["blind_spots"]), before["blind_spots"]
    for more in ("", "  frames_all: {rate: 1, burst: 1}\n"):
        generation = bed.show("verdicts")["configuration"]["generation"]
        bed.configure(device="", more=more)
        bed.daemon.send_signal(signal.SIGHUP)
        wait_for(lambda generation=generation: bed.show("verdicts")["configuration"]["generation"] > generation, 5, "the reload")
    bed.inject([syn(CAMERA, "10.9.0.2", f"10.8.2.{i + 1}", 81) for i in range(200)])
    wait_for(lambda: bed.show("verdicts")["frames"]["lost"] >= before["frames"]["lost"] + 190, 5, "losses")
    assert "frames were lost" in " ".join(bed.show("verdicts")["blind_spots"]), bed.show("verdicts")["blind_spots"]
    text = bed.call("show", "verdicts").stdout
    assert int(re.search(r"frames to detection: \d+ seen, (\d+) lost", text).group(1)) >= 190, text
    bed.configure(device="")
    bed.daemon.send_signal(signal.SIGHUP)


def neighbours(bed):
    """A neighbour that plays DHCP server is not believed; the gateway is, and the clock that it names is open in quarantine."""
    clock = b"\x2a\x04" + socket.inet_aton("10.8.0.4")
    bed.inject([syn(OTHER, "10.9.0.6", "10.8.0.2", 8000)])
    wait_for(lambda: bed.device(OTHER), 5, "the neighbour's place")
    lease(OTHER, "10.9.0.6", clock)
    wait_for(lambda: "no DHCP server of ours" in bed.heard(), 5, "that it is not believed")
    bed.call("quarantine", "Camera", "--for", "1h")
    assert asks(bed, "10.8.0.4") == 0
    lease(GATEWAY, "10.9.0.1", clock)
    wait_for(lambda: asks(bed, "10.8.0.4") == 1, 5, "the clock that the gateway named")
    bed.call("release", "Camera")


def own_server(bed):
    """Whom a hijacked device names as its DHCP server gives it neither a clock nor an address; nobody gives it the gateway's."""
    server, near = "10.8.0.3", "10.9.0.6"
    named = b"\x36\x04" + socket.inet_aton(server)
    bed.configure(device="")
    bed.end()
    bed.run()
    wait_for(lambda: bed.connects("10.8.0.2", 9000), 10, "that the policy of the run before binds the camera no more")
    asked = dhcp(3, CAMERA, options=named)[14 + 20:]
    bed.inject([packet(CAMERA, "10.9.0.2", server, 17, asked)])
    lease(GATEWAY, server, named + b"\x2a\x04" + socket.inet_aton("10.8.0.5"))
    lease(GATEWAY, server, named, given="10.9.0.1")
    bed.call("quarantine", "Camera", "--for", "1h")
    assert asks(bed, "10.8.0.5") == 0, "a clock of whom it named itself"
    lease(GATEWAY, "10.9.0.1", b"\x2a\x08" + socket.inet_aton(near) + socket.inet_aton("10.8.0.7"), given="10.9.0.1")
    wait_for(lambda: asks(bed, "10.8.0.7") == 1, 5, "the clock that the gateway named")
    assert asks(bed, near) == 0, "a neighbour is no clock"
    assert "10.9.0.1" not in bed.device()["addresses"] and bed.device()["stand"] == "quarantined", bed.device()
    bed.call("release", "Camera")


def few_clocks(bed):
    """However many clocks are named, sixteen are open: those named last."""
    for i in range(0, 40, 4):
        lease(GATEWAY, "10.9.0.1", b"\x2a\x10" + b"".join(socket.inet_aton(f"10.8.5.{i + j}") for j in range(4)))
    bed.call("quarantine", "Camera", "--for", "1h")
    wait_for(lambda: asks(bed, "10.8.5.39") == 1, 5, "the last")
    assert [asks(bed, f"10.8.5.{i}") for i in (0, 4, 23, 24)] == [0, 0, 0, 1]
    bed.call("release", "Camera")


def networks(bed):
    """More networks than are kept: refused with a sentence, where they are the interface's and where a file names them."""
    bed.end()
    for i in range(40):
        sh("ip", "addr", "add", f"10.{100 + i}.0.1/24", "dev", "lan0")
    refused = subprocess.run((bed.floodwall, "run", "-c", bed.configuration), capture_output=True, text=True, check=False, timeout=30)
    assert refused.returncode and "networks of ours are more than the 32" in refused.stderr, refused
    bed.configure(more="  local: [" + ", ".join(f"10.{i}.0.0/24" for i in range(33)) + "]\n")
    refused = bed.call("check", "-c", bed.configuration, check=False)
    assert refused.returncode == 2 and ".yaml:" in refused.stderr + refused.stdout, refused
    bed.configure(more="  local: [10.0.0.0/8, 10.1.0.0/16]\n")
    bed.run()
    assert bed.answers()


STORIES = (late_start, gateways_mac, muted, clocks, lease_ends, losses, flips, neighbours, own_server, few_clocks, networks)

if __name__ == "__main__":
    play("bounds", STORIES, started=False)
