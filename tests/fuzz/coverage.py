#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of each dissector do the corpora of the fuzz targets reach? Prints lines per file; fails below 90 percent.

usage: coverage.py SOURCE_ROOT CC

Compiled here once more with gcc's --coverage, and run over the two corpora as the replay tests do.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

LEAST = 90.0
TARGETS = (("datagram", "fuzz_datagram.c"), ("session", "fuzz_session.c"))


def compile_all(root, cc, folder):
    sources = glob.glob(f"{root}/src/dissect/*.c") + glob.glob(f"{root}/src/base/*.c")
    flags = [*cc, "--coverage", "-O0", "-w", "-D_GNU_SOURCE", "-std=gnu17", f"-I{root}/src"]
    done = subprocess.run(["xargs", "-P", str(os.cpu_count()), "-n", "4", *flags, "-c"], input="\n".join(sources), text=True, cwd=folder, check=False)
    if done.returncode:
        raise SystemExit("coverage: the dissectors could not be compiled")
    objects = glob.glob(f"{folder}/*.o")
    for name, target in TARGETS:
        subprocess.run([*flags, "-c", f"{root}/tests/fuzz/dissect/{name}/{target}", f"{root}/tests/fuzz/replay_main.c"], cwd=folder, check=True)
        subprocess.run([*flags, target.replace(".c", ".o"), "replay_main.o", *objects, "-lcrypto", "-lm", "-o", name], cwd=folder, check=True)
    return [os.path.basename(s) for s in sources if "/dissect/" in s]


def percents(folder, files):
    """Of each file: percent of lines reached."""
    for file in sorted(files):
        text = subprocess.run(["gcov", "-n", file.replace(".c", ".gcda")], capture_output=True, text=True, cwd=folder, check=False).stdout
        found = re.search(r"File '[^']*/dissect/" + re.escape(file) + r"'\nLines executed:([0-9.]+)% of (\d+)", text)
        yield file, float(found[1]) if found else 0.0, int(found[2]) if found else 0


def main():
    root, cc = os.path.abspath(sys.argv[1]), sys.argv[2:] or ["gcc"]
    if not shutil.which("gcov") or not any("gcc" in word or word.endswith("cc") for word in cc):
        print("SKIP coverage: gcov is not here, or the compiler is not gcc")
        return 77
    low = []
    with tempfile.TemporaryDirectory() as folder:
        files = compile_all(root, cc, folder)
        for name, _ in TARGETS:
            subprocess.run([f"./{name}", f"{root}/tests/fuzz/dissect/{name}/corpus_{name}"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        for file, percent, lines in percents(folder, files):
            print(f"{percent:6.1f} % of {lines:4} lines  {file}")
            if percent < LEAST:
                low.append(file)
    if low:
        print("below", LEAST, "percent:", ", ".join(low))
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
