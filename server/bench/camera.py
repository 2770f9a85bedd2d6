"""The desk's camera of the bench: plays the material by the clock, and notes when each packet was sent.

Where it goes is an `Outlet`: a desk's link, or (side by side with another server) a plain RTP stream.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import time
from collections import deque
from contextlib import suppress
from typing import NamedTuple, Protocol

from room_client.counting.link import CountingLink
from room_client.counting.path import Shared
from room_client.kept_link import FIRST_REJOIN_S, LONGEST_PAUSE_S
from room_client.pausing import Pause
from room_client.sending import StreamSender
from room_client.signalling import Signalling
from server.bench.material import RATE, Material
from signaling.messages import Auth, LinkEnded, Purpose, StageView
from signaling.refusals import Refused
from signaling.wire import rtcp
from signaling.wire.rtp import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, pack_packet
from signaling.wire.slots import Upstream

TICKS = VIDEO_CLOCK_HZ // RATE
SOUND_S, SOUND_TICKS = 0.02, AUDIO_CLOCK_HZ // 50
REPORT_EVERY_S = 1.0
KEPT = 60_000  # departures not taken yet
_HEADER = struct.Struct("!BBHII")


class Departure(NamedTuple):
    """One packet of picture as the camera sent it."""

    sequence: int
    timestamp: int
    at_ns: int  # wall clock


class Outlet(Protocol):
    """Where the camera's media goes. Both are called in the order of time."""

    def picture(self, payloads: list[bytes], rtp_time: int) -> None: ...

    def sound(self, payload: bytes, rtp_time: int) -> None: ...


class Camera:
    """Plays until `stop`. `want_key_frame` makes the next picture one."""

    def __init__(self, material: Material, outlet: Outlet, sound: bool) -> None:
        self._material = material
        self._outlet = outlet
        self._with_sound = sound
        self._key_wanted = False
        self.key_frames_wanted = 0
        self._tasks = [asyncio.create_task(self._play(), name="bench camera")]
        if sound:
            self._tasks.append(asyncio.create_task(self._speak(), name="bench microphone"))

    def want_key_frame(self) -> None:
        self._key_wanted = True
        self.key_frames_wanted += 1

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _play(self) -> None:
        gops = self._material.gops
        started, count, gop, place = time.monotonic(), 0, 0, 0
        while True:
            await asyncio.sleep(max(0.0, started + count / RATE - time.monotonic()))
            if place >= len(gops[gop]) or (self._key_wanted and place):
                gop, place = (gop + 1) % len(gops), 0
            if place == 0:
                self._key_wanted = False
            self._outlet.picture(gops[gop][place], count * TICKS)
            place += 1
            count += 1

    async def _speak(self) -> None:
        sound = self._material.sound
        started, count = time.monotonic(), 0
        while True:
            await asyncio.sleep(max(0.0, started + count * SOUND_S - time.monotonic()))
            self._outlet.sound(sound[count % len(sound)], count * SOUND_TICKS)
            count += 1


