#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The unit, by systemd's own judgement where it is there; and what the daemon says to a manager, which this test plays.

usage: service.py unit UNIT FLOODWALL | service.py manager FLOODWALL [SCHEMA]
"""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import running


def unit(path, floodwall):
    if not shutil.which("systemd-analyze"):
        running.skip("systemd-analyze is missing")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert "@" not in re.sub(r"@system-service", "", text), "something was not filled in"
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, "floodwall.service")
        with open(made, "w", encoding="utf-8") as file:
            file.write(re.sub(r"(?m)^(Exec\w+=)\S*/floodwall ", rf"\1{os.path.abspath(floodwall)} ", text))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", made], capture_output=True, text=True, timeout=60, check=False)
    ours = [line for line in done.stderr.splitlines() if "floodwall.service" in line]
    assert done.returncode == 0 and not ours, done
    wrong = text.replace("WatchdogSec=", "WatchDogSecs=")
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, "floodwall.service")
        with open(made, "w", encoding="utf-8") as file:
            file.write(wrong)
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", made], capture_output=True, text=True, timeout=60, check=False)
    assert "WatchDogSecs" in done.stderr, "systemd-analyze would not notice a wrong key"


class Manager:
    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address.replace("@", "\0", 1))
        if address.startswith("/"):
            os.chmod(address, 0o777)
        self.socket.settimeout(20)

    def hears(self, but=()):
        """The next message that is none of those."""
        while (said := self.socket.recv(4096).decode().splitlines())[0] in but:
            pass
        return said


def talks_to_its_manager(bed):
    for address in (f"{bed.folder}/notify", f"@floodwall-test-{os.getpid()}"):
        manager = Manager(address)
        os.environ.update(NOTIFY_SOCKET=address, WATCHDOG_USEC="1000000")
        os.environ.pop("WATCHDOG_PID", None)
        bed.configure()
        bed.run()
        assert manager.hears() == ["READY=1", "STATUS=Protects."]
        assert [manager.hears() for _ in range(3)] == [["WATCHDOG=1"]] * 3
        bed.daemon.send_signal(signal.SIGHUP)
        reloading = manager.hears(but=("WATCHDOG=1",))
        assert reloading[0] == "RELOADING=1" and re.fullmatch(r"MONOTONIC_USEC=\d+", reloading[1]), reloading
        assert manager.hears(but=("WATCHDOG=1",)) == ["READY=1", "STATUS=Protects."]
        bed.configure(more="nonsense: 1\n")
        assert bed.request(do="reload")["ok"] is False
        assert manager.hears(but=("WATCHDOG=1",))[0] == "RELOADING=1"
        assert manager.hears(but=("WATCHDOG=1",)) == ["READY=1", "STATUS=The configuration was refused; the earlier one holds."]
        assert bed.end() == 0
        assert manager.hears(but=("WATCHDOG=1",)) == ["STOPPING=1"]
        manager.socket.close()


def says_nothing_to_others(bed):
    """A watchdog that is meant for another process, a socket that nobody hears, names that are none: the daemon runs."""
    manager = Manager(f"{bed.folder}/other")
    os.environ.update(NOTIFY_SOCKET=f"{bed.folder}/other", WATCHDOG_USEC="400000", WATCHDOG_PID="1")
    bed.configure()
    bed.run()
    assert manager.hears()[0] == "READY=1"
    assert bed.end() == 0
    assert manager.hears() == ["STOPPING=1"]
    for name in (f"{bed.folder}/nobody", "relative", "", "@", "/" + "x" * 200):
        os.environ.update(NOTIFY_SOCKET=name, WATCHDOG_USEC="many", WATCHDOG_PID="")
        bed.run()
        assert bed.end() == 0
    bed.command("bypass", "-c", bed.configuration)


if __name__ == "__main__":
    if sys.argv[1] == "unit":
        unit(*sys.argv[2:])
    else:
        del sys.argv[1]
        running.tell([talks_to_its_manager, says_nothing_to_others], sys.argv[1])
