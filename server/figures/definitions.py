"""The forms of the reports: which is asked for when, and what each of its columns counts; two readable files.

A form without a layout is one whose columns are not known here: that is said, and nothing is made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from aiohttp import web

from server.deadlines.data_file import Line, read_lines
from server.deadlines.dated import DATES, Dated, dates_of, read_dated, refuse_overlaps
from server.deadlines.errors import BadDataFile, Problem
from server.figures.dated_files import SHIPPED, DatedTables, read_dated_tables
from server.figures.words import Counter, counter_in

FORMS_FILE, COLUMNS_FILE = "report-forms.csv", "report-columns.csv"
OVERVIEW = "overview"
BY_HAND = "by hand"
_COLUMNS = ("layout", "number", "heading", "english", "counts", "equals")
_NUMBER = re.compile(r"n?[1-9][0-9]?")
_SUM = re.compile(r"n?[0-9]{1,2}(?:\+n?[0-9]{1,2})+")


@dataclass(frozen=True, slots=True)
class Column:
    """Either a counter, or `parts`: the numbers of the columns it is the sum of, or neither: written by hand.
    `sums`: other sums that are the same number."""

    number: str
    headings: tuple[str, ...]  # from the large group to the column
    english: tuple[str, ...]
    counter: Counter | None = None
    parts: tuple[str, ...] = ()
    sums: tuple[tuple[str, ...], ...] = ()
    leaves: tuple[Counter, ...] = ()  # the counters it is made of, in the end

    @property
    def by_hand(self) -> bool:
        return not self.leaves

    @property
    def secret(self) -> bool:
        return bool(self.leaves) and all(leaf.secret for leaf in self.leaves)

    def said(self, language: str) -> tuple[str, ...]:
        return self.headings if language == "vi" else self.english

    @property
    def formula(self) -> str:
        return " = ".join((self.number, "+".join(self.parts))) if self.parts else self.number


@dataclass(frozen=True, slots=True)
class Layout:
    """`notes`: what the columns leave out, counted beside them."""

    columns: tuple[Column, ...]
    notes: tuple[Column, ...]

    @property
    def everything(self) -> tuple[Column, ...]:
        return (*self.columns, *self.notes)

    def column(self, number: str) -> Column | None:
        return next((each for each in self.everything if each.number == number), None)


@dataclass(frozen=True, slots=True)
class Form(Dated):
    """`layout`: empty where its columns are not known."""

    form: str  # "01/TCD"
    circular: str
    title: str
    english: str
    layout: str

    @property
    def key(self) -> str:
        """As it stands in addresses: "01-tcd-01-2024"."""
        year = re.search(r"([0-9]+)/([0-9]{4})", self.circular)
        said = f"{self.form}-{year[1]}-{year[2]}" if year else f"{self.form}-{self.circular}"
        return re.sub(r"[^0-9a-zđ]+", "-", said.lower())

    def said(self, language: str) -> str:
        return self.title if language == "vi" else self.english


@dataclass(frozen=True, slots=True)
class Definitions:
    tables: DatedTables
    forms: tuple[Form, ...]
    layouts: Mapping[str, Layout]

    @property
    def known(self) -> tuple[Form, ...]:
        return tuple(form for form in self.forms if form.layout)

    def unknown_on(self, day: date) -> tuple[Form, ...]:
        return tuple(form for form in self.forms if not form.layout and form.holds(day))

    def form(self, key: str) -> Form | None:
        return next((form for form in self.known if form.key == key), None)

    def usual(self, name: str, day: date) -> Form | None:
        """The form in force that day or, where its columns are not known, the nearest before or after."""
        named = sorted((form for form in self.known if form.form == name), key=lambda form: form.valid_from)
        before = [form for form in named if form.valid_from <= day]
        return before[-1] if before else next(iter(named), None)


DEFINITIONS = web.AppKey("DEFINITIONS", Definitions)
"""Given by the composition root, which reads the files at start."""


def read_definitions(directory: Path) -> Definitions:
    """Raises BadDataFile with all problems of all files."""
    problems: list[Problem] = []
    tables = read_dated_tables(directory, problems)
    layouts = _read_layouts(directory, problems)
    columns = ("form", "circular", "title", "english", "layout", *DATES)
    read = read_dated(
        SHIPPED / FORMS_FILE, directory / FORMS_FILE, columns, lambda line: _form(line, layouts), problems
    )
    refuse_overlaps(read, lambda form: form.form)
    if problems:
        raise BadDataFile(problems)
    return Definitions(tables, tuple(form for _line, form in read), layouts)


def _form(line: Line, layouts: Mapping[str, Layout]) -> Form:
    layout = "" if line.is_empty("layout") else line.text("layout", 20)
    if layout and layout not in layouts:
        line.refuse("layout", layout, "one of " + ", ".join(sorted(layouts)))
    return Form(
        *dates_of(line),
        form=line.text("form", 20),
        circular=line.text("circular", 60),
        title=line.text("title", 200),
        english=line.text("english", 200),
        layout=layout,
    )


def _read_layouts(directory: Path, problems: list[Problem]) -> dict[str, Layout]:
    """A layout of the operator's own file takes the place of the shipped one as a whole."""
    found: dict[str, Layout] = {}
    for path in (SHIPPED / COLUMNS_FILE, directory / COLUMNS_FILE):
        if not path.exists():
            continue
        lines: dict[str, list[Line]] = {}
        for line in read_lines(path, _COLUMNS, problems):
            lines.setdefault(line.text("layout", 20), []).append(line)
        for name, own in lines.items():
            found[name] = _layout(own)
    return found


