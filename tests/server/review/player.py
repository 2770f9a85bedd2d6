"""What the player's page hands to its script, and the address it plays."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from tests.server.demo.fixtures import Province


def player_data(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="player-data"[^>]*>(.*?)</script>', page, re.S)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


async def media_address(province: Province, reception_id: int) -> str:
    """With the pass of whoever is logged in."""
    page = await province.page(f"/receptions/{reception_id}/recording")
    found = re.search(r'<video data-video src="([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])
