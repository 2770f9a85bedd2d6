"""The offices that take part in a reception: who a room says will be there, and who was present in an item.

Offices, never names of people. One dated file that comes with the program and, where it is there, the operator's
own of the same form; the order of the lines is the order on screens and paper.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from aiohttp import web

from server.deadlines.data_file import Line
from server.deadlines.dated import DATES, Dated, dates_of, read_dated, refuse_overlaps
from server.deadlines.errors import BadDataFile, Problem
from signaling.refusals import RefusalCode, Refused
from signaling.summons_messages import PresentOffice

OFFICES_FILE = "offices.csv"
_SHIPPED = Path(__file__).parent / "data" / OFFICES_FILE
_CODE_LENGTH = 40


class OfficePlace(StrEnum):
    ROOM = "room"
    DESK = "desk"  # beside the host


class _Expected(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Office(Dated):
    """`expected`: ticked before anybody has answered."""

    code: str
    name_vi: str
    name_en: str
    place: OfficePlace
    expected: bool

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_vi


@dataclass(frozen=True, slots=True)
class Offices:
    offices: tuple[Office, ...]

    def on(self, day: date, place: OfficePlace) -> tuple[Office, ...]:
        return tuple(office for office in self.offices if office.place is place and office.holds(day))

    def name(self, code: str, language: str) -> str:
        """Of an office that there is no more, too; the code where the file has lost it."""
        return next((each.name(language) for each in reversed(self.offices) if each.code == code), code)


OFFICES = web.AppKey("OFFICES", Offices)
"""Given by the composition root, which reads the file at start."""


def check_offices(present: Iterable[PresentOffice], allowed: Collection[str]) -> None:
    """Raises Refused(BAD_MESSAGE) for an office that is not of this place, or named twice."""
    named = [each.office for each in present]
    if len(set(named)) < len(named) or not set(named) <= set(allowed):
        raise Refused(RefusalCode.BAD_MESSAGE, came=", ".join(named), allowed=", ".join(allowed))


def read_offices(directory: Path) -> Offices:
    """Raises BadDataFile with all problems."""
    problems: list[Problem] = []
    columns = ("code", "name_vi", "name_en", "place", "expected", *DATES)
    read = read_dated(_SHIPPED, directory / OFFICES_FILE, columns, _office, problems)
    refuse_overlaps(read, lambda office: office.code)
    if problems:
        raise BadDataFile(problems)
    return Offices(tuple(office for _, office in read))


def _office(line: Line) -> Office:
    code = line.text("code", _CODE_LENGTH)
    if not (code.isascii() and code.replace("_", "").isalnum() and code == code.lower()):
        line.refuse("code", code, "small letters of English, digits and _")
    return Office(
        *dates_of(line),
        code=code,
        name_vi=line.text("name_vi", 120),
        name_en=line.text("name_en", 120),
        place=line.word("place", OfficePlace),
        expected=line.word("expected", _Expected) is _Expected.YES,
    )
