# SPDX-License-Identifier: GPL-2.0-or-later
"""What names cost in memory: the shield's maps as the kernel accounts them, and the names in user space."""
import json
import os
import subprocess

from results import number

SIZES = [10, 10000, 1000000]
XDP_FILTER_BYTES = 106  # a stated figure: it is not loaded here
XDP_FILTER_SOURCE = "memlock 1,063,040 of its table of 10,000 IPv4 addresses, read once by bpftool on a machine of two CPUs"


def measure(build, results):
    program = os.path.join(build, "tests/bench/memory")
    if not os.path.exists(program):
        results.skip("shield: memory", "built without libbpf or clang")
        return
    print("\nMemory of the shield, MiB (two tables of names, so that one can be filled while the other holds)")
    for names in SIZES:
        done = subprocess.run([program, os.path.join(build, "src/bpf/shield.bpf.o"), str(names)], capture_output=True, text=True)
        if done.returncode == 77:
            results.skip("shield: memory", "BPF is not for us here (root?): " + done.stderr.strip())
            return
        if done.returncode:
            raise SystemExit(f"{program}: exit {done.returncode}: {done.stderr}")
        said = json.loads(done.stdout)
        tables = said["maps"]["shield_names_a"] + said["maps"]["shield_names_b"]
        kernel, user = sum(said["maps"].values()), said["user_bytes"]
        each = (tables + user) / said["names_in_table"]
        print(f"  {number(names):>9} names: maps {kernel / 2**20:6.1f} (names {tables / 2**20:.1f}), user space {user / 2**20:.1f}, at most {said['user_peak_kib'] / 1024:.1f} while loading; "
              f"{each:.0f} bytes a name ({tables / said['names_in_table']:.0f} in the kernel)")
        if names >= 10000:
            results.hold(f"shield: memory a name, {number(names)} names", "bytes", [each], XDP_FILTER_BYTES, "xdp-filter, an address", XDP_FILTER_SOURCE)
            results.hold(f"shield: memory in all, {number(names)} names", "MiB", [(kernel + user) / 2**20], (kernel + user - tables) / 2**20,
                         "the shield without its names in the kernel", "no rival: our own sum of this run, less the two tables of names")
