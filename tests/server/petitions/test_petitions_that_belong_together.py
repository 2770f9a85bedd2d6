"""Probable earlier petitions while one is entered, and one with several contents that is split."""

from __future__ import annotations

import re

import pytest
from sqlmodel import Session, col, select

from server.petitions.categories import CaseAge, Settled
from server.petitions.register import Entry, create
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.web.languages import today
from tests.server.demo.fixtures import Province, petition
from tests.server.petitions.test_the_register import COMPLAINT

AGAIN = {**COMPLAINT, "petitioner_name": "vũ thị  NGOAN", "place": "07069", "summary": "Chậm cấp giấy chứng nhận"}


def number_of(province: Province, code: str) -> int:
    return province.database.run_here(petition, code).id or 0


def newest(session: Session) -> Petition:
    return session.exec(select(Petition).order_by(col(Petition.id).desc()).limit(1)).one()


async def test_the_same_petitioner_is_noticed_before_anything_is_saved(province: Province) -> None:
    await province.as_("canbo")
    answer = await province.post("/petitions/new", AGAIN, "/petitions/new")
    page = await answer.text()
    assert answer.status == 409
    assert "KN-0205" in page
    assert "cùng người gửi" in page
    assert "cùng địa bàn" in page
    assert province.audited("petition_created") == []

    taken = await province.post(
        "/petitions/new", {**AGAIN, "take_earlier": str(number_of(province, "KN-0205"))}, "/petitions/new"
    )
    form = await taken.text()
    assert taken.status == 200
    assert 'name="earlier" value="KN-0205"' in form
    assert 'name="times_received" value="4"' in form  # the demonstration's was the third
    assert '<option value="old" selected>' in form
    more = {"earlier": "KN-0205", "case_age": "old", "times_received": "4", "settled": "several_times"}
    saved = await province.post("/petitions/new", {**AGAIN, **more}, "/petitions/new")
    assert saved.status == 303
    row = province.database.run_here(newest)
    assert (row.earlier_id, row.case_age, row.times_received) == (number_of(province, "KN-0205"), CaseAge.OLD, 4)
    assert row.settled == Settled.SEVERAL_TIMES
    assert "Đã gửi trước đây, mã đơn" in await province.page(saved.headers["Location"])
    assert row.code in await province.page(f"/petitions/{row.earlier_id}")


async def test_saving_again_makes_it_a_new_case(province: Province) -> None:
    await province.as_("thuky")
    answer = await province.post("/petitions/new", {**AGAIN, "looked": "yes"}, "/petitions/new")
    assert answer.status == 303
    assert province.database.run_here(newest).earlier_id is None


async def test_while_typing_the_list_comes_by_itself_and_no_name_is_in_an_address(province: Province) -> None:
    await province.as_("canbo")
    form = await province.page("/petitions/new")
    assert 'hx-post="/petitions/similar"' in form
    typed = {"petitioner_name": "", "place": "07069", "summary": "Chậm cấp giấy chứng nhận quyền sử dụng đất"}
    same_matter = await (await province.post("/petitions/similar", typed, "/petitions/new")).text()
    assert re.findall(r"K[NG]-\d+", same_matter) == ["KN-0205"]
    other = {**typed, "place": "06664"}
    assert "KN-0205" not in await (await province.post("/petitions/similar", other, "/petitions/new")).text()
    await province.as_("xemlai")
    assert (await province.post("/petitions/similar", typed, "/petitions")).status == 403


async def test_a_confidential_petition_is_shown_to_those_who_read_its_names(province: Province) -> None:
    typed = {"petitioner_name": "Nông Thị Hạnh", "place": "", "summary": ""}
    for login, shown in (("canbo", True), ("quantri", False)):
        await province.as_(login)
        answer = await province.post("/petitions/similar", typed, "/petitions/new")
        assert ("KN-0187" in await answer.text()) is shown
    secret = number_of(province, "KN-0187")
    taken = await province.post("/petitions/new", {**COMPLAINT, "take_earlier": str(secret)}, "/petitions/new")
    assert taken.status == 403
    named = await province.post("/petitions/new", {**COMPLAINT, "earlier": "KN-0187"}, "/petitions/new")
    assert named.status == 422


