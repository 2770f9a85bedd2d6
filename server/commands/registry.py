"""`tiepdan rooms …`, `tiepdan token`, `tiepdan accounts …`: what an administrator prepares."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, cast

import typer
from rich.table import Table
from sqlmodel import Session, select

from server.commands.context import console, fail, load_settings, today
from server.commands.database import open_database
from server.data.secret import load_secret
from server.people.accounts import ROLES, AccountRefused, account_by_login, change_password, create_account
from server.people.passwords import BadPassword
from server.people.second_factor import remove
from server.people.tables import Account, Role
from server.receptions.moved_rooms import MovedRooms
from server.rooms.change_file import read_changes
from server.rooms.changes import ChangePlan
from server.rooms.changing import audiences_of, carry_out, look
from server.rooms.enrolment import address_of, has_address, token_of, tokens_of_all_rooms
from server.rooms.importing import import_rooms
from server.rooms.keys import Scope
from server.rooms.planned import PlannedItem
from server.rooms.queries import room_by_code, rooms_on
from server.rooms.tables import RoomLevel

rooms = typer.Typer(no_args_is_help=True, help="The registry of rooms and their addresses.")
accounts = typer.Typer(no_args_is_help=True, help="Accounts of persons.")
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="for rows without that column")]


@rooms.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, UTF-8", exists=True, dir_okay=False)],
    valid_from: Day = None,
    valid_to: Day = None,
) -> None:
    """Bring a CSV file of rooms into the registry. Refused rows are listed; good ones are in (exit code 1)."""
    with open_database(load_settings()) as database:
        report = database.run_here(
            lambda session: import_rooms(
                session,
                file.read_bytes(),
                actor="system",
                valid_from=valid_from.date() if valid_from else None,
                valid_to=valid_to.date() if valid_to else None,
            )
        )
    console.print(f"added {report.added}, changed {report.updated}, unchanged {report.unchanged}")
    for row in report.refused:
        console.print(f"line {row.line}, {row.column}: came {row.came!r}; allowed is {row.allowed}", style="red")
    if report.refused:
        raise typer.Exit(1)


@rooms.command("change")
def change_units(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX", exists=True, dir_okay=False)],
    do: Annotated[bool, typer.Option("--do", help="carry it out, instead of only telling it")] = False,
) -> None:
    """Merge, rename, split and end units as a file says. Refused lines are listed; exit code 1 then."""
    read = read_changes(file.read_bytes())
    receptions = MovedRooms()
    with open_database(load_settings()) as database:

        def work(session: Session) -> tuple[ChangePlan, list[PlannedItem]]:
            planned = look(session, read.rows)
            items = audiences_of(session, planned, receptions)
            if do:
                carry_out(session, planned, actor="system", receptions=receptions)
            return planned, items

        planned, items = database.run_here(work)
    for change in planned.changes:
        ends, begins, goes_on = (
            ", ".join(f"{unit.code} {unit.name}" for unit in units) or "-"
            for units in (change.ends, change.begins, change.goes_on)
        )
        console.print(f"{change.day}: ends {ends}; begins {begins}; goes on {goes_on}")
    for item in items:
        names = ", ".join(name for _, name in item.rooms)
        console.print(f"reception {item.reception_id}, item {item.position} names {names}", style="yellow")
    said = "ended" if do else "would end"
    console.print(f"{said} {len(planned.ends)}, begun {len(planned.begins)}, on record already {planned.known}")
    refused = sorted((*read.refused, *planned.refused), key=lambda row: row.line)
    for row in refused:
        console.print(f"line {row.line}, {row.column}: came {row.came!r}; allowed is {row.allowed}", style="red")
    if refused:
        raise typer.Exit(1)


@rooms.command("list")
def list_rooms(
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="of this day instead of today")] = None,
) -> None:
    """All rooms of a day with the path of their page. The path carries the room's key: keep it."""
    day = on.date() if on else today()
    settings = load_settings()
    with open_database(settings) as database:
        secret = load_secret(settings.data)
        table = Table("Code", "Room", "District", "Page")
        for room in database.run_here(lambda session: rooms_on(session, day)):
            page = address_of(secret, room) if has_address(room) else "/desk/camera"
            page = "" if room.valid_to is not None and room.valid_to < today() else page
            table.add_row(room.code, room.name, room.district, page)
    console.print(table)


