"""Which messages are spoken in which namespace and direction."""

from __future__ import annotations

from signaling.check_messages import ChecksView, LineCheck, LineCheckEnd, RoomChecked
from signaling.desk_messages import Command, ConsoleRooms, ConsoleState
from signaling.help_messages import Help, Helped
from signaling.late_messages import Keeps
from signaling.messages import (
    Devices,
    Hand,
    InterpretationView,
    Join,
    Leave,
    LineView,
    LinkEnded,
    Message,
    Paths,
    Received,
    Restart,
    StageView,
)
from signaling.schedule_messages import Clock, ScheduleView, SoftwareView
from signaling.summons_messages import RollCall, RollView, SummonsAnswer, Summonses, SummonsSeen
from signaling.wall_messages import Picture, WallView

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
    Clock,
    RoomChecked,
    LineCheck,
    LineCheckEnd,
    Picture,
    Helped,
    Keeps,
)
DOWN_ROOM: tuple[type[Message], ...] = (
    Paths,
    SoftwareView,
    ScheduleView,
    StageView,
    InterpretationView,
    Summonses,
    RollView,
    ChecksView,
    WallView,
    Help,
    LineView,
    LinkEnded,
)
UP_DESK: tuple[type[Message], ...] = (Command,)
DOWN_DESK: tuple[type[Message], ...] = (ConsoleState, ConsoleRooms)
