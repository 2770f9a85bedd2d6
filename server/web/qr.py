"""A text as a picture that a camera reads, to stand in a page: black on white in every theme (`.qr-frame`)."""

from __future__ import annotations

import segno
from markupsafe import Markup


def drawn(text: str, mask: int | None = None) -> Markup:
    """`mask`: one for all where many are drawn; finding each its best takes three times as long (14 ms)."""
    code = segno.make(text, micro=False, error="m", mask=mask)
    return Markup(
        code.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr")
    )  # segno's own drawing: of `text` there are only squares in it
