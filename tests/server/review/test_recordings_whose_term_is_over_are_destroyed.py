"""One person proposes, another confirms; the files go, the row stays, and a certificate says what was there."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, delete, select, update

from recordings.findings import State
from recordings.store import MANIFEST
from recordings.verifying import verify_recording
from server.people import audit
from server.people.substitution import Wish, give
from server.people.tables import Account
from server.receptions import effects
from server.receptions.queries import agenda_of
from server.receptions.records import write
from server.receptions.restoring import read_unsealed
from server.receptions.tables import AgendaItemPetition, Reception, ReceptionState, Recording, RecordingState
from server.review import destroying, removing
from server.review.destroyer import DESTROYER
from server.review.retention import read_retention_rules
from server.review.tables import Destruction, Ending, RecordingNote
from server.web.languages import today
from signaling.ports import RecordingSealed
from tests.server.demo.fixtures import Province
from tests.server.review.recorded import CONTENT, FOLDER, Recorded, record
from tests.waiting import ASIDE_S, eventually

pytestmark = pytest.mark.timeout(300)

SURE = {"reason": "Hết thời hạn lưu", "sure": "yes"}


def over(session: Session, directory: Path) -> Recorded:
    """A recording tied to no petition, of before its ninety days."""
    made = record(session, directory)
    session.exec(delete(AgendaItemPetition))
    recording = session.get_one(Recording, made.recording)
    assert recording.started_at is not None
    recording.started_at -= timedelta(days=100)
    session.add(recording)
    return made


@pytest.fixture
def made(province: Province) -> Recorded:
    return province.database.run_here(over, province.recordings)


def address(made: Recorded, act: str = "") -> str:
    return f"/recordings/{made.recording}/destruction" + (f"/{act}" if act else "")


async def act(province: Province, made: Recorded, name: str, form: dict[str, str] = SURE) -> int:
    return (await province.post(address(made, name), form, csrf_from="/")).status


def rows(province: Province) -> list[Destruction]:
    return province.database.run_here(
        lambda session: list(session.exec(select(Destruction).order_by(Destruction.id)))
    )


def of_recording(province: Province, made: Recorded) -> Recording:
    return province.database.run_here(lambda session: session.get_one(Recording, made.recording))


async def destroyed(province: Province, made: Recorded) -> Recording:
    await eventually(lambda: None if of_recording(province, made).destroyed_at else "it is not certified", ASIDE_S)
    return of_recording(province, made)


async def test_two_people_destroy_it_and_a_certificate_stays(province: Province, made: Recorded) -> None:
    folder = province.recordings / FOLDER
    manifest = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    copies = province.recordings.parent / "review" / str(made.recording)
    copies.mkdir(parents=True)
    (copies / "copy.mp4").write_bytes(b"copy")

    def note(session: Session) -> None:
        session.add(
            RecordingNote(recording_id=made.recording, account_id=1, at_s=5.0, words="ghi", search_key=" ghi ")
        )

    province.database.run_here(note)
    await province.as_("canbo")
    assert "Đề nghị tiêu hủy" in await province.page("/recordings/retention")
    assert "102 kB" in await province.page(address(made))
    assert await act(province, made, "propose", {"reason": "Hết hạn"}) == 422  # what is lost was not ticked
    assert await act(province, made, "propose") == 303
    assert await act(province, made, "confirm") == 422
    assert (folder / "reception.mp4").is_file()
    await province.as_("chutri")
    assert await act(province, made, "confirm", {}) == 422
    assert of_recording(province, made).state is RecordingState.SEALED
    assert await act(province, made, "confirm") == 303
    recording = await destroyed(province, made)

    assert recording.state is RecordingState.DESTROYED
    assert not folder.exists()
    assert not copies.exists()
    [row] = rows(province)
    assert row.manifest_sha256 == manifest
    answer = await province.get(address(made, "certificate.pdf"))
    pdf = await answer.read()
    assert hashlib.sha256(pdf).hexdigest() == row.certificate_sha256
    said = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    words = " ".join(said.split())
    for each in (
        row.symbol,
        FOLDER,
        "Hết thời hạn lưu",
        "Vũ Đình Lãm",
        "Nguyễn Thị Hồng Vân",
        "NGƯỜI QUYẾT ĐỊNH",
        "reception.mp4",
    ):
        assert each in words, f"{each} is not in {words}"
    assert hashlib.sha256(CONTENT).hexdigest() in "".join(said.split())
    for path in (
        f"/receptions/{made.reception}",
        f"/receptions/{made.reception}/recording",
        "/recordings/retention",
    ):
        assert recording.certificate in await province.page(path), path
    await province.page(f"/recordings/{made.recording}/media", status=404)
    [event] = province.audited("recording_destroyed")
    assert manifest in event.detail
    assert row.certificate_sha256 in event.detail
    assert [province.audited(f"recording_destruction_{act}")[0].actor for act in ("proposed", "confirmed")] == [
        f"account:{row.proposed_by}",
        f"account:{row.ended_by}",
    ]
    assert row.proposed_by != row.ended_by
    kept = province.database.run_here(lambda session: session.exec(select(RecordingNote)).one())
    assert (kept.words, kept.search_key) == ("", "")
    with pytest.raises(DatabaseError, match="stays on record"):
        province.database.run_here(lambda session: session.exec(update(Destruction).values(reason="x")))


async def test_a_petition_says_that_its_recording_was_destroyed(province: Province) -> None:
    def work(session: Session) -> tuple[int, Recorded]:
        made = record(session, province.recordings)
        recording = session.get_one(Recording, made.recording)
        recording.state, recording.destroyed_at = RecordingState.DESTROYED, recording.started_at
        recording.certificate = "07/2026/CNTH"
        session.add(recording)
        return agenda_of(session, made.reception)[0].petitions[0].id, made

    petition, made = province.database.run_here(work)
    await province.as_("canbo")
    assert "07/2026/CNTH" in await province.page(f"/petitions/{petition}")
    assert "07/2026/CNTH" in await province.page(f"/receptions/{made.reception}")
    assert f"/receptions/{made.reception}/recording?t=" not in await province.page(f"/petitions/{petition}")


async def test_it_can_be_refused_and_withdrawn_and_proposed_again(province: Province, made: Recorded) -> None:
    await province.as_("canbo")
    assert await act(province, made, "propose") == 303
    assert await act(province, made, "propose") == 422
    assert await act(province, made, "withdraw", {}) == 303
    assert await act(province, made, "propose") == 303
    await province.as_("chutri")
    assert await act(province, made, "withdraw", {}) == 422  # it is another one's
    assert await act(province, made, "refuse", {"reason": ""}) == 422
    assert await act(province, made, "refuse", {"reason": "Còn cần"}) == 303
    assert "Còn cần" in await province.page(address(made))
    assert await act(province, made, "confirm") == 422
    assert [row.ending for row in rows(province)] == [Ending.WITHDRAWN, Ending.REFUSED]
    assert of_recording(province, made).state is RecordingState.SEALED


async def test_nobody_decides_with_lent_rights(province: Province, made: Recorded) -> None:
    """Neither who proposed it as somebody else, nor somebody else in the name of who proposed it."""

    def lend(session: Session) -> int:
        people = {account.login: account for account in session.exec(select(Account))}
        day = today()
        lent = give(
            session, people["xemlai"], Wish(people["canbo"], day, day, "1/QĐ-UBND", ""), actor="x", today=day
        )
        return lent.id or 0

    number = province.database.run_here(lend)
    await province.as_("canbo")
    assert await act(province, made, "propose") == 303
    await province.as_("xemlai")
    assert (await province.post("/acting", {"substitution": str(number)}, csrf_from="/")).status == 303
    assert "vai trò của chính mình" in await province.page(address(made))
    assert await act(province, made, "confirm") == 422
    assert await act(province, made, "refuse", {"reason": "x"}) == 422
    assert of_recording(province, made).state is RecordingState.SEALED


def _hold(province: Province, made: Recorded) -> tuple[str, dict[str, str]]:
    return f"/recordings/{made.recording}/hold", {"reason": "Tòa án yêu cầu"}


def _quarantine(province: Province, made: Recorded) -> tuple[str, dict[str, str]]:
    form = {"starts": "0:05", "ends": "0:09", "reason": "Phải xem lại"}
    return f"/recordings/{made.recording}/quarantine", form


@pytest.mark.parametrize("what", [_hold, _quarantine])
async def test_what_is_put_in_its_way_stops_it(
    province: Province, made: Recorded, what: Callable[[Province, Recorded], tuple[str, dict[str, str]]]
) -> None:
    await province.as_("canbo")
    assert await act(province, made, "propose") == 303
    path, form = what(province, made)
    assert (await province.post(path, form, csrf_from="/")).status == 303
    await province.as_("chutri")
    assert await act(province, made, "confirm") == 422
    assert [row.ending for row in rows(province)] == [Ending.STOPPED]
    assert await act(province, made, "propose") == 422
    assert of_recording(province, made).state is RecordingState.SEALED


async def test_another_term_stops_it(province: Province, made: Recorded) -> None:
    await province.as_("canbo")
    assert await act(province, made, "propose") == 303

    def change(session: Session) -> None:
        recording = session.get_one(Recording, made.recording)
        assert recording.started_at is not None
        recording.started_at += timedelta(days=1)  # over, but not the one that was proposed
        session.add(recording)

    province.database.run_here(change)
    await province.as_("chutri")
    assert await act(province, made, "confirm") == 422
    [row] = rows(province)
    assert (row.ending, row.end_reason) == (Ending.STOPPED, destroying.Obstacle.TERM)


async def test_it_lapses_when_nobody_confirms_it_in_time(province: Province, made: Recorded) -> None:
    await province.as_("canbo")
    assert await act(province, made, "propose") == 303
    [row] = rows(province)
    assert row.confirm_by == today() + timedelta(days=30)
    rules = read_retention_rules(Path("/nowhere"))
    province.database.run_here(destroying.settle, rules, row.confirm_by)
    assert rows(province)[0].ending is None
    province.database.run_here(destroying.settle, rules, row.confirm_by + timedelta(days=1))
    assert rows(province)[0].ending is Ending.LAPSED


async def test_what_is_not_over_is_not_proposed_and_others_may_not(province: Province) -> None:
    made = province.database.run_here(record, province.recordings)
    await province.as_("canbo")
    assert await act(province, made, "propose") == 422
    for login in ("xemlai", "thuky", "quantri"):
        await province.as_(login)
        await province.page(address(made), status=403)
        assert await act(province, made, "propose") == 403
        assert await act(province, made, "confirm") == 403
    assert rows(province) == []
    await province.as_("canbo")
    await province.page("/recordings/999999999/destruction", status=404)
    await province.page(address(made, "certificate.pdf"), status=404)


async def test_nothing_is_removed_while_a_reception_is_open(province: Province, made: Recorded) -> None:
    def open_another(session: Session, state: ReceptionState) -> None:
        session.exec(update(Reception).where(Reception.id != made.reception).values(state=state))

    await province.as_("canbo")
    await act(province, made, "propose")
    province.database.run_here(open_another, ReceptionState.OPEN)
    await province.as_("chutri")
    assert await act(province, made, "confirm") == 303
    assert "certificate.pdf" not in await province.page(address(made))
    assert (province.recordings / FOLDER / MANIFEST).is_file()
    assert rows(province)[0].files == ""
    province.database.run_here(open_another, ReceptionState.ENDED)
    await destroyed(province, made)


def confirmed(session: Session, made: Recorded) -> None:
    """By two people, without the task that removes."""
    officer, host = (
        session.exec(select(Account).where(Account.login == who)).one() for who in ("canbo", "chutri")
    )
    rules = read_retention_rules(Path("/nowhere"))
    destroying.propose(session, officer, made.recording, SURE, rules, today())
    destroying.confirm(session, host, session.get_one(Recording, made.recording), SURE)


def stopping_after(count: int, unlink: Callable[..., None]) -> Callable[..., None]:
    left = iter(range(count))

    def stopping(*arguments: object, **named: object) -> None:
        if next(left, None) is None:
            raise OSError("the machine stopped")
        unlink(*arguments, **named)

    return stopping


async def test_a_crash_in_the_middle_leaves_nothing_that_pretends_to_be_whole(
    province: Province, made: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk refuses after each number of files: what is left is no recording, and the next try ends it."""
    folder = province.recordings / FOLDER
    spare = tmp_path / "spare" / FOLDER
    for number in range(1, 6):
        (folder / f"segment-{number:04}.mkv").write_bytes(bytes([number]))
    shutil.copytree(folder, spare)
    whole = sorted(path.name for path in folder.iterdir())
    for survives in range(1, len(whole)):
        shutil.copytree(folder, again := tmp_path / f"again-{survives}" / FOLDER)
        monkeypatch.setattr(os, "unlink", stopping_after(survives, os.unlink))
        with pytest.raises(OSError, match="stopped"):
            removing.remove([again], [])
        monkeypatch.undo()
        left = sorted(path.name for path in again.iterdir())
        assert MANIFEST not in left
        assert verify_recording(again, None).state in (State.MISSING, State.ADDED)
        removing.remove([again], [])
        assert not again.exists()
    removing.remove([folder, spare], [])
    assert not folder.exists()
    assert not spare.exists()


