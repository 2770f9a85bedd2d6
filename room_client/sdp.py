"""Writing the one offer of PROTOCOL.md and reading its answer (RFC 8866, RFC 8829, RFC 8839)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal

from signaling.messages import Purpose
from signaling.wire.slots import STAGE_SLOTS, SlotName, Upstream

H264_PAYLOAD_TYPE, VP8_PAYLOAD_TYPE, OPUS_PAYLOAD_TYPE = 102, 96, 111
_RTX_PAYLOAD_TYPES = {H264_PAYLOAD_TYPE: 103, VP8_PAYLOAD_TYPE: 97}
_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")
_REPEATED = re.compile(r"(?:^|;\s*)apt=(\d{1,3})(?:;|$)")
_FINGERPRINT = re.compile(r"^(sha-\d+) ([0-9A-Fa-f:]+)$")


class AnswerUnusable(ValueError):
    """The answer is not one this room can use. Its text never quotes the answer: that holds addresses."""


Part = Upstream | SlotName

_UP = {
    Purpose.ROOM: (Upstream.CAMERA, Upstream.MICROPHONE),
    Purpose.DESK: (Upstream.CAMERA, Upstream.MICROPHONE, Upstream.DOCUMENT),
    Purpose.WATCH: (),
}


def offered_parts(purpose: Purpose, receives: bool = True) -> tuple[Part, ...]:
    """The m-lines of the one offer, in order. `receives` False: the stage is another one's, the screen's."""
    return _UP[purpose] + (STAGE_SLOTS if receives and purpose is not Purpose.DESK else ())


@dataclass(frozen=True, slots=True)
class LocalEnd:
    """What the offer says of this end."""

    ice_ufrag: str
    ice_password: str
    fingerprint: str  # "sha-256 AA:BB:…"
    cname: str
    ssrcs: dict[Upstream, int]
    rtx_ssrcs: dict[Upstream, int] | None = None  # of repeats (RFC 4588); None: RTX is not offered, either way


def write_offer(purpose: Purpose, local: LocalEnd, receives: bool = True) -> str:
    """The one offer: BUNDLE, no candidates (the server learns our address from our checks)."""
    parts = offered_parts(purpose, receives)
    lines = [
        "v=0",
        "o=- 1 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE " + " ".join(str(index) for index in range(len(parts))),
        "a=msid-semantic: WMS *",
    ]
    for index, part in enumerate(parts):
        lines += _video_lines(rtx=local.rtx_ssrcs is not None) if part.is_video else _audio_lines()
        lines += [
            f"a=mid:{index}",
            "a=rtcp-mux",
            f"a=ice-ufrag:{local.ice_ufrag}",
            f"a=ice-pwd:{local.ice_password}",
            f"a=fingerprint:{local.fingerprint}",
            "a=setup:actpass",
        ]
        if isinstance(part, Upstream):
            lines += [
                "a=sendonly",
                f"a=msid:room {part}",
                f"a=ssrc:{local.ssrcs[part]} cname:{local.cname}",
            ]
            if local.rtx_ssrcs is not None and part in local.rtx_ssrcs:
                lines += [
                    f"a=ssrc:{local.rtx_ssrcs[part]} cname:{local.cname}",
                    f"a=ssrc-group:FID {local.ssrcs[part]} {local.rtx_ssrcs[part]}",
                ]
        else:
            lines.append("a=recvonly")
    return "\r\n".join(lines) + "\r\n"


def _video_lines(*, rtx: bool) -> list[str]:
    formats = [(H264_PAYLOAD_TYPE, "H264"), (VP8_PAYLOAD_TYPE, "VP8")]
    numbers = [number for number, _ in formats] + (list(_RTX_PAYLOAD_TYPES.values()) if rtx else [])
    lines = [f"m=video 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, numbers))}", "c=IN IP4 0.0.0.0"]
    for payload_type, name in formats:
        lines.append(f"a=rtpmap:{payload_type} {name}/90000")
        lines += [f"a=rtcp-fb:{payload_type} {feedback}" for feedback in _FEEDBACK]
        if rtx:
            repeats = _RTX_PAYLOAD_TYPES[payload_type]
            lines += [f"a=rtpmap:{repeats} rtx/90000", f"a=fmtp:{repeats} apt={payload_type}"]
    lines.append(
        f"a=fmtp:{H264_PAYLOAD_TYPE} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
    )
    return lines


def _audio_lines() -> list[str]:
    return [
        f"m=audio 9 UDP/TLS/RTP/SAVPF {OPUS_PAYLOAD_TYPE}",
        "c=IN IP4 0.0.0.0",
        f"a=rtpmap:{OPUS_PAYLOAD_TYPE} opus/48000/2",
        f"a=fmtp:{OPUS_PAYLOAD_TYPE} minptime=10;useinbandfec=1",
        f"a=rtcp-fb:{OPUS_PAYLOAD_TYPE} nack",
    ]


@dataclass(slots=True)
class AnsweredPart:
    """One m-line of the answer that is not refused."""

    codec: str  # "h264", "vp8" or "opus"
    payload_type: int
    ssrcs: list[int] = field(default_factory=list)
    rtx_payload_type: int | None = None  # of repeats, where RTX was agreed on (RFC 4588)
    rtx_ssrc: int | None = None  # under which the server sends them


@dataclass(slots=True)
class Answer:
    ice_ufrag: str
    ice_password: str
    fingerprints: list[tuple[str, str]]  # algorithm, digest
    dtls_role: Literal["client", "server"]  # ours; the server answers passive, so "client"
    addresses: list[tuple[str, int]]  # of the server, best first
    parts: dict[Part, AnsweredPart]


@dataclass(slots=True)
class _Section:
    port: int
    first_format: int
    codecs: dict[int, str] = field(default_factory=dict)
    ssrcs: list[int] = field(default_factory=list)
    groups: list[tuple[int, int]] = field(default_factory=list)  # FID: stream, repeats
    repeats: dict[int, int] = field(default_factory=dict)  # payload type it repeats: its own
    inactive: bool = False

    def part(self) -> AnsweredPart:
        payload_type = self.first_format
        rtx = self.repeats.get(payload_type)
        if rtx is not None and self.codecs.get(rtx) != "rtx":
            rtx = None
        group = self.groups[0] if self.groups else None
        ssrcs = [group[0], *(s for s in self.ssrcs if s not in group)] if group else self.ssrcs
        return AnsweredPart(self.codecs[payload_type], payload_type, ssrcs, rtx, group[1] if group else None)


def read_answer(sdp: str, purpose: Purpose, receives: bool = True) -> Answer:
    """Raises AnswerUnusable."""
    single: dict[str, str] = {}
    fingerprints: list[tuple[str, str]] = []
    candidates: list[tuple[int, str, int]] = []
    sections: list[_Section] = []
    try:
        for line in sdp.replace("\r\n", "\n").split("\n"):
            name, _, value = line[2:].partition(":")
            if line.startswith("m="):
                words = line[2:].split()
                sections.append(_Section(_number(words[1], 65_535), _number(words[3], 127)))
            elif not line.startswith("a="):
                continue
            elif name in ("ice-ufrag", "ice-pwd", "setup"):
                single.setdefault(name, value.strip())
            elif name == "fingerprint" and (found := _FINGERPRINT.match(value.strip())):
                if (found[1], found[2]) not in fingerprints:
                    fingerprints.append((found[1], found[2]))
            elif name == "candidate":
                candidates += _candidate(value.split())
            elif sections:
                _section_attribute(sections[-1], name, value)
    except (ValueError, IndexError) as error:
        raise AnswerUnusable("the answer is not a session description") from error
    wanted = offered_parts(purpose, receives)
    if len(sections) != len(wanted):
        raise AnswerUnusable(f"the answer has {len(sections)} m-lines, the offer had {len(wanted)}")
    if not fingerprints or "ice-ufrag" not in single or "ice-pwd" not in single:
        raise AnswerUnusable("the answer lacks ice-ufrag, ice-pwd or fingerprint")
    parts = {
        part: section.part()
        for part, section in zip(wanted, sections, strict=True)
        if section.port and not section.inactive and section.first_format in section.codecs
    }
    addresses = list(dict.fromkeys((host, port) for _, host, port in sorted(candidates, reverse=True)))
    if not addresses:
        raise AnswerUnusable("the answer has no candidate with a numeric address")
    return Answer(
        single["ice-ufrag"],
        single["ice-pwd"],
        fingerprints,
        "server" if single.get("setup") == "active" else "client",
        addresses,
        parts,
    )


def _section_attribute(section: _Section, name: str, value: str) -> None:
    if name == "rtpmap":
        number, _, rtpmap = value.partition(" ")
        section.codecs[_number(number, 127)] = rtpmap.partition("/")[0].strip().lower()
    elif name == "ssrc":
        ssrc = _number(value.split()[0], 0xFFFFFFFF)
        if ssrc not in section.ssrcs:
            section.ssrcs.append(ssrc)
    elif name == "ssrc-group" and value.startswith("FID "):
        stream, repeats = value.split()[1:3]
        section.groups.append((int(stream), int(repeats)))
    elif name == "fmtp":
        number, _, parameters = value.partition(" ")
        if found := _REPEATED.search(parameters):
            section.repeats.setdefault(int(found[1]), int(number))
    elif name == "inactive":
        section.inactive = True


def _candidate(words: list[str]) -> list[tuple[int, str, int]]:
    """(priority, host, port) of a UDP candidate of component 1 with a numeric address; else nothing."""
    if words[1] != "1" or words[2].lower() != "udp":
        return []
    try:
        host = str(ip_address(words[4]))
    except ValueError:  # an mDNS name: never the server's
        return []
    return [(_number(words[3], 0xFFFFFFFF), host, _number(words[5], 65_535))]


def _number(text: str, highest: int) -> int:
    """Raises ValueError for what is no number from 0 to `highest`."""
    if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > highest:
        raise ValueError(f"no number up to {highest}")
    return int(text)
