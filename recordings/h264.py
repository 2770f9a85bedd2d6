"""H.264 from RTP (RFC 6184, non-interleaved mode): single NAL units, STAP-A and FU-A to Annex B access units.

A key frame leaves here only with SPS and PPS in it: a recording is cut on key frames, and sources may send
their parameter sets once only.
"""

from __future__ import annotations

from recordings.parameter_sets import PictureSize, picture_size, pps_id, sps_id
from recordings.video_frame import LARGEST_FRAME, VideoFrame
from signaling.wire.rtp import FU_A, NAL_DELIMITER, NAL_FILLER, NAL_IDR, NAL_PPS, NAL_SPS, STAP_A, VideoCodec

_START_CODE = b"\x00\x00\x00\x01"


class H264Depacketiser:
    def __init__(self) -> None:
        self._nals: list[bytes] = []
        self._bytes = 0
        self._fragments: list[bytes] = []
        self._timestamp: int | None = None
        self._capture_us = 0
        self._beginning_lost = False
        self._sets: dict[tuple[int, int], bytes] = {}  # (NAL type, id): NAL; at most 32 SPS and 256 PPS
        self._size: PictureSize | None = None

    def handle_input(self, payload: bytes, timestamp: int, marker: bool, capture_us: int) -> list[VideoFrame]:
        frames = []
        if self._timestamp is not None and timestamp != self._timestamp and self._nals:
            frames += self._finish()  # the marker was not set (RFC 6184, 5.1 allows relying on time alone)
        if timestamp != self._timestamp:
            self._clear()
            self._timestamp, self._capture_us = timestamp, capture_us
        self._unpack(payload)
        if self._bytes > LARGEST_FRAME:
            raise ValueError(f"H.264 access unit of more than {LARGEST_FRAME} bytes")
        if marker:
            frames += self._finish()
        return frames

    def forget_frame(self) -> None:
        self._clear()
        self._beginning_lost = True

    def _clear(self) -> None:
        self._nals.clear()
        self._fragments.clear()
        self._bytes = 0

    def forget_source(self) -> None:
        self._clear()
        self._timestamp = None
        self._beginning_lost = False
        self._sets.clear()
        self._size = None

    def _unpack(self, payload: bytes) -> None:
        if len(payload) < 2:
            raise ValueError(f"H.264 payload of {len(payload)} bytes")
        kind = payload[0] & 0x1F
        if 1 <= kind <= 23:
            self._add(payload)
        elif kind == STAP_A:
            position = 1
            while position < len(payload):
                size = int.from_bytes(payload[position : position + 2])
                nal = payload[position + 2 : position + 2 + size]
                if not size or len(nal) != size:
                    raise ValueError("H.264 STAP-A is cut off")
                self._add(nal)
                position += 2 + size
        elif kind == FU_A:
            self._add_fragment(payload)
        else:
            raise ValueError(f"H.264 payload of type {kind}; allowed are 1 to 23, {STAP_A} and {FU_A}")

    def _add_fragment(self, payload: bytes) -> None:
        header = payload[1]
        if header & 0x80:
            if self._fragments:
                raise ValueError("H.264 FU-A that starts twice")
            self._fragments = [bytes(((payload[0] & 0xE0) | (header & 0x1F),))]
        elif not self._fragments:
            raise ValueError("H.264 FU-A without its start")
        self._fragments.append(payload[2:])
        self._bytes += len(payload)
        if header & 0x40:
            nal = b"".join(self._fragments)
            self._fragments = []
            self._add(nal)

    def _add(self, nal: bytes) -> None:
        if self._fragments:
            raise ValueError("H.264 FU-A without its end")
        kind = nal[0] & 0x1F
        if kind == NAL_FILLER:
            return
        if kind in (NAL_SPS, NAL_DELIMITER):
            self._beginning_lost = False  # these stand first (7.4.1.2.3), so nothing before them is missing
        if kind == NAL_SPS:
            self._size = picture_size(nal)
            self._sets[kind, sps_id(nal) % 32] = nal
        elif kind == NAL_PPS:
            self._sets[kind, pps_id(nal) % 256] = nal
        self._nals.append(nal)
        self._bytes += len(nal)

    def _finish(self) -> list[VideoFrame]:
        nals, broken, beheaded = list(self._nals), bool(self._fragments), self._beginning_lost
        self._clear()
        self._beginning_lost = False
        if beheaded:
            return []
        if broken:
            raise ValueError("H.264 FU-A without its end")
        kinds = {nal[0] & 0x1F for nal in nals}
        if not kinds & {1, 2, 3, 4, NAL_IDR}:
            return []  # parameter sets or SEI alone: remembered, and repeated with the next key frame
        key = NAL_IDR in kinds
        if key and not {NAL_SPS, NAL_PPS} <= kinds:
            nals = [self._sets[name] for name in sorted(self._sets)] + nals
            kinds = {nal[0] & 0x1F for nal in nals}
        if key and (self._size is None or not {NAL_SPS, NAL_PPS} <= kinds):
            raise ValueError("H.264 key frame whose parameter sets never came")
        size = self._size if key else None
        return [
            VideoFrame(
                codec=VideoCodec.H264,
                data=b"".join(_START_CODE + nal for nal in nals),
                key=key,
                capture_us=self._capture_us,
                width=size.width if size else 0,
                height=size.height if size else 0,
            )
        ]
