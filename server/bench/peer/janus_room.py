"""Watching a Janus streaming mountpoint with a counting end (Janus' WebSocket API, one session for all rooms).

Janus makes the offer, so the room answers; Janus is ICE-lite as Tiepdan is, so that the room's end checks
and nominates the same way on both.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from contextlib import suppress
from typing import Any

import aiohttp

from room_client.counting.end import CountingEnd, Remote

ANSWER_WITHIN_S = 10.0
KEEP_ALIVE_S = 20.0
_SSRC = re.compile(r"^a=ssrc:(\d+) ", re.MULTILINE)
_CANDIDATE = re.compile(r"^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", re.MULTILINE | re.IGNORECASE)
_LINE = re.compile(r"^a=(ice-ufrag|ice-pwd|fingerprint|mid):(.*?)\s*$", re.MULTILINE)
_CODEC = re.compile(r"^m=video \d+ \S+ (\d+)", re.MULTILINE)
_FORMAT = re.compile(r"^a=fmtp:\d+ .*$", re.MULTILINE)


class JanusRefused(OSError):
    """Janus answered with an error, or not at all."""


class JanusSession:
    """One session over one WebSocket. `open`, `request` and `event` for its handles, `close`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._events: dict[int, asyncio.Queue[dict[str, Any]]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._session = 0

    async def open(self) -> None:
        self._http = aiohttp.ClientSession()
        try:
            self._socket = await self._http.ws_connect(self._url, protocols=("janus-protocol",))
        except aiohttp.ClientError as error:
            raise JanusRefused("Janus does not answer") from error
        self._tasks.append(asyncio.create_task(self._read(self._socket), name="janus session"))
        self._session = (await self.request({"janus": "create"}))["data"]["id"]
        self._tasks.append(asyncio.create_task(self._keep_alive(), name="janus keep-alive"))

    async def attach(self) -> int:
        answer = await self.request({"janus": "attach", "plugin": "janus.plugin.streaming"})
        handle = int(answer["data"]["id"])
        self._events[handle] = asyncio.Queue(64)
        return handle

    async def request(self, message: dict[str, Any]) -> dict[str, Any]:
        """Raises JanusRefused."""
        if self._socket is None:
            raise JanusRefused("the session is not open")
        transaction = str(next(self._numbers))
        future = self._waiting[transaction] = asyncio.get_running_loop().create_future()
        if self._session:
            message = {**message, "session_id": self._session}
        try:
            await self._socket.send_json({**message, "transaction": transaction})
            async with asyncio.timeout(ANSWER_WITHIN_S):
                answer: dict[str, Any] = await future
        except (TimeoutError, ConnectionError) as error:
            raise JanusRefused(f"no answer to {message['janus']}") from error
        finally:
            del self._waiting[transaction]
        if answer["janus"] == "error":
            raise JanusRefused(str(answer["error"].get("reason")))
        return answer

    async def event(self, handle: int) -> dict[str, Any]:
        """The next event of a handle. Raises JanusRefused."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self._events[handle].get()
        except TimeoutError as error:
            raise JanusRefused("an event did not come") from error

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
        if self._http is not None:
            await self._http.close()

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            said = json.loads(message.data)
            waiting = self._waiting.get(said.get("transaction", ""))
            if waiting is not None and not waiting.done() and said["janus"] in ("success", "ack", "error"):
                waiting.set_result(said)
                continue
            queue = self._events.get(said.get("sender", 0))
            if queue is not None and said["janus"] == "event" and not queue.full():
                queue.put_nowait(said)

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(KEEP_ALIVE_S)
            await self.request({"janus": "keepalive"})


class JanusRoom:
    """One receiver of a mountpoint. `open` it; its `end` counts; `close` it."""

    def __init__(self, end: CountingEnd, session: JanusSession, mountpoint: int) -> None:
        self.end = end
        self._session = session
        self._mountpoint = mountpoint
        self._handle: int | None = None

    async def open(self) -> None:
        """Raises JanusRefused, LinkFailed."""
        session = self._session
        handle = self._handle = await session.attach()
        body = {"request": "watch", "id": self._mountpoint}
        await session.request({"janus": "message", "handle_id": handle, "body": body})
        said = await session.event(handle)
        if "jsep" not in said:
            raise JanusRefused(str(said.get("plugindata")))
        offer = said["jsep"]["sdp"]
        remote, ssrcs = read_offer(offer)
        for ssrc in ssrcs:
            self.end.expect(ssrc, picture=True)
        answer = {"type": "answer", "sdp": write_answer(offer, self.end)}
        started = {"janus": "message", "handle_id": handle, "body": {"request": "start"}, "jsep": answer}
        await session.request(started)
        await self.end.connect(remote)

    async def close(self) -> None:
        await self.end.close()
        if self._handle is not None:
            with suppress(JanusRefused):
                await self._session.request({"janus": "detach", "handle_id": self._handle})


def read_offer(sdp: str) -> tuple[Remote, list[int]]:
    """Where Janus is and which SSRCs it will send. Raises JanusRefused."""
    sdp = sdp.replace("\r\n", "\n")
    lines = dict(_LINE.findall(sdp))
    addresses = [(host, int(port)) for host, port in _CANDIDATE.findall(sdp)]
    if not addresses or not {"ice-ufrag", "ice-pwd", "fingerprint"} <= set(lines):
        raise JanusRefused("the offer lacks a candidate, ICE credentials or a fingerprint")
    algorithm, _, digest = lines["fingerprint"].partition(" ")
    ssrcs = sorted({int(found) for found in _SSRC.findall(sdp)})
    remote = Remote(addresses, lines["ice-ufrag"], lines["ice-pwd"], [(algorithm, digest)], "client")
    return remote, ssrcs


def write_answer(offer: str, end: CountingEnd) -> str:
    """Receives the one video m-line of `offer`. Without a candidate: Janus learns ours from our checks."""
    offer = offer.replace("\r\n", "\n")
    lines, payload_type = dict(_LINE.findall(offer)), _CODEC.findall(offer)[0]
    described = [
        "v=0",
        "o=- 1 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {lines['mid']}",
        f"m=video 9 UDP/TLS/RTP/SAVPF {payload_type}",
        "c=IN IP4 0.0.0.0",
        f"a=rtpmap:{payload_type} H264/90000",
        *_FORMAT.findall(offer)[:1],
        f"a=rtcp-fb:{payload_type} nack",
        f"a=rtcp-fb:{payload_type} nack pli",
        f"a=mid:{lines['mid']}",
        "a=recvonly",
        "a=rtcp-mux",
        "a=setup:active",
        f"a=ice-ufrag:{end.path.ufrag}",
        f"a=ice-pwd:{end.path.password}",
        "a=ice-options:trickle",
        f"a=fingerprint:{end.fingerprint}",
    ]
    return "\r\n".join(described) + "\r\n"
