"""What `tiepdan room` runs: one room, a quiet status line, Ctrl-C, and an exit code."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress

from rich.console import Console
from rich.live import Live
from rich.text import Text

from room_client.link import LinkEnd
from room_client.room import Room, RoomObserver, RoomOptions, RoomState
from room_client.sources.contract import SourceUnusable
from room_client.wording import problem_sentence, refusal_sentence, stage_sentence, word
from signaling.messages import StageView
from signaling.refusals import Refusal
from signaling.wire.slots import Upstream

EXIT_DONE, EXIT_REFUSED = 0, 2
STATUS_INTERVAL_S = 1.0


class _Speaker(RoomObserver):
    """Says what changed, in sentences, with the time; the numbers are in the status line."""

    def __init__(self, console: Console, options: RoomOptions) -> None:
        self._console = console
        self._language = options.language
        self._said = ""

    def say(self, sentence: str) -> None:
        if sentence and sentence != self._said:
            self._said = sentence
            self._console.print(Text(f"{time.strftime('%H:%M:%S')}  {sentence}"))

    def on_state(self, state: RoomState) -> None:
        if state in (RoomState.CONNECTING, RoomState.JOINED, RoomState.ENDED):
            self.say(word(state.value, self._language))

    def on_stage(self, stage: StageView) -> None:
        self.say(stage_sentence(stage, self._language))

    def on_link_ended(self, end: LinkEnd | Refusal) -> None:
        if isinstance(end, Refusal):
            self.say(refusal_sentence(end, self._language))
        elif end is not LinkEnd.CLOSED_HERE:
            self.say(word(f"link_{end.value}", self._language))

    def on_source_problem(self, upstream: Upstream, problem: SourceUnusable | None) -> None:
        if problem is None:
            self.say(word("source_back", self._language))
        else:
            self.say(problem_sentence(problem, self._language))


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


async def run_room(options: RoomOptions, console: Console | None = None) -> int:
    """Run one room until SIGINT or SIGTERM (exit code 0), or until it is refused for good (2)."""
    console = console or Console(stderr=True)
    speaker = _Speaker(console, options)
    room = Room(options, speaker)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError):  # not in a thread, not everywhere
            loop.add_signal_handler(number, room.stop)
    status = asyncio.create_task(_show(room, console), name="room status") if console.is_terminal else None
    try:
        outcome = await room.run()
    finally:
        if status is not None:
            status.cancel()
            await asyncio.gather(status, return_exceptions=True)
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
