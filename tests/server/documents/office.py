"""What the page tests of documents ask the demonstration province for."""

from __future__ import annotations

import io
import re

import docx
import pypdf
from sqlmodel import Session, col, select

from server.demo.documents import CONCLUDED, URGED
from server.documents.tables import DocumentVersion, OfficialDocument
from server.documents.versions import content_of
from server.petitions.tables import Petition
from server.receptions.tables import AgendaItemPetition
from tests.server.conclusions.office import Item, send
from tests.server.demo.fixtures import Province


def documents(province: Province, kind: str) -> list[OfficialDocument]:
    """Without those that the demonstration itself drew up."""

    def work(session: Session) -> list[OfficialDocument]:
        shown = (
            select(AgendaItemPetition.item_id)
            .join(Petition, col(Petition.id) == AgendaItemPetition.petition_id)
            .where(col(Petition.code).in_((CONCLUDED, URGED)))
        )
        rows = select(OfficialDocument).where(
            OfficialDocument.kind == kind, col(OfficialDocument.item_id).not_in(shown)
        )
        return list(session.exec(rows.order_by(col(OfficialDocument.id))))

    return province.database.run_here(work)


def versions(province: Province, document: int) -> list[DocumentVersion]:
    def work(session: Session) -> list[DocumentVersion]:
        rows = select(DocumentVersion).where(DocumentVersion.document_id == document)
        return list(session.exec(rows.order_by(col(DocumentVersion.number))))

    return province.database.run_here(work)


def drafted(province: Province, document: int) -> dict[str, str]:
    return content_of(versions(province, document)[-1])


def stamp(province: Province, document: int) -> str:
    last = versions(province, document)[-1]
    return f"{last.number}.{last.revision}"


async def draw_up(province: Province, address: str, kind: str, status: int = 303) -> int:
    """The id of the document; 0 where it was refused."""
    answer = await province.post(address, {"kind": kind})
    assert answer.status == status, await answer.text()
    found = re.search(r"/documents/(\d+)", answer.headers.get("Location", ""))
    return int(found[1]) if found else 0


async def of_item(province: Province, item: Item, kind: str, status: int = 303) -> int:
    return await draw_up(province, f"/receptions/{item.reception_id}/items/{item.id}/documents", kind, status)


async def save(province: Province, document: int, status: int = 303, **changed: str) -> str:
    last = versions(province, document)[-1]
    values: dict[str, object] = {"symbol": last.symbol, "reason": last.reason, "stamp": stamp(province, document)}
    values |= content_of(last) | changed
    return await send(province, f"/documents/{document}/draft", values, status)


async def issue(province: Province, document: int, status: int = 303) -> str:
    values: dict[str, object] = {"stamp": stamp(province, document), "confirmed": "yes"}
    return await send(province, f"/documents/{document}/issue", values, status)


async def handed_out(province: Province, document: int, number: int, type_: str) -> bytes:
    answer = await province.get(f"/documents/{document}/versions/{number}/{type_}")
    assert answer.status == 200, answer.status
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.search(rf'filename="[a-z-]+-{document}-{number}\.{type_}"', answer.headers["Content-Disposition"])
    return await answer.read()


def text_of_pdf(file: bytes) -> str:
    """Of all pages, on one line."""
    pages = pypdf.PdfReader(io.BytesIO(file)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def text_of_docx(file: bytes) -> str:
    document = docx.Document(io.BytesIO(file))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join(" ".join([*cells, *(line.text for line in document.paragraphs)]).split())
