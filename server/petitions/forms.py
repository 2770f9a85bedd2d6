"""What comes in for the register, from its form or from a row of a file, and the sentence beside each mistake.

A denunciation has a form of its own without a single field for a person; whatever else is sent is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from server.petitions.categories import CaseAge, CaseFlag, PetitionerKind, Settled
from server.petitions.filled import Filled, texts_of
from server.petitions.lists import MOST_PEOPLE, Lists
from server.petitions.naming import names_one
from server.petitions.places import Places
from server.petitions.register import Entry
from server.petitions.rules import CHANNEL_WORDS, DENUNCIATION_SUMMARY
from server.petitions.sentences import (
    BAD_CHOICE,
    BAD_CODE,
    BAD_COUNT,
    BAD_DATE,
    BAD_FIELD,
    BAD_PLACE,
    BAD_TIMES,
    DENUNCIATION_INSIDE,
    NAME_IN_SUMMARY,
    NO_GROUP,
    NO_NAME,
    NO_REFERENCE,
    NO_SUMMARY,
    NOT_OLD,
    ONE_PERSON,
    TOO_LONG,
    TOO_LONG_AGO,
    TOO_MANY_REPRESENTATIVES,
    WRONG_NUMBER_OF_REPRESENTATIVES,
    Woven,
)
from server.petitions.tables import Confidentiality, PetitionKind
from server.web.asked import FIRST_DAY

CODE = re.compile(r"[A-Z]{2,4}-[0-9]{1,8}")
_CASE = ("field", "case_age", "times_received", "settled")
FIELDS = (
    "code",
    "kind",
    "other_kinds",
    "received_on",
    "channel",
    "petitioner_kind",
    "petitioner_name",
    "petitioner_address",
    "petitioner_count",
    "representatives",
    "summary",
    "content",
    "request",
    *_CASE,
    "place",
    "unit_in_charge",
    "settled_by",
    "settled_document",
    "flags",
    "earlier",
    "confidentiality",
)
DENUNCIATION_FIELDS = ("code", "other_kinds", "received_on", "channel", "opaque_reference", *_CASE)
SEVERAL = ("other_kinds", "flags")
"""Fields of several choices; their words come with blanks between them."""
LENGTHS = {
    "petitioner_name": 120,
    "petitioner_address": 200,
    "representatives": 1000,
    "summary": 300,
    "unit_in_charge": 120,
    "settled_by": 120,
    "settled_document": 60,
    "opaque_reference": 60,
    "content": 20_000,
    "request": 5_000,
}
MOST_TIMES = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form is read against. `earlier`: the ids of the petitions that may be named, by their code."""

    places: Places
    lists: Lists
    today: date
    earlier: Mapping[str, int] = field(default_factory=dict)


def values_of(petition: Mapping[str, object], place: str = "") -> dict[str, str]:
    """A record as the form shows it."""
    values = {}
    for name in {*FIELDS, *DENUNCIATION_FIELDS}:
        value = petition.get(name, "")
        values[name] = " ".join(sorted(value)) if isinstance(value, frozenset) else str(value or "")
    return {**values, "place": place}


def read(form: Mapping[str, object], asked: Asked) -> Filled:
    """A petition of any kind but a denunciation."""
    filled = Filled(texts_of(form, FIELDS))
    values = filled.values
    kind = filled.word("kind", PetitionKind)
    if kind == PetitionKind.DENUNCIATION:  # it has its own form; see the module
        filled.mistakes["kind"] = BAD_CHOICE
    others = filled.words("other_kinds", PetitionKind)
    if PetitionKind.DENUNCIATION in others:
        filled.mistakes["other_kinds"] = DENUNCIATION_INSIDE
    known = _common(filled, kind, asked)
    people = filled.number("petitioner_count", MOST_PEOPLE, BAD_COUNT)
    likely = PetitionerKind.GROUP if people > 1 else PetitionerKind.INDIVIDUAL
    petitioner_kind = filled.word("petitioner_kind", PetitionerKind, likely)
    if petitioner_kind and people:
        _check_petitioners(filled, petitioner_kind, people, known.received_on, asked.lists)
    if not values["petitioner_name"]:
        filled.mistakes.setdefault("petitioner_name", NO_NAME)
    if not values["summary"]:
        filled.mistakes.setdefault("summary", NO_SUMMARY)
    elif names_one(values["summary"], _names(values)):
        filled.mistakes["summary"] = NAME_IN_SUMMARY
    place_code = asked.places.code_of(values["place"])
    if place_code is None:
        filled.mistakes["place"] = BAD_PLACE
    flags = filled.words("flags", CaseFlag)
    confidentiality = filled.word("confidentiality", Confidentiality, Confidentiality.NORMAL)
    earlier_id = asked.earlier.get(values["earlier"])
    if values["earlier"] and earlier_id is None:
        filled.mistakes["earlier"] = BAD_CHOICE
    if not filled.mistakes and kind and known.received_on and petitioner_kind and confidentiality:
        filled.entry = Entry(
            code=known.code,
            kind=kind,
            other_kinds=others - {kind},
            received_on=known.received_on,
            channel=values["channel"],
            petitioner_kind=petitioner_kind,
            petitioner_count=people,
            field=values["field"],
            place_code=place_code or "",
            case_age=known.case_age,
            times_received=known.times_received,
            settled=known.settled,
            flags=flags,
            earlier_id=earlier_id,
            confidentiality=confidentiality,
            **{name: values[name] for name in LENGTHS if name != "opaque_reference"},
        )
    return filled


