"""What can go wrong in a room."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    CAMERA_UNPLUGGED = "camera-unplugged"
    SILENT_MICROPHONE = "silent-microphone"  # it is open, and muted: it gives silence
    LOSS = "loss"  # one datagram in ten, both ways
    LINE_DEAD = "line-dead"  # the cable is out; the room lives
    KILLED = "killed"  # its system closes what the room had open; started again afterwards
    POWER_CUT = "power-cut"  # nothing is closed and nobody says goodbye; started again afterwards


LOSS_SHARE = 0.1
