"""A WHEP player and a WHIP encoder from aiortc as it comes, and aiohttp: nothing of room_client is in them."""

from __future__ import annotations

import asyncio
import fractions
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urljoin

import numpy
from aiohttp import ClientSession
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

PICTURES_A_SECOND = 15
SAMPLE_RATE, SAMPLES = 48_000, 960
TONE_HZ = 440
LOUDNESS = 8_000  # of 32,767


class Refused(Exception):
    """The server said no; `status` is HTTP's."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class StockEnd:
    """One RTCPeerConnection and its HTTP session."""

    def __init__(self, http: ClientSession, endpoint: str, token: str) -> None:
        # aiortc asks a STUN server on the internet unless it is told that there is none.
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._http = http
        self._endpoint = endpoint
        self._headers = {"Authorization": f"Bearer {token}"}
        self._address = ""

    async def begin(self) -> None:
        """POST the offer, take the answer, wait until connected. Raises Refused."""
        await self.peer.setLocalDescription(await self.peer.createOffer())
        headers = {**self._headers, "Content-Type": "application/sdp"}
        offer = self.peer.localDescription.sdp
        async with self._http.post(self._endpoint, data=offer, headers=headers) as answer:
            if answer.status != 201:
                raise Refused(answer.status)
            self._address = urljoin(self._endpoint, answer.headers["Location"])
            description = RTCSessionDescription(sdp=await answer.text(), type="answer")
        connected = asyncio.Event()
        self.peer.on("connectionstatechange", lambda: connected.set() if self.is_connected else None)
        await self.peer.setRemoteDescription(description)
        async with asyncio.timeout(15):
            await connected.wait()

    @property
    def is_connected(self) -> bool:
        return str(self.peer.connectionState) == "connected"

    async def end(self) -> int:
        """DELETE; gives the HTTP status."""
        async with self._http.delete(self._address, headers=self._headers) as answer:
            return answer.status

    async def packets(self, kind: str) -> int:
        """RTP packets so far: `kind` is inbound-rtp or outbound-rtp."""
        counted = "packetsReceived" if kind == "inbound-rtp" else "packetsSent"
        report = await self.peer.getStats()
        return sum(getattr(entry, counted) for entry in report.values() if entry.type == kind)


class Player(StockEnd):
    """Asks for one video and one audio, as every WHEP player does."""

    def __init__(self, http: ClientSession, endpoint: str, token: str) -> None:
        super().__init__(http, endpoint, token)
        self._tracks: dict[str, MediaStreamTrack] = {}
        self.peer.on("track", lambda track: self._tracks.update({track.kind: track}))
        for kind in ("video", "audio"):
            self.peer.addTransceiver(kind, direction="recvonly")

    async def picture(self) -> numpy.ndarray:
        """The next decoded picture, in grey."""
        async with asyncio.timeout(15):
            frame = await self._tracks["video"].recv()
        assert isinstance(frame, VideoFrame)
        return frame.to_ndarray(format="gray").astype(int)

    async def loudness(self) -> float:
        """RMS of the next decoded piece of sound; full scale is 32,767."""
        async with asyncio.timeout(15):
            frame = await self._tracks["audio"].recv()
        assert isinstance(frame, AudioFrame)
        return float(numpy.sqrt(numpy.mean(frame.to_ndarray().astype(float) ** 2)))


class Encoder(StockEnd):
    """Sends a bar that wanders over the picture, and a tone."""

    def __init__(self, http: ClientSession, endpoint: str, token: str) -> None:
        super().__init__(http, endpoint, token)
        for track in (WanderingBar(), Tone()):
            self.peer.addTransceiver(track, direction="sendonly")


class _Paced(MediaStreamTrack):
    """Gives a piece every `seconds`, like a camera."""

    seconds = 1.0

    def __init__(self) -> None:
        super().__init__()
        self._number = 0
        self._begun = 0.0

    async def turn(self) -> int:
        """Wait for the next piece's time; its number. Raises MediaStreamError once stopped."""
        if self.readyState != "live":
            raise MediaStreamError
        now = asyncio.get_running_loop().time()
        self._begun = self._begun or now
        self._number += 1
        await asyncio.sleep(max(0.0, self._begun + self._number * self.seconds - now))
        return self._number


class WanderingBar(_Paced):
    kind = "video"
    seconds = 1 / PICTURES_A_SECOND

    async def recv(self) -> VideoFrame:
        number = await self.turn()
        grey = numpy.full((180, 320), 60, dtype=numpy.uint8)
        left = number * 8 % 280
        grey[:, left : left + 40] = 220
        frame = VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p")
        frame.pts, frame.time_base = number * 90_000 // PICTURES_A_SECOND, fractions.Fraction(1, 90_000)
        return frame


class Tone(_Paced):
    kind = "audio"
    seconds = SAMPLES / SAMPLE_RATE

    async def recv(self) -> AudioFrame:
        first = await self.turn() * SAMPLES
        wave = numpy.sin(2 * numpy.pi * TONE_HZ * numpy.arange(first, first + SAMPLES) / SAMPLE_RATE) * LOUDNESS
        frame = AudioFrame.from_ndarray(wave.astype(numpy.int16)[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, first
        frame.time_base = fractions.Fraction(1, SAMPLE_RATE)
        return frame


class StockRtc:
    """Makes players and encoders for one server, and closes them all."""

    def __init__(self, address: str, http: ClientSession) -> None:
        self._address = address
        self._http = http
        self._ends: list[StockEnd] = []

    def player(self, token: str) -> Player:
        player = Player(self._http, f"{self._address}/whep", token)
        self._ends.append(player)
        return player

    def encoder(self, token: str) -> Encoder:
        encoder = Encoder(self._http, f"{self._address}/whip", token)
        self._ends.append(encoder)
        return encoder

    async def close(self) -> None:
        for end in self._ends:
            await end.peer.close()


@asynccontextmanager
async def stock_rtc(address: str) -> AsyncIterator[StockRtc]:
    async with ClientSession() as http:
        stock = StockRtc(address, http)
        try:
            yield stock
        finally:
            await stock.close()
