"""What comes in from the form of a document, and the sentence that stands beside each mistake."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.conclusions.forms import SENTENCES as WORDS_SENTENCES
from server.documents.fonts import unprintable
from server.documents.kinds import KINDS, REPLY_DUE
from server.documents.rules import DocumentFault, Faults, reply_due_in, wrong_in
from server.documents.tables import DocumentKind
from server.web.languages import N_

SENTENCES: dict[DocumentFault, str] = {
    DocumentFault.MISSING: N_("This part has to stand in the document."),
    DocumentFault.NO_SYMBOL: N_("Enter the number of the document, for instance 12/TB-BTCD."),
    DocumentFault.NO_REASON: N_("Say why the document is corrected."),
    DocumentFault.NO_REPLY_DAY: N_("Enter the day by which the unit has to reply."),
    DocumentFault.OTHER_REPLY_DAY: N_("The letter does not name this day. Write it into what is asked for."),
    DocumentFault.UNPRINTABLE: N_(
        "There is a character in it that cannot be printed, for instance an emoji. Take it out."
    ),
}
DRAFT_MOVED_ON = N_(
    "Somebody saved or issued this document in the meantime, so nothing was saved. Your text is still here:"
    " open the document in a second window and compare."
)


@dataclass(slots=True)
class Filled:
    stamp: str
    symbol: str
    reason: str
    content: dict[str, str]
    faults: Faults


def read_form(kind: DocumentKind, form: Mapping[str, Any], names: tuple[str, ...]) -> Filled:
    """`names` of petitioners, which stand in no document but those that name them."""
    content = {
        part.name: _line(form, part.name) if part.rows == 1 else _text(form, part.name)
        for part in KINDS[kind].parts
    }
    if KINDS[kind].reply:
        content[REPLY_DUE] = _line(form, REPLY_DUE)
    symbol, reason = _line(form, "symbol"), _line(form, "reason")
    faults = wrong_in(kind, symbol, content, reason, names)
    if content.get(REPLY_DUE) and reply_due_in(content) is None:
        faults[REPLY_DUE] = DocumentFault.NO_REPLY_DAY
    for name, text in (*content.items(), ("reason", reason)):
        if unprintable(text):
            faults.setdefault(name, DocumentFault.UNPRINTABLE)
    return Filled(_line(form, "stamp"), symbol, reason, content, faults)


def sentences(faults: Faults) -> dict[str, str]:
    return {
        name: SENTENCES[fault] if isinstance(fault, DocumentFault) else WORDS_SENTENCES[fault]
        for name, fault in faults.items()
    }


def _line(form: Mapping[str, Any], name: str) -> str:
    return " ".join(_text(form, name).split())


def _text(form: Mapping[str, Any], name: str) -> str:
    """Composed (NFC), its lines kept, without control characters, which no paper shows and DOCX cannot carry."""
    value = form.get(name, "")
    if not isinstance(value, str):
        return ""
    text = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    shown = "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C")
    return "\n".join(line.rstrip() for line in shown.split("\n")).strip()
