#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/openapi.json against what a real daemon answers, and the page's part in that daemon: its token, its events, its port.

The daemon is a demo, which needs no root. It serves at the port of the page that every demo has, so all of it runs in a network of its own.

usage: described.py FLOODWALL OPENAPI.json
"""
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is missing")
    sys.exit(77)

PORT = 8753
FLOODWALL, DESCRIPTION = map(os.path.abspath, sys.argv[1:3])
PATIENCE_S = 150


def into_a_network_of_its_own():
    if os.environ.get("FLOODWALL_WEB_NETWORK"):
        return
    probe = subprocess.run(["unshare", "-rn", "sh", "-c", "ip link set lo up"], capture_output=True, text=True, check=False)
    if probe.returncode:
        print(f"skipped: no network of its own can be made: {probe.stderr.strip()}")
        sys.exit(77)
    os.environ["FLOODWALL_WEB_NETWORK"] = "1"
    os.execvp("unshare", ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, *sys.argv])


class Demo:
    def __init__(self, folder, *words):
        self.log = open(tempfile.mktemp(dir=folder), "w+", encoding="utf-8")
        self.process = subprocess.Popen([FLOODWALL, "run", "--demo", *words], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env={**os.environ, "TMPDIR": folder})

    def said(self, pattern):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            self.log.seek(0)
            found = re.search(pattern, self.log.read())
            if found:
                return found
            assert self.process.poll() is None, "it ended"
            time.sleep(0.05)
        raise AssertionError(f"never said: {pattern}")

    def command(self, *words):
        return subprocess.run([FLOODWALL, *words, "--socket", self.said(r"--socket (\S+)").group(1)], capture_output=True, text=True, check=True).stdout

    def end(self):
        self.process.terminate()
        code = self.process.wait(30)
        self.log.seek(0)
        text = self.log.read()
        assert code == 0, (code, text[-2000:])
        return text


class Browser:
    def __init__(self, token):
        self.headers = {}
        status, body, headers = self.ask("POST", "/api/login", {"token": token})
        assert status == 200, body
        self.headers = {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": body["csrf"]}

    def ask(self, method, path, body=None, signed=True):
        client = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        headers = dict(self.headers) if signed else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        client.request(method, path, None if body is None else json.dumps(body), headers)
        answer = client.getresponse()
        read = answer.read()
        client.close()
        self.kind = (answer.headers["Content-Type"] or "").split(";")[0]
        return answer.status, json.loads(read) if self.kind == "application/json" else read, answer.headers

    def listen(self, wanted):
        """The data of the first event of this kind."""
        client = http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE_S)
        client.request("GET", "/api/events", None, self.headers)
        answer = client.getresponse()
        assert answer.status == 200 and answer.headers["Content-Type"] == "text/event-stream"
        event = ""
        while raw := answer.readline():
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("data: ") and event == wanted:
                client.close()
                return json.loads(line[6:])
        raise AssertionError("the stream ended")


def check(description, browser, operation, path, answered):
    """The answer is one that the description has, in its shape."""
    status, body, _ = answered
    responses = operation["responses"]
    assert str(status) in responses, f"{path}: {status} is not described: {body}"
    response = responses[str(status)]
    if "$ref" in response:
        response = description["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    assert browser.kind in response["content"], f"{path}: {browser.kind}"
    schema = response["content"][browser.kind].get("schema")
    if schema and browser.kind == "application/json":
        jsonschema.Draft202012Validator({**schema, "components": description["components"]}).validate(body)
    return status


def shows_of(browser):
    """What the daemon itself says that it shows."""
    status, body, _ = browser.ask("GET", "/api/nothing_of_this_name.json")
    assert status == 422, body
    return set(body["error"].split("shows ", 1)[1].split(", "))


def samples(browser, shows):
    """Parameters that have an answer."""
    mac = browser.ask("GET", "/api/devices.json")[1]["devices"]["devices"][0]["mac"]
    number = browser.ask("GET", "/api/findings.json")[1]["findings"]["findings"][0]["finding"]
    of = {"who": mac, "device": mac, "number": number, "search": "a", "kind": "scan", "before": 1000, "from": 0, "count": 10}
    return of if "finding" in shows else {**of, "number": 1}


def every_get(description, browser):
    shows = shows_of(browser)
    values = samples(browser, shows)
    described = {path[5:-5] for path in description["paths"] if path.startswith("/api/") and path.endswith(".json")} - {"session", "openapi"}
    assert shows - {"packets", "metrics"} <= described, f"not described: {shows - described}"
    for path, operations in description["paths"].items():
        if "get" not in operations or path == "/api/events":
            continue
        operation, what = operations["get"], path[5:-5]
        parameters = operation.get("parameters", [])
        needed = "&".join(f"{p['name']}={values[p['name']]}" for p in parameters if p.get("required") and p["in"] == "query")
        asked = path.replace("{number}", str(values["number"]))
        status = check(description, browser, operation, path, browser.ask("GET", f"{asked}?{needed}"))
        if what in described:
            assert status == (200 if what in shows else 422), (path, status)
        elif "packets" not in path:
            assert status == 200, (path, status)
        for parameter in [p for p in parameters if p["in"] == "query" and what in shows]:
            for value in parameter["schema"].get("enum", [values.get(parameter["name"])]):
                query = "&".join(filter(None, [needed if parameter["name"] not in needed else "", f"{parameter['name']}={value}"]))
                assert check(description, browser, operation, path, browser.ask("GET", f"{path}?{query}")) == 200, (path, query)
        status = check(description, browser, operation, path, browser.ask("GET", asked, signed=False))
        assert status == (200 if operation.get("security") == [] else 401), (path, status)


def every_post(description, browser):
    do = description["paths"]["/api/do"]["post"]
    verbs = description["components"]["schemas"]["request"]["properties"]["do"]["enum"]
    status, body, _ = answered = browser.ask("POST", "/api/do", {"do": "token"})
    assert check(description, browser, do, "/api/do", answered) == 403
    assert body["error"].split(" is ", 1)[1].split(", ") == verbs
    assert check(description, browser, do, "/api/do", browser.ask("POST", "/api/do", {"do": "undo", "deed": 12345678})) == 422
    assert check(description, browser, do, "/api/do", browser.ask("POST", "/api/do", {"do": "undo"}, signed=False)) == 401
    mac = browser.ask("GET", "/api/devices.json")[1]["devices"]["devices"][0]["mac"]
    status, body, _ = answered = browser.ask("POST", "/api/do", {"do": "quarantine", "prefix": mac, "reason": "a test"})
    assert check(description, browser, do, "/api/do", answered) == 200
    audit = browser.ask("GET", "/api/audit.json")[1]["audit"]
    entry = next(deed for deed in (audit if isinstance(audit, list) else audit["audit"]) if deed["deed"] == body["deed"])
    assert entry["who"] == "the page" and entry["detail"] == "a test"
    assert check(description, browser, do, "/api/do", browser.ask("POST", "/api/do", {"do": "undo", "deed": body["deed"]})) == 200
    login = description["paths"]["/api/login"]["post"]
    assert check(description, browser, login, "/api/login", browser.ask("POST", "/api/login", {"token": "0" * 64})) == 401


def metrics(browser):
    status, text, _ = browser.ask("GET", "/metrics")
    assert status == 200 and b"\nfloodwall_page_sessions 1\n" in text
    if shutil.which("promtool"):
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)
        assert checked.returncode == 0, checked


def main():
    into_a_network_of_its_own()
    with open(DESCRIPTION, encoding="utf-8") as file:
        description = json.load(file)
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(folder)
        try:
            token = demo.said(r"http://127\.0\.0\.1:8753/#token=([0-9a-f]{64})\n").group(1)
            browser = Browser(token)
            assert browser.listen("tick")["time"] > 0
            assert browser.listen("finding")["finding"] >= 1
            assert browser.ask("GET", "/api/openapi.json")[1] == description
            every_get(description, browser)
            every_post(description, browser)
            metrics(browser)
            second = Demo(folder)
            second.said(r"page: port 8753 of 127\.0\.0\.1 is taken by another program, so there is no page; 'floodwall run --demo --listen 8754' takes another port; all else goes on")
            assert "floodwall" in second.command("show", "configuration")
            second.end()
            second = Demo(folder, "--listen", "8754")
            second.said(r"http://127\.0\.0\.1:8754/#token=[0-9a-f]{64}\n")
            second.end()
            second = Demo(folder, "--listen", "127.0.0.2:8753")
            second.said(r"http://127\.0\.0\.2:8753/#token=[0-9a-f]{64}\n")
            second.end()
            for word in ("0", "65536", "x", "192.0.2.1:8754", "::1:8754", "[::1]", "127.0.0.1/8:80", ":80", ""):
                refused = subprocess.run([FLOODWALL, "run", "--demo", "--listen", word], capture_output=True, text=True, check=False, timeout=30)
                assert refused.returncode == 2 and "--listen wants a port" in refused.stderr, (word, refused)
            refused = subprocess.run([FLOODWALL, "run", "--listen", "8754"], capture_output=True, text=True, check=False, timeout=30)
            assert refused.returncode == 2 and "goes with --demo" in refused.stderr, refused
            other = demo.command("token").splitlines()[-1]
            assert token not in other, other
            assert re.fullmatch(r"http://127\.0\.0\.1:8753/#token=[0-9a-f]{64}", other), other
            assert browser.ask("GET", "/api/devices.json")[0] == 401
            Browser(other.split("=")[1])
        finally:
            log = demo.end()
        assert log.count(token) == 1 and "AddressSanitizer" not in log
    print("every answer is described, and the page opens with its token alone")


main()
