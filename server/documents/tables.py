"""The official documents of a reception: minutes, notice of conclusion, urging letter, appointment slip.

A document is filled in from the record once; each version of it is a row: one draft at most, which is written
over, and issued ones, which the database keeps as they are, with the very bytes that were handed out.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word, now


class DocumentKind(StrEnum):
    """What each holds, and what it is about, says `kinds`."""

    MINUTES = "minutes"  # biên bản tiếp công dân
    NOTICE = "notice"  # thông báo kết luận
    URGING = "urging"  # công văn đôn đốc
    APPOINTMENT = "appointment"  # phiếu hẹn
    NOBODY_CAME = "nobody_came"  # biên bản không có công dân tới


class OfficialDocument(SQLModel, table=True):
    """`subject` and `ordinal` tell documents of one kind apart: the second urging letter about one task."""

    __tablename__ = "official_document"
    __table_args__ = (UniqueConstraint("kind", "subject", "ordinal", name="uq_official_document"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: DocumentKind = Field(sa_column=Column(Word(DocumentKind), nullable=False))
    subject: str = Field(max_length=40)  # as in the audit log: "item:5", "task:3", "reception:2"
    ordinal: int = Field(default=1)  # 1 = first
    reception_id: int = Field(foreign_key="reception.id", index=True)
    item_id: int | None = Field(default=None, foreign_key="agenda_item.id", index=True)
    task_id: int | None = Field(default=None, foreign_key="task.id", index=True)


class DocumentVersion(SQLModel, table=True):
    """A draft until `issued_at`; then `docx` and `pdf` are what was issued, and the hashes are theirs."""

    __tablename__ = "document_version"
    __table_args__ = (UniqueConstraint("document_id", "number", name="uq_document_version"),)

    id: int | None = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="official_document.id", index=True)
    number: int  # 1 = first version
    symbol: str = Field(default="", max_length=60)  # "12/TB-BTCD"
    content: str = Field(default="", sa_column=Column(Text, nullable=False))  # JSON: field to text
    reason: str = Field(default="", max_length=300)  # why the version before was corrected
    revision: int = Field(default=1)  # raised by each saving of the draft
    written_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    written_by: str = Field(max_length=80)
    issued_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    issued_by: str = Field(default="", max_length=80)
    unit: str = Field(default="", max_length=120)  # of who issued it
    docx: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    pdf: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    docx_sha256: str = Field(default="", max_length=64)
    pdf_sha256: str = Field(default="", max_length=64)
