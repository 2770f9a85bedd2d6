"""Which petitions a role may find by a question: every condition carries the right to know what it asks by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, and_, false, or_, true, type_coerce
from sqlmodel import col

from server.data.folding import literally
from server.people.tables import Role
from server.petitions.register import SEPARATOR, folded_words
from server.petitions.rules import Reading, reading
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.petitions.wanted import Wanted
from server.petitions.words import HasWords


def conditions(
    role: Role, wanted: Wanted, places: Sequence[ColumnElement[bool]] = ()
) -> list[ColumnElement[bool]]:
    """The deadline is left aside. `places`: what `wanted` says of place and district, which takes the rooms."""
    asked = [_found_by_words(role, wanted.text)]
    if wanted.kind is not None:
        among = _contains(Petition.other_kinds, wanted.kind)
        asked.append(or_(col(Petition.kind) == wanted.kind, among))
    if wanted.several:
        asked.append(type_coerce(col(Petition.other_kinds), String) != "")
    if wanted.status is not None:
        asked.append(col(Petition.status) == wanted.status)
    if wanted.channel is not None:
        asked.append(col(Petition.channel) == wanted.channel)
    if wanted.received_from is not None:
        asked.append(col(Petition.received_on) >= wanted.received_from)
    if wanted.received_to is not None:
        asked.append(col(Petition.received_on) <= wanted.received_to)
    if wanted.asks_record:
        asked += [may_read(role, Reading.RECORD), *places, *_of_the_record(wanted)]
    return asked


def may_read(role: Role, least: Reading) -> ColumnElement[bool]:
    """The petitions of which the role reads at least so much."""
    levels = _levels(role)
    if min(levels) >= least:
        return true()
    return or_(false(), *(group for level in levels if level >= least for group in levels[level]))


def found(words: str, level: Reading, *, begun: bool) -> ColumnElement[bool]:
    """`words` stand in a part of the search key that `level` reaches (see `register.SEPARATOR`); if `begun`,
    the last of them may go on. Vietnamese words are short: parts of words would find half the register."""
    escaped = literally(words)
    separators_after = {Reading.CODE: 2, Reading.RECORD: 1, Reading.FULL: 0}[level]
    pattern = f"% {escaped}%" if begun else f"% {escaped} %"
    return col(Petition.search_key).like(pattern + f"{SEPARATOR}%" * separators_after, escape="\\")


def _of_the_record(wanted: Wanted) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.unit:
        asked.append(col(Petition.unit_in_charge) == wanted.unit)
    if wanted.field:
        asked.append(col(Petition.field) == wanted.field)
    if wanted.case_age is not None:
        asked.append(col(Petition.case_age) == wanted.case_age)
    if wanted.flag is not None:
        asked.append(_contains(Petition.flags, wanted.flag))
    return asked


def _found_by_words(role: Role, text: str) -> ColumnElement[bool]:
    """Every word, accented or not, in the part of the record that the role reads. The index answers for the level
    at which it reads most; the few that it reads less of are looked at themselves."""
    words = folded_words(text)
    if not words:
        return may_read(role, Reading.CODE)
    levels = _levels(role)
    most = max(levels)
    if most == Reading.NOTHING:
        return false()
    allowed = list(levels[most])
    for level, groups in levels.items():
        if Reading.NOTHING < level < most:
            last = len(words) - 1
            each = (found(word, level, begun=number == last) for number, word in enumerate(words))
            allowed.append(and_(or_(*groups), *each))
    return and_(HasWords(words, most), or_(*allowed))


def _contains(column: Any, word: StrEnum) -> ColumnElement[bool]:
    """In a column of `server.data.columns.Words`."""
    return type_coerce(column, String).like(f"% {literally(word)} %", escape="\\")


def _levels(role: Role) -> dict[Reading, list[ColumnElement[bool]]]:
    levels: dict[Reading, list[ColumnElement[bool]]] = defaultdict(list)
    for kind in PetitionKind:
        of_kind: dict[Reading, list[Confidentiality]] = defaultdict(list)
        for confidentiality in Confidentiality:
            of_kind[reading(role, kind, confidentiality)].append(confidentiality)
        for level, some in of_kind.items():
            alike = true() if len(of_kind) == 1 else col(Petition.confidentiality).in_(some)
            levels[level].append(and_(col(Petition.kind) == kind, alike))
    return levels
