"""Taking a file's petitions into the register: what is there already is found first, and twice is once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from server.data.folding import fold
from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account, Role
from server.petitions.conditions import may_read
from server.petitions.history import author_of
from server.petitions.import_file import GoodRow, ImportFile, RefusedRow
from server.petitions.linked import earlier_id
from server.petitions.register import CodeTaken, Entry, create
from server.petitions.rules import Reading, may_edit
from server.petitions.sentences import CODE_TAKEN
from server.petitions.tables import Petition
from server.web.languages import N_

CHUNK = 50
"""Rows of one unit of work: so long as it takes, other pages and a live reception wait for the database."""
_ASKED_AT_ONCE = 500
NOT_YOURS = N_("a kind and confidentiality that your account may enter")
NO_EARLIER = N_("the code of a petition in the register that is no denunciation")
T = TypeVar("T")
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be taken. `known`: rows that are in the register already, or twice in the file."""

    rows: tuple[GoodRow, ...]
    known: tuple[GoodRow, ...]
    refused: tuple[RefusedRow, ...]
    ignored: tuple[str, ...]


def preview(session: Session, role: Role, file: ImportFile) -> Preview:
    rows: list[GoodRow] = []
    known: list[GoodRow] = []
    refused = list(file.refused)
    codes, contents = _codes_of(session, file.rows), _contents_of(session, role, file.rows)
    for row in file.rows:
        entry = row.entry.redacted()
        key = content_key(entry)
        if not may_edit(role, entry.kind, entry.confidentiality):
            refused.append(RefusedRow(row.line, "kind", row.cells.get("kind", ""), NOT_YOURS, row.cells))
            continue
        if key in contents and codes.get(entry.code, key) == key:
            known.append(row)
            continue
        if entry.code in codes:
            refused.append(RefusedRow(row.line, "code", entry.code, CODE_TAKEN, row.cells))
            continue
        earlier = earlier_id(session, role, row.earlier) if row.earlier else None
        if row.earlier and earlier is None:
            refused.append(RefusedRow(row.line, "earlier", row.earlier, NO_EARLIER, row.cells))
            continue
        rows.append(replace(row, entry=replace(row.entry, earlier_id=earlier)))
        contents.add(key)
        if entry.code:
            codes[entry.code] = key
    refused.sort(key=lambda row: row.line)
    return Preview(tuple(rows), tuple(known), tuple(refused), file.ignored)


def write(session: Session, account: Account, rows: Sequence[GoodRow]) -> tuple[int, int]:
    """At most CHUNK rows, in one unit of work with its event in the audit log. What came into the register since
    they were shown is left out: how many were added, and how many were not."""
    fresh = preview(session, account.role, ImportFile(tuple(rows)))
    added = 0
    for row in fresh.rows:
        try:
            create(session, row.entry, author_of(account))
        except CodeTaken:  # the free code given to a row before is the one that this row names
            continue
        added += 1
    left_out = len(rows) - added
    audit.record(session, subject_of(account), "petitions_imported", "", {"added": added, "left_out": left_out})
    return added, left_out


def chunks(rows: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def content_key(petition: Petition | Entry) -> Key:
    """The same for two rows that say the same, however they are accented or spaced. The code is left aside."""
    texts = (
        petition.petitioner_name,
        petition.petitioner_address,
        petition.summary,
        petition.content,
        petition.request,
        petition.opaque_reference,
    )
    return (petition.kind, petition.received_on, *map(fold, texts))


def _codes_of(session: Session, rows: Iterable[GoodRow]) -> dict[str, Key]:
    """Of the codes in the file those that the register has, with what they stand for."""
    codes = sorted({row.entry.code for row in rows if row.entry.code})
    found = {}
    for some in chunks(codes, _ASKED_AT_ONCE):
        for petition in session.exec(select(Petition).where(col(Petition.code).in_(some))):
            found[petition.code] = content_key(petition)
    return found


def _contents_of(session: Session, role: Role, rows: Iterable[GoodRow]) -> set[Key]:
    """What the register holds of the days in the file, as far as the role reads it: whoever may not read a record
    does not learn either that it says what a file guesses."""
    days = sorted({row.entry.received_on for row in rows})
    found = set()
    for some in chunks(days, _ASKED_AT_ONCE):
        there = select(Petition).where(col(Petition.received_on).in_(some), may_read(role, Reading.RECORD))
        found |= {content_key(petition) for petition in session.exec(there)}
    return found