def token(
    room: Annotated[str, typer.Option(help="code of the room a WHEP player watches as")] = "",
    encoder: Annotated[
        bool, typer.Option("--encoder", help="with --room: for a WHIP encoder that is the room's camera")
    ] = False,
    all_rooms: Annotated[bool, typer.Option("--all-rooms", help="one token a line, by code")] = False,
    desk: Annotated[bool, typer.Option("--desk", help="for a WHIP encoder that is the desk's camera")] = False,
    days: Annotated[int, typer.Option(min=0, max=366, help="valid today and this many days more")] = 30,
) -> None:
    """Print a bearer token: for a WHEP player (--room, --all-rooms), a WHIP encoder (--desk, --room --encoder)."""
    if (bool(room), all_rooms, desk).count(True) != 1 or (encoder and not room):
        raise fail("Say one of --room CODE (with --encoder or without), --all-rooms and --desk.", 2)
    settings = load_settings()
    with open_database(settings) as database:
        secret = load_secret(settings.data)

        def make(session: Session) -> list[str]:
            if all_rooms:
                return [text for _, text in tokens_of_all_rooms(session, secret, days, today())]
            if desk:
                found = next((r for r in rooms_on(session, today()) if r.level is RoomLevel.PROVINCE), None)
            else:
                found = room_by_code(session, room, today())
            scope: Scope = "desk" if desk else "room" if encoder else "watch"
            return [token_of(secret, found, scope, days)] if found else []

        lines = database.run_here(make)
    if not lines:
        raise fail(f"There is no room {room or '(desk)'!s} today. `tiepdan rooms list` shows those there are.")
    print("\n".join(lines))


@accounts.command("create")
def create(
    login: str,
    name: Annotated[str, typer.Option(prompt=True, help="as the person is addressed")],
    role: Annotated[str, typer.Option(help=", ".join(ROLES))],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    language: Annotated[str, typer.Option(help="vi or en")] = "vi",
) -> None:
    """Create an account."""
    if role not in ROLES or language not in ("vi", "en"):
        raise fail(f"came role {role!r}, language {language!r}; allowed are the ones in --help", 2)
    chosen = cast(Literal["vi", "en"], language)
    with open_database(load_settings()) as database:
        try:
            database.run_here(
                lambda session: create_account(session, login, name, Role(role), password, language=chosen)
            )
        except (AccountRefused, BadPassword) as refused:
            raise fail(str(refused)) from None


@accounts.command("password")
def password(
    login: str,
    new: Annotated[str, typer.Option("--password", prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Give an account a new password; all its sessions end."""

    def change(session: Session) -> bool:
        account = account_by_login(session, login)
        if account is not None:
            change_password(session, account, new)
        return account is not None

    with open_database(load_settings()) as database:
        try:
            if not database.run_here(change):
                raise fail(f"There is no account {login!r}.")
        except BadPassword as refused:
            raise fail(str(refused)) from None


@accounts.command("reset-second-factor")
def reset_second_factor(login: str) -> None:
    """Take the second factor from an account whose device and recovery codes are lost; all its sessions end."""

    def reset(session: Session) -> bool:
        account = account_by_login(session, login)
        return account is not None and remove(session, account, actor="system")

    with open_database(load_settings()) as database:
        if not database.run_here(reset):
            raise fail(f"There is no account {login!r} with a second factor.")
    console.print(f"[green]✓[/] {login} logs in with the password alone now")


@accounts.command("list")
def list_accounts() -> None:
    """All accounts."""
    with open_database(load_settings()) as database:
        table = Table("Login", "Name", "Role", "Disabled")
        for account in database.run_here(lambda session: list(session.exec(select(Account)))):
            table.add_row(account.login, account.display_name, account.role, "yes" if account.disabled_at else "")
    console.print(table)
