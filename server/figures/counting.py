"""Counting in the database: one statement for each kind of record, grouped by row, a sum for each counter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, CompoundSelect, Integer, Select, case, literal, null, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func

from server.deadlines.terms import Terms
from server.figures.dated_files import DatedTables
from server.figures.periods import Period
from server.figures.petition_conditions import PetitionConditions, TimeLimits
from server.figures.rows import By, RowKeys
from server.figures.time_limits import time_limits
from server.figures.visit_conditions import session_condition, sessions_in, visit_condition, visits_in
from server.figures.words import SCOPE_WORDS, SETTLING_WORDS, Counter, Measure, Source
from server.petitions.tables import Petition
from server.receptions.dated_rules import ReceptionRules
from server.receptions.tables import Reception
from server.rooms.tables import Room
from server.visits.tables import Visit

Counts = Mapping[str, Mapping[Counter, int]]
"""By the key of the row; without rows the one key is ""."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What counting stands on. `office`: the unit whose receptions are on the record."""

    tables: DatedTables
    rules: ReceptionRules
    terms: Terms
    today: date
    office: str


class Counting:
    """Of one period, in one unit of work."""

    def __init__(self, session: Session, ground: Ground, period: Period) -> None:
        self._session, self._ground, self.period = session, ground, period
        self._limits: TimeLimits | None = None

    def count(self, counters: Collection[Counter], by: By | None = None) -> Counts:
        return self._count(counters, by)[0]

    def rows_and_totals(
        self, counters: Collection[Counter], by: By | None
    ) -> tuple[Counts, Mapping[Counter, int]]:
        """Totals are the rows together, but of what rows do not tell apart, and of cases in several rows."""
        if by is None:
            return {}, self.count(counters)[""]
        rows, wholes = self._count(counters, by)
        alone = [each for each in counters if not by.tells_apart(each.source)]
        totals = {**(self.count(alone)[""] if alone else {}), **wholes}
        for each in counters:
            if each not in totals:
                totals[each] = sum(row[each] for row in rows.values())
        return rows, totals

    def _count(self, counters: Collection[Counter], by: By | None) -> tuple[Counts, Mapping[Counter, int]]:
        """The rows; and all of them together, of those counters whose rows may count the same case."""
        found: dict[str, dict[Counter, int]] = defaultdict(lambda: dict.fromkeys(counters, 0))
        wholes: dict[Counter, int] = {}
        for source in Source:
            own = [counter for counter in dict.fromkeys(counters) if counter.source is source]
            if own and (by is None or by.tells_apart(source)):
                keys = RowKeys(self._session, self._ground.tables, self._ground.office, self.period, source)
                counting = self._of_petitions if source is Source.PETITIONS else self._grouped
                for key, is_whole, *values in self._session.execute(counting(source, own, keys, by)):
                    told = dict(zip(own, (value or 0 for value in values), strict=True))
                    if is_whole:
                        wholes = {each: told[each] for each in own if each.measure is Measure.PETITIONED_CASES}
                    else:
                        found[key].update(told)
        if by is None:
            found[""]  # also where there is nothing
        return dict(found), wholes

    def records(self, counters: Collection[Counter], by: By | None, key: str) -> Select[Any]:
        """The ids of what these counters of one source count, in one row or in all."""
        source = next(iter(counters)).source
        petitions = self._petitions(counters) if source is Source.PETITIONS else None
        conditions = self._conditions(source, counters, petitions)
        keys = RowKeys(self._session, self._ground.tables, self._ground.office, self.period, source)
        of_row = [] if by is None else [keys.expression(by) == key]
        identity = {Source.VISITS: Visit.id, Source.SESSIONS: Reception.id, Source.PETITIONS: Petition.id}[source]
        statement = select_columns(col(identity)).where(or_(*(conditions[each] for each in counters)), *of_row)
        return self._joined(statement, source, petitions, by)

    def total(self, counter: Counter, by: By | None, key: str) -> int:
        """One figure alone: what a list of records stands for."""
        return self.count([counter], by).get(key, {}).get(counter, 0)

    def _grouped(self, source: Source, counters: list[Counter], keys: RowKeys, by: By | None) -> Select[Any]:
        conditions = self._conditions(source, counters)
        sums = [_sum(each, conditions[each]) for each in counters]
        columns = keys.expression(by).label("row_key"), literal(0).label("is_whole"), *sums
        return self._joined(select_columns(*columns).group_by("row_key"), source, None, by)

    def _of_petitions(
        self, source: Source, counters: list[Counter], keys: RowKeys, by: By | None
    ) -> Select[Any] | CompoundSelect[Any]:
        """Each petition once, with which counters count it; then the sums. Databases keep what is read twice."""
        petitions = self._petitions(counters)
        conditions, found = self._conditions(source, counters, petitions), petitions.found()
        cases = [each for each in counters if each.measure is Measure.PETITIONED_CASES]
        root = _root(found) if cases else None
        own = col(Petition.id) if root is None else func.coalesce(root.c.root, col(Petition.id))
        counts = [case((conditions[each], 1), else_=0).label(f"counts_{n}") for n, each in enumerate(counters)]
        each_one = select_columns(keys.expression(by).label("row_key"), own.label("root"), *counts)
        each_one = self._joined(each_one, source, petitions, by)
        each_one = each_one.where(col(Petition.id).in_(select_columns(found.c.id)))
        if not any(each.words & SETTLING_WORDS for each in counters):  # of these `found` is not much too wide
            scopes = {each.words & SCOPE_WORDS: petitions.scope(each) for each in counters}
            each_one = each_one.where(or_(*scopes.values()))
        if root is not None:
            each_one = each_one.outerjoin(root, root.c.id == col(Petition.id))
        counted = each_one.cte("counted")

        def total(number: int, counter: Counter) -> ColumnElement[Any]:
            counts = counted.c[f"counts_{number}"]
            if counter.measure is Measure.PETITIONED_CASES:
                return func.count(func.distinct(case((counts == 1, counted.c.root))))
            return func.sum(counts, type_=Integer)

        sums = [total(number, counter) for number, counter in enumerate(counters)]
        rows = select_columns(counted.c.row_key, literal(0), *sums).group_by(counted.c.row_key)
        if by is None or not cases:
            return rows
        return rows.union_all(select_columns(null(), literal(1), *sums))

    def _petitions(self, counters: Collection[Counter]) -> PetitionConditions:
        return PetitionConditions(self.period, self._time_limits, counters)

    def _conditions(
        self, source: Source, counters: Collection[Counter], petitions: PetitionConditions | None = None
    ) -> dict[Counter, ColumnElement[bool]]:
        if petitions is not None:
            return {each: petitions.condition(each) for each in counters}
        if source is Source.VISITS:
            return {each: visit_condition(each, self._ground.rules) for each in counters}
        return {each: session_condition(each) for each in counters}

    def _joined(
        self, statement: Select[Any], source: Source, petitions: PetitionConditions | None, by: By | None
    ) -> Select[Any]:
        """From which tables, and what stands and lies in the period. `petitions`: None for other sources."""
        if source is Source.SESSIONS:
            return statement.select_from(Reception).where(sessions_in(self.period))
        if source is Source.VISITS:
            statement = (
                statement.select_from(Visit)
                .outerjoin(Reception, col(Reception.id) == col(Visit.reception_id))
                .where(visits_in(self.period))
            )
            if by is By.PLACE:
                statement = statement.outerjoin(Petition, col(Petition.id) == col(Visit.petition_id))
        else:
            statement = statement.select_from(Petition)
            if petitions is not None and petitions.asks_answers:
                answers = petitions.answers
                statement = statement.outerjoin(answers, answers.c.petition_id == col(Petition.id))
        if by is not By.PLACE:
            return statement
        existed = or_(col(Room.valid_to).is_(None), col(Room.valid_to) >= col(Petition.received_on))
        at_place = (col(Room.code) == col(Petition.place_code)) & (
            col(Room.valid_from) <= col(Petition.received_on)
        )
        return statement.outerjoin(Room, at_place & existed)

    def _time_limits(self) -> TimeLimits:
        if self._limits is None:
            self._limits = time_limits(self._session, self.period, self._ground.terms, self._ground.today)
        return self._limits


