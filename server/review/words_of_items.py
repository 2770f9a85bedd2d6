"""The words of issued conclusions and documents, taken into an index of their own before somebody searches.

What is issued never changes, so a version is taken in once; of a corrected conclusion only the version in force is
found. Whose words they are, and who may read them, is asked when they are found (`searching`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.conclusions.tables import Conclusion
from server.data.folding import literally
from server.documents.tables import DocumentKind, DocumentVersion, OfficialDocument
from server.petitions.register import folded_words
from server.review.tables import ItemWords, Source


def take_in(session: Session) -> None:
    """What was issued since the last time."""
    known = select(ItemWords.source_id).where(ItemWords.source == Source.CONCLUSION)
    issued = select(Conclusion).where(col(Conclusion.issued_at).is_not(None), col(Conclusion.id).not_in(known))
    for row in session.exec(issued).all():
        _keep(session, Source.CONCLUSION, row.id or 0, row.item_id, f"{row.content} {row.citizen_opinion}")
    known = select(ItemWords.source_id).where(ItemWords.source == Source.DOCUMENT)
    versions = (
        select(DocumentVersion, OfficialDocument.item_id)
        .join(OfficialDocument, col(OfficialDocument.id) == DocumentVersion.document_id)
        .where(col(DocumentVersion.issued_at).is_not(None), DocumentVersion.content != "")
        .where(col(OfficialDocument.item_id).is_not(None), col(DocumentVersion.id).not_in(known))
    )
    for version, item_id in session.exec(versions).all():
        said = " ".join(str(part) for part in json.loads(version.content).values())
        _keep(session, Source.DOCUMENT, version.id or 0, item_id or 0, said)
    session.flush()


@dataclass(frozen=True, slots=True)
class Said:
    """`kind`: of a document; None: a conclusion."""

    item_id: int
    kind: DocumentKind | None


def items_with(session: Session, words: Iterable[str]) -> set[Said]:
    """Items in whose version in force each of the words begins a word."""
    said: set[Said] = set()
    for found in session.exec(_matching(Source.CONCLUSION, words)):
        row = session.get_one(Conclusion, found.source_id)
        if _is_newest(session, Conclusion.item_id, row.item_id, row):
            said.add(Said(found.item_id, None))
    for found in session.exec(_matching(Source.DOCUMENT, words)):
        version = session.get_one(DocumentVersion, found.source_id)
        if _is_newest(session, DocumentVersion.document_id, version.document_id, version):
            document = session.get_one(OfficialDocument, version.document_id)
            said.add(Said(found.item_id, document.kind))
    return said


def _matching(source: Source, words: Iterable[str]) -> SelectOfScalar[ItemWords]:
    matching = select(ItemWords).where(ItemWords.source == source)
    for word in words:
        matching = matching.where(col(ItemWords.search_key).like(f"% {literally(word)}%", escape="\\"))
    return matching


def _is_newest(session: Session, of: Any, owner: int, row: Conclusion | DocumentVersion) -> bool:
    """No later version of the same conclusion or document was issued."""
    later = select(type(row).id).where(col(of) == owner, col(type(row).issued_at).is_not(None))
    return session.exec(later.where(type(row).number > row.number).limit(1)).first() is None


def _keep(session: Session, source: Source, source_id: int, item_id: int, said: str) -> None:
    key = f" {' '.join(folded_words(said))} "
    session.add(ItemWords(source=source, source_id=source_id, item_id=item_id, search_key=key))
