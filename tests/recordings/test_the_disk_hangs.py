"""A disk that neither takes nor refuses. A FIFO that nobody reads stands for it: opening it waits for ever."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import av
import pytest

from recordings.output import Output
from recordings.segment import Segment
from signaling.tap import TapTrack
from tests.recordings.conftest import Stage, StartRecorder
from tests.recordings.media import pictures, sounds
from tests.recordings.probing import probe
from tests.waiting import eventually


async def test_the_recorder_says_that_nothing_grows_and_goes_on_once_the_disk_is_back(
    stage: Stage, start_recorder: StartRecorder
) -> None:
    stage.programme.clip = pictures()
    stage.programme.speaking = {TapTrack.DESK_AUDIO: sounds(440)}
    recorder = await start_recorder(segment_minutes=0.1)
    await recorder.set("r1", "recording")
    folder = recorder.recordings / "r1"
    first, hanging = folder / "segment-0001.mkv", folder / "segment-0002.mkv"
    await eventually(lambda: "" if first.exists() else "no segment yet", 30)
    os.mkfifo(hanging)  # six seconds before it is its turn
    # It answers all the time, and says what is wrong.
    told = await recorder.until_grew("an alarm", lambda grew: bool(grew.alarm))
    assert (told.alarm, told.growing) == ("stalled", False)
    again = await recorder.until_grew("still answering", lambda grew: not grew.growing)
    assert again.alarm == "stalled"

    # What hung refuses at last (no FIFO can be sought in), and the next file is one of the disk again.
    reader = os.open(hanging, os.O_RDONLY | os.O_NONBLOCK)
    hanging.rename(hanging.with_name("hung"))
    os.close(reader)
    await recorder.until_grew("growing again", lambda grew: grew.growing and not grew.alarm, 30)
    await recorder.set("r1", "ended")
    sealed = await recorder.sealed_as("r1")
    manifest = recorder.manifest("r1")
    assert {gap["reason"] for gap in manifest["gaps"]} >= {"write_failed"}
    assert len(probe(recorder.recordings / "r1" / sealed.file).video_times) == sealed.video_frames > 30


def test_while_one_thread_waits_for_the_disk_the_others_run(tmp_path: Path) -> None:
    hanging = tmp_path / "segment.mkv"
    os.mkfifo(hanging)

    def write() -> None:
        segment = Segment(hanging, 0, None)
        with suppress(OSError, av.error.FFmpegError):  # a FIFO refuses to be sought in
            segment.write_original(TapTrack.DESK_AUDIO, sounds()[0], 0)
        with suppress(OSError, av.error.FFmpegError):
            segment.close()

    writing = threading.Thread(target=write, name="writer")
    writing.start()
    began = time.monotonic()
    turns = 0
    while time.monotonic() < began + 0.3:
        turns += 1
    assert turns > 100
    assert writing.is_alive()  # it waits for a reader
    reader = os.open(hanging, os.O_RDONLY)
    with open(reader, "rb") as read:
        read.read()
    writing.join(10)
    assert not writing.is_alive()


def test_all_of_a_piece_is_written_and_a_file_that_is_never_written_is_never_made(tmp_path: Path) -> None:
    made = Output(tmp_path / "made")
    assert made.tell() == 0
    assert made.write(b"12345") == 5
    made.seek(1)
    assert (made.write(b"x"), made.tell()) == (1, 2)
    made.close()
    assert (tmp_path / "made").read_bytes() == b"1x345"
    never = Output(tmp_path / "never")
    never.close()
    assert not (tmp_path / "never").exists()
    with pytest.raises(OSError, match="No such file or directory"):
        Output(tmp_path / "nowhere" / "file").write(b"1")
