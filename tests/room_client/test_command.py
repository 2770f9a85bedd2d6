"""What `tiepdan room` does: sentences, Ctrl-C, exit codes."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from room_client.cli import EXIT_DONE, EXIT_REFUSED, run_room, status_line
from room_client.kept_link import KeptLink
from room_client.observing import RoomOptions, RoomState
from room_client.room import Room
from room_client.server_address import is_server_address
from room_client.sources.contract import SourceProblem, SourceUnusable
from room_client.speaking import Patience, Speaker
from room_client.wording import problem_sentence, refusal_sentence, stage_sentence
from signaling.messages import FloorView, ItemView, LineView, StageView
from signaling.refusals import Refusal, RefusalCode
from tests.room_client.conftest import KEY, Server
from tests.waiting import eventually


async def test_ctrl_c_ends_cleanly(server: Server) -> None:
    told = io.StringIO()
    console = Console(file=told, width=120)
    run = asyncio.create_task(run_room(RoomOptions(server.url, KEY, language="en"), console))
    await eventually(lambda: "" if "Connected." in told.getvalue() else told.getvalue() or "silent")
    os.kill(os.getpid(), signal.SIGINT)
    assert await asyncio.wait_for(run, 10) == EXIT_DONE
    assert "Ended." in told.getvalue()
    assert KEY not in told.getvalue()


async def test_status_line_on_a_terminal(server: Server) -> None:
    told = io.StringIO()
    console = Console(file=told, force_terminal=True, width=120)
    run = asyncio.create_task(run_room(RoomOptions(server.url, KEY), console))
    await eventually(lambda: "" if "đang nhận" in told.getvalue() else "no status line", 15)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(run, 10) == EXIT_DONE


async def test_wrong_key_says_so(server: Server) -> None:
    told = io.StringIO()
    code = await asyncio.wait_for(run_room(RoomOptions(server.url, "wrong"), Console(file=told, width=120)), 10)
    assert code == EXIT_REFUSED
    assert "Khóa phòng không đúng" in told.getvalue()
    assert "wrong" not in told.getvalue()


async def test_under_systemd_a_room_that_is_wanted_elsewhere_does_not_fight_for_it(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    told = io.StringIO()
    run = asyncio.create_task(run_room(RoomOptions(server.url, KEY, language="en"), Console(file=told, width=200)))
    await eventually(lambda: "" if "Connected." in told.getvalue() else told.getvalue() or "silent")
    await server.end_links(RefusalCode.REPLACED, rejoin=False)
    await eventually(lambda: "" if "somewhere else" in told.getvalue() else told.getvalue())
    assert not run.done(), "ended, it would be started again and take the room back"
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(run, 10) == EXIT_DONE


async def test_who_is_stopped_while_it_closes_closes_all_the_same(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(RoomOptions(server.url, KEY))
    close = KeptLink.close

    async def stopped_meanwhile(link: KeptLink) -> None:
        room.stop()
        await asyncio.sleep(0)
        await close(link)

    monkeypatch.setattr(KeptLink, "close", stopped_meanwhile)
    run = asyncio.create_task(room.run())
    await eventually(lambda: "" if room.state is RoomState.JOINED else room.state.value)
    await server.end_links(RefusalCode.REPLACED, rejoin=False)
    outcome = await asyncio.wait_for(run, 10)
    assert outcome.refusal is not None
    assert outcome.refusal.code is RefusalCode.REPLACED


async def test_who_is_no_room_yet_is_told_how_to_become_one() -> None:
    told = io.StringIO()
    for server in ("http://127.0.0.1:9", ""):
        assert await run_room(RoomOptions(server, ""), Console(file=told, width=300)) == EXIT_REFUSED
        assert "tiepdan room enrol" in told.getvalue()
        told.truncate(told.seek(0))


async def test_status_before_the_first_link() -> None:
    assert str(status_line(Room(RoomOptions("http://127.0.0.1:9", KEY)), 0.0))


@pytest.mark.parametrize(
    "address",
    ["nonsense", "", "host:8080", "ftp://host", "http://", "http://host:99999", "http://ho st", "http://[::1",
     "http://host/room?key=x", "https://host:0"],
)  # fmt: skip
async def test_nonsense_for_a_server_is_refused_at_once(address: str) -> None:
    told = io.StringIO()
    code = await asyncio.wait_for(run_room(RoomOptions(address, KEY), Console(file=told, width=300)), 1)
    assert code == EXIT_REFUSED
    assert told.getvalue().count("\n") == 1, "one sentence"
    assert "http://TÊN-MÁY:CỔNG" in told.getvalue()


@pytest.mark.parametrize("address", ["http://host", "https://host/", "http://10.0.0.1:8080", "http://[::1]:80"])
def test_what_can_be_a_server_is_taken(address: str) -> None:
    assert is_server_address(address)


async def test_server_out_of_reach_is_said_and_tried_on() -> None:
    told = io.StringIO()
    console = Console(file=told, width=300)
    run = asyncio.create_task(run_room(RoomOptions("http://127.0.0.1:9", KEY, language="en"), console))
    sentence = "cannot be reached for 3 seconds"
    await eventually(lambda: "" if sentence in told.getvalue() else told.getvalue() or "silent", 8)
    assert "goes on trying" in told.getvalue()
    assert not run.done()
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(run, 10) == EXIT_DONE


def test_patience_speaks_at_growing_intervals() -> None:
    patience = Patience()
    said = [s for tick in range(36_000) if (s := patience.due(100.0, 100.0 + tick / 10)) is not None]
    assert said[:6] == [3, 9, 18, 36, 72, 144]
    assert 10 < len(said) < 20, "neither silent for an hour nor a chatterbox"
    assert patience.due(None, 9000.0) is None
    assert patience.due(9000.0, 9003.1) == 3, "another time begins anew"


def test_line_is_described_in_words() -> None:
    for language, words in (("vi", ("vừa", "chỉ có tiếng", "im lặng|ngắt", "trở lại")),
                            ("en", ("medium", "sound only", "silent", "back"))):  # fmt: skip
        told = io.StringIO()
        options = RoomOptions("http://127.0.0.1:9", KEY, language=language)  # type: ignore[arg-type]
        speaker = Speaker(Console(file=told, width=300), options)
        for layer in ("h", "m", "", "m", "none"):
            speaker.on_line(LineView(layer=layer))  # type: ignore[arg-type]
        speaker.on_state(RoomState.SILENT)
        speaker.on_state(RoomState.JOINED)
        lines = told.getvalue().splitlines()
        assert len(lines) == 5, lines
        for line, word in zip(lines[1:], words, strict=True):
            assert any(w in line for w in word.split("|")), line


async def test_report_says_what_was_seen_and_heard(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    server.stage = server.stage.model_copy(update={"desk_present": True})
    console = Console(file=io.StringIO())
    run = asyncio.create_task(run_room(RoomOptions(server.url, KEY), console, file))

    def told() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        return found

    def missing() -> str:
        slots = told().get("slots", {})
        pictures = slots.get("desk_video", {}).get("pictures", 0)
        pieces = slots.get("desk_audio", {}).get("pieces", 0)
        return "" if min(pictures, pieces) > 5 else f"{pictures} pictures and {pieces} pieces in the report"

    await eventually(missing)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(run, 10)
    report = told()
    assert report["state"] == "ended"
    assert report["slots"]["desk_video"]["frozen_s"] < 3
    assert report["joins"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"], "left a file beside it"
    assert KEY not in file.read_text()


async def test_report_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    told = io.StringIO()
    code = await run_room(
        RoomOptions("http://127.0.0.1:9", KEY), Console(file=told, width=300), tmp_path / "nowhere" / "report.json"
    )
    assert code == EXIT_REFUSED
    assert "--report" in told.getvalue()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_everything_has_a_sentence(language: str) -> None:
    for problem in SourceProblem:
        assert problem_sentence(SourceUnusable(problem, "film.mp4"), language)  # type: ignore[arg-type]
    for code in RefusalCode:
        assert refusal_sentence(Refusal(code=code), language)  # type: ignore[arg-type]


def test_the_stage_in_one_line() -> None:
    stage = StageView(room_code="06649", room_name="Hồng Hải")
    assert "Chưa có phiên" in stage_sentence(stage, "vi")
    stage = stage.model_copy(update={"reception_state": "open", "reception_title": "Tiếp công dân"})
    assert "không truyền" in stage_sentence(stage, "vi")
    stage = stage.model_copy(
        update={
            "in_audience": True,
            "item": ItemView(position=1, closed=False, title="KN-1: đất đai"),
            "floor": FloorView(code="06650", name="Cao Xanh"),
        }
    )
    assert stage_sentence(stage, "vi") == "Tiếp công dân · KN-1: đất đai · phát biểu: Cao Xanh"
