"""Nothing that could tell who denounced comes in as a file, and what was there goes with the matter's kind."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from server.attachments.queries import destroy_all
from server.attachments.shelf import Shelf
from server.petitions.register import Entry, change
from server.petitions.tables import PetitionKind
from server.receptions.hearings import ReceptionHearings
from tests.server.attachments.office import attach, files, petition_id, rows, shelf_of
from tests.server.demo.fixtures import Province, petition
from tests.server.petitions.test_a_denouncer_cannot_be_stored import CONCLUSIONS

CODE = "KN-0209"


async def test_nothing_is_attached_to_a_denunciation(province: Province) -> None:
    for login in ("canbo", "thuky"):
        await province.as_(login)
        page = await province.page(f"/petitions/{petition_id(province, 'TC-0007')}")
        assert "Không đính kèm tệp nào vào đơn tố cáo" in page
        assert "data-attach" not in page
        await attach(province, "TC-0007", status=403)
    assert files(province) == []


async def test_what_was_attached_is_destroyed_when_it_turns_into_one(province: Province) -> None:
    await province.as_("canbo")
    await attach(province, CODE)
    await attach(province, CODE, what="Bệnh án", confidential="yes")
    await attach(province, "KG-0231")
    answer = await province.post(
        f"/petitions/{petition_id(province, CODE)}/denunciation", {"opaque_reference": "HS-M/2026/3"}, "/"
    )
    assert answer.status == 303
    assert rows(province, CODE) == []
    (other,) = rows(province, "KG-0231")
    assert [file.name for file in files(province)] == [other.file]
    page = await province.page(f"/petitions/{petition_id(province, CODE)}")
    assert "Không đính kèm tệp nào vào đơn tố cáo" in page


async def test_where_the_change_does_not_come_to_pass_the_files_stay(province: Province) -> None:
    await province.as_("canbo")
    await attach(province, CODE)
    shelf = Shelf(shelf_of(province), reserve=0)

    def work(session: Session) -> None:
        row = petition(session, CODE)
        destroy_all(session, row.id or 0, shelf)

    with pytest.raises(Exception, match="withdrawn, and not changed"):
        province.database.run_here(work)
    assert len(rows(province, CODE)) == len(files(province)) == 1


async def test_a_file_that_comes_in_while_it_turns_into_one_is_not_kept(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    await province.as_("canbo")
    kept = Shelf.keep

    def keep(shelf: Shelf, incoming: object) -> None:
        kept(shelf, incoming)  # type: ignore[arg-type]
        province.database.run_here(_becomes_one)

    monkeypatch.setattr(Shelf, "keep", keep)
    await attach(province, CODE, status=403)
    assert (rows(province, CODE), files(province)) == ([], [])


def _becomes_one(session: Session) -> None:
    row = petition(session, CODE)
    entry = Entry(kind=PetitionKind.DENUNCIATION, received_on=row.received_on, opaque_reference="HS-M/1")
    change(session, row, entry, ReceptionHearings(), CONCLUSIONS)
