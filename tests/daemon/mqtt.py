#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a real broker is told and what it can ask for: mosquitto, the part "mqtt" (mqtt_bed.c), and mosquitto_sub in between.

usage: mqtt.py MQTT_BED [STORY...]
"""
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

FIRST, SECOND, THIRD = "020000000000", "020000000001", "020000000002"


def skip(why):
    print(f"SKIP daemon-mqtt: {why}")
    sys.exit(77)


def wait_for(true, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = true()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s for: {what}")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Watcher(threading.Thread):
    """All that passes through the broker, and what it has retained at the end."""

    def __init__(self, port, *options):
        super().__init__(daemon=True)
        self.now, self.count, self.online = {}, {}, []
        self.process = subprocess.Popen(["mosquitto_sub", "-h", "127.0.0.1", "-p", str(port), *options, "-t", "#", "-F", "%t\t%r\t%p"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="surrogateescape")
        self.start()

    def run(self):
        for line in self.process.stdout:
            topic, _, payload = line.rstrip("\n").split("\t", 2)
            self.count[topic] = self.count.get(topic, 0) + 1
            self.now[topic] = payload
            if topic.endswith("/status"):
                self.online.append(payload)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.join()
        self.process.stdout.close()


class Stage:
    def __init__(self, bed, folder):
        self.bed, self.folder, self.port = bed, folder, free_port()
        self.broker = self.process = self.watcher = None
        self.lines = queue.Queue()
        self.said, self.deeds = [], []

    # ---- the broker

    def start_broker(self, *more, secure=()):
        path = os.path.join(self.folder, "mosquitto.conf")
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join(["user root" if os.getuid() == 0 else "", f"listener {self.port} 127.0.0.1", "persistence false",
                *(more or ["allow_anonymous true"])]) + "\n")
        self.broker = subprocess.Popen(["mosquitto", "-c", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.answers, 10, "the broker")
        self.watcher = Watcher(self.port, *secure)

    def answers(self):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def stop_broker(self):
        if self.watcher:
            self.watcher.close()
        if self.broker:
            self.broker.kill()
            self.broker.wait()
        self.watcher = self.broker = None

    def publish(self, topic, payload, *more):
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.port), "-t", topic, *more, *(("-s",) if isinstance(payload, bytes) else ("-m", payload))],
            input=payload if isinstance(payload, bytes) else None, check=True, timeout=30)

    # ---- the part

    def start(self, host="127.0.0.1", devices=3, port=None, **settings):
        settings = {"host": f"'{host}'", "port": port or self.port, **settings}
        path, state = os.path.join(self.folder, "floodwall.yaml"), os.path.join(self.folder, "state")
        shutil.rmtree(state, ignore_errors=True)
        os.mkdir(state)
        with open(path, "w", encoding="utf-8") as out:
            out.write("role: guard\nguard: {interfaces: [lan0], mode: enforce}\nmqtt:\n" + "".join(f"  {k}: {v}\n" for k, v in settings.items()))
        self.said, self.deeds = [], []
        self.process = subprocess.Popen([self.bed, path, state], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.listen, args=(self.process,), daemon=True).start()
        self.do(f"devices {devices}")

    def listen(self, process):
        for line in process.stdout:
            verb, _, rest = line.rstrip("\n").partition(" ")
            {"say": self.said.append, "deed": self.deeds.append}.get(verb, self.lines.put)(rest)

    def do(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return int(self.lines.get(timeout=10).split()[-1])

    def end(self, number=None):
        if not self.process:
            return
        if number:
            self.process.send_signal(number)
        self.process.stdin.close()
        code = self.process.wait(30)
        self.process.stdout.close()
        self.process = None
        assert code == (-number if number else 0), f"ended with {code}"

    # ---- what is there

    def topic(self, name):
        return self.watcher.now.get(name)

    def state(self, mac, what):
        return self.topic(f"floodwall/{mac}/{what}")

    def config(self, component, mac, what):
        text = self.topic(f"homeassistant/{component}/floodwall_{mac}/{what}/config")
        return json.loads(text) if text else None

    def becomes(self, mac, what, value, seconds=10):
        wait_for(lambda: self.state(mac, what) == value, seconds, f"{mac} {what} {value}, which is {self.state(mac, what)}")

    def hears(self, piece, seconds=10):
        return wait_for(lambda: next((s for s in self.said if piece in s), None), seconds, f"'{piece}' in {self.said}")

    def settled(self):
        wait_for(lambda: self.config("device_tracker", THIRD, "presence"), 10, "the last configuration")

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.stop_broker()


REQUIRED = {"device_tracker": {"state_topic"}, "binary_sensor": {"state_topic"}, "switch": {"command_topic"}, "sensor": {"state_topic"}}


def check_configurations(stage):
    """The keys that Home Assistant documents for each component; ids are unique, topics are what is told."""
    seen = {}
    for topic, text in list(stage.watcher.now.items()):
        if not topic.startswith("homeassistant/") or not text or topic == "homeassistant/status":
            continue
        level = topic.split("/")
        config = json.loads(text)
        assert len(level) == 5 and level[4] == "config" and all(part.replace("_", "").replace("-", "").isalnum() for part in level[1:4]), topic
        assert REQUIRED[level[1]] <= config.keys(), (topic, config)
        assert config["unique_id"] not in seen and config["name"] and config["availability_topic"] == "floodwall/status", config
        assert config["device"]["identifiers"] and config["origin"]["name"] == "Floodwall", config
        for key in ("state_topic", "json_attributes_topic"):
            if key in config:
                assert stage.topic(config[key]) is not None, (key, config)
        for attributes in filter(None, [config.get("json_attributes_topic")]):
            assert isinstance(json.loads(stage.topic(attributes)), dict)
        seen[config["unique_id"]] = topic
    return seen


def discovery(stage):
    stage.start_broker()
    stage.start()
    stage.do("maker 1 80")
    stage.do("maker 2 30")
    stage.settled()
    wait_for(lambda: stage.topic("floodwall/status") == "online", 5, "online")
    seen = check_configurations(stage)
    assert len(seen) == 3 * 3 + 3, sorted(seen)
    assert "floodwall_020000000001_problem" in seen and "floodwall_findings_today" in seen, sorted(seen)
    sensor = wait_for(lambda: (c := stage.config("binary_sensor", SECOND, "problem")) and "manufacturer" in c["device"] and c, 10, "a maker")
    assert sensor["device_class"] == "problem" and sensor["device"]["manufacturer"] == "Xiongmai" and sensor["device"]["name"] == "device 1"
    assert sensor["device"]["connections"] == [["mac", "02:00:00:00:00:01"]] and sensor["device"]["via_device"] == "floodwall", sensor
    unnamed = stage.config("binary_sensor", THIRD, "problem")["device"]
    assert unnamed["name"] == "Device 02:00:00:00:00:02" and "manufacturer" not in unnamed, "a guess of 30 % is none"
    assert stage.config("switch", FIRST, "quarantine") is None and stage.config("binary_sensor", FIRST, "quarantine")
    assert [stage.topic(f"floodwall/gateway/{what}") for what in ("protection", "findings_today", "junk_dropped")] == ["ON", "0", "0"], stage.watcher.now
    assert json.loads(stage.topic("floodwall/gateway/modes"))["brake"] == "enforce"


def states(stage):
    stage.start_broker()
    stage.start()
    stage.becomes(FIRST, "presence", "home")
    stage.do("heard 0 601")
    stage.becomes(FIRST, "presence", "not_home")
    stage.do("state 1 3")
    stage.do("finding 1 0")
    stage.do("finding 1 2")
    stage.do("finding 1 1")
    stage.becomes(SECOND, "problem", "ON")
    what = wait_for(lambda: (a := json.loads(stage.state(SECOND, "attributes"))).get("severity") and a, 12, "a finding")
    assert what["state"] == "hijacked" and what["severity"] == "high" and len(what["finding"]) > 20, what
    assert stage.state(THIRD, "problem") == "OFF"
    wait_for(lambda: stage.topic("floodwall/gateway/findings_today") == "3", 12, "findings")
    stage.do("later 90000")
    wait_for(lambda: stage.topic("floodwall/gateway/findings_today") == "0", 12, "another day")
    stage.do("junk 4711")
    stage.do("later 31")
    wait_for(lambda: stage.topic("floodwall/gateway/junk_dropped") == "4711", 12, "junk")


def names_of_the_network(stage):
    """Whatever a device calls itself is text, and no part of a topic."""
    stage.start_broker()
    stage.start()
    stage.settled()
    for name in (b"#/+/../$SYS\x00x", b"\x1b[2J\xff\xfe\"}{", "\u202eevil\u200b".encode(), b"\\" * 95, "\u00e9".encode() * 47):
        before = stage.watcher.count["homeassistant/device_tracker/floodwall_020000000000/presence/config"]
        stage.do(f"name 0 {name.hex()}")
        stage.do("later 6")
        wait_for(lambda: stage.watcher.count["homeassistant/device_tracker/floodwall_020000000000/presence/config"] > before, 10, name)
        shown = stage.config("device_tracker", FIRST, "presence")["device"]["name"]
        assert shown.isprintable() and len(shown.encode()) < 64, shown
    assert all(t.startswith(("homeassistant/", "floodwall/")) for t in stage.watcher.now), list(stage.watcher.now)


def commands(stage):
    stage.start_broker()
    stage.start()
    stage.settled()
    stage.publish(f"floodwall/{FIRST}/quarantine/set", "ON")
    stage.do("later 3")
    time.sleep(0.5)
    assert not stage.deeds and stage.state(FIRST, "quarantine") == "OFF", "commands are off by default"
    stage.do("commands 1")
    stage.do("held 2")
    switch = wait_for(lambda: stage.config("switch", FIRST, "quarantine"), 10, "a switch")
    assert switch["command_topic"] == f"floodwall/{FIRST}/quarantine/set" and switch["state_topic"] == f"floodwall/{FIRST}/quarantine"
    wait_for(lambda: not stage.config("binary_sensor", FIRST, "quarantine"), 10, "the sensor in its place to go")
    stage.publish(switch["command_topic"], "ON")
    stage.becomes(FIRST, "quarantine", "ON")
    wait_for(lambda: stage.deeds, 10, "the deed to be told")
    assert stage.deeds == ["MQTT decide switched on by MQTT"], stage.deeds
    stage.publish(switch["command_topic"], "ON")
    stage.do("later 6")
    stage.publish(switch["command_topic"], "OFF")
    stage.becomes(FIRST, "quarantine", "OFF")
    wait_for(lambda: len(stage.deeds) > 1, 10, "the second deed to be told")
    assert [d.split()[1] for d in stage.deeds] == ["decide", "release"], "what is so already is not done again"
    stage.publish(f"floodwall/{THIRD}/quarantine/set", "ON")
    stage.hears("never stopped")
    assert not stage.config("switch", THIRD, "quarantine")
    stage.do("commands 0")
    wait_for(lambda: stage.config("binary_sensor", FIRST, "quarantine") and not stage.config("switch", FIRST, "quarantine"), 10, "no switch")
    stage.publish(switch["command_topic"], "ON")
    stage.do("later 6")
    time.sleep(0.5)
    assert len(stage.deeds) == 2, stage.deeds


def hostile(stage):
    """Commands that are none, far too many of them, one that is far too large, and one that waits for us at each connection."""
    stage.start_broker()
    stage.publish(f"floodwall/{FIRST}/quarantine/set", "ON", "-r")
    stage.start(commands="true")
    stage.hears("it was retained")
    stage.settled()
    for topic, payload in ((FIRST, "on"), (FIRST, ""), (FIRST, "ON\x1b[2J"), (FIRST, "OFF "), ("02000000000z", "ON"), ("0200000000FF", "ON"), ("gateway", "ON"),
                           ("020000000077", "ON"), ("'; drop table", "ON"), (FIRST + "00", "ON"), (FIRST, b"\0\xff\xfe" * 1000)):
        stage.publish(f"floodwall/{topic}/quarantine/set", payload)
    stage.publish("homeassistant/status", b"\xff" * 100)
    stage.publish("homeassistant/device_tracker/floodwall_zz/presence/config", "{", "-r")
    time.sleep(0.5)
    assert not stage.deeds, stage.deeds
    assert len([s for s in stage.said if "was not done" in s]) == 1, "one sentence a minute"
    flood = "".join("ON\nOFF\n" for _ in range(3000)).encode()
    subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(stage.port), "-t", f"floodwall/{SECOND}/quarantine/set", "-l"], input=flood, check=True, timeout=60)
    time.sleep(1)
    assert len(stage.deeds) <= 3, "one in two seconds for one device"
    before = stage.do("memory")
    stage.publish(f"floodwall/{FIRST}/quarantine/set", b"x" * (60 << 20))
    stage.hears("more than 64 KiB", 20)
    grown = stage.do("memory") - before
    assert grown < 24 << 10, f"{grown} KiB for one message"
    stage.do("later 2")
    stage.hears("well again")
    print(f"  60 MiB in one message: {grown} KiB more resident")


def births(stage):
    """Home Assistant's word that it is there makes all be told again, but not at each word."""
    stage.start_broker()
    stage.start()
    stage.settled()
    topic = f"floodwall/{FIRST}/presence"
    before = stage.watcher.count[topic]
    stage.do("later 11")
    for _ in range(20):
        stage.publish("homeassistant/status", "online")
    wait_for(lambda: stage.watcher.count[topic] > before, 10, "all of it again")
    time.sleep(0.5)
    assert stage.watcher.count[topic] == before + 1, stage.watcher.count[topic]
    stage.do("later 11")
    wait_for(lambda: stage.watcher.count[topic] == before + 2, 10, "once more, for those that came meanwhile")


