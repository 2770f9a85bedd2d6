"""A table of figures as one reader may see it: rows, totals, and beside each number that of the year before.

What a reader may not know is taken out here, before any page, workbook or paper sees it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, select

from server.data.folding import fold
from server.figures.counting import Counting, Counts, Ground
from server.figures.dated_files import LEVEL_WORDS, Level
from server.figures.definitions import Column, Layout
from server.figures.periods import Period, same_period
from server.figures.rows import By
from server.figures.rules import Compared, Existence, Lineage, NoBase, bases_of_places
from server.figures.suppression import TOTAL, hidden_cells
from server.figures.words import Counter
from server.people.rights import Role
from server.petitions.places import place_label
from server.petitions.rules import KIND_WORDS, Reading, reading
from server.petitions.tables import Confidentiality, PetitionKind
from server.receptions.tables import ReceptionMode
from server.rooms.tables import Room
from server.web.languages import N_

MODE_WORDS: dict[ReceptionMode, str] = {
    ReceptionMode.REGULAR: N_("Regular"),
    ReceptionMode.PERIODIC: N_("Periodic"),
    ReceptionMode.IRREGULAR: N_("Irregular"),
    ReceptionMode.DIALOGUE: N_("Dialogue"),
}
NOT_SAID = N_("Not written down")


@dataclass(frozen=True, slots=True)
class Cell:
    """`compared` None: written by hand (`by_hand`), or not for this reader (`hidden`)."""

    column: Column
    compared: Compared | None
    hidden: bool = False

    @property
    def by_hand(self) -> bool:
        return self.compared is None and not self.hidden


@dataclass(frozen=True, slots=True)
class Row:
    """`label`: a name, or (`translated`) a message of the catalogue. `no_base`: why there is no base."""

    key: str
    label: str
    translated: bool
    cells: tuple[Cell, ...]
    no_base: NoBase | None = None

    def cell(self, number: str) -> Cell:
        return next(cell for cell in self.cells if cell.column.number == number)

    @property
    def empty(self) -> bool:
        """All 0, now and the year before."""
        return all(
            cell.compared is not None and not cell.compared.value and not cell.compared.base
            for cell in self.cells
            if not cell.by_hand
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    layout: Layout
    period: Period
    base: Period | None
    by: By | None
    rows: tuple[Row, ...]
    total: Row

    @property
    def hides(self) -> bool:
        return any(cell.hidden for row in (*self.rows, self.total) for cell in row.cells)


def knows_denunciations(role: Role) -> bool:
    """Whether small numbers about them are for this role: who reads their records counts them anyway."""
    return reading(role, PetitionKind.DENUNCIATION, Confidentiality.CONFIDENTIAL) >= Reading.RECORD


class Sheets:
    """All tables of one page, in one unit of work."""

    def __init__(self, session: Session, ground: Ground, lineage: Lineage, role: Role) -> None:
        self._session, self._ground, self._lineage, self._role = session, ground, lineage, role

    def sheet(self, layout: Layout, period: Period, by: By | None = None, *, compare: bool = True) -> Sheet:
        counters = list(dict.fromkeys(leaf for column in layout.everything for leaf in column.leaves))
        base = same_period(period) if compare else None
        values, totals = Counting(self._session, self._ground, period).rows_and_totals(counters, by)
        base_values: Counts = {}
        base_totals: Mapping[Counter, int] = {}
        if base is not None:
            base_values, base_totals = Counting(self._session, self._ground, base).rows_and_totals(counters, by)
        rooms = self._rooms() if by is By.PLACE else {}
        bases = self._bases(by, period, base, values, base_values, rooms)
        rows = [
            self._row(layout, key, self._label(by, key, rooms), values.get(key, {}), base_values, bases[key])
            for key in sorted(bases, key=lambda key: self._order(by, key, rooms))
        ]
        total = self._row(layout, "", (N_("Total"), True), totals, {"": base_totals}, ("",))
        if base is None:
            rows = [_without_base(row) for row in rows]
            total = _without_base(total)
        sheet = Sheet(layout, period, base, by, tuple(row for row in rows if not row.empty), total)
        return self._redacted(sheet)

    # --- rows ------------------------------------------------------------------------------------

    def _bases(
        self, by: By | None, period: Period, base: Period | None, now: Iterable[str], then: Iterable[str],
        rooms: Mapping[int, Room],
    ) -> dict[str, Collection[str] | NoBase]:  # fmt: skip
        """By the key of each row: the keys whose figures of last year are its own. A place that was gone before
        the period began is no row: it is in the base of others or, where it was split, in the province's alone."""
        if by is not By.PLACE or base is None:
            return {key: (key,) for key in {*now, *then}}
        lives = {number: Existence(room.valid_from, room.valid_to) for number, room in rooms.items()}
        found = bases_of_places(lives, self._lineage, (period.first, period.last), (base.first, base.last))
        bases: dict[str, Collection[str] | NoBase] = {
            str(number): origin if isinstance(origin, NoBase) else [str(each) for each in origin]
            for number, origin in found.items()
        }
        counted = {*now, *then}
        rows = {key: each for key, each in bases.items() if key in now or not counted.isdisjoint(_keys(each))}
        return rows | ({"": ("",)} if "" in counted else {})

    def _rooms(self) -> dict[int, Room]:
        return {room.id or 0: room for room in self._session.exec(select(Room))}

    def _label(self, by: By | None, key: str, rooms: Mapping[int, Room]) -> tuple[str, bool]:
        if by is By.LEVEL:
            return LEVEL_WORDS[Level(key or Level.UNKNOWN)], True
        if not key:
            return NOT_SAID, True
        if by is By.PLACE:
            return place_label(rooms[int(key)]) if int(key) in rooms else key, False
        if by is By.MODE:
            return MODE_WORDS[ReceptionMode(key)], True
        return (KIND_WORDS[PetitionKind(key)], True) if by is By.KIND else (key, False)

    def _order(self, by: By | None, key: str, rooms: Mapping[int, Room]) -> tuple[int, str]:
        """As the words of a list stand in their enumeration, names by the alphabet, what is not said last."""
        words: dict[By, list[str]] = {
            By.LEVEL: list(Level), By.MODE: list(ReceptionMode), By.KIND: list(PetitionKind)
        }  # fmt: skip
        if not key:
            return 1000, ""
        if by in words:
            return words[by].index(key), key
        return 0, rooms[int(key)].code if by is By.PLACE and int(key) in rooms else fold(key)

    # --- cells -----------------------------------------------------------------------------------

    def _row(
        self,
        layout: Layout,
        key: str,
        label: tuple[str, bool],
        values: Mapping[Counter, int],
        base_values: Counts,
        origin: Collection[str] | NoBase,
    ) -> Row:
        no_base = origin if isinstance(origin, NoBase) else None
        origins = [] if isinstance(origin, NoBase) else [base_values.get(each, {}) for each in origin]

        def cell(column: Column) -> Cell:
            if column.by_hand:
                return Cell(column, None)
            value = sum(values.get(leaf, 0) for leaf in column.leaves)
            base = sum(each.get(leaf, 0) for each in origins for leaf in column.leaves)
            return Cell(column, Compared(value, None if no_base else base))

        return Row(key, *label, tuple(cell(column) for column in layout.everything), no_base)

    def _redacted(self, sheet: Sheet) -> Sheet:
        if sheet.by is None or not sheet.by.below_province or knows_denunciations(self._role):
            return sheet
        hidden = self._hidden(sheet, sheet.period, base=False)
        if sheet.base is not None:
            hidden |= self._hidden(sheet, sheet.base, base=True)

        def redacted(number: int, row: Row) -> Row:
            cells = (
                Cell(cell.column, None, hidden=True) if (number, cell.column.number) in hidden else cell
                for cell in row.cells
            )
            return Row(row.key, row.label, row.translated, tuple(cells), row.no_base)

        rows = tuple(redacted(number, row) for number, row in enumerate(sheet.rows))
        return Sheet(sheet.layout, sheet.period, sheet.base, sheet.by, rows, redacted(TOTAL, sheet.total))

    def _hidden(self, sheet: Sheet, period: Period, *, base: bool) -> frozenset[tuple[int, str]]:
        """A number is hidden with its base: its difference would tell the one by the other."""
        rows = [*enumerate(sheet.rows), (TOTAL, sheet.total)]
        values = {
            (number, cell.column.number): (cell.compared.base or 0) if base else cell.compared.value
            for number, row in rows
            for cell in row.cells
            if cell.compared is not None
        }
        columns = sheet.layout.everything
        secret = [column.number for column in columns if column.secret]
        sums = [(column.number, parts) for column in columns for parts in (column.parts, *column.sums) if parts]
        nowhere = [number for number, row in enumerate(sheet.rows) if row.key in ("", Level.UNKNOWN)]
        threshold = self._ground.tables.small_cell(period.last)
        return hidden_cells(values, secret, sums, threshold, harmless=nowhere)


def _keys(origin: Collection[str] | NoBase) -> Collection[str]:
    return () if isinstance(origin, NoBase) else origin


def _without_base(row: Row) -> Row:
    def alone(cell: Cell) -> Cell:
        return cell if cell.compared is None else Cell(cell.column, Compared(cell.compared.value, None))

    return Row(row.key, row.label, row.translated, tuple(map(alone, row.cells)))
