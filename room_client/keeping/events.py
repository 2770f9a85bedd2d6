"""What a room says of what it keeps. `room_client.wording` makes sentences of it."""

from __future__ import annotations

from enum import StrEnum


class KeptEvent(StrEnum):
    """Each with what its sentence has to fill in."""

    KEEPING = "keeping"  # it begins
    KEPT = "kept"  # seconds: it ended, and is to be handed over
    LIMIT = "limit"  # minutes: the line is down for longer than anybody keeps the floor for sure
    FULL = "full"  # the folder holds as much as it may, or the disk takes no more
    HANDING_OVER = "handing_over"  # percent
    HANDED_OVER = "handed_over"
    NOT_TAKEN = "not_taken"  # seconds: deleted, because the server does not take it
    EXPIRED = "expired"  # deleted, because nobody took it for a month
