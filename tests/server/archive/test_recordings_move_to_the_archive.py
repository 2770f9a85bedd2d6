"""Sealed recordings leave this machine file by file, and are watched, handed out and destroyed as before."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from sqlmodel import Session, delete, select, update

from recordings.archive.address import Access
from recordings.archive.note import NOTE, SMALL, named_in, read_note
from recordings.archive.opening import open_archive
from recordings.archive.troubles import Trouble
from recordings.findings import State, exit_code
from recordings.keys import PUBLIC, read_public_keys
from recordings.store import MANIFEST, Folder
from recordings.verifying import verify_recording
from server.data.columns import now
from server.people.tables import Account
from server.receptions.tables import AgendaItemPetition, Reception, ReceptionState, Recording
from server.review import destroying
from server.review.retention import read_retention_rules
from server.review.tables import Access as Act
from server.review.tables import Hold, Quarantine, RecordingAccess
from server.web.languages import today
from tests.object_store import ObjectStore
from tests.scenarios.patience import until
from tests.server.archive.conftest import Opening, WithArchive
from tests.server.review.player import media_address
from tests.waiting import ASIDE_S, eventually

SURE = {"reason": "Hết thời hạn lưu", "sure": "yes"}
pytestmark = pytest.mark.timeout(300)


def large(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name not in (*SMALL, NOTE))


async def moved(office: WithArchive) -> None:
    await eventually(lambda: f"here are {large(office.folder)}" if large(office.folder) else None, ASIDE_S)


async def player_of(office: WithArchive, recording: int) -> int:
    return office.database.run_here(lambda session: session.get_one(Recording, recording).reception_id)


def spans_sent(office: WithArchive) -> list[tuple[int | None, int | None]]:
    sent = select(RecordingAccess).where(RecordingAccess.act == Act.SENT).order_by(RecordingAccess.id)
    return office.database.run_here(
        lambda session: [(row.first_byte, row.last_byte) for row in session.exec(sent)]
    )


@pytest.fixture(params=["directory", "bucket"])
def access(request: pytest.FixtureRequest, tmp_path: Path) -> Access:
    if request.param == "bucket":
        store: ObjectStore = request.getfixturevalue("object_store")
        return store.access()
    (tmp_path / "archive").mkdir()
    return Access(url=(tmp_path / "archive").as_uri())


async def test_it_is_moved_read_back_and_watched_from_there(
    access: Access, opening: Opening, recording: int, tmp_path: Path
) -> None:
    manifest = Folder(tmp_path / "recordings" / "r1").load()
    assert manifest is not None
    content = (tmp_path / "recordings" / "r1" / "recording.mp4").read_bytes()
    async with opening(access) as office:
        await moved(office)
        note = read_note(office.folder)
        assert note.files.keys() == named_in(manifest).keys() | {p.name for p in office.folder.iterdir()} - {NOTE}
        assert note.whole_at is not None
        [event] = office.audited("recording_archived")
        assert json.loads(event.detail)["files"] == len(note.files)

        await office.as_("canbo")
        page = await office.page("/recordings/archive")
        assert "trong kho lưu trữ" in page
        assert access.secret == "" or access.secret not in page
        reception = await player_of(office, recording)
        assert "trong kho lưu trữ" in await office.page(f"/receptions/{reception}/recording")
        media = await media_address(office, reception)
        for asked, expected in (
            ("bytes=0-99", content[:100]),
            ("bytes=-50", content[-50:]),
            (f"bytes={len(content) // 2}-", content[len(content) // 2 :]),
        ):
            answer = await office.client.get(media, headers={"Range": asked})
            assert (answer.status, await answer.read()) == (206, expected), asked
        answer = await office.get(media)
        assert (answer.status, await answer.read()) == (200, content)
        size = len(content)
        expected_spans = [(0, 99), (size - 50, size - 1), (size // 2, size - 1), (0, size - 1)]
        await eventually(
            lambda: None if spans_sent(office) == expected_spans else f"noted are {spans_sent(office)}"
        )
    report = verify_recording(office.folder, read_public_keys(tmp_path / "signing" / PUBLIC))
    assert report.state is State.ELSEWHERE
    assert exit_code([report]) == 3
    assert {f.state for f in report.findings if f.name == MANIFEST} == {State.WHOLE}


async def test_killed_and_begun_anew_it_goes_on_with_the_next_file(
    object_store: ObjectStore, opening: Opening
) -> None:
    async with opening(object_store.access()) as office:
        await eventually(lambda: None if read_note(office.folder).files else "nothing is there", ASIDE_S)
    first = set(read_note(office.folder).files)
    assert read_note(office.folder).whole_at is None
    assert large(office.folder)
    when = {name: object_store.object(f"r1/{name}").stat().st_mtime_ns for name in first}
    async with opening(object_store.access()) as office:
        await moved(office)
    assert {name: object_store.object(f"r1/{name}").stat().st_mtime_ns for name in first} == when


def _hold(session: Session, recording: int) -> None:
    session.add(Hold(recording_id=recording, reason="Tòa án yêu cầu", made_by=1))


def _quarantine(session: Session, recording: int) -> None:
    session.add(Quarantine(recording_id=recording, starts_s=1, ends_s=2, reason="x", made_by=1))


def _propose(session: Session, recording: int) -> None:
    session.exec(delete(AgendaItemPetition))
    officer = session.exec(select(Account).where(Account.login == "canbo")).one()
    destroying.propose(session, officer, recording, SURE, read_retention_rules(Path("/nowhere")), today())


def _watch(session: Session, recording: int) -> None:
    session.add(RecordingAccess(recording_id=recording, account_id=1, act=Act.SENT))


def _make_young(session: Session, recording: int) -> None:
    session.get_one(Recording, recording).started_at = now() + timedelta(days=1)


def _open_another(session: Session, recording: int) -> None:
    reception = session.get_one(Recording, recording).reception_id
    session.exec(update(Reception).where(Reception.id != reception).values(state=ReceptionState.OPEN))


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (_hold, "đang được giữ lại"),
        (_quarantine, "đang bị tạm khóa"),
        (_propose, "đang có đề nghị tiêu hủy"),
        (_watch, "đang có người xem"),
        (_make_young, "chưa đủ thời gian"),
        (_open_another, "khi phiên kết thúc"),
    ],
)
async def test_what_stays_and_the_page_says_why(
    opening: Opening, recording: int, tmp_path: Path, what: Callable[[Session, int], None], words: str
) -> None:
    (tmp_path / "archive").mkdir()
    async with opening(None) as office:
        office.database.run_here(what, recording)
    async with opening(Access(url=(tmp_path / "archive").as_uri())) as office:
        await office.archiving.go()
        assert list((tmp_path / "archive").iterdir()) == []
        await office.as_("canbo")
        assert words in await office.page("/recordings/archive")


async def test_a_reception_that_is_opened_stops_the_move_and_its_end_lets_it_go_on(
    object_store: ObjectStore, opening: Opening, recording: int
) -> None:
    async with opening(object_store.access()) as office:
        await eventually(lambda: None if read_note(office.folder).files else "nothing is there", ASIDE_S)
        office.database.run_here(_open_another, recording)
        await until(lambda: _paused(office), ASIDE_S)
        there = set(read_note(office.folder).files)
        await office.archiving.go()
        assert set(read_note(office.folder).files) == there
        office.database.run_here(
            lambda session: session.exec(
                update(Reception).where(Reception.state == ReceptionState.OPEN).values(state=ReceptionState.ENDED)
            )
        )
        await moved(office)


async def _paused(office: WithArchive) -> str | None:
    return None if office.archiving.paused and office.archiving.moving is None else "it is not paused"


async def test_a_server_that_is_gone_is_told_on_the_page_and_it_goes_on_by_itself(
    object_store: ObjectStore, opening: Opening, recording: int
) -> None:
    object_store.stop()
    async with opening(object_store.access()) as office:
        await eventually(lambda: None if office.archiving.failures else "no failure is told", ASIDE_S)
        assert [f.trouble for f in office.archiving.failures.values()] == [Trouble.UNREACHABLE]
        await office.as_("canbo")
        page = await office.page("/recordings/archive")
        assert "Kho lưu trữ không trả lời" in page
        assert object_store.access().secret not in page
        assert "127.0.0.1" not in page
        object_store.start()
        office.archiving.rounds.poke()
        await moved(office)
        assert office.archiving.failures == {}
        reception = await player_of(office, recording)
        media = await media_address(office, reception)
        object_store.stop()
        assert (await office.get(media)).status == 503
        object_store.start()
        assert (await office.get(media)).status == 200


async def test_wrong_credentials_are_told_in_words(object_store: ObjectStore, opening: Opening) -> None:
    async with opening(object_store.access(secret="not-the-secret")) as office:
        await eventually(lambda: None if office.archiving.failures else "no failure is told", ASIDE_S)
        await office.as_("canbo")
        page = await office.page("/recordings/archive")
        assert "từ chối máy chủ này" in page
        assert "not-the-secret" not in page
        assert large(office.folder)


async def test_what_was_altered_here_is_not_moved_and_named(
    opening: Opening, recording: int, tmp_path: Path
) -> None:
    (tmp_path / "archive").mkdir()
    with (tmp_path / "recordings" / "r1" / "segment-0002.mkv").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"!")
    async with opening(Access(url=(tmp_path / "archive").as_uri())) as office:
        await eventually(lambda: None if office.archiving.failures else "no failure is told", ASIDE_S)
        [failure] = office.archiving.failures.values()
        assert (failure.trouble, failure.file) == (Trouble.NOT_AS_SEALED, "segment-0002.mkv")
        await office.as_("canbo")
        assert "segment-0002.mkv" in await office.page("/recordings/archive")
        assert read_note(office.folder).whole_at is None
        assert "segment-0002.mkv" in large(office.folder)
        assert not (tmp_path / "archive" / "r1" / "segment-0002.mkv").exists()


async def test_a_correction_of_later_is_copied_after_it(opening: Opening, recording: int, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    async with opening(Access(url=(tmp_path / "archive").as_uri())) as office:
        await moved(office)
        log, there = office.folder / "corrections.log", tmp_path / "archive" / "r1" / "corrections.log"
        before = there.stat().st_mtime_ns
        await office.archiving.go()
        assert there.stat().st_mtime_ns == before
        log.write_bytes(log.read_bytes() + b"another line\n")
        await office.archiving.go()
        assert there.read_bytes() == log.read_bytes()
        after = there.stat().st_mtime_ns
        await office.archiving.go()
        assert there.stat().st_mtime_ns == after
        assert len(office.audited("recording_archived")) == 1


async def test_a_note_that_got_lost_is_written_anew(opening: Opening, recording: int, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    async with opening(Access(url=(tmp_path / "archive").as_uri())) as office:
        await moved(office)
        files = read_note(office.folder).files
        (office.folder / NOTE).write_text("half of")
        await office.archiving.go()
        assert read_note(office.folder).files == files
        assert office.archiving.failures == {}


async def test_copies_and_clips_are_made_of_what_was_fetched_and_compared(
    object_store: ObjectStore, opening: Opening, recording: int, tmp_path: Path
) -> None:
    """A reviewer watches a copy without what is withheld; nothing of what was fetched stays."""
    async with opening(object_store.access()) as office:
        await moved(office)
        await office.as_("canbo")
        assert (
            await office.post(
                f"/recordings/{recording}/clip?item=1&from=0.000&to=4.000",
                {"reason": "Thanh tra yêu cầu"},
                csrf_from="/",
            )
        ).status == 303

        async def missing() -> str | None:
            return None if "/clip.zip" in await office.page("/clips") else "no clip is there"

        await until(missing, ASIDE_S)
        answer = await office.get("/clips/1/clip.zip")
        with zipfile.ZipFile(io.BytesIO(await answer.read())) as packed:
            assert any(name.endswith("clip.mp4") for name in packed.namelist())
        office.database.run_here(_quarantine, recording)
        reception = await player_of(office, recording)

        async def not_playable() -> str | None:
            page = await office.page(f"/receptions/{reception}/recording")
            return None if "<video" in page else "the copy is not there"

        await until(not_playable, ASIDE_S)
        answer = await office.get(await media_address(office, reception))
        assert answer.status == 200
        assert len(await answer.read()) > 1000
        assert large(office.folder) == []
    left = [path for path in tmp_path.rglob("*") if path.name in ("fetched", "recording.mp4")]
    assert [path for path in left if "store" not in path.parts] == []


async def test_what_was_altered_in_the_archive_is_handed_to_nobody(
    object_store: ObjectStore, opening: Opening, recording: int
) -> None:
    async with opening(object_store.access()) as office:
        await moved(office)
        with object_store.object("r1/recording.mp4").open("r+b") as file:
            file.seek(-1, os.SEEK_END)
            file.write(b"!")
        await office.as_("canbo")
        path = f"/recordings/{recording}/clip?item=1&from=0.000&to=4.000"
        assert (await office.post(path, {"reason": "Thanh tra yêu cầu"}, csrf_from="/")).status == 303

        async def still() -> str | None:
            return None if "Không tạo được" in await office.page("/clips") else "it is not told"

        await until(still, ASIDE_S)


async def test_it_is_destroyed_there_too_and_the_certificate_says_so(
    object_store: ObjectStore, opening: Opening, recording: int
) -> None:
    async with opening(object_store.access()) as office:
        await moved(office)
        sealed = hashlib.sha256(object_store.object("r1/recording.mp4").read_bytes()).hexdigest()
        office.database.run_here(lambda session: session.exec(delete(AgendaItemPetition)))
        for login, act in (("canbo", "propose"), ("chutri", "confirm")):
            await office.as_(login)
            path = f"/recordings/{recording}/destruction/{act}"
            assert (await office.post(path, SURE, csrf_from="/")).status == 303
        await eventually(
            lambda: (
                None
                if office.database.run_here(lambda session: session.get_one(Recording, recording).destroyed_at)
                else "it is not certified"
            ),
            ASIDE_S,
        )
        assert not office.folder.exists()
        assert open_archive(object_store.access()).lying_in("r1") == []
        pdf = await (await office.get(f"/recordings/{recording}/destruction/certificate.pdf")).read()
    said = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert "recording.mp4 (kho lưu trữ)" in " ".join(said.split())
    assert sealed in "".join(said.split())


async def test_nothing_is_certified_while_the_archive_cannot_be_reached_or_is_not_known(
    object_store: ObjectStore, opening: Opening, recording: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with opening(object_store.access()) as office:
        await moved(office)
    office.database.run_here(lambda session: session.exec(delete(AgendaItemPetition)))
    async with opening(None) as office:
        for login, act in (("canbo", "propose"), ("chutri", "confirm")):
            await office.as_(login)
            path = f"/recordings/{recording}/destruction/{act}"
            assert (await office.post(path, SURE, csrf_from="/")).status == 303
        await eventually(lambda: None if "names none" in caplog.text else "it is not told", ASIDE_S)
        assert (office.folder / NOTE).is_file()
    object_store.stop()
    async with opening(object_store.access()):
        await eventually(
            lambda: (
                None
                if "does not answer" in caplog.text or "could not be read" in caplog.text
                else "it is not told"
            ),
            ASIDE_S,
        )
        assert (office.folder / NOTE).is_file()
    assert object_store.access().secret not in caplog.text


async def test_only_who_keeps_recordings_sees_the_page(opening: Opening) -> None:
    async with opening(None) as office:
        await office.as_("xemlai")
        await office.page("/recordings/archive", status=403)
        await office.as_("canbo")
        assert "Chưa thiết lập kho lưu trữ" in await office.page("/recordings/archive")
