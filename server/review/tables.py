"""What reviewing adds to a recording: notes on its time line, spans in quarantine, and who watched what."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from server.data.columns import UtcDateTime, Word, now


class RecordingNote(SQLModel, table=True):
    """A note, or without words a bookmark, at a second of the playable file. One that was removed stays, so that
    removing can be taken back; of an item that became a denunciation the words are erased."""

    __tablename__ = "recording_note"

    id: int | None = Field(default=None, primary_key=True)
    recording_id: int = Field(foreign_key="recording.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    at_s: float
    words: str = Field(default="", sa_column=Column(Text, nullable=False))
    search_key: str = Field(default="", sa_column=Column(Text, nullable=False))  # folded words between spaces
    made_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    changed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    removed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))


class Quarantine(SQLModel, table=True):
    """A span that nobody watches until two people have released it."""

    __tablename__ = "recording_quarantine"

    id: int | None = Field(default=None, primary_key=True)
    recording_id: int = Field(foreign_key="recording.id", index=True)
    starts_s: float
    ends_s: float
    reason: str = Field(max_length=300)
    made_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    made_by: int = Field(foreign_key="account.id")
    release_reason: str = Field(default="", max_length=300)
    proposed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    proposed_by: int | None = Field(default=None, foreign_key="account.id")
    released_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    released_by: int | None = Field(default=None, foreign_key="account.id")


class Hold(SQLModel, table=True):
    """A recording is kept beyond its term, for instance because a court asks for it."""

    __tablename__ = "recording_hold"

    id: int | None = Field(default=None, primary_key=True)
    recording_id: int = Field(foreign_key="recording.id", index=True)
    reason: str = Field(max_length=300)
    made_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    made_by: int = Field(foreign_key="account.id")
    lift_reason: str = Field(default="", max_length=300)
    lifted_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    lifted_by: int | None = Field(default=None, foreign_key="account.id")


class Ending(StrEnum):
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"  # a hold, a quarantine, another term
    LAPSED = "lapsed"  # nobody confirmed it in time


class Destruction(SQLModel, table=True):
    """The deletion of a recording whose term is over: proposed by one person, decided by another, certified when
    the last file has gone. Of a recording at most one has no `ending`."""

    __tablename__ = "recording_destruction"
    __table_args__ = (
        UniqueConstraint("year", "number", name="uq_recording_destruction"),
        Index(
            "ix_recording_destruction_proposed",
            "recording_id",
            unique=True,
            sqlite_where=text("ending IS NULL"),
            postgresql_where=text("ending IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    recording_id: int = Field(foreign_key="recording.id", index=True)
    last_day: date  # of the term, as it was when it was proposed
    ground: str = Field(default="", max_length=200)  # what the term rests on
    reason: str = Field(max_length=300)
    proposed_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    proposed_by: int = Field(foreign_key="account.id")
    confirm_by: date
    ending: Ending | None = Field(default=None, sa_column=Column(Word(Ending)))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    ended_by: int | None = Field(default=None, foreign_key="account.id")  # None: by itself
    end_reason: str = Field(default="", max_length=300)
    files: str = Field(default="", sa_column=Column(Text, nullable=False))  # JSON; empty: not listed yet
    manifest_sha256: str = Field(default="", max_length=64)
    destroyed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    year: int | None = None
    number: int | None = None  # of the certificate, in its year
    symbol: str = Field(default="", max_length=40)
    certificate: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # PDF
    certificate_sha256: str = Field(default="", max_length=64)


class Source(StrEnum):
    CONCLUSION = "conclusion"
    DOCUMENT = "document"


class ItemWords(SQLModel, table=True):
    """The folded words of one issued version of a conclusion or a document, as recordings are found by them.
    Taken in by `searching`; what is issued does not change any more, and erased words go."""

    __tablename__ = "item_words"
    __table_args__ = (UniqueConstraint("source", "source_id", name="uq_item_words"),)

    id: int | None = Field(default=None, primary_key=True)
    source: Source = Field(sa_column=Column(Word(Source), nullable=False))
    source_id: int  # of the version
    item_id: int = Field(foreign_key="agenda_item.id", index=True)
    search_key: str = Field(sa_column=Column(Text, nullable=False))  # each word between spaces


class Transcript(SQLModel, table=True):
    """That the captions of a recording were made, and of what: `made_of` is another one once the file, the model,
    or what is left out is another. `words` are all folded words, each once."""

    __tablename__ = "recording_transcript"

    recording_id: int = Field(primary_key=True, foreign_key="recording.id")
    made_of: str = Field(max_length=64)
    made_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))
    words: str = Field(sa_column=Column(Text, nullable=False))


class Caption(SQLModel, table=True):
    """What a machine heard in a span of the playable file. Nobody corrects it, and it proves nothing: the sound
    does."""

    __tablename__ = "recording_caption"

    id: int | None = Field(default=None, primary_key=True)
    recording_id: int = Field(foreign_key="recording.id", index=True)
    starts_s: float
    ends_s: float
    words: str = Field(sa_column=Column(Text, nullable=False))
    search_key: str = Field(sa_column=Column(Text, nullable=False))  # each folded word between spaces


class Access(StrEnum):
    """`PLAYED` and `SOUGHT` the page tells, `SENT` the server knows: what left it, in bytes of the file."""

    OPENED = "opened"
    PLAYED = "played"
    SOUGHT = "sought"
    SENT = "sent"
    READ = "read"  # the captions
    DOWNLOADED = "downloaded"
    EXPORTED = "exported"
    REFUSED = "refused"


class RecordingAccess(SQLModel, table=True):
    """One thing somebody did with a recording. Append-only."""

    __tablename__ = "recording_access"

    id: int | None = Field(default=None, primary_key=True)
    recording_id: int = Field(foreign_key="recording.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False, index=True))
    act: Access = Field(sa_column=Column(Word(Access), nullable=False))
    starts_s: float | None = None  # seconds of the playable file; of a seek: from where
    ends_s: float | None = None  # and to where
    first_byte: int | None = Field(default=None, sa_column=Column(BigInteger))
    last_byte: int | None = Field(default=None, sa_column=Column(BigInteger))
    copy_key: str = Field(default="", max_length=64)  # which copy; empty: the recording itself
