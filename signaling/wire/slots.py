"""What a link carries: what a room sends up, and the fixed places of the stage it receives (PROTOCOL.md)."""

from __future__ import annotations

from enum import StrEnum


class Upstream(StrEnum):
    """What a link sends up."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    DOCUMENT = "document"
    INTERPRETATION = "interpretation"  # an interpreter's own microphone at the desk

    @property
    def is_video(self) -> bool:
        return self in (Upstream.CAMERA, Upstream.DOCUMENT)


class Layer(StrEnum):
    """One simulcast encoding of a source; the value is its rid (RFC 8852). What is sent once only is HIGH."""

    HIGH = "h"
    MEDIUM = "m"
    LOW = "l"


class SlotName(StrEnum):
    """The fixed places of the stage, and the programme for those who watch only one."""

    DESK_VIDEO = "desk_video"
    FLOOR_VIDEO = "floor_video"
    DOCUMENT_VIDEO = "document_video"
    DESK_AUDIO = "desk_audio"
    FLOOR_AUDIO = "floor_audio"
    INTERPRETER_AUDIO = "interpreter_audio"
    PROGRAMME_VIDEO = "programme_video"
    PROGRAMME_AUDIO = "programme_audio"

    @property
    def is_video(self) -> bool:
        return self.endswith("video")


VIDEO_SLOTS = (SlotName.DESK_VIDEO, SlotName.FLOOR_VIDEO, SlotName.DOCUMENT_VIDEO)
AUDIO_SLOTS = (SlotName.DESK_AUDIO, SlotName.FLOOR_AUDIO, SlotName.INTERPRETER_AUDIO)
STAGE_SLOTS = VIDEO_SLOTS + AUDIO_SLOTS  # in the order of the one offer
