"""The office pages over the demonstration province: one filled database, copied for each test."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from recordings.archive.address import Access
from server.archive import pages as archive_pages
from server.attachments import pages as attachment_pages
from server.attachments.pages import Attachments
from server.attachments.shelf import Shelf
from server.clips import pages as clip_pages
from server.clips.making import Directories
from server.conclusions import pages as conclusion_pages
from server.conclusions.follow_up import read_follow_up
from server.data.engine import Database
from server.deadlines.terms import Terms, read_terms
from server.demo.fill import fill
from server.documents import pages as document_pages
from server.documents import versions as document_versions
from server.documents.letterheads import read_letterheads
from server.duty import pages as duty_pages
from server.figures import pages as figure_pages
from server.figures.definitions import read_definitions
from server.late import pages as late_pages
from server.late.entering import Folders
from server.petitions import pages as petition_pages
from server.petitions.lists import LISTS, read_lists
from server.petitions.standing import TERMS
from server.receptions import agenda_pages
from server.receptions import pages as reception_pages
from server.receptions.conductor import CONDUCTOR, Conductor
from server.receptions.dated_rules import RECEPTION_RULES, read_reception_rules
from server.receptions.offices import OFFICES, read_offices
from server.receptions.programme import ItemFacts
from server.receptions.recorded_time import RECORDINGS_DIRECTORY
from server.registrations import pages as registration_pages
from server.review import notes as review_notes
from server.review import pages as review_pages
from server.review.retention import RETENTION_RULES, read_retention_rules
from server.supervision import pages as supervision_pages
from server.visits import pages as visit_pages
from server.web.languages import today
from tests.database import Store
from tests.server.conftest import make_office_app

T = TypeVar("T")
AGENDA_LIMIT = 10
MOST_BYTES = 2_000_000
"""Of an attachment."""


def chapter_label_of(item: ItemFacts, _closed: bool) -> str:
    return str(item.position)


@cache
def _shipped(read: Callable[[Path], T]) -> T:
    return read(Path("/nonexistent"))


def _read(read: Callable[[Path], T], directory: Path) -> T:
    """What `read` says of the operator's files there; the shipped ones are read once for all tests."""
    return read(directory) if any(directory.glob("*.csv")) else _shipped(read)


def filled_template(store: Store) -> str:
    return store.template(f"province on {today()}", lambda session: fill(session, today()))


def make_province_app(
    database: Database,
    recordings: Path,
    terms: Terms | None = None,
    archive: Access | None = None,
    captions_model: Path | None = None,
) -> web.Application:
    """`archive`: recordings go there as soon as they are sealed. `captions_model`: captions are made with it."""
    app = make_office_app(database)
    for feature in (petition_pages, reception_pages):
        feature.add_routes(app)
    data = recordings.parent
    attachments = Attachments(Shelf(data / "attachments", reserve=0), MOST_BYTES)
    erasers = document_versions.erase_words, review_notes.erase_words, attachments.destroy
    conclusion_pages.add_routes(app, _read(read_follow_up, data), *erasers)
    supervision_pages.add_routes(app)
    duty_pages.add_routes(app)
    document_pages.add_routes(app, _read(read_letterheads, data))
    registration_pages.add_routes(app)
    visit_pages.add_routes(app)
    figure_pages.add_routes(app, _read(read_definitions, data))
    attachment_pages.add_routes(app, attachments)
    app[RECEPTION_RULES] = _read(read_reception_rules, data)
    app[OFFICES] = _read(read_offices, data)
    app[CONDUCTOR] = Conductor(database, data, chapter_label_of)  # no reception runs here
    app[TERMS] = terms or _read(read_terms, data)
    app[LISTS] = _read(read_lists, data)
    app[agenda_pages.AGENDA_LIMIT] = AGENDA_LIMIT
    app[RECORDINGS_DIRECTORY] = recordings
    app[RETENTION_RULES] = _read(read_retention_rules, data)
    review_pages.add_routes(app, data / "review", data / "signing", archive=archive, captions_model=captions_model)
    late_pages.add_routes(app, data / "late", Folders(recordings, data / "signing", data / "review"))
    archive_pages.add_routes(app, archive, after_days=0)
    clip_pages.add_routes(app, Directories(recordings, data / "signing", data, data / "clips", archive))
    return app
