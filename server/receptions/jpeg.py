"""The size of a JPEG, read from its markers (ITU-T T.81, annex B). Nothing is decoded here.

Strict about what it is for, a small picture that some browser is to show: baseline or progressive, eight bits, one
picture from the first byte to the last.
"""

from __future__ import annotations

_START, _END, _SCAN = b"\xff\xd8", b"\xff\xd9", 0xDA
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended sequential, progressive
_OTHER_FRAMES = frozenset(range(0xC0, 0xD0)) - _FRAMES - {0xC4, 0xC8, 0xCC}  # C4, CC: tables; C8: reserved


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None for what is no such JPEG."""
    if not data.startswith(_START) or not data.endswith(_END):
        return None
    at, size = len(_START), None
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if length < 2 or marker in _OTHER_FRAMES:
            return None
        if marker == _SCAN:
            return size
        if marker in _FRAMES:
            if size is not None or length < 8 or at + 9 > len(data) or data[at + 4] != 8:
                return None
            height, width = int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 7 : at + 9])
            size = width, height
        at += 2 + length
    return None
