"""Which seconds of a recording must not be handed to somebody of a role. Pure.

Default deny: the time between two items goes with its neighbours, because there a citizen is led in and spoken to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recordings.manifest import Span
from server.people.rights import Role
from server.petitions.rules import Reading, reading
from server.petitions.tables import PetitionKind
from server.receptions.queries import PetitionOnAgenda


@dataclass(frozen=True, slots=True)
class Heard:
    span: Span
    may_have: bool


def may_have(role: Role, petitions: Iterable[PetitionOnAgenda]) -> bool:
    """Whoever reads the record of every petition of an item may hand out how it was heard. Of a denunciation
    nobody: a voice and a face tell who the denouncer is (Law on Denunciations, Art. 8)."""
    return all(
        petition.kind != PetitionKind.DENUNCIATION
        and reading(role, petition.kind, petition.confidentiality) >= Reading.RECORD
        for petition in petitions
    )


def withheld(heard: Iterable[Heard], seconds: float) -> tuple[Span, ...]:
    """Each from the end of what may be had before it to the beginning of what may be had after it."""
    chapters = sorted(heard, key=lambda each: each.span.starts_s)
    free = [each.span for each in chapters if each.may_have]
    spans = []
    for closed in (each.span for each in chapters if not each.may_have):
        before = max((span.ends_s for span in free if span.starts_s < closed.starts_s), default=0.0)
        after = min((span.starts_s for span in free if span.starts_s >= closed.starts_s), default=seconds)
        spans.append(Span(starts_s=min(before, closed.starts_s), ends_s=max(after, closed.ends_s)))
    return tuple(spans)
