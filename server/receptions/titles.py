"""What a reception is called where nobody gave it a title of its own: by its form and its day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from server.receptions.tables import ReceptionMode
from server.web.languages import N_, local_day

_TITLES: dict[ReceptionMode, str] = {
    ReceptionMode.REGULAR: N_("Regular citizen reception, %(day)s"),
    ReceptionMode.PERIODIC: N_("Periodic citizen reception, %(day)s"),
    ReceptionMode.IRREGULAR: N_("Irregular citizen reception, %(day)s"),
    ReceptionMode.DIALOGUE: N_("Dialogue, %(day)s"),
}


def title_by(mode: ReceptionMode, planned_at: datetime, translate: Callable[..., str]) -> str:
    return translate(_TITLES[mode], day=_said(planned_at))


def moved(title: str, former: datetime, planned_at: datetime) -> str:
    """The title of a reception that is on another day now: rooms read it, and it often names the day."""
    return title.replace(_said(former), _said(planned_at))


def _said(moment: datetime) -> str:
    return f"{local_day(moment):%d/%m/%Y}"
