"""Whether the term of settlement may be extended, and whether other circumstances fit what was extended: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from server.deadlines.computing import Extension
from server.deadlines.rules import Rule, Variant
from server.deadlines.terms import Terms
from server.petitions.duties import Case, Duty, Trouble, duties_of, settlement_of
from server.petitions.tables import PetitionKind
from server.petitions.transitions import Fault, day_fault, document_fault

VARIANTS: Mapping[PetitionKind, tuple[Variant, ...]] = {
    PetitionKind.COMPLAINT: (
        Variant.NORMAL,
        Variant.COMPLICATED,
        Variant.REMOTE,
        Variant.REMOTE_COMPLICATED,
    ),
    PetitionKind.DENUNCIATION: (Variant.NORMAL, Variant.COMPLICATED, Variant.SPECIALLY_COMPLICATED),
}
"""The circumstances that the law knows of a kind; of the others it knows none."""
INSTANCES: Mapping[PetitionKind, tuple[int, ...]] = {PetitionKind.COMPLAINT: (1, 2)}


class ExtensionFault(StrEnum):
    NOT_ALLOWED = "not_allowed"
    TOO_MANY_DAYS = "too_many_days"
    AFTER_THE_TERM = "after_the_term"
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True, slots=True)
class WantedExtension:
    count: int
    decided_on: date | None
    document: str


def rule_to_extend(case: Case, settlement: Duty | None) -> Rule | None:
    """The rule that allows one more extension now; None: there is none."""
    if settlement is None or settlement.deadline is None or not settlement.is_open:
        return None
    rule = settlement.deadline.rule
    return rule if len(case.extensions) < rule.max_extensions else None


def extension_faults(
    case: Case, wanted: WantedExtension, terms: Terms, today: date
) -> dict[str, Fault | ExtensionFault]:
    """What is wrong, by the name of the field."""
    settlement = settlement_of(duties_of(case, terms, today))
    rule = rule_to_extend(case, settlement)
    if settlement is None or rule is None:
        return {"count": ExtensionFault.NOT_ALLOWED}
    found: dict[str, Fault | ExtensionFault] = {}
    if not 1 <= wanted.count <= rule.extension_count:
        found["count"] = ExtensionFault.TOO_MANY_DAYS
    day = day_fault(wanted.decided_on, settlement.trigger, today)
    if day is not None:
        found["decided_on"] = day
    elif wanted.decided_on and settlement.due_on and wanted.decided_on > settlement.due_on:
        found["decided_on"] = ExtensionFault.AFTER_THE_TERM
    document = document_fault(wanted.document, needed=True)
    if document is not None:
        found["document"] = document
    if not found and wanted.decided_on:
        extended = replace(case, extensions=(*case.extensions, Extension(wanted.count, wanted.decided_on)))
        settlement = settlement_of(duties_of(extended, terms, today))
        if settlement is None or settlement.trouble is not None:
            found["decided_on"] = ExtensionFault.NOT_COUNTED
    return found


def fits_extensions(case: Case, terms: Terms, today: date) -> bool:
    """False: with these circumstances the law would not have allowed an extension that was written down."""
    settlement = settlement_of(duties_of(case, terms, today))
    return settlement is None or settlement.trouble is not Trouble.EXTENSION
