"""A real Chromium without a window, driven by its DevTools protocol, and what a page's terminal
got: the frames of its WebSocket, read by a terminal emulator (pyte)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pyte
import pytest
from tests.support.pseudo_terminal import _UNKNOWN_TO_PYTE

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str:
    """The program; skips the test, saying so, where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("Chromium is not installed here (Debian: apt install chromium)")
    return found


class Page:
    """An open page.

    Args:
        socket: of the DevTools protocol, for this page.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self.received = 0
        """Bytes that the terminal got."""

        self.addresses: list[str] = []
        """All that the page fetched."""

        self._reading = asyncio.create_task(self._read())

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = len(self._answers)
        future = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        return await asyncio.wait_for(future, 30)

    async def _read(self) -> None:
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" in said:
                self._answers[said["id"]].set_result(said.get("result", said))
            elif said["method"] == "Network.requestWillBeSent":
                self.addresses.append(said["params"]["request"]["url"])
            elif said["method"] == "Network.webSocketCreated":
                asked = parse_qs(urlsplit(said["params"]["url"]).query)
                self._fit(int(asked["width"][0]), int(asked["height"][0]))
            elif said["method"] == "Network.webSocketFrameSent":
                frame = said["params"]["response"]["payloadData"]
                if frame.startswith('["resize"'):
                    size = json.loads(frame)[1]
                    self._fit(size["width"], size["height"])
            elif said["method"] == "Network.webSocketFrameReceived":
                frame = said["params"]["response"]
                if frame["opcode"] == 2:
                    data = base64.b64decode(frame["payloadData"])
                    self.received += len(data)
                    self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))

    def _fit(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    async def until(self, condition: Callable[[str], bool], seconds: float = 60) -> str:
        """Wait until the terminal's text is as wanted.

        Raises:
            AssertionError: it was not in time; shows the screen.
        """
        deadline = time.monotonic() + seconds
        while not condition(self.text):
            assert time.monotonic() < deadline, f"waited in vain; the page:\n{self.text}"
            await asyncio.sleep(0.1)
        return self.text

    async def evaluate(self, script: str) -> Any:
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    async def type(self, text: str) -> None:
        for sign in text:
            await self._press(sign, ord(sign.upper()), text=sign)

    async def press(self, key: str) -> None:
        """Press a key by its name in browsers: ``Enter``, ``Escape``, ``ArrowRight``."""
        code = {"Enter": 13, "Escape": 27, "ArrowRight": 39, "ArrowDown": 40}[key]
        await self._press(key, code, **({"text": "\r"} if key == "Enter" else {}))

    async def _press(self, key: str, code: int, **more: str) -> None:
        event = {"key": key, "windowsVirtualKeyCode": code}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **event, **more)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    async def resize(self, width: int, height: int) -> None:
        """Give the window another size in pixels; the page says how many columns that are."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.call("Emulation.setDeviceMetricsOverride", **size)

    async def picture(self) -> bytes:
        """What the page looks like: PNG."""
        answer = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(answer["data"])


class Chromium:
    """A running browser."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self._address, self._session = address, session

    async def open(self, url: str) -> Page:
        """Open a page in a window of 80 and more columns."""
        new = f"{self._address}/json/new?about:blank"
        async with self._session.put(new) as answer:
            target = await answer.json()
        page = Page(await self._session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0))
        await page.call("Network.enable")
        await page.call("Emulation.setFocusEmulationEnabled", enabled=True)
        await page.resize(800, 560)
        await page.call("Page.enable")
        await page.call("Page.navigate", url=url)
        return page

    @staticmethod
    async def close(page: Page) -> None:
        await page.call("Page.close")


@contextlib.asynccontextmanager
async def running_chromium(folder: Path) -> AsyncIterator[Chromium]:
    """A browser with a profile of its own in ``folder``, until the end."""
    # No sandbox: containers and root have none, and only pages of the test are opened.
    process = subprocess.Popen(
        [
            find_chromium(), "--headless=new", "--no-sandbox", "--disable-gpu",
            "--disable-background-networking", "--no-first-run", "--remote-debugging-port=0",
            f"--user-data-dir={folder}", "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        told = folder / "DevToolsActivePort"
        deadline = time.monotonic() + 60
        while not (told.exists() and told.read_text().count("\n")):
            assert time.monotonic() < deadline, "Chromium does not start"
            assert process.poll() is None, "Chromium ended"
            await asyncio.sleep(0.1)
        address = f"http://127.0.0.1:{told.read_text().splitlines()[0]}"
        async with aiohttp.ClientSession() as session:
            yield Chromium(address, session)
    finally:
        process.terminate()
        process.wait()