def changes_alone(stage):
    stage.start_broker()
    stage.start()
    stage.settled()
    time.sleep(0.5)
    before = sum(stage.watcher.count.values())
    for i in range(200):
        stage.do(f"state 1 {i % 2 * 3}")
        stage.do(f"junk {i}")
        time.sleep(0.01)
    assert stage.watcher.count[f"floodwall/{SECOND}/problem"] <= 3, stage.watcher.count
    assert sum(stage.watcher.count.values()) - before <= 8, stage.watcher.count
    quiet = sum(stage.watcher.count.values())
    time.sleep(5.5)
    assert sum(stage.watcher.count.values()) - quiet <= 2, "the last change, and nothing where nothing changes"


def broker_goes_and_comes(stage):
    stage.start_broker()
    stage.start()
    stage.do("state 1 3")
    stage.becomes(SECOND, "problem", "ON")
    stage.settled()
    before = {t: p for t, p in stage.watcher.now.items() if p}
    stage.stop_broker()
    stage.hears("tried again until it works")
    stage.do("later 30")
    time.sleep(0.3)
    stage.do("later 200")
    stage.do("state 2 1")
    stage.do("gone 0")
    time.sleep(0.3)
    assert len(stage.said) == 1, stage.said
    stage.start_broker()
    stage.do("later 61")
    stage.hears("well again")
    stage.becomes(THIRD, "problem", "ON")
    stage.settled()
    after = {t: p for t, p in stage.watcher.now.items() if p}
    assert {t for t in before if FIRST not in t} == set(after), set(before) ^ set(after)
    assert stage.state(SECOND, "problem") == "ON" and stage.topic("floodwall/status") == "online"
    assert len(stage.said) == 2, stage.said


