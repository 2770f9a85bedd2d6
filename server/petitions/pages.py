"""The register: the table with its filters in the address, and one record."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web
from sqlmodel import Session

from server.deadlines.computing import State
from server.people.rights import Right
from server.people.sessions import account_in
from server.petitions import export_pages, form_pages, import_pages, split_pages, standing_pages
from server.petitions.dossier import DOSSIER
from server.petitions.due_queries import search_with_duties
from server.petitions.duties import Duty
from server.petitions.heard import HEARINGS
from server.petitions.lists import LISTS
from server.petitions.places import Places
from server.petitions.queries import Page, units_in_charge
from server.petitions.record_page import WORDS, show_record
from server.petitions.reminders import reminders
from server.petitions.rules import KIND_WORDS
from server.petitions.standing import DUTY_WORDS, TERMS
from server.petitions.wanted import SEVERAL, Sorting, kept_filters, wanted_in
from server.rooms.queries import all_rooms, rooms_on
from server.rooms.tables import RoomLevel
from server.web.keys import DATABASE, HOME_REMINDERS
from server.web.languages import N_, today
from server.web.shell import language_of, render, require

_KIND_CHOICES: dict[str, str] = {
    **{str(kind): word for kind, word in KIND_WORDS.items()},
    SEVERAL: N_("Several contents"),
}
_DEADLINE_WORDS = {State.OVERDUE: N_("Overdue"), State.SOON: N_("Due soon")}
_ALWAYS_SHOWN = frozenset({"q", "kind", "status", "deadline", "district"})


def add_routes(app: web.Application) -> None:
    """Needs in `app` when a page is asked for: HEARINGS, which `server.receptions.pages.add_routes` gives, and
    TERMS and LISTS, which the composition root reads."""
    app.router.add_get("/petitions", table, name="petitions")
    app.router.add_get(r"/petitions/{id:\d{1,9}}", record, name="petition")
    app[DOSSIER] = []
    form_pages.add_routes(app)
    standing_pages.add_routes(app)
    split_pages.add_routes(app)
    import_pages.add_routes(app)
    export_pages.add_routes(app)
    app[HOME_REMINDERS].append(reminders)


@dataclass(frozen=True, slots=True)
class _Found:
    page: Page
    duties: dict[int, Duty]
    counts: dict[int, int]
    districts: dict[str, str]
    places: list[str]
    units: list[str]


@require(Right.READ_PETITIONS)
async def table(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    wanted = wanted_in(request.query)
    hearings = request.app[HEARINGS]

    def work(session: Session) -> _Found:
        # Before the search: what `ask_by_index` tells PostgreSQL holds for all that is asked afterwards.
        units, districts = units_in_charge(session, account.role), _districts(session)
        places = Places(rooms_on(session, today())).labels
        page, duties = search_with_duties(session, account.role, wanted, hearings, request.app[TERMS], today())
        counts = hearings.counts(session, [petition.id for petition in page.petitions])
        return _Found(page, duties, counts, districts, places, units)

    found = await request.app[DATABASE].run(work)
    kept = kept_filters(request.query)
    order = {"sort": wanted.sorting, "up": "1" if wanted.upwards else ""}
    ordered = wanted.upwards or wanted.sorting is not Sorting.RECEIVED

    def address(page: int) -> str:
        return "?" + urlencode({**kept, **(order if ordered else {}), "page": page})

    def exported(format_: str) -> str:
        path = request.app.router["petition_export"].url_for(format=format_)
        return str(path) + "?" + urlencode({**kept, **(order if ordered else {})})

    def sorted_by(sorting: str) -> str:
        """A second press turns it round; a day begins with the newest, a word with A."""
        first = "" if sorting == Sorting.RECEIVED else "1"
        turned = {"": "1", "1": ""}[order["up"]]
        return "?" + urlencode({**kept, "sort": sorting, "up": turned if sorting == wanted.sorting else first})

    return await render(
        request,
        "petitions/list.html",
        page=found.page,
        wanted=wanted,
        filtered=bool(kept),
        more_asked=not kept.keys() <= _ALWAYS_SHOWN,
        counts=found.counts,
        duties=found.duties,
        districts=found.districts,
        places=found.places,
        units=found.units,
        kind_choices=_KIND_CHOICES,
        deadline_words=_DEADLINE_WORDS,
        fields=request.app[LISTS].field_words(language_of(request)),
        address=address,
        sorted_by=sorted_by,
        exported=exported,
        may_create=Right.WRITE_PETITIONS in account.rights,
        duty_words=DUTY_WORDS,
        **WORDS,
    )


@require(Right.READ_PETITIONS)
async def record(request: web.Request) -> web.StreamResponse:
    return await show_record(request, await account_in(request), int(request.match_info["id"]), opened=True)


def _districts(session: Session) -> dict[str, str]:
    """Also those that ended: their petitions are still looked for. By code, with the last name each had."""
    rooms = sorted(all_rooms(session), key=lambda room: (room.code, room.valid_from))
    return {room.code: room.name for room in rooms if room.level == RoomLevel.DISTRICT}
