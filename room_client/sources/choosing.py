"""From what stands behind `--video` and `--audio` to a source."""

from __future__ import annotations

from room_client.sources.contract import Source, SourceUnusable
from room_client.sources.devices import CameraDevice, MicrophoneDevice, NetworkCamera, sound_systems
from room_client.sources.files import AudioFile, VideoFile
from room_client.sources.opening import file_must_exist
from room_client.sources.test_card import TestCard
from room_client.sources.tone import Tone

NONE, TEST = "none", "test"


def video_source(option: str, label: str) -> Source | None:
    """`none`, `test`, `rtsp://…`, `/dev/videoN`, else a file. Nothing is opened yet."""
    if option == NONE:
        return None
    if option == TEST:
        return TestCard(label)
    if option.startswith(("rtsp://", "rtsps://")):
        return NetworkCamera(option)
    if option.startswith("/dev/"):
        return CameraDevice(option)
    return VideoFile(option)


def audio_source(option: str, label: str) -> Source | None:
    """`none`, `test`, `alsa:NAME` or `pulse:NAME` (`default`: the first there is), else a file."""
    if option == NONE:
        return None
    if option == TEST:
        return Tone(label)
    if option == "default":
        return MicrophoneDevice(f"{next(iter(sound_systems()), 'alsa')}:default")
    if option.startswith(("alsa:", "pulse:")):
        return MicrophoneDevice(option)
    return AudioFile(option)


def known_problem(option: str) -> SourceUnusable | None:
    """What is wrong with an option that can be told without opening it: a file that is not there.

    Devices and cameras are opened when the room joins and speak for themselves.
    """
    if option in (NONE, TEST, "default") or "://" in option or option.startswith(("/dev/", "alsa:", "pulse:")):
        return None
    try:
        file_must_exist(option)
    except SourceUnusable as problem:
        return problem
    return None
