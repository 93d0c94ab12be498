#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of each dissector, of what fetches zones, reads MUD files, advisories and settings and answers requests, do the corpora of the fuzz targets reach? Prints lines per file; fails below 90 percent.

usage: coverage.py SOURCE_ROOT CC

Compiled here once more with gcc's --coverage, and run over the corpora as the replay tests do.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

LEAST = 90.0
# Of the daemon: what reads no request. What they show and tell comes from views and findings (tests/unit/daemon); a copy needs a folder.
DAEMON_BESIDES = ("backup.c", "faults.c", "memory.c", "messages.c", "messages_lines.c", "messages_people.c", "mqtt.c", "needs.c", "page.c", "part.c", "privilege.c", "remember.c",
                  "remember_devices.c", "remember_findings.c", "remember_traffic.c")
# Room: its targets (each with a corpus beside it), what it links, and files that read no input: sockets, a schedule, a table.
ROOMS = {
    "dissect": (("datagram/fuzz_datagram.c", "session/fuzz_session.c"), ["-lcrypto", "-lm"], ()),
    "conf": (("fuzz_mute.c", "fuzz_settings.c"), ["-lcyaml", "-lyaml"], ("settings_change.c", "settings_table.c")),
    "daemon": (("fuzz_control.c",), ["-Wl,--defsym=shipped_signatures=0,--defsym=shipped_signatures_count=0", "-ljansson", "-lsqlite3", "-lcyaml", "-lyaml", "-lcrypto", "-lm"],
               DAEMON_BESIDES),
    "guard": (("fuzz_lease.c", "fuzz_ask.c"), [], ("called.c", "leak.c", "quarantine.c", "roster.c", "talk.c")),
    "sheet": (("fuzz_sheet.c",), ["-ljansson"], ("sheet.c", "provision.c")),
    "policy": (("fuzz_mud.c",), ["-ljansson"], ("sets.c",)),
    "advisory": (("fuzz_csaf.c",), ["-ljansson", "-lm"], ()),
    "fetch": (("fuzz_transfer.c", "fuzz_notify.c", "fuzz_zone_file.c"), ["-lknot", "-ldnssec", "-lzscanner", "-lcrypto"], ("file.c", "folder.c", "secondary.c", "transfer.c", "mirror.c", "mirror_index.c")),
}


# What a room's targets need besides: other rooms, whose lines are not counted here, and what stands in for the process.
BESIDES = {"daemon": ("src/store/*.c", "src/conf/*.c", "src/tell/[!dl]*.c", "src/tell/digest.c", "src/tell/letter.c", "src/report/*.c", "src/inventory/*.c", "tests/unit/daemon/fake_*.c")}
# Left out of the program: the process itself, which the fake stands in for.
REPLACED = {"daemon": ("ask.c", "configuration.c", "daemon.c", "demo.c", "manager.c", "server.c", "watching.c")}
# Built where these are.
WANTED = {"fetch": ("libknot", "libzscanner"), "conf": ("libcyaml", "yaml-0.1"), "daemon": ("libcyaml", "yaml-0.1", "jansson", "sqlite3")}


def compile_all(root, cc, folder, room):
    """Returns the room's files, and the programs with their corpora."""
    targets, libraries, left_out = ROOMS[room]
    sources = [s for s in glob.glob(f"{root}/src/{room}/*.c") + glob.glob(f"{root}/src/base/*.c") if not s.endswith("/absent.c")]
    sources = [s for s in sources if os.path.basename(s) not in REPLACED.get(room, ())]
    flags = [*cc, "--coverage", "-O0", "-w", "-D_GNU_SOURCE", "-std=gnu17", '-DFLOODWALL_VERSION="0"', f"-I{root}/src"]
    besides = [s for pattern in BESIDES.get(room, ()) for s in glob.glob(f"{root}/{pattern}")]
    os.mkdir(f"{folder}/besides")
    # files of two rooms may have one name: a folder for each
    pieces = {}
    for file in besides:
        pieces.setdefault(f"{folder}/besides/" + os.path.basename(os.path.dirname(file)), []).append(file)
    for place, files in ((folder, sources), *pieces.items()):
        os.makedirs(place, exist_ok=True)
        done = subprocess.run(["xargs", "-r", "-P", str(os.cpu_count()), "-n", "4", *flags, "-c"], input="\n".join(files), text=True, cwd=place, check=False)
        if done.returncode:
            raise SystemExit(f"coverage: {room} could not be compiled")
    objects = glob.glob(f"{folder}/*.o")
    if besides:  # of these only what is asked for
        subprocess.run(["ar", "qcs", f"{folder}/besides.a", *glob.glob(f"{folder}/besides/*/*.o")], check=True)
        libraries = [f"{folder}/besides.a", *libraries]
    programs = []
    for target in targets:
        path = f"{root}/tests/fuzz/{room}/{target}"
        name = os.path.basename(path).removeprefix("fuzz_").removesuffix(".c")
        subprocess.run([*flags, "-c", path, f"{root}/tests/fuzz/replay_main.c"], cwd=folder, check=True)
        subprocess.run([*flags, f"fuzz_{name}.o", "replay_main.o", *objects, *libraries, "-o", name], cwd=folder, check=True)
        programs.append((name, f"{os.path.dirname(path)}/corpus_{name}"))
    return [os.path.basename(s) for s in sources if f"/src/{room}/" in s and os.path.basename(s) not in left_out], programs


def percents(folder, room, files):
    """Of each file: percent of lines reached."""
    for file in sorted(files):
        text = subprocess.run(["gcov", "-n", file.replace(".c", ".gcda")], capture_output=True, text=True, cwd=folder, check=False).stdout
        found = re.search(r"File '[^']*/src/" + room + "/" + re.escape(file) + r"'\nLines executed:([0-9.]+)% of (\d+)", text)
        yield file, float(found[1]) if found else 0.0, int(found[2]) if found else 0


def main():
    root, cc = os.path.abspath(sys.argv[1]), sys.argv[2:] or ["gcc"]
    if not shutil.which("gcov") or not any("gcc" in word or word.endswith("cc") for word in cc):
        print("SKIP coverage: gcov is not here, or the compiler is not gcc")
        return 77
    low = []
    for room in ROOMS:
        if room in WANTED and subprocess.run(["pkg-config", "--exists", *WANTED[room]], check=False).returncode:
            print(f"SKIP coverage of {room}: one of {', '.join(WANTED[room])} is not here")
            continue
        with tempfile.TemporaryDirectory() as folder:
            files, programs = compile_all(root, cc, folder, room)
            for name, corpus in programs:
                subprocess.run([f"./{name}", corpus], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            for file, percent, lines in percents(folder, room, files):
                print(f"{percent:6.1f} % of {lines:4} lines  {file}")
                if percent < LEAST:
                    low.append(file)
    if low:
        print("below", LEAST, "percent:", ", ".join(low))
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
