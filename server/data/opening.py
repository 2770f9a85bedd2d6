"""Opening the installation's database, or one sentence why that cannot be: never with a password in it."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from server.data.engine import Database
from server.data.schema import NewerDatabase, newest_revision, upgrade

ALLOWED = (
    "Allowed is postgresql://USER:PASSWORD@HOST/NAME, or sqlite:////DIRECTORY/FILE;"
    " empty: SQLite in the data directory"
)


class DatabaseUnusable(Exception):
    """A sentence for whoever set TIEPDAN_DATABASE. `passes`: it may be different in a moment, as it stands."""

    def __init__(self, sentence: str, *, passes: bool = False) -> None:
        super().__init__(sentence)
        self.passes = passes


def open_as_it_is(url: str) -> Database:
    """A database that answers, whatever its schema. Raises DatabaseUnusable."""
    try:
        database = Database(url)
    except ImportError:
        raise DatabaseUnusable(
            "TIEPDAN_DATABASE names PostgreSQL, and its driver psycopg is not installed here."
            " Install it: pip install --editable '.[postgresql]'"
        ) from None
    try:
        _refuse_other_letters(database)
    except SQLAlchemyError as problem:
        database.close()
        raise _unusable(url, problem) from None
    except DatabaseUnusable:
        database.close()
        raise
    return database


def open_up_to_date(url: str) -> Database:
    """The same with the schema of this version. Raises DatabaseUnusable."""
    database = open_as_it_is(url)
    try:
        upgrade(database.engine)
    except NewerDatabase:
        database.close()
        raise DatabaseUnusable(
            f"{place(url)} belongs to a newer version of Tiepdan; this one knows revisions up to"
            f" {newest_revision()}. Start the newer version, or restore a backup of the older one."
        ) from None
    except SQLAlchemyError as problem:
        database.close()
        raise _unusable(url, problem) from None
    return database


def place(url: str) -> str:
    """A database in words: what and where, not with which password."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        return f"The SQLite database {parts.database}"
    where = parts.host or parts.query.get("host") or "this machine"
    port = f", port {parts.port}" if parts.port else ""
    return f"The PostgreSQL database {parts.database!r} of {parts.username!r} on {where}{port}"


def _refuse_other_letters(database: Database) -> None:
    with database.engine.connect() as connection:
        if connection.dialect.name != "postgresql":
            connection.execute(text("PRAGMA schema_version"))  # reads the file: it may be none of SQLite's
            return
        letters = connection.execute(text("SHOW server_encoding")).scalar_one()
    if letters != "UTF8":
        raise DatabaseUnusable(
            f"{place(str(database.engine.url))} has the encoding {letters}; allowed is UTF8."
            " Create it anew: createdb --encoding=UTF8 --template=template0 NAME"
        )


def _unusable(url: str, problem: SQLAlchemyError) -> DatabaseUnusable:
    said = problem.orig if isinstance(problem, DBAPIError) else problem
    sentence = f"{place(url)} cannot be used: {_without_secrets(str(said), make_url(url))}. {ALLOWED}."
    return DatabaseUnusable(sentence, passes=True)


def _without_secrets(said: str, url: URL) -> str:
    """The driver's words on one line. They name no password today; that is not ours to promise."""
    for secret in (url.password, url.query.get("password")):
        if isinstance(secret, str) and secret:
            said = said.replace(secret, "***")
    return " ".join(said.split()).rstrip(".")
