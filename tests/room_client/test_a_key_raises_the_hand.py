"""A room without a screen has a key for its hand: it does nothing else, and comes back with its device."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
from pathlib import Path

import pytest
from rich.console import Console

from room_client.appliance import input_keys
from room_client.appliance.input_keys import NAMES, InputKeys, Keys, NotAKey, parse_keys
from room_client.appliance.installing import HAND_KEYS
from room_client.cli import EXIT_DONE, EXIT_REFUSED, run_room
from room_client.observing import RoomOptions
from room_client.wording import word
from tests.room_client.conftest import KEY, Server
from tests.room_client.input_device import UINPUT, KernelDevice, PipeDevice, press, record
from tests.waiting import eventually

ENTER, ESCAPE = NAMES["enter"], 1
PAGE = Path("server/web/static/live/words/room.js")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In the place of /dev/input, and looked at often."""
    monkeypatch.setattr(input_keys, "FOLDER", tmp_path)
    monkeypatch.setattr(input_keys, "LOOK_S", 0.02)
    return tmp_path


class Listening:
    """`InputKeys` at work."""

    def __init__(self, keys: Keys) -> None:
        self.presses, self.there = 0, list[bool]()
        self._task = asyncio.create_task(InputKeys(keys, self._press, self.there.append).keep())

    def _press(self) -> None:
        self.presses += 1

    async def end(self) -> None:
        assert not self._task.done()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def test_only_its_key_counts_and_only_going_down(folder: Path) -> None:
    device = PipeDevice(folder / "event3")
    listening = Listening(parse_keys("enter"))
    device.write(record(ESCAPE, 1) + record(ENTER, 2) + record(ENTER, 0) + record(ENTER, 1, kind=4) + press(2))
    pressed = press(ENTER)
    device.write(pressed[:30])
    device.write(pressed[30:])
    await eventually(lambda: "" if listening.presses else "the key is not heard")
    await listening.end()
    device.unplug()
    assert listening.presses == 1


async def test_a_device_that_is_pulled_out_is_taken_again_and_bad_ones_disturb_nobody(folder: Path) -> None:
    (folder / "event0").mkdir()
    (folder / "event1").write_bytes(press(ENTER))
    (folder / "event2").symlink_to("nowhere")
    listening = Listening(parse_keys("enter"))
    await eventually(lambda: "" if listening.there == [False] else f"{listening.there}")
    for time in (1, 2):
        device = PipeDevice(folder / "event7")
        device.write(press(ENTER))
        await eventually(lambda time=time: "" if listening.presses == time else f"{listening.presses} of {time}")
        await eventually(lambda: "" if listening.there[-1] else "nobody says that there is one")
        device.unplug()
        (folder / "event7").unlink()
        await eventually(lambda: "" if not listening.there[-1] else "nobody says that it is gone")
    await listening.end()
    assert listening.there == [False, True, False, True, False]


@pytest.mark.skipif(not os.access(UINPUT, os.W_OK), reason="this kernel makes no input devices (/dev/uinput)")
async def test_a_real_device_that_is_named_is_taken_alone_and_may_come_and_go() -> None:
    device = KernelDevice((ENTER, ESCAPE))
    listening = Listening(Keys(frozenset({ENTER}), device.path))
    await eventually(lambda: "" if listening.there[-1:] == [True] else f"{listening.there}")
    device.write(press(ESCAPE) + press(ENTER))
    await eventually(lambda: "" if listening.presses == 1 else f"{listening.presses}")
    device.unplug()
    await eventually(lambda: "" if not listening.there[-1] else f"{listening.there}")
    again = KernelDevice((ENTER,))
    assert again.path == device.path
    await eventually(lambda: "" if listening.there[-1] else f"{listening.there}")
    again.write(press(ENTER))
    await eventually(lambda: "" if listening.presses == 2 else f"{listening.presses}")
    await listening.end()
    again.unplug()


async def test_the_room_raises_and_lowers_its_hand_and_says_so(folder: Path, server: Server) -> None:
    told = io.StringIO()
    options = RoomOptions(server.url, KEY, video="none", audio="none", language="en")
    run = asyncio.create_task(run_room(options, Console(file=told, width=300), hand_key="enter,space"))
    device = PipeDevice(folder / "event0")
    await eventually(lambda: "" if "Connected." in told.getvalue() else told.getvalue() or "silent")
    device.write(press(ENTER) + press(ENTER))  # out of impatience
    await eventually(lambda: "" if server.hands else "no hand")
    await server.show(hand_raised=True, queue_position=1)
    await eventually(lambda: "" if "Hand raised." in told.getvalue() else told.getvalue())
    device.write(press(NAMES["space"]))
    await eventually(lambda: "" if len(server.hands) > 1 else "the hand stays up")
    await server.show(hand_raised=False, queue_position=None)
    await eventually(lambda: "" if "Hand lowered." in told.getvalue() else told.getvalue())
    await server.show(has_floor=True, reception_title="before it")
    await eventually(lambda: "" if "before it" in told.getvalue() else told.getvalue())
    device.write(press(ENTER))
    await server.show(reception_title="after it")
    await eventually(lambda: "" if "after it" in told.getvalue() else told.getvalue())
    assert server.hands == [True, False], "who has the floor asks for nothing"
    os.kill(os.getpid(), signal.SIGINT)
    assert await asyncio.wait_for(run, 10) == EXIT_DONE
    device.unplug()


@pytest.mark.parametrize("text", ["entre", "0", "768", "-5", "enter,", "enter@usb", "²", "enter@"])
async def test_what_is_no_key_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(NotAKey):
        parse_keys(text)
    told = io.StringIO()
    options = RoomOptions("http://127.0.0.1:9", KEY)
    assert await run_room(options, Console(file=told, width=500), hand_key=text) == EXIT_REFUSED
    assert "playpause" in told.getvalue()


def test_what_is_a_key() -> None:
    assert parse_keys("Enter, 96").codes == {28, 96}
    named = Path("/dev/input/by-id/usb-button-event-kbd")
    assert parse_keys(f"space@{named}") == Keys(frozenset({57}), named)
    assert len(parse_keys(HAND_KEYS).codes) == 5


def test_the_hand_is_named_as_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, key in (("hand_up", "room.announce.hand.up"), ("hand_down", "room.announce.hand.down")):
        found = re.search(rf'"{re.escape(key)}": \["(.+)", "(.+)"\]', text)
        assert found is not None
        assert found.groups() == (word(name, "vi"), word(name, "en"))
