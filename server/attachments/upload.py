"""An upload, read piece by piece: nothing of it is ever whole in memory, and the disk is written in a thread."""

from __future__ import annotations

import asyncio
import unicodedata
from dataclasses import dataclass, field

import aiohttp
from aiohttp import BodyPartReader, hdrs, web

from server.attachments.file_types import FileType, type_of
from server.attachments.rules import AttachmentFault, Described, file_fault
from server.attachments.shelf import DiskFull, Incoming, Shelf
from server.attachments.tables import PaperForm
from server.web import csrf

_PIECE = 1 << 20
_MOST_FIELDS = 8
_LONGEST_FIELD = 4096
_ROOM_FOR_FIELDS = 64 << 10
"""Of a body besides its file."""
_FIELDS = ("what", "form", "confidential")


@dataclass(slots=True)
class Upload:
    """`type` is None where there is a `fault` of the file."""

    values: dict[str, str] = field(default_factory=lambda: dict.fromkeys(_FIELDS, ""))
    type: FileType | None = None
    fault: AttachmentFault | None = None

    @property
    def described(self) -> Described:
        form = self.values["form"]
        return Described(
            what=" ".join(self.values["what"].split()),
            form=PaperForm(form) if form in set(PaperForm) else None,
            confidential=self.values["confidential"] == "yes",
        )


async def read_upload(request: web.Request, shelf: Shelf, incoming: Incoming, most_bytes: int) -> Upload:
    """The fields come before the file, as they stand in the form, and the token before all. What is refused for
    its size is not read to its end. Raises Forged, and HTTPBadRequest for what no form sends."""
    if request.content_type != "multipart/form-data":
        raise web.HTTPBadRequest
    upload = Upload()
    checked = csrf.HEADER in request.headers  # by the middleware
    try:
        reader = await request.multipart()
        for _ in range(_MOST_FIELDS):
            part = await reader.next()
            if part is None:
                break
            if not isinstance(part, BodyPartReader):
                raise web.HTTPBadRequest
            if part.name == csrf.FIELD and not checked:
                await csrf.refuse_if_forged(request, await _text(part))
                checked = True
            elif not checked:
                raise csrf.Forged
            elif part.name == "file":
                upload.fault = await _receive(part, request, shelf, incoming, most_bytes)
                break
            elif part.name in upload.values:
                upload.values[part.name] = await _text(part)
            else:
                await part.release()
    except (ValueError, aiohttp.http_exceptions.HttpProcessingError, ConnectionError):
        upload.fault = AttachmentFault.BROKEN_OFF
    if not checked:
        raise csrf.Forged
    if upload.fault is None:
        upload.type = await asyncio.to_thread(type_of, incoming.path) if incoming.bytes else None
        upload.fault = file_fault(incoming.bytes, most_bytes, upload.type)
    return upload


async def _receive(
    part: BodyPartReader, request: web.Request, shelf: Shelf, incoming: Incoming, most_bytes: int
) -> AttachmentFault | None:
    if not part.filename:
        return AttachmentFault.NO_FILE
    coming = request.content_length or 0
    if coming > most_bytes + _ROOM_FOR_FIELDS:
        return AttachmentFault.TOO_LARGE
    if part.headers.get(hdrs.CONTENT_TRANSFER_ENCODING, "binary").lower() not in ("binary", "8bit", "7bit"):
        raise web.HTTPBadRequest
    try:
        await asyncio.to_thread(shelf.refuse_when_full, coming)
        piece = bytearray()
        while not part.at_eof():
            piece += await part.read_chunk(64 << 10)
            if len(piece) >= _PIECE or part.at_eof():
                if incoming.bytes + len(piece) > most_bytes:
                    return AttachmentFault.TOO_LARGE
                await asyncio.to_thread(incoming.write, bytes(piece))
                piece.clear()
        await asyncio.to_thread(incoming.flush)
    except DiskFull:
        return AttachmentFault.DISK_FULL
    return None


async def _text(part: BodyPartReader) -> str:
    """Composed (NFC). Raises HTTPBadRequest for one that is too long, or no text."""
    came = bytearray()
    while not part.at_eof():
        came += await part.read_chunk()
        if len(came) > _LONGEST_FIELD:
            raise web.HTTPBadRequest
    try:
        text = came.decode()
    except UnicodeDecodeError:
        raise web.HTTPBadRequest from None
    if "\0" in text:
        raise web.HTTPBadRequest
    return unicodedata.normalize("NFC", text).strip()
