"""A database of before captions gets their tables, and keeps its recordings."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from server.data.engine import Database
from server.data.schema import upgrade
from tests.server.data.test_conclusions_are_kept import fill

_RECORDING = (
    "INSERT INTO recording (reception_id, folder, state, file, media_type, seconds, bytes, segments, gaps, note,"
    " certificate) SELECT id, 'r1', 'sealed', 'recording.mp4', 'video/mp4', 60, 1, 1, 0, '', '' FROM reception"
    " ORDER BY id LIMIT 1"
)
_TRANSCRIPT = (
    "INSERT INTO recording_transcript (recording_id, made_of, made_at, words)"
    " SELECT id, 'x', '2026-03-02 01:00:00', ' dat ' FROM recording"
)
_CAPTION = (
    "INSERT INTO recording_caption (recording_id, starts_s, ends_s, words, search_key)"
    " SELECT id, 1, 2, 'đất', ' dat ' FROM recording"
)


def test_a_recording_of_before_can_be_captioned_once(bare: Database) -> None:
    fill(bare.engine, "0018")
    with bare.engine.begin() as connection:
        connection.execute(text(_RECORDING))
    upgrade(bare.engine)
    with bare.engine.begin() as connection:
        assert connection.execute(text("SELECT folder FROM recording")).scalar_one() == "r1"
        connection.execute(text(_TRANSCRIPT))
        for _time in range(2):
            connection.execute(text(_CAPTION))
    with pytest.raises(IntegrityError), bare.engine.begin() as connection:
        connection.execute(text(_TRANSCRIPT))
