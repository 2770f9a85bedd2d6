"""The one file that a form hands in."""

from __future__ import annotations

from aiohttp import web


async def uploaded(request: web.Request) -> bytes | None:
    """What the field `file` brought, whole: the application limits its size. None: nobody chose one."""
    upload = (await request.post()).get("file")
    if not isinstance(upload, web.FileField) or not upload.filename:
        return None
    return upload.file.read()