async def test_it_goes_on_at_the_next_start_where_it_was_broken_off(province: Province, made: Recorded) -> None:
    """Listed, and some of it removed: the certificate names everything that was there."""
    folder = province.recordings / FOLDER

    def half(session: Session) -> None:
        confirmed(session, made)
        row = session.exec(select(Destruction)).one()
        found = list(removing.listed([folder]))
        row.files = "[" + ",".join(each.model_dump_json() for each in found) + "]"
        session.add(row)
        (folder / MANIFEST).unlink()

    province.database.run_here(half)
    app = province.client.app
    assert app is not None
    await app[DESTROYER].rounds.stop()
    await app[DESTROYER].rounds.start()
    await destroyed(province, made)
    assert not folder.exists()
    pdf = pypdf.PdfReader(io.BytesIO(rows(province)[0].certificate or b""))
    assert MANIFEST in " ".join(page.extract_text() for page in pdf.pages)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc", "../x"])
def test_only_a_folder_of_a_recording_is_ever_removed(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="allowed is the name"):
        removing.folder_in(tmp_path, name)


async def test_the_recorder_does_not_bring_it_back(province: Province, made: Recorded) -> None:
    def work(session: Session) -> int:
        confirmed(session, made)
        session.flush()
        sealed = RecordingSealed(
            recording=FOLDER, reception=made.reception, file="reception.mp4", media_type="video/mp4",
            started_at=1.0, seconds=9.0, bytes=9, video_frames=9, audio_seconds=9.0,
            segments=1, gaps=0, chapters=(),
        )  # fmt: skip
        write(session, [effects.RecordingWasSealed(sealed)])
        assert read_unsealed(session, lambda item, closed: "") == ()
        return session.get_one(Recording, made.recording).bytes

    assert province.database.run_here(work) == len(CONTENT)
    assert of_recording(province, made).state is RecordingState.DESTROYED


async def test_clips_that_were_handed_out_stand_on_the_certificate(province: Province, made: Recorded) -> None:
    def work(session: Session) -> None:
        detail = {"spans": [[60.0, 90.5]], "withheld_s": 0.0, "clip_sha256": "ab" * 32}
        audit.record(session, "account:1", "clip_exported", f"recording:{made.recording}", detail)
        confirmed(session, made)

    province.database.run_here(work)
    app = province.client.app
    assert app is not None
    app[DESTROYER].rounds.poke()
    await destroyed(province, made)
    pdf = pypdf.PdfReader(io.BytesIO(rows(province)[0].certificate or b""))
    said = " ".join("".join(page.extract_text() for page in pdf.pages).split())
    assert "từ 1:00 đến 1:30.5" in said
    assert "abababab abababab" in said
