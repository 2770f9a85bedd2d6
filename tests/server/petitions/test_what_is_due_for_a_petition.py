"""Duties worked out by hand. 2/3/2026 is a Monday; the weeks around it have no public holiday before 26/4."""

from __future__ import annotations

from datetime import date

import pytest

from server.deadlines.calendar import WorkingCalendar
from server.deadlines.computing import Extension, State
from server.deadlines.rules import DeadlineKey, DeadlineTable, Rule, Unit, Variant
from server.deadlines.terms import Terms
from server.petitions.duties import Case, Duty, Step, Trouble, by_urgency, duties_of, most_urgent
from server.petitions.extending import ExtensionFault, WantedExtension, extension_faults, fits_extensions
from server.petitions.tables import PetitionKind, PetitionStatus
from server.petitions.transitions import Fault
from tests.server.deadlines.shipped import CALENDAR, TABLE

S, K, D = PetitionStatus, PetitionKind, DeadlineKey
TERMS = Terms(CALENDAR, TABLE)
MONDAY = date(2026, 3, 2)
APRIL = date(2026, 4, 30)


def case(kind: PetitionKind, *steps: tuple[PetitionStatus, date], **more: object) -> Case:
    received = (Step(S.RECEIVED, MONDAY),) if not steps or steps[0][1] > MONDAY else ()
    return Case(kind, MONDAY, (*received, *(Step(*step) for step in steps)), **more)  # type: ignore[arg-type]


def told(asked: Case, today: date = APRIL) -> list[tuple[DeadlineKey, date | None, date | None, State | None]]:
    return [(duty.key, duty.due_on, duty.done_on, duty.state) for duty in duties_of(asked, TERMS, today)]


def test_a_complaint_that_was_just_received_is_to_be_answered() -> None:
    # 10 days from 2/3 end on Thu 12/3.
    due = date(2026, 3, 12)
    for today, state in (
        (MONDAY, State.NOT_STARTED),
        (date(2026, 3, 5), State.DUE),
        (date(2026, 3, 9), State.SOON),
        (date(2026, 3, 13), State.OVERDUE),
    ):
        assert told(case(K.COMPLAINT), today) == [(D.COMPLAINT_ACCEPT, due, None, state)]


def test_a_complaint_on_its_whole_way() -> None:
    # Accepted Tue 10/3, in time; 30 days end on Thu 9/4; decided Fri 10/4; 3 working days end on Wed 15/4.
    accepted, decided = date(2026, 3, 10), date(2026, 4, 10)
    steps = ((S.ACCEPTED, accepted), (S.IN_SETTLEMENT, date(2026, 3, 12)), (S.SETTLED, decided))
    answered = (D.COMPLAINT_ACCEPT, date(2026, 3, 12), accepted, State.DONE_IN_TIME)
    settled = (D.COMPLAINT_SETTLE_1, date(2026, 4, 9), decided, State.DONE_LATE)
    sent = date(2026, 4, 15)
    assert told(case(K.COMPLAINT, *steps), date(2026, 4, 16)) == [
        answered,
        settled,
        (D.COMPLAINT_DECISION_SEND_1, sent, None, State.OVERDUE),
    ]
    noted = {(D.COMPLAINT_DECISION_SEND_1, decided): sent}
    assert told(case(K.COMPLAINT, *steps, notices=noted))[2][2:] == (sent, State.DONE_IN_TIME)


def test_a_second_complaint_has_the_terms_of_the_second() -> None:
    # 45 days from Tue 10/3 end on Fri 24/4. Sent in 7 days: Sun 26/4 is a holiday, Mon 27/4 is off in lieu of it,
    # Tue 28/4. Published in 15 days: Mon 4/5.
    steps = ((S.ACCEPTED, date(2026, 3, 10)), (S.SETTLED, date(2026, 4, 19)))
    assert [(key, due) for key, due, _done, _state in told(case(K.COMPLAINT, *steps, instance=2))][1:] == [
        (D.COMPLAINT_SETTLE_2, date(2026, 4, 24)),
        (D.COMPLAINT_DECISION_SEND_2, date(2026, 4, 28)),
        (D.COMPLAINT_PUBLISH_2, date(2026, 5, 4)),
    ]


@pytest.mark.parametrize(
    ("variant", "due"),
    [
        (Variant.NORMAL, date(2026, 4, 9)),  # 30 days from Tue 10/3
        (Variant.COMPLICATED, date(2026, 4, 24)),  # 45
        (Variant.REMOTE_COMPLICATED, date(2026, 5, 11)),  # 60: Sat 9/5, so Mon 11/5
    ],
)
def test_circumstances_lengthen_the_settlement_and_nothing_else(variant: Variant, due: date) -> None:
    found = told(case(K.COMPLAINT, (S.ACCEPTED, date(2026, 3, 10)), variant=variant))
    assert [each[1] for each in found] == [date(2026, 3, 12), due]


