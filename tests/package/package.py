#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The Debian package: built twice, the same both times, without a complaint of lintian; installed in a fresh Debian, where the real systemd
runs the unit: started, its page asked, killed, told a wrong configuration, stopped, removed, purged.

usage: package.py SOURCE BUILD_FOLDER CAPTURE
"""
import concurrent.futures
import filecmp
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

CONFIGURATION = """role: guard
user: floodwall
guard:
  interfaces: [lan0]
  mode: observe
"""
UNIT, PAGE = "floodwall.service", "http://127.0.0.1:8753"


def skip(why):
    print(f"SKIP package: {why}")
    sys.exit(77)


def sh(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, check=False, **more)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def wait_for(true, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = true()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s for: {what}")


def build(source, place, umask=0o022, **environment):
    sh(os.path.join(source, "tools/deb"), place, umask=umask, env={**os.environ, "MAKEFLAGS": "", **environment})
    return glob.glob(f"{place}/deb/floodwall_*.deb")[0]


def judged(changes):
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "warning", "--info", changes], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


class Debian:
    """A fresh one in a folder, then booted."""

    def __init__(self, folder):
        self.root = f"{folder}/root"
        self.group = None
        self.groups = f"{folder}/groups"
        self.shell = self.first = None

    def make(self):
        made = subprocess.run(["mmdebstrap", "--variant=minbase", "--include=systemd", "--skip=cleanup/apt", "bookworm", self.root],
                              capture_output=True, text=True, check=False)
        if made.returncode:
            skip(f"a fresh Debian cannot be had: {made.stderr.strip().splitlines()[-1:]}")

    def inside(self, *words, **more):
        return sh("chroot", self.root, *words, **more)

    def install(self, package):
        shutil.copy(package, f"{self.root}/root/floodwall.deb")
        self.inside("apt-get", "install", "-y", "-qq", "--no-install-recommends", "/root/floodwall.deb",
                    env={"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})

    def boot(self):
        os.mkdir(self.groups)
        sh("mount", "-t", "cgroup2", "cgroup2", self.groups)
        self.group = f"{self.groups}/floodwall-test-{os.getpid()}"
        os.mkdir(self.group)
        here = os.path.dirname(os.path.abspath(__file__))
        self.shell = subprocess.Popen([f"{here}/boot", self.root, self.group], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.first = wait_for(self.first_process, 20, "the first process")
        wait_for(lambda: self.run("systemctl", "is-system-running", check=False).strip() in ("running", "degraded"), 60, "the system")

    def first_process(self):
        assert self.shell.poll() is None, self.shell.stdout.read().decode()
        with open(f"/proc/{self.shell.pid}/task/{self.shell.pid}/children", encoding="ascii") as children:
            child = children.read().split()
        return child and os.readlink(f"/proc/{child[0]}/exe").endswith("/systemd") and child[0]

    def run(self, *words, check=True):
        done = subprocess.run(["nsenter", "--all", f"--target={self.first}", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *words],
                              capture_output=True, text=True, check=False, timeout=120)
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.returncode}: {done.stdout}{done.stderr}\n{self.log()}")
        return done.stdout + done.stderr

    def log(self):
        return subprocess.run(["nsenter", "--all", f"--target={self.first}", "journalctl", "-u", UNIT, "-n", "40", "--no-pager", "-o", "cat"],
                              capture_output=True, text=True, check=False).stdout

    def write(self, text):
        with open(f"{self.root}/etc/floodwall/floodwall.yaml", "w", encoding="utf-8") as file:
            file.write(text)

    def state(self):
        lines = self.run("systemctl", "show", UNIT, "--property=ActiveState,SubState,MainPID,NRestarts,StatusText").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def pins(self):
        return self.run("find", "/sys/fs/bpf", "-mindepth", "2").split()

    def attached(self):
        return "xdp" in sh("nsenter", "--net", f"--target={self.first}", "ip", "-details", "link", "show", "lan0")

    def end(self):
        if self.first:
            os.kill(int(self.first), signal.SIGKILL)
        if self.shell:
            self.shell.wait()
        if self.group:
            for where, _, _ in os.walk(self.group, topdown=False):
                wait_for(lambda where=where: not remove(where), 10, f"an empty {where}")
            sh("umount", self.groups)


def remove(folder):
    try:
        os.rmdir(folder)
    except OSError as error:
        return error


def is_quiet_before_it_is_configured(debian):
    """Installing starts nothing, enables nothing, and the shipped file says what to do."""
    assert debian.run("systemctl", "is-enabled", UNIT, check=False).strip() == "disabled"
    assert debian.state()["ActiveState"] == "inactive"
    said = debian.run("floodwall", "check", check=False)
    assert "/etc/floodwall/floodwall.yaml" in said and "interface" in said, said
    assert not debian.pins() and not debian.attached()


def reads_captures(debian, capture):
    shutil.copy(capture, f"{debian.root}/root/evening.pcapng")
    told = json.loads(debian.run("floodwall", "inspect", "--json", "/root/evening.pcapng"))
    assert any(finding["id"] == "flood" for finding in told["findings"]), [finding["id"] for finding in told["findings"]]


def runs_under_systemd(debian):
    debian.write(CONFIGURATION)
    debian.run("systemctl", "start", UNIT)
    state = debian.state()
    assert (state["ActiveState"], state["SubState"], state["StatusText"]) == ("active", "running", "Protects."), state
    with open(f"/proc/{host_pid(debian, state['MainPID'])}/status", encoding="ascii") as status:
        status = dict(line.split(":\t", 1) for line in status.read().splitlines() if ":\t" in line)
    assert status["Uid"].split()[0] != "0" and int(status["CapEff"], 16) == 0 and status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status
    assert debian.attached() and debian.pins()
    assert json.loads(debian.run("floodwall", "show", "devices", "--json"))["devices"] == []
    assert json.loads(debian.run("floodwall", "show", "overview", "--json"))["faults"] == []
    complaints = [line for line in debian.log().splitlines() if re.search("cannot|denied|not permitted|failed|lost", line, re.I)]
    assert "protects" in debian.log() and not complaints, complaints


def serves_its_page(debian):
    """As installed: the page with its policy of content and what draws its curves, closed to who has no token, open to who has it."""
    def curl(path, *more):
        head, _, body = sh("nsenter", "--net", f"--target={debian.first}", "curl", "-sS", "-m", "20", "-D", "-", *more, PAGE + path).partition("\n\n")
        return int(head.split()[1]), head, body
    status, head, body = curl("/")
    assert status == 200 and "<title>Floodwall" in body and "default-src 'self'" in head, (head, body[:300])
    for asset, least in (("/assets/app.js", 4000), ("/assets/style.css", 4000), ("/assets/uplot.js", 30000)):
        status, _, body = curl(asset)
        assert status == 200 and len(body) > least, (asset, status, len(body))
    assert curl("/api/overview.json")[0] == 401
    token = debian.run("floodwall", "token").split("#token=")[1].split()[0]
    status, head, body = curl("/api/login", "-H", "Content-Type: application/json", "-d", json.dumps({"token": token}))
    assert status == 200, (head, body)
    cookie = re.search(r"^set-cookie: ([^;]+);", head, re.I | re.M).group(1)
    status, _, body = curl("/api/overview.json", "-H", f"Cookie: {cookie}")
    assert status == 200 and json.loads(body)["overview"]["role"] == "guard", (status, body)


def host_pid(debian, inner):
    """The process's number here."""
    for status in glob.glob("/proc/[0-9]*/status"):
        try:
            with open(status, encoding="ascii") as lines:
                for line in lines:
                    if line.startswith("NSpid:"):
                        pids = line.split()[1:]
                        if len(pids) > 1 and pids[-1] == inner and os.readlink(f"/proc/{pids[0]}/ns/pid") == os.readlink(f"/proc/{debian.first}/ns/pid"):
                            return pids[0]
        except OSError:
            continue
    raise AssertionError(f"no process {inner} of the system")