def last_will(stage):
    stage.start_broker()
    stage.start()
    wait_for(lambda: stage.topic("floodwall/status") == "online", 10, "online")
    stage.end(signal.SIGKILL)
    wait_for(lambda: stage.topic("floodwall/status") == "offline", 10, "the last will")
    stage.start()
    wait_for(lambda: stage.topic("floodwall/status") == "online", 10, "online")
    stage.end()
    wait_for(lambda: stage.topic("floodwall/status") == "offline", 10, "goodbye")


def who_is_gone(stage):
    """The topics of a device that left are emptied, those that an earlier run left behind after an hour, and nobody else's."""
    stage.start_broker()
    stage.publish("homeassistant/device_tracker/floodwall_020000000099/presence/config", "{}", "-r")
    stage.publish("floodwall/020000000099/presence", "home", "-r")
    stage.publish("homeassistant/device_tracker/other_020000000099/presence/config", "{}", "-r")
    stage.start()
    stage.settled()
    stage.do("gone 1")
    wait_for(lambda: not any(p for t, p in stage.watcher.now.items() if SECOND in t), 10, "nothing of a device that is gone")
    stage.do("later 3000")
    time.sleep(0.5)
    assert stage.state("020000000099", "presence") == "home"
    stage.do("later 700")
    wait_for(lambda: stage.state("020000000099", "presence") == "", 10, "an earlier run's device to go")
    assert stage.topic("homeassistant/device_tracker/floodwall_020000000099/presence/config") == ""
    assert stage.topic("homeassistant/device_tracker/other_020000000099/presence/config") == "{}"
    assert stage.state(FIRST, "presence")


