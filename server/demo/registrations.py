"""Who asked to be received in the next session, in the demonstration. All made up."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import Session

from server.demo.receptions import next_planned
from server.petitions.citizens import LinkedPetition
from server.petitions.history import Author
from server.petitions.tables import Petition, PetitionKind
from server.registrations.queries import session_asked
from server.registrations.recording import decide, register
from server.registrations.rules import Act, Request
from server.registrations.tables import RegistrationWay

FILE = Path(__file__).parent / "data" / "registrations.csv"


def fill_registrations(session: Session, petitions: Mapping[str, Petition], today: date, author: Author) -> None:
    """Behind those whom visits asked to come: those have their numbers already."""
    asked = session_asked(next_planned(session))
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            petition = petitions.get(row["petition"])
            request = Request(
                made_on=today - timedelta(days=int(row["days_ago"])),
                way=RegistrationWay(row["way"]),
                kind=PetitionKind(row["kind"]),
                reception=asked if row["session"] else None,
                persons=int(row["persons"]),
                as_group=row["group"] == "yes",
                petition=None if petition is None else LinkedPetition(petition.id or 0, petition.kind),
                citizen_name=row["name"],
                citizen_address=row["address"],
                summary=row["summary"],
            )
            made = register(session, request, author)
            if row["act"]:
                act, reason, body = Act(row["act"]), row["reason"], row["body"]
                decide(session, made, act, author, reason=reason, competent_body=body)
