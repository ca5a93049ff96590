"""A headless Chromium, spoken to over its own protocol: what a page shows, and a picture of it."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 90.0
TEXT = """
[document, ...[...document.querySelectorAll('iframe')].map(one => one.contentDocument)]
    .filter(one => one && one.body).map(one => one.body.innerText).join('\\n')
"""


class Browser:
    """One tab."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._numbers = itertools.count(1)
        target = self._say("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._say("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def log_in(self, url: str, token: str) -> None:
        """Bear the cookie of a session, as after the log-in form."""
        self._say("Network.setCookie", name="_token", value=token, url=url, httpOnly=True)

    def size(self, width: int, height: int) -> None:
        """The window; below 600 wide it is a phone."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._say("Emulation.setDeviceMetricsOverride", **metrics)

    def open(self, url: str) -> None:
        """Go there; what is shown comes in its own time."""
        self._say("Page.navigate", url=url)

    def text(self, until: str) -> str:
        """What is visible, frames too, once these words are; what there is after a while."""
        ends, shown = time.monotonic() + PATIENCE, ""
        while until not in shown and time.monotonic() < ends:
            time.sleep(0.3)
            shown = str(self._say("Runtime.evaluate", expression=TEXT, returnByValue=True)["result"].get("value", ""))
        return shown

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page."""
        return self._say("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def click(self, selector: str) -> None:
        """Press the first that fits, once it is there."""
        self._until(f"const one = document.querySelector({json.dumps(selector)}); one?.click(); return !!one")

    def fill(self, element: str, value: str) -> None:
        """Write into the input of a form, by its id, as somebody who types."""
        self._until(
            f"const one = document.getElementById({json.dumps(element)}); if (!one) return false;"
            "const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;"
            f"set.call(one, {json.dumps(value)}); one.dispatchEvent(new Event('input', {{bubbles: true}})); return true"
        )

    def choose(self, name: str, option: str) -> None:
        """Take an option of a list of Airflow's form, by the name of its parameter."""
        press = "dispatchEvent(new MouseEvent('mousedown', {bubbles: true, button: 0}))"
        chosen = f"document.querySelector('input[name=element_{name}]')"
        self._until(
            f"{chosen}?.parentElement.querySelector('input[role=combobox]').parentElement.{press}; return !!{chosen}"
        )
        self._until(
            "const one = [...document.querySelectorAll('[role=option]')]"
            f".find(one => one.innerText.trim() === {json.dumps(option)}); one?.click(); return !!one"
        )
        self._until(f"return {chosen}.value === {json.dumps(option)}")

    def picture(self, file: Path) -> None:
        """What the window shows, as PNG."""
        file.write_bytes(base64.b64decode(self._say("Page.captureScreenshot", format="png")["data"]))

    def _until(self, body: str) -> None:
        """Run this in the page until it gives true."""
        ends = time.monotonic() + PATIENCE
        while not self.evaluate(f"(() => {{ {body} }})()"):
            assert time.monotonic() < ends, f"it never came to: {body}"
            time.sleep(0.3)

    def _say(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        own = {"sessionId": self._session} if hasattr(self, "_session") else {}
        self._line.send(json.dumps({"id": number, "method": method, "params": params, **own}))
        while True:
            answer = json.loads(self._line.recv(timeout=PATIENCE))
            if answer.get("id") == number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser with a profile of its own. Where none is installed the test is skipped, and fails where CI=true."""
    if PROGRAM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium here to look at the pages with: install one")
        pytest.skip("no Chromium here to look at the pages with")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"]
    flags += ["--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0"]
    process = subprocess.Popen([PROGRAM, *flags, f"--user-data-dir={profile}"], stderr=subprocess.DEVNULL)
    try:
        told, ends = profile / "DevToolsActivePort", time.monotonic() + PATIENCE
        while not told.exists() or len(told.read_text().split()) < 2:
            assert process.poll() is None, "the browser ended"
            assert time.monotonic() < ends, "the browser does not start"
            time.sleep(0.1)
        port, path = told.read_text().split()
        with connect(f"ws://127.0.0.1:{port}{path}", max_size=None, open_timeout=PATIENCE, proxy=None) as line:
            yield Browser(line)
    finally:
        process.terminate()
        process.wait(timeout=30)
