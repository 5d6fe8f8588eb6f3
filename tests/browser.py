"""Chromium without a window: pictures of a page, and a tab that a test clicks in and asks what it shows."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
)


def browser() -> str:
    """Find Chromium, or skip the test."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


def take_picture(page: Path, to: Path, width: int, height: int) -> None:
    """Take a picture of a page that lies in a file."""
    flags = [f"--window-size={width},{height}", f"--user-data-dir={to.parent / 'profile'}", f"--screenshot={to}"]
    subprocess.run([browser(), *_FLAGS, *flags, page.as_uri()], check=True, capture_output=True, timeout=60)


class Tab:
    """An open page in which no script of its own may run."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._number = socket, 0
        self.requests: list[str] = []  # addresses that the page asked for
        self.complaints: list[str] = []  # of the browser: what it refused, and errors

    async def call(self, method: str, **told: Any) -> Any:
        """Do one thing of Chrome's protocol, and give what comes of it."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": told})
        return await self._until(lambda heard: heard.get("id") == self._number)

    async def open(self, address: str) -> None:
        """Load a page whole."""
        for domain in ("Page", "Network", "Log", "DOM"):
            await self.call(f"{domain}.enable")
        await self.call("Emulation.setScriptExecutionDisabled", value=True)
        await self.call("Page.navigate", url=address)
        await self._until(lambda heard: heard.get("method") == "Page.loadEventFired")

    async def ask(self, expression: str) -> Any:
        """Ask the browser, not the page, for a value."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"]["value"]

    async def click(self, selector: str) -> None:
        """Press the mouse in the middle of what a selector finds first."""
        await self.ask(f"document.querySelector({selector!r}).scrollIntoView({{block: 'center'}}) || 0")
        x, y = await self.ask(
            f"(box => [box.x + box.width / 2, box.y + box.height / 2])"
            f"(document.querySelector({selector!r}).getBoundingClientRect())"
        )
        for what in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=what, x=x, y=y, button="left", clickCount=1)

    async def _until(self, is_meant: Any) -> Any:
        while True:
            heard = await self._socket.receive_json(timeout=30)
            if heard.get("method") == "Network.requestWillBeSent":
                self.requests.append(heard["params"]["request"]["url"])
            if heard.get("method") == "Log.entryAdded":
                self.complaints.append(heard["params"]["entry"]["text"])
            assert "error" not in heard, heard
            if is_meant(heard):
                return heard.get("result")


@asynccontextmanager
async def tab(profile: Path) -> AsyncIterator[Tab]:
    """Start a browser of its own, and end it."""
    told = profile / "DevToolsActivePort"
    command = [browser(), *_FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            while not told.is_file() or not told.read_text().strip():
                await asyncio.sleep(0.05)
            at = f"http://127.0.0.1:{told.read_text().split()[0]}"
            async with session.get(f"{at}/json") as reply:
                pages = [one for one in await reply.json() if one["type"] == "page"]
            async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                yield Tab(socket)
    finally:
        process.kill()
        await process.wait()
