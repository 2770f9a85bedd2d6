"""The small pictures by which the province sees that its rooms are there; namespace ``/room``. They never cross
the stage. A room that does not know them stands on the wall by its name, as before."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from signaling.messages import Message
from signaling.sound_level import LOUDEST

PICTURE_WIDTH, PICTURE_HEIGHT = 160, 90
PICTURE_BYTES = 5000  # of the JPEG
PICTURE_EVERY_S = 10.0
PICTURE_EVERY_ON_AIR_S = 2.0  # the microphone that is not heard has to show while somebody speaks into it


class WallView(Message):
    """Whether the province looks at this room now. Told on every change; a room that was told nothing is not seen.

    While `seen` holds, and only then, a room sends `picture` and says on its screen that it is seen.
    """

    event: ClassVar[str] = "wall"
    seen: bool = False


class Picture(Message):
    """What the room's camera shows, every 10 s and at once after a change, and how loud it was since the last."""

    event: ClassVar[str] = "picture"
    jpeg: str  # base64; empty: there is no picture
    level: int | None = Field(default=None, ge=0, le=LOUDEST)  # the loudest since the last; None: no microphone
