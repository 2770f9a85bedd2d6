"""`tiepdan rehearse`, run for real with a few rooms; and its report."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlmodel import SQLModel, select

from server.commands.context import today
from server.people import audit
from server.receptions.tables import (
    AgendaItem,
    Attendance,
    Chapter,
    FloorGrant,
    Hearing,
    ItemState,
    Presence,
    Reception,
    ReceptionState,
    Recording,
    RecordingState,
)
from server.rehearsal.report import Report, Spread, spread
from server.rehearsal.story import Rehearsal
from server.settings import Settings
from tests.database import Store, on
from tests.waiting import eventually


def test_percentiles_are_of_the_nearest_rank() -> None:
    assert spread([]) == Spread()
    assert spread([5.0]) == Spread(5.0, 5.0, 5.0)
    assert spread([float(n) for n in range(1, 101)]) == Spread(50.0, 95.0, 100.0)


def test_one_thing_that_did_not_hold_is_enough() -> None:
    report = Report(rooms=2, seconds=5)
    assert report.ok
    report.expect(True, "never said")
    report.expect(False, "a room saw nothing")
    assert not report.ok
    assert report.as_json()["ok"] is False
    assert report.as_json()["problems"] == ["a room saw nothing"]


@pytest.mark.parametrize("codec", ["h264", "vp8"])
def test_the_whole_story_holds(codec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEPDAN_CODEC", codec)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    file = tmp_path / "report.json"
    run = subprocess.run(
        [sys.executable, "-m", "server.cli", "rehearse", "--rooms", "4", "--seconds", "8", "--report", str(file)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads(file.read_text())
    assert report["ok"] is True
    assert report["rooms_receiving"] == report["rooms"] == 4
    assert report["leaked_packets_in_closed_item"] == 0
    assert set(report["join_ms"]) == set(report["floor_change_ms"]) == {"p50", "p95", "max"}
    recording = report["recording"]
    assert {"path", "seconds", "video_frames", "audio_seconds", "chapters"} <= set(recording)
    assert Path(recording["path"]).is_file()
    assert recording["chapters"] == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_one_that_is_broken_off_leaves_nothing_behind(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    run = subprocess.Popen(  # noqa: ASYNC220  # waited for below, where it can be seen what it waits for
        [sys.executable, "-m", "server.cli", "rehearse", "--rooms", "2", "--seconds", "600"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_IGN
        ),  # as a shell starts what is in the background
    )
    try:
        of_it = psutil.Process(run.pid)
        await eventually(lambda: None if list(tmp_path.rglob("media.sock")) else "its server does not run yet", 30)
        started = of_it.children(recursive=True)
        assert started
        run.send_signal(number)
        await eventually(lambda: None if run.poll() is not None else "it still runs", 40)
        assert run.returncode != 0
        assert not [process for process in started if process.is_running()]
        assert not list(tmp_path.iterdir())
    finally:
        run.kill()
        run.wait()


async def test_the_whole_story_holds_on_postgresql_and_is_in_its_tables(
    postgresql_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real server: a reception is opened, heard, closed to rooms, ended and recorded."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with on(postgresql_store, postgresql_store.empty()) as database:
        url = database.engine.url.render_as_string(hide_password=False)
        settings = Settings(_env_file=None)
        report = await Rehearsal(settings, 4, 8, today(), lambda _words: None, database=url).run()
        assert report.ok, report.problems

        def rows(table: type[SQLModel]) -> list[Any]:
            return database.run_here(lambda session: list(session.exec(select(table))))

        (reception,) = rows(Reception)
        assert reception.state is ReceptionState.ENDED
        assert [item.state for item in rows(AgendaItem)] == [ItemState.DONE] * 3
        assert [hearing.closed for hearing in rows(Hearing)] == [False, True, False]
        assert all(hearing.ended_at is not None for hearing in rows(Hearing))
        assert len(rows(FloorGrant)) == 4
        assert {span.presence for span in rows(Attendance)} == set(Presence)
        (recording,) = rows(Recording)
        assert (recording.state, recording.bytes > 0) == (RecordingState.SEALED, True)
        assert len(rows(Chapter)) == 2
        assert database.run_here(audit.verify_chain).whole
