"""What the law asks of the office for one petition, until when, and whether it was done: pure, from its history.

The table of terms says how long; here stands from which day, and what ends it. Where that is not plain:
- A complaint and a denunciation are answered once, in the term for accepting it; the term for triage, which is no
  longer and ends with the same act, is that of recommendations and reflections.
- A denunciation that is forwarded is forwarded within its term from the day of receipt; before it is forwarded
  nobody knows that this term applies.
- Settlement ends with the decision or conclusion, or with termination; a complaint's also with its withdrawal.
- The circumstances of the case lengthen its settlement only: not the initial processing of a denunciation, whose
  longer term has reasons of its own (several places, a delegation) and would be granted in hindsight.
- What lies before the first row of a history is not known: no duty is listed for it. Where a history begins with
  an accepted petition its term is counted from the day of receipt, which is never too late, and `assumed`.
- The answer after a reception is owed for each day on which the petition was heard in one, whatever was decided of
  it besides: that it was sent is for somebody to note, and may have been said to the citizen on the spot.
- Not found here: what citizens have time for (lodging a complaint), and what is asked of a superior when a
  settlement is overdue.
- Local terms (recommendations, reflections) count from the day of receipt: what nobody took up would never be due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise

from server.deadlines.calendar import ONE_DAY
from server.deadlines.computing import Deadline, Extension, State, Suspension
from server.deadlines.errors import DeadlineRefused, ExtensionRefused, YearNotCovered
from server.deadlines.rules import LOCAL_KEYS, DeadlineKey, Variant
from server.deadlines.terms import Terms
from server.petitions.tables import PetitionKind, PetitionStatus

_S, _K, _D = PetitionStatus, PetitionKind, DeadlineKey
_Notices = Mapping[PetitionStatus, tuple[DeadlineKey, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    status: PetitionStatus
    holds_on: date


@dataclass(frozen=True, slots=True)
class Case:
    """`steps` in their order, at least one. `notices`: what was sent, by the duty and the day it began.
    `heard_on`: the days on which it was heard in a reception, oldest first."""

    kind: PetitionKind
    received_on: date
    steps: tuple[Step, ...]
    variant: Variant = Variant.NORMAL
    instance: int = 1
    extensions: tuple[Extension, ...] = ()
    notices: Mapping[tuple[DeadlineKey, date], date] = field(default_factory=dict)
    heard_on: tuple[date, ...] = ()

    @property
    def present(self) -> Step:
        return self.steps[-1]

    @property
    def begun_unseen(self) -> bool:
        """The history begins after the receipt; what was done before it was not written down."""
        return self.steps[0].status is not _S.RECEIVED

    @property
    def suspensions(self) -> tuple[Suspension, ...]:
        """Each from the day of the decision to the day before it goes on."""
        closed = [
            Suspension(step.holds_on, following.holds_on - ONE_DAY)
            for step, following in pairwise(self.steps)
            if step.status is _S.SUSPENDED and following.holds_on > step.holds_on
        ]
        still_open = [Suspension(self.present.holds_on)] if self.present.status is _S.SUSPENDED else []
        return (*closed, *still_open)


class Trouble(StrEnum):
    """Why no day can be said."""

    YEAR = "year"  # the calendar lacks it
    NO_TERM = "no_term"  # the table has no row for that day
    NO_LOCAL_TERM = "no_local_term"
    EXTENSION = "extension"  # those written down are not those the circumstances allow


@dataclass(frozen=True, slots=True)
class Duty:
    """`deadline` and `state` are None where none can be said, for the reason in `trouble`."""

    key: DeadlineKey
    trigger: date
    begun_by: PetitionStatus | None  # whose day the trigger is; None: a reception's
    done_on: date | None
    by_notice: bool = False  # done when somebody writes down that it was sent
    is_settlement: bool = False
    assumed: bool = False
    deadline: Deadline | None = None
    state: State | None = None
    working_days_left: int = 0  # after today, with the due day; 0 once it is over
    trouble: Trouble | None = None
    year: int = 0  # that the calendar lacks

    @property
    def due_on(self) -> date | None:
        return None if self.deadline is None else self.deadline.due_on

    @property
    def is_open(self) -> bool:
        return self.done_on is None


_ANSWER = {
    _K.COMPLAINT: _D.COMPLAINT_ACCEPT,
    _K.DENUNCIATION: _D.DENUNCIATION_INITIAL,
    _K.RECOMMENDATION: _D.PETITION_TRIAGE,
    _K.REFLECTION: _D.PETITION_TRIAGE,
}
_LOCAL = {_K.RECOMMENDATION: _D.RECOMMENDATION, _K.REFLECTION: _D.REFLECTION}
_COMPLAINT_SETTLE = {1: _D.COMPLAINT_SETTLE_1, 2: _D.COMPLAINT_SETTLE_2}
_UNDER_WAY = frozenset({_S.RECEIVED, _S.ACCEPTED, _S.IN_SETTLEMENT, _S.SUSPENDED})
SILENT: Mapping[PetitionKind, frozenset[PetitionStatus]] = {
    _K.COMPLAINT: frozenset({_S.FILED}),
    _K.DENUNCIATION: frozenset({_S.FILED}),
    _K.RECOMMENDATION: frozenset(_S) - _UNDER_WAY,
    _K.REFLECTION: frozenset(_S) - _UNDER_WAY,
}
"""The statuses in which a petition of the kind asks for nothing in the register, whatever became of it before, but
for the answer after a reception.
Nine petitions of ten are of the kinds that no law follows after an answer."""
_SETTLEMENT_ENDS = {
    _K.COMPLAINT: frozenset({_S.SETTLED, _S.TERMINATED, _S.WITHDRAWN}),
    _K.DENUNCIATION: frozenset({_S.SETTLED, _S.TERMINATED}),
}
_COMPLAINT_NOTICES: Mapping[int, _Notices] = {
    1: {_S.SETTLED: (_D.COMPLAINT_DECISION_SEND_1,)},
    2: {_S.SETTLED: (_D.COMPLAINT_DECISION_SEND_2, _D.COMPLAINT_PUBLISH_2)},
}
_DENUNCIATION_NOTICES: _Notices = {
    _S.ACCEPTED: (_D.DENUNCIATION_ACCEPT_NOTICE,),
    _S.SUSPENDED: (_D.DENUNCIATION_SUSPEND_NOTICE,),
    _S.TERMINATED: (_D.DENUNCIATION_SUSPEND_NOTICE,),
    _S.SETTLED: (_D.DENUNCIATION_CONCLUSION_SEND, _D.DENUNCIATION_PUBLISH),
}
_URGENT = (State.OVERDUE, State.SOON, State.DUE, State.NOT_STARTED, State.SUSPENDED)


def duties_of(case: Case, terms: Terms, today: date) -> list[Duty]:
    """In the order in which they arise."""
    asked = [*_answering(case), *_settling(case), *_notifying(case), *_telling(case)]
    return [_counted(duty, case, terms, today) for duty in asked]


def most_urgent(duties: Iterable[Duty]) -> Duty | None:
    """The open duty to look at first; one whose day cannot be said only if there is no other."""
    still_open = [duty for duty in duties if duty.is_open]
    counted = [duty for duty in still_open if duty.state is not None]
    uncounted = [duty for duty in still_open if duty.trouble is Trouble.YEAR]
    if counted:
        return min(counted, key=_urgency)
    return uncounted[0] if uncounted else None


def by_urgency(duties: Iterable[Duty]) -> list[Duty]:
    """What is open first, the most urgent of it at the head; then what was done, in the order it arose."""
    return sorted(duties, key=lambda duty: (not duty.is_open, _urgency(duty) if duty.is_open else (0, date.min)))


def settlement_of(duties: Iterable[Duty]) -> Duty | None:
    return next((duty for duty in duties if duty.is_settlement), None)


def _urgency(duty: Duty) -> tuple[int, date]:
    place = len(_URGENT) if duty.state is None else _URGENT.index(duty.state)
    return place, duty.due_on or date.max


def _first(steps: Iterable[Step], statuses: Iterable[PetitionStatus]) -> Step | None:
    wanted = set(statuses)
    return next((step for step in steps if step.status in wanted), None)


def _answering(case: Case) -> Iterator[Duty]:
    if case.begun_unseen:
        return
    answer = case.steps[1] if len(case.steps) > 1 else None
    done_on = None if answer is None else answer.holds_on
    yield Duty(_ANSWER[case.kind], case.received_on, _S.RECEIVED, done_on)
    if case.kind is _K.DENUNCIATION and answer is not None and answer.status is _S.FORWARDED:
        yield Duty(_D.DENUNCIATION_FORWARD, case.received_on, _S.RECEIVED, done_on)


def _settling(case: Case) -> Iterator[Duty]:
    if case.kind in _LOCAL:
        end = next((step for step in case.steps if step.status not in _UNDER_WAY), None)
        if end is not case.steps[0]:
            done_on = None if end is None else end.holds_on
            yield Duty(_LOCAL[case.kind], case.received_on, _S.RECEIVED, done_on, is_settlement=True)
        return
    begun = _first(case.steps, (_S.ACCEPTED, _S.IN_SETTLEMENT, _S.SUSPENDED))
    if begun is None:
        return
    end = _first(case.steps, _SETTLEMENT_ENDS[case.kind])
    assumed = begun is case.steps[0]
    yield Duty(
        _D.DENUNCIATION_SETTLE if case.kind is _K.DENUNCIATION else _COMPLAINT_SETTLE[case.instance],
        case.received_on if assumed else begun.holds_on,
        _S.RECEIVED if assumed else begun.status,
        None if end is None else end.holds_on,
        is_settlement=True,
        assumed=assumed,
    )


def _notifying(case: Case) -> Iterator[Duty]:
    notices: _Notices = {}
    if case.kind is _K.COMPLAINT:
        notices = _COMPLAINT_NOTICES[case.instance]
    elif case.kind is _K.DENUNCIATION:
        notices = _DENUNCIATION_NOTICES
    seen = set()
    for step in case.steps[1:]:
        for key in notices.get(step.status, ()):
            if (key, step.holds_on) not in seen:
                seen.add((key, step.holds_on))
                done_on = case.notices.get((key, step.holds_on))
                yield Duty(key, step.holds_on, step.status, done_on, by_notice=True)


def _telling(case: Case) -> Iterator[Duty]:
    key = _D.RECEPTION_RESULT_NOTICE
    for day in case.heard_on:
        yield Duty(key, day, None, case.notices.get((key, day)), by_notice=True)


def _counted(duty: Duty, case: Case, terms: Terms, today: date) -> Duty:
    try:
        deadline = terms.deadline(
            duty.key,
            duty.trigger,
            case.variant if duty.is_settlement else Variant.NORMAL,
            case.suspensions if duty.is_settlement else (),
            case.extensions if duty.is_settlement else (),
        )
        state = deadline.state_on(today, done_on=duty.done_on)
        left = 0 if deadline.due_on is None else terms.working_days(today, deadline.due_on)
    except DeadlineRefused as refused:
        return _uncounted(duty, refused)
    return replace(duty, deadline=deadline, state=state, working_days_left=left)


def _uncounted(duty: Duty, refused: DeadlineRefused) -> Duty:
    if isinstance(refused, YearNotCovered):
        return replace(duty, trouble=Trouble.YEAR, year=refused.year)
    if isinstance(refused, ExtensionRefused):
        return replace(duty, trouble=Trouble.EXTENSION)
    return replace(duty, trouble=Trouble.NO_LOCAL_TERM if duty.key in LOCAL_KEYS else Trouble.NO_TERM)
