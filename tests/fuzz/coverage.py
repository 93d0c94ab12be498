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


def compile_files(flags, files, folder, what):
    """An object of each file, in this folder."""
    os.makedirs(folder, exist_ok=True)
    done = subprocess.run(["xargs", "-r", "-P", str(os.cpu_count()), "-n", "4", *flags, "-c"], input="\n".join(files), text=True, cwd=folder, check=False)
    if done.returncode:
        raise SystemExit(f"coverage: {what} could not be compiled")


def archive(folder, objects):
    subprocess.run(["ar", "qcs", f"{folder}.a", *objects], check=True)
    return f"{folder}.a"


def compile_shared(root, flags, folder):
    """What all rooms stand on, and what runs their targets: compiled once, since none of its lines are counted."""
    base = [s for s in glob.glob(f"{root}/src/base/*.c") if not s.endswith("/absent.c")]
    compile_files(flags, [*base, f"{root}/tests/fuzz/replay_main.c"], folder, "base")
    return archive(folder, glob.glob(f"{folder}/*.o"))


def compile_all(root, flags, folder, room, shared):
    """Returns the room's files, and the programs with their corpora."""
    targets, libraries, left_out = ROOMS[room]
    libraries = [shared, *libraries]
    sources = [s for s in glob.glob(f"{root}/src/{room}/*.c") if not s.endswith("/absent.c") and os.path.basename(s) not in REPLACED.get(room, ())]
    compile_files([*flags, "--coverage"], sources, folder, room)
    objects = glob.glob(f"{folder}/*.o")
    # files of two rooms may have one name: a folder for each
    pieces = {}
    for file in [s for pattern in BESIDES.get(room, ()) for s in glob.glob(f"{root}/{pattern}")]:
        pieces.setdefault(f"{folder}/besides/" + os.path.basename(os.path.dirname(file)), []).append(file)
    for place, files in pieces.items():
        compile_files(flags, files, place, place)
    if pieces:  # of these only what is asked for
        libraries = [archive(f"{folder}/besides", glob.glob(f"{folder}/besides/*/*.o")), *libraries]
    programs = []
    for target in targets:
        path = f"{root}/tests/fuzz/{room}/{target}"
        name = os.path.basename(path).removeprefix("fuzz_").removesuffix(".c")
        subprocess.run([*flags, "--coverage", path, *objects, *libraries, "-o", name], cwd=folder, check=True)
        programs.append((name, f"{os.path.dirname(path)}/corpus_{name}"))
    return [os.path.basename(s) for s in sources if os.path.basename(s) not in left_out], programs


def percents(folder, room, files):
    """Of each file: percent of lines reached."""
    for file in sorted(files):
        text = subprocess.run(["gcov", "-n", file.replace(".c", ".gcda")], capture_output=True, text=True, cwd=folder, check=False).stdout
        found = re.search(r"File '[^']*/src/" + room + "/" + re.escape(file) + r"'\nLines executed:([0-9.]+)% of (\d+)", text)
        yield file, float(found[1]) if found else 0.0, int(found[2]) if found else 0


def reached(root, flags, shared):
    """Prints what each room's corpora reach; returns the files below the least."""
    low = []
    for room in ROOMS:
        if room in WANTED and subprocess.run(["pkg-config", "--exists", *WANTED[room]], check=False).returncode:
            print(f"SKIP coverage of {room}: one of {', '.join(WANTED[room])} is not here")
            continue
        with tempfile.TemporaryDirectory() as folder:
            files, programs = compile_all(root, flags, folder, room, shared)
            for name, corpus in programs:
                subprocess.run([f"./{name}", corpus], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            for file, percent, lines in percents(folder, room, files):
                print(f"{percent:6.1f} % of {lines:4} lines  {file}")
                if percent < LEAST:
                    low.append(file)
    return low


def main():
    root, cc = os.path.abspath(sys.argv[1]), sys.argv[2:] or ["gcc"]
    if not shutil.which("gcov") or not any("gcc" in word or word.endswith("cc") for word in cc):
        print("SKIP coverage: gcov is not here, or the compiler is not gcc")
        return 77
    flags = [*cc, "-O0", "-w", "-D_GNU_SOURCE", "-std=gnu17", '-DFLOODWALL_VERSION="0"', f"-I{root}/src"]
    with tempfile.TemporaryDirectory() as folder:
        low = reached(root, flags, compile_shared(root, flags, f"{folder}/shared"))
    if low:
        print("below", LEAST, "percent:", ", ".join(low))
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
