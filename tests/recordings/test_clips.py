"""A clip holds what was asked for and nothing that must not be handed out, and proves where it comes from."""

from __future__ import annotations

import random
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from recordings.clip_proof import COVER, PROOF, PROOF_SIGNATURE, Proof, Wish
from recordings.clips import ClipRefused, export
from recordings.cutting import Allowed, allowed_of
from recordings.findings import State, Why, exit_code
from recordings.keys import PUBLIC, PublicKeys, read_public_keys, signing_key
from recordings.manifest import Span
from recordings.sealing import seal
from recordings.store import Folder
from recordings.verifying_folders import verify
from signaling.tap import TapTrack
from tests.recordings.media import Programme, pictures, sounds
from tests.recordings.probing import probe, tone
from tests.recordings.test_long_recording import START_US, Simulated

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
ALLOWED_SHADE, SECRET_SHADE, LATER_SHADE = 60, 200, 120


def span(starts_s: float, ends_s: float) -> Span:
    return Span(starts_s=starts_s, ends_s=ends_s)


SECRET = span(6, 12)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """18 s; those from 6 to 12 are of another shade, and of another tone."""
    office = tmp_path_factory.mktemp("office")
    programme = Programme(clip=pictures(), speaking={TapTrack.DESK_AUDIO: sounds(440)})
    simulated = Simulated(office, programme, 5)
    simulated.play(6)
    programme.show(pictures(shade=SECRET_SHADE))
    programme.speaking = {TapTrack.DESK_AUDIO: sounds(1500)}
    simulated.play(6)
    programme.show(pictures(shade=LATER_SHADE))
    programme.speaking = {TapTrack.DESK_AUDIO: sounds(440)}
    simulated.play(6)
    simulated.recording.end(simulated.now_us, "")
    signing_key(office / "signing", datetime(2026, 1, 1, tzinfo=UTC))
    seal(simulated.folder, office / "signing", threading.Event())
    return office


@pytest.fixture
def keys(office: Path) -> PublicKeys:
    return read_public_keys(office / "signing" / PUBLIC)


def made(office: Path, to: Path, asked: Span, *withheld: Span) -> tuple[Path, Proof]:
    wish = Wish(asked=asked, title="Mục 1: KN-1", withheld=withheld, exported_by="thuky", reason="Gửi Tòa án")
    key = signing_key(office / "signing", NOW)
    return export(
        Folder(office / "recordings" / "r1"), wish, key, NOW, to, lambda proof: proof.clip.sha256.encode()
    )


def test_a_clip_begins_with_the_key_frame_before_and_is_not_encoded_anew(office: Path, tmp_path: Path) -> None:
    folder, proof = made(office, tmp_path, span(2.5, 5))
    (cut,) = proof.cuts
    assert 1.4 < cut.source.starts_s <= 2.5
    assert abs(cut.source.ends_s - 5) < 0.1
    assert cut.clock.timestamp() == pytest.approx(START_US / 1e6 + cut.source.starts_s, abs=0.1)
    seen = probe(folder / "clip.mp4")
    assert seen.video_times[0] < 0.02
    assert seen.video_times[-1] == pytest.approx(cut.source.ends_s - cut.source.starts_s, abs=0.1)
    assert len(seen.sound) / 48_000 == pytest.approx(seen.video_times[-1], abs=0.15)
    whole = packets(office / "recordings" / "r1" / "recording.mp4")
    assert packets(folder / "clip.mp4") <= whole  # byte for byte
    assert {s.file for s in proof.segments} == {"segment-0001.mkv"}
    assert proof.withheld_s == 0


def packets(path: Path) -> set[bytes]:
    with av.open(str(path)) as container:
        return {bytes(packet) for packet in container.demux() if packet.size}


def test_what_is_withheld_is_in_no_picture_and_in_no_sound(office: Path, tmp_path: Path, keys: PublicKeys) -> None:
    folder, proof = made(office, tmp_path, span(3, 16), SECRET)
    assert len(proof.cuts) == 2
    assert proof.cuts[0].source.ends_s <= SECRET.starts_s
    assert proof.cuts[1].source.starts_s >= SECRET.ends_s
    assert 6 <= proof.withheld_s < 8
    seen = probe(folder / "clip.mp4")
    shades = {min((60, 200, 120), key=lambda known: abs(known - shade)) for shade in seen.shades}
    assert shades == {ALLOWED_SHADE, LATER_SHADE}
    assert max(np.diff(seen.video_times)) < 0.2  # one piece follows the other
    for at in range(0, len(seen.sound) - 24_000, 24_000):
        heard = seen.sound[at : at + 24_000]
        assert tone(heard, 1500) < tone(heard, 440) / 100  # a harmonic of what may be heard
    assert verify(folder, keys, lambda count: None).state is State.WHOLE


