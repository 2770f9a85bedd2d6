"""What a change of units means: which end, which begin, which go on and take others in. Pure; nothing is written.

Lines of one day that share a unit are one change, and it is done as a whole or not at all: half a merger would
leave a commune without a unit. A successor that is described exactly as it is, or not at all, goes on; one that is
described otherwise, if only by another name, ends and begins anew, so that what was before keeps the name of its
time. Whatever is on record already is not done again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from server.rooms.change_file import ChangeRow
from server.rooms.tables import Extent, RoomLevel
from server.row_files import RefusedRow
from server.web.languages import N_

Key = tuple[str, date]  # code and first day: what identifies a unit


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    name: str
    type: str
    level: RoomLevel
    district_code: str
    district: str
    valid_from: date
    valid_to: date | None = None

    @property
    def key(self) -> Key:
        return self.code, self.valid_from

    @property
    def description(self) -> tuple[str, str, str, str]:
        return self.name, self.type, self.district_code, self.district


@dataclass(frozen=True, slots=True)
class Link:
    predecessor: Key
    successor: Key
    extent: Extent
    day: date
    basis: str = ""

    @property
    def known_by(self) -> tuple[Key, Key, date]:
        return self.predecessor, self.successor, self.day


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one day. `renamed`: the unit that begins is the one that ends under another name."""

    day: date
    ends: tuple[Unit, ...]
    begins: tuple[Unit, ...]
    goes_on: tuple[Unit, ...]  # and takes others in, or gives a part away
    links: tuple[Link, ...]
    renamed: bool = False


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """`known`: lines that say what is on record already."""

    changes: tuple[Change, ...]
    refused: tuple[RefusedRow, ...]
    known: int

    @property
    def ends(self) -> list[Unit]:
        return [unit for change in self.changes for unit in change.ends]

    @property
    def begins(self) -> list[Unit]:
        return [unit for change in self.changes for unit in change.begins]


class Wrong(Exception):
    """A line, and with it its whole change, cannot be done."""

    def __init__(self, row: ChangeRow, column: str, came: str, allowed: str) -> None:
        super().__init__(column)
        self.row, self.refused = row, RefusedRow(row.line, column, came, allowed)


def plan(rows: Iterable[ChangeRow], units: Iterable[Unit], links: Iterable[Link]) -> ChangePlan:
    """`units` and `links`: all there are. Days are gone through in their order, each on what the former left."""
    present = {unit.key: unit for unit in units}
    on_record = {link.known_by for link in links}
    by_day: dict[date, list[ChangeRow]] = defaultdict(list)
    for row in rows:
        by_day[row.day].append(row)
    changes, refused, known = [], list[RefusedRow](), 0
    for day in sorted(by_day):
        todo = list[Change]()
        for group in _groups(by_day[day]):
            try:
                change = _Group(day, group, present).change()
            except Wrong as wrong:
                refused.append(wrong.refused)
                refused += [_with_it(row, wrong.row) for row in group if row is not wrong.row]
                continue
            left = _not_done(change, present, on_record)
            known += len(group) if left is None else 0
            todo += [left] if left is not None else []
        for change in todo:
            present |= {unit.key: replace(unit, valid_to=day - _DAY) for unit in change.ends}
            present |= {unit.key: unit for unit in change.begins}
        changes += todo
    return ChangePlan(tuple(changes), tuple(sorted(refused, key=lambda row: row.line)), known)


_DAY = timedelta(days=1)


def _groups(rows: Sequence[ChangeRow]) -> list[list[ChangeRow]]:
    """Lines that share a unit, directly or through others, in the order of the file."""
    belongs: dict[str, list[ChangeRow]] = {}
    for row in rows:
        merged: list[ChangeRow] = []
        for code in (row.predecessor, row.successor):
            group = belongs.get(code) if code else None
            if group is not None and group is not merged:
                merged = [*merged, *(each for each in group if each not in merged)]
        merged = [*merged, row]
        for each in merged:
            belongs |= {code: merged for code in (each.predecessor, each.successor) if code}
    return list({id(group): group for group in belongs.values()}.values())


def _with_it(row: ChangeRow, wrong: ChangeRow) -> RefusedRow:
    return RefusedRow(
        row.line, "", str(wrong.line), N_("nothing of a change of which another line, named here, is refused")
    )


def _not_done(change: Change, present: Mapping[Key, Unit], on_record: set[tuple[Key, Key, date]]) -> Change | None:
    """What of `change` is not on record yet; None: all of it is."""
    ends = tuple(unit for unit in change.ends if unit.valid_to is None)
    begins = tuple(unit for unit in change.begins if unit.key not in present)
    links = tuple(link for link in change.links if link.known_by not in on_record)
    if not ends and not begins and not links:
        return None
    return replace(change, ends=ends, begins=begins, links=links)


