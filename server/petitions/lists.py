"""What the register offers to choose from and the law may change: fields, grounds, numbers of representatives.

Three dated files are shipped. An operator's file of the same name in the data directory takes the place of the
shipped one as a whole, so that one file tells the whole list; they are read once, at start. A record keeps the
code: a row that is out of date is not offered any more, and is still named where a record has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from server.deadlines.data_file import Line, read_lines
from server.deadlines.dated import days_of, holds_on
from server.deadlines.errors import BadDataFile, Problem
from server.petitions.categories import Route
from server.petitions.tables import PetitionKind

SHIPPED = Path(__file__).parent / "data"
FIELDS_FILE = "petition-fields.csv"
GROUNDS_FILE = "petition-grounds.csv"
REPRESENTATIVES_FILE = "representatives.csv"
MOST_PEOPLE = 100_000
_CHOICE = ("code", "kinds", "name", "english", "valid_from", "valid_to", "source")
_RULE = ("people_from", "people_to", "fewest", "most", "valid_from", "valid_to", "source")
_LONGEST_CODE = 40
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of a list. `name` is Vietnamese."""

    code: str
    name: str
    english: str
    kinds: frozenset[PetitionKind]
    valid_from: date
    valid_to: date | None
    route: Route | None = None  # of a ground

    def holds(self, kind: PetitionKind, day: date) -> bool:
        return kind in self.kinds and holds_on(day, self.valid_from, self.valid_to)

    def said(self, language: str) -> str:
        return self.name if language == "vi" else self.english


@dataclass(frozen=True, slots=True)
class RepresentativeRule:
    """`fewest` to `most` people represent a group of `people_from` to `people_to`."""

    people_from: int
    people_to: int
    fewest: int
    most: int
    valid_from: date
    valid_to: date | None


class Lists:
    def __init__(
        self, fields: Iterable[Choice], grounds: Iterable[Choice], rules: Iterable[RepresentativeRule]
    ) -> None:
        self.fields = tuple(fields)
        self.grounds = tuple(grounds)
        self.rules = tuple(rules)

    def fields_for(self, kind: PetitionKind, day: date) -> list[Choice]:
        return [field for field in self.fields if field.holds(kind, day)]

    def grounds_for(self, kind: PetitionKind, day: date) -> list[Choice]:
        return [ground for ground in self.grounds if ground.holds(kind, day)]

    def representatives(self, people: int, day: date) -> RepresentativeRule | None:
        """None: the law sets no number for so few."""
        for rule in self.rules:
            dated = holds_on(day, rule.valid_from, rule.valid_to)
            if dated and rule.people_from <= people <= rule.people_to:
                return rule
        return None

    def field_words(self, language: str) -> Mapping[str, str]:
        return {field.code: field.said(language) for field in self.fields}

    def ground_words(self, language: str) -> Mapping[str, str]:
        return {ground.code: ground.said(language) for ground in self.grounds}


LISTS = web.AppKey("LISTS", Lists)
"""The composition root reads them at start."""


def read_lists(directory: Path) -> Lists:
    """Raises BadDataFile with all problems of all three."""
    problems: list[Problem] = []
    fields = _read(directory, FIELDS_FILE, _CHOICE, _choice, problems)
    grounds = _read(directory, GROUNDS_FILE, (*_CHOICE, "route"), _ground, problems)
    rules = _read(directory, REPRESENTATIVES_FILE, _RULE, _rule, problems)
    if problems:
        raise BadDataFile(problems)
    return Lists(fields, grounds, rules)


def _read(
    directory: Path, name: str, columns: tuple[str, ...], row: Callable[[Line], R], problems: list[Problem]
) -> list[R]:
    own = directory / name
    return [row(line) for line in read_lines(own if own.exists() else SHIPPED / name, columns, problems)]


def _choice(line: Line, route: Route | None = None) -> Choice:
    first, last = days_of(line)
    words = line.text("kinds", 80).split()
    unknown = [word for word in words if word not in set(PetitionKind)]
    if unknown:
        line.refuse("kinds", " ".join(unknown), "some of " + ", ".join(PetitionKind))
    line.text("source", 200)
    code = line.text("code", _LONGEST_CODE)
    if not (code.isascii() and code.replace("_", "").isalnum()):
        line.refuse("code", code, "letters, digits and _")
    return Choice(
        code=code,
        name=line.text("name", 160),
        english=line.text("english", 160),
        kinds=frozenset(kind for kind in PetitionKind if kind in words),
        valid_from=first,
        valid_to=last,
        route=route,
    )


def _ground(line: Line) -> Choice:
    return _choice(line, line.word("route", Route))


def _rule(line: Line) -> RepresentativeRule:
    first, last = days_of(line)
    line.text("source", 200)
    rule = RepresentativeRule(
        people_from=line.number_in("people_from", 2, MOST_PEOPLE),
        people_to=line.number_in("people_to", 2, MOST_PEOPLE),
        fewest=line.number_in("fewest", 1, 100),
        most=line.number_in("most", 1, 100),
        valid_from=first,
        valid_to=last,
    )
    if not line.faulty and (rule.people_to < rule.people_from or rule.most < rule.fewest):
        came = f"{rule.people_from} to {rule.people_to}, {rule.fewest} to {rule.most}"
        line.refuse("people_to", came, "a second number that is not below the first")
    return rule
