"""The stage: which source each slot shows, and which links may receive it.

Default deny: until control has said otherwise nobody but the desk receives anything. The rules, in order:
the desk always receives; before the opening and after the end nobody else; of a closed item only the rooms
of its allow-list; else the audience. A hall never receives its own sound, nor a room its own picture. The
recorder is one more receiver and gets nothing of a closed item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from server.media.link import Link
from server.media.slot import Receiver, Slot
from server.media.source import Source
from signaling.messages import Purpose
from signaling.ports import SetStage
from signaling.wire.slots import SlotName, Upstream

CHANGE_WITHIN_S = 3.0  # an old picture may stand in for a new one this long
LOUDER_DB = 6.0
SPEAKER_HOLD_S = 0.8  # the programme's sound does not jump at every breath
_PICTURES = (SlotName.FLOOR_VIDEO, SlotName.DOCUMENT_VIDEO, SlotName.DESK_VIDEO)  # what matters most first
_TAPPED = (SlotName.PROGRAMME_VIDEO, SlotName.DESK_AUDIO, SlotName.FLOOR_AUDIO, SlotName.INTERPRETER_AUDIO)

Tap = Callable[[Slot, Source, float, memoryview], None]


class Stage:
    """Owns the slots. The plane tells it of links and of control's wish; it tells slots what to show."""

    def __init__(
        self,
        ssrcs: dict[SlotName, int],
        on_pending: Callable[[Slot], None],
        on_shown: Callable[[SlotName, str | None], None],
    ) -> None:
        self.slots = {name: Slot(name, ssrc, on_pending, self._switched) for name, ssrc in ssrcs.items()}
        self.wish = SetStage(live=False, closed=False, audience=(), floor=None, record=False, desk=None)
        self._audience: frozenset[str] | None = frozenset()
        self._links: dict[str, Link] = {}
        self._tap: Tap | None = None
        self._on_shown = on_shown
        self._shown: dict[SlotName, str | None] = {}
        self._speaker_since_s = float("-inf")
        self._now_s = 0.0

    # --- inputs

    def apply(self, wish: SetStage, now_s: float) -> None:
        self.wish = wish
        self._audience = None if wish.audience is None else frozenset(wish.audience)
        self.arrange(now_s)

    def link_connected(self, link: Link, now_s: float) -> None:
        self._links[link.identity] = link
        self.arrange(now_s)

    def link_closed(self, link: Link, now_s: float) -> None:
        if self._links.pop(link.identity, None) is not None:
            for receiver in link.receivers.values():
                receiver.slot.dismiss(receiver)
            self.arrange(now_s)

    def set_tap(self, tap: Tap | None) -> None:
        self._tap = tap
        self._admit()
        if tap is not None:
            self.slots[SlotName.PROGRAMME_VIDEO].want_key_frame()

    def tick(self, now_s: float) -> None:
        """About twenty times a second: sources that fell silent or came back, who speaks, key frames."""
        for slot in self.slots.values():
            silent = slot.source is not None and not slot.source.active(now_s)
            overdue = slot.next_source is not None and now_s - slot.next_since_s > CHANGE_WITHIN_S
            if silent or overdue:
                slot.clear()
            if slot.waiting or slot.next_source is not None:
                slot.want_key_frame()
        self._choose(now_s)

    # --- which source each slot shows

    def arrange(self, now_s: float) -> None:
        """Put everything right: first who may receive, so that a closing comes before anything else."""
        self._admit()
        self._choose(now_s)
        self._admit()

    def _choose(self, now_s: float) -> None:
        self._now_s = now_s
        desk = [link for link in self._links.values() if link.purpose is Purpose.DESK]
        floor = self._floor_link()
        slots = self.slots
        slots[SlotName.DESK_VIDEO].show(_latest(desk, Upstream.CAMERA, now_s), now_s)
        slots[SlotName.DESK_AUDIO].show(_latest(desk, Upstream.MICROPHONE, now_s), now_s)
        slots[SlotName.DOCUMENT_VIDEO].show(_latest(desk, Upstream.DOCUMENT, now_s), now_s)
        slots[SlotName.FLOOR_VIDEO].show(floor.sources.get(Upstream.CAMERA) if floor else None, now_s)
        slots[SlotName.FLOOR_AUDIO].show(floor.sources.get(Upstream.MICROPHONE) if floor else None, now_s)
        slots[SlotName.PROGRAMME_VIDEO].show(next((s for n in _PICTURES if (s := slots[n].source)), None), now_s)
        slots[SlotName.PROGRAMME_AUDIO].show(self._speaker(now_s), now_s)
        self._route()

    def _floor_link(self) -> Link | None:
        wish = self.wish
        if wish.floor is None or not wish.live or not self.may_receive(wish.floor):
            return None
        links = [x for x in self._links.values() if x.room == wish.floor and x.purpose is Purpose.ROOM]
        return links[-1] if links else None

    def _speaker(self, now_s: float) -> Source | None:
        """Whose sound a single-sound watcher hears: the louder of floor and desk, with a hold."""
        floor, desk = self.slots[SlotName.FLOOR_AUDIO].source, self.slots[SlotName.DESK_AUDIO].source
        if floor is None or desk is None:
            return floor or desk
        current = self.slots[SlotName.PROGRAMME_AUDIO].source
        if current is not floor and current is not desk:
            self._speaker_since_s = now_s
            return floor
        other = desk if current is floor else floor
        if other.level < current.level - LOUDER_DB and now_s - self._speaker_since_s > SPEAKER_HOLD_S:
            self._speaker_since_s = now_s
            return other
        return current

    def _route(self) -> None:
        """Tell every source which slots want its packets, the programme last."""
        wanted: dict[Source, list[Slot]] = {}
        for slot in self.slots.values():
            for source in (slot.source, slot.next_source):
                if source is not None and slot not in wanted.setdefault(source, []):
                    wanted[source].append(slot)
        for link in self._links.values():
            for source in link.sources.values():
                source.slots = tuple(wanted.get(source, ()))

    def _switched(self, slot: Slot) -> None:
        """A slot shows another source since this packet."""
        if slot.name in _PICTURES:
            room = slot.source.room if slot.source else None
            if self._shown.get(slot.name) != room:
                self._shown[slot.name] = room
                self._on_shown(slot.name, room)
            programme = next((s for n in _PICTURES if (s := self.slots[n].source)), None)
            self.slots[SlotName.PROGRAMME_VIDEO].show(programme, self._now_s)
        self._route()
        self._admit()  # whose own picture or hall it is has changed

    # --- who receives it

    def may_receive(self, room: str) -> bool:
        """Whether media may go to this room now."""
        wish = self.wish
        if room == wish.desk:
            return True
        if not wish.live:
            return False
        if self._audience is None:
            return not wish.closed
        return room in self._audience

    def _admit(self) -> None:
        for link in self._links.values():
            allowed = self.may_receive(link.room)
            for receiver in link.receivers.values():
                self._set_allowed(receiver, allowed and not _its_own(receiver, link))
        recorded = self._tap if self.wish.live and self.wish.record and not self.wish.closed else None
        for name in _TAPPED:
            slot = self.slots[name]
            if recorded is not None and slot.tap is None:
                slot.want_key_frame()
            slot.tap = recorded

    def _set_allowed(self, receiver: Receiver, allowed: bool) -> None:
        if allowed and not receiver.allowed:
            receiver.slot.admit(receiver)
        elif receiver.allowed and not allowed:
            receiver.slot.dismiss(receiver)


def _its_own(receiver: Receiver, link: Link) -> bool:
    """Sound never goes back into the hall it comes from; a picture not to the link that sends it."""
    source = receiver.slot.source or receiver.slot.next_source
    if source is None or source.room != link.room:
        return False
    return link.purpose is Purpose.ROOM or not receiver.slot.name.is_video


def _latest(links: Iterable[Link], upstream: Upstream, now_s: float) -> Source | None:
    """Of several desk pages the one whose source started last, those that send before those that do not."""
    sources = [s for link in links if (s := link.sources.get(upstream)) is not None]
    return max(sources, key=lambda s: (s.active(now_s), s.started_s), default=None)
