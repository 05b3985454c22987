"""The interface in a real Chromium: a page is an app, closing it leaves the run going, and nobody
without the token, or with another name for this machine, has one."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import psutil
import pytest
from tests.support.chromium import Page, running_chromium

from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertui.web.gate import is_loopback

KERTUI = str(Path(sys.executable).with_name("kertui"))


@contextlib.asynccontextmanager
async def served() -> AsyncIterator[tuple[str, psutil.Process]]:
    """The address that a server prints, and its process; it ends as by Ctrl-C."""
    process = await asyncio.create_subprocess_exec(
        KERTUI, "--no-spare", "--no-advice", "serve", "--port", "0",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or "Ctrl-C" not in lines[-1]:
            lines.append((await asyncio.wait_for(process.stdout.readline(), 60)).decode())
        (address,) = re.findall(r"http://127\.0\.0\.1:\d+/\?token=\S+", "".join(lines))
        port = urlsplit(address).port
        assert f"ssh -L {port}:127.0.0.1:{port}" in "".join(lines)
        yield address, psutil.Process(process.pid)
    finally:
        process.send_signal(2)
        assert await asyncio.wait_for(process.wait(), 30) == 0


async def refusals(address: str) -> None:
    """See that nobody else is let in, neither to the page nor to the WebSocket that is the app."""
    base, token = address.split("?token=")
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        for query, headers, said in (
            ("", {}, "token is wrong"),
            ("?token=wrong", {}, "token is wrong"),
            (f"?token={token[:-1]}", {}, "token is wrong"),
            (f"?token={token}", {"Host": "evil.example"}, "only at 127.0.0.1"),
            (f"?token={token}", {"Origin": "http://evil.example"}, "only to its own page"),
        ):
            for path in ("", "ws", "static/js/textual.js", "download/x"):
                async with session.get(f"{base}{path}{query}", headers=headers) as answer:
                    assert answer.status == 403, (path, query)
                    assert said in await answer.text()


@pytest.mark.terminal
@pytest.mark.training
async def test_a_page_is_an_app_and_its_run_outlives_it(trainer_home: Path, tmp_path: Path) -> None:
    async with running_chromium(tmp_path / "profile") as browser, served() as (address, server):
        await refusals(address)
        page = await browser.open(address)
        await page.until(lambda text: "type to filter" in text)
        assert await page.evaluate("location.search") == ""  # the token is not left in sight
        await page.type("xor")
        await page.until(lambda text: "exactly one of the two" in text)
        await page.press("Enter")
        await page.until(lambda text: "epochs      1000" in text)
        # Longer than the test, on any machine.
        await page.type("t")
        await page.until(lambda text: re.search(r"▸ optimizer +Adam ▾", text) is not None)
        for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
            await page.press(key)
        await page.type("900000")
        await page.press("Enter")
        await page.until(lambda text: re.search(r"▸ epochs +900000", text) is not None)
        await page.type(" ")
        store = RunStore(trainer_home)
        await page.until(lambda text: re.search(r"epoch +\d+/900 000 +\d", text) is not None, 120)
        (run,) = store.runs()
        await page.type("2")
        await page.until(lambda text: "rows wrong" in text)

        await page.resize(1200, 800)
        await page.until(lambda text: len(text.split("\n")) > 30 and "● training" in text)
        a_second = await bytes_a_second(page)
        print(f"a page that shows a boundary anew gets {a_second / 1000:.1f} kB a second")
        assert a_second > 100  # how many is told in the benchmarks: it depends on the machine
        assert len(await page.picture()) > 20_000  # a terminal that is drawn, and no empty page
        host = urlsplit(address).netloc
        assert {urlsplit(url).netloc for url in page.addresses} == {host}

        await page.type(" ")  # a training takes a core, which the next page can use
        await page.until(lambda text: "paused" in text)
        other = await browser.open(address)
        await other.until(lambda text: "type to filter" in text)
        assert "paused" in page.text
        assert len(apps(server)) == 2

        await browser.close(page)
        await until(lambda: len(apps(server)) == 1)
        assert run.state() is RunState.PAUSED
        run.send(SteeringCommand.RESUME)
        done = RunHistory.read(run.events_path).epochs
        await until(lambda: RunHistory.read(run.events_path).epochs > done)
        left = apps(server)
    assert left
    assert not any(each.is_running() for each in left)
    assert run.state() is RunState.RUNNING
    run.send(SteeringCommand.STOP)
    await until(lambda: run.state().is_over)


async def bytes_a_second(page: Page, seconds: float = 3) -> float:
    await asyncio.sleep(1)
    before, began = page.received, time.monotonic()
    await asyncio.sleep(seconds)
    return (page.received - before) / (time.monotonic() - began)


def apps(server: psutil.Process) -> list[psutil.Process]:
    return [each for each in server.children(recursive=True) if is_page(each)]


def is_page(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return "serve-page" in process.cmdline()
    return False


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("host", "is_it"),
    [
        ("127.0.0.1:8000", True),
        ("localhost:9", True),
        ("[::1]:80", True),
        ("127.0.0.1.evil.example", False),
        ("localhost@evil.example", False),
        ("", False),
        ("[", False),
    ],
)
def test_this_machine_is_known_by_its_own_names_alone(host: str, is_it: bool) -> None:
    assert is_loopback(f"http://{host}") is is_it
