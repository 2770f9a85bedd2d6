"""Who came, in the demonstration: to the sessions of half a year and to the daily reception. All made up."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from server.demo.receptions import next_planned, working_day
from server.petitions.citizens import LinkedPetition
from server.petitions.history import Author
from server.petitions.tables import Petition, PetitionKind
from server.receptions.queries import day_bounds
from server.receptions.tables import Reception, ReceptionState
from server.registrations.tables import DeclineGround
from server.visits.queries import session_of
from server.visits.recording import record, withdraw
from server.visits.rules import Entry, SessionOfVisit
from server.visits.tables import VisitOutcome, Withdrawal
from server.web.languages import HERE

FILE = Path(__file__).parent / "data" / "visits.csv"
_WITHDRAWN = "Người ghi nhầm"
"""This visit was withdrawn."""


def fill_visits(session: Session, petitions: Mapping[str, Petition], today: date, author: Author) -> None:
    """The receptions must be there already. Numbers follow the time at which people came."""
    asked_to = session_of(next_planned(session))
    with FILE.open(encoding="utf-8", newline="") as file:
        entries = [_entry(session, row, petitions, today, asked_to) for row in csv.DictReader(file)]
    for entry in sorted(entries, key=_came_at):
        visit = record(session, entry, author)
        if entry.visitor_name == _WITHDRAWN:
            withdraw(session, visit, Withdrawal.MISTAKEN, author)


def _came_at(entry: Entry) -> datetime:
    if entry.came_at is None:
        raise ValueError("a row of the demonstration has a moment")
    return entry.came_at


def _entry(
    session: Session,
    row: Mapping[str, str],
    petitions: Mapping[str, Petition],
    today: date,
    next_one: SessionOfVisit,
) -> Entry:
    ago = timedelta(days=int(row["held"] or 0) or -int(row["days_ago"]))
    day = working_day(today + ago) if row["held"] else today + ago
    petition = petitions.get(row["petition"])
    outcome = VisitOutcome(row["outcome"])
    return Entry(
        came_at=datetime.combine(day, time.fromisoformat(row["clock"]), tzinfo=HERE),
        kind=PetitionKind(row["kind"]),
        outcome=outcome,
        reception=_reception(session, day) if row["held"] else None,
        persons=int(row["persons"]),
        as_group=row["group"] == "yes",
        nth_time=int(row["nth"]) if row["nth"] else None,
        petition=None if petition is None else LinkedPetition(petition.id or 0, petition.kind),
        visitor_name=row["name"],
        visitor_address=row["address"],
        summary=row["summary"],
        ground=DeclineGround(row["ground"]) if row["ground"] else None,
        document=row["document"],
        appointed=next_one if outcome is VisitOutcome.APPOINTED else None,
    )


def _reception(session: Session, day: date) -> SessionOfVisit:
    first, after = day_bounds(day)
    held = select(Reception).where(
        Reception.planned_at >= first, Reception.planned_at < after, Reception.state == ReceptionState.ENDED
    )
    return session_of(session.exec(held.order_by(col(Reception.id)).limit(1)).one())
