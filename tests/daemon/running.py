#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""floodwall run before a real Knot, in namespaces of this process alone: what it shows, decisions and their undo, reload, death, restart, bypass.

    client (10.9.0.2) c0 ---- s0 (10.9.0.1) Knot + floodwall       both ends in namespaces that end with this process
"""
import base64
import ctypes
import fcntl
import json
import os
import pty
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
import traceback

KEY = base64.b64encode(b"a secret of thirty-two bytes....").decode()
CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000


def skip(why):
    print(f"SKIP daemon-running: {why}")
    sys.exit(77)


def sh(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, **more)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def wait_for(true, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = true()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s for: {what}")


class Bed:
    """Namespaces, a server, a client that asks from the other side."""

    def __init__(self, floodwall, folder):
        self.floodwall, self.folder = floodwall, folder
        self.configuration, self.socket = f"{folder}/floodwall.yaml", f"{folder}/run/control.sock"
        self.bpffs = f"{folder}/bpf"
        self.processes = []
        self.daemon = None
        self.validator = None
        if len(sys.argv) > 2:
            import jsonschema
            with open(sys.argv[2], encoding="utf-8") as schema:
                self.validator = jsonschema.Draft202012Validator(json.load(schema))

    def open(self):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNS | CLONE_NEWNET):
            skip("no namespaces to be had")
        sh("mount", "--make-rprivate", "/")
        os.mkdir(self.bpffs)
        sh("mount", "-t", "bpf", "bpf", self.bpffs)
        self.client = self.start("unshare", "--net", "sleep", "600")
        wait_for(lambda: os.readlink(f"/proc/{self.client.pid}/ns/net") != os.readlink("/proc/self/ns/net"), 5, "the client's namespace")
        sh("ip", "link", "set", "lo", "up")
        sh("ip", "link", "add", "s0", "type", "veth", "peer", "name", "c0", "netns", str(self.client.pid))
        sh("ip", "addr", "add", "10.9.0.1/24", "dev", "s0")
        sh("ip", "link", "set", "s0", "up")
        for words in (("addr", "add", "10.9.0.2/24", "dev", "c0"), ("addr", "add", "10.9.0.3/24", "dev", "c0"), ("link", "set", "c0", "up")):
            sh(*self.in_client("ip", *words))
        self.serve()

    def start(self, *words, **more):
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, **more)
        self.processes.append(process)
        return process

    def in_client(self, *words):
        return ("nsenter", f"--net=/proc/{self.client.pid}/ns/net", *words)

    def zone(self, serial, more=""):
        names = "".join(f"n{i} A 192.0.2.{i % 250}\n" for i in range(200))
        with open(f"{self.folder}/zones/example.test.zone", "w", encoding="utf-8") as out:
            out.write(f"$ORIGIN example.test.\n$TTL 60\n@ SOA ns h {serial} 60 60 600 60\n@ NS ns\nns A 10.9.0.1\n{names}{more}")

    def serve(self):
        os.mkdir(f"{self.folder}/zones")
        os.mkdir(f"{self.folder}/knot")
        self.zone(1)
        self.write_server()
        self.start("knotd", "-c", f"{self.folder}/knot.conf", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: self.ask("n1.example.test") == 0, 20, "the server's answer")

    def write_server(self, before="", of_zone="", notify="    notify: floodwall\n"):
        """Its configuration: sections before the zones, and lines of the zone."""
        with open(f"{self.folder}/knot.conf", "w", encoding="utf-8") as out:
            out.write(f"""server:
    rundir: {self.folder}/knot
    listen: [ 10.9.0.1@53, 127.0.0.1@53 ]
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
key:
  - id: transfer
    algorithm: hmac-sha256
    secret: {KEY}
remote:
  - id: floodwall
    address: 127.0.0.1@5399
    key: transfer
acl:
  - id: transfer
    key: transfer
    action: transfer
database:
    storage: {self.folder}/knot
