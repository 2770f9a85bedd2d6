"""Everything that reads what others sent, by name, with what has to hold of it whatever came.

A property takes bytes and returns; it raises when the parser raised what it does not document, or said
something that cannot be true. `WORK_S` is how much processor time one input may cost.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from engineio.packet import Packet as EnginePacket

from recordings.h264 import H264Depacketiser
from recordings.video_frame import LARGEST_FRAME
from recordings.vp8 import Vp8Depacketiser
from room_client.sdp import AnswerUnusable, read_answer
from server.media.measured_offer import parse_measured_offer, write_measured_answer
from server.media.sdp import Offer, parse_offer
from server.media.sdp_answer import LocalEnd, write_answer
from server.receptions.socket_guard import UNREADABLE, RoomPacket
from server.receptions.socket_inbox import parse as parse_message
from server.receptions.socket_inbox import parse_as
from signaling import tap
from signaling.channel import LINE_LIMIT, Channel
from signaling.messages import Auth, Message, Purpose
from signaling.ports import Frame
from signaling.refusals import Refused
from signaling.spoken import UP_DESK, UP_ROOM
from signaling.wire import rtcp, rtp, stun
from signaling.wire.rtp import RtpView, VideoCodec
from signaling.wire.slots import SlotName

WORK_S = 0.25
_LOCAL = LocalEnd("ufrag123", "p" * 24, "sha-256 " + ":".join(["AB"] * 32), "192.0.2.1", 5004)
_SSRCS = {name: (1000 + 2 * number, 1001 + 2 * number) for number, name in enumerate(SlotName)}
_MESSAGES: dict[str, type[Message]] = {kind.event: kind for kind in (*UP_ROOM, *UP_DESK)}


def stun_messages(data: bytes) -> None:
    message = stun.parse(data)
    if message is None:
        return
    assert len(message.transaction) == 12
    assert message.kind < 0x4000
    assert message.username.isascii()
    assert not message.signed_with(b"a password nobody knows")


def rtp_packets(data: bytes) -> None:
    view = RtpView()
    for ids in ((0, 0, 0, 0), (1, 2, 0, 0), (0, 2, 3, 0), (15, 255, 10, 11)):
        if view.read(memoryview(data), *ids):
            assert rtp.HEADER_BYTES <= view.payload_start <= view.payload_end <= len(data)
            assert view.level is None or 0 <= view.level <= 127
            read = (view.mid, view.level, view.rid, view.repaired_rid)
            assert all(said is None for said, id_ in zip(read, ids, strict=True) if not id_)


def rtcp_packets(data: bytes) -> None:
    for said in rtcp.parse(data):
        if isinstance(said, rtcp.PacketsWanted):
            assert len(said.sequences) <= rtcp.MOST_WANTED
            assert all(0 <= number <= 0xFFFF for number in said.sequences)
        if isinstance(said, rtcp.ReportBlock):
            # What is read can be written again: it goes into our own reports.
            assert list(rtcp.parse(rtcp.receiver_report(1, [said]))) == [said]
        if isinstance(said, rtcp.BitrateEstimated):
            assert 0 <= said.bitrate_bps <= rtcp.MOST_BPS


def payloads(data: bytes) -> None:
    """Key frames and descriptors, wherever in the packet the payload is said to lie."""
    for start in sorted({0, min(1, len(data)), len(data) // 2, len(data)}):
        rtp.h264_key_frame_starts(data, start, len(data))
        rtp.vp8_key_frame_starts(data, start, len(data))
        assert start <= rtp.vp8_data_start(data, start, len(data)) <= len(data)


def frames(data: bytes) -> None:
    """A recorder's way from payloads to pictures: each payload is preceded by its length, zero ends a frame."""
    for depacketiser in (H264Depacketiser(), Vp8Depacketiser()):
        position, timestamp = 0, 0
        while position < len(data):
            width = data[position]
            payload, marker = data[position + 1 : position + 1 + width], data[position + 1 + width :][:1] == b"\0"
            position += 1 + width
            with contextlib.suppress(ValueError):
                for frame in depacketiser.handle_input(payload, timestamp, marker, 1_700_000_000_000_000):
                    assert 0 < len(frame.data) <= LARGEST_FRAME
                    assert not frame.key or (frame.width > 0 and frame.height > 0)
            timestamp += 3000 if marker else 0


