"""The answer to an offer, ours from the first line to the last: ICE-lite, passive DTLS, one candidate, the stage's
one video codec."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.media.sdp import UPSTREAM_EXTENSIONS, Offer, Section
from signaling.wire.rtp import VideoCodec
from signaling.wire.slots import SlotName


@dataclass(frozen=True, slots=True)
class LocalEnd:
    """What the answer says of this end of the link."""

    ice_ufrag: str
    ice_pwd: str
    fingerprint: str  # "sha-256 AA:BB:…"
    host: str
    port: int


START = ";x-google-start-bitrate=1500"
"""Chromium begins at 300 kbit/s and climbs by 8 % a second; a room on the floor has no minute to wait."""
_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")


def write_answer(offer: Offer, local: LocalEnd, ssrcs: Mapping[SlotName, tuple[int, int]]) -> str:
    """The answer to `offer`; `ssrcs` are the numbers under which the slots and their repeats (RTX) are sent."""
    lines = session_head(offer)
    for section in offer.sections:
        lines += _answer_section(section, local, ssrcs) if section.is_media else rejected_section(section)
    return "\r\n".join(lines) + "\r\n"


def session_head(offer: Offer) -> list[str]:
    bundled = [s.mid for s in offer.sections if s.is_media]
    return [
        "v=0",
        "o=- 1 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(bundled)}",
        "a=msid-semantic: WMS *",
    ]


def rejected_section(section: Section) -> Iterable[str]:
    formats = " ".join(str(f.payload_type) for f in section.formats[:1]) or "0"
    return (
        f"m={section.kind} 0 {section.protocol} {formats}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{section.mid}",
        "a=inactive",
    )


def _answer_section(section: Section, local: LocalEnd, ssrcs: Mapping[SlotName, tuple[int, int]]) -> Iterable[str]:
    chosen = section.chosen
    if chosen is None:  # only media sections come here; mypy cannot know
        return ()
    repair = f" {section.rtx_payload_type}" if section.rtx_payload_type else ""
    lines = section_head(section, local, "recvonly" if section.upstream else "sendonly", repair)
    if section.kind == "audio":
        lines.append(f"a=fmtp:{chosen.payload_type} minptime=10;useinbandfec=1")
    else:
        lines += [f"a=rtcp-fb:{chosen.payload_type} {feedback}" for feedback in _FEEDBACK]
        if chosen.codec == VideoCodec.H264:
            level = re.search(r"profile-level-id=([0-9A-Fa-f]{6})", chosen.parameters)
            profile = level[1] if level else "42e01f"
            lines.append(
                f"a=fmtp:{chosen.payload_type} level-asymmetry-allowed=1;packetization-mode=1;"
                f"profile-level-id={profile}{START if section.upstream else ''}"
            )
        elif section.upstream:
            lines.append(f"a=fmtp:{chosen.payload_type} {START[1:]}")
    if repair:
        lines.append(f"a=rtpmap:{section.rtx_payload_type} rtx/90000")
        lines.append(f"a=fmtp:{section.rtx_payload_type} apt={chosen.payload_type}")
    if section.upstream:
        lines += _upstream_lines(section)
    elif section.slot:
        lines += _slot_lines(section.slot, *ssrcs[section.slot], repeats=bool(repair))
    return lines


def section_head(section: Section, local: LocalEnd, direction: str, repair: str = "") -> list[str]:
    """Of a section that has its codec: what does not depend on what it is for."""
    chosen = section.chosen
    if chosen is None:
        return []
    family = "IP6" if ":" in local.host else "IP4"
    return [
        f"m={section.kind} {local.port} {section.protocol} {chosen.payload_type}{repair}",
        f"c=IN {family} {local.host}",
        f"a=candidate:1 1 udp 2130706431 {local.host} {local.port} typ host",
        "a=end-of-candidates",
        f"a=ice-ufrag:{local.ice_ufrag}",
        f"a=ice-pwd:{local.ice_pwd}",
        f"a=fingerprint:{local.fingerprint}",
        "a=setup:passive",
        f"a=mid:{section.mid}",
        f"a={direction}",
        "a=rtcp-mux",
        f"a=rtpmap:{chosen.payload_type} {chosen.rtpmap}",
    ]


def _upstream_lines(section: Section) -> Iterable[str]:
    for uri in UPSTREAM_EXTENSIONS:
        if uri in section.extensions:
            yield f"a=extmap:{section.extensions[uri]} {uri}"
    if len(section.layers) > 1:
        yield from (f"a=rid:{layer} recv" for layer in section.layers)
        yield f"a=simulcast:recv {';'.join(section.layers)}"


def _slot_lines(slot: SlotName, ssrc: int, rtx_ssrc: int, *, repeats: bool) -> Iterable[str]:
    # One stream for a place's picture and sound: only within a stream does a browser keep lips and words together.
    stream = f"stage-{slot.partition('_')[0]}"
    yield f"a=msid:{stream} {slot}"
    if repeats:
        yield f"a=ssrc-group:FID {ssrc} {rtx_ssrc}"
    for each in (ssrc, rtx_ssrc) if repeats else (ssrc,):
        yield f"a=ssrc:{each} cname:tiepdan"
        yield f"a=ssrc:{each} msid:{stream} {slot}"
