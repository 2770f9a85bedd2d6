"""The demonstration's province, and the tiny one a rehearsal runs on.

Both fill an empty database only. A demonstration that is shown again, on another day or after its reception
was ended, gets a new reception for that day and nothing else.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import Session, select

from server.demo.accounts import fill_accounts, fill_offices
from server.demo.conclusions import fill_conclusions, fill_review_meetings
from server.demo.documents import fill_documents
from server.demo.duty import fill_duty
from server.demo.history import fill_history, writer
from server.demo.petitions import fill_petitions
from server.demo.receptions import TODAY, PlannedItem, fill_receptions, plan_reception
from server.demo.registrations import fill_registrations
from server.demo.schedule import fill_schedule
from server.demo.visits import fill_visits
from server.people.tables import Account
from server.petitions.tables import Petition
from server.receptions.queries import reception_today
from server.receptions.tables import AHEAD, Audience
from server.rooms.departments import read_departments
from server.rooms.importing import SAMPLE, import_rooms
from server.rooms.queries import rooms_on
from server.rooms.registry_file import read_registry
from server.rooms.tables import RoomLevel

_REHEARSAL = (
    PlannedItem(("KG-0231",)),
    PlannedItem(("TC-0007",), Audience.CLOSED),
    PlannedItem(("PA-0077",)),
)
_BEFORE = timedelta(days=200)
"""The registry begins before the oldest petition was received."""
_FIRST_MADE_UP = 30_000  # no commune of the sample is numbered so
_NOWHERE = Path("/nonexistent")  # where the operator's own list of departments would be


@dataclass(frozen=True, slots=True)
class DemoFilled:
    """What is there now. `filled` False: the database had accounts already, and nothing was touched."""

    filled: bool
    rooms: int = 0
    petitions: int = 0
    reception_id: int | None = None  # today's


def fill(session: Session, today: date) -> DemoFilled:
    """Rooms, accounts, thirty petitions with their history, the receptions of half a year, who came to them, and
    what two of them concluded, with its documents.

    `today`: the day on the province's clock.
    """
    if session.exec(select(Account)).first() is not None:
        return DemoFilled(filled=False, reception_id=_again(session, today))
    import_rooms(session, SAMPLE.read_bytes(), actor="system")
    fill_accounts(session)
    rooms = rooms_on(session, today)
    author = writer(session)
    departments = read_departments(_NOWHERE, [])
    fill_offices(session, rooms, departments, today)
    petitions = fill_petitions(session, today, author)
    fill_history(session, petitions, today, author)
    reception = fill_receptions(session, petitions, rooms, today, author)
    fill_schedule(session, today)
    fill_visits(session, petitions, today, author)
    fill_registrations(session, petitions, today, author)
    fill_conclusions(session, rooms, today, author)
    fill_documents(session, today, author)
    fill_review_meetings(session, today, author)
    fill_duty(session, departments, today, author)
    return DemoFilled(True, len(rooms), len(petitions), reception.id)


def _again(session: Session, today: date) -> int | None:
    """The reception to be held today; planned anew where there is none left and this is our province."""
    reception = reception_today(session, today)
    if reception is not None and reception.state in AHEAD:
        return reception.id
    petitions = {petition.code: petition for petition in session.exec(select(Petition))}
    rooms = {room.code: room for room in rooms_on(session, today)}
    if not all(set(item.petitions) <= set(petitions) and set(item.rooms) <= set(rooms) for item in TODAY):
        return None
    return plan_reception(session, petitions, rooms, today, TODAY).id


def fill_rehearsal(session: Session, rooms: int, today: date) -> DemoFilled:
    """The desk, `rooms` communes, three petitions, one reception of three items: open, closed, open.

    Communes are those of the sample by code; beyond them there are made-up ones.
    """
    if session.exec(select(Account)).first() is not None:
        return DemoFilled(filled=False)
    import_rooms(session, _communes(rooms), actor="system", valid_from=today - _BEFORE)
    fill_accounts(session)
    there = rooms_on(session, today)
    codes = frozenset(code for item in _REHEARSAL for code in item.petitions)
    author = writer(session)
    petitions = fill_petitions(session, today, author, codes)
    fill_history(session, petitions, today, author)
    reception = plan_reception(session, petitions, {room.code: room for room in there}, today, _REHEARSAL)
    return DemoFilled(True, len(there), len(petitions), reception.id)


def rehearsed(count: int) -> dict[str, str]:
    """Names of the communes of a rehearsal with so many rooms, by code and in its order."""
    rows = read_registry(_communes(count), valid_from=date.min).rows
    return dict(sorted((row.code, row.name) for row in rows if row.level is RoomLevel.COMMUNE))


def _communes(count: int) -> bytes:
    """The sample file, cut to the desk, the first communes by code, and their districts, or made longer."""
    lines = [line for line in SAMPLE.read_text("utf-8").splitlines() if not line.startswith("#")]
    reader = csv.DictReader(lines)
    rows = list(reader)
    communes = sorted((row for row in rows if row["level"] == RoomLevel.COMMUNE), key=lambda row: row["code"])
    kept = {row["code"] for row in communes[:count]}
    kept |= {row["code"] for row in rows if row["level"] == RoomLevel.PROVINCE}
    out = io.StringIO()
    writer = csv.DictWriter(out, reader.fieldnames or ())
    writer.writeheader()
    writer.writerows(row for row in rows if row["code"] in kept)
    for code in range(_FIRST_MADE_UP, _FIRST_MADE_UP + count - len(communes)):
        writer.writerow({**communes[0], "code": str(code), "name": f"Xã {code}", "type": "Xã"})
    return out.getvalue().encode()
