"""Reading an offer (RFC 8866, RFC 8829, RFC 8839), as far as a link needs it; `sdp_answer` writes the answer.

What an m-line is for follows from its direction and its place (PROTOCOL.md, "The one offer").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from signaling.messages import Purpose
from signaling.refusals import RefusalCode, Refused
from signaling.wire.rtp import VideoCodec
from signaling.wire.slots import AUDIO_SLOTS, VIDEO_SLOTS, Layer, SlotName, Upstream

LONGEST_OFFER = 64_000
MOST_SECTIONS = 24
DISCARD_PORT = 9  # what an m-line says whose address is not known yet (RFC 8829, section 5.2.1)
MID_EXTENSION = "urn:ietf:params:rtp-hdrext:sdes:mid"
LEVEL_EXTENSION = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
RID_EXTENSION = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID_EXTENSION = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
UPSTREAM_EXTENSIONS = (MID_EXTENSION, LEVEL_EXTENSION, RID_EXTENSION, REPAIRED_RID_EXTENSION)
_FINGERPRINT = re.compile(r"^(sha-(?:1|224|256|384|512)) ((?:[0-9A-F]{2}:){15,63}[0-9A-F]{2})$", re.IGNORECASE)
_TOKEN = re.compile(r"^[\w!#$%&'*+.^`{|}~-]{1,64}$")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ICE = re.compile(r"^[A-Za-z0-9+/]{4,256}$")


_SLOTS = {"video": VIDEO_SLOTS, "audio": AUDIO_SLOTS}
_UPSTREAM: dict[str, tuple[Upstream, ...]] = {
    "video": (Upstream.CAMERA, Upstream.DOCUMENT),
    "audio": (Upstream.MICROPHONE, Upstream.INTERPRETATION),
}  # of a room only the first of each
_PROGRAMME = {"video": SlotName.PROGRAMME_VIDEO, "audio": SlotName.PROGRAMME_AUDIO}


@dataclass(frozen=True, slots=True)
class Format:
    """One payload type of an m-line: its codec name in lower case, and its fmtp parameters."""

    payload_type: int
    codec: str
    rtpmap: str
    parameters: str


@dataclass(slots=True)
class Section:
    """One m-line of an offer. `upstream` or `slot` says what it is for; neither: it is answered inactive."""

    kind: str
    protocol: str
    port: int
    mid: str = ""
    direction: str = "sendrecv"
    payload_types: list[int] = field(default_factory=list)  # in the offer's order of preference
    rtpmaps: dict[int, str] = field(default_factory=dict)  # by payload type
    fmtps: dict[int, str] = field(default_factory=dict)
    ssrcs: list[int] = field(default_factory=list)
    repairs: dict[int, int] = field(default_factory=dict)  # SSRC of a repair stream: of the stream it repairs
    rids: list[str] = field(default_factory=list)  # that it would send, as a=simulcast names them
    extensions: dict[str, int] = field(default_factory=dict)
    upstream: Upstream | None = None
    slot: SlotName | None = None
    chosen: Format | None = None
    rtx_payload_type: int = 0  # of the repair stream of `chosen` (RFC 4588); 0: none

    @property
    def formats(self) -> list[Format]:
        """What is offered, the preferred one first; a payload type without a=rtpmap is none of ours."""
        return [
            Format(each, rtpmap.partition("/")[0].lower(), rtpmap, self.fmtps.get(each, ""))
            for each in self.payload_types
            if (rtpmap := self.rtpmaps.get(each)) is not None
        ]

    @property
    def is_media(self) -> bool:
        return self.kind in ("audio", "video") and self.chosen is not None

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of an upstream picture, best first: one where it is sent once, or by rids not ours.

        Layers are told apart by their rid alone (RFC 8852), so an offer without that extension has one.
        """
        named = [layer for layer in Layer if layer in self.rids]
        if len(named) < 2 or RID_EXTENSION not in self.extensions or self.upstream is Upstream.DOCUMENT:
            return (Layer.HIGH,)
        return tuple(named)


@dataclass(slots=True)
class Offer:
    """A whole offer, every m-line given its part."""

    ice_ufrag: str
    ice_pwd: str
    fingerprints: list[tuple[str, str]]
    sections: list[Section]

    def extension(self, uri: str) -> int:
        """Id of a header extension on what is sent up; 0 if there is none. BUNDLE has one id space."""
        return next((s.extensions[uri] for s in self.sections if s.upstream and uri in s.extensions), 0)


def _refuse(came: str, allowed: str) -> Refused:
    return Refused(RefusalCode.BAD_SDP, came, allowed)


