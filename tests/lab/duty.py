# SPDX-License-Identifier: GPL-2.0-or-later
"""Stories without junk: nobody may be stopped who asks honestly, whatever the stance; and what operators do must cost no answer."""
import os
import select
import socket
import struct
import subprocess
import threading
import time

import bed as beds
import figures
import replay
import servers
import stories
import zones

BARE_FASTER, FORMERR = 6, 1
ROW = {"share_at_once": None, "opening_share": None, "p99_ms": None, "junk_sent": None, "junk_leaked": None, "junk_per_s": None, "first_action_s": None,
       "vector_named_s": None, "calm_median_ms": None}


def row_of(story, setup, server, records, seen=None, **more):
    """wrong_drops: what the shield itself says it dropped, all of it honest here; where it cannot be asked, who never got the right answer. A first try may
    also be lost because the machine stood still: that is in share_at_once."""
    counts = setup.counts()
    dropped = sum(lane["dropped"] for lane in counts["lanes"]) if "lanes" in counts else len(records) - figures.right(records)
    return ROW | {
        "story": story, "setup": f"{setup.name}, {server.title}", "sent": len(records), "answered": figures.right(records), "share": figures.share(records),
        "share_at_once": figures.share_at_once(records), "median_ms": figures.latency_ms(records), "p99_ms": figures.latency_ms(records, 0.99),
        "wrong_drops": dropped, "truncated": sum(record.truncated for record in records), "steal": None,
        "lost_at": figures.places(records, seen or {}), "tries": figures.tries(records),
        "by_lane": figures.table(records, "lane", zones.LANES), "by_class": figures.table(records, "kind", zones.CLASSES), "counts": counts} | more


def told(lab, setup_class, server_name, tell, files=None):
    with beds.Bed(lab.tools) as bed:
        server = servers.SERVERS[server_name](bed, lab.folder, files).start()
        setup = setup_class(lab, bed, server)
        setup.open()
        try:
            return tell(lab, bed, setup, server)
        finally:
            setup.close()


# --- everybody, without a flood


def everybody(lab, bed, setup, server):
    trace = stories.Trace(lab, bed)
    records = stories.Client(lab, bed, lab.times.flood).wait()
    return row_of("everybody, no junk", setup, server, records, trace.close())


def everybody_while(what, act, lab, bed, setup, server):
    """Something is done to the shield or the link in the middle."""
    trace, client = stories.Trace(lab, bed), stories.Client(lab, bed, lab.times.flood)
    time.sleep(lab.times.flood / 3)
    gap_s = act(bed, setup, server) or 0
    records = client.wait()
    return row_of(what, setup, server, records, trace.close(), gap_s=round(gap_s, 3))


def kill(bed, setup, server):
    setup.kill()


def reload(bed, setup, server):
    for _ in range(3):
        setup.reload()
        time.sleep(0.2)


def upgrade(bed, setup, server):
    setup.upgrade()


def link(bed, setup, server):
    began = time.monotonic()
    bed.run("S", "ip", "link", "set", "s0", "down")
    time.sleep(0.1)
    bed.run("S", "ip", "link", "set", "s0", "up")
    bed.run("S", "ip", "address", "replace", f"{beds.SERVER_6}/64", "dev", "s0", "nodad")
    bed.server_routes()
    return time.monotonic() - began


# --- a root server's minute


