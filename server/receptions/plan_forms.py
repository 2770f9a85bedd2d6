"""What comes in from the forms of the schedule, and the sentence that stands beside each mistake."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from server.receptions.agenda import Plan
from server.receptions.cancelling import Cancellation
from server.receptions.tables import Receiver, Reception, ReceptionMode
from server.web.languages import HERE, N_

BAD_MOMENT = N_("Enter day and time at which the reception begins.")
PAST_MOMENT = N_("This moment has passed. A reception is planned for today or later.")
BAD_MODE = N_("Choose one of the list.")
TOO_LONG = N_("This text is too long. Shorten it.")
NO_RECEIVER = N_("Say who receives: the reports count them apart.")
NO_NOTICE_DAY = N_("Enter the day on which the notice was published.")
FUTURE_NOTICE = N_("This day lies in the future. Record the notice when it has been published.")
NO_NOTICE_PLACE = N_("Enter where the notice was published, for instance the office's board and website.")
BAD_CLOSING_DAY = N_("Enter a day, or leave the field empty: then citizens register until the reception.")
CLOSES_AFTER = N_("The reception is on an earlier day. Registration closes on its day at the latest.")
NO_REASON = N_("Say why, in a sentence without names of petitioners. It stands on the reception's page.")
NOT_LATER = N_("It begins when the former reception would have. Enter another day or time.")
LENGTHS = {
    "title": 200,
    "place": 200,
    "host_name": 120,
    "composition": 2000,
    "announced_where": 200,
    "reason": 300,
}
RECEIVER_FIELDS = ("received_by", "host_name", "composition")
NOTICE_FIELDS = ("announced_on", "announced_where")
CLOSING = "registration_closes_on"
FIELDS = ("title", "mode", "place", "day", "clock", CLOSING, *RECEIVER_FIELDS, *NOTICE_FIELDS)


@dataclass(slots=True)
class FilledForm:
    """A form as it came: `values` to show it again, `mistakes` (field to sentence)."""

    values: dict[str, str]
    mistakes: dict[str, str] = field(default_factory=dict)

    def day(self, name: str) -> date | None:
        try:
            return date.fromisoformat(self.values[name])
        except ValueError:
            return None

    @property
    def receiver(self) -> Receiver | None:
        value = self.values["received_by"]
        return Receiver(value) if value in set(Receiver) else None


def read_plan(form: Mapping[str, object], now: datetime) -> tuple[FilledForm, Plan | None]:
    """The plan only where there is no mistake; its title may be empty."""
    filled = _filled(form, FIELDS)
    values = filled.values
    if values["mode"] not in set(ReceptionMode):
        filled.mistakes["mode"] = BAD_MODE
    planned_at = _moment(filled, now)
    _check_closing(filled)
    _check_receiver(filled)
    check_notice(filled, now)
    if filled.mistakes or planned_at is None:
        return filled, None
    return filled, Plan(
        title=values["title"],
        mode=ReceptionMode(values["mode"]),
        place=values["place"],
        host_name=values["host_name"],
        planned_at=planned_at,
        received_by=filled.receiver,
        composition=values["composition"],
        announced_on=filled.day("announced_on"),
        announced_where=values["announced_where"],
        registration_closes_on=filled.day(CLOSING),
    )


def plan_values(reception: Reception) -> dict[str, str]:
    """A reception as the form shows it."""
    local = reception.planned_at.astimezone(HERE)
    return {
        "title": reception.title,
        "mode": str(reception.mode),
        "place": reception.place,
        "host_name": reception.host_name,
        "day": local.date().isoformat(),
        "clock": local.time().isoformat("minutes"),
        "received_by": str(reception.received_by or ""),
        "composition": reception.composition,
        "announced_on": reception.announced_on.isoformat() if reception.announced_on else "",
        "announced_where": reception.announced_where,
        CLOSING: reception.registration_closes_on.isoformat() if reception.registration_closes_on else "",
    }


def read_receiver(form: Mapping[str, object]) -> FilledForm:
    filled = _filled(form, RECEIVER_FIELDS)
    _check_receiver(filled)
    return filled


def read_notice(form: Mapping[str, object], now: datetime) -> FilledForm:
    """A notice that was published: its day and place are both needed."""
    filled = _filled(form, NOTICE_FIELDS)
    check_notice(filled, now, needed=True)
    return filled


def read_cancellation(
    form: Mapping[str, object], reception: Reception, now: datetime
) -> tuple[FilledForm, Cancellation | None]:
    filled = _filled(form, ("reason", "what", "day", "clock", *NOTICE_FIELDS))
    values = filled.values
    if not values["reason"]:
        filled.mistakes.setdefault("reason", NO_REASON)
    if values["what"] not in ("off", "put_off"):
        filled.mistakes["what"] = BAD_MODE
    check_notice(filled, now)
    moved_to = _moment(filled, now) if values["what"] == "put_off" else None
    if moved_to is not None and moved_to == reception.planned_at:
        filled.mistakes["day"] = NOT_LATER
    if filled.mistakes:
        return filled, None
    announced_on = filled.day("announced_on")
    return filled, Cancellation(values["reason"], announced_on, values["announced_where"], moved_to)


def check_notice(filled: FilledForm, now: datetime, *, needed: bool = False) -> None:
    """Day and place of publication: both or, where it is not needed, neither."""
    day, where = filled.day("announced_on"), filled.values["announced_where"]
    if day is None and (needed or where or filled.values["announced_on"]):
        filled.mistakes["announced_on"] = NO_NOTICE_DAY
    elif day is not None and day > now.astimezone(HERE).date():
        filled.mistakes["announced_on"] = FUTURE_NOTICE
    if not where and (needed or day is not None):
        filled.mistakes["announced_where"] = NO_NOTICE_PLACE


def _check_closing(filled: FilledForm) -> None:
    closes_on, day = filled.day(CLOSING), filled.day("day")
    if closes_on is None and filled.values[CLOSING]:
        filled.mistakes[CLOSING] = BAD_CLOSING_DAY
    elif closes_on is not None and day is not None and closes_on > day:
        filled.mistakes[CLOSING] = CLOSES_AFTER


def _check_receiver(filled: FilledForm) -> None:
    if filled.receiver is None:
        filled.mistakes["received_by"] = NO_RECEIVER


def _moment(filled: FilledForm, now: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(f"{filled.values['day']}T{filled.values['clock']}").replace(tzinfo=HERE)
    except ValueError:
        filled.mistakes["day"] = BAD_MOMENT
        return None
    if moment.date() < now.astimezone(HERE).date():
        filled.mistakes["day"] = PAST_MOMENT
    return moment


def _filled(form: Mapping[str, object], names: Iterable[str]) -> FilledForm:
    """Composed (NFC); on one line, but for the composition, which is a list of people."""
    filled = FilledForm({})
    for name in names:
        value = form.get(name, "")
        text = unicodedata.normalize("NFC", value) if isinstance(value, str) else ""
        lines = [" ".join(line.split()) for line in text.splitlines()]
        filled.values[name] = ("\n" if name == "composition" else " ").join(line for line in lines if line)
        if len(filled.values[name]) > LENGTHS.get(name, 40):
            filled.mistakes[name] = TOO_LONG
    return filled