def passwords(stage):
    path, login = os.path.join(stage.folder, "passwords"), os.path.join(stage.folder, "login")
    subprocess.run(["mosquitto_passwd", "-b", "-c", path, "fw", "right"], check=True)
    os.chmod(path, 0o644)
    with open(login, "w", encoding="utf-8") as out:
        out.write("fw\nwrong\n")
    stage.start_broker("allow_anonymous false", f"password_file {path}", secure=("-u", "fw", "-P", "right"))
    stage.start(login=login)
    said = stage.hears("the broker does not allow us in") if any("allow" in s for s in stage.said) else stage.hears("the broker ")
    assert "wrong" not in said.replace("missing or wrong", ""), "the password is not told"
    stage.do("later 60")
    time.sleep(0.3)
    assert len(stage.said) == 1, stage.said
    stage.end()
    with open(login, "w", encoding="utf-8") as out:
        out.write("fw\nright\n")
    stage.start(login=login)
    stage.settled()
    stage.end()
    for text in ("", "fw\n", "fw\n" + "x" * 300 + "\n"):
        with open(login, "w", encoding="utf-8") as out:
            out.write(text)
        stage.start(login=login)
        stage.hears("the user in its first line")
        stage.end()
    stage.start(login="/nonexistent/login")
    stage.hears("cannot be read")


