"""Captions: which of them somebody reads, and how a browser is told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.petitions.register import folded_words
from server.review.withholding import Span


@dataclass(frozen=True, slots=True)
class Cue:
    """Seconds of the playable file."""

    starts_s: float
    ends_s: float
    words: str

    @property
    def search_key(self) -> str:
        return key_of(self.words)


def key_of(words: str) -> str:
    """Folded, each between spaces."""
    return f" {' '.join(folded_words(words))} "


def all_words(cues: Iterable[Cue]) -> str:
    """Each word of a recording once: Vietnamese has some thousand syllables, so this stays short, and says of most
    recordings that nothing need be looked for in them."""
    return f" {' '.join(sorted({word for cue in cues for word in folded_words(cue.words)}))} "


def readable(cues: Iterable[Cue], withheld: Sequence[Span]) -> list[Cue]:
    """Those of which no part is withheld: words are as guarded as the sound they are of."""
    return [
        cue for cue in cues if not any(starts < cue.ends_s and cue.starts_s < ends for starts, ends in withheld)
    ]


def as_webvtt(cues: Iterable[Cue]) -> str:
    told = [f"{stamp(cue.starts_s)} --> {stamp(cue.ends_s)}\n{cue_text(cue.words)}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *told])


def cue_text(text: str) -> str:
    """A cue's text: no markup, and never the arrow that begins another one."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")


def stamp(second: float) -> str:
    whole = round(second * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"
