"""Putting the shell into an application; the composition root calls this first, then the features."""

from __future__ import annotations

from aiohttp import web

from server.data.engine import Database
from server.web import errors, headers, home
from server.web.keys import (
    CATALOGS,
    DATABASE,
    ENVIRONMENTS,
    HOME_REMINDERS,
    LANGUAGE,
    SECRET,
    STATICS,
    TODAY_READER,
    TodayReader,
)
from server.web.languages import shipped_catalogs
from server.web.nul import refuse_nul
from server.web.statics import Statics
from server.web.templates import environments


def set_up(
    app: web.Application,
    *,
    database: Database,
    secret: bytes,
    language: str,
    today: TodayReader | None = None,
) -> None:
    """Keys, middlewares, templates, static files and the home page.

    Raises FrontEndMissing where the browser libraries are not installed. The application does not own
    `database`: whoever made it closes it.
    """
    app[DATABASE] = database
    app[SECRET] = secret
    app[LANGUAGE] = language
    app[CATALOGS] = shipped_catalogs()
    app[STATICS] = statics = Statics()
    app[ENVIRONMENTS] = environments(app)
    app[HOME_REMINDERS] = []
    if today is not None:
        app[TODAY_READER] = today
    app.middlewares.extend((errors.answer_failures, errors.know_visitor, refuse_nul))
    app.on_response_prepare.append(errors.mark_started)
    app.on_response_prepare.append(headers.protect)
    app.router.add_get("/static/{name:.+}", statics.serve, name="static")
    home.add_routes(app)
