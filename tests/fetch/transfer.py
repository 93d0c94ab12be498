#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Zones from real servers: transfers, keys, NOTIFY, polling, a million names, and servers that die.

usage: transfer.py FOLLOW

Runs in a network namespace of its own, which ends with it; every server is ended by its process id.
"""
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from servers import NOTIFY_PORT, PORT, SECRET, Bind, Knot, Nsd, die_with_parent, installed  # noqa: E402

SMALL = '*.wild TXT "x"\nsub NS ns.example.net.\na.b.c A 192.0.2.7\nalias DNAME example.net.\n'
MANY = 1000000
KEY = f"hmac-sha256:transfer.key:{SECRET}"


class Follow:
    """follow.c, and the lines it prints."""

    def __init__(self, program, zones, key=KEY, watched="new.small.test", seconds=60, address="127.0.0.1", **environment):
        self.process = subprocess.Popen(
            [program, address, str(PORT), str(NOTIFY_PORT), str(seconds), key, watched, *zones], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}, preexec_fn=die_with_parent)
        self.lines, self.seen = queue.Queue(), []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def wait(self, *words, seconds=30, without=()):
        """The next line with all these words; fails on one with any of the others."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line with {words} in {seconds} s; the last: {self.seen[-8:]}") from None
            self.seen.append(line)
            assert not any(word in line.split() for word in without), line
            if all(word in (line if " " in word else line.split()) for word in words):
                return line

    def end(self):
        self.process.kill()
        self.process.wait()


def field(line, name):
    words = line.split()
    return float(words[words.index(name) + 1])


class Story:
    def __init__(self, program, kind):
        self.program, self.kind = program, kind
        self.folder, self.server, self.follows = None, None, []

    def begin(self, zones=None, **options):
        self.folder = tempfile.mkdtemp(prefix="floodwall-fetch-")
        self.server = self.kind(self.folder, zones or {"small.test": SMALL}, **options)
        self.server.start()

    def follow(self, zones=("small.test",), **options):
        self.follows.append(Follow(self.program, zones, **options))
        return self.follows[-1]

    def finish(self):
        for follow in self.follows:
            follow.end()
        if self.server:
            self.server.kill()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def with_the_right_key(story):
    """Over both families, each algorithm: 7 records (SOA, NS, A, and four)."""
    for algorithm in ("hmac-sha256", "hmac-sha512", "hmac-sha1"):
        story.begin(algorithm=algorithm)
        for address in ("127.0.0.1", "::1"):
            follow = story.follow(key=f"{algorithm}:transfer.key:{SECRET}", address=address, watched="*.wild.small.test")
            line = follow.wait("loaded", "small.test.", without=["failed"])
            assert field(line, "records") == 7 and field(line, "watched") == 1, line
            follow.wait("polled", "small.test.", without=["failed"])
            follow.end()
        story.server.kill()
        shutil.rmtree(story.folder)


def with_a_wrong_key(story):
    story.begin()
    wrong = SECRET.replace("MTIz", "MTIy")
    for key, words in ((f"hmac-sha256:transfer.key:{wrong}", ("failed", "129")), (f"hmac-sha256:other.key:{SECRET}", ("failed", "129")),
                       (f"hmac-sha512:transfer.key:{SECRET}", ("failed",)), ("-", ("failed", "13", "may we transfer it?"))):
        follow = story.follow(key=key)
        line = follow.wait(*words, without=["loaded"])
        print("   ", line.split(" ", 4)[4])
        follow.end()


def without_a_key(story):
    story.begin(keyed=False)
    line = story.follow(key="-").wait("loaded", "small.test.", without=["failed"])
    assert field(line, "records") == 7, line


def not_a_zone_of_its(story):
    story.begin()
    follow = story.follow(zones=["other.test", "small.test"])
    follow.wait("loaded", "small.test.")
    print("   ", follow.wait("failed", "other.test.").split(" ", 4)[4])


