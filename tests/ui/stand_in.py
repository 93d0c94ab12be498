#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon's answers without a daemon, for what the demonstration never shows: a shield under attack, 10,000 devices, a network in which nothing
happens, trouble of every kind. Serves the page from the source tree, with the headers that src/web/reply.c gives each answer, read from there.

usage: stand_in.py SCENE ASSETS UPLOT      SCENE: guard, calm, many, trouble, shield, bare
Prints "http://127.0.0.1:PORT TOKEN"; POST /stop (of the test alone) breaks the line to whoever listens for a while.
"""
import http.server
import json
import os
import re
import sys
import threading
import time
from urllib.parse import parse_qs, urlsplit

TOKEN = "0123456789abcdef" * 4
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
NASTY = "<img src=x onerror=alert(1)>\u202e\"'&"


def guarding_headers(path):
    """Names and values that reply_guarded() adds whatever the answer is."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    policy = re.search(r'^#define POLICY "(.*)"$', text, re.M).group(1)
    body = re.search(r"^void reply_guarded\(.*?^}", text, re.M | re.S).group(0)
    found = re.findall(r'response, "([\w-]+)", (?:"([^"]+)"|POLICY)\)', body)
    assert len(found) > 5 and found[0][0] == "Content-Security-Policy", found
    return [(name, value or policy) for name, value in found]


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".000000Z"


def tally(packets, length=120):
    return {"packets": packets, "bytes": packets * length}


def way(passed, dropped=0, would=0):
    return {"passed": tally(passed, 640), "dropped": tally(dropped), "would": tally(would)}


def guess(name, confidence):
    return name and {"name": name, "confidence": confidence}


KINDS = [("recorder", "Dahua", "hijacked"), ("computer", "Apple", "clean"), ("camera", "Hikvision", "exposed"), ("printer", "Brother", "clean"),
         ("television", "Samsung", "clean"), ("router", "AVM", "clean"), (None, None, "suspect"), ("loudspeaker", "Sonos", "clean")]
NAMES = ["device-5bfbd8", "annas-laptop", "frontdoor-cam", "BRN0080774E0A80", "LivingRoomTV", "fritz.box", None, NASTY]


