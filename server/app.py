"""The control process: pages, signalling and the live reception, put together here and nowhere else.

`python -m server.app` reads the settings, brings the database up to date, and serves until SIGTERM or SIGINT.
Ending is a table; whoever stands lower may still be needed by whoever stands higher:

    1. no new connections                     the site is closed
    2. screens                                no more messages; sockets are told to reconnect by losing theirs
    3. control socket, conductor              rows that wait are written; media and recorder go on without us
    4. database
"""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

import jinja2
import pydantic
import uvloop
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

import room_client
from server import settings as settings_module
from server.archive import pages as archive_pages
from server.archive import watching as archive_watching
from server.archive.moving import ARCHIVING
from server.attachments import pages as attachment_pages
from server.attachments.pages import Attachments
from server.attachments.shelf import Shelf
from server.clips import pages as clip_pages
from server.clips.making import Directories
from server.conclusions import pages as conclusion_pages
from server.conclusions.follow_up import FollowUp, read_follow_up
from server.data.engine import Database
from server.data.opening import DatabaseUnusable, open_up_to_date
from server.data.secret import load_secret
from server.deadlines.errors import BadDataFile, Problem
from server.deadlines.terms import Terms, read_terms
from server.documents import pages as document_pages
from server.documents import versions as document_versions
from server.documents.letterheads import Letterheads, read_letterheads
from server.duty import pages as duty_pages
from server.figures import pages as figure_pages
from server.figures.definitions import Definitions, read_definitions
from server.late import pages as late_pages
from server.late.entering import Folders as LateFolders
from server.people import pages as people_pages
from server.people import sessions
from server.people.accounts import roles_named
from server.petitions import pages as petition_pages
from server.petitions.lists import LISTS, Lists, read_lists
from server.petitions.rules import KIND_WORDS
from server.petitions.standing import TERMS
from server.readiness import pages as readiness_pages
from server.receptions import agenda_pages, debug_page, health, live_pages, metrics_page, whip
from server.receptions import pages as reception_pages
from server.receptions.agenda_run import Label
from server.receptions.conductor import CONDUCTOR, Conductor
from server.receptions.dated_rules import RECEPTION_RULES, ReceptionRules, read_reception_rules
from server.receptions.metrics import Metrics
from server.receptions.offices import OFFICES, Offices, read_offices
from server.receptions.programme import ItemFacts
from server.receptions.recorded_time import RECORDINGS_DIRECTORY
from server.receptions.rules import chapter_label, kind_of
from server.receptions.signalling import Signalling, attach_signalling
from server.receptions.today import receptions_of_today
from server.receptions.turn_access import TurnAccess
from server.registrations import pages as registration_pages
from server.review import notes as review_notes
from server.review import pages as review_pages
from server.review.retention import RETENTION_RULES, RetentionRules, read_retention_rules
from server.rooms import pages as room_pages
from server.settings import Settings, split_host_and_port
from server.supervision import pages as supervision_pages
from server.visits import pages as visit_pages
from server.web import application as shell
from server.web.keys import CATALOGS, ENVIRONMENTS
from server.web.languages import N_, Catalogs
from server.web.statics import FrontEndMissing
from signaling import logs

END_TIMEOUT_S = 5.0
T = TypeVar("T")
_CLOSED_ITEM = N_("Closed item")
_ROOM_PAGE = Path(room_client.__file__).parent / "page"
_log = logging.getLogger("server.app")  # not "__main__", which it is when run


_SIGNALLING = web.AppKey("_SIGNALLING", Signalling)


def make_app(settings: Settings, database: Database) -> web.Application:
    """The whole control process as one application; `database` is migrated, and stays the caller's.

    Raises FrontEndMissing where the browser libraries are not installed, ValueError for a broken secret, and
    BadDataFile for a calendar, a list of the register or another dated table that cannot be used.
    """
    secret = load_secret(settings.data)
    dated = _read_dated_files(settings.data)
    settings.run_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    app = web.Application()
    shell.set_up(app, database=database, secret=secret, language=settings.language, today=receptions_of_today)
    sessions.set_up(app, secure=settings.secure_cookies)
    _find_room_page(app)
    people_pages.add_routes(app, roles_named(settings.second_factor))
    for feature in (room_pages, petition_pages, reception_pages, live_pages):
        feature.add_routes(app)
    attachments = Attachments(Shelf(settings.attachments_directory), settings.attachment_megabytes * 1_000_000)
    erasers = document_versions.erase_words, review_notes.erase_words, attachments.destroy
    conclusion_pages.add_routes(app, dated.follow_up, *erasers)
    supervision_pages.add_routes(app)
    duty_pages.add_routes(app)
    document_pages.add_routes(app, dated.letterheads)
    registration_pages.add_routes(app)
    visit_pages.add_routes(app)
    figure_pages.add_routes(app, dated.definitions)
    attachment_pages.add_routes(app, attachments)
    app[TERMS], app[LISTS], app[RECEPTION_RULES] = dated.terms, dated.lists, dated.reception_rules
    app[OFFICES] = dated.offices
    app[agenda_pages.AGENDA_LIMIT] = settings.agenda_limit
    app[RECORDINGS_DIRECTORY] = settings.recordings_directory
    app[RETENTION_RULES] = dated.retention_rules
    access = settings.archive_access
    review_pages.add_routes(
        app,
        settings.review_directory,
        settings.signing_directory,
        settings.spare_directory,
        access,
        settings.captions_directory,
    )
    late_folders = LateFolders(
        settings.recordings_directory, settings.signing_directory, settings.review_directory
    )
    late_pages.add_routes(app, settings.late_directory, late_folders)
    archive_pages.add_routes(app, access, settings.archive_after_days)
    clip_pages.add_routes(
        app,
        Directories(
            settings.recordings_directory,
            settings.signing_directory,
            settings.data,
            settings.clips_directory,
            access,
        ),
    )
    conductor = Conductor(
        database,
        settings.run_directory,
        _labels(app[CATALOGS], settings.language),
        media_workers=settings.media_workers,
    )
    app[CONDUCTOR] = conductor
    readiness_pages.add_routes(app, conductor, settings.codec)
    turn = TurnAccess(settings.turn_urls, settings.turn_secret)
    whip.add_routes(app, watchers_per_token=settings.watchers_per_token, turn=turn)
    app[_SIGNALLING] = signalling = attach_signalling(
        app, conductor, turn, settings.run_directory, settings.morning_check_after
    )
    archiving = app[ARCHIVING]
    health.add_routes(
        app, conductor=conductor, signalling=signalling, archive=lambda: archive_watching.word(archiving)
    )
    debug_page.add_routes(app, signalling=signalling)
    metrics = Metrics(conductor, signalling, (lambda: archive_watching.metrics(archiving),))
    metrics_page.add_routes(app, metrics=metrics, token=settings.metrics_token)
    app.cleanup_ctx.append(_run_conductor)
    app.on_shutdown.append(_end_signalling)
    return app