def nobody_says_anything(stage):
    """A port that takes connections and is silent, one that talks something else, one that hangs up, and none at all: nothing waits."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        stage.start(port=silent.getsockname()[1])
        peers = [silent.accept()]
        assert stage.do("memory") and not stage.said
        stage.do("later 11")
        stage.hears("says nothing")
        for _ in range(5):
            stage.do("later 61")
            peers.append(silent.accept())
            stage.do("later 11")
            time.sleep(0.2) # four ticks: it is given up before the clock goes on
        assert len(stage.said) == 1, stage.said
        stage.end()
        for peer, _ in peers:
            peer.close()
    for answer in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x20\x02\x00\x00\x30\xff\xff\xff\x7f", b"\x20\xff\xff\xff\xff\xff", b"\xff" * 4096, b"", b"\x20\x02\x00\x63"):
        with socket.create_server(("127.0.0.1", 0)) as odd:
            stage.start(port=odd.getsockname()[1])
            peer, _ = odd.accept()
            peer.sendall(answer)
            peer.close()
            stage.hears("tried again")
            stage.end()
    stage.start(port=free_port())
    stage.hears("nobody answers at the broker's port")
    stage.end()
    stage.start(host="broker.invalid")
    begun = time.monotonic()
    assert stage.do("memory")
    assert time.monotonic() - begun < 1, "a name is not waited for"
    stage.hears("has no address", 30)


def many_devices(stage):
    stage.start(devices=10000)
    stage.hears("nobody answers")
    before = stage.do("memory")
    stage.start_broker()
    stage.do("later 2")
    wait_for(lambda: len([t for t in stage.watcher.now if t.endswith("/presence/config")]) == 1024, 60, "1,024 devices")
    stage.do("later 6")
    wait_for(lambda: len([t for t in list(stage.watcher.now) if t.endswith("/attributes")]) == 1024, 60, "their attributes")
    grown = stage.do("memory") - before
    print(f"  10,000 devices, 1,024 of them told: {grown} KiB more resident")
    assert grown < 24 << 10, grown
    stage.stop_broker()
    stage.hears("tried again")
    away = stage.do("memory")
    for i in range(200):
        stage.do(f"state {i} 3")
        stage.do("later 5")
    assert stage.do("memory") - away < 2 << 10, "an absence costs nothing"


def certificates(stage):
    """A certificate of another issuer, or for another host, ends it; ours is asked for and shown."""
    here = os.path.join(stage.folder, "tls")
    os.mkdir(here)

    def make(name, subject, *more):
        subprocess.run(["openssl", "req", "-x509" if not more else "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{here}/{name}.key", "-subj", subject,
            "-days", "30", "-out", f"{here}/{name}.pem" if not more else f"{here}/{name}.csr"][:None], check=True, capture_output=True)
        os.chmod(f"{here}/{name}.key", 0o644)
        if more:
            with open(f"{here}/{name}.ext", "w", encoding="utf-8") as out:
                out.write(more[0])
            subprocess.run(["openssl", "x509", "-req", "-in", f"{here}/{name}.csr", "-CA", f"{here}/ca.pem", "-CAkey", f"{here}/ca.key", "-CAcreateserial", "-days", "30",
                "-extfile", f"{here}/{name}.ext", "-out", f"{here}/{name}.pem"], check=True, capture_output=True)

    make("ca", "/CN=home")
    make("other", "/CN=elsewhere")
    make("broker", "/CN=broker", "subjectAltName=DNS:localhost\n")
    make("ours", "/CN=floodwall", "extendedKeyUsage=clientAuth\n")
    mine = {"ca": f"{here}/ca.pem", "certificate": f"{here}/ours.pem", "key": f"{here}/ours.key"}
    stage.start_broker("allow_anonymous true", f"cafile {here}/ca.pem", f"certfile {here}/broker.pem", f"keyfile {here}/broker.key", "require_certificate true",
        secure=("--cafile", f"{here}/ca.pem", "--cert", f"{here}/ours.pem", "--key", f"{here}/ours.key", "--insecure"))
    for wrong in ({"host": "127.0.0.1"} | mine, {"host": "localhost"} | mine | {"ca": f"{here}/other.pem"}, {"host": "localhost", "ca": mine["ca"]}):
        stage.start(**wrong)
        stage.hears("tried again")
        assert not any("020000000000" in topic for topic in stage.watcher.now), wrong
        stage.end()
    stage.start(host="localhost", **mine)
    stage.settled()
    stage.end()
    stage.start(host="localhost", ca=f"{here}/none.pem")
    stage.hears("holds no certificates that can be read")
    stage.end()
    stage.start(host="localhost", ca=mine["ca"], certificate=mine["certificate"], key=f"{here}/other.key")
    stage.hears("holds no key of that certificate")


STORIES = [discovery, states, names_of_the_network, commands, hostile, births, changes_alone, broker_goes_and_comes, last_will, who_is_gone, passwords,
           nobody_says_anything, many_devices, certificates]


def main():
    if missing := [tool for tool in ("mosquitto", "mosquitto_sub", "mosquitto_pub", "mosquitto_passwd", "openssl") if not shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin")]:
        skip(f"{', '.join(missing)} missing")
    os.environ["PATH"] += ":/usr/sbin"
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=2" # which would be measured as ours
    failed = []
    for story in STORIES:
        if len(sys.argv) > 2 and story.__name__ not in sys.argv[2:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            stage = Stage(os.path.abspath(sys.argv[1]), folder)
            begun = time.monotonic()
            try:
                story(stage)
                stage.end()
                print(f"ok {story.__name__} {time.monotonic() - begun:.1f} s", flush=True)
            except Exception:
                failed.append(story.__name__)
                print(f"FAILED {story.__name__}\n{traceback.format_exc()}  said: {stage.said}\n  deeds: {stage.deeds}", flush=True)
            finally:
                stage.close()
    sys.exit(bool(failed))


main()
