"""What the words of a column mean for visits and sessions, in SQL.

The law's regular reception is the daily one and every reception of that mode, whoever received. Of periodic and
irregular ones the report counts those at which the head or his delegate received; where nobody wrote down who did,
or the board's officers did, a visit is counted beside the form and not in it. A dialogue is part of settling a
complaint.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, exists, false, or_, true
from sqlmodel import col, select

from server.figures.periods import Period
from server.figures.words import KIND_WORDS, Counter, Measure
from server.receptions.dated_rules import ReceptionRules, RuleKey
from server.receptions.queries import day_bounds
from server.receptions.tables import Receiver, Reception, ReceptionMode, ReceptionState
from server.visits.tables import Visit

_BY_THE_HEAD = (ReceptionMode.PERIODIC, ReceptionMode.IRREGULAR)
_MODE = col(Reception.mode)
_REGULAR = or_(col(Visit.reception_id).is_(None), _MODE == ReceptionMode.REGULAR)


def _by(receiver: Receiver) -> ColumnElement[bool]:
    return and_(_MODE.in_(_BY_THE_HEAD), col(Reception.received_by) == receiver)


_PLAIN: dict[str, Callable[[], ColumnElement[bool]]] = {
    "regular": lambda: _REGULAR,
    "head": lambda: _by(Receiver.HEAD),
    "delegate": lambda: _by(Receiver.DELEGATE),
    "board": lambda: _by(Receiver.BOARD),
    "unsaid": lambda: and_(_MODE.in_(_BY_THE_HEAD), col(Reception.received_by).is_(None)),
    "dialogue": lambda: _MODE == ReceptionMode.DIALOGUE,
    "reported": lambda: or_(_REGULAR, _by(Receiver.HEAD), _by(Receiver.DELEGATE)),
    "first": lambda: col(Visit.nth_time) == 1,
    "repeated": lambda: col(Visit.nth_time) > 1,
}


def visit_condition(counter: Counter, rules: ReceptionRules) -> ColumnElement[bool]:
    """Of a visit that stands and came in the period (`visits_in`), joined with its reception, if any."""
    words = counter.words | ({"large"} if counter.measure is Measure.GROUPS else frozenset())
    return and_(true(), *(_condition(word, rules) for word in sorted(words)))


def _condition(word: str, rules: ReceptionRules) -> ColumnElement[bool]:
    if word == "large":
        return is_large(rules)
    return col(Visit.kind) == word if word in KIND_WORDS else _PLAIN[word]()


def is_large(rules: ReceptionRules) -> ColumnElement[bool]:
    """By the rule of the visit's day."""
    spans = [
        and_(
            col(Visit.persons) >= rule.count,
            col(Visit.came_at) >= day_bounds(rule.valid_from)[0],
            true() if rule.valid_to is None else col(Visit.came_at) < day_bounds(rule.valid_to)[1],
        )
        for rule in rules.rules
        if rule.key is RuleKey.LARGE_GROUP
    ]
    return and_(col(Visit.as_group).is_(True), or_(*spans, false()))


def visits_in(period: Period) -> ColumnElement[bool]:
    return and_(
        col(Visit.withdrawn_at).is_(None),
        col(Visit.came_at) >= day_bounds(period.first)[0],
        col(Visit.came_at) < day_bounds(period.last)[1],
    )


def session_condition(counter: Counter) -> ColumnElement[bool]:
    asked = [_PLAIN[word]() for word in sorted(counter.words)]
    return and_(*asked) if asked else or_(_by(Receiver.HEAD), _by(Receiver.DELEGATE))


def sessions_in(period: Period) -> ColumnElement[bool]:
    """Those that were held: opened, also if nobody came, or somebody's visit to it is on the record."""
    visited = exists(select(Visit.id).where(Visit.reception_id == Reception.id, col(Visit.withdrawn_at).is_(None)))
    held = or_(col(Reception.state).in_((ReceptionState.OPEN, ReceptionState.ENDED)), visited)
    return and_(
        held,
        col(Reception.planned_at) >= day_bounds(period.first)[0],
        col(Reception.planned_at) < day_bounds(period.last)[1],
    )
