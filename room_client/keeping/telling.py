"""Tells the server what the room keeps: after each connection, and on every change. `run` it as a task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from room_client.kept_signalling import KeptSignalling
from room_client.signalling import Signalling
from signaling.late_messages import Keeps

LOOK_EVERY_S = 2.0


class Telling:
    def __init__(self, signalling: KeptSignalling, standing: Callable[[], Awaitable[Keeps]]) -> None:
        self._signalling, self._standing = signalling, standing

    async def run(self) -> None:
        told: tuple[Signalling, Keeps] | None = None
        while True:
            signalling = await self._signalling.connected()
            try:
                now = (signalling, await self._standing())
            except OSError:  # the disk: what is kept there is not known at the moment
                now = told or (signalling, Keeps())
            if now != told and await signalling.send(now[1]):
                told = now
            await asyncio.sleep(LOOK_EVERY_S)
