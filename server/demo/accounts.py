"""The demonstration accounts, one per role. The persons are made up; the password is no secret."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from server.people.accounts import account_by_login, create_account
from server.people.tables import Role
from server.rooms import offices
from server.rooms.departments import Departments
from server.rooms.tables import Office, Room

PASSWORD = "tiepdan-demo"  # noqa: S105 -- printed by `tiepdan demo`, and only ever in the demonstration


@dataclass(frozen=True, slots=True)
class DemoAccount:
    login: str
    display_name: str
    office: str
    role: Role
    unit: str = ""  # of a room officer: the code; of a department officer: its name


ACCOUNTS = (
    DemoAccount("chutri", "Vũ Đình Lãm", "Chủ tịch UBND tỉnh", Role.HOST),
    DemoAccount("canbo", "Nguyễn Thị Hồng Vân", "Phó Trưởng Ban Tiếp công dân tỉnh", Role.OFFICER),
    DemoAccount("thuky", "Phạm Quang Huy", "Chuyên viên Ban Tiếp công dân tỉnh", Role.CLERK),
    DemoAccount("xemlai", "Lê Thu Hà", "Thanh tra viên, Thanh tra tỉnh", Role.REVIEWER),
    DemoAccount("giamsat", "Bùi Văn Thắng", "Thường trực HĐND tỉnh", Role.SUPERVISOR),
    DemoAccount("hatu", "Hoàng Thị Mai", "Cán bộ điểm cầu phường Hà Tu", Role.ROOM_OFFICER, "06664"),
    DemoAccount(
        "congthuong", "Ngô Thị Hải Yến", "Chuyên viên Sở Công Thương", Role.DEPARTMENT_OFFICER, "Sở Công Thương"
    ),
    DemoAccount("kythuat", "Trần Đức Anh", "Trung tâm Thông tin tỉnh", Role.TECHNICIAN),
    DemoAccount("quantri", "Đỗ Minh Tuấn", "Quản trị hệ thống, Sở Khoa học và Công nghệ", Role.ADMINISTRATOR),
)


def fill_accounts(session: Session) -> None:
    for account in ACCOUNTS:
        create_account(session, account.login, account.display_name, account.role, PASSWORD, office=account.office)


def fill_offices(
    session: Session, rooms: Iterable[Room], departments: Departments, today: date, actor: str = "system"
) -> None:
    """Whose unit is whose; a unit that is not there has no officer."""
    by_code = {room.code: room for room in rooms}
    for account in ACCOUNTS:
        kept = account_by_login(session, account.login)
        place = by_code.get(account.unit) or departments.named(account.unit, today)
        if kept is not None and place is not None:
            office = Office.ROOM_OFFICER if isinstance(place, Room) else Office.DEPARTMENT_OFFICER
            since = max(place.valid_from, today.replace(month=1, day=1))
            offices.enter(session, kept, office, place, (since, None), "", actor=actor)
