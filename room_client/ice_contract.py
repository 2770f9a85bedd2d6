"""What the room's end of ICE is told of the server's, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol


class PathEnd(Enum):
    """Why there is no path any more."""

    UNREACHABLE = auto()  # no check was answered
    REFUSED = auto()  # nobody listens there any more
    SILENT = auto()  # for longer than the server keeps a link


class PathFailed(ConnectionError):
    """No address of the answer let itself be checked."""


@dataclass(frozen=True, slots=True)
class Remote:
    """The server's end as its answer describes it."""

    addresses: list[tuple[str, int]]
    ufrag: str
    password: str


class IceObserver(Protocol):
    """Hears what arrives, and how the path fares."""

    def dtls_arrived(self, data: bytes) -> None: ...

    def media_arrived(self, data: bytes, now_s: float) -> None: ...

    def path_silent(self, silent: bool) -> None: ...

    def restart_wanted(self) -> None: ...

    def path_ended(self, end: PathEnd) -> None: ...
