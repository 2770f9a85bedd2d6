"""The room's screen, kept: started again when it ends, and told how camera and microphone fare."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from room_client.appliance.devtools import BrowserGone
from room_client.appliance.kiosk import Kiosk, NoScreen
from room_client.keeping.events import KeptEvent
from room_client.observing import RoomObserver, RoomOptions
from room_client.pausing import Pause
from room_client.reporting import state_of
from room_client.sources.choosing import NONE
from room_client.sources.contract import SourceUnusable
from room_client.wording import problem_sentence, word
from signaling.help_messages import HelpAct
from signaling.messages import DeviceState
from signaling.wire.slots import Upstream

FIRST_PAUSE_S, LONGEST_PAUSE_S = (0.5, 1.0), 30.0
STEADY_S = 60.0
_NAMES = {Upstream.CAMERA: "camera", Upstream.MICROPHONE: "microphone"}


class Screen(RoomObserver):
    """An observer of the room; `keep` it as a task."""

    def __init__(
        self,
        options: RoomOptions,
        directory: Path,
        say: Callable[[str], None],
        switches: Sequence[str] = (),
        on_enrolled: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`directory`: where the browser keeps its profile; `switches`: more of Chromium's.

        `on_enrolled`: as in `Kiosk`.
        """
        self._language: Literal["vi", "en"] = options.language
        self._say = say
        root = ("--no-sandbox",) if os.geteuid() == 0 else ()  # Chromium starts for no administrator otherwise
        self._switches = (*root, *switches)
        self.kiosk = Kiosk(
            options.server_url, options.credential, directory / "browser", options.language, on_enrolled
        )
        self.starts = 0
        given = {Upstream.CAMERA: options.video, Upstream.MICROPHONE: options.audio}
        self._states = {
            upstream: DeviceState.OFF if given[upstream] == NONE else DeviceState.OK for upstream in _NAMES
        }
        self._sentences: dict[Upstream, str] = {}
        self._asked: dict[str, str | int] | None = None  # what the province's technician asked last
        self._kept = ""  # what is said of media that the room keeps
        self._tell()

    def on_source_problem(self, upstream: Upstream, problem: SourceUnusable | None) -> None:
        if upstream not in _NAMES:
            return
        if problem is None:
            self._states[upstream] = DeviceState.OK
            self._sentences.pop(upstream, None)
        else:
            self._states[upstream] = state_of(problem)
            self._sentences[upstream] = problem_sentence(problem, self._language)
        self._tell()

    def asked(self, act: HelpAct) -> None:
        """The page says that the province asks. What is a message it was told itself."""
        self._asked = {"act": act.value, "at_ms": round(time.time() * 1000)}
        self._tell()

    def on_kept(self, event: KeptEvent, detail: str) -> None:
        over = event in (KeptEvent.HANDED_OVER, KeptEvent.EXPIRED, KeptEvent.NOT_TAKEN)
        self._kept = "" if over else word(f"kept_{event.value}", self._language, detail)
        self._tell()

    async def keep(self) -> None:
        """Until cancelled. The room does not end with its screen."""
        pause = Pause(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while True:
            self.starts += 1
            began_s = time.monotonic()
            try:
                await self.kiosk.run(self._switches)
            except NoScreen as missing:
                self._say(word(str(missing), self._language))
            except (BrowserGone, OSError):
                self._say(word("screen_gone", self._language))
            if time.monotonic() - began_s > STEADY_S:
                pause.reset()
            await asyncio.sleep(pause.next_s())

    def _tell(self) -> None:
        told = {_NAMES[upstream]: state.value for upstream, state in self._states.items()}
        said = [self._sentences[upstream] for upstream in _NAMES if upstream in self._sentences]
        sentence = " ".join([*said, *([self._kept] if self._kept else [])])
        self.kiosk.tell({**told, "sentence": sentence, "asked": self._asked})