def read_denunciation(form: Mapping[str, object], asked: Asked) -> Filled:
    filled = Filled(texts_of(form, DENUNCIATION_FIELDS))
    others = filled.words("other_kinds", PetitionKind)
    known = _common(filled, PetitionKind.DENUNCIATION, asked)
    if not filled.values["opaque_reference"]:
        filled.mistakes.setdefault("opaque_reference", NO_REFERENCE)
    if not filled.mistakes and known.received_on:
        filled.entry = Entry(
            code=known.code,
            kind=PetitionKind.DENUNCIATION,
            other_kinds=others,
            received_on=known.received_on,
            channel=filled.values["channel"],
            summary=DENUNCIATION_SUMMARY,
            opaque_reference=filled.values["opaque_reference"],
            field=filled.values["field"],
            case_age=known.case_age,
            times_received=known.times_received,
            settled=known.settled,
        )
    return filled


@dataclass(frozen=True, slots=True)
class _Common:
    """What both forms ask for, as far as it was right."""

    code: str
    received_on: date | None
    case_age: CaseAge
    times_received: int
    settled: Settled


def _common(filled: Filled, kind: PetitionKind | None, asked: Asked) -> _Common:
    for name, limit in LENGTHS.items():
        if len(filled.values.get(name, "")) > limit:
            filled.mistakes[name] = TOO_LONG
    code = filled.values["code"].upper()
    if code and not CODE.fullmatch(code):
        filled.mistakes["code"] = BAD_CODE
    received_on = filled.day("received_on")
    if received_on is None or received_on > asked.today:
        filled.mistakes["received_on"] = BAD_DATE
    elif received_on < FIRST_DAY:
        filled.mistakes["received_on"] = TOO_LONG_AGO
    if filled.values["channel"] not in CHANNEL_WORDS:
        filled.mistakes["channel"] = BAD_CHOICE
    chosen = filled.values["field"]
    if chosen and kind and received_on:
        allowed = {choice.code for choice in asked.lists.fields_for(kind, received_on)}
        if chosen not in allowed:
            filled.mistakes["field"] = BAD_FIELD
    age = filled.word("case_age", CaseAge, CaseAge.NEW) or CaseAge.NEW
    times = filled.number("times_received", MOST_TIMES, BAD_TIMES)
    if times > 1 and age is CaseAge.NEW:
        filled.mistakes.setdefault("case_age", NOT_OLD)
    settled = filled.word("settled", Settled, Settled.NEVER) or Settled.NEVER
    return _Common(code, received_on, age, times, settled)


def _check_petitioners(filled: Filled, kind: PetitionerKind, people: int, day: date | None, lists: Lists) -> None:
    """How many stand for a group says the dated rule; of one person, or an organisation, nobody else is named."""
    others = filled.values["representatives"].splitlines()
    if kind is not PetitionerKind.GROUP:
        if others:
            filled.mistakes.setdefault("representatives", NO_GROUP)
        elif people > 1 and kind is PetitionerKind.INDIVIDUAL:
            filled.mistakes.setdefault("petitioner_count", ONE_PERSON)
        return
    if people < 2:
        filled.mistakes.setdefault("petitioner_count", BAD_COUNT)
        return
    count = len(others) + 1
    rule = None if day is None else lists.representatives(people, day)
    if count > people:
        filled.mistakes.setdefault("representatives", TOO_MANY_REPRESENTATIVES)
    elif rule is not None and not rule.fewest <= count <= rule.most:
        woven = Woven(WRONG_NUMBER_OF_REPRESENTATIVES, people=people, fewest=rule.fewest, most=rule.most)
        filled.mistakes.setdefault("representatives", woven)


def _names(values: Mapping[str, str]) -> list[str]:
    return [values["petitioner_name"], *values["representatives"].splitlines()]
