"""A counting end that joins a Tiepdan stage: the one offer of PROTOCOL.md, and which SSRC is which slot."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from room_client.counting.end import CountingEnd, Remote
from room_client.counting.path import Shared
from room_client.counting.streams import CountedStream, StreamTotals
from room_client.sdp import Answer, LocalEnd, offered_parts, read_answer, write_offer
from signaling.messages import Purpose
from signaling.wire.slots import SlotName, Upstream


@dataclass(frozen=True, slots=True)
class CountingCounts:
    """Of one link, or summed over many. `dropped_here`: lost in the receivers' own socket buffers."""

    packets: int = 0
    bytes: int = 0
    lost: int = 0
    late: int = 0
    duplicates: int = 0
    proven: int = 0
    unauthentic: int = 0
    unknown: int = 0
    dropped_here: int = 0

    def __add__(self, other: CountingCounts) -> CountingCounts:
        return CountingCounts(
            self.packets + other.packets,
            self.bytes + other.bytes,
            self.lost + other.lost,
            self.late + other.late,
            self.duplicates + other.duplicates,
            self.proven + other.proven,
            self.unauthentic + other.unauthentic,
            self.unknown + other.unknown,
            self.dropped_here + other.dropped_here,
        )


def counts_of(end: CountingEnd) -> CountingCounts:
    streams = end.streams.values()
    return CountingCounts(
        sum(s.packets for s in streams),
        sum(s.bytes for s in streams),
        sum(s.lost for s in streams),
        sum(s.late for s in streams),
        sum(s.duplicates for s in streams),
        end.proven,
        end.unauthentic,
        end.unknown,
        end.path.dropped_here(),
    )


class CountingLink:
    """`offer`, `connect`, at the end `close`: used once."""

    def __init__(
        self,
        shared: Shared,
        purpose: Purpose,
        on_key_frame: Callable[[SlotName, float], None],
        on_label: Callable[[SlotName, float, str], None],
    ) -> None:
        self.purpose = purpose
        self.end = CountingEnd(shared, self)
        self.answer: Answer | None = None
        self.ssrcs = {
            part: random.getrandbits(31) | 1 for part in offered_parts(purpose) if isinstance(part, Upstream)
        }
        self.slots: dict[SlotName, CountedStream] = {}
        self._names: dict[int, SlotName] = {}
        self._on_key_frame = on_key_frame
        self._on_label = on_label

    def offer(self) -> str:
        path = self.end.path
        local = LocalEnd(path.ufrag, path.password, self.end.fingerprint, path.ufrag, self.ssrcs)
        return write_offer(self.purpose, local)

    async def connect(self, answer_sdp: str) -> None:
        """Raises AnswerUnusable, LinkFailed."""
        answer = self.answer = read_answer(answer_sdp, self.purpose)
        for part, answered in answer.parts.items():
            if isinstance(part, SlotName) and answered.ssrcs:
                self.end.expect(answered.ssrcs[0], part.is_video)
                self.slots[part] = self.end.streams[answered.ssrcs[0]]
                self._names[answered.ssrcs[0]] = part
        await self.end.connect(
            Remote(answer.addresses, answer.ice_ufrag, answer.ice_password, answer.fingerprints, answer.dtls_role)
        )

    def counts(self) -> CountingCounts:
        return counts_of(self.end)

    def totals(self) -> dict[SlotName, StreamTotals]:
        return {name: stream.totals() for name, stream in self.slots.items()}

    def inspect(self, slot: SlotName, wanted: bool) -> None:
        """Decrypt every packet of a slot, to hear of key frames and of the labels of test cards."""
        if (stream := self.slots.get(slot)) is not None:
            stream.inspected = wanted
            if wanted:
                self.end.look_closely()

    async def close(self) -> None:
        await self.end.close()

    # --- what the end saw

    def key_frame(self, ssrc: int, at: float) -> None:
        self._on_key_frame(self._names[ssrc], at)

    def label(self, ssrc: int, at: float, label: str) -> None:
        self._on_label(self._names[ssrc], at, label)
