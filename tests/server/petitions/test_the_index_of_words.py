"""The index of words finds what reading every search key would find, for every role, whatever became of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import and_, or_, text
from sqlmodel import Session, col, select

from server.conclusions.follow_up import read_follow_up
from server.conclusions.item_conclusions import ItemConclusions
from server.data.engine import Database
from server.data.schema import upgrade
from server.people.tables import Role
from server.petitions.conditions import found
from server.petitions.queries import PAGE, condition_of, order_of, search
from server.petitions.register import Entry, change, create, folded_words, search_key
from server.petitions.rules import Reading, reading
from server.petitions.tables import Confidentiality, Petition, PetitionKind, PetitionStatus
from server.petitions.wanted import Wanted
from server.receptions.hearings import ReceptionHearings
from server.web.languages import today
from tests.server.demo.fixtures import petition

ROLES = (Role.OFFICER, Role.ADMINISTRATOR, Role.REVIEWER, Role.TECHNICIAN)
WORDS = some.sampled_from(
    ["đất", "dat", "Đắt", "da", "d", "KN-7", "kn7", "7", "-", "--", "_", "a_b", "a", "ab", "ß", "Straße", "ﬁ", "İ",
     "ÀÉ", "中", "中文", "ក", "٣", "²", "'", '"', "\\", "%", "*", ":", "and", "OR", "near", "x" * 400, "x" * 600]
)  # fmt: skip
TEXTS = some.lists(WORDS, max_size=5).map(" ".join)


@some.composite
def petitions(draw: some.DrawFn) -> Petition:
    kind = draw(some.sampled_from(PetitionKind))
    secret = kind == PetitionKind.DENUNCIATION or draw(some.booleans())
    row = Petition(
        code="",
        kind=kind,
        confidentiality=Confidentiality.CONFIDENTIAL if secret else Confidentiality.NORMAL,
        received_on=today(),
        summary=draw(TEXTS)[:300],
        opaque_reference=draw(TEXTS)[:60],
        status=PetitionStatus.RECEIVED,
    )
    if kind != PetitionKind.DENUNCIATION:
        row.content, row.petitioner_name, row.representatives = draw(TEXTS), draw(TEXTS)[:120], draw(TEXTS)
    return row


def by_reading_every_key(session: Session, role: Role, words: list[str]) -> set[int | None]:
    readable = []
    for kind in PetitionKind:
        for confidentiality in Confidentiality:
            level = reading(role, kind, confidentiality)
            if level > Reading.NOTHING:
                each = [found(word, level, begun=number == len(words)) for number, word in enumerate(words, 1)]
                of = (col(Petition.kind) == kind, col(Petition.confidentiality) == confidentiality)
                readable.append(and_(*of, *each))
    return set(session.exec(select(Petition.id).where(or_(*readable)))) if readable else set()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=some.lists(petitions(), min_size=1, max_size=6),
    later=some.lists(some.tuples(some.integers(0, 5), TEXTS), max_size=3),
    gone=some.integers(0, 5),
    asked=some.lists(TEXTS, min_size=1, max_size=6),
)
def test_what_it_finds_is_what_stands_in_the_keys(
    database: Database, rows: list[Petition], later: list[tuple[int, str]], gone: int, asked: list[str]
) -> None:
    def work(session: Session) -> None:
        for number, row in enumerate(rows, 1):
            row.code = f"KN-{number}"
            row.search_key = search_key(row, "phường Hà Khánh")
        session.add_all(rows)
        session.flush()
        for number, words in later:
            row = rows[number % len(rows)]
            row.summary = words[:300]
            row.search_key = search_key(row, "xã Đất Mới")
            session.flush()
        if len(rows) > 1:
            session.delete(rows[gone % len(rows)])
            session.flush()
        for question in (*asked, "kn-1", "KN 2", "hà khá", "dat moi"):
            wanted = folded_words(question)
            if not wanted:
                continue
            for role in ROLES:
                condition = condition_of(session, role, Wanted(text=question))
                through_index = set(session.exec(select(Petition.id).where(condition)))
                assert through_index == by_reading_every_key(session, role, wanted), (role, question)
        session.rollback()

    database.run_here(work)


def codes(database: Database, role: Role, words: str) -> list[str]:
    return [view.code for view in database.run_here(search, role, Wanted(text=words)).petitions]


def test_the_words_of_what_becomes_a_denunciation_are_taken_out(filled: Database, tmp_path: Path) -> None:
    entry = Entry(PetitionKind.COMPLAINT, today(), "Lấn đất ven kênh Quẹo", petitioner_name="Lò Thị Kín")
    code = filled.run_here(create, entry).code
    assert codes(filled, Role.OFFICER, "lo thi kin") == codes(filled, Role.REVIEWER, "kenh queo") == [code]

    def denounce(session: Session) -> None:
        denunciation = Entry(PetitionKind.DENUNCIATION, today(), opaque_reference="HS-M/77")
        row = petition(session, code)
        change(session, row, denunciation, ReceptionHearings(), ItemConclusions(read_follow_up(tmp_path)))

    filled.run_here(denounce)
    for role in Role:
        assert codes(filled, role, "lo thi kin") == codes(filled, role, "kenh queo") == []
    assert codes(filled, Role.OFFICER, "hs-m 77") == [code]
    assert codes(filled, Role.REVIEWER, "hs-m 77") == []
    compare_index_and_keys(filled)


def compare_index_and_keys(database: Database) -> None:
    """Raises where SQLite's index has another word than the keys; in PostgreSQL it cannot."""
    if database.engine.dialect.name == "sqlite":
        check = "INSERT INTO petition_words (petition_words, rank) VALUES ('integrity-check', 1)"
        database.run_here(lambda session: session.connection().execute(text(check)))


