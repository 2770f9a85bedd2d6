"""H.264 as it comes out of a container, made ready for the stage without being re-encoded.

Only what every browser decodes under `42e01f` is passed through: baseline without what constrained baseline
leaves out. NAL units stay byte for byte what they were; what a key frame may gain are the SPS and PPS that the
container keeps outside of the stream.
"""

from __future__ import annotations

from collections.abc import Iterator

from av import CodecContext, Packet
from av.bitstream import BitStreamFilterContext
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from room_client.packetising import nal_type, split_annex_b
from signaling.wire.rtp import NAL_IDR, NAL_PPS, NAL_SPS

_START_CODE = b"\x00\x00\x00\x01"
_BASELINE, _MAIN, _EXTENDED = 66, 77, 88


def constrained_baseline(sps: bytes) -> bool:
    """Whether a decoder for constrained baseline can read a stream with this SPS (H.264, A.2.1.1).

    Cameras often leave constraint_set1 unset for plain baseline and still use nothing of what it forbids.
    """
    if len(sps) < 4:
        return False
    profile, sets = sps[1], sps[2]
    in_baseline, in_main = bool(sets & 0x80), bool(sets & 0x40)
    return (
        profile == _BASELINE
        or (profile == _MAIN and in_baseline)
        or (profile == _EXTENDED and in_baseline and in_main)
    )


def parameter_sets(extradata: bytes) -> list[bytes]:
    """SPS and PPS out of a container's extradata, in avcC form (ISO 14496-15) or as a byte stream."""
    if not extradata:
        return []
    if extradata[0] != 1:
        return [u for u in split_annex_b(extradata) if nal_type(u) in (NAL_SPS, NAL_PPS)]
    units = []
    at = 5
    for mask in (31, 255):
        if at >= len(extradata):
            break
        count, at = extradata[at] & mask, at + 1
        for _ in range(count):
            size = int.from_bytes(extradata[at : at + 2], "big")
            units.append(extradata[at + 2 : at + 2 + size])
            at += 2 + size
    return [unit for unit in units if unit]


class H264Stream:
    """Packets of one demuxed H.264 stream as access units with start codes."""

    def __init__(self, stream: VideoStream) -> None:
        self._sets = parameter_sets(stream.codec_context.extradata or b"")
        self._filter = BitStreamFilterContext("h264_mp4toannexb", stream)

    @property
    def passes(self) -> bool:
        """Whether the stream may go to the rooms as it is. Unknown parameter sets do not pass."""
        sequence_sets = [unit for unit in self._sets if nal_type(unit) == NAL_SPS]
        return bool(sequence_sets) and all(constrained_baseline(unit) for unit in sequence_sets)

    def units(self, packet: Packet[VideoStream]) -> Iterator[tuple[bytes, bool]]:
        """(access unit, is a key frame) for what the filter makes of `packet`."""
        for filtered in self._filter.filter(packet):
            data = bytes(filtered)
            kinds = {nal_type(unit) for unit in split_annex_b(data)}
            key = NAL_IDR in kinds
            if key and not {NAL_SPS, NAL_PPS} <= kinds:
                data = b"".join(_START_CODE + unit for unit in self._sets) + data
            yield data, key


def decoded_key_frame(unit: bytes) -> VideoFrame | None:
    """The picture of an access unit that is a key frame with its parameter sets; None where it cannot be read."""
    decoder = CodecContext.create("h264", "r")
    try:
        frames = [*decoder.decode(Packet(unit)), *decoder.decode(None)]
    except FFmpegError:
        return None
    return frames[0] if frames else None
