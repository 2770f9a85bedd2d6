from __future__ import annotations

import traceback
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlmodel import Session

from server.conclusions.follow_up import FollowUp
from server.conclusions.item_conclusions import ItemConclusions
from server.data.engine import Database
from server.petitions.history import rows_of
from server.petitions.register import Entry, ReceivedTooLate, StaysDenunciation, change, create
from server.petitions.rules import DENUNCIATION_SUMMARY
from server.petitions.tables import Confidentiality, Petition, PetitionKind, PetitionStatus, PetitionStatusChange
from server.receptions.hearings import ReceptionHearings
from server.rooms.departments import Departments
from tests.server.demo.fixtures import petition

DAY = date(2026, 11, 20)
CONCLUSIONS = ItemConclusions(FollowUp(Departments(), ()))


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


def test_what_the_table_refuses_is_not_repeated_in_words(database: Database) -> None:
    """They go into the log."""
    row = Petition(
        code="TC-9",
        kind=PetitionKind.DENUNCIATION,
        received_on=DAY,
        petitioner_name="Nguyễn Văn A",
        summary="x",
        status=PetitionStatus.RECEIVED,
        confidentiality=Confidentiality.CONFIDENTIAL,
    )
    with pytest.raises(IntegrityError) as refused:
        database.run_here(lambda session: session.add(row))
    said = "".join(traceback.format_exception(refused.value))
    assert "ck_petition_denouncer_is_not_stored" in said
    assert "Nguyễn" not in said


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
        change(session, row, entry, ReceptionHearings(), CONCLUSIONS)
        return row

    row = filled.run_here(work)
    assert (row.petitioner_name, row.petitioner_address, row.content) == ("", "", "")
    assert "phung" not in row.search_key


def test_a_denunciation_stays_one(filled: Database) -> None:
    def work(session: Session) -> None:
        row = petition(session, "TC-0007")
        entry = Entry(kind=PetitionKind.COMPLAINT, received_on=row.received_on, summary="x")
        change(session, row, entry, ReceptionHearings(), CONCLUSIONS)

    with pytest.raises(StaysDenunciation):
        filled.run_here(work)


def test_turning_into_a_denunciation_erases_what_the_history_says_in_words(filled: Database) -> None:
    def work(session: Session) -> list[PetitionStatusChange]:
        row = petition(session, "KN-0187")
        assert any(line.reason for line in rows_of(session, [row.id or 0]))
        entry = Entry(kind=PetitionKind.DENUNCIATION, received_on=row.received_on, opaque_reference="HS-M/1")
        change(session, row, entry, ReceptionHearings(), CONCLUSIONS)
        return list(rows_of(session, [row.id or 0]))

    rows = filled.run_here(work)
    assert len(rows) == 4
    assert [row.reason for row in rows] == [""] * 4


def test_the_table_itself_refuses_words_in_the_history_of_a_denunciation(filled: Database) -> None:
    def work(session: Session) -> None:
        row = petition(session, "TC-0007")
        session.add(
            PetitionStatusChange(
                petition_id=row.id or 0,
                status=PetitionStatus.TERMINATED,
                previous=row.status,
                holds_on=DAY,
                reason="bà B rút đơn",
                recorded_by="system",
            )
        )

    with pytest.raises(DatabaseError, match="no reason in words"):
        filled.run_here(work)


def test_a_day_of_receipt_does_not_pass_what_came_after_it(filled: Database) -> None:
    def work(session: Session) -> None:
        row = petition(session, "KG-0231")
        change(
            session,
            row,
            Entry(row.kind, row.received_on + timedelta(days=7), "x"),
            ReceptionHearings(),
            CONCLUSIONS,
        )

    with pytest.raises(ReceivedTooLate):
        filled.run_here(work)