def test_a_clip_that_would_need_a_withheld_key_frame_begins_later(office: Path, tmp_path: Path) -> None:
    """Asked for from the middle of a group of pictures whose key frame must not be shown."""
    _, proof = made(office, tmp_path, span(12.5, 15), span(6, 12.3))
    (cut,) = proof.cuts
    assert cut.source.starts_s >= 12.5


@pytest.mark.parametrize("asked", [span(7, 9), span(6, 12), span(-1, 3), span(5, 5), span(17, 30)])
def test_a_span_that_may_not_be_had_or_is_not_there_is_refused(office: Path, tmp_path: Path, asked: Span) -> None:
    with pytest.raises(ClipRefused, match=r"confidential|allowed is"):
        made(office, tmp_path / "to", asked, SECRET)
    assert not (tmp_path / "to").exists()


def test_a_recording_that_was_altered_is_handed_out_no_more(office: Path, tmp_path: Path) -> None:
    copy = tmp_path / "office"
    shutil.copytree(office, copy)
    playable = copy / "recordings" / "r1" / "recording.mp4"
    data = bytearray(playable.read_bytes())
    data[len(data) // 2] ^= 1
    playable.write_bytes(data)
    with pytest.raises(ClipRefused, match="is not what was sealed"):
        made(copy, tmp_path / "to", span(1, 3))


def test_nothing_is_written_over_and_nothing_half_made_stays(office: Path, tmp_path: Path) -> None:
    folder, _ = made(office, tmp_path, span(1, 3))
    before = (folder / PROOF).read_bytes()
    with pytest.raises(ClipRefused, match="is there already"):
        made(office, tmp_path, span(1.2, 3))
    assert (folder / PROOF).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.parametrize("seed", range(12))
def test_one_changed_byte_of_a_clip_is_found(office: Path, tmp_path: Path, keys: PublicKeys, seed: int) -> None:
    folder, _ = made(office, tmp_path, span(1, 3))
    chance = random.Random(seed)
    file = sorted(folder.iterdir())[seed % 4]
    data = bytearray(file.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)
    report = verify(folder, keys, lambda count: None)
    assert exit_code([report]) != 0
    where = PROOF if file.name == PROOF_SIGNATURE else file.name
    assert where in {f.name for f in report.findings if f.state is not State.WHOLE}


def test_what_is_missing_added_or_signed_by_another_is_named(
    office: Path, tmp_path: Path, keys: PublicKeys
) -> None:
    folder, _ = made(office, tmp_path, span(1, 3))
    (folder / "clip2.mp4").write_bytes(b"x")
    (folder / COVER).unlink()
    found = {f.name: (f.state, f.why) for f in verify(folder, keys, lambda count: None).findings}
    assert found["clip2.mp4"] == (State.ADDED, Why.NOT_NAMED)
    assert found[COVER] == (State.MISSING, Why.NOTHING)
    signing_key(tmp_path / "theirs", NOW)
    theirs = read_public_keys(tmp_path / "theirs" / PUBLIC)
    assert verify(folder, theirs, lambda count: None).findings[0].why is Why.UNKNOWN_KEY
    (folder / PROOF).unlink()
    assert verify(folder, keys, lambda count: None).state is State.MISSING


def test_what_is_left_of_a_span() -> None:
    assert allowed_of(span(0, 10), []) == [Allowed(span(0, 10), 0)]
    assert allowed_of(span(5, 10), [span(0, 4)]) == [Allowed(span(5, 10), 4)]
    assert allowed_of(span(0, 10), [span(4, 5), span(2, 3)]) == [
        Allowed(span(0, 2), 0), Allowed(span(3, 4), 3), Allowed(span(5, 10), 5),
    ]  # fmt: skip
    assert allowed_of(span(0, 10), [span(0, 6), span(3, 9.8)]) == []
    assert allowed_of(span(2, 10), [span(0, 3), span(1, 4)]) == [Allowed(span(4, 10), 4)]
