# SPDX-License-Identifier: GPL-2.0-or-later
"""`floodwall inspect` beside other readers of captures: whole processes on the same files, in turn in one run, median of five."""
import os
import shutil
import statistics
import subprocess
import tempfile
import time

from results import spread

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.path.join(ROOT, "..", "shared", "captures")
RUNS = 5
TOOLS = {"tcpdump copy": "tcpdump", "softflowd": "softflowd", "ndpiReader": "ndpiReader", "p0f": "p0f"}
MIX = ["botnet/iot23_8-1_hakai_c2.pcap", "botnet/slips_cc1_periodic_tls.pcap", "botnet/slips_test7_hide_and_seek.pcap",
       "iot/neu_yi_camera_p2p.pcap", "iot/malcolm_telnet_mix.pcap", "iot/lsc_moodlight_tuya.pcap", "iot/iot_inspector_app.pcap",
       "dns/malcolm_dns_mix.pcap", "ddos/synflood_spoofed_25565.pcap", "ddos/dahua_dhip_37810_bacnet_reflection.pcap", "ddos/cic2019_synflood_lucid.pcap"]


def run(command):
    """Seconds of wall clock and the largest resident set in MiB."""
    with open(os.devnull, "r+b") as null:
        began = time.monotonic()
        process = subprocess.Popen(command, stdin=null, stdout=null, stderr=null)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{command}: exit {process.returncode}")
    return took, usage.ru_maxrss / 1024


def commands(floodwall, capture):
    rivals = {
        "tcpdump copy": ["tcpdump", "-r", capture, "-w", "/dev/null"],
        "softflowd": ["softflowd", "-d", "-r", capture],
        "ndpiReader": ["ndpiReader", "-q", "-i", capture],
        "p0f": ["p0f", "-r", capture],
    }
    found = {name: command for name, command in rivals.items() if shutil.which(command[0])}
    return {"floodwall": [floodwall, "inspect", "--format", "json", "-o", "/dev/null", capture], **found}


def compare(floodwall, label, capture, results):
    """All readers on one capture; returns our largest resident set in MiB."""
    tools = commands(floodwall, capture)
    taken = {name: [] for name in tools}
    for command in tools.values():
        run(command)  # warms the page cache
    for _ in range(RUNS):
        for name, command in tools.items():
            taken[name].append(run(command))
    seconds = {name: [took for took, _ in runs] for name, runs in taken.items()}
    memory = {name: [mib for _, mib in runs] for name, runs in taken.items()}
    print(f"\n{label}: {os.path.getsize(capture) / 1e6:.0f} MB")
    for name in taken:
        times = statistics.median(seconds[name]) / statistics.median(seconds["floodwall"])
        print(f"  {name:14} {statistics.median(seconds[name]):7.2f} s (spread {spread(seconds[name]):.2f})  {max(memory[name]):7.1f} MiB" +
              ("" if name == "floodwall" else f"   floodwall is {times:.2f} times as fast"))
        if name == "floodwall":
            continue
        results.add(f"inspect {label} time", "s", seconds["floodwall"], seconds[name], name)
        results.add(f"inspect {label} memory", "MiB", [max(memory["floodwall"])], [max(memory[name])], name)
    return max(memory["floodwall"])


def measure(build, results, rounds=30):
    floodwall = os.path.join(build, "src", "cli", "floodwall")
    for name, tool in TOOLS.items():
        if not shutil.which(tool):
            results.skip(name, f"{tool} is not installed")
    with tempfile.TemporaryDirectory(prefix="floodwall-bench-") as folder:
        scanner = os.path.join(folder, "scanner.pcap")
        subprocess.run([os.path.join(build, "tests", "gen", "generate"), "scanner", scanner], check=True)
        compare(floodwall, "scanner (1,000,000 packets, 500,000 flows)", scanner, results)
        if not os.path.isdir(SHARED) or not shutil.which("mergecap"):
            results.skip("inspect mix", "../shared/captures or mergecap is not here")
            return
        mix, twice = os.path.join(folder, "mix.pcap"), os.path.join(folder, "twice.pcap")
        listed = [os.path.join(SHARED, name) for name in MIX]
        subprocess.run(["mergecap", "-a", "-F", "pcap", "-w", mix, *listed * rounds], check=True)
        once = compare(floodwall, f"mix ({rounds} rounds of real captures)", mix, results)
        subprocess.run(["mergecap", "-a", "-F", "pcap", "-w", twice, mix, mix], check=True)
        double = run(commands(floodwall, twice)["floodwall"])[1]
        print(f"  memory when the file is doubled: {once:.1f} -> {double:.1f} MiB")
        results.add("inspect memory, file doubled", "MiB", [double], [once], "floodwall, file once")
