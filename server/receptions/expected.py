"""Who is to come to a reception, as a port, because registrations stand above receptions.

`server.registrations.pages.add_routes` puts the implementation under `EXPECTED`.
"""

from __future__ import annotations

from typing import Any, Protocol

from aiohttp import web
from sqlmodel import Session

from server.people.tables import Account
from server.receptions.tables import Reception


class Expected(Protocol):
    def of_reception(self, session: Session, reception: Reception, account: Account) -> Any:
        """What "registrations/of_reception.html" shows this reader; None: the role reads nothing of it."""
        ...

    def called_off(self, session: Session, reception_id: int, successor_id: int | None, account: Account) -> None:
        """They go with the reception that is put off, or wait for another one."""
        ...


EXPECTED: web.AppKey[Expected] = web.AppKey("reception_expected", Expected)
