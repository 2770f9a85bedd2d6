"""The shell: failures in words, headers, files, and what the start page offers."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from inspect import getfile
from pathlib import Path
from urllib.parse import urljoin

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from server.data.engine import Database
from server.web.keys import ENVIRONMENTS, TODAY_READER, TodayReception
from server.web.shell import current_account, language_of, render, require
from server.web.statics import VENDOR, FrontEndMissing, Statics
from server.web.wording import SENTENCES, sentence, status
from signaling.refusals import Refusal, RefusalCode, Refused
from tests.server.conftest import PAGE, Office, make_office_app


async def _fail(request: web.Request) -> web.StreamResponse:
    raise RuntimeError("Nguyễn Văn A, 12 Lê Lợi")


async def _fail_late(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    raise RuntimeError("late")


async def _refuse(request: web.Request) -> web.StreamResponse:
    raise Refused(RefusalCode.AGENDA_FULL, came="61", allowed="60")


@require()
async def _whoever(request: web.Request) -> web.StreamResponse:
    account = current_account(request)
    assert account is not None
    return web.json_response({"login": account.login, "language": language_of(request)})


async def _today(request: web.Request) -> Sequence[TodayReception]:
    at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    return [
        TodayReception(7, "Phiên <định kỳ>", "Trụ sở", at, "planned", 8),
        TodayReception(6, "Phiên sáng", "", at, "ended", 1),
    ]


@pytest_asyncio.fixture
async def shell(peopled: Database) -> AsyncIterator[Office]:
    app = make_office_app(peopled)
    app[TODAY_READER] = _today
    app.router.add_get("/fail/{name}", _fail)
    app.router.add_get("/fail-late", _fail_late)
    app.router.add_get("/refuse", _refuse)
    app.router.add_get("/whoever", _whoever)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield Office(client, peopled)


# --- failures ---


async def test_an_unexpected_failure_shows_a_number_that_the_log_has_too(
    shell: Office, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await shell.get("/fail/secret-name")
    text = await answer.text()
    reference = re.search(r'<strong class="code">([0-9a-f]{8})</strong>', text)
    assert answer.status == 500
    assert reference is not None
    assert "Máy chủ gặp lỗi" in text
    assert "Nguyễn Văn A" not in text
    record = next(record for record in caplog.records if record.levelno == logging.ERROR)
    assert reference[1] in record.getMessage()
    assert "secret-name" not in record.getMessage()


async def test_a_failure_of_a_fetch_is_json(shell: Office) -> None:
    answer = await shell.client.get("/fail/x")
    body = await answer.json()
    assert (answer.status, body["status"], len(body["reference"])) == (500, 500, 8)


async def test_a_failure_after_the_answer_has_begun_ends_the_connection_only(shell: Office) -> None:
    answer = await shell.client.get("/fail-late")
    assert answer.status == 200
    assert (await shell.get("/login")).status == 200


async def test_a_page_that_is_not_there_is_told_in_both_languages(shell: Office) -> None:
    answer = await shell.get("/no/such/page")
    assert (answer.status, "Không có trang này" in await answer.text()) == (404, True)
    await shell.post("/language", {"language": "en"})
    assert "There is no such page" in await (await shell.get("/no/such/page")).text()


async def test_a_wrong_method_says_which_is_right(shell: Office) -> None:
    answer = await shell.get("/logout")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


async def test_a_refusal_is_a_page_for_people_and_json_for_scripts(shell: Office) -> None:
    page = await shell.get("/refuse")
    assert page.status == 409
    assert "Chương trình đã có 60 mục" in await page.text()
    body = await (await shell.client.get("/refuse")).json()
    assert (body["code"], body["came"], body["allowed"]) == ("agenda_full", "61", "60")
    assert body["text"].startswith("Chương trình đã có 60 mục")
    assert "61" not in body["text"]


@pytest.mark.parametrize("code", list(RefusalCode))
def test_every_refusal_has_a_sentence_in_both_languages(code: RefusalCode) -> None:
    assert sentence(Refusal(code=code), "en") == SENTENCES[code]
    assert sentence(Refusal(code=code), "vi") != SENTENCES[code]
    assert 400 <= status(code) < 600


# --- who may see what ---


async def test_a_fetch_without_login_gets_401(shell: Office) -> None:
    assert (await shell.client.get("/whoever")).status == 401


async def test_the_handler_knows_who_asks(shell: Office) -> None:
    await shell.log_in("xemlai")
    assert await (await shell.client.get("/whoever")).json() == {"login": "xemlai", "language": "vi"}


# --- headers ---


async def test_pages_are_protected(shell: Office) -> None:
    answer = await shell.get("/login")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'self' 'nonce-([\w-]{20,})'", policy)
    assert nonce is not None
    assert "'unsafe-inline'" not in policy.split("style-src-attr")[0]
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "camera=(self), microphone=(self)" in answer.headers["Permissions-Policy"]
    again = (await shell.get("/login")).headers["Content-Security-Policy"]
    assert nonce[1] not in again


async def test_a_forged_host_does_not_reach_the_policy(shell: Office) -> None:
    headers = {**PAGE, "Host": "x;script-src *"}
    answer = await shell.client.get("/login", headers=headers)
    assert "script-src *" not in answer.headers["Content-Security-Policy"]


# --- files ---


async def test_a_file_with_its_hash_is_kept_for_a_year_and_without_it_is_asked_for(shell: Office) -> None:
    address = re.search(
        r'href="(/static/web/office/page\.css\?v=[0-9a-f]{16})"', await (await shell.get("/login")).text()
    )
    assert address is not None
    kept = await shell.client.get(address[1])
    assert (kept.status, kept.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    asked = await shell.client.get("/static/web/office/page.css")
    assert asked.headers["Cache-Control"] == "no-cache"
    unchanged = await shell.client.get(
        "/static/web/office/page.css", headers={"If-None-Match": asked.headers["ETag"]}
    )
    assert unchanged.status == 304
    assert await unchanged.read() == b""


async def test_words_are_compressed_for_who_takes_it_and_are_the_same_file(shell: Office) -> None:
    def asked_as(encoding: str) -> dict[str, str]:
        return {"Accept-Encoding": encoding}

    plain = await shell.client.get("/static/web/office/page.css", headers=asked_as("identity"))
    packed = await shell.client.get("/static/web/office/page.css", headers=asked_as("br, GZIP"))
    assert [each.headers.get("Content-Encoding") for each in (plain, packed)] == [None, "gzip"]
    assert await packed.read() == await plain.read()
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    assert plain.headers["ETag"] == packed.headers["ETag"]
    assert {each.headers["Vary"] for each in (plain, packed)} == {"Accept-Encoding"}
    font = await shell.client.get("/static/vendor/be-vietnam-pro-latin-400-normal.woff2", headers=asked_as("gzip"))
    assert "Content-Encoding" not in font.headers


def test_files_stay_as_they_were_read_and_another_version_has_other_addresses(tmp_path: Path) -> None:
    def written(folder: Path, words: str) -> Path:
        (folder / "office" / "static").mkdir(parents=True, exist_ok=True)
        (folder / "office" / "static" / "page.css").write_text(words)
        return folder

    first = written(tmp_path / "first", "a {}")
    before = Statics(server=first).address("office/page.css")
    written(first, "a { color: red }")
    assert Statics(server=first).address("office/page.css") == before
    second = written(tmp_path / "second", "a { color: red }")
    assert Statics(server=second).address("office/page.css") != before


async def test_files_that_name_others_name_them_by_the_same_version(shell: Office) -> None:
    """So each is one module, whoever imports it, and nothing is asked for twice."""
    statics = Statics()
    version = statics.address("tokens.css").partition("?")[2]
    named = {
        "room/room.js": rf'from "\./view\.js\?{version}"',
        "web/live/link/signalling.js": rf'from "/static/vendor/socket\.io\.esm\.min\.js\?{version}"',
        "web/tokens.css": rf'url\("/static/vendor/be-vietnam-pro-latin-400-normal\.woff2\?{version}"\)',
        "web/live.css": rf'@import url\("live/stage\.css\?{version}"\)',
    }
    for name, line in named.items():
        assert re.search(line, await (await shell.client.get(f"/static/{name}")).text()), name


def test_what_a_file_names_is_there() -> None:
    server = Path(getfile(Statics)).parent.parent
    folders = {each.parent.name: each for each in server.glob("*/static")}
    folders["room"] = server.parent / "room_client" / "page"
    missing = []
    for feature, folder in folders.items():
        for path in (each for each in folder.rglob("*") if each.suffix in (".js", ".css")):
            names = re.findall(r"""(?:\b(?:from|import)\s*|\burl\(\s*)["']([./a-z][^"']+)["']""", path.read_text())
            for name in (each for each in names if not each.startswith("data:")):
                base = f"/static/{feature}/{path.relative_to(folder).as_posix()}"
                full = urljoin(base, name).removeprefix("/static/")
                try:
                    Statics().address(full)
                except LookupError:
                    missing.append(f"{base}: {name}")
    assert missing == []


@pytest.mark.parametrize("name", sorted(VENDOR))
async def test_the_libraries_are_served(shell: Office, name: str) -> None:
    answer = await shell.client.get(f"/static/vendor/{name}")
    assert answer.status == 200
    kind = "font/woff2" if name.endswith(".woff2") else "text/javascript; charset=utf-8"
    assert answer.headers["Content-Type"] == kind


@pytest.mark.parametrize(
    "path",
    [
        "/static/vendor/../package.json",
        "/static/vendor/%2e%2e/package.json",
        "/static/vendor/socket.io-client/package.json",
        "/static/web/..%2f..%2fsettings.py",
        "/static/web/../templates/base.html",
        "/static/web/",
        "/static/web",
        "/static/people/tables.py",
        "/static/nothing/x.css",
    ],
)
async def test_nothing_else_is_served(shell: Office, path: str) -> None:
    assert (await shell.client.get(path)).status == 404


def test_missing_libraries_are_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FrontEndMissing, match="make install"):
        Statics(modules=tmp_path)


def test_a_file_or_icon_that_does_not_exist_is_a_mistake_of_the_page() -> None:
    statics = Statics()
    assert statics.icon("hand").startswith('<svg class="icon icon-hand" ')
    assert "license" not in statics.icon("hand")
    with pytest.raises(LookupError):
        statics.icon("../package")
    with pytest.raises(LookupError):
        statics.address("nothing.css")


# --- templates ---


async def test_only_our_own_messages_are_trusted_as_html(database: Database) -> None:
    app = make_office_app(database)
    environment = app[ENVIRONMENTS]["vi"]
    hostile = "<b>Log in</b>"
    assert environment.from_string("{{ _(x) }}").render(x=hostile) == "&lt;b&gt;Log in&lt;/b&gt;"
    page = environment.from_string("{{ _('Hello, %(name)s', name=x) }}")
    assert page.render(x=hostile) == "Xin chào, &lt;b&gt;Log in&lt;/b&gt;"
    assert environment.from_string("{{ local_time(t) }}").render(t=datetime(2026, 1, 1, tzinfo=UTC)) == (
        "07:00 01/01/2026"
    )
    assert environment.from_string("{{ url('room-withdraw', id=3, query={'a': 'b c'}) }}").render() == (
        "/rooms/3/withdraw?a=b+c"
    )


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_template_compiles(database: Database, language: str) -> None:
    environment = make_office_app(database)[ENVIRONMENTS][language]
    names = environment.list_templates(extensions=["html"])
    assert {"web/base.html", "people/login.html", "rooms/list.html"} <= set(names)
    for name in names:
        environment.get_template(name)


async def test_every_icon_of_the_templates_exists(database: Database) -> None:
    environment = make_office_app(database)[ENVIRONMENTS]["vi"]
    statics = Statics()
    for name in environment.list_templates(extensions=["html"]):
        assert environment.loader is not None
        source, _path, _fresh = environment.loader.get_source(environment, name)
        for icon in re.findall(r"icon\(\"([\w-]+)\"\)", source):
            assert statics.icon(icon), f"{name}: {icon}"


# --- the start page ---


@pytest.mark.parametrize(
    ("login", "step"),
    [
        ("chutri", "/receptions/7/console"),
        ("canbo", "/receptions/7/console"),
        ("thuky", "/receptions/7/console"),
        ("xemlai", "/petitions"),
        ("quantri", "/rooms"),
    ],
)
async def test_the_start_page_has_one_next_step_for_each_role(shell: Office, login: str, step: str) -> None:
    await shell.log_in(login)
    text = await (await shell.get("/")).text()
    section = re.search(r'<section class="next-step".*?</section>', text, re.S)
    assert section is not None
    assert re.findall(r'<a class="button" href="([^"]+)"', section[0]) == [step]
    assert "Phiên &lt;định kỳ&gt;" in text
    assert 'href="/receptions/6/recording"' in text
    assert "08:00 23/11/2026" in text


async def test_the_start_page_says_when_nothing_is_planned(office: Office) -> None:
    await office.log_in("chutri")
    assert "Chưa có phiên nào được lên lịch" in await (await office.get("/")).text()


async def test_render_adds_what_every_page_has(database: Database) -> None:
    app = make_office_app(database)

    async def page(request: web.Request) -> web.Response:
        return await render(request, "web/refusal.html", status=418, sentence="a", code="b")

    app.router.add_get("/page", page)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        answer = await client.get("/page", headers=PAGE)
        assert answer.status == 418
        assert 'name="csrf"' in await answer.text()
