"""`tiepdan recordings clip` over a recording of the demonstration: who gets what, and what is noted."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import av
import pypdf
import pytest
from sqlmodel import Session, select
from typer.testing import CliRunner

from recordings.clip_proof import COVER, PROOF
from server.cli import app
from server.data.engine import Database
from server.people.audit import verify_chain
from server.people.tables import AuditEvent
from server.petitions.tables import Confidentiality, Petition
from server.receptions.queries import agenda_of
from server.receptions.tables import Chapter, Recording, RecordingState
from tests.server.demo.fixtures import todays

runner = CliRunner()
OPEN, CONFIDENTIAL, DENUNCIATION, LAST = 1, 2, 3, 4
SPANS = {OPEN: (0.0, 4.0), CONFIDENTIAL: (5.0, 9.0), DENUNCIATION: (10.0, 12.0), LAST: (13.0, 16.0)}


@pytest.fixture
def reception(recorded: Path, filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    data = shutil.copytree(recorded, tmp_path / "data")
    monkeypatch.setenv("TIEPDAN_DATA", str(data))
    monkeypatch.setenv("TIEPDAN_DATABASE", filled.engine.url.render_as_string(hide_password=False))

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
            if line.item.position == CONFIDENTIAL:
                petition = session.get(Petition, line.petitions[0].id)
                assert petition is not None
                petition.confidentiality = Confidentiality.CONFIDENTIAL
                session.add(petition)
        return reception

    return filled.run_here(work)


def run(*words: str, code: int = 0) -> str:
    result = runner.invoke(app, ["recordings", *words])
    assert result.exit_code == code, result.output
    return re.sub(r"\s+", " ", result.output)


def clip(reception: int, account: str, to: Path, *words: str, code: int = 0) -> str:
    return run(
        "clip",
        str(reception),
        "--account",
        account,
        "--reason",
        "Gửi Thanh tra tỉnh",
        "--to",
        str(to),
        *words,
        code=code,
    )


def noted(database: Database) -> list[AuditEvent]:
    return database.run_here(
        lambda session: list(session.exec(select(AuditEvent).where(AuditEvent.action == "clip_exported")))
    )


def test_a_chapter_is_handed_out_with_its_proof(reception: int, filled: Database, tmp_path: Path) -> None:
    output = clip(reception, "xemlai", tmp_path / "out", "--item", str(OPEN))
    (folder,) = (tmp_path / "out").iterdir()
    assert folder.name == "clip-r1-00000"
    assert folder.name in output
    assert "Whole" in run("verify", str(folder))
    proof = json.loads((folder / PROOF).read_text())
    assert (proof["exported_by"], proof["reason"], proof["withheld_s"]) == ("xemlai", "Gửi Thanh tra tỉnh", 0)
    assert proof["title"].startswith("Mục 1: KG-0231")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(folder / COVER).pages)
    groups = proof["clip"]["sha256"]
    for said in ("PHIẾU KÈM TRÍCH ĐOẠN", "xemlai", "Gửi Thanh tra tỉnh", groups[:8], groups[-8:], "KG-0231"):
        assert said in text
    (event,) = noted(filled)
    assert json.loads(event.detail)["clip_sha256"] == proof["clip"]["sha256"]
    assert filled.run_here(verify_chain).whole


def test_a_confidential_chapter_only_for_who_may_read_it(reception: int, filled: Database, tmp_path: Path) -> None:
    refused = clip(reception, "xemlai", tmp_path / "out", "--item", str(CONFIDENTIAL), code=1)
    assert "confidential" in refused
    assert not (tmp_path / "out").exists()
    assert noted(filled) == []
    clip(reception, "thuky", tmp_path / "out", "--item", str(CONFIDENTIAL))
    assert len(noted(filled)) == 1


def test_a_denunciation_is_handed_out_to_nobody(reception: int, tmp_path: Path) -> None:
    for account in ("chutri", "thuky", "xemlai"):
        assert "No clip was made" in clip(reception, account, tmp_path, "--item", str(DENUNCIATION), code=1)


def test_what_others_may_not_have_is_cut_out_of_a_longer_span(reception: int, tmp_path: Path) -> None:
    """With the time between it and its neighbours: there a citizen is led in."""
    lengths = {}
    for account in ("xemlai", "thuky"):
        output = clip(reception, account, tmp_path / account, "--from", "0:01", "--until", "0:15.5")
        (folder,) = (tmp_path / account).iterdir()
        cuts = json.loads((folder / PROOF).read_text())["cuts"]
        lengths[account] = [(cut["source"]["starts_s"], cut["source"]["ends_s"]) for cut in cuts]
        assert "were left out" in output
        assert "Whole" in run("verify", str(folder))
        av.open(str(folder / "clip.mp4")).close()
    assert [ends <= 4 or starts >= 13 for starts, ends in lengths["xemlai"]] == [True, True]
    assert [ends <= 9 or starts >= 13 for starts, ends in lengths["thuky"]] == [True, True]


def test_who_may_not_and_what_is_not_there_is_refused_in_a_sentence(reception: int, tmp_path: Path) -> None:
    assert "may not export clips" in clip(reception, "giamsat", tmp_path, "--item", "1", code=1)
    assert "no active account" in clip(reception, "nobody", tmp_path, "--item", "1", code=1)
    assert "no such item" in clip(reception, "thuky", tmp_path, "--item", "60", code=1)
    assert "no recording that is ready" in clip(9999, "thuky", tmp_path, "--item", "1", code=1)
    for wrong in ("1x", "0:75"):
        assert "allowed is a time" in clip(
            reception, "thuky", tmp_path, "--from", wrong, "--until", "2:00", code=2
        )
    assert "allowed is --item" in clip(reception, "thuky", tmp_path, code=2)
    assert "allowed is a span in 0 s" in clip(
        reception, "thuky", tmp_path, "--from", "0:10", "--until", "9:00", code=1
    )
    taken = tmp_path / "taken"
    taken.touch()
    assert "is a file" in clip(reception, "thuky", taken, "--item", str(OPEN), code=2)
