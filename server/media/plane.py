"""The media plane put together: datagrams to links, links to the stage, the stage to everybody.

All of it runs on one event loop and in one thread; nothing on a packet's way awaits. Decisions about the
reception are control's (`SetStage`); decisions about packets are the modules' below.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import JsonValue

from server.media.delay import DelayHistogram
from server.media.directory import LinkDirectory
from server.media.fanout import Fanout
from server.media.intake import Intake
from server.media.link import Link
from server.media.measured_link import MeasuredLink
from server.media.measuring import Measuring
from server.media.mirror import MirrorStage, OtherWorker
from server.media.port import Queue, UdpPort
from server.media.sdp import parse_fragment, parse_offer
from server.media.sdp_answer import LocalEnd, write_answer
from server.media.stage import Stage
from server.media.upkeep import Upkeep
from server.media.workers import FirstWorker
from signaling.messages import LinkState, Purpose
from signaling.ports import (
    Frame,
    LinkChanged,
    MediaSnapshot,
    SetStage,
    SlotSwitched,
)
from signaling.refusals import RefusalCode, Refused
from signaling.wire.aiortc_seams import (
    Dtls,
    certificate_fingerprint,
    make_certificate,
)
from signaling.wire.rtp import VideoCodec
from signaling.wire.slots import SlotName

log = logging.getLogger("tiepdan.media")

MOST_LINKS = 2000
REST_S = 0.001  # a picture's packets come close to each other; waking up for each costs more than they do
OTHERS_REST_S = 0.1  # until the next turn of the clock: reports and checks of a province are four hundred a second
REPAIR_REST_S = 0.02  # while somebody asks for packets again: those are
REPAIR_S = 1.0  # so long after the last one
_SHOWN_AS = {
    SlotName.DESK_VIDEO: "desk",
    SlotName.FLOOR_VIDEO: "floor",
    SlotName.INTERPRETER_AUDIO: "interpreter",
    SlotName.DOCUMENT_VIDEO: "document",
}


class MediaPlane:
    """Owns the port, the links and the stage. `start` and `stop` it on one loop."""

    def __init__(
        self,
        host: str,
        port: int,
        advertise: tuple[str, int],
        codec: VideoCodec,
        tell: Callable[[Frame], None],
        run_directory: Path,
        worker: int = 0,
        workers: int = 1,
    ) -> None:
        """`worker` of `workers`: the first one, 0, has the stage; the others repeat it to their rooms."""
        self.codec = codec
        self.links = LinkDirectory()
        self._tell = tell
        self._certificate = make_certificate()
        self._fingerprint = certificate_fingerprint(self._certificate)
        self._source_numbers = itertools.count(1)
        self.port = UdpPort(host, port, self._queue_read)
        self.fanout = Fanout(self.port.media.socket, DelayHistogram())
        self.intake = Intake(self.links, self, self.fanout.repeat, self.port.arrived_s, _now())
        self.port.start(self.intake.datagram)
        self.measuring = Measuring(self.port, self.links, codec, self._admit, self.close_link)
        self._advertise = (advertise[0], advertise[1] or self.port.bound_port)
        base = (1 << 27 | secrets.randbits(27)) << 4  # room for the slots' numbers behind it
        self._ssrcs = {name: (base + 2 * i, base + 2 * i + 1) for i, name in enumerate(SlotName)}
        kind = MirrorStage if worker else Stage
        self.stage = kind(self._ssrcs, self.fanout.flush_lane, self.fanout.gathered, self._shown)
        self._relay: FirstWorker | OtherWorker | None = None
        if isinstance(self.stage, MirrorStage):
            self._relay = OtherWorker(worker, run_directory, self.stage, codec, self._arrange, self._burst_end)
        elif workers > 1:
            self._relay = FirstWorker(run_directory, self.stage, codec, self._arrange, self._burst_end)
        self._started_anew = False
        self._joining: set[str] = set()  # links whose other end waits for an answer to each of its datagrams
        self.upkeep = Upkeep(self.port, self.links, self.intake, self.stage, self.fanout, self._relay, self, tell)
        self._relaying: asyncio.Task[None] | None = None
        self._endings: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self.upkeep.start()
        if isinstance(self._relay, OtherWorker):
            self._relaying = asyncio.create_task(self._relay.run(), name="media relay")

    async def stop(self) -> None:
        """Close every link with a goodbye, then the port."""
        self.upkeep.stop()
        if self._relaying is not None:
            self._relaying.cancel()
            await asyncio.gather(self._relaying, return_exceptions=True)
        if self._relay is not None:
            self._relay.close()
        self.measuring.stop()
        for link in self.links:
            self.close_link(link.identity)
        while self._endings:
            await asyncio.gather(*self._endings, return_exceptions=True)
        self.port.close()

    # --- what control asks for

    def open_link(self, identity: str, room: str, purpose: Purpose, sdp: str) -> str:
        """Negotiate a link; the answer. Raises Refused for an offer that cannot be answered."""
        if len(self.links) >= MOST_LINKS:
            raise Refused(RefusalCode.TOO_MANY_LINKS, f"{len(self.links)} links", f"at most {MOST_LINKS}")
        if identity in self.links:
            raise Refused(RefusalCode.BAD_MESSAGE, "a link that is open already", "a new one")
        offer = parse_offer(sdp, purpose, self.codec)
        link = Link(identity, room, purpose, offer, self.stage.slots, self.codec, self._source_numbers, _now())
        local = self._admit(link)
        self._set_state(link, LinkState.NEGOTIATED)
        return write_answer(offer, local, self._ssrcs)

    def restart_link(self, identity: str, sdp: str) -> str:
        """ICE restart (RFC 8445, section 9): the same link, keys and numbers over whatever path it finds now.

        `sdp`: the whole offer, or a fragment with the other end's new credentials (WHIP). Returns the answer.
        Raises Refused for an unknown link, and for an offer that is not of this link.
        """
        link = self.links.get(identity)
        if link is None:
            raise Refused(RefusalCode.ROOM_NOT_CONNECTED)
        if sdp.startswith("v="):
            offer = parse_offer(sdp, link.purpose, self.codec)
            same = [s.mid for s in offer.sections] == [s.mid for s in link.offer.sections]
            if not same or offer.fingerprints != link.offer.fingerprints:
                raise Refused(
                    RefusalCode.BAD_SDP, "another offer", "an ICE restart: the same m-lines and fingerprint"
                )
            remote = offer.ice_ufrag, offer.ice_pwd
        else:
            remote = parse_fragment(sdp)
        self.links.restart(link, *remote)
        return write_answer(link.offer, self._local(link), self._ssrcs)

    def measure_line(self, identity: str, room: str, sdp: str) -> str:
        """Negotiate a link that only measures; the answer. Raises Refused: while a reception is open, too."""
        if self.stage.wish.live:
            raise Refused(RefusalCode.NOT_NOW, "an open reception", "between receptions")
        return self.measuring.open(identity, room, sdp, _now())

    def _admit(self, link: Link) -> LocalEnd:
        """The link is known from now on; this end of it."""
        self.links.add(link)
        return self._local(link)

    def _local(self, link: Link) -> LocalEnd:
        address = link.address
        password = address.passwords[address.ufrag].decode()
        return LocalEnd(address.ufrag, password, self._fingerprint, *self._advertise)

    def close_link(self, identity: str, refusal: RefusalCode | None = None) -> None:
        """End a link at once for packets; its DTLS goodbye follows. Unknown links are none of our worry."""
        link = self.links.remove(identity)
        if link is None:
            return
        self.upkeep.totals.keep(link)
        self._set_state(link, LinkState.CLOSED, refusal)
        self.stage.link_closed(link, _now())
        task = asyncio.create_task(self._end_link(link), name="end of a link")
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    def set_stage(self, wish: SetStage) -> None:
        if wish.live:
            self.measuring.end_all()
        self.stage.apply(wish, _now())

    def snapshot(self) -> MediaSnapshot:
        slots = self.stage.slots
        return MediaSnapshot(
            codec=self.codec.value,
            links=tuple(self._changed(link) for link in self.links if link.told),
            slots={word: s.room if (s := slots[name].source) else None for name, word in _SHOWN_AS.items()},
            packets_in=self.port.datagrams_received,
            packets_out=self.fanout.packets_sent,
            packets_dropped=self.fanout.packets_dropped,
        )

    def debug_snapshot(self) -> dict[str, dict[str, JsonValue]]:
        """What each long-lived object is, by its name; no SDP, no addresses."""
        found: dict[str, dict[str, JsonValue]] = {
            "plane": {
                "links": len(self.links),
                "datagrams_received": self.port.datagrams_received,
                "datagrams_refused": self.intake.refused,
                "checks_refused": self.intake.checks_refused,
            },
            "fanout": self.fanout.debug_snapshot(),
            "stage": self.stage.debug_snapshot(),
        }
        found |= {f"slot {name}": slot.debug_snapshot() for name, slot in self.stage.slots.items()}
        found |= {f"link {link.identity}": link.debug_snapshot() for link in self.links}
        return found

    # --- what follows from what arrives, and from silence (intake.Acts, upkeep.Acts)

    def answer(self, datagram: bytes, address: bytes) -> None:
        self.port.send(datagram, address)

    def line_fell(self, link: Link) -> None:
        self.upkeep.line_fell(link)

    def heard_again(self, link: Link) -> None:
        self.observed(link, LinkState.CONNECTED)

    def observed(self, link: Link, state: LinkState) -> None:
        self._set_state(link, state)
        self.stage.link_changed(link)

    def moved(self, link: Link) -> None:
        self.stage.address_changed(link)

    def cut_off(self, link: Link, why: str) -> None:
        log.warning("a link was cut off: it sent %s", why)
        self.close_link(link.identity, RefusalCode.TOO_MUCH_MEDIA)

    def source_started(self) -> None:
        self._started_anew = True

    def _queue_read(self, queue: Queue, empty: bool) -> None:
        self._burst_end()
        if not empty:
            return
        if queue is self.port.media:
            if not self.fanout.waiting:
                self.upkeep.take_turns()
        elif not self._joining and not self.measuring.running:
            repairs = _now() - self.fanout.asked_s < REPAIR_S
            queue.rest(REPAIR_REST_S if repairs else OTHERS_REST_S)

    def _burst_end(self) -> None:
        if self._started_anew:
            self._started_anew = False
            self._arrange()
        self.fanout.flush()
        if self.fanout.waiting:  # the rest of a picture is on its way
            self.port.media.rest(REST_S)

    def _arrange(self) -> None:
        """A source started, here or at another worker: the stage looks at it at once."""
        self.stage.arrange(_now())
        self.upkeep.send_feedback(_now())

    # --- a link's beginning and end

    def begin_handshake(self, link: Link) -> None:
        link.dtls = Dtls(
            self._certificate,
            lambda data: self.port.send(data, link.address.name),
            lambda: self.close_link(link.identity),
        )
        self._set_state(link, LinkState.SECURING)
        link.handshake = asyncio.create_task(self._secure(link, link.dtls), name="DTLS handshake")

    async def _secure(self, link: Link, dtls: Dtls) -> None:
        sessions = await dtls.handshake(link.offer.fingerprints, "server")  # the answer says a=setup:passive
        if sessions is None or link.state is LinkState.CLOSED:
            self.close_link(link.identity)
            return
        link.secured(sessions)
        self._set_state(link, LinkState.CONNECTED)
        if isinstance(link, MeasuredLink):
            self.measuring.begin(link)
        else:
            self.stage.link_connected(link, _now())

    async def _end_link(self, link: Link) -> None:
        if link.dtls is not None:
            await link.dtls.stop()
        if link.handshake is not None and link.handshake is not asyncio.current_task():
            link.handshake.cancel()
            await asyncio.gather(link.handshake, return_exceptions=True)

    def _set_state(self, link: Link, state: LinkState, refusal: RefusalCode | None = None) -> None:
        link.state = state
        if state in (LinkState.NEGOTIATED, LinkState.SECURING):
            self._joining.add(link.identity)
            self.port.others.look()  # it rests no more until everybody is in
        else:
            self._joining.discard(link.identity)
        if link.told:
            self._tell(self._changed(link, refusal))

    def _changed(self, link: Link, refusal: RefusalCode | None = None) -> LinkChanged:
        return LinkChanged(
            link=link.identity, room=link.room, purpose=link.purpose, state=link.state, refusal=refusal
        )

    def _shown(self, name: SlotName, room: str | None) -> None:
        self._tell(SlotSwitched.model_validate({"slot": _SHOWN_AS[name], "room": room}))


def _now() -> float:
    """Monotonic seconds: the clock that every `now_s` of this package reads."""
    return time.monotonic()
