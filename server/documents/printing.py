"""The files of a document: what is on paper, set as DOCX and PDF. It takes a third of a second of a core."""

from __future__ import annotations

from datetime import datetime

from server.documents.files import as_docx, as_pdf
from server.documents.paper import compose
from server.documents.tables import DocumentKind, DocumentVersion
from server.documents.versions import Files, content_of


def printed(kind: DocumentKind, version: DocumentVersion, at: datetime, *, draft: bool = False) -> Files:
    paper = compose(kind, version.symbol, content_of(version), draft=draft)
    return Files(as_docx(paper, at), as_pdf(paper, at))
