"""Remote help for a room without a browser: what the province's technician asks is done as far as it can be, and
answered in words in any case, so that nobody waits for nothing (PROTOCOL.md, `help`).

Before anything happens the room is told. One thing at a time, in the order in which it was asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from room_client.checking import Checking
from room_client.diary import Diary, told_from_afar
from room_client.help_wording import check_sentences, help_word, state_sentences
from room_client.observing import RoomObserver, RoomOptions
from room_client.offered_devices import CONFIGURED, cameras, microphones, offered
from room_client.room import Room
from room_client.sources.choosing import NONE
from room_client.sources.contract import SourceUnusable
from room_client.wording import problem_sentence
from signaling.help_messages import Help, HelpAct, Helped, OfferedDevice
from signaling.wire.slots import Upstream

MOST_WAITING = 8  # more than somebody asks before the first is answered; beyond it the newest are passed over
MOST_DEVICES = 40  # as in Helped
TOLD_S = 3.0  # so long what is about to happen can be read before it does
SETTLES_S = 8.0  # a camera of the network that does not answer says so within 5 s
_KINDS = {"camera": Upstream.CAMERA, "microphone": Upstream.MICROPHONE}


class Helping(RoomObserver):
    """One of the room's observers, as are `checking` and `diary`; `keep` it running beside the room."""

    def __init__(
        self,
        options: RoomOptions,
        checking: Checking,
        diary: Diary,
        tell: Callable[[Help], str],
        begin_anew: Callable[[], None],
    ) -> None:
        """`tell` tells the room what is asked, and gives the word of `help_wording` for where it shows messages.

        `begin_anew` ends the program, so that it is started again.
        """
        self._options = options
        self._language = options.language
        self._checking = checking
        self._tell = tell
        self._begin_anew = begin_anew
        self._diary = diary
        self._asked: asyncio.Queue[Help] = asyncio.Queue(MOST_WAITING)
        self._settled: dict[Upstream, asyncio.Future[SourceUnusable | None]] = {}

    def on_help(self, asked: Help) -> None:
        if not self._asked.full():
            self._asked.put_nowait(asked)

    def on_source_problem(self, upstream: Upstream, problem: SourceUnusable | None) -> None:
        settled = self._settled.pop(upstream, None)
        if settled is not None and not settled.done():
            settled.set_result(problem)

    async def keep(self, room: Room) -> None:
        """Until cancelled."""
        while True:
            asked = await self._asked.get()
            try:
                answer = await self._answer(room, asked)
            except (OSError, ValueError) as error:  # of the system's own lists of devices
                said = help_word("not_possible", self._language, type(error).__name__)
                answer = Helped(number=0, outcome="failed", said=said)
            await room.tell(answer.model_copy(update={"number": asked.number}))
            if asked.act is HelpAct.RELOAD and answer.outcome == "done":
                await asyncio.sleep(TOLD_S)
                self._begin_anew()

    async def _answer(self, room: Room, asked: Help) -> Helped:
        if asked.act in (HelpAct.CHOOSE, HelpAct.RELOAD) and not room.may_be_disturbed:
            return Helped(number=0, outcome="not_now")
        shown = self._tell(asked)
        match asked.act:
            case HelpAct.MESSAGE:
                outcome = "failed" if shown == "shown_nowhere" else "done"
                said = help_word(shown, self._language) if shown else ""
                return Helped(number=0, outcome=outcome, said=said)
            case HelpAct.DEVICES:
                return Helped(number=0, outcome="done", said=self._state(room), devices=await self._devices(room))
            case HelpAct.CHOOSE:
                return await self._choose(room, asked)
            case HelpAct.CHECK:
                return await self._check(room)
            case HelpAct.RELOAD:
                return Helped(number=0, outcome="done")

    def _state(self, room: Room) -> str:
        absent = frozenset(upstream for upstream in _KINDS.values() if room.device(upstream) == NONE)
        not_open = frozenset(upstream for upstream in _KINDS.values() if not room.is_open(upstream))
        return state_sentences(self._diary, room.ear, absent, not_open, self._language)

    async def _devices(self, room: Room) -> tuple[OfferedDevice, ...]:
        video, audio = await asyncio.gather(asyncio.to_thread(cameras), asyncio.to_thread(microphones))
        used = (room.device(Upstream.CAMERA), room.device(Upstream.MICROPHONE))
        devices = [
            *offered("camera", self._options.video, used[0], video, self._language),
            *offered("microphone", self._options.audio, used[1], audio, self._language),
        ]
        return tuple(devices[:MOST_DEVICES])

    async def _choose(self, room: Room, asked: Help) -> Helped:
        wished = [one for one in await self._devices(room) if (one.kind, one.device) == (asked.kind, asked.device)]
        if not wished:
            return Helped(number=0, outcome="failed", said=help_word("not_offered", self._language))
        upstream = _KINDS[wished[0].kind]
        configured = self._options.video if upstream is Upstream.CAMERA else self._options.audio
        settled = self._settled[upstream] = asyncio.get_running_loop().create_future()
        opens = room.choose(upstream, configured if asked.device == CONFIGURED else asked.device)
        outcome, said = "done", [f"{wished[0].label}: {help_word('opened_later', self._language)}"]
        if opens:
            outcome, said = await self._settles(settled, wished[0].label)
        self._settled.pop(upstream, None)
        if asked.device != CONFIGURED:
            said.append(help_word("kept_until_restart", self._language))
        return Helped(number=0, outcome=outcome, said=" ".join(said)[:1000], devices=await self._devices(room))

    async def _settles(
        self, settled: asyncio.Future[SourceUnusable | None], label: str
    ) -> tuple[Literal["done", "failed"], list[str]]:
        """How a device fares that was just opened."""
        try:
            async with asyncio.timeout(SETTLES_S):
                problem = await settled
        except TimeoutError:
            return "failed", [f"{label}: {help_word('not_settled', self._language)}"]
        if problem is None:
            return "done", [f"{label}: {help_word('works', self._language)}."]
        return "failed", [problem_sentence(told_from_afar(problem), self._language)]

    async def _check(self, room: Room) -> Helped:
        path = room.path
        if path is None:
            return Helped(number=0, outcome="failed", said=self._state(room))
        found = self._checking.check(room, path)
        await room.tell(found)
        return Helped(number=0, outcome="done", said=check_sentences(found.findings, self._language))
