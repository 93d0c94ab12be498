#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""floodwall run --demo, as an ordinary user: the incident is seen, its device is stopped, a person lets it go; over rounds nothing doubles; nothing is left.

usage: demo.py FLOODWALL GENERATED_FOLDER
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

RECORDER, CAMERA = "a0:a0:a0:3c:7f:64", "44:47:cc:22:91:70"
NOBODY = 65534
ROUND_S = 62 # of the incident and the pause behind it, and some room


def wait_for(true, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = true()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s for: {what}")


class Demo:
    def __init__(self, floodwall, folder):
        self.floodwall, self.folder = floodwall, folder
        self.process, self.socket = None, None
        with open(floodwall, "rb") as program:
            self.sanitized = b"__asan_init" in program.read()
        os.chmod(folder, 0o755)
        self.temporary = os.path.join(folder, "tmp")
        os.mkdir(self.temporary)
        os.chmod(self.temporary, 0o777)
        self.said = os.path.join(folder, "said")

    def command(self, *words):
        """As somebody who may do nothing."""
        who = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all") if os.geteuid() == 0 else ()
        return (*who, self.floodwall, *words)

    def start(self, *words):
        with open(self.said, "wb") as out:
            self.process = subprocess.Popen(self.command("run", "--demo", *words), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            env=os.environ | {"TMPDIR": self.temporary}, cwd="/")
        self.socket = wait_for(self.greeted, 20, "where to ask it")
        wait_for(lambda: os.path.exists(self.socket) and self.call("show", "decisions", check=False).returncode == 0, 20, "an answer")

    def heard(self):
        return pathlib.Path(self.said).read_text(encoding="utf-8")

    def greeted(self):
        if self.process.poll() is not None:
            raise AssertionError(f"did not start: {self.heard()}")
        found = re.search(r"--socket (\S+)", self.heard())
        return found and found.group(1)

    def call(self, *words, check=True):
        done = subprocess.run([self.floodwall, *words, "--socket", self.socket], capture_output=True, text=True, timeout=30, check=False)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(words)}: {done.stderr}\n{self.heard()}")
        return done

    def show(self, what):
        return json.loads(self.call("show", what, "--json").stdout)

    def findings(self, kind):
        return [f for f in self.show("findings")["findings"] if f["id"] == kind]

    def devices(self):
        return {d["mac"]: d for d in self.show("devices")["devices"]}

    def sent(self, mac, outcome):
        return self.devices()[mac]["traffic"]["out"][outcome]["packets"]

    def resident(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) << 10

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(20)
        assert code == (-number if number == signal.SIGKILL else 0), (code, self.heard())

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def sockets_of(pid):
    found = set()
    for entry in os.scandir(f"/proc/{pid}/fd"):
        try:
            found.add(os.readlink(entry.path))
        except OSError:
            pass
    return {link[8:-1] for link in found if link.startswith("socket:[")}


def sends_nothing(demo):
    """It has no socket that could: unix ones, and of the internet's those alone that listen on 127.0.0.1 or belong to who asked there."""
    own = sockets_of(demo.process.pid)
    for table in ("udp", "udp6", "raw", "raw6", "packet", "icmp", "icmp6", "tcp", "tcp6"):
        path = f"/proc/{demo.process.pid}/net/{table}"
        if not os.path.exists(path):
            continue
        with open(path, encoding="ascii") as lines:
            for line in list(lines)[1:]:
                words = line.split()
                inode = words[8] if table == "packet" else words[9]
                loopback = table == "tcp" and words[1].startswith("0100007F:")
                assert inode not in own or loopback, f"{table}: {line}"


def the_incident(demo):
    assert "demo" in demo.heard() and "nothing of this machine is protected" in demo.heard()
    devices = wait_for(lambda: len(demo.devices()) >= 5 and demo.devices(), 20, "the devices")
    assert devices[RECORDER]["stand"] == "ordinary" and devices[RECORDER]["addresses"] == ["192.168.1.64"], devices[RECORDER]
    sends_nothing(demo)
    found = wait_for(lambda: demo.findings("flood"), 90, "the flood's finding")[-1]
    assert found["mac"] == RECORDER and found["act"] == "quarantined" and found["leaked"], found
    recorder = wait_for(lambda: demo.devices()[RECORDER]["stand"] == "quarantined" and demo.devices()[RECORDER], 5, "quarantine")
    assert "flood" in recorder["why"], recorder["why"]
    assert recorder["state"] == "hijacked"
    dropped = wait_for(lambda: demo.sent(RECORDER, "dropped") > 3000 and demo.sent(RECORDER, "dropped"), 15, "the rest of the flood stopped")
    wait_for(lambda: demo.sent(RECORDER, "dropped") > dropped + 100, ROUND_S, "its scan in the next round stopped")
    for mac, device in demo.devices().items():
        assert mac == RECORDER or (device["state"] == "clean" and device["stand"] == "ordinary"), device
    assert {f["id"] for f in demo.show("findings")["findings"]} >= {"default-password", "scan", "flood"}