class _Group:
    """The lines of one change, looked at against the units that exist on the day before."""

    def __init__(self, day: date, rows: Sequence[ChangeRow], present: Mapping[Key, Unit]) -> None:
        self.day, self.rows = day, rows
        self._units = list(present.values())
        self._from: dict[str, list[ChangeRow]] = defaultdict(list)
        self._into: dict[str, list[ChangeRow]] = defaultdict(list)
        for row in rows:
            if row.predecessor:
                self._from[row.predecessor].append(row)
            if row.successor:
                self._into[row.successor].append(row)

    def change(self) -> Change:
        """Raises Wrong for the first line that cannot be."""
        old = {code: self._predecessor(code, rows) for code, rows in self._from.items()}
        new = {code: self._successor(code, rows) for code, rows in self._into.items()}
        goes_on = {code for code, unit in new.items() if unit.valid_from < self.day}
        for code in goes_on & old.keys():
            if not any(row.successor == code for row in self._from[code]):
                raise Wrong(self._from[code][0], "predecessor", code, N_("a unit that takes no other in that day"))
        for code in old.keys() - goes_on:
            if old[code].valid_to not in (None, self.day - _DAY):
                raise Wrong(
                    self._from[code][0], "predecessor", code, N_("a unit that does not end on another day already")
                )
        links = tuple(
            Link(old[row.predecessor].key, new[row.successor].key, row.extent, self.day, row.basis)
            for row in self.rows
            if row.predecessor and row.successor and old[row.predecessor] != new[row.successor]
        )
        for row in self.rows:
            if row.predecessor and row.successor and old[row.predecessor].level is not new[row.successor].level:
                raise Wrong(row, "successor", row.successor, N_("a unit of the same level as its predecessor"))
        return Change(
            self.day,
            ends=tuple(unit for code, unit in old.items() if code not in goes_on),
            begins=tuple(unit for code, unit in new.items() if code not in goes_on),
            goes_on=tuple(unit for code, unit in new.items() if code in goes_on),
            links=links,
            renamed=len(self.rows) == 1 and self.rows[0].predecessor == self.rows[0].successor,
        )

    def _predecessor(self, code: str, rows: Sequence[ChangeRow]) -> Unit:
        before = self._on_the_day_before(code)
        if before is None or before.level is RoomLevel.PROVINCE:
            raise Wrong(rows[0], "predecessor", code, N_("a unit that exists on the day before"))
        if len({row.successor for row in rows}) < len(rows):
            raise Wrong(rows[-1], "successor", rows[-1].successor, N_("each part once"))
        if (len(rows) > 1) is not (rows[0].extent is Extent.PARTIAL) or len({row.extent for row in rows}) > 1:
            raise Wrong(
                rows[-1],
                "extent",
                rows[-1].extent,
                N_("full in one line, or partial in a line for each of the parts"),
            )
        return before

    def _successor(self, code: str, rows: Sequence[ChangeRow]) -> Unit:
        described = [row for row in rows if row.name]
        if len({(row.name, row.type, row.district_code, row.district) for row in described}) > 1:
            raise Wrong(
                described[-1], "name", described[-1].name, N_("the same name, type and district in all lines")
            )
        before = self._on_the_day_before(code)
        first = described[0] if described else None
        if first is None:
            begun = next((unit for unit in self._units if unit.key == (code, self.day)), before)
            if begun is None or begun.level is RoomLevel.PROVINCE or begun.valid_to == self.day - _DAY:
                raise Wrong(rows[0], "name", "", N_("name and type of the unit that begins"))
            return begun
        level = first.level
        if level is None:
            raise Wrong(first, "type", first.type, N_("name and type of the unit that begins"))
        unit = Unit(code, first.name, first.type, level, first.district_code, first.district, self.day)
        if before is not None and before.description == unit.description and before.valid_to != self.day - _DAY:
            return before
        if before is not None and code not in self._from and before.valid_to != self.day - _DAY:
            raise Wrong(
                first,
                "successor",
                f"{code} {before.name}",
                N_("a code that is free, or a line that says what becomes of the unit that has it"),
            )
        others = [each for each in self._units if each.code == code and each is not before]
        same = next((each for each in others if each.key == unit.key), None)
        if same is not None and same.description == unit.description:
            return same
        for other in others:
            if (other.valid_to or date.max) >= self.day:
                came, allowed = f"{code} {other.name}", N_("a code that no other unit has from that day")
                raise Wrong(first, "successor", came, allowed)
        return unit

    def _on_the_day_before(self, code: str) -> Unit | None:
        day = self.day - _DAY
        return next(
            (
                unit
                for unit in self._units
                if unit.code == code and unit.valid_from <= day <= (unit.valid_to or day)
            ),
            None,
        )
