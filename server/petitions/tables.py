"""Petitions, and what became of them: states, extensions and notices, each a row that stays as it was written."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word, Words, now
from server.deadlines.rules import DeadlineKey, Variant
from server.petitions.categories import CaseAge, CaseFlag, Outcome, PetitionerKind, Route, Settled


class PetitionKind(StrEnum):
    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    RECOMMENDATION = "recommendation"
    REFLECTION = "reflection"


class PetitionStatus(StrEnum):
    """Which may follow which says `transitions`."""

    RECEIVED = "received"
    ACCEPTED = "accepted"  # thụ lý
    NOT_ACCEPTED = "not_accepted"
    GUIDED = "guided"  # told where to turn to
    FORWARDED = "forwarded"
    RETURNED = "returned"
    IN_SETTLEMENT = "in_settlement"
    SUSPENDED = "suspended"  # tạm đình chỉ
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"  # đình chỉ
    SETTLED = "settled"  # decision on a complaint, conclusion on a denunciation, answer to the others
    IN_EXECUTION = "in_execution"
    FILED = "filed"


class Confidentiality(StrEnum):
    NORMAL = "normal"
    CONFIDENTIAL = "confidential"


NOTHING_OF_A_DENUNCIATION = (
    "kind <> 'denunciation' OR (content = '' AND request = '' AND place_code = '' AND unit_in_charge = ''"
    " AND petitioner_kind = 'individual' AND petitioner_count = 1 AND representatives = ''"
    " AND petitioner_key = '' AND settled_by = '' AND settled_document = '' AND flags = '' AND route_target = ''"
    " AND earlier_id IS NULL AND split_from_id IS NULL AND confidentiality = 'confidential')"
)


class Petition(SQLModel, table=True):
    """One petition record. One with several contents has its leading kind in `kind` and the others in
    `other_kinds`; where one of them is a denunciation, that is the leading one.

    Of a denunciation no identity is kept: the table itself refuses for that kind a petitioner's name and address
    and whatever else could point at somebody (Law on Denunciations, Art. 8 and 9); `opaque_reference` points to
    the file outside.
    """

    __tablename__ = "petition"
    __table_args__ = (
        CheckConstraint(
            "kind <> 'denunciation' OR (petitioner_name = '' AND petitioner_address = '')",
            name="ck_petition_denouncer_is_not_stored",
        ),
        CheckConstraint(NOTHING_OF_A_DENUNCIATION, name="ck_petition_denunciation_says_nothing"),
        CheckConstraint("other_kinds NOT LIKE '% denunciation %'", name="ck_petition_denunciation_leads"),
        # What the register's page filters, counts and sorts by, so that it reads no record it does not show.
        Index(
            "ix_petition_register",
            "received_on",
            "code",
            "kind",
            "confidentiality",
            "status",
            "channel",
            "other_kinds",
            "field",
            "case_age",
            "flags",
            "place_code",
            "unit_in_charge",
            postgresql_include=["id"],  # SQLite's carries it anyway
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=20)  # "KN-0231"
    kind: PetitionKind = Field(sa_column=Column(Word(PetitionKind), nullable=False))
    other_kinds: frozenset[PetitionKind] = Field(
        default=frozenset(), sa_column=Column(Words(PetitionKind), nullable=False, server_default="")
    )
    received_on: date
    channel: str = Field(default="direct", max_length=20)
    petitioner_kind: PetitionerKind = Field(
        default=PetitionerKind.INDIVIDUAL,
        sa_column=Column(Word(PetitionerKind), nullable=False, server_default=PetitionerKind.INDIVIDUAL),
    )
    petitioner_name: str = Field(default="", max_length=120)  # of a group its first representative
    petitioner_key: str = Field(default="", max_length=120, index=True, sa_column_kwargs={"server_default": ""})
    petitioner_address: str = Field(default="", max_length=200)
    petitioner_count: int = Field(default=1)
    representatives: str = Field(  # the others of a group, one a line
        default="", sa_column=Column(Text, nullable=False, server_default="")
    )
    opaque_reference: str = Field(default="", max_length=60)
    summary: str = Field(max_length=300)  # one line without names; the only text rooms may see
    content: str = Field(default="", sa_column=Column(Text, nullable=False))
    request: str = Field(default="", sa_column=Column(Text, nullable=False))
    field: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})  # see `lists`
    place_code: str = Field(default="", max_length=5, index=True)  # commune where it arose
    unit_in_charge: str = Field(default="", max_length=120, index=True)
    case_age: CaseAge = Field(
        default=CaseAge.NEW, sa_column=Column(Word(CaseAge), nullable=False, server_default=CaseAge.NEW)
    )
    times_received: int = Field(default=1, sa_column_kwargs={"server_default": "1"})  # 1: the first time
    settled: Settled = Field(
        default=Settled.NEVER, sa_column=Column(Word(Settled), nullable=False, server_default=Settled.NEVER)
    )
    settled_by: str = Field(default="", max_length=120, sa_column_kwargs={"server_default": ""})
    settled_document: str = Field(default="", max_length=60, sa_column_kwargs={"server_default": ""})
    flags: frozenset[CaseFlag] = Field(
        default=frozenset(), sa_column=Column(Words(CaseFlag), nullable=False, server_default="")
    )
    earlier_id: int | None = Field(default=None, foreign_key="petition.id", index=True)  # the same case before
    split_from_id: int | None = Field(default=None, foreign_key="petition.id", index=True)
    status: PetitionStatus = Field(sa_column=Column(Word(PetitionStatus), nullable=False))
    confidentiality: Confidentiality = Field(sa_column=Column(Word(Confidentiality), nullable=False))
    eligible: bool | None = Field(default=None)  # đủ điều kiện xử lý; None: not looked at yet
    in_competence: bool | None = Field(default=None)
    route: Route | None = Field(default=None, sa_column=Column(Word(Route)))  # as proposed; see `routes`
    route_ground: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})
    route_target: str = Field(default="", max_length=120, sa_column_kwargs={"server_default": ""})
    variant: Variant = Field(
        default=Variant.NORMAL, sa_column=Column(Word(Variant), nullable=False, server_default=Variant.NORMAL)
    )
    instance: int = Field(default=1, sa_column_kwargs={"server_default": "1"})  # of a complaint: 1 or 2
    search_key: str = Field(default="", sa_column=Column(Text, nullable=False))  # without diacritics
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))

    @property
    def names(self) -> tuple[str, ...]:
        """Of all who stand as petitioners in it, to be looked for in words that others read."""
        return tuple(name for name in (self.petitioner_name, *self.representatives.splitlines()) if name)


class PetitionStatusChange(SQLModel, table=True):
    """One line of a petition's history; `previous` is None in the first. Append-only: the database refuses to
    change or delete a row (a `reason` may be erased), and a reason in words for a denunciation."""

    __tablename__ = "petition_status_change"
    # What became of petitions in a period is counted from this alone.
    __table_args__ = (Index("ix_petition_status_change_by_day", "holds_on", "status", "previous", "petition_id"),)

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(foreign_key="petition.id", index=True)
    status: PetitionStatus = Field(sa_column=Column(Word(PetitionStatus), nullable=False))
    previous: PetitionStatus | None = Field(default=None, sa_column=Column(Word(PetitionStatus)))
    holds_on: date  # the day from which it holds
    document: str = Field(default="", max_length=60)
    reason: str = Field(default="", max_length=300)
    outcome: Outcome | None = Field(default=None, sa_column=Column(Word(Outcome)))  # of a settlement
    recorded_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    recorded_by: str = Field(max_length=80)  # as in the audit log: "account:3", "system"
    unit: str = Field(default="", max_length=120)


class PetitionExtension(SQLModel, table=True):
    """The term of settlement was extended by `count`, in the unit of the term. Append-only."""

    __tablename__ = "petition_extension"

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(foreign_key="petition.id", index=True)
    count: int
    decided_on: date
    document: str = Field(max_length=60)
    recorded_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    recorded_by: str = Field(max_length=80)
    unit: str = Field(default="", max_length=120)


class PetitionNotice(SQLModel, table=True):
    """What `key` asks for since `trigger_on` was sent or published. Append-only."""

    __tablename__ = "petition_notice"
    __table_args__ = (UniqueConstraint("petition_id", "key", "trigger_on", name="uq_petition_notice"),)

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(foreign_key="petition.id", index=True)
    key: DeadlineKey = Field(sa_column=Column(Word(DeadlineKey), nullable=False))
    trigger_on: date
    done_on: date
    document: str = Field(default="", max_length=60)
    recorded_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    recorded_by: str = Field(max_length=80)
    unit: str = Field(default="", max_length=120)
