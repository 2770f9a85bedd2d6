"""The files of a document: what is on paper, set as DOCX and PDF. It takes a third of a second of a core."""

from __future__ import annotations

from datetime import datetime

from server.documents.paper import compose
from server.documents.tables import DocumentKind, DocumentVersion
from server.documents.versions import Files, content_of


def printed(kind: DocumentKind, version: DocumentVersion, at: datetime, *, draft: bool = False) -> Files:
    # Here, and not when the control process starts: they are a sixth of its start.
    from server.documents.docx_file import docx_of
    from server.documents.pdf_file import pdf_of

    paper = compose(kind, version.symbol, content_of(version), draft=draft)
    return Files(docx_of(paper, at), pdf_of(paper, at))
