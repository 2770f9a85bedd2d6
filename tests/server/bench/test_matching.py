"""Following packets through a server that renumbers them."""

from __future__ import annotations

import random

import pytest

from server.bench.matching import delays_us

MS = 1_000_000


def _stream(first: int, time: int) -> list[tuple[int, int, int]]:
    """Four seconds of pictures of 1 to 20 packets, as a camera sends them."""
    chance = random.Random(7)
    stamps, sequence = [], first
    for picture in range(100):
        for packet in range(chance.randint(1, 20)):
            stamps.append((sequence & 0xFFFF, (time + picture * 3600) & 0xFFFFFFFF, picture * 40 * MS + packet))
            sequence += 1
    return stamps


def _through(sent: list[tuple[int, int, int]], shift: int, time: int, delay_ns: int) -> list[tuple[int, int, int]]:
    return [((s + shift) & 0xFFFF, (t + time) & 0xFFFFFFFF, at + delay_ns) for s, t, at in sent]


@pytest.mark.parametrize("first", [0, 100, 65_530, 65_535])
@pytest.mark.parametrize("time", [0, 2**32 - 5_000])
def test_delay_of_every_packet_over_every_wrap(first: int, time: int) -> None:
    sent = _stream(first, time)
    arrived = [stamp for stamp in _through(sent, 40_000, 2**31, 2 * MS) if stamp[2] > 1000 * MS]
    found = delays_us(sent, arrived)
    wanted = [stamp for stamp in arrived if stamp[2] <= sent[-1][2]]
    assert len(found) == len(wanted)
    assert set(found) == {2000.0}


def test_lost_and_repeated_packets_do_not_mislead() -> None:
    sent = _stream(500, 0)
    arrived = _through(sent, 9, 9, 3 * MS)
    del arrived[400]
    arrived.insert(500, (*arrived[450][:2], arrived[500][2]))
    assert set(delays_us(sent, arrived)) == {3000.0}


def test_another_stream_is_not_matched() -> None:
    sent = _stream(500, 0)
    other = [(s, (t * 7) & 0xFFFFFFFF, at + MS) for s, t, at in sent]
    assert delays_us(sent, other) == []
    assert delays_us([], sent) == []
    assert delays_us(sent, []) == []