def test_the_index_of_a_whole_office_has_the_words_of_its_keys(filled: Database) -> None:
    compare_index_and_keys(filled)


def test_petitions_of_before_are_in_the_index(bare: Database) -> None:
    upgrade(bare.engine, "0004")
    with bare.engine.begin() as connection:
        for number, name in ((1, "an"), (2001, "binh"), (4002, "binh")):
            connection.execute(
                text(
                    "INSERT INTO petition (id, code, kind, received_on, channel, petitioner_name,"
                    " petitioner_address, petitioner_count, opaque_reference, summary, content, request,"
                    " place_code, unit_in_charge, status, confidentiality, search_key, created_at) VALUES"
                    " (:id, :code, 'complaint', '2026-03-02', 'direct', '', '', 1, '', 'x', '', '', '', '',"
                    " 'received', 'normal', :key, '2026-03-02 01:00:00.000000')"
                ),
                {"id": number, "code": f"KN-{number}", "key": f" kn-{number} \x1f dat \x1f {name} "},
            )
    upgrade(bare.engine)
    assert codes(bare, Role.OFFICER, "binh") == ["KN-4002", "KN-2001"]
    assert codes(bare, Role.REVIEWER, "binh") == []
    assert len(codes(bare, Role.REVIEWER, "dat")) == 3
    compare_index_and_keys(bare)


@pytest.mark.parametrize("asked", ["a", "dat", "ha khanh", "kn-0198", "xylophon"])
@pytest.mark.parametrize("role", [Role.OFFICER, Role.REVIEWER])
def test_it_is_asked_first_and_no_other_key_is_read(filled: Database, role: Role, asked: str) -> None:
    def plan(session: Session) -> str:
        if filled.engine.dialect.name == "postgresql":
            session.connection().execute(text("ANALYZE petition"))  # as autovacuum does it
        wanted = Wanted(text=asked)
        statement = select(Petition.id).where(condition_of(session, role, wanted)).order_by(*order_of(wanted))
        compiled = statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN QUERY PLAN" if filled.engine.dialect.name == "sqlite" else "EXPLAIN"
        return " ".join(str(row[-1]) for row in session.connection().exec_driver_sql(f"{explain} {compiled}"))

    said = filled.run_here(plan)
    if filled.engine.dialect.name == "sqlite":
        assert "SEARCH petition USING INTEGER PRIMARY KEY" in said
        assert "SCAN petition_words VIRTUAL TABLE" in said
    else:
        assert "Bitmap Index Scan on ix_petition_words" in said
        assert "Seq Scan" not in said


def test_what_is_told_to_the_database_for_a_search_ends_with_it(filled: Database) -> None:
    if filled.engine.dialect.name != "postgresql":
        pytest.skip("SQLite is told nothing")
    codes(filled, Role.OFFICER, "dat")
    shown = filled.run_here(lambda session: session.connection().execute(text("SHOW enable_seqscan")).scalar_one())
    assert shown == "on"


def test_a_page_behind_the_last_is_the_last_and_the_count_is_exact(filled: Database) -> None:
    def many(session: Session) -> None:
        for number in range(PAGE + 3):
            create(session, Entry(PetitionKind.REFLECTION, today(), f"Đàn vịt trời {number}"))

    filled.run_here(many)
    for asked, number, rows in ((1, 1, PAGE), (2, 2, 3), (3, 2, 3), (9999, 2, 3), (0, 1, PAGE)):
        page = filled.run_here(search, Role.REVIEWER, Wanted(text="vịt trời", page=asked))
        assert (page.total, page.number, page.pages, len(page.petitions)) == (PAGE + 3, number, 2, rows)
    nothing = filled.run_here(search, Role.REVIEWER, Wanted(text="vịt trời xanh", page=2))
    assert (nothing.total, nothing.number, nothing.petitions) == (0, 1, [])
