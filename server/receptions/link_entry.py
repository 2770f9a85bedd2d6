"""What control knows of one link, and what the links of one room come to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from signaling.messages import Carried, LinkState, Purpose, RoomCode
from signaling.ports import LinkReport

KEPT_S = 15  # a page that never got through gives up and joins anew; nothing of it is worth keeping
HEARD_KEPT_S = 75  # a line may be down for a minute, and Socket.IO needs up to 20 s to be back after it
_HEARD = (LinkState.CONNECTED, LinkState.RECEIVING, LinkState.SILENT)
_RANK = {LinkState.CONNECTED: 1, LinkState.RECEIVING: 2}


def group_of(link: str) -> str:
    """Links over HTTP that share a token: "whep-TAG" of "whep-TAG-RANDOM"."""
    return link.rpartition("-")[0]


@dataclass(slots=True)
class LinkEntry:
    """One link that media knows or is being asked for. `holder`: the connection that signals for it."""

    name: str
    room: RoomCode
    purpose: Purpose
    holder: str | None
    agreed: bool
    state: LinkState | None = None
    silent_since: datetime | None = None
    free_since: datetime | None = None
    report: LinkReport | None = None
    told: tuple[str, Carried] | None = None  # the holder that was told of the line, and what

    @property
    def is_over_http(self) -> bool:
        """Of a WHIP encoder or WHEP player: nobody signals for it, and it ends with its media."""
        return self.name.startswith(("whep-", "whip-"))

    @property
    def place(self) -> str:
        """Who is behind it, for counting: the token of an encoder or player, else the room and the purpose."""
        return group_of(self.name) if self.is_over_http else f"{self.purpose}-{self.room}"

    def become(self, state: LinkState, now: datetime) -> None:
        if state is not LinkState.SILENT:
            self.silent_since = None
        elif self.silent_since is None:
            self.silent_since = now
        self.state = state

    def is_overdue(self, now: datetime) -> bool:
        """True when its connection has been gone for too long."""
        if self.free_since is None:
            return False
        kept_s = HEARD_KEPT_S if self.state in _HEARD else KEPT_S
        return (now - self.free_since).total_seconds() >= kept_s


def best_state(links: Collection[LinkEntry], *, speaking: bool = False) -> LinkState | None:
    """The best state in which the room is there; with `speaking` only of links that can bring it on air."""
    best: LinkState | None = None
    for link in links:
        if link.state not in _RANK or link.purpose is Purpose.DESK:
            continue
        if speaking and link.purpose is not Purpose.ROOM:
            continue
        if best is None or _RANK[link.state] > _RANK[best]:
            best = link.state
    return best


def silence(links: Collection[LinkEntry]) -> datetime | None:
    """Since when nothing is heard of a room that has a link; None: it is heard, or has no link."""
    if best_state(links) is not None:
        return None
    return min((link.silent_since for link in links if link.silent_since is not None), default=None)


def is_joining(links: Collection[LinkEntry]) -> bool:
    """True while the room's only links are being negotiated or secured: its packets may not come through."""
    known = [link.state for link in links if link.purpose is not Purpose.DESK]
    return bool(known) and all(state in (None, LinkState.NEGOTIATED, LinkState.SECURING) for state in known)


def leading_report(links: Collection[LinkEntry]) -> LinkReport | None:
    """The report that stands for the room: of its ROOM link, else of any other."""
    reported = [link for link in links if link.report is not None]
    reported.sort(key=lambda link: link.purpose is not Purpose.ROOM)
    return reported[0].report if reported else None
