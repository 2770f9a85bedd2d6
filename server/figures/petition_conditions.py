"""What the words of a column mean for petitions, in SQL.

A figure tells how things stood at the end of its period, as far as rows say it that stay as they were written: the
day of receipt, and the history with its days. What was decided of a petition besides (eligible, competence, field,
the state of the case before) has no day, and is counted as it stands now.
- Processed is a petition that left the first status; carried over is one received before the period that had not
  done so when the period began.
- Guided, forwarded, accepted, concluded, withdrawn, terminated: a row of the history says so in the period; and
  that of the settlement says its outcome, but for those that were entered when nobody asked for it (unsaid).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, Select, and_, case, cast, or_, true, union
from sqlmodel import col, func, select

from server.figures.periods import Period
from server.figures.words import FIELD, KIND_WORDS, SCOPE_WORDS, SETTLING_WORDS, Counter
from server.petitions.categories import Channel, Outcome, Route, Settled
from server.petitions.tables import Petition, PetitionKind, PetitionStatus, PetitionStatusChange

_S = PetitionStatus
_BECAME = {
    "accepted": _S.ACCEPTED,
    "concluded": _S.SETTLED,
    "withdrawn": _S.WITHDRAWN,
    "terminated": _S.TERMINATED,
    "guided": _S.GUIDED,
    "forwarded": _S.FORWARDED,
}
_OUTCOMES: dict[str, Outcome | None] = {f"outcome.{outcome}": outcome for outcome in Outcome} | {
    "outcome.unsaid": None
}
_OVER = (_S.SETTLED, _S.TERMINATED, _S.IN_EXECUTION, _S.FILED)
_ENDS = (_S.SETTLED, _S.TERMINATED, _S.WITHDRAWN, _S.FORWARDED)
"""One that was accepted comes to a status of `_OVER` by one of these only (`petitions.transitions`)."""
_SETTLED_BEFORE = {
    "settled_once": (Settled.ONCE,),
    "settled_often": (Settled.SEVERAL_TIMES,),
    "settled_before": (Settled.ONCE, Settled.SEVERAL_TIMES),
    "unfinished": (Settled.NEVER, Settled.UNDER_WAY),
    "under_way": (Settled.UNDER_WAY,),
    "unsettled": (Settled.NEVER,),
}
_PLAIN: dict[str, ColumnElement[bool]] = {
    "others": col(Petition.kind).in_((PetitionKind.RECOMMENDATION, PetitionKind.REFLECTION)),
    "direct": col(Petition.channel) == Channel.DIRECT,
    "eligible": col(Petition.eligible).is_(True),
    "unchecked": col(Petition.eligible).is_(None),
    "within": col(Petition.in_competence).is_(True),
    "outside": col(Petition.in_competence).is_(False),
    "unplaced": col(Petition.in_competence).is_(None),
    "urged": col(Petition.route) == Route.URGE,
    "instance.1": col(Petition.instance) == 1,
    "instance.2": col(Petition.instance) == 2,
    "no_field": col(Petition.field) == "",
}


TimeLimits = Mapping[str, Collection[int]]
"""The ids of the complaints and denunciations concluded in a period, by the word that says whether their term was
kept; see `time_limits`."""


class PetitionConditions:
    """Of one period, for these counters together. `answers` is to be joined (outer) by the petition's id where
    `asks_answers`; `limits` are asked for only where a word needs them."""

    def __init__(self, period: Period, limits: Callable[[], TimeLimits], counters: Collection[Counter]) -> None:
        self._period, self._limits, self._counters = period, limits, counters
        asking = [each for each in counters if _asks_answers(each)]
        self.asks_answers = bool(asking)
        # Who counts only what was answered by the end asks for no later answer: of a period long ago most are.
        self._until = period.last if all("answered" in each.words for each in asking) else None
        self.answers = _answers(period, self._until)
        answered_on = self.answers.c.answered_on
        received_on = col(Petition.received_on)
        self._of_period = {
            "received": received_on.between(period.first, period.last),
            "carried": and_(
                received_on < period.first,
                or_(col(Petition.status) == _S.RECEIVED, answered_on.is_not(None)),
            ),
            "answered": answered_on <= period.last,
            "unanswered": or_(answered_on.is_(None), answered_on > period.last),
        }

    def condition(self, counter: Counter) -> ColumnElement[bool]:
        return and_(self.scope(counter), *(self._condition(word) for word in sorted(counter.words)))

    def scope(self, counter: Counter) -> ColumnElement[bool]:
        """What every petition that the counter counts is: wide, and found quickly."""
        settling = counter.words & SETTLING_WORDS
        if settling:
            return and_(true(), *(self._condition(word) for word in sorted(settling)))
        if "received" in counter.words:
            return self._of_period["received"]
        return or_(self._of_period["received"], self._of_period["carried"])

    def found(self) -> CTE:
        """The ids of every petition that one of the counters may count, by what an index finds: the row of a
        petition is wide, and those of one period are few among those of ten years."""
        received, before = self._of_period["received"], col(Petition.received_on) < self._period.first
        ids: Select[Any] = select(col(Petition.id).label("id"))
        parts: dict[object, Any] = {}
        for counter in self._counters:
            settling = counter.words & SETTLING_WORDS
            if settling:
                word = min(settling, key=lambda each: (each not in _BECAME and each not in _OUTCOMES, each))
                parts |= {(word, number): part for number, part in enumerate(self._ids(word))}
                continue
            parts["received"] = ids.where(received)
            if self._until is not None and "received" not in counter.words:
                parts["answered"] = select(self.answers.c.petition_id)
            elif "received" not in counter.words:
                parts["waiting"] = ids.where(before, col(Petition.status) == _S.RECEIVED)
                parts["answered"] = ids.join(self.answers, self.answers.c.petition_id == col(Petition.id)).where(
                    before
                )
        return union(*parts.values()).cte("found")

    def _condition(self, word: str) -> ColumnElement[bool]:
        if word in KIND_WORDS:
            return col(Petition.kind) == word
        if word.startswith(FIELD):
            return col(Petition.field) == word.removeprefix(FIELD)
        if word in _SETTLED_BEFORE:
            return col(Petition.settled).in_(_SETTLED_BEFORE[word])
        if word in _BECAME:
            return self._became(_BECAME[word])
        if word in _OUTCOMES:
            return col(Petition.id).in_(self._came_to(_OUTCOMES[word]))
        if word == "pending_before":
            return self._pending_before()
        if word in self._of_period:
            return self._of_period[word]
        if word in _PLAIN:
            return _PLAIN[word]
        return col(Petition.id).in_(self._limits()[word])

    def _ids(self, word: str) -> list[Select[Any]]:
        """The ids of the petitions that a word of settling counts, and perhaps of more."""
        if word in _BECAME:
            return [self._changes(_BECAME[word])]
        if word in _OUTCOMES:
            return [self._changes(_S.SETTLED)]
        if word == "pending_before":
            return [select(self._pending.c.id)]
        return [select(col(Petition.id).label("id")).where(self._condition(word))]

    def _changes(self, status: PetitionStatus) -> Select[Any]:
        change = PetitionStatusChange
        return select(col(change.petition_id).label("id")).where(
            change.status == status, col(change.holds_on).between(self._period.first, self._period.last)
        )

    def _came_to(self, outcome: Outcome | None) -> Select[Any]:
        told = col(PetitionStatusChange.outcome)
        return self._changes(_S.SETTLED).where(told.is_(None) if outcome is None else told == outcome)

    def _became(self, status: PetitionStatus) -> ColumnElement[bool]:
        return col(Petition.id).in_(self._changes(status))

    @cached_property
    def _pending(self) -> CTE:
        return _pending(self._period)

    def _pending_before(self) -> ColumnElement[bool]:
        """Accepted before the period, and not over when it began. A denunciation that was withdrawn may go on."""
        pending = self._pending
        withdrawn = select(pending.c.id).where(pending.c.withdrawn == 1)
        goes_on = or_(col(Petition.kind) != PetitionKind.COMPLAINT, col(Petition.id).not_in(withdrawn))
        return and_(col(Petition.id).in_(select(pending.c.id)), goes_on)


def _asks_answers(counter: Counter) -> bool:
    """Whether a condition of the counter needs `answers` joined."""
    return bool(counter.words & {"carried", "answered", "unanswered"}) or not counter.words & SCOPE_WORDS


def _pending(period: Period) -> CTE:
    """What was accepted before the period and not settled or terminated before it; whether it was withdrawn.

    Of those only that are open now or came to an end since are histories read: most of them lie before the period.
    """
    change = PetitionStatusChange
    still: Select[Any] = select(col(Petition.id).label("id")).where(
        col(Petition.received_on) < period.first, col(Petition.status).not_in(_OVER)
    )
    since: Select[Any] = select(col(change.petition_id).label("id")).where(
        col(change.holds_on) >= period.first, col(change.status).in_(_ENDS)
    )
    perhaps = union(still, since).cte("perhaps_pending")

    def was(*statuses: PetitionStatus) -> ColumnElement[int]:
        return func.max(case((col(change.status).in_(statuses), 1), else_=0))

    petition_id = col(change.petition_id)
    rows: Any = (
        select(petition_id.label("id"), was(_S.WITHDRAWN).label("withdrawn"))
        .where(petition_id.in_(select(perhaps.c.id)), col(change.holds_on) < period.first)
        .group_by(petition_id)
        .having(was(_S.ACCEPTED) == 1, was(_S.SETTLED, _S.TERMINATED) == 0)
    )
    pending: CTE = rows.cte("pending")
    return pending


def _answers(period: Period, until: date | None) -> CTE:
    """When a petition left the first status, of those that had not when the period began; `until` that day."""
    change = PetitionStatusChange
    left = or_(
        col(change.previous) == _S.RECEIVED,
        and_(col(change.previous).is_(None), col(change.status) != _S.RECEIVED),
    )
    # Grouped by the bare column, SQLite would walk all of the history in its order, and not only these days.
    petition_id = cast(change.petition_id, Integer)
    rows = (
        select(petition_id.label("petition_id"), func.min(change.holds_on).label("answered_on"))
        .where(left, col(change.holds_on) >= period.first, true() if until is None else change.holds_on <= until)
        .group_by(petition_id)
    )
    return rows.cte("answers")
