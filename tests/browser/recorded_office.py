"""The office after a reception that was recorded: a real server in front of a real file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp.test_utils import TestServer
from sqlmodel import Session, col, select

from server.app import make_app
from server.data.engine import Database
from server.data.urls import sqlite_url
from server.demo.fill import fill
from server.review.tables import RecordingAccess
from server.settings import Settings
from server.web.languages import today
from tests.database import opened
from tests.server.review.recorded import Recorded, record


@dataclass(frozen=True, slots=True)
class RecordedOffice:
    address: str
    database: Database
    made: Recorded
    file: Path

    def player(self, second: int) -> str:
        return f"{self.address}/receptions/{self.made.reception}/recording?t={second}"

    def accesses(self) -> list[RecordingAccess]:
        """In the order in which they were written down."""
        return self.database.run_here(
            lambda session: list(session.exec(select(RecordingAccess).order_by(col(RecordingAccess.id))))
        )


@asynccontextmanager
async def running_recorded_office(
    directory: Path, film: Path, *, item_s: float, pause_s: float
) -> AsyncIterator[RecordedOffice]:
    def work(session: Session) -> Recorded:
        fill(session, today())
        return record(session, directory / "recordings", item_s=item_s, pause_s=pause_s, media=film)

    with opened(sqlite_url(directory / "tiepdan.db")) as database:
        made = database.run_here(work)
        server = TestServer(make_app(Settings(data=directory), database), host="127.0.0.1")
        await server.start_server()
        file = next((directory / "recordings").glob("*/reception.mp4"))
        try:
            yield RecordedOffice(str(server.make_url("")).rstrip("/"), database, made, file)
        finally:
            await server.close()
