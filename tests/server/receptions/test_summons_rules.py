"""Who needs attention first, and what a room still lacks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.receptions.line_quality import Quality, Verdict
from server.receptions.summons_rules import Lack, Readiness, Standing, standing_of, urgency
from server.receptions.summons_tables import Summons, SummonsAnswered
from signaling.messages import Devices, DeviceState
from signaling.software import is_outdated, software

NOW = datetime(2026, 11, 28, 1, tzinfo=UTC)
GOOD = Readiness(
    True, Devices(camera=DeviceState.OK, microphone=DeviceState.OK), Verdict(Quality.GOOD), software("page")
)
readinesses = st.builds(
    Readiness,
    connected=st.booleans(),
    devices=st.none()
    | st.builds(Devices, camera=st.sampled_from(DeviceState), microphone=st.sampled_from(DeviceState)),
    line=st.sampled_from(Quality).map(Verdict),
    software=st.sampled_from(["", software("page"), "tiepdan 0.0.1 page", "another 2"]),
    waits=st.booleans(),
)


def _summons(**fields: object) -> Summons:
    return Summons(reception_id=1, room_id=1, be_there_at=NOW, sent_at=NOW, sent_by="account:1", **fields)


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({}, Standing.ASKED),
        ({"seen_at": NOW}, Standing.SEEN),
        ({"seen_at": NOW, "answer": SummonsAnswered.COMING}, Standing.COMING),
        ({"answer": SummonsAnswered.CANNOT}, Standing.CANNOT),
        ({"withdrawn_at": NOW, "answer": SummonsAnswered.NOTED}, Standing.WITHDRAWN),
    ],
)
def test_a_summons_stands_as_it_was_answered(fields: dict[str, object], standing: Standing) -> None:
    assert standing_of(_summons(**fields)) is standing


def test_a_room_that_has_everything_lacks_nothing() -> None:
    assert GOOD.lacks == ()
    assert not is_outdated(software("room"))
    assert not is_outdated("another 2")


@given(readinesses)
def test_of_a_room_that_is_not_connected_nothing_else_is_said(readiness: Readiness) -> None:
    word = Lack.WAITING if readiness.waits else Lack.CONNECTION
    assert (word in readiness.lacks) != readiness.connected
    assert readiness.connected or readiness.lacks == (word,)


@given(st.sampled_from(Standing), readinesses)
def test_among_equal_answers_the_ready_room_comes_last(standing: Standing, readiness: Readiness) -> None:
    assert urgency(standing, readiness) <= urgency(standing, GOOD)
    assert (
        urgency(Standing.CANNOT, GOOD) < urgency(Standing.ASKED, readiness) < urgency(Standing.COMING, readiness)
    )
