"""What `tiepdan room` does: sentences, Ctrl-C, exit codes."""

from __future__ import annotations

import asyncio
import io
import os
import signal

import pytest
from rich.console import Console

from room_client.cli import EXIT_DONE, EXIT_REFUSED, run_room, status_line
from room_client.observing import RoomOptions
from room_client.room import Room
from room_client.sources.contract import SourceProblem, SourceUnusable
from room_client.wording import problem_sentence, refusal_sentence, stage_sentence
from signaling.messages import FloorView, ItemView, StageView
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


async def test_status_before_the_first_link() -> None:
    assert str(status_line(Room(RoomOptions("http://127.0.0.1:9", KEY)), 0.0))


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
