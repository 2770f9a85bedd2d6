"""What comes in from the two forms, and the sentence that stands beside each mistake."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from server.petitions.standing_forms import NOT_CONFIRMED, Filled
from server.petitions.transitions import Fault
from server.supervision.rules import Answer, AnyFault, Remark, RemarkFault
from server.web.languages import N_

REMARK = "remark"
SENTENCES: dict[AnyFault, str] = {
    Fault.NO_DAY: N_("Enter the day."),
    Fault.IN_THE_FUTURE: N_("This day lies in the future. Record it when it has happened."),
    Fault.BEFORE_THE_LAST: N_("This day lies before the day it follows on. Check both days."),
    Fault.NO_NUMBER: N_("Write the number as on the document, without names: 123/QĐ-UBND, 45/2026/TB-TTr."),
    Fault.TOO_LONG: N_("This text is too long. Shorten it."),
    Fault.NAMES_PETITIONER: N_("The text carries the petitioner's name. Say it without the name."),
    RemarkFault.NO_ADDRESSEE: N_("Say to whom it is addressed."),
    RemarkFault.NO_WORDS: N_("Say in a few sentences what you remark or ask for, without names of petitioners."),
    RemarkFault.NO_ANSWER: N_("Say in a few sentences what the office answers, without names of petitioners."),
    RemarkFault.TWICE: N_("This remark stands here already. Nothing was recorded a second time."),
    RemarkFault.ANSWERED: N_("This remark was answered in the meantime. Nothing was recorded."),
}


def form_of_answer(remark_id: int) -> str:
    return f"answer-{remark_id}"


def read_remark(form: Mapping[str, object]) -> tuple[Filled, Remark]:
    filled = _filled(REMARK, form, ("made_on", "addressee", "document"), "words")
    values = filled.values
    return filled, Remark(filled.day("made_on"), values["addressee"], values["words"], values["document"])


def read_answer(form: Mapping[str, object], remark_id: int) -> tuple[Filled, Answer]:
    filled = _filled(form_of_answer(remark_id), form, ("answered_on", "answer_document"), "answer")
    values = filled.values
    return filled, Answer(filled.day("answered_on"), values["answer"], values["answer_document"])


def say(filled: Filled, faults: Mapping[str, AnyFault]) -> None:
    filled.mistakes |= {name: SENTENCES[fault] for name, fault in faults.items()}


def _filled(name: str, form: Mapping[str, object], lines: tuple[str, ...], words: str) -> Filled:
    """`lines` are one line each; the lines of `words` are kept."""
    values = {each: " ".join(_text(form, each).split()) for each in lines}
    text = _text(form, words).replace("\r\n", "\n").replace("\r", "\n")
    values[words] = "\n".join(line.rstrip() for line in text.split("\n")).strip()
    mistakes = {} if form.get("confirmed") == "yes" else {"confirmed": NOT_CONFIRMED}
    return Filled(name, values, mistakes)


def _text(form: Mapping[str, object], name: str) -> str:
    came = form.get(name, "")
    return unicodedata.normalize("NFC", came) if isinstance(came, str) else ""
