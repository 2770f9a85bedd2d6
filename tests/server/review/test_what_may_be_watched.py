"""Which seconds are withheld, and what is left of them in a copy: nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.people.rights import Role
from server.petitions.tables import Confidentiality, PetitionKind
from server.receptions.queries import PetitionOnAgenda
from server.review.clocks import clock, second_in
from server.review.copying import write_copy
from server.review.thumbnails import HEIGHT, WIDTH, write_thumbnails
from server.review.withholding import Heard, is_withheld, joined, key_of, may_watch, withheld
from tests.server.review.film import loudness_of, pictures_of, write_film

SECONDS = 100.0
_second = st.floats(0, SECONDS, allow_nan=False).map(lambda second: round(second, 1))
_chapters = st.lists(st.tuples(_second, _second, st.booleans()), max_size=8).map(
    lambda made: [Heard(min(a, b), max(a, b), may) for a, b, may in made]
)
_spans = st.lists(st.tuples(_second, _second).map(lambda pair: (min(pair), max(pair))), max_size=4)


def _petition(kind: PetitionKind, confidentiality: Confidentiality) -> PetitionOnAgenda:
    return PetitionOnAgenda(1, "X-1", kind, "", confidentiality, "")


def test_the_time_beside_a_withheld_chapter_goes_with_it() -> None:
    heard = [Heard(10, 30, True), Heard(34, 50, False), Heard(56, 80, True)]
    assert withheld(heard, [], SECONDS) == ((30, 56),)
    assert withheld([Heard(34, 50, False)], [], SECONDS) == ((0.0, SECONDS),)
    assert withheld(heard, [(0, 5), (55, 60)], SECONDS) == ((0, 5), (30, 60))
    assert withheld([Heard(10, 30, True)], [], SECONDS) == ()


@given(_chapters, _spans)
def test_no_second_of_what_may_not_be_watched_is_left(
    chapters: list[Heard], quarantined: list[tuple[float, float]]
) -> None:
    spans = withheld(chapters, quarantined, SECONDS)
    assert list(spans) == sorted(spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))
    closed = [(each.starts_s, each.ends_s) for each in chapters if not each.may_watch] + quarantined
    for starts, ends in closed:
        for second in (starts, (starts + ends) / 2):
            assert starts == ends or is_withheld(second, spans)


@given(_spans, _spans)
def test_copies_of_different_spans_have_different_names(
    one: list[tuple[float, float]], other: list[tuple[float, float]]
) -> None:
    first, second = joined(one, SECONDS), joined(other, SECONDS)
    assert (key_of("r", "f", 1, first) == key_of("r", "f", 1, second)) == (first == second)
    assert key_of("r", "f", 1, first) != key_of("r", "f", 2, first)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ROOM])
def test_a_denunciation_nobody_watches(role: Role) -> None:
    assert not may_watch(role, [_petition(PetitionKind.DENUNCIATION, Confidentiality.CONFIDENTIAL)])


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.HOST, True), (Role.OFFICER, True), (Role.CLERK, True), (Role.ADMINISTRATOR, False),
        (Role.REVIEWER, False), (Role.SUPERVISOR, False), (Role.TECHNICIAN, False), (Role.ROOM, False),
        (Role.ROOM_OFFICER, False), (Role.DEPARTMENT_OFFICER, False),
    ],
)  # fmt: skip
def test_a_confidential_complaint_is_watched_by_those_who_read_it(role: Role, may: bool) -> None:
    confidential = _petition(PetitionKind.COMPLAINT, Confidentiality.CONFIDENTIAL)
    normal = _petition(PetitionKind.COMPLAINT, Confidentiality.NORMAL)
    assert may_watch(role, [confidential]) == may
    assert may_watch(role, [normal, confidential]) == may  # one of several is enough


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "film.mp4", 12)


def test_a_copy_has_the_same_seconds_and_nothing_of_what_is_left_out(film: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    shares: list[float] = []
    write_copy(film, copy, [(3.0, 6.5)], shares.append)
    whole, left = ([round(second, 2) for second in pictures_of(path)] for path in (film, copy))
    assert left == [second for second in whole if second < 3.0 or second >= 7.0]  # from the next key frame on
    assert all(loudest < 1e-3 for second, loudest in loudness_of(copy) if 3.1 < second < 6.4)
    assert all(loudest > 1e-2 for second, loudest in loudness_of(copy) if 0.1 < second < 2.9 or second > 6.6)
    assert shares == sorted(shares)
    assert abs(_length(copy) - _length(film)) < 0.05
    left_out = _key_frames(film, since=3.0, until=6.5)
    assert len(left_out) == 4
    assert not left_out & _key_frames(copy)


def test_of_what_is_left_out_there_is_no_thumbnail(film: Path, tmp_path: Path) -> None:
    target = tmp_path / "thumbnails.jpg"
    write_thumbnails(film, target, 12.0, [(9.0, 12.0)], lambda _share: None)
    with av.open(str(target)) as opened:
        grid = next(opened.decode(video=0)).to_ndarray(format="rgb24")
    first, second = grid[:HEIGHT, :WIDTH], grid[:HEIGHT, WIDTH : 2 * WIDTH]  # of second 0 and of second 10
    assert np.abs(first.astype(int) - 20).max() < 12
    assert np.abs(second.astype(int) - 34).max() < 6  # dark: the page's neutral card


@given(st.integers(0, 99 * 36000))
def test_times_are_read_as_they_are_written(tenths: int) -> None:
    assert second_in(clock(tenths / 10)) == tenths / 10


@pytest.mark.parametrize("text", ["", "12", "1:2", "1:60:00", "12:61", "-1:00", "a:bc", "1:00:00:00", "١:٠٠"])
def test_what_is_no_time_is_refused(text: str) -> None:
    assert second_in(text) is None


def _length(path: Path) -> float:
    with av.open(str(path)) as opened:
        return (opened.duration or 0) / av.time_base


def _key_frames(path: Path, since: float = 0, until: float = 1e9) -> set[bytes]:
    """As they are in the file; each second of the film has one of its own."""
    with av.open(str(path)) as opened:
        packets = [
            (float(packet.pts * packet.time_base), bytes(packet))
            for packet in opened.demux(video=0)
            if packet.pts is not None and packet.time_base is not None and packet.is_keyframe
        ]
    return {data for second, data in packets if since <= second < until}
