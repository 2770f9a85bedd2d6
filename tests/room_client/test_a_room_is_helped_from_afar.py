"""Remote help of an unattended room: everything that is asked is answered, in words, and told in the room."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from room_client.checking import Checking
from room_client.cli import EXIT_ANEW, run_room
from room_client.diary import Diary
from room_client.help_wording import check_sentences, state_sentences
from room_client.helping import Helping
from room_client.link import LinkEnd
from room_client.observing import RoomOptions, RoomState
from room_client.offered_devices import CONFIGURED, Found, cameras, offered
from room_client.room import Room
from room_client.sources.contract import SourceProblem, SourceUnusable
from room_client.speaking import Speaker
from room_client.wording import Language
from signaling.check_messages import FIGURES, OUTCOMES, Finding, Part
from signaling.help_messages import Help, HelpAct
from signaling.messages import FloorView, ItemView
from signaling.wire.slots import Upstream
from tests.room_client.conftest import KEY, Server
from tests.room_client.sound_server import SoundServer, needed
from tests.waiting import eventually

EIGHT = datetime(2026, 11, 30, 1, tzinfo=UTC)
CAMERA = "rtsp://admin:secret@10.1.2.3/live"


@asynccontextmanager
async def helped(server: Server, **changes: object) -> AsyncIterator[tuple[Room, list[str]]]:
    """A room that is helped, and what it was told."""
    told: list[str] = []

    def tell(asked: Help) -> str:
        told.append(asked.act)
        return "shown_nowhere" if asked.act is HelpAct.MESSAGE else ""

    options = RoomOptions(**{"server_url": server.url, "key": KEY, "language": "en", **changes})  # type: ignore[arg-type]
    checking, diary = Checking(), Diary("en")
    helping = Helping(options, checking, diary, tell, lambda: told.append("anew"))
    room = Room(options, checking, diary, helping)
    run = asyncio.create_task(room.run())
    keeping = asyncio.create_task(helping.keep(room))
    try:
        await eventually(lambda: "" if room.state is RoomState.JOINED else room.state.value)
        yield room, told
    finally:
        keeping.cancel()
        room.stop()
        await asyncio.gather(keeping, run, return_exceptions=True)


async def test_everything_is_answered_and_told_before(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("room_client.helping.TOLD_S", 0.0)
    async with helped(server) as (_, told):
        answer = await server.ask("devices")
        assert answer["outcome"] == "done"
        assert "The line was whole in the last 24 hours." in answer["said"]
        first = answer["devices"][0]
        assert (first["kind"], first["device"], first["used"]) == ("camera", CONFIGURED, True)
        answer = await server.ask("check")
        assert (answer["outcome"], len(server.checked)) == ("done", 1)
        assert "It reaches the server straight (UDP)." in answer["said"]
        answer = await server.ask("message", text="Please plug the camera in")
        assert (answer["outcome"], answer["said"]) == (
            "failed",
            "No screen runs in the room, so nobody can read the message.",
        )
        answer = await server.ask("choose", kind="microphone", device="alsa:nobody")
        assert (answer["outcome"], answer["said"]) == ("failed", "This computer has no such device any more.")
        answer = await server.ask("choose", kind="camera", device=CONFIGURED)
        assert answer["outcome"] == "done"
        assert (await server.ask("reload"))["outcome"] == "done"
        await eventually(lambda: "" if told[-1] == "anew" else str(told))
        assert told == ["devices", "check", "message", "choose", "choose", "reload", "anew"]
        monkeypatch.setattr("room_client.helping.cameras", _no_list)
        answer = await server.ask("devices")
        assert (answer["outcome"], answer["said"]) == ("failed", "This computer cannot do that (PermissionError).")


def _no_list() -> list[Found]:
    raise PermissionError("/dev")


@pytest.mark.parametrize(
    "stage",
    [
        {"has_floor": True, "floor": FloorView(code="06649", name="Hồng Hải")},
        {"hand_raised": True},
        {"item": ItemView(position=1, closed=True)},
    ],
)
async def test_who_is_in_an_item_is_not_disturbed(server: Server, stage: dict[str, object]) -> None:
    async with helped(server) as (room, told):
        await server.show(**stage)
        await eventually(lambda: "" if not room.may_be_disturbed else "it does not know")
        for act, more in (("reload", {}), ("choose", {"kind": "camera", "device": CONFIGURED})):
            assert (await server.ask(act, **more))["outcome"] == "not_now"
        assert told == []
        assert (await server.ask("devices"))["outcome"] == "done"


async def test_another_microphone_is_taken_from_afar(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed()
    hall = SoundServer(tmp_path)
    monkeypatch.setenv("PULSE_SERVER", hall.address)
    hall.start()
    try:
        async with helped(server, audio="pulse:nobody", video="none") as (room, _):
            await eventually(lambda: "" if server.devices[-1:] == [MISSING] else str(server.devices), 20)
            answer = await server.ask("devices")
            assert "Microphone: There is no device pulse:nobody." in answer["said"]
            assert "Camera: not used, by its settings." in answer["said"]
            offers = {one["device"]: (one["label"], one["used"]) for one in answer["devices"]}
            assert offers[CONFIGURED] == ("As configured: pulse:nobody", True)
            assert offers["pulse:desk"] == ("Table", False)
            assert "pulse:hall.monitor" not in offers, "what a loudspeaker plays is no microphone"
            answer = await server.ask("choose", kind="microphone", device="pulse:desk")
            assert (answer["outcome"], answer["said"].startswith("Table: works.")) == ("done", True), answer
            assert [one["device"] for one in answer["devices"] if one["used"]] == ["pulse:desk"]
            await eventually(lambda: "" if server.devices[-1]["microphone"] == "ok" else str(server.devices))
            assert room.ear is not None
            await eventually(lambda: "" if (room.ear.level_db or -99) > -40 else f"{room.ear.level_db}")  # type: ignore[union-attr]
            assert "hears -" in (await server.ask("devices"))["said"]
    finally:
        hall.close()


MISSING = {"camera": "off", "microphone": "missing"}


def test_an_address_of_a_camera_stays_in_the_room() -> None:
    diary = Diary("en")
    diary.on_source_problem(Upstream.CAMERA, SourceUnusable(SourceProblem.UNREACHABLE, "rtsp://10.1.2.3/live"))
    said = state_sentences(diary, None, frozenset(), frozenset(), "en")
    assert said.count("The camera RTSP does not answer.") == 2  # now, and lately
    assert "10.1.2.3" not in said
    for device in offered("camera", CAMERA, CAMERA, [Found("/dev/video0", "x" * 300)], "vi"):
        assert "10.1.2.3" not in device.model_dump_json()


def test_a_day_of_the_line_is_told_and_no_more() -> None:
    now = EIGHT
    diary = Diary("en", lambda: now)
    diary.on_state(RoomState.WAITING)  # it was never up
    diary.on_state(RoomState.JOINED)
    diary.on_state(RoomState.SILENT)
    now += timedelta(seconds=45)
    diary.on_state(RoomState.WAITING)  # still the same outage
    diary.on_state(RoomState.JOINED)
    diary.on_link_ended(LinkEnd.SERVER_GONE)
    assert [outage.seconds for outage in diary.outages()] == [45.0]
    now += timedelta(hours=23)
    diary.on_state(RoomState.SILENT)
    assert [outage.seconds for outage in diary.outages()] == [None, 45.0]
    assert "out 2 times" in state_sentences(diary, None, frozenset(), frozenset(), "en")
    now += timedelta(hours=2)
    assert [outage.seconds for outage in diary.outages()] == [None]
    assert diary.errors() == []


def test_cameras_have_the_names_the_system_gives_them(tmp_path: Path) -> None:
    devices, classes = tmp_path / "dev", tmp_path / "sys"
    devices.mkdir()
    for number, index in ((0, "0"), (1, "1"), (2, "0")):
        (devices / f"video{number}").touch()
        (classes / f"video{number}").mkdir(parents=True)
        (classes / f"video{number}" / "index").write_text(f"{index}\n")
        (classes / f"video{number}" / "name").write_text(f"Camera {number}\n")
    assert cameras(devices, classes) == [
        Found(str(devices / "video0"), "Camera 0"),
        Found(str(devices / "video2"), "Camera 2"),
    ]
    by_name = devices / "v4l" / "by-id"
    by_name.mkdir(parents=True)
    (by_name / "usb-ACME-video-index0").symlink_to(devices / "video2")
    assert cameras(devices, classes) == [Found(str(by_name / "usb-ACME-video-index0"), "Camera 2")]
    assert cameras(tmp_path / "nothing", classes) == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_whatever_a_check_finds_has_its_words(language: Language) -> None:
    for part, outcomes in OUTCOMES.items():
        for outcome in outcomes:
            found = Finding(what=part, outcome=outcome, figures=dict.fromkeys(FIGURES.get(part, ()), 1.0))
            if part in (Part.SOUND, Part.UDP, Part.CLOCK, Part.DISK):
                assert check_sentences([found], language)


def test_the_words_of_a_message_stand_where_somebody_reads_them_and_in_no_log() -> None:
    asked = Help(number=1, act=HelpAct.MESSAGE, text="Xin cắm lại micro")
    for terminal in (True, False):
        printed, status = io.StringIO(), list[str]()
        console = Console(file=printed, force_terminal=terminal, width=200)
        Speaker(console, RoomOptions("http://127.0.0.1:9", KEY), status.append).asked(asked)
        assert ("Xin cắm lại micro" in printed.getvalue()) is terminal
        assert "Xin cắm lại micro" in status[-1]
        assert "Kỹ thuật của tỉnh" in printed.getvalue()


async def test_asked_for_a_new_start_a_room_closes_everything_and_says_so(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("room_client.helping.TOLD_S", 0.0)
    told = io.StringIO()
    run = asyncio.create_task(run_room(RoomOptions(server.url, KEY, language="en"), Console(file=told, width=200)))
    await eventually(lambda: "" if "Connected." in told.getvalue() else told.getvalue() or "silent")
    assert (await server.ask("reload"))["outcome"] == "done"
    assert await asyncio.wait_for(run, 10) == EXIT_ANEW
    assert "starting this program anew" in told.getvalue()
    assert server.leaves == 1


async def test_the_program_starts_itself_anew_as_the_same_process(server: Server) -> None:
    command = (sys.executable, "-m", "server.cli", "room", "--server", server.url, "--language", "en")
    environment = {**os.environ, "TIEPDAN_ROOM_KEY": KEY}
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await eventually(lambda: "" if server.received else "it has not joined", 40)
        assert (await server.ask("reload"))["outcome"] == "done"
        await eventually(lambda: "" if len(server.sids) == 2 else "it has not come back", 40)
        assert process.returncode is None
        assert not psutil.Process(process.pid).children()
        assert psutil.Process(process.pid).cmdline()[1:] == list(command[1:])
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
    assert process.returncode == 0
