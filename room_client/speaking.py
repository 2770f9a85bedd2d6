"""What the unattended room says while it runs: what changed, in sentences, with the time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from room_client.help_wording import asked_sentence, help_word
from room_client.keeping.events import KeptEvent
from room_client.link import LinkEnd
from room_client.observing import RoomObserver, RoomOptions, RoomState
from room_client.room import Room
from room_client.sources.contract import SourceUnusable
from room_client.wording import problem_sentence, refusal_sentence, stage_sentence, word
from signaling.help_messages import Help, HelpAct
from signaling.messages import LineView, StageView
from signaling.refusals import Refusal
from signaling.wire.slots import Upstream

FIRST_WORD_S = 3.0  # a server that is merely slow is not complained of
LONGEST_BETWEEN_S = 300.0
LOOK_S = 0.5


class Patience:
    """When to say that something lasts: after 3 s, then at intervals that double up to five minutes."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._next_s = FIRST_WORD_S

    def due(self, since_s: float | None, now_s: float) -> int | None:
        """Whole seconds it has lasted, if that is to be said now. `since_s` None: it does not last any more."""
        if since_s != self._since:
            self._since, self._next_s = since_s, FIRST_WORD_S
        if since_s is None or now_s - since_s < self._next_s:
            return None
        lasted_s = now_s - since_s
        self._next_s = lasted_s + min(LONGEST_BETWEEN_S, max(2 * FIRST_WORD_S, lasted_s))
        return int(lasted_s)


class Speaker(RoomObserver):
    """An observer of the room; `watch` says what no event tells."""

    def __init__(
        self, console: Console, options: RoomOptions, heard: Callable[[str], None] = lambda _: None
    ) -> None:
        """`heard`: who hears each sentence, too."""
        self._console = console
        self._heard = heard
        self._language = options.language
        self._said = ""
        self._silent_since: float | None = None
        self._layer = ""
        self._hand_raised = False

    def say(self, sentence: str) -> None:
        if sentence and sentence != self._said:
            self._said = sentence
            self._console.print(Text(f"{time.strftime('%H:%M:%S')}  {sentence}"), soft_wrap=True)
            self._heard(sentence)

    def asked(self, asked: Help) -> None:
        """The province's technician asks. What a message says does not go into a log that is kept."""
        self._said = ""  # what is asked twice is said twice
        kept = asked.act is HelpAct.MESSAGE and not self._console.is_terminal
        if kept:
            self.say(help_word("message_came", self._language))
            self._heard(asked_sentence(asked, self._language))
        else:
            self.say(asked_sentence(asked, self._language))

    async def watch(self, room: Room) -> None:
        """Until cancelled."""
        patience, complained, path = Patience(), False, room.path
        while True:
            await asyncio.sleep(LOOK_S)
            away_since = room.away_since
            if (seconds := patience.due(away_since, time.monotonic())) is not None:
                complained = True
                self.say(word("unreachable", self._language, str(seconds)))
            elif complained and away_since is None:
                complained = False
                self.say(word("reachable", self._language))
            if room.path is not None and room.path is not path:
                path = room.path
                self.say(word(f"path_{path.value}", self._language))

    def on_state(self, state: RoomState) -> None:
        if state is RoomState.SILENT:
            self._silent_since = time.monotonic()
            self.say(word("line_silent", self._language))
        elif state is RoomState.JOINED and self._silent_since is not None:
            seconds = time.monotonic() - self._silent_since
            self._silent_since = None
            self.say(word("line_back", self._language, f"{seconds:.0f}"))
        elif state in (RoomState.CONNECTING, RoomState.JOINED, RoomState.ENDED):
            self.say(word(state.value, self._language))

    def on_stage(self, stage: StageView) -> None:
        if self._hand_raised and not stage.hand_raised:
            self.say(word("hand_down", self._language))
        self._hand_raised = stage.hand_raised
        self.say(stage_sentence(stage, self._language))

    def on_line(self, line: LineView) -> None:
        if line.layer and line.layer != self._layer:
            self.say(word(f"layer_{line.layer}", self._language))
        self._layer = line.layer or self._layer

    def on_seen(self, seen: bool) -> None:
        self.say(word("seen" if seen else "unseen", self._language))

    def on_kept(self, event: KeptEvent, detail: str) -> None:
        self.say(word(f"kept_{event.value}", self._language, detail))

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
