"""A complaint turns out to be a denunciation: nothing of who wrote it stays in any file of the database."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from server.data.engine import Database
from tests.server.demo.fixtures import Province

NAME, STREET = "Kiều Ẩn Tích", "ngõ Lộ Danh"
FOLDED = ("kieu", "xaphong")  # in the index; no other record has these words
COMPLAINT = {
    "kind": "complaint",
    "received_on": "2026-11-20",
    "channel": "direct",
    "petitioner_name": NAME,
    "petitioner_address": f"số 9 {STREET}",
    "petitioner_count": "1",
    "summary": "Khiếu nại cán bộ địa chính Xaphong",
    "content": f"Tôi là {NAME}, ở {STREET}",
    "confidentiality": "normal",
    "looked": "yes",
}


def files_of(database: Database) -> bytes:
    main = Path(database.engine.url.database or "")
    return b"".join(each.read_bytes() for each in sorted(main.parent.glob(main.name + "*")))


def terms(session: Session) -> set[str]:
    """All words that the index has on its pages, those that are only marked as gone, too."""
    session.execute(
        text("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab('main', 'petition_words', 'row')")
    )
    return {str(term) for (term,) in session.execute(text("SELECT term FROM temp.words"))}


def entries_of_the_index(session: Session) -> int:
    """Parts of the index: one, when nothing that is marked as gone waits in another."""
    return int(session.execute(text("SELECT count(DISTINCT segid) FROM petition_words_idx")).scalar_one())


async def test_neither_name_nor_words_are_left(province: Province) -> None:
    if province.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL cleans its own files")
    await province.as_("canbo")
    answer = await province.post("/petitions/new", dict(COMPLAINT))
    assert answer.status == 303
    address = answer.headers["Location"]
    assert NAME.encode() in files_of(province.database)
    assert set(FOLDED) <= province.database.run_here(terms)
    answer = await province.post(f"{address}/denunciation", {"opaque_reference": "HS-M/9"}, address)
    assert answer.status == 303
    left = files_of(province.database)
    for words in (NAME, STREET, "Xaphong", "kieu an tich"):
        assert words.encode() not in left
    assert not set(FOLDED) & province.database.run_here(terms)
    assert province.database.run_here(entries_of_the_index) == 1
    assert "KN-" in await province.page("/petitions?q=KN"), "the index still answers"


async def test_nothing_of_a_visit_is_left(province: Province) -> None:
    if province.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL cleans its own files")
    await province.as_("canbo")
    form = {
        "day": "2026-11-20",
        "clock": "08:30",
        "persons": "1",
        "kind": "complaint",
        "visitor_name": NAME,
        "visitor_address": STREET,
        "summary": "Cán bộ Xaphong",
        "outcome": "received",
    }
    address = (await province.post("/visits/new", dict(form))).headers["Location"]
    assert NAME.encode() in files_of(province.database)
    assert (await province.post(f"{address}/denunciation", {"confirmed": "yes"}, address)).status == 303
    left = files_of(province.database)
    assert not [words for words in (NAME, STREET, "Xaphong") if words.encode() in left]


async def test_nothing_of_a_registration_is_left(province: Province) -> None:
    if province.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL cleans its own files")
    await province.as_("canbo")
    form = {
        "made_on": "2026-11-20",
        "way": "telephone",
        "persons": "1",
        "kind": "complaint",
        "citizen_name": NAME,
        "citizen_address": STREET,
        "summary": "Cán bộ Xaphong",
    }
    address = (await province.post("/registrations/new", dict(form))).headers["Location"]
    assert NAME.encode() in files_of(province.database)
    assert (await province.post(f"{address}/denunciation", {"confirmed": "yes"}, address)).status == 303
    left = files_of(province.database)
    assert not [words for words in (NAME, STREET, "Xaphong") if words.encode() in left]
