"""A paper as a file. The libraries that set it are imported with the first one, not with the control process."""

from __future__ import annotations

from datetime import datetime

from server.documents.paper import Paper


def as_docx(paper: Paper, made_at: datetime) -> bytes:
    from server.documents.docx_file import docx_of

    return docx_of(paper, made_at)


def as_pdf(paper: Paper, made_at: datetime) -> bytes:
    """A second or so of work: not on the event loop."""
    from server.documents.pdf_file import pdf_of

    return pdf_of(paper, made_at)