class DeskOutlet:
    """A link of purpose desk, which comes back by itself. `open` it before the camera plays, `close` it after."""

    def __init__(self, server_url: str, key: str) -> None:
        self._shared = Shared()
        self._server_url = server_url
        self._auth = Auth(key=key, purpose=Purpose.DESK, language="vi")
        self._signalling: Signalling | None = None
        self._link: CountingLink | None = None
        self._senders: dict[Upstream, StreamSender] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._pause = Pause(FIRST_REJOIN_S, LONGEST_PAUSE_S)
        self.camera: Camera | None = None
        self.departures: deque[Departure] | None = None
        self.packets = self.joins = 0

    async def open(self) -> None:
        """Raises Refused, ServerUnreachable, LinkFailed, AnswerUnusable."""
        await self._join()
        self._tasks = [
            asyncio.create_task(self._report(), name="bench camera reports"),
            asyncio.create_task(self._come_back(), name="bench camera comes back"),
        ]

    async def _join(self) -> None:
        signalling = self._signalling = Signalling(self._server_url, self._auth, self._stage, self._ended)
        await signalling.connect()
        link = self._link = CountingLink(self._shared, Purpose.DESK, lambda *_: None, lambda *_: None)
        joined = await signalling.join(link.offer())
        await link.connect(joined.sdp)
        answer, srtp = link.answer, link.end.srtp
        if answer is None or srtp is None:
            raise ConnectionError("the desk's link did not come up")
        for upstream in (Upstream.CAMERA, Upstream.MICROPHONE):
            part = answer.parts[upstream]
            clock = VIDEO_CLOCK_HZ if upstream.is_video else AUDIO_CLOCK_HZ
            send = self._send_stamped if upstream.is_video else link.end.send
            self._senders[upstream] = StreamSender(
                link.ssrcs[upstream], part.payload_type, clock, srtp.protect, send
            )
        link.end.on_feedback = self._feedback
        self.joins += 1
        self._pause.reset()
        if self.camera is not None:
            self.camera.want_key_frame()

    async def _leave(self) -> None:
        self._senders.clear()
        if self._link is not None:
            await self._link.close()
        if self._signalling is not None:
            await self._signalling.close()

    async def _come_back(self) -> None:
        while True:
            if self._link is not None and self._senders:  # it had come up
                await self._link.end.ended
            await self._leave()
            await asyncio.sleep(self._pause.next_s())
            with suppress(OSError, Refused):  # ServerUnreachable and LinkFailed are OSErrors
                await self._join()

    def picture(self, payloads: list[bytes], rtp_time: int) -> None:
        now = time.monotonic()
        self.packets += len(payloads)
        if (sender := self._senders.get(Upstream.CAMERA)) is not None:
            sender.send_frame(payloads, rtp_time, marker=True, now=now)

    def sound(self, payload: bytes, rtp_time: int) -> None:
        now = time.monotonic()
        if (sender := self._senders.get(Upstream.MICROPHONE)) is not None:
            sender.send_frame([payload], rtp_time, marker=False, now=now)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._leave()
        self._shared.close()

    def _send_stamped(self, datagram: bytes) -> None:
        if self.departures is not None:
            _, _, sequence, timestamp, _ = _HEADER.unpack_from(datagram)
            self.departures.append(Departure(sequence, timestamp, time.time_ns()))
        if self._link is not None:
            self._link.end.send(datagram)

    def _feedback(self, said: rtcp.Feedback) -> None:
        camera = self._senders.get(Upstream.CAMERA)
        if isinstance(said, rtcp.KeyFrameWanted):
            if camera is not None and said.ssrc == camera.ssrc and self.camera is not None:
                self.camera.want_key_frame()
        elif isinstance(said, rtcp.PacketsWanted):
            for sender in self._senders.values():
                if sender.ssrc == said.ssrc:
                    sender.repeat(said.sequences, time.monotonic())

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(REPORT_EVERY_S)
            for sender in self._senders.values():
                report = sender.report(time.monotonic(), time.time())
                if report is not None and self._link is not None:
                    cname = rtcp.source_description(sender.ssrc, self._link.end.path.ufrag.encode())
                    self._link.end.send_rtcp(report + cname)

    def _stage(self, stage: StageView) -> None:
        """The desk's camera is always on."""

    def _ended(self, message: LinkEnded) -> None:
        """Its link ends with it, and comes back."""


class PlainOutlet:
    """RTP as it is, to one UDP address: what Janus' streaming plugin takes. No sound."""

    def __init__(self, address: tuple[str, int], payload_type: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(address)
        self._payload_type = payload_type
        self._sequence = random.randint(0, 0x7FFF)
        self._ssrc = random.getrandbits(31)
        self.packets = self.unsent = 0

    def picture(self, payloads: list[bytes], rtp_time: int) -> None:
        last = len(payloads) - 1
        for index, payload in enumerate(payloads):
            self._sequence = (self._sequence + 1) & 0xFFFF
            packet = pack_packet(self._payload_type, index == last, self._sequence, rtp_time, self._ssrc, payload)
            self.packets += 1
            try:
                self._socket.send(packet)
            except OSError:  # nobody listens there (any more): what did not arrive is seen at the receivers
                self.unsent += 1

    def sound(self, payload: bytes, rtp_time: int) -> None:
        """A picture only."""

    async def close(self) -> None:
        self._socket.close()
