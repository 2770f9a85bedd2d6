"""A headless Firefox with a camera and a microphone of its own making, driven by WebDriver BiDi (W3C)."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.browser.chromium import INSTRUMENTS

PROGRAM = "firefox-esr"
READY_WITHIN_S = 60.0
ANSWER_WITHIN_S = 30.0
LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
PREFERENCES = {
    "media.navigator.streams.fake": True,  # a moving picture and a tone
    "media.navigator.permission.disabled": True,  # "may this page use the camera?": yes
    "media.autoplay.default": 0,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
}


def installed() -> bool:
    return shutil.which(PROGRAM) is not None


class BidiError(Exception):
    """Firefox refused a command; the message is its own."""


class Firefox:
    """One window."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._context = ""

    async def begin(self) -> None:
        await self._command("session.new", {"capabilities": {}})
        tree = await self._command("browsingContext.getTree", {})
        self._context = tree["contexts"][0]["context"]
        instruments = INSTRUMENTS.read_text("utf-8")
        await self._command("script.addPreloadScript", {"functionDeclaration": f"() => {{ {instruments} }}"})

    async def open(self, address: str) -> None:
        await self._command(
            "browsingContext.navigate", {"context": self._context, "url": address, "wait": "complete"}
        )

    async def evaluate(self, function: str) -> Any:
        """What `function`, an async one of JavaScript without arguments, resolves to; it must be JSON."""
        said = await self._command("script.evaluate", {
            "expression": f"({function})().then(JSON.stringify)",
            "target": {"context": self._context},
            "awaitPromise": True,
        })  # fmt: skip
        if said["type"] != "success":
            raise BidiError(said["exceptionDetails"]["text"])
        return json.loads(said["result"]["value"]) if said["result"]["type"] == "string" else None

    async def end(self) -> None:
        await self._command("browser.close", {})

    async def _command(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while True:
                answer = await self._socket.receive_json()
                if answer.get("id") == number:
                    break
        if answer["type"] == "error":
            raise BidiError(f"{method}: {answer['message']}")
        result: dict[str, Any] = answer["result"]
        return result


@asynccontextmanager
async def running_firefox(directory: Path) -> AsyncIterator[Firefox]:
    profile = directory / "firefox"
    profile.mkdir()
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        env={"HOME": str(directory), "PATH": "/usr/bin:/bin", "MOZ_DISABLE_AUTO_SAFE_MODE": "1"},
    )  # fmt: skip
    reading: asyncio.Task[None] | None = None
    try:
        assert process.stderr is not None
        async with asyncio.timeout(READY_WITHIN_S):
            address = await _address(process.stderr)
        reading = asyncio.create_task(_read_on(process.stderr), name="firefox's own words")
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(f"{address}/session", max_msg_size=0) as socket,
        ):
            firefox = Firefox(socket)
            await firefox.begin()
            yield firefox
            await firefox.end()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        if reading is not None:
            await reading


async def _address(lines: asyncio.StreamReader) -> str:
    while line := await lines.readline():
        if found := LISTENS.search(line.decode(errors="replace")):
            return found[1]
    raise BidiError("Firefox ended before it listened")


async def _read_on(lines: asyncio.StreamReader) -> None:
    """A full pipe would stop the browser."""
    while await lines.readline():
        pass
