"""What a row of a table is, and the key it has in the database.

- unit: of a visit the unit of the person who recorded it, that is, where it was received; of a petition the unit
  in charge of it. Both are texts ("Chuyên viên Ban Tiếp công dân tỉnh"); which unit a text names, and its level,
  says a dated table. Sessions are those of the province's office: no other's are on the record.
- place: the commune where the matter arose, as the registry had it on the day of receipt; of a visit that of its
  petition.
- month: the calendar month, for charts; a petition's is that of its receipt.
A denunciation has neither place nor unit in charge: nothing of it is kept that could point at somebody.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, func, literal, type_coerce
from sqlalchemy import select as select_texts
from sqlmodel import Session, col, select

from server.figures.dated_files import DatedTables
from server.figures.periods import Period
from server.figures.visit_conditions import visits_in
from server.figures.words import Source
from server.petitions.tables import Petition
from server.receptions.queries import day_bounds
from server.receptions.tables import Reception, ReceptionMode
from server.rooms.tables import Room
from server.visits.tables import Visit


class By(StrEnum):
    UNIT = "unit"
    PLACE = "place"
    LEVEL = "level"
    MODE = "mode"
    KIND = "kind"
    MONTH = "month"

    def tells_apart(self, source: Source) -> bool:
        """Whether records of this source have such a row at all."""
        if self is By.MODE:
            return source is not Source.PETITIONS
        return source is not Source.SESSIONS or self not in (By.KIND, By.PLACE)

    @property
    def below_province(self) -> bool:
        """Whether a row is less than the whole province, where small numbers about denunciations are not shown."""
        return self in (By.UNIT, By.PLACE, By.LEVEL)


class RowKeys:
    """The key of a record's row, as an expression; always a text."""

    def __init__(self, session: Session, tables: DatedTables, office: str, period: Period, source: Source) -> None:
        self._session, self._tables, self._office = session, tables, office
        self._period, self._source = period, source

    def expression(self, by: By | None) -> ColumnElement[Any]:
        if by is None:
            return literal("")
        if by in (By.UNIT, By.LEVEL):
            return self._unit(by)
        if by is By.PLACE:
            return func.coalesce(cast(col(Room.id), String), "")
        if by is By.MONTH:
            return self._month()
        if by is By.MODE:
            return func.coalesce(type_coerce(col(Reception.mode), String), literal(str(ReceptionMode.REGULAR)))
        kind = Visit.kind if self._source is Source.VISITS else Petition.kind
        return type_coerce(col(kind), String)

    def _unit(self, by: By) -> ColumnElement[Any]:
        first, day = self._period.first, self._period.last
        place = 0 if by is By.UNIT else 1
        if self._source is Source.SESSIONS:
            return literal(str(self._tables.unit(self._office, day)[place]))
        column = col(Visit.unit if self._source is Source.VISITS else Petition.unit_in_charge)
        texts = _different(column)
        if self._source is Source.VISITS:
            texts = select(column).distinct().where(visits_in(self._period))
        named = {text: str(self._tables.unit(text, day, first)[place]) for text in self._session.scalars(texts)}
        return case(named, value=column, else_="") if named else literal("")

    def _month(self) -> ColumnElement[Any]:
        if self._source is Source.PETITIONS:
            ends = [(col(Petition.received_on) <= last, first) for first, last in self._period.months()]
        else:
            column = col(Visit.came_at if self._source is Source.VISITS else Reception.planned_at)
            ends = [(column < day_bounds(last)[1], first) for first, last in self._period.months()]
        return case(*((before, first.isoformat()) for before, first in ends), else_="")


def _different(column: Any) -> Any:
    """The different texts of a column, from one to the next by its index: PostgreSQL would read all of it."""
    texts = select_texts(func.min(column).label("text")).cte("texts", recursive=True)
    following = select_texts(func.min(column)).where(column > texts.c.text).scalar_subquery()
    texts = texts.union_all(select_texts(following).where(texts.c.text.is_not(None)))
    return select_texts(texts.c.text).where(texts.c.text.is_not(None))