def _number(text: str, low: int, high: int, what: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 10 or not low <= int(text) <= high:
        raise _refuse(f"a {what} that is no number in range", f"{what} from {low} to {high}")
    return int(text)


def parse_offer(sdp: str, purpose: Purpose, codec: VideoCodec) -> Offer:
    """Read an offer. Raises Refused (BAD_SDP, NO_COMMON_CODEC) and nothing else, whatever came.

    No text of the offer stands in a refusal: an offer carries addresses.
    """
    if len(sdp) > LONGEST_OFFER:
        raise _refuse(f"an offer of {len(sdp)} characters", f"at most {LONGEST_OFFER}")
    text = sdp.replace("\r\n", "\n")
    if _CONTROL.search(text):  # a lone CR would be a line of the answer to some readers
        raise _refuse("a control character", "text, in lines that end with CR LF")
    lines = text.split("\n")
    if not lines[0].startswith("v=0"):
        raise _refuse("a text that does not begin with v=0", "a session description (RFC 8866)")
    offer = Offer("", "", [], [])
    for line in lines[1:]:
        if line.startswith("m="):
            if len(offer.sections) == MOST_SECTIONS:
                raise _refuse(f"more than {MOST_SECTIONS} m-lines", f"from 1 to {MOST_SECTIONS}")
            offer.sections.append(_media_line(line, len(offer.sections)))
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            _session_attribute(offer, name, value.strip())
            if offer.sections:
                _media_attribute(offer.sections[-1], name, value.strip())
    _check_whole(offer)
    _give_parts(offer, purpose)
    _choose_codecs(offer, codec)
    return offer


def _check_whole(offer: Offer) -> None:
    if not offer.sections:
        raise _refuse("0 m-lines", f"from 1 to {MOST_SECTIONS}")
    if not _ICE.match(offer.ice_ufrag) or not _ICE.match(offer.ice_pwd) or not offer.fingerprints:
        raise _refuse("an offer without ice-ufrag, ice-pwd or fingerprint", "all three (RFC 8839, RFC 8122)")
    mids = [s.mid for s in offer.sections]
    if len(set(mids)) != len(mids):
        raise _refuse("two m-lines with one mid", "a mid of its own for each m-line")


def parse_fragment(fragment: str) -> tuple[str, str]:
    """New ice-ufrag and ice-pwd of an ICE restart's fragment (RFC 8840, section 9). Raises Refused (BAD_SDP)."""
    if len(fragment) > LONGEST_OFFER:
        raise _refuse(f"a fragment of {len(fragment)} characters", f"at most {LONGEST_OFFER}")
    found: dict[str, str] = {}
    for line in fragment.replace("\r\n", "\n").split("\n"):
        name, _, value = line.partition(":")
        if name in ("a=ice-ufrag", "a=ice-pwd"):
            found.setdefault(name, value.strip())
    ufrag, password = found.get("a=ice-ufrag", ""), found.get("a=ice-pwd", "")
    if not _ICE.match(ufrag) or not _ICE.match(password):
        raise _refuse("a fragment without ice-ufrag or ice-pwd", "both (RFC 8839)")
    return ufrag, password


def _media_line(line: str, index: int) -> Section:
    words = line[2:].split()
    if len(words) < 4:
        raise _refuse("an m-line of fewer than four words", "m=KIND PORT PROTOCOL FORMAT …")
    port = _number(words[1].partition("/")[0], 0, 65535, "port")
    section = Section(words[0][:20], words[2], port, mid=str(index))
    if section.kind in ("audio", "video"):
        if len(words) > 3 + 128:
            raise _refuse(f"an m-line of {len(words) - 3} formats", "at most 128: there are no more payload types")
        section.payload_types = [_number(word, 0, 127, "payload type") for word in words[3:]]
    return section


def _session_attribute(offer: Offer, name: str, value: str) -> None:
    """What is the same of all m-lines of a bundle, wherever it stands (RFC 9143): the first one counts."""
    if name == "ice-ufrag":
        offer.ice_ufrag = offer.ice_ufrag or value
    elif name == "ice-pwd":
        offer.ice_pwd = offer.ice_pwd or value
    elif name == "fingerprint":
        found = _FINGERPRINT.match(value)
        if found and (found[1].lower(), found[2]) not in offer.fingerprints:
            offer.fingerprints.append((found[1].lower(), found[2]))


def _media_attribute(section: Section, name: str, value: str) -> None:
    if name == "mid":
        if not _TOKEN.match(value):
            raise _refuse("a mid that is no token", "1 to 64 token characters (RFC 5888)")
        section.mid = value
    elif name in ("sendonly", "recvonly", "sendrecv", "inactive"):
        section.direction = name
    elif name == "bundle-only":  # of port zero, and yet not rejected (RFC 9143, section 6): Firefox offers so
        section.port = section.port or DISCARD_PORT
    elif name == "rtpmap":
        number, _, rtpmap = value.partition(" ")
        section.rtpmaps[_number(number, 0, 127, "payload type")] = rtpmap.strip()[:64]
    elif name == "fmtp":
        number, _, parameters = value.partition(" ")
        section.fmtps[_number(number, 0, 127, "payload type")] = parameters.strip()[:512]
    elif name == "ssrc":
        ssrc = _number(value.partition(" ")[0], 0, 2**32 - 1, "SSRC")
        if ssrc not in section.ssrcs and len(section.ssrcs) < 16:
            section.ssrcs.append(ssrc)
    elif name == "ssrc-group":
        words = value.split()
        if len(words) == 3 and words[0] == "FID" and len(section.repairs) < 8:
            repaired, repair = (_number(word, 0, 2**32 - 1, "SSRC") for word in words[1:])
            section.repairs[repair] = repaired
    elif name == "simulcast":
        words = value.split()
        if "send" in words[:-1]:
            listed = words[words.index("send") + 1]
            section.rids = [each.partition(",")[0].lstrip("~") for each in listed.split(";")][:8]
    elif name == "extmap":
        identifier, _, uri = value.partition(" ")
        section.extensions[uri.split(" ")[0]] = _number(identifier.partition("/")[0], 1, 255, "extmap id")


def _give_parts(offer: Offer, purpose: Purpose) -> None:
    """Give every m-line its part by direction and place among its like."""
    for kind in ("video", "audio"):
        sections = [s for s in offer.sections if s.kind == kind and s.port]
        sends = [s for s in sections if _sends(s, purpose)]
        receives = [s for s in sections if s not in sends and s.direction in ("recvonly", "sendrecv")]
        parts = _UPSTREAM[kind]
        if purpose is not Purpose.DESK:
            parts = parts[:1]
        for section, part in zip(sends, parts, strict=False):
            section.upstream = part
        if len(receives) == 1:
            receives[0].slot = _PROGRAMME[kind]
        else:
            for section, slot in zip(receives, _SLOTS[kind], strict=False):
                section.slot = slot


def _sends(section: Section, purpose: Purpose) -> bool:
    if purpose is Purpose.WATCH:
        return False
    return section.direction == "sendonly" or (section.direction == "sendrecv" and purpose is Purpose.DESK)


def _choose_codecs(offer: Offer, codec: VideoCodec) -> None:
    for section in offer.sections:
        if not (section.upstream or section.slot):
            continue
        if section.kind == "audio":
            section.chosen = next((f for f in section.formats if f.codec == "opus"), None)
            wanted = "opus"
        else:
            candidates = [f for f in section.formats if f.codec == codec]
            if codec is VideoCodec.H264:
                candidates = _constrained_baseline(candidates, strict=section.upstream is not None)
            section.chosen = candidates[0] if candidates else None
            wanted = codec.value
        if section.chosen is None:
            raise Refused(
                RefusalCode.NO_COMMON_CODEC,
                f"{section.kind} with {', '.join(sorted({f.codec for f in section.formats})) or 'no codec'}",
                wanted,
            )
        section.rtx_payload_type = _rtx_of(section)


def _rtx_of(section: Section) -> int:
    """The payload type that repairs the chosen one, by its apt parameter (RFC 4588, section 8.6); 0: none."""
    wanted = f"apt={section.chosen.payload_type}" if section.chosen else ""
    for each in section.formats:
        if each.codec == "rtx" and wanted in (p.strip() for p in each.parameters.split(";")):
            return each.payload_type
    return 0


def _constrained_baseline(formats: list[Format], strict: bool) -> list[Format]:
    """H.264 formats with packetization-mode 1, constrained baseline first (RFC 6184, section 8.1).

    A sender must offer baseline. A receiver may decode only by higher profiles and still shows baseline.
    """

    def rank(parameters: str) -> int:
        fields = dict(p.strip().partition("=")[::2] for p in parameters.lower().split(";") if p.strip())
        if fields.get("packetization-mode", "0") != "1":
            return 9
        profile = fields.get("profile-level-id", "42001f")
        if profile.startswith("42") and len(profile) == 6:
            try:
                return 0 if int(profile[2:4], 16) & 0x40 else 1
            except ValueError:
                return 9
        return 5

    ranked = sorted(((rank(f.parameters), index, f) for index, f in enumerate(formats)))
    return [f for r, _, f in ranked if r < (5 if strict else 9)]
