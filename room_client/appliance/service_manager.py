"""What systemd is told (sd_notify): that the room is there, what it does, and again and again that it is alive.

The watchdog is fed only while the room can do its work. What feeding stands for is written in `trouble`; a room
that is not fed is killed by systemd and started anew, which is all that helps against a driver that hangs.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable

from room_client.room import Room

STUCK_S = 30.0  # one step of a camera or microphone: longer than any timeout of ours
AWAY_S = 900.0  # without the server: nothing is lost by beginning anew, and it cures what we do not know of
_LONGEST_STATUS = 200


class ServiceManager:
    """Does nothing where nobody asked for it."""

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        found = os.environ if environment is None else environment
        path = found.get("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path
        interval = found.get("WATCHDOG_USEC", "")
        concerned = found.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog_s = int(interval) / 1e6 if interval.isdecimal() and concerned else 0.0
        self._status = ""

    @property
    def is_asked(self) -> bool:
        """systemd runs this."""
        return bool(self._address)

    def ready(self) -> None:
        self._send("READY=1")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def status(self, sentence: str) -> None:
        """As `systemctl status` shows it."""
        line = " ".join(sentence.split())[:_LONGEST_STATUS]
        if line != self._status:
            self._status = line
            self._send(f"STATUS={line}")

    def alive(self) -> None:
        self._send("WATCHDOG=1")

    async def feed(self, room: Callable[[], Room | None], say: Callable[[str], None]) -> None:
        """Until cancelled. `room`: the present one; None while it waits to be enrolled.

        `say` hears once what keeps the watchdog hungry: it is the last that is heard.
        """
        if not self.watchdog_s:
            return
        said = ""
        while True:
            present = room()
            found = "" if present is None else trouble(present, time.monotonic())
            if not found:
                self.alive()
            elif found != said:
                say(found)
            said = found
            await asyncio.sleep(self.watchdog_s / 3)

    def _send(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sender:
                sender.sendto(message.encode(), self._address)
        except OSError:  # nobody listens, or its queue is full: it is told again
            self._status = ""


def trouble(room: Room, now_s: float) -> str:
    """Why this process cannot do its work any more: a word of `room_client.wording`; empty while it can."""
    if room.stuck_s(now_s) > STUCK_S:
        return "watchdog_stuck"
    away_since = room.away_since
    return "watchdog_away" if away_since is not None and now_s - away_since > AWAY_S else ""
