"""Which seconds of a recording somebody may not watch. Pure.

Default deny: the time between two items goes with its neighbours, because there a citizen is led in and spoken to.
Where one of them is withheld, so is the time up to the next chapter that may be watched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from server.people.rights import Role
from server.petitions.rules import Reading, reading
from server.petitions.tables import Confidentiality, PetitionKind
from server.receptions.queries import PetitionOnAgenda

Span = tuple[float, float]
"""Seconds of the playable file."""
NEIGHBOUR_S = 0.05
"""Times in the database are rounded to the millisecond; less than this between two spans is nothing."""


@dataclass(frozen=True, slots=True)
class Heard:
    starts_s: float
    ends_s: float
    may_watch: bool


def may_watch(role: Role, petitions: Iterable[PetitionOnAgenda]) -> bool:
    """Who reads the record of every petition of an item watches how it was heard. A denunciation nobody watches:
    a voice and a face tell who the denouncer is (Law on Denunciations, Art. 8)."""
    return all(
        petition.kind != PetitionKind.DENUNCIATION
        and reading(role, petition.kind, petition.confidentiality) >= Reading.RECORD
        for petition in petitions
    )


def is_confidential(petitions: Iterable[PetitionOnAgenda]) -> bool:
    return any(petition.confidentiality != Confidentiality.NORMAL for petition in petitions)


def withheld(chapters: Iterable[Heard], quarantined: Iterable[Span], seconds: float) -> tuple[Span, ...]:
    """In the order of the file, none touching another. A second that lies in a chapter that may be watched and in
    one that may not is withheld."""
    heard = sorted(chapters, key=lambda chapter: (chapter.starts_s, chapter.ends_s))
    spans = [
        (_before(chapter, heard), _after(chapter, heard, seconds)) for chapter in heard if not chapter.may_watch
    ]
    return joined([*spans, *quarantined], seconds)


def joined(spans: Iterable[Span], seconds: float, apart_s: float = NEIGHBOUR_S) -> tuple[Span, ...]:
    """Clipped to the file, in order, with what overlaps or adjoins (lies no further than `apart_s`) made one."""
    whole: list[Span] = []
    for starts, ends in sorted((max(0.0, starts), min(seconds, ends)) for starts, ends in spans):
        if ends - starts <= 0:
            continue
        if whole and starts - whole[-1][1] <= apart_s:
            whole[-1] = (whole[-1][0], max(whole[-1][1], ends))
        else:
            whole.append((starts, ends))
    return tuple(whole)


def without(spans: Iterable[Span], left_out: Iterable[Span]) -> tuple[Span, ...]:
    """What of the spans lies outside of those that are `left_out`; these are in order and do not touch."""
    rest = list(spans)
    for starts, ends in left_out:
        parts = [part for a, b in rest for part in ((a, min(b, starts)), (max(a, ends), b))]
        rest = [(a, b) for a, b in parts if b > a]
    return tuple(sorted(set(rest)))


def is_withheld(second: float, spans: Iterable[Span]) -> bool:
    return any(starts <= second < ends for starts, ends in spans)


def key_of(folder: str, file: str, size: int, *groups: tuple[Span, ...]) -> str:
    """The name of what is made of a recording without these spans: another one once any of it changes."""
    said = "|".join(
        (folder, file, str(size), *(",".join(f"{a:.3f}-{b:.3f}" for a, b in group) for group in groups))
    )
    return sha256(said.encode()).hexdigest()[:32]


def _before(chapter: Heard, heard: list[Heard]) -> float:
    ends = [other.ends_s for other in heard if other.may_watch and other.starts_s < chapter.starts_s]
    return min(chapter.starts_s, max(ends, default=0.0))


def _after(chapter: Heard, heard: list[Heard], seconds: float) -> float:
    starts = [other.starts_s for other in heard if other.may_watch and other.starts_s >= chapter.starts_s]
    return max(chapter.ends_s, min(starts, default=seconds))
