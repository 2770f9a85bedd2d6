from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from signaling.messages import Purpose
from tests.hostile.intruder import Intruder
from tests.server.media.wire import DESK, End, Media, running_media
from tests.server.receptions_live.conftest import ControlProcess


@pytest_asyncio.fixture
async def media(tmp_path: Path) -> AsyncIterator[Media]:
    async with running_media(tmp_path) as media:
        yield media


@pytest_asyncio.fixture
async def desk(media: Media) -> End:
    """The desk, on air."""
    end = await media.join(DESK, Purpose.DESK)
    end.publish()
    return end


@pytest.fixture
def intruder(media: Media) -> Iterator[Intruder]:
    intruder = Intruder(media)
    yield intruder
    intruder.close()


@pytest_asyncio.fixture
async def control(tmp_path: Path) -> AsyncIterator[ControlProcess]:
    """The whole control process, with media and recorder as it meets them."""
    control = ControlProcess(tmp_path / "data")
    await control.media.start()
    await control.recorder.start()
    await control.start()
    try:
        yield control
    finally:
        await control.stop()
        await control.media.stop()
        await control.recorder.stop()
        control.database.close()
