"""Taking a file's petitions into the register: what is there already is found first, and twice is once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select as sa_select
from sqlmodel import Session, col

from server.data.folding import fold
from server.data.parts import in_parts
from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account, Role
from server.petitions.conditions import may_read
from server.petitions.history import author_of
from server.petitions.import_file import GoodRow
from server.petitions.linked import earlier_id
from server.petitions.register import FreeCodes, create
from server.petitions.rules import Reading, may_edit
from server.petitions.sentences import CODE_TAKEN
from server.petitions.tables import Petition
from server.row_files import ImportFile, RefusedRow
from server.web.languages import N_

CHUNK = 50
"""Rows of one unit of work: so long as it takes, other pages and a live reception wait for the database."""
NOT_YOURS = N_("a kind and confidentiality that your account may enter")
NO_EARLIER = N_("the code of a petition in the register that is no denunciation")
_TEXTS = (
    "petitioner_name",
    "petitioner_address",
    "summary",
    "content",
    "request",
    "opaque_reference",
)
_SAID = [getattr(Petition, name) for name in ("code", "kind", "received_on", *_TEXTS)]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be taken. `known`: rows that are in the register already, or twice in the file."""

    rows: tuple[GoodRow, ...]
    known: tuple[GoodRow, ...]
    refused: tuple[RefusedRow, ...]
    ignored: tuple[str, ...]


def preview(session: Session, role: Role, file: ImportFile[GoodRow]) -> Preview:
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
    codes = FreeCodes(session)
    for row in sorted(fresh.rows, key=lambda row: not row.entry.code):  # codes that are named are taken first
        entry = row.entry if row.entry.code else replace(row.entry, code=codes.next(row.entry.kind))
        create(session, entry, author_of(account))
    added = len(fresh.rows)
    left_out = len(rows) - added
    audit.record(session, subject_of(account), "petitions_imported", "", {"added": added, "left_out": left_out})
    return added, left_out


def content_key(petition: Any) -> Key:
    """Of an entry or a row of `_SAID`; the same for two that say the same, however they are accented or spaced.
    The code is left aside."""
    return (petition.kind, petition.received_on, *(fold(getattr(petition, name)) for name in _TEXTS))


def _codes_of(session: Session, rows: Iterable[GoodRow]) -> dict[str, Key]:
    """Of the codes in the file those that the register has, with what they stand for."""
    codes = sorted({row.entry.code for row in rows if row.entry.code})
    found = {}
    for some in in_parts(codes):
        for row in session.execute(sa_select(*_SAID).where(col(Petition.code).in_(some))):
            found[row.code] = content_key(row)
    return found


def _contents_of(session: Session, role: Role, rows: Iterable[GoodRow]) -> set[Key]:
    """What the register says of the days and petitioners in the file, as far as the role reads it: whoever may not
    read a record does not learn either that it says what a file guesses. Whole texts are compared only where day
    and petitioner are the same."""
    entries = [row.entry.redacted() for row in rows]
    wanted = {(entry.received_on, fold(entry.petitioner_name)[:120], entry.opaque_reference) for entry in entries}
    alike = (Petition.id, Petition.received_on, Petition.petitioner_key, Petition.opaque_reference)
    ids: list[int] = []
    for days in in_parts(sorted({entry.received_on for entry in entries})):
        there = sa_select(*map(col, alike)).where(
            col(Petition.received_on).in_(days), may_read(role, Reading.RECORD)
        )
        ids += [number for number, *short in session.execute(there) if tuple(short) in wanted]
    found = set()
    for some in in_parts(ids):
        found |= {content_key(row) for row in session.execute(sa_select(*_SAID).where(col(Petition.id).in_(some)))}
    return found
