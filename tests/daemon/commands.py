#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands around the daemon, without root and without a daemon: check and print, wrong use, nobody who answers, hostile answers.

usage: commands.py FLOODWALL SOURCE_ROOT
"""
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading

ESCAPES = "\x1b[31mred\x1b]0;title\x07"
VERBS = ["run", "check", "show", "name", "quarantine", "allow", "mute", "unmute", "release", "confirm", "undo", "messages", "token", "backup", "restore", "pause", "resume",
         "bypass"]


class Stage:
    def __init__(self, floodwall, root, folder):
        self.floodwall, self.root, self.folder = floodwall, root, folder

    def call(self, *words, environment=None):
        return subprocess.run([self.floodwall, *words], capture_output=True, text=True, timeout=60, check=False, cwd=self.folder,
                              env=os.environ | (environment or {}))

    def write(self, name, body):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(body)
        return path


def one_sentence(done, wanted=""):
    """Exit 2, one line on standard error, nothing raw, nothing else."""
    return done.returncode == 2 and not done.stdout and re.fullmatch(r"floodwall[^\n]*: [^\n]{8,}\n", done.stderr) and wanted in done.stderr \
        and "\x1b" not in done.stderr


def check_and_print(stage):
    example = os.path.join(stage.root, "docs/floodwall.yaml")
    done = stage.call("check", "-c", example)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("Nothing is wrong with the configuration.\n"), done
    missing = stage.write("missing.yaml", "interface: eth0\nuser: ''\nkeys: [{name: k, secret_file: /nonexistent/key}]\nzones: [{name: a, file: /nonexistent/zone}]\n")
    done = stage.call("check", "-c", missing)
    assert done.returncode == 0 and re.findall("not there .*?(/.*)", done.stdout) == ["/nonexistent/key", "/nonexistent/zone"], done
    there = stage.write("there.yaml", "interface: eth0\nuser: root\n")
    assert stage.call("check", "-c", there).stdout == "Nothing is wrong with the configuration.\n"
    done = stage.call("check", "-c", os.path.join(stage.root, "docs/floodwall-guard.yaml"))
    assert (done.returncode, done.stderr) == (0, "") and "not there   mud            /etc/floodwall/mud" in done.stdout, done
    assert "no admin" not in done.stdout, done
    stops = "role: guard\nuser: ''\nguard:\n  interfaces: [lan0]\n  filters: {brake: enforce}\n"
    assert "no admin    guard.admins" in stage.call("check", "-c", stage.write("stops.yaml", stops)).stdout
    named = stops + "  devices: [{mac: '02:00:00:00:00:05', admin: true}]\n"
    assert stage.call("check", "-c", stage.write("named.yaml", named)).stdout == "Nothing is wrong with the configuration.\n"
    printed = stage.call("check", "-c", example, "--print")
    assert printed.returncode == 0 and not printed.stderr, printed
    again = stage.call("check", "-c", stage.write("printed.yaml", printed.stdout), "--print")
    assert again.stdout == printed.stdout, again
    assert re.search(r"^interface: \"eth0\"$", printed.stdout, re.M) and re.search(r"^  names: observe$", printed.stdout, re.M)


def what_is_wrong(stage):
    for body, place, sentence in [
            ("interface: eth0\nfoo: 1\n", ":2: ", "there is no setting 'foo'"),
            ("interface: eth0\ndns_port: many\n", ":2: ", "dns_port wants a number from 1 to 65535, not 'many'"),
            ("interface: eth0\nblocked_files: [/nonexistent/list]\n", "/nonexistent/list: ", "cannot be read: No such file"),
            ("", ": ", "interface is missing"),
            ("interface: eth0\nkeys: [{name: k, secret: c2VjcmV0}]\n", ":2: ", "wants base64 of 16 bytes or more")]:
        path = stage.write("wrong.yaml", body)
        done = stage.call("check", "-c", path)
        assert one_sentence(done, sentence) and place in done.stderr, (body, done)
        assert "c2VjcmV0" not in done.stderr
        assert one_sentence(stage.call("run", "-c", path), sentence), body
    listed = stage.write("list", "192.0.2.0/24\nnobody\n")
    done = stage.call("check", "-c", stage.write("wrong.yaml", f"interface: eth0\nblocked_files: [{listed}]\n"))
    assert one_sentence(done, "list:2: wants an address or prefix, not 'nobody'"), done
    assert one_sentence(stage.call("check", "-c", "/nonexistent"), "cannot be read"), "a file that is not there"


def included_files(stage):
    """One whole out of several files; each fault where it stands; each file once."""
    os.mkdir(os.path.join(stage.folder, "conf.d"))
    main = stage.write("main.yaml", f"interface: eth0\ninclude:\n  - {stage.folder}/more.yaml\n  - {stage.folder}/conf.d\nzones: [{{name: a.test}}]\n")
    stage.write("more.yaml", "keys: [{name: k, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]\nzones:\n  - {name: b.test, key: k}\n")
    stage.write("conf.d/20.yaml", "zones: [{name: d.test, key: k}]\ntrusted: [192.0.2.0/24]\n")
    stage.write("conf.d/10.yaml", "zones: [{name: c.test}]\ndns_port: 5353\ntrusted: [198.51.100.0/24]\n")
    stage.write("conf.d/README", "nonsense: [\n")
    stage.write("conf.d/.hidden.yaml", "nonsense: [\n")
    printed = stage.call("check", "-c", main, "--print")
    assert printed.returncode == 0, printed
    assert re.findall(r"name: \"([a-d].test)\"", printed.stdout) == ["a.test", "b.test", "c.test", "d.test"], printed.stdout
    assert 'trusted: ["198.51.100.0/24", "192.0.2.0/24"]' in printed.stdout and "dns_port: 5353" in printed.stdout, printed.stdout
    assert "include" not in printed.stdout
    for name, body, place, sentence in [
            ("conf.d/30.yaml", "\ndns_port: 53\n", "conf.d/30.yaml:2: ", "dns_port was given already in"),
            ("conf.d/30.yaml", "\nfoo: 53\n", "conf.d/30.yaml:2: ", "there is no setting 'foo'"),
            ("conf.d/30.yaml", "zones:\n  - name: e.test\n  - name: f.test\n    key: nobody\n", "conf.d/30.yaml:4: ", "zones[5].key names no key"),
            ("conf.d/30.yaml", "zones:\n  - name: c.test\n", "conf.d/30.yaml:2: ", "zone c.test is named twice"),
            ("conf.d/30.yaml", "\n\ntrusted: [nobody]\n", "conf.d/30.yaml:3: ", "trusted[2]"),
            ("conf.d/30.yaml", f"include: [{stage.folder}/main.yaml]\n", "conf.d/30.yaml:1: ", "is read already: a loop"),
            ("conf.d/30.yaml", f"include: [{stage.folder}/conf.d/30.yaml]\n", "conf.d/30.yaml:1: ", "is read already: a loop"),
            ("conf.d/30.yaml", f"include: [{stage.folder}/conf.d/../more.yaml]\n", "conf.d/30.yaml:1: ", "is read already: a loop"),
            ("conf.d/30.yaml", "include:\n  - /nonexistent\n", "conf.d/30.yaml:2: ", "include: /nonexistent No such file"),
            ("conf.d/30.yaml", "include: [more.yaml]\n", "conf.d/30.yaml:1: ", "include[0] wants a path from the root on"),
            ("conf.d/30.yaml", "include: more\n", "conf.d/30.yaml:1: ", "include wants a list, not one value")]:
        path = stage.write(name, body)
        done = stage.call("check", "-c", main)
        assert one_sentence(done, sentence) and place in done.stderr, (body, done)
        os.unlink(path)
    for i in range(70):
        stage.write(f"conf.d/4{i:02}.yaml", f"zones: [{{name: z{i}.test}}]\n")
    assert one_sentence(stage.call("check", "-c", main), "is one file more than are read (64)")
    for i in range(70):
        os.unlink(os.path.join(stage.folder, f"conf.d/4{i:02}.yaml"))


def too_few_descriptors(stage):
    """Whatever cannot be opened at the start, the loop among it, is one sentence and no crash."""
    import resource
    path = stage.write("few.yaml", f"interface: lo\nuser: ''\npaths: {{state: {stage.folder}/state, socket: {stage.folder}/run/s, bpffs: {stage.folder}}}\n")
    said = set()
    for limit in range(6, 24):  # with fewer libuv itself gives up: it has no pipe for signals
        done = subprocess.run([stage.floodwall, "run", "-c", path], capture_output=True, text=True, timeout=60, check=False,
                              preexec_fn=lambda most=limit: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)))
        if done.returncode == 127:
            continue  # not even the program's libraries
        assert done.returncode == 2 and done.stderr.startswith("floodwall") and done.stderr.count("\n") <= 3, (limit, done)
        said.add(done.stderr)
    assert any("the loop cannot be made" in sentence for sentence in said), said


def helps(stage):
    for verb in VERBS:
        done = stage.call(verb, "--help")
        assert done.returncode == 0 and done.stdout.startswith(f"Usage: floodwall {verb}") and not done.stderr, done
        assert all(len(line) <= 100 for line in done.stdout.splitlines()), verb
        assert stage.call(verb, "-h").stdout == done.stdout
        assert re.fullmatch(r"floodwall \d+\.\d+\.\d+\n", stage.call(verb, "-V").stdout)
        with open("/dev/full", "w", encoding="utf-8") as full:
            assert subprocess.run([stage.floodwall, verb, "--help"], stdout=full, stderr=subprocess.PIPE, check=False).returncode == 2, verb


def settings_in(printed):
    """The paths of all settings in a document of nested groups."""
    groups, settings = [], set()
    for line in printed.splitlines():
        word = re.match(r"( *)([a-z_0-9]+):(.*)", line)
        if not word or line.lstrip().startswith("-"):
            continue
        groups = groups[:len(word.group(1)) // 2]
        if word.group(3):
            settings.add(".".join(groups + [word.group(2)]))
        else:
            groups.append(word.group(2))
    return settings


def lint_manuals(stage):
    for file in ("man/floodwall.8", "man/floodwall.yaml.5"):
        lint = subprocess.run(["mandoc", "-Tlint", os.path.join(stage.root, file)], capture_output=True, text=True, check=False)
        # mandoc looks for other pages where they are installed
        said = [line for line in lint.stdout.splitlines() if "referenced manual not found" not in line]
        assert not said, said


def manuals(stage):
    """Every option of every verb is in floodwall(8), every setting in floodwall.yaml(5), and neither names one that is not there."""
    with open(os.path.join(stage.root, "man/floodwall.8"), encoding="utf-8") as file:
        manual = file.read()
    helped = set()
    for verb in VERBS:
        helped |= set(re.findall(r"--([a-z][a-z-]+)", stage.call(verb, "--help").stdout))
        assert f".It Cm {verb}" in manual, verb
    described = set(re.findall(r"Fl Fl ([a-z][a-z-]+)", manual))
    assert helped == described, helped ^ described
    of_the_manual(stage, manual)
    with open(os.path.join(stage.root, "man/floodwall.yaml.5"), encoding="utf-8") as file:
        manual = file.read()
    described = set(re.findall(r"Va ([a-z_0-9.]+)", manual))
    printed = stage.call("check", "-c", stage.write("one.yaml", "interface: eth0\n"), "--print").stdout
    of_guard = stage.call("check", "-c", stage.write("guard.yaml", "role: guard\nguard: {interfaces: [lan0]}\n"), "--print").stdout
    settings = settings_in(printed)
    assert len(settings) > 35, settings
    settings |= settings_in(of_guard)
    assert len(settings) > 85, settings
    assert not settings - described, f"not in the manual: {settings - described}"
    lint_manuals(stage)


def section(manual, title):
    return re.search(rf"^\.Sh {title}$(.*?)(?=^\.Sh |\Z)", manual, re.M | re.S).group(1)


def of_the_manual(stage, manual):
    """The synopsis has each verb of the program, of show each thing and option; what else is there to read is named; an exit of 1 is told."""
    synopsis = {block.split()[1]: set(re.findall(r"[\w-]+", block)) for block in section(manual, "SYNOPSIS").split(".Nm\n")[1:]}
    usage = re.findall(r"^  ([a-z]+) ", stage.call("--help").stdout, re.M)
    assert set(usage) - {"inspect", "advise", "mud"} == set(VERBS), set(usage) ^ set(VERBS)
    missing = set(VERBS) - set().union(*synopsis.values())
    assert not missing, missing
    things = re.search(r"name one of (.*)", stage.call("show", "nothing of the kind").stderr).group(1).split(", ")
    options = set(re.findall(r"--([a-z][a-z-]+)", stage.call("show", "--help").stdout)) - {"help", "version"}
    assert len(things) > 12 and not (set(things) | options) - synopsis["show"], (set(things) | options) - synopsis["show"]
    pages = {name.rsplit(".", 1)[0] for name in os.listdir(os.path.join(stage.root, "man")) if re.search(r"\.[1-8]$", name)} - {"floodwall"}
    assert set(re.findall(r"\.Xr (\S+)", section(manual, "SEE ALSO"))) == pages, pages
    says_one = {verb for verb in VERBS if "Exit code 1" in stage.call(verb, "--help").stdout}
    told = section(manual, "EXIT STATUS")
    assert says_one and all(f".Cm {verb}\nalso 1:" in told for verb in says_one), (says_one, told)


def wrong_use(stage):
    for words in [["run", "x"], ["run", "--json"], ["check", "x"], ["check", "-c"], ["show"], ["show", "x"], ["show", "shield", "stats"], ["show", ESCAPES],
                  ["show", "shield", "--prometheus"], ["show", "stats", "--watch"], ["show", "shield", "--watch"], ["show", "shield", "--width", "3"],
                  ["quarantine"], ["quarantine", "a", "b"], ["quarantine", "192.0.2.1", "--for", "soon"], ["quarantine", "192.0.2.1", "--for", "0"],
                  ["quarantine", "192.0.2.1", "--" + ESCAPES], ["quarantine", "\udcff"], ["release"], ["release", "x", "--for", "1h"], ["confirm"],
                  ["confirm", "x"], ["confirm", "0"], ["confirm", "-1"], ["undo", "x"], ["undo", "1", "2"], ["undo", "9" * 30], ["bypass", "x"],
                  ["mute"], ["mute", "scan"], ["mute", "scan", "a", "b", "c", "--reason", "x"], ["unmute"], ["unmute", "x"], ["name", "a"], ["name", "a", "b", "c"], ["pause", "x"],
                  ["pause", "--for", "soon"], ["resume", "x"], ["resume", "--for", "1h"], ["backup"], ["backup", "a", "b"], ["restore"], ["restore", "a", "b"], ["restore", "a", "-c", "/nonexistent"],
                  ["check", "--interface", "nonexistent0"]]:
        done = stage.call(*words)
        assert one_sentence(done), (words, done)


def nobody_answers(stage):
    path = os.path.join(stage.folder, "no.sock")
    for words in [["show", "shield"], ["quarantine", "192.0.2.1"], ["undo"], ["release", "192.0.2.1"], ["confirm", "1"], ["backup", "/nonexistent/copy"]]:
        assert one_sentence(stage.call(*words, "--socket", path), "no daemon answers there"), words
    assert one_sentence(stage.call("show", "shield", "--socket", "/" + "x" * 200)), "a long path"


def answering(stage, answer, *words):
    """What a command makes of this answer, whoever gave it."""
    path = os.path.join(stage.folder, "fake.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen(1)

        def serve():
            peer, _ = listener.accept()
            with peer:
                asked = b""
                while not asked.endswith(b"\n"):
                    asked += peer.recv(4096)
                peer.sendall(answer)
        thread = threading.Thread(target=serve)
        thread.start()
        done = stage.call(*words, "--socket", path)
        thread.join()
    os.unlink(path)
    return done


def hostile_answers(stage):
    good = json.dumps({"ok": True, "shield": {}}).encode() + b"\n"
    for answer in [b"", b"\n", b"{\n", b"[]\n", b"null\n", b"{}\n", b'{"ok": false}\n', b"\xff\xfe\n", b'{"ok": true', b"[" * 5000 + b"\n"]:
        assert one_sentence(answering(stage, answer, "show", "shield")), answer[:40]
    said = answering(stage, json.dumps({"ok": False, "error": ESCAPES}).encode() + b"\n", "show", "shield")
    assert said.returncode == 2 and "\x1b" not in said.stderr, said
    for answer in [good, b'{"ok": true}\n', b'{"ok": true, "shield": [1, 2]}\n', b'{"ok": true, "shield": {"zones": {"a": 1}, "filters": "x", "lanes": [1, null]}}\n']:
        done = answering(stage, answer, "show", "shield")
        assert done.returncode == 0 and "Stance" in done.stdout, (answer, done)
    named = {"ok": True, "shield": {"zones": [{"zone": ESCAPES, "state": ESCAPES, "why": ESCAPES + "\n" + "x" * 999, "names": -5, "seen": {"exists": 2 ** 62}}],
                                    "stance": {"stance": ESCAPES, "why": ESCAPES}, "interface": {"name": ESCAPES}}}
    done = answering(stage, json.dumps(named).encode() + b"\n", "show", "shield", "--width", "60")
    assert done.returncode == 0 and "\x1b" not in done.stdout and all(len(line) <= 60 for line in done.stdout.splitlines()), done
    done = answering(stage, json.dumps({"ok": True, "text": "a 1\n"}).encode() + b"\n", "show", "stats", "--prometheus")
    assert (done.returncode, done.stdout) == (0, "a 1\n"), done
    done = answering(stage, json.dumps({"ok": True, "decision": 7, "deed": 9, "until_s": 0, "confirm_by_s": 1477048200, "filter": "observe"}).encode() + b"\n",
                     "quarantine", "192.0.2.1")
    assert done.stdout.splitlines()[0] == "Decision 7 holds." and "floodwall confirm 7" in done.stdout and "nothing is stopped" in done.stdout
    assert done.stdout.splitlines()[-1] == "Undo: floodwall undo 9", done


def decisions_as_json(stage):
    """With --json what the daemon answered, whole; without it the sentence that a person reads."""
    for words, answer, sentence in [
            (["quarantine", "192.0.2.1"], {"decision": 7, "deed": 9, "until_s": 0, "filter": "enforce"}, "Decision 7 holds."),
            (["allow", "192.0.2.1"], {"decision": 8, "deed": 10, "until_s": 1477048200, "filter": "enforce"}, "Decision 8 holds until"),
            (["release", "192.0.2.1"], {"decision": 8, "deed": 11}, "Undo: floodwall undo 11"),
            (["mute", "scan", "02:00:00:00:00:05", "--reason", "ours"], {"decision": 9, "deed": 12, "until_s": 0}, "Undo: floodwall undo 12"),
            (["unmute", "9"], {"decision": 9, "deed": 13}, "Undo: floodwall undo 13"),
            (["undo"], {"deed": 13, "verb": "release", "of": 12}, "13")]:
        whole = {"ok": True, **answer}
        line = json.dumps(whole).encode() + b"\n"
        done = answering(stage, line, *words, "--json")
        assert (done.returncode, done.stderr) == (0, "") and json.loads(done.stdout) == whole, (words, done)
        done = answering(stage, line, *words)
        assert done.returncode == 0 and sentence in done.stdout and not done.stdout.startswith("{"), (words, done)
        for hostile in (b"{\n", b"[]\n", b'{"ok": false}\n'):
            assert one_sentence(answering(stage, hostile, *words, "--json")), (words, hostile)


def main():
    floodwall, root = map(os.path.abspath, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(floodwall, root, folder)
        for story in (check_and_print, what_is_wrong, included_files, too_few_descriptors, helps, manuals, wrong_use, nobody_answers, hostile_answers, decisions_as_json):
            story(stage)
            print(f"ok {story.__name__}", flush=True)


main()
