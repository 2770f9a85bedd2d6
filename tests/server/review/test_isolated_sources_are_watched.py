"""Desk and floor for themselves: the same seconds as the programme, the same rights, and written down alike."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from recordings.archive.address import Access as ArchiveAccess
from recordings.archive.moving import put_whole
from recordings.archive.note import named_in
from recordings.archive.opening import open_archive
from recordings.manifest import SourceName
from recordings.store import MANIFEST, Folder
from server.archive import shelf
from server.receptions.tables import Recording
from server.review.isolated import read_isolated, source_of
from server.review.isolating import parts_of
from server.review.removing import listed
from server.review.tables import Access, Quarantine, RecordingAccess
from server.review.withholding import joined, without
from server.review.work import Work
from server.review.worker import do
from tests.scenarios.patience import until
from tests.server.demo.fixtures import Province
from tests.server.review.film import loudness_of, write_film
from tests.server.review.isolated_film import DESK, FLOOR, isolate, shown
from tests.server.review.player import player_data
from tests.server.review.recorded import FOLDER, Recorded, record, record_confidential
from tests.waiting import ASIDE_S

pytestmark = pytest.mark.timeout(300)

ITEM_S, PAUSE_S = 2.0, 0.5
LENGTH_S = 18.0  # seven items and eight pauses
CONFIDENTIAL = "KN-0203"  # the fifth item: seconds 8 to 10 of the film
WITHHELD = (7.5, 10.5)  # with the time beside it
CLOSED = (5.0, 7.0)  # of the clock: the third item, which is not in the file
FLOOR_CLOCK = (3.0, 10.0)
FLOOR_S = ((3.0, 8.0),)  # of the file, which lacks the closed item


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "film.mp4", 19)


@pytest.fixture
def made(province: Province, film: Path) -> Recorded:
    made = province.database.run_here(
        record_confidential, province.recordings, CONFIDENTIAL, item_s=ITEM_S, pause_s=PAUSE_S, media=film
    )
    isolate(province.recordings / FOLDER, 20.5, FLOOR_CLOCK)
    return made


async def _fetched(province: Province, made: Recorded, source: str, to: Path) -> Path:
    async def missing() -> str | None:
        answer = await province.client.get(f"/recordings/{made.recording}/prepared.json?source={source}")
        standing = (await answer.json())["copy"]
        return None if standing["stage"] == "ready" else f"{source} is {standing}"

    await until(missing, ASIDE_S)
    answer = await province.client.get(await _address(province, made, source))
    assert answer.status == 200
    to.write_bytes(await answer.read())
    return to


async def _address(province: Province, made: Recorded, source: str) -> str:
    answer = await province.client.get(f"/recordings/{made.recording}/pass.json?source={source}")
    address: str = (await answer.json())["media"]
    return address


def _accesses(province: Province) -> list[RecordingAccess]:
    return province.database.run_here(lambda session: list(session.exec(select(RecordingAccess))))


async def test_a_source_has_the_seconds_of_the_programme(
    province: Province, made: Recorded, tmp_path: Path
) -> None:
    await province.as_("canbo")
    data = player_data(await province.page(f"/receptions/{made.reception}/recording?source=floor"))
    assert data["isolated"]["floor"]["name"] == "Điểm đang phát biểu"
    (span,) = data["isolated"]["floor"]["pictures"]
    assert span == pytest.approx(FLOOR_S[0], abs=0.3)
    (span,) = data["isolated"]["desk"]["pictures"]
    assert span == pytest.approx((0.0, LENGTH_S), abs=0.3)
    assert data["isolated"]["desk"]["missing"] == []

    desk = await _fetched(province, made, "desk", tmp_path / "desk.mp4")
    seen = shown(desk)
    assert {shade for _, shade in seen} == {DESK}
    assert len(seen) == pytest.approx(LENGTH_S * 15, abs=20)
    sound = loudness_of(desk)
    assert sound[-1][0] == pytest.approx(LENGTH_S, abs=0.1)
    assert all(0 < later[0] - earlier[0] < 0.06 for earlier, later in pairwise(sound))

    floor = await _fetched(province, made, "floor", tmp_path / "floor.mp4")
    seen = shown(floor)
    assert {shade for _, shade in seen} == {FLOOR}
    assert (seen[0][0], seen[-1][0]) == pytest.approx(FLOOR_S[0], abs=0.3)
    assert loudness_of(floor)[-1][0] == pytest.approx(LENGTH_S, abs=0.1), "it is as long as the programme"


async def test_what_may_not_be_watched_is_in_no_source(province: Province, made: Recorded, tmp_path: Path) -> None:
    await province.as_("canbo")
    officers = await _address(province, made, "desk")
    await province.as_("xemlai")
    assert (await province.client.get(officers)).status == 410, "somebody else's pass"
    desk = await _fetched(province, made, "desk", tmp_path / "desk.mp4")
    times = [at for at, _ in shown(desk)]
    assert not [at for at in times if WITHHELD[0] <= at < WITHHELD[1]]
    assert [at for at in times if at < WITHHELD[0]]
    assert [at for at in times if at > WITHHELD[1]]
    inside = [loud for at, loud in loudness_of(desk) if WITHHELD[0] + 0.1 < at < WITHHELD[1] - 0.1]
    assert max(inside) < 1e-3
    made_of_it = list((province.recordings.parent / "review").rglob("desk-*"))
    assert len(made_of_it) == 1, "nobody else's was made"


async def test_a_quarantine_ends_what_was_opened(province: Province, made: Recorded, tmp_path: Path) -> None:
    await province.as_("canbo")
    await _fetched(province, made, "desk", tmp_path / "desk.mp4")
    address = await _address(province, made, "desk")

    def quarantine(session: Session) -> None:
        session.add(Quarantine(recording_id=made.recording, starts_s=1, ends_s=2, reason="x", made_by=1))

    province.database.run_here(quarantine)
    assert (await province.client.get(address)).status == 410
    desk = await _fetched(province, made, "desk", tmp_path / "again.mp4")
    assert not [at for at, _ in shown(desk) if 1 <= at < 2]


async def test_a_pass_is_good_for_one_source_and_what_is_none_is_not_found(
    province: Province, made: Recorded, tmp_path: Path
) -> None:
    await province.as_("canbo")
    await _fetched(province, made, "desk", tmp_path / "desk.mp4")
    address = await _address(province, made, "desk")
    programme = await _address(province, made, "")
    assert "source" not in programme
    assert (await province.client.get(address.replace("source=desk", "source=floor"))).status == 410
    assert (await province.client.get(address.replace("source=desk&", ""))).status == 410
    assert (await province.client.get(f"{programme}&source=desk")).status == 410
    for path in ("media", "pass.json", "prepared.json"):
        answer = await province.client.get(f"/recordings/{made.recording}/{path}?source=../desk")
        assert answer.status in (404, 410)


async def test_it_is_written_down_which_source_was_watched(
    province: Province, made: Recorded, tmp_path: Path
) -> None:
    await province.as_("canbo")
    await _fetched(province, made, "floor", tmp_path / "floor.mp4")
    headers = {"X-CSRF-Token": await province.csrf("/")}
    report = f"/recordings/{made.recording}/watched?source=floor"
    assert (await province.client.post(report, json=[["played", 3.0, 5.0]], headers=headers)).status == 204

    async def missing() -> str | None:  # it is written once the last byte has left
        acts = {access.act: source_of(access.copy_key) for access in _accesses(province)}
        return None if acts == {Access.SENT: "floor", Access.PLAYED: "floor"} else f"written down is {acts}"

    await until(missing)
    page = await province.page(f"/recordings/{made.recording}/accesses")
    assert page.count("nguồn hình riêng: Điểm đang phát biểu") == 2


async def test_a_recording_without_isolated_sources_offers_none(province: Province, film: Path) -> None:
    made = province.database.run_here(lambda session: record(session, province.recordings, media=film))
    await province.as_("canbo")
    page = await province.page(f"/receptions/{made.reception}/recording?source=desk")
    assert player_data(page)["isolated"] == {}
    assert "data-source " not in page


def test_what_is_withheld_tells_nothing_of_who_had_the_floor(province: Province, made: Recorded) -> None:
    def seconds(session: Session) -> float:
        return session.get_one(Recording, made.recording).seconds

    folder, length = province.recordings / FOLDER, province.database.run_here(seconds)
    found = {each.source: each.pictures for each in read_isolated(folder, [(4.0, 5.0), WITHHELD], length)}
    assert found["floor"] == (
        (pytest.approx(3.0, abs=0.3), 4.0),
        (5.0, 7.5),
    )
    assert read_isolated(folder, [(0.0, length)], length) == []
    (folder / MANIFEST).write_text("{")
    assert read_isolated(folder, [], length) == []


def test_a_source_that_was_not_recorded_is_refused(province: Province, made: Recorded) -> None:
    with pytest.raises(ValueError, match="document"):
        parts_of(province.recordings / FOLDER, "document")


@pytest.mark.parametrize("source", ["desk", "floor"])
def test_of_an_archived_recording_it_is_fetched_and_put_together(
    province: Province, made: Recorded, source: SourceName, tmp_path: Path
) -> None:
    folder, place = province.recordings / FOLDER, tmp_path / "archive"
    place.mkdir()
    access = ArchiveAccess(url=f"file://{place}")
    manifest = Folder(folder).load()
    assert manifest is not None
    isolated = {name: each for name, each in named_in(manifest).items() if name.startswith(source)}
    assert isolated
    for name, sealed in isolated.items():
        whole = put_whole(open_archive(access), folder / name, f"{FOLDER}/{name}", sealed, lambda count: None)
        shelf.moved(folder, name, whole)
        (folder / name).unlink()
    target, shares = tmp_path / "made" / "source.mp4", list[float]()
    do(
        Work(
            kind="isolated", source=folder / MANIFEST, target=target, seconds=LENGTH_S, left_out=(),
            isolated=source, archive=access,
        ),
        shares.append,
    )  # fmt: skip
    assert {shade for _, shade in shown(target)} == {DESK if source == "desk" else FLOOR}
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert [each.name for each in target.parent.iterdir()] == [target.name], "what was fetched is gone again"


def test_deleting_a_recording_lists_the_isolated_files_too(province: Province, made: Recorded) -> None:
    names = [each.name for each in listed([province.recordings / FOLDER])]
    assert {"desk-0001.mkv", "floor-0001.mkv"} <= set(names)


@pytest.mark.parametrize(
    ("spans", "left_out", "left"),
    [
        ([(0, 10)], [], ((0, 10),)),
        ([(0, 10)], [(2, 3), (4, 5)], ((0, 2), (3, 4), (5, 10))),
        ([(0, 10), (12, 14)], [(8, 13)], ((0, 8), (13, 14))),
        ([(2, 3)], [(0, 10)], ()),
        ([(2, 3)], [(3, 10)], ((2, 3),)),
    ],
)
def test_what_is_left_of_spans(spans: Any, left_out: Any, left: Any) -> None:
    assert without(spans, left_out) == left


def test_pictures_that_lie_close_together_are_one() -> None:
    assert joined([(0, 2), (2.4, 3)], 10, 0.5) == ((0, 3),)
    assert joined([(0, 2), (2.4, 3)], 10) == ((0, 2), (2.4, 3))
