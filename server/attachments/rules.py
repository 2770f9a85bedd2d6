"""Who may read, add and withdraw an attachment, and what is wrong with one: pure.

A scan carries the petitioner's name, so only who reads all of a petition reads what is attached to it; a
confidential attachment is read as if its petition were confidential. Of a denunciation nothing is attached:
handwriting, a letterhead or the first page alone would tell who wrote it (Law on Denunciations, Art. 8 and 9).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from server.attachments.file_types import FileType
from server.attachments.tables import PaperForm, Withdrawal
from server.people.rights import Role
from server.petitions.naming import names_one
from server.petitions.rules import Reading, is_audited, may_edit, reading
from server.petitions.tables import Confidentiality, PetitionKind
from server.web.languages import N_

LONGEST_WORDS = 200
MOST_FILES = 300
"""Of one petition, so that its page stays one."""

FORM_WORDS: dict[PaperForm, str] = {
    PaperForm.ORIGINAL: N_("Original"),
    PaperForm.COPY: N_("Certified copy"),
    PaperForm.PHOTOCOPY: N_("Photocopy"),
}
WITHDRAWAL_WORDS: dict[Withdrawal, str] = {
    Withdrawal.TWICE: N_("attached twice"),
    Withdrawal.MISTAKEN: N_("attached by mistake"),
    Withdrawal.REPLACED: N_("replaced by another file"),
    Withdrawal.FORBIDDEN: N_("must not be kept here; the file was destroyed"),
}


class AttachmentFault(StrEnum):
    NO_WORDS = "no_words"
    TOO_LONG = "too_long"
    NAMES_PETITIONER = "names_petitioner"
    NO_FORM = "no_form"
    NO_FILE = "no_file"
    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    TYPE = "type"
    DISK_FULL = "disk_full"
    TOO_MANY = "too_many"
    BROKEN_OFF = "broken_off"


Faults = dict[str, AttachmentFault]
"""By the name of the field."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a person says of a file."""

    what: str
    form: PaperForm | None
    confidential: bool


def may_read(role: Role, kind: PetitionKind, confidentiality: Confidentiality, *, confidential: bool) -> bool:
    if kind == PetitionKind.DENUNCIATION:
        return False
    guarded = Confidentiality.CONFIDENTIAL if confidential else confidentiality
    return min(reading(role, kind, confidentiality), reading(role, kind, guarded)) >= Reading.FULL


def may_write(role: Role, kind: PetitionKind, confidentiality: Confidentiality, *, confidential: bool) -> bool:
    """Whoever attaches or withdraws a file must be able to read it."""
    if not may_edit(role, kind, confidentiality):
        return False
    return may_read(role, kind, confidentiality, confidential=confidential)


def reading_is_noted(kind: PetitionKind, confidentiality: Confidentiality, *, confidential: bool) -> bool:
    return confidential or is_audited(kind, confidentiality)


def wrong_in(described: Described, names: Iterable[str]) -> Faults:
    """`names` of petitioners stand in no words: those are read in a list."""
    found: Faults = {}
    if not described.what:
        found["what"] = AttachmentFault.NO_WORDS
    elif len(described.what) > LONGEST_WORDS:
        found["what"] = AttachmentFault.TOO_LONG
    elif names_one(described.what, names):
        found["what"] = AttachmentFault.NAMES_PETITIONER
    if described.form is None:
        found["form"] = AttachmentFault.NO_FORM
    return found


def file_fault(size: int, most: int, found: FileType | None) -> AttachmentFault | None:
    if size == 0:
        return AttachmentFault.EMPTY_FILE
    if size > most:
        return AttachmentFault.TOO_LARGE
    return AttachmentFault.TYPE if found is None else None
