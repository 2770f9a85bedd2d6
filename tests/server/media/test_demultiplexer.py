"""Packets of a camera of three layers, a document and a microphone arrive in one link; whose is each?"""

from __future__ import annotations

import pytest

from server.media.clock import DeviceClock, clocks_of
from server.media.demultiplexer import Demultiplexer, unwrap_repair
from server.media.sdp import RID_EXTENSION, Format, Section
from server.media.source import Source
from signaling.wire.rtp import RtpView, VideoCodec
from signaling.wire.slots import Layer, Upstream

OPUS, H264, H264_RTX = 111, 102, 103
CAMERA, DOCUMENT, MICROPHONE = b"1", b"2", b"0"


def _section(mid: bytes, upstream: Upstream, **more: object) -> Section:
    video = upstream.is_video
    section = Section("video" if video else "audio", "UDP/TLS/RTP/SAVPF", 9, mid.decode(), upstream=upstream)
    section.chosen = Format(H264, "h264", "H264/90000", "") if video else Format(OPUS, "opus", "opus/48000/2", "")
    section.rtx_payload_type = H264_RTX if video else 0
    for name, value in more.items():
        setattr(section, name, value)
    return section


class Room:
    """A link's offer as three m-lines, and what arrives by them."""

    def __init__(self, *sections: Section) -> None:
        self.demultiplexer = Demultiplexer()
        self.sources: dict[Upstream, Source] = {}
        for number, section in enumerate(sections, 1):
            assert section.upstream is not None
            clocks = clocks_of(DeviceClock(), section.upstream.is_video)
            source = Source(number, "room", section.upstream, VideoCodec.H264, clocks, section.layers)
            self.sources[section.upstream] = source
            self.demultiplexer.expect(section, source)

    def whose(
        self,
        payload_type: int,
        ssrc: int,
        *,
        mid: bytes | None = None,
        rid: bytes | None = None,
        repaired_rid: bytes | None = None,
    ) -> tuple[Upstream, Layer, bool] | None:
        view = RtpView()
        view.payload_type, view.ssrc, view.mid = payload_type, ssrc, mid
        view.rid, view.repaired_rid = rid, repaired_rid
        stream = self.demultiplexer.find(view)
        return None if stream is None else (stream.source.upstream, stream.layer.layer, stream.is_repair)


@pytest.fixture
def room() -> Room:
    layers = {"rids": ["h", "m", "l"], "extensions": {RID_EXTENSION: 4}}
    return Room(
        _section(MICROPHONE, Upstream.MICROPHONE),
        _section(CAMERA, Upstream.CAMERA, **layers),
        _section(DOCUMENT, Upstream.DOCUMENT, ssrcs=[70, 71], repairs={71: 70}),
    )


def test_what_was_declared_is_known_by_its_number(room: Room) -> None:
    assert room.whose(H264, 70) == (Upstream.DOCUMENT, Layer.HIGH, False)
    assert room.whose(H264_RTX, 71) == (Upstream.DOCUMENT, Layer.HIGH, True)


def test_layers_are_told_apart_by_their_names_and_then_by_their_numbers(room: Room) -> None:
    for ssrc, layer in enumerate(Layer, 100):
        named = room.whose(H264, ssrc, mid=CAMERA, rid=layer.value.encode())
        assert named == room.whose(H264, ssrc) == (Upstream.CAMERA, layer, False)


def test_one_microphone_needs_no_name_and_two_pictures_do(room: Room) -> None:
    assert room.whose(OPUS, 200) == (Upstream.MICROPHONE, Layer.HIGH, False)
    assert room.whose(H264, 201) is None
    assert room.whose(H264_RTX, 202) is None


@pytest.mark.parametrize("rid", [None, b"", b"x", b"\xff"])
def test_a_layer_that_was_not_offered_belongs_to_nothing(room: Room, rid: bytes | None) -> None:
    assert room.whose(H264, 100, mid=CAMERA, rid=rid) is None


def test_a_format_that_was_not_chosen_belongs_to_nothing(room: Room) -> None:
    assert room.whose(96, 70, mid=DOCUMENT) is None


def test_an_encoder_starts_anew_under_another_number(room: Room) -> None:
    room.whose(H264, 100, mid=CAMERA, rid=b"h")
    assert room.whose(H264, 110, mid=CAMERA, rid=b"h") == (Upstream.CAMERA, Layer.HIGH, False)
    assert room.sources[Upstream.CAMERA].layers[Layer.HIGH].ssrc == 110
    assert room.whose(H264, 100) is None
    assert room.demultiplexer.reported(100) is None


def test_nobody_takes_the_place_of_a_declared_number(room: Room) -> None:
    room.whose(H264, 70)
    assert room.whose(H264, 72, mid=DOCUMENT) is None
    assert room.whose(H264, 70) is not None


def test_repeats_of_a_layer_come_under_a_number_of_their_own_and_it_may_change(room: Room) -> None:
    repeat = (Upstream.CAMERA, Layer.MEDIUM, True)
    assert room.whose(H264_RTX, 300, mid=CAMERA, repaired_rid=b"m") == repeat
    assert room.whose(H264_RTX, 300) == repeat
    assert room.whose(H264_RTX, 301, mid=CAMERA, repaired_rid=b"m") == repeat
    assert room.whose(H264_RTX, 300) is None


def test_a_repeat_becomes_the_packet_it_repeats_and_padding_becomes_nothing() -> None:
    header = bytes([0x80, H264_RTX]) + bytes(10)
    packet = memoryview(header + (65_534).to_bytes(2, "big") + b"picture")
    view = RtpView()
    assert view.read(packet)
    assert unwrap_repair(view, packet)
    assert (view.sequence, bytes(packet[view.payload_start : view.payload_end])) == (65_534, b"picture")
    for payload in (b"", b"\x00", b"\x00\x01"):
        padding = memoryview(header + payload)
        assert view.read(padding)
        assert not unwrap_repair(view, padding)
