"""A small picture is looked at before it is taken: what it is, and how large. Nothing that comes can do harm."""

from __future__ import annotations

import base64

import av
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from room_client.sources.small_picture import small_jpeg
from server.receptions.jpeg import jpeg_size
from server.receptions.wall_rules import read_picture
from signaling.refusals import RefusalCode, Refused
from signaling.wall_messages import PICTURE_BYTES


def _noise(width: int, height: int) -> av.VideoFrame:
    pixels = np.random.default_rng(7).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return av.VideoFrame.from_ndarray(pixels, format="rgb24")


GOOD = small_jpeg(_noise(1280, 720))


def _of_size(width: int, height: int) -> bytes:
    """The same picture, which says of itself that it has another size."""
    at = GOOD.index(b"\xff\xc0") + 5
    return GOOD[:at] + height.to_bytes(2) + width.to_bytes(2) + GOOD[at + 4 :]


def _said(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _taken(jpeg: str) -> bytes | RefusalCode:
    try:
        return read_picture(jpeg)
    except Refused as refused:
        return refused.code


@pytest.mark.parametrize("size", [(1280, 720), (640, 480), (480, 640), (160, 90), (17, 333), (333, 17)])
def test_every_camera_gives_a_picture_that_is_taken(size: tuple[int, int]) -> None:
    data = small_jpeg(_noise(*size))
    assert len(data) <= PICTURE_BYTES
    assert jpeg_size(data) == (160, 90)
    assert read_picture(_said(data)) == data


def test_no_picture_is_a_picture_too() -> None:
    assert read_picture("") == b""


@pytest.mark.parametrize(
    ("jpeg", "came"),
    [
        ("no base64!", "no base64"),
        ("QUJD\n", "no base64"),
        (_said(b"GIF89a" + bytes(40)), "no JPEG"),
        (_said(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "no JPEG"),
        (_said(GOOD[:-2]), "no JPEG"),
        (_said(GOOD[:100] + b"\xff\xd9"), "no JPEG"),
        (_said(GOOD + b"and more"), "no JPEG"),
        (_said(_of_size(320, 180)), "a JPEG of 320×180"),
        (_said(_of_size(90, 160)), "a JPEG of 90×160"),
        (_said(_of_size(65535, 65535)), "a JPEG of 65535×65535"),
        (_said(GOOD[:2] + b"\xff\xfe\x13\x88" + bytes(4998) + GOOD[2:]), "5978 bytes"),
    ],
)
def test_what_is_no_such_picture_is_refused_by_what_it_is(jpeg: str, came: str) -> None:
    with pytest.raises(Refused) as refused:
        read_picture(jpeg)
    assert refused.value.code is RefusalCode.BAD_PICTURE
    if came.endswith("bytes"):
        assert refused.value.refusal.came.endswith("bytes")
        assert refused.value.refusal.allowed == "at most 5000 bytes"
    else:
        assert refused.value.refusal.came == came
        assert refused.value.refusal.allowed.startswith("a JPEG")


@given(st.binary(max_size=200))
@example(b"\xff\xd8\xff\xc0\x00\x08\xff\xd9")
@example(b"\xff\xd8\xff\xda\xff\xff\xff\xd9")
def test_any_bytes_are_a_size_or_none(data: bytes) -> None:
    for whole in (data, b"\xff\xd8" + data + b"\xff\xd9"):
        size = jpeg_size(whole)
        assert size is None or all(0 <= side < 65536 for side in size)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_a_byte_that_was_changed_on_the_way_ends_nothing(at: int, byte: int) -> None:
    changed = GOOD[:at] + bytes((byte,)) + GOOD[at + 1 :]
    assert _taken(_said(changed)) in (changed, RefusalCode.BAD_PICTURE)


@given(st.text(max_size=300))
def test_any_text_is_a_picture_or_refused(text: str) -> None:
    assert isinstance(_taken(text), (bytes, RefusalCode))
