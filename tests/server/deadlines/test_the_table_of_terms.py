"""The dated table: what is in force, what a case without a row of its own falls back to, and bad files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from server.deadlines.errors import BadDataFile, NoRuleInForce
from server.deadlines.rules import COLUMNS, LOCAL_KEYS, SHIPPED, DeadlineKey, Unit, Variant, read_table

DAY = date(2026, 11, 23)
HEAD = ",".join(COLUMNS) + "\n"
OURS = "recommendation,normal,15,calendar,0,,2024-01-01,,yes,Quy chế của tỉnh\n"


def _file(folder: Path, text: str, name: str = "ours.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_but_the_local_ones_has_a_normal_term() -> None:
    table = read_table(SHIPPED)
    for key in DeadlineKey:
        if key not in LOCAL_KEYS:
            assert table.rule(key, Variant.NORMAL, DAY).source


def test_what_was_never_compared_with_the_law_says_so() -> None:
    table = read_table(SHIPPED)
    assert {(rule.key.value, rule.variant.value) for rule in table.rules if not rule.confirmed} == {
        ("reception_result_notice", "normal"),
        ("petition_triage", "normal"),
        ("complaint_decision_send_1", "normal"),
        ("complaint_decision_send_2", "normal"),
        ("complaint_publish_2", "normal"),
        ("denunciation_initial", "complicated"),
        ("denunciation_conclusion_send", "normal"),
    }


@pytest.mark.parametrize(
    ("key", "variant", "count", "unit", "taken"),
    [
        (
            DeadlineKey.COMPLAINT_SETTLE_1,
            Variant.REMOTE_COMPLICATED,
            60,
            Unit.CALENDAR,
            Variant.REMOTE_COMPLICATED,
        ),
        (
            DeadlineKey.COMPLAINT_SETTLE_2,
            Variant.REMOTE_COMPLICATED,
            70,
            Unit.CALENDAR,
            Variant.REMOTE_COMPLICATED,
        ),
        # Remote is named for a second complaint, complicated is not.
        (DeadlineKey.COMPLAINT_LODGE_2, Variant.REMOTE_COMPLICATED, 45, Unit.CALENDAR, Variant.REMOTE),
        (DeadlineKey.COMPLAINT_LODGE_2, Variant.COMPLICATED, 30, Unit.CALENDAR, Variant.NORMAL),
        (DeadlineKey.DENUNCIATION_INITIAL, Variant.REMOTE_COMPLICATED, 10, Unit.WORKING, Variant.COMPLICATED),
        (DeadlineKey.DENUNCIATION_INITIAL, Variant.SPECIALLY_COMPLICATED, 10, Unit.WORKING, Variant.COMPLICATED),
        (DeadlineKey.DENUNCIATION_INITIAL, Variant.REMOTE, 7, Unit.WORKING, Variant.NORMAL),
        (DeadlineKey.COMPLAINT_SETTLE_1, Variant.SPECIALLY_COMPLICATED, 45, Unit.CALENDAR, Variant.COMPLICATED),
        (DeadlineKey.DENUNCIATION_FORWARD, Variant.REMOTE_COMPLICATED, 5, Unit.WORKING, Variant.NORMAL),
    ],
)
def test_a_case_takes_the_row_with_the_most_of_its_own_circumstances(
    key: DeadlineKey, variant: Variant, count: int, unit: Unit, taken: Variant
) -> None:
    rule = read_table(SHIPPED).rule(key, variant, DAY)
    assert (rule.count, rule.unit, rule.variant) == (count, unit, taken)


@pytest.mark.parametrize(
    ("variant", "extensions"),
    [(Variant.NORMAL, 0), (Variant.REMOTE, 0), (Variant.COMPLICATED, 1), (Variant.SPECIALLY_COMPLICATED, 2)],
)
def test_how_often_a_denunciation_may_be_extended(variant: Variant, extensions: int) -> None:
    rule = read_table(SHIPPED).rule(DeadlineKey.DENUNCIATION_SETTLE, variant, DAY)
    assert (rule.count, rule.max_extensions) == (30, extensions)


def test_before_the_law_there_is_no_term() -> None:
    with pytest.raises(NoRuleInForce, match="denunciation_settle on 2018-12-31, allowed is 2019-01-01 to now"):
        read_table(SHIPPED).rule(DeadlineKey.DENUNCIATION_SETTLE, Variant.NORMAL, date(2018, 12, 31))


def test_a_local_term_comes_from_the_operators_file(tmp_path: Path) -> None:
    with pytest.raises(NoRuleInForce, match="no such row"):
        read_table(SHIPPED).rule(DeadlineKey.RECOMMENDATION, Variant.NORMAL, DAY)
    table = read_table(SHIPPED, _file(tmp_path, HEAD + OURS))
    assert table.rule(DeadlineKey.RECOMMENDATION, Variant.COMPLICATED, DAY).count == 15


def test_a_changed_law_is_two_rows_that_meet(tmp_path: Path) -> None:
    former = OURS.replace("2024-01-01,,", "2024-01-01,30/06/2026,")
    later = OURS.replace("15,calendar,0,,2024-01-01", "20,working,0,,2026-07-01")
    table = read_table(SHIPPED, _file(tmp_path, HEAD + later + former))
    days = (date(2026, 6, 30), date(2026, 7, 1))
    rules = [table.rule(DeadlineKey.RECOMMENDATION, Variant.NORMAL, day) for day in days]
    assert [(rule.count, rule.unit) for rule in rules] == [(15, Unit.CALENDAR), (20, Unit.WORKING)]


def test_every_fault_of_a_row_and_of_every_row_is_told_at_once(tmp_path: Path) -> None:
    rows = (
        "complaint_settle,urgent,0,weeks,10,x,2026,01/13/2026,maybe,\n"  # line 2
        "recommendation,normal,15,calendar,1,,2024-01-01,2023-01-01,yes,Quy chế\n"  # 3
        "recommendation,normal,1.5,calendar,0,30,2024-01-01,,yes,Quy chế\n"  # 4
        "reflection,normal,15,calendar\n"  # 5
        "complaint_accept,normal,15,working,,,2026-07-01,,yes,Luật mới\n"  # 6: the old row is still open
        "reflection,remote,20,calendar,0,,2026-07-01,,yes,Quy chế\n"  # 7: there is no normal one
    )
    with pytest.raises(BadDataFile) as refused:
        read_table(SHIPPED, _file(tmp_path, HEAD + rows))
    assert [(wrong.line, wrong.column, wrong.came) for wrong in refused.value.problems] == [
        (2, "max_extensions", "10"),
        (2, "extension_count", "x"),
        (2, "valid_from", "2026"),
        (2, "valid_to", "01/13/2026"),
        (2, "key", "complaint_settle"),
        (2, "variant", "urgent"),
        (2, "count", "0"),
        (2, "unit", "weeks"),
        (2, "confirmed", "maybe"),
        (2, "source", ""),
        (3, "extension_count", ""),
        (3, "valid_to", "2023-01-01"),
        (4, "extension_count", "30"),
        (4, "count", "1.5"),
        (5, "", "4 cells"),
        (6, "valid_from", "2026-07-01, also in deadlines.csv, line 10"),
        (7, "variant", "remote"),
    ]
    assert all(wrong.allowed and wrong.file == "ours.csv" for wrong in refused.value.problems)
    assert "ours.csv, line 2, unit: came 'weeks', allowed is one of calendar, working" in str(refused.value)


@pytest.mark.parametrize(
    ("normal", "missing_from"),
    [
        (["2024-07-01,"], "2024-01-01"),
        (["2024-01-01,2025-12-31"], "2026-01-01"),
        (["2024-01-01,2025-12-31", "2026-01-02,"], "2026-01-01"),
        (["2024-01-01,2025-12-31", "2026-01-01,"], None),
        (["2024-01-01,9999-12-31"], None),
    ],
)
def test_the_normal_term_must_be_there_as_long_as_a_variant(
    tmp_path: Path, normal: list[str], missing_from: str | None
) -> None:
    rows = [f"reflection,normal,15,calendar,0,,{days},yes,Quy chế\n" for days in normal]
    path = _file(tmp_path, HEAD + "reflection,remote,20,calendar,0,,2024-01-01,,yes,Quy chế\n" + "".join(rows))
    if missing_from is None:
        read_table(SHIPPED, path)
    else:
        with pytest.raises(BadDataFile, match=f"a normal row for reflection from {missing_from} on") as refused:
            read_table(SHIPPED, path)
        assert [wrong.line for wrong in refused.value.problems] == [2]


def test_a_table_without_the_laws_is_not_whole(tmp_path: Path) -> None:
    with pytest.raises(BadDataFile) as refused:
        read_table(_file(tmp_path, HEAD + OURS))
    assert {(wrong.line, wrong.column) for wrong in refused.value.problems} == {(0, "key")}
    assert len(refused.value.problems) == len(DeadlineKey) - len(LOCAL_KEYS)