template:
  - id: default
    storage: {self.folder}/zones
    file: "%s.zone"
    zonefile-sync: -1
    zonefile-load: whole
{notify}    acl: transfer
{before}zone:
  - domain: example.test
{of_zone}""")

    def reload_zone(self):
        sh("knotc", "-c", f"{self.folder}/knot.conf", "zone-reload", "example.test")

    # --- questions from the client's side

    def ask(self, name, address="10.9.0.2", timeout=0.5):
        """The answer's code, "tc" where it is truncated, None where there is none."""
        return self.ask_many([name], address, timeout)[0]

    def reaches(self, name, address="10.9.0.2"):
        """An answer comes; not at once where this machine is busy."""
        wait_for(lambda: self.ask(name, address, 2) == 0, 10, f"an answer about {name} to {address}")

    def ask_many(self, names, address="10.9.0.2", timeout=0.5):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "question.py")
        said = sh(*self.in_client(sys.executable, script, address, str(timeout)), input="\n".join(names))
        return json.loads(said)

    # --- floodwall

    def configure(self, **changed):
        values = {"mode": "enforce", "stance": "measured", "more": "", "detach": "false", "user": "nobody", "key": "transfer", "names": 10000, "zones": ""} | changed
        filters = "".join(f"  {name}: {values['mode']}\n" for name in ("block", "sanity", "answers", "names", "budgets"))
        with open(self.configuration, "w", encoding="utf-8") as out:
            out.write(f"""interface: s0
user: {values['user']}
protected: [10.9.0.1]
stance: {values['stance']}
detach: {values['detach']}
filters:
{filters}server: {{poll: 1h}}
budgets: {{capacity: 2000}}
sizes: {{names: {values['names']}, cells: 65536, proven: 1024, asked: 1024, blocked: 1024, prefixes: 1024}}
samples: {{file: {self.folder}/state/drops.pcapng, rate: 100}}
paths: {{socket: {self.socket}, state: {self.folder}/state, bpffs: {self.bpffs}}}
keys: [{{name: {values['key']}, secret: {KEY}}}]
zones: [{{name: example.test, key: {values['key']}}}{values['zones']}]
{values['more']}""")

    def run(self, **more):
        self.log = open(f"{self.folder}/log", "a+", encoding="utf-8")
        self.daemon = self.start(self.floodwall, "run", "-c", self.configuration, stdout=self.log, stderr=self.log, **more)
        wait_for(self.is_ready, 20, "the zone to be judged")

    def is_ready(self):
        assert self.daemon.poll() is None, f"floodwall ended: {self.told()}"
        try:
            return all(zone["state"] == "judged" for zone in self.shield()["zones"]) and len(self.shield()["zones"]) == 2
        except (OSError, KeyError, ValueError):
            return False

    def told(self):
        self.log.flush()
        with open(f"{self.folder}/log", encoding="utf-8") as log:
            return log.read()

    def request(self, **request):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asker:
            asker.settimeout(5)
            asker.connect(self.socket)
            asker.sendall(json.dumps(request).encode() + b"\n")
            said = b""
            while not said.endswith(b"\n"):
                piece = asker.recv(1 << 20)
                if not piece:
                    break
                said += piece
        return json.loads(said)

    def shield(self):
        shield = self.request(do="show", what="shield")["shield"]
        if self.validator:
            self.validator.validate(shield)
        return shield

    def command(self, *words, code=0):
        verb, *rest = words
        done = subprocess.run([self.floodwall, verb, *rest, *(() if verb in ("bypass", "check") else ("--socket", self.socket))],
                              capture_output=True, text=True, timeout=20)
        assert done.returncode == code, f"{words}: {done.returncode} {done.stdout} {done.stderr}"
        return done.stdout + done.stderr

    def end(self, number=signal.SIGTERM):
        self.daemon.send_signal(number)
        code = self.daemon.wait(15)
        self.daemon = None
        return code

    def close(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.kill()
                process.wait()


def attached():
    return "xdp" in sh("ip", "-d", "link", "show", "dev", "s0")


# --- the stories, in order: each begins where the one before ended


def called(shield):
    """Of the filters that a stance calls for: those that act."""
    return [one["filter"] for one in shield["filters"] if one["filter"] in ("names", "budgets", "only_dns") and one["acting"]]


def starts_and_gives_root_up(bed):
    bed.configure()
    bed.run()
    status = open(f"/proc/{bed.daemon.pid}/status", encoding="utf-8").read()
    assert re.search(r"^Uid:\t(\d+)\t\1\t\1\t\1$", status, re.M) and not re.search(r"^Uid:\t0\t", status, re.M), status
    for kind in ("CapPrm", "CapEff", "CapInh"):
        assert re.search(rf"^{kind}:\t0+$", status, re.M), status
    assert re.search(r"^NoNewPrivs:\t1$", status, re.M)
    assert attached()
    shield = bed.shield()
    assert shield["interface"] == {"name": "s0", "xdp": "native", "attached": True}, shield["interface"]
    assert shield["stance"]["stance"] == "calm" and called(shield) == [], "something acts that nobody called for"
    zone = [one for one in shield["zones"] if one["zone"] == "example.test"][0]
    assert zone["serial"] == 1 and zone["names"] >= 201, zone
    assert bed.ask_many(["n1.example.test", "N2.eXample.Test", "nothing.example.test", "else.where"], timeout=5) == [0, 0, 3, 5]


def counts_by_class(bed):
    # with the four of the story before
    bed.ask_many(["n1.example.test"] * 3 + ["x1.example.test", "x2.example.test"])

    def counted():
        zones = {zone["zone"]: zone["seen"] for zone in bed.shield()["zones"]}
        return zones["example.test"]["exists"] == 5 and zones["example.test"]["unknown"] == 3 and zones[None]["foreign"] == 1
    wait_for(counted, 5, f"questions counted by class: {bed.shield()['zones']}")


def example_of(shield):
    return [zone for zone in shield["zones"] if zone["zone"] == "example.test"][0]


def a_reload_forgets_nothing(bed):
    # more in all than would be borne at once, but slowly
    for _ in range(6):
        bed.ask_many([f"n{number}.example.test" for number in range(200)] * 2, timeout=0.01)
        time.sleep(0.4)
    before = example_of(bed.shield())
    assert bed.request(do="reload")["ok"] is True
    shield = bed.shield()
    # a zone whose key is the same goes on being judged
    assert example_of(shield)["state"] == "judged" and example_of(shield)["loaded"] == before["loaded"], (before, example_of(shield))
    # one that comes anew in the place of another is no load
    bed.configure(key="other")
    assert bed.request(do="reload")["ok"] is True
    bed.configure()
    assert bed.request(do="reload")["ok"] is True
    end = time.monotonic() + 1
    while time.monotonic() < end:
        shield = bed.shield()
        assert shield["stance"]["stance"] != "defend" and called(shield) == [], shield["stance"]
        time.sleep(0.1)
    wait_for(bed.is_ready, 20, "the zone to be judged again")


def a_new_name_is_known_by_notify(bed):
    # the first may take its time: the server's NOTIFY at its own start found nobody, and it waits before it tries again
    for serial in (2, 3):
        bed.zone(serial, "".join(f"new{number} A 192.0.2.99\n" for number in range(2, serial + 1)))
        bed.reload_zone()
        begun = time.monotonic()

        def judged():
            return [zone for zone in bed.shield()["zones"] if zone["serial"] == serial and zone["state"] == "judged" and not zone["fresh"]]
        wait_for(judged, 20, f"serial {serial}")
        bed.reaches(f"new{serial}.example.test")
    print(f"  a new serial was judged {time.monotonic() - begun:.2f} s after the reload")


def a_quarantine_and_its_undo(bed):
    bed.reaches("n1.example.test", "10.9.0.3")
    said = bed.command("quarantine", "10.9.0.3", "--reason", "floods", "--for", "1h")
    undo = re.search(r"^Undo: floodwall undo (\d+)$", said, re.M).group(1)
    assert bed.ask("n1.example.test", "10.9.0.3") is None
    bed.reaches("n1.example.test", "10.9.0.2")
    assert "10.9.0.3" in bed.command("show", "decisions")
    bed.command("undo", undo)
    bed.reaches("n1.example.test", "10.9.0.3")
    bed.command("quarantine", "10.9.0.3/32")
    bed.command("quarantine", "10.9.0.0/24", "--confirm", "2s")
    assert bed.ask("n1.example.test", "10.9.0.2") is None
    wait_for(lambda: bed.ask("n1.example.test", "10.9.0.2") == 0, 8, "the end of what nobody confirmed")
    assert bed.ask("n1.example.test", "10.9.0.3") is None
    bed.command("release", "10.9.0.3")
    bed.reaches("n1.example.test", "10.9.0.3")
    bed.command("release", "10.9.0.3", code=2)
    audit = bed.command("show", "audit")
    for verb in ("decide", "undo", "revert", "release"):
        assert verb in audit, audit


def requests_that_are_wrong(bed):
    for request, error in [({"do": "quarantine", "prefix": "0.0.0.0/0"}, "too wide"), ({"do": "quarantine"}, "wants an address"),
                           ({"do": "undo", "deed": -1}, "a number"), ({"do": "dance"}, "what can be done"), ({}, '"do"'),
                           ({"do": "confirm", "decision": 99999}, "waits")]:
        said = bed.request(**request)
        assert said["ok"] is False and error in said["error"], said
    assert bed.shield()


def junk_is_stopped_and_named(bed):
    # the client may ask what exists; from its own prefix come more unknown names than the server bears
    junk = [f"{random.getrandbits(60):x}.example.test" for _ in range(12000)]
    bed.ask_many(junk, timeout=0)
    def named():
        stance = bed.shield()["stance"]
        return stance["stance"] == "defend" and stance["vector"] == "unknown_names" and stance
    stance = wait_for(named, 5, "the vector to be named")
    assert "example.test" in stance["vector_says"], stance

    def stopped():
        names = [one for one in bed.shield()["filters"] if one["filter"] == "names"][0]
        return names["acting"] and names["dropped"] + names["truncated"] > 5000
    wait_for(stopped, 5, "junk to be stopped")
    samples = f"{bed.folder}/state/drops.pcapng"
    wait_for(lambda: os.path.getsize(samples) > 1000, 5, "sampled frames")
    assert b"zone_unknown" in open(samples, "rb").read() or b"prefix_unknown" in open(samples, "rb").read()
    text = bed.command("show", "shield", "--no-color")
    assert "Stance: defend" in text and "example.test" in text, text


def a_live_view(bed):
    """On a terminal: another screen, fresh pictures without scrolling, and all as it was when q is pressed or a signal ends it."""
    for end in (b"q", signal.SIGTERM):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(bed.floodwall, [bed.floodwall, "show", "shield", "--watch", "--socket", bed.socket])
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 60, 0, 0))
        seen = b""
        while seen.count(b"q ends") < 3:
            seen += os.read(terminal, 65536)
        assert not termios.tcgetattr(terminal)[3] & (termios.ICANON | termios.ECHO), "keys come at once, unseen"
        if isinstance(end, bytes):
            os.write(terminal, end)
        else:
            os.kill(pid, end)
        try:
            while piece := os.read(terminal, 65536):
                seen += piece
        except OSError:
            pass  # nobody has the terminal open any more
        os.close(terminal)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert seen.startswith(b"\x1b[?1049h") and seen.endswith(b"\x1b[?25h\x1b[?1049l"), seen[-80:]
        picture = seen.split(b"\x1b[H")[-1]
        lines = [re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", line).decode().rstrip() for line in picture.split(b"\n")]
        assert len(lines) <= 20 and all(len(line) <= 60 for line in lines), lines
        assert any("example.test" in line for line in lines) or any("defend" in line or "calm" in line or "watch" in line for line in lines), lines


def metrics(bed):
    text = bed.command("show", "stats", "--prometheus")
    assert re.search(r'^floodwall_stance\{stance="defend"\} 1$', text, re.M), text
    assert re.search(r'^floodwall_packets_total\{outcome="(dropped|truncated)",reason="(zone|prefix)_unknown"\} \d+$', text, re.M), text
    assert not re.search(r"10\.9\.0\.", text)


def a_wrong_file_leaves_the_old_one(bed):
    good = open(bed.configuration, encoding="utf-8").read()
    generation = bed.shield()["configuration"]["generation"]
    with open(bed.configuration, "a", encoding="utf-8") as out:
        out.write("nonsense: 1\n")
    bed.daemon.send_signal(signal.SIGHUP)
    refused = wait_for(lambda: bed.shield()["configuration"]["refused"], 5, "the refusal")
    assert refused.endswith(f":{good.count(chr(10)) + 1}: there is no setting 'nonsense'"), refused
    assert bed.shield()["configuration"]["generation"] == generation
    bed.reaches("n1.example.test")
    assert bed.request(do="reload")["ok"] is False
    bed.configure(more="blocked: [10.9.0.3]\n")
    assert bed.request(do="reload")["ok"] is True
    shield = bed.shield()
    assert shield["configuration"]["refused"] is None and shield["configuration"]["generation"] > generation
    assert bed.ask("n1.example.test", "10.9.0.3") is None
    bed.configure()
    bed.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: bed.ask("n1.example.test", "10.9.0.3") == 0, 5, "the release by the configuration")
    bed.configure(more="sizes_: 1\n")
    assert "cannot" not in bed.told().splitlines()[-1]
    bed.configure()


