"""Keeping a channel to another process of this server: connect, deliver, and connect again, until cancelled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from signaling.channel import Channel, ChannelClosed, connect
from signaling.ports import Done, Frame
from signaling.refusals import Refused

RETRY_S = 0.1  # a look at a local socket costs nothing, and 177 rooms wait for the process to be back
_log = logging.getLogger(__name__)


class KeptChannel:
    """`greet` runs on every new connection while frames are delivered already; if it fails, we connect anew.

    `lost` is called once for every connection that was made and is gone.
    """

    def __init__(
        self,
        path: Path,
        greet: Callable[[Channel], Awaitable[None]],
        deliver: Callable[[Frame], None],
        lost: Callable[[], None],
    ) -> None:
        self._path = path
        self._greet = greet
        self._deliver = deliver
        self._lost = lost
        self._channel: Channel | None = None
        self._connections = 0  # made since the start

    @property
    def channel(self) -> Channel | None:
        return self._channel if self._channel is not None and not self._channel.closed else None

    def send(self, frame: Frame) -> bool:
        """False: nobody is there. Whatever is worth repeating is repeated by the greeting."""
        channel = self.channel
        if channel is None:
            return False
        try:
            channel.send(frame)
        except ChannelClosed:
            return False
        return True

    def debug_snapshot(self) -> dict[str, object]:
        return {"connected": self.channel is not None, "connections": self._connections}

    async def run(self) -> None:
        """Never returns; cancel it."""
        while True:
            try:
                channel = await connect(self._path)
            except OSError:
                await asyncio.sleep(RETRY_S)
                continue
            await self._one_connection(channel)
            await asyncio.sleep(RETRY_S)

    async def _one_connection(self, channel: Channel) -> None:
        self._channel = channel
        self._connections += 1
        _log.info("connected to %s", self._path.name)
        greeting = asyncio.create_task(self._greeted(channel), name=f"greet {self._path.name}")
        try:
            async for frame, number in channel.frames():
                self._deliver(frame)
                if number is not None:
                    channel.send(Done(), replying_to=number)
        except ChannelClosed:
            pass
        finally:
            self._channel = None
            greeting.cancel()
            await asyncio.gather(greeting, return_exceptions=True)
            await channel.close()
            _log.warning("lost %s", self._path.name)
            self._lost()

    async def _greeted(self, channel: Channel) -> None:
        try:
            await self._greet(channel)
        except (ChannelClosed, TimeoutError, Refused) as error:
            _log.warning("greeting %s failed: %s", self._path.name, type(error).__name__)
            await channel.close()
