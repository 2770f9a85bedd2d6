"""Classification and proposal: what may be proposed when, what the law asks for with it, and who may."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from server.petitions.categories import Route
from server.petitions.lists import read_lists
from server.petitions.routes import RULES, Proposal, RouteFault, faults, offered
from server.petitions.tables import PetitionKind, PetitionStatus
from server.petitions.transitions import followers
from tests.server.demo.fixtures import Province, petition

R, K, S = Route, PetitionKind, PetitionStatus
LISTS = read_lists(Path("no-files-of-ones-own"))
DAY = date(2026, 11, 28)
GOOD = {
    R.ACCEPT: Proposal(True, True, R.ACCEPT),
    R.DECLINE: Proposal(True, True, R.DECLINE, "too_late"),
    R.GUIDE: Proposal(True, False, R.GUIDE, target="Tòa án"),
    R.FORWARD: Proposal(None, False, R.FORWARD, target="Thanh tra tỉnh"),
    R.RETURN: Proposal(None, False, R.RETURN, "wrong_body"),
    R.URGE: Proposal(None, False, R.URGE, target="UBND huyện Ba Chẽ"),
    R.FILE: Proposal(False, None, R.FILE, "guided_once"),
    R.COMPLETE: Proposal(False, None, R.COMPLETE, "unclear_content"),
    R.SPLIT: Proposal(None, None, R.SPLIT),
}


@pytest.mark.parametrize("kind", list(K))
def test_a_route_leads_where_the_status_may_go(kind: PetitionKind) -> None:
    for route in offered(kind, True, [S.RECEIVED]):
        assert RULES[route].status in (None, *followers(kind, S.RECEIVED))


def test_what_is_offered_of_each_kind() -> None:
    assert set(offered(K.COMPLAINT, True, [S.RECEIVED])) == set(R)
    assert R.SPLIT not in offered(K.COMPLAINT, False, [S.RECEIVED])
    assert set(offered(K.REFLECTION, False, [S.RECEIVED])) == set(R) - {R.DECLINE, R.SPLIT}
    assert set(offered(K.DENUNCIATION, True, [S.RECEIVED])) == {
        R.ACCEPT, R.FORWARD, R.DECLINE, R.FILE, R.COMPLETE,
    }  # fmt: skip


def test_once_it_has_gone_on_only_the_way_taken_can_be_written_down() -> None:
    assert set(offered(K.COMPLAINT, False, [S.RECEIVED, S.FORWARDED, S.FILED])) == {
        R.FORWARD, R.FILE, R.URGE, R.COMPLETE,
    }  # fmt: skip


@pytest.mark.parametrize("route", list(R))
def test_what_the_law_asks_for_is_enough_and_is_needed(route: Route) -> None:
    good, rule = GOOD[route], RULES[route]
    assert faults(K.COMPLAINT, good, list(R), LISTS, DAY) == {}
    assert faults(K.COMPLAINT, good, [], LISTS, DAY) == {"route": RouteFault.NOT_OFFERED}
    bare = Proposal(None, None, route)
    expected = {
        "route_ground": rule.ground,
        "route_target": rule.target,
        "in_competence": rule.in_competence is not None,
        "eligible": rule.eligible is not None,
    }
    assert set(faults(K.COMPLAINT, bare, list(R), LISTS, DAY)) == {name for name, is_ in expected.items() if is_}


def test_a_reason_is_one_of_this_route_of_this_kind_on_this_day() -> None:
    for kind, ground, day in (
        (K.COMPLAINT, "guided_once", DAY),  # a reason to file
        (K.COMPLAINT, "denunciation_conditions", DAY),
        (K.COMPLAINT, "too_late", date(2011, 1, 1)),
        (K.DENUNCIATION, "too_late", DAY),
    ):
        said = faults(kind, Proposal(None, True, R.DECLINE, ground), list(R), LISTS, day)
        assert said == {"route_ground": RouteFault.NO_GROUND}


def test_of_a_denunciation_no_words_are_kept() -> None:
    forwarded = Proposal(None, False, R.FORWARD)
    assert faults(K.DENUNCIATION, forwarded, list(R), LISTS, DAY) == {}
    named = Proposal(None, False, R.FORWARD, target="nơi ông A làm việc")
    said = faults(K.DENUNCIATION, named, list(R), LISTS, DAY)
    assert said == {"route_target": RouteFault.TARGET_IN_DENUNCIATION}


def address(province: Province, code: str) -> str:
    return f"/petitions/{province.database.run_here(petition, code).id}"


async def test_a_proposal_fills_the_form_of_the_next_status(province: Province) -> None:
    await province.as_("canbo")
    at = address(province, "KN-0209")
    form = {"eligible": "yes", "in_competence": "yes", "route": "decline", "route_ground": "too_late"}
    answer = await province.post(f"{at}/route", form, at)
    assert answer.status == 303
    page = await province.page(at)
    assert "Thời hiệu, thời hạn khiếu nại đã hết" in page
    assert '<option value="not_accepted" selected>' in page
    assert 'name="reason" value="Thời hiệu, thời hạn khiếu nại đã hết mà không có lý do chính đáng"' in page
    (event,) = province.audited("petition_classified")
    assert event.detail == '{"eligible":true,"ground":"too_late","in_competence":true,"route":"decline"}'
    await province.as_("xemlai")
    seen = await province.page(at)
    assert "Không thụ lý" in seen
    assert 'name="route_ground"' not in seen


async def test_a_proposal_that_does_not_fit_is_refused_where_it_is_wrong(province: Province) -> None:
    await province.as_("canbo")
    at = address(province, "KN-0209")
    for form, field, sentence in (
        ({"route": "accept"}, "in_competence", "dành cho đơn thuộc thẩm quyền"),
        ({"route": "forward", "in_competence": "no"}, "route_target", "Hãy nhập cơ quan có thẩm quyền"),
        ({"route_target": "Nhà ông Phùng Văn Sáu"}, "route_target", "có tên người gửi đơn"),
        ({"route": "split"}, "route", "không thể xử lý theo hướng này"),
        ({"eligible": "maybe"}, "eligible", "Hãy chọn một mục trong danh sách"),
        ({"route": "burn"}, "route", "Hãy chọn một mục trong danh sách"),
        ({"route_target": "x" * 121}, "route_target", "Nội dung quá dài"),
    ):
        answer = await province.post(f"{at}/route", {**form}, at)
        page = await answer.text()
        assert answer.status == 422, form
        assert f'id="route-{field}-mistake"' in page
        assert sentence in page
    assert province.database.run_here(petition, "KN-0209").route is None
    assert province.audited("petition_classified") == []


@pytest.mark.parametrize(
    ("login", "code"),
    [("xemlai", "KN-0209"), ("chutri", "KN-0209"), ("quantri", "KN-0187"), ("quantri", "TC-0008")],
)
async def test_who_may_not_change_it_proposes_nothing(province: Province, login: str, code: str) -> None:
    await province.as_(login)
    at = address(province, code)
    answer = await province.post(f"{at}/route", {"eligible": "yes"}, "/petitions")
    assert answer.status == 403
    assert province.database.run_here(petition, code).eligible is None
