"""What is kept on the disk: films that survive a kill, cut to what is taken, within the room that is allowed."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import av
import pytest

from room_client.keeping.cutting import cut, span_of
from room_client.keeping.shelf import Kept, KeptShelf
from signaling.late_messages import KeptSpan
from signaling.wire.rtp import VideoCodec
from tests.room_client.keeping.films import T, shots, write

SECONDS = 7


@pytest.fixture(scope="module", params=list(VideoCodec))
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, VideoCodec]:
    folder = tmp_path_factory.mktemp("kept")
    write(KeptShelf(folder, 10**9), list(shots(request.param, SECONDS)))
    return folder, request.param


@pytest.fixture
def shelf(written: tuple[Path, VideoCodec], tmp_path: Path) -> KeptShelf:
    shutil.copytree(written[0], tmp_path / "kept")
    return KeptShelf(tmp_path / "kept", 10**9)


def pictures(path: Path) -> list[float]:
    with av.open(str(path)) as film:
        return [float(frame.time or 0) for frame in film.decode(video=0)]


def sounds(path: Path) -> list[float]:
    with av.open(str(path)) as film:
        return [float(frame.time or 0) for frame in film.decode(audio=0)]


def test_a_film_is_what_was_to_be_sent(shelf: KeptShelf) -> None:
    (kept,) = shelf.all()
    assert (kept.reception, kept.started_at, kept.is_cut) == (3, T, False)
    assert shelf.film(kept).stat().st_mode & 0o777 == 0o600
    assert len(pictures(shelf.film(kept))) > SECONDS * 10
    span = span_of(shelf, kept)
    assert span is not None
    assert span.seconds == pytest.approx(SECONDS, abs=0.15)


def test_cut_to_a_span_it_begins_with_a_key_frame_and_the_rest_is_gone(shelf: KeptShelf) -> None:
    (kept,) = shelf.all()
    spans = [KeptSpan(started_at=T + 2, ended_at=T + 5), KeptSpan(started_at=T + 6.5, ended_at=T + 6.9)]
    (part,) = cut(shelf, kept, spans)  # what lasts less than a second is left out
    assert shelf.all() == [part]
    assert T + 2 <= part.started_at < part.ended_at <= T + 5
    film = shelf.film(part)
    assert hashlib.sha256(film.read_bytes()).hexdigest() == part.sha256
    shown, heard = pictures(film), sounds(film)
    assert shown[0] == pytest.approx(1.0, abs=0.15), "the next key frame, after three seconds"
    assert shown[-1] < 3.0
    assert heard[0] < 0.1
    assert 2.9 < heard[-1] < 3.0
    assert [path.suffix for path in sorted(film.parent.iterdir())] == [".json", ".mkv"]


def test_nothing_is_left_where_nothing_is_taken(shelf: KeptShelf) -> None:
    (kept,) = shelf.all()
    assert cut(shelf, kept, []) == []
    assert not list(shelf.film(kept).parent.iterdir())


def test_a_film_that_broke_off_is_handed_over_up_to_there(shelf: KeptShelf) -> None:
    (kept,) = shelf.all()
    whole = shelf.film(kept).read_bytes()
    shelf.film(kept).write_bytes(whole[: len(whole) * 2 // 3])
    span = span_of(shelf, kept)
    assert span is not None
    assert 3 < span.seconds < SECONDS
    (part,) = cut(shelf, kept, [span])
    assert part.ended_at - part.started_at == pytest.approx(span.seconds, abs=0.3)
    shelf.film(part).write_bytes(b"nothing of ours")
    assert span_of(shelf, replace(part, sha256="")) is None


def test_a_crash_while_it_is_cut_costs_nothing(shelf: KeptShelf) -> None:
    (kept,) = shelf.all()
    film, words = shelf.film(kept).read_bytes(), (shelf.film(kept).with_suffix(".json")).read_bytes()
    (part,) = cut(shelf, kept, [KeptSpan(started_at=T, ended_at=T + 5)])
    shelf.film(kept).write_bytes(film)  # it had not been deleted yet
    shelf.film(kept).with_suffix(".json").write_bytes(words)
    assert shelf.all() == [kept]
    assert not shelf.film(part).exists()


def test_sound_is_kept_without_a_picture_and_another_picture_is_another_film(tmp_path: Path) -> None:
    shelf = KeptShelf(tmp_path, 10**9)
    takes = list(shots("h264", 2.0))
    write(shelf, [(shot, at) for shot, at in takes if not shot.upstream.is_video])
    (kept,) = shelf.all()
    assert sounds(shelf.film(kept))
    (part,) = cut(shelf, kept, [KeptSpan(started_at=T, ended_at=T + 5)])
    assert sounds(shelf.film(part))
    shelf.remove(part)
    others = [(replace(shot, at_s=shot.at_s + 3), at + 3) for shot, at in shots("vp8", 2.0)]
    seconds, broke = write(shelf, takes + others)
    assert len(shelf.all()) == 2
    assert (seconds, broke) == (pytest.approx(4, abs=0.3), False)


def test_it_takes_no_more_room_than_it_may(tmp_path: Path) -> None:
    shelf = KeptShelf(tmp_path, 2_000_000)
    takes = list(shots("h264", 4.0))
    _seconds, broke = write(shelf, takes, most_bytes=50_000)
    assert broke
    (kept,) = shelf.all()
    assert shelf.film(kept).stat().st_size < 200_000
    assert shelf.left() < 2_000_000
    (tmp_path / "stranger.mkv").write_bytes(b"x")
    (tmp_path / "stranger.json").write_text("{")
    assert shelf.forget_old() == 0
    assert not (tmp_path / "stranger.mkv").exists()
    assert shelf.all() == [kept]


def test_words_without_a_film_are_nothing(tmp_path: Path) -> None:
    shelf = KeptShelf(tmp_path, 10**9)
    kept = shelf.begin(3, T)
    assert shelf.all() == [], "it is being written"
    assert KeptShelf(tmp_path, 10**9).all() == []
    assert not list(tmp_path.iterdir())
    assert isinstance(kept, Kept)
