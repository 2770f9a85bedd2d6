"""What comes in from the form that summons rooms, and the sentence that stands beside each mistake."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

from multidict import MultiMapping

from server.receptions.plan_forms import FilledForm
from server.receptions.summoning import Wanted
from server.receptions.tables import Reception, ReceptionState
from server.web.languages import HERE, N_

NO_WHOM = N_("Choose whom to summon.")
NO_ITEM = N_("Choose at least one item, or summon every room.")
NO_HOUR = N_("Enter the hour at which the rooms are to be there.")
LATE_HOUR = N_("The reception has begun by then. Enter an hour before it begins.")
PAST_HOUR = N_("This hour has passed. Enter a later one.")
TOO_LONG = N_("This text is too long. Shorten it.")
LONGEST_NOTE = 300
_DIGITS = 9


def read_summons(
    form: MultiMapping[object] | Mapping[str, object], reception: Reception, at: datetime
) -> tuple[FilledForm, Wanted | None]:
    """The wish only where there is no mistake. Rooms come on the day of the reception."""
    chosen = [value for value in _all(form, "item") if value.isdecimal() and len(value) <= _DIGITS]
    values = {name: _text(form, name) for name in ("whom", "clock", "note")}
    filled = FilledForm({**values, "items": " ".join(chosen)})
    if values["whom"] not in ("items", "everyone"):
        filled.mistakes["whom"] = NO_WHOM
    elif values["whom"] == "items" and not chosen:
        filled.mistakes["whom"] = NO_ITEM
    if len(values["note"]) > LONGEST_NOTE:
        filled.mistakes["note"] = TOO_LONG
    moment = _moment(values["clock"], reception)
    if moment is None:
        filled.mistakes["clock"] = NO_HOUR
    elif reception.state == ReceptionState.PLANNED and moment > reception.planned_at:
        filled.mistakes["clock"] = LATE_HOUR
    elif reception.state == ReceptionState.PLANNED and moment < at < reception.planned_at:
        filled.mistakes["clock"] = PAST_HOUR
    if filled.mistakes or moment is None:
        return filled, None
    items = None if values["whom"] == "everyone" else frozenset(int(value) for value in chosen)
    return filled, Wanted(items, moment, values["note"])


def proposed_hour(usual: datetime, reception: Reception, at: datetime) -> str:
    """What the form shows first, as HH:MM: the usual moment where `read_summons` would take it, else the hour at
    which the reception begins, for that does not pass while somebody fills the form."""
    begins = reception.planned_at.astimezone(HERE)
    is_on_the_day = usual.astimezone(HERE).date() == begins.date()
    return f"{usual.astimezone(HERE) if is_on_the_day and at < usual else begins:%H:%M}"


def _moment(clock: str, reception: Reception) -> datetime | None:
    try:
        hour = time.fromisoformat(clock)
    except ValueError:
        return None
    day = reception.planned_at.astimezone(HERE).date()
    return datetime.combine(day, hour.replace(tzinfo=None), tzinfo=HERE)


def _text(form: Mapping[str, object] | MultiMapping[object], name: str) -> str:
    value = form.get(name, "")
    return " ".join(value.split()) if isinstance(value, str) else ""


def _all(form: Mapping[str, object] | MultiMapping[object], name: str) -> list[str]:
    values = form.getall(name, []) if isinstance(form, MultiMapping) else [form.get(name)]
    return [value for value in values if isinstance(value, str)]
