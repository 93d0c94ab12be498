#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What bash completes is what the program takes: every verb and option of the help texts, and every value.

usage: completion.py FLOODWALL COMPLETION
"""
import os
import re
import subprocess
import sys
import tempfile

from inspecting import finish, output, run

SCRIPT = r"""
source "$1"; shift
complete -p floodwall >/dev/null || exit 3
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_floodwall floodwall "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""


class Bash:
    def __init__(self, completion, folder):
        self.completion = completion
        self.folder = folder

    def __call__(self, *words):
        done = subprocess.run(["bash", "--norc", "--noprofile", "-u", "-c", SCRIPT, "bash", self.completion, "floodwall", *words], capture_output=True, text=True,
                              check=False, cwd=self.folder)
        if done.returncode or done.stderr:
            raise SystemExit(f"bash {words}: exit {done.returncode}: {done.stderr}")
        return {line for line in done.stdout.splitlines() if line}


def same(what, completed, meant):
    if completed != meant:
        yield f"{what}: completed {sorted(completed)}, meant {sorted(meant)}"


def words_of(sentence):
    """'--format is text, json or csv' lists them."""
    return set(re.findall(r"[a-z][a-z-]*", sentence.split(" is ", 1)[1])) - {"or"}


def options(floodwall, bash):
    helped = output(floodwall, "--help").decode().split("\n\n")[2]
    meant = set(re.findall(r"(?:^  |, )(-[A-Za-z]|--[a-z][a-z-]*)", helped, re.M)) | {"--json"}
    if len(meant) < 20:
        yield f"the help text is read wrongly: {meant}"
    yield from same("options", bash("inspect", "-") , meant)
    yield from same("options behind a capture", bash("inspect", "a.pcap", "--"), {name for name in meant if name.startswith("--")})
    yield from same("one option", bash("inspect", "--fai"), {"--fail-on"})
    valued = set(re.findall(r"(--[a-z-]+) [A-Z]+", helped))
    for option in sorted(meant):
        if b"no such option" in run(floodwall, option).stderr:
            yield f"{option} is completed, but is no option"
        if option in valued and option not in ("--output", "--mute") and "--json" in bash("inspect", option, "--"):
            yield f"{option} wants a value, and an option is completed"


def daemon(floodwall, bash):
    """Each verb that has to do with the daemon: its options are those of its help text."""
    for verb in sorted(word for word in bash("") if not word.startswith("-") and word not in ("inspect", "help")):
        helped = subprocess.run([floodwall, verb, "--help"], capture_output=True, text=True, check=True).stdout
        meant = set(re.findall(r"^ +(-[a-z]|--[a-z][a-z-]*)|, (--[a-z][a-z-]*)", helped, re.M | re.I))
        meant = {name for pair in meant for name in pair if name}
        if len(meant) < 4:
            yield f"the help text of {verb} is read wrongly: {meant}"
        yield from same(f"options of {verb}", bash(verb, "-"), meant)
    yield from same("what is shown", bash("show", ""), words_of("it is " + subprocess.run([floodwall, "show", "x"], capture_output=True, text=True,
                                                                                   check=False).stderr.split(" one of ")[1]))
    yield from same("the file of -c", bash("run", "-c", "one"), {"one.pcap"})
    yield from same("the capture of --demo", bash("run", "--demo", "one"), {"one.pcap"})


def values(floodwall, bash):
    for option in ("--format", "--fail-on"):
        meant = words_of(run(floodwall, option, "x", "y").stderr.decode().strip().split(": ")[-1])
        if len(meant) < 4:
            yield f"{option}: its values are read wrongly: {meant}"
        yield from same(option, bash("inspect", option, ""), meant)
        yield from same(option + "=", bash("inspect", option, "="), meant)
        for value in meant:
            yield from same(f"{option}={value[:2]}", bash("inspect", option, "=", value[:2]), {name for name in meant if name.startswith(value[:2])})
    for option in ("--local", "--from", "--to", "--filter", "--width"):
        yield from same(option, bash("inspect", option, ""), set())


def files(bash):
    for name in ("one.pcap", "two words.pcapng", "-dash.pcap"):
        with open(os.path.join(bash.folder, name), "wb"):
            pass
    os.mkdir(os.path.join(bash.folder, "registry"))
    everything = {"one.pcap", "two words.pcapng", "-dash.pcap", "registry"}
    yield from same("captures", bash("inspect", ""), everything)
    yield from same("captures that begin so", bash("inspect", "-q", "t"), {"two words.pcapng"})
    for option in ("-o", "--output", "--mute"):
        yield from same(f"the file of {option}", bash("inspect", option, "o"), {"one.pcap"})
        yield from same(f"the file of {option}", bash("inspect", option, "-d"), {"-dash.pcap"})
    yield from same("--oui", bash("inspect", "--oui", ""), {"registry"})


def verbs(floodwall, bash):
    told = subprocess.run([floodwall, "--help"], capture_output=True, text=True, check=True).stdout
    meant = set(re.findall(r"^  ([a-z]+) ", told, re.M))
    yield from same("verbs", {word for word in bash("") if not word.startswith("-")}, meant | {"help"})
    yield from same("options of the front door", bash("-"), {"-V", "--version", "-h", "--help"})
    yield from same("a verb that there is not", bash("frobnicate", "-"), set())
    for word in bash(""):
        if word not in meant and subprocess.run([floodwall, word], capture_output=True, check=False).returncode:
            yield f"floodwall {word} is completed, but is nothing"


def main():
    floodwall, completion = map(os.path.abspath, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        bash = Bash(completion, folder)
        faults = [*verbs(floodwall, bash), *options(floodwall, bash), *values(floodwall, bash), *files(bash), *daemon(floodwall, bash)]
    finish("bash completes what the program takes", faults)


main()
