"""How a summoned room stands, what it still lacks, and which rooms the office should look at first. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from server.receptions.line_quality import Verdict
from server.receptions.summons_tables import Summons, SummonsAnswered
from signaling.messages import Devices, DeviceState
from signaling.software import is_outdated


class Standing(StrEnum):
    """In the order in which they need attention."""

    CANNOT = "cannot"
    ASKED = "asked"  # and not seen by anybody
    SEEN = "seen"
    COMING = "coming"
    WITHDRAWN = "withdrawn"


class Lack(StrEnum):
    CONNECTION = "connection"
    WAITING = "waiting"  # in touch, and it connects by itself when it is to be there
    CAMERA = "camera"
    MICROPHONE = "microphone"
    LINE = "line"
    SOFTWARE = "software"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What the room shows of itself at this moment. `devices` None: it has not said yet. `waits`: it is in touch,
    and is not to be there yet."""

    connected: bool
    devices: Devices | None
    line: Verdict
    software: str
    waits: bool = False

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """Of a room that is not connected nothing else is known."""
        if not self.connected:
            return (Lack.WAITING if self.waits else Lack.CONNECTION,)
        devices = self.devices
        found = [
            (Lack.CAMERA, devices is None or devices.camera is not DeviceState.OK),
            (Lack.MICROPHONE, devices is None or devices.microphone is not DeviceState.OK),
            (Lack.LINE, self.line.is_trouble),
            (Lack.SOFTWARE, is_outdated(self.software)),
        ]
        return tuple(lack for lack, holds in found if holds)


def standing_of(row: Summons) -> Standing:
    if row.withdrawn_at is not None:
        return Standing.WITHDRAWN
    if row.answer is SummonsAnswered.CANNOT:
        return Standing.CANNOT
    if row.answer is SummonsAnswered.COMING:
        return Standing.COMING
    return Standing.ASKED if row.seen_at is None else Standing.SEEN


def urgency(standing: Standing, readiness: Readiness) -> tuple[int, int]:
    """Sorts what needs attention first: by the answer, then by what is missing."""
    return list(Standing).index(standing), -len(readiness.lacks) if readiness.connected else -len(Lack)
