"""Whatever a connection sends, it alone feels it: refused in words or ended, without a flood in the log
(OWASP ASVS 5.0, 17.3.1, 17.3.2)."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from tests.server.receptions_live.conftest import ControlProcess, RoomClient
from tests.server.receptions_live.province import BAI_CHAY, HA_TU
from tests.waiting import eventually

SOCKET = "/socket.io/?EIO=4&transport="
MOST_LOG_LINES = 3
MOST_TASKS = 5  # some come and go with the clock; a leak is one for each message
Said = str | bytes


def event(*content: object) -> str:
    return "42/room,7" + json.dumps(content)


@asynccontextmanager
async def connection(control: ControlProcess, auth: object = None) -> AsyncIterator[ClientWebSocketResponse]:
    """A WebSocket that has said whatever is asked for, and no library behind it; in /room if `auth` is given."""
    async with (
        ClientSession() as http,
        http.ws_connect(control.address + SOCKET + "websocket", max_msg_size=0) as socket,
    ):
        await socket.receive_str()
        if auth is not None:
            await socket.send_str("40/room," + json.dumps(auth))
            while not (await socket.receive_str()).startswith("40/room"):
                pass
        yield socket


async def say(socket: ClientWebSocketResponse, messages: list[Said]) -> list[str]:
    """Everything at once; what was answered until the other end closed, or answers the ping behind it."""
    try:
        for message in messages:
            await (socket.send_bytes(message) if isinstance(message, bytes) else socket.send_str(message))
        await socket.send_str(event("hand", {"raised": "the last one"}))
    except ConnectionError:
        pass
    heard: list[str] = []
    async with asyncio.timeout(10):
        while (message := await socket.receive()).type is WSMsgType.TEXT:
            heard.append(message.data)
            if "raised" in message.data and message.data.startswith("43"):
                return heard
    return [*heard, "closed"]


async def goes_on(room: RoomClient) -> None:
    """Another room's messages are answered as ever."""
    assert await room.call("devices", camera="ok", microphone="ok") is None
    refused = await room.call("hand", raised="perhaps")
    assert refused["code"] == "bad_message"


ENDED: dict[str, list[Said]] = {
    "no packet of Socket.IO": ["4xyz"] * 200,
    "no packet of Engine.IO": ["zzz"] * 5,
    "JSON cut off": ['42/room,["hand",'] * 200,
    "JSON of sixty thousand brackets": ['42/room,7["hand",' + "[" * 60_000] * 5,
    "an event that is an object": ['42/room,7{"a":1}'] * 50,
    "an event without a name": ["42/room,7[]"] * 50,
    "an event whose name is an object": [event({"a": 1}, {})] * 100,
    "an event that is named as a connection is": [event("connect", {"a": 1}, {"key": "x"})] * 300,
    "an event that is named as an end is": [event("disconnect", "x")] * 100,
    "a binary event": ['451-/room,["hand",{"_placeholder":true,"num":0}]', b"x"] * 50,
    "attachments without end": ['459999999-/room,["hand"]', *[b"x" * 1000] * 300],
    "an acknowledgement nobody asked for": ['43/room,7["x"]'] * 50,
    "a message of two hundred thousand characters": [event("join", {"sdp": "x" * 200_000})],
    "a thousand messages at once": [event("hand", {"raised": True})] * 1000,
    "a thousand wrong keys at once": ['40/room,{"key":"x"}'] * 1000,
}
"""What ends a connection that may send: the library reads none of it, or there is no end to it."""


@pytest.mark.parametrize("known", [False, True], ids=["a stranger", "a room"])
async def test_a_connection_that_cannot_be_read_is_ended_and_no_other(
    control: ControlProcess, caplog: pytest.LogCaptureFixture, known: bool
) -> None:
    other = await control.receiving(BAI_CHAY)
    caplog.set_level(logging.INFO)
    tasks = len(asyncio.all_tasks())
    for what, messages in ENDED.items():
        caplog.clear()
        async with connection(control, {"key": control.key(HA_TU)} if known else None) as socket:
            heard = await say(socket, messages)
        assert heard[-1] == "closed", what
        lines = [r.getMessage() for r in caplog.records if r.name != "aiohttp.access"]
        assert sum(line.count("\n") + 1 for line in lines) <= MOST_LOG_LINES, (what, lines)
        assert not any(record.exc_info for record in caplog.records), what
        await goes_on(other)
    await eventually(lambda: (more := len(asyncio.all_tasks()) - tasks) > MOST_TASKS and f"{more} tasks more")
