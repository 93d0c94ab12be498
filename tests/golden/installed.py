#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What belongs to the program is installed with it: each man page and each completion, where man and bash look for them.

usage: installed.py FLOODWALL BUILD_FOLDER SOURCE_FOLDER
"""
import glob
import json
import os
import subprocess
import sys

from inspecting import finish


def wanted(source):
    for page in glob.glob(os.path.join(source, "man", "*.[1-9]")):
        yield page, f"share/man/man{page[-1]}/{os.path.basename(page)}"
    for words in glob.glob(os.path.join(source, "completions", "*")):
        if not words.endswith("meson.build"):
            yield words, f"bash-completion/completions/{os.path.basename(words)}"


def main():
    floodwall, build, source = sys.argv[1:4]
    plan = json.loads(subprocess.run(["meson", "introspect", build, "--installed"], capture_output=True, check=True).stdout)
    files = dict(wanted(source))
    faults = [f"{file} goes to {plan.get(file)}" for file, end in files.items() if not plan.get(file, "").endswith(end)]
    if not plan.get(os.path.abspath(floodwall), "").endswith("/bin/floodwall"):
        faults.append("the program is not installed")
    if len(files) < 2:
        faults.append(f"found only {sorted(files)}")
    finish(f"the program and {len(files)} files beside it are installed", faults)


main()
