"""The real recorder process, a stage that sends really encoded media, and control."""

from __future__ import annotations

import hashlib
import time

import av

from signaling.ports import ChapterMark, Idle, RecordingGrew
from signaling.tap import TapTrack
from tests.recordings.conftest import Stage, StartRecorder
from tests.recordings.media import pictures, sounds
from tests.recordings.probing import probe, tone
from tests.waiting import eventually


def mark(item: int, started_at: float, ended_at: float | None, *, closed: bool = False) -> ChapterMark:
    return ChapterMark(
        item=item,
        position=item,
        label=f"Mục {item}",
        petitions=(),
        started_at=started_at,
        ended_at=ended_at,
        closed=closed,
    )


async def test_two_items_with_a_closed_one_between_them(stage: Stage, start_recorder: StartRecorder) -> None:
    recorder = await start_recorder(segment_minutes=0.03)  # 1.8 s: segments roll
    assert isinstance(await recorder.status(), Idle)
    stage.programme.clip = pictures(shade=60)
    stage.programme.speaking = {TapTrack.DESK_AUDIO: sounds(440), TapTrack.FLOOR_AUDIO: sounds(1500)}

    first = time.time()
    assert isinstance(await recorder.set("r7-1", "recording"), RecordingGrew)
    await recorder.until_grew("2.2 s", lambda grew: grew.growing and grew.seconds > 2.2)
    # Another room takes the floor, with a smaller picture.
    stage.programme.show(pictures(width=160, height=90, shade=160))
    await recorder.until_grew("3.2 s", lambda grew: grew.seconds > 3.2)

    closed = time.time()
    await recorder.set("r7-1", "paused", reason="item_closed")
    await eventually(lambda: None if recorder.manifest("r7-1")["missing"] else "not paused")
    stage.programme.show(pictures(shade=20))
    written = sum(entry["bytes"] for entry in recorder.manifest("r7-1")["segments"])
    sent, paused = stage.sent, await recorder.until_grew("paused", lambda grew: grew.bytes == written)
    await eventually(lambda: "too little sent" if stage.sent < sent + 100 else None)
    still = await recorder.until_grew("paused", lambda grew: grew.state == "paused")
    assert (recorder.recordings / "r7-1").stat().st_mtime < time.time() - 0.5
    assert (paused.bytes, paused.seconds, paused.alarm) == (still.bytes, still.seconds, "")

    stage.programme.show(pictures(shade=220))
    second = time.time()
    await recorder.set("r7-1", "recording")
    await recorder.until_grew("1.5 s more", lambda grew: grew.growing and grew.seconds > still.seconds + 1.5)
    ended = time.time()
    marks = (mark(1, first, closed), mark(2, closed, second, closed=True), mark(3, second, ended))
    await recorder.set("r7-1", "ended", chapters=marks)
    sealed = await recorder.sealed_as("r7-1")

    folder = recorder.recordings / "r7-1"
    manifest = recorder.manifest("r7-1")
    assert manifest["state"] == "sealed"
    assert {gap["reason"] for gap in manifest["gaps"]} == {"item_closed"}
    assert manifest["gaps"][0]["from"] <= closed + 0.1
    assert manifest["gaps"][0]["to"] >= second - 0.02  # segments begin on a grid of 20 ms
    previous = ""
    for entry in manifest["segments"]:
        data = (folder / entry["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"]
        assert len(data) == entry["bytes"]
        assert entry["previous_sha256"] == previous
        previous = entry["sha256"]
    assert len(manifest["segments"]) >= 3

    playable = folder / sealed.file
    assert sealed.media_type == "video/mp4"
    assert hashlib.sha256(playable.read_bytes()).hexdigest() == manifest["playable"]["sha256"]
    seen = probe(playable)
    assert len(seen.video_times) == sealed.video_frames == sum(s["video_frames"] for s in manifest["segments"])
    assert abs(seen.seconds - sealed.seconds) < 0.1
    assert abs(len(seen.sound) / 48_000 - sealed.audio_seconds) < 0.05
    assert abs(sealed.audio_seconds - sealed.seconds) < 0.05
    assert abs(sealed.seconds - ((closed - first) + (ended - second))) < 0.6
    assert set(seen.sizes) == {(320, 180), (160, 90)}
    # The three sources in their order, and nothing of the closed item, which would be the darkest.
    shades = [
        shade for shade, before in zip(seen.shades, [0, *seen.shades], strict=False) if abs(shade - before) > 20
    ]
    assert len(shades) == 3
    assert shades == sorted(shades)
    assert all(0 < b - a < 0.7 for a, b in zip(seen.video_times, seen.video_times[1:], strict=False))
    heard = seen.sound[24_000:72_000]
    assert tone(heard, 440) > 50
    assert tone(heard, 1500) > 50

    assert [(c.item, c.position) for c in sealed.chapters] == [(1, 1), (3, 3)]
    assert [title for _, _, title in seen.chapters] == ["Mục 1", "Mục 3"]
    for (starts, ends, _), span in zip(seen.chapters, sealed.chapters, strict=True):
        assert abs(starts - span.starts_s) < 0.05  # the first begins with the file
        assert abs(ends - span.ends_s) < 0.002
    assert sealed.chapters[0].starts_s < 0.3
    assert abs(sealed.chapters[1].starts_s - sealed.chapters[0].ends_s) < 0.3
    assert abs(sealed.chapters[1].ends_s - sealed.seconds) < 0.3

    # The originals are in the segments, each on a track of its own.
    one = folder / manifest["segments"][0]["file"]
    desk, floor = (probe(one, sound=track).sound[9_600:57_600] for track in (1, 2))
    assert tone(desk, 440) > 20 * tone(desk, 1500)
    assert tone(floor, 1500) > 20 * tone(floor, 440)

    # A second "ended" is answered with the same.
    recorder.sealed.clear()
    await recorder.set("r7-1", "ended", chapters=marks)
    assert await recorder.sealed_as("r7-1") == sealed
    # And control that was away hears it when it comes back.
    await recorder.disconnect()
    recorder.sealed.clear()
    await recorder.connect()
    assert await recorder.sealed_as("r7-1") == sealed


async def test_only_sound(stage: Stage, start_recorder: StartRecorder) -> None:
    recorder = await start_recorder()
    stage.programme.speaking = {TapTrack.DESK_AUDIO: sounds(440)}
    await recorder.set("r8", "recording")
    await recorder.until_grew("2.5 s", lambda grew: grew.seconds > 2.5)
    # Video appears: it begins a segment of its own.
    stage.programme.clip, stage.programme.position = pictures(), 5
    await recorder.until_grew("a second segment", lambda grew: grew.segments == 2 and grew.seconds > 4)
    assert stage.key_frames_wanted
    await recorder.set("r8", "ended")
    sealed = await recorder.sealed_as("r8")
    seen = probe(recorder.recordings / "r8" / sealed.file)
    assert [s["codec"] for s in recorder.manifest("r8")["segments"]] == ["", "h264"]
    assert seen.video_times[0] > 2.4
    assert abs(len(seen.sound) / 48_000 - sealed.seconds) < 0.05
    assert sealed.video_frames == len(seen.video_times) > 10


async def test_vp8_becomes_webm(stage: Stage, start_recorder: StartRecorder) -> None:
    stage.programme = type(stage.programme)(codec="vp8", clip=pictures("vp8"))
    stage.programme.position = 20  # the middle of a group of pictures: a key frame has to be asked for
    stage.programme.speaking = {TapTrack.FLOOR_AUDIO: sounds(440)}
    recorder = await start_recorder()
    await recorder.set("r9", "recording")
    await recorder.until_grew("2 s", lambda grew: grew.seconds > 2)
    await recorder.set("r9", "ended", chapters=(mark(1, time.time() - 1, None),))
    sealed = await recorder.sealed_as("r9")
    assert (sealed.file, sealed.media_type) == ("recording.webm", "video/webm")
    seen = probe(recorder.recordings / "r9" / sealed.file)
    assert len(seen.video_times) == sealed.video_frames > 15
    assert [title for _, _, title in seen.chapters] == ["Giữa các mục", "Mục 1"]
    with av.open(str(recorder.recordings / "r9" / sealed.file)) as container:
        assert [s.codec_context.name for s in container.streams.video] == ["vp8"]


async def test_another_recording_seals_the_first(stage: Stage, start_recorder: StartRecorder) -> None:
    stage.programme.clip = pictures()
    recorder = await start_recorder()
    await recorder.set("r10", "recording")
    await recorder.until_grew("recorded", lambda grew: grew.seconds > 0.5)
    await recorder.set("r11", "recording")
    await recorder.until_grew("recorded", lambda grew: grew.recording == "r11" and grew.seconds > 0.5)
    assert (await recorder.sealed_as("r10")).video_frames > 5
    assert recorder.manifest("r10")["end_reason"] == "another recording began"
    # Ended again for the first, by a control process that did not hear it: the second goes on.
    await recorder.set("r10", "ended")
    before = recorder.manifest("r11")["segments"]
    await recorder.until_grew("going on", lambda grew: grew.recording == "r11" and grew.growing)
    assert recorder.manifest("r11")["segments"] == before
    # Never heard of, and ended: there is nothing in it.
    await recorder.set("r12", "ended")
    nothing = await recorder.sealed_as("r12")
    assert (nothing.file, nothing.seconds, nothing.segments, nothing.started_at) == ("", 0, 0, None)
