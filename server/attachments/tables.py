"""What is attached to petitions: one row for each file, whose bytes lie in the data directory (see `shelf`)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.attachments.file_types import FileType
from server.data.columns import UtcDateTime, Word, now


class PaperForm(StrEnum):
    """What was scanned, or handed over as a file."""

    ORIGINAL = "original"  # bản chính
    COPY = "copy"  # bản sao, certified
    PHOTOCOPY = "photocopy"  # bản photo


class Withdrawal(StrEnum):
    TWICE = "twice"  # attached twice
    MISTAKEN = "mistaken"  # belongs elsewhere
    REPLACED = "replaced"  # by a better one
    FORBIDDEN = "forbidden"  # must not be kept here: the file is destroyed


class Attachment(SQLModel, table=True):
    """What was attached stays as it is; it is withdrawn, and not deleted. `file`, `sha256` and `what` are empty
    once it was destroyed. Of a denunciation there is none: the database refuses one, and where a petition turns
    out to be a denunciation it deletes the rows."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("petition_id", "number", name="uq_attachment_number"),)

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(foreign_key="petition.id", index=True)
    number: int  # within its petition; given once
    what: str = Field(max_length=200)  # in words, without names
    form: PaperForm = Field(sa_column=Column(Word(PaperForm), nullable=False))
    type: FileType = Field(sa_column=Column(Word(FileType), nullable=False))  # as its bytes say
    bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str = Field(max_length=64)
    file: str = Field(max_length=32)  # its name on the shelf, which tells nothing
    confidential: bool
    added_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    added_by: str = Field(max_length=80)
    unit: str = Field(default="", max_length=120)
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    withdrawn_by: str = Field(default="", max_length=80)
    withdrawn_because: Withdrawal | None = Field(default=None, sa_column=Column(Word(Withdrawal)))
