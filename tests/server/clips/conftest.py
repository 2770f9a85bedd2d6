from __future__ import annotations

from pathlib import Path

import pytest

from signaling.tap import TapTrack
from tests.recordings.media import Programme, pictures, sounds
from tests.recordings.test_long_recording import Simulated
from tests.server.demo.fixtures import filled as filled
from tests.server.demo.fixtures import province as province


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("recorded")
    programme = Programme(clip=pictures(), speaking={TapTrack.DESK_AUDIO: sounds(440)})
    simulated = Simulated(directory, programme, 5)
    simulated.play(16.5)
    simulated.seal()
    return directory
