"""The messages of namespace ``/desk``: the console's state down, its commands up."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from signaling.messages import Carried, DeviceState, FloorView, Message, RoomCode
from signaling.refusals import Refusal


class CommandName(StrEnum):
    OPEN = "open"  # open the reception `reception`
    NEXT = "next"  # call the next agenda item; after the last one it is refused, and the last stays open
    CALL = "call"  # call the agenda item `item` out of order
    FINISH_ITEM = "finish_item"  # conclude the present item: the stage is between items, open to all
    FLOOR = "floor"  # give the floor to `room`
    TAKE_FLOOR_BACK = "take_floor_back"
    CLOSE_ITEM = "close_item"  # rooms outside the allow-list get nothing any more
    REOPEN_ITEM = "reopen_item"  # needs confirm=True; refused for a denunciation
    INTERPRETER = "interpreter"  # name `room`, or the desk, as interpreter of the present item
    TAKE_INTERPRETER_BACK = "take_interpreter_back"
    LOWER_HAND = "lower_hand"  # put down the hand of `room`
    END = "end"  # end the reception; needs confirm=True


class Command(Message):
    """One press of a button, in the console, on a keypad or by `tiepdan reception`."""

    event: ClassVar[str] = "command"
    name: CommandName
    reception: int | None = None
    item: int | None = None
    room: RoomCode | None = None
    confirm: bool = False
    reason: str = Field(default="", max_length=500)


class CommandResult(Message):
    event: ClassVar[str] = "result"
    ok: bool
    refusal: Refusal | None = None


class RoomPresence(StrEnum):
    """The live state of a room in the console's list, the highest that holds."""

    ABSENT = "absent"
    CONNECTED = "connected"
    RECEIVING = "receiving"
    WANTS_FLOOR = "wants_floor"
    HAS_FLOOR = "has_floor"


class RoomEntry(Message):
    event: ClassVar[str] = "room"
    code: RoomCode
    name: str
    district: str
    presence: RoomPresence
    in_audience: bool
    hand_since: str = ""  # ISO 8601
    silent_since: str = ""  # ISO 8601; connected, and nothing was heard of it since: presence is absent meanwhile
    camera: DeviceState | None = None
    microphone: DeviceState | None = None
    loss_percent: float | None = None  # as the room's receiver reports say it
    rtt_ms: float | None = None
    layer: Carried = ""
    summons: Literal["", "asked", "seen", "coming", "cannot"] = ""  # to this reception; "": not summoned
    offices: int | None = None  # how many are present; None: its roll was not called
    keeping: bool = False  # at this moment, because its line is down: what it says is not lost
    kept_s: float = 0.0  # of its own camera and microphone, which it kept so and has not handed over
    kept_percent: int | None = None  # of the file of it that is on its way now


class AgendaEntry(Message):
    event: ClassVar[str] = "agenda_entry"
    id: int
    position: int
    kind: str
    petition_codes: tuple[str, ...]
    title: str
    audience: Literal["all", "rooms", "closed"]
    audience_size: int
    state: Literal["waiting", "open", "done"]
    closed: bool
    opened_at: str = ""
    seconds: float = 0.0


class RecordingLight(Message):
    """`growing` means bytes reached the disk during the last 3 s; anything else is not a red light.

    "waiting": told to record, and nothing is on the stage to be recorded.
    """

    event: ClassVar[str] = "recording_light"
    state: Literal["none", "recording", "waiting", "paused", "stalled", "ended", "not_running"]
    bytes: int = 0
    seconds: float = 0.0
    growing: bool = False
    alarm: str = ""


class ConsoleState(Message):
    """Everything the console shows but the room list; sent whole on every change and once a second."""

    event: ClassVar[str] = "console"
    reception_id: int
    title: str
    state: Literal["planned", "open", "ended", "cancelled"]
    opened_at: str = ""
    agenda: tuple[AgendaEntry, ...]
    item_id: int | None
    item_closed: bool
    floor: FloorView | None
    floor_since: str = ""
    interpreter: FloorView | None = None
    interpretation_heard: bool = False  # sound of the interpreter arrives at this moment
    recording: RecordingLight
    media_running: bool
    desk_publishing: bool
    document_shared: bool
    consoles: int  # windows that have this console open
    server_time: str


class ConsoleRooms(Message):
    """Entries of the room list that changed; all of them right after the console connects."""

    event: ClassVar[str] = "rooms"
    complete: bool
    rooms: tuple[RoomEntry, ...]
