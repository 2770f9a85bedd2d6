"""The offer of a link that only measures a line, and its answer: one picture down, and sounds up.

What is sent down is filler that no decoder makes a picture of. Up come sounds, because a browser sends Opus at the
rate it is told, whatever it believes of the line, while it would feel its way up with a picture for longer than a
check takes. The first one is soft enough for every line: what it loses the line loses by itself. All together
are more than a camera sends.
"""

from __future__ import annotations

from collections.abc import Iterable

from server.media.sdp import Offer, Section, parse_offer
from server.media.sdp_answer import LocalEnd, rejected_section, section_head, session_head
from signaling.messages import Purpose
from signaling.refusals import RefusalCode, Refused
from signaling.wire.rtp import VideoCodec

MOST_SOUNDS = 8
SOFT = "minptime=10;useinbandfec=0;maxaveragebitrate=32000"
LOUD = "minptime=10;useinbandfec=0;stereo=1;cbr=1;maxaveragebitrate=510000"  # the most Opus has
_ALLOWED = f"one picture recvonly, and from 1 to {MOST_SOUNDS} sounds sendonly with Opus"


def parse_measured_offer(sdp: str, codec: VideoCodec) -> Offer:
    """Raises Refused (BAD_SDP, NO_COMMON_CODEC). No section of it has a part on the stage."""
    offer = parse_offer(sdp, Purpose.WATCH, codec)
    sounds = [each for each in offer.sections if each.kind == "audio" and each.direction == "sendonly"]
    for sound in sounds:
        sound.chosen = next((each for each in sound.formats if each.codec == "opus"), None)
    pictures = [each for each in offer.sections if each.slot is not None and each.kind == "video"]
    if len(pictures) != 1 or not 1 <= len(sounds) <= MOST_SOUNDS or not all(each.chosen for each in sounds):
        raise Refused(RefusalCode.BAD_SDP, f"{len(pictures)} pictures and {len(sounds)} sounds", _ALLOWED)
    for section in offer.sections:
        section.slot = None
        if section not in sounds and section not in pictures:
            section.chosen = None
    return offer


def write_measured_answer(offer: Offer, local: LocalEnd, ssrc: int) -> str:
    """`ssrc`: under which the filler is sent."""
    lines = session_head(offer)
    sounds = 0
    for section in offer.sections:
        if section.chosen is None:
            lines += rejected_section(section)
            continue
        if section.kind == "audio":
            lines += [
                *section_head(section, local, "recvonly"),
                f"a=fmtp:{_type(section)} {LOUD if sounds else SOFT}",
            ]
            sounds += 1
        else:
            lines += [*section_head(section, local, "sendonly"), *_picture(section, ssrc)]
    return "\r\n".join(lines) + "\r\n"


def _picture(section: Section, ssrc: int) -> Iterable[str]:
    if section.chosen is not None and section.chosen.parameters:
        yield f"a=fmtp:{_type(section)} {section.chosen.parameters}"
    yield "a=msid:line filler"
    yield f"a=ssrc:{ssrc} cname:tiepdan"


def _type(section: Section) -> int:
    return section.chosen.payload_type if section.chosen is not None else 0
