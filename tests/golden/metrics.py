#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The numbers for Prometheus by promtool's judgement; what docs/metrics.md and the example dashboard name is what there is, and the page's own is among it.

usage: metrics.py METRICS_SHOW DOCS FLOODWALL [WEB_STAND]      WEB_STAND: the page's server (tests/web/serve.c), where it is built
"""
import json
import os
import re
import shutil
import subprocess
import sys

show, docs, floodwall = sys.argv[1:4]
ROLES = ("guard", "shield")


def written(role):
    return subprocess.run([show, role], check=True, capture_output=True, text=True).stdout


def served():
    """What the page's server writes behind a role's numbers, which are one here."""
    if len(sys.argv) < 5:
        return ""
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../web"))
    from stand import Stand
    with Stand(sys.argv[4], "open") as stand:
        status, _, body = stand.ask("GET", "/metrics")
    assert status == 200 and b"floodwall_up 1\n" in body, (status, body)
    return body.decode().partition("floodwall_up 1\n")[2]


def samples(text):
    """{(name, labels): value} of all that is no comment."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, value = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line).groups()
            found[name, frozenset(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or ""))] = float(value)
    return found


def value(all_samples, name, **labels):
    return all_samples[f"floodwall_{name}", frozenset(labels.items())]


def by_promtool(texts):
    for role, text in texts.items():
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and not done.stdout and not done.stderr, (role, done)
    wrong = texts["guard"].replace("_total counter", "_total gauge", 1)
    assert subprocess.run(["promtool", "check", "metrics"], input=wrong, capture_output=True, text=True, check=False).returncode, "promtool would not notice"


def the_views_numbers(guard, shield):
    for both in (guard, shield):
        for name, wanted in (("uptime_seconds", 1100), ("start_time_seconds", 7), ("resident_memory_bytes", 12345678), ("decisions", 19), ("configuration_generation", 3),
                             ("mqtt_messages_total", 71), ("mqtt_commands_total", 72), ("mqtt_commands_refused_total", 73), ("mqtt_connections_total", 74),
                             ("mqtt_devices", 75), ("mqtt_devices_left_out", 76), ("mqtt_connected", 1)):
            assert value(both, name) == wanted, (name, value(both, name))
    assert value(guard, "store_sound") == 0 and value(shield, "store_sound") == 1
    assert value(guard, "guard_packets_total", way="out", outcome="dropped", reason="blocked") == 51
    assert value(guard, "guard_bytes_total", way="out", outcome="dropped", reason="blocked") == 5100
    assert value(guard, "findings", kind="scan", severity="high") == 5 and value(guard, "findings", kind="flood", severity="high") == 2
    assert value(guard, "findings", kind="flood", severity="low") == 0 and value(guard, "findings_muted") == 1 and value(guard, "findings_total") == 14, "their number is none of them"
    assert value(guard, "findings_lost_total") == 5
    assert value(guard, "findings_acted", act="quarantined") == 2 and value(guard, "devices", stand="quarantined") == 1
    assert value(guard, "devices_state", state="hijacked") == 1 and value(guard, "devices_state", state="clean") == 3
    assert (value(guard, "frames_seen_total"), value(guard, "frames_lost_total"), value(guard, "strangers_total"), value(guard, "blind_spots")) == (101, 102, 103, 2)
    assert value(guard, "table_entries", table="devices") == 4 and value(guard, "table_size_entries", table="devices") == 1024
    assert value(guard, "interfaces_attached") == 1 and value(guard, "interfaces_configured") == 2
    assert value(shield, "stance", stance="watch") == 1 and value(shield, "stance", stance="calm") == 0 and value(shield, "attached") == 1
    assert value(shield, "questions_total", lane="proven", outcome="passed") == 32 and value(shield, "table_bytes", table="names") == 43
    assert value(shield, "zone_names", zone='a\\"b\\\\c') == 0
    assert value(guard, "build_info", version="0.1.0", role="guard") == 1
    assert value(shield, "build_info", version="0.1.0", role="shield", interface="eth0", xdp="native") == 1


def bounded(guard, shield):
    """Closed lists: the labels that there are, and how many series a view full of numbers has."""
    known = {"version", "role", "interface", "xdp", "way", "outcome", "reason", "stand", "state", "kind", "severity", "act", "filter", "mode", "table", "lane", "stance", "zone", "class"}
    labels = {name for both in (guard, shield) for _, pairs in both for name, _ in pairs}
    assert labels <= known, labels - known
    reasons = {dict(pairs)["reason"] for _, pairs in shield if "reason" in dict(pairs)}
    assert len(guard) < 400 and len(shield) - 8 * len(reasons) < 300, (len(guard), len(shield), len(reasons))
    print(f"guard {len(guard)} series, shield {len(shield)}, of which {8 * len(reasons)} are outcomes and reasons")


def names_in(text):
    return set(re.findall(r"\bfloodwall_[a-z0-9_]+", text))


def described(names):
    with open(os.path.join(docs, "metrics.md"), encoding="utf-8") as file:
        text = file.read()
    if not any(name.startswith("floodwall_page_") for name in names):
        print("the page's families were not looked at: it is not built")
        text = "".join(line for line in text.splitlines(True) if not line.startswith("| `floodwall_page_"))
    tables = "".join(line for line in text.splitlines(True) if line.startswith("|"))
    assert names_in(tables) == names, names_in(tables) ^ names
    assert names_in(text) <= names, names_in(text) - names


def commands():
    """Those that the text names are understood: what they lack here is a daemon."""
    with open(os.path.join(docs, "metrics.md"), encoding="utf-8") as file:
        named = re.findall(r"`floodwall ([a-z][^`]*)`", file.read())
    assert named
    for words in named:
        done = subprocess.run([floodwall, *words.split(), "--socket", "/nonexistent/socket"], capture_output=True, text=True, check=False)
        assert "no daemon answers there" in done.stderr, (words, done)


def dashboard(names, texts):
    with open(os.path.join(docs, "grafana-dashboard.json"), encoding="utf-8") as file:
        board = json.load(file)
    shown = [panel for panel in board["panels"] if panel["type"] != "row"]
    assert len(shown) > 12 and len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    for panel in shown:
        for target in panel["targets"]:
            used = names_in(target["expr"])
            assert used and used <= names, (panel["title"], used - names)
            for label, word in re.findall(r'(\w+)=~?"([^"$]+)"', target["expr"]):
                assert all(f'{label}="{one}"' in texts["guard"] + texts["shield"] for one in word.split("|")), (label, word)
            for label in re.findall(r"by \((\w+)\)|\{\{(\w+)\}\}", target["expr"] + target["legendFormat"]):
                assert f'{label[0] or label[1]}="' in texts["guard"] + texts["shield"], label
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
    assert names_in(json.dumps(board)) <= names


def main():
    texts = {role: written(role) for role in ROLES}
    numbers = {role: samples(text) for role, text in texts.items()}
    page = served()
    names = {name for role in ROLES for name, _ in numbers[role]} | {name for name, _ in samples(page)}
    the_views_numbers(numbers["guard"], numbers["shield"])
    bounded(numbers["guard"], numbers["shield"])
    described(names)
    commands()
    dashboard(names, texts)
    if not shutil.which("promtool"):
        print("SKIP metrics: promtool is missing")
        sys.exit(77)
    by_promtool({**texts, "guard": texts["guard"] + page, "page": page} if page else texts)


main()
