"""Parts of a petition's page that features above the register fill, as a port, because petitions stand below them.

Each feature's `add_routes` puts its part into `app[DOSSIER]`; they are shown in that order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web
from sqlmodel import Session

from server.people.tables import Account
from server.petitions.history_lines import Line
from server.petitions.tables import Petition


class Content(Protocol):
    """What the part's template gets as `part`."""

    @property
    def count(self) -> int:
        """For the contents at the head of the page."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """`name` is the anchor; `title` a message id. `read` returns None where there is nothing to show this reader;
    it is asked only for somebody who reads the record. `history`: what of the content stands in the petition's
    history, too. `styles`, `scripts`: static files."""

    name: str
    title: str
    template: str
    read: Callable[[Session, Petition, Account], Content | None]
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    history: Callable[[Any], Iterable[Line]] = lambda _content: ()


@dataclass(frozen=True, slots=True)
class FilledPart:
    part: Part
    content: Content


DOSSIER: web.AppKey[list[Part]] = web.AppKey("petition_dossier", list)


def add_part(app: web.Application, part: Part) -> None:
    app[DOSSIER].append(part)