def _layout(lines: Iterable[Line]) -> Layout:
    columns: dict[str, Column] = {}
    of_line: dict[str, Line] = {}
    for line in lines:
        column = _column(line)
        if column.number in columns:
            line.refuse("number", column.number, "each number once in a layout")
        columns[column.number], of_line[column.number] = column, line
    made = [_with_leaves(each, columns, of_line[each.number]) for each in columns.values()]
    notes = tuple(each for each in made if each.number.startswith("n"))
    return Layout(tuple(each for each in made if each not in notes), notes)


def _column(line: Line) -> Column:
    number, counts = line.text("number", 3), line.text("counts", 120)
    if not _NUMBER.fullmatch(number):
        line.refuse("number", number, "1 to 99, or n1 to n99 for a line below the table")
    headings, english = _headings(line, "heading"), _headings(line, "english")
    if len(headings) != len(english):
        line.refuse("english", " | ".join(english), f"{len(headings)} headings, as in heading")
    parts: tuple[str, ...] = ()
    counter = None
    if counts.startswith("="):
        parts = _sum(line, "counts", counts[1:])
    elif counts != BY_HAND:
        counter = counter_in(counts)
        if counter is None:
            line.refuse("counts", counts, "a measure and its conditions, =1+2, or by hand")
    equals = "" if line.is_empty("equals") else line.text("equals", 80)
    sums = tuple(_sum(line, "equals", each.strip()) for each in equals.split(";") if each.strip())
    return Column(number, headings, english, counter, parts, sums)


def _headings(line: Line, column: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in line.text(column, 300).split("|"))


def _sum(line: Line, column: str, text: str) -> tuple[str, ...]:
    if _SUM.fullmatch(text):
        return tuple(text.split("+"))
    line.refuse(column, text, "numbers of columns with + between them")
    return ()


def _with_leaves(column: Column, columns: Mapping[str, Column], line: Line) -> Column:
    for number in (*column.parts, *(part for each in column.sums for part in each)):
        if number not in columns or (columns[number].parts and number in column.parts):
            line.refuse("counts", number, "columns of the same layout that are no sums themselves")
            return column
    if column.counter is not None:
        return replace(column, leaves=(column.counter,))
    counted = [columns[part].counter for part in column.parts]
    if any(counter is None for counter in counted):
        line.refuse("counts", "=" + "+".join(column.parts), "columns that are counted")
        return column
    return replace(column, leaves=tuple(counter for counter in counted if counter is not None))
