"""What a link tells: why it ended, how its line fares, what it counted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from room_client.downstream import MediaWitness
from room_client.receiving import StreamCounts
from room_client.sending import SentCounts
from signaling.wire.slots import SlotName, Upstream


class LinkEnd(StrEnum):
    """Why a link is over."""

    UNREACHABLE = "unreachable"  # no address of the answer let itself be checked
    HANDSHAKE_FAILED = "handshake_failed"
    SERVER_GONE = "server_gone"  # nobody listens at the media address any more
    SILENT = "silent"  # for longer than the server keeps a link
    SERVER_CLOSED = "server_closed"  # the server said goodbye
    CLOSED_HERE = "closed_here"


class LinkFailed(ConnectionError):
    """The link did not come up."""

    def __init__(self, end: LinkEnd) -> None:
        super().__init__(end.value)
        self.end = end


class LinkObserver(MediaWitness, Protocol):
    """Called from the event loop, between packets: be quick."""

    def key_frame_wanted(self, upstream: Upstream) -> None: ...


class LineObserver:
    """Hears how the line under a link fares. Override what is of interest."""

    def line_silent(self, silent: bool) -> None:
        """Nothing is answered any more, or again. Media to the server goes on meanwhile."""

    def restart_wanted(self) -> None:
        """Checks stay unanswered: an ICE restart may help."""


@dataclass(frozen=True, slots=True)
class LinkCounts:
    """A snapshot. `datagrams` are all media datagrams that arrived, also those nothing else counts.

    SRTP refuses what it has seen before, so a repeat that came twice counts as undecryptable.
    """

    slots: dict[SlotName, StreamCounts]
    sent: dict[Upstream, SentCounts]
    datagrams: int
    undecryptable: int
    unknown: int  # decrypted, but of no slot