@pytest.mark.parametrize("number", ["TC-0007", "999999", "x"])
async def test_no_denunciation_is_taken_as_an_earlier_petition(province: Province, number: str) -> None:
    await province.as_("canbo")
    chosen = str(number_of(province, number)) if number.startswith("TC") else number
    answer = await province.post("/petitions/new", {**COMPLAINT, "take_earlier": chosen}, "/petitions/new")
    assert answer.status == 403
    named = await province.post("/petitions/new", {**COMPLAINT, "earlier": "TC-0007"}, "/petitions/new")
    assert named.status == 422


PART = {
    "summary-recommendation": "Đề nghị lập khu tái định cư tại chỗ",
    "content-recommendation": "Dòng một\nDòng hai",
    "field-recommendation": "admin_land",
}


async def test_a_petition_with_several_contents_is_split(province: Province) -> None:
    await province.as_("canbo")
    at = f"/petitions/{number_of(province, 'KN-0198')}"
    assert f'href="{at}/split"' in await province.page(at)
    answer = await province.post(f"{at}/split", PART, f"{at}/split")
    assert answer.status == 303
    parent, part = province.database.run_here(petition, "KN-0198"), province.database.run_here(newest)
    assert parent.other_kinds == frozenset()
    assert (part.kind, part.split_from_id) == (PetitionKind.RECOMMENDATION, parent.id)
    assert part.content == "Dòng một\nDòng hai"
    for name in ("petitioner_name", "petitioner_count", "place_code", "received_on", "channel", "representatives"):
        assert getattr(part, name) == getattr(parent, name)
    assert "Đã tách thành đơn" in await province.page(at)
    assert "Tách từ đơn" in await province.page(f"/petitions/{part.id}")
    (event,) = province.audited("petition_split")
    assert event.detail == f'{{"into":[{part.id}]}}'
    again = await province.post(f"{at}/split", PART, f"{at}/split")
    assert again.status == 409
    assert "Không có nội dung để tách" in await again.text()


async def test_a_part_with_a_mistake_splits_nothing(province: Province) -> None:
    await province.as_("canbo")
    at = f"/petitions/{number_of(province, 'KN-0198')}"
    for field, value, sentence in (
        ("summary", "", "Hãy tóm tắt nội dung"),
        ("summary", "Đề nghị của Đặng Văn Quyết", "Dòng này có tên người gửi đơn"),
        ("summary", "Đề nghị của đỗ thị vân", "Dòng này có tên người gửi đơn"),  # a representative
        ("field", "corruption", "Lĩnh vực này không có trong danh mục"),
        ("content", "x" * 20_001, "Nội dung quá dài"),
    ):
        form = {**PART, f"{field}-recommendation": value}
        answer = await province.post(f"{at}/split", form, f"{at}/split")
        assert answer.status == 422
        assert sentence in await answer.text()
    assert province.audited("petition_split") == []


async def test_the_parts_of_a_confidential_petition_are_confidential(province: Province) -> None:
    entry = Entry(
        PetitionKind.COMPLAINT,
        today(),
        "Khiếu nại",
        petitioner_name="Lò Thị Kín",
        other_kinds=frozenset({PetitionKind.RECOMMENDATION}),
        confidentiality=Confidentiality.CONFIDENTIAL,
    )
    number = province.database.run_here(create, entry).id
    await province.as_("quantri")
    await province.page(f"/petitions/{number}/split", status=403)
    assert (await province.post(f"/petitions/{number}/split", PART, "/petitions")).status == 403
    await province.as_("thuky")
    assert (await province.post(f"/petitions/{number}/split", PART, "/petitions")).status == 303
    assert province.database.run_here(newest).confidentiality == Confidentiality.CONFIDENTIAL


async def test_a_denunciation_is_not_split(province: Province) -> None:
    def mixed(session: Session) -> int:
        entry = Entry(PetitionKind.DENUNCIATION, today(), other_kinds=frozenset({PetitionKind.RECOMMENDATION}))
        return create(session, entry).id or 0

    at = f"/petitions/{province.database.run_here(mixed)}"
    await province.as_("canbo")
    assert f'href="{at}/split"' not in await province.page(at)
    assert "Không có nội dung để tách" in await province.page(f"{at}/split")
    assert (await province.post(f"{at}/split", PART, "/petitions")).status == 409
    await province.as_("xemlai")
    await province.page(f"{at}/split", status=403)
