# SPDX-License-Identifier: GPL-2.0-or-later
"""MUD files (RFC 8520) for devices of the lab: who may be reached by name or address over which port, opened by the device or by the other end."""
import json
import os

LAYERS = {6: "tcp", 17: "udp"}


def accept(name, matches):
    return {"name": name, "matches": matches, "actions": {"forwarding": "accept"}}


def family(to):
    """Of a prefix; names are asked for IPv4."""
    return "ipv6" if ":" in to else "ipv4"


def ends(to):
    """Match of the other end for what leaves and for what comes: a name, or a prefix."""
    if "/" in to:
        return {f"destination-{family(to)}-network": to}, {f"source-{family(to)}-network": to}
    return {"ietf-acldns:dst-dnsname": to}, {"ietf-acldns:src-dnsname": to}


def pair(number, to, protocol, port, opener="from-device"):
    """One permission as RFC 8520 writes it: an entry each way. The port is the other end's where the device opens, the device's own where it is opened to; None: any."""
    out, back = ends(to)
    opened = {"ietf-mud:direction-initiated": opener} if protocol == 6 else {}
    there, here = ("destination-port", "source-port") if opener == "from-device" else ("source-port", "destination-port")
    equal = {"operator": "range", "lower-port": 0, "upper-port": 65535} if port is None else {"operator": "eq", "port": port}
    return (accept(f"e{number}-fr", {family(to): out | {"protocol": protocol}, LAYERS[protocol]: opened | {there: equal}}),
            accept(f"e{number}-to", {family(to): back | {"protocol": protocol}, LAYERS[protocol]: opened | {here: equal}}))


def profile(url, permissions, offers=()):
    """permissions, offers: (name or prefix, protocol, port): what the device may open, and what may be opened to it."""
    chosen = [*((*one, "from-device") for one in permissions), *((*one, "to-device") for one in offers)]
    lists, names = [], {"fr": [], "to": []}
    for kind in ("ipv4", "ipv6"):
        pairs = [pair(number, *one) for number, one in enumerate(chosen) if family(one[0]) == kind]
        for place, way in enumerate(names) if pairs else ():
            names[way].append({"name": f"l-{way}-{kind}"})
            lists.append({"name": f"l-{way}-{kind}", "type": f"{kind}-acl-type", "aces": {"ace": [one[place] for one in pairs]}})
    policy = {f"{way}-device-policy": {"access-lists": {"access-list": names[short]}} for way, short in (("from", "fr"), ("to", "to"))}
    head = {"mud-version": 1, "mud-url": url, "last-update": "2026-01-01T00:00:00+00:00", "cache-validity": 48, "is-supported": True, "systeminfo": "a device of the lab"}
    return {"ietf-mud:mud": head | policy, "ietf-access-control-list:acls": {"acl": lists}}


def write(folder, name, url, permissions, offers=()):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="ascii") as out:
        json.dump(profile(url, permissions, offers), out)
    return path
