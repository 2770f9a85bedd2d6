"""From what stands behind `--video` and `--audio` to a source."""

from __future__ import annotations

from room_client.sources.cameras import FIRST_THERE_IS, CameraDevice, NetworkCamera
from room_client.sources.contract import Source, SourceUnusable
from room_client.sources.files import AudioFile, VideoFile
from room_client.sources.microphones import (
    SOUND_SYSTEMS,
    MicrophoneDevice,
    NetworkMicrophone,
    default_microphone,
)
from room_client.sources.opening import file_must_exist
from room_client.sources.test_card import TestCard
from room_client.sources.tone import Tone

NONE, TEST = "none", "test"
_CAMERAS = ("rtsp://", "rtsps://")
_MICROPHONES = tuple(f"{system}:" for system in SOUND_SYSTEMS)


def video_source(option: str, label: str) -> Source | None:
    """`none`, `test`, `rtsp://…`, `/dev/videoN`, `default` (the first there is), else a file. Not opened yet."""
    if option == NONE:
        return None
    if option == TEST:
        return TestCard(label)
    if option.startswith(_CAMERAS):
        return NetworkCamera(option)
    if option == FIRST_THERE_IS or option.startswith("/dev/"):
        return CameraDevice(option)
    return VideoFile(option)


def audio_source(option: str, label: str) -> Source | None:
    """`none`, `test`, `alsa:NAME`, `pulse:NAME`, `default` (this computer's), `rtsp://…`, else a file."""
    if option == NONE:
        return None
    if option == TEST:
        return Tone(label)
    if option == FIRST_THERE_IS:
        return MicrophoneDevice(default_microphone())
    if option.startswith(_CAMERAS):
        return NetworkMicrophone(option)
    if option.startswith(_MICROPHONES):
        return MicrophoneDevice(option)
    return AudioFile(option)


def known_problem(option: str) -> SourceUnusable | None:
    """What is wrong with an option that can be told without opening it: a file that is not there.

    Devices and cameras are opened when the room joins and speak for themselves.
    """
    named = option in (NONE, TEST, FIRST_THERE_IS)
    if named or "://" in option or option.startswith(("/dev/", *_MICROPHONES)):
        return None
    try:
        file_must_exist(option)
    except SourceUnusable as problem:
        return problem
    return None
