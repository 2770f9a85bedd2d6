"""What became of the demonstration's petitions, so that every state of a deadline is there to be seen."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import Session

from server.deadlines.computing import Extension
from server.deadlines.rules import DeadlineKey, Variant
from server.people.accounts import account_by_login
from server.petitions.categories import Outcome
from server.petitions.history import SYSTEM, Author, author_of, record_extension, record_notice, record_status
from server.petitions.routes import RULES
from server.petitions.tables import Petition, PetitionStatus
from server.petitions.transitions import NextStatus

FILE = Path(__file__).parent / "data" / "history.csv"
_WRITER = "canbo"
_COMPETENCE = {
    rule.status: rule.in_competence
    for rule in RULES.values()
    if rule.status is not None and rule.in_competence is not None
}
"""What a status says that a route leads to, and the figures count."""


def writer(session: Session) -> Author:
    """The officer of the demonstration, whose account must be there already."""
    account = account_by_login(session, _WRITER)
    return SYSTEM if account is None else author_of(account)


def fill_history(session: Session, petitions: Mapping[str, Petition], today: date, author: Author) -> None:
    """The file's events of `petitions`, each so many days before `today`; in the order of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["code"] in petitions:
                _write(session, petitions[row["code"]], row, author, today)


def _write(session: Session, petition: Petition, row: Mapping[str, str], author: Author, today: date) -> None:
    day, detail, document = _ago(today, row["days_ago"]), row["detail"], row["document"]
    if row["event"] == "status":
        outcome = Outcome(row["outcome"]) if row["outcome"] else None
        wanted = NextStatus(PetitionStatus(detail), day, document, row["reason"], outcome)
        record_status(session, petition, wanted, author, today)
        if wanted.status in _COMPETENCE:
            petition.in_competence = _COMPETENCE[wanted.status]
            session.add(petition)
    elif row["event"] == "notice":
        duty = DeadlineKey(detail), _ago(today, row["since"])
        record_notice(session, petition, duty, day, document, author)
    elif row["event"] == "extension":
        record_extension(session, petition, Extension(int(detail), day), document, author)
    else:
        petition.variant = Variant(detail)
        session.add(petition)


def _ago(today: date, days: str) -> date:
    return today - timedelta(days=int(days))