def offers(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for purpose in Purpose:
        for codec in VideoCodec:
            with contextlib.suppress(Refused):
                offer = parse_offer(text, purpose, codec)
                _is_an_answer(write_answer(offer, _LOCAL, _SSRCS), offer)
    with contextlib.suppress(Refused):
        offer = parse_measured_offer(text, VideoCodec.H264)
        _is_an_answer(write_measured_answer(offer, _LOCAL, 77), offer)


def _is_an_answer(answer: str, offer: Offer) -> None:
    assert answer.count("\r\nm=") == len(offer.sections)
    assert all(line[1:2] == "=" for line in answer.split("\r\n")[:-1]), "a line was smuggled in"
    assert "\r" not in answer.replace("\r\n", "")


def answers(data: bytes) -> None:
    for purpose in Purpose:
        with contextlib.suppress(AnswerUnusable):
            answer = read_answer(data.decode("utf-8", "replace"), purpose)
            assert all(0 < port < 65536 for _, port in answer.addresses)
            assert all(0 <= ssrc < 2**32 for part in answer.parts.values() for ssrc in part.ssrcs)
            assert all(0 <= part.payload_type < 128 for part in answer.parts.values())


class _Nowhere:
    """A writer to nobody: all that reading asks of it is to be closed at the end."""

    closed = False

    def close(self) -> None:
        self.closed = True


async def _read_channel(data: bytes) -> int:
    reader, writer = asyncio.StreamReader(limit=LINE_LIMIT), _Nowhere()
    channel = Channel(reader, cast(asyncio.StreamWriter, writer))
    reader.feed_data(data)
    reader.feed_eof()
    found = 0
    async for frame, number in channel.frames():
        found += 1
        assert isinstance(frame, Frame)
        assert number is None or isinstance(number, int)
    assert channel.closed
    assert writer.closed
    return found


def channel_frames(data: bytes) -> None:
    assert asyncio.run(_read_channel(data)) <= data.count(b"\n")


def tap_packets(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert sum(2 + len(datagram) for datagram in tap.split(data)) == len(data)
    with contextlib.suppress(ValueError):
        packet = tap.parse(data)
        header = tap.pack_header(packet.track, packet.codec, packet.source, packet.capture_us)
        assert tap.parse(header + packet.rtp) == packet


def signalling(data: bytes) -> None:
    """A message as Socket.IO hands it over, through the library that reads it before us."""
    text = data.decode("utf-8", "replace")
    try:
        engine = EnginePacket(encoded_packet=text)
        packet = RoomPacket(encoded_packet=engine.data) if isinstance(engine.data, str) else None
    except UNREADABLE:
        packet = None  # ends the connection
    values: list[object] = [text]
    if packet is not None:
        values.append(packet.data)
    with contextlib.suppress(ValueError, RecursionError):
        values.append(json.loads(text))
    for value in values:
        named = isinstance(value, list) and len(value) > 1 and isinstance(value[0], str)
        event, said = (value[0], value[1]) if named else ("hand", value)
        for attempt in (lambda e=event, s=said: parse_message(_MESSAGES, e, s), lambda s=said: parse_as(Auth, s)):
            assert len(_refusal(attempt)) < 2000, "a refusal as long as what was refused"


def _refusal(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except Refused as refused:
        return str(refused)
    return ""


@dataclass(frozen=True, slots=True)
class Parser:
    holds: Callable[[bytes], None]
    longest: int  # bytes that can reach it


PARSERS = {
    "stun": Parser(stun_messages, 1500),
    "rtp": Parser(rtp_packets, 1500),
    "rtcp": Parser(rtcp_packets, 1500),
    "payload": Parser(payloads, 1500),
    "frame": Parser(frames, 4_000),
    "offer": Parser(offers, 64_000),
    "answer": Parser(answers, 64_000),
    "channel": Parser(channel_frames, 4_000),
    "tap": Parser(tap_packets, 1516),
    "signalling": Parser(signalling, 4_000),
}
