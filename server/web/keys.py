"""What the composition root hands to the pages, each under a typed key of the application or the request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import jinja2
from aiohttp import web

from server.data.engine import Database
from server.web.languages import Catalogs
from server.web.statics import Statics


class Visitor(Protocol):
    """What the shell needs to know of an account; `server.people.tables.Account` is one."""

    @property
    def id(self) -> int | None: ...
    @property
    def login(self) -> str: ...
    @property
    def display_name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def role_word(self) -> str: ...  # English message id
    @property
    def acting(self) -> object: ...  # for whom, with `name` and `last_day`; None: for nobody
    @property
    def rights(self) -> frozenset[str]: ...
    @property
    def language(self) -> str: ...


VisitorReader = Callable[[web.Request], Awaitable["Visitor | None"]]
"""Who asks; None: nobody is logged in. Given by `server.people`, which stands above the shell."""


@dataclass(frozen=True)
class TodayReception:
    """One line of the home page."""

    id: int
    title: str
    place: str
    planned_at: datetime
    state: str  # a ReceptionState
    items: int


@dataclass(frozen=True)
class HomeWarning:
    """How many units' heads received less often than asked in the month that begins with `month`; `address` says
    which."""

    units: int
    month: date
    address: str


WarningReader = Callable[[web.Request], Awaitable[HomeWarning | None]]
"""None: nobody fell short, or whoever asks does not plan receptions. Given by `server.duty`."""


@dataclass(frozen=True)
class Reminder:
    """So many of something wait for whoever looks; `words` is a message, `address` leads to them. `late`: they
    should not wait any more."""

    words: str
    count: int
    address: str
    late: bool = False


ReminderReader = Callable[[web.Request], Awaitable[Sequence[Reminder]]]
"""Nothing for whoever is not to act on them. Features add theirs."""

TodayReader = Callable[[web.Request], Awaitable[Sequence[TodayReception]]]
"""The receptions of today, or the next planned one where today has none. Given by the receptions' side."""

DATABASE = web.AppKey("DATABASE", Database)
SECRET = web.AppKey("SECRET", bytes)
"""The installation's secret: every key, token and cookie is derived from it."""
LANGUAGE = web.AppKey("LANGUAGE", str)
"""Language of pages until a person chooses another: "vi" or "en"."""
CATALOGS = web.AppKey("CATALOGS", Catalogs)
STATICS = web.AppKey("STATICS", Statics)
ENVIRONMENTS = web.AppKey("ENVIRONMENTS", dict[str, jinja2.Environment])
VISITOR_READER: web.AppKey[VisitorReader] = web.AppKey("VISITOR_READER")
TODAY_READER: web.AppKey[TodayReader] = web.AppKey("TODAY_READER")
HOME_REMINDERS: web.AppKey[list[ReminderReader]] = web.AppKey("HOME_REMINDERS")
HOME_WARNING: web.AppKey[WarningReader] = web.AppKey("HOME_WARNING")
