"""On what a supervisor may remark, and what a remark and its answer may say. Pure.

Guarded records (denunciations, confidential ones) have none: what is remarked on them goes on paper. Who reads no
names reads remarks, so they carry none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.conclusions.rules import Guard, may_read, reading_is_noted
from server.people.rights import Right, Role, rights_of
from server.petitions.naming import names_one
from server.petitions.transitions import Fault, day_fault, document_fault

LONGEST_WORDS = 1000
LONGEST_ADDRESSEE = 160


class RemarkFault(StrEnum):
    NO_ADDRESSEE = "no_addressee"
    NO_WORDS = "no_words"
    NO_ANSWER = "no_answer"
    TWICE = "twice"
    ANSWERED = "answered"


AnyFault = Fault | RemarkFault


@dataclass(frozen=True, slots=True)
class Remark:
    """What a supervisor wants to say. `made_on` None: no day."""

    made_on: date | None
    addressee: str
    words: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    answered_on: date | None
    words: str
    document: str = ""


def may_see(role: Role, guards: Collection[Guard]) -> bool:
    return Right.READ_TASKS in rights_of(role) and may_read(role, guards) and not reading_is_noted(guards)


def may_remark(role: Role, guards: Collection[Guard]) -> bool:
    return Right.REMARK in rights_of(role) and may_see(role, guards)


def may_answer(role: Role, guards: Collection[Guard]) -> bool:
    return Right.ANSWER_REMARKS in rights_of(role) and may_see(role, guards)


def remark_faults(
    wanted: Remark, since: date, today: date, names: Collection[str], said: Iterable[str]
) -> dict[str, AnyFault]:
    """By the name of the field. `since`: from when on there was something to remark on; `said`: what stands there
    in remarks already, because a form that is sent twice is one remark."""
    addressee = None if wanted.addressee else RemarkFault.NO_ADDRESSEE
    words = None if wanted.words else RemarkFault.NO_WORDS
    if wanted.words and wanted.words in set(said):
        words = RemarkFault.TWICE
    found: dict[str, AnyFault | None] = {
        "made_on": day_fault(wanted.made_on, since, today),
        "addressee": addressee or _words_fault(wanted.addressee, LONGEST_ADDRESSEE, names),
        "words": words or _words_fault(wanted.words, LONGEST_WORDS, names),
        "document": document_fault(wanted.document, needed=False),
    }
    return {name: fault for name, fault in found.items() if fault is not None}


def answer_faults(wanted: Answer, made_on: date, today: date, names: Collection[str]) -> dict[str, AnyFault]:
    """By the name of the field."""
    found: dict[str, AnyFault | None] = {
        "answered_on": day_fault(wanted.answered_on, made_on, today),
        "answer": (None if wanted.words else RemarkFault.NO_ANSWER)
        or _words_fault(wanted.words, LONGEST_WORDS, names),
        "answer_document": document_fault(wanted.document, needed=False),
    }
    return {name: fault for name, fault in found.items() if fault is not None}


def _words_fault(words: str, longest: int, names: Collection[str]) -> Fault | None:
    if names_one(words, names):
        return Fault.NAMES_PETITIONER
    return Fault.TOO_LONG if len(words) > longest else None
