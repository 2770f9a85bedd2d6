"""A reception on one side of a line, rooms on the other. Where that cannot be made, a reason and a skip.

The server and its desk are started once for all scenarios; each has a room and a good line of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.bench.line.joined import SERVER_ADDRESS, Joined, joined_by_line
from server.bench.line.namespaces import REQUIRED, why_not
from server.bench.line.office import Ready
from server.bench.line.presets import PRESETS
from server.bench.line.situation import Turn, office, room_behind
from tests.lines.scene import Scene

SEED = 20261123  # of every line here: the same packets are lost in every run
TURN_PORT = 3478


@pytest.fixture(scope="session")
def possible() -> None:
    if (reason := why_not()) is not None:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{reason}, and {REQUIRED} forbids to do without")
        pytest.skip(reason)


@pytest.fixture
def joined(possible: None) -> Iterator[Joined]:
    """Two sides with nothing on them."""
    with joined_by_line(SEED) as both:
        yield both


@pytest.fixture(scope="session")
def turn() -> Turn:
    """Rooms are told of it; it runs only where a scenario starts it."""
    return Turn(f"turn:{SERVER_ADDRESS}:{TURN_PORT}?transport=tcp", "a secret between the two servers")


@pytest.fixture(scope="package")
def reception(
    possible: None, turn: Turn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Joined, Ready]]:
    """For the scenarios of this folder, and gone after them: it would take its share of the cores of others."""
    directory: Path = tmp_path_factory.mktemp("office")
    with joined_by_line(SEED) as both, office(both, directory, turn=turn) as ready:
        yield both, ready


@pytest.fixture
def line(reception: tuple[Joined, Ready]) -> Iterator[Joined]:
    """Good at the beginning, and again after the scenario."""
    joined, _ = reception
    joined.line.becomes(PRESETS["good-line"].phases)
    yield joined
    joined.line.becomes(PRESETS["good-line"].phases)


@pytest.fixture
def scene(line: Joined, reception: tuple[Joined, Ready]) -> Iterator[Scene]:
    _, ready = reception
    with room_behind(line.room, ready.address, next(iter(ready.room_keys.values()))) as room:
        yield Scene(line, room)
