"""A real browser for the tests of pages: headless Chromium, driven by its DevTools protocol."""

import asyncio
import atexit
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tornado.websocket import WebSocketClientConnection, websocket_connect

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., None])
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
WIDTH, HEIGHT = 1400, 1000
OPTIONS = [
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--remote-debugging-port=0",
    f"--window-size={WIDTH},{HEIGHT}",
]
STARTUP_SECONDS, STEP = 60.0, 0.05
# What tests that open a page are marked with: a story takes seconds, and without a browser there is none.
IN_A_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine: the page was not opened"),
]


def in_a_browser(test: F) -> F:
    """Mark a test that opens a page."""
    for mark in IN_A_BROWSER:
        test = mark(test)
    return test


class Tab:
    """An open page."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self.connection, self.number, self.events = connection, 0, []

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and wait for its answer; what happens meanwhile goes to `events`."""
        self.number += 1
        await self.connection.write_message(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            message = await self.connection.read_message()
            answer: dict[str, Any] = json.loads(message or "{}")
            if answer.get("id") == self.number:
                return answer.get("result", answer)
            self.events.append(answer)

    async def value(self, expression: str) -> Any:
        """The value of a JavaScript expression; None while the page is loaded anew and can answer nothing."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer.get("result", {}).get("value")

    async def until(self, expression: str) -> None:
        """Wait until an expression is true."""
        for _ in range(int(STARTUP_SECONDS / STEP)):
            if await self.value(expression):
                return
            await asyncio.sleep(STEP)
        raise TimeoutError(expression)

    async def click(self, x: float, y: float) -> None:
        """A mouse click at a place of the window."""
        at = {"x": x, "y": y, "button": "left", "clickCount": 1}
        await self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        await self.call("Input.dispatchMouseEvent", type="mousePressed", **at)
        await self.call("Input.dispatchMouseEvent", type="mouseReleased", **at)

    async def close(self) -> None:
        """Leave, and wait until the other side has closed too."""
        self.connection.close()
        while await self.connection.read_message() is not None:
            pass

    def errors(self) -> list[str]:
        """Uncaught exceptions, errors on the console, and requests that went out to a network."""
        found = []
        for event in self.events:
            method, params = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                found.append(str(params["exceptionDetails"].get("exception", params)))
            if method == "Runtime.consoleAPICalled" and params["type"] == "error":
                found.append(str(params["args"]))
            if method == "Network.requestWillBeSent" and params["request"]["url"].startswith(("http", "ws")):
                found.append(params["request"]["url"])
        return found


class Browser:
    """A running Chromium, for all stories of this process: it takes longer to start than a story to tell."""

    def __init__(self) -> None:
        self.profile = tempfile.mkdtemp(prefix="chromium")
        root = ["--no-sandbox"] if os.geteuid() == 0 else []  # its sandbox does not run as root
        command = [CHROMIUM, *OPTIONS, *root, f"--user-data-dir={self.profile}", "about:blank"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        atexit.register(self.close)

    def close(self) -> None:
        """End it, and remove what it kept."""
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    async def address(self) -> tuple[str, str]:
        """Where it listens, and the path of what speaks for the whole browser, once it has started."""
        file = Path(self.profile) / "DevToolsActivePort"
        while self.process.poll() is None and not (file.exists() and file.read_text(encoding="ascii").strip()):
            await asyncio.sleep(STEP)
        port, path = file.read_text(encoding="ascii").split()
        return f"ws://127.0.0.1:{port}", path

    async def follow(self, page: Path, story: Callable[[Tab], Awaitable[T]]) -> T:
        """Open a page in a new tab, in which nothing is remembered of others, and follow a story in it."""
        host, path = await self.address()
        whole = Tab(await websocket_connect(host + path))
        context = (await whole.call("Target.createBrowserContext"))["browserContextId"]
        size = {"width": WIDTH, "height": HEIGHT, "browserContextId": context}
        target = (await whole.call("Target.createTarget", url="about:blank", **size))["targetId"]
        tab = Tab(await websocket_connect(f"{host}/devtools/page/{target}", max_message_size=100_000_000))
        for domain in ("Runtime", "Page", "Network"):
            await tab.call(f"{domain}.enable")
        await tab.call("Page.navigate", url=page.as_uri())
        try:
            return await story(tab)
        finally:
            await tab.close()
            await whole.call("Target.disposeBrowserContext", browserContextId=context)
            await whole.close()


@cache
def browser() -> Browser:
    """The browser of this process."""
    return Browser()


def browse(page: Path, story: Callable[[Tab], Awaitable[T]]) -> T:
    """Open a page in the browser and follow a story in it."""
    return asyncio.run(browser().follow(page, story))
