"""What the province's technician asks of a room's screen, and what the room answers; namespace ``/room``. The
screen says each time that the province asked. A room that does not know the messages answers nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from signaling.messages import Message

LONGEST_TEXT = 200


class HelpAct(StrEnum):
    MESSAGE = "message"  # show `text` until somebody puts it away
    DEVICES = "devices"  # say which cameras and microphones there are
    CHOOSE = "choose"  # take `device` as the room's `kind`
    CHECK = "check"  # check picture, sound and loudspeaker
    RELOAD = "reload"  # load the page anew


DeviceKind = Literal["camera", "microphone"]


class Help(Message):
    event: ClassVar[str] = "help"
    number: int  # to be repeated in the answer
    act: HelpAct
    text: str = Field(default="", max_length=LONGEST_TEXT)
    kind: DeviceKind | None = None
    device: str = Field(default="", max_length=200)


class OfferedDevice(Message):
    event: ClassVar[str] = "offered_device"
    kind: DeviceKind
    device: Annotated[str, Field(max_length=200)]
    label: Annotated[str, Field(max_length=200)]
    used: bool  # at this moment


class Helped(Message):
    """What became of it. `not_now`: the room is on air or in an item, and must not be disturbed."""

    event: ClassVar[str] = "helped"
    number: int
    outcome: Literal["done", "not_now", "failed"]
    said: str = Field(default="", max_length=1000)  # what a check found, as the screen shows it
    devices: tuple[OfferedDevice, ...] = Field(default=(), max_length=40)
