"""When pictures and sound came, from how many the room has shown and heard so far. Sans-IO.

What is a whole picture and what is missing sound is the room's own knowledge (`room_client.experience`); here it
gets its places in time, so that a line that became good again can be asked: after how long was the picture back?
"""

from __future__ import annotations

from dataclasses import dataclass, field

from room_client.experience import FREEZE_S


@dataclass(slots=True)
class Freeze:
    began_s: float
    ended_s: float | None = None  # None: still frozen


@dataclass(slots=True)
class Seeing:
    """`look` now and then: what comes out is as fine as that. Times are those of the caller's clock."""

    pictures: int = 0
    last_picture_s: float | None = None
    freezes: list[Freeze] = field(default_factory=list)
    sounds: int = 0
    last_sound_s: float | None = None

    def look(self, pictures: int, sounds: int, now_s: float) -> None:
        """How many were shown and heard until now, over all links."""
        if sounds > self.sounds:
            self.sounds, self.last_sound_s = sounds, now_s
        if pictures > self.pictures:
            if self.frozen:
                self.freezes[-1].ended_s = now_s
            self.pictures, self.last_picture_s = pictures, now_s
        elif self.last_picture_s is not None and not self.frozen and now_s - self.last_picture_s > FREEZE_S:
            self.freezes.append(Freeze(self.last_picture_s))

    @property
    def frozen(self) -> bool:
        return bool(self.freezes) and self.freezes[-1].ended_s is None