def test_suspended_days_are_those_from_the_decision_to_the_day_before_it_goes_on() -> None:
    # 30 days from Tue 10/3: 5 to Sun 15/3; suspended 16/3 to 25/3; 25 from Thu 26/3 end on Sun 19/4, so Mon 20/4.
    steps = ((S.ACCEPTED, date(2026, 3, 10)), (S.SUSPENDED, date(2026, 3, 16)))
    stopped = duties_of(case(K.COMPLAINT, *steps), TERMS, date(2026, 3, 20))[1]
    assert (stopped.state, stopped.due_on) == (State.SUSPENDED, None)
    assert stopped.deadline is not None
    assert stopped.deadline.left == 25
    goes_on = case(K.COMPLAINT, *steps, (S.IN_SETTLEMENT, date(2026, 3, 26)))
    assert told(goes_on)[1][1] == date(2026, 4, 20)
    same_day = case(K.COMPLAINT, *steps, (S.IN_SETTLEMENT, date(2026, 3, 16)))
    assert told(same_day)[1][1] == date(2026, 4, 9)


def test_a_withdrawal_ends_the_settlement_of_a_complaint_and_not_of_a_denunciation() -> None:
    steps = ((S.ACCEPTED, date(2026, 3, 10)), (S.WITHDRAWN, date(2026, 3, 20)))
    assert told(case(K.COMPLAINT, *steps))[1][2] == date(2026, 3, 20)
    assert told(case(K.DENUNCIATION, *steps))[1][2] is None
    ended = case(K.DENUNCIATION, *steps, (S.TERMINATED, date(2026, 3, 24)))
    assert told(ended)[1][2] == date(2026, 3, 24)


def test_a_denunciation_on_its_way() -> None:
    # Initial: 7 working days from Mon 2/3 end on Wed 11/3. Accepted Tue 10/3; notice in 5 working days, Tue 17/3.
    # 30 days end on Thu 9/4, with 30 more on Sat 9/5, so Mon 11/5. Concluded Mon 4/5: sent in 5 working days, Mon
    # 11/5, published in 7, Wed 13/5.
    accepted, concluded = date(2026, 3, 10), date(2026, 5, 4)
    asked = case(
        K.DENUNCIATION,
        (S.ACCEPTED, accepted),
        (S.IN_SETTLEMENT, date(2026, 3, 11)),
        (S.SETTLED, concluded),
        variant=Variant.COMPLICATED,
        extensions=(Extension(30, date(2026, 4, 8)),),
        notices={(D.DENUNCIATION_ACCEPT_NOTICE, accepted): date(2026, 3, 18)},
    )
    assert told(asked, date(2026, 5, 5)) == [
        (D.DENUNCIATION_INITIAL, date(2026, 3, 11), accepted, State.DONE_IN_TIME),
        (D.DENUNCIATION_SETTLE, date(2026, 5, 11), concluded, State.DONE_IN_TIME),
        (D.DENUNCIATION_ACCEPT_NOTICE, date(2026, 3, 17), date(2026, 3, 18), State.DONE_LATE),
        (D.DENUNCIATION_CONCLUSION_SEND, date(2026, 5, 11), None, State.DUE),
        (D.DENUNCIATION_PUBLISH, date(2026, 5, 13), None, State.DUE),
    ]


def test_each_suspension_asks_for_its_own_notice() -> None:
    steps = (
        (S.ACCEPTED, date(2026, 3, 10)),
        (S.SUSPENDED, date(2026, 3, 16)),
        (S.IN_SETTLEMENT, date(2026, 3, 20)),
        (S.SUSPENDED, date(2026, 3, 23)),
        (S.TERMINATED, date(2026, 3, 23)),
    )
    noted = {(D.DENUNCIATION_SUSPEND_NOTICE, date(2026, 3, 16)): date(2026, 3, 17)}
    duties = duties_of(case(K.DENUNCIATION, *steps, notices=noted), TERMS, APRIL)
    notices = [duty for duty in duties if duty.key is D.DENUNCIATION_SUSPEND_NOTICE]
    assert [(duty.trigger, duty.done_on) for duty in notices] == [
        (date(2026, 3, 16), date(2026, 3, 17)),
        (date(2026, 3, 23), None),
    ]


def test_a_denunciation_is_forwarded_in_five_working_days_from_receipt() -> None:
    found = told(case(K.DENUNCIATION, (S.FORWARDED, date(2026, 3, 10))))
    assert found == [
        (D.DENUNCIATION_INITIAL, date(2026, 3, 11), date(2026, 3, 10), State.DONE_IN_TIME),
        (D.DENUNCIATION_FORWARD, date(2026, 3, 9), date(2026, 3, 10), State.DONE_LATE),
    ]


