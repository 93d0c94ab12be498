# SPDX-License-Identifier: GPL-2.0-or-later
"""The page's server with made-up answers (serve.c), and an honest client of it."""
import contextlib
import http.client
import json
import os
import socket
import ssl
import subprocess


class Stand:
    def __init__(self, program, *words):
        self.tls = "tls" in words
        # a sanitizer keeps what was freed, which would be taken for growth
        environment = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=2"}
        self.process = subprocess.Popen([program, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self.read_token()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        assert code == 0, f"the server ended with {code}"

    def read_token(self):
        port, self.token = self.process.stdout.readline().split()
        self.port = int(port)

    def command(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def resident(self):
        """Bytes."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def connect(self, source="127.0.0.1"):
        found = socket.create_connection(("127.0.0.1", self.port), 20, source_address=(source, 0))
        if not self.tls:
            return found
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(found)

    def raw(self, request, source="127.0.0.1", patience_s=20):
        """All that is sent back until the server closes, or has been silent for so long."""
        with self.connect(source) as client:
            client.settimeout(patience_s)
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                client.sendall(request)
            return read_all(client)

    def ask(self, method, path, body=None, headers=None, source="127.0.0.1"):
        """Status, headers, body."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        client.sock = self.connect(source)
        try:
            client.request(method, path, body, headers or {})
            answer = client.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            client.close()

    def sign_in(self, token=None, source="127.0.0.1"):
        status, headers, body = self.ask("POST", "/api/login", json.dumps({"token": token or self.token}), {"Content-Type": "application/json"}, source)
        assert status == 200, (status, body)
        return Person(self, headers["set-cookie"].split(";")[0], json.loads(body)["csrf"], source)


class Person:
    def __init__(self, stand, cookie, csrf, source):
        self.stand, self.cookie, self.csrf, self.source = stand, cookie, csrf, source

    def get(self, path, headers=None):
        return self.stand.ask("GET", path, None, {"Cookie": self.cookie, **(headers or {})}, self.source)

    def do(self, request, headers=None, path="/api/do"):
        body = request if isinstance(request, (str, bytes)) else json.dumps(request)
        return self.stand.ask("POST", path, body, {"Cookie": self.cookie, "X-CSRF-Token": self.csrf, "Content-Type": "application/json", **(headers or {})},
            self.source)

    def is_served(self):
        status, _, body = self.get("/api/devices.json?search=door")
        assert status == 200, (status, body)
        assert json.loads(body)["request"] == {"do": "show", "what": "devices", "search": "door"}
        status, _, body = self.do({"do": "reload"})
        assert status == 200 and json.loads(body)["ok"], (status, body)

    def listen(self):
        """A connection that events come by, its head read."""
        client = self.stand.connect(self.source)
        client.sendall(f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{self.stand.port}\r\nCookie: {self.cookie}\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            part = client.recv(4096)
            assert part, head
            head += part
        return client, head


def read_all(client):
    whole = b""
    try:
        while part := client.recv(65536):
            whole += part
    except (ConnectionResetError, BrokenPipeError, TimeoutError):
        pass
    return whole


def status_of(answer):
    """Of the first answer in these bytes; 0: none."""
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.") else 0
