"""What a backup says of itself, as JSON that a person can read."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import inspect, text
from sqlmodel import Session, col, select

from server.data.schema import revision_in
from server.people.audit import FIRST_HASH, verify_chain
from server.people.tables import AuditEvent

Engine = Literal["sqlite", "postgresql"]
MANIFEST, DATABASE = "manifest.json", "database"
OPERATORS = re.compile(r"[a-z][a-z0-9_-]{0,60}\.csv")
"""Members that are the operator's own dated files: due days, duties, letterheads and figures follow from them, so
they go with the database."""
DIRECTORY = "attachments"
ATTACHED = re.compile(rf"{DIRECTORY}/([0-9a-f]{{32}})")
"""Members that are files of attachments."""
NOT_INSIDE = (
    "recordings (each folder has a manifest of its own) and secret.key;"
    " keep copies of both, and the secret elsewhere than this file"
)
_VERSION_TABLE = "alembic_version"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Facts(_Model):
    """What is in a database: the same before and after, or the restored one is another."""

    revision: str
    rows: dict[str, int]  # by table
    audit_last_hash: str
    audit_broken_at: int | None  # the first event of the log that does not fit

    @property
    def total(self) -> int:
        return sum(self.rows.values())


class Member(_Model):
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(_Model):
    format: Literal[1] = 1
    made_at: AwareDatetime
    engine: Engine
    engine_version: str
    secret: str  # which secret.key belongs to it, not the secret
    facts: Facts
    members: dict[str, Member]
    attachments_lost: int = Field(default=0, ge=0)  # missing on the disk, or other than the database says
    not_inside: str = NOT_INSIDE


class NoManifest(Exception):
    """The text is none of ours; the message says where it is not."""


def read_manifest(content: bytes) -> Manifest:
    """Raises NoManifest."""
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        raise NoManifest(f"{'.'.join(map(str, first['loc'])) or 'the whole'}: {first['msg']}") from None


def facts_of(session: Session) -> Facts:
    """Counted in one transaction; give one that sees a snapshot."""
    connection = session.connection()
    quote = connection.dialect.identifier_preparer.quote
    rows = {
        name: connection.execute(text(f"SELECT count(*) FROM {quote(name)}")).scalar_one()  # noqa: S608 -- a name
        for name in sorted(inspect(connection).get_table_names())
        if name != _VERSION_TABLE
    }
    if "audit_event" not in rows:
        return Facts(revision=revision_in(connection) or "", rows=rows, audit_last_hash="", audit_broken_at=None)
    last = session.exec(select(AuditEvent.hash).order_by(col(AuditEvent.id).desc()).limit(1)).first()
    return Facts(
        revision=revision_in(connection) or "",
        rows=rows,
        audit_last_hash=last or FIRST_HASH,
        audit_broken_at=verify_chain(session).broken_at,
    )


def fingerprint(secret: bytes) -> str:
    """Tells one secret from another without telling it."""
    return hmac.new(secret, b"which secret this is", hashlib.sha256).hexdigest()[:16]


def stamp(moment: datetime) -> str:
    """As it stands in file names: sorts by age."""
    return f"{moment:%Y%m%d-%H%M%S}"
