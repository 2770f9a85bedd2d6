"""`tiepdan room install`: what it writes is what systemd takes, and nothing of it is readable that must not be."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from room_client.appliance.installing import NotInstalled, Settings, install, read_server
from room_client.appliance.service_manager import STUCK_S
from room_client.appliance.unit import SCREEN_PART, SERVICE, UNIT, WATCHDOG_S

SERVER = "https://tiepdan.tinh.example"
CAMERA = "rtsp://quay:mat-khau@10.0.0.9/live"


def written(root: Path, *, screen: bool = True, video: str = CAMERA) -> list[str]:
    return list(install(root, Settings(SERVER, video=video, screen=screen)))


@pytest.mark.parametrize("screen", [True, False])
def test_systemd_takes_the_service(tmp_path: Path, screen: bool) -> None:
    done = written(tmp_path, screen=screen)
    unit = tmp_path / "etc/systemd/system" / f"{SERVICE}.service"
    assert str(unit) in done
    part = (tmp_path / "etc" / SCREEN_PART).read_text()
    assert ("TTYPath=/dev/tty1" in part) is screen
    assert ("ConditionPathExists=/var/lib/tiepdan-room/device.json" in part) is not screen, "told to nobody"
    text = unit.read_text()
    assert re.search(r"^ExecStart=/bin/sh \S+/start.sh \S+/tiepdan room$", text, re.MULTILINE)
    assert "mat-khau" not in text, "units can be read by everybody"
    if shutil.which("systemd-analyze"):
        checked = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
        )
        complaints = [line for line in checked.stderr.splitlines() if SERVICE in line]
        assert not complaints


def test_settings_may_hold_a_password_and_are_the_administrators_own(tmp_path: Path) -> None:
    written(tmp_path)
    settings = tmp_path / f"etc/{SERVICE}.conf"
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    assert f"TIEPDAN_ROOM_VIDEO='{CAMERA}'" in settings.read_text()
    assert "TIEPDAN_ROOM_SCREEN='true'" in settings.read_text()
    assert not list((tmp_path / "etc").glob(".*")), "left a file beside it"


def test_it_may_be_installed_again_with_another_camera(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path, video="/dev/video0", screen=False)
    settings = (tmp_path / f"etc/{SERVICE}.conf").read_text()
    assert "TIEPDAN_ROOM_VIDEO='/dev/video0'" in settings
    assert "mat-khau" not in settings


def test_what_a_package_brought_is_left_to_its_updates(tmp_path: Path) -> None:
    packaged = tmp_path / "usr/lib" / UNIT
    packaged.parent.mkdir(parents=True)
    packaged.write_text("of the package")
    written(tmp_path, screen=False)
    assert sorted(path.name for path in (tmp_path / "etc").rglob("*") if path.is_file()) == [
        "screen.conf",
        f"{SERVICE}.conf",
    ]
    written(tmp_path)
    assert not (tmp_path / "etc" / SCREEN_PART).exists(), "the package's own counts again"
    assert packaged.read_text() == "of the package"


def test_who_enrols_need_not_repeat_the_server(tmp_path: Path) -> None:
    assert read_server(tmp_path) == ""
    written(tmp_path)
    assert read_server(tmp_path) == SERVER


def test_folders_that_it_makes_may_be_read(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        written(tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "etc/sysusers.d").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "etc" / UNIT).stat().st_mode) == 0o644


@pytest.mark.parametrize("video", ["film'.mp4", "film\nTIEPDAN_ROOM_KEY=x"])
def test_what_would_break_the_settings_is_refused(tmp_path: Path, video: str) -> None:
    with pytest.raises(NotInstalled):
        written(tmp_path, video=video)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "etc").write_text("a file where a folder should be")
    with pytest.raises(NotInstalled, match=r"etc/systemd"):
        written(tmp_path)


def test_the_watchdog_waits_longer_than_the_slowest_camera() -> None:
    assert WATCHDOG_S * 2 / 3 > STUCK_S
