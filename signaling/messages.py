"""The Socket.IO messages between a room, the desk and the server. PROTOCOL.md is the same in prose.

Namespace ``/room``: rooms, overflow screens, the desk's camera page and the console's own link. Summonses and the
roll are in `summons_messages`, the schedule in `schedule_messages`, the console's namespace ``/desk`` in
`desk_messages`; `spoken` lists all of them.

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
    screen: bool = False
    """With purpose `watch`: the room's own screen beside an appliance that sends its camera and microphone."""
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