def minute(capture, over_tcp, faster, lab, setup_class, server_name):
    """Told twice: what the server itself does not answer, nobody has stopped; and what it says FORMERR to (a name of more than 255 bytes; Knot does not
    answer that at all) may be stopped. The bare server is asked as fast as pays, the shield in its own time."""
    asked, known = replay.split(capture)
    folder = lab.path("root")
    os.makedirs(folder, exist_ok=True)
    zone, questions, sources = (os.path.join(folder, name) for name in ("root.zone", "questions", "sources"))
    replay.write_zone(known, zone)

    def ask(lab, bed, setup, server):
        bed.whole_internet()
        trace = stories.Trace(lab, bed)
        records = stories.Client(lab, bed, 0, questions=questions, sources=sources).wait()
        return setup, server, records, setup.counts(), trace.close()

    replay.write_questions(asked, questions, sources, over_tcp, BARE_FASTER)
    bare = told(lab, stories.Setup, server_name, ask, {".": zone})[2]
    answered = {record.question: record.rcode for record in bare if record.outcome == figures.RIGHT and record.rcode != FORMERR}
    malformed = sum(record.outcome == figures.RIGHT and record.rcode == FORMERR for record in bare)
    replay.write_questions(asked, questions, sources, over_tcp, faster)
    setup, server, records, counts, seen = told(lab, setup_class, server_name, ask, {".": zone})
    records = [record for record in records if record.question in answered]
    for record in records:
        if record.outcome == figures.RIGHT and record.rcode != answered[record.question]:
            record.outcome = figures.WRONG
    setup.counts = lambda: counts
    story = f"a root server's minute, replayed{' over TCP' if over_tcp else ''}" + (f" in {60 // faster} s" if faster > 1 else "")
    return row_of(story, setup, server, records, seen, unanswered_bare=len(asked) - len(answered) - malformed, malformed=malformed)


# --- the host's own traffic


class Peer(threading.Thread):
    """Answers on the client's host: DNS at 53, time at 123, a web server at 443; and another secondary that is notified (NSD does so over UDP, Knot over TCP)."""

    def __init__(self, bed):
        super().__init__(daemon=True)
        self.datagrams = [self.listen(bed, socket.SOCK_DGRAM, port) for port in (53, 123, servers.SECONDARY_PORT)]
        self.web, self.secondary = (self.listen(bed, socket.SOCK_STREAM, port) for port in (443, servers.SECONDARY_PORT))
        self.notified = 0  # of odd.example
        self.over = False
        self.start()

    @staticmethod
    def listen(bed, kind, port):
        one = bed.socket("C", socket.AF_INET, kind)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("10.9.0.2", port))
        if kind == socket.SOCK_STREAM:
            one.listen()
        return one

    def answer(self, message):
        self.notified += message[2] >> 3 & 15 == 4 and zones.wire_name("odd.example") in message
        return message[:2] + bytes([message[2] | 0x80]) + message[3:]

    def serve(self, listener):
        one, _ = listener.accept()
        with one:
            one.settimeout(1)
            try:
                said = one.recv(4096)
                one.sendall(said if listener is self.web else said[:2] + self.answer(said[2:]))
            except (OSError, IndexError):
                pass

    def run(self):
        while not self.over:
            for ready in select.select([*self.datagrams, self.web, self.secondary], [], [], 0.1)[0]:
                if ready in (self.web, self.secondary):
                    self.serve(ready)
                else:
                    message, asker = ready.recvfrom(4096)
                    ready.sendto(self.answer(message), asker)

    def stop(self):
        self.over = True
        self.join()
        for one in (*self.datagrams, self.web, self.secondary):
            one.close()


