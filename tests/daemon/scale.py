#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""10,000 devices that are all heard and 1,000,000 findings: what the daemon takes at its peak, how soon its page answers over HTTP to who is signed in, and
what it takes when nothing happens. And a box of the OpenWrt class. Memory has a ceiling; times are figures for people.

A program under sanitizers keeps what was freed, so its memory says nothing: there fewer findings go through the same stories, for what sanitizers see.

usage: scale.py FLOODWALL ROOT [STORY...]      FLOODWALL_FINDINGS how many findings, FLOODWALL_RUNS how often each page is asked for,
                                               FLOODWALL_IDLE_S how long it is left alone, FLOODWALL_SCALE a file for the figures, as JSON
"""
import http.client
import json
import os
import sqlite3
import statistics
import struct
import time

from guard_bed import CAMERA, packet, play, wait_for
from remembering import ask

CEILING, SMALL_CEILING = 64, 32  # MiB resident at the peak since the start, counted by the kernel (VmHWM)
DEVICES, SMALL_DEVICES = 9990, 200
FINDINGS, SANITIZED_FINDINGS = 1000000, 20000
RUNS, SANITIZED_RUNS = 21, 3
PORT = 8753
MILLION = """with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
insert into finding (mac, kind, severity, raised, last, muted, body)
select 0x020001000000 + i % 4000, 'scan', 'low', ? - i, ? - i, 0, replace(?, 'Device', 'Device ' || i) from n"""
ONE = "02:00:01:00:00:07"
ASKED = ("/", "/api/session.json", "/api/overview.json", "/api/devices.json?order=state&count=50", "/api/devices.json?order=state&count=50&search=device+39",
         "/api/devices.json?order=state&count=50&state=clean&from=9000", "/api/devices.json?count=200", f"/api/device.json?who={ONE}", "/api/findings.json?count=50",
         "/api/findings.json?count=50&search=Device+77777", f"/api/findings.json?count=50&device={ONE}", "/api/findings.json?count=50&severity=low&kind=scan",
         "/api/finding.json?number=500", "/api/traffic.json?step=minute&count=60", "/api/traffic.json?step=hour&count=168", "/api/traffic.json?step=day&count=90",
         "/api/verdicts.json", "/api/policy.json", "/api/decisions.json", "/api/audit.json?count=50", "/api/configuration.json", "/api/messages.json", "/metrics")
figures = {}


def mib(bed, name):
    with open(f"/proc/{bed.daemon.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(name))


def fill_store(bed, count):
    """Findings as they are kept: the body of a real one, if there is one."""
    base = sqlite3.connect(f"{bed.folder}/state/floodwall.db")
    kept = base.execute("select body from finding order by number desc limit 1").fetchone()
    body = kept[0] if kept else json.dumps({"id": "scan", "severity": "low", "state": "suspect", "mac": CAMERA, "name": "Device"})
    now = int(time.time())
    with base:
        base.execute(MILLION, (count, now, now, body))
    base.close()


def mac_of(number):
    return f"02:00:01:00:{number >> 8:02x}:{number & 255:02x}"


def fill_devices(bed, small, count):
    """A configuration names 4,096 at most; those of an earlier run keep their places."""
    for first in range(0, count, 4000):
        many = "".join(f"  - {{mac: '{mac_of(n)}', name: Device {n}}}\n" for n in range(first, min(first + 4000, count)))
        with open(bed.configuration, "w", encoding="utf-8") as out:
            out.write(small.replace("devices: 64", f"devices: {256 if count < 256 else 10000}").replace("  devices:\n", f"  devices:\n{many}"))
        bed.run()
        if first + 4000 < count:
            bed.end()


def hear_all(bed, count):
    """Each of them asks somebody for something, so that detection, the store and the page know it."""
    payload = struct.pack("!HHHH", 5000, 53, 108, 0) + bytes(100)
    for first in range(0, count, 500):
        bed.inject([packet(mac_of(n), f"10.9.{n >> 8}.{n & 255}", "10.8.0.2", 17, payload) for n in range(first, min(first + 500, count))])

    def heard():
        # in the order of MACs: the last of them was sent last
        last = ask(bed, do="show", what="device", who=mac_of(count - 1))["device"]
        return last["last"] is not None
    wait_for(heard, 20, "the last device")


def asked_for(bed, name, plain, sanitized):
    return int(os.environ.get(name, sanitized if bed.sanitized else plain))


def sign_in(bed):
    """A connection that stays, and the headers of somebody who is signed in."""
    token = ask(bed, do="token")["address"].rsplit("=", 1)[-1].rsplit("#", 1)[-1]
    client = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    client.request("POST", "/api/login", json.dumps({"token": token}), {"Content-Type": "application/json"})
    answer = client.getresponse()
    body = answer.read()
    assert answer.status == 200, (answer.status, body, token[:4])
    return client, {"Cookie": answer.getheader("set-cookie").split(";")[0]}


def get(client, headers, address):
    client.request("GET", address, headers=headers)
    answer = client.getresponse()
    body = answer.read()
    assert answer.status == 200, (address, answer.status, body[:300])
    return body


def ask_page(bed):
    """As a browser does, one address after the other, again and again."""
    client, headers = sign_in(bed)
    runs = asked_for(bed, "FLOODWALL_RUNS", RUNS, SANITIZED_RUNS)
    taken = {address: [] for address in ASKED}
    for _ in range(runs):
        for address in ASKED:
            begun = time.monotonic()
            get(client, headers, address)
            taken[address].append((time.monotonic() - begun) * 1000)
    listed = json.loads(get(client, headers, "/api/devices.json?count=65536"))["devices"]
    assert len(listed["devices"]) < listed["total"] >= DEVICES, "one answer holds them all"
    client.close()
    print("     ms over HTTP, least, median and 95th percentile, of " + str(runs), flush=True)
    for address, times in taken.items():
        print(f"     {min(times):8.1f} {statistics.median(times):8.1f} {sorted(times)[round(0.95 * (runs - 1))]:8.1f}   {address}", flush=True)
    figures["ms"] = taken


def all_written(bed):
    """What was heard goes into the store, some devices each second, beginning with the next minute: then nothing is left to do."""
    begun, journal = time.monotonic(), f"{bed.folder}/state/floodwall.db-wal"

    def still():
        return time.monotonic() - begun > 62 and time.time() - os.stat(journal).st_mtime > 4
    wait_for(still, 180, "all devices in the store")


def idle_share(bed, seconds):
    ticks = os.sysconf("SC_CLK_TCK")

    def used():
        with open(f"/proc/{bed.daemon.pid}/stat", encoding="utf-8") as stat:
            words = stat.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / ticks
    time.sleep(3)
    before, begun = used(), time.monotonic()
    time.sleep(seconds)
    return (used() - before) / (time.monotonic() - begun)


def all_of_them(bed, count):
    """The command asks for one page after the other."""
    shown = json.loads(bed.call("show", "devices", "--json").stdout)["devices"]
    assert len(shown) >= count and [one["mac"] for one in shown] == sorted({one["mac"] for one in shown}), len(shown)
    assert sum(one["last"] is not None for one in shown) > count * 0.95, "hardly any was heard"
    part = json.loads(bed.call("show", "devices", "--from", "100", "--count", "700", "--json").stdout)["devices"]
    assert part == shown[100:800] or [one["mac"] for one in part] == [one["mac"] for one in shown[100:800]]


def thousands_of_devices(bed):
    million = asked_for(bed, "FLOODWALL_FINDINGS", FINDINGS, SANITIZED_FINDINGS)
    bed.configure()
    with open(bed.configuration, encoding="utf-8") as text:
        small = text.read()
    bed.run()
    bed.end()
    bed.call("bypass", "-c", bed.configuration)
    fill_store(bed, million)
    fill_devices(bed, small, DEVICES)
    hear_all(bed, DEVICES)
    ask_page(bed)
    all_of_them(bed, DEVICES)
    if "FLOODWALL_SCALE" in os.environ:
        all_written(bed)
    share = idle_share(bed, float(os.environ.get("FLOODWALL_IDLE_S", "10")))
    figures.update(resident=mib(bed, "VmRSS"), peak=mib(bed, "VmHWM"), idle=share * 100)
    print(f"     {DEVICES} devices heard, {million} findings: {figures['resident']:.1f} MiB resident, {figures['peak']:.1f} MiB at the peak, idle CPU {share * 100:.2f} %",
          flush=True)
    if not bed.sanitized:
        assert figures["peak"] < CEILING
    bed.end()
    bed.call("bypass", "-c", bed.configuration)


def a_small_box(bed):
    """200 devices in tables for 256, and as many frames a second as such a processor reads."""
    bed.configure(more="  frames_all: {rate: 10000, burst: 20000}")
    with open(bed.configuration, encoding="utf-8") as text:
        small = text.read()
    fill_devices(bed, small, SMALL_DEVICES)
    hear_all(bed, SMALL_DEVICES)
    client, headers = sign_in(bed)
    for address in ASKED:
        if "number=" not in address:
            get(client, headers, address)
    client.close()
    figures.update(small_resident=mib(bed, "VmRSS"), small_peak=mib(bed, "VmHWM"))
    print(f"     {SMALL_DEVICES} devices: {figures['small_resident']:.1f} MiB resident, {figures['small_peak']:.1f} MiB at the peak", flush=True)
    if not bed.sanitized:
        assert figures["small_peak"] < SMALL_CEILING
    bed.end()
    bed.call("bypass", "-c", bed.configuration)


def keep_figures(_):
    if "FLOODWALL_SCALE" in os.environ:
        with open(os.environ["FLOODWALL_SCALE"], "w", encoding="utf-8") as out:
            json.dump(figures, out)


if __name__ == "__main__":
    os.environ["MALLOC_PERTURB_"] = "0"  # which touches what nobody has used
    play("scale", [a_small_box, thousands_of_devices, keep_figures], started=False)
