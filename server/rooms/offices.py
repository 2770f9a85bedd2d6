"""Offices held from a day to a day: who was chair of which People's Committee, and so who was its head or host.

One office of one unit is held by one person at a time, but deputies and officers are several. An office is of a
unit of the registry, or of a department of the dated list. What was entered wrongly is withdrawn and stays on
record. An office gives no right in this system; a role does (`server.people.rights`). Where the role is one of
units, the offices say of which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from server.data.columns import now
from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account, Substitution
from server.rooms.departments import Department
from server.rooms.queries import rooms_on
from server.rooms.tables import Office, OfficeHeld, Room, RoomLevel
from server.web.languages import N_

OFFICE_WORDS: dict[Office, str] = {
    Office.PC_CHAIR: N_("Chair of the People's Committee"),
    Office.PC_DEPUTY: N_("Vice-chair of the People's Committee"),
    Office.PARTY_SECRETARY: N_("Party committee secretary"),
    Office.BOARD_HEAD: N_("Head of the reception board"),
    Office.ROOM_OFFICER: N_("Room officer"),
    Office.DEPARTMENT_OFFICER: N_("Department officer"),
}
SEVERAL_AT_ONCE = frozenset({Office.PC_DEPUTY, Office.ROOM_OFFICER, Office.DEPARTMENT_OFFICER})

NO_OFFICE = N_("Choose one of the list.")
NO_UNIT = N_("Choose a unit that exists on the first day: its code, or a name that only one unit has.")
NO_DEPARTMENT = N_(
    "Choose a department of the list that exists on the first day. A body that is on no list has no officer:"
    " enter it in departments.csv first."
)
NO_DAYS = N_("Choose the first day, and a last day that is not before it, or none.")
BEYOND = N_("The unit ends on %(day)s, and its offices with it. Choose a last day that is not later.")
TAKEN = N_("%(name)s holds this office on some of these days. End or withdraw that first.")
TOO_LONG = N_("This text is too long. Shorten it.")


class OfficeRefused(ValueError):
    """`field` of the form, the sentence beside it, and what is woven into it."""

    def __init__(self, field: str, sentence: str, **values: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence, self.values = field, sentence, values


@dataclass(frozen=True, slots=True)
class Holding:
    row: OfficeHeld
    account: Account
    room: Room | None  # None: of a department

    def holds(self, day: date) -> bool:
        """An office without a last day ends with its unit, also where that end came to be known later."""
        within = self.row.first_day <= day <= (self.row.last_day or date.max)
        return within and self.row.withdrawn_at is None and (self.room is None or self.room.exists_on(day))


def enter(
    session: Session,
    account: Account,
    office: Office | None,
    place: Room | Department | None,
    days: tuple[date | None, date | None],
    document: str,
    *,
    actor: str,
) -> OfficeHeld:
    """Raises OfficeRefused. Without a last day the office ends with its unit, where that has an end."""
    room, department = (None, place) if isinstance(place, Department) else (place, None)
    first, last = days
    if office is None:
        raise OfficeRefused("office", NO_OFFICE)
    if first is None or (last is not None and last < first):
        raise OfficeRefused("first_day", NO_DAYS)
    if place is None or is_of_departments(office) != isinstance(place, Department):
        raise OfficeRefused("unit", NO_DEPARTMENT if is_of_departments(office) else NO_UNIT)
    if len(document) > 60:
        raise OfficeRefused("document", TOO_LONG)
    if place.valid_to is not None:
        last = last or place.valid_to
        if last > place.valid_to:
            raise OfficeRefused("last_day", BEYOND, day=place.valid_to.strftime("%d/%m/%Y"))
    if room is not None and office not in SEVERAL_AT_ONCE:
        for other in _of_unit(session, room.id or 0, office):
            if other.row.first_day <= (last or date.max) and first <= (other.row.last_day or date.max):
                raise OfficeRefused("first_day", TAKEN, name=other.account.display_name)
    row = OfficeHeld(
        account_id=account.id or 0,
        office=office,
        room_id=room.id if room is not None else None,
        department=department.name if department is not None else "",
        first_day=first,
        last_day=last,
        document=document,
        recorded_by=actor,
    )
    session.add(row)
    session.flush()
    of = room.code if room is not None else row.department
    detail = {"office": office, "unit": of, "from": first.isoformat(), "number": row.id}
    audit.record(session, actor, "office_entered", subject_of(account), detail)
    return row


def end(session: Session, row: OfficeHeld, last: date | None, *, actor: str) -> None:
    """Raises OfficeRefused."""
    if last is None or last < row.first_day or (row.last_day is not None and last > row.last_day):
        raise OfficeRefused("end", NO_DAYS)
    row.last_day = last
    session.add(row)
    detail = {"number": row.id, "to": last.isoformat()}
    audit.record(session, actor, "office_ended", f"account:{row.account_id}", detail)


def withdraw(session: Session, row: OfficeHeld, *, actor: str) -> None:
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by = now(), actor
        session.add(row)
        audit.record(session, actor, "office_withdrawn", f"account:{row.account_id}", {"number": row.id})


def offices_of(session: Session, account_id: int) -> list[Holding]:
    """Latest first, withdrawn ones too."""
    rows = _holdings().where(OfficeHeld.account_id == account_id)
    found = session.exec(rows.order_by(col(OfficeHeld.first_day).desc(), col(OfficeHeld.id).desc()))
    return [Holding(*line) for line in found]


def units_of_account(session: Session, account: Account, day: date) -> list[Room]:
    """Whose officer the account is on `day`: who acts for somebody acts for that one's units."""
    return [held.room for held in _held_on(session, account, day) if held.room is not None]


def departments_of_account(session: Session, account: Account, day: date) -> list[str]:
    """Likewise; whether the list knows them that day is for the caller to ask."""
    return [held.row.department for held in _held_on(session, account, day) if held.room is None]


def holder_on(session: Session, room: Room, office: Office, day: date) -> Account | None:
    """Who held the office on `day`: the host of the province's receptions, the head of a commune's."""
    return next((held.account for held in _of_unit(session, room.id or 0, office) if held.holds(day)), None)


def head_of_province(session: Session, day: date) -> Account | None:
    """Chair of the provincial People's Committee on `day`, as far as the offices say."""
    desk = next((room for room in rooms_on(session, day) if room.level is RoomLevel.PROVINCE), None)
    return None if desk is None else holder_on(session, desk, Office.PC_CHAIR, day)


def is_of_departments(office: Office) -> bool:
    return office is Office.DEPARTMENT_OFFICER


def _held_on(session: Session, account: Account, day: date) -> list[Holding]:
    whose = account.id or 0
    if account.acting is not None:
        whose = session.get_one(Substitution, account.acting.substitution_id).substituted_id
    return [held for held in offices_of(session, whose) if held.holds(day)]


def _of_unit(session: Session, room_id: int, office: Office) -> list[Holding]:
    rows = _holdings().where(
        OfficeHeld.room_id == room_id, OfficeHeld.office == office, col(OfficeHeld.withdrawn_at).is_(None)
    )
    return [Holding(*line) for line in session.exec(rows.order_by(col(OfficeHeld.first_day)))]


def _holdings() -> Select[OfficeHeld, Account, Room | None]:
    return (
        select(OfficeHeld, Account, Room)
        .join(Account, col(Account.id) == OfficeHeld.account_id)
        .join(Room, col(Room.id) == OfficeHeld.room_id, isouter=True)
    )
