"""Splitting a petition with several contents (tách đơn): each other content becomes a petition of its own.

A denunciation is never part of it. One that is found inside makes the whole petition a denunciation first; what is
left besides is then entered as a petition of its own without a link, which would lead to whoever denounced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from server.data.folding import fold
from server.petitions.categories import Route
from server.petitions.filled import Filled, texts_of
from server.petitions.history import Author
from server.petitions.lists import Lists
from server.petitions.register import Entry, create
from server.petitions.sentences import BAD_FIELD, NAME_IN_SUMMARY, NO_SUMMARY, TOO_LONG
from server.petitions.tables import Confidentiality, Petition, PetitionKind

_TEXTS = {"summary": 300, "content": 20_000, "request": 5_000, "unit_in_charge": 120}
_FIELDS = (*_TEXTS, "field")


class NothingToSplit(Exception):
    """The petition has one content (somebody may have split it in the meantime), or it is a denunciation."""


@dataclass(frozen=True, slots=True)
class Part:
    kind: PetitionKind
    summary: str
    content: str
    request: str
    field: str
    unit_in_charge: str


def parts_of(petition: Petition) -> list[PetitionKind]:
    """The contents that are to be split off, in the order of the kinds."""
    if petition.kind == PetitionKind.DENUNCIATION:
        return []
    return [kind for kind in PetitionKind if kind in petition.other_kinds]


def read_parts(
    form: Mapping[str, object], kinds: Sequence[PetitionKind], names: Sequence[str], lists: Lists, day: date
) -> tuple[Filled, list[Part]]:
    """A form with the fields of every part under "summary-reflection" and the like. `names`: of the petitioners,
    which stand in no line that rooms read."""
    filled = Filled({})
    parts = []
    for kind in kinds:
        said = texts_of({name: form.get(f"{name}-{kind}") for name in _FIELDS}, _FIELDS)
        filled.values |= {f"{name}-{kind}": text for name, text in said.items()}
        wrong = _mistakes(said, names)
        if said["field"] and said["field"] not in {field.code for field in lists.fields_for(kind, day)}:
            wrong["field"] = BAD_FIELD
        filled.mistakes |= {f"{name}-{kind}": sentence for name, sentence in wrong.items()}
        parts.append(Part(kind=kind, **said))
    return filled, parts


def _mistakes(said: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    wrong = {name: TOO_LONG for name, longest in _TEXTS.items() if len(said[name]) > longest}
    if not said["summary"]:
        wrong["summary"] = NO_SUMMARY
    elif any(name and fold(name) in fold(said["summary"]) for name in names):
        wrong["summary"] = NAME_IN_SUMMARY
    return wrong


def split(session: Session, petition: Petition, parts: Sequence[Part], author: Author) -> list[Petition]:
    """The new petitions, each pointing to `petition`, with its petitioner, place and day of receipt, and
    confidential if it is. Raises NothingToSplit."""
    if not parts or [part.kind for part in parts] != parts_of(petition):
        raise NothingToSplit
    made = [create(session, _entry(petition, part), author) for part in parts]
    for each in made:
        each.split_from_id = petition.id
        session.add(each)
    petition.other_kinds = frozenset()
    if petition.route is Route.SPLIT:  # it was proposed, and is done
        petition.route = None
    session.add(petition)
    session.flush()
    return made


def _entry(petition: Petition, part: Part) -> Entry:
    return Entry(
        kind=part.kind,
        received_on=petition.received_on,
        summary=part.summary,
        channel=petition.channel,
        petitioner_kind=petition.petitioner_kind,
        petitioner_name=petition.petitioner_name,
        petitioner_address=petition.petitioner_address,
        petitioner_count=petition.petitioner_count,
        representatives=petition.representatives,
        content=part.content,
        request=part.request,
        field=part.field,
        place_code=petition.place_code,
        unit_in_charge=part.unit_in_charge,
        case_age=petition.case_age,
        times_received=petition.times_received,
        confidentiality=Confidentiality(petition.confidentiality),
    )
