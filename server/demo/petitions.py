"""The demonstration's register: thirty invented petitions about real places. The persons are made up."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import Session

from server.petitions.categories import CaseAge, CaseFlag, PetitionerKind, Settled
from server.petitions.history import Author
from server.petitions.register import Entry, create
from server.petitions.rules import CODE_PREFIXES
from server.petitions.tables import Confidentiality, Petition, PetitionKind

FILE = Path(__file__).parent / "data" / "petitions.csv"
_KINDS: dict[str, PetitionKind] = {prefix: kind for kind, prefix in CODE_PREFIXES.items()}


def entries(today: date) -> list[Entry]:
    """The file's petitions, as received that many days before `today`."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [_entry(row, today) for row in csv.DictReader(file)]


def fill_petitions(
    session: Session, today: date, author: Author, codes: frozenset[str] | None = None
) -> dict[str, Petition]:
    """Write them (those with `codes`, or all) and return them by code. The rooms must be there already."""
    chosen = [entry for entry in entries(today) if codes is None or entry.code in codes]
    return {entry.code: create(session, entry, author) for entry in chosen}


def _entry(row: dict[str, str], today: date) -> Entry:
    return Entry(
        code=row["code"],
        kind=_KINDS[row["code"].partition("-")[0]],
        received_on=today - timedelta(days=int(row["days_ago"])),
        channel=row["channel"],
        petitioner_name=row["petitioner_name"],
        petitioner_address=row["petitioner_address"],
        petitioner_count=int(row["petitioner_count"]),
        petitioner_kind=PetitionerKind.GROUP if int(row["petitioner_count"]) > 1 else PetitionerKind.INDIVIDUAL,
        representatives=row["representatives"],
        other_kinds=frozenset(map(PetitionKind, row["other_kinds"].split())),
        field=row["field"],
        case_age=CaseAge(row["case_age"]),
        times_received=int(row["times_received"]),
        settled=Settled(row["settled"]),
        settled_by=row["settled_by"],
        settled_document=row["settled_document"],
        flags=frozenset(map(CaseFlag, row["flags"].split())),
        opaque_reference=row["opaque_reference"],
        summary=row["summary"],
        content=row["content"],
        request=row["request"],
        place_code=row["place_code"],
        unit_in_charge=row["unit_in_charge"],
        confidentiality=Confidentiality(row["confidentiality"]),
    )
