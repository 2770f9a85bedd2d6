"""`tiepdan rehearse`, run for real with a few rooms; and its report."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from server.rehearsal.report import Report, Spread, spread
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
