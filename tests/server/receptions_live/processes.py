"""The other processes as the control process meets them: Unix sockets that speak `signaling.ports`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from signaling.channel import Channel, ChannelClosed, serve
from signaling.messages import LinkState
from signaling.ports import (
    CloseLink,
    DebugSnapshot,
    DebugWanted,
    Done,
    EndMeasuring,
    Failed,
    Frame,
    Idle,
    LineMeasured,
    LinkChanged,
    LinkOpened,
    MeasureLine,
    MediaSnapshot,
    MediaStatus,
    OpenLink,
    RecorderStatus,
    RestartLink,
    SetRecording,
    SetStage,
)
from signaling.refusals import Refusal, RefusalCode

ANSWER = "v=0\r\ns=answer\r\n"
RESTARTED = (
    "v=0\r\ns=answer\r\na=ice-lite\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:new1\r\na=ice-pwd:0123456789abcdef012345\r\n"
    "a=candidate:1 1 udp 2130706431 192.0.2.7 5004 typ host\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=ice-ufrag:new1\r\na=ice-pwd:0123456789abcdef012345\r\n"
)


class _Side:
    """A listening process with at most a few control connections. `start` and `stop` as often as wanted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._server: asyncio.Server | None = None
        self._channels: set[Channel] = set()

    async def start(self) -> None:
        self._server = await serve(self._path, self._serve_one)

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for channel in list(self._channels):
            await channel.close()
        await self._server.wait_closed()
        self._server = None
        self._path.unlink(missing_ok=True)

    def send(self, frame: Frame) -> None:
        for channel in self._channels:
            channel.send(frame)

    async def _serve_one(self, channel: Channel) -> None:
        self._channels.add(channel)
        try:
            async for frame, number in channel.frames():
                reply = self.reply(frame)
                if number is not None:
                    channel.send(reply, replying_to=number)
        except ChannelClosed:
            pass
        finally:
            self._channels.discard(channel)

    def reply(self, frame: Frame) -> Frame:
        raise NotImplementedError


class MediaSide(_Side):
    """Keeps links as the media process does; `connect` moves one through its states."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.stages: list[SetStage] = []
        self.links: dict[str, LinkChanged] = {}
        self.closed: list[str] = []
        self.measuring: set[str] = set()  # links that only measure a line
        self.refuse: RefusalCode | None = None
        self.restarts: list[RestartLink] = []
        self.debug: DebugSnapshot | None = None  # None: answers nothing of itself

    @property
    def stage(self) -> SetStage | None:
        return self.stages[-1] if self.stages else None

    def forget(self) -> None:
        """What a new process knows: nothing."""
        self.links.clear()
        self.stages.clear()

    def connect(self, room: str, state: LinkState = LinkState.RECEIVING) -> None:
        for link, changed in list(self.links.items()):
            if changed.room == room:
                self.links[link] = changed.model_copy(update={"state": state})
                self.send(self.links[link])

    def reply(self, frame: Frame) -> Frame:
        match frame:
            case MediaStatus():
                return MediaSnapshot(
                    codec="h264",
                    links=tuple(self.links.values()),
                    slots={},
                    packets_in=0,
                    packets_out=0,
                    packets_dropped=0,
                )
            case SetStage():
                self.stages.append(frame)
            case CloseLink(link=link):
                self.closed.append(link)
                self.measuring.discard(link)
                if (gone := self.links.pop(link, None)) is not None:
                    self.send(gone.model_copy(update={"state": LinkState.CLOSED}))
            case OpenLink(link=link, room=room, purpose=purpose):
                if self.refuse is not None:
                    return Failed(refusal=Refusal(code=self.refuse))
                changed = LinkChanged(link=link, room=room, purpose=purpose, state=LinkState.NEGOTIATED)
                self.links[link] = changed
                return LinkOpened(link=link, sdp=ANSWER)
            case MeasureLine(link=link):
                self.measuring.add(link)
                return LinkOpened(link=link, sdp=ANSWER)
            case EndMeasuring(link=link):
                if link not in self.measuring:
                    return Failed(refusal=Refusal(code=RefusalCode.ROOM_NOT_CONNECTED))
                self.measuring.remove(link)
                return LineMeasured(loss_up_percent=4.8, jitter_up_ms=None, up_kbps=498.2)
            case RestartLink(link=link):
                if self.refuse is not None or link not in self.links:
                    return Failed(refusal=Refusal(code=self.refuse or RefusalCode.ROOM_NOT_CONNECTED))
                self.restarts.append(frame)
                return LinkOpened(link=link, sdp=RESTARTED)
            case DebugWanted() if self.debug is not None:
                return self.debug
        return Done()


class RecorderSide(_Side):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.wanted: list[SetRecording] = []

    @property
    def last(self) -> SetRecording | None:
        return self.wanted[-1] if self.wanted else None

    def reply(self, frame: Frame) -> Frame:
        if isinstance(frame, SetRecording):
            self.wanted.append(frame)
        return Idle() if isinstance(frame, RecorderStatus) else Done()
