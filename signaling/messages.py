"""The Socket.IO messages between a room, the desk and the server. PROTOCOL.md is the same in prose.

Namespace ``/room``: rooms, overflow screens, the desk's camera page and the console's own link.
Namespace ``/desk``: the host's console (state down, commands up).

A message is one JSON object, sent under its `event` name. Everything the server tells a room about the
reception is one message, `StageView`, sent whole every time: a room that missed one needs only the next.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from signaling.refusals import Refusal

ROOM_NAMESPACE = "/room"
DESK_NAMESPACE = "/desk"

RoomCode = Annotated[str, Field(pattern=r"^[0-9]{1,5}$")]
"""Official code of the unit: 5 digits for a commune, 3 for a district, 2 for the province (the desk)."""


class Message(BaseModel):
    """Base of everything on the wire: immutable, and a field that is not in the contract is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    event: ClassVar[str]


class Purpose(StrEnum):
    """What a link is for. A room has one ROOM link, the desk one DESK link; WATCH links only receive."""

    ROOM = "room"
    DESK = "desk"
    WATCH = "watch"


class LinkState(StrEnum):
    """The life of a link. Only forwards, except CONNECTED, RECEIVING and SILENT, which alternate."""

    NEGOTIATED = "negotiated"  # answer given, no authenticated STUN check seen yet
    SECURING = "securing"  # DTLS handshake under way
    CONNECTED = "connected"  # keys are there; nothing proves yet that media arrives
    RECEIVING = "receiving"  # the room's receiver reports say that media arrives
    SILENT = "silent"  # nothing was heard for some seconds: media to it rests until it is heard again
    CLOSED = "closed"


class DeviceState(StrEnum):
    OK = "ok"
    OFF = "off"  # switched off by the person in the room
    MISSING = "missing"  # no such device
    BLOCKED = "blocked"  # the browser or the system denies it


# --- up, namespace /room ---------------------------------------------------------------------------


class Auth(Message):
    """Not an event: the `auth` object of the Socket.IO connection to /room.

    `key` is the room's key. An enrolled device leaves it empty and is known by its cookie, as the desk's own pages
    are by that of their login.
    """

    event: ClassVar[str] = "auth"
    key: str = Field(default="", max_length=200)
    purpose: Purpose = Purpose.ROOM
    language: Literal["vi", "en"] = "vi"
    login: bool = False
    """By the login alone, also in a browser that is an enrolled device: the console says so."""
    software: str = Field(default="", max_length=60)
    """Name and version of what runs in the room; the office sees who runs an old one."""


class Join(Message):
    """Ask for the link. The offer's m-lines in order: see PROTOCOL.md, "The one offer"."""

    event: ClassVar[str] = "join"
    sdp: str = Field(min_length=1, max_length=64_000)


class Joined(Message):
    """Acknowledgement of `Join`."""

    event: ClassVar[str] = "joined"
    link: str
    sdp: str


class Restart(Message):
    """Go on with the present link over another path (ICE restart, RFC 8445 section 9); answered by `Joined`.

    The offer has the same m-lines and the same DTLS fingerprint, and new ice-ufrag and ice-pwd.
    """

    event: ClassVar[str] = "restart"
    sdp: str = Field(min_length=1, max_length=64_000)


class Leave(Message):
    event: ClassVar[str] = "leave"


class Hand(Message):
    event: ClassVar[str] = "hand"
    raised: bool


class Devices(Message):
    event: ClassVar[str] = "devices"
    camera: DeviceState
    microphone: DeviceState


class Received(Message):
    """What the room has received since it joined, about every 2 s. Counts, never contents."""

    event: ClassVar[str] = "received"
    video_packets: int = Field(ge=0)
    audio_packets: int = Field(ge=0)
    lost_packets: int = Field(ge=0)
    frames: int = Field(ge=0)


class SummonsSeen(Message):
    """The room's screen shows this summons."""

    event: ClassVar[str] = "summons_seen"
    summons: int
    version: int


OfficeCode = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]


class SummonsAnswer(Message):
    """The room officer's answer; one to an older version is refused, because the office has changed it since.

    "noted" answers a summons that was withdrawn, and nothing else does.
    """

    event: ClassVar[str] = "summons_answer"
    summons: int
    version: int
    answer: Literal["coming", "cannot", "noted"]
    offices: tuple[OfficeCode, ...] = Field(default=(), max_length=40)  # who will be there; never names
    reason: str = Field(default="", max_length=300)  # why it cannot come


class PresentOffice(Message):
    event: ClassVar[str] = "present_office"
    office: OfficeCode
    deputy: bool = False  # a deputy sits there for it


class RollCall(Message):
    """Who is in the room now; whoever is not named has left."""

    event: ClassVar[str] = "roll_call"
    present: tuple[PresentOffice, ...] = Field(max_length=40)


# --- down, namespace /room -------------------------------------------------------------------------


