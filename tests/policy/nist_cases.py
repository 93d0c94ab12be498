# SPDX-License-Identifier: GPL-2.0-or-later
"""The NIST expectations of ../shared/captures/mud as plain values: who is there, what each policy is, which exchange is allowed.

    for case in read_cases(captures):
        case.hosts["h1"].ip, .mac, .mud_url (or None), .side ("inside", "outside", "gateway"), .listens [("tcp", 80), ...]
        case.policies {mud_url: path of its file}, case.controllers {class or MUD URL: [address, ...]}
        case.names {name: address}, case.dns [address, ...], case.local [cidr, ...], case.gateway, case.gateway_outside
        for check in case.checks:
            check.id, .opener, .peer (hosts), .address, .name (dialled, or None), .protocol ("tcp", "udp", "icmp"), .port, .source_port
            check.allowed      what has to come of it: RFC 8520 where it and the original test disagree
            check.disagrees    True there
            check.asserted     "strict", "tolerant", "vacuous"; each is to be shown, the last two with a listener that lives

A MUD URL belongs to the file that says so inside; where the association gives devices a URL that no file of the case carries, the first
file is taken for it, as the note of that case says.
"""
import dataclasses
import json
import pathlib


@dataclasses.dataclass
class Host:
    name: str
    ip: str
    mac: str
    mud_url: str | None
    side: str
    listens: list
    outside_ip: str | None = None


@dataclasses.dataclass
class Check:
    id: str
    opener: Host
    peer: Host
    address: str
    name: str | None
    protocol: str
    port: int | None
    source_port: int | None
    allowed: bool
    disagrees: bool
    asserted: str
    note: str


@dataclasses.dataclass
class Case:
    name: str
    hosts: dict
    policies: dict
    controllers: dict
    names: dict
    dns: list
    local: list
    gateway: str | None
    gateway_outside: str | None
    checks: list
    note: str


def _listens(words):
    return [(word.split("/")[0], int(word.split("/")[1])) for word in words or ()]


def _host(raw):
    return Host(raw["name"], raw["ip"], raw["mac"].lower(), raw.get("mud_url"), raw["side"], _listens(raw.get("listens")), raw.get("outside_ip"))


def _check(raw, hosts, names):
    dial = raw["dial"]
    name = dial if dial in names else None
    return Check(raw["id"], hosts[raw["opens"]], hosts[raw["to"] if raw["opens"] == raw["from"] else raw["from"]], names.get(dial, dial), name,
                 raw["protocol"], raw["port"], raw.get("source_port"), raw.get("rfc8520", raw["expect"]) == "allowed", "rfc8520" in raw,
                 raw["asserted"], raw.get("note", ""))


def _policies(folder, raw, hosts):
    by_url = {}
    for name in raw["mud_files"]:
        url = json.loads((folder / name).read_text(encoding="utf-8"))["ietf-mud:mud"]["mud-url"]
        by_url[url] = folder / name
    first = folder / raw["mud_files"][0]
    return {host.mud_url: by_url.get(host.mud_url, first) for host in hosts.values() if host.mud_url}


def read_cases(captures):
    """All cases; captures is the folder that holds mud/. Raises ImportError without a YAML reader, OSError without the files."""
    import yaml  # pylint: disable=import-outside-toplevel
    folder = pathlib.Path(captures) / "mud"
    with open(folder / "nist-expectations.yaml", encoding="utf-8") as file:
        document = yaml.safe_load(file)
    cases = []
    for raw in document["cases"]:
        hosts = {host["name"]: _host(host) for host in raw["hosts"]}
        network = raw["network"]
        names = network.get("names") or {}
        cases.append(Case(raw["case"], hosts, _policies(folder, raw, hosts), raw.get("controllers") or {}, names, network.get("dns") or [],
                          network.get("local") or [], network.get("gateway"), network.get("gateway_outside"),
                          [_check(check, hosts, names) for check in raw["checks"]], raw.get("note", "")))
    return cases
