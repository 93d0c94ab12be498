# SPDX-License-Identifier: GPL-2.0-or-later
"""Chromium without a window, spoken to by the DevTools protocol over two pipes (--remote-debugging-pipe): no port, no library."""
import base64
import json
import os
import shutil
import subprocess

CHROMIUM = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]


def find():
    return next((path for path in map(shutil.which, CHROMIUM) if path), None)


class Browser:
    """One page at a time; what it writes to its console, and whatever it tries to load, is kept."""

    def __init__(self, program, profile):
        to_browser, ours_out = os.pipe()
        ours_in, from_browser = os.pipe()

        def pipes():
            # the browser reads 3 and writes 4; first out of the way, since either may be one of these
            read, write = os.dup(to_browser), os.dup(from_browser)
            while read in (3, 4):
                read = os.dup(read)
            while write in (3, 4):
                write = os.dup(write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
                   "--disable-extensions", "--disable-background-networking", f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        self.process = subprocess.Popen(command, preexec_fn=pipes, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.out, self.into = os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")
        self.number, self.session, self.events = 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def _read(self):
        message = bytearray()
        while True:
            byte = self.out.read(1)
            if not byte:
                raise RuntimeError("the browser has gone")
            if byte == b"\0":
                return json.loads(message)
            message += byte

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.into.write(json.dumps(message).encode() + b"\0")
        self.into.flush()
        while True:
            answer = self._read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, path, width, height=900, scheme="light", media="screen"):
        """Loads a file; returns when it has loaded."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events = []
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._read())

    def complaints(self):
        """What the page said on the console, what the browser said about it, and every address it asked for but its own."""
        own = None
        for event in self.events:
            method, told = event.get("method"), event.get("params", {})
            if method == "Log.entryAdded":
                yield f"log: {told['entry']['text']}"
            elif method == "Runtime.consoleAPICalled":
                yield f"console: {told['args']}"
            elif method == "Runtime.exceptionThrown":
                yield f"exception: {told['exceptionDetails']['text']}"
            elif method == "Network.requestWillBeSent":
                own = own or told["request"]["url"]
                if told["request"]["url"] != own:
                    yield f"request: {told['request']['url'][:200]}"

    def value(self, expression):
        """Of a JavaScript expression that gives something JSON can hold."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def picture(self, path, whole=True, top=0, height=None):
        extra = {}
        if height:
            width = self.value("document.documentElement.clientWidth")
            extra = {"clip": {"x": 0, "y": top, "width": width, "height": height, "scale": 1}}
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=whole, **extra)["data"]))

    def paper(self, path):
        """As printed on A4."""
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.printToPDF", printBackground=False, paperWidth=8.27, paperHeight=11.69)["data"]))

    def close(self):
        self.into.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.out.close()
