"""The province in which a scenario takes place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenarios.province import Province, running_province


@pytest.fixture
async def province(tmp_path: Path) -> AsyncIterator[Province]:
    async with running_province(tmp_path) as running:
        yield running