def a_second_daemon_is_refused(bed):
    done = subprocess.run([bed.floodwall, "run", "-c", bed.configuration], capture_output=True, text=True, timeout=20)
    assert done.returncode == 2, done
    assert done.stderr.count("\n") <= 3 and ("another" in done.stderr or "holds" in done.stderr), done.stderr
    bed.reaches("n1.example.test")


def death_leaves_protection(bed):
    bed.command("quarantine", "10.9.0.3")
    assert bed.end(signal.SIGKILL) == -signal.SIGKILL
    assert attached()
    bed.reaches("n1.example.test")
    assert bed.ask("n1.example.test", "10.9.0.3") is None
    before = sh("bpftool", "link", "show") if shutil.which("bpftool") else ""
    bed.run()
    # the junk of a moment ago is not forgotten: what acted goes on until it was quiet for a while
    assert bed.shield()["stance"]["stance"] == "defend" and "names" in called(bed.shield())
    assert bed.ask("n1.example.test", "10.9.0.3") is None
    assert (sh("bpftool", "link", "show") if before else "").split(":")[0] == before.split(":")[0]
    bed.command("release", "10.9.0.3")
    bed.reaches("n1.example.test", "10.9.0.3")
    assert bed.end() == 0
    assert attached()
    assert "protection stays" in json.dumps(audit_after(bed))
    assert bed.end() == 0


