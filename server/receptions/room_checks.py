"""What signalling needs of whoever keeps the rooms' checks: `server.readiness`, which stands above it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from aiohttp import web

from server.receptions.programme import RoomFacts
from signaling.check_messages import CheckTaken, RoomChecked


class RoomChecks(Protocol):
    async def take(self, room: RoomFacts, said: RoomChecked, software: str, now: datetime) -> CheckTaken:
        """Judge and store; returns when it is stored."""


ROOM_CHECKS: web.AppKey[RoomChecks] = web.AppKey("ROOM_CHECKS", RoomChecks)
