"""The hour that the form of a summons proposes is one that it takes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from server.receptions.summons_forms import proposed_hour, read_summons
from server.receptions.tables import Reception, ReceptionMode, ReceptionState
from server.web.languages import HERE

LEAD = timedelta(minutes=30)


def at(hour: int, minute: int, *, day: int = 30) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=HERE)


def reception(planned_at: datetime, state: ReceptionState = ReceptionState.PLANNED) -> Reception:
    return Reception(
        title="Phiên tiếp",
        mode=ReceptionMode.PERIODIC,
        place="Trụ sở",
        host_name="",
        planned_at=planned_at,
        state=state,
    )


@pytest.mark.parametrize(
    ("planned_at", "asked_at", "state", "proposed"),
    [
        (at(8, 0), at(16, 0, day=27), ReceptionState.PLANNED, "07:30"),
        (at(8, 0), at(7, 29), ReceptionState.PLANNED, "07:30"),
        (at(8, 0), at(7, 40), ReceptionState.PLANNED, "08:00"),  # 07:30 has passed
        (at(8, 0), at(8, 10), ReceptionState.PLANNED, "08:00"),  # it begins late
        (at(8, 0), at(9, 0), ReceptionState.OPEN, "08:00"),
        (at(0, 5), at(0, 2), ReceptionState.PLANNED, "00:05"),  # 23:35 is of the day before
        (at(0, 5), at(20, 0, day=29), ReceptionState.PLANNED, "00:05"),
    ],
)
def test_what_is_proposed_is_taken(
    planned_at: datetime, asked_at: datetime, state: ReceptionState, proposed: str
) -> None:
    asked = reception(planned_at, state)
    assert proposed_hour(planned_at - LEAD, asked, asked_at) == proposed
    filled, wanted = read_summons({"whom": "everyone", "clock": proposed, "note": ""}, asked, asked_at)
    assert (filled.mistakes, wanted is None) == ({}, False)
