"""The database: one engine, one thread, one unit of work at a time.

SQLAlchemy runs synchronously in a thread of its own, so that no query, however slow, holds up signalling,
and SQLite never sees two writers. A unit of work is a plain function of a `Session`; it commits when it
returns and rolls back when it raises. What it returns must not be a table row that loads lazily: sessions
do not expire rows on commit, so plain columns stay readable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext, make_url
from sqlmodel import Session, create_engine

P = ParamSpec("P")
R = TypeVar("R")

_IMPATIENCE = {
    "connect_timeout": 10,  # s
    "keepalives_idle": 10,  # s; then
    "keepalives_interval": 5,  # s, three times
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # ms
}
"""What libpq waits for a server whose machine or line is gone; left alone it is a quarter of an hour, and the one
thread of the database with it."""

_MAPPED = 1 << 30
"""Bytes of a SQLite file that are read where the kernel has them: a search reads all of it, in half the time."""


def make_engine(url: str) -> Engine:
    """An engine for `url`; SQLite gets WAL, enforced foreign keys and durable commits, PostgreSQL little patience.

    Values stay out of error texts and logs: they are people's names and words.
    """
    if not url.startswith("sqlite"):
        impatience = {name: value for name, value in _IMPATIENCE.items() if name not in make_url(url).query}
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=impatience)
        event.listen(engine, "handle_error", _leave_out_rows)
        event.listen(engine, "connect", _plan_plainly)
        return engine
    engine = create_engine(url, connect_args={"check_same_thread": False}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=5000")
        cursor.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten; not every build does it unasked
        cursor.execute(f"PRAGMA mmap_size={_MAPPED}")
        cursor.close()

    return engine


def _plan_plainly(connection: Any, _record: object) -> None:
    """A sheet of figures is one statement of a hundred sums over few rows: PostgreSQL would compile it for 0.7 s,
    and count for 0.03. And ten years of an office fit into memory: no page of it is four times as far as the next,
    as on a disk that turns, for which PostgreSQL reads whole tables instead of an index. Nor is a plan kept for
    any period: what does not know the days takes three times as long."""
    with connection.cursor() as cursor:
        cursor.execute("SET jit = off")
        cursor.execute("SET random_page_cost = 1.1")
        cursor.execute("SET plan_cache_mode = force_custom_plan")
    connection.commit()


def _leave_out_rows(context: ExceptionContext) -> None:
    """PostgreSQL adds the whole row that it refused to its words."""
    refused = context.original_exception
    primary = getattr(getattr(refused, "diag", None), "message_primary", None)
    if primary:
        refused.args = (primary,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (f"({type(refused).__name__}) {primary}",)


class Database:
    """Owns the engine and its thread. `close` it."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")

    def run_here(self, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one unit of work in this thread: for commands and tests, never on an event loop."""
        with Session(self.engine, expire_on_commit=False) as session:
            result = work(session, *args, **kwargs)
            session.commit()
            return result

    async def run(self, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one unit of work in the database thread and wait for it."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: self.run_here(work, *args, **kwargs))

    def close(self) -> None:
        self._thread.shutdown(wait=True)
        self.engine.dispose()
