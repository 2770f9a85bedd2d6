"""Every office page as people see it, in both languages: it fits a small laptop, and every field has a name.

With TIEPDAN_SCREENSHOTS (`make screenshots`) pictures are left in that directory to be looked at, those of a
large screen, too.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page
from sqlmodel import Session, SQLModel, col, select

from server.app import make_app
from server.conclusions.tables import Task
from server.data.columns import now
from server.data.urls import sqlite_url
from server.demo.accounts import PASSWORD
from server.documents.tables import DocumentKind, OfficialDocument
from server.people.rights import Role, rights_of
from server.people.tables import Account
from server.petitions.tables import Petition
from server.readiness.contacts import write_contact
from server.readiness.keeping import keep
from server.receptions.tables import (
    AgendaItem,
    AgendaItemPetition,
    Chapter,
    ItemState,
    Reception,
    ReceptionState,
    Recording,
    RecordingState,
)
from server.registrations.tables import Registration, RegistrationState
from server.rooms.device_tables import RoomDevice
from server.rooms.devices import make_code
from server.rooms.tables import Room, RoomLevel
from server.settings import Settings
from server.visits.tables import Visit
from server.web.shell import GUARDED_BY
from signaling.check_messages import CheckReason, Finding, Part, RoomChecked
from tests.browser.chromium import Chromium
from tests.database import Store, file_of, opened
from tests.server.demo.office import filled_template
from tests.server.review.film import write_film

DIRECTORY = os.environ.get("TIEPDAN_SCREENSHOTS", "")
SIZES = ((1366, 768), (1920, 1080)) if DIRECTORY else ((1366, 768),)
NO_PAGES = re.compile(
    r"\.(json|jpg|vtt|zip|pdf)$|/export\.|/media$|/import/(refused|template)|/versions/|/attachments/|^/alive$"
    r"|/wall/pictures$|/telephones(\.|/refused)|/late/"
)
"""Routes that answer with a file, with data, or with nothing; and a page of what is not in this record."""
ASKS = {"/figures/records": "?column=1", "/duty/unit": "?unit={room}", "/clip": "?from=2&to=9"}
"""Pages that answer a question only, by how their paths end."""
ONE_LINE = 50  # pixels, of the menu
FOLDER = "r2-20261123-080311"
UNLABELLED = """() => [...document.querySelectorAll('input, select, textarea')]
  .filter(each => each.type !== 'hidden' && each.checkVisibility())
  .filter(each => !each.labels?.length && !each.ariaLabel && !each.title && !each.getAttribute('aria-labelledby'))
  .map(each => each.outerHTML)"""

FURTHEST_RIGHT = """() => Math.max(
  ...[...document.querySelectorAll('main, main *')].map(each => each.getBoundingClientRect().right))"""


@dataclass(frozen=True, slots=True)
class Office:
    app: web.Application
    address: str
    ids: dict[str, int]

    def pages(self, role: Role) -> list[str]:
        """Addresses of all pages that `role` may open, of something that is there."""
        found = {}
        for route in self.app.router.routes():
            if route.method != "GET" or route.resource is None or not hasattr(route.handler, GUARDED_BY):
                continue
            path = route.resource.canonical
            rights = getattr(route.handler, GUARDED_BY)
            if not NO_PAGES.search(path) and (not rights or not rights_of(role).isdisjoint(rights)):
                found[path] = self._filled(path)
        return list(found.values())

    def _filled(self, path: str) -> str:
        planned = path.endswith(("/plan", "/console", "/items/new", "/audience", "/cancel", "/summons"))
        reception = "planned" if planned else "cancelled" if path.endswith("/cancel/notice") else "held"
        item = "waiting item" if planned else "item"
        own = {"petitions": "petition", "tasks": "task", "accounts": "account", "rooms": "room"}
        own |= {"visits": "visit", "recordings": "recording", "registrations": "registration"}
        own["documents"] = "document"
        kind = own.get(path.split("/")[1], reception)
        filled = {
            "id": str(self.ids[kind]),
            "item": str(self.ids[item]),
            "ordinal": "0",
            "act": "merge",
            "code": "06664",
        }
        filled["device"] = str(self.ids["device"])
        for name, value in filled.items():
            path = path.replace(f"{{{name}}}", value)
        asks = next((asks for end, asks in ASKS.items() if path.endswith(end)), "")
        return path + asks.format(**self.ids)


@pytest.fixture
async def office(sqlite_store: Store, tmp_path: Path) -> AsyncIterator[Office]:
    shutil.copy(file_of(filled_template(sqlite_store)), tmp_path / "tiepdan.db")
    with opened(sqlite_url(tmp_path / "tiepdan.db")) as database:
        ids = database.run_here(_ids)
        ids["device"] = database.run_here(_enrol, ids["room"])
        database.run_here(_check, ids["room"])
        ids["recording"] = database.run_here(_record, ids["item"], tmp_path / "recordings")
        app = make_app(Settings(data=tmp_path), database)
        server = TestServer(app, host="127.0.0.1")
        await server.start_server()
        try:
            yield Office(app, str(server.make_url("")).rstrip("/"), ids)
        finally:
            await server.close()


def _enrol(session: Session, room_id: int) -> int:
    """A device, and a code that is open, for the pages that tell of them."""
    at = now()
    device = RoomDevice(room_id=room_id, name="Máy A", credential_hash="-", enrolled_at=at, last_seen_at=at)
    session.add(device)
    make_code(session, b"-", session.get_one(Room, room_id), actor="system", at=at)
    return device.id or 0


def _check(session: Session, room_id: int) -> None:
    """What a room found yesterday and this morning, and that somebody telephoned, for the board of readiness."""
    line = Finding(what=Part.LINE, outcome="measured", figures={"loss_up_percent": 6.5, "down_kbps": 2900.0})
    sound = Finding(what=Part.SOUND, outcome="hum")
    for hours, found in ((25, (sound,)), (1, (sound, line, Finding(what=Part.PICTURE, outcome="black")))):
        said = RoomChecked(reason=CheckReason.MORNING, findings=found)
        keep(session, room_id, said, "tiepdan 0.1.0 browser", "h264", now() - timedelta(hours=hours), None)
    write_contact(session, session.get_one(Room, room_id), "đã gọi, kỹ thuật đang tới", "account:1", now())


def _record(session: Session, item_id: int, directory: Path) -> int:
    """The held item in a film of its own."""
    (directory / FOLDER).mkdir(parents=True)
    film = write_film(directory / FOLDER / "recording.mp4", 12)
    recording = Recording(
        reception_id=session.get_one(AgendaItem, item_id).reception_id,
        folder=FOLDER,
        state=RecordingState.SEALED,
        file=film.name,
        media_type="video/mp4",
        seconds=12.0,
        bytes=film.stat().st_size,
    )
    session.add(recording)
    session.flush()
    session.add(Chapter(recording_id=recording.id or 0, item_id=item_id, starts_s=2.0, ends_s=9.0))
    return recording.id or 0


def _ids(session: Session) -> dict[str, int]:
    def first(table: type[SQLModel], *conditions: object) -> int:
        return session.exec(select(table.id).where(*conditions).order_by(table.id.desc())).first() or 0  # type: ignore[attr-defined, arg-type]

    def item(state: ItemState) -> AgendaItem:
        of_item = AgendaItemPetition.item_id == AgendaItem.id
        chosen = (
            select(AgendaItem).join(AgendaItemPetition, of_item).join(Petition).where(AgendaItem.state == state)
        )
        return session.exec(chosen.where(Petition.code == "KN-0198")).one()

    held, waiting = item(ItemState.DONE), item(ItemState.WAITING)
    return {
        "held": held.reception_id,
        "planned": waiting.reception_id,
        "cancelled": first(Reception, Reception.state == ReceptionState.CANCELLED),
        "item": held.id or 0,
        "waiting item": waiting.id or 0,
        "petition": first(Petition, Petition.code == "KN-0198"),
        "task": first(Task),
        "visit": first(Visit),
        "registration": first(Registration, Registration.state == RegistrationState.WAITING),
        "document": first(OfficialDocument, OfficialDocument.kind == DocumentKind.URGING),
        "account": first(Account, Account.own_role == Role.CLERK),
        "room": first(Room, Room.level == RoomLevel.COMMUNE, col(Room.valid_to).is_(None)),
    }


@pytest.mark.parametrize(
    ("login", "role"), [("canbo", Role.OFFICER), ("quantri", Role.ADMINISTRATOR), ("kythuat", Role.TECHNICIAN)]
)
async def test_it_fits_the_screen_and_every_field_has_a_name(
    office: Office, chromium: Chromium, login: str, role: Role
) -> None:
    window = await chromium.window(login)
    page = window.page
    await _log_in(page, office, login)
    paths = office.pages(role)
    assert len(paths) > 2
    wrong: list[str] = []
    for language in ("vi", "en"):
        if language == "en":
            await page.goto(f"{office.address}/")
            await page.click("button[value=en]")
        for path in paths:
            for width, height in SIZES:
                await page.set_viewport_size({"width": width, "height": height})
                wrong += await _look(page, office.address + path, f"{path} ({language}, {width})", language)
                await _photograph(page, f"{login}-{language}-{width}{path.replace('/', '_')}.png")
    assert not wrong, "\n".join(wrong)
    assert window.faults == []


async def test_what_is_printed_fits_the_sheet(office: Office, chromium: Chromium) -> None:
    """The width between the margins, in CSS pixels: upright 165 mm, lists on their side 267 mm."""
    page = (await chromium.window("canbo")).page
    await page.route("**/*.woff2", lambda route: route.abort())  # paper has a font of its own
    await _log_in(page, office, "canbo")
    await page.emulate_media(media="print")
    ids = office.ids
    upright = [f"/receptions/{ids['planned']}", f"/petitions/{ids['petition']}", f"/documents/{ids['document']}"]
    wide = ["/petitions", "/registrations", "/visits", "/tasks", "/receptions", "/receptions/month"]
    for width, paths in ((623, upright), (1009, wide)):
        await page.set_viewport_size({"width": width, "height": 800})
        for path in paths:
            await page.goto(office.address + path)
            over = await page.evaluate(FURTHEST_RIGHT)
            assert over <= width + 1, f"{path}: {over} of {width}"
            assert not await page.locator("header nav, button, .crumbs").locator("visible=true").count(), path


async def _log_in(page: Page, office: Office, login: str) -> None:
    await page.goto(f"{office.address}/login")
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await page.click(".form-actions button")


async def _look(page: Page, address: str, what: str, language: str) -> list[str]:
    answer = await page.goto(address, wait_until="load")
    wrong = []
    if answer is None or answer.status != 200:
        return [f"{what}: {answer.status if answer else 'no answer'}"]
    if await page.get_attribute("html", "lang") != language:
        wrong.append(f"{what}: another language")
    if not (await page.locator("h1").first.text_content() or "").strip():
        wrong.append(f"{what}: no headline")
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        wrong.append(f"{what}: {wide} pixels wider than the screen")
    menu = await page.evaluate("document.querySelector('body > header nav')?.offsetHeight ?? 0")
    if menu > ONE_LINE:
        wrong.append(f"{what}: the menu is {menu} pixels high, so it has more than one line")
    wrong += [f"{what}: without a name: {field}" for field in await page.evaluate(UNLABELLED)]
    return wrong


async def _photograph(page: Page, name: str) -> None:
    if DIRECTORY:
        await page.screenshot(path=Path(DIRECTORY) / name, full_page=True)
