"""`start.sh`: what ends soon after its start is started again after pauses that grow, on every systemd alike."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from room_client.appliance import unit

SCRIPT = Path(unit.__file__).with_name("start.sh")


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """One start: how long it waited, and what it said. In the place of `sleep` is one that notes it."""
    (tmp_path / "run").mkdir()
    sleep = tmp_path / "sleep"
    sleep.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/slept\n')
    sleep.chmod(0o755)

    def once(language: str = "vi") -> tuple[int, str]:
        (tmp_path / "slept").unlink(missing_ok=True)
        environment = {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "RUNTIME_DIRECTORY": str(tmp_path / "run"),
            "TIEPDAN_ROOM_LANGUAGE": language,
        }
        command = ("/bin/sh", str(SCRIPT), "printf", "%s", "the program ran")
        run = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        assert run.stdout.endswith("the program ran")
        assert not run.stderr
        slept = tmp_path / "slept"
        return int(slept.read_text()) if slept.exists() else 0, run.stdout

    return once


def test_pauses_grow_to_a_minute(start: Callable[..., tuple[int, str]]) -> None:
    assert [start()[0] + 2 for _ in range(7)] == [2, 4, 8, 16, 30, 60, 60], "with RestartSec=2"
    assert "đợi 58 giây" in start()[1]
    assert "waits 58 s" in start("en")[1]


def test_a_run_of_ten_minutes_begins_with_short_pauses_again(
    start: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    up_s = int(float(Path("/proc/uptime").read_text().split()[0]))
    (tmp_path / "run/starts").write_text(f"5 {up_s - 590}\n")
    assert start()[0] == 58
    (tmp_path / "run/starts").write_text(f"5 {up_s - 610}\n")
    assert start()[0] == 0


@pytest.mark.parametrize("text", ["", "\n", "3", "x y\n", "-3 7\n", "3 7 9\n"])
def test_a_file_that_says_nothing_is_a_first_start(
    start: Callable[..., tuple[int, str]], tmp_path: Path, text: str
) -> None:
    (tmp_path / "run/starts").write_text(text)
    assert start()[0] == 0
    assert start()[0] == 2


def test_the_service_starts_by_it_and_forgets_after_a_stop_by_hand() -> None:
    text = unit.service_files(Path("/usr/bin/tiepdan"), Path("/usr/lib/tiepdan-room"))[unit.UNIT]
    assert "ExecStart=/bin/sh /usr/lib/tiepdan-room/room_client/appliance/start.sh /usr/bin/tiepdan room" in text
    assert "RestartSec=2\n" in text
    assert "rm -f /run/tiepdan-room/starts" in text
    assert "RestartSteps" not in text, "Debian 12 does not know it"
    assert "TimeoutStartSec=150" in text, "the longest pause and a slow start"
