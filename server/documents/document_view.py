"""A document with its versions, as one reader's page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from sqlmodel import Session

from server.documents import versions
from server.documents.ground import Ground
from server.documents.rules import Faults, drafts, issues, missing_in, wrong_in
from server.documents.tables import DocumentKind, DocumentVersion, OfficialDocument
from server.people.accounts import names_of_accounts
from server.people.tables import Account


@dataclass(frozen=True, slots=True)
class Shown:
    document: OfficialDocument
    ground: Ground
    versions: list[DocumentVersion]
    people: dict[str, str]
    draft: DocumentVersion | None
    missing: Faults
    may_draft: bool
    may_issue: bool

    def content_of(self, version: DocumentVersion) -> dict[str, str]:
        return versions.content_of(version)

    @property
    def issued(self) -> list[DocumentVersion]:
        """Newest first; the first one is in force."""
        return [version for version in reversed(self.versions) if version.issued_at is not None]


def shown_to(session: Session, account: Account, document: OfficialDocument, ground: Ground) -> Shown:
    """Raises HTTPNotFound where there is nothing yet but another's draft."""
    known = versions.versions_of(session, document.id or 0)
    writes = drafts(account.role, document.kind, ground.guards)
    draft = versions.draft_in(known) if writes else None
    if draft is None and versions.issued_in(known) is None:
        raise web.HTTPNotFound
    people = names_of_accounts(session)
    missing = missing_of(document.kind, draft, ground) if draft else {}
    may_issue = issues(account.role, document.kind, ground.guards)
    return Shown(document, ground, known, people, draft, missing, writes, may_issue)


def missing_of(kind: DocumentKind, draft: DocumentVersion, ground: Ground) -> Faults:
    content, corrects = versions.content_of(draft), draft.number > 1
    return {
        **missing_in(kind, draft.symbol, content, draft.reason, corrects=corrects),
        **wrong_in(kind, draft.symbol, content, draft.reason, ground.names),
    }
