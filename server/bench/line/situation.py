"""A reception on one side of a line and a room on the other: what the scenarios and the table both stand on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from server.bench.line.asked import AskedProcess, asked_process
from server.bench.line.camera import film
from server.bench.line.joined import SERVER_ADDRESS, Joined
from server.bench.line.namespaces import Namespace
from server.bench.line.office import Ready
from server.bench.line.witness import Seen

Desk = Literal["film", "browser", "none"]
"""A Python room that sends one layer at 1.5 Mbit/s; Chromium with three; or somebody comes later."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The TURN server that rooms are told of: URLs as in TIEPDAN_TURN, and the shared secret."""

    urls: str
    secret: str


class RoomBehindLine:
    """The unattended room on the other side."""

    def __init__(self, process: AskedProcess) -> None:
        self._process = process

    def seen(self) -> Seen:
        """What it saw and heard until now. Raises asked.ProcessGone."""
        return Seen.model_validate_json(self._process.ask())


@contextmanager
def office(
    joined: Joined, directory: Path, *, rooms: int = 2, desk: Desk = "film", turn: Turn | None = None
) -> Iterator[Ready]:
    """The reception is open, its first item called, and the desk, if there is one, on the stage.

    `directory` must exist and be empty. Raises asked.ProcessGone; `directory`/server.log says why.
    """
    filmed: str = desk
    if desk == "film":
        filmed = str(directory / "film.mkv")
        film(Path(filmed))
    command = joined.server.command(
        sys.executable, "-m", "server.bench.line.office",
        "--directory", str(directory), "--address", SERVER_ADDRESS, "--rooms", str(rooms), "--film", filmed,
        "--turn", turn.urls if turn else "", "--turn-secret", turn.secret if turn else "",
    )  # fmt: skip
    with asked_process("office", command, environment=_environment()) as process:
        yield Ready.model_validate_json(process.hear())


@contextmanager
def room_behind(inside: Namespace, address: str, key: str) -> Iterator[RoomBehindLine]:
    command = inside.command(sys.executable, "-m", "server.bench.line.witness", "--server", address)
    with asked_process("room", command, environment={**_environment(), "TIEPDAN_ROOM_KEY": key}) as process:
        yield RoomBehindLine(process)


def _environment() -> dict[str, str]:
    """Ours, but the settings of the installation this runs in are not those of the office."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TIEPDAN_")}
