"""What `tiepdan room` runs: one room, a quiet status line, Ctrl-C, and an exit code."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from room_client.checking import Checking
from room_client.report_file import ReportFile
from room_client.room import Room, RoomOptions
from room_client.server_address import is_server_address
from room_client.speaking import Speaker
from room_client.wording import refusal_sentence, word
from signaling.messages import Purpose

EXIT_DONE, EXIT_REFUSED = 0, 2
STATUS_INTERVAL_S = 1.0


def status_line(room: Room, packets_a_second: float) -> Text:
    """One line: on air or not, what arrives, what was lost."""
    language = room.options.language
    counts = room.counts()
    if counts is None:
        return Text(word(room.state.value, language), style="yellow")
    line = Text()
    if room.on_air:
        line.append(f" {word('on_air', language)} ", style="bold white on red")
        line.append("  ")
    packets = sum(c.packets for c in counts.slots.values())
    lost = sum(max(0, c.lost) for c in counts.slots.values())
    line.append(word("receiving" if packets_a_second else "not_receiving", language))
    line.append(f"  {packets_a_second:.0f}/s  {packets}")
    if lost:
        line.append(f"  {word('lost', language)} {lost} ({100 * lost / (packets + lost):.1f} %)", style="yellow")
    return line


async def run_room(options: RoomOptions, console: Console | None = None, report: Path | None = None) -> int:
    """Run one room until SIGINT or SIGTERM (exit code 0), or until it is refused for good (2).

    `report`: a JSON file of how the day was for the people in the room, written every second and at the end.
    """
    console = console or Console(stderr=True)
    speaker = Speaker(console, options)
    if not is_server_address(options.server_url):
        speaker.say(word("bad_address", options.language, options.server_url[:200]))
        return EXIT_REFUSED
    checking = Checking()
    room = Room(options, speaker, checking)
    file = ReportFile(report, room) if report is not None else None
    if file is not None and not file.write():
        speaker.say(word("bad_report", options.language))
        return EXIT_REFUSED
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError):  # not in a thread, not everywhere
            loop.add_signal_handler(number, room.stop)
    beside = [asyncio.create_task(speaker.watch(room), name="room speaks")]
    if console.is_terminal:
        beside.append(asyncio.create_task(_show(room, console), name="room status"))
    if options.purpose is Purpose.ROOM:
        beside.append(asyncio.create_task(checking.keep(room), name="room checks"))
    if file is not None:
        beside.append(asyncio.create_task(file.keep(), name="room report"))
    try:
        outcome = await room.run()
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        if file is not None:
            file.write()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError, RuntimeError):
                loop.remove_signal_handler(number)
    if outcome.refusal is None:
        return EXIT_DONE
    speaker.say(refusal_sentence(outcome.refusal, options.language))
    return EXIT_REFUSED


async def _show(room: Room, console: Console) -> None:
    before, last = 0, time.monotonic()
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            counts, now = room.counts(), time.monotonic()
            packets = sum(c.packets for c in counts.slots.values()) if counts else 0
            live.update(status_line(room, max(0, packets - before) / max(0.001, now - last)), refresh=True)
            before, last = packets, now
            await asyncio.sleep(STATUS_INTERVAL_S)
