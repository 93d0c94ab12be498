#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Four troubles of a machine at home, one at a time: each is said in the log and in the overview that the page shows, the guard goes on, and when it is over that
is said, too.

    broker     MQTT is configured, and nobody listens there
    disk       the state's file system is full
    clock      the wall clock goes an hour on (a shim between the program and the C library, as no namespace has a wall clock)
    lock       another process holds the store's file when the daemon starts

usage: troubles.py FLOODWALL ROOT [STORY...]
"""
import mmap
import os
import shutil
import socket
import sqlite3
import struct
import subprocess

from guard_bed import CAMERA, full_disk_under, play, syn, wait_for

SHIM = r"""
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
int clock_gettime(clockid_t clock, struct timespec *out)
{
	static int (*next)(clockid_t, struct timespec *);
	static volatile long *by;
	if (!next) {
		int file = open(getenv("CLOCK_FILE"), O_RDONLY);
		by = file < 0 ? 0 : mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
		next = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	}
	int result = next(clock, out);
	if (clock == CLOCK_REALTIME && by && by != MAP_FAILED)
		out->tv_sec += *by;
	return result;
}
"""


def shown(bed, piece):
    """In what the page shows first, with something to do, and in the log."""
    overview = bed.show("overview")
    return any(piece in fault for fault in overview["faults"]) and piece in bed.heard()


def goes_on(bed, last):
    """It answers, decides, sees, and stops what it finds."""
    device = f"02:00:00:00:00:{last:02x}"
    bed.inject([syn(device, f"10.9.0.{last}", f"10.8.{i}.79", 23) for i in range(30)])
    wait_for(lambda: (bed.device(device) or {"stand": ""})["stand"] == "quarantined", 15, "the quarantine of what was found")
    assert bed.connects("10.8.0.2", 8000) and bed.device()["stand"] == "ordinary"
    bed.call("release", device, check=False)


def broker_down(bed):
    bed.end()
    with open(bed.configuration, encoding="utf-8") as text:
        before = text.read()
    with open(bed.configuration, "a", encoding="utf-8") as out:
        out.write("mqtt: {host: 127.0.0.1, port: 1883}\n")
    bed.run()
    wait_for(lambda: shown(bed, "nobody answers at the broker's port"), 20, "the broker's trouble")
    goes_on(bed, 0x31)
    # one that takes no word is none either
    deaf = socket.create_server(("127.0.0.1", 1883))
    goes_on(bed, 0x32)
    deaf.close()
    bed.end()
    with open(bed.configuration, "w", encoding="utf-8") as out:
        out.write(before)
    bed.run()
    assert not bed.show("overview")["faults"]


def disk_full(bed):
    with full_disk_under(bed):
        assert bed.call("quarantine", CAMERA, check=False).returncode == 2
        goes_on(bed, 0x33)
        wait_for(lambda: shown(bed, "disk is full"), 15, "the store's trouble")
        os.remove(f"{bed.folder}/state/fill")
        wait_for(lambda: not bed.show("overview")["faults"] and "store: all is well again" in bed.heard(), 90, "the end of it")


def clock_jumps(bed):
    compiler = shutil.which("gcc") or shutil.which("cc")
    shim, by = f"{bed.folder}/shim.so", f"{bed.folder}/clock"
    subprocess.run([compiler, "-shared", "-fPIC", "-D_GNU_SOURCE", "-xc", "-", "-o", shim, "-ldl"], input=SHIM, text=True, check=True)
    with open(by, "wb") as out:
        out.write(bytes(8))
    bed.end()
    os.environ.update(LD_PRELOAD=shim, CLOCK_FILE=by, ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
    try:
        bed.run()
    finally:
        for name in ("LD_PRELOAD", "CLOCK_FILE", "ASAN_OPTIONS"):
            del os.environ[name]
    with open(by, "r+b") as file, mmap.mmap(file.fileno(), 8) as ahead:
        for seconds, way in ((3650, "forward by 36"), (0, "back by 36")):  # to the second, give or take one
            ahead[:] = struct.pack("<q", seconds)
            wait_for(lambda: shown(bed, f"the clock was set {way}"), 10, f"the clock's jump {way}")
            goes_on(bed, 0x34 + (seconds == 0))
    bed.end()
    bed.run()


def store_locked(bed):
    bed.end()
    holder = sqlite3.connect(f"{bed.folder}/state/floodwall.db", isolation_level=None)
    holder.execute("pragma locking_mode = exclusive")
    holder.execute("begin exclusive")
    bed.run()
    wait_for(lambda: shown(bed, "kept in memory alone"), 15, "the store's trouble")
    assert "floodwall.db is held by another process" in bed.heard()
    goes_on(bed, 0x36)
    assert bed.call("quarantine", CAMERA).returncode == 0, "what is decided holds in this run"
    bed.call("release", CAMERA)
    holder.execute("rollback")
    holder.close()
    # free again; but what this run keeps stays in memory, as docs/guard.md says
    bed.call("quarantine", CAMERA)
    assert shown(bed, "kept in memory alone") and bed.device()["stand"] == "quarantined"
    bed.end()
    bed.run()
    assert not bed.show("overview")["faults"] and bed.device()["stand"] == "ordinary"


STORIES = [broker_down, disk_full, clock_jumps, store_locked]


if __name__ == "__main__":
    play("troubles", STORIES)
