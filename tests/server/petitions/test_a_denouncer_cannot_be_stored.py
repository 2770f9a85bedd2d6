from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from server.data.engine import Database
from server.petitions.register import Entry, StaysDenunciation, change, create
from server.petitions.rules import DENUNCIATION_SUMMARY
from server.petitions.tables import Confidentiality, Petition, PetitionKind, PetitionStatus
from server.receptions.hearings import ReceptionHearings
from tests.server.demo.fixtures import petition

DAY = date(2026, 11, 20)


@pytest.mark.parametrize("field", ["petitioner_name", "petitioner_address"])
def test_the_table_itself_refuses_an_identity(database: Database, field: str) -> None:
    row = Petition(
        code="TC-9",
        kind=PetitionKind.DENUNCIATION,
        received_on=DAY,
        summary="x",
        status=PetitionStatus.RECEIVED,
        confidentiality=Confidentiality.CONFIDENTIAL,
    )
    setattr(row, field, "Nguyễn Văn A")
    with pytest.raises(IntegrityError, match="ck_petition_denouncer_is_not_stored"):
        database.run_here(lambda session: session.add(row))


def test_the_register_drops_whatever_points_at_somebody(database: Database) -> None:
    entry = Entry(
        kind=PetitionKind.DENUNCIATION,
        received_on=DAY,
        summary="Tố cáo ông Nguyễn Văn B",
        petitioner_name="Nguyễn Văn A",
        petitioner_address="Hà Tu",
        petitioner_count=3,
        content="tôi là hàng xóm",
        request="xử lý",
        place_code="06664",
        unit_in_charge="Thanh tra",
        opaque_reference="HS-M/2026/99",
        confidentiality=Confidentiality.NORMAL,
    )
    row = database.run_here(create, entry)
    assert row.code == "TC-0001"
    assert row.summary == DENUNCIATION_SUMMARY
    assert row.opaque_reference == "HS-M/2026/99"
    assert row.confidentiality == Confidentiality.CONFIDENTIAL
    kept = (row.petitioner_name, row.petitioner_address, row.content, row.request, row.place_code)
    assert kept == ("", "", "", "", "")
    assert "nguyen" not in row.search_key


def test_turning_into_a_denunciation_erases_the_identity(filled: Database) -> None:
    def work(session: Session) -> Petition:
        row = petition(session, "KN-0209")
        entry = Entry(kind=PetitionKind.DENUNCIATION, received_on=row.received_on, opaque_reference="HS-M/1")
        change(session, row, entry, ReceptionHearings())
        return row

    row = filled.run_here(work)
    assert (row.petitioner_name, row.petitioner_address, row.content) == ("", "", "")
    assert "phung" not in row.search_key


def test_a_denunciation_stays_one(filled: Database) -> None:
    def work(session: Session) -> None:
        row = petition(session, "TC-0007")
        entry = Entry(kind=PetitionKind.COMPLAINT, received_on=row.received_on, summary="x")
        change(session, row, entry, ReceptionHearings())

    with pytest.raises(StaysDenunciation):
        filled.run_here(work)
