"""Everything a link receives: streams by their numbers, repeats unwrapped, and what is said back about them.

No socket, no timer, no keys: decrypted packets come in, RTCP to be encrypted goes out when its time is asked for.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import Protocol

from room_client.estimating import Estimate
from room_client.experience import PictureWatch, SoundWatch
from room_client.receiving import ASK_AGAIN_S, StreamCounts, StreamReceiver
from room_client.sdp import AnsweredPart, Part
from signaling.wire import rtcp
from signaling.wire.rtp import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, RtpView, pack_packet
from signaling.wire.slots import SlotName

KEY_FRAME_SPACING_S = 1.0  # PLIs of ours for one slot
LEAST_ASK_AGAIN_S = 0.03  # a repeat behind a burst of others
ASK_AGAIN_TRIPS = 1.25  # round trips to wait for a repeat


class MediaWitness(Protocol):
    """Called from the event loop, between packets: be quick."""

    def first_packet(self, slot: SlotName, at: float) -> None: ...

    def key_frame(self, slot: SlotName, at: float, rtp_time: int) -> None: ...

    def label(self, slot: SlotName, at: float, label: str) -> None: ...


class Downstream:
    """Told of packets and of the time. `ssrc` is the number under which reports are sent."""

    def __init__(
        self,
        ssrc: int,
        parts: Mapping[Part, AnsweredPart],
        witness: MediaWitness,
        watches: Mapping[SlotName, PictureWatch | SoundWatch],
    ) -> None:
        self.ssrc = ssrc
        self.unknown = 0  # packets of no slot
        self.estimate = Estimate()
        self._octets = 0
        self._receivers: dict[bytes, StreamReceiver] = {}
        self._repeated: dict[bytes, tuple[StreamReceiver, int]] = {}  # by the RTX stream's SSRC: payload type
        self._asked_key_frame_at: dict[int, float] = {}
        self._view = RtpView()
        for part, answered in parts.items():
            if not isinstance(part, SlotName) or not answered.ssrcs:
                continue
            receiver = StreamReceiver(
                part,
                answered.ssrcs[0],
                answered.codec,
                VIDEO_CLOCK_HZ if part.is_video else AUDIO_CLOCK_HZ,
                witness.first_packet,
                witness.key_frame,
                witness.label,
                self.estimate.arrived,
                watches.get(part),
            )
            self._receivers[receiver.ssrc.to_bytes(4, "big")] = receiver
            if answered.rtx_ssrc is not None and answered.rtx_payload_type is not None:
                receiver.repeats_apart = True
                self._repeated[answered.rtx_ssrc.to_bytes(4, "big")] = (receiver, answered.payload_type)

    def packet(self, packet: bytes, now_s: float) -> bool:
        """A decrypted RTP packet of at least 12 bytes. True: something is missing and will be asked for."""
        self._octets += len(packet)
        receiver = self._receivers.get(packet[8:12])
        if receiver is None:
            return self._repeat_arrived(packet, now_s)
        receiver.packet(packet, now_s)
        return receiver.has_holes

    def sender_reported(self, ssrc: int, ntp_middle: int, now_s: float) -> None:
        if (receiver := self._receivers.get(ssrc.to_bytes(4, "big"))) is not None:
            receiver.sender_report(ntp_middle, now_s)

    def poll_feedback(self, now_s: float, rtt_s: float | None) -> bytes:
        """NACKs and PLIs due now, a compound packet, or nothing. `rtt_s` None: not measured yet."""
        again_s = ASK_AGAIN_S if rtt_s is None else max(LEAST_ASK_AGAIN_S, ASK_AGAIN_TRIPS * rtt_s)
        parts = b""
        for receiver in self._receivers.values():
            if not receiver.has_holes and not receiver.gave_up:
                continue
            if wanted := receiver.wanted(now_s, again_s):
                parts += rtcp.packets_wanted(self.ssrc, receiver.ssrc, wanted)
            if receiver.gave_up:
                receiver.gave_up = False
                parts += self._key_frame_wanted(receiver, now_s)
        return rtcp.receiver_report(self.ssrc, ()) + parts if parts else b""

    @property
    def has_holes(self) -> bool:
        return any(receiver.has_holes for receiver in self._receivers.values())

    def poll_report(self, now_s: float) -> bytes:
        """The receiver report since the last one."""
        blocks = [block for r in self._receivers.values() if (block := r.report(now_s)) is not None]
        return rtcp.receiver_report(self.ssrc, blocks)

    def poll_estimate(self, now_s: float) -> bytes:
        """A REMB, or nothing while there is nothing to judge; every `estimating.POLL_S`."""
        receivers = self._receivers.values()
        expected = sum(r.expected for r in receivers)
        bps = self.estimate.poll(self._octets, expected, sum(r.in_time for r in receivers), now_s)
        if bps is None:
            return b""
        pictures = [r.ssrc for r in receivers if r.slot.is_video]
        return rtcp.receiver_report(self.ssrc, ()) + rtcp.bitrate_estimated(self.ssrc, pictures, bps)

    def wanting_key_frames(self, now_s: float) -> bytes:
        """PLIs for every slot that was ever seen: after a silence nothing that was kept can be continued."""
        parts = b"".join(self._key_frame_wanted(r, now_s) for r in self._receivers.values() if r.counts().packets)
        return rtcp.receiver_report(self.ssrc, ()) + parts if parts else b""

    def counts(self) -> Iterable[tuple[SlotName, StreamCounts]]:
        return ((receiver.slot, receiver.counts()) for receiver in self._receivers.values())

    def _repeat_arrived(self, packet: bytes, now_s: float) -> bool:
        """RFC 4588: the original number stands before the payload. Shorter ones are padding, to probe the line."""
        found = self._repeated.get(packet[8:12])
        if found is None:
            self.unknown += 1
            return False
        view = self._view
        if not view.read(packet) or view.payload_end - view.payload_start < 2:
            return False
        receiver, payload_type = found
        sequence, timestamp = struct.unpack_from("!H", packet, view.payload_start)[0], view.timestamp
        payload = packet[view.payload_start + 2 : view.payload_end]
        original = pack_packet(payload_type, view.marker, sequence, timestamp, receiver.ssrc, payload)
        receiver.packet(original, now_s, again=True)
        return receiver.has_holes

    def _key_frame_wanted(self, receiver: StreamReceiver, now_s: float) -> bytes:
        if not receiver.slot.is_video:
            return b""
        if now_s - self._asked_key_frame_at.get(receiver.ssrc, float("-inf")) <= KEY_FRAME_SPACING_S:
            return b""
        self._asked_key_frame_at[receiver.ssrc] = now_s
        return rtcp.key_frame_wanted(self.ssrc, receiver.ssrc)
