"""What comes in from the forms beside a petition's history, and the sentence that stands beside each mistake."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from server.petitions.categories import Outcome
from server.petitions.extending import ExtensionFault, WantedExtension
from server.petitions.tables import PetitionStatus
from server.petitions.transitions import Fault, NextStatus
from server.web.asked import whole
from server.web.languages import N_

SENTENCES: dict[Fault | ExtensionFault, str] = {
    Fault.NOT_NEXT: N_("This status cannot follow the present one. Choose one of the list."),
    Fault.NO_DAY: N_("Enter the day."),
    Fault.IN_THE_FUTURE: N_("This day lies in the future. Record it when it has happened."),
    Fault.BEFORE_THE_LAST: N_("This day lies before the day it follows on. Check both days."),
    Fault.NO_DOCUMENT: N_("The law asks for a document here. Enter its number, for instance 123/QĐ-UBND."),
    Fault.NO_NUMBER: N_("Write the number as on the document, without names: 123/QĐ-UBND, 45/2026/TB-TTr."),
    Fault.NO_REASON: N_("The law asks for a reason here. Say it in a sentence, without names."),
    Fault.REASON_IN_DENUNCIATION: N_("Of a denunciation no reason in words is kept, only a document's number."),
    Fault.NAMES_PETITIONER: N_("The reason carries the petitioner's name. Say it without the name."),
    Fault.TOO_LONG: N_("This text is too long. Shorten it."),
    Fault.NO_OUTCOME: N_("Say what the decision or conclusion came to: the reports count it."),
    Fault.NO_SETTLEMENT: N_("Only a settlement has an outcome. Leave this empty, or choose “Settled”."),
    ExtensionFault.NOT_ALLOWED: N_("The law allows no further extension of this term. Nothing was recorded."),
    ExtensionFault.TOO_MANY_DAYS: N_("Enter the days of this extension, not more than the law allows for one."),
    ExtensionFault.AFTER_THE_TERM: N_("The term had run out on this day; it could not be extended any more."),
    ExtensionFault.NOT_COUNTED: N_("With this extension no due day can be counted: the calendar lacks the year."),
}
NOT_CONFIRMED = N_("Confirm it: what is recorded can neither be changed nor deleted.")
MOVED_ON = N_("Somebody recorded a status in the meantime, so nothing was saved. Look at the history first.")
BAD_CHOICE = N_("Choose one of the list.")
EXTENSIONS_STAND = N_("Under these circumstances the extension recorded here would not have been allowed.")


@dataclass(slots=True)
class Filled:
    """A form as it came: which one, `values` to show it again, `mistakes` (field to sentence)."""

    form: str
    values: dict[str, str]
    mistakes: dict[str, str] = field(default_factory=dict)

    def say(self, faults: Mapping[str, Fault | ExtensionFault]) -> None:
        self.mistakes |= {name: SENTENCES[fault] for name, fault in faults.items()}

    def day(self, name: str) -> date | None:
        try:
            return date.fromisoformat(self.values[name])
        except ValueError:
            return None


def read_status(form: Mapping[str, object]) -> tuple[Filled, NextStatus]:
    filled = _confirmed("status", form, ("status", "holds_on", "document", "reason", "outcome", "after"))
    values = filled.values
    status = PetitionStatus(values["status"]) if values["status"] in set(PetitionStatus) else None
    outcome = Outcome(values["outcome"]) if values["outcome"] in set(Outcome) else None
    return filled, NextStatus(status, filled.day("holds_on"), values["document"], values["reason"], outcome)


def read_extension(form: Mapping[str, object]) -> tuple[Filled, WantedExtension]:
    filled = _confirmed("extension", form, ("count", "decided_on", "document"))
    count = filled.values["count"]
    number = whole(count, 4) or 0
    return filled, WantedExtension(number, filled.day("decided_on"), filled.values["document"])


def read_circumstances(form: Mapping[str, object]) -> Filled:
    return Filled("circumstances", _texts(form, ("variant", "instance")))


def read_notice(form: Mapping[str, object]) -> Filled:
    filled = _confirmed("", form, ("key", "trigger_on", "done_on", "document"))
    filled.form = f"notice-{filled.values['key']}-{filled.values['trigger_on']}"
    return filled


def _confirmed(name: str, form: Mapping[str, object], fields: Iterable[str]) -> Filled:
    filled = Filled(name, _texts(form, (*fields, "confirmed")))
    if filled.values["confirmed"] != "yes":
        filled.mistakes["confirmed"] = NOT_CONFIRMED
    return filled


def _texts(form: Mapping[str, object], names: Iterable[str]) -> dict[str, str]:
    """Composed (NFC), on one line."""
    values = {name: form.get(name, "") for name in names}
    return {
        name: " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else ""
        for name, value in values.items()
    }