class ItemView(Message):
    """The present agenda item as this room may know it. Of a closed item nothing but that it is closed."""

    event: ClassVar[str] = "item"
    position: int
    closed: bool
    kind: str = ""  # PetitionKind value; empty when closed or outside the audience
    title: str = ""  # redacted projection: petition code and summary, never a petitioner's name
    petition_code: str = ""


class FloorView(Message):
    event: ClassVar[str] = "floor"
    code: RoomCode
    name: str


class StageView(Message):
    """Everything a room's screen shows of the reception. Sent whole on connect and on every change."""

    event: ClassVar[str] = "stage"
    room_code: RoomCode
    room_name: str
    reception_id: int | None = None
    reception_title: str = ""
    reception_state: Literal["none", "planned", "open", "ended"] = "none"
    planned_at: str = ""  # ISO 8601 with offset
    item: ItemView | None = None  # None: between items, the stage is open to all
    in_audience: bool = False  # False: this room gets no media now, and its screen says so
    floor: FloorView | None = None
    has_floor: bool = False  # this room is on air: publish camera and microphone now
    hand_raised: bool = False
    queue_position: int | None = None  # 1 = next
    recording: bool = False
    desk_present: bool = False  # the desk slot shows a picture
    document_present: bool = False  # a document or screen is being shown
    server_time: str = ""


class InterpretationView(Message):
    """Who interprets the present item, if anybody does. Sent whole: after connecting if somebody does, and on
    every change. An older room that does not know it hears the original, as before."""

    event: ClassVar[str] = "interpretation"
    interpreter: FloorView | None = None  # None: nobody, or not for this room
    heard: bool = False  # sound of the interpreter arrives at this moment
    interprets: bool = False  # it is this room: publish the microphone now


class OfficeView(Message):
    event: ClassVar[str] = "office"
    code: OfficeCode
    name: str  # in the language of the connection
    expected: bool  # ticked before anybody has answered


class SummonsView(Message):
    """The office summons this room to a reception. `items`: those whose audience it is in, as it may know them."""

    event: ClassVar[str] = "summons"
    summons: int
    version: int  # rises whenever the room is asked again
    reception_title: str
    host: str
    place: str
    planned_at: str  # ISO 8601 with offset
    be_there_at: str
    note: str
    items: tuple[ItemView, ...]
    offices: tuple[OfficeView, ...]
    state: Literal["asked", "coming", "cannot", "withdrawn"]
    change: Literal["", "day", "audience", "cancelled"]  # why it is asked again, or withdrawn
    coming: tuple[OfficeCode, ...]  # as the room answered
    reason: str
    reminders: int  # since it was asked


class Summonses(Message):
    """All that concern this room, the next one first. Sent whole: after connecting if there is one, and on every
    change."""

    event: ClassVar[str] = "summonses"
    summonses: tuple[SummonsView, ...]


class RollView(Message):
    """Who is in this room, as it or the clerk said last. Sent whole when the roll may be called, and on every
    change."""

    event: ClassVar[str] = "roll"
    open: bool  # False: there is no reception for which to call it
    called: bool
    offices: tuple[OfficeView, ...]  # `expected`: as the room answered its summons, else as usual
    present: tuple[PresentOffice, ...]


class PathServer(Message):
    """One TURN server, as `iceServers` of a browser has it."""

    event: ClassVar[str] = "path_server"
    urls: tuple[str, ...]
    username: str
    credential: str


class Paths(Message):
    """By which ways the media port can be reached. Sent right after connecting, before the first `stage`.

    `servers` empty: only directly, by UDP. Credentials hold for a day (the TURN REST scheme).
    """

    event: ClassVar[str] = "paths"
    servers: tuple[PathServer, ...] = ()


Carried = Literal["h", "m", "l", "none", ""]
"""What a line carries of the picture that matters most: a layer; "none": sound only; "": there is no picture."""


class LineView(Message):
    """What the line of this very link carries now. Sent to the link's holder on every change."""

    event: ClassVar[str] = "line"
    layer: Carried


class LinkEnded(Message):
    """The server ended a link, or the connection. `rejoin`: try again by yourself; else it is for the person."""

    event: ClassVar[str] = "link_ended"
    link: str = ""  # as `Joined` named it; empty: whatever link the connection has
    refusal: Refusal
    rejoin: bool


# --- namespace /desk -------------------------------------------------------------------------------


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


UP_ROOM: tuple[type[Message], ...] = (
    Join,
    Restart,
    Leave,
    Hand,
    Devices,
    Received,
    SummonsSeen,
    SummonsAnswer,
    RollCall,
)
DOWN_ROOM: tuple[type[Message], ...] = (
    Paths,
    StageView,
    InterpretationView,
    Summonses,
    RollView,
    LineView,
    LinkEnded,
)
UP_DESK: tuple[type[Message], ...] = (Command,)
DOWN_DESK: tuple[type[Message], ...] = (ConsoleState, ConsoleRooms)
