"""`tiepdan database`: the database in one file, and back; and whether its audit log is whole."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy import inspect
from sqlmodel import Session

from server.backup.errors import BackupFailed, BadBackup, RestoreRefused
from server.backup.making import make_backup
from server.backup.manifest import NOT_INSIDE
from server.backup.restoring import restore as restore_file
from server.commands.context import PROVINCE_ZONE, console, errors, fail, load_settings
from server.data.opening import DatabaseUnusable, open_as_it_is
from server.people import audit
from server.people.tables import AuditEvent
from server.supervisor import AlreadyRunning, lock_directory

app = typer.Typer(
    no_args_is_help=True,
    help="Back the database up, restore it, and verify its audit log. Recordings are not part of it.",
)


@app.command()
def backup(
    to: Annotated[Path | None, typer.Option(help="directory; without it `backups` in the data directory")] = None,
    keep: Annotated[
        int, typer.Option(min=1, max=10_000, help="how many backups stay in it, the new one too")
    ] = 30,
) -> None:
    """Write one checked file with database and attachments, while the server runs. Recordings are not in it."""
    settings = load_settings()
    try:
        database = open_as_it_is(settings.database_url)
        try:
            made = make_backup(
                database, settings.data, to or settings.data / "backups", keep, datetime.now(PROVINCE_ZONE)
            )
        finally:
            database.close()
    except (BackupFailed, DatabaseUnusable, ValueError) as problem:
        raise fail(escape(str(problem))) from None
    facts = made.manifest.facts
    size = made.file.stat().st_size / 1e6
    console.print(
        f"[green]✓[/] {made.file}: {size:.1f} MB, {facts.total:,} rows, schema {facts.revision}, checked"
    )
    console.print(f"  not in it: {NOT_INSIDE}")
    if made.removed:
        console.print(f"  {len(made.removed)} older removed, {keep} are kept")
    if made.manifest.attachments_lost:
        raise fail(
            f"{made.manifest.attachments_lost} attachments are missing in {settings.data}, or are other than the"
            " database says. The backup was made without them, and no older one was removed."
        )
    if facts.audit_broken_at is not None:
        raise fail(
            f"The audit log is broken at event {facts.audit_broken_at}: somebody changed the database by hand."
            " The backup was made, and no older one was removed."
        )


@app.command()
def verify(
    holds: Annotated[
        str,
        typer.Option("--holds", help="a hash kept elsewhere, of a backup's manifest: whether it is still there"),
    ] = "",
) -> None:
    """Whether the audit log is whole, also while the server runs. Exit code 1: it is not."""

    def look(session: Session) -> tuple[audit.ChainCheck, str, bool]:
        if not inspect(session.connection()).has_table(AuditEvent.__tablename__):
            raise DatabaseUnusable("This database has no audit log: no server was started on it yet.")
        kept = not holds or audit.holds(session, holds.strip().lower())
        return audit.verify_chain(session), audit.last_hash(session), kept

    try:
        database = open_as_it_is(load_settings().database_url)
        try:
            check, last, held = database.run_here(look)
        finally:
            database.close()
    except DatabaseUnusable as problem:
        raise fail(escape(str(problem))) from None
    if check.broken_at is not None:
        raise fail(
            f"The audit log is broken at event {check.broken_at}: somebody changed the database by hand."
            " What stands before it is whole."
        )
    if not held:
        raise fail(
            f"No event has the hash {escape(holds)}: the end of the audit log was cut off, or it is another's."
        )
    console.print(f"[green]✓[/] the audit log is whole: {check.events:,} events")
    console.print(f"  last hash: {last}", soft_wrap=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="what `tiepdan database backup` wrote")],
    replace: Annotated[
        bool, typer.Option("--replace", help="move aside what is in the database, instead of refusing")
    ] = False,
    broken_log: Annotated[
        bool, typer.Option("--broken-log", help="also a backup whose audit log was broken when it was made")
    ] = False,
) -> None:
    """Put the database of a backup in place, checked, with the schema of this version. No server may run."""
    settings = load_settings()
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock_directory(settings.data):
            done = restore_file(
                file, settings.database_url, settings.data, datetime.now(PROVINCE_ZONE),
                replace=replace, broken_log=broken_log,
            )  # fmt: skip
    except AlreadyRunning as running:
        raise fail(escape(f"Nothing was restored: {running}. End it first.")) from None
    except (BackupFailed, BadBackup, RestoreRefused, DatabaseUnusable, OSError, ValueError) as problem:
        raise fail(escape(f"Nothing was restored: {problem}")) from None
    said = done.manifest
    console.print(
        f"[green]✓[/] restored as it was on {said.made_at:%d/%m/%Y %H:%M}: {said.facts.total:,} rows,"
        f" audit log {'whole' if done.facts.audit_broken_at is None else 'broken as it was'},"
        f" schema {said.facts.revision}"
        + ("" if said.facts.revision == done.facts.revision else f", brought to {done.facts.revision}")
    )
    if done.aside:
        console.print(f"  what was there is now {escape(done.aside)}; remove it when nobody needs it")
    for remark in done.remarks:
        errors.print(f"[yellow]![/] {escape(remark)}")