def comes_back_when_killed(debian):
    """Protection stays in the kernel meanwhile, and the unit is started again."""
    before = debian.state()
    pins = sorted(debian.pins())
    os.kill(int(host_pid(debian, before["MainPID"])), signal.SIGKILL)
    assert debian.attached()
    wait_for(lambda: debian.state()["NRestarts"] == "1" and debian.state()["ActiveState"] == "active", 30, "the restart")
    assert debian.state()["MainPID"] != before["MainPID"] and sorted(debian.pins()) == pins


def keeps_what_it_has_when_told_nonsense(debian):
    before = debian.state()
    debian.write(CONFIGURATION + "nonsense: 1\n")
    said = debian.run("systemctl", "reload", UNIT, check=False)
    assert "failed" in said.lower(), said
    after = debian.state()
    assert (after["ActiveState"], after["MainPID"]) == ("active", before["MainPID"]), after
    assert "floodwall.yaml:6" in debian.log(), debian.log()
    debian.write(CONFIGURATION)
    debian.run("systemctl", "reload", UNIT)
    assert debian.state()["StatusText"] == "Protects."


def is_upgraded_without_a_gap(debian):
    """The same package again: the daemon is another one, the program in the kernel stays where it is."""
    before, pins = debian.state(), sorted(debian.pins())
    debian.run("dpkg", "--install", "/root/floodwall.deb")
    wait_for(lambda: debian.state()["ActiveState"] == "active" and debian.state()["MainPID"] != before["MainPID"], 30, "the new daemon")
    assert debian.attached() and sorted(debian.pins()) == pins


