"""Restoring: all that can be looked at is looked at before anything is changed, and what was there is moved
aside."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from server.backup import postgresql, sqlite
from server.backup.archive import checked, extract, member
from server.backup.attached import lay_out, put_in_place
from server.backup.errors import BackupFailed, BadBackup, RestoreRefused
from server.backup.manifest import DATABASE, OPERATORS, Facts, Manifest, facts_of, fingerprint, stamp
from server.data.opening import DatabaseUnusable, open_as_it_is, open_up_to_date
from server.data.schema import knows, newest_revision
from server.data.secret import load_secret
from server.data.urls import sqlite_url
from server.people import audit


@dataclass(slots=True)
class Restored:
    manifest: Manifest
    facts: Facts  # after the schema was brought up to date
    aside: str = ""  # where what was there is now; empty: nothing was
    remarks: list[str] = field(default_factory=list)


def restore(file: Path, url: str, data: Path, moment: datetime, *, replace: bool, broken_log: bool) -> Restored:
    """The database of `file` is that of `url` afterwards, with the schema of this version. No server may run.

    `replace`: what is there may be moved aside. `broken_log`: also a backup whose audit log was broken when it
    was made. Raises BadBackup, RestoreRefused, BackupFailed and DatabaseUnusable; the database is as it was then.
    """
    manifest = checked(file)
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    if manifest.engine != kind:
        raise RestoreRefused(
            f"{file} is a backup of {manifest.engine}, and TIEPDAN_DATABASE names {kind};"
            " allowed is the same kind."
        )
    if not knows(manifest.facts.revision):
        raise RestoreRefused(
            f"{file} has the schema {manifest.facts.revision!r} of a newer version of Tiepdan; this one knows"
            f" up to {newest_revision()!r}. Install the newer version first."
        )
    if manifest.facts.audit_broken_at is not None and not broken_log:
        raise RestoreRefused(
            f"The audit log in {file} was broken at event {manifest.facts.audit_broken_at} already. Restore an"
            " older backup, or say --broken-log to take it as it is."
        )
    target = _on_sqlite if kind == "sqlite" else _on_postgresql
    try:
        attached = lay_out(file, manifest, data)
    except OSError as problem:
        raise BackupFailed(f"{data}: {problem.strerror or problem}; nothing was changed.") from None
    try:
        restored = target(file, url, manifest, stamp(moment), replace)
    except BaseException:
        shutil.rmtree(attached, ignore_errors=True)
        raise
    restored.remarks += put_in_place(attached, data, stamp(moment))
    if manifest.attachments_lost:
        restored.remarks.append(
            f"{manifest.attachments_lost} attachments were lost already when the backup was made;"
            " look for them in an older one."
        )
    restored.remarks += _put_files(file, manifest, data)
    restored.remarks += _secret(manifest, data)
    return restored


def _on_sqlite(file: Path, url: str, manifest: Manifest, when: str, replace: bool) -> Restored:
    target = Path(make_url(url).database or "")
    there = _is_worth_keeping(url) if target.exists() else False
    _refuse_to_replace(there, replace, str(target))
    new = target.with_name(target.name + ".restoring")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        extract(file, DATABASE, new)
        if trouble := sqlite.damage(new):
            raise BadBackup(f"{file} holds a damaged database: {trouble}.")
        _compare(sqlite.facts(new), manifest, file)
        found = _bring_up_to_date(sqlite_url(new), manifest)
        aside = f".replaced-{when}"
        sqlite.put_in_place(new, target, aside, keep=there)
    except OSError as problem:
        raise BackupFailed(f"{target.parent}: {problem.strerror or problem}; the database is as it was.") from None
    finally:
        for ending in ("", "-wal", "-shm"):
            new.with_name(new.name + ending).unlink(missing_ok=True)
    return Restored(manifest, found, f"{target}{aside}" if there else "")


def _on_postgresql(file: Path, url: str, manifest: Manifest, when: str, replace: bool) -> Restored:
    database = open_as_it_is(url)
    try:
        there = _is_worth_keeping(url)
        _refuse_to_replace(there, replace, f"the database {database.engine.url.database!r}")
        postgresql.refuse_others(database.engine)
        aside = f"{postgresql.ASIDE}{when.replace('-', '_')}"
        with postgresql.moved_aside(database.engine, aside):
            with member(file, DATABASE) as stream:
                postgresql.load(database.engine, stream)
            with database.engine.connect() as connection:
                _compare(postgresql.facts(connection), manifest, file)
            found = _bring_up_to_date(url, manifest)
        if not there:
            postgresql.drop(database.engine, aside)
    except SQLAlchemyError as problem:
        raise BackupFailed(f"The database refused it: {type(problem).__name__}; it is as it was.") from None
    finally:
        database.close()
    return Restored(manifest, found, f"the schema {aside}" if there else "")


def _is_worth_keeping(url: str) -> bool:
    """Whether any table has a row; what cannot be read counts as if."""
    try:
        database = open_as_it_is(url)
    except DatabaseUnusable:
        return True
    try:
        return database.run_here(lambda session: _rows(session) > 0)
    except SQLAlchemyError:
        return True
    finally:
        database.close()


def _rows(session: Session) -> int:
    return facts_of(session).total


def _refuse_to_replace(there: bool, replace: bool, what: str) -> None:
    if there and not replace:
        raise RestoreRefused(
            f"There is something in {what} already."
            " Say --replace to move it aside and put the backup in its place."
        )


def _compare(found: Facts, manifest: Manifest, file: Path) -> None:
    said = manifest.facts
    if found != said:
        names = [name for name in Facts.model_fields if getattr(found, name) != getattr(said, name)]
        raise BadBackup(f"{file} is damaged: its database has other {', '.join(names)} than its manifest says.")


def _bring_up_to_date(url: str, manifest: Manifest) -> Facts:
    database = open_up_to_date(url)
    try:
        detail = {"made_at": stamp(manifest.made_at), "revision": manifest.facts.revision}
        database.run_here(lambda session: audit.record(session, "system", "database_restored", "", detail))
        return database.run_here(facts_of)
    finally:
        database.close()


def _put_files(file: Path, manifest: Manifest, data: Path) -> list[str]:
    """The operator's files where there are none; a file that is there stays."""
    remarks = []
    for name in sorted(filter(OPERATORS.fullmatch, manifest.members)):
        with member(file, name) as stream:
            content = stream.read()
        if not (data / name).exists():
            (data / name).write_bytes(content)
            remarks.append(f"{name} was restored, too.")
        elif (data / name).read_bytes() != content:
            remarks.append(f"{name} in {data} is another than in the backup, and was left as it is. Compare them.")
    return remarks


def _secret(manifest: Manifest, data: Path) -> list[str]:
    if not (data / "secret.key").exists():
        return [
            f"{data} has no secret.key. Put yours there before the first start, or every room needs a new key."
        ]
    if fingerprint(load_secret(data)) != manifest.secret:
        return [f"secret.key in {data} is another than the backup's: rooms need the keys made from this one."]
    return []
