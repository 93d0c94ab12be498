# SPDX-License-Identifier: GPL-2.0-or-later
"""MUD files (RFC 8520) for devices of the lab: who may be reached by name or address over which port, opened by the device."""
import json
import os


def accept(name, matches):
    return {"name": name, "matches": matches, "actions": {"forwarding": "accept"}}


def ends(to):
    """Match of the other end for what leaves and for what comes: a name, or a prefix."""
    if to[0].isdigit() and "/" in to:
        return {"destination-ipv4-network": to}, {"source-ipv4-network": to}
    return {"ietf-acldns:dst-dnsname": to}, {"ietf-acldns:src-dnsname": to}


def pair(number, to, protocol, port):
    """One permission as RFC 8520 writes it: an entry each way."""
    out, back = ends(to)
    layer = {6: "tcp", 17: "udp"}[protocol]
    opened = {"ietf-mud:direction-initiated": "from-device"} if protocol == 6 else {}
    return (accept(f"e{number}-fr", {"ipv4": out | {"protocol": protocol}, layer: opened | {"destination-port": {"operator": "eq", "port": port}}}),
            accept(f"e{number}-to", {"ipv4": back | {"protocol": protocol}, layer: opened | {"source-port": {"operator": "eq", "port": port}}}))


def profile(url, permissions):
    """permissions: (name or prefix, protocol, port)."""
    pairs = [pair(number, *permission) for number, permission in enumerate(permissions)]
    lists = [{"name": f"l-{way}", "type": "ipv4-acl-type", "aces": {"ace": [one[place] for one in pairs]}} for place, way in enumerate(("fr", "to"))]
    policy = {f"{way}-device-policy": {"access-lists": {"access-list": [{"name": f"l-{short}"}]}} for way, short in (("from", "fr"), ("to", "to"))}
    head = {"mud-version": 1, "mud-url": url, "last-update": "2026-01-01T00:00:00+00:00", "cache-validity": 48, "is-supported": True, "systeminfo": "a device of the lab"}
    return {"ietf-mud:mud": head | policy, "ietf-access-control-list:acls": {"acl": lists}}


def write(folder, name, url, permissions):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="ascii") as out:
        json.dump(profile(url, permissions), out)
    return path
