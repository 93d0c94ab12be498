# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of a daemon that knows 10,000 devices and 1,000,000 findings: what its addresses take over HTTP, memory at the peak, idle CPU (tests/daemon/scale.py)."""
import json
import os
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BOUND_MS, BOUND_IDLE, BOUND_MIB, IDLE_S = 200, 1, 64, 60
SOURCE = "the project's own goal"


def measure(build, results):
    program = os.path.join(build, "src/cli/floodwall")
    if os.geteuid():
        results.skip("page: 10,000 devices", "not root")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "figures")
        done = subprocess.run([sys.executable, os.path.join(ROOT, "tests/daemon/scale.py"), program, ROOT], stdout=subprocess.PIPE, text=True, check=False,
                              env=os.environ | {"FLOODWALL_SCALE": path, "FLOODWALL_IDLE_S": str(IDLE_S)})
        if not os.path.exists(path):
            results.skip("page: 10,000 devices", (done.stdout.strip().splitlines() or ["it ended"])[-1])
            return
        with open(path, encoding="utf-8") as file:
            figures = json.load(file)
    print("\nPage: 10,000 devices and 1,000,000 findings, over HTTP, signed in: ms, median and 95th percentile")
    for address, taken in figures.get("ms", {}).items():
        print(f"  {statistics.median(taken):8.1f} {statistics.quantiles(taken, n=20)[-1]:8.1f}  {address}")
        results.hold(f"page: {address}", "ms", taken, BOUND_MS, "bound", SOURCE)
    for name, key, unit, bound in (("peak memory", "peak", "MiB", BOUND_MIB), ("peak memory, 200 devices in a small box", "small_peak", "MiB", BOUND_MIB),
                                   ("idle CPU", "idle", "%", BOUND_IDLE)):
        if key in figures:
            results.hold(f"page: {name}", unit, [figures[key]], bound, "bound", SOURCE)
