#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The same captures give the same bytes: twice, in any order of arguments, in any packing, whole or in parts.

usage: determinism.py FLOODWALL GENERATED_FOLDER SHARED_CAPTURES
A run costs what it reads. So large captures are read again in fewer styles, and only small ones together in many orders; each form is read as JSON, which
has all that the others print. With FLOODWALL_FULL_SWEEP set, every capture in every style, in every rotation, and each form in three styles.
Exit 77 when the shared captures are absent, after the project's own were checked.
"""
import concurrent.futures
import gzip
import itertools
import json
import lzma
import os
import random
import subprocess
import sys
import tempfile

from inspecting import as_pcap, as_pcapng, finish, generated, output, read_capture

STYLES = ([], ["-v"], ["-q"], ["--format", "html"], ["--format", "eve"], ["--format", "csv"], ["--json"])
TELLING = (["-v"], ["--format", "html"], ["--json"])  # between them they print all that the others do
SHARED = ["botnet/slips_test7_hide_and_seek.pcap", "botnet/ndpi_nmap_synscan.pcap", "botnet/zeek_ftp_bruteforce.pcap", "ddos/snmp_amp.pcapng",
          "ddos/cic2019_synflood_lucid.pcap", "ddos/suricata_dhcp_request_flood.pcap", "dns/malcolm_dns_mix.pcap", "dns/gold.pcap.xz",
          "dns/dnscap_sll2.pcap", "iot/malcolm_telnet_mix.pcap", "iot/onenuo_doorsensor_tuya.pcapng", "iot/suricata_home_lan_2013.pcap"]
FULL = bool(os.environ.get("FLOODWALL_FULL_SWEEP"))
ORDERS_MAX = 32 if FULL else 6
LARGE = 2 << 20
# Fresh memory of the first run is what the kernel gives, zero; that of the other holds another byte: one that is told without having been written differs.
FRESH, FILLED = (os.environ | {"MALLOC_PERTURB_": byte} for byte in ("0", "165"))


def twice(floodwall, path):
    for style in STYLES if FULL or os.path.getsize(path) < LARGE else TELLING[2:]:
        if output(floodwall, *style, path, env=FRESH) != output(floodwall, *style, path, env=FILLED):
            yield f"{path}: two runs {' '.join(style)} differ"


def orders(paths):
    """All of them where there are few, else the reverse, rotations, and shuffles by a fixed seed."""
    if len(paths) <= 3 or (FULL and len(paths) <= 4):
        yield from itertools.permutations(paths)
        return
    shuffle = random.Random(20161021)
    rotations = range(1, len(paths)) if FULL else shuffle.sample(range(1, len(paths)), 2)
    yield paths[::-1]
    for at in rotations:
        yield paths[at:] + paths[:at]
    for _ in range(ORDERS_MAX - 1 - len(rotations)):
        yield shuffle.sample(paths, len(paths))


def any_order(floodwall, paths, pool):
    ways = list(orders(paths))
    for style in TELLING:
        first = output(floodwall, *style, *paths)
        for order, same in zip(ways, pool.map(lambda order, style=style, first=first: output(floodwall, *style, *order) == first, ways)):
            if not same:
                yield f"{' '.join(style)}: the order of arguments matters: {[os.path.basename(path) for path in order]}"
                break
    print(f"{len(paths)} captures in {len(ways)} orders")


def as_zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout


def forms(records):
    """One capture, written in every way; times that fall between microseconds only where the form can say them."""
    fine = any(time_ns % 1000 for time_ns, _, _, _ in records)
    plain = as_pcap(records)
    yield "pcap", plain
    yield "pcap-swapped", as_pcap(records, ">")
    yield "pcapng", as_pcapng(records)
    yield "pcapng-swapped", as_pcapng(records, ">")
    if not fine:
        yield "pcap-microseconds", as_pcap(records, "<", False)
        yield "pcap-microseconds-swapped", as_pcap(records, ">", False)
        yield "pcapng-microseconds", as_pcapng(records, "<", 6)
    yield "gzip", gzip.compress(plain)
    yield "gzip-members", gzip.compress(plain[:1000]) + gzip.compress(plain[1000:])
    yield "xz", lzma.compress(plain)
    yield "xz-pcapng", lzma.compress(as_pcapng(records))
    yield "zstd", as_zstd(plain)
    yield "zstd-frames", as_zstd(plain[:1000]) + as_zstd(plain[1000:])


def any_form(floodwall, path, folder):
    """Each form lies in a folder of its own under one name, so that not even the name may differ."""
    records = read_capture(path)
    first = None
    for form, data in forms(records):
        place = os.path.join(folder, os.path.basename(path) + "-" + form)
        os.makedirs(place)
        with open(os.path.join(place, "capture"), "wb") as file:
            file.write(data)
        seen = [output(floodwall, *style, "capture", cwd=place) for style in (TELLING if FULL else TELLING[2:])]
        if first is None:
            first = seen
            yield from as_read_before(path, floodwall, first[-1])
        if seen != first:
            yield f"{path}: as {form} it reads otherwise"
        piped = json.loads(output(floodwall, "--json", "-", input=data))
        piped["captures"][0]["file"] = "capture"
        if piped != json.loads(first[-1]):
            yield f"{path}: as {form} through standard input it reads otherwise"


def as_read_before(path, floodwall, seen):
    """The copy is a true copy: it reads as the file that it was made of."""
    mine, own = json.loads(seen), json.loads(output(floodwall, "--json", path))
    own["captures"][0]["file"] = mine["captures"][0]["file"]
    if mine != own:
        yield f"{path}: this test's copy does not read as the original: the fault is in the test"


def cut_in_parts(records, count):
    size = -(-len(records) // count)
    return [records[at:at + size] for at in range(0, len(records), size)]


def dealt_out(records, count):
    """In turn, but packets of one time stay together: between files, only time orders them."""
    parts = [[] for _ in range(count)]
    for turn, (_, same) in enumerate(itertools.groupby(records, key=lambda record: record[0])):
        parts[turn % count] += same
    return [part for part in parts if part]


def in_parts(floodwall, path, folder):
    records = read_capture(path)
    whole = json.loads(output(floodwall, "--json", path))
    ways = [("cut", cut_in_parts(records, count)) for count in (2, 7, 40)]
    if all(one[0] <= other[0] for one, other in zip(records, records[1:])):
        ways += [("dealt", dealt_out(records, count)) for count in (2, 5)]
    for way, parts in ways:
        names = []
        for number, part in enumerate(parts):
            names.append(os.path.join(folder, f"{os.path.basename(path)}-{way}{len(parts)}-{number:02}"))
            with open(names[-1], "wb") as file:
                file.write(as_pcap(part))
        merged = json.loads(output(floodwall, "--json", *names[::-1]))
        if sum(c["packets"] for c in merged["captures"]) != whole["captures"][0]["packets"]:
            yield f"{path}: {way} in {len(parts)} parts it has another number of packets"
        merged["captures"] = whole["captures"]
        if merged != whole:
            yield f"{path}: {way} in {len(parts)} parts it reads otherwise: {[key for key in whole if whole[key] != merged[key]]}"


def main():
    floodwall, folder, shared = os.path.abspath(sys.argv[1]), *sys.argv[2:4]
    faults = []
    own = generated(folder)
    there = os.path.isdir(shared)
    others = [os.path.join(shared, name) for name in SHARED if there]
    small = [path for path in own + others if os.path.getsize(path) < 1 << 20]
    light = own if FULL else [path for path in own if os.path.getsize(path) < LARGE]
    together = [own[:3], light] + ([others[:4], others, own[:2] + others[-2:]] if there else [])
    # programs of one thread each, on all cores
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool, tempfile.TemporaryDirectory() as scratch:
        def each(check, paths, *more):
            return [fault for found in pool.map(lambda path: list(check(floodwall, path, *more)), paths) for fault in found]

        faults += each(twice, own + others)
        for paths in together:
            faults += any_order(floodwall, paths, pool)
        plain = [path for path in small if not path.endswith(".xz")]
        faults += each(any_form, plain, scratch) + each(in_parts, plain, scratch)
    finish(f"{len(own + others)} captures read the same whenever, in whatever order, form or parts", faults,
           None if there else "determinism of shared captures: ../shared/captures is not here")


main()
