"""What was issued or recorded stays as it is, whoever writes SQL; and a database of before gets the new tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError

from server.data.schema import upgrade
from tests.database import Store, copied

_PETITION = (
    "INSERT INTO petition (id, code, kind, received_on, channel, petitioner_name, petitioner_address,"
    " petitioner_count, opaque_reference, summary, content, request, place_code, unit_in_charge, status,"
    " confidentiality, search_key, created_at, variant, instance) VALUES (:id, :code, :kind, '2026-03-02',"
    " 'direct', '', '', 1, '', 'x', '', '', '', '', 'received', 'normal', '', '2026-03-02 01:00:00', 'normal', 1)"
)
_RECEPTION = (
    "INSERT INTO reception (id, title, mode, place, host_name, planned_at, state) VALUES"
    " (1, 'x', 'periodic', '', '', '2026-03-02 01:00:00', 'ended')"
)
_ITEM = (
    "INSERT INTO agenda_item (id, reception_id, position, title, audience, state, closed) VALUES"
    " (:id, 1, :id, 'x', 'all', 'done', false)"
)
_CONCLUSION = (
    "INSERT INTO conclusion (id, item_id, number, content, citizen_opinion, document, settled_here, reason,"
    " revision, written_at, written_by, issued_at, issued_by, unit) VALUES (:id, :item, :number, :content,"
    " '', '1/TB-UBND',"
    " false, '', 1, '2026-03-02 01:00:00', 'system', :issued, '', '')"
)
_ISSUE = "UPDATE conclusion SET issued_at = '2026-03-02 09:00:00' WHERE id = :id"
_WORDING = (
    "INSERT INTO conclusion_task (id, conclusion_id, position, number, content, assignee_code, assignee_name,"
    " person, due_on, report_to, search_key) VALUES (:id, :conclusion, 1, 1, :content, '06649',"
    " 'Phường Hà Khánh', '',"
    " '2026-03-20', '', '')"
)
_TASK = (
    "INSERT INTO task (id, item_id, number, wording_id, state, due_on, obstructed) VALUES"
    " (:id, :item, 1, :wording, 'assigned', '2026-03-20', false)"
)
_EVENT = (
    "INSERT INTO task_event (id, task_id, act, state, holds_on, document, words, allowed_by, recorded_at,"
    " recorded_by, unit) VALUES (:id, :task, 'progress', 'in_progress', '2026-03-03', '', :words, '',"
    " '2026-03-03 01:00:00', 'system', '')"
)
_MEETING = (
    "INSERT INTO review_meeting (id, held_on, document, note, recorded_at, recorded_by, unit) VALUES"
    " (1, '2026-03-10', '', '', '2026-03-10 01:00:00', 'system', '')"
)


def fill(engine: Engine, to: str = "head") -> None:
    """Of before the upgrade: item 1 with a complaint, item 2 with a denunciation. Since: each with an issued
    conclusion, one task and one row of its history; item 1 with a draft of a second version besides. `to`: the
    revision it has then."""
    upgrade(engine, "0002")
    with engine.begin() as connection:
        for number, kind in ((1, "complaint"), (2, "denunciation")):
            connection.execute(text(_PETITION), {"id": number, "code": f"X-{number}", "kind": kind})
        connection.execute(text(_RECEPTION))
        for number in (1, 2):
            connection.execute(text(_ITEM), {"id": number})
            connection.execute(text("INSERT INTO agenda_item_petition VALUES (:id, :id)"), {"id": number})
    upgrade(engine, to)
    with engine.begin() as connection:
        for number, words in ((1, "Đo lại"), (2, "")):
            conclusion = {"id": number, "item": number, "number": 1, "content": words, "issued": None}
            connection.execute(text(_CONCLUSION), conclusion)
            connection.execute(text(_WORDING), {"id": number, "conclusion": number, "content": words})
            connection.execute(text(_ISSUE), {"id": number})
            connection.execute(text(_TASK), {"id": number, "item": number, "wording": number})
            connection.execute(text(_EVENT), {"id": number, "task": number, "words": words})
        draft = {"id": 3, "item": 1, "number": 2, "content": "Dự thảo", "issued": None}
        connection.execute(text(_CONCLUSION), draft)
        connection.execute(text(_WORDING), {"id": 3, "conclusion": 3, "content": "Việc"})
        connection.execute(text(_MEETING))


@pytest.fixture
def engine(store: Store) -> Iterator[Engine]:
    with copied(store, store.made("conclusions", lambda bare: fill(bare.engine))) as database:
        yield database.engine


REFUSED = [
    ("UPDATE conclusion SET content = 'khác' WHERE id = 1", "append-only"),
    ("UPDATE conclusion SET content = '' WHERE id = 1", "append-only"),
    ("UPDATE conclusion SET document = '2/TB-UBND' WHERE id = 1", "append-only"),
    ("UPDATE conclusion SET issued_at = NULL WHERE id = 1", "append-only"),
    ("DELETE FROM conclusion WHERE id = 2", "append-only"),
    ("UPDATE conclusion_task SET due_on = '2027-01-01' WHERE id = 1", "append-only"),
    ("UPDATE conclusion_task SET assignee_name = 'Sở khác' WHERE id = 1", "append-only"),
    ("UPDATE conclusion_task SET conclusion_id = 3 WHERE id = 1", "append-only"),
    ("DELETE FROM conclusion_task WHERE id = 1", "append-only"),
    (
        "INSERT INTO conclusion_task SELECT 9, conclusion_id, 9, 9, content, assignee_code, assignee_name, person,"
        " due_on, report_to, search_key FROM conclusion_task WHERE id = 1",
        "append-only",
    ),
    ("UPDATE task SET number = 7 WHERE id = 1", "append-only"),
    ("DELETE FROM task WHERE id = 1", "append-only"),
    ("UPDATE task_event SET words = '' WHERE id = 1", "append-only"),
    ("UPDATE task_event SET holds_on = '2026-03-04' WHERE id = 1", "append-only"),
    ("DELETE FROM task_event WHERE id = 1", "append-only"),
    ("UPDATE review_meeting SET held_on = '2026-03-11'", "append-only"),
    ("DELETE FROM review_meeting", "append-only"),
    (
        "INSERT INTO conclusion SELECT 9, 2, 9, 'bà B', '', document, settled_here, '', 1, written_at, written_by,"
        " NULL, '', '' FROM conclusion WHERE id = 1",
        "no conclusion in words",
    ),
    (
        "INSERT INTO task_event SELECT 9, 2, act, state, previous, holds_on, document, 'bà B', due_on, '',"
        " recorded_at, recorded_by, unit FROM task_event WHERE id = 1",
        "no conclusion in words",
    ),
]


@pytest.mark.parametrize(("statement", "said"), REFUSED)
def test_what_was_issued_or_recorded_is_refused_to_change(engine: Engine, statement: str, said: str) -> None:
    with pytest.raises(DatabaseError, match=said), engine.begin() as connection:
        connection.execute(text(statement))


ALLOWED = [
    "UPDATE conclusion SET content = 'Viết tiếp', revision = 2 WHERE id = 3",
    "UPDATE conclusion_task SET content = 'Việc khác' WHERE id = 3",
    "DELETE FROM conclusion_task WHERE id = 3",
    "UPDATE task SET state = 'acknowledged', wording_id = 3 WHERE id = 1",
]


@pytest.mark.parametrize("statement", ALLOWED)
def test_a_draft_is_written_over(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount == 1


DENOUNCED = (
    "UPDATE petition SET kind = 'denunciation', confidentiality = 'confidential', petitioner_name = '',"
    " petitioner_address = '', content = '', request = '', place_code = '', unit_in_charge = '' WHERE id = 1"
)


def test_words_may_be_erased_once_the_matter_is_a_denunciation_and_nothing_else(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(DENOUNCED))
        connection.execute(text("UPDATE conclusion SET content = '' WHERE id = 1"))
        connection.execute(text("UPDATE conclusion_task SET content = '', search_key = 'x' WHERE id = 1"))
        connection.execute(text("UPDATE task_event SET words = '' WHERE id = 1"))
    for statement in (
        "UPDATE conclusion SET content = 'khác' WHERE id = 1",
        "UPDATE conclusion SET document = '2/TB-UBND' WHERE id = 1",
        "UPDATE task_event SET words = 'khác' WHERE id = 1",
    ):
        with pytest.raises(DatabaseError), engine.begin() as connection:
            connection.execute(text(statement))
