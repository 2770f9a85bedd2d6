"""A full inbox refuses commands, forgets nothing that matters, and asks media for the truth afterwards."""

from __future__ import annotations

import pytest

from server.receptions.conductor import INBOX
from server.receptions.socket_inbox import RateLimit
from signaling.desk_messages import Command, CommandName
from signaling.messages import LinkState, Purpose
from signaling.ports import LinkChanged
from signaling.refusals import Refused
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.province import BAI_CHAY, HA_TU
from tests.waiting import eventually


async def test_a_full_inbox_refuses_commands_and_compares_with_media_afterwards(control: ControlProcess) -> None:
    await control.receiving(HA_TU)
    conductor = control.conductor
    for number in range(INBOX + 500):
        conductor.post(
            LinkChanged(link=f"ghost-{number}", room=BAI_CHAY, purpose=Purpose.ROOM, state=LinkState.RECEIVING)
        )
    with pytest.raises(Refused) as refused:
        await conductor.command(Command(name=CommandName.NEXT), "system")
    assert refused.value.code == "too_many_messages"
    await eventually(lambda: "ghosts are left" if conductor.live.around.links.state_of(BAI_CHAY) else None)
    assert conductor.live.around.links.state_of(HA_TU) is LinkState.RECEIVING
    await conductor.command(Command(name=CommandName.OPEN), "system")


def test_a_burst_is_let_through_and_then_so_many_a_second() -> None:
    limit = RateLimit(burst=3, per_second=2)
    assert [limit.take(100.0) for _ in range(4)] == [True, True, True, False]
    assert [limit.take(101.0) for _ in range(3)] == [True, True, False]
    assert [limit.take(999.0) for _ in range(4)] == [True, True, True, False]
