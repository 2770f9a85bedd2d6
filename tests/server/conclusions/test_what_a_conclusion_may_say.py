"""Drafts: what is kept, what is refused, what is missing before one can be issued; and who is meant by a unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from server.conclusions.acts import TaskFault
from server.conclusions.assignees import Assignee, assignee_named, units_of
from server.conclusions.drafting import Draft, DraftFault, Ground, TaskDraft, missing_in, wrong_in
from server.conclusions.forms import read_draft
from server.petitions.transitions import Fault
from server.rooms.tables import Room, RoomLevel

HELD = date(2026, 3, 2)
GROUND = Ground(HELD, names=("Đặng Văn Quyết",))
SECRET = Ground(HELD, denunciation=True)
WARD = Assignee("06649", "Phường Hà Khánh, Thành phố Hạ Long")
TASK = TaskDraft("Đo lại diện tích.", WARD, date(2026, 3, 20), "Chủ tịch UBND phường", "Ban Tiếp công dân")
WHOLE = Draft("Đo lại có mặt các hộ.", "Đồng ý.", "12/TB-UBND", tasks=(TASK,))
BARE = Draft(document="17/KL-TTr", tasks=(TaskDraft(assignee=WARD, due_on=date(2026, 3, 20)),))


def room(code: str, name: str, level: RoomLevel = RoomLevel.COMMUNE, district: str = "Thành phố Hạ Long") -> Room:
    type_ = name.split()[0]
    return Room(
        code=code, name=name, name_key="", type=type_, level=level, district=district, valid_from=date(2020, 1, 1)
    )


UNITS = units_of(
    [
        room("22", "Tỉnh Quảng Ninh", RoomLevel.PROVINCE, ""),
        room("193", "Thành phố Hạ Long", RoomLevel.DISTRICT),
        room("06649", "Phường Hà Khánh"),
        room("06700", "Phường Thanh Sơn", district="Thành phố Uông Bí"),
        room("06900", "Xã Thanh Sơn", district="Huyện Ba Chẽ"),
        room("06901", "Xã Thanh Sơn", district="Huyện Hải Hà"),
    ]
)


def test_a_whole_conclusion_lacks_nothing() -> None:
    for draft, ground in ((WHOLE, GROUND), (BARE, SECRET)):
        assert wrong_in(draft, ground) == {}
        assert missing_in(draft, ground) == {}


def test_an_empty_draft_is_kept_and_says_what_is_missing() -> None:
    assert wrong_in(Draft(), GROUND) == {}
    assert missing_in(Draft(), GROUND) == {"content": DraftFault.NO_CONTENT, "settled_here": DraftFault.NO_TASK}
    empty_task = replace(WHOLE, tasks=(TASK, TaskDraft()))
    assert wrong_in(empty_task, GROUND) == {}
    assert missing_in(empty_task, GROUND) == {
        "task-1-content": DraftFault.NO_TASK_CONTENT,
        "task-1-assignee": DraftFault.NO_UNIT,
        "task-1-due_on": DraftFault.NO_DEADLINE,
    }


def test_what_was_settled_on_the_spot_gives_no_task() -> None:
    assert missing_in(replace(WHOLE, tasks=(), settled_here=True), GROUND) == {}
    both = replace(WHOLE, settled_here=True)
    assert missing_in(both, GROUND) == {"settled_here": DraftFault.TASKS_AND_SETTLED}


def test_a_deadline_is_not_before_the_day_of_the_reception() -> None:
    on_the_day = replace(WHOLE, tasks=(replace(TASK, due_on=HELD),))
    before = replace(WHOLE, tasks=(replace(TASK, due_on=date(2026, 3, 1)),))
    assert wrong_in(on_the_day, GROUND) == {}
    assert wrong_in(before, GROUND) == {"task-0-due_on": DraftFault.BEFORE_THE_RECEPTION}


def test_a_correction_says_why() -> None:
    corrects = replace(GROUND, corrects=True)
    assert missing_in(WHOLE, corrects) == {"reason": DraftFault.NO_REASON}
    assert missing_in(replace(WHOLE, reason="Ghi thiếu một hộ."), corrects) == {}
    assert missing_in(BARE, replace(SECRET, corrects=True)) == {}


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (replace(WHOLE, content="Ông đặng văn  quyết được đo lại."), "content"),
        (replace(WHOLE, citizen_opinion="Đặng Văn Quyết: đồng ý"), "citizen_opinion"),
        (replace(WHOLE, tasks=(replace(TASK, content="Trả lời Đặng Văn Quyết"),)), "task-0-content"),
        (replace(WHOLE, tasks=(replace(TASK, report_to="Đặng Văn Quyết"),)), "task-0-report_to"),
    ],
)
def test_no_words_carry_a_petitioners_name(draft: Draft, field: str) -> None:
    assert wrong_in(draft, GROUND) == {field: Fault.NAMES_PETITIONER}


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (replace(BARE, content="x"), "content"),
        (replace(BARE, citizen_opinion="x"), "citizen_opinion"),
        (replace(BARE, reason="x"), "reason"),
        (replace(BARE, tasks=(replace(BARE.tasks[0], content="x"),)), "task-0-content"),
        (replace(BARE, tasks=(replace(BARE.tasks[0], person="x"),)), "task-0-person"),
        (replace(BARE, tasks=(replace(BARE.tasks[0], report_to="x"),)), "task-0-report_to"),
    ],
)
def test_of_a_denunciation_no_words_are_kept(draft: Draft, field: str) -> None:
    assert wrong_in(draft, SECRET) == {field: TaskFault.WORDS_IN_DENUNCIATION}


def test_of_a_denunciation_only_who_is_on_a_list_is_named() -> None:
    free = replace(BARE, tasks=(replace(BARE.tasks[0], assignee=Assignee("", "nhà ông A", listed=False)),))
    assert wrong_in(free, SECRET) == {"task-0-assignee": DraftFault.NOT_ON_THE_LIST}
    assert wrong_in(free, GROUND) == {}
    assert missing_in(replace(BARE, document=""), SECRET) == {"document": DraftFault.NO_DOCUMENT}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("06649 Phường Hà Khánh, Thành phố Hạ Long", WARD),
        ("06649", WARD),
        ("phuong ha khanh", WARD),
        ("UBND phường Hà Khánh", WARD),
        ("193", Assignee("193", "Thành phố Hạ Long")),
        ("thành phố hạ long", Assignee("193", "Thành phố Hạ Long")),
        ("Xã Thanh Sơn, Huyện Ba Chẽ", Assignee("06900", "Xã Thanh Sơn, Huyện Ba Chẽ")),
        ("so xay dung", Assignee("", "Sở Xây dựng")),
        ("Hội Nông dân tỉnh", Assignee("", "Hội Nông dân tỉnh", listed=False)),
        ("Xã Thanh Sơn", None),  # two of them
        ("Phường Không Có", None),
        ("UBND xã Ở Đâu", None),
        ("06999", None),
        ("22", None),  # the desk
    ],
)
def test_who_is_meant_by_what_was_typed(typed: str, meant: Assignee | None) -> None:
    assert assignee_named(typed, UNITS, ["Sở Xây dựng"]) == meant


def test_a_form_is_read_row_by_row_and_a_row_that_is_empty_or_taken_out_is_left_out() -> None:
    form = {
        "stamp": "1.2",
        "content": "  Dòng một \r\nDòng hai  ",
        "task-0-content": "Bỏ",
        "task-0-remove": "yes",
        "task-1-number": "2",
        "task-2-assignee": "Phường Không Có",
        "task-2-due_on": "31/02/2026",
        "task-3-assignee": "193",
        "task-3-due_on": "2026-03-20",
        "task-3-number": "4",
    }
    filled = read_draft(form, UNITS, [])
    assert filled.draft.content == "Dòng một\nDòng hai"
    assert filled.draft.tasks == (
        TaskDraft(),
        TaskDraft("", Assignee("193", "Thành phố Hạ Long"), date(2026, 3, 20), number=4),
    )
    assert filled.faults == {"task-0-assignee": DraftFault.UNKNOWN_UNIT, "task-0-due_on": DraftFault.BAD_DAY}
    assert [task["assignee"] for task in filled.tasks] == ["Phường Không Có", "193"]
