"""Whether the head received in person as often as the rule asks: month by month, pure.

What counts is a day on which the head held a regular or periodic reception himself, also one to which nobody came.
An irregular reception and a dialogue are duties of their own (Law on Citizen Reception Art. 18, Law on Complaints
Art. 30) and stand beside it; several receptions of one day are one day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from server.receptions.dated_rules import ReceptionRule, ReceptionRules, RuleKey, RuleUnit
from server.receptions.tables import Receiver, ReceptionMode

COUNTED_MODES = frozenset({ReceptionMode.REGULAR, ReceptionMode.PERIODIC})
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class HeldDay:
    """One reception that was held, or (`planned`) will be. `receiver` None: nobody wrote down who received."""

    day: date
    mode: ReceptionMode
    receiver: Receiver | None
    nobody_came: bool = False
    planned: bool = False

    @property
    def counts(self) -> bool:
        return self.receiver is Receiver.HEAD and self.mode in COUNTED_MODES


@dataclass(frozen=True, slots=True)
class DutyMonth:
    """`rule` is the one in force on the month's last day; None: nothing is asked. Of a month that is not over
    `missing` says what is missing so far."""

    first: date
    rule: ReceptionRule | None
    days: tuple[date, ...]  # in person
    nobody_came: int  # of these days
    planned: tuple[date, ...]  # in person, still to come
    delegated: int  # days
    irregular: int  # days in person, irregular receptions and dialogues
    missing: int
    over: bool

    @property
    def missed(self) -> bool:
        return self.over and self.missing > 0

    @property
    def at_risk(self) -> bool:
        """The month runs, and what is planned does not make up for what is missing."""
        return not self.over and self.missing > len(set(self.planned) - set(self.days))


def last_of(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def months_between(first: date, last: date) -> list[date]:
    """First days of the months from that of `first` to that of `last`."""
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(month)
        month = last_of(month) + timedelta(days=1)
    return months


def duty_month(
    rules: ReceptionRules, key: RuleKey, held: Iterable[HeldDay], month: date, today: date
) -> DutyMonth:
    """Of the month of `month`. `held` may reach beyond it: a week that ends in a month may begin before."""
    first, last = month.replace(day=1), last_of(month)
    everything = list(held)
    own = [each for each in everything if first <= each.day <= last]
    past = [each for each in own if not each.planned]
    in_person = sorted({each.day for each in past if each.counts})
    came = {each.day for each in past if each.counts and not each.nobody_came}
    rule = rules.on(key, last)
    counted = {each.day for each in everything if each.counts and not each.planned}
    return DutyMonth(
        first=first,
        rule=rule,
        days=tuple(in_person),
        nobody_came=sum(day not in came for day in in_person),
        planned=tuple(sorted({each.day for each in own if each.planned and each.counts})),
        delegated=len({each.day for each in past if each.receiver is Receiver.DELEGATE}),
        irregular=len(
            {each.day for each in past if each.receiver is Receiver.HEAD and each.mode not in COUNTED_MODES}
        ),
        missing=0 if rule is None else _missing(rule, counted, first, last, today),
        over=last < today,
    )


def _missing(rule: ReceptionRule, counted: set[date], first: date, last: date, today: date) -> int:
    if rule.unit is RuleUnit.MONTH:
        return max(0, rule.count - sum(first <= day <= last for day in counted))
    missing, sunday = 0, first + timedelta(days=6 - first.weekday())
    while sunday <= last and sunday - _WEEK < today:  # weeks that begin later ask for nothing yet
        held = sum(sunday - _WEEK < day <= sunday for day in counted)
        missing += max(0, rule.count - held)
        sunday += _WEEK
    return missing
