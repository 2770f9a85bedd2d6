"""What was erased is not only hidden: after it nothing of it stands in the files of the database either.

SQLite writes a change beside the file first (the write-ahead log), where what was overwritten stays until its
place is used again; and its index of words marks a word as gone and drops it with a later merge. Both is done at
once here, the merge in small pieces, because a live reception shares the database's thread. PostgreSQL cleans its
files itself (autovacuum), in its own time.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session

from server.data.engine import Database

_PAGES = 200
"""Of the index in one piece: some milliseconds."""


async def forget(database: Database) -> None:
    """After words were erased. Not to be called within a unit of work."""
    if database.engine.dialect.name != "sqlite":
        return
    pages = -_PAGES  # below 0: all parts of the index are to become one, as slowly as they like
    while await database.run(_merge, pages):
        pages = _PAGES
    await database.run(_empty_log)


def _merge(session: Session, pages: int) -> bool:
    """One piece. False: there is nothing left to merge (fewer than two rows changed, as FTS5 tells it)."""
    before = _changes(session)
    merge = "INSERT INTO petition_words (petition_words, rank) VALUES ('merge', :pages)"
    session.execute(text(merge), {"pages": pages})
    return _changes(session) - before >= 2


def _changes(session: Session) -> int:
    return int(session.execute(text("SELECT total_changes()")).scalar_one())


def _empty_log(session: Session) -> None:
    """While somebody else reads, a backup perhaps, it stays for the next time."""
    session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).all()
