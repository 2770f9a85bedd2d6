"""One link: ICE-lite and DTLS at its beginning, then its sources up and its receivers down.

The link decides what a datagram of its own means; the plane finds the link and owns the socket.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from server.media.clock import DeviceClock
from server.media.sdp import LEVEL_EXTENSION, MID_EXTENSION, Offer
from server.media.slot import Receiver, Slot
from server.media.source import Source
from signaling.messages import LinkState, Purpose
from signaling.wire import rtcp
from signaling.wire.aiortc_seams import Dtls, SrtpSessions
from signaling.wire.rtp import RtpView, VideoCodec
from signaling.wire.slots import SlotName, Upstream

SILENCE_S = 15.0  # browsers repeat their consent check every 5 s at the latest (RFC 7675)
NEGOTIATION_S = 30.0  # from the answer to the keys
RECEIVING_S = 8.0  # Chromium reports on sound every 5 s only
RESENDS_PER_S = 400
MOST_ADDRESSES = 8
CNAME = b"tiepdan"


class Link:
    """Owned by the plane, which tells it the time and sends what it returns."""

    def __init__(
        self,
        identity: str,
        room: str,
        purpose: Purpose,
        offer: Offer,
        slots: Mapping[SlotName, Slot],
        codec: VideoCodec,
        source_numbers: Iterator[int],
        now_s: float,
    ) -> None:
        self.identity = identity
        self.room = room
        self.purpose = purpose
        self.ufrag = secrets.token_urlsafe(6).replace("-", "a").replace("_", "b")
        self.password = secrets.token_urlsafe(24).replace("-", "a").replace("_", "b")
        self.fingerprints = offer.fingerprints
        self.state = LinkState.NEGOTIATED
        self.dtls: Dtls | None = None
        self.handshake: asyncio.Task[None] | None = None
        self.tx: Any = None
        self.rx: Any = None
        self._sessions: SrtpSessions | None = None  # keeps alive what tx and rx point to
        self.addresses: set[bytes] = set()  # sockaddrs that passed an authenticated check
        self.address: bytes = b""
        self.address_pointer = 0
        self.address_bytes = 0
        self.address_memory: Any = None  # what address_pointer points to
        self.opened_s = now_s
        self.heard_s = now_s
        self.received = 0
        self.refused = 0  # packets that were malformed, unknown or not ours
        self.ssrc = secrets.randbits(31) | 1  # in our own RTCP
        self.remb_bps = 0
        self._progress_s = float("-inf")
        device = DeviceClock()
        self.sources: dict[Upstream, Source] = {}
        self.receivers: dict[SlotName, Receiver] = {}
        self._by_ssrc: dict[int, Source] = {}
        self._by_mid: dict[bytes, Source] = {}
        by_type: dict[int, list[Source]] = {}
        for section in offer.sections:
            if section.chosen is None:
                continue
            if section.upstream is not None:
                source = Source(next(source_numbers), room, section.upstream, codec, device)
                self.sources[section.upstream] = source
                self._by_mid[section.mid.encode()] = source
                by_type.setdefault(section.chosen.payload_type, []).append(source)
                for ssrc in section.ssrcs:
                    self._by_ssrc.setdefault(ssrc, source)
            elif section.slot is not None:
                self.receivers[section.slot] = Receiver(self, slots[section.slot], section.chosen.payload_type)
        self._types = {t: sources[0] if len(sources) == 1 else None for t, sources in by_type.items()}
        self._declared = set(self._by_ssrc)
        self._by_down_ssrc = {r.slot.ssrc: r for r in self.receivers.values()}
        self.mid_id = offer.extension(MID_EXTENSION)
        self.level_id = offer.extension(LEVEL_EXTENSION)

    # --- becoming connected

    def secured(self, sessions: SrtpSessions) -> None:
        self._sessions = sessions
        self.tx, self.rx = sessions.tx, sessions.rx

    @property
    def connected(self) -> bool:
        return self.tx is not None and self.state is not LinkState.CLOSED

    # --- upstream

    def handle_rtp(self, view: RtpView, packet: memoryview, now_s: float, wall_s: float) -> Source | None:
        """A decrypted RTP packet. Returns its source when it starts after silence, else None."""
        if not view.read(packet, self.mid_id, self.level_id) or view.payload_type not in self._types:
            self.refused += 1
            return None
        source = self._by_ssrc.get(view.ssrc)
        if source is None:
            source = self._adopt(view)
            if source is None:
                self.refused += 1
                return None
        source.ssrc = view.ssrc
        return source if source.handle_packet(view, packet, now_s, wall_s) else None

    def _adopt(self, view: RtpView) -> Source | None:
        """The source of an SSRC the offer did not declare: by MID (RFC 8843, 9.2), else by payload type."""
        source = self._by_mid.get(view.mid) if view.mid is not None else None
        if source is None:
            source = self._types.get(view.payload_type)
        if source is None or (source.ssrc is not None and source.ssrc in self._declared):
            return None
        if source.ssrc is not None:  # the encoder started anew under another number
            del self._by_ssrc[source.ssrc]
            source.restart()
        self._by_ssrc[view.ssrc] = source
        return source

    def handle_rtcp(
        self, packet: bytes, now_s: float, wall_s: float, resend: Callable[[Receiver, int], None]
    ) -> None:
        for said in rtcp.parse(packet):
            if isinstance(said, rtcp.PacketsWanted):
                receiver = self._by_down_ssrc.get(said.ssrc)
                if receiver is not None:
                    self._answer_nack(receiver, said.sequences, resend)
            elif isinstance(said, rtcp.ReportBlock):
                receiver = self._by_down_ssrc.get(said.ssrc)
                if receiver is not None:
                    self._note_report(receiver, said, now_s, wall_s)
            elif isinstance(said, rtcp.KeyFrameWanted):
                receiver = self._by_down_ssrc.get(said.ssrc)
                if receiver is not None and receiver.allowed:
                    receiver.slot.want_key_frame()
            elif isinstance(said, rtcp.SenderReported):
                source = self._by_ssrc.get(said.ssrc)
                if source is not None:
                    source.handle_sender_report(said, now_s)
            elif isinstance(said, rtcp.BitrateEstimated):
                self.remb_bps = said.bitrate_bps

    def _answer_nack(
        self, receiver: Receiver, sequences: tuple[int, ...], resend: Callable[[Receiver, int], None]
    ) -> None:
        for sequence in sequences:
            number = receiver.slot_number(sequence)
            if number >= 0 and receiver.resends_left > 0:
                receiver.resends_left -= 1
                resend(receiver, number)

    def _note_report(self, receiver: Receiver, block: rtcp.ReportBlock, now_s: float, wall_s: float) -> None:
        receiver.loss_percent = block.fraction_lost * 100 / 256
        if block.last_sr:
            middle = rtcp.ntp_middle(*rtcp.ntp_words(wall_s))
            round_trip = (middle - block.last_sr - block.delay_since_last_sr) & 0xFFFFFFFF
            if round_trip < 60 << 16:  # else the clocks stepped
                receiver.rtt_ms = round_trip * 1000 / 65536
        if block.highest_sequence != receiver.expected:
            receiver.expected = block.highest_sequence
            if receiver.packets:
                self._progress_s = now_s

    # --- downstream

    def poll_reports(self, now_s: float, wall_s: float, remb_bps: int) -> bytes:
        """The compound RTCP packet of this second: SR per slot that was sent, RR on sources, SDES, REMB."""
        parts = b""
        for receiver in self.receivers.values():
            receiver.resends_left = RESENDS_PER_S
            if receiver.packets and receiver.allowed:
                parts += rtcp.sender_report(
                    receiver.slot.ssrc,
                    wall_s,
                    receiver.slot.rtp_time_at(wall_s),
                    receiver.packets,
                    receiver.octets,
                )
        blocks = [b for s in self.sources.values() if (b := s.report_block(now_s)) is not None]
        if blocks or not parts:
            parts += rtcp.receiver_report(self.ssrc, blocks)
        parts += rtcp.source_description(self.ssrc, CNAME)
        pictures = [s.ssrc for s in self.sources.values() if s.is_video and s.ssrc is not None]
        if pictures:
            parts += rtcp.bitrate_estimated(self.ssrc, pictures, remb_bps * len(pictures))
        return parts

    def poll_feedback(self, now_s: float) -> bytes:
        """NACKs and key-frame requests due now, as a compound packet (RFC 3550, 6.1), or nothing."""
        feedback = b"".join(s.poll_feedback(self.ssrc, now_s) for s in self.sources.values())
        return rtcp.receiver_report(self.ssrc, ()) + feedback if feedback else b""

    def observed_state(self, now_s: float) -> LinkState:
        """The state as the evidence of now has it."""
        if self.state is LinkState.CLOSED or self.tx is None:
            return self.state
        return LinkState.RECEIVING if now_s - self._progress_s < RECEIVING_S else LinkState.CONNECTED

    def dead(self, now_s: float) -> bool:
        if self.tx is None:
            return now_s - self.opened_s > NEGOTIATION_S
        return now_s - self.heard_s > SILENCE_S

    def debug_snapshot(self) -> dict[str, object]:
        """What this link is, without SDP and addresses."""
        return {
            "link": self.identity,
            "room": self.room,
            "purpose": self.purpose.value,
            "state": self.state.value,
            "received": self.received,
            "refused": self.refused,
            "slots": {
                str(name): {"allowed": r.allowed, "packets": r.packets, "loss_percent": r.loss_percent}
                for name, r in self.receivers.items()
            },
            "sources": {str(u): {"received": s.received} for u, s in self.sources.items()},
        }
