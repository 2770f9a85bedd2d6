"""What each kind of document is about, which parts it has, and what has to stand in it: one table.

The parts are those of the official forms (TCD_04, 08, 20, 21; notice of conclusion), in their order. A document
that `names` people is read only by who reads the petitioner's name; in the others no name may stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.documents.tables import DocumentKind
from server.web.languages import N_

REPLY_DUE = "reply_due_on"
"""Where a document's content has the day, as 2026-11-28."""
LONGEST_LINE = 200
LONGEST_TEXT = 12_000


class About(StrEnum):
    ITEM = "item"
    TASK = "task"
    RECEPTION = "reception"


@dataclass(frozen=True, slots=True)
class Part:
    """One field of the clerk's form. `rows` 1: a line. `label`, `hint`: message ids."""

    name: str
    label: str
    rows: int = 1
    needed: bool = True
    hint: str = ""

    @property
    def longest(self) -> int:
        return LONGEST_LINE if self.rows == 1 else LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class KindRule:
    """`abbreviation`: in the number (12/TB-BTCD). `slug`: in a file's name. `several`: about one subject more than
    one may follow. `reply`: it says by when it has to be answered, under REPLY_DUE beside the parts."""

    about: About
    word: str
    abbreviation: str
    slug: str
    parts: tuple[Part, ...]
    names: bool = False
    numbered: bool = True
    several: bool = False
    reply: bool = False


_LETTERHEAD = (
    Part("superior", N_("Superior body"), needed=False),
    Part("issuer", N_("Issuing body")),
    Part("place_and_day", N_("Place and day")),
)
_LINK = Part(
    "link",
    N_("Interruptions of the link"),
    rows=4,
    hint=N_("The law asks that a broken link is noted in the minutes"),
)
_RECIPIENTS = Part("recipients", N_("Recipients (Nơi nhận)"), rows=4, hint=N_("One a line"))
_SIGNER = (
    Part("authority", N_("By whose authority it is signed"), needed=False, hint=N_("For instance TL. CHỦ TỊCH")),
    Part("signer_post", N_("Post of who signs")),
    Part("signer", N_("Name of who signs"), needed=False),
)
_HOST = Part("host", N_("Name of the host, for the signature"), needed=False)
_WRITER = Part("writer", N_("Name of who wrote it, for the signature"), needed=False)

KINDS: Mapping[DocumentKind, KindRule] = {
    DocumentKind.MINUTES: KindRule(
        About.ITEM,
        N_("Minutes of the reception"),
        "BB",
        "bien-ban",
        (
            *_LETTERHEAD,
            Part("opening", N_("Opening: when and where"), rows=3),
            Part("composition", N_("Composition: host and members"), rows=5, hint=N_("One a line")),
            Part("received", N_("The received person"), rows=3),
            Part("matter", N_("Content"), rows=5),
            Part("request", N_("Request"), rows=3),
            Part("papers", N_("Documents handed over"), rows=2),
            Part("opinions", N_("Opinions of members and rooms"), rows=6),
            Part("conclusion", N_("Conclusion of the host"), rows=8),
            Part("citizen_opinion", N_("Opinion of the received person"), rows=3),
            _LINK,
            Part("closing", N_("End and reading back"), rows=3),
            _HOST,
            _WRITER,
        ),
        names=True,
        numbered=False,
    ),
    DocumentKind.NOTICE: KindRule(
        About.ITEM,
        N_("Notice of conclusion"),
        "TB",
        "thong-bao-ket-luan",
        (
            *_LETTERHEAD,
            Part("subject", N_("What it is about (trích yếu)"), rows=2),
            Part("opening", N_("Opening"), rows=4),
            Part("conclusion", N_("Conclusion of the host"), rows=8),
            Part("tasks", N_("Tasks: unit, content, deadline"), rows=8),
            Part("closing", N_("Closing sentence"), rows=2),
            _RECIPIENTS,
            *_SIGNER,
        ),
    ),
    DocumentKind.URGING: KindRule(
        About.TASK,
        N_("Urging letter"),
        "CV",
        "cong-van-don-doc",
        (
            *_LETTERHEAD,
            Part("subject", N_("What it is about (trích yếu)"), rows=2),
            Part("addressee", N_("To (Kính gửi)")),
            Part("matter", N_("What was given, and until when"), rows=5),
            Part("standing", N_("How it stands"), rows=3),
            Part("demand", N_("What is asked for"), rows=4),
            _RECIPIENTS,
            *_SIGNER,
        ),
        several=True,
        reply=True,
    ),
    DocumentKind.APPOINTMENT: KindRule(
        About.ITEM,
        N_("Appointment slip"),
        "PH",
        "phieu-hen",
        (
            *_LETTERHEAD,
            Part("received", N_("Who is given the appointment"), rows=3),
            Part("matter", N_("About"), rows=3),
            Part("when", N_("When: hour and day")),
            Part("where", N_("Where")),
            Part("bring", N_("What to bring along"), rows=2),
            _WRITER,
        ),
        names=True,
        numbered=False,
        several=True,
    ),
    DocumentKind.NOBODY_CAME: KindRule(
        About.RECEPTION,
        N_("Minutes: no citizen came"),
        "BB",
        "bien-ban-khong-co-cong-dan",
        (
            *_LETTERHEAD,
            Part("opening", N_("Opening: when and where"), rows=3),
            Part("composition", N_("Composition: host and members"), rows=5, hint=N_("One a line")),
            Part("matter", N_("What is put on record"), rows=3),
            Part("closing", N_("End and reading back"), rows=3),
            _HOST,
            _WRITER,
        ),
        numbered=False,
    ),
}
OF_AN_ITEM = tuple(kind for kind, rule in KINDS.items() if rule.about is About.ITEM)
