"""The demonstration accounts, one per role. The persons are made up; the password is no secret."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from server.people.accounts import create_account
from server.people.tables import Role

PASSWORD = "tiepdan-demo"  # noqa: S105 -- printed by `tiepdan demo`, and only ever in the demonstration


@dataclass(frozen=True, slots=True)
class DemoAccount:
    login: str
    display_name: str
    office: str
    role: Role


ACCOUNTS = (
    DemoAccount("chutri", "Vũ Đình Lãm", "Chủ tịch UBND tỉnh", Role.HOST),
    DemoAccount("canbo", "Nguyễn Thị Hồng Vân", "Phó Trưởng Ban Tiếp công dân tỉnh", Role.OFFICER),
    DemoAccount("thuky", "Phạm Quang Huy", "Chuyên viên Ban Tiếp công dân tỉnh", Role.CLERK),
    DemoAccount("xemlai", "Lê Thu Hà", "Thanh tra viên, Thanh tra tỉnh", Role.REVIEWER),
    DemoAccount("giamsat", "Bùi Văn Thắng", "Thường trực HĐND tỉnh", Role.SUPERVISOR),
    DemoAccount("kythuat", "Trần Đức Anh", "Trung tâm Thông tin tỉnh", Role.TECHNICIAN),
    DemoAccount("quantri", "Đỗ Minh Tuấn", "Quản trị hệ thống, Sở Khoa học và Công nghệ", Role.ADMINISTRATOR),
)


def fill_accounts(session: Session) -> None:
    for account in ACCOUNTS:
        create_account(session, account.login, account.display_name, account.role, PASSWORD, office=account.office)