def told_by_notify(story):
    """Polls once a minute, so whatever comes sooner came by NOTIFY."""
    story.begin()
    follow = story.follow(FOLLOW_POLL_MS="60000")
    follow.wait("loaded", "small.test.", without=["failed"])
    for change in range(3):
        story.server.write("small.test", more=f"new{'' if change == 2 else change} A 192.0.2.9\n")
        changed = time.monotonic()
        story.server.reload("small.test")
        told = follow.wait("notify", "0", "small.test.", "fresh", seconds=20)
        loaded = follow.wait("loaded", "small.test.", seconds=20)
        ours = float(loaded.split()[0]) - float(told.split()[0])
        print(f"    handed on {ours:.1f} ms after NOTIFY, {1000 * (float(loaded.split()[0]) / 1000 - changed):.1f} ms after the change")
        assert field(loaded, "records") == 8 + change and ours < 1000, loaded
        time.sleep(1.1)  # NSD tells of changes a second apart
    assert field(loaded, "watched") == 1, loaded


def seen_by_polling(story):
    story.begin(notify=False)
    follow = story.follow()
    follow.wait("loaded", "small.test.", without=["failed"])
    story.server.write("small.test", more="new A 192.0.2.9\n")
    story.server.reload("small.test")
    line = follow.wait("loaded", "small.test.", seconds=20)
    assert field(line, "watched") == 1 and field(line, "serial") == 2, line
    assert not any(" notify " in seen for seen in follow.seen)


def names(many):
    return "".join(f"n{number:07} A 192.0.2.{number % 250}\n" for number in range(many))


def a_million_names(story):
    """Then the server is killed in the middle, comes back with a newer zone, and only that is taken. BIND, which takes seconds to load one, has a tenth."""
    many = MANY // 10 if story.kind is Bind else MANY
    story.begin({"big.test": names(many), "small.test": SMALL})
    follow = story.follow(["big.test", "small.test"], watched=f"n{many - 1:07}.big.test", FOLLOW_POLL_MS="60000")
    line = follow.wait("loaded", "big.test.", seconds=60)
    assert field(line, "records") == many + 3 and field(line, "watched") == 1, line
    print(f"    {many} names in {field(line, 'took'):.0f} ms, of them {field(line, 'cpu'):.0f} ms ours, {field(line, 'bytes') / 1e6:.1f} MB")
    follow.end()
    follow = story.follow(["big.test"], watched="more.big.test", FOLLOW_MIDWAY=str(many // 10))
    follow.wait("midway", without=["failed", "loaded"])
    story.server.kill()
    follow.process.stdin.write("\n")
    follow.process.stdin.flush()
    line = follow.wait("failed", "104", "in the middle", without=["loaded"])
    print("   ", line.split(" ", 4)[4])
    follow.wait("failed", "111", without=["loaded"])
    story.server.write("big.test", more="more A 192.0.2.9\n")
    story.server.start()
    follow.process.stdin.write("\n\n\n")
    follow.process.stdin.flush()
    line = follow.wait("loaded", "big.test.", seconds=60)
    assert field(line, "records") == many + 4 and field(line, "watched") == 1 and field(line, "serial") == 2, line


def many_zones(story):
    """Two at a time."""
    zones = {f"z{number}.test": SMALL for number in range(500)}
    story.begin(zones)
    begun = time.monotonic()
    follow = story.follow(list(zones))
    loaded = {follow.wait("loaded", without=["failed"]).split()[2] for _ in zones}
    assert loaded == {f"{zone}." for zone in zones}
    print(f"    {len(zones)} zones in {1000 * (time.monotonic() - begun):.0f} ms")


STORIES = (with_the_right_key, with_a_wrong_key, without_a_key, not_a_zone_of_its, told_by_notify, seen_by_polling, a_million_names, many_zones)


def tell(program, kind, play):
    story = Story(program, kind)
    try:
        play(story)
        print(f"ok   {kind.name}: {play.__name__.replace('_', ' ')}")
        return True
    except AssertionError as fault:
        print(f"FAIL {kind.name}: {play.__name__.replace('_', ' ')}: {fault}")
        return False
    finally:
        story.finish()
        sys.stdout.flush()


def main():
    if len(sys.argv) == 2:
        if os.geteuid() != 0 or not shutil.which("unshare"):
            print("SKIP transfer: needs root, for a network namespace of its own")
            return 77
        return subprocess.run(["unshare", "--net", sys.executable, *sys.argv, "inside"], check=False).returncode
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    os.environ["PATH"] += ":/usr/sbin"
    kinds = [kind for kind in (Knot, Nsd, Bind) if installed(kind)]
    for kind in (Knot, Nsd, Bind):
        if kind not in kinds:
            print(f"SKIP transfer: {kind.program} is not here")
    results = [tell(sys.argv[1], kind, play) for kind in kinds for play in STORIES]
    if not results:
        return 77
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
