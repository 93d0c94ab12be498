#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""recog's published set loads as it stands, and each of its examples matches as it says; but for the one below.

usage: recog_published.py PROGRAM ARCHIVE
"""
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

FILES, FINGERPRINTS, EXAMPLES = 50, 4657, 7525
# "(.+)* http": as many ways to divide the text behind " http" as there are numbers of its length in bits. recog's verifier and PCRE2 without a
# limit find the match after seconds; a program that reads banners from strangers must not look for it.
AT_A_LIMIT = {"smtp_banners.xml:801: does not match"}


def main():
    program, archive = sys.argv[1:3]
    if not pathlib.Path(archive).exists():
        print("the published set is not here")
        return 77
    with tempfile.TemporaryDirectory() as name:
        with tarfile.open(archive) as tar:
            tar.extractall(name, filter="data") if hasattr(tarfile, "data_filter") else tar.extractall(name)
        files = sorted(pathlib.Path(name).rglob("*.xml"))
        done = subprocess.run([program, *files], capture_output=True, text=True, errors="backslashreplace", check=False)
        if done.returncode == 77:
            return 77
        lines = done.stdout.splitlines()
        faults = {line.replace(f"{files[0].parent}/", "") for line in lines[:-1]}
    print("\n".join(sorted(faults)), lines[-1], sep="\n")
    found = re.match(r"(\d+) files, (\d+) fingerprints, \d+ parameters, (\d+) left out; (\d+) of (\d+) examples match, 0 stand elsewhere; "
                     r"(\d+) matches at a limit", lines[-1])
    if not found or faults != AT_A_LIMIT:
        return 1
    return [int(number) for number in found.groups()] != [FILES, FINGERPRINTS, 0, EXAMPLES - len(AT_A_LIMIT), EXAMPLES, len(AT_A_LIMIT)]


sys.exit(main())
