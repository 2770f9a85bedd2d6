"""The badge of the player, and what stands behind it: what `tiepdan recordings verify` would say."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from recordings.findings import State
from recordings.keys import PUBLIC
from recordings.manifest import new_manifest
from recordings.sealing import seal
from recordings.store import MANIFEST, Folder
from server.review.check_worker import do
from server.review.checking import Checked, CheckWork, looks_of
from tests.server.demo.fixtures import Province
from tests.server.review.recorded import FOLDER, record


def test_what_was_found_is_written_and_one_changed_byte_is_seen(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "r1-20261129")
    folder.save(new_manifest("r1-20261129", 1))
    seal(folder, tmp_path / "signing", threading.Event())
    work = CheckWork(folder=folder.path, keys=tmp_path / "signing" / PUBLIC, target=tmp_path / "made" / "v.json")
    do(work, lambda share: None)
    whole = Checked.model_validate_json(work.target.read_bytes())
    assert (whole.report.state, whole.of) == (State.WHOLE, looks_of(folder.path))
    manifest = folder.path / MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b'"reception": 1', b'"reception": 2'))
    assert looks_of(folder.path) != whole.of
    do(work, lambda share: None)
    assert Checked.model_validate_json(work.target.read_bytes()).report.state is State.ALTERED


async def test_the_badge_says_what_was_found_and_the_page_what_it_means(province: Province) -> None:
    made = province.database.run_here(record, province.recordings)
    folder = province.recordings / FOLDER
    work = CheckWork(
        folder=folder,
        keys=province.recordings.parent / "signing" / PUBLIC,
        target=province.recordings.parent / "review" / str(made.recording) / "verified.json",
    )
    await province.as_("xemlai")
    player = f"/receptions/{made.reception}/recording"
    assert 'data-verified="pending"' in await province.page(player)
    for damage, state, said in (
        (b"", State.MISSING, "KHÔNG còn như khi niêm phong"),
        (b"{}", State.ALTERED, "nội dung không phải do phần mềm này ghi ra"),
    ):
        if damage:
            (folder / MANIFEST).write_bytes(damage)
        await asyncio.to_thread(do, work, lambda share: None)
        assert f'data-verified="{state}"' in await province.page(player)
        assert said in await province.page(f"/recordings/{made.recording}/verification")
    (folder / "slipped-in.txt").write_text("since then")
    assert 'data-verified="pending"' in await province.page(player)
    await province.as_("hatu")
    await province.page(f"/recordings/{made.recording}/verification", 403)
    await province.as_("giamsat")
    assert "Kiểm tra lại" not in await province.page(f"/recordings/{made.recording}/verification")
