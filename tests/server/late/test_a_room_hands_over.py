"""A room hands over what it kept: taken as far as it may be, entered, and watched like an isolated source."""

from __future__ import annotations

import io
import re

import av
import pytest
from sqlmodel import Session, select

from recordings.corrections import read
from recordings.findings import Part, State
from recordings.keys import read_public_keys
from recordings.late import late_of
from recordings.store import Folder
from recordings.verifying import verify_recording
from room_client.keeping.events import KeptEvent
from room_client.keeping.handing_over import HandingOver, Way
from room_client.keeping.shelf import Kept, KeptShelf
from server.petitions.tables import Petition, PetitionKind
from server.receptions.tables import AgendaItem, AgendaItemPetition, Audience
from server.review.aside import ASIDE
from server.review.isolated import source_of
from server.review.tables import Quarantine, RecordingAccess
from tests.scenarios.patience import until
from tests.scenarios.province import CAO_XANH, HA_KHANH
from tests.server.demo.fixtures import Province
from tests.server.late.conftest import FLOOR_S, Held
from tests.server.review.player import player_data
from tests.server.review.recorded import FOLDER
from tests.waiting import ASIDE_S

pytestmark = pytest.mark.timeout(200)
SOURCE = f"late-{HA_KHANH}"


async def handed_over(held: Held, shelf: KeptShelf, kept: Kept, room: str = HA_KHANH) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    handing_over = HandingOver(
        shelf, lambda: held.http(room), lambda: Way.FREE, lambda event, detail: said.append((event.value, detail))
    )
    async with held.http(room) as server:
        await handing_over.one(kept, server)
    return said


async def entered(province: Province) -> None:
    async def missing() -> str | None:
        return None if province.audited("late_source_entered") else "no late source is entered"

    await until(missing, ASIDE_S)


async def test_it_is_entered_and_watched_with_the_same_rights(
    province: Province, held: Held, kept: tuple[KeptShelf, Kept]
) -> None:
    shelf, whole = kept
    said = await handed_over(held, shelf, whole)
    assert said[0] == (KeptEvent.NOT_TAKEN, "1"), "what was before the floor"
    assert said[-1] == (KeptEvent.HANDED_OVER, "")
    assert shelf.all() == []
    await entered(province)
    folder = province.recordings / FOLDER
    (late,) = late_of(read(folder))
    assert (late.room, late.item, late.file) == (HA_KHANH, held.item, "late-0001.mkv")
    assert held.began + FLOOR_S[0] <= late.started_epoch < late.ended_epoch <= held.began + FLOOR_S[1]
    report = verify_recording(folder, read_public_keys(folder.parents[1] / "signing" / "keys.json"))
    assert [f.state for f in report.findings if f.part is Part.LATE] == [State.UNSIGNED]  # as the rest is here
    assert [event.actor for event in province.audited("late_source_entered")] == [f"room:{HA_KHANH}"]

    await province.as_("canbo")
    page = await province.page(f"/receptions/{held.made.reception}")
    assert "Đã nhận 3 giây hình và tiếng do điểm cầu tự ghi, lưu bên cạnh bản ghi" in page
    assert "tự ghi: lúc đó điểm cầu không được mời phát biểu" in page
    page = await province.page(f"/receptions/{held.made.reception}/recording?source={SOURCE}")
    shown = player_data(page)["isolated"][SOURCE]
    assert shown["name"].startswith("Nộp muộn: ")
    assert shown["late"]
    assert [tuple(span) for span in shown["pictures"]] == [pytest.approx(FLOOR_S, abs=0.7)]
    assert f"SHA-256 {late.sha256[:16]}" in page
    address = f"/recordings/{held.made.recording}"

    async def missing() -> str | None:
        answer = await province.client.get(f"{address}/prepared.json?source={SOURCE}")
        standing = (await answer.json())["copy"]
        return None if standing["stage"] == "ready" else f"it is {standing}"

    await until(missing, ASIDE_S)
    given = await (await province.client.get(f"{address}/pass.json?source={SOURCE}")).json()
    answer = await province.client.get(given["media"])
    assert answer.status == 200
    assert len(await answer.read()) > 10_000

    async def not_noted() -> str | None:  # it is written once the last byte has left
        rows = province.database.run_here(lambda session: list(session.exec(select(RecordingAccess))))
        return None if SOURCE in [source_of(row.copy_key) for row in rows] else "nobody wrote it down"

    await until(not_noted)
    assert f"điểm cầu {HA_KHANH}" in await province.page(f"{address}/accesses")
    assert (await province.client.get(f"{address}/prepared.json?source=late-{CAO_XANH}")).status == 404

    def quarantine(session: Session) -> None:
        session.add(Quarantine(recording_id=held.made.recording, starts_s=0, ends_s=10, reason="x", made_by=1))

    province.database.run_here(quarantine)
    assert (await province.client.get(given["media"])).status == 410
    page = await province.page(f"/receptions/{held.made.reception}/recording")
    assert player_data(page)["isolated"] == {}
    assert late.sha256[:16] not in page


