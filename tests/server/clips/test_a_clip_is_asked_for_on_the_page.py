"""A clip from the reviewer's page: asked for with a reason, made by itself, fetched by who asked, all logged."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select, update

from recordings.findings import State
from recordings.keys import PUBLIC, read_public_keys
from recordings.verifying_clips import verify_clip
from server.clips import ordering
from server.clips.making import CLIP_MAKING
from server.clips.tables import ClipOrder
from server.people.tables import Account
from server.receptions.queries import agenda_of
from server.receptions.tables import Chapter, Reception, ReceptionState, Recording, RecordingState
from server.review.tables import Access, Quarantine, RecordingAccess
from tests.scenarios.patience import until
from tests.server.clips.test_a_clip_is_exported import SPANS
from tests.server.demo.fixtures import Province, todays
from tests.waiting import ASIDE_S, eventually

REASON = {"reason": "Thanh tra tỉnh yêu cầu"}
pytestmark = pytest.mark.timeout(300)
CHAPTER = "item=1&from=0.000&to=4.000"


@pytest.fixture
def number(province: Province, recorded: Path) -> int:
    """Of the recording."""
    data = province.recordings.parent
    shutil.copytree(recorded / "recordings", province.recordings)
    shutil.copytree(recorded / "signing", data / "signing")

    def work(session: Session) -> int:
        reception = todays(session).id or 0
        recording = Recording(
            reception_id=reception, folder="r1", state=RecordingState.SEALED, file="recording.mp4",
            media_type="video/mp4", seconds=16.5, segments=3,
        )  # fmt: skip
        session.add(recording)
        session.flush()
        for line in agenda_of(session, reception):
            if line.item.position in SPANS:
                starts, ends = SPANS[line.item.position]
                session.add(
                    Chapter(recording_id=recording.id or 0, item_id=line.item_id, starts_s=starts, ends_s=ends)
                )
        return recording.id or 0

    return province.database.run_here(work)


def orders(province: Province) -> list[ClipOrder]:
    return province.database.run_here(lambda session: list(session.exec(select(ClipOrder).order_by(ClipOrder.id))))


def acts(province: Province) -> list[Access]:
    found = select(RecordingAccess).order_by(RecordingAccess.id)
    return province.database.run_here(lambda session: [each.act for each in session.exec(found)])


async def asked(province: Province, number: int, query: str = CHAPTER, form: dict[str, str] = REASON) -> int:
    return (await province.post(f"/recordings/{number}/clip?{query}", form, csrf_from="/")).status


async def ready(province: Province) -> ClipOrder:
    await eventually(lambda: None if orders(province)[-1].made_at else "it is not made", ASIDE_S)
    return orders(province)[-1]


async def test_a_chapter_is_cut_and_its_zip_is_what_was_signed(
    province: Province, number: int, tmp_path: Path
) -> None:
    await province.as_("xemlai")
    player = f"/receptions/{todays_id(province)}/recording"
    offered = f"/recordings/{number}/clip?item=1&amp;from=0.000&amp;to=4.000"

    async def missing() -> str | None:  # until the copy without what a reviewer may not watch is made
        return None if offered in await province.page(player) else "the player offers no clip"

    await until(missing, ASIDE_S)
    assert "Tạo trích đoạn" in await province.page(f"/recordings/{number}/clip?{CHAPTER}")
    assert await asked(province, number, form={"reason": " "}) == 422
    assert await asked(province, number) == 303
    made = await ready(province)
    answer = await province.get(f"/clips/{made.id}/clip.zip")
    assert answer.status == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="clip-r1-00000.zip"'
    with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
        archive.extractall(tmp_path / "handed")
    [folder] = (tmp_path / "handed").iterdir()
    assert {each.name for each in folder.iterdir()} == {"clip.mp4", "clip.json", "clip.sig", "cover.pdf"}
    keys = read_public_keys(province.recordings.parent / "signing" / PUBLIC)
    assert verify_clip(folder, keys, lambda count: None).state is State.WHOLE
    proof = json.loads((folder / "clip.json").read_text())
    assert (proof["reason"], proof["exported_by"]) == ("Thanh tra tỉnh yêu cầu", "xemlai")
    assert [act for act in acts(province) if act is not Access.OPENED] == [Access.EXPORTED, Access.DOWNLOADED]
    for action in ("clip_ordered", "clip_exported", "clip_downloaded"):
        assert len(province.audited(action)) == 1, action
    assert proof["clip"]["sha256"] in province.audited("clip_exported")[0].detail
    await province.as_("thuky")
    await province.page(f"/clips/{made.id}/clip.zip", status=404)  # another one's


def todays_id(province: Province) -> int:
    return province.database.run_here(lambda session: session.exec(select(Recording)).one().reception_id)


async def test_who_may_not_export_gets_none_and_what_is_no_span_is_not_there(
    province: Province, number: int
) -> None:
    for login in ("giamsat", "quantri"):
        await province.as_(login)
        await province.page(f"/recordings/{number}/clip?{CHAPTER}", status=403)
        assert await asked(province, number) == 403
        await province.page("/clips", status=403)
    await province.as_("xemlai")
    for query in ("", "from=4&to=1", "from=-1&to=2", "from=1&to=x", "item=x&from=1&to=2", "from=1e3&to=2000"):
        await province.page(f"/recordings/{number}/clip?{query}", status=404)
    assert "Chưa có trích đoạn" in await province.page("/clips")
    assert orders(province) == []


async def test_what_could_never_be_made_is_refused_at_once(province: Province, number: int) -> None:
    province.database.run_here(
        lambda session: session.add(
            Quarantine(recording_id=number, starts_s=0.5, ends_s=3.5, reason="?", made_by=1)
        )
    )
    await province.as_("xemlai")
    assert await asked(province, number, "from=1.000&to=3.000") == 422
    assert await asked(province, number, "from=13.000&to=99999.000") == 422
    assert orders(province) == []


def _quarantined(session: Session, number: int) -> None:
    session.add(Quarantine(recording_id=number, starts_s=1.0, ends_s=2.0, reason="x", made_by=1))


def _destroyed(session: Session, number: int) -> None:
    recording = session.get_one(Recording, number)
    recording.state = RecordingState.DESTROYED
    session.add(recording)


def _too_late(session: Session, _number: int) -> None:
    order = session.exec(select(ClipOrder)).one()
    order.made_at = order.asked_at - ordering.KEPT_FOR - timedelta(minutes=1)
    session.add(order)


def _left_out_differently(session: Session, _number: int) -> None:
    order = session.exec(select(ClipOrder)).one()
    order.handed_key = "other"
    session.add(order)


@pytest.mark.parametrize("change", [_quarantined, _destroyed, _too_late, _left_out_differently])
async def test_what_may_no_longer_be_handed_out_is_refused(
    province: Province, number: int, change: Callable[[Session, int], None]
) -> None:
    await province.as_("xemlai")
    await asked(province, number)
    made = await ready(province)
    province.database.run_here(change, number)
    await province.page(f"/clips/{made.id}/clip.zip", status=410)
    assert acts(province)[-1] is Access.REFUSED
    assert province.audited("clip_downloaded") == []


async def test_none_is_made_while_a_reception_is_open_and_a_restart_begins_anew(
    province: Province, number: int
) -> None:
    def switch(session: Session, state: ReceptionState) -> None:
        session.exec(update(Reception).where(Reception.id != todays_number).values(state=state))

    todays_number = todays_id(province)
    province.database.run_here(switch, ReceptionState.OPEN)
    await province.as_("xemlai")
    assert await asked(province, number) == 303
    making = province.client.app[CLIP_MAKING]  # type: ignore[index]
    await eventually(lambda: None if making.paused else "it does not wait")
    assert "có phiên" in await province.page("/clips") or "phiên tiếp đang" in await province.page("/clips")
    assert orders(province)[0].made_at is None
    await making.rounds.stop()
    left = making.file_of(orders(province)[0].id or 0).parent
    left.mkdir(parents=True)
    (left / "part-clip.zip").write_bytes(b"half")
    province.database.run_here(switch, ReceptionState.ENDED)
    await making.rounds.start()
    made = await ready(province)
    with zipfile.ZipFile(making.file_of(made.id or 0)) as archive:
        assert archive.testzip() is None
    assert not (left / "part-clip.zip").exists()


async def test_a_recording_that_was_altered_is_handed_out_no_more(province: Province, number: int) -> None:
    file = province.recordings / "r1" / "recording.mp4"
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.write_bytes(whole)
    await province.as_("xemlai")
    await asked(province, number)
    await eventually(lambda: None if orders(province)[0].failed_at else "it did not fail", ASIDE_S)
    assert "Không tạo được" in await province.page("/clips")
    assert province.audited("clip_exported") == []


def test_who_has_lost_the_account_meanwhile_gets_none(province: Province, number: int) -> None:
    def work(session: Session) -> object:
        account = session.exec(select(Account).where(Account.login == "xemlai")).one()
        row = ordering.order(
            session, account, session.get_one(Recording, number), position=1,
            span=ordering.Span(starts_s=0.0, ends_s=4.0), reason="x",
        )  # fmt: skip
        account.disabled_at = row.asked_at
        session.add(account)
        return ordering.begin(session, row.id or 0), row.failed_at is not None

    assert province.database.run_here(work) == (None, True)
