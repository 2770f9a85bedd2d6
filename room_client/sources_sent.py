"""Everything a link sends: one stream for each source the answer took, and what is said about them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from room_client.sdp import Answer, offered_parts
from room_client.sending import Repeats, StreamSender
from signaling.messages import Purpose
from signaling.wire import rtcp
from signaling.wire.rtp import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ
from signaling.wire.slots import Upstream


class SourcesSent:
    """Made with the offer; `begin` when there are keys."""

    def __init__(self, purpose: Purpose, cname: bytes) -> None:
        upstreams = [part for part in offered_parts(purpose) if isinstance(part, Upstream)]
        self.ssrcs = {upstream: random.randint(1, 0xFFFFFFFF) for upstream in upstreams}
        self.rtx_ssrcs = {u: random.randint(1, 0xFFFFFFFF) for u in upstreams if u.is_video}
        self.senders: dict[Upstream, StreamSender] = {}
        self._cname = cname

    def begin(self, answer: Answer, protect: Callable[[bytes], bytes], send: Callable[[bytes], None]) -> None:
        for upstream, ssrc in self.ssrcs.items():
            part = answer.parts.get(upstream)
            if part is None:
                continue
            repeats = None
            if part.rtx_payload_type is not None and upstream in self.rtx_ssrcs:
                repeats = Repeats(self.rtx_ssrcs[upstream], part.rtx_payload_type)
            clock_hz = VIDEO_CLOCK_HZ if upstream.is_video else AUDIO_CLOCK_HZ
            self.senders[upstream] = StreamSender(ssrc, part.payload_type, clock_hz, protect, send, repeats)

    def upstream_of(self, ssrc: int) -> Upstream | None:
        return next((upstream for upstream, sender in self.senders.items() if sender.ssrc == ssrc), None)

    def repeat(self, ssrc: int, sequences: tuple[int, ...], now_s: float) -> None:
        """A NACK came."""
        if (upstream := self.upstream_of(ssrc)) is not None:
            self.senders[upstream].repeat(sequences, now_s)

    def reports(self, now_s: float, wall_s: float) -> Iterator[bytes]:
        """A sender report for each stream that was sent; the two times are one moment."""
        for sender in self.senders.values():
            if (report := sender.report(now_s, wall_s)) is not None:
                yield report + rtcp.source_description(sender.ssrc, self._cname)

    def goodbye(self) -> bytes:
        """A BYE for what was sent; empty if nothing was."""
        used = [sender.ssrc for sender in self.senders.values() if sender.counts.packets]
        return rtcp.goodbye(used) if used else b""
