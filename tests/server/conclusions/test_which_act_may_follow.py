"""What may happen to a task next, worked out by hand, and what holds whatever happens to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.conclusions.acts import (
    ACTS,
    OPEN,
    WITH_THE_UNIT,
    TaskFacts,
    TaskFault,
    WantedAct,
    act_faults,
    facts_after,
    next_acts,
)
from server.conclusions.tables import TaskAct, TaskState
from server.petitions.transitions import Fault

A, S = TaskAct, TaskState
GIVEN = date(2026, 3, 2)
DUE = date(2026, 3, 20)
TODAY = date(2026, 3, 16)
FACTS = TaskFacts(S.ASSIGNED, DUE, GIVEN)
WORDS = "Đã đo xong ba hộ."
COMPLETE = WantedAct(A.PROGRESS, TODAY, "12/BC-UBND", WORDS, DUE + timedelta(days=9), "Chủ tịch UBND tỉnh")


def test_a_task_goes_from_the_unit_to_the_board_and_is_over() -> None:
    facts = FACTS
    for act, state in (
        (A.ACKNOWLEDGE, S.ACKNOWLEDGED),
        (A.PROGRESS, S.IN_PROGRESS),
        (A.REPORT, S.REPORTED),
        (A.SEND_BACK, S.IN_PROGRESS),
        (A.REPORT, S.REPORTED),
        (A.CONFIRM, S.CONFIRMED),
    ):
        wanted = replace(COMPLETE, act=act)
        assert act_faults(facts, wanted, TODAY) == {}
        facts = facts_after(facts, wanted)
        assert facts.state is state
    assert next_acts(facts) == ()


@pytest.mark.parametrize(
    ("state", "act"),
    [
        (S.ASSIGNED, A.CONFIRM),
        (S.ACKNOWLEDGED, A.ACKNOWLEDGE),
        (S.REPORTED, A.REPORT),
        (S.REPORTED, A.EXTEND),
        (S.CONFIRMED, A.CANCEL),
        (S.CANCELLED, A.PROGRESS),
        (S.ASSIGNED, A.CLEAR),  # nothing obstructs it
        (S.ASSIGNED, A.ASSIGN),  # only a conclusion gives a task
        (S.ASSIGNED, A.CORRECT),
    ],
)
def test_what_does_not_follow_is_refused(state: TaskState, act: TaskAct) -> None:
    assert act_faults(replace(FACTS, state=state), replace(COMPLETE, act=act), TODAY) == {
        "act": TaskFault.NOT_NEXT
    }


@pytest.mark.parametrize(
    ("changed", "field", "fault"),
    [
        ({"act": A.REPORT, "document": ""}, "document", TaskFault.NO_REPORT),
        ({"document": "báo cáo của ông A"}, "document", Fault.NO_NUMBER),
        ({"words": ""}, "words", TaskFault.NO_WORDS),
        ({"words": "Gặp bà  ĐẶNG văn quyết tại nhà"}, "words", Fault.NAMES_PETITIONER),
        ({"words": "x" * 1001}, "words", Fault.TOO_LONG),
        ({"holds_on": None}, "holds_on", Fault.NO_DAY),
        ({"holds_on": TODAY + timedelta(days=1)}, "holds_on", Fault.IN_THE_FUTURE),
        ({"holds_on": GIVEN - timedelta(days=1)}, "holds_on", Fault.BEFORE_THE_LAST),
        ({"act": A.EXTEND, "due_on": None}, "due_on", TaskFault.NO_NEW_DAY),
        ({"act": A.EXTEND, "due_on": DUE}, "due_on", TaskFault.NOT_LATER),
        ({"act": A.EXTEND, "allowed_by": ""}, "allowed_by", TaskFault.NOBODY_ALLOWED_IT),
    ],
)
def test_a_mistake_is_named_by_its_field(changed: dict[str, object], field: str, fault: object) -> None:
    wanted = replace(COMPLETE, **changed)  # type: ignore[arg-type]
    assert act_faults(replace(FACTS, names=("Đặng Văn Quyết",)), wanted, TODAY) == {field: fault}


def test_who_grants_more_time_does_so_while_it_runs() -> None:
    wanted = replace(COMPLETE, act=A.EXTEND)
    after = date(2026, 3, 23)
    assert facts_after(FACTS, wanted).due_on == DUE + timedelta(days=9)
    assert act_faults(FACTS, replace(wanted, holds_on=DUE), after) == {}
    assert act_faults(FACTS, replace(wanted, holds_on=after), after) == {"holds_on": TaskFault.AFTER_THE_DEADLINE}


def test_an_obstacle_ends_when_somebody_says_so_or_with_the_report() -> None:
    obstructed = facts_after(FACTS, replace(COMPLETE, act=A.OBSTRUCT))
    assert obstructed.obstructed
    assert A.OBSTRUCT not in next_acts(obstructed)
    assert facts_after(obstructed, replace(COMPLETE, act=A.PROGRESS)).obstructed
    assert not facts_after(obstructed, replace(COMPLETE, act=A.CLEAR)).obstructed
    assert not facts_after(obstructed, replace(COMPLETE, act=A.REPORT)).obstructed


def test_of_a_denunciation_a_document_stands_for_the_words() -> None:
    facts = replace(FACTS, denunciation=True)
    bare = WantedAct(A.PROGRESS, TODAY, "5/TTr-VP")
    assert act_faults(facts, bare, TODAY) == {}
    assert act_faults(facts, replace(bare, document=""), TODAY) == {"document": TaskFault.NO_DOCUMENT}
    assert act_faults(facts, replace(bare, words=WORDS), TODAY) == {"words": TaskFault.WORDS_IN_DENUNCIATION}
    extension = replace(bare, act=A.EXTEND, due_on=DUE + timedelta(days=3))
    assert act_faults(facts, extension, TODAY) == {}
    named = replace(extension, allowed_by="ông B")
    assert act_faults(facts, named, TODAY) == {"allowed_by": TaskFault.WORDS_IN_DENUNCIATION}


@given(
    st.lists(st.sampled_from(sorted(ACTS)), max_size=30),
    st.lists(st.integers(min_value=0, max_value=5), min_size=30, max_size=30),
)
def test_whatever_is_recorded_the_deadline_only_moves_on_and_an_end_is_an_end(
    acts: list[TaskAct], steps: list[int]
) -> None:
    facts, day = FACTS, GIVEN
    for act, step in zip(acts, steps, strict=False):
        day += timedelta(days=step)
        later = facts.due_on + timedelta(days=7)
        wanted = replace(COMPLETE, act=act, holds_on=day, due_on=later)
        if act_faults(facts, wanted, day):
            continue
        assert facts.state in OPEN
        after = facts_after(facts, wanted)
        assert after.due_on >= facts.due_on
        assert (after.due_on > facts.due_on) == (act is A.EXTEND)
        assert not after.obstructed or after.state in WITH_THE_UNIT
        facts = after
