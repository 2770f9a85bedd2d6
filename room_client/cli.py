"""What `tiepdan room` runs: one room, a quiet status line, Ctrl-C, and an exit code."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from room_client.appliance.hand_key import HandKey
from room_client.appliance.input_keys import NAMES, Keys, NotAKey, parse_keys
from room_client.appliance.screen import Screen
from room_client.appliance.service_manager import ServiceManager
from room_client.checking import Checking
from room_client.diary import Diary
from room_client.helping import Helping
from room_client.observing import RoomObserver, RoomOutcome
from room_client.report_file import ReportFile
from room_client.room import Room, RoomOptions
from room_client.server_address import is_server_address
from room_client.speaking import Speaker
from room_client.wording import refusal_sentence, word
from signaling.help_messages import Help, HelpAct
from signaling.messages import Purpose
from signaling.refusals import RefusalCode
from signaling.sound_level import DEAD_DB, level_of

EXIT_DONE, EXIT_REFUSED = 0, 2
EXIT_ANEW = 75  # for `room_client.cli`'s caller alone: the same program is to be started once more
STATUS_INTERVAL_S = 1.0


def status_line(room: Room, packets_a_second: float) -> Text:
    """One line: on air or not, what arrives, what was lost, how loud the microphone is."""
    language = room.options.language
    counts = room.counts()
    line = Text()
    if room.keeping:
        line.append(f" {word('keeps', language)} ", style="bold black on yellow")
        line.append("  ")
    if counts is None:
        return line.append(word(room.state.value, language), style="yellow")
    if room.on_air:
        line.append(f" {word('on_air', language)} ", style="bold white on red")
        line.append("  ")
    packets = sum(c.packets for c in counts.slots.values())
    lost = sum(max(0, c.lost) for c in counts.slots.values())
    line.append(word("receiving" if packets_a_second else "not_receiving", language))
    line.append(f"  {packets_a_second:.0f}/s  {packets}")
    if lost:
        line.append(f"  {word('lost', language)} {lost} ({100 * lost / (packets + lost):.1f} %)", style="yellow")
    level_db = room.ear.level_db if room.ear is not None else None
    if level_db is not None:
        line.append(f"  {word('microphone', language)} {level_db:.0f} dB", "yellow" if level_db < DEAD_DB else "")
    return line


async def run_room(
    options: RoomOptions,
    console: Console | None = None,
    report: Path | None = None,
    *,
    screen: Path | None = None,
    on_enrolled: Callable[[str], None] = lambda _: None,
    switches: Sequence[str] = (),
    hand_key: str = "",
) -> int:
    """Run one room until SIGINT or SIGTERM (exit code 0), or until it is refused for good (2).

    75: the province asks for a new start of the program; nothing of it is left open.

    `report`: a JSON file of how the day was for the people in the room, written every second and at the end.
    `screen`: show the room's page full screen, and keep the browser's profile in this directory; a computer that
    is no room yet, or is one no longer, waits for a code that is typed there, and `on_enrolled` hears what
    came for it. `switches`: more of Chromium's. `hand_key`: as `parse_keys` takes it; with a screen its page has
    the keys.
    """
    console = console or Console(stderr=True)
    manager = ServiceManager()
    speaker = Speaker(console, options, manager.status)
    if not (options.server_url or options.key or options.credential):
        speaker.say(word("not_enrolled", options.language))
        return EXIT_REFUSED
    if not is_server_address(options.server_url):
        speaker.say(word("bad_address", options.language, options.server_url[:200]))
        return EXIT_REFUSED
    if screen is None:
        try:
            keys = parse_keys(hand_key) if hand_key else None
        except NotAKey as error:
            speaker.say(word("bad_hand_key", options.language, str(error)[:50], ", ".join(NAMES)))
            return EXIT_REFUSED
        run = _Run(options, speaker, manager, console, report, None)
        run.keys = keys
        return await run.live()
    codes: asyncio.Queue[str] = asyncio.Queue()
    shown = Screen(options, screen, speaker.say, switches, codes.put_nowait)
    run = _Run(replace(options, receives=False), speaker, manager, console, report, shown)
    run.codes, run.on_enrolled = codes, on_enrolled
    shown.kiosk.level = run.level
    return await run.live()


class _Run:
    """`live`, once. With a screen it outlives the rooms that are refused until somebody types a code."""

    def __init__(
        self,
        options: RoomOptions,
        speaker: Speaker,
        manager: ServiceManager,
        console: Console,
        report: Path | None,
        screen: Screen | None,
    ) -> None:
        self._options = options
        self._speaker = speaker
        self._manager = manager
        self._console = console
        self._report = report
        self._screen = screen
        self._room: Room | None = None
        self._stopped = asyncio.Event()
        self._anew = False
        self.codes: asyncio.Queue[str] | None = None
        self.keys: Keys | None = None  # of the hand
        self.on_enrolled: Callable[[str], None] = lambda _: None

    async def live(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError, RuntimeError):  # not in a thread, not everywhere
                loop.add_signal_handler(number, self._stop)
        language = self._options.language
        feeding = self._manager.feed(lambda: self._room, lambda said: self._speaker.say(word(said, language)))
        beside = [asyncio.create_task(feeding, name="room feeds the watchdog")]
        if self._screen is not None:
            beside.append(asyncio.create_task(self._screen.keep(), name="room screen"))
        self._manager.ready()
        try:
            return await self._rooms()
        finally:
            if not self._anew:
                self._manager.stopping()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            for number in (signal.SIGINT, signal.SIGTERM):
                with suppress(NotImplementedError, RuntimeError):
                    loop.remove_signal_handler(number)

    async def _rooms(self) -> int:
        options, language = self._options, self._options.language
        while True:
            if options.key or options.credential:
                outcome = await self._one(options)
                if outcome is None:
                    self._speaker.say(word("bad_report", language))
                    return EXIT_REFUSED
                if outcome.refusal is None:
                    return EXIT_ANEW if self._anew else EXIT_DONE
                self._speaker.say(refusal_sentence(outcome.refusal, language))
                if outcome.refusal.code is RefusalCode.REPLACED and self._is_kept:
                    await self._stopped.wait()  # somebody wants it elsewhere: started again it would take it back
                    return EXIT_DONE
                if outcome.refusal.code is not RefusalCode.BAD_KEY or self.codes is None or options.key:
                    return EXIT_REFUSED
                self._speaker.say(word("waits_for_code", language))
            elif self.codes is None:
                self._speaker.say(word("not_enrolled", language))
                return EXIT_REFUSED
            else:
                self._speaker.say(word("not_enrolled", language))
            credential = await self._typed()
            if credential is None:
                return EXIT_DONE
            options = replace(options, credential=credential)
            self.on_enrolled(credential)
            self._speaker.say(word("enrolled_on_screen", language))

    def level(self) -> int | None:
        """Of the microphone at this moment."""
        ear = self._room.ear if self._room is not None else None
        return level_of(ear.level_db) if ear is not None and ear.level_db is not None else None

    @property
    def _is_kept(self) -> bool:
        """Somebody starts this again when it ends, or a screen goes on without it."""
        return self._manager.is_asked or self._screen is not None

    async def _typed(self) -> str | None:
        """What came for a code that somebody typed on the screen; None: stopped before."""
        assert self.codes is not None
        waits = [
            asyncio.create_task(self.codes.get(), name="room waits for a code"),
            asyncio.create_task(self._stopped.wait(), name="room waits for its end"),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            done = waits[0]
            return str(done.result()) if done.done() else None
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _one(self, options: RoomOptions) -> RoomOutcome | None:
        """One room's life. None: its report cannot be written."""
        observers: list[RoomObserver] = [self._speaker] if self._screen is None else [self._speaker, self._screen]
        hand = HandKey(self.keys, self._hand_key_there) if self.keys is not None else None
        if hand is not None:
            observers.append(hand)
        checking, diary = Checking(), Diary(options.language)
        helping = Helping(options, checking, diary, self._tell, self._begin_anew)
        room = self._room = Room(options, *observers, checking, diary, helping)
        file = ReportFile(self._report, room) if self._report is not None else None
        if file is not None and not file.write():
            return None
        beside = [asyncio.create_task(self._speaker.watch(room), name="room speaks")]
        if self._console.is_terminal:
            beside.append(asyncio.create_task(_show(room, self._console), name="room status"))
        if options.purpose is Purpose.ROOM:
            beside.append(asyncio.create_task(checking.keep(room), name="room checks"))
            beside.append(asyncio.create_task(helping.keep(room), name="room is helped"))
        if hand is not None:
            beside.append(asyncio.create_task(hand.keep(room), name="room hand"))
        if file is not None:
            beside.append(asyncio.create_task(file.keep(), name="room report"))
        try:
            return RoomOutcome() if self._stopped.is_set() else await room.run()
        finally:
            self._room = None
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            if file is not None:
                file.write()

    def _tell(self, asked: Help) -> str:
        """The room. Gives the word of `help_wording` for where a message stands; "" for what is no message."""
        self._speaker.asked(asked)
        if asked.act is not HelpAct.MESSAGE:
            if self._screen is not None:
                self._screen.asked(asked.act)
            return ""
        if self._console.is_terminal:
            return "shown_on_terminal"
        return "shown_in_status" if self._manager.is_asked else "shown_nowhere"

    def _begin_anew(self) -> None:
        self._anew = True
        self._stop()

    def _hand_key_there(self, there: bool) -> None:
        self._speaker.say(word("hand_key_there" if there else "hand_key_missing", self._options.language))

    def _stop(self) -> None:
        self._stopped.set()
        if self._room is not None:
            self._room.stop()


async def _show(room: Room, console: Console) -> None:
    before, last = 0, time.monotonic()
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            counts, now = room.counts(), time.monotonic()
            packets = sum(c.packets for c in counts.slots.values()) if counts else 0
            live.update(status_line(room, max(0, packets - before) / max(0.001, now - last)), refresh=True)
            before, last = packets, now
            await asyncio.sleep(STATUS_INTERVAL_S)
