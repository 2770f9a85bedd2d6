"""An office with an archive: a real object store, and one real recording that is old enough to leave."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import Session

from recordings.archive.address import Access
from server.archive.moving import ARCHIVING, Archiving
from server.data.columns import now
from server.data.engine import Database
from server.receptions.queries import agenda_of
from server.receptions.tables import Chapter, Recording, RecordingState
from tests.database import SqliteStore, copied
from tests.object_store import ObjectStore
from tests.server.clips.conftest import recorded as recorded
from tests.server.demo.fixtures import Province, todays
from tests.server.demo.office import filled_template, make_province_app

Opening = Callable[[Access | None], AbstractAsyncContextManager["WithArchive"]]


class WithArchive(Province):
    """`archiving`: what moves, to be looked at."""

    archiving: Archiving

    @property
    def folder(self) -> Path:
        return self.recordings / "r1"


@pytest.fixture
def filled(sqlite_store: SqliteStore) -> Iterator[Database]:
    with copied(sqlite_store, filled_template(sqlite_store)) as database:
        yield database


@pytest.fixture
def object_store(tmp_path: Path) -> Iterator[ObjectStore]:
    store = ObjectStore(tmp_path / "store")
    store.start()
    yield store
    store.stop()


@pytest.fixture
def recording(filled: Database, recorded: Path, tmp_path: Path) -> int:
    """Its number. It was recorded a hundred days ago, and its first item lies in its first four seconds."""
    shutil.copytree(recorded / "recordings", tmp_path / "recordings")
    shutil.copytree(recorded / "signing", tmp_path / "signing")

    def work(session: Session) -> int:
        reception = todays(session).id or 0
        row = Recording(
            reception_id=reception, folder="r1", state=RecordingState.SEALED, file="recording.mp4",
            media_type="video/mp4", seconds=16.5, segments=3, started_at=now() - timedelta(days=100),
            bytes=(tmp_path / "recordings" / "r1" / "recording.mp4").stat().st_size,
        )  # fmt: skip
        session.add(row)
        session.flush()
        line = next(line for line in agenda_of(session, reception) if line.item.position == 1)
        session.add(Chapter(recording_id=row.id or 0, item_id=line.item_id, starts_s=0.0, ends_s=4.0))
        return row.id or 0

    return filled.run_here(work)


@pytest.fixture
def opening(filled: Database, recording: int, tmp_path: Path) -> Opening:
    """The office over what is there; it may be opened, ended and opened again."""

    @asynccontextmanager
    async def opened(access: Access | None) -> AsyncIterator[WithArchive]:
        app = make_province_app(filled, tmp_path / "recordings", archive=access)
        async with TestClient(TestServer(app, host="127.0.0.1")) as client:
            office = WithArchive(client, filled, tmp_path / "recordings")
            office.archiving = app[ARCHIVING]
            yield office

    return opened