def what_a_person_does(demo):
    before = demo.call("show", "devices").stdout
    assert before.startswith("# A demo: "), before
    assert demo.call("show", "configuration").stdout.startswith("# A demo: ")
    done = json.loads(demo.call("quarantine", CAMERA, "--reason", "told so", "--json").stdout)
    assert demo.devices()[CAMERA]["stand"] == "quarantined"
    passed, dropped = demo.sent(CAMERA, "passed"), demo.sent(CAMERA, "dropped")
    wait_for(lambda: demo.sent(CAMERA, "dropped") > dropped, ROUND_S, "the camera stopped")
    demo.call("undo", str(done["deed"]))
    assert demo.devices()[CAMERA]["stand"] == "ordinary"
    passed = demo.sent(CAMERA, "passed")
    wait_for(lambda: demo.sent(CAMERA, "passed") > passed + 5, ROUND_S, "the camera's packets after undo")
    passed = demo.sent(RECORDER, "passed")
    demo.call("release", RECORDER)
    wait_for(lambda: demo.sent(RECORDER, "passed") > passed + 5, ROUND_S, "the recorder's packets after its release")
    demo.call("allow", RECORDER, "--reason", "mine")
    assert demo.devices()[RECORDER]["stand"] == "allowed"


def rounds(demo):
    """Another flood of the same recorder goes by, allowed now; nobody came twice, and a decision of before still stands."""
    dropped, passed = demo.sent(RECORDER, "dropped"), demo.sent(RECORDER, "passed")
    first = demo.devices()
    wait_for(lambda: demo.sent(RECORDER, "passed") > passed + 7000, 2 * ROUND_S, "a flood that nothing stops")
    assert demo.sent(RECORDER, "dropped") == dropped
    now = demo.devices()
    assert set(now) == set(first) and len(now) == 5, set(now) ^ set(first)
    assert now[RECORDER]["stand"] == "allowed"
    for mac, device in now.items():
        assert mac == RECORDER or device["state"] == "clean", device
    # people's clock: first seen at the start of the demo, and not as long ago as the frames' clock has gone
    seen = time.time() - time.mktime(time.strptime(now[RECORDER]["first"][:19].replace(" ", "T"), "%Y-%m-%dT%H:%M:%S")) + time.timezone
    assert 0 <= seen < 600, now[RECORDER]["first"]
    assert demo.sanitized or demo.resident() < 64 << 20, demo.resident()


def ends(demo):
    demo.call("quarantine", CAMERA)
    demo.end()
    assert os.listdir(demo.temporary) == [], os.listdir(demo.temporary)
    assert "ERROR" not in demo.heard() and "runtime error" not in demo.heard(), demo.heard()
    demo.start()
    assert demo.show("decisions") == [], "nothing of an earlier demo is left"
    other = subprocess.Popen(demo.command("run", "--demo"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"TMPDIR": demo.temporary}, cwd="/")
    try:
        wait_for(lambda: len([f for f in os.listdir(demo.temporary) if os.path.exists(os.path.join(demo.temporary, f, "control.sock"))]) == 2, 20, "two at once")
    finally:
        other.send_signal(signal.SIGINT)
        assert other.wait(20) == 0
    demo.end(signal.SIGKILL)
    left = os.listdir(demo.temporary)
    assert len(left) == 1 and demo.socket.startswith(os.path.join(demo.temporary, left[0])), left
    shutil.rmtree(os.path.join(demo.temporary, left[0]))


def wrong(demo):
    """One sentence, and nothing left behind."""
    words = pathlib.Path(demo.folder, "words.pcap")
    words.write_text("no capture at all, but long enough to look like one\n", encoding="ascii")
    empty = pathlib.Path(demo.folder, "empty.pcap")
    empty.write_bytes(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"))
    for arguments, part in ((["run", "--demo", "/nonexistent"], "No such file"), (["run", "--demo", str(words)], "words.pcap"),
                            (["run", "--demo", str(empty)], "no frame of Ethernet"), (["run", "--demo", "a", "b"], "one capture"),
                            (["run", "--demo", "-c", "x"], "configuration of its own"), (["run", "--demo", demo.folder], "")):
        done = subprocess.run(demo.command(*arguments), capture_output=True, text=True, timeout=30, check=False, env=os.environ | {"TMPDIR": demo.temporary}, cwd="/")
        assert done.returncode == 2 and part in done.stderr and "ERROR" not in done.stderr, (arguments, done)
        assert os.listdir(demo.temporary) == [], arguments


def other_captures(demo, generated):
    """A capture of a server, one whose gateway is not there: it plays, and ends."""
    for name in ("exposed-name-server", "vectors-falling", "quiet-outside"):
        demo.start(os.path.join(generated, f"{name}.pcapng"))
        wait_for(lambda: demo.show("verdicts")["frames"]["seen"] > 10, 30, f"frames of {name}")
        demo.end()
        assert "ERROR" not in demo.heard() and "runtime error" not in demo.heard(), demo.heard()


def main():
    floodwall, generated = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    folder = tempfile.mkdtemp(prefix="floodwall-test-")
    demo = Demo(floodwall, folder)
    failed = 0
    try:
        stories = [wrong, lambda d: d.start(), the_incident, what_a_person_does, rounds, ends, lambda d: other_captures(d, generated)]
        for story in stories:
            story(demo)
    except Exception: # pylint: disable=broad-except
        traceback.print_exc()
        print(demo.heard() if os.path.exists(demo.said) else "")
        failed = 1
    finally:
        demo.close()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(failed)


main()
