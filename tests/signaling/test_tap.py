"""What media hands the recorder."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.tap import HEADER_BYTES, TapCodec, TapPacket, TapTrack, pack_header, pack_length, parse, split


@given(
    st.sampled_from(TapTrack),
    st.sampled_from(TapCodec),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**64 - 1),
    st.binary(min_size=12, max_size=1500),
)
def test_a_packet_comes_as_it_went(track: TapTrack, codec: TapCodec, source: int, at: int, rtp: bytes) -> None:
    assert parse(pack_header(track, codec, source, at) + rtp) == TapPacket(track, codec, source, at, rtp)


@given(st.binary(max_size=64))
def test_anything_else_is_a_value_error(data: bytes) -> None:
    try:
        parse(data)
    except ValueError:
        pass
    else:
        assert len(data) >= HEADER_BYTES + 12


def test_what_is_too_short_says_so() -> None:
    with pytest.raises(ValueError, match="27 bytes"):
        parse(bytes(27))


@given(st.lists(st.binary(max_size=100), max_size=5))
def test_a_message_is_split_as_it_was_put_together(datagrams: list[bytes]) -> None:
    assert list(split(b"".join(pack_length(len(each)) + each for each in datagrams))) == datagrams


@given(st.binary(max_size=100))
def test_any_message_is_split_or_refused(message: bytes) -> None:
    with suppress(ValueError):
        assert sum(2 + len(each) for each in split(message)) == len(message)


def test_a_message_that_was_cut_off_says_so_after_what_is_whole() -> None:
    found = split(pack_length(3) + b"abc" + pack_length(9) + b"de")
    assert next(found) == b"abc"
    with pytest.raises(ValueError, match="9 bytes, of which 2 came"):
        next(found)