def own_question(bed, port, count=50):
    """Questions of the server's own host: each from a port of its own."""
    good = 0
    for number in range(count):
        with bed.socket("S", socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(1)
            one.bind((beds.SERVER_4, 123 if port == 123 else 0))
            one.sendto(struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + zones.wire_name("elsewhere.test") + struct.pack("!2H", 1, 1), ("10.9.0.2", port))
            try:
                good += one.recv(4096)[:2] == struct.pack("!H", number)
            except OSError:
                pass
    return count, good


def own_connection(bed, count=20):
    good = 0
    for _ in range(count):
        with bed.socket("S", socket.AF_INET, socket.SOCK_STREAM) as one:
            one.settimeout(2)
            try:
                one.connect(("10.9.0.2", 443))
                one.sendall(b"floodwall")
                good += one.recv(100) == b"floodwall"
            except OSError:
                pass
    return count, good


def transfer(bed, lab):
    """The whole plain zone over TCP, from outside: (records wanted, records that came)."""
    query = zones.query("plain.example", 252)
    records, soa, data = 0, 0, b""
    with bed.socket("C", socket.AF_INET, socket.SOCK_STREAM) as one:
        one.settimeout(10)
        one.bind(("10.9.0.2", 0))
        one.connect((beds.SERVER_4, 53))
        one.sendall(struct.pack("!H", len(query)) + query)
        while soa < 2:
            piece = one.recv(1 << 16)
            if not piece:
                break
            data += piece
            while len(data) >= 2 and len(data) >= 2 + struct.unpack("!H", data[:2])[0]:
                size = struct.unpack("!H", data[:2])[0]
                for _, kind, _, _, _ in replay.records(data[2:2 + size]):
                    records, soa = records + 1, soa + (kind == zones.SOA)
                data = data[2 + size:]
    return lab.numbered + lab.added + 4, records  # SOA twice, NS, the server's address


def notify_in(bed, count=20):
    """NOTIFY from outside: not from whom the server expects it, so it says no, and that is an answer."""
    good = 0
    with bed.socket("C", socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(1)
        one.connect((beds.SERVER_4, 53))
        for number in range(count):
            one.send(struct.pack("!6H", number, 4 << 11 | 0x0400, 1, 0, 0, 0) + zones.wire_name("plain.example") + struct.pack("!2H", zones.SOA, 1))
            try:
                good += one.recv(4096)[:2] == struct.pack("!H", number)
            except OSError:
                pass
    return count, good


def notify_out(bed, lab, server, peer):
    """The server tells another secondary of a change, and hears the answer: without it it would ask again."""
    time.sleep(2)  # those of the start
    peer.notified = 0
    lab.raise_serial("odd.example")
    server.reload()
    beds.wait_for(lambda: peer.notified, 10, "no NOTIFY leaves the server")
    time.sleep(3)
    return 1, 1 if peer.notified == 1 else 0


def ping(bed, count=5):
    """Echo is no error: only a host that serves nothing but DNS, in defend, gives no answer."""
    done = subprocess.run(bed.command("C", ["ping", "-c", str(count), "-i", "0.2", "-W", "1", beds.SERVER_4]), capture_output=True, text=True)
    return count, next((int(line.split()[3]) for line in done.stdout.splitlines() if "packets transmitted" in line), 0)


def own_traffic(lab, bed, setup, server):
    peer = Peer(bed)
    kinds = {"own questions": own_question(bed, 53), "own time": own_question(bed, 123), "own connections": own_connection(bed), "transfer": transfer(bed, lab),
             "notify in": notify_in(bed), "notify out": notify_out(bed, lab, server, peer)}
    peer.stop()
    sent, good = (sum(pair[place] for pair in kinds.values()) for place in (0, 1))
    return ROW | {"story": "the host's own traffic", "setup": f"{setup.name}, {server.title}", "sent": sent, "answered": good, "share": good / sent, "median_ms": None,
                  "wrong_drops": sent - good, "steal": None, "kinds": kinds, "counts": setup.counts()}


# --- a name that is new


def new_name(lab, bed, setup, server):
    """From the server's own first answer with it to the first answer from outside over UDP: seconds, in defend."""
    name = f"brand-new-{lab.added}"  # the other server has had its own
    lab.add_record("plain.example", f"{name} A 10.5.5.5")
    query = b"\x4c\x4c" + zones.query(f"{name}.plain.example", zones.A)[2:]

    def asked(side, to):
        with bed.socket(side, socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(0.2)
            one.connect((to, 53))
            one.send(query)
            try:
                answer = one.recv(4096)
            except OSError:
                return False
            return answer[3] & 15 == 0 and not answer[2] & 2 and struct.unpack("!H", answer[6:8])[0] == 1

    server.reload()
    beds.wait_for(lambda: asked("S", "127.0.0.1"), 30, "the server does not serve its new name")
    began = time.monotonic()
    beds.wait_for(lambda: asked("C", beds.SERVER_4), 30, "a new name is not let through")
    took = time.monotonic() - began
    return ROW | {"story": "a new name, after NOTIFY", "setup": f"{setup.name}, {server.title}", "sent": 1, "answered": 1, "share": 1.0, "median_ms": round(took * 1000, 3),
                  "wrong_drops": 0 if took < 1 else 1, "steal": None, "counts": setup.counts()}
