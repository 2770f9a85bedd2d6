"""A PostgreSQL database through PostgreSQL's own pg_dump and pg_restore, in their custom format."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine
from sqlmodel import Session

from server.backup.archive import chunks_of
from server.backup.errors import BackupFailed, RestoreRefused
from server.backup.manifest import Facts, facts_of

SCHEMA = "public"
ASIDE = "replaced_"
"""How the schema is called that a restore has moved aside; it is not backed up any more."""
GONE_WITHIN_S = 2.0
_WHOLE = ("--no-owner", "--no-privileges")  # another account may own the database it goes into


def version(connection: Connection) -> str:
    return str(connection.execute(text("SHOW server_version")).scalar_one())


@contextmanager
def snapshot(engine: Engine) -> Iterator[tuple[Connection, str]]:
    """One moment of the database, for our own questions and, by its name, for pg_dump's."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
        if schema != SCHEMA:
            raise BackupFailed(f"The tables would be looked for in the schema {schema!r}; allowed is {SCHEMA!r}.")
        yield connection, connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()


def facts(connection: Connection) -> Facts:
    with Session(bind=connection) as session:
        return facts_of(session)


def dump(engine: Engine, moment: str) -> Iterator[bytes]:
    """The dump of that snapshot in pieces. Raises BackupFailed."""
    words = ["--format=custom", f"--snapshot={moment}", f"--exclude-schema={ASIDE}*", *_WHOLE]
    with _running("pg_dump", words, engine, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield from chunks_of(process.stdout)


def check(stream: IO[bytes]) -> None:
    """pg_restore understands it to the end. Raises BackupFailed."""
    with _running("pg_restore", ["--file=/dev/null"], None, stdin=subprocess.PIPE) as process:
        _feed(process, stream)


def load(engine: Engine, stream: IO[bytes]) -> None:
    """Into a schema without tables, all or nothing. Raises BackupFailed."""
    words = ["--single-transaction", "--exit-on-error", *_WHOLE]
    with _running("pg_restore", words, engine, stdin=subprocess.PIPE) as process:
        _feed(process, stream)


def refuse_others(engine: Engine) -> None:
    """Raises RestoreRefused while somebody else is connected; who just went takes a moment to be gone."""
    asked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    deadline = time.monotonic() + GONE_WITHIN_S
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while others := connection.execute(asked).scalar_one():
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
    if others:
        raise RestoreRefused(
            f"{others} others are connected to the database. End every Tiepdan server that uses it."
        )


@contextmanager
def moved_aside(engine: Engine, aside: str) -> Iterator[None]:
    """An empty schema for the time within; the former one is called `aside` then, and comes back if that fails."""
    with engine.begin() as connection:
        connection.execute(text(f"ALTER SCHEMA {SCHEMA} RENAME TO {aside}"))
        _create(connection)
    try:
        yield
    except BaseException:
        engine.dispose()
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))
            connection.execute(text(f"ALTER SCHEMA {aside} RENAME TO {SCHEMA}"))
        raise


def drop(engine: Engine, aside: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {aside} CASCADE"))


def _create(connection: Connection) -> None:
    connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    connection.execute(text(f"GRANT USAGE ON SCHEMA {SCHEMA} TO PUBLIC"))  # as a new database has it


def _feed(process: subprocess.Popen[bytes], stream: IO[bytes]) -> None:
    assert process.stdin is not None
    try:
        for chunk in chunks_of(stream):
            process.stdin.write(chunk)
        process.stdin.close()
    except BrokenPipeError:  # it ended already, and says why
        return


@contextmanager
def _running(
    program: str, words: list[str], engine: Engine | None, **pipes: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Its password in the environment: arguments are read by everybody on the machine."""
    environment, where = dict(os.environ), []
    if engine is not None:
        _, reached_by = engine.dialect.create_connect_args(engine.url)
        environment |= {"PGPASSWORD": str(reached_by.pop("password"))} if "password" in reached_by else {}
        known = {name: value for name, value in reached_by.items() if isinstance(value, (str, int))}  # libpq's
        where = ["--dbname", " ".join(f"{name}='{_quoted(value)}'" for name, value in known.items())]
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                [program, *words, *where], env=environment, stderr=said,
                stdin=pipes.get("stdin", subprocess.DEVNULL), stdout=pipes.get("stdout", subprocess.DEVNULL),
            )  # fmt: skip
        except FileNotFoundError:
            raise BackupFailed(
                f"{program} is not installed (Debian: apt-get install postgresql-client)."
            ) from None
        with process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            said.seek(0)
            lines = said.read().decode(errors="replace").splitlines()
            raise BackupFailed(f"{program} ended with {process.returncode}: {lines[0] if lines else 'no words'}")


def _quoted(value: object) -> str:
    return str(value).replace("\\", "\\\\").replace("'", "\\'")
