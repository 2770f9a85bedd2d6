"""What the tests of attachments ask the demonstration province for."""

from __future__ import annotations

import io
import re
from pathlib import Path

import aiohttp
from aiohttp import ClientResponse
from sqlmodel import Session, col, select

from server.attachments.tables import Attachment
from tests.server.conftest import PAGE
from tests.server.demo.fixtures import Province, petition

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"


def petition_id(province: Province, code: str) -> int:
    return province.database.run_here(lambda session: petition(session, code).id or 0)


def rows(province: Province, code: str) -> list[Attachment]:
    number = petition_id(province, code)

    def work(session: Session) -> list[Attachment]:
        wanted = select(Attachment).where(Attachment.petition_id == number).order_by(col(Attachment.number))
        return list(session.exec(wanted))

    return province.database.run_here(work)


def shelf_of(province: Province) -> Path:
    return province.recordings.parent / "attachments"


def files(province: Province) -> list[Path]:
    """All of the directory, half-written ones too."""
    return sorted(path for path in shelf_of(province).rglob("*") if path.is_file())


async def attach(
    province: Province,
    code: str,
    content: bytes = PDF,
    *,
    name: str = "Đơn của bà Nguyễn Thị Bích Liên.pdf",
    status: int = 303,
    token: str | None = None,
    accept: str = PAGE["Accept"],
    **fields: str,
) -> ClientResponse:
    values = {"what": "Bản đồ địa chính năm 2009", "form": "photocopy", **fields}
    form = aiohttp.FormData()
    form.add_field("csrf", await province.csrf("/") if token is None else token)
    for field, value in values.items():
        form.add_field(field, value)
    form.add_field("file", io.BytesIO(content), filename=name, content_type="application/pdf")
    path = f"/petitions/{petition_id(province, code)}/attachments"
    answer = await province.client.post(path, data=form, headers={"Accept": accept}, allow_redirects=False)
    text = await answer.text()
    assert answer.status == status, f"{answer.status}: {re.sub('<[^>]*>', ' ', text)[-1500:]}"
    return answer
