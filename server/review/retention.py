"""How long a recording is kept: the longest term of the cases heard in it, as dated rows of a file.

A term of years runs from the end of the year in which the case ended: a recording of a case that goes on is kept.
One dated file that comes with the program and, where it is there, the operator's own of the same form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from aiohttp import web

from server.deadlines.data_file import Line
from server.deadlines.dated import DATES, Dated, dates_of, read_dated, refuse_overlaps
from server.deadlines.errors import BadDataFile, Problem
from server.petitions.categories import CaseFlag

RETENTION_FILE = "retention.csv"
_SHIPPED = Path(__file__).parent / "data" / RETENTION_FILE
_MOST = 9999


class RetentionKey(StrEnum):
    """What a recording is of; below the first two the flags of a case (`CaseFlag`), by their words."""

    NO_PETITION = "no_petition"
    PETITION = "petition"
    COMPLICATED = "complicated"
    PROLONGED = "prolonged"
    OUTSTANDING = "outstanding"
    CROWDED = "crowded"
    BYPASS = "bypass"
    HOT_SPOT = "hot_spot"
    CONFIRMATION = (
        "confirmation"  # no term: within how many days a proposed deletion is confirmed by somebody else
    )


class TermUnit(StrEnum):
    DAY = "day"
    YEAR = "year"
    PERMANENT = "permanent"


@dataclass(frozen=True, slots=True)
class RetentionRule(Dated):
    key: RetentionKey
    count: int
    unit: TermUnit


@dataclass(frozen=True, slots=True)
class CaseHeard:
    """`ended_on` None: it goes on."""

    flags: frozenset[CaseFlag]
    ended_on: date | None


class Keeping(StrEnum):
    PERMANENT = "permanent"
    CASE_GOES_ON = "case_goes_on"
    UNTIL = "until"
    NO_RULE = "no_rule"  # no row is in force for what it is: it is kept


@dataclass(frozen=True, slots=True)
class Term:
    """`last_day`: of `UNTIL` only; the recording may be deleted from the day after. `ground`: what it rests on."""

    keeping: Keeping
    last_day: date | None = None
    ground: str = field(default="", compare=False)

    def is_over(self, today: date) -> bool:
        return self.last_day is not None and self.last_day < today


@dataclass(frozen=True, slots=True)
class RetentionRules:
    rules: tuple[RetentionRule, ...]

    def on(self, key: RetentionKey, day: date) -> RetentionRule | None:
        return next((rule for rule in self.rules if rule.key == key and rule.holds(day)), None)

    def term(self, recorded_on: date, cases: Iterable[CaseHeard]) -> Term:
        """The longest of all; what no rule names, and a case that goes on, is kept."""
        heard = list(cases)
        if not heard:
            return _term_of(self.on(RetentionKey.NO_PETITION, recorded_on), recorded_on)
        terms = [self._of_case(case, recorded_on) for case in heard]
        for keeping in (Keeping.PERMANENT, Keeping.CASE_GOES_ON, Keeping.NO_RULE):
            if any(term.keeping is keeping for term in terms):
                return Term(keeping)
        return max(terms, key=lambda term: term.last_day or date.max)

    def confirmed_by(self, day: date) -> date | None:
        """The last day on which a deletion proposed on `day` is confirmed; None: no row says so."""
        rule = self.on(RetentionKey.CONFIRMATION, day)
        return day + timedelta(days=rule.count) if rule is not None else None

    def _of_case(self, case: CaseHeard, recorded_on: date) -> Term:
        day = case.ended_on or recorded_on
        flagged = [rule for flag in sorted(case.flags) if (rule := self.on(RetentionKey(flag), day)) is not None]
        if any(rule.unit is TermUnit.PERMANENT for rule in flagged):
            return Term(Keeping.PERMANENT)
        if case.ended_on is None:
            return Term(Keeping.CASE_GOES_ON)
        terms = [_term_of(rule, case.ended_on) for rule in (self.on(RetentionKey.PETITION, day), *flagged)]
        known = [term for term in terms if term.keeping is Keeping.UNTIL]
        return max(known, key=lambda term: term.last_day or date.max) if known else terms[0]


RETENTION_RULES = web.AppKey("RETENTION_RULES", RetentionRules)
"""Given by the composition root, which reads the file at start."""


def read_retention_rules(directory: Path) -> RetentionRules:
    """Raises BadDataFile with all problems."""
    problems: list[Problem] = []
    columns = ("key", "count", "unit", *DATES)
    read = read_dated(_SHIPPED, directory / RETENTION_FILE, columns, _rule, problems)
    refuse_overlaps(read, lambda rule: rule.key)
    if problems:
        raise BadDataFile(problems)
    return RetentionRules(tuple(rule for _, rule in read))


def _rule(line: Line) -> RetentionRule:
    key, unit = line.word("key", RetentionKey), line.word("unit", TermUnit)
    if key is RetentionKey.CONFIRMATION and unit is not TermUnit.DAY:
        line.refuse("unit", unit, "day, for a confirmation")
    lowest, highest = (0, 0) if unit is TermUnit.PERMANENT else (1, _MOST)
    return RetentionRule(
        *dates_of(line),
        key=key,
        count=line.number_in("count", lowest, highest),
        unit=unit,
    )


def _term_of(rule: RetentionRule | None, since: date) -> Term:
    if rule is None:
        return Term(Keeping.NO_RULE)
    if rule.unit is TermUnit.PERMANENT:
        return Term(Keeping.PERMANENT)
    if rule.unit is TermUnit.DAY:
        return Term(Keeping.UNTIL, since + timedelta(days=rule.count), rule.source)
    year = since.year + rule.count
    return (
        Term(Keeping.UNTIL, date(year, 12, 31), rule.source) if year <= date.max.year else Term(Keeping.PERMANENT)
    )
