"""A reception is written down while the database is backed up, or cuts its connections: on both databases."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import func, select

from server.backup.restoring import restore
from server.data.columns import now
from server.data.engine import Database
from server.people import audit
from server.receptions.tables import FloorGrant
from tests.database import Store, on
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.province import HA_TU
from tests.waiting import eventually


@pytest.fixture
def chosen(store: Store) -> Iterator[dict[str, Any]]:
    url = store.empty()
    yield {"database": url}
    store.drop(url)


async def _backup(control: ControlProcess, to: Path) -> int:
    words = (sys.executable, "-m", "server.cli", "database", "backup", "--to", str(to))
    ours = {"TIEPDAN_DATA": str(control.settings.data), "TIEPDAN_DATABASE": control.settings.database}
    environment = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **ours}
    process = await asyncio.create_subprocess_exec(*words, env=environment, stdout=asyncio.subprocess.DEVNULL)
    return await process.wait()


async def test_it_is_backed_up_and_nothing_waits_or_is_torn(
    control: ControlProcess, store: Store, tmp_path: Path
) -> None:
    await control.receiving(HA_TU)
    console = await control.console()
    await console.pressed("open")
    await console.pressed("next")
    backup = asyncio.create_task(_backup(control, tmp_path / "backups"))
    given = 0
    while not (await asyncio.wait({backup}, timeout=0.25))[0]:  # the desk may press ten times a second
        await console.pressed("floor", room=HA_TU)
        await console.pressed("take_floor_back")
        given += 1
    assert await backup == 0
    await control.written()
    await eventually(lambda: console.state["recording"]["alarm"] or None)
    assert len(control.rows(FloorGrant)) == given
    (file,) = (tmp_path / "backups").iterdir()
    with on(store, store.empty()) as other:
        url = other.engine.url.render_as_string(hide_password=False)
        other.engine.dispose()
        await asyncio.to_thread(restore, file, url, tmp_path, now(), replace=False, broken_log=False)
        assert 0 < _grants(other) <= given, "one moment out of the middle"
        assert other.run_here(audit.verify_chain).whole


def _grants(database: Database) -> int:
    return database.run_here(lambda session: session.exec(select(func.count()).select_from(FloorGrant)).one())


async def test_connections_that_are_cut_cost_no_row(control: ControlProcess) -> None:
    """PostgreSQL is restarted, or a firewall forgets us."""
    if control.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no connections")
    await control.receiving(HA_TU)
    console = await control.console()
    await console.pressed("open")
    await control.written()
    other = Database(control.settings.database_url)
    try:
        for _ in range(3):
            await console.pressed("floor", room=HA_TU)
            with other.engine.connect() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
            await console.pressed("take_floor_back")
        await control.written()
    finally:
        other.close()
    assert len(control.rows(FloorGrant)) == 3
    assert all(grant.ended_at is not None for grant in control.rows(FloorGrant))
    await eventually(lambda: console.state["recording"]["alarm"] or None)