def audit_after(bed):
    bed.run()
    return bed.request(do="show", what="audit")


def a_damaged_store(bed):
    with open(f"{bed.folder}/state/floodwall.db", "r+b") as out:
        out.write(b"x" * 200)
    bed.run()
    assert "is damaged; it was set aside" in bed.told()
    bed.reaches("n1.example.test")
    bed.command("quarantine", "10.9.0.3")
    assert bed.ask("n1.example.test", "10.9.0.3") is None


def bypass_takes_all_away(bed):
    bed.end(signal.SIGKILL)
    said = bed.command("bypass", "-c", bed.configuration)
    assert "Taken away: 1 program" in said, said
    assert not attached()
    bed.reaches("n1.example.test", "10.9.0.3")
    assert not os.path.exists(f"{bed.bpffs}/floodwall/shield-s0"), os.listdir(bed.bpffs)


def detach_when_it_ends(bed):
    bed.configure(user='""', detach="true")
    bed.run()
    assert attached()
    assert bed.end() == 0
    assert not attached()


def observe_stops_nothing(bed):
    bed.configure(mode="observe", stance="defend", user='""')
    bed.run()
    bed.request(do="quarantine", prefix="10.9.0.3")
    bed.reaches("n1.example.test", "10.9.0.3")
    answers = bed.ask_many([f"{random.getrandbits(60):x}.example.test" for _ in range(300)], timeout=5)
    assert answers.count(3) == 300, {answer: answers.count(answer) for answer in set(answers)}
    def would():
        return sum(one["would"] for one in bed.shield()["filters"]) > 100
    wait_for(would, 5, "what would have been stopped")
    assert sum(one["dropped"] + one["truncated"] for one in bed.shield()["filters"]) == 0
    assert bed.end() == 0


