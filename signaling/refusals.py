"""Why something was refused: a stable code for the other end, and the facts a sentence is made from.

The person's sentence is made in one place on the server (`server.web.wording`), in the person's language.
`came` and `allowed` never carry names, addresses or SDP of people.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class RefusalCode(StrEnum):
    """Stable across versions; PROTOCOL.md lists when each is sent."""

    BAD_MESSAGE = "bad_message"  # not the shape PROTOCOL.md asks for
    BAD_KEY = "bad_key"  # unknown, withdrawn or misspelt room key or token
    BAD_CODE = "bad_code"  # a code that enrols nobody; whether it was used, is late or never was, is not told
    TOO_MANY_TRIES = "too_many_tries"  # of codes; `allowed` is the seconds until the next
    NOT_ALLOWED = "not_allowed"  # known, but without the right
    NO_OPEN_RECEPTION = "no_open_reception"
    RECEPTION_ALREADY_OPEN = "reception_already_open"
    RECEPTION_ENDED = "reception_ended"
    UNKNOWN_RECEPTION = "unknown_reception"
    UNKNOWN_ROOM = "unknown_room"
    UNKNOWN_ITEM = "unknown_item"
    UNKNOWN_SUMMONS = "unknown_summons"  # withdrawn, changed since, or never sent to this room
    NO_NEXT_ITEM = "no_next_item"
    NO_OPEN_ITEM = "no_open_item"
    AGENDA_FULL = "agenda_full"
    ROOM_NOT_CONNECTED = "room_not_connected"
    ROOM_NOT_IN_AUDIENCE = "room_not_in_audience"
    ROOM_HAS_FLOOR = "room_has_floor"  # whoever speaks cannot interpret
    ROOM_INTERPRETS = "room_interprets"  # nor the other way round: one hall has one sound
    ITEM_CLOSED = "item_closed"  # no room is given the floor, or interprets, while an item is closed
    ITEM_STAYS_CLOSED = "item_stays_closed"  # a denunciation is never opened to the rooms
    CONFIRMATION_NEEDED = "confirmation_needed"
    FLOOR_EMPTY = "floor_empty"
    NO_INTERPRETER = "no_interpreter"
    REPLACED = "replaced"  # another link of the same room took this one's place
    TOO_MANY_LINKS = "too_many_links"
    BAD_SDP = "bad_sdp"
    NO_COMMON_CODEC = "no_common_codec"  # the browser lacks the stage's codec
    TOO_MANY_MESSAGES = "too_many_messages"
    TOO_MUCH_MEDIA = "too_much_media"  # the room sent far more than a camera and a microphone do
    NOT_NOW = "not_now"  # a line is measured between receptions, and few at once
    BAD_PICTURE = "bad_picture"  # for the wall: no JPEG, another size, or too large
    PICTURE_NOT_WANTED = "picture_not_wanted"  # nobody looks, or not at this room in this item
    LATE_NOT_TAKEN = "late_not_taken"  # of what a room kept: outside of its floor, a closed item, too much
    LATE_OFFSET = "late_offset"  # a piece that does not follow; `allowed` says where the file goes on
    LATE_DAMAGED = "late_damaged"  # all of the file came, and it has another hash
    DISK_FULL = "disk_full"  # the server has no room for it now
    MEDIA_NOT_RUNNING = "media_not_running"
    RECORDER_NOT_RUNNING = "recorder_not_running"


class Refusal(BaseModel):
    """One refusal as it crosses a wire. `text` is filled in for a person by the server, else empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: RefusalCode
    came: str = ""
    allowed: str = ""
    text: str = ""


class Refused(Exception):
    """Raised by rules and handlers; carries the `Refusal` that goes to the other end."""

    def __init__(self, code: RefusalCode, came: str = "", allowed: str = "") -> None:
        super().__init__(f"{code}: came {came!r}, allowed {allowed!r}" if came or allowed else str(code))
        self.refusal = Refusal(code=code, came=came, allowed=allowed)

    @property
    def code(self) -> RefusalCode:
        return self.refusal.code
