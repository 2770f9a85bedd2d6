"""Official documents, from the draft to the printed sheet."""

from __future__ import annotations

import io
import re

from pypdf import PdfReader

from tests.scenarios.half_year.story import Story


async def issued_document(story: Story, page: str, drawn_up_at: str, kind: str, symbol: str = "") -> str:
    """Drawn up and numbered by the clerk, signed by the host; the text of its PDF."""
    office = story.office
    led = (await office.person("thuky").submit(page, drawn_up_at, kind=kind)).split("/draft")[0]
    if symbol:
        await office.person("thuky").submit(f"{led}/draft", f"{led}/draft", symbol=symbol)
    await office.person("chutri").submit(led, f"{led}/issue#issue", confirmed="yes")
    found = re.search(rf'href="({led}/versions/\d+/pdf)"', await office.person("chutri").page(led))
    assert found is not None, f"{led} offers no PDF"
    sheets = PdfReader(io.BytesIO(await office.person("chutri").file(found[1]))).pages
    return " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())