def proven_addresses_outlive_the_host(bed):
    """As after a start of the host: no pin is left, the store is."""
    def proven():
        return next(table["used"] for table in bed.shield()["tables"] if table["table"] == "proven")
    bed.configure()
    bed.run()
    before = proven()
    question = bytes.fromhex("001d000101000001000000000000") + b"\x02n1\x07example\x04test\x00\x00\x01\x00\x01"
    question = (len(question) - 2).to_bytes(2, "big") + question[2:]
    asks = f"import socket; s = socket.create_connection(('10.9.0.1', 53), 5); s.sendall({question!r}); assert len(s.recv(512)) > 40"
    sh(*bed.in_client(sys.executable, "-c", asks))
    wait_for(lambda: proven() > 0, 5, "the proof")
    assert bed.end() == 0
    bed.command("bypass", "-c", bed.configuration)
    bed.run()
    assert proven() >= max(before, 1), proven()
    assert "that had proven themselves still count" in bed.told()
    assert bed.end() == 0
    bed.command("bypass", "-c", bed.configuration)


STORIES = [starts_and_gives_root_up, counts_by_class, a_reload_forgets_nothing, a_new_name_is_known_by_notify, a_quarantine_and_its_undo,
           requests_that_are_wrong, junk_is_stopped_and_named, a_live_view, metrics, a_wrong_file_leaves_the_old_one, a_second_daemon_is_refused, death_leaves_protection, a_damaged_store,
           bypass_takes_all_away, proven_addresses_outlive_the_host, detach_when_it_ends, observe_stops_nothing]


def tell(stories, floodwall):
    """All stories on one bed, which is taken down whatever happens."""
    if os.geteuid():
        skip("needs root")
    for tool in ("knotd", "knotc", "ip", "nsenter", "unshare"):
        if not shutil.which(tool):
            skip(f"{tool} is missing")
    folder = tempfile.mkdtemp(prefix="floodwall-run-")
    os.chmod(folder, 0o755)
    bed = Bed(os.path.abspath(floodwall), folder)
    failed = False
    try:
        bed.open()
        for story in stories:
            begun = time.monotonic()
            story(bed)
            print(f"ok {story.__name__} ({time.monotonic() - begun:.1f} s)", flush=True)
    except Exception:  # whatever it is: the log is shown and the bed is taken down
        traceback.print_exc()
        failed = True
        if bed.daemon or os.path.exists(f"{folder}/log"):
            print(open(f"{folder}/log", encoding="utf-8").read()[-6000:])
    finally:
        bed.close()
        subprocess.run(["umount", bed.bpffs], capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(failed)


if __name__ == "__main__":
    tell(STORIES, sys.argv[1])