def test_what_no_law_limits_has_the_provinces_term_or_says_that_there_is_none() -> None:
    duties = duties_of(case(K.REFLECTION, (S.ACCEPTED, date(2026, 3, 4))), TERMS, APRIL)
    assert [(duty.key, duty.trouble) for duty in duties] == [
        (D.PETITION_TRIAGE, None),
        (D.REFLECTION, Trouble.NO_LOCAL_TERM),
    ]
    assert most_urgent(duties) is None
    row = Rule(D.REFLECTION, Variant.NORMAL, 15, Unit.CALENDAR, 0, 0, MONDAY, None, True, "Quy chế")
    local = Terms(CALENDAR, DeadlineTable([*TABLE.rules, row]))
    answered = case(K.REFLECTION, (S.ACCEPTED, date(2026, 3, 4)), (S.SETTLED, date(2026, 3, 18)))
    duty = duties_of(answered, local, APRIL)[1]
    assert (duty.due_on, duty.state) == (date(2026, 3, 17), State.DONE_LATE)  # 15 days from Mon 2/3: Tue 17/3


@pytest.mark.parametrize("kind", [K.COMPLAINT, K.DENUNCIATION])
def test_where_the_history_begins_late_only_what_is_still_open_is_counted(kind: PetitionKind) -> None:
    (duty,) = duties_of(case(kind, (S.IN_SETTLEMENT, MONDAY)), TERMS, APRIL)
    assert duty.is_settlement
    assert duty.assumed
    assert (duty.due_on, duty.begun_by) == (date(2026, 4, 1), S.RECEIVED)
    done = case(kind, (S.SETTLED, MONDAY), (S.FILED, date(2026, 3, 9)))
    assert duties_of(done, TERMS, APRIL) == []


def test_each_day_it_was_heard_in_a_reception_the_citizen_is_told_what_came_of_it() -> None:
    heard = case(
        K.COMPLAINT,
        (S.GUIDED, date(2026, 3, 3)),
        heard_on=(date(2026, 3, 4), date(2026, 3, 18)),
        notices={(D.RECEPTION_RESULT_NOTICE, date(2026, 3, 4)): date(2026, 3, 20)},
    )
    duties = [duty for duty in duties_of(heard, TERMS, APRIL) if duty.key is D.RECEPTION_RESULT_NOTICE]
    assert [(duty.trigger, duty.due_on, duty.state) for duty in duties] == [
        (date(2026, 3, 4), date(2026, 3, 18), State.DONE_LATE),  # ten working days after a Wednesday
        (date(2026, 3, 18), date(2026, 4, 1), State.OVERDUE),
    ]
    assert all(duty.by_notice and duty.begun_by is None for duty in duties)


def test_a_year_that_the_calendar_lacks_is_said_and_breaks_nothing() -> None:
    (duty,) = duties_of(case(K.COMPLAINT), Terms(WorkingCalendar({}), TABLE), APRIL)
    assert (duty.trouble, duty.year, duty.state) == (Trouble.YEAR, 2026, None)
    assert most_urgent([duty]) is duty


def test_the_most_urgent_is_what_is_overdue_longest() -> None:
    def duty(state: State, day: int) -> Duty:
        answered = duties_of(case(K.COMPLAINT), TERMS, date(2026, 3, day))[0]
        assert answered.state is state
        return answered

    late, soon, due = duty(State.OVERDUE, 20), duty(State.SOON, 10), duty(State.DUE, 4)
    assert most_urgent([due, soon, late]) is late
    done = duties_of(case(K.COMPLAINT, (S.GUIDED, date(2026, 3, 3))), TERMS, APRIL)[0]
    assert by_urgency([done, due, late, soon]) == [late, soon, due, done]
    assert most_urgent([done]) is None


@pytest.mark.parametrize(
    ("variant", "wanted", "faults"),
    [
        (Variant.COMPLICATED, WantedExtension(30, date(2026, 4, 9), "9/QĐ-TTr"), {}),
        (Variant.COMPLICATED, WantedExtension(31, date(2026, 4, 9), "9/QĐ-TTr"), {"count": "too_many_days"}),
        (
            Variant.COMPLICATED,
            WantedExtension(30, date(2026, 4, 10), "9/QĐ-TTr"),
            {"decided_on": "after_the_term"},
        ),
        (
            Variant.COMPLICATED,
            WantedExtension(30, date(2026, 3, 9), "9/QĐ-TTr"),
            {"decided_on": "before_the_last"},
        ),
        (Variant.COMPLICATED, WantedExtension(30, None, ""), {"decided_on": "no_day", "document": "no_document"}),
        (Variant.NORMAL, WantedExtension(30, date(2026, 4, 9), "9/QĐ-TTr"), {"count": "not_allowed"}),
    ],
)
def test_who_may_extend(
    variant: Variant, wanted: WantedExtension, faults: dict[str, Fault | ExtensionFault]
) -> None:
    asked = case(K.DENUNCIATION, (S.ACCEPTED, date(2026, 3, 10)), variant=variant)  # due on Thu 9/4
    assert extension_faults(asked, wanted, TERMS, APRIL) == faults


def test_what_was_extended_stays_allowed() -> None:
    extended = {"extensions": (Extension(30, date(2026, 4, 9)),)}
    accepted = (S.ACCEPTED, date(2026, 3, 10))
    assert fits_extensions(case(K.DENUNCIATION, accepted, variant=Variant.COMPLICATED, **extended), TERMS, APRIL)
    assert not fits_extensions(case(K.DENUNCIATION, accepted, **extended), TERMS, APRIL)
