"""Control's end of the media process: the stage down, links and slots up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from server.receptions.events import Event, MediaConnected, MediaLost
from server.receptions.kept_channel import KeptChannel
from signaling.channel import Channel, ChannelClosed
from signaling.messages import Purpose, RoomCode
from signaling.ports import (
    CloseLink,
    DebugSnapshot,
    DebugWanted,
    EndMeasuring,
    Frame,
    LineMeasured,
    LinkChanged,
    LinkOpened,
    LinkReports,
    MeasureLine,
    MediaReport,
    MediaSnapshot,
    MediaStatus,
    OpenLink,
    RestartLink,
    SetStage,
    SlotSwitched,
)
from signaling.refusals import RefusalCode, Refused

OPEN_TIMEOUT_S = 5.0  # an answer takes media some milliseconds; a room asks again by itself


DEBUG_TIMEOUT_S = 3.0  # somebody waits for the page


class MediaClient:
    """`post` gets what happens to links and slots, `measure` what media counts, once a second."""

    def __init__(self, path: Path, post: Callable[[Event], None], measure: Callable[[MediaReport], None]) -> None:
        self._post = post
        self._measure = measure
        self._kept = KeptChannel(path, self._greet, self._deliver, lambda: post(MediaLost()))

    async def run(self) -> None:
        """Never returns; cancel it."""
        await self._kept.run()

    @property
    def running(self) -> bool:
        return self._kept.channel is not None

    def set_stage(self, stage: SetStage) -> None:
        self._kept.send(stage)

    def close_link(self, link: str) -> None:
        self._kept.send(CloseLink(link=link))

    async def open_link(self, link: str, room: RoomCode, purpose: Purpose, sdp: str) -> str:
        """Returns the SDP answer. Raises Refused: what media refuses, or MEDIA_NOT_RUNNING."""
        return await self._negotiate(OpenLink(link=link, room=room, purpose=purpose, sdp=sdp))

    async def measure_line(self, link: str, room: RoomCode, sdp: str) -> str:
        """A link that only measures. Returns the answer. Raises Refused as `open_link` does, and NOT_NOW."""
        return await self._negotiate(MeasureLine(link=link, room=room, sdp=sdp))

    async def line_measured(self, link: str) -> LineMeasured:
        """Ends it. Raises Refused: ROOM_NOT_CONNECTED where it is gone, MEDIA_NOT_RUNNING."""
        channel = self._kept.channel
        try:
            reply = await channel.request(EndMeasuring(link=link), OPEN_TIMEOUT_S) if channel is not None else None
        except (ChannelClosed, TimeoutError):
            reply = None
        if not isinstance(reply, LineMeasured):
            raise Refused(RefusalCode.MEDIA_NOT_RUNNING)
        return reply

    async def restart_link(self, link: str, sdp: str) -> str:
        """ICE restart. `sdp`: a whole offer, or an RFC 8840 fragment with ice-ufrag and ice-pwd.

        Returns the answer. Raises Refused as `open_link` does.
        """
        return await self._negotiate(RestartLink(link=link, sdp=sdp))

    async def _negotiate(self, wanted: OpenLink | RestartLink | MeasureLine) -> str:
        channel = self._kept.channel
        if channel is None:
            raise Refused(RefusalCode.MEDIA_NOT_RUNNING)
        try:
            reply = await channel.request(wanted, OPEN_TIMEOUT_S)
        except (ChannelClosed, TimeoutError):
            raise Refused(RefusalCode.MEDIA_NOT_RUNNING) from None
        if not isinstance(reply, LinkOpened):
            raise Refused(RefusalCode.MEDIA_NOT_RUNNING, came=type(reply).__name__)
        return reply.sdp

    async def snapshot(self) -> MediaSnapshot | None:
        """None: media does not answer."""
        channel = self._kept.channel
        try:
            reply = await channel.request(MediaStatus()) if channel is not None else None
        except (ChannelClosed, TimeoutError, Refused):
            return None
        return reply if isinstance(reply, MediaSnapshot) else None

    async def debug(self) -> DebugSnapshot | None:
        """What media's long-lived objects say of themselves; None: media does not answer."""
        channel = self._kept.channel
        try:
            reply = await channel.request(DebugWanted(), DEBUG_TIMEOUT_S) if channel is not None else None
        except (ChannelClosed, TimeoutError, Refused):
            return None
        return reply if isinstance(reply, DebugSnapshot) else None

    def debug_snapshot(self) -> dict[str, object]:
        return self._kept.debug_snapshot()

    async def _greet(self, channel: Channel) -> None:
        reply = await channel.request(MediaStatus())
        if not isinstance(reply, MediaSnapshot):
            raise Refused(RefusalCode.MEDIA_NOT_RUNNING, came=type(reply).__name__)
        self._post(MediaConnected(reply))

    def _deliver(self, frame: Frame) -> None:
        if isinstance(frame, (LinkChanged, LinkReports, SlotSwitched)):
            self._post(frame)
        elif isinstance(frame, MediaReport):
            self._measure(frame)
