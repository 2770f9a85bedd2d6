"""A file made for whoever asked for it."""

from __future__ import annotations

from aiohttp import hdrs, web


def attachment(content: bytes, name: str, media_type: str) -> web.Response:
    """To be saved under `name`, which tells nothing of a person, and kept by no cache."""
    headers = {hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"', hdrs.CACHE_CONTROL: "no-store"}
    return web.Response(body=content, content_type=media_type, headers=headers)
