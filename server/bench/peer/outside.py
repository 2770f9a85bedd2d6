"""Receivers that are none of ours: a program on another WebRTC library, told what to do in lines of JSON.

It reads one question a line and answers each with one line:

    {"do": "offer", "room": 7}                  {"sdp": its offer, one picture, only received, with its candidates}
    {"do": "answer", "room": 7, "sdp": "..."}   {}
    {"do": "remote", "room": 7, "sdp": "..."}   {"sdp": its answer to this offer, with its candidates}
    {"do": "counts"}                            {"rooms": [[packets, bytes, missing packets] of each, in order]}

or with {"failed": "why"}; it ends with its standard input. Sockets, DTLS, SRTP, reports and repeats are its
library's own. `docs/receivers/pion` is one in Go.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from server.bench.load import Load, LoadFailed, load
from server.bench.peer.janus_room import JanusSession
from server.bench.process import cost_of

Answer = dict[str, Any]


class OutsideRooms:
    """All rooms are in the one program. Let them watch a server, then `counts`."""

    def __init__(self, program: Load) -> None:
        self._program = program

    async def watch_tiepdan(self, address: str, tokens: Sequence[str]) -> None:
        """One room for each token, by WHEP. Raises LoadFailed."""
        async with aiohttp.ClientSession() as http:
            for room, token in enumerate(tokens):
                offer = (await self._program.ask("offer", room=room))["sdp"]
                headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
                async with http.post(f"{address}/whep", data=offer, headers=headers) as answer:
                    if answer.status != 201:
                        raise LoadFailed(f"the server refused an offer with {answer.status}")
                    await self._program.ask("answer", room=room, sdp=await answer.text())

    async def watch_janus(self, session: JanusSession, mountpoint: int, rooms: int) -> None:
        """The session stays the caller's, and open for as long as they watch. Raises LoadFailed, JanusRefused."""
        for room in range(rooms):
            handle = await session.attach()
            about = {"janus": "message", "handle_id": handle}
            await session.request({**about, "body": {"request": "watch", "id": mountpoint}})
            offer = (await session.event(handle))["jsep"]["sdp"]
            answer = {"type": "answer", "sdp": (await self._program.ask("remote", room=room, sdp=offer))["sdp"]}
            await session.request({**about, "body": {"request": "start"}, "jsep": answer})

    async def counts(self) -> Answer:
        """In the words of the load generator's own rooms. Raises LoadFailed."""
        rooms = (await self._program.ask("counts"))["rooms"]
        packets, octets, missing = (sum(room[column] for room in rooms) for column in range(3))
        cost = cost_of(self._program.pid)
        return {
            "counts": {"packets": packets, "bytes": octets, "lost": missing, "dropped_here": 0},
            "desk": [room[0] for room in rooms],
            "receiving": sum(room[0] > 0 for room in rooms),
            "cpu_s": cost.cpu_s,
            "at": cost.at,
        }


@asynccontextmanager
async def outside_rooms(program: Path, prefix: Sequence[str]) -> AsyncIterator[OutsideRooms]:
    """Raises OSError where the program cannot be started. It is ended, and waited for."""
    async with load(prefix, (str(program),)) as started:
        yield OutsideRooms(started)
