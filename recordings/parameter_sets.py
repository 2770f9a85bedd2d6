"""What the recorder reads from H.264 parameter sets (ITU-T H.264, 7.3.2.1 and 7.3.2.2): ids and picture size."""

from __future__ import annotations

from dataclasses import dataclass

_LARGEST_SIDE = 16_384  # level 6.2; more is a misread
# Profiles whose SPS has chroma format and scaling lists (7.3.2.1.1).
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})


class _Bits:
    def __init__(self, nal: bytes) -> None:
        rbsp = nal[1:].replace(b"\x00\x00\x03", b"\x00\x00")  # emulation prevention, 7.4.1
        self._value = int.from_bytes(rbsp)
        self._left = 8 * len(rbsp)

    def read(self, count: int) -> int:
        if count > self._left:
            raise ValueError("H.264 parameter set is cut off")
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    def unsigned(self) -> int:
        """ue(v), 9.1."""
        zeros = 0
        while not self.read(1):
            zeros += 1
            if zeros > 32:
                raise ValueError("H.264 Exp-Golomb code of more than 32 bits")
        return (1 << zeros) - 1 + self.read(zeros)

    def signed(self) -> int:
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)


@dataclass(frozen=True, slots=True)
class PictureSize:
    width: int
    height: int


def sps_id(nal: bytes) -> int:
    """Raises ValueError for a malformed NAL unit; so do the others."""
    bits = _Bits(nal[:12])
    bits.read(24)
    return bits.unsigned()


def pps_id(nal: bytes) -> int:
    return _Bits(nal[:8]).unsigned()


def picture_size(sps: bytes) -> PictureSize:
    """Size of the shown picture, cropping taken off."""
    bits = _Bits(sps)
    profile = bits.read(8)
    bits.read(16)
    bits.unsigned()  # seq_parameter_set_id
    chroma_format, separate_planes = 1, 0
    if profile in _HIGH_PROFILES:
        chroma_format = bits.unsigned()
        if chroma_format == 3:
            separate_planes = bits.read(1)
        bits.unsigned()  # bit_depth_luma_minus8
        bits.unsigned()  # bit_depth_chroma_minus8
        bits.read(1)
        if bits.read(1):
            _skip_scaling_lists(bits, 12 if chroma_format == 3 else 8)
    bits.unsigned()  # log2_max_frame_num_minus4
    order_type = bits.unsigned()
    if order_type == 0:
        bits.unsigned()
    elif order_type == 1:
        bits.read(1)
        bits.signed()
        bits.signed()
        cycle = bits.unsigned()
        if cycle > 255:
            raise ValueError(f"H.264 SPS with {cycle} reference frames in a cycle; at most 255 are allowed")
        for _ in range(cycle):
            bits.signed()
    bits.unsigned()  # max_num_ref_frames
    bits.read(1)
    width = 16 * (bits.unsigned() + 1)
    map_units = 16 * (bits.unsigned() + 1)
    frames_only = bits.read(1)
    if not frames_only:
        bits.read(1)
    height = map_units * (2 - frames_only)
    bits.read(1)
    if bits.read(1):
        subsampled = not separate_planes
        unit_x = 2 if subsampled and chroma_format in (1, 2) else 1
        unit_y = (2 if subsampled and chroma_format == 1 else 1) * (2 - frames_only)
        width -= unit_x * (bits.unsigned() + bits.unsigned())
        height -= unit_y * (bits.unsigned() + bits.unsigned())
    if not (0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE):
        raise ValueError(f"H.264 SPS with a picture of {width}x{height}")
    return PictureSize(width, height)


def _skip_scaling_lists(bits: _Bits, count: int) -> None:
    for index in range(count):
        if not bits.read(1):
            continue
        last = following = 8
        for _ in range(16 if index < 6 else 64):
            if following:
                following = (last + bits.signed() + 256) % 256
            last = following or last
