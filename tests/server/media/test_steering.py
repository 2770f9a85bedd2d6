"""Which of the port's two sockets takes what: media the first, checks, handshakes and reports the second."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator

import pytest

from server.media.steering import steered_pair
from signaling.wire import rtcp, stun
from tests.signaling.wire.packets import DELTA_FRAME, rtp

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture(params=[(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")], ids=["IPv4", "IPv6"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    both = steered_pair(*request.param, 0)
    yield both
    for each in both:
        each.close()


def where(pair: Pair, datagram: bytes) -> str:
    with socket.socket(pair[0].family, socket.SOCK_DGRAM) as room:
        room.sendto(datagram, pair[0].getsockname())
    (ready,), _, _ = select.select(pair, (), (), 5)
    assert ready.recv(2000) == datagram
    return "media" if ready is pair[0] else "rest"


def test_media_comes_to_one_socket_and_everything_else_to_the_other(pair: Pair) -> None:
    assert where(pair, rtp(1, 2, DELTA_FRAME)) == "media"
    assert where(pair, stun.binding_request(bytes(12), "here", "there", b"secret", 1)) == "rest"
    assert where(pair, b"\x16\xfe\xfd" + bytes(60)) == "rest", "a handshake"
    assert where(pair, rtcp.receiver_report(7, ())) == "rest"
    assert where(pair, rtcp.sender_report(7, 1.0, 2, 3, 4)) == "rest"
    assert where(pair, rtcp.key_frame_wanted(7, 8)) == "rest"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (127, 96, "rest"),
        (128, 96, "media"),
        (191, 96, "media"),
        (192, 96, "rest"),
        (128, 191, "media"),
        (128, 192, "rest"),
        (128, 223, "rest"),
        (128, 224, "media"),  # dynamic payload type 96 with the marker bit
    ],
)
def test_the_edges_are_those_of_the_standards(pair: Pair, first: int, second: int, expected: str) -> None:
    assert where(pair, bytes((first, second)) + bytes(20)) == expected


@pytest.mark.parametrize("datagram", [b"", b"\x80"])
def test_what_is_too_short_to_be_told_disturbs_nothing(pair: Pair, datagram: bytes) -> None:
    assert where(pair, datagram) == "media"
    assert where(pair, rtcp.receiver_report(7, ())) == "rest"


def test_a_port_that_is_taken_is_refused_also_when_a_pair_has_it(pair: Pair) -> None:
    host, port = pair[0].getsockname()[:2]
    with pytest.raises(OSError, match="Address already in use"):
        steered_pair(pair[0].family, host, port)
