# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets on the guard's bed: raw sockets that send frames at their time, ears that keep what arrived and when, and honest devices whose every loss counts."""
import select
import socket
import struct
import threading
import time

import wire

ETH_P_ALL, PACKET, TIMESTAMPNS = 3, 17, 35  # of Linux
ECHO_PORT = 7007


def raw(network, side, interface):
    one = network.socket(side, PACKET, socket.SOCK_RAW)
    one.bind((interface, 0))
    one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
    return one


class Replay(threading.Thread):
    """Sends (seconds, frame) on an interface, each at its time after the start; started once."""

    def __init__(self, network, side, interface, frames, speed=1.0):
        super().__init__(daemon=True)
        self.socket, self.frames, self.speed = raw(network, side, interface), frames, speed
        self.sent = self.refused = 0
        self.first_ns = self.late_ns = 0

    def run(self):
        self.first_ns = time.monotonic_ns()
        for at_s, frame in self.frames:
            due = self.first_ns + int(at_s * 1e9 / self.speed)
            left = due - time.monotonic_ns()
            if left > 200_000:
                time.sleep(left / 1e9 - 0.0001)
            self.late_ns = max(self.late_ns, time.monotonic_ns() - due)
            try:
                self.socket.send(frame)
                self.sent += 1
            except OSError:
                self.refused += 1
        self.socket.close()


def kind_of(address):
    """What socket() takes for datagrams to or from it."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM


def steadily(frames, rate):
    return [(place / rate, frame) for place, frame in enumerate(frames)]


class Ear(threading.Thread):
    """Every packet on an interface for which wanted(packet) is true: (monotonic ns, packet), in the order of arrival."""

    def __init__(self, network, side, interface, wanted):
        super().__init__(daemon=True)
        self.socket = network.socket(side, PACKET, socket.SOCK_RAW)
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)  # SO_RCVBUFFORCE
        self.socket.setsockopt(socket.SOL_SOCKET, TIMESTAMPNS, 1)
        self.socket.bind((interface, ETH_P_ALL))
        self.offset_ns = time.monotonic_ns() - time.time_ns()
        self.wanted, self.heard, self.over = wanted, [], False
        self.start()

    def run(self):
        while not self.over:
            if select.select([self.socket], [], [], 0.05)[0]:
                self.take()

    def take(self):
        for _ in range(2000):
            try:
                frame, extra, _, source = self.socket.recvmsg(4096, 64, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            packet = wire.read(frame)
            if packet and source[2] != 4 and self.wanted(packet, frame):  # PACKET_OUTGOING
                seconds, part = struct.unpack("2q", extra[0][2][:16])
                self.heard.append((seconds * 1_000_000_000 + part + self.offset_ns, packet))

    def stop(self):
        time.sleep(0.1)
        self.over = True
        self.join()
        self.take()
        self.lost = struct.unpack("2I", self.socket.getsockopt(263, 6, 8))[1]  # SOL_PACKET, PACKET_STATISTICS
        self.socket.close()
        return self.heard


def above_bound(heard, rate, burst, cost=lambda packet: 1):
    """By how much the dearest span exceeds rate * t + burst: at most 0 if the bound holds for every span."""
    owed, last_ns, most = 0.0, None, 0.0
    for now_ns, packet in heard:
        owed = (max(0.0, owed - rate * (now_ns - last_ns) / 1e9) if last_ns is not None else 0.0) + cost(packet)
        last_ns, most = now_ns, max(most, owed)
    return most - burst


class Echo(threading.Thread):
    """Sends back every datagram to its port, outside or at a device."""

    def __init__(self, network, side, port=ECHO_PORT, address="0.0.0.0"):
        super().__init__(daemon=True)
        self.socket = network.socket(side, *kind_of(address))
        self.socket.setsockopt(socket.IPPROTO_IP, 8, 1)  # IP_PKTINFO: answers come from the address that was asked
        self.socket.bind((address, port))
        self.count, self.over = 0, False
        network.closers.append(self.stop)
        self.start()

    def run(self):
        while not self.over:
            if not select.select([self.socket], [], [], 0.1)[0]:
                continue
            try:
                data, extra, _, asker = self.socket.recvmsg(1 << 16, 128)
                back = [(level, kind, struct.pack("I4s4s", 0, value[4:8], b"\0\0\0\0")) for level, kind, value in extra if level == socket.IPPROTO_IP]
                self.socket.sendmsg([data], back, 0, asker)
                self.count += 1
            except OSError:
                pass

    def stop(self):
        if not self.over:
            self.over = True
            self.join()
            self.socket.close()


class Steady(threading.Thread):
    """An honest device: numbered datagrams at a rate to an echo, until stopped. What does not come back is lost."""

    def __init__(self, network, side, to, rate=50, port=ECHO_PORT, size=100):
        super().__init__(daemon=True)
        self.socket = network.socket(side, *kind_of(to))
        self.socket.setblocking(False)
        self.to, self.rate, self.size = (to, port), rate, size
        self.sent, self.times, self.over = {}, {}, False
        self.start()

    def run(self):
        began, number = time.monotonic(), 0
        while not self.over:
            self.socket.sendto(struct.pack("!I", number) + bytes(self.size - 4), self.to)
            self.sent[number] = time.monotonic()
            number += 1
            self.hear(max(0.0, began + number / self.rate - time.monotonic()))

    def hear(self, seconds):
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return
            try:
                number = struct.unpack("!I", self.socket.recv(2048)[:4])[0]
            except OSError:
                continue
            self.times.setdefault(number, time.monotonic())

    def stop(self):
        """(sent, answered, sorted latencies in ms)."""
        self.over = True
        self.join()
        # an answer may wait for a neighbour to be found anew, which asks again after a second (RFC 4861): late is not lost
        until = time.monotonic() + 3
        while len(self.times) < len(self.sent) and time.monotonic() < until:
            self.hear(0.1)
        self.socket.close()
        return len(self.sent), len(self.times), sorted((self.times[n] - self.sent[n]) * 1000 for n in self.times)

    def between(self, begin_ns, end_ns):
        """Of those sent then: (sent, answered)."""
        chosen = [n for n, at in self.sent.items() if begin_ns <= at * 1e9 < end_ns]
        return len(chosen), sum(n in self.times for n in chosen)
