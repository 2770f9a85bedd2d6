"""What systemd hears of the room, on a real socket: that it is there, what it does, and no more when it hangs."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from room_client.appliance.service_manager import AWAY_S, STUCK_S, ServiceManager, trouble
from room_client.observing import RoomOptions
from room_client.room import Room
from room_client.sources.contract import EncodedFrame, SourceUnusable
from room_client.sources.feed import Feed
from room_client.wording import word
from tests.room_client.conftest import KEY
from tests.waiting import eventually


class Systemd:
    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        self.heard: list[str] = []

    def listen(self) -> list[str]:
        try:
            while True:
                self.heard.append(self._socket.recv(4096).decode())
        except BlockingIOError:
            return self.heard

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    found = Systemd(tmp_path / "notify")
    yield found
    found.close()


def manager(tmp_path: Path, watchdog_s: float) -> ServiceManager:
    return ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": str(int(watchdog_s * 1e6))})


class Hanging:
    """A camera whose driver does not come back."""

    clock_hz = 90_000
    live = True

    def __init__(self) -> None:
        self.goes_on = threading.Event()

    def open(self, codec: str) -> None: ...

    def read(self, wanted: bool) -> EncodedFrame | None:
        self.goes_on.wait()
        return None

    def want_key_frame(self) -> None: ...

    def close(self) -> None: ...


async def test_it_is_fed_as_often_as_it_asks_and_told_what_the_room_does(systemd: Systemd, tmp_path: Path) -> None:
    told = manager(tmp_path, 0.3)
    told.ready()
    told.status("Đang kết nối\ntới máy chủ…")
    told.status("Đang kết nối tới máy chủ…")
    room = Room(RoomOptions("http://127.0.0.1:9", KEY))
    said: list[str] = []
    feeding = asyncio.create_task(told.feed(lambda: room, said.append))
    await eventually(lambda: "" if systemd.listen().count("WATCHDOG=1") > 3 else f"{systemd.heard}")
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)
    told.stopping()
    heard = systemd.listen()
    assert heard[:2] == ["READY=1", "STATUS=Đang kết nối tới máy chủ…"], "one line, and once"
    assert heard[-1] == "STOPPING=1"
    assert not said


async def test_it_starves_while_a_camera_hangs_and_the_reason_is_said_once(
    systemd: Systemd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("room_client.appliance.service_manager.STUCK_S", 0.3)
    source, problems = Hanging(), list[SourceUnusable | None]()
    feed = Feed("camera", source, "h264", lambda frame, at: None, problems.append)
    room = Room(RoomOptions("http://127.0.0.1:9", KEY))
    monkeypatch.setattr(room, "stuck_s", feed.stuck_s)
    said: list[str] = []
    feeding = asyncio.create_task(manager(tmp_path, 0.15).feed(lambda: room, said.append))
    feed.start()
    await eventually(lambda: "" if said else "nobody says that the camera hangs")
    fed = systemd.listen().count("WATCHDOG=1")
    assert fed > 0
    until = time.monotonic() + 0.4
    await eventually(lambda: "" if time.monotonic() > until else "waiting for three more meals")
    assert systemd.listen().count("WATCHDOG=1") == fed
    assert said == ["watchdog_stuck"]
    assert "khởi động lại" in word(said[0], "vi")
    source.goes_on.set()
    await eventually(lambda: "" if systemd.listen().count("WATCHDOG=1") > fed else "it is not fed again")
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)
    await feed.stop()


def test_a_room_that_did_not_reach_the_server_for_long_begins_anew() -> None:
    class Away:
        away_since: float | None = 100.0

        def stuck_s(self, now_s: float) -> float:
            return 0.0

    away = Away()
    assert trouble(away, 100.0 + AWAY_S - 1) == ""  # type: ignore[arg-type]
    assert trouble(away, 100.0 + AWAY_S + 1) == "watchdog_away"  # type: ignore[arg-type]
    away.away_since = None
    assert trouble(away, 1e9) == ""  # type: ignore[arg-type]
    assert STUCK_S > 0


def test_nobody_who_did_not_ask_is_told(tmp_path: Path) -> None:
    for environment in ({}, {"NOTIFY_SOCKET": str(tmp_path / "gone")}):
        silent = ServiceManager(environment)
        silent.ready()
        silent.alive()
        assert silent.watchdog_s == 0
    other = {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": str(os.getpid() + 1)}
    assert ServiceManager(other).watchdog_s == 0, "another process of the service is meant"