def _root(found: CTE) -> Any:
    """Of each petition among `found` that came after another about the same case, the first one of them all.

    Looked up and not joined: for a join SQLite reads the whole register, to know what need not be looked up.
    """
    own: Any = select_columns(col(Petition.id).label("id"), col(Petition.earlier_id).label("up"))
    later = col(Petition.id).in_(select_columns(found.c.id)) & col(Petition.earlier_id).is_not(None)
    chain = own.where(later).cte("chain", recursive=True)
    above = aliased(Petition)
    higher = select_columns(col(above.earlier_id)).where(col(above.id) == chain.c.up).scalar_subquery()
    chain = chain.union(select_columns(chain.c.id, higher).where(higher.is_not(None)))
    top = aliased(Petition)
    beyond = select_columns(col(top.earlier_id)).where(col(top.id) == chain.c.up).scalar_subquery()
    roots = select_columns(chain.c.id, chain.c.up.label("root")).where(beyond.is_(None)).cte("roots")
    return roots.prefix_with("MATERIALIZED", dialect="postgresql")


def _sum(counter: Counter, condition: ColumnElement[bool]) -> ColumnElement[Any]:
    counted = col(Visit.persons) if counter.measure is Measure.PERSONS else 1
    return func.sum(case((condition, counted), else_=0), type_=Integer)
