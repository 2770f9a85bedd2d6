"""What media hands the recorder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.tap import HEADER_BYTES, TapCodec, TapPacket, TapTrack, pack_header, parse


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
