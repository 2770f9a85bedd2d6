"""What every way of carrying a link's datagrams to the server is: directly by UDP, or over a relay."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class PathKind(StrEnum):
    DIRECT = "direct"
    TURN_UDP = "turn_udp"
    TURN_TCP = "turn_tcp"
    TURN_TLS = "turn_tls"


class Path(Protocol):
    """One way to one address of the server. Made open; `close` it once."""

    kind: PathKind
    remote: tuple[str, int]  # the server's address, as this path knows it

    def send(self, datagram: bytes) -> None:
        """Now or not at all: a full buffer drops the datagram, media repairs itself. Never fails."""

    def close(self) -> None: ...


class PathOwner(Protocol):
    """Who hears what comes over a path. Called from the event loop's read callback: be quick."""

    def dtls_arrived(self, data: bytes) -> None: ...

    def media_arrived(self, data: bytes, now_s: float) -> None:
        """A datagram of the RTP range, and the monotonic time of its arrival."""

    def stun_arrived(self, path: Path, data: bytes) -> None: ...

    def path_refused(self, path: Path) -> None:
        """Nobody listens at the server's address."""

    def path_failed(self, path: Path) -> None:
        """The path gives errors: no route, or its relay is gone."""


def sort_datagram(data: bytes, path: Path, owner: PathOwner, now_s: float) -> None:
    """Give a datagram to its reader by the first byte (RFC 7983); what is none of the three is dropped."""
    if not data:
        return
    first = data[0]
    if 128 <= first < 192:
        owner.media_arrived(data, now_s)
    elif 20 <= first < 64:
        owner.dtls_arrived(data)
    elif first < 4:
        owner.stun_arrived(path, data)