async def test_what_the_programme_does_not_have_is_watched_by_itself(
    province: Province, held: Held, kept: tuple[KeptShelf, Kept]
) -> None:
    folder = Folder(province.recordings / FOLDER)
    manifest = folder.load()
    assert manifest is not None
    manifest.segments[0] = manifest.segments[0].model_copy(update={"seconds": 1.0})  # the recorder broke off
    folder.save(manifest)
    await handed_over(held, *kept)
    await entered(province)
    await province.as_("canbo")
    player, address = f"/receptions/{held.made.reception}/recording", f"/recordings/{held.made.recording}"
    assert f'href="{address}/late/0001"' in await province.page(player)
    assert "Đang chuẩn bị hình của điểm cầu" in await province.page(f"{address}/late/0001")

    async def missing() -> str | None:
        found = re.search(r'<video src="([^"]+)"', await province.page(f"{address}/late/0001"))
        return None if found else "it is not made yet"

    await until(missing, ASIDE_S)
    given = await (await province.client.get(f"{address}/pass.json?source=late-file-0001")).json()
    answer = await province.client.get(given["media"])
    with av.open(io.BytesIO(await answer.read())) as made:
        assert 2.5 < (made.duration or 0) / av.time_base < 3.5, "from its own beginning"

    def quarantine(session: Session) -> None:
        session.add(Quarantine(recording_id=held.made.recording, starts_s=0, ends_s=0.5, reason="x", made_by=1))

    province.database.run_here(quarantine)
    assert "/late/0001" not in await province.page(player)
    for denied in (f"{address}/late/0001", f"{address}/pass.json?source=late-file-0001", given["media"]):
        assert (await province.client.get(denied)).status == 404


async def test_of_an_item_that_turned_out_a_denunciation_nothing_is_entered(
    province: Province, held: Held, kept: tuple[KeptShelf, Kept]
) -> None:
    def denounce(session: Session) -> None:
        petition = session.exec(select(Petition).where(Petition.kind == PetitionKind.DENUNCIATION)).first()
        assert petition is not None
        session.add(AgendaItemPetition(item_id=held.item, petition_id=petition.id or 0))

    shelf, whole = kept
    before = shelf.film(whole).parent
    async with province.client.app[ASIDE].turn:  # nothing is entered yet
        await handed_over(held, shelf, whole)
        province.database.run_here(denounce)
    await until(lambda: _removed(province), ASIDE_S)
    await province.as_("thuky")
    assert "tự ghi: mục đó không mở cho các điểm cầu" in await province.page(f"/receptions/{held.made.reception}")
    assert not list((province.recordings.parent / "late").iterdir())
    assert not list((province.recordings / FOLDER).glob("late-*"))
    assert not list(before.iterdir())


async def _removed(province: Province) -> str | None:
    return None if province.audited("late_source_removed") else "it is still to be entered"


async def test_another_room_has_nothing_to_hand_over(
    province: Province, held: Held, kept: tuple[KeptShelf, Kept]
) -> None:
    shelf, whole = kept
    assert await handed_over(held, shelf, whole, CAO_XANH) == [("not_taken", "4")]
    assert shelf.all() == []


async def test_a_closed_item_takes_nothing(province: Province, held: Held, kept: tuple[KeptShelf, Kept]) -> None:
    def close(session: Session) -> None:
        item = session.get_one(AgendaItem, held.item)
        item.audience = Audience.CLOSED
        session.add(item)

    province.database.run_here(close)
    shelf, whole = kept
    assert await handed_over(held, shelf, whole) == [("not_taken", "4")]
    assert not (province.recordings.parent / "late").exists()