class _DatedFiles(NamedTuple):
    terms: Terms
    lists: Lists
    follow_up: FollowUp
    reception_rules: ReceptionRules
    letterheads: Letterheads
    offices: Offices
    retention_rules: RetentionRules
    definitions: Definitions


def _read_dated_files(directory: Path) -> _DatedFiles:
    """Raises BadDataFile with all problems of all files."""
    problems: list[Problem] = []

    def read(reader: Callable[[Path], T]) -> T:
        try:
            return reader(directory)
        except BadDataFile as refused:
            problems.extend(refused.problems)
            return cast(T, None)  # nobody sees it: all problems are raised together below

    found = _DatedFiles(
        terms=read(read_terms),
        lists=read(read_lists),
        follow_up=read(read_follow_up),
        reception_rules=read(read_reception_rules),
        letterheads=read(read_letterheads),
        offices=read(read_offices),
        retention_rules=read(read_retention_rules),
        definitions=read(read_definitions),
    )
    if problems:
        raise BadDataFile(problems)
    return found


def _find_room_page(app: web.Application) -> None:
    """The room's page belongs to `room_client`; it is rendered like the pages of the features."""
    for environment in app[ENVIRONMENTS].values():
        if isinstance(environment.loader, jinja2.PrefixLoader):
            loaders = {**environment.loader.mapping, "room": jinja2.FileSystemLoader(_ROOM_PAGE)}
            environment.loader = jinja2.PrefixLoader(loaders)


def _labels(catalogs: Catalogs, language: str) -> Label:
    def label(item: ItemFacts, closed: bool) -> str:
        words = {kind.value: word for kind, word in KIND_WORDS.items()}
        word = catalogs.gettext(language, words.get(kind_of(item), ""))
        return chapter_label(item, closed, word, catalogs.gettext(language, _CLOSED_ITEM))

    return label


async def _run_conductor(app: web.Application) -> AsyncIterator[None]:
    conductor, signalling = app[CONDUCTOR], app[_SIGNALLING]
    await conductor.start()
    await signalling.start()
    yield
    await signalling.stop()
    await conductor.stop()


async def _end_signalling(app: web.Application) -> None:
    await app[_SIGNALLING].end()


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    settings.data.mkdir(parents=True, exist_ok=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    database = await asyncio.to_thread(open_up_to_date, settings.database_url)
    try:
        # No access log: addresses of rooms and what people search for are nobody's business.
        runner = web.AppRunner(make_app(settings, database), access_log=None, shutdown_timeout=END_TIMEOUT_S)
        await runner.setup()
        try:
            host, port = split_host_and_port(settings.http)
            await web.TCPSite(runner, host, port).start()
            for address in runner.addresses:  # the real port, where the setting leaves it to the system
                _log.info("pages and signalling on http://%s:%d", address[0], address[1])
            await stop.wait()
        finally:
            await runner.cleanup()
    finally:
        database.close()


def main() -> int:
    logs.configure()
    try:
        uvloop.run(serve(settings_module.load()))
    except pydantic.ValidationError as wrong:
        _log.critical("cannot start: %s", "; ".join(settings_module.sentences(wrong)))
        return 2
    except (FileNotFoundError, FrontEndMissing, BadDataFile, ValueError) as wrong:
        _log.critical("cannot start: %s", wrong)
        return 2
    except DatabaseUnusable as unusable:
        _log.critical("cannot start: %s", unusable)
        return 1 if unusable.passes else 2
    except OSError as failed:
        if failed.errno in (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES):
            _log.critical("cannot start: %s. Set TIEPDAN_HTTP to another address or port.", failed.strerror)
            return 2
        _log.critical("cannot start: %s: %s", type(failed).__name__, failed)
        return 1
    except SQLAlchemyError as failed:
        _log.critical("cannot start: %s: %s", type(failed).__name__, failed)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
