"""What a room and the server say of summonses and of who is in the room; namespace ``/room``."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from signaling.messages import ItemView, Message

OfficeCode = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]


class SummonsSeen(Message):
    """The room's screen shows this summons."""

    event: ClassVar[str] = "summons_seen"
    summons: int
    version: int


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