def leaves_protection_when_stopped_and_nothing_when_removed(debian):
    debian.run("systemctl", "stop", UNIT)
    assert debian.state()["ActiveState"] == "inactive" and debian.attached() and debian.pins()
    debian.run("systemctl", "start", UNIT)
    debian.run("dpkg", "--remove", "floodwall")
    assert not debian.pins() and not debian.attached()
    assert "not-found" in debian.run("systemctl", "show", UNIT, "--property=LoadState") and os.path.exists(f"{debian.root}/var/lib/floodwall/floodwall.db")
    debian.run("dpkg", "--purge", "floodwall")
    assert not os.path.exists(f"{debian.root}/var/lib/floodwall") and not os.path.exists(f"{debian.root}/etc/floodwall")


def main():
    source, place, capture = (os.path.abspath(argument) for argument in sys.argv[1:4])
    if os.geteuid():
        skip("needs root")
    for tool in ("dpkg-buildpackage", "dh", "lintian", "mmdebstrap", "nsenter", "curl"):
        if not shutil.which(tool):
            skip(f"{tool} is missing")
    # the fresh Debian comes over the network, lintian uses one core: both beside the builds
    with tempfile.TemporaryDirectory(prefix="floodwall-package-") as folder, concurrent.futures.ThreadPoolExecutor(2) as beside:
        debian = Debian(folder)
        made = beside.submit(debian.make)
        package = build(source, f"{place}/one")
        judgement = beside.submit(judged, glob.glob(f"{place}/one/deb/*.changes")[0])
        # in another folder, on the other side of the day, by who lets nobody else read, under another name and in another language: the same package
        again = build(source, f"{place}/two/by/another/name", umask=0o077, TZ="Pacific/Kiritimati", LOGNAME="somebody", LC_ALL="C")
        assert filecmp.cmp(package, again, shallow=False), "two builds of one tree differ"
        judgement.result()
        made.result()
        try:
            debian.install(package)
            debian.boot()
            is_quiet_before_it_is_configured(debian)
            reads_captures(debian, capture)
            for story in (runs_under_systemd, serves_its_page, comes_back_when_killed, keeps_what_it_has_when_told_nonsense, is_upgraded_without_a_gap,
                          leaves_protection_when_stopped_and_nothing_when_removed):
                story(debian)
                print(f"ok {story.__name__}")
        finally:
            debian.end()


main()
