#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""NIST's expectations (../shared/captures/mud/nist-expectations.yaml) without a network: each exchange by a plain walk over the compiled rules
and by the guard's twin over frames. Where a check disagrees with RFC 8520 the RFC's answer is wanted.

usage: nist.py NIST_WALK CAPTURES
"""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from nist_cases import read_cases  # noqa: E402 pylint: disable=wrong-import-position


def told(case):
    """The case as lines for nist_walk."""
    lines = [f"local {cidr}" for cidr in case.local]
    lines += [f"resolver {address}" for address in case.controllers.get("urn:ietf:params:mud:dns", case.dns)]
    lines += [f"ntp {address}" for address in case.controllers.get("urn:ietf:params:mud:ntp", [])]
    lines += [f"policy {path} {url}" for url, path in case.policies.items()]
    lines += [f"host {host.mac} {host.ip} {host.mud_url or '-'} {host.side}" for host in case.hosts.values()]
    lines += [f"name {name} {address}" for name, address in case.names.items()]
    lines += [f"controller {key} {address}" for key, addresses in case.controllers.items() for address in addresses]
    for number, check in enumerate(case.checks):
        source = check.source_port or (0 if check.protocol == "icmp" else 40000 + number)
        lines.append(f"check {check.id} {check.protocol} {check.port or 0} {source} {check.opener.ip} {check.address}")
    return "\n".join(lines) + "\n"


def main():
    try:
        cases = read_cases(sys.argv[2])
    except OSError:
        print("SKIP NIST's expectations: ../shared/captures is not here")
        return 77
    except ImportError:
        print("SKIP NIST's expectations: no YAML reader for python (python3-yaml)")
        return 77
    wrong, counts = 0, {}
    for case in cases:
        done = subprocess.run([sys.argv[1]], input=told(case), capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{case.name}: {done.stderr}")
        found = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
        for check in case.checks:
            wanted = "allowed" if check.allowed else "denied"
            counts[check.asserted] = counts.get(check.asserted, 0) + 1
            if found.get(check.id) != [wanted, wanted]:
                wrong += 1
                print(f"{check.id} ({check.asserted}): wanted {wanted}, walk and twin say {found.get(check.id)}")
    total = sum(counts.values())
    print(f"{total - wrong} of {total} exchanges as wanted, by the walk and by the twin: {counts}")
    return 1 if wrong or total < 40 else 0


sys.exit(main())