class World:
    """What a daemon would know; decisions change it, and undo changes it back."""

    def __init__(self, scene):
        self.scene, self.lock, self.listeners, self.stopped = scene, threading.Lock(), [], 0
        self.start = time.time() - 11400
        self.bypass, self.deeds, self.decisions, self.undo = scene == "trouble", [], [], {}
        count = {"many": 10000, "calm": 6, "bare": 0, "shield": 0}.get(scene, 8)
        self.devices = [self.device(i) for i in range(count)]
        self.findings = [] if scene in ("calm", "bare", "shield", "many") else [self.finding(i) for i in range(1, 76 if scene == "guard" else 7)]

    def device(self, i):
        kind, maker, state = KINDS[i % 8]
        calm = self.scene == "calm" or (self.scene == "many" and i % 400)
        name = NAMES[i % 8] if i < 8 else f"{kind or 'thing'}-{i}"
        return {"mac": "02:00:00:%02x:%02x:%02x" % (i >> 16, i >> 8 & 255, i & 255), "name": name, "user_name": None,
                "addresses": ["192.168.%d.%d" % (i // 250 + 1, i % 250 + 2)] + (["fd00::%x" % i] if i % 2 else []), "maker": guess(maker, 60 + i % 35),
                "kind": guess(kind, 55 + i % 40), "model": guess("DHI-NVR4104" if kind == "recorder" else None, 81), "state": "clean" if calm else state,
                "stand": "held" if kind == "router" else "ordinary", "configured": False, "decision": None, "since": None, "until": None, "why": None,
                "policy": {"from": "none", "url": None, "refused": None, "rules": 0}, "first": iso(self.start), "last": iso(time.time() - i % 90),
                "traffic": {"out": way(1000 * (i % 97 + 1), 7500 * (state == "hijacked")), "in": way(1700 * (i % 89 + 1), 3), "unanswered": tally(0)}}

    def finding(self, number):
        ids = [("reached-from-internet", "high", "exposed", "It answered 198.51.100.23 (outside this network) on telnet (port 23)."),
               ("default-password", "critical", "hijacked", "198.51.100.23 (outside this network) logged in to it over telnet, port 23, as \"root\", with a password that its maker gave to every device."),
               ("beacon", "high", "suspect", "It calls 203.0.113.5 every 60 seconds."), ("scan", "critical", "hijacked", "It tried telnet at 1,204 addresses in 60 seconds."),
               ("flood", "critical", "hijacked", "It sent 6,000 SYN packets to 203.0.113.80 in 4 seconds, up to 1,500 a second."), ("open-service", "low", "clean", NASTY)]
        word, severity, state, text = ids[(number - 1) % 6]
        device = self.devices[0 if number % 6 else 7]
        return {"finding": number, "id": word, "severity": severity, "state": state, "mac": device["mac"], "name": device["name"],
                "first": iso(self.start + 100 * number), "last": iso(self.start + 100 * number + 42), "count": 3, "source": None, "target": "203.0.113.80",
                "act": "would" if severity == "critical" else "noted", "muted": None, "raised": iso(self.start + 100 * number), "acted": None,
                "leaked": {"packets": 812, "bytes": 40600, "whole": True} if word == "flood" else None, "summary": text, "text": text,
                "why": "An owner does not log in from outside at night; programs that look for devices do.",
                "do": "Take it off the internet: remove the port forwarding, set a password of your own, then start it anew.",
                "undo": "floodwall release 02:00:00:00:00:00", "packets": 4312 if number % 2 else 0}

    def find(self, mac):
        return next((one for one in self.devices if mac in (one["mac"], one["name"], one["user_name"])), None)

    # ---- shows ----

    def overview(self, _):
        states = [one["state"] for one in self.devices]
        bad = [one for one in self.devices if one["state"] in ("hijacked", "exposed", "suspect")]
        needs = [{"what": {"hijacked": "hijacked", "exposed": "exposure"}.get(one["state"], "stranger"), "severity": "critical" if one["state"] == "hijacked" else "medium",
                  "text": f"{one['name'] or one['mac']} is {one['state']}" + (" and floods 203.0.113.80" if one["state"] == "hijacked" else ""), "device": one["mac"], "finding": 5 if one["state"] == "hijacked" else None,
                  "do": "Quarantine it, then set a password of your own and start it anew."} for one in bad if one["stand"] != "quarantined"]
        faults = ["the store: disk full, findings are kept in memory alone", "MQTT: the broker 192.168.1.5 does not answer; trying again in 60 s",
                  "the clock jumped by 3 hours"] if self.scene == "trouble" else []
        answer = {"role": "shield" if self.scene == "shield" else "guard", "version": "0.1.0", "demo": self.scene == "guard", "started": iso(self.start), "now": iso(time.time()),
                  "mode": {"quarantine": "observe" if self.scene == "trouble" else "enforce", "forged": "enforce", "policy": "observe", "inbound": "observe", "brake": "enforce"},
                  "bypass": self.bypass, "needs": [{"what": "fault", "severity": "high", "text": text, "do": "Make room on the disk."} for text in faults[:1]] + needs[:20],
                  "needs_more": max(0, len(needs) - 20), "devices": {"total": len(states), **{s: states.count(s) for s in ("clean", "exposed", "suspect", "hijacked")},
                                                                     "quarantined": sum(one["stand"] == "quarantined" for one in self.devices)},
                  "findings": {"day": len(self.findings), "week": len(self.findings), "open": len(self.findings)},
                  "blind": ["devices on one switch or radio that talk past these interfaces are not seen", "a device behind another router is seen as that router"],
                  "faults": faults, "capture": {"frames": 1048576, "lost": 1200 if self.scene == "trouble" else 0},
                  "fills": [{"name": "devices", "used": len(states), "size": 1024}, {"name": "flows", "used": 812, "size": 65536}], "resident_bytes": 31457280}
        if self.scene == "shield":
            del answer["devices"]
            answer.update(stance="defend", mode={"block": "enforce", "sanity": "enforce", "answers": "observe", "names": "enforce", "budgets": "enforce"})
        return {"overview": answer}

    def listed(self, asked):
        search, state = asked.get("search", "").lower(), asked.get("state", "")
        fit = [one for one in self.devices if search in json.dumps(one, ensure_ascii=False).lower()
               and (not state or one["state"] == state or (state == "quarantined" and one["stand"] == state))]
        start, count = int(asked.get("from", 0)), int(asked.get("count", 100000))
        return {"devices": {"schema": "floodwall.devices/1", "time": iso(time.time()), "devices": fit[start:start + count]}, "total": len(fit), "from": start}

    def one(self, asked):
        found = self.find(asked.get("who", ""))
        if not found:
            raise ValueError("no device of that name or address is known")
        mine = [one for one in reversed(self.findings) if one["mac"] == found["mac"]]
        more = {"clues": [{"source": "dhcp 12", "value": NASTY, "says": "kind: camera"}, {"source": "oui", "value": found["mac"][:8], "says": "maker: Dahua"}],
                "policy_words": ["It may talk to cloud.camera.example over TCP, port 443.", "It may ask the gateway for names and the time.", "Nothing else."],
                "talks": [{"peer": f"203.0.113.{i}", "name": "cloud.camera.example" if i % 2 else None, "named_by": {1: "dns", 3: "hello"}.get(i % 4), "protocol": "TCP", "port": 443, "bytes_out": 90000 // i,
                           "bytes_in": 1300000 // i, "packets_out": 800 // i, "packets_in": 1100 // i} for i in range(1, 6)],
                "timeline": [{"time": one["raised"], "what": "finding", "text": one["text"], "finding": one["finding"]} for one in mine[:6]] +
                            [{"time": iso(self.start), "what": "seen", "text": "First heard, as 192.168.1.2"}],
                "findings": mine[:3], "advice": None,
                "recalls": [{"id": "example-2016", "title": "Recall of recorders sold before April 2015", "publisher": "Example Technology", "url": "https://example.com/recall",
                             "answer": "unknown", "says": "Recalled: look at the label or receipt. When was it bought? The receipt says it; the month is enough."}],
                "advisories": [{"id": "EX-2021-01", "title": "Login without a password", "publisher": "Example CERT", "url": "https://example.com/advisory", "certainty": "product",
                                "status": "affected", "score": 9.8, "exploited": True, "open": True, "remediation": "vendor_fix",
                                "standing": "It is about this product; which version it runs is not known. Score 9.8 of 10. Known to be used in attacks. Names: CVE-2021-33044.",
                                "remedy": "Fix: Install firmware of 2021-09 or later."},
                               {"id": "EX-2022-07", "title": NASTY, "publisher": "Example CERT", "url": "javascript:alert(1)", "certainty": "maker", "status": "none", "score": None,
                                "exploited": False, "open": False, "remediation": "none", "standing": "It speaks of other products of its maker.", "remedy": None}]}
        return {"device": {**found, **more}}

    def found(self, asked):
        before, count = int(asked.get("before", 1 << 60)), int(asked.get("count", 100))
        fit = [one for one in reversed(self.findings) if one["finding"] < before and (not asked.get("kind") or one["id"] == asked["kind"])
               and (not asked.get("severity") or one["severity"] == asked["severity"]) and asked.get("search", "").lower() in json.dumps(one, ensure_ascii=False).lower()]
        return {"findings": {"schema": "floodwall.findings/1", "findings": fit[:count]}, "next": fit[count - 1]["finding"] if len(fit) > count else None}

    def traffic(self, asked):
        step, count = {"minute": 60, "hour": 3600, "day": 86400}[asked["step"]], int(asked["count"])
        start = int(time.time()) // step * step - step * (count - 1)
        wave = [2400 + 1700 * (i * 7919 % 13) + 400 * (i % 7) for i in range(count)]
        junk = [90000 if count // 2 < i < count // 2 + 6 else 0 for i in range(count)]
        if self.scene in ("calm", "bare"):
            junk = [0] * count
        series = {"bytes_out": [v * 90 for v in wave], "bytes_in": [v * 900 for v in wave], "packets_out": [v + j for v, j in zip(wave, junk)], "packets_in": wave,
                  "dropped_out": junk, "dropped_in": [v // 900 for v in wave], "would": [0] * count, "findings": [int(bool(j)) for j in junk]}
        if self.scene == "shield":
            series = {"questions": [v + 40 * j for v, j in zip(wave, junk)], "passed": wave, "dropped": [30 * j for j in junk], "truncated": [10 * j for j in junk],
                      "would": [0] * count, "legitimate": [int(v * .99) for v in wave], "findings": [0] * count}
        return {"traffic": {"step_s": step, "from": start, "series": series}}

    def configuration(self, _):
        pairs = [("role", self.scene == "shield" and "shield" or "guard", 1), ("interface", "lan0", 2), ("guard.mode", "observe", 12), ("page.port", "8753", None),
                 ("brake.unanswered", "128 KiB/s", None), ("admins", "192.168.1.20", 7)]
        return {"configuration": {"text": "role: guard\n", "file": "/etc/floodwall/floodwall.yaml", "lines": [{"setting": s, "value": v, "line": l} for s, v, l in pairs]}}

    def shield(self, _):
        rates = {"passed": 4123.4, "dropped": 88123.0, "truncated": 1200.5, "would": 0.0}
        lane = lambda name, p, d, t: {"lane": name, "passed": p, "dropped": d, "truncated": t, "would": 0, "rates": rates}
        names = ["block", "sanity", "answers", "fragments", "only_dns", "names", "budgets"]
        zone = lambda name, state, why: {"zone": name, "state": state, "why": why, "fresh": False, "serial": 2026112201, "names": 1204, "loaded": iso(self.start),
                                         "seen": {"exists": 81234, "possible": 12, "unknown": 9123456, "foreign": 3}, "passed": {"exists": 81230, "possible": 12, "unknown": 200, "foreign": 1},
                                         "dropped": 9100000, "truncated": 23000, "would": 0, "contradicted": 0}
        return {"shield": {"schema": "floodwall.shield/1", "version": "0.1.0", "time": iso(time.time()), "started": iso(self.start), "interface": {"name": "eth0", "xdp": "native", "attached": True},
                           "configuration": {"generation": 1, "refused": None}, "stance": {"stance": "defend", "since": iso(time.time() - 240), "why": "92,000 questions a second for names that do not exist.",
                                                                                         "overloaded": True, "vector": "unknown_names", "vector_says": "Random names below example.com."},
                           "filters": [{"filter": n, "mode": "enforce" if n != "fragments" else "off", "acting": n != "answers", "dropped": 9000 * i, "truncated": 10 * i, "would": 0} for i, n in enumerate(names)],
                           "rates": rates, "lanes": [lane("trusted", 1200, 0, 0), lane("proven", 81234, 120, 44), lane("unproven", 21234, 9123456, 23000)],
                           "collateral": {"proven_questions": 81398, "would_stop": 164, "share": 164 / 81398},
                           "reasons": [{"reason": "zone_unknown", "says": "a name that its zone does not have, over the budget of the zone", "filter": "names", "passed": 0, "dropped": 9000000, "truncated": 20000, "would": 0},
                                       {"reason": "exists", "says": "a name that exists", "filter": None, "passed": 81234, "dropped": 0, "truncated": 0, "would": 0}],
                           "zones": [zone("example.com", "judged", None), zone("example.net", "aside", "the server made a name up: www2"), zone(None, "judged", None)],
                           "tables": [{"table": "names", "used": 1204, "size": 65536, "bytes": 1048576}, {"table": "proven", "used": 812, "size": 65536, "bytes": 2097152}],
                           "samples": {"written": 10, "left_out": 3, "lost": 0}, "proofs": 812, "own_questions": 4, "contended": 0, "decisions": 0, "store": None, "resident_bytes": 20971520}}

    def verdicts(self, _):
        reason = lambda w, name, says, d, o: {"way": w, "reason": name, "says": says, "passed": tally(0), "dropped": tally(d), "would": tally(o)}
        return {"verdicts": {"reasons": [reason("out", "unanswered_rate", "too much to peers that never answered", 7500, 0), reason("in", "unasked", "came from outside and was not asked for", 0, 812)], "blind_spots": []}}

    def show(self, what, asked):
        if what == "finding":
            number = int(asked.get("number", 0))
            found = [one for one in self.findings if one["finding"] == number]
            if not found:
                raise ValueError("no finding has this number")
            return {"finding": found[0]}
        plain = {"decisions": lambda _: {"decisions": self.decisions}, "audit": lambda _: {"audit": self.deeds[::-1][:50], "next": None}}
        shows = {"overview": self.overview, "devices": self.listed, "device": self.one, "findings": self.found, "traffic": self.traffic,
                 "configuration": self.configuration, "shield": self.shield, "verdicts": self.verdicts, **plain}
        if what not in shows:
            raise ValueError("there is nothing of this name to show")
        return shows[what](asked)

    # ---- deeds ----

    def deed(self, verb, detail, back, kind=None, about=None):
        number = len(self.deeds) + 1
        self.undo[number] = back
        self.deeds.append({"deed": number, "time": iso(time.time()), "verb": verb, "decision": number, "of": 0, "undone": False, "who": "the page", "detail": detail,
                           "kind": kind, "about": about, "reason": detail, "until": iso(time.time() + 86400) if kind == "quarantine" else None, "finding": None})
        self.tell("deed", self.deeds[-1])
        return {"ok": True, "deed": number, "decision": number, "filter": "enforce"}

    def change(self, device, verb, detail, **fields):
        before = {key: device[key] for key in fields}
        device.update(fields)
        return self.deed(verb, detail, lambda: device.update(before), {"quarantined": "quarantine", "allowed": "allow"}.get(fields.get("stand")), device["mac"])

    def do(self, asked):
        verb, reason = asked.get("do"), asked.get("reason", "")
        if verb == "undo":
            self.undo.pop(asked["deed"])()
            self.deeds[asked["deed"] - 1]["undone"] = True
            return {"ok": True, "deed": asked["deed"], "verb": "decide"}
        if verb == "bypass":
            before, self.bypass = self.bypass, asked["on"]
            return self.deed("bypass", "on" if asked["on"] else "off", lambda: setattr(self, "bypass", before))
        if verb == "reload":
            return {"ok": True}
        device = self.find(asked.get("prefix") or asked.get("who"))
        if verb == "mute" and not reason:
            raise ValueError("a mute wants a reason: somebody will read it in a year")
        if verb == "mute":
            muted = [one for one in self.findings if asked["what"] in (one["id"], "*") and one["mac"] == asked.get("prefix")]
            for one in muted:
                one["muted"] = reason
            return self.deed("decide", f"{asked['what']} {asked.get('prefix', '*')} {reason}", lambda: [one.update(muted=None) for one in muted],
                             "mute", f"{asked['what']} {asked.get('prefix', '*')}")
        if not device:
            raise ValueError("no device of that name or address is known")
        if verb == "name":
            return self.change(device, "name", asked["name"], user_name=asked["name"] or None)
        stand = {"quarantine": "quarantined", "allow": "allowed", "release": "ordinary"}[verb]
        return self.change(device, "release" if verb == "release" else "decide", reason, stand=stand)

    def tell(self, event, data):
        line = f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()
        for wire in self.listeners[:]:
            try:
                wire.write(line)
                wire.flush()
            except (OSError, ValueError):  # it has gone
                if wire in self.listeners:
                    self.listeners.remove(wire)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world = assets = uplot = None
    guarding = []

    def log_message(self, *_):
        pass

    def reply(self, status, body, kind="application/json", cookie=None):
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store"), *self.guarding, ("Set-Cookie", cookie)):
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def json(self, status, body, cookie=None):
        self.reply(status, json.dumps(body).encode(), cookie=cookie)

    def signed_in(self):
        return "floodwall=in" in self.headers.get("Cookie", "")

    def events(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.world.listeners.append(self.wfile)
        while self.wfile in self.world.listeners and time.time() > self.world.stopped:
            self.world.tell("tick", {"frames": 1})
            time.sleep(2)
        self.close_connection = True

    def asset(self, name):
        path = {"uplot.js": os.path.join(self.uplot, "uPlot.iife.min.js"), "uplot.css": os.path.join(self.uplot, "uPlot.min.css")}.get(name, os.path.join(self.assets, name))
        kind = TYPES.get(os.path.splitext(name)[1])
        if name.startswith("uplot") and self.world.scene == "bare":
            return self.reply(200, b"", kind)
        if not re.fullmatch(r"[a-z_]+\.[a-z]+", name) or not kind or not os.path.exists(path):
            return self.json(404, {"ok": False, "error": "there is nothing of this name here"})
        with open(path, "rb") as file:
            return self.reply(200, file.read(), kind)

    def do_GET(self):
        url = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(url.query).items()}
        if not url.path.startswith("/api/"):
            return self.asset("index.html" if url.path == "/" else url.path.removeprefix("/assets/"))
        if url.path == "/api/session.json":
            return self.json(200, {"ok": True, "signed_in": self.signed_in(), "csrf": "c", "version": "0.1.0", "role": "shield" if self.world.scene == "shield" else "guard", "demo": False})
        if not self.signed_in():
            return self.json(401, {"ok": False, "error": "sign in first"})
        if time.time() < self.world.stopped:
            self.close_connection = True
            return None
        if url.path == "/api/events":
            return self.events()
        if url.path.startswith("/api/packets/"):
            return self.reply(200, b"\n\r\r\n", "application/octet-stream")
        try:
            with self.world.lock:
                return self.json(200, {"ok": True, **self.world.show(url.path.removeprefix("/api/").removesuffix(".json"), asked)})
        except (ValueError, KeyError) as error:
            return self.json(200, {"ok": False, "error": str(error)})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/stop":
            self.world.stopped = time.time() + float(body)
            return self.json(200, {"ok": True})
        if self.path == "/tell":
            told = json.loads(body)
            self.world.findings.append(told)
            self.world.tell("finding", told)
            return self.json(200, {"ok": True})
        asked = json.loads(body)
        if self.path == "/api/login":
            right = asked.get("token") == TOKEN
            return self.json(200 if right else 403, {"ok": right, "error": "this is not the token"}, cookie="floodwall=in; HttpOnly; SameSite=Strict; Path=/" if right else None)
        if self.path == "/api/logout":
            return self.json(200, {"ok": True}, cookie="floodwall=; Max-Age=0; Path=/")
        if not self.signed_in() or self.headers.get("X-CSRF-Token") != "c":
            return self.json(403, {"ok": False, "error": "the page's token is missing"})
        try:
            return self.json(200, self.world.do(asked))
        except (ValueError, KeyError) as error:
            return self.json(200, {"ok": False, "error": str(error)})


def main():
    scene, Handler.assets, Handler.uplot = sys.argv[1:4]
    Handler.world, Handler.guarding = World(scene), guarding_headers(os.path.join(Handler.assets, "../reply.c"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]} {TOKEN}", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()


main()
