"""Writing the register: new records, changes, codes, and the key that search runs on. States: see `history`.

The table refuses a denouncer's name and address by a constraint; here nothing of the kind even reaches it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date

from sqlmodel import Session, col, select

from server.data.folding import fold
from server.petitions.categories import CaseAge, CaseFlag, PetitionerKind, Settled
from server.petitions.concluded import Conclusions
from server.petitions.heard import Hearings
from server.petitions.history import SYSTEM, Author, begin, case_of, erase_reasons
from server.petitions.rules import CODE_PREFIXES, DENUNCIATION_SUMMARY
from server.petitions.tables import Confidentiality, Petition, PetitionKind, PetitionStatus
from server.rooms.queries import room_by_code

SEPARATOR = "\x1f"
"""Between the parts of a search key: code, text, names. Folded text never contains it, so "found before the
n-th separator" is one LIKE pattern in every database."""
_NO_WORD = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person writes into the register. `code` empty: the next free one of the kind."""

    kind: PetitionKind
    received_on: date
    summary: str = ""
    code: str = ""
    other_kinds: frozenset[PetitionKind] = frozenset()
    channel: str = "direct"
    petitioner_kind: PetitionerKind = PetitionerKind.INDIVIDUAL
    petitioner_name: str = ""
    petitioner_address: str = ""
    petitioner_count: int = 1
    representatives: str = ""  # besides the petitioner named, one a line
    opaque_reference: str = ""
    content: str = ""
    request: str = ""
    field: str = ""
    place_code: str = ""
    unit_in_charge: str = ""
    case_age: CaseAge = CaseAge.NEW
    times_received: int = 1
    settled: Settled = Settled.NEVER
    settled_by: str = ""
    settled_document: str = ""
    flags: frozenset[CaseFlag] = frozenset()
    earlier_id: int | None = None
    confidentiality: Confidentiality = Confidentiality.NORMAL

    def redacted(self) -> Entry:
        """Of a denunciation only what cannot point at anybody; of the rest everything."""
        if self.kind != PetitionKind.DENUNCIATION:
            others = self.other_kinds - {self.kind}
            return replace(self, opaque_reference="", other_kinds=others)
        return Entry(
            kind=self.kind,
            received_on=self.received_on,
            summary=DENUNCIATION_SUMMARY,
            code=self.code,
            other_kinds=self.other_kinds - {PetitionKind.DENUNCIATION},
            channel=self.channel,
            opaque_reference=self.opaque_reference,
            field=self.field,
            case_age=self.case_age,
            times_received=self.times_received,
            settled=self.settled,
            confidentiality=Confidentiality.CONFIDENTIAL,
        )


class CodeTaken(Exception):
    """Another petition has this code."""


class StaysDenunciation(Exception):
    """A denunciation does not become another kind: what is left of the matter is a petition of its own."""


class ReceivedTooLate(Exception):
    """The day of receipt would lie after a status that came later."""


def create(session: Session, entry: Entry, author: Author = SYSTEM) -> Petition:
    """Raises CodeTaken."""
    entry = entry.redacted()
    code = entry.code or FreeCodes(session).next(entry.kind)
    if session.exec(select(Petition).where(Petition.code == code)).first() is not None:
        raise CodeTaken
    petition = Petition(
        code=code,
        kind=entry.kind,
        received_on=entry.received_on,
        summary=entry.summary,
        status=PetitionStatus.RECEIVED,
        confidentiality=entry.confidentiality,
    )
    _write(session, petition, replace(entry, code=code))
    begin(session, petition, author)
    return petition


def change(
    session: Session, petition: Petition, entry: Entry, hearings: Hearings, conclusions: Conclusions
) -> None:
    """Raises CodeTaken, StaysDenunciation, ReceivedTooLate, and BeingHeard (see `Hearings.petition_changed`)."""
    if petition.kind == PetitionKind.DENUNCIATION and entry.kind != PetitionKind.DENUNCIATION:
        raise StaysDenunciation
    entry = entry.redacted()
    code = entry.code or petition.code
    taken = session.exec(select(Petition).where(Petition.code == code, Petition.id != petition.id)).first()
    if taken is not None:
        raise CodeTaken
    if any(step.holds_on < entry.received_on for step in case_of(session, petition).steps[1:]):
        raise ReceivedTooLate
    if entry.kind == PetitionKind.DENUNCIATION:
        erase_reasons(session, petition.id or 0)
        _stand_alone(session, petition)
    _write(session, petition, replace(entry, code=code))
    if entry.kind == PetitionKind.DENUNCIATION:
        conclusions.erase_words(session, petition.id or 0)
    hearings.petition_changed(session, petition.id or 0)


def _write(session: Session, petition: Petition, entry: Entry) -> None:
    for written in fields(Entry):
        setattr(petition, written.name, getattr(entry, written.name))
    petition.petitioner_key = fold(entry.petitioner_name)[:120]
    petition.search_key = search_key(petition, _place(session, petition))
    session.add(petition)
    session.flush()


def _stand_alone(session: Session, petition: Petition) -> None:
    """A denunciation: no petition that carries a name may lead to it, nor it to one. What was proposed in words
    goes, too."""
    petition.split_from_id, petition.route_target = None, ""
    for name in ("earlier_id", "split_from_id"):
        for other in session.exec(select(Petition).where(getattr(Petition, name) == petition.id)):
            setattr(other, name, None)
            session.add(other)


class FreeCodes:
    """The free codes of each kind, one after the other: "KN-0231". The register is asked once for each kind."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._last: dict[PetitionKind, int] = {}

    def next(self, kind: PetitionKind) -> str:
        """The number after the highest."""
        prefix = CODE_PREFIXES[kind] + "-"
        if kind not in self._last:
            codes = self._session.exec(select(Petition.code).where(col(Petition.code).startswith(prefix))).all()
            numbers = [int(number) for code in codes if (number := code.removeprefix(prefix)).isdecimal()]
            self._last[kind] = max(numbers, default=0)
        self._last[kind] += 1
        return f"{prefix}{self._last[kind]:04d}"


def folded_words(text: str) -> list[str]:
    """Words as they are found: folded, without punctuation but the hyphen of a code."""
    return _NO_WORD.sub(" ", fold(text)).split()


def search_key(petition: Petition, place: str) -> str:
    """Three parts of folded words, each word between spaces: what a reader of codes, of the record, and of
    everything may find by."""
    code = f"{petition.code} {petition.code.replace('-', '')} {petition.code.replace('-', ' ')}"
    text = f"{petition.summary} {petition.content} {petition.request} {place} {petition.unit_in_charge}"
    text += f" {petition.settled_by} {petition.settled_document}"
    names = f"{petition.petitioner_name} {petition.petitioner_address} {petition.representatives}"
    if petition.kind == PetitionKind.DENUNCIATION:
        text, names = f"{petition.summary} {petition.opaque_reference}", ""
    return SEPARATOR.join(f" {' '.join(folded_words(part))} " for part in (code, text, names))


def _place(session: Session, petition: Petition) -> str:
    if not petition.place_code:
        return ""
    room = room_by_code(session, petition.place_code, petition.received_on)
    return "" if room is None else f"{room.name} {room.district}"
