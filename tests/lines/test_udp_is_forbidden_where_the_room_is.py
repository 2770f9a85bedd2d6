"""The room's network lets nothing but TCP out: its media goes over the TURN server beside the server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.bench.line.joined import SERVER_ADDRESS, Joined
from server.bench.line.namespaces import REQUIRED
from server.bench.line.office import Ready
from server.bench.line.situation import Turn, room_behind
from tests.lines.conftest import TURN_PORT
from tests.lines.coturn import Coturn, coturn, missing
from tests.lines.scene import Scene
from tests.waiting import eventually

NO_UDP = """
table inet forbidden {
    chain out { type filter hook output priority 0; meta l4proto udp counter drop; }
    chain in { type filter hook input priority 0; meta l4proto udp counter drop; }
}
"""


@pytest.fixture
def turn_server(line: Joined, turn: Turn, tmp_path: Path) -> Iterator[Coturn]:
    if (reason := missing()) is not None:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{reason}, and {REQUIRED} forbids to do without")
        pytest.skip(reason)
    with coturn(line.server, SERVER_ADDRESS, TURN_PORT, turn.secret, tmp_path) as running:
        yield running


@pytest.fixture
def forbidden(line: Joined) -> Iterator[None]:
    line.room.rules(NO_UDP)
    yield
    line.room.rules("")


async def test_the_room_comes_in_over_tcp(
    reception: tuple[Joined, Ready], turn_server: Coturn, forbidden: None
) -> None:
    joined, ready = reception
    await eventually(turn_server.not_listening)
    with room_behind(joined.room, ready.address, next(iter(ready.room_keys.values()))) as room:
        scene = Scene(joined, room)
        await scene.the_room_receives()
        assert room.seen().path == "turn_tcp"
        assert turn_server.connections > 0
        seen = await scene.over(4)
        assert seen.frozen_s == 0
        assert seen.missing_sound_s < 0.1
        assert seen.joins == 0
