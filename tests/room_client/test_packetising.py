"""Payloads: nothing above the limit, nothing lost, and as others put it together again."""

from __future__ import annotations

from aiortc.codecs.h264 import h264_depayload
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from room_client.labels import label_unit, read_label
from room_client.packetising import h264_payloads, split_annex_b, vp8_payloads

UNITS = st.lists(
    st.binary(min_size=1, max_size=5000).map(lambda body: b"\x65" + body.replace(b"\x00", b"\x01")),
    min_size=1,
    max_size=5,
)


@given(UNITS, st.integers(20, 1200))
def test_h264_comes_together_again(units: list[bytes], largest: int) -> None:
    payloads = h264_payloads(units, largest)
    assert max(map(len, payloads)) <= largest
    assert list(split_annex_b(b"".join(h264_depayload(payload) for payload in payloads))) == units


@given(UNITS, st.booleans())
def test_start_codes_of_three_and_four_bytes(units: list[bytes], four: bool) -> None:
    code = b"\x00\x00\x00\x01" if four else b"\x00\x00\x01"
    assert list(split_annex_b(code + code.join(units))) == units


def test_edges_of_the_limit() -> None:
    assert len(h264_payloads([b"\x65" + b"x" * 1199])) == 1
    two = h264_payloads([b"\x65" + b"x" * 1200])
    assert [len(p) for p in two] == [602, 602]
    assert [p[1] for p in two] == [0x85, 0x45]
    assert h264_payloads([]) == []


@given(st.binary(min_size=1, max_size=6000), st.integers(0, 0xFFFF))
def test_vp8_comes_together_again(frame: bytes, picture_id: int) -> None:
    whole = b""
    for index, payload in enumerate(vp8_payloads(frame, picture_id)):
        assert len(payload) <= 1200
        descriptor, rest = VpxPayloadDescriptor.parse(payload)
        assert descriptor.partition_start == (index == 0)
        assert descriptor.picture_id == picture_id & 0x7FFF
        whole += rest
    assert whole == frame


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_a_label_reads_as_it_was_written(label: str) -> None:
    assert read_label(label_unit(label)) == label


@given(st.binary(max_size=80))
def test_other_payloads_have_no_label(payload: bytes) -> None:
    assert read_label(payload) is None


def test_access_unit_delimiters_are_left_out() -> None:
    assert h264_payloads([b"\x09\xf0", b"\x65picture"]) == [b"\x65picture"]


@given(st.integers(1201, 20_000))
def test_pieces_are_of_one_size_and_only_the_last_is_shorter(size: int) -> None:
    sizes = [len(payload) for payload in h264_payloads([b"\x65" + b"x" * (size - 1)])]
    assert len(set(sizes[:-1])) == 1
    assert 3 <= sizes[-1] <= sizes[0] <= 1200
