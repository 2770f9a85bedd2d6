"""One link: ICE-lite and DTLS at its beginning, then its sources up and its receivers down.

The link decides what a datagram of its own means; the plane finds the link and owns the socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from pydantic import JsonValue

from server.media.address import LinkAddress
from server.media.budget import WINDOW_S, LineBudget
from server.media.clock import DeviceClock, clocks_of
from server.media.demultiplexer import Demultiplexer, unwrap_repair
from server.media.lane import Receiver
from server.media.limits import HANDSHAKE, MEDIA, MOST_SSRCS, REPORTS, Allowance
from server.media.sdp import LEVEL_EXTENSION, MID_EXTENSION, REPAIRED_RID_EXTENSION, RID_EXTENSION, Offer
from server.media.slot import Slot
from server.media.source import Source
from signaling.messages import Carried, LinkState, Purpose
from signaling.wire import rtcp
from signaling.wire.aiortc_seams import Dtls, SrtpSessions
from signaling.wire.rtp import RtpView, VideoCodec
from signaling.wire.slots import SlotName, Upstream

GONE_AFTER_S = 75.0  # of silence; a cable that was out for a minute costs no new link
NEGOTIATION_S = 30.0  # from the answer to the keys
RECEIVING_S = 8.0  # Chromium reports on sound every 5 s only
LEAST_RESENDS_PER_S = 60  # and half of what was sent in the last second: on a full line repeats fill it more
MOST_REPORTED = 1000  # packets a report block may count for
CNAME = b"tiepdan"
REMB_BPS = {1: 2_500_000, 2: 3_000_000, 3: 3_300_000}  # what a picture of so many layers may send
MOST_WANTED_LISTED = 3


class Link:
    """Owned by the plane, which tells it the time and sends what it returns."""

    told: ClassVar[bool] = True  # control is told what becomes of it, and the stage knows it

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
        self.offer = offer
        self.address = LinkAddress(offer.ice_ufrag, offer.ice_pwd, now_s)
        self.state = LinkState.NEGOTIATED
        self.dtls: Dtls | None = None
        self.handshake: asyncio.Task[None] | None = None
        self.tx: Any = None
        self.rx: Any = None
        self.tag_bytes = 0
        self._sessions: SrtpSessions | None = None  # keeps alive what tx and rx point to
        self.opened_s = now_s
        self.turn = 0  # at which tick of each second it is looked at; the directory's
        self.media_allowance = Allowance(MEDIA, now_s)
        self.report_allowance = Allowance(REPORTS, now_s)
        self.handshake_allowance = Allowance(HANDSHAKE, now_s)
        self.streams: set[int] = set()  # every SSRC that was ever authentic, in RTP or RTCP
        self.received = 0
        self.refused = 0  # packets that were malformed, unknown or not ours
        self.nacks_received = 0
        self.key_frames_asked = 0
        self.ssrc = self.address.tie_breaker & 0x7FFFFFFF | 1  # in our own RTCP
        self.line = LineBudget()
        self.carried: Carried = ""
        self.sent_bps = 0  # of pictures, over the last second
        self._slots = slots
        self._octets_before = 0
        self._progress_s = float("-inf")
        self.sources: dict[Upstream, Source] = {}
        self.receivers: dict[SlotName, Receiver] = {}
        self._demultiplexer = Demultiplexer()
        self._give_parts(codec, source_numbers)
        self.layers = tuple(layer for source in self.sources.values() for layer in source.layers.values())
        self._description = rtcp.source_description(self.ssrc, CNAME)
        self._by_down_ssrc = {slots[name].ssrc: r for name, r in self.receivers.items()}
        self._extensions = tuple(
            offer.extension(uri) for uri in (MID_EXTENSION, LEVEL_EXTENSION, RID_EXTENSION, REPAIRED_RID_EXTENSION)
        )

    def _give_parts(self, codec: VideoCodec, source_numbers: Iterator[int]) -> None:
        device = DeviceClock()
        for section in self.offer.sections:
            if section.chosen is None:
                continue
            if section.slot is not None:
                payload_types = section.chosen.payload_type, section.rtx_payload_type
                self.receivers[section.slot] = Receiver(self, section.slot, *payload_types)
            if section.upstream is None:
                continue
            clocks = clocks_of(device, section.upstream.is_video)
            source = Source(next(source_numbers), self.room, section.upstream, codec, clocks, section.layers)
            self.sources[section.upstream] = source
            self._demultiplexer.expect(section, source)

    def admit_stream(self, ssrc: int) -> bool:
        """A new SSRC proved authentic; libsrtp keeps each for the life of the link. False: it is one too many."""
        self.streams.add(ssrc)
        return len(self.streams) <= MOST_SSRCS

    # --- becoming connected

    def secured(self, sessions: SrtpSessions) -> None:
        self._sessions = sessions
        self.tx, self.rx, self.tag_bytes = sessions.tx, sessions.rx, sessions.tag_bytes

    @property
    def connected(self) -> bool:
        return self.tx is not None and self.state is not LinkState.CLOSED

    @property
    def address_pointer(self) -> int:
        return self.address.pointer

    @property
    def address_bytes(self) -> int:
        return self.address.size

    # --- upstream

    def handle_rtp(self, view: RtpView, packet: memoryview, now_s: float, arrived_s: float) -> Source | None:
        """A decrypted RTP packet. Returns its source when it starts after silence, else None."""
        if not view.read(packet, *self._extensions):
            self.refused += 1
            return None
        stream = self._demultiplexer.find(view)
        if stream is None:
            self.refused += 1
            return None
        source, layer, is_repair = stream
        if is_repair and not unwrap_repair(view, packet):
            return None
        return source if source.handle_packet(layer, view, packet, now_s, arrived_s) else None

    def handle_rtcp(
        self, packet: bytes, now_s: float, wall_s: float, repeat: Callable[[Receiver, int], None]
    ) -> None:
        expected = lost = 0.0
        for said in rtcp.parse(packet):
            if isinstance(said, rtcp.ReportBlock):
                if (receiver := self._by_down_ssrc.get(said.ssrc)) is not None:
                    told, missing = self._note_report(receiver, said, now_s, wall_s)
                    expected, lost = expected + told, lost + missing
            elif isinstance(said, rtcp.PacketsWanted):
                if (receiver := self._by_down_ssrc.get(said.ssrc)) is not None:
                    self._answer_nack(receiver, said.sequences, repeat, now_s)
            elif isinstance(said, rtcp.KeyFrameWanted):
                receiver = self._by_down_ssrc.get(said.ssrc)
                if receiver is not None and receiver.allowed and receiver.lane is not None:
                    self.key_frames_asked += 1
                    receiver.lane.want_key_frame()
            elif isinstance(said, rtcp.SenderReported):
                if (layer := self._demultiplexer.reported(said.ssrc)) is not None:
                    layer.handle_sender_report(said, now_s)
            elif isinstance(said, rtcp.BitrateEstimated):
                self.line.estimated(said.bitrate_bps, self.sent_bps, now_s)
        if expected:
            self.line.reported(100 * lost / expected, self.rtt_ms, self.sent_bps, now_s)

    def _answer_nack(
        self,
        receiver: Receiver,
        sequences: tuple[int, ...],
        repeat: Callable[[Receiver, int], None],
        now_s: float,
    ) -> None:
        self.nacks_received += 1
        numbers = [number for sequence in sequences if (number := receiver.lane_number(sequence)) >= 0]
        repeated = numbers[: receiver.resends_left]
        receiver.resends_left -= len(repeated)
        for number in repeated:
            repeat(receiver, number)
        if receiver.name.is_video:
            self.line.asked(*_asked_anew(receiver, numbers, now_s), len(repeated), now_s)

    def _note_report(
        self, receiver: Receiver, block: rtcp.ReportBlock, now_s: float, wall_s: float
    ) -> tuple[int, float]:
        """Of how many packets the block tells, and how many of them are missing, as far as it tells of the present
        stay in a lane alone."""
        receiver.loss_percent = block.fraction_lost * 100 / 256
        if block.last_sr:
            round_trip = (rtcp.ntp_middle_at(wall_s) - block.last_sr - block.delay_since_last_sr) & 0xFFFFFFFF
            if round_trip < 60 << 16:  # else the clocks stepped
                receiver.rtt_ms = round_trip * 1000 / 65536
        packets = (block.highest_sequence - receiver.expected) & 0xFFFFFFFF if receiver.expected else 1
        told = min(packets, MOST_REPORTED)
        missing = told * block.fraction_lost / 256 if receiver.all_of_stay(receiver.expected) else 0.0
        if packets:
            receiver.expected = block.highest_sequence
            if receiver.packets:
                self._progress_s = now_s
        return told, missing

    # --- downstream

    @property
    def rtt_ms(self) -> float | None:
        return min([r.rtt_ms for r in self.receivers.values() if r.rtt_ms is not None], default=None)

    @property
    def loss_percent(self) -> float | None:
        """The worst of what it receives, since its last reports."""
        return max([r.loss_percent for r in self.receivers.values() if r.loss_percent is not None], default=None)

    @property
    def upstream_loss_percent(self) -> float | None:
        """The worst of what it sends, before repair."""
        return max([x.loss_percent for x in self.layers if x.loss_percent is not None], default=None)

    def poll_reports(self, now_s: float, wall_s: float) -> bytes:
        """The compound RTCP packet of this second: SR per slot that was sent, RR on sources, SDES, REMB.

        Not more rarely: a room's reports repeat the round trip of our last one, and an old one tells of a queue
        that is gone.
        """
        parts = b""
        picture_octets = 0
        for name, receiver in self.receivers.items():
            packets = receiver.packets
            receiver.resends_left = LEAST_RESENDS_PER_S + max(0, packets - receiver.packets_before) // 2
            receiver.packets_before = packets
            if not packets:
                continue
            octets = receiver.octets
            if name.is_video:
                picture_octets += octets
            if receiver.lane is not None and receiver.allowed:
                slot = self._slots[name]
                time = slot.rtp_time_at(wall_s) + receiver.time_shift
                parts += rtcp.sender_report(slot.ssrc, wall_s, time, packets, octets)
        self.sent_bps, self._octets_before = (picture_octets - self._octets_before) * 8, picture_octets
        blocks = [b for layer in self.layers if (b := layer.report_block(now_s)) is not None]
        if blocks or not parts:
            parts += rtcp.receiver_report(self.ssrc, blocks)
        parts += self._description
        pictures = [layer.ssrc for layer in self.layers if layer.is_video and layer.ssrc is not None]
        if pictures:
            most = (REMB_BPS[len(source.layers)] for source in self.sources.values() if source.is_video)
            parts += rtcp.bitrate_estimated(self.ssrc, pictures, sum(most))
        return parts

    def poll_feedback(self, now_s: float) -> bytes:
        """NACKs and key-frame requests due now, as a compound packet (RFC 3550, 6.1), or nothing."""
        feedback = b"".join([layer.poll_feedback(self.ssrc, now_s) for layer in self.layers])
        return rtcp.receiver_report(self.ssrc, ()) + feedback if feedback else b""

    def observed_state(self, now_s: float) -> LinkState:
        """The state as the evidence of now has it."""
        if self.state is LinkState.CLOSED or self.tx is None:
            return self.state
        if self.address.silent(now_s):
            return LinkState.SILENT
        return LinkState.RECEIVING if now_s - self._progress_s < RECEIVING_S else LinkState.CONNECTED

    def dead(self, now_s: float) -> bool:
        if self.tx is None:
            return now_s - self.opened_s > NEGOTIATION_S
        return now_s - self.address.heard_s > GONE_AFTER_S

    def debug_snapshot(self) -> dict[str, JsonValue]:
        """What this link is, without SDP and addresses."""
        return {
            "link": self.identity,
            "room": self.room,
            "purpose": self.purpose.value,
            "state": self.state.value,
            "received": self.received,
            "refused": self.refused,
            "carried": self.carried,
            "estimate_bps": self.line.estimate_bps,
            "slots": {
                str(name): {
                    "allowed": r.allowed,
                    "layer": r.lane.layer.value if r.lane else None,
                    "packets": r.packets,
                    "loss_percent": r.loss_percent,
                }
                for name, r in self.receivers.items()
            },
            "sources": {
                str(name): {layer.layer.value: layer.received for layer in source.layers.values()}
                for name, source in self.sources.items()
            },
        }


def _asked_anew(receiver: Receiver, numbers: list[int], now_s: float) -> tuple[int, int]:
    """How many of these packets the receiver asks for the first time, and among how many numbers they are: all
    since what it last asked for, where that was lately."""
    new = [number for number in numbers if number > receiver.asked]
    if not new:
        return 0, 0
    since = receiver.asked if now_s - receiver.asked_s < WINDOW_S else 0
    receiver.asked, receiver.asked_s = max(new), now_s
    return len(new), receiver.asked - (since or min(new) - 1)
