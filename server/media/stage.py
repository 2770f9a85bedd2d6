"""The stage: which source each slot shows, and which links may receive it.

Default deny: until control has said otherwise nobody but the desk receives anything. The rules, in order:
the desk always receives; before the opening and after the end nobody else; of a closed item only the rooms
of its allow-list; else the audience. A hall never receives its own sound, nor a room its own picture. The
recorder is one more receiver and gets nothing of a closed item. The interpretation is one slot more, for the
same receivers; with no interpreter named it shows nothing and costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median_low
from typing import Protocol

from pydantic import JsonValue

from server.media.allocation import Picture, Step, ladder
from server.media.budget import LineBudget
from server.media.lane import Lane, Receiver
from server.media.layer import SourceLayer
from server.media.slot import Slot
from server.media.source import Source
from signaling.messages import Carried, LinkState, Purpose
from signaling.ports import SetStage
from signaling.wire.slots import Layer, SlotName, Upstream

LOUDER_DB = 6.0
LEAST_IN_COMMON = 8  # lines of which the half says something about the server
SPEAKER_HOLD_S = 0.8  # the programme's sound does not jump at every breath
_PICTURES = (SlotName.FLOOR_VIDEO, SlotName.DOCUMENT_VIDEO, SlotName.DESK_VIDEO)  # what matters most first
_TOLD = frozenset({*_PICTURES, SlotName.INTERPRETER_AUDIO})  # control hears of what these show
_BY_WEIGHT = (*_PICTURES, SlotName.PROGRAMME_VIDEO)
_CARRIED: dict[Layer, Carried] = {Layer.HIGH: "h", Layer.MEDIUM: "m", Layer.LOW: "l"}
TAPPED = (SlotName.PROGRAMME_VIDEO, SlotName.DESK_AUDIO, SlotName.FLOOR_AUDIO, SlotName.INTERPRETER_AUDIO)


class StageLink(Protocol):
    """A link, as the stage sees it: a room with what it sends and where it receives."""

    identity: str
    room: str
    purpose: Purpose
    state: LinkState
    line: LineBudget
    carried: Carried

    @property
    def sources(self) -> Mapping[Upstream, Source]: ...

    @property
    def receivers(self) -> Mapping[SlotName, Receiver]: ...


class Stage:
    """Owns the slots. The plane tells it of links and of control's wish; it tells slots what to show."""

    def __init__(
        self,
        ssrcs: Mapping[SlotName, tuple[int, int]],
        flush: Callable[[Lane], None],
        on_pending: Callable[[Lane], None],
        on_shown: Callable[[SlotName, str | None], None],
    ) -> None:
        """`ssrcs`: of each slot and of its repeats; `flush`, `on_pending`: see Lane."""
        self.slots = {
            name: Slot(name, ssrc, rtx_ssrc, flush, on_pending, self._switched)
            for name, (ssrc, rtx_ssrc) in ssrcs.items()
        }
        self.wish = SetStage(live=False, closed=False, audience=(), floor=None, record=False, desk=None)
        self._audience: frozenset[str] | None = frozenset()
        self._links: dict[str, StageLink] = {}
        self._desk: list[StageLink] = []  # those of them that are the desk's
        self._taps: Sequence[Receiver] = ()
        self._on_shown = on_shown
        self.on_switched: list[Callable[[Slot], None]] = []  # told of every change of what a slot shows
        self._shown: dict[SlotName, str | None] = {}
        self._routed: set[SourceLayer] = set()  # whose packets some lane wants
        self._speaker_since_s = float("-inf")
        self._now_s = 0.0

    # --- inputs

    def apply(self, wish: SetStage, now_s: float) -> None:
        self.wish = wish
        self._audience = None if wish.audience is None else frozenset(wish.audience)
        self.arrange(now_s)

    def link_connected(self, link: StageLink, now_s: float) -> None:
        self._links[link.identity] = link
        self._joined(link, now_s)

    def link_changed(self, link: StageLink) -> None:
        """It fell silent, or is heard again: media to it rests, or goes on."""
        if link.identity in self._links:
            self._admit((link,))

    def address_changed(self, link: StageLink) -> None:
        """What is sent to it from now on goes elsewhere."""
        for receiver in link.receivers.values():
            if receiver.lane is not None:
                receiver.lane.changed = True

    def link_closed(self, link: StageLink, now_s: float) -> None:
        if self._links.pop(link.identity, None) is not None:
            for name, receiver in link.receivers.items():
                self.slots[name].dismiss(receiver)
            self._joined(link, now_s)

    def _joined(self, link: StageLink, now_s: float) -> None:
        """A link came or went. A room that only listens changes nothing for the others: a province that comes
        back at once would otherwise look at everybody with everybody."""
        if link.purpose is Purpose.DESK or link.room in (self.wish.floor, self.wish.interpreter):
            self._desk = [link for link in self._links.values() if link.purpose is Purpose.DESK]
            self.arrange(now_s)
        elif link.identity in self._links:
            self._admit((link,))

    def set_taps(self, taps: Sequence[Receiver]) -> None:
        """The recorder's receivers, at most one for each slot; those before that are not among them leave."""
        for tap in self._taps:
            if tap not in taps:
                self._set_allowed(tap, False)
        self._taps = tuple(taps)
        self._admit()

    def tick(self, now_s: float) -> None:
        """About ten times a second: sources that fell silent or came back, who speaks, key frames."""
        for slot in self.slots.values():
            if slot.source is not None and not slot.source.active(now_s):
                slot.clear()
            slot.tick(now_s)
        self._choose(now_s)

    # --- which source each slot shows

    def arrange(self, now_s: float) -> None:
        """Put everything right: first who may receive, so that a closing comes before anything else."""
        self._admit()
        self._choose(now_s)
        self._admit()

    def _choose(self, now_s: float) -> None:
        self._now_s = now_s
        desk, floor = self._desk, self._floor_link()
        slots = self.slots
        slots[SlotName.DESK_VIDEO].show(_latest(desk, Upstream.CAMERA, now_s), now_s)
        slots[SlotName.DESK_AUDIO].show(_latest(desk, Upstream.MICROPHONE, now_s), now_s)
        slots[SlotName.DOCUMENT_VIDEO].show(_latest(desk, Upstream.DOCUMENT, now_s), now_s)
        slots[SlotName.FLOOR_VIDEO].show(floor.sources.get(Upstream.CAMERA) if floor else None, now_s)
        slots[SlotName.FLOOR_AUDIO].show(floor.sources.get(Upstream.MICROPHONE) if floor else None, now_s)
        slots[SlotName.INTERPRETER_AUDIO].show(self._interpretation(now_s), now_s)
        slots[SlotName.PROGRAMME_VIDEO].show(next((s for n in _PICTURES if (s := slots[n].source)), None), now_s)
        slots[SlotName.PROGRAMME_AUDIO].show(self._speaker(now_s), now_s)
        self._route()

    def _floor_link(self) -> StageLink | None:
        return self._heard_link(self.wish.floor)

    def _interpreter_link(self) -> StageLink | None:
        """None for the room on the floor, too: its sound is the original already."""
        return self._heard_link(self.wish.interpreter) if self.wish.interpreter != self.wish.floor else None

    def _heard_link(self, room: str | None) -> StageLink | None:
        """The link of a room that may be heard: only of one that may receive as well."""
        if room is None or not self.wish.live or not self.may_receive(room):
            return None
        links = [x for x in self._links.values() if x.room == room and x.purpose is Purpose.ROOM]
        return links[-1] if links else None

    def _interpretation(self, now_s: float) -> Source | None:
        """At the desk an interpreter has a microphone of his own: the desk's other one is the original."""
        if self.wish.live and self.wish.interpreter is not None and self.wish.interpreter == self.wish.desk:
            return None if self.wish.closed else _latest(self._desk, Upstream.INTERPRETATION, now_s)
        link = self._interpreter_link()
        return link.sources.get(Upstream.MICROPHONE) if link is not None else None

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
        wanted: dict[SourceLayer, list[Lane]] = {}
        for slot in self.slots.values():
            for lane in slot.lanes.values():
                for layer in (lane.source, lane.next_source):
                    if layer is not None and lane not in wanted.setdefault(layer, []):
                        wanted[layer].append(lane)
        for layer in self._routed - wanted.keys():
            layer.lanes = ()
        for layer, lanes in wanted.items():
            layer.lanes = tuple(lanes)
        self._routed = set(wanted)

    def _switched(self, slot: Slot) -> None:
        """A slot shows another source since this packet."""
        for told in self.on_switched:
            told(slot)
        if slot.name in _TOLD:
            room = slot.source.room if slot.source else None
            if self._shown.get(slot.name) != room:
                self._shown[slot.name] = room
                self._on_shown(slot.name, room)
        if slot.name in _PICTURES:
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

    def _admit(self, links: Iterable[StageLink] | None = None) -> None:
        """All links, or these; and the recorder."""
        for link in self._links.values() if links is None else links:
            allowed = self.may_receive(link.room)
            resting = link.state is LinkState.SILENT
            for name, receiver in link.receivers.items():
                own = _its_own(self.slots[name], link)
                self._set_allowed(receiver, allowed and not own and not resting)
        recorded = self.wish.live and self.wish.record and not self.wish.closed
        for tap in self._taps:
            self._set_allowed(tap, recorded)

    def _set_allowed(self, receiver: Receiver, allowed: bool) -> None:
        if allowed and not receiver.allowed:
            self.slots[receiver.name].admit(receiver)
        elif receiver.allowed and not allowed:
            self.slots[receiver.name].dismiss(receiver)

    def debug_snapshot(self) -> dict[str, JsonValue]:
        """What control wishes, without the names of anybody."""
        wish = self.wish
        return {
            "live": wish.live,
            "closed": wish.closed,
            "record": wish.record,
            "floor": wish.floor,
            "interpreter": wish.interpreter,
            "audience": None if wish.audience is None else len(wish.audience),
            "links": len(self._links),
            "tapped": bool(self._taps),
        }

    # --- what each line carries of it

    def allocate(self, now_s: float, links: Iterable[StageLink] | None = None) -> None:
        """About twice a second: every link gets of each picture the layer that its line carries.

        In between only these `links`, whose line has just shown its limit; one that was closed since is passed
        over. A source that sends nothing (a document that nobody shows) costs nothing and takes no place.
        """
        pictures = {
            name: Picture(name, _rates(source, now_s))
            for name in _BY_WEIGHT
            if (source := self.slots[name].coming) is not None and source.active(now_s)
        }
        silent = [name for name in _BY_WEIGHT if name not in pictures]
        ladders: dict[tuple[SlotName, ...], tuple[Step, ...]] = {}
        common_queue_ms = self._common_queue_ms()
        for link in self._links.values() if links is None else links:
            if link.identity not in self._links:
                continue
            link.line.common_queue_ms = common_queue_ms
            fallen = link.line.fallen
            names = tuple(n for n in pictures if (r := link.receivers.get(n)) is not None and r.allowed)
            steps = ladders.get(names)
            if steps is None:
                steps = ladders[names] = ladder([pictures[name] for name in names])
            layers = link.line.choose(steps, now_s).layers
            for name, layer in zip(names, layers, strict=True):
                self.slots[name].set_wanted(link.receivers[name], layer, at_once=fallen)
            if link.line.estimate_bps is not None:  # what starts next starts small there
                for name in silent:
                    if name in link.receivers:
                        self.slots[name].set_wanted(link.receivers[name], Layer.LOW)
            link.carried = "" if not layers else "none" if layers[0] is None else _CARRIED[layers[0]]

    def _common_queue_ms(self) -> float:
        """By how much the round trip of half of all lines has grown: that is the server's lateness, not theirs."""
        if len(self._links) < LEAST_IN_COMMON:
            return 0.0
        return median_low(link.line.queue_ms for link in self._links.values())


def _rates(source: Source, now_s: float) -> tuple[tuple[Layer, int], ...]:
    present = source.present(now_s) or tuple(source.layers)
    return tuple((layer, source.layers[layer].bitrate_bps) for layer in present)


def _its_own(slot: Slot, link: StageLink) -> bool:
    """Sound never goes back into the hall it comes from; a picture not to the link that sends it."""
    source = slot.source or slot.next_source
    if source is None or source.room != link.room:
        return False
    return link.purpose is Purpose.ROOM or not slot.name.is_video


def _latest(links: Iterable[StageLink], upstream: Upstream, now_s: float) -> Source | None:
    """Of several desk pages the one whose source started last, those that send before those that do not."""
    sources = [s for link in links if (s := link.sources.get(upstream)) is not None]
    return max(sources, key=lambda s: (s.active(now_s), s.started_s), default=None)
